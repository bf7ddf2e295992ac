/* The loop thread's own reads of the store. The snapshot is renewed at most once between two waits
 * of the event loop, and again whenever the writer has reported something, so that what was
 * reported is seen; it is released before the loop waits. */
#ifndef AVOW_NODE_LOOP_BASE_READING_H
#define AVOW_NODE_LOOP_BASE_READING_H

#include "store/store.h"

struct avow_reading {
    struct avow_snapshot *snapshot;
    bool fresh;
};

/* The newest committed state, as of avow_reading_stale() or of this iteration. The store's errors.
 */
AVOW_NODISCARD enum avow_err avow_reading_get(struct avow_reading *reading,
                                              struct avow_snapshot **snapshot);
/* Something was committed: look again. Logs got before are invalid after the next _get. */
void avow_reading_stale(struct avow_reading *reading);
/* Before the loop waits. */
void avow_reading_release(struct avow_reading *reading);

/* A log at the newest state; it lives until the next _stale, _release or wait. */
AVOW_NODISCARD enum avow_err avow_reading_log(struct avow_reading *reading,
                                              const struct avow_hash *issuer,
                                              const struct avow_log **log);

#endif
