/* What a recognition says, in words. */
#ifndef AVOW_CLI_FRAME_RECOGNITION_SHOW_H
#define AVOW_CLI_FRAME_RECOGNITION_SHOW_H

#include "cli/frame/command.h"
#include "proto/entry/entry.h"

/* Prints its scope, levels and dates, each after `indent` and on a line of its own. */
void avow_recognition_show(FILE *file, const struct avow_recognition *recognition,
                           const char *indent);

#endif
