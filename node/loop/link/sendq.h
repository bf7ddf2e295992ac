/* What waits to be sent on one link: a queue for each priority, each with a cap, taken strictly in
 * order. Pure data; the link moves it into its channel as the socket takes it.
 *
 * An item is one message, or several that stand in a row as `u32be length ‖ message`: a query
 * thread answers many requests into one buffer. */
#ifndef AVOW_NODE_LOOP_LINK_SENDQ_H
#define AVOW_NODE_LOOP_LINK_SENDQ_H

#include "node/core/event.h"

#define AVOW_SENDQ_PRIORITIES (AVOW_CORE_BULK + 1)

struct avow_sendq_item;

struct avow_sendq_lane {
    struct avow_sendq_item *first, *last;
    size_t bytes, items;
};

struct avow_sendq {
    struct avow_sendq_lane lanes[AVOW_SENDQ_PRIORITIES];
    size_t bytes;
};

#define AVOW_SENDQ_ITEM_BYTES 64
/* Bytes that a lane may hold, with AVOW_SENDQ_ITEM_BYTES for each item: many small messages take
 * more room than they have bytes. A lane that is empty takes any one item. */
size_t avow_sendq_cap(enum avow_core_priority priority);

/* An empty queue. Release with _fini, which drops what waits. */
void avow_sendq_init(struct avow_sendq *queue);
void avow_sendq_fini(struct avow_sendq *queue);

/* Copies a message. With `about`, it takes the place of a waiting message about the same issuer.
 * AVOW_ERR_TOO_LARGE when the lane is full; AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_sendq_put(struct avow_sendq *queue,
                                            enum avow_core_priority priority,
                                            struct avow_bytes message,
                                            const struct avow_hash *about);
/* Takes over `row`, a heap buffer of messages in a row, whatever its size: who made it has bounded
 * it. AVOW_ERR_NOMEM, and the buffer is freed. */
AVOW_NODISCARD enum avow_err avow_sendq_put_row(struct avow_sendq *queue,
                                                enum avow_core_priority priority,
                                                struct avow_buf *row);

/* The next message, which lives until the next call on the queue; false when there is none. */
bool avow_sendq_take(struct avow_sendq *queue, struct avow_bytes *message);

/* Begins and ends a message in a row: the place of its length, filled in at the end. */
static inline size_t avow_sendq_row_begin(struct avow_buf *row)
{
    size_t start = row->len;
    (void)avow_buf_extend(row, 4);
    return start;
}
static inline void avow_sendq_row_end(struct avow_buf *row, size_t start)
{
    if (row->err == AVOW_OK)
        avow_put_u32be(row->data + start, (uint32_t)(row->len - start - 4));
}
/* Takes the next message off a row; false at its end. */
static inline bool avow_sendq_row_next(struct avow_bytes *row, struct avow_bytes *message)
{
    if (row->len < 4)
        return false;
    size_t len = avow_get_u32be(row->data);
    AVOW_ASSERT(len <=
                row->len - 4); /* rows are written by _begin and _end, or dropped as a whole */
    *message = avow_bytes(row->data + 4, len);
    *row = avow_bytes(row->data + 4 + len, row->len - 4 - len);
    return true;
}

#endif
