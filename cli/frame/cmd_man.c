/* avow man: the manual pages, as the build writes them for a package. */
#include "cli/frame/help.h"
#include "sys/files.h"

#include <errno.h>
#include <stdlib.h>

static int cannot_write(const struct avow_cli *cli, const char *path, enum avow_err err)
{
    return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot write %s: %s", path,
                         err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err));
}

/* Made in memory first, so that there is one place where writing can fail. */
static int write_page(const struct avow_cli *cli, const char *path,
                      const struct avow_command *command)
{
    char *text = NULL;
    size_t len = 0;
    FILE *page = open_memstream(&text, &len);
    enum avow_err err = AVOW_ERR_NOMEM;
    if (page != NULL) {
        avow_man(page, cli->commands, command);
        const bool made = ferror(page) == 0;
        if (fclose(page) == 0 && made)
            err = avow_file_write(path, avow_bytes(text, len), 0644);
    }
    const int status = err == AVOW_OK ? AVOW_EXIT_OK : cannot_write(cli, path, err);
    free(text);
    return status;
}

/* "issuer new" is in avow-issuer-new.1. */
static int write_command(const struct avow_cli *cli, const struct avow_command *command)
{
    char path[AVOW_PATH_BYTES];
    int len = snprintf(path, sizeof(path), "%s/avow%s%s.1", cli->operands[0],
                       command != NULL ? "-" : "", command != NULL ? command->name : "");
    if (len < 0 || (size_t)len >= sizeof(path))
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "the folder's path is too long");
    for (char *c = path + strlen(cli->operands[0]); *c != '\0'; c++) {
        if (*c == ' ')
            *c = '-';
    }
    return write_page(cli, path, command);
}

static int run(struct avow_cli *cli)
{
    enum avow_err err = avow_folder_make(cli->operands[0], 0755);
    if (err != AVOW_OK)
        return cannot_write(cli, cli->operands[0], err);
    int status = write_command(cli, NULL);
    for (const struct avow_command *const *row = cli->commands;
         *row != NULL && status == AVOW_EXIT_OK; row++)
        status = write_command(cli, *row);
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
