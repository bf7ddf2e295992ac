/* Every write and every sync of a workload failing in turn, once and for ever, with EIO and with a
 * full disk: the operation says so, readers go on, and what was acknowledged is there afterwards.
 */
#include "tests/support/disk_tape.h"

#include <errno.h>

#include "tests/unit/store/store_fixture.h"
#include "tests/unit/store/workload.h"

#define STEPS 18
#define STEP_ENTRIES_MAX 40

static struct workload load;

struct fault_case {
    const char *name;
    struct disk_fault fault;
    enum avow_err want;
};

static const struct fault_case cases[] = {
    {"a write fails", {DISK_WRITE, 0, false, EIO}, AVOW_ERR_IO},
    {"writes fail from now on", {DISK_WRITE, 0, true, EIO}, AVOW_ERR_IO},
    {"a write finds the disk full", {DISK_WRITE, 0, false, ENOSPC}, AVOW_ERR_DISK_FULL},
    {"the disk is full from now on", {DISK_WRITE, 0, true, ENOSPC}, AVOW_ERR_DISK_FULL},
    {"a sync fails", {DISK_SYNC, 0, false, EIO}, AVOW_ERR_IO},
    {"syncs fail from now on", {DISK_SYNC, 0, true, EIO}, AVOW_ERR_IO},
    {"a sync finds the disk full", {DISK_SYNC, 0, false, ENOSPC}, AVOW_ERR_DISK_FULL},
    {"syncs find the disk full", {DISK_SYNC, 0, true, ENOSPC}, AVOW_ERR_DISK_FULL},
};

/* One run with one fault. */
struct run {
    const struct fault_case *row;
    size_t nth;
    struct store_folder folder;
    uint64_t seed;
    size_t acknowledged;
    size_t begun;
    bool shut_out; /* of reading, after the fault */
};

static void expect_state(struct run *run, struct avow_store *store, const char *when)
{
    size_t at;
    const char *why;
    enum workload_finding finding =
        workload_verify(&load, store, run->acknowledged, run->begun, 4, &run->seed, &at, &why);
    if (finding != WORKLOAD_GOOD)
        fail_msg("%s, call %zu, %s: %s", run->row->name, run->nth, when,
                 finding == WORKLOAD_LOST ? "an acknowledged step is lost" : why);
    run->acknowledged = at; /* whoever has read it may build upon it */
}

static void expect_err(const struct run *run, enum avow_err err, const char *when)
{
    if (err != run->row->want)
        fail_msg("%s, call %zu, %s: \"%s\"", run->row->name, run->nth, when, avow_err_text(err));
}

/* When the meta page could not be written LMDB lets nobody in any more: then readers are told,
 * until the store is opened anew. */
static void read_on(struct run *run, struct avow_store *store, const char *when)
{
    struct avow_snapshot *snapshot;
    enum avow_err err = avow_snapshot_new(store, &snapshot);
    if (err == AVOW_OK)
        err = avow_snapshot_renew(snapshot);
    avow_snapshot_free(&snapshot);
    if (err == AVOW_OK)
        expect_state(run, store, when);
    else if (err == AVOW_ERR_IO || err == AVOW_ERR_DISK_FULL)
        run->shut_out = true;
    else
        fail_msg("%s, call %zu, %s: \"%s\"", run->row->name, run->nth, when, avow_err_text(err));
}

/* A store that has said no: it says so again or goes on, and what it says stays true. */
static void try_again(struct run *run, struct avow_store *store)
{
    read_on(run, store, "reading on");
    enum avow_err err = workload_do(&load, store, run->begun);
    if (err == AVOW_OK)
        run->acknowledged = run->begun;
    else if (err != AVOW_ERR_IO && err != AVOW_ERR_DISK_FULL)
        fail_msg("%s, call %zu, again: \"%s\"", run->row->name, run->nth, avow_err_text(err));
    /* A sync is never tried twice. */
    if (err == AVOW_OK && run->row->want == AVOW_ERR_IO)
        fail_msg("%s, call %zu: goes on after it", run->row->name, run->nth);
    read_on(run, store, "reading after trying again");
}

/* Does the workload until a step fails; true if it did. */
static bool do_until_fault(struct run *run)
{
    struct avow_store *store;
    enum avow_err err = workload_open(run->folder.path, &store);
    if (err != AVOW_OK) {
        expect_err(run, err, "opening");
        return true;
    }
    while (err == AVOW_OK && run->acknowledged < load.count) {
        run->begun = run->acknowledged + 1;
        err = workload_do(&load, store, run->begun);
        if (err == AVOW_OK)
            run->acknowledged = run->begun;
    }
    if (err != AVOW_OK) {
        expect_err(run, err, "a step");
        try_again(run, store);
    }
    avow_store_close(&store);
    return err != AVOW_OK;
}

static void no_problem(void *context, const char *what, const char *issuer, uint64_t index)
{
    const struct run *run = context;
    (void)issuer;
    fail_msg("%s, call %zu, check: %s at %llu", run->row->name, run->nth, what,
             (unsigned long long)index);
}

/* The disk is well again: open, compare, do the rest, check everything. */
static void recover(struct run *run)
{
    struct avow_store *store;
    struct avow_check_summary summary;
    enum avow_err err = workload_open(run->folder.path, &store);
    if (err != AVOW_OK)
        fail_msg("%s, call %zu, reopening: \"%s\"", run->row->name, run->nth, avow_err_text(err));
    expect_state(run, store, "reopened");
    while (run->acknowledged < load.count) {
        run->begun = run->acknowledged + 1;
        assert_int_equal(workload_do(&load, store, run->begun), AVOW_OK);
        run->acknowledged = run->begun;
    }
    expect_state(run, store, "at the end");
    avow_store_close(&store);
    assert_int_equal(avow_store_check(run->folder.path, no_problem, run, &summary), AVOW_OK);
}

/* False when the workload makes fewer calls than `nth`. `*shut_out` counts stores that could not be
 * read after it. */
static bool run_with(const struct fault_case *row, size_t nth, size_t *shut_out)
{
    struct run run = {.row = row, .nth = nth, .seed = nth};
    struct disk_fault fault = row->fault;
    fault.nth = nth;
    store_folder_make(&run.folder);
    disk_fault_arm(run.folder.path, &fault);
    bool failed = do_until_fault(&run);
    bool met = disk_fault_calls() >= nth;
    disk_fault_arm(NULL, &fault);
    if (met != failed)
        fail_msg("%s, call %zu: %s", row->name, nth,
                 met ? "nobody was told" : "something else failed");
    recover(&run);
    store_folder_remove(&run.folder);
    *shut_out += run.shut_out ? 1 : 0;
    return met;
}

static void test_every_call_failing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t nth = 1;
        size_t shut_out = 0;
        while (run_with(&cases[i], nth, &shut_out))
            nth++;
        print_message("%s: %zu calls, after %zu of them nothing can be read\n", cases[i].name,
                      nth - 1, shut_out);
        assert_true(nth > STEPS);
        assert_true(shut_out <= STEPS); /* one meta page a step */
    }
}

static int set_up(void **state)
{
    (void)state;
    if (access("/dev/shm", W_OK) == 0)
        assert_int_equal(setenv("TMPDIR", "/dev/shm", 1), 0);
    workload_init(&load, 25, STEPS, STEP_ENTRIES_MAX);
    assert_true(workload_steps(&load, WORKLOAD_FLIP) > 0);
    assert_true(workload_steps(&load, WORKLOAD_PURGE) > 0);
    assert_true(workload_steps(&load, WORKLOAD_FORK) > 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    workload_fini(&load);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_call_failing)};
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
