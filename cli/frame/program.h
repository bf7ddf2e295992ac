/* The whole program, but for global set-up. */
#ifndef AVOW_CLI_FRAME_PROGRAM_H
#define AVOW_CLI_FRAME_PROGRAM_H

#include "cli/frame/command.h"

/* Parses argv by `commands` (ended by NULL, in the order of --help), runs, and returns the exit
 * status. */
int avow_cli_main(const struct avow_command *const *commands, int argc, char **argv, FILE *out,
                  FILE *err);

#endif
