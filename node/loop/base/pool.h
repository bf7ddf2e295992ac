/* Work for libuv's pool. What is short goes there at once. What is long, as a root chain's hundreds
 * of signatures are, takes half of the pool's threads at most; the rest of it waits here, and its
 * sources take turns: so the one signature of a submission or a revocation never waits for all that
 * somebody else has to have verified. */
#ifndef AVOW_NODE_LOOP_BASE_POOL_H
#define AVOW_NODE_LOOP_BASE_POOL_H

#include "node/loop/base/fair.h"

#include <uv.h>

#define AVOW_POOL_LONG_MAX 2 /* of the four threads that libuv starts unless told otherwise */

struct avow_pool {
    uv_loop_t *loop;
    struct avow_fair waiting;
    unsigned under_way; /* long ones, on the pool */
};

/* Embedded in whatever is to be done, which is its owner. */
struct avow_pool_work {
    void *owner;
    void (*run)(void *owner);  /* on a thread of the pool */
    void (*done)(void *owner); /* afterwards, on the loop thread; may free the owner */
    /* The pool's. */
    uv_work_t work;
    struct avow_fair_item item;
    struct avow_pool *pool;
    bool is_long;
};

void avow_pool_init(struct avow_pool *pool, uv_loop_t *loop);
/* Starts on it; `source` says whose turn it takes if it is long. */
void avow_pool_start(struct avow_pool *pool, struct avow_pool_work *work, bool is_long,
                     uint32_t source);

#endif
