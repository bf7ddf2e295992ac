#include "node/loop/answer/query.h"

#include "node/loop/link/sendq.h"

#include <stdlib.h>
#include <uv.h>

struct batch_list {
    struct avow_query_batch *first, *last;
};

/* When a link is to have its next turn, as if each had a thread of its own that is as much slower
 * as there are of them. */
struct share {
    uint64_t generation, turn;
};
#define SHARES 4096 /* by slot: two that meet in one begin anew */

/* What a thread lets one request take. */
struct terms {
    uint64_t time_ns;
    size_t bytes, kept_bytes;
};
static const struct terms plain_terms = {AVOW_QUERY_NS, AVOW_QUERY_BYTES, AVOW_QUERY_KEPT_BYTES};
static const struct terms dear_terms = {AVOW_QUERY_DEAR_NS, AVOW_QUERY_DEAR_BYTES,
                                        AVOW_QUERY_DEAR_KEPT_BYTES};

struct worker {
    struct avow_queries *queries;
    const struct terms *terms;
    uv_thread_t thread;
    bool started;
    uv_mutex_t mutex; /* guards what follows up to `stopping` */
    uv_cond_t work;
    struct batch_list waiting;
    uint64_t turn; /* of the batch that was taken last */
    struct share shares[SHARES];
    bool stopping;
    struct avow_snapshot *snapshot;
    struct avow_answerer *answerer;
};

struct avow_queries {
    struct avow_queries_config config;
    uv_mutex_t mutex; /* guards `done` */
    struct batch_list done;
    unsigned count;          /* of those that links are dealt to */
    struct worker workers[]; /* and after them the one for what is dear */
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

/* Takes out the batch whose turn it is: of equals, the first. */
static struct avow_query_batch *pop_next(struct batch_list *list)
{
    struct avow_query_batch *before = NULL, *least = list->first;
    for (struct avow_query_batch *at = list->first; at != NULL && at->next != NULL; at = at->next) {
        if (at->next->turn < least->turn) {
            before = at;
            least = at->next;
        }
    }
    if (before == NULL)
        return pop(list);
    before->next = least->next;
    if (list->last == least)
        list->last = before;
    least->next = NULL;
    return least;
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

static uint64_t system_clock(void *context)
{
    (void)context;
    return uv_hrtime();
}

static bool is_dear(const struct worker *worker)
{
    return worker->terms == &dear_terms;
}

/* Answers one request, or finds that it is dear. */
static void answer_one(struct worker *worker, struct avow_query_batch *batch,
                       struct avow_bytes request, uint64_t now, uint64_t began)
{
    const struct avow_queries_config *config = &worker->queries->config;
    const struct avow_allowance allowance = {.bytes = worker->terms->bytes,
                                             .began = began,
                                             .time_ns = worker->terms->time_ns,
                                             .clock = config->clock,
                                             .context = config->context};
    avow_allowance_begin(worker->snapshot, &allowance);
    size_t start = avow_sendq_row_begin(&batch->answers);
    batch->reject = avow_answer(worker->answerer, request, now, &batch->answers);
    batch->dear = batch->reject == AVOW_ACCEPT && !is_dear(worker) &&
                  avow_answerer_fell_short(worker->answerer);
    if (batch->reject != AVOW_ACCEPT || batch->dear)
        batch->answers.len = start;
    else
        avow_sendq_row_end(&batch->answers, start);
    batch->err = batch->dear ? AVOW_OK : batch->answers.err;
}

/* Answers on until the batch is to stop. Returns the time it took. */
static uint64_t answer_batch(struct worker *worker, struct avow_query_batch *batch)
{
    const struct avow_queries_config *config = &worker->queries->config;
    const uint64_t now = config->now(config->context), began = config->clock(config->context);
    uint64_t time = began;
    bool goes_on = true;
    size_t expected = 0;
    batch->dear = false;
    batch->err = avow_snapshot_renew(worker->snapshot);
    while (batch->err == AVOW_OK && goes_on && batch->answers.len < AVOW_QUERY_ANSWER_BYTES) {
        struct avow_bytes rest = avow_buf_bytes(&batch->requests), request;
        rest.data += batch->used;
        rest.len -= batch->used;
        if (expected == 0)
            expected = avow_answer_expect(worker->answerer, rest);
        if (!avow_sendq_row_next(&rest, &request))
            break;
        expected--;
        answer_one(worker, batch, request, now, time);
        if (!batch->dear)
            batch->used = batch->requests.len - rest.len;
        time = config->clock(config->context);
        goes_on = batch->reject == AVOW_ACCEPT && !batch->dear && !is_dear(worker) &&
                  time - began < config->slice_ns && !avow_snapshot_is_full(worker->snapshot);
    }
    return time - began;
}

static void hand_back(struct avow_queries *queries, struct avow_query_batch *batch)
{
    uv_mutex_lock(&queries->mutex);
    push(&queries->done, batch);
    uv_mutex_unlock(&queries->mutex);
    queries->config.wake(queries->config.context);
}

static struct share *share_of(struct worker *worker, const struct avow_query_batch *batch)
{
    struct share *share = &worker->shares[batch->slot % SHARES];
    if (share->generation != batch->generation)
        *share = (struct share){.generation = batch->generation};
    return share;
}

/* Nobody saves up turns: who has not asked for long is next, and no more than that. */
static void put(struct worker *worker, struct avow_query_batch *batch)
{
    uv_mutex_lock(&worker->mutex);
    const struct share *share = share_of(worker, batch);
    batch->turn = share->turn > worker->turn ? share->turn : worker->turn;
    push(&worker->waiting, batch);
    uv_cond_signal(&worker->work);
    uv_mutex_unlock(&worker->mutex);
}

/* Frees what waits for a link. */
static void drop(struct worker *worker, uint32_t slot, uint64_t generation)
{
    struct batch_list all, rest = {NULL, NULL};
    struct avow_query_batch *batch;
    uv_mutex_lock(&worker->mutex);
    all = worker->waiting;
    while ((batch = pop(&all)) != NULL) {
        if (batch->slot == slot && batch->generation == generation)
            avow_query_batch_free(&batch);
        else
            push(&rest, batch);
    }
    worker->waiting = rest;
    uv_mutex_unlock(&worker->mutex);
}

/* The batch whose turn it is, once there is one. NULL: stop. */
static struct avow_query_batch *take(struct worker *worker)
{
    uv_mutex_lock(&worker->mutex);
    while (worker->waiting.first == NULL && !worker->stopping)
        uv_cond_wait(&worker->work, &worker->mutex);
    struct avow_query_batch *batch = worker->stopping ? NULL : pop_next(&worker->waiting);
    if (batch != NULL)
        worker->turn = batch->turn;
    uv_mutex_unlock(&worker->mutex);
    return batch;
}

static void charge(struct worker *worker, const struct avow_query_batch *batch, uint64_t taken_ns)
{
    uv_mutex_lock(&worker->mutex);
    share_of(worker, batch)->turn = batch->turn + taken_ns + 1;
    uv_mutex_unlock(&worker->mutex);
}

static void run(void *argument)
{
    struct worker *worker = argument;
    struct avow_queries *queries = worker->queries;
    struct avow_query_batch *batch;
#ifdef __linux__ /* where it is the thread's alone: what is dear leaves the processors to the rest \
                  */
    if (is_dear(worker))
        (void)uv_os_setpriority(0, UV_PRIORITY_BELOW_NORMAL);
#endif
    while ((batch = take(worker)) != NULL) {
        charge(worker, batch, answer_batch(worker, batch));
        /* A snapshot that is kept while nothing is asked would keep LMDB from using pages again. */
        avow_snapshot_release(worker->snapshot);
        if (batch->dear)
            put(&queries->workers[queries->count], batch);
        else
            hand_back(queries, batch);
    }
}

/* ---- the loop's thread ---- */

static enum avow_err start_worker(struct avow_queries *queries, struct worker *worker)
{
    worker->queries = queries;
    worker->terms = worker == &queries->workers[queries->count] ? &dear_terms : &plain_terms;
    enum avow_err err = avow_snapshot_new(queries->config.store, &worker->snapshot);
    if (err == AVOW_OK)
        err = avow_answerer_new(worker->snapshot, queries->config.self, queries->config.policies,
                                &worker->answerer);
    if (err != AVOW_OK)
        return err;
    avow_snapshot_keep(worker->snapshot, worker->terms->kept_bytes);
    avow_answerer_try(worker->answerer, !is_dear(worker));
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
    const size_t workers = config->threads + 1;
    *queries = calloc(1, sizeof(**queries) + workers * sizeof((*queries)->workers[0]));
    if (*queries == NULL)
        return AVOW_ERR_NOMEM;
    (*queries)->config = *config;
    if (config->clock == NULL)
        (*queries)->config.clock = system_clock;
    (*queries)->count = config->threads;
    if (uv_mutex_init(&(*queries)->mutex) != 0) {
        free(*queries);
        *queries = NULL;
        return AVOW_ERR_NOMEM;
    }
    enum avow_err err = AVOW_OK;
    for (size_t i = 0; i < workers && err == AVOW_OK; i++)
        err = start_worker(*queries, &(*queries)->workers[i]);
    if (err != AVOW_OK)
        avow_queries_free(queries);
    return err;
}

void avow_queries_free(struct avow_queries **queries)
{
    if (*queries == NULL)
        return;
    for (unsigned i = 0; i <= (*queries)->count;
         i++) /* the one that others hand on to is the last */
        stop_worker(&(*queries)->workers[i]);
    free_list(&(*queries)->done);
    uv_mutex_destroy(&(*queries)->mutex);
    free(*queries);
    *queries = NULL;
}

void avow_queries_put(struct avow_queries *queries, struct avow_query_batch **batch)
{
    put(&queries->workers[(*batch)->slot % queries->count], *batch);
    *batch = NULL;
}

void avow_queries_drop(struct avow_queries *queries, uint32_t slot, uint64_t generation)
{
    drop(&queries->workers[slot % queries->count], slot, generation);
    drop(&queries->workers[queries->count], slot, generation);
}

struct avow_query_batch *avow_queries_fetch(struct avow_queries *queries)
{
    uv_mutex_lock(&queries->mutex);
    struct avow_query_batch *batch = pop(&queries->done);
    uv_mutex_unlock(&queries->mutex);
    return batch;
}
