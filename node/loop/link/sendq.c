#include "node/loop/link/sendq.h"

#include <stdlib.h>

struct avow_sendq_item {
    struct avow_sendq_item *next;
    bool has_about;
    struct avow_hash about;
    struct avow_buf row;    /* messages in a row */
    struct avow_bytes rest; /* of the row, not taken yet */
};

size_t avow_sendq_cap(enum avow_core_priority priority)
{
    switch (priority) {
    case AVOW_CORE_URGENT:
        return (size_t)64 << 10;
    case AVOW_CORE_CONTROL:
    case AVOW_CORE_ROUTINE:
        return (size_t)256 << 10;
    case AVOW_CORE_BULK:
        break;
    }
    return (size_t)1 << 20;
}

void avow_sendq_init(struct avow_sendq *queue)
{
    *queue = (struct avow_sendq){0};
}

static void item_free(struct avow_sendq_item *item)
{
    avow_buf_fini(&item->row);
    free(item);
}

void avow_sendq_fini(struct avow_sendq *queue)
{
    for (size_t i = 0; i < AVOW_SENDQ_PRIORITIES; i++) {
        struct avow_sendq_item *item = queue->lanes[i].first;
        while (item != NULL) {
            struct avow_sendq_item *next = item->next;
            item_free(item);
            item = next;
        }
    }
    avow_sendq_init(queue);
}

static void count(struct avow_sendq *queue, struct avow_sendq_lane *lane, size_t more, size_t less)
{
    lane->bytes = lane->bytes + more - less;
    queue->bytes = queue->bytes + more - less;
}

static void append(struct avow_sendq *queue, struct avow_sendq_lane *lane,
                   struct avow_sendq_item *item)
{
    item->rest = avow_buf_bytes(&item->row);
    if (lane->last == NULL)
        lane->first = item;
    else
        lane->last->next = item;
    lane->last = item;
    lane->items++;
    count(queue, lane, item->row.len, 0);
}

/* A waiting item about the same issuer that nothing was taken of. */
static struct avow_sendq_item *find(const struct avow_sendq_lane *lane,
                                    const struct avow_hash *about)
{
    for (struct avow_sendq_item *item = lane->first; item != NULL; item = item->next) {
        if (item->has_about && item->rest.len == item->row.len &&
            avow_hash_equal(&item->about, about))
            return item;
    }
    return NULL;
}

static enum avow_err fill(struct avow_buf *row, struct avow_bytes message)
{
    avow_buf_init(row, message.len + 4);
    size_t start = avow_sendq_row_begin(row);
    avow_buf_append(row, message.data, message.len);
    avow_sendq_row_end(row, start);
    enum avow_err err = row->err;
    if (err != AVOW_OK)
        avow_buf_fini(row);
    return err;
}

enum avow_err avow_sendq_put(struct avow_sendq *queue, enum avow_core_priority priority,
                             struct avow_bytes message, const struct avow_hash *about)
{
    struct avow_sendq_lane *lane = &queue->lanes[priority];
    struct avow_buf row;
    struct avow_sendq_item *old = about == NULL ? NULL : find(lane, about);
    size_t bytes = lane->bytes + (lane->items + 1) * AVOW_SENDQ_ITEM_BYTES + message.len;
    if (old == NULL && lane->bytes != 0 && bytes > avow_sendq_cap(priority))
        return AVOW_ERR_TOO_LARGE;
    enum avow_err err = fill(&row, message);
    if (err != AVOW_OK)
        return err;
    if (old != NULL) {
        count(queue, lane, row.len, old->row.len);
        avow_buf_fini(&old->row);
        old->row = row;
        old->rest = avow_buf_bytes(&old->row);
        return AVOW_OK;
    }
    struct avow_sendq_item *item = calloc(1, sizeof(*item));
    if (item == NULL) {
        avow_buf_fini(&row);
        return AVOW_ERR_NOMEM;
    }
    item->row = row;
    item->has_about = about != NULL;
    if (about != NULL)
        item->about = *about;
    append(queue, lane, item);
    return AVOW_OK;
}

enum avow_err avow_sendq_put_row(struct avow_sendq *queue, enum avow_core_priority priority,
                                 struct avow_buf *row)
{
    struct avow_sendq_item *item = calloc(1, sizeof(*item));
    if (item == NULL || row->len == 0) {
        avow_buf_fini(row);
        free(item);
        return item == NULL ? AVOW_ERR_NOMEM : AVOW_OK;
    }
    item->row = *row;
    avow_buf_init(row, row->max);
    append(queue, &queue->lanes[priority], item);
    return AVOW_OK;
}

bool avow_sendq_take(struct avow_sendq *queue, struct avow_bytes *message)
{
    for (size_t i = 0; i < AVOW_SENDQ_PRIORITIES; i++) {
        struct avow_sendq_lane *lane = &queue->lanes[i];
        /* An item that is used up stays until here, because its last message was lent. */
        while (lane->first != NULL) {
            struct avow_sendq_item *item = lane->first;
            size_t before = item->rest.len;
            if (avow_sendq_row_next(&item->rest, message)) {
                count(queue, lane, 0, before - item->rest.len);
                return true;
            }
            lane->first = item->next;
            if (lane->first == NULL)
                lane->last = NULL;
            lane->items--;
            item_free(item);
        }
    }
    return false;
}
