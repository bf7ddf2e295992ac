/* Answers as JSON. */
#ifndef AVOW_CLI_FRAME_PRINT_H
#define AVOW_CLI_FRAME_PRINT_H

#include "cli/frame/command.h"

#include <jansson.h>

/* Prints `value`, which it takes over, on cli->out with a newline. An exit status: NEGATIVE, having
 * told the person, when `value` is NULL (memory ran out). */
int avow_print_json(const struct avow_cli *cli, json_t *value);
/* The same of JSON that is text already (proto/json/dump.h). */
int avow_print_json_text(const struct avow_cli *cli, char *text);

#endif
