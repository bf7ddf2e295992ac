/* What one question may take of a snapshot: memory, for the logs that are decoded for it, and time.
 *
 * What can end early (a search, a page of a list) asks from step to step, and ends when half is
 * used; what cannot is given up when all is. So the rest is there for telling what was found. */
#ifndef AVOW_STORE_READ_ALLOWANCE_H
#define AVOW_STORE_READ_ALLOWANCE_H

#include "store/read/snapshot.h"

struct avow_allowance {
    size_t bytes;
    uint64_t began, time_ns; /* on `clock` */
    uint64_t (*clock)(void *context);
    void *context;
};

/* Begins a question. NULL, and a snapshot as it is made: it may take what it likes. A log is
 * decoded whole, of at most about 700 KB, for whoever has not used all of its bytes before. */
void avow_allowance_begin(struct avow_snapshot *snapshot, const struct avow_allowance *allowance);

/* Whether what can end early is to go on. */
bool avow_allowance_may_go_on(struct avow_snapshot *snapshot);
/* For what cannot, at each of its steps, of some microseconds: OK, or BUSY when the time is used
 * up.
 */
AVOW_NODISCARD enum avow_err avow_allowance_in_time(struct avow_snapshot *snapshot);
/* For the snapshot, before it decodes one more log: OK, or TOO_LARGE when the bytes are used up. */
AVOW_NODISCARD enum avow_err avow_allowance_has_room(struct avow_snapshot *snapshot);
/* Whether any of them has said no since the question began. */
bool avow_allowance_fell_short(const struct avow_snapshot *snapshot);

#endif
