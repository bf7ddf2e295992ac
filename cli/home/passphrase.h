/* Passphrases: from the file that AVOW_PASSPHRASE_FILE names, or asked for on the terminal. */
#ifndef AVOW_CLI_HOME_PASSPHRASE_H
#define AVOW_CLI_HOME_PASSPHRASE_H

#include "cli/frame/command.h"

#define AVOW_PASSPHRASE_MAX 1024 /* with its NUL */
#define AVOW_PASSPHRASE_MIN_NEW 8

/* Sets `*passphrase` to sodium_malloc'ed text; asks with `prompt`, twice if `fresh` (then of at
 * least AVOW_PASSPHRASE_MIN_NEW bytes). An exit status: NEGATIVE, having told the person, where
 * there is no file and no terminal to ask at. */
int avow_passphrase_get(const struct avow_cli *cli, const char *prompt, bool fresh,
                        char **passphrase);

#endif
