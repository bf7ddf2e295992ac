/* Group commit: results come only after the commit, in order, and a failed commit fails its whole
 * group. Failures are made by wrapping the store's own calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/loop/write/write_thread.h"
#include "tests/support/log_history.h"
#include "tests/unit/store/store_fixture.h"

#include <stdatomic.h>
#include <uv.h>

/* ---- the store's commit, watched ---- */

static atomic_uint commits;   /* that were asked for */
static atomic_int fail_with;  /* what the next ones return, without committing */
static atomic_uint committed; /* that were done */
static uv_sem_t gate;         /* each commit waits here while `gated` */
static atomic_bool gated;

enum avow_err __real_avow_txn_commit(struct avow_txn **txn);
enum avow_err __wrap_avow_txn_commit(struct avow_txn **txn);

enum avow_err __wrap_avow_txn_commit(struct avow_txn **txn)
{
    atomic_fetch_add(&commits, 1);
    if (atomic_load(&gated))
        uv_sem_wait(&gate);
    int err = atomic_load(&fail_with);
    if (err != AVOW_OK) {
        avow_txn_abort(txn);
        return (enum avow_err)err;
    }
    enum avow_err result = __real_avow_txn_commit(txn);
    atomic_fetch_add(&committed, 1);
    return result;
}

/* ---- a writer and what it is given ---- */

struct scene {
    struct store_folder folder;
    struct avow_store *store;
    struct avow_write_thread *writer;
    struct log_history history;
    uv_sem_t woken;
    unsigned done;          /* results so far */
    unsigned done_commits;  /* how many commits had been done when the last result came */
    enum avow_err last_err; /* of the last result */
    uint64_t last_accepted;
    uint64_t last_token;
};

static void wake(void *context)
{
    struct scene *scene = context;
    uv_sem_post(&scene->woken);
}

static void set_up(struct scene *scene)
{
    *scene = (struct scene){0};
    atomic_store(&commits, 0);
    atomic_store(&committed, 0);
    atomic_store(&fail_with, AVOW_OK);
    atomic_store(&gated, false);
    assert_int_equal(uv_sem_init(&scene->woken, 0), 0);
    assert_int_equal(uv_sem_init(&gate, 0), 0);
    log_history_make(&scene->history, "writer", 7, 200, 20);
    store_folder_make(&scene->folder);
    scene->store = store_folder_open(&scene->folder);
    struct avow_write_thread_config config = {
        .store = scene->store, .wake = wake, .context = scene};
    assert_int_equal(avow_write_thread_new(&config, &scene->writer), AVOW_OK);
}

static void tear_down(struct scene *scene)
{
    avow_write_thread_free(&scene->writer);
    avow_store_close(&scene->store);
    store_folder_remove(&scene->folder);
    log_history_fini(&scene->history);
    uv_sem_destroy(&gate);
    uv_sem_destroy(&scene->woken);
}

static void on_done(void *context, struct avow_job *job)
{
    struct scene *scene = context;
    assert_int_equal(job->token, scene->done); /* in order */
    scene->done++;
    scene->done_commits = atomic_load(&committed);
    scene->last_err = job->err;
    scene->last_accepted = job->range.accepted;
    scene->last_token = job->token;
}

/* The whole range of a mark of the history, as its next job. */
static void put(struct scene *scene, size_t mark, uint64_t token)
{
    struct avow_job *job = avow_job_new(AVOW_JOB_RANGE);
    const struct log_mark *at = &scene->history.marks[mark];
    uint64_t from = mark == 0 ? 0 : at[-1].checkpoint.size;
    assert_non_null(job);
    job->done = on_done;
    job->context = scene;
    job->token = token;
    job->checkpoint = at->checkpoint;
    job->from = from;
    job->entry_count = (size_t)(at->checkpoint.size - from);
    job->entries = malloc(job->entry_count * sizeof(*job->entries));
    assert_non_null(job->entries);
    for (size_t i = 0; i < job->entry_count; i++)
        job->entries[i] = scene->history.entries[from + i];
    assert_true(avow_write_thread_put(scene->writer, &job));
    assert_null(job);
}

static void await(struct scene *scene, unsigned results)
{
    while (scene->done < results) {
        uv_sem_wait(&scene->woken);
        avow_write_thread_fetch(scene->writer);
    }
    assert_int_equal(scene->done, results);
}

static uint64_t stored_size(struct scene *scene)
{
    struct avow_snapshot *snapshot;
    const struct avow_log *log;
    assert_int_equal(avow_snapshot_new(scene->store, &snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(snapshot), AVOW_OK);
    enum avow_err err =
        avow_snapshot_log(snapshot, &scene->history.marks[0].checkpoint.issuer, &log);
    uint64_t size = err == AVOW_OK ? log->checkpoint.size : 0;
    avow_snapshot_free(&snapshot);
    return size;
}

static void wait_for_commits(unsigned count)
{
    while (atomic_load(&commits) < count)
        (void)sched_yield();
}

/* ---- tests ---- */

static void test_results_after_commit(void **state)
{
    struct scene scene;
    (void)state;
    set_up(&scene);
    atomic_store(&gated, true);
    put(&scene, 0, 0);
    wait_for_commits(1); /* it stands before the commit */
    avow_write_thread_fetch(scene.writer);
    assert_int_equal(scene.done, 0);
    uv_sem_post(&gate);
    await(&scene, 1);
    assert_int_equal(scene.done_commits, 1);
    assert_int_equal(scene.last_err, AVOW_OK);
    assert_int_equal(stored_size(&scene), scene.history.marks[0].checkpoint.size);
    tear_down(&scene);
}

/* What came while a commit was under way goes into one group. */
static void test_group(void **state)
{
    struct scene scene;
    (void)state;
    set_up(&scene);
    atomic_store(&gated, true);
    put(&scene, 0, 0);
    wait_for_commits(1);
    for (uint64_t i = 1; i <= 5; i++)
        put(&scene, (size_t)i, i);
    uv_sem_post(&gate);
    await(&scene, 1);
    uv_sem_post(&gate);
    await(&scene, 6);
    assert_int_equal(atomic_load(&commits), 2);
    assert_int_equal(stored_size(&scene), scene.history.marks[5].checkpoint.size);
    tear_down(&scene);
}

/* After a group of many the writer waits a moment for more; what came alone is stored all the same,
 * and the end does not wait. */
static void test_gather(void **state)
{
    struct scene scene;
    (void)state;
    for (int drains = 0; drains < 2; drains++) {
        set_up(&scene);
        atomic_store(&gated, true);
        put(&scene, 0, 0);
        wait_for_commits(1);
        for (uint64_t i = 1; i <= 12; i++)
            put(&scene, i <= 5 ? (size_t)i : 0, i); /* the rest is refused: it is there already */
        uv_sem_post(&gate);
        wait_for_commits(2);
        atomic_store(&gated, false);
        put(&scene, 6, 13);
        uv_sem_post(&gate);
        if (drains != 0) {
            avow_write_thread_drain(scene.writer);
            avow_write_thread_fetch(scene.writer);
        }
        await(&scene, 14);
        assert_int_equal(atomic_load(&commits), 3);
        assert_int_equal(stored_size(&scene), scene.history.marks[6].checkpoint.size);
        tear_down(&scene);
    }
}

/* A full disk: nobody of the group is told otherwise, new jobs are refused, and with room again
 * things go on where they were. */
static void test_disk_full(void **state)
{
    struct scene scene;
    (void)state;
    set_up(&scene);
    put(&scene, 0, 0);
    await(&scene, 1);
    atomic_store(&fail_with, AVOW_ERR_DISK_FULL);
    put(&scene, 1, 1);
    await(&scene, 2);
    assert_int_equal(scene.last_err, AVOW_ERR_DISK_FULL);
    assert_int_equal(scene.last_accepted, 0); /* no word of what was rolled back */
    assert_int_equal(avow_write_thread_state(scene.writer), AVOW_WRITER_FULL);
    assert_int_equal(stored_size(&scene), scene.history.marks[0].checkpoint.size);
    put(&scene, 1, 2);
    await(&scene, 3);
    assert_int_equal(scene.last_err, AVOW_ERR_DISK_FULL);
    atomic_store(&fail_with, AVOW_OK);
    while (avow_write_thread_state(scene.writer) != AVOW_WRITER_GOOD)
        uv_sem_wait(&scene.woken);
    put(&scene, 1, 3);
    await(&scene, 4);
    assert_int_equal(scene.last_err, AVOW_OK);
    assert_int_equal(stored_size(&scene), scene.history.marks[1].checkpoint.size);
    tear_down(&scene);
}

/* A sync that failed is not tried again: the writer is done for. */
static void test_broken(void **state)
{
    struct scene scene;
    (void)state;
    set_up(&scene);
    atomic_store(&fail_with, AVOW_ERR_IO);
    put(&scene, 0, 0);
    await(&scene, 1);
    assert_int_equal(scene.last_err, AVOW_ERR_IO);
    assert_int_equal(avow_write_thread_state(scene.writer), AVOW_WRITER_BROKEN);
    atomic_store(&fail_with, AVOW_OK);
    struct avow_job *job = avow_job_new(AVOW_JOB_WITHDRAW);
    assert_non_null(job);
    assert_false(avow_write_thread_put(scene.writer, &job));
    avow_job_free(&job);
    assert_int_equal(atomic_load(&committed), 0);
    tear_down(&scene);
}

/* One job's rejection is its own: the others of its group are stored. */
static void test_rejection(void **state)
{
    struct scene scene;
    (void)state;
    set_up(&scene);
    atomic_store(&gated, true);
    put(&scene, 0, 0);
    wait_for_commits(1);
    put(&scene, 2, 1); /* starts where the log does not end */
    put(&scene, 1, 2);
    uv_sem_post(&gate);
    uv_sem_post(&gate);
    await(&scene, 3);
    assert_int_equal(scene.last_err, AVOW_OK);
    assert_int_equal(stored_size(&scene), scene.history.marks[1].checkpoint.size);
    tear_down(&scene);
}

/* What is queued at the end is done before the end. */
static void test_drain(void **state)
{
    struct scene scene;
    (void)state;
    set_up(&scene);
    for (uint64_t i = 0; i < 6; i++)
        put(&scene, (size_t)i, i);
    avow_write_thread_drain(scene.writer);
    avow_write_thread_fetch(scene.writer);
    assert_int_equal(scene.done, 6);
    assert_int_equal(stored_size(&scene), scene.history.marks[5].checkpoint.size);
    tear_down(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_results_after_commit),
        cmocka_unit_test(test_group),
        cmocka_unit_test(test_gather),
        cmocka_unit_test(test_disk_full),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_rejection),
        cmocka_unit_test(test_drain),
    };
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
