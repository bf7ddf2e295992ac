#include "cli/status/status_change.h"

#include <limits.h>

static int run(struct avow_cli *cli)
{
    return avow_status_change(cli, AVOW_STATUS_SUSPENDED);
}

static const struct avow_option options[] = {
    {.name = "reason", .value = "WORD", .help = AVOW_REASON_WORDS, .required = false},
    {.name = "csv", .value = "FILE", .help = "a list of them: a column reference, or file"},
    {0},
};

const struct avow_command avow_cmd_suspend = {
    .name = "suspend",
    .operands = "[FILE|REF…]",
    .operands_max = UINT_MAX,
    .summary = "suspend credentials for a time",
    .details =
        "Like revoke, but `avow reinstate` lifts it, and then it is as if it had never been.",
    .options = options,
    .json = true,
    .run = run,
};
