/* Asking before what cannot be taken back. */
#ifndef AVOW_CLI_FRAME_CONFIRM_H
#define AVOW_CLI_FRAME_CONFIRM_H

#include "cli/frame/command.h"

/* Asks `question` ("Close the log?") on the terminal, having been told by the caller what will
 * happen; --yes answers it. An exit status: OK for yes; NEGATIVE for anything else, the person
 * having been told that nothing was done; USAGE where there is no terminal to ask at, naming --yes.
 */
int avow_confirm(const struct avow_cli *cli, const char *question);

/* The option's row, for every command that asks. */
#define AVOW_CONFIRM_OPTION                                                                        \
    {                                                                                              \
        .name = "yes", .help = "answer the question: what is said is to be done"                   \
    }

#endif
