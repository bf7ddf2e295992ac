/* What is for people on a terminal: colours (only where avow_cli_may_colour()), times in words. */
#ifndef AVOW_CLI_FRAME_TERM_H
#define AVOW_CLI_FRAME_TERM_H

#include "cli/frame/command.h"

#define AVOW_TERM_RESET "\x1b[0m"
#define AVOW_TERM_BOLD "\x1b[1m"
#define AVOW_TERM_DIM "\x1b[2m"
#define AVOW_TERM_RED "\x1b[1;31m"
#define AVOW_TERM_GREEN "\x1b[1;32m"
#define AVOW_TERM_YELLOW "\x1b[1;33m"

#define AVOW_TERM_TIME_MAX 40
/* A time in Unix seconds, for people: "2026-11-22 02:57:13 UTC". */
void avow_term_time(uint64_t seconds, char out[AVOW_TERM_TIME_MAX]);
/* So many seconds, for people, in the largest unit of which there are two: "3 minutes". */
void avow_term_span(uint64_t seconds, char out[AVOW_TERM_TIME_MAX]);

/* Progress on `file`, with rate and time left, when it is a terminal; nothing otherwise. */
struct avow_progress {
    FILE *file; /* NULL: none is shown */
    const char *what;
    uint64_t total, started_ms, shown_ms;
};
void avow_progress_start(struct avow_progress *progress, FILE *file, const char *what,
                         uint64_t total);
void avow_progress_show(struct avow_progress *progress, uint64_t done);
void avow_progress_end(struct avow_progress *progress); /* clears the line */

#endif
