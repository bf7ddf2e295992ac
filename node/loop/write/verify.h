/* What the writer's jobs ask about root entries, answered on the pool. */
#ifndef AVOW_NODE_LOOP_WRITE_VERIFY_H
#define AVOW_NODE_LOOP_WRITE_VERIFY_H

#include "node/loop/write/write_thread.h"

/* On the loop thread: takes over a job that is aside, has its questions answered, and gives it back
 * to `*writer`; or frees it, when that is NULL by then. */
void avow_verify_start(struct avow_pool *pool, struct avow_write_thread *const *writer,
                       struct avow_job *job);

#endif
