/* avow issuer new: keys, then a log that begins with an inception and the home node.
 *
 * The entries are kept in home/inception from before anything is published until everything is
 * done, so that a call that was cut short is completed by the next. */
#include "cli/frame/ask.h"
#include "cli/issuer/next_keys.h"
#include "cli/signer/signer.h"
#include "proto/codec/id.h"
#include "proto/codec/utf8.h"
#include "proto/codec/writer.h"
#include "proto/crypto/sha256.h"
#include "proto/entry/shape.h"

#include <jansson.h>
#include <sodium.h>
#include <time.h>
#include <unistd.h>

#define INCEPTION_FILE "inception"
#define INCEPTION_FILE_MAX (2 * AVOW_ENTRY_BYTES_MAX)

struct birth {
    const struct avow_cli *cli;
    uint8_t storage[INCEPTION_FILE_MAX];
    struct avow_buf file;           /* [entry 0 bin, entry 1 bin] */
    struct avow_bytes entries[2];   /* views into it */
    struct avow_identity_keys keys; /* of the new issuer */
};

/* ------------------------------------------------------------------ what was asked for */

static int wrong(const struct avow_cli *cli, const char *option, const char *what)
{
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--%s %s: %s", option, avow_cli_value(cli, option),
                         what);
}

static int check_options(const struct avow_cli *cli)
{
    struct avow_bytes name = avow_bytes_text(avow_cli_value(cli, "name"));
    if (name.len == 0 || name.len > 1024 || avow_utf8_check(name) != AVOW_ACCEPT)
        return wrong(cli, "name", "1 to 1024 bytes of UTF-8 without control characters");
    if (!avow_shape_jurisdiction(avow_bytes_text(avow_cli_value(cli, "jurisdiction"))))
        return wrong(cli, "jurisdiction",
                     "write a country's code (ISO 3166-1: PT) or a region's (ISO 3166-2: PT-13)");
    if (!avow_shape_url(avow_bytes_text(avow_cli_value(cli, "website"))))
        return wrong(cli, "website", "write an address that begins with https:// or http://");
    return AVOW_EXIT_OK;
}

/* "avownode1…@host:port" of the call's node, which will be the home node. */
static int ask_node(const struct avow_cli *cli, char home[AVOW_ASK_NAME_MAX])
{
    int status = avow_ask_name(cli, cli->node, home);
    if (status != AVOW_EXIT_OK)
        return status;
    if (avow_nodes_address_fits(avow_bytes_text(home)))
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "%s cannot be named in a log: write HOST:PORT",
                         cli->node);
}

/* ------------------------------------------------------------------ the keys and the entries */

/* Keys that an earlier call has left without publishing anything are used. */
static int make_keys(const struct avow_cli *cli, struct avow_inception *inception)
{
    char *passphrase = NULL;
    struct avow_key next_root;
    int status = AVOW_EXIT_OK;
    if (!avow_home_has_key(cli, "heartbeat"))
        status = avow_home_new_passphrase(cli, &passphrase);
    if (status == AVOW_EXIT_OK)
        status = avow_home_make_key(cli, "root", "root", passphrase, &inception->root_key);
    if (status == AVOW_EXIT_OK)
        status = avow_home_make_key(cli, "next-root", "root", passphrase, &next_root);
    if (status == AVOW_EXIT_OK)
        status = avow_home_make_key(cli, "signing", "signing", passphrase, &inception->signing_key);
    if (status == AVOW_EXIT_OK)
        status = avow_home_make_key(cli, "heartbeat", "heartbeat", passphrase,
                                    &inception->heartbeat_key);
    sodium_free(passphrase);
    if (status == AVOW_EXIT_OK) {
        struct avow_bytes key = avow_bytes(next_root.bytes, sizeof(next_root.bytes));
        inception->next_root_digest = avow_sha256(&key, 1);
    }
    return status;
}

static int write_inception(struct birth *birth, const struct avow_inception *inception,
                           const char *home)
{
    char path[AVOW_PATH_BYTES];
    uint8_t list[512], bytes[AVOW_ENTRY_BYTES_MAX];
    struct avow_buf items, entry;
    const uint64_t now = (uint64_t)time(NULL);
    struct avow_entry first = {.kind = AVOW_KIND_INCEPTION, .t = now, .inception = *inception};
    struct avow_entry second = {.kind = AVOW_KIND_NODES, .t = now};
    first.inception.not_after = now + AVOW_KEY_LIFE_MAX_S;
    avow_buf_init_fixed(&items, list, sizeof(list));
    avow_write_text(&items, avow_bytes_text(home));
    second.nodes.count = 1;
    second.nodes.list = avow_buf_bytes(&items);
    avow_write_array(&birth->file, 2);
    avow_buf_init_fixed(&entry, bytes, sizeof(bytes));
    avow_entry_encode(&entry, &first);
    avow_write_bin(&birth->file, avow_buf_bytes(&entry));
    enum avow_err err = entry.err;
    avow_buf_clear(&entry);
    avow_entry_encode(&entry, &second);
    avow_write_bin(&birth->file, avow_buf_bytes(&entry));
    int status = avow_home_path(birth->cli, INCEPTION_FILE, path);
    if (status != AVOW_EXIT_OK)
        return status;
    if (err == AVOW_OK)
        err = birth->file.err;
    if (err == AVOW_OK)
        err = avow_file_create(path, avow_buf_bytes(&birth->file), 0644);
    if (err != AVOW_OK)
        return avow_cli_fail(birth->cli, AVOW_EXIT_NEGATIVE, "cannot write %s: %s", path,
                             avow_err_text(err));
    return AVOW_EXIT_OK;
}

static int prepare(struct birth *birth)
{
    const struct avow_cli *cli = birth->cli;
    char home[400];
    struct avow_inception inception = {
        .name = avow_bytes_text(avow_cli_value(cli, "name")),
        .jurisdiction = avow_bytes_text(avow_cli_value(cli, "jurisdiction")),
        .website = avow_bytes_text(avow_cli_value(cli, "website")),
        .has_heartbeat = true,
    };
    int status = ask_node(cli, home);
    if (status == AVOW_EXIT_OK)
        status = make_keys(cli, &inception);
    return status == AVOW_EXIT_OK ? write_inception(birth, &inception, home) : status;
}

/* ------------------------------------------------------------------ publishing */

/* Takes the file apart; the issuer's id comes from its first entry. */
static int read_entries(struct birth *birth)
{
    struct avow_reader reader;
    avow_reader_init(&reader, avow_buf_bytes(&birth->file));
    avow_reader_array_of(&reader, 2);
    for (size_t i = 0; i < 2; i++)
        birth->entries[i] = avow_reader_bin(&reader, AVOW_ENTRY_BYTES_MAX);
    if (avow_reader_finish(&reader) != AVOW_ACCEPT)
        return avow_cli_fail(birth->cli, AVOW_EXIT_NEGATIVE, "%s/%s is damaged: remove it",
                             birth->cli->home, INCEPTION_FILE);
    birth->keys.issuer = avow_merkle_leaf_hash(birth->entries[0]);
    return AVOW_EXIT_OK;
}

static int build(void *context, struct avow_signer *signer)
{
    const struct birth *birth = context;
    int status = AVOW_EXIT_OK;
    for (size_t i = 0; i < 2 && status == AVOW_EXIT_OK; i++) {
        struct avow_entry entry;
        if (avow_entry_decode(birth->entries[i], &entry) != AVOW_ACCEPT)
            return avow_cli_fail(birth->cli, AVOW_EXIT_NEGATIVE, "%s/%s is damaged: remove it",
                                 birth->cli->home, INCEPTION_FILE);
        status = avow_signer_append(signer, &entry);
    }
    return status;
}

static void report(const struct birth *birth)
{
    const struct avow_cli *cli = birth->cli;
    char id[AVOW_ISSUER_TEXT_MAX];
    avow_id_issuer_text(&birth->keys.issuer, id);
    if (cli->json)
        (void)fprintf(cli->out, "{\"id\": \"%s\"}\n", id);
    else
        (void)fprintf(cli->out, "%s\n", id);
    avow_cli_note(cli, "The keys are in %s.", cli->home);
    avow_cli_note(cli, "Move root.key and next-root.key to two safe places away from this machine: "
                       "daily work needs neither.");
    avow_cli_note(cli, "Next: avow achievement add --code CODE --title TITLE");
}

static int publish(struct birth *birth)
{
    char path[AVOW_PATH_BYTES];
    struct avow_published published;
    struct avow_hash known;
    const struct avow_publication publication = {.build = build, .context = birth};
    int status = read_entries(birth);
    if (status == AVOW_EXIT_OK)
        status = avow_home_load_pair(birth->cli, "signing", &birth->keys.signing);
    if (status != AVOW_EXIT_OK)
        return status;
    memcpy(birth->keys.key.bytes, birth->keys.signing->bytes + 32, sizeof(birth->keys.key.bytes));
    status = avow_publish_new(birth->cli, &birth->keys, &publication, &published);
    if (status == AVOW_EXIT_OK && !avow_home_has_issuer(birth->cli))
        status = avow_home_set_issuer(birth->cli, &birth->keys.issuer);
    if (status == AVOW_EXIT_OK)
        status = avow_home_issuer(birth->cli, &known);
    if (status == AVOW_EXIT_OK && !avow_hash_equal(&known, &birth->keys.issuer))
        status = avow_cli_fail(birth->cli, AVOW_EXIT_NEGATIVE,
                               "%s has another issuer already; another one needs a home of its own",
                               birth->cli->home);
    if (status == AVOW_EXIT_OK)
        status = avow_next_keys_hand_over(birth->cli, &birth->keys, "heartbeat");
    if (status == AVOW_EXIT_OK)
        status = avow_home_path(birth->cli, INCEPTION_FILE, path);
    if (status == AVOW_EXIT_OK) {
        (void)unlink(path); /* if it stays, the next call finds all of it done */
        report(birth);
    }
    return status;
}

static int run(struct avow_cli *cli)
{
    char path[AVOW_PATH_BYTES];
    struct birth birth = {.cli = cli};
    int status = check_options(cli);
    if (status == AVOW_EXIT_OK)
        status = avow_home_path(cli, INCEPTION_FILE, path);
    if (status != AVOW_EXIT_OK)
        return status;
    avow_buf_init_fixed(&birth.file, birth.storage, sizeof(birth.storage));
    enum avow_err err = avow_file_read(path, INCEPTION_FILE_MAX, &birth.file);
    if (err == AVOW_OK) {
        avow_cli_note(cli, "Completing an earlier call that was cut short.");
    } else if (err != AVOW_ERR_NOT_FOUND) {
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot read %s: %s", path,
                             avow_err_text(err));
    } else if (avow_home_has_issuer(cli)) {
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "%s has an issuer already; another one needs a home of its own "
                             "(AVOW_HOME or --home)",
                             cli->home);
    } else {
        status = prepare(&birth);
    }
    if (status == AVOW_EXIT_OK)
        status = publish(&birth);
    avow_identity_keys_fini(&birth.keys);
    return status;
}

static const struct avow_option options[] = {
    {.name = "name", .value = "NAME", .help = "the organisation's name", .required = true},
    {.name = "jurisdiction",
     .value = "CODE",
     .help = "its country or region: PT, PT-13",
     .required = true},
    {.name = "website", .value = "URL", .help = "its website", .required = true},
    {.name = "no-passphrase", .help = "leave the key files unsealed"},
    {0},
};

const struct avow_command avow_cmd_issuer_new = {
    .name = "issuer new",
    .operands = "",
    .summary = "make an issuer: keys, and a log at its home node",
    .details = "Makes four keys and publishes the beginning of the issuer's log at the node that "
               "--node or AVOW_NODE names, which becomes its home node. Prints the issuer's id.\n"
               "\n"
               "The keys are files in the home folder, sealed with a passphrase unless "
               "--no-passphrase is given. root.key and next-root.key belong elsewhere: they are "
               "needed to renew keys, once a year, and to recover from a theft. The home node gets "
               "the heartbeat key, which can sign nothing but \"still current\".\n"
               "\n"
               "A call that was cut short is completed by the same call.",
    .options = options,
    .json = true,
    .run = run,
};
