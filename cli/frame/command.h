/* The command table: one row a command, from which come parsing, --help, man pages and shell
 * completions. A command is one file, which defines its row and its `run`; cli/commands.c lists
 * the rows. */
#ifndef AVOW_CLI_FRAME_COMMAND_H
#define AVOW_CLI_FRAME_COMMAND_H

#include "cli/frame/say.h"
#include "options/option.h"

/* Exit statuses: those of verdicts, and failures of our own (docs/protocol.md, "Verdict"). */
enum avow_exit {
    AVOW_EXIT_OK = 0,       /* done; valid */
    AVOW_EXIT_NEGATIVE = 1, /* judged not valid; refused; failed */
    AVOW_EXIT_USAGE = 2,    /* the call itself is wrong */
    AVOW_EXIT_UNKNOWN = 3,  /* cannot tell: unreachable, stale, not known */
};

struct avow_cli;

struct avow_command {
    const char *name;     /* "issue", "issuer new" */
    const char *operands; /* "FILE|REF", "[REF…]" or "" */
    unsigned operands_min, operands_max;
    const char *summary;               /* one line, no full stop */
    const char *details;               /* paragraphs for --help and the man page */
    const struct avow_option *options; /* ended by a row without a name */
    bool json;                         /* prints JSON if --json is given */
    int (*run)(struct avow_cli *cli);  /* an enum avow_exit */
};

/* One call of the program. */
struct avow_cli {
    const struct avow_command *const *commands; /* the whole table, ended by NULL */
    const struct avow_command *command;         /* the one that was called */
    FILE *out, *err;
    bool json;        /* --json */
    const char *node; /* --node, AVOW_NODE, or the configuration's; never NULL */
    const char
        *second; /* AVOW_SECOND or the configuration's: cli/signer/signer_second.c; NULL: none */
    const char *network; /* --network or the configuration's; never NULL */
    const char *home;    /* AVOW_HOME, $XDG_CONFIG_HOME/avow or ~/.config/avow; NULL without HOME */
    uint64_t timeout_s;  /* --timeout; 0: as the client has it (client/client.h) */
    char **operands;
    size_t operand_count;
    size_t option_count;
    struct avow_given *options; /* the command's own, and those of every command */
    char *storage[4];           /* what node, second, network and home may own */
};

#define AVOW_CLI_NODE_DEFAULT "127.0.0.1:7380" /* as packaging/avowd.conf has it */
#define AVOW_CLI_NETWORK_DEFAULT "main"
#define AVOW_CLI_CONFIG_FILE "config.ini" /* in the home */

/* The value of an option given (the last one if repeated), or NULL. */
const char *avow_cli_value(const struct avow_cli *cli, const char *option);
/* The nth value of a repeatable option, from 0, or NULL. */
const char *avow_cli_value_at(const struct avow_cli *cli, const char *option, size_t n);
/* Whether an option was given. */
bool avow_cli_flag(const struct avow_cli *cli, const char *option);
/* SHA-256 over the command's name, its options and its operands, in their order: by it the same
 * call after a crash finds what it had done. */
struct avow_hash avow_cli_request(const struct avow_cli *cli);

#endif
