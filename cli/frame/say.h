/* What goes to a person on stderr, and an answer on stdout. */
#ifndef AVOW_CLI_FRAME_SAY_H
#define AVOW_CLI_FRAME_SAY_H

#include "proto/base.h"

#include <jansson.h>
#include <stdio.h>

struct avow_cli;

/* Prints "avow issue: …" on stderr with a newline and returns `exit_status`. The text may hold
 * words of others, and is printed as avow_cli_print_text() does. */
int avow_cli_fail(const struct avow_cli *cli, int exit_status, const char *format, ...)
    AVOW_PRINTF(3, 4);
/* Says something on stderr in the same way, without the command's name in front. */
void avow_cli_note(const struct avow_cli *cli, const char *format, ...) AVOW_PRINTF(2, 3);
/* True if `file` is a terminal; and if it may be coloured: NO_COLOR (no-color.org) and TERM=dumb
 * forbid it. */
bool avow_cli_is_terminal(FILE *file);
bool avow_cli_may_colour(FILE *file);
/* Prints text of others on `file`, with what is hidden in it (proto/codec/hidden.h) as \u{…}, and a
 * byte that is no UTF-8 as \x and its number. */
void avow_cli_print_text(FILE *file, struct avow_bytes text);
/* The same of a text of lines, which stay lines. */
void avow_cli_print_lines(FILE *file, struct avow_bytes text);
/* Prints `value`, which it takes over, on cli->out with a newline. An exit status: NEGATIVE, having
 * told the person, when `value` is NULL (memory ran out). */
int avow_cli_print_json(const struct avow_cli *cli, json_t *value);
/* The same of JSON that is text already (proto/json/dump.h). */
int avow_cli_print_json_text(const struct avow_cli *cli, char *text);

#endif
