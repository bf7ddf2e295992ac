#include "node/loop/answer/query.h"

#include "node/loop/link/sendq.h"

#include <stdlib.h>
#include <uv.h>

struct batch_list {
    struct avow_query_batch *first, *last;
};

struct worker {
    struct avow_queries *queries;
    uv_thread_t thread;
    bool started;
    uv_mutex_t mutex; /* guards `waiting` and `stopping` */
    uv_cond_t work;
    struct batch_list waiting;
    bool stopping;
    struct avow_snapshot *snapshot;
    struct avow_answerer *answerer;
};

struct avow_queries {
    struct avow_queries_config config;
    uv_mutex_t mutex; /* guards `done` */
    struct batch_list done;
    unsigned count;
    struct worker workers[];
};

static void push(struct batch_list *list, struct avow_query_batch *batch)
{
    batch->next = NULL;
    if (list->last == NULL)
        list->first = batch;
    else
        list->last->next = batch;
    list->last = batch;
}

static struct avow_query_batch *pop(struct batch_list *list)
{
    struct avow_query_batch *batch = list->first;
    if (batch != NULL) {
        list->first = batch->next;
        if (list->first == NULL)
            list->last = NULL;
        batch->next = NULL; /* a popped batch is in no list, whatever waits behind it */
    }
    return batch;
}

struct avow_query_batch *avow_query_batch_new(uint32_t slot, uint64_t generation)
{
    struct avow_query_batch *batch = calloc(1, sizeof(*batch));
    if (batch != NULL) {
        batch->slot = slot;
        batch->generation = generation;
        avow_buf_init(&batch->requests, (size_t)4 << 20);
        avow_buf_init(&batch->answers, AVOW_QUERY_ANSWER_BYTES + AVOW_MESSAGE_BYTES_MAX + 4096);
    }
    return batch;
}

void avow_query_batch_free(struct avow_query_batch **batch)
{
    if (*batch != NULL) {
        avow_buf_fini(&(*batch)->requests);
        avow_buf_fini(&(*batch)->answers);
        free(*batch);
    }
    *batch = NULL;
}

static void free_list(struct batch_list *list)
{
    struct avow_query_batch *batch;
    while ((batch = pop(list)) != NULL)
        avow_query_batch_free(&batch);
}

/* ---- a query thread ---- */

static void answer_batch(struct worker *worker, struct avow_query_batch *batch)
{
    struct avow_bytes rest = avow_buf_bytes(&batch->requests);
    struct avow_bytes request;
    uint64_t now = worker->queries->config.now(worker->queries->config.context);
    rest.data += batch->used;
    rest.len -= batch->used;
    uint64_t end = uv_hrtime() + worker->queries->config.slice_ns;
    bool in_time = true;
    batch->err = avow_snapshot_renew(worker->snapshot);
    while (batch->err == AVOW_OK && batch->reject == AVOW_ACCEPT && in_time &&
           batch->answers.len < AVOW_QUERY_ANSWER_BYTES && avow_sendq_row_next(&rest, &request)) {
        size_t start = avow_sendq_row_begin(&batch->answers);
        batch->reject = avow_answer(worker->answerer, request, now, &batch->answers);
        if (batch->reject != AVOW_ACCEPT)
            batch->answers.len = start;
        else
            avow_sendq_row_end(&batch->answers, start);
        batch->err = batch->answers.err;
        in_time = uv_hrtime() < end;
    }
    batch->used = batch->requests.len - rest.len;
}

static void hand_back(struct avow_queries *queries, struct batch_list *list)
{
    struct avow_query_batch *batch;
    uv_mutex_lock(&queries->mutex);
    while ((batch = pop(list)) != NULL)
        push(&queries->done, batch);
    uv_mutex_unlock(&queries->mutex);
    queries->config.wake(queries->config.context);
}

static void run(void *argument)
{
    struct worker *worker = argument;
    for (;;) {
        uv_mutex_lock(&worker->mutex);
        while (worker->waiting.first == NULL && !worker->stopping)
            uv_cond_wait(&worker->work, &worker->mutex);
        struct avow_query_batch *batch = worker->stopping ? NULL : pop(&worker->waiting);
        uv_mutex_unlock(&worker->mutex);
        if (batch == NULL)
            return;
        answer_batch(worker, batch);
        /* A snapshot that is kept while nothing is asked would keep LMDB from using pages again. */
        avow_snapshot_release(worker->snapshot);
        struct batch_list one = {batch, batch};
        hand_back(worker->queries, &one);
    }
}

/* ---- the loop's thread ---- */

static enum avow_err start_worker(struct avow_queries *queries, struct worker *worker)
{
    worker->queries = queries;
    enum avow_err err = avow_snapshot_new(queries->config.store, &worker->snapshot);
    if (err == AVOW_OK)
        err = avow_answerer_new(worker->snapshot, queries->config.self, queries->config.policies,
                                &worker->answerer);
    if (err != AVOW_OK)
        return err;
    if (uv_mutex_init(&worker->mutex) != 0)
        return AVOW_ERR_NOMEM;
    if (uv_cond_init(&worker->work) != 0) {
        uv_mutex_destroy(&worker->mutex);
        return AVOW_ERR_NOMEM;
    }
    worker->started = uv_thread_create(&worker->thread, run, worker) == 0;
    if (!worker->started) {
        uv_cond_destroy(&worker->work);
        uv_mutex_destroy(&worker->mutex);
        return AVOW_ERR_IO;
    }
    return AVOW_OK;
}

static void stop_worker(struct worker *worker)
{
    if (worker->started) {
        uv_mutex_lock(&worker->mutex);
        worker->stopping = true;
        uv_cond_signal(&worker->work);
        uv_mutex_unlock(&worker->mutex);
        (void)uv_thread_join(&worker->thread);
        uv_cond_destroy(&worker->work);
        uv_mutex_destroy(&worker->mutex);
    }
    free_list(&worker->waiting);
    avow_answerer_free(&worker->answerer);
    if (worker->snapshot != NULL)
        avow_snapshot_free(&worker->snapshot);
}

enum avow_err avow_queries_new(const struct avow_queries_config *config,
                               struct avow_queries **queries)
{
    AVOW_ASSERT(config->threads >= 1); /* "0" of the option has become the machine's count */
    *queries = calloc(1, sizeof(**queries) + config->threads * sizeof((*queries)->workers[0]));
    if (*queries == NULL)
        return AVOW_ERR_NOMEM;
    (*queries)->config = *config;
    (*queries)->count = config->threads;
    if (uv_mutex_init(&(*queries)->mutex) != 0) {
        free(*queries);
        *queries = NULL;
        return AVOW_ERR_NOMEM;
    }
    enum avow_err err = AVOW_OK;
    for (unsigned i = 0; i < config->threads && err == AVOW_OK; i++)
        err = start_worker(*queries, &(*queries)->workers[i]);
    if (err != AVOW_OK)
        avow_queries_free(queries);
    return err;
}

void avow_queries_free(struct avow_queries **queries)
{
    if (*queries == NULL)
        return;
    for (unsigned i = 0; i < (*queries)->count; i++)
        stop_worker(&(*queries)->workers[i]);
    free_list(&(*queries)->done);
    uv_mutex_destroy(&(*queries)->mutex);
    free(*queries);
    *queries = NULL;
}

void avow_queries_put(struct avow_queries *queries, struct avow_query_batch **batch)
{
    struct worker *worker = &queries->workers[(*batch)->slot % queries->count];
    uv_mutex_lock(&worker->mutex);
    push(&worker->waiting, *batch);
    *batch = NULL;
    uv_cond_signal(&worker->work);
    uv_mutex_unlock(&worker->mutex);
}

struct avow_query_batch *avow_queries_fetch(struct avow_queries *queries)
{
    uv_mutex_lock(&queries->mutex);
    struct avow_query_batch *batch = pop(&queries->done);
    uv_mutex_unlock(&queries->mutex);
    return batch;
}
