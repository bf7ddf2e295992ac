/* Every command of avow, in the order of --help, for avow_cli_main(). */
#ifndef AVOW_CLI_COMMANDS_H
#define AVOW_CLI_COMMANDS_H

#include "cli/frame/program.h"

extern const struct avow_command *const avow_commands[]; /* ended by NULL */

#endif
