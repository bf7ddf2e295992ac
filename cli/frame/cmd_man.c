/* avow man: the manual pages, as the build writes them for a package. */
#include "cli/frame/help.h"
#include "sys/files.h"

#include <errno.h>

/* "issuer new" is in avow-issuer-new.1. */
static int write_page(const struct avow_cli *cli, const struct avow_command *command)
{
    char path[4096];
    int len = snprintf(path, sizeof(path), "%s/avow%s%s.1", cli->operands[0],
                       command != NULL ? "-" : "", command != NULL ? command->name : "");
    if (len < 0 || (size_t)len >= sizeof(path))
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "the folder's path is too long");
    for (char *c = path + strlen(cli->operands[0]); *c != '\0'; c++) {
        if (*c == ' ')
            *c = '-';
    }
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot write %s: %s", path, strerror(errno));
    avow_man(file, cli->commands, command);
    bool failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot write %s: %s", path, strerror(errno));
    return AVOW_EXIT_OK;
}

static int run(struct avow_cli *cli)
{
    enum avow_err err = avow_make_folder(cli->operands[0], 0755);
    if (err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot write in %s: %s", cli->operands[0],
                             err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err));
    int status = write_page(cli, NULL);
    for (const struct avow_command *const *row = cli->commands;
         *row != NULL && status == AVOW_EXIT_OK; row++)
        status = write_page(cli, *row);
    return status;
}

static const struct avow_option options[] = {{0}};

const struct avow_command avow_cmd_man = {
    .name = "man",
    .operands = "DIR",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "write the manual pages into a folder",
    .details = "One page for avow, one for each command: avow.1, avow-issue.1, …",
    .options = options,
    .run = run,
};
