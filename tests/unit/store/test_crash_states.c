/* Killing a process cannot show a missing sync; this can. A workload's writes and syncs are
 * recorded, and each disk that a power loss could have left is built and opened. The store must be
 * at the step that was acknowledged last or at the one under way, whole.
 *
 * AVOW_CRASH_STATES says how many disks to try (20,000), AVOW_CRASH_SEED which. */
#include "tests/support/disk_tape.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "tests/support/crash_disk.h"
#include "tests/support/doomed.h"
#include "tests/unit/store/store_fixture.h"
#include "tests/unit/store/workload.h"

#define STEPS 60
#define STEP_ENTRIES_MAX 24
#ifdef AVOW_SANITIZED
#define STATES 1200
#define CONTROL_STATES 1600
#else
#define STATES 20000
#define CONTROL_STATES 3000
#endif
#define GO_ON_EACH 64 /* states: the workload's next step is done, and all of it checked */

static struct workload load;
static struct disk_tape tape;
static struct store_folder folder; /* in memory: a million disks are written there */
static char data_path[300];

/* Shared with the child that opens the disks: one that kills its reader is a finding. */
struct tally {
    size_t point, number; /* the state being tried */
    size_t tried, lost, corrupt, killed, gone_on;
    char first[160]; /* what was found first */
};
static struct tally *tally;

static unsigned long from_environment(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);
    return text == NULL ? otherwise : strtoul(text, NULL, 10);
}

/* ------------------------------------------------------------------ one state */

static void found(size_t *count, const char *what)
{
    if (tally->first[0] == '\0')
        (void)snprintf(tally->first, sizeof(tally->first), "call %zu, state %zu: %s", tally->point,
                       tally->number, what);
    (*count)++;
}

/* These run in the child, where cmocka's assertions do not reach. */
static void put_disk(const struct crash_disk *disk)
{
    char path[300];
    (void)snprintf(path, sizeof(path), "%s/%s", folder.path,
                   disk->state_named ? "store.mdb" : "store.new");
    if (!disk->state_named)
        (void)unlink(data_path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    AVOW_ASSERT(fd >= 0);
    AVOW_ASSERT(ftruncate(fd, (off_t)disk->state_len) == 0);
    AVOW_ASSERT(pwrite(fd, disk->state, disk->state_len, 0) == (ssize_t)disk->state_len);
    AVOW_ASSERT(close(fd) == 0);
}

static void count_problem(void *context, const char *what, const char *issuer, uint64_t index)
{
    (void)issuer;
    (void)index;
    const char **why = context;
    *why = what;
}

/* After the crash life goes on: the next step, and everything rehashed. */
static void go_on(struct avow_store **store, size_t at)
{
    const char *why = NULL;
    struct avow_check_summary summary;
    tally->gone_on++;
    if (at < load.count && workload_do(&load, *store, at + 1) != AVOW_OK)
        why = "the next step fails";
    avow_store_close(store);
    if (why == NULL && avow_store_check(folder.path, count_problem, &why, &summary) != AVOW_OK)
        why = "check fails";
    if (why != NULL)
        found(&tally->corrupt, why);
}

static void try_state(const struct crash_disk *disk, uint64_t *seed)
{
    struct avow_store *store;
    bool opened_before = disk->mark != UINT64_MAX;
    size_t acknowledged = opened_before ? disk->mark : 0;
    size_t begun = acknowledged + (opened_before && acknowledged < load.count ? 1 : 0);
    size_t at;
    const char *why;
    put_disk(disk);
    tally->tried++;
    enum avow_err err = workload_open(folder.path, &store);
    if (err != AVOW_OK) {
        found(&tally->corrupt, avow_err_text(err));
        return;
    }
    switch (workload_verify(&load, store, acknowledged, begun, 2, seed, &at, &why)) {
    case WORKLOAD_GOOD:
        if (tally->tried % GO_ON_EACH == 0)
            go_on(&store, at);
        break;
    case WORKLOAD_LOST:
        found(&tally->lost, "an acknowledged step is lost");
        break;
    case WORKLOAD_CORRUPT:
        found(&tally->corrupt, why);
        break;
    }
    avow_store_close(&store);
}

/* ----------------------------------------------------------------- all of them */

/* From what `tally` says is next, to the end or to the child's death. */
static void try_from_here(enum crash_lie lie, size_t states, uint64_t seed)
{
    struct crash_disk disk;
    size_t point = tally->point;
    size_t number = tally->number;
    crash_disk_init(&disk, &tape, lie);
    for (size_t i = 0; i < point; i++)
        (void)crash_disk_step(&disk);
    do {
        size_t points = tape.count + 1 - point;
        size_t share = states > tally->tried ? (states - tally->tried + points - 1) / points : 1;
        for (; number < share; number++) {
            uint64_t state_seed = seed ^ (point << 32) ^ number;
            tally->point = point;
            tally->number = number;
            if (!crash_disk_state(&disk, number, share, &state_seed))
                break;
            try_state(&disk, &state_seed);
        }
        number = 0;
        point++;
    } while (crash_disk_step(&disk));
    crash_disk_fini(&disk);
}

struct job {
    enum crash_lie lie;
    size_t states;
    uint64_t seed;
};

static void work(void *context)
{
    const struct job *job = context;
    try_from_here(job->lie, job->states, job->seed);
}

static void try_all(enum crash_lie lie, size_t states, uint64_t seed)
{
    struct job job = {lie, states, seed};
    *tally = (struct tally){0};
    while (!doomed_run(work, &job)) {
        found(&tally->killed, "the reader died");
        assert_true(tally->killed <= states);
        tally->number++;
    }
}

static void report(const char *what)
{
    print_message("%s: %zu disks of a tape of %zu calls, %zu lost, %zu corrupt, %zu killed their "
                  "reader; %zu gone on from%s%s\n",
                  what, tally->tried, tape.count, tally->lost, tally->corrupt, tally->killed,
                  tally->gone_on, tally->first[0] == '\0' ? "" : "; first: ", tally->first);
}

static void test_tape_is_whole(void **state)
{
    (void)state;
    struct crash_disk disk;
    struct stat file;
    crash_disk_init(&disk, &tape, CRASH_HONEST);
    while (crash_disk_step(&disk))
        continue;
    uint64_t seed = 0;
    assert_true(crash_disk_state(&disk, 0, 1, &seed));
    int fd = open(data_path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &file), 0);
    assert_int_equal(file.st_size, disk.state_len);
    uint8_t *bytes = malloc(disk.state_len);
    assert_non_null(bytes);
    assert_int_equal(pread(fd, bytes, disk.state_len, 0), disk.state_len);
    assert_memory_equal(bytes, disk.state, disk.state_len);
    assert_int_equal(disk.mark, STEPS);
    assert_true(disk.name_synced);
    free(bytes);
    assert_int_equal(close(fd), 0);
    crash_disk_fini(&disk);
}

static void test_no_crash_loses_anything(void **state)
{
    (void)state;
    size_t states = from_environment("AVOW_CRASH_STATES", STATES);
    try_all(CRASH_HONEST, states, from_environment("AVOW_CRASH_SEED", 1));
    report("honest disk");
    if (tally->lost + tally->corrupt + tally->killed > 0)
        fail_msg("%s", tally->first);
    assert_true(tally->tried >= states * 9 / 10);
    assert_true(tally->gone_on >= tally->tried / GO_ON_EACH);
}

/* What the test would find if syncs were missing: it is one that can fail. */
static void test_missing_syncs_are_found(void **state)
{
    (void)state;
    try_all(CRASH_NO_META_SYNC, CONTROL_STATES, 2);
    report("no sync of the meta page");
    assert_true(tally->lost > CONTROL_STATES / 20);
    try_all(CRASH_NO_DATA_SYNC, CONTROL_STATES, 3);
    report("no sync before the meta page");
    assert_true(tally->corrupt + tally->killed > CONTROL_STATES / 20);
    try_all(CRASH_NO_SYNC, CONTROL_STATES, 4);
    report("no sync at all");
    assert_true(tally->lost > 0);
    assert_true(tally->corrupt + tally->killed > CONTROL_STATES / 20);
}

static int set_up(void **state)
{
    (void)state;
    struct avow_store *store;
    workload_init(&load, 5, STEPS, STEP_ENTRIES_MAX);
    if (access("/dev/shm", W_OK) == 0)
        assert_int_equal(setenv("TMPDIR", "/dev/shm", 1), 0);
    for (unsigned kind = 0; kind < WORKLOAD_KINDS; kind++)
        assert_true(workload_steps(&load, (enum workload_kind)kind) > 0);
    store_folder_make(&folder);
    (void)snprintf(data_path, sizeof(data_path), "%s/store.mdb", folder.path);
    tally = doomed_share(sizeof(*tally));
    disk_tape_start(&tape, folder.path);
    assert_int_equal(workload_open(folder.path, &store), AVOW_OK);
    disk_tape_mark(&tape, 0);
    for (size_t i = 1; i <= load.count; i++) {
        assert_int_equal(workload_do(&load, store, i), AVOW_OK);
        disk_tape_mark(&tape, i);
    }
    disk_tape_stop();
    avow_store_close(&store);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char path[300];
    (void)snprintf(path, sizeof(path), "%s/store.new", folder.path);
    (void)unlink(path);
    (void)munmap(tally, sizeof(*tally));
    disk_tape_fini(&tape);
    store_folder_remove(&folder);
    workload_fini(&load);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tape_is_whole),
        cmocka_unit_test(test_no_crash_loses_anything),
        cmocka_unit_test(test_missing_syncs_are_found),
    };
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
