/* avow issuer complete: what another signer of the same issuer left at the home node. */
#include "cli/signer/signer.h"

static int run(struct avow_cli *cli)
{
    struct avow_identity_keys keys = {0};
    int status = avow_home_identity(cli, &keys);
    if (status == AVOW_EXIT_OK)
        status = avow_signer_take_over(
            cli, &keys, avow_cli_flag(cli, "sign") ? AVOW_TAKE_OVER_SIGN : AVOW_TAKE_OVER_SHOW);
    if (status == AVOW_EXIT_OK)
        avow_cli_note(cli, "The home node holds nothing unsigned.");
    avow_identity_keys_fini(&keys);
    return status;
}

static const struct avow_option options[] = {
    {.name = "sign", .help = "sign it"},
    {0},
};

const struct avow_command avow_cmd_issuer_complete = {
    .name = "issuer complete",
    .operands = "",
    .summary = "look at, or sign, what another signer left unsigned",
    .details =
        "New records are held by the home node before they are signed. When a signer of the same "
        "issuer on another machine is cut short between the two, nothing more can be published "
        "until its records are signed: best by the same command there, which goes on where it "
        "stopped. This command shows what is held and, with --sign, signs it here. Sign only what "
        "you know of: a node that lies could have made it up.",
    .options = options,
    .run = run,
};
