/* avow stack check: how far a learner's credentials have got on a pathway. */
#include "cli/frame/print.h"
#include "cli/stack/stack_check.h"
#include "cli/verify/policy_file.h"

static int run(struct avow_cli *cli)
{
    AVOW_CLEANUP(avow_stack_check_free)
    struct avow_stack_check *check = NULL;
    int status = avow_stack_check_run(cli, &check);
    if (status != AVOW_EXIT_OK)
        return status;
    if (!cli->json) {
        avow_stack_check_print(check);
        return check->exit;
    }
    status = avow_print_json(cli, avow_stack_check_json(check));
    return status == AVOW_EXIT_OK ? check->exit : status;
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
    .run = run,
};
