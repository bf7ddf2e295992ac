/* The one thread that writes. It takes jobs from bounded queues (job_queue.h) and groups them: one
 * transaction takes all that waits, and commits when nothing does, at AVOW_WRITER_GROUP_ENTRIES, or
 * when its time is over: a prompt job waits AVOW_WRITER_PROMPT_NS for others, no more. After a
 * group of many small jobs it waits a moment for those who will come again, since a sync costs
 * little more for many than for few. Only when the commit is synced do the jobs' results reach the
 * loop: what is acknowledged, announced or replied to is on the disk.
 *
 * No signature is verified here. A job with root entries that nobody has verified changes nothing
 * and is put aside, while the pool verifies them; then it runs again, before whatever else is for
 * the same log.
 *
 * When a commit fails, nothing of its group happened and every job of it says so. A full disk makes
 * the writer refuse new jobs, and try every second whether there is room again. After any other
 * failure of a commit it refuses for good, because a sync must not be tried twice: the node stops,
 * and a restart reads what is really on the disk. */
#ifndef AVOW_NODE_LOOP_WRITE_WRITE_THREAD_H
#define AVOW_NODE_LOOP_WRITE_WRITE_THREAD_H

#include "node/loop/write/job_queue.h"

#define AVOW_WRITER_GROUP_ENTRIES 100000
#define AVOW_WRITER_GROUP_NS UINT64_C(20000000) /* of a group, before its commit */
#define AVOW_WRITER_PROMPT_NS UINT64_C(4000000) /* from its first prompt job on */

enum avow_write_thread_state {
    AVOW_WRITER_GOOD,
    AVOW_WRITER_FULL,   /* the disk is full; tried again every second */
    AVOW_WRITER_BROKEN, /* stopped for good: restart */
};

struct avow_write_thread;

struct avow_write_thread_config {
    struct avow_store *store;
    /* Called from the writer's thread when there are results to fetch, or the state has changed:
     * uv_async_send(), or a test's own. */
    void (*wake)(void *context);
    /* Which root entries are known to be good; NULL, in tests: they are verified by this thread. */
    struct avow_checks *checks;
    /* Called by avow_write_thread_fetch(): has the pool run avow_checks_answer(&job->asked), then
     * gives the job to avow_write_thread_put_back(). */
    void (*verify)(void *context, struct avow_job *job);
    uint64_t (*now_ns)(void *context); /* monotonic, from any thread; NULL: uv_hrtime() */
    void *context;
};

/* Starts the thread. AVOW_ERR_NOMEM, AVOW_ERR_IO. */
AVOW_NODISCARD enum avow_err avow_write_thread_new(const struct avow_write_thread_config *config,
                                                   struct avow_write_thread **writer);
/* Ends the thread once all that is queued is done, and frees what is left. Jobs whose results
 * nobody fetched are freed without a call of `done`: fetch after avow_write_thread_drain(). */
void avow_write_thread_free(struct avow_write_thread **writer);
/* Waits until all that is queued is done; what is aside, or behind that, is done with ERR_CLOSED.
 * No job may be put afterwards. */
void avow_write_thread_drain(struct avow_write_thread *writer);

/* Hands a job over and sets `*job` to NULL. False when its lane is full or the writer broken: the
 * job stays the caller's. */
AVOW_NODISCARD bool avow_write_thread_put(struct avow_write_thread *writer, struct avow_job **job);
/* Takes back a job that config.verify() was given, its questions answered, and sets `*job` to NULL.
 * After a drain it is freed. */
void avow_write_thread_put_back(struct avow_write_thread *writer, struct avow_job **job);
/* True while a job of a megabyte would be taken into this lane. */
bool avow_write_thread_has_room(struct avow_write_thread *writer, enum avow_job_lane lane);

/* On the loop thread, when woken: calls `done` of each finished job, in order, and frees it; and
 * has verified what is to be. */
void avow_write_thread_fetch(struct avow_write_thread *writer);

/* As of now; a change of it wakes the loop. */
enum avow_write_thread_state avow_write_thread_state(struct avow_write_thread *writer);

#endif
