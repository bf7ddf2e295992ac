#include "cli/stack/stack_call.h"

#include "cli/verify/policy_file.h"

#include <stdlib.h>
#include <time.h>

static enum avow_err judge(struct avow_stack_call *call)
{
    call->check = (struct avow_stack_check){.facts = &call->view.facts,
                                            .reference = call->view.reference,
                                            .pathway = &call->view.pathway,
                                            .policy = &call->policy,
                                            .now = call->folder.now,
                                            .files = call->folder.files,
                                            .file_count = call->folder.count};
    return avow_stack_check(&call->check);
}

int avow_stack_call_run(const struct avow_cli *cli, struct avow_stack_call **out)
{
    struct avow_stack_call *call = calloc(1, sizeof(*call));
    *out = call;
    if (call == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    call->cli = cli;
    int status = avow_policy_file_of_call(cli, &call->policy);
    if (status == AVOW_EXIT_OK)
        status = avow_pathway_view_open(cli, avow_cli_value(cli, "pathway"), &call->view);
    if (status == AVOW_EXIT_OK)
        status = avow_stack_folder_read(cli, cli->operands[0], &call->view, &call->policy,
                                        (uint64_t)time(NULL), &call->folder);
    if (status != AVOW_EXIT_OK)
        return status;
    const enum avow_err err = judge(call);
    return err == AVOW_OK
               ? AVOW_EXIT_OK
               : avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "cannot judge: %s", avow_err_text(err));
}

void avow_stack_call_free(struct avow_stack_call **call)
{
    if (*call == NULL)
        return;
    avow_stack_folder_fini(&(*call)->folder);
    avow_pathway_view_close(&(*call)->view);
    free(*call);
    *call = NULL;
}

int avow_stack_call_exit(const struct avow_stack_call *call)
{
    static const int exits[] = {[AVOW_STACK_IS_UNKNOWN] = AVOW_EXIT_UNKNOWN,
                                [AVOW_STACK_IS_COMPLETE] = AVOW_EXIT_OK,
                                [AVOW_STACK_IS_INCOMPLETE] = AVOW_EXIT_NEGATIVE};
    return exits[call->check.end];
}
