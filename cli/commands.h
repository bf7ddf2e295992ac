/* Every command of avow, in the order of --help. */
#ifndef AVOW_CLI_COMMANDS_H
#define AVOW_CLI_COMMANDS_H

#include "cli/frame/command.h"

extern const struct avow_command *const avow_commands[]; /* ended by NULL */

#endif
