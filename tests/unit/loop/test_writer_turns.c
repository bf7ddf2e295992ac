/* Nobody keeps the writer: it verifies no signature, and whoever is prompt does not wait for all
 * that others have put before. Counted, in checks, jobs and turns of a clock of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/loop/write/write_thread.h"
#include "tests/support/log_history.h"
#include "tests/unit/store/store_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <uv.h>

/* ---- what costs a signature, by thread; the store's commit ---- */

static pthread_t test_thread;
static atomic_uint checks_here, checks_elsewhere; /* on the test's thread, on the writer's */
static atomic_uint commits;
static atomic_bool gated;
static uv_sem_t gate; /* each commit waits here while `gated` */

static void count_check(void)
{
    bool here = pthread_equal(pthread_self(), test_thread) != 0;
    atomic_fetch_add(here ? &checks_here : &checks_elsewhere, 1);
}

bool __real_avow_ed25519_verify(const struct avow_key *key, struct avow_bytes message,
                                const struct avow_signature *signature);
bool __wrap_avow_ed25519_verify(const struct avow_key *key, struct avow_bytes message,
                                const struct avow_signature *signature);
bool __real_avow_ed25519_key_is_valid(const struct avow_key *key);
bool __wrap_avow_ed25519_key_is_valid(const struct avow_key *key);
enum avow_err __real_avow_txn_commit(struct avow_txn **txn);
enum avow_err __wrap_avow_txn_commit(struct avow_txn **txn);

bool __wrap_avow_ed25519_verify(const struct avow_key *key, struct avow_bytes message,
                                const struct avow_signature *signature)
{
    count_check();
    return __real_avow_ed25519_verify(key, message, signature);
}

bool __wrap_avow_ed25519_key_is_valid(const struct avow_key *key)
{
    count_check();
    return __real_avow_ed25519_key_is_valid(key);
}

enum avow_err __wrap_avow_txn_commit(struct avow_txn **txn)
{
    atomic_fetch_add(&commits, 1);
    if (atomic_load(&gated))
        uv_sem_wait(&gate);
    return __real_avow_txn_commit(txn);
}

/* ---- a writer, whose clock goes on by a millisecond whenever it is looked at ---- */

#define RESULTS_MAX 4096

struct result {
    uint64_t token;
    unsigned commit; /* the number of the commit that it came with, or of one after that */
    enum avow_err err;
    enum avow_reject reject;
    uint64_t accepted, pending;
};

struct scene {
    struct store_folder folder;
    struct avow_store *store;
    struct avow_checks *checks;
    struct avow_write_thread *writer;
    uv_sem_t woken;
    atomic_uint_fast64_t ms;
    unsigned asides; /* jobs that had something to verify */
    bool holds;      /* keep those, in `held` */
    struct avow_job *held;
    size_t count;
    struct result results[RESULTS_MAX];
};

static void wake(void *context)
{
    struct scene *scene = context;
    uv_sem_post(&scene->woken);
}

static uint64_t tick(void *context)
{
    struct scene *scene = context;
    return (atomic_fetch_add(&scene->ms, 1) + 1) * 1000000;
}

/* The pool is the test's own thread. */
static void verify(void *context, struct avow_job *job)
{
    struct scene *scene = context;
    scene->asides++;
    if (scene->holds) {
        assert_null(scene->held);
        scene->held = job;
        return;
    }
    avow_checks_answer(&job->asked);
    avow_write_thread_put_back(scene->writer, &job);
}

static struct scene *set_up(void)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    assert_non_null(scene);
    test_thread = pthread_self();
    atomic_store(&commits, 0);
    atomic_store(&gated, false);
    assert_int_equal(uv_sem_init(&scene->woken, 0), 0);
    assert_int_equal(uv_sem_init(&gate, 0), 0);
    store_folder_make(&scene->folder);
    scene->store = store_folder_open(&scene->folder);
    assert_int_equal(avow_checks_new(&scene->checks), AVOW_OK);
    const struct avow_write_thread_config config = {.store = scene->store,
                                                    .wake = wake,
                                                    .checks = scene->checks,
                                                    .verify = verify,
                                                    .now_ns = tick,
                                                    .context = scene};
    assert_int_equal(avow_write_thread_new(&config, &scene->writer), AVOW_OK);
    return scene;
}

static void tear_down(struct scene *scene)
{
    avow_write_thread_free(&scene->writer);
    avow_checks_free(&scene->checks);
    avow_store_close(&scene->store);
    store_folder_remove(&scene->folder);
    uv_sem_destroy(&gate);
    uv_sem_destroy(&scene->woken);
    free(scene);
}

static void on_done(void *context, struct avow_job *job)
{
    struct scene *scene = context;
    assert_true(scene->count < RESULTS_MAX);
    scene->results[scene->count++] = (struct result){.token = job->token,
                                                     .commit = atomic_load(&commits),
                                                     .err = job->err,
                                                     .reject = job->reject,
                                                     .accepted = job->range.accepted,
                                                     .pending = job->range.pending};
}

static struct avow_job *make(struct scene *scene, enum avow_job_type type, enum avow_job_lane lane,
                             uint32_t source, uint64_t token)
{
    struct avow_job *job = avow_job_new(type);
    assert_non_null(job);
    job->lane = lane;
    job->item.source = source;
    job->token = token;
    job->done = on_done;
    job->context = scene;
    avow_put_u64be(job->issuer.bytes, token); /* an issuer of its own, unknown here */
    return job;
}

static void put(struct scene *scene, struct avow_job *job)
{
    assert_true(avow_write_thread_put(scene->writer, &job));
}

static void await(struct scene *scene, size_t results)
{
    while (scene->count < results) {
        uv_sem_wait(&scene->woken);
        avow_write_thread_fetch(scene->writer);
    }
    assert_int_equal(scene->count, results);
}

static void wait_for_commits(unsigned count)
{
    while (atomic_load(&commits) < count)
        (void)sched_yield();
}

/* ---- root entries ---- */

#define ROTATIONS 20

static void make_roots(struct log_history *history)
{
    log_history_begin(history, "roots");
    log_history_mark(history);
    for (unsigned i = 0; i < ROTATIONS; i++) {
        log_builder_rotate_root(&history->builder);
        log_history_mark(history);
    }
    log_history_end(history);
}

/* The entries from `from` up to a mark, signed or to be held. */
static struct avow_job *make_range(struct scene *scene, const struct log_history *history,
                                   size_t mark, uint64_t from, bool held, uint64_t token)
{
    const struct avow_checkpoint *text = &history->marks[mark].checkpoint;
    struct avow_job *job = make(scene, held ? AVOW_JOB_HOLD : AVOW_JOB_RANGE,
                                held ? AVOW_LANE_PROMPT : AVOW_LANE_BULK, 0, token);
    struct avow_range range =
        fixture_range(history, &history->marks[mark], from, text->size - from, held);
    job->issuer = text->issuer;
    job->checkpoint = range.checkpoint;
    job->from = from;
    job->entry_count = range.count;
    job->entries = calloc(range.count, sizeof(*job->entries));
    assert_non_null(job->entries);
    memcpy(job->entries, range.entries, range.count * sizeof(*job->entries));
    return job;
}

static void forget_counts(void)
{
    atomic_store(&checks_here, 0);
    atomic_store(&checks_elsewhere, 0);
}

/* Signed or held: the pool verifies, once, and the writer nothing. */
static void test_no_signature_on_the_writer(void **state)
{
    struct log_history history;
    (void)state;
    make_roots(&history);
    for (int held = 0; held < 2; held++) {
        struct scene *scene = set_up();
        const uint64_t size = history.marks[ROTATIONS].checkpoint.size;
        forget_counts();
        put(scene, make_range(scene, &history, ROTATIONS, 0, held != 0, 0));
        await(scene, 1);
        assert_int_equal(scene->results[0].err, AVOW_OK);
        assert_int_equal(scene->results[0].reject, AVOW_ACCEPT);
        assert_int_equal(held != 0 ? scene->results[0].pending : scene->results[0].accepted, size);
        assert_int_equal(scene->asides, 1);
        assert_int_equal(atomic_load(&checks_elsewhere), 0);
        assert_true(atomic_load(&checks_here) > 3 * ROTATIONS);
        tear_down(scene);
    }
    log_history_fini(&history);
}

/* A chain that was judged on the pool is taken over: nothing of it is verified again. */
static void test_judged_chain_is_taken_over(void **state)
{
    struct log_history history;
    struct scene *scene = set_up();
    (void)state;
    make_roots(&history);
    struct avow_chain judged;
    const struct avow_chain *chain = &history.builder.state.chain;
    avow_chain_init(&judged);
    for (size_t i = 0; i < chain->count; i++) {
        struct avow_entry entry;
        enum avow_reject reject = AVOW_ACCEPT;
        assert_int_equal(avow_entry_decode(avow_chain_entry_bytes(chain, i), &entry), AVOW_ACCEPT);
        assert_int_equal(avow_chain_apply(&judged, chain->entries[i].index, &entry,
                                          &chain->entries[i].root_before,
                                          avow_checks_verifying(scene->checks), &reject),
                         AVOW_OK);
        assert_int_equal(reject, AVOW_ACCEPT);
    }
    avow_chain_fini(&judged);
    forget_counts();
    put(scene, make_range(scene, &history, ROTATIONS, 0, false, 0));
    await(scene, 1);
    assert_int_equal(scene->results[0].accepted, history.marks[ROTATIONS].checkpoint.size);
    assert_int_equal(scene->asides, 0);
    assert_int_equal(atomic_load(&checks_here) + atomic_load(&checks_elsewhere), 0);
    tear_down(scene);
    log_history_fini(&history);
}

/* While a job's root entries are being verified, other logs go on, and its own waits in order. */
static void test_aside(void **state)
{
    struct log_history history;
    struct scene *scene = set_up();
    (void)state;
    make_roots(&history);
    scene->holds = true;
    uint64_t begun = history.marks[ROTATIONS / 2].checkpoint.size;
    put(scene, make_range(scene, &history, ROTATIONS / 2, 0, false, 0));
    while (scene->held == NULL) {
        uv_sem_wait(&scene->woken);
        avow_write_thread_fetch(scene->writer);
    }
    put(scene, make_range(scene, &history, ROTATIONS, begun, false, 1));
    put(scene, make(scene, AVOW_JOB_WITHDRAW, AVOW_LANE_BULK, 0, 2));
    await(scene, 1);
    assert_int_equal(scene->results[0].token, 2);
    scene->holds = false;
    verify(scene, scene->held);
    await(scene, 3);
    assert_int_equal(scene->results[1].token, 0);
    assert_int_equal(scene->results[1].accepted, begun);
    assert_int_equal(scene->results[2].token, 1);
    assert_int_equal(scene->results[2].accepted, history.marks[ROTATIONS].checkpoint.size);
    tear_down(scene);
    log_history_fini(&history);
}

/* At the end, what is aside and what is behind it come to nothing, and nothing waits for them. */
static void test_aside_at_the_end(void **state)
{
    struct log_history history;
    struct scene *scene = set_up();
    (void)state;
    make_roots(&history);
    scene->holds = true;
    put(scene, make_range(scene, &history, 2, 0, false, 0));
    while (scene->held == NULL) {
        uv_sem_wait(&scene->woken);
        avow_write_thread_fetch(scene->writer);
    }
    put(scene, make_range(scene, &history, 3, history.marks[2].checkpoint.size, false, 1));
    avow_write_thread_drain(scene->writer);
    avow_write_thread_fetch(scene->writer);
    assert_int_equal(scene->count, 1);
    assert_int_equal(scene->results[0].token, 1);
    assert_int_equal(scene->results[0].err, AVOW_ERR_CLOSED);
    avow_write_thread_put_back(scene->writer, &scene->held);
    assert_null(scene->held);
    tear_down(scene);
    log_history_fini(&history);
}

/* A text that covers a root entry whose signature is wrong: found out on the pool, refused by the
 * writer, and nothing of it is there. */
static void test_bad_signature(void **state)
{
    struct log_history history;
    struct scene *scene = set_up();
    (void)state;
    make_roots(&history);
    struct avow_job *job = make_range(scene, &history, 1, 0, true, 0);
    const size_t last = job->entry_count - 1, len = job->entries[last].len;
    uint8_t bad[AVOW_ROOT_ENTRY_BYTES_MAX];
    memcpy(bad, job->entries[last].data, len);
    bad[len - 1] ^= 1; /* the signature ends the entry */
    job->entries[last] = avow_bytes(bad, len);
    struct avow_tree tree = {0};
    for (size_t i = 0; i <= last; i++) {
        struct avow_hash leaf = avow_merkle_leaf_hash(job->entries[i]);
        avow_tree_append(&tree, &leaf, NULL);
        job->checkpoint.opening = leaf;
    }
    job->checkpoint.root = avow_tree_root(&tree);
    forget_counts();
    put(scene, job);
    await(scene, 1);
    assert_int_equal(scene->results[0].err, AVOW_OK);
    assert_int_equal(scene->results[0].reject, AVOW_REJECT_ROOT_SIGNATURE);
    assert_int_equal(scene->results[0].pending, 0);
    assert_int_equal(scene->asides, 1);
    assert_int_equal(atomic_load(&checks_elsewhere), 0);
    put(scene, make_range(scene, &history, 1, 0, true, 1)); /* the good one is none the worse */
    await(scene, 2);
    assert_int_equal(scene->results[1].reject, AVOW_ACCEPT);
    tear_down(scene);
    log_history_fini(&history);
}

/* What the text does not even cover is the sender's fault, and not worth a signature. */
static void test_uncovered(void **state)
{
    struct log_history history;
    struct scene *scene = set_up();
    (void)state;
    make_roots(&history);
    struct avow_job *job = make_range(scene, &history, 1, 0, true, 0);
    job->checkpoint.root.bytes[0] ^= 1;
    forget_counts();
    put(scene, job);
    await(scene, 1);
    assert_int_equal(scene->results[0].reject, AVOW_REJECT_ROOT);
    assert_int_equal(scene->asides, 0);
    assert_int_equal(atomic_load(&checks_here) + atomic_load(&checks_elsewhere), 0);
    tear_down(scene);
    log_history_fini(&history);
}

/* ---- known again by value ---- */

static bool is_known(struct avow_checks *checks, const struct avow_root_claim *claim)
{
    struct avow_checks_asked asked = {.checks = checks};
    enum avow_reject reject = AVOW_ACCEPT;
    const struct avow_root_checker checker = avow_checks_knowing(&asked);
    assert_int_equal(checker.check(checker.context, claim, &reject), AVOW_OK);
    bool known = !*checker.unsure;
    avow_checks_asked_fini(&asked);
    return known;
}

/* A change of anything that was verified makes another claim, which nobody has verified. */
static void test_by_value(void **state)
{
    struct avow_checks *checks;
    struct log_builder builder;
    uint8_t text[] = "what is signed";
    (void)state;
    assert_int_equal(avow_checks_new(&checks), AVOW_OK);
    log_builder_start(&builder, "by value");
    struct avow_root_claim good = {.key_count = 2,
                                   .keys = {builder.sign.key, builder.heartbeat.key},
                                   .is_signed = true,
                                   .signer = builder.root.key,
                                   .message = avow_bytes(text, sizeof(text))};
    avow_ed25519_sign(&builder.root.secret, good.message, &good.signature);
    enum avow_reject reject;
    const struct avow_root_checker *pool = avow_checks_verifying(checks);
    assert_false(is_known(checks, &good));
    assert_int_equal(pool->check(pool->context, &good, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    assert_true(is_known(checks, &good));
    for (int field = 0; field < 7; field++) {
        struct avow_root_claim other = good;
        uint8_t changed[sizeof(text)];
        memcpy(changed, text, sizeof(text));
        switch (field) {
        case 0:
            other.keys[1].bytes[31] ^= 1;
            break;
        case 1:
            other.key_count = 1;
            break;
        case 2:
            other.signer.bytes[0] ^= 1;
            break;
        case 3:
            other.signature.bytes[63] ^= 1;
            break;
        case 4:
            changed[0] ^= 1;
            other.message.data = changed;
            break;
        case 5:
            other.message.len--;
            break;
        default:
            other.is_signed = false;
            break;
        }
        assert_false(is_known(checks, &other));
    }
    good.signature.bytes[0] ^= 1;
    assert_int_equal(pool->check(pool->context, &good, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_ROOT_SIGNATURE);
    assert_false(is_known(checks, &good)); /* what is wrong is not remembered */
    log_builder_fini(&builder);
    avow_checks_free(&checks);
}

/* ---- turns ---- */

/* A hundred jobs of each of two links, and then a prompt one: it is in the next group, which ends
 * within its time, and the others go on. */
static void test_prompt_is_in_the_next_group(void **state)
{
    struct scene *scene = set_up();
    (void)state;
    atomic_store(&gated, true);
    put(scene, make(scene, AVOW_JOB_WITHDRAW, AVOW_LANE_BULK, 0, 1));
    wait_for_commits(1);
    for (uint64_t i = 0; i < 100; i++) {
        put(scene, make(scene, AVOW_JOB_WITHDRAW, AVOW_LANE_BULK, 0, 1000 + i));
        put(scene, make(scene, AVOW_JOB_WITHDRAW, AVOW_LANE_LARGE, 1, 2000 + i));
    }
    put(scene, make(scene, AVOW_JOB_WITHDRAW, AVOW_LANE_PROMPT, 2, 2));
    uv_sem_post(&gate);
    wait_for_commits(2);
    await(scene, 1);
    uv_sem_post(&gate);
    wait_for_commits(3);
    while (scene->count == 1) {
        uv_sem_wait(&scene->woken);
        avow_write_thread_fetch(scene->writer);
    }
    assert_int_equal(scene->results[1].token, 2);
    assert_in_range(scene->count, 3, 2 + AVOW_WRITER_PROMPT_NS / 1000000 + 1);
    atomic_store(&gated, false);
    uv_sem_post(&gate);
    await(scene, 202);
    tear_down(scene);
}

/* Without anybody prompt a group is as long as its time, and not as what waits. */
static void test_group_ends_by_time(void **state)
{
    struct scene *scene = set_up();
    const uint64_t most = AVOW_WRITER_GROUP_NS / 1000000;
    (void)state;
    atomic_store(&gated, true);
    put(scene, make(scene, AVOW_JOB_WITHDRAW, AVOW_LANE_BULK, 0, 1));
    wait_for_commits(1);
    for (uint64_t i = 0; i < 100; i++)
        put(scene, make(scene, AVOW_JOB_WITHDRAW, AVOW_LANE_BULK, 0, 1000 + i));
    uv_sem_post(&gate);
    wait_for_commits(2);
    await(scene, 1);
    uv_sem_post(&gate);
    wait_for_commits(3);
    while (scene->count == 1) {
        uv_sem_wait(&scene->woken);
        avow_write_thread_fetch(scene->writer);
    }
    assert_in_range(scene->count, 10, 1 + most);
    atomic_store(&gated, false);
    uv_sem_post(&gate);
    await(scene, 101);
    tear_down(scene);
}

/* However many are prompt, a job of the others goes with each group. */
static void test_nothing_stands_still(void **state)
{
    struct scene *scene = set_up();
    (void)state;
    atomic_store(&gated, true);
    put(scene, make(scene, AVOW_JOB_WITHDRAW, AVOW_LANE_PROMPT, 0, 1));
    wait_for_commits(1);
    for (uint64_t i = 0; i < 500; i++)
        put(scene, make(scene, AVOW_JOB_WITHDRAW, AVOW_LANE_PROMPT, 1, 1000 + i));
    put(scene, make(scene, AVOW_JOB_WITHDRAW, AVOW_LANE_BULK, 2, 2));
    atomic_store(&gated, false);
    uv_sem_post(&gate);
    await(scene, 502);
    size_t place = 0;
    while (scene->results[place].token != 2)
        place++;
    assert_true(place <= 2 + AVOW_WRITER_PROMPT_NS / 1000000);
    tear_down(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_signature_on_the_writer),
        cmocka_unit_test(test_judged_chain_is_taken_over),
        cmocka_unit_test(test_aside),
        cmocka_unit_test(test_aside_at_the_end),
        cmocka_unit_test(test_bad_signature),
        cmocka_unit_test(test_uncovered),
        cmocka_unit_test(test_by_value),
        cmocka_unit_test(test_prompt_is_in_the_next_group),
        cmocka_unit_test(test_group_ends_by_time),
        cmocka_unit_test(test_nothing_stands_still),
    };
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
