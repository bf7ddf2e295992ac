/* A queue of many sources that take turns: each source's own items are taken in their order, and
 * one source's thousand items keep another's one item waiting for one of them only. */
#ifndef AVOW_NODE_LOOP_BASE_FAIR_H
#define AVOW_NODE_LOOP_BASE_FAIR_H

#include "proto/base.h"

struct avow_fair_item {
    void *owner;                   /* what is queued */
    uint32_t source;               /* set by the owner, like `owner` */
    struct avow_fair_item *next;   /* of the same source; this and what follows: the queue's */
    struct avow_fair_item *last;   /* of a source's first: its last */
    struct avow_fair_item *beside; /* of a source's first: the first of the source after it */
};

/* All zeros is the empty queue. It allocates nothing. */
struct avow_fair {
    struct avow_fair_item *first, *final; /* of the sources */
};

/* Puts an item after its source's others; a source that had none comes after all other sources. */
void avow_fair_put(struct avow_fair *fair, struct avow_fair_item *item);
/* Puts an item before its source's others. */
void avow_fair_put_back(struct avow_fair *fair, struct avow_fair_item *item);
/* Takes the item whose turn it is, and returns its owner: NULL when there is none. */
void *avow_fair_take(struct avow_fair *fair);
static inline bool avow_fair_is_empty(const struct avow_fair *fair)
{
    return fair->first == NULL;
}

#endif
