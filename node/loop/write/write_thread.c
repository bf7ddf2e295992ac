#include "node/loop/write/write_thread.h"

#include <stdlib.h>
#include <uv.h>

#define RETRY_NS UINT64_C(1000000000)
#define GATHER_MAX_NS UINT64_C(4000000)
#define GATHER_SHARE 2                    /* of the last group's time */
#define GATHER_JOBS 8                     /* of fewer writers at a time, none is waited for */
#define GATHER_BYTES ((size_t)256 * 1024) /* there is work enough */

struct job_list {
    struct avow_job *first, *last;
};

struct avow_write_thread {
    struct avow_write_thread_config config;
    uv_thread_t thread;
    uv_mutex_t mutex; /* guards everything below */
    uv_cond_t work;   /* jobs came, or the end */
    uv_cond_t idle;   /* nothing waits and nothing is under way */
    struct job_list queue, finished;
    size_t bytes; /* of the jobs in `queue` and under way */
    bool busy, stopping;
    bool gathering; /* a new job need not wake the thread */
    enum avow_write_thread_state state;
    uint64_t group_ns; /* how long the last group took; the thread's own, like group_jobs */
    size_t group_jobs;
};

static void push(struct job_list *list, struct avow_job *job)
{
    job->next = NULL;
    if (list->last == NULL)
        list->first = job;
    else
        list->last->next = job;
    list->last = job;
}

static struct avow_job *pop(struct job_list *list)
{
    struct avow_job *job = list->first;
    if (job != NULL) {
        list->first = job->next;
        if (list->first == NULL)
            list->last = NULL;
        job->next = NULL;
    }
    return job;
}

static void free_jobs(struct job_list *list)
{
    struct avow_job *job;
    while ((job = pop(list)) != NULL)
        avow_job_free(&job);
}

/* ---- the writer's thread ---- */

static void fail_all(struct job_list *group, enum avow_err err)
{
    for (struct avow_job *job = group->first; job != NULL; job = job->next) {
        job->err = err;
        job->reject = AVOW_ACCEPT;
        job->range = (struct avow_range_result){0}; /* nothing of it came true */
        job->changed = false;
    }
}

/* Hands a group's results to the loop. */
static void finish(struct avow_write_thread *writer, struct job_list *group,
                   enum avow_write_thread_state state)
{
    struct avow_job *job;
    uv_mutex_lock(&writer->mutex);
    while ((job = pop(group)) != NULL) {
        writer->bytes -= job->cost;
        push(&writer->finished, job);
    }
    writer->state = state;
    uv_mutex_unlock(&writer->mutex);
    writer->config.wake(writer->config.context);
}

/* The next job, if the group may still grow. */
static struct avow_job *next_job(struct avow_write_thread *writer, const struct avow_txn *txn)
{
    if (avow_txn_entries(txn) >= AVOW_WRITER_GROUP_ENTRIES || avow_txn_is_large(txn))
        return NULL;
    uv_mutex_lock(&writer->mutex);
    struct avow_job *job = pop(&writer->queue);
    uv_mutex_unlock(&writer->mutex);
    return job;
}

/* What a failed transaction means. A spoilt one that was aborted has synced nothing, so it may be
 * gone on from unless the store is damaged; a failed commit may have left anything but its own
 * success. */
static enum avow_write_thread_state state_after(enum avow_err err, bool committing)
{
    if (err == AVOW_ERR_DISK_FULL)
        return AVOW_WRITER_FULL;
    if (err == AVOW_ERR_NOMEM || err == AVOW_ERR_TOO_LARGE)
        return AVOW_WRITER_GOOD;
    return committing || err == AVOW_ERR_IO || err == AVOW_ERR_CORRUPT ? AVOW_WRITER_BROKEN
                                                                       : AVOW_WRITER_GOOD;
}

/* Runs `job` and what waits behind it in one transaction. */
static void run_group(struct avow_write_thread *writer, struct avow_job *job)
{
    struct job_list group = {0};
    uint64_t begun = uv_hrtime();
    writer->group_jobs = 0;
    struct avow_txn *txn = NULL;
    enum avow_err err = avow_txn_begin(writer->config.store, &txn);
    bool committing = false;
    push(&group, job);
    while (err == AVOW_OK && job != NULL) {
        writer->group_jobs++;
        avow_job_run(job, txn);
        if (avow_job_spoilt(job)) {
            err = job->err;
            avow_txn_abort(&txn);
            break;
        }
        job = next_job(writer, txn);
        if (job != NULL)
            push(&group, job);
    }
    if (err == AVOW_OK) {
        committing = true;
        err = avow_txn_commit(&txn);
    }
    enum avow_write_thread_state state = AVOW_WRITER_GOOD;
    if (err != AVOW_OK) {
        fail_all(&group, err);
        state = state_after(err, committing);
    }
    writer->group_ns = uv_hrtime() - begun;
    finish(writer, &group, state);
}

static void refuse_queue(struct avow_write_thread *writer, enum avow_write_thread_state state,
                         enum avow_err err)
{
    struct job_list group = {0};
    uv_mutex_lock(&writer->mutex);
    group = writer->queue;
    writer->queue = (struct job_list){0};
    uv_mutex_unlock(&writer->mutex);
    fail_all(&group, err);
    finish(writer, &group, state);
}

/* Whether a small transaction can be synced again. */
static enum avow_write_thread_state probe(struct avow_write_thread *writer)
{
    static const char note[] = "the disk had been full";
    struct avow_txn *txn = NULL;
    enum avow_err err = avow_txn_begin(writer->config.store, &txn);
    bool committing = false;
    if (err == AVOW_OK) {
        err = avow_txn_put(txn, "writer-probe", avow_bytes_text(note));
        if (err != AVOW_OK)
            avow_txn_abort(&txn);
    }
    if (err == AVOW_OK) {
        committing = true;
        err = avow_txn_commit(&txn);
    }
    return err == AVOW_OK ? AVOW_WRITER_GOOD : state_after(err, committing);
}

static void while_full(struct avow_write_thread *writer)
{
    refuse_queue(writer, AVOW_WRITER_FULL, AVOW_ERR_DISK_FULL);
    uv_mutex_lock(&writer->mutex);
    if (!writer->stopping)
        (void)uv_cond_timedwait(&writer->work, &writer->mutex, RETRY_NS);
    bool stopping = writer->stopping;
    uv_mutex_unlock(&writer->mutex);
    if (stopping)
        return;
    struct job_list none = {0};
    finish(writer, &none, probe(writer));
}

/* Those who were just answered are about to come again, and a sync costs little more for many than
 * for few: waits for them a part of what the last group took. The mutex is held. */
static void gather(struct avow_write_thread *writer)
{
    uint64_t limit = writer->group_ns / GATHER_SHARE;
    if (limit > GATHER_MAX_NS)
        limit = GATHER_MAX_NS;
    uint64_t end = uv_hrtime() + limit, now = 0;
    if (writer->group_jobs < GATHER_JOBS)
        return;
    writer->gathering = true;
    while (!writer->stopping && writer->bytes < GATHER_BYTES && (now = uv_hrtime()) < end)
        (void)uv_cond_timedwait(&writer->work, &writer->mutex, end - now);
    writer->gathering = false;
}

/* Waits for a job. NULL at the end, or when the state needs looking at. */
static struct avow_job *wait_for_job(struct avow_write_thread *writer,
                                     enum avow_write_thread_state *state, bool *stop)
{
    uv_mutex_lock(&writer->mutex);
    writer->busy = false;
    while (writer->queue.first == NULL && !writer->stopping && writer->state != AVOW_WRITER_FULL) {
        uv_cond_broadcast(&writer->idle);
        uv_cond_wait(&writer->work, &writer->mutex);
    }
    if (writer->state == AVOW_WRITER_GOOD && writer->queue.first != NULL)
        gather(writer);
    *state = writer->state;
    *stop = writer->stopping && writer->queue.first == NULL;
    struct avow_job *job = *state == AVOW_WRITER_GOOD ? pop(&writer->queue) : NULL;
    writer->busy = !*stop;
    if (*stop)
        uv_cond_broadcast(&writer->idle);
    uv_mutex_unlock(&writer->mutex);
    return job;
}

static void run(void *argument)
{
    struct avow_write_thread *writer = argument;
    for (;;) {
        enum avow_write_thread_state state;
        bool stop;
        struct avow_job *job = wait_for_job(writer, &state, &stop);
        if (stop)
            return;
        switch (state) {
        case AVOW_WRITER_GOOD:
            run_group(writer, job);
            break;
        case AVOW_WRITER_FULL:
            while_full(writer);
            break;
        case AVOW_WRITER_BROKEN:
            refuse_queue(writer, AVOW_WRITER_BROKEN, AVOW_ERR_IO);
            break;
        }
    }
}

/* ---- the loop's thread ---- */

static void destroy(struct avow_write_thread **writer)
{
    uv_cond_destroy(&(*writer)->idle);
    uv_cond_destroy(&(*writer)->work);
    uv_mutex_destroy(&(*writer)->mutex);
    free(*writer);
    *writer = NULL;
}

enum avow_err avow_write_thread_new(const struct avow_write_thread_config *config,
                                    struct avow_write_thread **writer)
{
    *writer = calloc(1, sizeof(**writer));
    if (*writer == NULL)
        return AVOW_ERR_NOMEM;
    (*writer)->config = *config;
    bool ready = uv_mutex_init(&(*writer)->mutex) == 0;
    ready = ready && uv_cond_init(&(*writer)->work) == 0 && uv_cond_init(&(*writer)->idle) == 0;
    if (!ready) { /* glibc's never fail; what little was made is left */
        free(*writer);
        *writer = NULL;
        return AVOW_ERR_NOMEM;
    }
    if (uv_thread_create(&(*writer)->thread, run, *writer) != 0) {
        destroy(writer);
        return AVOW_ERR_IO;
    }
    return AVOW_OK;
}

void avow_write_thread_drain(struct avow_write_thread *writer)
{
    uv_mutex_lock(&writer->mutex);
    writer->stopping = true;
    uv_cond_signal(&writer->work);
    while (writer->busy || writer->queue.first != NULL)
        uv_cond_wait(&writer->idle, &writer->mutex);
    uv_mutex_unlock(&writer->mutex);
}

void avow_write_thread_free(struct avow_write_thread **writer)
{
    if (*writer == NULL)
        return;
    avow_write_thread_drain(*writer);
    (void)uv_thread_join(&(*writer)->thread);
    free_jobs(&(*writer)->finished);
    destroy(writer);
}

bool avow_write_thread_put(struct avow_write_thread *writer, struct avow_job **job)
{
    uv_mutex_lock(&writer->mutex);
    bool fits = writer->bytes + (*job)->cost <= AVOW_WRITER_BYTES_MAX && !writer->stopping &&
                writer->state != AVOW_WRITER_BROKEN;
    if (fits) {
        writer->bytes += (*job)->cost;
        push(&writer->queue, *job);
        *job = NULL;
        if (!writer->gathering || writer->bytes >= GATHER_BYTES)
            uv_cond_signal(&writer->work);
    }
    uv_mutex_unlock(&writer->mutex);
    return fits;
}

bool avow_write_thread_has_room(struct avow_write_thread *writer)
{
    uv_mutex_lock(&writer->mutex);
    bool room = writer->bytes + ((size_t)2 << 20) <= AVOW_WRITER_BYTES_MAX;
    uv_mutex_unlock(&writer->mutex);
    return room;
}

void avow_write_thread_fetch(struct avow_write_thread *writer)
{
    uv_mutex_lock(&writer->mutex);
    struct job_list finished = writer->finished;
    writer->finished = (struct job_list){0};
    uv_mutex_unlock(&writer->mutex);
    struct avow_job *job;
    while ((job = pop(&finished)) != NULL) {
        if (job->done != NULL)
            job->done(job->context, job);
        avow_job_free(&job);
    }
}

enum avow_write_thread_state avow_write_thread_state(struct avow_write_thread *writer)
{
    uv_mutex_lock(&writer->mutex);
    enum avow_write_thread_state state = writer->state;
    uv_mutex_unlock(&writer->mutex);
    return state;
}
