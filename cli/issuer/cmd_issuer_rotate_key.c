/* avow issuer rotate-key: a new signing or heartbeat key, authorised by the root key, and the old
 * one retired.
 *
 * The new key is home/NAME-next.key until the log authorises it, and home/NAME.key then: a call
 * that was cut short is completed by the next. */
#include "cli/frame/confirm.h"
#include "cli/issuer/next_keys.h"
#include "cli/issuer/node_names.h"
#include "cli/issuer/own_log_summary.h"
#include "cli/issuer/root_entry.h"

#include <sodium.h>

struct rotation {
    const struct avow_cli *cli;
    bool heartbeat;                 /* the heartbeat key, not the signing key */
    struct avow_node_names home;    /* that the batch names, if any */
    struct avow_identity_keys keys; /* who proposes: the new signing key signs for itself */
    struct avow_secret_key *root;   /* sodium_malloc */
    struct avow_key next;
};

static enum avow_key_kind kind_of(const struct rotation *rotation)
{
    return rotation->heartbeat ? AVOW_KEY_HEARTBEAT : AVOW_KEY_SIGN;
}

static const char *name_of(const struct rotation *rotation)
{
    return rotation->heartbeat ? AVOW_NEXT_HEARTBEAT : AVOW_NEXT_SIGNING;
}

/* ------------------------------------------------------------------ the entries */

static int append_key(const struct rotation *rotation, struct avow_signer *signer,
                      enum avow_key_action action, const struct avow_key *key, uint64_t not_after)
{
    struct avow_entry entry = {
        .kind = AVOW_KIND_KEY,
        .t = avow_signer_time(signer),
        .key = {.action = action,
                .use = rotation->heartbeat ? AVOW_USE_HEARTBEAT : AVOW_USE_SIGN,
                .key = *key,
                .not_after = not_after},
    };
    return avow_root_entry_append(signer, &entry, rotation->root);
}

/* Every other key of the kind that is in force. The chain grows meanwhile, and moves. */
static int retire_others(const struct rotation *rotation, struct avow_signer *signer)
{
    const struct avow_chain *chain = &avow_draft_state(avow_signer_draft(signer))->chain;
    int status = AVOW_EXIT_OK;
    for (size_t i = 0; i < chain->key_count && status == AVOW_EXIT_OK; i++) {
        const struct avow_chain_key old = chain->keys[i];
        if (old.kind == kind_of(rotation) && old.until == AVOW_NEVER &&
            !avow_key_equal(&old.key, &rotation->next))
            status = append_key(rotation, signer, AVOW_KEY_RETIRE, &old.key, old.not_after);
    }
    return status;
}

static int build(void *context, struct avow_signer *signer)
{
    const struct rotation *rotation = context;
    const struct avow_state *state = avow_draft_state(avow_signer_draft(signer));
    /* What an earlier call had proposed may just have been completed. */
    if (avow_chain_key(&state->chain, &rotation->next, kind_of(rotation), state->tree.size) != NULL)
        return AVOW_EXIT_OK;
    int status = append_key(rotation, signer, AVOW_KEY_AUTHORISE, &rotation->next,
                            avow_signer_time(signer) + AVOW_KEY_LIFE_MAX_S);
    if (status == AVOW_EXIT_OK)
        status = retire_others(rotation, signer);
    if (status == AVOW_EXIT_OK && rotation->home.count > 0)
        status = avow_node_names_append(&rotation->home, signer);
    return status;
}

/* ------------------------------------------------------------------ the call */

static void tell(const struct rotation *rotation, const struct avow_outlook *outlook)
{
    avow_outlook_tell_log(outlook);
    avow_outlook_tell_ending(outlook, kind_of(rotation));
    if (rotation->heartbeat)
        avow_cli_note(rotation->cli, "- The home node gets a new heartbeat key. Records are not "
                                     "touched.");
    else
        avow_cli_note(rotation->cli,
                      "- A new key signs from there on, for 13 months. What was signed before "
                      "stays good.");
    if (rotation->home.count > 0)
        avow_cli_note(rotation->cli, "- The home node is another one from there on: %s.",
                      avow_cli_value(rotation->cli, "home-node"));
}

/* Who proposes: the new signing key, which the batch brings, so that the old one may be lost; for a
 * heartbeat key the one that is there. */
static int load_signer(struct rotation *rotation)
{
    if (rotation->heartbeat)
        return avow_home_identity(rotation->cli, &rotation->keys);
    int status = avow_home_issuer(rotation->cli, &rotation->keys.issuer);
    if (status == AVOW_EXIT_OK)
        status = avow_home_load_pair(rotation->cli, AVOW_NEXT_SIGNING, &rotation->keys.signing);
    rotation->keys.key = rotation->next;
    return status;
}

static int rotate(struct rotation *rotation)
{
    struct avow_published published;
    char *passphrase = NULL;
    int status = avow_root_entry_load_key(rotation->cli, &rotation->root);
    if (status == AVOW_EXIT_OK)
        status = avow_next_keys_make(rotation->cli, name_of(rotation),
                                     rotation->heartbeat ? "heartbeat" : "signing", &passphrase,
                                     &rotation->next);
    sodium_free(passphrase);
    if (status == AVOW_EXIT_OK)
        status = load_signer(rotation);
    if (status != AVOW_EXIT_OK)
        return status;
    const struct avow_publication publication = {
        .build = build, .context = rotation, .ends_held = true};
    status = avow_publish(rotation->cli, &rotation->keys, &publication, &published);
    if (status == AVOW_EXIT_OK)
        avow_outlook_tell_accepted(rotation->cli, &published.checkpoint);
    return status;
}

static int run(struct avow_cli *cli)
{
    struct rotation rotation = {.cli = cli, .heartbeat = avow_cli_flag(cli, "heartbeat")};
    struct avow_outlook outlook = {0};
    bool placed = false;
    int status = avow_node_names_home(cli, &rotation.home);
    if (status == AVOW_EXIT_OK)
        status = avow_next_keys_settle(cli, &placed);
    if (status == AVOW_EXIT_OK && placed)
        avow_cli_note(cli, "Completed what an earlier call had begun.");
    if (status == AVOW_EXIT_OK && !placed)
        status = avow_outlook_open(cli, &outlook);
    if (status == AVOW_EXIT_OK && !placed) {
        tell(&rotation, &outlook);
        status = avow_confirm(cli, rotation.heartbeat ? "Replace the heartbeat key?"
                                                      : "Replace the signing key?");
        if (status == AVOW_EXIT_OK)
            status = rotate(&rotation);
        if (status == AVOW_EXIT_OK)
            status = avow_next_keys_settle(cli, &placed);
    }
    avow_outlook_fini(&outlook);
    sodium_free(rotation.root);
    avow_identity_keys_fini(&rotation.keys);
    return status;
}

static const struct avow_option options[] = {
    {.name = "heartbeat", .help = "replace the heartbeat key, and not the signing key"},
    AVOW_HOME_NODE_OPTION,
    {.name = "root-key", .value = "FILE", .help = "the root key (default: root.key in the home)"},
    {.name = "no-passphrase", .help = "leave the new key's file unsealed"},
    AVOW_CONFIRM_OPTION,
    {0},
};

const struct avow_command avow_cmd_issuer_rotate_key = {
    .name = "issuer rotate-key",
    .operands = "",
    .summary = "replace the signing key, by the root key",
    .details =
        "Makes a new signing key, authorises it for 13 months and retires the old one, which may "
        "be lost. Credentials that the old key signed stay good; a thief of the old key can no "
        "longer go on from here, but what the thief has signed already stands (see `avow issuer "
        "recover`). With --heartbeat it is the heartbeat key, which the home node gets. Needs the "
        "root key: bring it, name its file with --root-key, and take it away again.\n"
        "\n"
        "Says what will happen and asks. The batch may go to any node (--node), also where the "
        "home node is gone: --home-node names another.\n"
        "\n"
        "A call that was cut short is completed by the same call.",
    .options = options,
    .run = run,
};
