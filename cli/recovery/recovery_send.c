/* What follows a recovery that is signed and kept. */
#include "cli/recovery/recovery_file.h"

#include "cli/frame/ask.h"
#include "cli/frame/say.h"
#include "cli/issuer/key_set.h"
#include "cli/issuer/next_keys.h"
#include "cli/issuer/own_log_summary.h"
#include "cli/signer/references.h"
#include "cli/signer/signer.h"
#include "proto/json/put.h"

#include <sodium.h>
#include <time.h>

#define PATIENCE_S 60 /* for a node that is busy */

/* ------------------------------------------------------------------ the first batch */

static bool may_wait(const struct avow_message *answer, enum avow_err err)
{
    return err == AVOW_ERR_REFUSED &&
           (answer->code == AVOW_REFUSAL_BUSY || answer->code == AVOW_REFUSAL_NOT_READY);
}

static int refused(const struct avow_cli *cli, const struct avow_client *client,
                   const struct avow_message *answer, enum avow_err err)
{
    if (err == AVOW_ERR_REFUSED)
        return avow_cli_fail(
            cli, AVOW_EXIT_NEGATIVE,
            "%s refused: %s%s%.*s; the recovery stays in %s/recovery, and the same "
            "command sends it again, to another node too (--node)",
            avow_client_address(client), avow_refusal_text(answer->code),
            answer->text.len > 0 ? ": " : "", (int)answer->text.len,
            answer->text.len > 0 ? (const char *)answer->text.data : "", cli->home);
    return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN,
                         "%s; it is not known whether the node has the recovery: run the same "
                         "command again, it repeats nothing",
                         avow_client_reason(client));
}

/* The key that the recovery brings, in place or not yet. */
static int load_signer(const struct avow_cli *cli, struct avow_secret_key **secret)
{
    return avow_home_load_pair(
        cli, avow_home_has_key(cli, AVOW_NEXT_SIGNING) ? AVOW_NEXT_SIGNING : "signing", secret);
}

static int send_batch(const struct avow_cli *cli, const struct avow_recovery_file *file)
{
    char reason[AVOW_FETCH_REASON_MAX];
    struct avow_message answer = {0};
    struct avow_message question = {
        .type = AVOW_MESSAGE_RECOVER,
        .checkpoint = file->checkpoint,
        .from = file->from,
        .entries = file->entries,
    };
    struct avow_client *client = avow_ask_connect(cli, AVOW_PEER_CLIENT, reason);
    if (client == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "%s", reason);
    const time_t end = time(NULL) + PATIENCE_S;
    enum avow_err err = avow_client_ask(client, &question, AVOW_MESSAGE_ACCEPTED, &answer);
    while (may_wait(&answer, err) && time(NULL) < end) {
        const struct timespec pause = {.tv_nsec = 200000000L};
        (void)nanosleep(&pause, NULL);
        err = avow_client_ask(client, &question, AVOW_MESSAGE_ACCEPTED, &answer);
    }
    int status = AVOW_EXIT_OK;
    if (err != AVOW_OK)
        status = refused(cli, client, &answer, err);
    else
        avow_outlook_tell_accepted(cli, &answer.checkpoint);
    avow_client_free(&client);
    return status == AVOW_EXIT_OK ? avow_home_recover_checkpoint(cli, &file->checkpoint) : status;
}

/* ------------------------------------------------------------------ the rest */

/* A later batch, as it was cut when the first was signed. */
struct rest {
    const struct avow_cli *cli;
    const struct avow_recovery_file *file;
    size_t cut;               /* where the batch ends: file->cuts[cut] */
    uint64_t start;           /* the index at which the batch begins */
    struct avow_list entries; /* the batch's first entry and those behind it */
    struct avow_references references;
};

static int find_references(struct rest *rest)
{
    struct avow_list entries = rest->entries;
    struct avow_bytes bytes;
    avow_buf_clear(&rest->references.buffer);
    rest->references.base = rest->start;
    for (uint64_t i = rest->start;
         i < rest->file->cuts[rest->cut].size && avow_list_next_entry(&entries, &bytes); i++) {
        struct avow_entry entry;
        if (avow_entry_decode(bytes, &entry) == AVOW_ACCEPT)
            avow_references_add(&rest->references, &rest->file->checkpoint.issuer, &entry);
    }
    return rest->references.buffer.err == AVOW_OK
               ? AVOW_EXIT_OK
               : avow_cli_fail(rest->cli, AVOW_EXIT_NEGATIVE, "out of memory");
}

static int moved_on(const struct rest *rest)
{
    return avow_cli_fail(rest->cli, AVOW_EXIT_NEGATIVE,
                         "other records have been registered from entry %llu on, where those of "
                         "the recovery were to be: their files keep their old references; issue "
                         "them anew, and remove %s/recovery",
                         (unsigned long long)rest->start, rest->cli->home);
}

static int build(void *context, struct avow_signer *signer)
{
    const struct rest *rest = context;
    const struct avow_cut *cut = &rest->file->cuts[rest->cut];
    struct avow_draft *draft = avow_signer_draft(signer);
    struct avow_list entries = rest->entries;
    struct avow_bytes bytes;
    bool contained = false;
    int status = AVOW_EXIT_OK;
    if (avow_draft_base(draft) > rest->start)
        status = avow_signer_contains(signer, cut->size, &cut->root, &contained);
    if (status != AVOW_EXIT_OK || contained)
        return status; /* an earlier call's */
    if (avow_draft_base(draft) != rest->start)
        return moved_on(rest);
    while (status == AVOW_EXIT_OK && avow_draft_size(draft) < cut->size &&
           avow_list_next_entry(&entries, &bytes)) {
        struct avow_entry entry;
        if (avow_entry_decode(bytes, &entry) == AVOW_ACCEPT)
            status = avow_signer_append(signer, &entry);
    }
    return status;
}

static int publish_batch(struct rest *rest, const struct avow_identity_keys *keys)
{
    struct avow_published published;
    int status = find_references(rest);
    struct avow_publication publication = {.build = build, .context = rest};
    publication.indices = avow_references_list(&rest->references, &publication.count);
    if (status == AVOW_EXIT_OK)
        status = avow_publish(rest->cli, keys, &publication, &published);
    return status;
}

static int publish_rest(const struct avow_cli *cli, const struct avow_recovery_file *file)
{
    struct rest rest = {
        .cli = cli, .file = file, .start = file->checkpoint.size, .entries = file->rest};
    struct avow_identity_keys keys = {.issuer = file->checkpoint.issuer,
                                      .key = file->checkpoint.key};
    struct avow_bytes skipped;
    int status = file->cut_count > 1 ? load_signer(cli, &keys.signing) : AVOW_EXIT_OK;
    avow_references_init(&rest.references, 0);
    for (rest.cut = 1; rest.cut < file->cut_count && status == AVOW_EXIT_OK; rest.cut++) {
        status = publish_batch(&rest, &keys);
        while (rest.start < file->cuts[rest.cut].size &&
               avow_list_next_entry(&rest.entries, &skipped))
            rest.start++;
    }
    avow_references_fini(&rest.references);
    avow_identity_keys_fini(&keys);
    return status;
}

/* ------------------------------------------------------------------ files and the end */

static int rewrite_files(const struct avow_cli *cli, struct avow_recovery_file *file)
{
    struct avow_secret_key *secret = NULL;
    size_t rewritten = 0;
    int status = load_signer(cli, &secret);
    const struct avow_reissue reissue = {.issuer = file->checkpoint.issuer,
                                         .key = file->checkpoint.key,
                                         .map = avow_recovery_file_map(file)};
    for (size_t i = 0; i < file->moved_count && status == AVOW_EXIT_OK; i++) {
        const struct avow_moved *moved = &file->moved[i];
        if (moved->path == NULL)
            continue;
        status = avow_reissue_write(cli, &reissue, moved->path, moved->now, &moved->commitment,
                                    secret, file->checkpoint.time);
        rewritten++;
    }
    sodium_free(secret);
    if (status == AVOW_EXIT_OK && rewritten > 0)
        avow_cli_note(cli, "%zu file%s rewritten: give %s to %s again.", rewritten,
                      rewritten == 1 ? " is" : "s are", rewritten == 1 ? "it" : "them",
                      rewritten == 1 ? "its holder" : "their holders");
    return status;
}

static int report(const struct avow_cli *cli, const struct avow_recovery_file *file)
{
    if (!cli->json)
        return AVOW_EXIT_OK;
    bool ok = true;
    json_t *answer = json_object(), *list = json_array();
    for (size_t i = 0; i < file->moved_count; i++) {
        const struct avow_moved *moved = &file->moved[i];
        json_t *row = json_object();
        avow_put(row, "old", avow_value_uint(moved->old), &ok);
        avow_put(row, "new", avow_value_uint(moved->now), &ok);
        avow_put(row, "file", moved->path != NULL ? json_string(moved->path) : json_null(), &ok);
        avow_put_item(list, row, &ok);
    }
    avow_put(answer, "from", avow_value_uint(file->from), &ok);
    avow_put(answer, "size", avow_value_uint(file->cuts[file->cut_count - 1].size), &ok);
    avow_put(answer, "epoch", avow_value_uint(file->checkpoint.epoch), &ok);
    avow_put(answer, "moved", list, &ok);
    return avow_cli_print_json(cli, avow_put_whole(answer, ok));
}

int avow_recovery_file_send(const struct avow_cli *cli, struct avow_recovery_file *file)
{
    bool placed;
    int status = send_batch(cli, file);
    if (status == AVOW_EXIT_OK)
        status = publish_rest(cli, file);
    if (status == AVOW_EXIT_OK)
        status = rewrite_files(cli, file);
    if (status == AVOW_EXIT_OK)
        status = avow_next_keys_settle(cli, &placed);
    if (status == AVOW_EXIT_OK)
        status = avow_recovery_file_remove(cli);
    if (status == AVOW_EXIT_OK)
        avow_key_set_tell_roots(cli);
    return status == AVOW_EXIT_OK ? report(cli, file) : status;
}
