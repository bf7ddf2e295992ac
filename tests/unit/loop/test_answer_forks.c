/* What a node tells of a log that has parted, and how what it hears of one gets into its store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/core/judge.h"
#include "node/loop/answer/answer.h"
#include "node/loop/base/job.h"
#include "proto/codec/writer.h"
#include "tests/unit/store/store_fixture.h"

#define NOW UINT64_C(2000000000)
#define OPENING 120 /* where the forked epoch begins */
#define PARTING 130 /* entries below are on both branches */

/* `held` and `thief` are forked within an epoch; `other` has another root entry than `later`, and
 * neither reveals a root. */
struct world {
    struct store_folder folder;
    struct avow_store *store;
    struct avow_snapshot *snapshot;
    struct avow_secret_key self;
    struct avow_answerer *answerer;
    struct log_history held, thief, later, other;
    struct avow_hash issuer;
    struct avow_buf out;
    struct avow_message answer;
    uint64_t marks;
};

static struct world world;

static void issue_to(struct log_history *history, size_t size)
{
    while (history->builder.count < size)
        (void)log_builder_add_issue(&history->builder, 2);
}

static void change(struct log_history *history, uint64_t target, enum avow_status state)
{
    history->builder.t++;
    (void)log_builder_add_status(&history->builder, target, state, AVOW_REASON_UNSPECIFIED,
                                 LOG_BUILDER_NONE);
}

static void make_histories(void)
{
    log_history_begin(&world.held, "told");
    issue_to(&world.held, OPENING - 1);
    change(&world.held, 3, AVOW_STATUS_SUSPENDED); /* of the epoch before: nothing to tell */
    (void)log_builder_rotate_root(&world.held.builder);
    issue_to(&world.held, PARTING);
    change(&world.held, 5, AVOW_STATUS_SUSPENDED);
    change(&world.held, 5, AVOW_STATUS_ACTIVE);
    for (uint64_t target = 10; target < 110; target++)
        change(&world.held, target, AVOW_STATUS_REVOKED);
    log_history_mark(&world.held);
    log_history_end(&world.held);
    log_history_part(&world.thief, &world.held, PARTING);
    world.thief.builder.t++;
    change(&world.thief, 5, AVOW_STATUS_REVOKED);
    change(&world.thief, 6, AVOW_STATUS_SUSPENDED);
    issue_to(&world.thief, world.held.builder.count);
    log_history_mark(&world.thief);
    log_history_end(&world.thief);
    log_history_part(&world.later, &world.held, world.held.builder.count);
    (void)log_builder_rename(&world.later.builder, "One");
    log_history_mark(&world.later);
    log_history_end(&world.later);
    log_history_part(&world.other, &world.held, PARTING + 1);
    (void)log_builder_rename(&world.other.builder, "Two");
    log_history_mark(&world.other);
    log_history_end(&world.other);
}

static void run(struct avow_job *job)
{
    struct avow_txn *txn;
    assert_int_equal(avow_txn_begin(world.store, &txn), AVOW_OK);
    avow_job_run(job, txn);
    assert_int_equal(job->err, AVOW_OK);
    assert_int_equal(job->reject, AVOW_ACCEPT);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(world.snapshot), AVOW_OK);
}

static void accept_text(const struct log_history *history, uint64_t from)
{
    struct avow_txn *txn;
    struct avow_range range = fixture_range(history, &history->marks[0], from,
                                            history->marks[0].checkpoint.size - from, false);
    assert_int_equal(avow_txn_begin(world.store, &txn), AVOW_OK);
    assert_int_equal(fixture_append(txn, &range), AVOW_ACCEPT);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(world.snapshot), AVOW_OK);
}

static int set_up(void **state)
{
    uint8_t seed[32] = {9};
    struct avow_key id;
    (void)state;
    memset(&world, 0, sizeof(world));
    make_histories();
    world.issuer = world.held.marks[0].checkpoint.issuer;
    store_folder_make(&world.folder);
    world.store = store_folder_open(&world.folder);
    avow_ed25519_from_seed(seed, &world.self, &id);
    assert_int_equal(avow_snapshot_new(world.store, &world.snapshot), AVOW_OK);
    accept_text(&world.held, 0);
    assert_int_equal(avow_answerer_new(world.snapshot, &world.self, NULL, &world.answerer),
                     AVOW_OK);
    avow_buf_init(&world.out, (size_t)4 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    avow_buf_fini(&world.out);
    avow_answerer_free(&world.answerer);
    avow_snapshot_free(&world.snapshot);
    avow_store_close(&world.store);
    store_folder_remove(&world.folder);
    log_history_fini(&world.held);
    log_history_fini(&world.thief);
    log_history_fini(&world.later);
    log_history_fini(&world.other);
    return 0;
}

/* Answers into world.answer, and returns its type. */
static enum avow_message_type ask(enum avow_message_type type, const struct avow_hash *issuer,
                                  uint64_t number)
{
    struct avow_message question = {
        .type = type, .request = 77, .issuer = *issuer, .index = number, .from = number};
    struct avow_buf bytes;
    avow_buf_init(&bytes, AVOW_MESSAGE_BYTES_MAX);
    avow_message_encode(&bytes, &question);
    avow_buf_clear(&world.out);
    assert_int_equal(avow_answer(world.answerer, avow_buf_bytes(&bytes), NOW, &world.out),
                     AVOW_ACCEPT);
    assert_int_equal(avow_message_decode(avow_buf_bytes(&world.out), &world.answer), AVOW_ACCEPT);
    avow_buf_fini(&bytes);
    return world.answer.type;
}

/* The digest that is told of the log; false if nothing is. */
static bool told(struct avow_hash *digest)
{
    static const struct avow_hash start;
    struct avow_hash issuer;
    assert_int_equal(ask(AVOW_MESSAGE_GET_FORKS, &start, 0), AVOW_MESSAGE_FORKS);
    assert_int_equal(world.answer.last, 1);
    bool any = avow_list_next_digest(&world.answer.digests, &issuer, digest);
    if (any)
        assert_true(avow_hash_equal(&issuer, &world.issuer));
    return any;
}

static struct avow_job *keep_job(enum avow_keep_type type)
{
    struct avow_job *job = avow_job_new(AVOW_JOB_KEEP);
    assert_non_null(job);
    job->issuer = world.issuer;
    job->keep = calloc(1, sizeof(*job->keep));
    assert_non_null(job->keep);
    job->keep->type = type;
    avow_chain_init(&job->keep->chain);
    avow_put_u64be(job->keep->mark, ++world.marks);
    return job;
}

static bool keep(struct avow_job *job)
{
    run(job);
    bool changed = job->changed;
    avow_job_free(&job);
    return changed;
}

static bool keep_fork(void)
{
    struct avow_job *job = keep_job(AVOW_KEEP_FORK);
    job->keep->fork = (struct avow_fork){.first = world.held.marks[0].checkpoint,
                                         .second = world.thief.marks[0].checkpoint};
    assert_int_equal(avow_fork_check(&job->keep->fork, &world.held.builder.state.chain),
                     AVOW_ACCEPT);
    return keep(job);
}

static void take_bytes(struct avow_keep *kept, struct avow_buf *bytes, size_t count)
{
    assert_int_equal(bytes->err, AVOW_OK);
    kept->bytes = bytes->data;
    kept->list = (struct avow_list){count, avow_buf_bytes(bytes)};
}

static bool keep_statuses(uint64_t from, uint64_t to)
{
    struct avow_job *job = keep_job(AVOW_KEEP_STATUSES);
    struct avow_tree_nodes nodes = log_history_nodes(&world.thief);
    struct avow_buf bytes;
    avow_buf_init(&bytes, AVOW_MESSAGE_BYTES_MAX);
    for (uint64_t i = from; i < to; i++) {
        struct avow_proved_status status = {.checkpoint = world.thief.marks[0].checkpoint,
                                            .entry = world.thief.entries[i],
                                            .index = i};
        assert_int_equal(
            avow_merkle_inclusion_prove(&nodes, i, status.checkpoint.size, &status.path), AVOW_OK);
        avow_proved_status_write(&bytes, &status);
    }
    take_bytes(job->keep, &bytes, (size_t)(to - from));
    return keep(job);
}

/* ------------------------------------------------------------------ forks */

static void test_nothing_to_tell(void **state)
{
    (void)state;
    struct avow_hash digest, unknown = {{1}};
    assert_false(told(&digest));
    assert_int_equal(ask(AVOW_MESSAGE_GET_FORK, &world.issuer, 0), AVOW_MESSAGE_FORK);
    assert_int_equal(world.answer.fork.len, 0);
    assert_int_equal(world.answer.count, 0);
    assert_int_equal(ask(AVOW_MESSAGE_GET_OTHER, &world.issuer, 0), AVOW_MESSAGE_REFUSED);
    assert_int_equal(ask(AVOW_MESSAGE_GET_OTHER, &world.issuer, UINT64_C(1) << 50),
                     AVOW_MESSAGE_REFUSED);
    assert_int_equal(ask(AVOW_MESSAGE_GET_STATUSES, &world.issuer, 0), AVOW_MESSAGE_REFUSED);
    for (int type = AVOW_MESSAGE_GET_FORK; type <= AVOW_MESSAGE_GET_STATUSES; type += 2) {
        assert_int_equal(ask((enum avow_message_type)type, &unknown, 0), AVOW_MESSAGE_REFUSED);
        assert_int_equal(world.answer.code, AVOW_REFUSAL_UNKNOWN_LOG);
    }
}

/* What is told grows with what is kept, and each time has another digest. */
static void test_fork(void **state)
{
    (void)state;
    struct avow_hash digests[4];
    struct avow_fork fork;
    assert_true(keep_fork());
    assert_true(told(&digests[0]));
    assert_false(keep_fork()); /* it is known */
    assert_true(told(&digests[1]));
    assert_true(avow_hash_equal(&digests[0], &digests[1]));
    assert_int_equal(ask(AVOW_MESSAGE_GET_FORK, &world.issuer, 0), AVOW_MESSAGE_FORK);
    assert_int_equal(avow_fork_decode(world.answer.fork, &fork), AVOW_ACCEPT);
    assert_int_equal(avow_fork_check(&fork, &world.held.builder.state.chain), AVOW_ACCEPT);
    assert_true(keep_statuses(PARTING, PARTING + 1));
    assert_true(told(&digests[2]));
    assert_true(keep_statuses(PARTING + 1, PARTING + 2));
    assert_true(told(&digests[3]));
    assert_false(keep_statuses(PARTING, PARTING + 2));
    assert_false(avow_hash_equal(&digests[2], &digests[1]));
    assert_false(avow_hash_equal(&digests[3], &digests[2]));
    accept_text(&world.later, world.held.builder.count); /* a root entry: it is over */
    assert_false(told(&digests[0]));
}

/* Every record below the opening entry that either branch speaks of, page by page; each item stands
 * before a peer's judgement. */
static unsigned read_statuses(void)
{
    unsigned pages = 0, items = 0, own = 0, foreign = 0;
    uint64_t from = 0;
    do {
        struct avow_proved_status status;
        assert_int_equal(ask(AVOW_MESSAGE_GET_STATUSES, &world.issuer, from),
                         AVOW_MESSAGE_STATUSES);
        assert_true(world.answer.from == 0 || world.answer.from > from);
        from = world.answer.from;
        pages++;
        while (avow_list_next_status(&world.answer.statuses, &status)) {
            assert_int_equal(avow_judge_status(&status, &world.held.builder.state.chain),
                             AVOW_ACCEPT);
            bool held =
                avow_checkpoint_same_text(&status.checkpoint, &world.held.marks[0].checkpoint);
            own += held;
            foreign += !held;
            items++;
        }
    } while (from != 0);
    assert_int_equal(own, 1 + 100);
    assert_int_equal(foreign, 2);
    assert_int_equal(items, own + foreign);
    return pages;
}

static uint64_t no_time_left(void *context)
{
    (void)context;
    return 1;
}

/* A page ends early when its time is up, and then tells of one record. */
static void test_statuses(void **state)
{
    (void)state;
    const struct avow_allowance none = {.bytes = SIZE_MAX, .time_ns = 1, .clock = no_time_left};
    assert_true(keep_fork());
    assert_true(keep_statuses(PARTING, PARTING + 2));
    assert_int_equal(read_statuses(), 2);
    avow_allowance_begin(world.snapshot, &none);
    assert_in_range(read_statuses(), 100, 103);
}

/* ------------------------------------------------------------------ chains and branches */

/* The root chain of a history as a peer proves it. */
static struct avow_job *chain_job(const struct log_history *history)
{
    struct avow_job *job = keep_job(AVOW_KEEP_CHAIN);
    struct avow_tree_nodes nodes = log_history_nodes(history);
    const struct avow_chain *chain = &history->builder.state.chain;
    const struct avow_checkpoint *checkpoint = &history->marks[0].checkpoint;
    enum avow_reject reject;
    struct avow_buf bytes;
    avow_buf_init(&bytes, AVOW_MESSAGE_BYTES_MAX);
    avow_write_array(&bytes, chain->count);
    for (size_t i = 0; i < chain->count; i++) {
        struct avow_path path;
        assert_int_equal(
            avow_merkle_inclusion_prove(&nodes, chain->entries[i].index, checkpoint->size, &path),
            AVOW_OK);
        avow_proved_entry_write(&bytes, avow_chain_entry_bytes(chain, i), chain->entries[i].index,
                                &path);
    }
    take_bytes(job->keep, &bytes, chain->count);
    job->keep->checkpoint = *checkpoint;
    assert_int_equal(avow_evidence_chain_of_list(avow_buf_bytes(&bytes), checkpoint, NULL,
                                                 &job->keep->chain, &reject),
                     AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    return job;
}

static void test_other_chain(void **state)
{
    (void)state;
    struct avow_hash digest;
    accept_text(&world.later, world.held.builder.count);
    assert_false(told(&digest));
    assert_true(keep(chain_job(&world.other)));
    assert_true(told(&digest));
    assert_int_equal(ask(AVOW_MESSAGE_GET_FORK, &world.issuer, 0), AVOW_MESSAGE_FORK);
    assert_int_equal(world.answer.count, 1);
    assert_int_equal(ask(AVOW_MESSAGE_GET_OTHER, &world.issuer, 0), AVOW_MESSAGE_OTHER);
    /* It stands before a peer's judgement, which finds a root fork. */
    struct avow_judge_task task = {.checkpoint = world.answer.checkpoint,
                                   .chain = world.answer.chain,
                                   .held_size = world.later.builder.count};
    struct avow_known_chains known = {.held = &world.later.builder.state.chain};
    struct avow_judgement judgement;
    avow_judge_task_run(&task, &known, &judgement);
    assert_int_equal(judgement.err, AVOW_OK);
    assert_int_equal(judgement.reject, AVOW_ACCEPT);
    assert_int_equal(judgement.relation, AVOW_JUDGE_LOSES);
    assert_false(judgement.best);
    const struct avow_log *log;
    assert_int_equal(avow_snapshot_log(world.snapshot, &world.issuer, &log), AVOW_OK);
    assert_int_equal(log->disputed_from, OPENING + 1);
    assert_int_equal(ask(AVOW_MESSAGE_GET_OTHER, &world.issuer, 1), AVOW_MESSAGE_REFUSED);
}

/* By the jobs that gossip makes: a branch begins, is filled, and takes the log's place. */
static void test_branch(void **state)
{
    (void)state;
    const struct avow_log *log;
    const struct avow_checkpoint *aim = &world.other.marks[0].checkpoint;
    struct avow_job *job = avow_job_new(AVOW_JOB_BRANCH);
    assert_non_null(job);
    job->issuer = world.issuer;
    job->checkpoint = *aim;
    job->from = PARTING + 1;
    job->root = log_builder_root_at(&world.held.builder, PARTING + 1);
    run(job);
    assert_true(job->ready);
    assert_int_equal(job->range.pending, PARTING + 1);
    avow_job_free(&job);
    assert_int_equal(avow_snapshot_log(world.snapshot, &world.issuer, &log), AVOW_OK);
    assert_int_equal(log->checkpoint.size, world.held.builder.count);
    assert_int_equal(log->abandoned_from, PARTING + 1);
    job = avow_job_new(AVOW_JOB_RANGE);
    assert_non_null(job);
    job->checkpoint = *aim;
    job->branch = true;
    job->from = PARTING + 1;
    job->now = FIXTURE_NOW;
    struct avow_buf items;
    avow_buf_init(&items, 4096);
    avow_write_bin(&items, world.other.entries[PARTING + 1]);
    struct avow_list entries = {1, avow_buf_bytes(&items)};
    assert_int_equal(avow_job_copy_entries(job, &entries), AVOW_OK);
    avow_buf_fini(&items);
    run(job);
    assert_true(job->range.advanced);
    avow_job_free(&job);
    assert_int_equal(avow_snapshot_log(world.snapshot, &world.issuer, &log), AVOW_OK);
    assert_true(avow_checkpoint_same_text(&log->checkpoint, aim));
    assert_true(log->abandoned_from == AVOW_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing_to_tell, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fork, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_statuses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_other_chain, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_branch, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("answers about forks", tests, NULL, NULL);
}
