/* avow stack check: how far a learner's credentials have got on a pathway. */
#include "cli/stack/stack_call.h"
#include "cli/verify/policy_file.h"

static int run(struct avow_cli *cli)
{
    AVOW_CLEANUP(avow_stack_call_free)
    struct avow_stack_call *call = NULL;
    int status = avow_stack_call_run(cli, &call);
    if (status == AVOW_EXIT_OK)
        status = avow_stack_call_print(call);
    return status == AVOW_EXIT_OK ? avow_stack_call_exit(call) : status;
}

static const struct avow_option options[] = {
    AVOW_STACK_OPTIONS,
    AVOW_POLICY_OPTIONS,
    {0},
};

const struct avow_command avow_cmd_stack_check = {
    .name = "stack check",
    .operands = "DIR",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "tell how far a folder of credentials has got on a pathway",
    .details =
        "Verifies every badge in the folder (files that end in .json), as `avow verify` does, and "
        "holds the valid ones against the pathway's rule: which counts for what, so that the most "
        "of the rule is met; what is missing; how many credits count. A credential that is there "
        "twice counts once. The learner's names and addresses are compared, and what differs is "
        "told.\n"
        "\n"
        "Exit status: 0 complete; 1 not complete; 2 the call is wrong; 3 it cannot be told: it "
        "would be complete if a credential were good of which that cannot be told, or the search "
        "ended at its bound.\n"
        "\n"
        "    avow stack check ana/ --pathway avow1\xe2\x80\xa6/7\n",
    .options = options,
    .json = true,
    .run = run,
};
