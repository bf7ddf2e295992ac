#include "cli/status/status_change.h"

#include <limits.h>

static int run(struct avow_cli *cli)
{
    return avow_status_change(cli, AVOW_STATUS_REVOKED);
}

static const struct avow_option options[] = {
    {.name = "reason", .value = "WORD", .help = AVOW_REASON_WORDS, .required = true},
    {.name = "csv", .value = "FILE", .help = "a list of them: a column reference, or file"},
    {0},
};

const struct avow_command avow_cmd_revoke = {
    .name = "revoke",
    .operands = "[FILE|REF…]",
    .operands_max = UINT_MAX,
    .summary = "revoke credentials, for good",
    .details = "Appends a signed status entry for each to the log; every node that has the log "
               "refuses them from "
               "then on. Revocation is final. The reasons error, fraud, data and key void a "
               "credential from its beginning, the others from now.\n"
               "\n"
               "Also for achievements (no more issues), pathways and recognitions, by reference. "
               "A CSV list has a column reference, or file. What is revoked already counts as "
               "done; its first reason stands, and asking for another one ends with 1.\n"
               "\n"
               "    avow revoke badges/s1.json --reason error\n",
    .options = options,
    .json = true,
    .run = run,
};
