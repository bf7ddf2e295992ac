/* avow issuer rotate-key: a new signing key, authorised by the root key, and the old one retired.
 *
 * The new key is home/signing-next.key until the log authorises it, and home/signing.key then: a
 * call that was cut short is completed by the next. */
#include "cli/own_log.h"
#include "cli/root_entry.h"

#include <sodium.h>

#define NEXT "signing-next"

struct rotation {
    const struct avow_cli *cli;
    struct avow_identity_keys keys;
    struct avow_secret_key *root, *next; /* sodium_malloc */
    struct avow_key next_key;
};

/* ------------------------------------------------------------------ what the log says already */

static int is_authorised(const struct avow_cli *cli, const struct avow_key *key, bool *authorised)
{
    struct avow_hash issuer;
    struct avow_own_log log = {0};
    int status = avow_home_issuer(cli, &issuer);
    if (status == AVOW_EXIT_OK)
        status = avow_own_log_open(cli, &issuer, NULL, 0, &log);
    if (status == AVOW_EXIT_OK)
        *authorised = avow_chain_key(&log.proof->chain, key, AVOW_KEY_SIGN,
                                     log.proof->checkpoint.size) != NULL;
    avow_own_log_fini(&log);
    return status;
}

static int put_in_place(const struct rotation *rotation)
{
    int status = avow_home_rename_key(rotation->cli, NEXT, "signing");
    if (status == AVOW_EXIT_OK)
        avow_cli_note(rotation->cli,
                      "The new signing key is in %s/signing.key; the old one signs "
                      "no more.",
                      rotation->cli->home);
    return status;
}

/* ------------------------------------------------------------------ the entries */

static int append_key(const struct rotation *rotation, struct avow_signer *signer,
                      enum avow_key_action action, const struct avow_key *key, uint64_t not_after)
{
    struct avow_entry entry = {
        .kind = AVOW_KIND_KEY,
        .t = avow_signer_time(signer),
        .key = {.action = action, .use = AVOW_USE_SIGN, .key = *key, .not_after = not_after},
    };
    return avow_root_entry_append(signer, &entry, rotation->root);
}

static int build(void *context, struct avow_signer *signer)
{
    const struct rotation *rotation = context;
    const struct avow_state *state = avow_draft_state(avow_signer_draft(signer));
    /* What an earlier call had proposed may just have been completed. */
    if (avow_chain_key(&state->chain, &rotation->next_key, AVOW_KEY_SIGN, state->tree.size) != NULL)
        return AVOW_EXIT_OK;
    const struct avow_chain_key *old =
        avow_chain_key(&state->chain, &rotation->keys.key, AVOW_KEY_SIGN, state->tree.size);
    if (old == NULL)
        return avow_cli_fail(rotation->cli, AVOW_EXIT_NEGATIVE,
                             "the key in %s/signing.key is not in force", rotation->cli->home);
    uint64_t old_end = old->not_after; /* `old` moves when the chain grows */
    int status = append_key(rotation, signer, AVOW_KEY_AUTHORISE, &rotation->next_key,
                            avow_signer_time(signer) + AVOW_KEY_LIFE_MAX_S);
    if (status == AVOW_EXIT_OK)
        status = append_key(rotation, signer, AVOW_KEY_RETIRE, &rotation->keys.key, old_end);
    return status;
}

static int rotate(struct rotation *rotation)
{
    struct avow_published published;
    int status = avow_root_key_load(rotation->cli, &rotation->root);
    if (status == AVOW_EXIT_OK)
        status = avow_home_identity(rotation->cli, &rotation->keys);
    if (status == AVOW_EXIT_OK)
        status = avow_home_load_pair(rotation->cli, NEXT, &rotation->next);
    if (status != AVOW_EXIT_OK)
        return status;
    const struct avow_publication publication = {
        .build = build, .context = rotation, .next_key = rotation->next};
    status = avow_publish(rotation->cli, &rotation->keys, &publication, &published);
    return status == AVOW_EXIT_OK ? put_in_place(rotation) : status;
}

static int make_next(struct rotation *rotation)
{
    char *passphrase = NULL;
    int status = AVOW_EXIT_OK;
    if (!avow_home_has_key(rotation->cli, NEXT))
        status = avow_home_new_passphrase(rotation->cli, &passphrase);
    if (status == AVOW_EXIT_OK)
        status =
            avow_home_make_key(rotation->cli, NEXT, "signing", passphrase, &rotation->next_key);
    sodium_free(passphrase);
    return status;
}

static int run(struct avow_cli *cli)
{
    struct rotation rotation = {.cli = cli};
    bool authorised = false;
    int status = make_next(&rotation);
    if (status == AVOW_EXIT_OK)
        status = is_authorised(cli, &rotation.next_key, &authorised);
    if (status == AVOW_EXIT_OK)
        status = authorised ? put_in_place(&rotation) : rotate(&rotation);
    sodium_free(rotation.root);
    sodium_free(rotation.next);
    avow_identity_keys_fini(&rotation.keys);
    return status;
}

static const struct avow_option options[] = {
    {.name = "root-key", .value = "FILE", .help = "the root key (default: root.key in the home)"},
    {.name = "no-passphrase", .help = "leave the new key's file unsealed"},
    {0},
};

const struct avow_command avow_cmd_issuer_rotate_key = {
    .name = "issuer rotate-key",
    .operands = "",
    .summary = "replace the signing key, by the root key",
    .details = "Makes a new signing key, authorises it for 13 months and retires the old one. "
               "Credentials that the old key signed stay good. Needs the root key: bring it, name "
               "its file with --root-key, and take it away again.\n"
               "\n"
               "A call that was cut short is completed by the same call.",
    .options = options,
    .run = run,
};
