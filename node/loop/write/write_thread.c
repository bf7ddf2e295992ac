#include "node/loop/write/write_thread.h"

#include <stdlib.h>
#include <uv.h>

#define RETRY_NS UINT64_C(1000000000)
#define GATHER_MIN_NS UINT64_C(1000000) /* of a commit: for one that is quicker nobody waits */
#define GATHER_MAX_NS UINT64_C(2000000)
#define GATHER_SHARE 2 /* of the last commit's time */
#define GATHER_JOBS 8  /* of fewer writers at a time, none is waited for */

struct job_list {
    struct avow_job *first, *last;
};

struct avow_write_thread {
    struct avow_write_thread_config config;
    uv_thread_t thread;
    uv_mutex_t mutex; /* guards everything below */
    uv_cond_t work;   /* jobs came, or the end */
    uv_cond_t idle;   /* nothing waits and nothing is under way */
    struct avow_job_queue queue;
    struct job_list finished;
    struct job_list unsure; /* aside, and nobody has been asked to verify them yet */
    bool busy, stopping;
    bool gathering; /* a new job need not wake the thread */
    enum avow_write_thread_state state;
    uint64_t commit_ns; /* how long the last commit took; the thread's own, like group_jobs */
    size_t group_jobs;  /* of the last group */
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

static uint64_t now_ns(const struct avow_write_thread *writer)
{
    return writer->config.now_ns == NULL ? uv_hrtime()
                                         : writer->config.now_ns(writer->config.context);
}

/* Hands a group's results to the loop. */
static void finish(struct avow_write_thread *writer, struct job_list *group,
                   enum avow_write_thread_state state)
{
    struct avow_job *job;
    uv_mutex_lock(&writer->mutex);
    while ((job = pop(group)) != NULL) {
        avow_job_queue_release(&writer->queue, job);
        push(&writer->finished, job);
    }
    writer->state = state;
    uv_mutex_unlock(&writer->mutex);
    writer->config.wake(writer->config.context);
}

/* What one transaction takes. */
struct group {
    struct job_list jobs;
    uint64_t begun_ns, prompt_ns; /* when it began; when it took its first prompt job */
    bool has_prompt, has_more;    /* jobs of the prompt lane, of others */
};

/* The next job, if the group may still grow. Whoever is prompt is not kept waiting for what comes
 * after; but a job of the other lanes goes with each group, so that these never stand still. */
static struct avow_job *next_job(struct avow_write_thread *writer, const struct group *group,
                                 const struct avow_txn *txn)
{
    if (avow_txn_entries(txn) >= AVOW_WRITER_GROUP_ENTRIES || avow_txn_is_large(txn))
        return NULL;
    const uint64_t now = now_ns(writer);
    const bool ends = group->has_prompt && now - group->prompt_ns >= AVOW_WRITER_PROMPT_NS;
    const bool full = ends || now - group->begun_ns >= AVOW_WRITER_GROUP_NS;
    uv_mutex_lock(&writer->mutex);
    struct avow_job *job =
        avow_job_queue_take(&writer->queue, !ends, !full || (ends && !group->has_more));
    uv_mutex_unlock(&writer->mutex);
    return job;
}

static void note_lane(struct avow_write_thread *writer, struct group *group,
                      const struct avow_job *job)
{
    if (job->lane != AVOW_LANE_PROMPT)
        group->has_more = true;
    else if (!group->has_prompt)
        group->prompt_ns = now_ns(writer);
    group->has_prompt = group->has_prompt || job->lane == AVOW_LANE_PROMPT;
}

/* Has the pool verify what the job asked; false when nobody will any more. */
static bool set_aside(struct avow_write_thread *writer, struct avow_job *job)
{
    uv_mutex_lock(&writer->mutex);
    const bool aside = !writer->stopping;
    if (aside) {
        avow_job_queue_set_aside(&writer->queue, job);
        push(&writer->unsure, job);
    }
    uv_mutex_unlock(&writer->mutex);
    if (aside)
        writer->config.wake(writer->config.context);
    else
        job->err = AVOW_ERR_CLOSED;
    return aside;
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

/* Runs jobs, from `job` on, until the group is to end or one has spoilt the transaction. */
static enum avow_err run_jobs(struct avow_write_thread *writer, struct group *group,
                              struct avow_job *job, struct avow_txn *txn)
{
    for (; job != NULL; job = next_job(writer, group, txn)) {
        writer->group_jobs++;
        note_lane(writer, group, job);
        avow_job_run(job, txn);
        if (avow_job_is_unsure(job) && set_aside(writer, job))
            continue;
        push(&group->jobs, job);
        if (avow_job_spoilt(job) && job->err != AVOW_ERR_CLOSED)
            return job->err;
    }
    return AVOW_OK;
}

/* Runs `job` and what waits behind it in one transaction. */
static void run_group(struct avow_write_thread *writer, struct avow_job *job)
{
    struct group group = {.begun_ns = now_ns(writer)};
    writer->group_jobs = 0;
    struct avow_txn *txn = NULL;
    enum avow_err err = avow_txn_begin(writer->config.store, &txn);
    bool committing = false;
    if (err != AVOW_OK) {
        push(&group.jobs, job);
    } else {
        err = run_jobs(writer, &group, job, txn);
        committing = err == AVOW_OK;
        const uint64_t applied_ns = now_ns(writer);
        if (committing)
            err = avow_txn_commit(&txn);
        else
            avow_txn_abort(&txn);
        writer->commit_ns = now_ns(writer) - applied_ns;
    }
    enum avow_write_thread_state state = AVOW_WRITER_GOOD;
    if (err != AVOW_OK) {
        fail_all(&group.jobs, err);
        state = state_after(err, committing);
    }
    finish(writer, &group.jobs, state);
}

static void refuse_queue(struct avow_write_thread *writer, enum avow_write_thread_state state,
                         enum avow_err err)
{
    struct job_list group = {0};
    struct avow_job *job;
    uv_mutex_lock(&writer->mutex);
    while ((job = avow_job_queue_take(&writer->queue, true, true)) != NULL)
        push(&group, job);
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

static bool is_gathered(const struct avow_write_thread *writer)
{
    return writer->queue.count >= writer->group_jobs;
}

static bool has_work(const struct avow_write_thread *writer)
{
    return avow_job_queue_has_prompt(&writer->queue) || avow_job_queue_has_more(&writer->queue);
}

/* Those who were just answered are about to come again, and a sync costs little more for many than
 * for few: waits for them a part of what the last commit took, and not once as many have come. The
 * mutex is held. */
static void gather(struct avow_write_thread *writer)
{
    uint64_t limit = writer->commit_ns / GATHER_SHARE;
    if (limit > GATHER_MAX_NS)
        limit = GATHER_MAX_NS;
    uint64_t end = uv_hrtime() + limit, now = 0;
    if (writer->group_jobs < GATHER_JOBS || writer->commit_ns < GATHER_MIN_NS)
        return;
    writer->gathering = true;
    while (!writer->stopping && !is_gathered(writer) && (now = uv_hrtime()) < end)
        (void)uv_cond_timedwait(&writer->work, &writer->mutex, end - now);
    writer->gathering = false;
}

/* Waits for a job. NULL at the end, when the state needs looking at, or when all that there was is
 * behind a job that is aside. */
static struct avow_job *wait_for_job(struct avow_write_thread *writer,
                                     enum avow_write_thread_state *state, bool *stop)
{
    uv_mutex_lock(&writer->mutex);
    writer->busy = false;
    while (!has_work(writer) && !writer->stopping && writer->state != AVOW_WRITER_FULL) {
        uv_cond_broadcast(&writer->idle);
        uv_cond_wait(&writer->work, &writer->mutex);
    }
    if (writer->state == AVOW_WRITER_GOOD && has_work(writer))
        gather(writer);
    *state = writer->state;
    *stop = writer->stopping && !has_work(writer);
    struct avow_job *job =
        *state == AVOW_WRITER_GOOD ? avow_job_queue_take(&writer->queue, true, true) : NULL;
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
            if (job != NULL)
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

static void close_all(struct avow_write_thread *writer, struct job_list *jobs)
{
    struct avow_job *job;
    while ((job = pop(jobs)) != NULL) {
        job->err = AVOW_ERR_CLOSED;
        push(&writer->finished, job);
    }
}

/* What is aside comes to nothing, with all that is behind it. The mutex is held. */
static void strand(struct avow_write_thread *writer)
{
    for (struct avow_job *job = writer->queue.aside; job != NULL; job = job->aside) {
        struct job_list behind = {job->behind, job->behind_last};
        close_all(writer, &behind);
        job->behind = NULL;
    }
    writer->queue.aside = NULL;
    close_all(writer, &writer->unsure);
}

void avow_write_thread_drain(struct avow_write_thread *writer)
{
    uv_mutex_lock(&writer->mutex);
    writer->stopping = true;
    writer->queue.closing = true;
    uv_cond_signal(&writer->work);
    while (writer->busy || has_work(writer))
        uv_cond_wait(&writer->idle, &writer->mutex);
    strand(writer);
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
    bool fits = avow_job_queue_has_room(&writer->queue, (*job)->lane, (*job)->cost) &&
                !writer->stopping && writer->state != AVOW_WRITER_BROKEN;
    if (fits) {
        (*job)->asked.checks = writer->config.checks;
        avow_job_queue_put(&writer->queue, *job);
        *job = NULL;
        if (!writer->gathering || is_gathered(writer))
            uv_cond_signal(&writer->work);
    }
    uv_mutex_unlock(&writer->mutex);
    return fits;
}

void avow_write_thread_put_back(struct avow_write_thread *writer, struct avow_job **job)
{
    uv_mutex_lock(&writer->mutex);
    if (!writer->stopping) {
        avow_job_queue_put_back(&writer->queue, *job);
        *job = NULL;
        uv_cond_signal(&writer->work);
    }
    uv_mutex_unlock(&writer->mutex);
    avow_job_free(job);
}

bool avow_write_thread_has_room(struct avow_write_thread *writer, enum avow_job_lane lane)
{
    uv_mutex_lock(&writer->mutex);
    bool room = avow_job_queue_has_room(&writer->queue, lane, (size_t)2 << 20);
    uv_mutex_unlock(&writer->mutex);
    return room;
}

void avow_write_thread_fetch(struct avow_write_thread *writer)
{
    uv_mutex_lock(&writer->mutex);
    struct job_list finished = writer->finished, unsure = writer->unsure;
    writer->finished = writer->unsure = (struct job_list){0};
    uv_mutex_unlock(&writer->mutex);
    struct avow_job *job;
    while ((job = pop(&unsure)) != NULL)
        writer->config.verify(writer->config.context, job);
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
