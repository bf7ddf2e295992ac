/* avow help: what --help says, under the name that people try first. */
#include "cli/frame/help.h"
#include "cli/frame/parse.h"

static int run(struct avow_cli *cli)
{
    if (cli->operand_count == 0) {
        avow_help(cli->out, cli->commands, NULL);
        return AVOW_EXIT_OK;
    }
    char name[128];
    bool two = cli->operand_count == 2;
    (void)snprintf(name, sizeof(name), "%s%s%s", cli->operands[0], two ? " " : "",
                   two ? cli->operands[1] : "");
    const struct avow_command *command = avow_parse_find_command(cli->commands, name);
    if (command != NULL)
        avow_help(cli->out, cli->commands, command);
    else if (avow_parse_is_family(cli->commands, name))
        avow_help_family(cli->out, cli->commands, name);
    else
        return avow_parse_no_command(cli, name);
    return AVOW_EXIT_OK;
}

static const struct avow_option options[] = {{0}};

const struct avow_command avow_cmd_help = {
    .name = "help",
    .operands = "[COMMAND]",
    .operands_max = 2,
    .summary = "show help on a command, or list the commands",
    .details = "The same as avow COMMAND --help.",
    .options = options,
    .run = run,
};
