/* A store's file with one bit flipped, again and again. Nobody is told "valid" wrongly, nothing
 * dies that does not read the file, and check names every flip that changes what anybody can read.
 *
 * LMDB trusts its file: a flip can kill whoever maps it (docs/operations.md), so the reading is
 * done in a child. AVOW_FLIPS says how many flips (1,000), AVOW_FLIP_SEED which. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "proto/crypto/sha256.h"
#include "store/read/facts.h"
#include "tests/support/doomed.h"
#include "tests/unit/store/store_fixture.h"
#include "tests/unit/store/workload.h"

#define STEPS 24
#define PAGE 4096
#define PAGE_HEAD 160 /* its header, and where its first rows are */
#define STEP_ENTRIES_MAX 60
#ifdef AVOW_SANITIZED
#define FLIPS 100
#else
#define FLIPS 1000
#endif
#define ENTRIES_MAX 2048 /* of each log */
#define JUDGED 100       /* entries of each log, for each flip */
#define CHUNKS_MAX 8

static struct workload load;
static struct store_folder folder;
static char data_path[300];
static uint64_t now;

/* What the undamaged store says. */
struct answer {
    struct avow_verdict verdict;
    struct avow_hash words; /* of the texts, which are views into the store */
};
static struct answer truth[WORKLOAD_LOGS][ENTRIES_MAX];
static uint64_t sizes[WORKLOAD_LOGS];
/* Where the file has its status chunks: a bit there is what an attacker would choose. */
static uint64_t chunk_offsets[CHUNKS_MAX];
static size_t chunk_count;

enum phase { PHASE_READING, PHASE_DONE };
struct tally {
    size_t flip; /* the one being tried */
    uint64_t bit;
    enum phase phase;
    bool differs;
    size_t wrong_valid, refused, different, killed, named;
};
static struct tally *tally;

static unsigned long from_environment(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);
    return text == NULL ? otherwise : strtoul(text, NULL, 10);
}

/* -------------------------------------------------------------------- judging */

static enum avow_err judge(struct avow_snapshot *snapshot, size_t log, uint64_t index,
                           struct answer *answer)
{
    struct avow_facts facts = avow_facts_from_snapshot(snapshot);
    struct avow_policy policy;
    struct avow_subject subject = {.issuer = load.logs[log].marks[0].checkpoint.issuer,
                                   .index = index};
    avow_policy_init(&policy);
    enum avow_err err = avow_judge(&facts, &policy, &subject, now, now, &answer->verdict);
    const struct avow_verdict *v = &answer->verdict;
    struct avow_bytes words[] = {v->issuer_name, v->issuer_jurisdiction, v->achievement_title,
                                 v->achievement_code};
    answer->words = avow_sha256(words, err == AVOW_OK ? sizeof(words) / sizeof(words[0]) : 0);
    return err;
}

static bool same_answer(const struct answer *a, const struct answer *b)
{
    const struct avow_verdict *x = &a->verdict;
    const struct avow_verdict *y = &b->verdict;
    return x->word == y->word && x->why == y->why && x->size == y->size && x->time == y->time &&
           x->achievement == y->achievement && x->valid_from == y->valid_from &&
           x->valid_until == y->valid_until && x->since == y->since && x->reason == y->reason &&
           x->successor == y->successor && avow_hash_equal(&a->words, &b->words);
}

/* Half of the entries that are judged are those whose status is not plain. */
static uint64_t pick(size_t log, uint64_t *seed)
{
    uint64_t first = log_history_random(seed) % sizes[log];
    if (log_history_random(seed) % 2 == 0)
        return first;
    for (uint64_t i = 0; i < sizes[log]; i++) {
        uint64_t index = (first + i) % sizes[log];
        if (truth[log][index].verdict.state != AVOW_STATUS_ACTIVE)
            return index;
    }
    return first;
}

static void judge_some(struct avow_snapshot *snapshot, uint64_t *seed)
{
    for (size_t log = 0; log < WORKLOAD_LOGS; log++) {
        for (size_t i = 0; i < JUDGED; i++) {
            struct answer answer = {0};
            uint64_t index = pick(log, seed);
            enum avow_err err = judge(snapshot, log, index, &answer);
            bool same = err == AVOW_OK && same_answer(&answer, &truth[log][index]);
            tally->refused += err == AVOW_OK ? 0 : 1;
            tally->differs = tally->differs || !same;
            /* Valid is wrong of a record that is not, and of one that was changed. */
            if (err == AVOW_OK && !same && answer.verdict.word == AVOW_WORD_VALID)
                tally->wrong_valid++;
        }
    }
}

/* ------------------------------------------------------------------- one flip */

static void toggle(uint64_t bit)
{
    uint8_t byte;
    int fd = open(data_path, O_RDWR | O_CLOEXEC);
    AVOW_ASSERT(fd >= 0 && pread(fd, &byte, 1, (off_t)(bit / 8)) == 1);
    byte ^= (uint8_t)(1U << (bit % 8));
    AVOW_ASSERT(pwrite(fd, &byte, 1, (off_t)(bit / 8)) == 1);
    (void)close(fd);
}

/* In the child. */
static void read_all(void *context)
{
    struct avow_store *store;
    struct avow_snapshot *snapshot = NULL;
    struct avow_store_options options = {.map_size = FIXTURE_MAP, .read_only = true};
    uint64_t seed = tally->bit;
    size_t at;
    const char *why;
    (void)context;
    enum avow_err err = avow_store_open(folder.path, &options, &store);
    if (err == AVOW_OK)
        err = avow_snapshot_new(store, &snapshot);
    if (err == AVOW_OK)
        err = avow_snapshot_renew(snapshot);
    if (err == AVOW_OK)
        judge_some(snapshot, &seed);
    avow_snapshot_free(&snapshot);
    if (err != AVOW_OK || workload_verify(&load, store, load.count, load.count, 100, &seed, &at,
                                          &why) != WORKLOAD_GOOD)
        tally->differs = true;
    avow_store_close(&store);
    tally->phase = PHASE_DONE;
}

static void ignore(void *context, const char *what, const char *issuer, uint64_t index)
{
    (void)context;
    (void)what;
    (void)issuer;
    (void)index;
}

static bool check_names_it(void)
{
    struct avow_check_summary summary;
    enum avow_err err = avow_store_check(folder.path, ignore, NULL, &summary);
    return err != AVOW_OK || summary.problems > 0;
}

static void try_flip(uint64_t bit)
{
    size_t wrong = tally->wrong_valid;
    tally->bit = bit;
    tally->phase = PHASE_READING;
    tally->differs = false;
    toggle(bit);
    bool died = !doomed_run(read_all, NULL);
    bool named = check_names_it();
    toggle(bit);
    assert_true(died == (tally->phase == PHASE_READING));
    tally->killed += died ? 1 : 0;
    tally->different += tally->differs ? 1 : 0;
    tally->named += named ? 1 : 0;
    if (tally->wrong_valid != wrong)
        fail_msg("bit %llu: a wrong \"valid\"", (unsigned long long)bit);
    if ((died || tally->differs) && !named)
        fail_msg("bit %llu: %s, and check says nothing", (unsigned long long)bit,
                 died ? "it kills its reader" : "another store");
}

/* ----------------------------------------------------------------- all of them */

static void test_no_flip_makes_valid(void **state)
{
    (void)state;
    struct stat file;
    size_t flips = from_environment("AVOW_FLIPS", FLIPS);
    uint64_t seed = from_environment("AVOW_FLIP_SEED", 3);
    assert_int_equal(stat(data_path, &file), 0);
    for (tally->flip = 0; tally->flip < flips; tally->flip++) {
        uint64_t random = log_history_random(&seed);
        if (tally->flip % 8 == 0)
            try_flip(8 * chunk_offsets[random % chunk_count] +
                     (random >> 32) % (8 * AVOW_STATUS_CHUNK_BYTES));
        else if (tally->flip % 8 == 1) /* LMDB's own: where a page's rows are */
            try_flip(8 * PAGE * (random % ((uint64_t)file.st_size / PAGE)) +
                     (random >> 32) % (8 * PAGE_HEAD));
        else
            try_flip(random % ((uint64_t)file.st_size * 8));
    }
    print_message(
        "%zu flips in %zu bytes: 0 wrong \"valid\" (%zu answers refused), %zu change what "
        "is read, %zu kill their reader, %zu named by check\n",
        flips, (size_t)file.st_size, tally->refused, tally->different, tally->killed, tally->named);
    assert_true(tally->different > flips / 16);
    assert_false(check_names_it());
}

static void find_chunks(struct avow_snapshot *snapshot, size_t log, const uint8_t *file, size_t len)
{
    const struct avow_log *known;
    uint8_t chunk[AVOW_STATUS_CHUNK_BYTES];
    assert_int_equal(
        avow_snapshot_log(snapshot, &load.logs[log].marks[0].checkpoint.issuer, &known), AVOW_OK);
    sizes[log] = known->checkpoint.size;
    now = known->checkpoint.time > now ? known->checkpoint.time : now;
    for (uint64_t i = 0; i < avow_status_map_chunk_count(sizes[log]); i++) {
        assert_int_equal(avow_snapshot_chunk(snapshot, known, i, chunk), AVOW_OK);
        const uint8_t *found = memmem(file, len, chunk, sizeof(chunk));
        /* Older copies may lie in free pages. */
        for (; found != NULL && chunk_count < CHUNKS_MAX;
             found = memmem(found + 1, len - (size_t)(found + 1 - file), chunk, sizeof(chunk)))
            chunk_offsets[chunk_count++] = (uint64_t)(found - file);
    }
}

static void learn_truth(void)
{
    struct avow_store *store;
    struct avow_snapshot *snapshot;
    struct stat file;
    int fd = open(data_path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(fstat(fd, &file), 0);
    uint8_t *bytes = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    assert_true(bytes != MAP_FAILED);
    assert_int_equal(workload_open(folder.path, &store), AVOW_OK);
    assert_int_equal(avow_snapshot_new(store, &snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(snapshot), AVOW_OK);
    for (size_t log = 0; log < WORKLOAD_LOGS; log++)
        find_chunks(snapshot, log, bytes, (size_t)file.st_size);
    size_t not_valid = 0;
    for (size_t log = 0; log < WORKLOAD_LOGS; log++) {
        assert_true(sizes[log] <= ENTRIES_MAX);
        for (uint64_t i = 0; i < sizes[log]; i++) {
            assert_int_equal(judge(snapshot, log, i, &truth[log][i]), AVOW_OK);
            not_valid += truth[log][i].verdict.state != AVOW_STATUS_ACTIVE ? 1 : 0;
        }
    }
    assert_true(chunk_count > 0 && not_valid > 20);
    avow_snapshot_free(&snapshot);
    avow_store_close(&store);
    assert_int_equal(munmap(bytes, (size_t)file.st_size), 0);
    assert_int_equal(close(fd), 0);
}

static int set_up(void **state)
{
    (void)state;
    struct avow_store *store;
    if (access("/dev/shm", W_OK) == 0)
        assert_int_equal(setenv("TMPDIR", "/dev/shm", 1), 0);
    workload_init(&load, 5, STEPS, STEP_ENTRIES_MAX);
    assert_true(workload_steps(&load, WORKLOAD_FLIP) > 0);
    assert_true(workload_steps(&load, WORKLOAD_FORK) > 0);
    store_folder_make(&folder);
    (void)snprintf(data_path, sizeof(data_path), "%s/store.mdb", folder.path);
    tally = doomed_share(sizeof(*tally));
    assert_int_equal(workload_open(folder.path, &store), AVOW_OK);
    for (size_t i = 1; i <= load.count; i++)
        assert_int_equal(workload_do(&load, store, i), AVOW_OK);
    avow_store_close(&store);
    learn_truth();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)munmap(tally, sizeof(*tally));
    store_folder_remove(&folder);
    workload_fini(&load);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_flip_makes_valid)};
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
