/* avow issuer rotate-root: the next root key comes into force, and with it new keys of every use.
 *
 * Everything new is in files of its own until the log has it (cli/issuer/next_keys.h). The old
 * signing key is not needed: the new one, which the batch brings, proposes and signs it. */
#include "cli/frame/confirm.h"
#include "cli/issuer/key_set.h"
#include "cli/issuer/next_keys.h"
#include "cli/issuer/node_names.h"
#include "cli/issuer/own_log_summary.h"

#include <sodium.h>

struct rotation {
    const struct avow_cli *cli;
    struct avow_node_names home; /* that the batch names, if any */
    bool has_root;               /* the root key in force when the person was asked */
    struct avow_key root;
    struct avow_key_set set;
};

static int build(void *context, struct avow_signer *signer)
{
    const struct rotation *rotation = context;
    const struct avow_state *state = avow_draft_state(avow_signer_draft(signer));
    struct avow_entry entry;
    /* What an earlier call had proposed may just have been completed. */
    if (avow_key_set_is_root(&rotation->set, &state->chain))
        return AVOW_EXIT_OK;
    int status = avow_key_set_rotation(rotation->cli, &rotation->set, state,
                                       avow_signer_time(signer), &entry);
    if (status == AVOW_EXIT_OK)
        status = avow_signer_append(signer, &entry);
    if (status == AVOW_EXIT_OK && rotation->home.count > 0)
        status = avow_node_names_append(&rotation->home, signer);
    return status;
}

static void tell(const struct rotation *rotation, const struct avow_outlook *outlook)
{
    const struct avow_cli *cli = rotation->cli;
    avow_outlook_tell_log(outlook);
    avow_outlook_tell_ending(outlook, AVOW_KEY_ROOT);
    avow_outlook_tell_ending(outlook, AVOW_KEY_SIGN);
    avow_outlook_tell_ending(outlook, AVOW_KEY_HEARTBEAT);
    avow_cli_note(cli,
                  "- The next root key comes into force; a new signing key%s and another next "
                  "root key are made.",
                  avow_cli_flag(cli, "no-heartbeat") ? "" : ", a new heartbeat key");
    avow_cli_note(cli,
                  "- What was signed before stays good. root.key in %s, if there is one, is "
                  "erased once the log has the rotation.",
                  cli->home);
    if (rotation->home.count > 0)
        avow_cli_note(cli, "- The home node is another one from there on: %s.",
                      avow_cli_value(cli, "home-node"));
}

/* What a call that was cut short had put into force is settled by now, so this is the wrong file;
 * to go on would say "done" to somebody who believes that the old root key has ended. */
static int check_root(const struct rotation *rotation)
{
    if (!rotation->has_root || !avow_key_equal(&rotation->root, &rotation->set.root_key))
        return AVOW_EXIT_OK;
    return avow_cli_fail(rotation->cli, AVOW_EXIT_NEGATIVE,
                         "this root key is in force already, and nothing was changed: bring the "
                         "next one, and name its file with --next-root-key");
}

static int rotate(struct rotation *rotation)
{
    struct avow_published published;
    struct avow_identity_keys keys = {0};
    int status = avow_key_set_make(rotation->cli, &rotation->set);
    if (status == AVOW_EXIT_OK)
        status = check_root(rotation);
    if (status == AVOW_EXIT_OK)
        status = avow_home_issuer(rotation->cli, &keys.issuer);
    if (status != AVOW_EXIT_OK)
        return status;
    keys.signing = rotation->set.signing; /* lent */
    keys.key = rotation->set.signing_key;
    const struct avow_publication publication = {
        .build = build, .context = rotation, .ends_held = true};
    status = avow_publish(rotation->cli, &keys, &publication, &published);
    if (status == AVOW_EXIT_OK)
        avow_outlook_tell_accepted(rotation->cli, &published.checkpoint);
    return status;
}

static int ask_and_rotate(struct rotation *rotation)
{
    struct avow_outlook outlook;
    bool placed;
    int status = avow_outlook_open(rotation->cli, &outlook);
    if (status == AVOW_EXIT_OK) {
        const struct avow_key *root = avow_chain_root_key(outlook.chain);
        rotation->has_root = root != NULL;
        if (root != NULL)
            rotation->root = *root;
        tell(rotation, &outlook);
        status = avow_confirm(rotation->cli, "Put the next root key into force?");
    }
    avow_outlook_fini(&outlook);
    if (status == AVOW_EXIT_OK)
        status = rotate(rotation);
    if (status == AVOW_EXIT_OK)
        status = avow_next_keys_settle(rotation->cli, &placed);
    if (status == AVOW_EXIT_OK)
        avow_key_set_tell_roots(rotation->cli);
    return status;
}

static int run(struct avow_cli *cli)
{
    struct rotation rotation = {.cli = cli};
    bool placed = false;
    int status = avow_node_names_home(cli, &rotation.home);
    if (status == AVOW_EXIT_OK)
        status = avow_next_keys_settle(cli, &placed);
    if (status == AVOW_EXIT_OK && placed)
        avow_cli_note(cli, "Completed what an earlier call had begun.");
    if (status == AVOW_EXIT_OK && !placed)
        status = ask_and_rotate(&rotation);
    avow_key_set_fini(&rotation.set);
    return status;
}

static const struct avow_option options[] = {
    AVOW_HOME_NODE_OPTION,
    AVOW_KEY_SET_OPTIONS,
    AVOW_CONFIRM_OPTION,
    {0},
};

const struct avow_command avow_cmd_issuer_rotate_root = {
    .name = "issuer rotate-root",
    .operands = "",
    .summary = "put the next root key into force, with new keys of every use",
    .details =
        "For when the root key or the signing key is lost, or may be known to somebody, and once a "
        "year where you like. Needs the next root key alone: bring it, name its file with "
        "--next-root-key, and take it away again. All other keys end; what they signed stays "
        "good. What a thief has signed since a theft is not undone by it: that is `avow issuer "
        "recover`.\n"
        "\n"
        "Says what will happen and asks. The batch may go to any node (--node), also where the "
        "home node is gone: --home-node names another. A custodian takes a closed log over with "
        "it.\n"
        "\n"
        "A call that was cut short is completed by the same call.",
    .options = options,
    .run = run,
};
