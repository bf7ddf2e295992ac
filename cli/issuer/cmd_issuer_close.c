/* avow issuer close: the end of a log, or its handing over to a custodian, by the root key. */
#include "cli/frame/confirm.h"
#include "cli/issuer/own_log_summary.h"
#include "cli/issuer/root_entry.h"
#include "proto/codec/base58.h"
#include "proto/codec/base64.h"
#include "proto/codec/id.h"

#include <sodium.h>

struct closing {
    const struct avow_cli *cli;
    struct avow_closure closure;
    struct avow_secret_key *root; /* sodium_malloc */
};

/* ------------------------------------------------------------------ what was asked for */

static int read_id(const struct avow_cli *cli, const char *option, bool *given,
                   struct avow_hash *id)
{
    const char *value = avow_cli_value(cli, option);
    *given = value != NULL;
    if (value == NULL || avow_id_issuer_parse(avow_bytes_text(value), id) == AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--%s %s: not an issuer's id, avow1…", option,
                         value);
}

static int read_custody(struct closing *closing)
{
    const struct avow_cli *cli = closing->cli;
    struct avow_closure *closure = &closing->closure;
    const char *key = avow_cli_value(cli, "custodian-key");
    const char *digest = avow_cli_value(cli, "custodian-next-digest");
    if (closure->has_custodian != (key != NULL) || closure->has_custodian != (digest != NULL))
        return avow_cli_fail(
            cli, AVOW_EXIT_USAGE,
            "--custodian, --custodian-key and --custodian-next-digest go together: "
            "the custodian prints the last two with `avow issuer custody-key`");
    if (key == NULL)
        return AVOW_EXIT_OK;
    if (avow_multibase_key_parse(avow_bytes_text(key), &closure->custodian_key) != AVOW_ACCEPT ||
        !avow_ed25519_key_is_valid(&closure->custodian_key))
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--custodian-key %s: not a key, z6Mk…", key);
    if (avow_hex_decode_exact(avow_bytes_text(digest), closure->next_root_digest.bytes,
                              sizeof(closure->next_root_digest.bytes)) != AVOW_ACCEPT)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "--custodian-next-digest %s: not 64 hexadecimal digits", digest);
    return AVOW_EXIT_OK;
}

static int check_successor(const struct closing *closing)
{
    struct avow_hash own;
    int status = avow_home_issuer(closing->cli, &own);
    if (status == AVOW_EXIT_OK && closing->closure.has_successor &&
        avow_hash_equal(&own, &closing->closure.successor))
        return avow_cli_fail(closing->cli, AVOW_EXIT_USAGE,
                             "--successor: this is your own id, whose log ends: name the issuer "
                             "that goes on, or leave it out");
    return status;
}

static int read_options(struct closing *closing)
{
    struct avow_closure *closure = &closing->closure;
    int status = read_id(closing->cli, "successor", &closure->has_successor, &closure->successor);
    if (status == AVOW_EXIT_OK)
        status = read_id(closing->cli, "custodian", &closure->has_custodian, &closure->custodian);
    if (status == AVOW_EXIT_OK)
        status = read_custody(closing);
    return status == AVOW_EXIT_OK ? check_successor(closing) : status;
}

/* ------------------------------------------------------------------ the entry */

static int build(void *context, struct avow_signer *signer)
{
    const struct closing *closing = context;
    struct avow_entry entry = {
        .kind = AVOW_KIND_CLOSURE, .t = avow_signer_time(signer), .closure = closing->closure};
    if (avow_draft_state(avow_signer_draft(signer))->chain.closed)
        return AVOW_EXIT_OK; /* an earlier call's */
    if (entry.closure.has_custodian)
        entry.closure.not_after = entry.t + AVOW_KEY_LIFE_MAX_S;
    return avow_root_entry_append(signer, &entry, closing->root);
}

static void tell(const struct closing *closing, const struct avow_outlook *outlook)
{
    const struct avow_cli *cli = closing->cli;
    avow_outlook_tell_log(outlook);
    avow_outlook_tell_ending(outlook, AVOW_KEY_ROOT);
    avow_outlook_tell_ending(outlook, AVOW_KEY_SIGN);
    avow_outlook_tell_ending(outlook, AVOW_KEY_HEARTBEAT);
    avow_cli_note(cli, "- Nothing is issued after that, ever. Every node that has the log goes on "
                       "answering for its credentials.");
    if (closing->closure.has_custodian)
        avow_cli_note(cli,
                      "- The custodian can revoke, suspend and reinstate, name nodes and renew "
                      "its keys; nothing else.");
    else
        avow_cli_note(cli, "- No custodian is named: nobody can revoke anything after that.");
}

static int tell_and_ask(const struct closing *closing, bool *closed)
{
    struct avow_outlook outlook;
    *closed = false;
    int status = avow_outlook_open(closing->cli, &outlook);
    if (status == AVOW_EXIT_OK && outlook.chain->closed) {
        avow_cli_note(closing->cli, "The log is closed already, by its entry %llu.",
                      (unsigned long long)outlook.chain->closed_at);
        *closed = true;
    } else if (status == AVOW_EXIT_OK) {
        tell(closing, &outlook);
        status = avow_confirm(closing->cli, "Close the log? It cannot be opened again.");
    }
    avow_outlook_fini(&outlook);
    return status;
}

static int close_log(struct closing *closing)
{
    struct avow_identity_keys keys = {0};
    struct avow_published published;
    const struct avow_hash request = avow_cli_request(closing->cli);
    const struct avow_publication publication = {
        .request = &request, .build = build, .context = closing};
    int status = avow_home_identity(closing->cli, &keys);
    if (status == AVOW_EXIT_OK)
        status = avow_root_entry_load_key(closing->cli, &closing->root);
    if (status == AVOW_EXIT_OK)
        status = avow_publish(closing->cli, &keys, &publication, &published);
    if (status == AVOW_EXIT_OK) {
        avow_outlook_tell_accepted(closing->cli, &published.checkpoint);
        avow_published_told(closing->cli, &published);
    }
    avow_identity_keys_fini(&keys);
    return status;
}

static int run(struct avow_cli *cli)
{
    struct closing closing = {.cli = cli};
    bool closed = false;
    int status = read_options(&closing);
    if (status == AVOW_EXIT_OK)
        status = tell_and_ask(&closing, &closed);
    if (status == AVOW_EXIT_OK && !closed)
        status = close_log(&closing);
    sodium_free(closing.root);
    return status;
}

static const struct avow_option options[] = {
    {.name = "successor", .value = "ID", .help = "the issuer that goes on with this one's work"},
    {.name = "custodian", .value = "ID", .help = "the issuer that may revoke after the end"},
    {.name = "custodian-key", .value = "KEY", .help = "its key for this log, z6Mk…"},
    {.name = "custodian-next-digest", .value = "HEX", .help = "the digest of its root key"},
    {.name = "root-key", .value = "FILE", .help = "the root key (default: root.key in the home)"},
    AVOW_CONFIRM_OPTION,
    {0},
};

const struct avow_command avow_cmd_issuer_close = {
    .name = "issuer close",
    .operands = "",
    .summary = "end the log for good, or hand it to a custodian",
    .details =
        "For an issuer that ceases. All keys end, nothing is issued any more, and every node that "
        "has the log goes on answering for what is in it. With a custodian, an organisation that "
        "you trust, later revocations stay possible: it runs `avow issuer custody-key` and sends "
        "you the key and the digest which that prints. Needs the root key and the signing key.\n"
        "\n"
        "Says what will happen and asks. A call that was cut short is completed by the same call.",
    .options = options,
    .run = run,
};
