/* What the demo's chapters share in asking: a record, and how long a node takes to know of it. */
#ifndef AVOW_DEMO_WATCH_H
#define AVOW_DEMO_WATCH_H

#include "demo/world.h"
#include "proto/trust/verdict.h"

struct avow_demo_record {
    struct avow_hash issuer;
    uint64_t index;
};

/* A clock that never goes back, in nanoseconds. */
uint64_t avow_demo_now_ns(void);

/* A small file, from one person to another. False if it cannot be. */
bool avow_demo_copy(const char *from, const char *to);

/* The last command's stdout without the newline at its end. */
const char *avow_demo_last_line(struct avow_demo_world *world);

/* The reference of a badge, as `verify --json` tells it. */
bool avow_demo_find_reference(struct avow_demo_world *world, struct avow_demo_record *record);

/* Asks one node over one connection until it says `word` about a record: how the demo measures the
 * way of a revocation without the time that programs take to start. Milliseconds since `since_ns`,
 * or a negative number, having told the person. */
double avow_demo_await(struct avow_demo_world *world, size_t node,
                       const struct avow_demo_record *record, enum avow_word word,
                       uint64_t since_ns);

#endif
