/* A terminal, and what is only fit for one. */
#ifndef AVOW_CLI_TERM_H
#define AVOW_CLI_TERM_H

#include "proto/base.h"

#include <stdio.h>

#define AVOW_TERM_RESET "\x1b[0m"
#define AVOW_TERM_BOLD "\x1b[1m"
#define AVOW_TERM_DIM "\x1b[2m"
#define AVOW_TERM_RED "\x1b[1;31m"
#define AVOW_TERM_GREEN "\x1b[1;32m"
#define AVOW_TERM_YELLOW "\x1b[1;33m"

/* True when `file` is a terminal that shows colours and NO_COLOR is not set (no-color.org). */
bool avow_term_colour(FILE *file);

/* Times for people, "2026-11-22 02:57:13 UTC" and "3 minutes"; `out` of AVOW_TERM_TIME_MAX. */
#define AVOW_TERM_TIME_MAX 40
void avow_term_time(uint64_t seconds, char out[AVOW_TERM_TIME_MAX]);
void avow_term_span(uint64_t seconds, char out[AVOW_TERM_TIME_MAX]);

#endif
