/* What comes from the table for people and for their shells. `commands` is the table, ended by
 * NULL.
 */
#ifndef AVOW_CLI_FRAME_HELP_H
#define AVOW_CLI_FRAME_HELP_H

#include "cli/frame/command.h"

/* Prints --help of one command or, where `command` is NULL, the overview. */
void avow_help(FILE *file, const struct avow_command *const *commands,
               const struct avow_command *command);
/* Prints what `avow issuer --help` says: all the commands whose names begin with that word. */
void avow_help_family(FILE *file, const struct avow_command *const *commands, const char *family);
/* Prints the manual page, in troff, of one command or, where `command` is NULL, of avow. */
void avow_man(FILE *file, const struct avow_command *const *commands,
              const struct avow_command *command);
/* Prints a completion script for `shell`, "bash", "zsh" or "fish". False for any other. */
bool avow_completion(FILE *file, const struct avow_command *const *commands, const char *shell);

#endif
