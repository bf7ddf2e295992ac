/* Recognition paths in words: who recognises an issuer, through whom, and at which level; bodies
 * that disagree side by side. */
#ifndef AVOW_CLI_VERIFY_PATHS_SHOW_H
#define AVOW_CLI_VERIFY_PATHS_SHOW_H

#include "cli/frame/command.h"
#include "proto/json/paths.h"

/* From the issuer to the anchor; nothing if there are none. Each label stands between `dim` and
 * `reset`, which may be "". */
void avow_paths_show(FILE *file, const struct avow_paths_view *view, const char *dim,
                     const char *reset);

#endif
