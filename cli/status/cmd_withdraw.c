#include "cli/status/status_change.h"

#include <limits.h>

static int run(struct avow_cli *cli)
{
    return avow_status_change_withdraw(cli);
}

static const struct avow_option options[] = {
    {.name = "reason", .value = "WORD", .help = AVOW_REASON_WORDS},
    {.name = "csv", .value = "FILE", .help = "a list of them: a column reference"},
    {0},
};

const struct avow_command avow_cmd_withdraw = {
    .name = "withdraw",
    .operands = "[REF\xe2\x80\xa6]",
    .operands_max = UINT_MAX,
    .summary = "withdraw recognitions, for good",
    .details = "Appends a signed status entry for each recognition of this body's log. With the "
               "reasons error, fraud, data and key it counts as never made; with the others, or "
               "none, it no longer counts from now on: awards that the verifier's own witnesses "
               "had seen before stay recognised.\n"
               "\n"
               "    avow withdraw avow1\xe2\x80\xa6/12 --reason lapsed\n",
    .options = options,
    .json = true,
    .run = run,
};
