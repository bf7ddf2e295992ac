/* avow completion: a script for a shell to read. */
#include "cli/frame/help.h"

static int run(struct avow_cli *cli)
{
    if (avow_completion(cli->out, cli->commands, cli->operands[0]))
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                         "%s is not a shell that is known here: bash, zsh or fish",
                         cli->operands[0]);
}

static const struct avow_option options[] = {{0}};

const struct avow_command avow_cmd_completion = {
    .name = "completion",
    .operands = "bash|zsh|fish",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "print a script that completes commands and options",
    .details = "For bash, in ~/.bashrc:\n\n"
               "    source <(avow completion bash)\n",
    .options = options,
    .run = run,
};
