/* Where a call's settings come from: the command line, then the environment, then the home's
 * config.ini, then the defaults. */
#ifndef AVOW_CLI_FRAME_SETTINGS_H
#define AVOW_CLI_FRAME_SETTINGS_H

#include "cli/frame/command.h"

/* Fills in home, node and network where the command line left them NULL; what it allocates is in
 * cli->storage. AVOW_EXIT_OK, or AVOW_EXIT_USAGE having told the person what in which line of
 * config.ini is wrong, or that there is no home. */
int avow_settings_load(struct avow_cli *cli);
void avow_settings_fini(struct avow_cli *cli);

#endif
