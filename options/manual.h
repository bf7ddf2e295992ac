/* --help and manual pages, from rows of options and paragraphs of text. In a text a newline starts
 * a line, an empty line a paragraph, and a line that begins with spaces is an example. */
#ifndef AVOW_OPTIONS_MANUAL_H
#define AVOW_OPTIONS_MANUAL_H

#include "options/option.h"

#include <stdio.h>

/* For a terminal of 80 columns: a text wrapped, examples as they are; and the rows of all `tables`
 * (rows ended by one without a name, tables by NULL) under "title:", nothing where there are none.
 */
void avow_help_text(FILE *file, const char *text);
void avow_help_options(FILE *file, const char *title, const struct avow_option *const *tables);

/* For troff: a word or a line, with what troff would understand escaped; a text; the rows of all
 * `tables` under the heading "title", nothing where there are none. */
void avow_man_line(FILE *file, const char *line);
void avow_man_text(FILE *file, const char *text);
void avow_man_options(FILE *file, const char *title, const struct avow_option *const *tables);

#endif
