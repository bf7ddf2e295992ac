#include "node/loop/answer/requests.h"

#include <stdlib.h>

enum avow_err avow_requests_init(struct avow_requests *requests, struct avow_links *links,
                                 struct avow_queries *queries)
{
    *requests = (struct avow_requests){.links = links, .queries = queries};
    requests->states = calloc(links->max, sizeof(*requests->states));
    return requests->states == NULL ? AVOW_ERR_NOMEM : AVOW_OK;
}

void avow_requests_fini(struct avow_requests *requests)
{
    free(requests->states);
    requests->states = NULL;
}

void avow_requests_message(struct avow_requests *requests, struct avow_link *link,
                           struct avow_bytes message)
{
    struct avow_requests_link *state = &requests->states[link->slot];
    if (state->next == NULL)
        state->next = avow_query_batch_new(link->slot, link->generation);
    if (state->next == NULL) {
        avow_link_drop(link, AVOW_ACCEPT, "out of memory");
        return;
    }
    struct avow_buf *row = &state->next->requests;
    size_t start = avow_sendq_row_begin(row);
    avow_buf_append(row, message.data, message.len);
    avow_sendq_row_end(row, start);
    if (row->err != AVOW_OK)
        avow_link_drop(link, AVOW_REJECT_QUOTA, "too many requests at once");
}

void avow_requests_go_on(struct avow_requests *requests, struct avow_link *link)
{
    struct avow_requests_link *state = &requests->states[link->slot];
    if (!state->under_way && link->queue.bytes < AVOW_LINK_LOW_BYTES) {
        struct avow_query_batch **batch = state->ready != NULL ? &state->ready : &state->next;
        if (*batch != NULL) {
            state->under_way = true;
            avow_queries_put(requests->queries, batch);
        }
    }
    size_t waiting = state->next == NULL ? 0 : state->next->requests.len;
    avow_link_pause(link, AVOW_PAUSE_QUERIES, waiting > AVOW_REQUESTS_PAUSE_BYTES);
}

static void take(struct avow_requests *requests, struct avow_query_batch *batch)
{
    struct avow_link *link = avow_links_find(requests->links, batch->slot, batch->generation);
    if (link == NULL) {
        avow_query_batch_free(&batch);
        return;
    }
    struct avow_requests_link *state = &requests->states[batch->slot];
    state->under_way = false;
    requests->answered_batches++;
    avow_link_send_row(link, &batch->answers);
    if (batch->reject != AVOW_ACCEPT)
        avow_link_drop(link, batch->reject, "a request that is not well formed");
    else if (batch->err != AVOW_OK)
        avow_link_drop(link, AVOW_ACCEPT, avow_err_text(batch->err));
    if (link->state == AVOW_LINK_OPEN && batch->used < batch->requests.len)
        state->ready = batch;
    else
        avow_query_batch_free(&batch);
    if (link->state == AVOW_LINK_OPEN)
        avow_requests_go_on(requests, link);
}

void avow_requests_fetch(struct avow_requests *requests)
{
    struct avow_query_batch *batch;
    while ((batch = avow_queries_fetch(requests->queries)) != NULL)
        take(requests, batch);
}

void avow_requests_link_down(struct avow_requests *requests, const struct avow_link *link)
{
    struct avow_requests_link *state = &requests->states[link->slot];
    avow_query_batch_free(&state->next);
    avow_query_batch_free(&state->ready);
    if (state->under_way)
        avow_queries_drop(requests->queries, link->slot, link->generation);
    state->under_way = false; /* a batch at a thread finds its link gone */
}
