/* From the words of a command line to a struct avow_cli, by a table of commands. */
#ifndef AVOW_CLI_FRAME_PARSE_H
#define AVOW_CLI_FRAME_PARSE_H

#include "cli/frame/command.h"

enum avow_parse {
    AVOW_PARSE_RUN,     /* cli->command is to be run */
    AVOW_PARSE_HELP,    /* --help: of cli->command, of *family, or of all */
    AVOW_PARSE_EMPTY,   /* nothing at all: the overview helps on, but is not what was asked for */
    AVOW_PARSE_VERSION, /* --version */
    AVOW_PARSE_USAGE,   /* wrong; the person has been told on cli->err */
    AVOW_PARSE_NOMEM,
};

/* Understood by every command, before its name or after it; ended by a row without a name. */
extern const struct avow_option avow_global_options[];
/* Understood by the commands whose row says so; likewise. */
extern const struct avow_option avow_json_option[];

/* Parses argv[1…] by `cli->commands`. `cli->err` is set too; `cli` is otherwise zeros. Only what
 * the command line says is filled in: node, network and home stay NULL unless given. Values and
 * operands point into argv. `*family` is the first word of a command of two, when no second came.
 */
enum avow_parse avow_parse(struct avow_cli *cli, int argc, char **argv, const char **family);
void avow_parse_fini(struct avow_cli *cli);

/* Whether it is one of avow_global_options, or --json: it says how, and not what. */
bool avow_parse_is_global(const struct avow_option *option);

/* Tells the person that there is no command of this name, and which is like it. AVOW_EXIT_USAGE. */
int avow_parse_no_command(const struct avow_cli *cli, const char *word);
/* The command of this name ("issuer new"), or NULL. */
const struct avow_command *avow_parse_find_command(const struct avow_command *const *commands,
                                                   const char *name);
/* True if some command's first word of two is `word`. */
bool avow_parse_is_family(const struct avow_command *const *commands, const char *word);

#endif
