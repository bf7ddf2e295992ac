#include "cli/status/status_change.h"

#include <limits.h>

static int run(struct avow_cli *cli)
{
    return avow_status_change(cli, AVOW_STATUS_ACTIVE);
}

static const struct avow_option options[] = {
    {.name = "reason", .value = "WORD", .help = AVOW_REASON_WORDS, .required = false},
    {.name = "csv", .value = "FILE", .help = "a list of them: a column reference, or file"},
    {0},
};

const struct avow_command avow_cmd_reinstate = {
    .name = "reinstate",
    .operands = "[FILE|REF…]",
    .operands_max = UINT_MAX,
    .summary = "lift a suspension",
    .details = "Makes suspended credentials active again. What is revoked stays revoked.",
    .options = options,
    .json = true,
    .run = run,
};
