/* Log lines in logfmt on stderr: `time=… level=info event=link-up peer=avownode1…`.
 *
 * A line is written by one write(2), so lines of several threads never mix. Values from outside
 * are quoted and their control and non-ASCII bytes escaped, so nobody can forge a line. */
#ifndef AVOW_NODE_LOOP_BASE_LOGGING_H
#define AVOW_NODE_LOOP_BASE_LOGGING_H

#include "proto/base.h"

enum avow_log_level { AVOW_LOG_ERROR, AVOW_LOG_WARN, AVOW_LOG_INFO, AVOW_LOG_DEBUG };

/* False for a word that is no level. */
bool avow_log_level_parse(const char *word, enum avow_log_level *level);

struct avow_tally;

struct avow_logger {
    enum avow_log_level level; /* lines above it are not written */
    int fd;
    struct avow_tally *tally; /* of lines that others can multiply; NULL: all are written */
};

#define AVOW_LOG_LINE_MAX 2048

/* A line on its way: begin, any number of fields, end. Too long a line is cut. */
struct avow_line {
    const struct avow_logger *logger; /* NULL: not to be written */
    struct avow_buf buf;
    char storage[AVOW_LOG_LINE_MAX];
};

/* `event` is a fixed word of ours. */
void avow_line_begin(struct avow_line *line, const struct avow_logger *logger,
                     enum avow_log_level level, const char *event);
void avow_line_word(struct avow_line *line, const char *name, const char *value);
void avow_line_uint(struct avow_line *line, const char *name, uint64_t value);
void avow_line_issuer(struct avow_line *line, const struct avow_hash *issuer);
void avow_line_node(struct avow_line *line, const struct avow_key *node);
void avow_line_end(struct avow_line *line);

/* A whole line with at most one field: `name` NULL for none. */
void avow_line_event(const struct avow_logger *logger, enum avow_log_level level, const char *event,
                     const char *name, const char *value);
/* Likewise, at AVOW_LOG_ERROR: what cannot be had, of which folder or address, and why. */
void avow_line_denied(const struct avow_logger *logger, const char *event, const char *what,
                      const char *which, const char *why);

#endif
