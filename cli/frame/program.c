/* The frame of the program: parse, settle where things are, run, and make sure that what was
 * printed has been written. */
#include "cli/frame/program.h"

#include "cli/frame/help.h"
#include "cli/frame/parse.h"
#include "cli/frame/settings.h"

#include <errno.h>

#ifndef AVOW_VERSION
#define AVOW_VERSION "unknown"
#endif

static int run(struct avow_cli *cli)
{
    int status = avow_settings_load(cli);
    if (status == AVOW_EXIT_OK)
        status = cli->command->run(cli);
    avow_settings_fini(cli);
    return status;
}

/* A full disk under `> file` must not look like success. What failed earlier has left a mark on the
 * stream, but no reason: errno is of some later call then. */
static int finish(const struct avow_cli *cli, int status)
{
    errno = 0;
    if (fflush(cli->out) == 0 && ferror(cli->out) == 0)
        return status;
    const int error = errno;
    return avow_cli_fail(cli, status != AVOW_EXIT_OK ? status : AVOW_EXIT_NEGATIVE,
                         "cannot write the output%s%s", error != 0 ? ": " : "",
                         error != 0 ? strerror(error) : "");
}

int avow_cli_main(const struct avow_command *const *commands, int argc, char **argv, FILE *out,
                  FILE *err)
{
    struct avow_cli cli = {.commands = commands, .out = out, .err = err};
    const char *family;
    int status = AVOW_EXIT_USAGE;
    switch (avow_parse(&cli, argc, argv, &family)) {
    case AVOW_PARSE_RUN:
        status = run(&cli);
        break;
    case AVOW_PARSE_HELP:
        status = AVOW_EXIT_OK;
        if (family != NULL)
            avow_help_family(out, commands, family);
        else
            avow_help(out, commands, cli.command);
        break;
    case AVOW_PARSE_EMPTY:
        avow_help(err, commands, NULL);
        break;
    case AVOW_PARSE_VERSION:
        status = AVOW_EXIT_OK;
        (void)fprintf(out, "avow %s\n", AVOW_VERSION);
        break;
    case AVOW_PARSE_USAGE:
        break;
    case AVOW_PARSE_NOMEM:
        status = avow_cli_fail(&cli, AVOW_EXIT_NEGATIVE, "out of memory");
        break;
    }
    status = finish(&cli, status);
    avow_parse_fini(&cli);
    return status;
}
