#include "cli/log/mirror.h"

#include "cli/frame/ask.h"
#include "cli/frame/term.h"
#include "client/fetch.h"
#include "client/logs.h"
#include "proto/codec/id.h"
#include "sys/files.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define RANGE_ENTRIES_MAX 65536
#define COMMIT_ENTRIES 100000

struct avow_mirror {
    const struct avow_cli *cli;
    struct avow_client *client;
    struct avow_store *store;
    struct avow_snapshot *snapshot;
    struct avow_txn *txn;
    struct avow_message answer;    /* large */
    struct avow_bytes *entries;    /* RANGE_ENTRIES_MAX views */
    struct avow_fetched fetched;   /* the log's checkpoint, proved */
    struct avow_progress progress; /* on stderr */
};

/* ------------------------------------------------------------------ the store */

/* A flat folder of ours, made a moment ago. */
static void remove_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return;
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
    }
    (void)closedir(dir);
    (void)rmdir(folder);
}

static int open_store(struct avow_mirror *mirror)
{
    const char *named = getenv("TMPDIR");
    const char *tmp = named != NULL && named[0] != '\0' ? named : "/tmp";
    char folder[AVOW_PATH_BYTES];
    errno = ENAMETOOLONG;
    if (avow_folder_join(tmp, "avow-XXXXXX", folder) != AVOW_OK || mkdtemp(folder) == NULL)
        return avow_cli_fail(mirror->cli, AVOW_EXIT_NEGATIVE, "cannot make a folder in %s: %s", tmp,
                             strerror(errno));
    const struct avow_store_options options = {0};
    enum avow_err err = avow_store_open(folder, &options, &mirror->store);
    if (err == AVOW_OK)
        err = avow_snapshot_new(mirror->store, &mirror->snapshot);
    remove_folder(folder);
    if (err != AVOW_OK)
        return avow_cli_fail(mirror->cli, AVOW_EXIT_NEGATIVE, "cannot open a store in %s: %s",
                             folder, avow_err_text(err));
    return AVOW_EXIT_OK;
}

int avow_mirror_open(const struct avow_cli *cli, struct avow_mirror **out)
{
    char reason[AVOW_FETCH_REASON_MAX];
    *out = NULL;
    struct avow_mirror *mirror = calloc(1, sizeof(*mirror));
    if (mirror != NULL)
        mirror->entries = calloc(RANGE_ENTRIES_MAX, sizeof(*mirror->entries));
    if (mirror == NULL || mirror->entries == NULL) {
        free(mirror);
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    }
    mirror->cli = cli;
    mirror->client = avow_ask_connect(cli, AVOW_PEER_CLIENT, reason);
    int status = AVOW_EXIT_OK;
    if (mirror->client == NULL)
        status = avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "%s", reason);
    if (status == AVOW_EXIT_OK)
        status = open_store(mirror);
    if (status != AVOW_EXIT_OK)
        avow_mirror_close(&mirror);
    *out = mirror;
    return status;
}

void avow_mirror_close(struct avow_mirror **spent)
{
    struct avow_mirror *mirror = *spent;
    *spent = NULL;
    if (mirror == NULL)
        return;
    avow_fetched_fini(&mirror->fetched);
    avow_txn_abort(&mirror->txn);
    avow_snapshot_free(&mirror->snapshot);
    avow_store_close(&mirror->store);
    avow_client_free(&mirror->client);
    free(mirror->entries);
    free(mirror);
}

struct avow_snapshot *avow_mirror_snapshot(struct avow_mirror *mirror)
{
    return mirror->snapshot;
}

/* ------------------------------------------------------------------ one log */

static bool say(struct avow_mirror_result *result, int status, const char *format, ...)
    AVOW_PRINTF(3, 4);

/* False, so that a step can end with it. */
static bool say(struct avow_mirror_result *result, int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(result->text, sizeof(result->text), format, args);
    va_end(args);
    result->status = status;
    return false;
}

/* The checkpoint and the root chain that judges it, proved by evidence about no entry. */
static bool fetch_checkpoint(struct avow_mirror *mirror, const struct avow_hash *issuer,
                             struct avow_mirror_result *result)
{
    avow_fetched_fini(&mirror->fetched);
    avow_fetch_from(mirror->client, issuer, NULL, 0, &mirror->fetched);
    if (mirror->fetched.why == AVOW_WHY_NONE)
        return true;
    const bool lie = mirror->fetched.why == AVOW_WHY_EVIDENCE;
    result->lost = mirror->fetched.why == AVOW_WHY_UNREACHABLE && mirror->fetched.refusal == 0;
    return say(result, lie ? AVOW_EXIT_NEGATIVE : AVOW_EXIT_UNKNOWN, "%s", mirror->fetched.reason);
}

/* Asks for entries from `from` on: as many as the node likes to send, at least one. */
static bool fetch_range(struct avow_mirror *mirror, const struct avow_checkpoint *checkpoint,
                        uint64_t from, struct avow_mirror_result *result)
{
    struct avow_message *answer = &mirror->answer;
    struct avow_message question = {
        .type = AVOW_MESSAGE_GET_RANGE,
        .issuer = checkpoint->issuer,
        .from = from,
        .count = RANGE_ENTRIES_MAX,
        .size = checkpoint->size,
    };
    enum avow_err err = avow_client_ask(mirror->client, &question, AVOW_MESSAGE_RANGE, answer);
    result->lost = err != AVOW_OK && err != AVOW_ERR_REFUSED;
    if (err != AVOW_OK)
        return say(result, AVOW_EXIT_UNKNOWN, "%s", avow_client_reason(mirror->client));
    if (answer->size != checkpoint->size ||
        !avow_walk_range_fits(&question, checkpoint->size, answer))
        return say(result, AVOW_EXIT_NEGATIVE,
                   "the node sent other entries than it was asked for, at %" PRIu64, from);
    return true;
}

/* Applies what was fetched. */
static bool append(struct avow_mirror *mirror, const struct avow_checkpoint *checkpoint,
                   uint64_t now, bool *advanced, struct avow_mirror_result *result)
{
    struct avow_message *answer = &mirror->answer;
    struct avow_list list = answer->entries;
    size_t count = 0;
    while (count < RANGE_ENTRIES_MAX && avow_list_next_entry(&list, &mirror->entries[count]))
        count++;
    const struct avow_range range = {
        .checkpoint = *checkpoint,
        .from = answer->from,
        .entries = mirror->entries,
        .count = count,
        .path = answer->path,
        .now = now,
    };
    struct avow_range_result appended = {0};
    enum avow_reject reject = AVOW_ACCEPT;
    enum avow_err err = avow_txn_append(mirror->txn, &range, &appended, &reject);
    if (err != AVOW_OK)
        return say(result, AVOW_EXIT_NEGATIVE, "cannot store entries from %" PRIu64 " on: %s",
                   answer->from, avow_err_text(err));
    *advanced = appended.advanced;
    if (reject == AVOW_ACCEPT)
        return true;
    return say(result, reject == AVOW_REJECT_NEWER ? AVOW_EXIT_UNKNOWN : AVOW_EXIT_NEGATIVE,
               "entries %" PRIu64 " to %" PRIu64 ": %s", answer->from, answer->from + count - 1,
               avow_reject_text(reject));
}

static bool begin(struct avow_mirror *mirror, struct avow_mirror_result *result)
{
    enum avow_err err = avow_txn_begin(mirror->store, &mirror->txn);
    return err == AVOW_OK ||
           say(result, AVOW_EXIT_NEGATIVE, "cannot store: %s", avow_err_text(err));
}

static bool commit(struct avow_mirror *mirror, struct avow_mirror_result *result)
{
    enum avow_err err = avow_txn_commit(&mirror->txn);
    return err == AVOW_OK ||
           say(result, AVOW_EXIT_NEGATIVE, "cannot store: %s", avow_err_text(err));
}

static bool copy_entries(struct avow_mirror *mirror, const struct avow_checkpoint *checkpoint,
                         struct avow_mirror_result *result)
{
    const uint64_t now = (uint64_t)time(NULL);
    bool advanced = false;
    for (uint64_t from = 0; from < checkpoint->size;) {
        if (mirror->txn == NULL && !begin(mirror, result))
            return false;
        if (!fetch_range(mirror, checkpoint, from, result) ||
            !append(mirror, checkpoint, now, &advanced, result))
            return false;
        from += mirror->answer.entries.count;
        avow_progress_show(&mirror->progress, from);
        if (avow_txn_entries(mirror->txn) >= COMMIT_ENTRIES && !commit(mirror, result))
            return false;
    }
    return advanced || say(result, AVOW_EXIT_NEGATIVE, "the entries do not lead to the checkpoint");
}

/* The lines that came with the checkpoint, judged already. */
static bool keep_cosignatures(struct avow_mirror *mirror, const struct avow_log_proof *proof,
                              struct avow_mirror_result *result)
{
    bool changed;
    if (mirror->txn == NULL && !begin(mirror, result))
        return false;
    enum avow_err err = avow_txn_freshen(mirror->txn, &proof->checkpoint, proof->cosignatures,
                                         proof->cosignature_count, (uint64_t)time(NULL), &changed);
    if (err != AVOW_OK)
        return say(result, AVOW_EXIT_NEGATIVE, "cannot store: %s", avow_err_text(err));
    if (!commit(mirror, result))
        return false;
    err = avow_snapshot_renew(mirror->snapshot);
    return err == AVOW_OK || say(result, AVOW_EXIT_NEGATIVE, "cannot read: %s", avow_err_text(err));
}

void avow_mirror_copy(struct avow_mirror *mirror, const struct avow_hash *issuer,
                      struct avow_mirror_result *result)
{
    *result = (struct avow_mirror_result){.status = AVOW_EXIT_OK};
    avow_snapshot_release(mirror->snapshot); /* or the store would keep every page it replaces */
    if (!fetch_checkpoint(mirror, issuer, result))
        return;
    const struct avow_log_proof *proof = avow_evidence_log(&mirror->fetched.evidence, issuer);
    AVOW_ASSERT(proof != NULL);
    if (proof->checkpoint.size > AVOW_WALK_SIZE_MAX) {
        (void)say(result, AVOW_EXIT_UNKNOWN, "a log of %" PRIu64 " entries is too long to be read",
                  proof->checkpoint.size);
        return;
    }
    avow_progress_start(&mirror->progress, mirror->cli->err, "entries", proof->checkpoint.size);
    const bool copied = copy_entries(mirror, &proof->checkpoint, result);
    avow_progress_end(&mirror->progress);
    if (!copied || !keep_cosignatures(mirror, proof, result))
        avow_txn_abort(&mirror->txn);
}

/* ------------------------------------------------------------------ all logs */

int avow_mirror_list(struct avow_mirror *mirror, struct avow_hash **issuers, size_t *count)
{
    struct avow_logs logs = {0};
    *issuers = NULL;
    *count = 0;
    while (!logs.last) {
        enum avow_err err = avow_logs_next(mirror->client, &logs);
        if (err != AVOW_OK)
            return avow_ask_result(mirror->cli, mirror->client, err);
        struct avow_hash *grown = realloc(*issuers, (*count + logs.count + 1) * sizeof(*grown));
        if (grown == NULL)
            return avow_cli_fail(mirror->cli, AVOW_EXIT_NEGATIVE, "out of memory");
        *issuers = grown;
        memcpy(&grown[*count], logs.issuers, logs.count * sizeof(*grown));
        *count += logs.count;
    }
    return AVOW_EXIT_OK;
}
