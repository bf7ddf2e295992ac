/* Memory that a flood has left with malloc() goes back to the machine: what is freed in the middle
 * of an arena stays with the process otherwise, for as long as something is used behind it. */
#ifndef AVOW_NODE_LOOP_BASE_MEMORY_H
#define AVOW_NODE_LOOP_BASE_MEMORY_H

#include "proto/base.h"

#include <uv.h>

/* Below this nothing is looked at. */
#define AVOW_MEMORY_SMALL_BYTES ((uint64_t)64 << 20)
/* Freed memory that the process keeps, for what comes next. */
#define AVOW_MEMORY_IDLE_BYTES ((uint64_t)32 << 20)

struct avow_memory {
    uv_work_t work;
    bool under_way;
};

/* Bytes of the process's own memory (RssAnon) that are resident; 0 when that cannot be told. */
uint64_t avow_memory_resident_bytes(void);
/* Gives back what is freed, when it is much, on a thread of libuv's pool: it takes a millisecond
 * for each few megabytes. To be called each few seconds; the loop must run until `under_way` is
 * false.
 */
void avow_memory_tidy(struct avow_memory *memory, uv_loop_t *loop);

#endif
