/* Log lines that others can multiply: of each kind a few are written in a span of time, the rest
 * are counted, and one line sums them up. What is about the node itself is never tallied. Pure but
 * for the lines: the caller brings the time. */
#ifndef AVOW_NODE_LOOP_BASE_TALLY_H
#define AVOW_NODE_LOOP_BASE_TALLY_H

#include "node/loop/base/logging.h"

#define AVOW_TALLY_SPAN_MS UINT64_C(10000)
#define AVOW_TALLY_SHOWN 5
#define AVOW_TALLY_KINDS 128

struct avow_tally_kind {
    const char *event, *what;
    enum avow_log_level level;
    uint64_t since_ms; /* when its span began */
    uint64_t shown, more;
};

struct avow_tally {
    const struct avow_logger *logger;
    size_t count;
    struct avow_tally_kind kinds[AVOW_TALLY_KINDS];
};

/* Whether a line of this kind is to be written; else it is counted. `tally` may be NULL. `event`
 * and `what` are fixed words of ours. With debug lines on, all are written. When there are too many
 * kinds, what is new is counted with the last one. */
bool avow_tally_shows(struct avow_tally *tally, enum avow_log_level level, const char *event,
                      const char *what, uint64_t now_ms);
/* Writes a line for each kind of which more came in a span that is over; or, at the end, of any. */
void avow_tally_sum(struct avow_tally *tally, uint64_t now_ms, bool end);

#endif
