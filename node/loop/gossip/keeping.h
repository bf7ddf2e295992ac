/* What peers prove of other histories, on its way to the store: copied, verified on the pool, then
 * kept by the writer. */
#ifndef AVOW_NODE_LOOP_GOSSIP_KEEPING_H
#define AVOW_NODE_LOOP_GOSSIP_KEEPING_H

#include "node/core/event.h"
#include "node/loop/base/pool.h"
#include "node/loop/base/reading.h"
#include "node/loop/write/write_thread.h"

/* Called on the loop thread, once: the event is AVOW_CORE_STORED with the action's token and
 * issuer. */
typedef void avow_keeping_done(void *context, struct avow_core_event *event);

struct avow_keeping_config {
    struct avow_reading *reading;
    struct avow_write_thread *writer;
    struct avow_pool *pool;
    const struct avow_checks *checks;
    avow_keeping_done *done;
    void *context;
};

/* Starts on a KEEP_… action. `mark` is one that was never used. False when it could not begin;
 * `done` is not called then. */
bool avow_keeping_start(const struct avow_keeping_config *config,
                        const struct avow_core_action *action,
                        const uint8_t mark[AVOW_FORK_MARK_BYTES]);

#endif
