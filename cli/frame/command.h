/* The command table: one row a command, from which come parsing, --help, man pages and shell
 * completions. A command is one file, which defines its row and its `run`; commands.c lists the
 * rows. */
#ifndef AVOW_CLI_FRAME_COMMAND_H
#define AVOW_CLI_FRAME_COMMAND_H

#include "proto/base.h"

#include <stdio.h>

/* Exit statuses: those of verdicts, and failures of our own (docs/protocol.md, "Verdict"). */
enum avow_exit {
    AVOW_EXIT_OK = 0,       /* done; valid */
    AVOW_EXIT_NEGATIVE = 1, /* judged not valid; refused; failed */
    AVOW_EXIT_USAGE = 2,    /* the call itself is wrong */
    AVOW_EXIT_UNKNOWN = 3,  /* cannot tell: unreachable, stale, not known */
};

struct avow_option {
    const char *name;  /* without dashes: "csv" */
    const char *value; /* what follows it, for people: "FILE"; NULL for a flag */
    const char *help;  /* one line */
    bool required;
    bool repeatable;
    char letter; /* short form, without its dash; 0: none */
};

struct avow_cli;

struct avow_command {
    const char *name;     /* "issue", "issuer new" */
    const char *operands; /* "FILE|REF", "[REF…]" or "" */
    unsigned operands_min, operands_max;
    const char *summary;               /* one line, no full stop */
    const char *details;               /* paragraphs for --help and the man page */
    const struct avow_option *options; /* ended by a row without a name */
    int (*run)(struct avow_cli *cli);  /* an enum avow_exit */
};

/* One call of the program. */
struct avow_cli {
    const struct avow_command *command;
    FILE *out, *err;
    bool json;           /* --json */
    const char *node;    /* --node, AVOW_NODE, or the configuration's; never NULL */
    const char *second;  /* AVOW_SECOND or the configuration's: cli/signer/second.h; NULL: none */
    const char *network; /* --network or the configuration's; never NULL */
    const char *home;    /* AVOW_HOME, $XDG_CONFIG_HOME/avow or ~/.config/avow; NULL without HOME */
    char **operands;
    size_t operand_count;
    size_t option_count;
    struct avow_given {
        const struct avow_option *option;
        const char *value; /* NULL for a flag */
    } * options;
    char *storage[4]; /* what node, second, network and home may own */
};

#define AVOW_CLI_NODE_DEFAULT "127.0.0.1:7380" /* as packaging/avowd.conf has it */
#define AVOW_CLI_NETWORK_DEFAULT "main"
#define AVOW_CLI_CONFIG_FILE "config.ini" /* in the home */

/* Understood by every command, before its name or after it; ended by a row without a name. */
extern const struct avow_option avow_global_options[];
extern const struct avow_command *const avow_commands[]; /* ended by NULL, in the order of --help */

/* The whole program but for global set-up: parses, runs, and returns the exit status. */
int avow_cli_main(int argc, char **argv, FILE *out, FILE *err);

/* The value of an option given (the last one if repeated), or NULL. */
const char *avow_cli_value(const struct avow_cli *cli, const char *option);
/* The nth value of a repeatable option, from 0, or NULL. */
const char *avow_cli_value_at(const struct avow_cli *cli, const char *option, size_t n);
bool avow_cli_flag(const struct avow_cli *cli, const char *option);

/* Prints "avow issue: …" on stderr with a newline and returns `exit_status`. Control characters and
 * bidirectional overrides in the text are escaped: it may hold words of others. */
int avow_cli_fail(const struct avow_cli *cli, int exit_status, const char *format, ...)
    AVOW_PRINTF(3, 4);
/* Says something on stderr in the same way, without the command's name in front. */
void avow_cli_note(const struct avow_cli *cli, const char *format, ...) AVOW_PRINTF(2, 3);
/* True if `file` is a terminal; and if it may be coloured: NO_COLOR (no-color.org) and TERM=dumb
 * forbid it. */
bool avow_cli_is_terminal(FILE *file);
bool avow_cli_may_colour(FILE *file);
/* Prints text of others on `file` with control and bidirectional characters as \u{…}. */
void avow_cli_print_text(FILE *file, struct avow_bytes text);

/* --help for one command, or (NULL) the overview. `avow issuer --help` lists a family: all the
 * commands whose names begin with that word. */
void avow_cli_help(FILE *file, const struct avow_command *command);
void avow_cli_help_family(FILE *file, const char *family);
/* troff man page of one command (NULL: of avow), and a completion script for "bash", "zsh" or
 * "fish". */
void avow_cli_man(FILE *file, const struct avow_command *command);
bool avow_cli_completion(FILE *file, const char *shell);

#endif
