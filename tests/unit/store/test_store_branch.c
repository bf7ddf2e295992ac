/* A replica moves over to another branch: filled, flipped, given up, purged; and what each leaves.
 */
#include "tests/unit/store/store_fixture.h"

#include "store/read/facts.h"
#include "store/read/proven.h"
#include "store/read/snapshot_state.h"
#include "store/write/txn_branch.h"

#define OLD_SIZE 700
#define SHARED 500 /* where the new history parts: its root entry's index */
#define NEW_SIZE 900

struct world {
    struct store_folder folder;
    struct avow_store *store;
    struct avow_snapshot *snapshot;
    struct avow_txn *txn;
    struct log_history old, new;
};

/* Issues, with a revocation or a suspension of an earlier one now and then. */
static void grow_to(struct log_history *history, size_t size, unsigned stride)
{
    struct log_builder *builder = &history->builder;
    while (builder->count < size) {
        size_t at = builder->count;
        builder->t++;
        if (at % 17 == 5)
            (void)log_builder_add_status(builder, at - stride,
                                         at % 2 == 0 ? AVOW_STATUS_REVOKED : AVOW_STATUS_SUSPENDED,
                                         AVOW_REASON_UNSPECIFIED, LOG_BUILDER_NONE);
        else
            (void)log_builder_add_issue(builder, 2);
    }
}

static void grow_and_mark(struct log_history *history, size_t size, unsigned stride)
{
    history->builder.t += 86400; /* kept checkpoints are thinned */
    grow_to(history, size, stride);
    log_history_mark(history);
}

static void make_histories(struct log_history *old, struct log_history *new)
{
    log_history_begin(old, "branches");
    grow_and_mark(old, 120, 1);
    grow_and_mark(old, SHARED - 40, 1);
    grow_and_mark(old, SHARED + 100, 1);
    grow_and_mark(old, OLD_SIZE, 1);
    grow_and_mark(old, OLD_SIZE + 60, 1);
    log_history_end(old);
    log_history_part(new, old, SHARED);
    (void)log_builder_rotate_root(&new->builder);
    grow_and_mark(new, SHARED + 30, 2);
    grow_and_mark(new, NEW_SIZE, 2);
    grow_and_mark(new, NEW_SIZE + 300, 2);
    log_history_end(new);
}

static const struct log_mark *accept(struct world *world, const struct log_history *history,
                                     size_t from, size_t n)
{
    const struct log_mark *mark = &history->marks[n];
    struct avow_range range =
        fixture_range(history, mark, from, mark->checkpoint.size - from, false);
    assert_int_equal(fixture_append(world->txn, &range), AVOW_ACCEPT);
    return mark;
}

static void commit(struct world *world)
{
    assert_int_equal(avow_txn_commit(&world->txn), AVOW_OK);
    assert_int_equal(avow_txn_begin(world->store, &world->txn), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
}

static void open_world(struct world *world)
{
    world->store = store_folder_open(&world->folder);
    assert_int_equal(avow_snapshot_new(world->store, &world->snapshot), AVOW_OK);
    assert_int_equal(avow_txn_begin(world->store, &world->txn), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
}

static void close_world(struct world *world)
{
    avow_txn_abort(&world->txn);
    avow_snapshot_free(&world->snapshot);
    avow_store_close(&world->store);
}

/* A start anew: what is not committed is lost. */
static void reopen(struct world *world)
{
    close_world(world);
    open_world(world);
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    make_histories(&world->old, &world->new);
    store_folder_make(&world->folder);
    open_world(world);
    (void)accept(world, &world->old, 0, 3);
    commit(world);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    close_world(world);
    store_folder_remove(&world->folder);
    log_history_fini(&world->old);
    log_history_fini(&world->new);
    free(world);
    return 0;
}

static const struct avow_hash *issuer_of(const struct world *world)
{
    return &world->old.marks[0].checkpoint.issuer;
}

static const struct avow_log *log_of(struct world *world)
{
    const struct avow_log *log;
    assert_int_equal(avow_snapshot_log(world->snapshot, issuer_of(world), &log), AVOW_OK);
    return log;
}

/* ------------------------------------------------------------------- calls */

static struct avow_hash shared_root(const struct world *world)
{
    return log_builder_root_at(&world->old.builder, SHARED);
}

/* Begins or goes on with a candidate for mark `n` of the new history. */
static enum avow_err branch_to(struct world *world, size_t n, struct avow_branch *branch)
{
    struct avow_branch want = {.checkpoint = world->new.marks[n].checkpoint, .shared = SHARED};
    struct avow_hash root = shared_root(world);
    enum avow_reject reject;
    enum avow_err err = avow_txn_branch(world->txn, &want, &root, branch, &reject);
    assert_int_equal(reject, AVOW_ACCEPT);
    return err;
}

static enum avow_reject send_range(struct world *world, size_t n, uint64_t from, uint64_t count,
                                   struct avow_range_result *result)
{
    enum avow_reject reject;
    struct avow_range range = fixture_range(&world->new, &world->new.marks[n], from, count, false);
    range.branch = true;
    assert_int_equal(avow_txn_append(world->txn, &range, result, &reject), AVOW_OK);
    return reject;
}

/* Copies, sends everything, flips. */
static void flip(struct world *world, size_t n)
{
    struct avow_branch branch;
    struct avow_range_result result;
    assert_int_equal(branch_to(world, n, &branch), AVOW_OK);
    assert_int_equal(branch.size, SHARED);
    assert_int_equal(
        send_range(world, n, SHARED, world->new.marks[n].checkpoint.size - SHARED, &result),
        AVOW_ACCEPT);
    assert_true(result.advanced);
    commit(world);
}

/* ------------------------------------------------------------ what is there */

static bool leads_to(const struct avow_hash *leaf, uint64_t index, uint64_t size,
                     const struct avow_path *path, const struct avow_hash *want)
{
    struct avow_hash root;
    return avow_merkle_inclusion_root(leaf, index, size, path, &root) == AVOW_ACCEPT &&
           avow_hash_equal(&root, want);
}

/* The log that is seen is this mark's, wholly: entries, status, proofs of both. */
static void see(struct avow_snapshot *snapshot, const struct log_history *history, size_t n)
{
    const struct log_mark *mark = &history->marks[n];
    const struct avow_checkpoint *head = &mark->checkpoint;
    const struct avow_log *log;
    assert_int_equal(avow_snapshot_log(snapshot, &head->issuer, &log), AVOW_OK);
    assert_true(avow_checkpoint_same_text(&log->checkpoint, head));
    assert_int_equal(avow_chain_epoch(&log->state.chain), head->epoch);
    for (uint64_t i = 0; i < head->size; i++) {
        struct avow_bytes entry;
        enum avow_status status;
        enum avow_status proven;
        uint64_t last;
        struct avow_path path;
        assert_int_equal(avow_proven_entry(snapshot, log, i, &entry), AVOW_OK);
        assert_true(avow_bytes_equal(entry, history->entries[i]));
        assert_int_equal(avow_snapshot_status(snapshot, log, i, &status, &last), AVOW_OK);
        assert_int_equal(status, mark->status[i]);
        assert_int_equal(last, mark->last[i]);
        assert_int_equal(avow_proven_status(snapshot, log, i, &proven), AVOW_OK);
        assert_int_equal(proven, status);
        struct avow_hash leaf = avow_merkle_leaf_hash(entry);
        assert_int_equal(avow_snapshot_inclusion(snapshot, log, i, head->size, &path), AVOW_OK);
        assert_true(leads_to(&leaf, i, head->size, &path, &head->root));
    }
    struct avow_bytes beyond;
    assert_int_equal(avow_snapshot_entry(snapshot, log, head->size, &beyond), AVOW_ERR_NOT_FOUND);
}

static void no_problem(void *context, const char *what, const char *issuer, uint64_t index)
{
    (void)context;
    fail_msg("check: %s (%s, %llu)", what, issuer, (unsigned long long)index);
}

static void check(struct world *world, uint64_t logs, uint64_t entries)
{
    struct avow_check_summary summary;
    close_world(world);
    assert_int_equal(avow_store_check(world->folder.path, no_problem, NULL, &summary), AVOW_OK);
    assert_int_equal(summary.problems, 0);
    assert_int_equal(summary.logs, logs);
    assert_int_equal(summary.entries, entries);
    open_world(world);
}

static uint64_t entries_stored(struct world *world)
{
    struct avow_store_stats stats;
    assert_int_equal(avow_snapshot_stats(world->snapshot, &stats), AVOW_OK);
    return stats.entries;
}

static void purge(struct world *world, uint64_t now)
{
    bool more = true;
    while (more) {
        assert_int_equal(avow_txn_purge(world->txn, now, &more), AVOW_OK);
        commit(world);
    }
}

/* -------------------------------------------------------------------- tests */

static void test_flip(void **state)
{
    struct world *world = *state;
    struct avow_branch branch;
    struct avow_range_result result;
    assert_int_equal(avow_snapshot_branch(world->snapshot, issuer_of(world), &branch),
                     AVOW_ERR_NOT_FOUND);
    assert_int_equal(branch_to(world, 1, &branch), AVOW_OK);
    assert_int_equal(branch.size, SHARED);
    commit(world);
    see(world->snapshot, &world->old, 3);
    assert_int_equal(log_of(world)->abandoned_from, SHARED);
    check(world, 1, OLD_SIZE + SHARED);
    uint64_t steps[] = {1, 12, 256, NEW_SIZE - SHARED - 269};
    uint64_t at = SHARED;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(send_range(world, 1, at, steps[i], &result), AVOW_ACCEPT);
        at += steps[i];
        assert_int_equal(result.advanced, at == NEW_SIZE);
        assert_int_equal(result.pending, at == NEW_SIZE ? NEW_SIZE : at);
        commit(world);
        if (at < NEW_SIZE) {
            assert_int_equal(avow_snapshot_branch(world->snapshot, issuer_of(world), &branch),
                             AVOW_OK);
            assert_int_equal(branch.size, at);
            see(world->snapshot, &world->old, 3);
        }
        reopen(world); /* the writer's memory too is as the disk */
    }
    see(world->snapshot, &world->new, 1);
    assert_int_equal(log_of(world)->abandoned_from, AVOW_NEVER);
    assert_int_equal(log_of(world)->first_seen, FIXTURE_NOW);
    assert_int_equal(avow_snapshot_branch(world->snapshot, issuer_of(world), &branch),
                     AVOW_ERR_NOT_FOUND);
    check(world, 1, OLD_SIZE + NEW_SIZE);
    (void)accept(world, &world->new, NEW_SIZE, 2);
    commit(world);
    see(world->snapshot, &world->new, 2);
}

/* A snapshot has the old branch until it is renewed, whatever it had read before. */
static void test_live_readers(void **state)
{
    struct world *world = *state;
    struct avow_snapshot *warm;
    struct avow_snapshot *cold;
    struct avow_range_result result;
    struct avow_branch branch;
    assert_int_equal(avow_snapshot_new(world->store, &warm), AVOW_OK);
    assert_int_equal(avow_snapshot_new(world->store, &cold), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(warm), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(cold), AVOW_OK);
    see(warm, &world->old, 3);
    assert_int_equal(branch_to(world, 1, &branch), AVOW_OK);
    assert_int_equal(send_range(world, 1, SHARED, NEW_SIZE - SHARED, &result), AVOW_ACCEPT);
    assert_true(result.advanced);
    commit(world);
    see(warm, &world->old, 3);
    see(cold, &world->old, 3);
    see(world->snapshot, &world->new, 1);
    purge(world, FIXTURE_NOW + AVOW_RETIRED_S);
    see(warm, &world->old, 3);
    assert_int_equal(avow_snapshot_renew(warm), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(cold), AVOW_OK);
    see(warm, &world->new, 1);
    see(cold, &world->new, 1);
    avow_snapshot_free(&warm);
    avow_snapshot_free(&cold);
}

static enum avow_err count_row(void *context, struct avow_bytes key, struct avow_bytes value)
{
    size_t *count = context;
    (void)key;
    (void)value;
    ++*count;
    return AVOW_OK;
}

/* Rows of every table whose keys begin with the number. The catalogue's begin with another one. */
static void count_rows(struct world *world, uint32_t number, size_t counts[AVOW_TABLE_COUNT])
{
    struct avow_dbkey first = avow_dbkey_log(number);
    for (unsigned i = 0; i < AVOW_TABLE_COUNT; i++) {
        counts[i] = 0;
        if (i != AVOW_TABLE_CATALOGUE)
            assert_int_equal(avow_db_walk(&world->snapshot->db, (enum avow_table)i, &first, 4,
                                          count_row, &counts[i]),
                             AVOW_OK);
    }
}

static void test_purge_leaves_no_row(void **state)
{
    struct world *world = *state;
    size_t before[AVOW_TABLE_COUNT];
    size_t after[AVOW_TABLE_COUNT];
    size_t full = 0;
    uint32_t number = log_of(world)->number;
    flip(world, 1);
    count_rows(world, number, before);
    purge(world, FIXTURE_NOW + AVOW_RETIRED_S);
    count_rows(world, number, after);
    for (unsigned i = 0; i < AVOW_TABLE_COUNT; i++) {
        full += before[i] > 0 ? 1 : 0;
        if (after[i] > 0)
            fail_msg("%zu rows of %zu are left in the table %s", after[i], before[i],
                     avow_tables[i].name);
    }
    assert_true(full >= 7);
}

static void test_purge(void **state)
{
    struct world *world = *state;
    bool more;
    flip(world, 1);
    purge(world, FIXTURE_NOW + AVOW_RETIRED_S - 1);
    assert_int_equal(entries_stored(world), OLD_SIZE + NEW_SIZE);
    assert_int_equal(avow_txn_purge(world->txn, FIXTURE_NOW + AVOW_RETIRED_S, &more), AVOW_OK);
    assert_false(more);
    commit(world);
    assert_int_equal(entries_stored(world), NEW_SIZE);
    see(world->snapshot, &world->new, 1);
    check(world, 1, NEW_SIZE);
}

/* What is pending of the old branch ends at the flip, a text that waits for its signer too. */
/* A log that moves over again and again keeps one history that it has left, not all of them. */
static void test_keeps_one_history(void **state)
{
    struct world *world = *state;
    struct log_history third;
    struct avow_branch branch;
    struct avow_range_result result;
    enum avow_reject reject;
    const uint64_t shared = SHARED + 20;
    flip(world, 1);
    log_history_part(&third, &world->new, shared);
    (void)log_builder_rotate_root(&third.builder);
    grow_and_mark(&third, NEW_SIZE + 10, 3);
    log_history_end(&third);
    const struct avow_branch want = {.checkpoint = third.marks[0].checkpoint, .shared = shared};
    struct avow_hash root = log_builder_root_at(&world->new.builder, shared);
    assert_int_equal(avow_txn_branch(world->txn, &want, &root, &branch, &reject), AVOW_OK);
    struct avow_range range =
        fixture_range(&third, &third.marks[0], shared, NEW_SIZE + 10 - shared, false);
    range.branch = true;
    assert_int_equal(avow_txn_append(world->txn, &range, &result, &reject), AVOW_OK);
    assert_true(result.advanced);
    commit(world);
    purge(world, FIXTURE_NOW); /* the first is due already, the second in 30 days */
    assert_int_equal(entries_stored(world), NEW_SIZE + NEW_SIZE + 10);
    see(world->snapshot, &third, 0);
    check(world, 1, NEW_SIZE + NEW_SIZE + 10);
    log_history_fini(&third);
}

static void test_pending_of_the_old(void **state)
{
    static const bool held[] = {false, true};
    struct world *world = *state;
    struct avow_pending pending;
    for (size_t i = 0; i < 2; i++) {
        struct avow_range range =
            fixture_range(&world->old, &world->old.marks[4], OLD_SIZE, held[i] ? 60 : 10, held[i]);
        if (i == 1) {
            tear_down(state);
            set_up(state);
            world = *state;
            range = fixture_range(&world->old, &world->old.marks[4], OLD_SIZE, 60, true);
        }
        assert_int_equal(fixture_append(world->txn, &range), AVOW_ACCEPT);
        commit(world);
        assert_int_equal(avow_snapshot_pending(world->snapshot, issuer_of(world), &pending),
                         AVOW_OK);
        flip(world, 1);
        assert_int_equal(avow_snapshot_pending(world->snapshot, issuer_of(world), &pending),
                         AVOW_ERR_NOT_FOUND);
        see(world->snapshot, &world->new, 1);
        check(world, 1, OLD_SIZE + NEW_SIZE);
    }
}

/* The held log goes on while a candidate is filled, in the same transaction even. */
static void test_old_goes_on_meanwhile(void **state)
{
    struct world *world = *state;
    struct avow_branch branch;
    struct avow_range_result result;
    (void)accept(world, &world->old, OLD_SIZE, 4);
    assert_int_equal(branch_to(world, 1, &branch), AVOW_OK);
    assert_int_equal(send_range(world, 1, SHARED, 100, &result), AVOW_ACCEPT);
    commit(world);
    see(world->snapshot, &world->old, 4);
    assert_int_equal(send_range(world, 1, SHARED + 100, NEW_SIZE - SHARED - 100, &result),
                     AVOW_ACCEPT);
    commit(world);
    see(world->snapshot, &world->new, 1);
    check(world, 1, OLD_SIZE + 60 + NEW_SIZE);
}

static void test_sender_is_to_blame(void **state)
{
    struct world *world = *state;
    struct avow_branch branch;
    struct avow_range_result result;
    enum avow_reject reject;
    assert_int_equal(branch_to(world, 1, &branch), AVOW_OK);
    struct avow_range range = fixture_range(&world->new, &world->new.marks[1], SHARED, 50, false);
    range.branch = true;
    range.path.hashes[0].bytes[0] ^= 1;
    assert_int_equal(avow_txn_append(world->txn, &range, &result, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_PROOF);
    assert_int_equal(result.pending, SHARED);
    assert_int_equal(send_range(world, 1, SHARED + 1, 50, &result), AVOW_REJECT_SIZE);
    assert_int_equal(send_range(world, 1, SHARED, 0, &result), AVOW_REJECT_SIZE);
    assert_int_equal(result.pending, SHARED);
    assert_int_equal(send_range(world, 1, SHARED, NEW_SIZE - SHARED, &result), AVOW_ACCEPT);
    assert_true(result.advanced);
}

/* One that breaks a rule ends, and the held log is as it was. */
static void test_bad_candidates(void **state)
{
    static const enum avow_reject wanted[] = {AVOW_REJECT_STATUS_ROOT, AVOW_REJECT_KEY_UNKNOWN,
                                              AVOW_REJECT_TIME};
    struct world *world = *state;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        struct avow_hash root = shared_root(world);
        struct avow_branch branch;
        struct avow_range_result result;
        enum avow_reject reject;
        struct avow_branch want = {.checkpoint = world->new.marks[1].checkpoint, .shared = SHARED};
        if (wanted[i] == AVOW_REJECT_STATUS_ROOT)
            want.checkpoint.status_root.bytes[5] ^= 1;
        else if (wanted[i] == AVOW_REJECT_KEY_UNKNOWN)
            want.checkpoint.key = world->old.marks[3].checkpoint.key;
        else
            want.checkpoint.time = 5;
        assert_int_equal(avow_txn_branch(world->txn, &want, &root, &branch, &reject), AVOW_OK);
        struct avow_range range =
            fixture_range(&world->new, &world->new.marks[1], SHARED, NEW_SIZE - SHARED, false);
        range.branch = true;
        range.checkpoint = want.checkpoint;
        assert_int_equal(avow_txn_append(world->txn, &range, &result, &reject), AVOW_OK);
        assert_int_equal(reject, wanted[i]);
        assert_false(result.advanced);
        assert_int_equal(result.accepted, OLD_SIZE);
        commit(world);
        see(world->snapshot, &world->old, 3);
        assert_int_equal(avow_snapshot_branch(world->snapshot, issuer_of(world), &branch),
                         AVOW_ERR_NOT_FOUND);
        check(world, 1, OLD_SIZE + SHARED);
        purge(world, 0);
        assert_int_equal(entries_stored(world), OLD_SIZE);
        check(world, 1, OLD_SIZE);
    }
}

static void test_entry_that_breaks_a_rule(void **state)
{
    struct world *world = *state;
    struct avow_branch branch;
    struct avow_range_result result;
    enum avow_reject reject;
    struct avow_branch want = {.checkpoint = world->new.marks[1].checkpoint, .shared = SHARED};
    struct avow_hash root = shared_root(world);
    /* The old history's entry 500 without its root entry, signed for as the new one's. */
    struct avow_bytes bad[] = {world->new.entries[SHARED], world->new.entries[SHARED]};
    struct avow_tree tree;
    struct avow_tree_nodes nodes = log_builder_nodes(&world->old.builder);
    assert_int_equal(avow_tree_load(&nodes, SHARED, &tree), AVOW_OK);
    for (size_t i = 0; i < 2; i++) {
        struct avow_hash leaf = avow_merkle_leaf_hash(bad[i]);
        avow_tree_append(&tree, &leaf, NULL);
    }
    want.checkpoint.size = SHARED + 2;
    want.checkpoint.root = avow_tree_root(&tree);
    avow_checkpoint_sign(&want.checkpoint, &world->new.marks[1].sign.secret);
    assert_int_equal(avow_txn_branch(world->txn, &want, &root, &branch, &reject), AVOW_OK);
    struct avow_range range = {.checkpoint = want.checkpoint,
                               .branch = true,
                               .from = SHARED,
                               .entries = bad,
                               .count = 2,
                               .now = FIXTURE_NOW};
    assert_int_equal(avow_txn_append(world->txn, &range, &result, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_DIGEST);
    commit(world);
    assert_int_equal(avow_snapshot_branch(world->snapshot, issuer_of(world), &branch),
                     AVOW_ERR_NOT_FOUND);
    see(world->snapshot, &world->old, 3);
    purge(world, 0);
    check(world, 1, OLD_SIZE);
}

static void test_refusals(void **state)
{
    struct world *world = *state;
    struct avow_branch branch;
    enum avow_reject reject;
    struct avow_range_result result;
    struct avow_hash root = shared_root(world);
    struct avow_branch want = {.checkpoint = world->new.marks[1].checkpoint, .shared = SHARED};
    const struct avow_branch good = want;
    want.shared = OLD_SIZE + 1;
    assert_int_equal(avow_txn_branch(world->txn, &want, &root, &branch, &reject), AVOW_ERR_REFUSED);
    want = good;
    want.shared = want.checkpoint.size;
    assert_int_equal(avow_txn_branch(world->txn, &want, &root, &branch, &reject), AVOW_ERR_REFUSED);
    want = good;
    root.bytes[0] ^= 1;
    assert_int_equal(avow_txn_branch(world->txn, &want, &root, &branch, &reject), AVOW_ERR_REFUSED);
    root.bytes[0] ^= 1;
    want.checkpoint = world->old.marks[4].checkpoint;
    assert_int_equal(avow_txn_branch(world->txn, &want, &root, &branch, &reject), AVOW_ERR_REFUSED);
    want.checkpoint.issuer.bytes[0] ^= 1;
    assert_int_equal(avow_txn_branch(world->txn, &want, &root, &branch, &reject),
                     AVOW_ERR_NOT_FOUND);
    assert_int_equal(avow_txn_drop_branch(world->txn, issuer_of(world)), AVOW_ERR_NOT_FOUND);
    struct avow_range range = fixture_range(&world->new, &world->new.marks[1], SHARED, 50, false);
    range.branch = true;
    assert_int_equal(avow_txn_append(world->txn, &range, &result, &reject), AVOW_ERR_NOT_FOUND);
    commit(world); /* refusals leave a transaction that can be committed */
    see(world->snapshot, &world->old, 3);
    assert_int_equal(log_of(world)->abandoned_from, AVOW_NEVER);
}

/* A candidate whose log grows keeps what it has; one for another origin begins anew. */
static void test_aim_moves(void **state)
{
    struct world *world = *state;
    struct avow_branch branch;
    struct avow_range_result result;
    assert_int_equal(branch_to(world, 1, &branch), AVOW_OK);
    assert_int_equal(send_range(world, 1, SHARED, 60, &result), AVOW_ACCEPT);
    commit(world);
    assert_int_equal(branch_to(world, 2, &branch), AVOW_OK);
    assert_int_equal(branch.size, SHARED + 60);
    commit(world);
    struct avow_range stale =
        fixture_range(&world->new, &world->new.marks[1], SHARED + 60, 5, false);
    enum avow_reject reject;
    stale.branch = true;
    assert_int_equal(avow_txn_append(world->txn, &stale, &result, &reject), AVOW_ERR_NOT_FOUND);
    /* Back to a checkpoint that is smaller than what is stored: begun anew, from what is shared. */
    assert_int_equal(branch_to(world, 0, &branch), AVOW_OK);
    assert_int_equal(branch.size, SHARED);
    commit(world);
    check(world, 1, OLD_SIZE + SHARED + SHARED + 60);
    assert_int_equal(send_range(world, 0, SHARED, 30, &result), AVOW_ACCEPT);
    assert_true(result.advanced);
    commit(world);
    see(world->snapshot, &world->new, 0);
    purge(world, FIXTURE_NOW + AVOW_RETIRED_S);
    check(world, 1, SHARED + 30);
}

static void test_given_up(void **state)
{
    struct world *world = *state;
    struct avow_branch branch;
    struct avow_range_result result;
    assert_int_equal(branch_to(world, 1, &branch), AVOW_OK);
    assert_int_equal(send_range(world, 1, SHARED, 60, &result), AVOW_ACCEPT);
    assert_int_equal(avow_txn_drop_branch(world->txn, issuer_of(world)), AVOW_OK);
    assert_int_equal(avow_txn_drop_branch(world->txn, issuer_of(world)), AVOW_ERR_NOT_FOUND);
    commit(world);
    check(world, 1, OLD_SIZE + SHARED + 60);
    purge(world, 0);
    check(world, 1, OLD_SIZE);
    flip(world, 2); /* and once more from the beginning */
    see(world->snapshot, &world->new, 2);
}

static void test_nothing_shared(void **state)
{
    struct world *world = *state;
    struct avow_branch want = {.checkpoint = world->new.marks[1].checkpoint};
    struct avow_branch branch;
    struct avow_range_result result;
    enum avow_reject reject;
    assert_int_equal(avow_txn_branch(world->txn, &want, NULL, &branch, &reject), AVOW_OK);
    assert_int_equal(branch.size, 0);
    commit(world);
    check(world, 1, OLD_SIZE);
    assert_int_equal(send_range(world, 1, 0, NEW_SIZE, &result), AVOW_ACCEPT);
    assert_true(result.advanced);
    commit(world);
    see(world->snapshot, &world->new, 1);
}

/* Witnesses of the shared part have seen the new history too; later ones have not. */
static void test_kept_checkpoints(void **state)
{
    struct world *world = *state;
    struct avow_checkpoint kept;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count;
    bool changed;
    struct log_key witness = log_builder_key(&world->old.builder, "witness");
    tear_down(state);
    struct world *anew = calloc(1, sizeof(*anew));
    assert_non_null(anew);
    *state = world = anew;
    make_histories(&world->old, &world->new);
    store_folder_make(&world->folder);
    open_world(world);
    for (size_t n = 0; n < 4; n++) {
        const struct log_mark *mark =
            accept(world, &world->old, n == 0 ? 0 : world->old.marks[n - 1].checkpoint.size, n);
        struct avow_cosignature line;
        avow_cosignature_sign(&line, &mark->checkpoint, mark->checkpoint.time, &witness.secret);
        assert_int_equal(
            avow_txn_freshen(world->txn, &mark->checkpoint, &line, 1, line.time, &changed),
            AVOW_OK);
    }
    commit(world);
    const struct avow_log *log = log_of(world);
    size_t before = 0;
    for (uint64_t after = 0;
         avow_snapshot_witnessed(world->snapshot, log, 3, after, &kept, lines, &count) == AVOW_OK;
         after = kept.size)
        before++;
    flip(world, 1);
    log = log_of(world);
    uint64_t after = 0;
    size_t left = 0;
    for (; avow_snapshot_witnessed(world->snapshot, log, 3, after, &kept, lines, &count) == AVOW_OK;
         after = kept.size) {
        assert_true(kept.size <= SHARED);
        assert_int_equal(count, 1);
        left++;
    }
    assert_true(left >= 1 && left < before);
    check(world, 1, OLD_SIZE + NEW_SIZE);
}

static void test_quota(void **state)
{
    struct world *world = *state;
    struct avow_branch branch;
    struct avow_range_result result;
    enum avow_reject reject;
    struct avow_hash root = shared_root(world);
    struct avow_branch want = {.checkpoint = world->new.marks[2].checkpoint, .shared = SHARED};
    uint64_t old_bytes = AVOW_STORE_LOG_BYTES;
    for (size_t i = 0; i < OLD_SIZE; i++)
        old_bytes += world->old.entries[i].len;
    static const uint64_t room[] = {2000, 40000};
    for (size_t i = 0; i < 2; i++) {
        struct avow_store_options options = {.map_size = FIXTURE_MAP,
                                             .bytes_max = old_bytes + room[i]};
        close_world(world);
        assert_int_equal(avow_store_open(world->folder.path, &options, &world->store), AVOW_OK);
        assert_int_equal(avow_snapshot_new(world->store, &world->snapshot), AVOW_OK);
        assert_int_equal(avow_txn_begin(world->store, &world->txn), AVOW_OK);
        assert_int_equal(avow_txn_branch(world->txn, &want, &root, &branch, &reject), AVOW_OK);
        commit(world);
        if (i == 0) { /* not even the copy fits: there is no candidate */
            assert_int_equal(reject, AVOW_REJECT_QUOTA);
            assert_int_equal(avow_snapshot_branch(world->snapshot, issuer_of(world), &branch),
                             AVOW_ERR_NOT_FOUND);
            purge(world, 0);
            continue;
        }
        assert_int_equal(reject, AVOW_ACCEPT);
        assert_int_equal(send_range(world, 2, SHARED, NEW_SIZE + 300 - SHARED, &result),
                         AVOW_REJECT_QUOTA);
        assert_int_equal(result.pending, SHARED);
    }
    see(world->snapshot, &world->old, 3);
}

/* Many entries are copied a part at a time. */
static void test_copies_in_steps(void **state)
{
    struct world *world = *state;
    struct log_history old;
    struct log_history new;
    struct avow_branch branch = {0};
    enum avow_reject reject;
    size_t shared = AVOW_BRANCH_STEP + 1000;
    log_history_begin(&old, "many");
    grow_and_mark(&old, shared + 10, 1);
    log_history_end(&old);
    log_history_part(&new, &old, shared);
    (void)log_builder_rotate_root(&new.builder);
    grow_and_mark(&new, shared + 20, 1);
    log_history_end(&new);
    (void)accept(world, &old, 0, 0);
    commit(world);
    struct avow_branch want = {.checkpoint = new.marks[0].checkpoint, .shared = shared};
    struct avow_hash root = log_builder_root_at(&old.builder, shared);
    size_t calls = 0;
    while (branch.size < shared) {
        uint64_t before = avow_txn_entries(world->txn);
        assert_int_equal(avow_txn_branch(world->txn, &want, &root, &branch, &reject), AVOW_OK);
        assert_int_equal(reject, AVOW_ACCEPT);
        assert_true(avow_txn_entries(world->txn) - before <= AVOW_BRANCH_STEP);
        if (branch.size < shared) {
            struct avow_range early = fixture_range(&new, &new.marks[0], branch.size, 1, false);
            early.branch = true;
            assert_int_equal(fixture_append(world->txn, &early), AVOW_REJECT_SIZE);
        }
        reopen(world); /* not committed: the same again … */
        assert_int_equal(avow_txn_branch(world->txn, &want, &root, &branch, &reject), AVOW_OK);
        commit(world);
        calls++;
    }
    assert_int_equal(calls, 2);
    struct avow_range range = fixture_range(&new, &new.marks[0], shared, 20, false);
    range.branch = true;
    assert_int_equal(fixture_append(world->txn, &range), AVOW_ACCEPT);
    commit(world);
    const struct avow_log *log;
    assert_int_equal(avow_snapshot_log(world->snapshot, &new.marks[0].checkpoint.issuer, &log),
                     AVOW_OK);
    assert_true(avow_checkpoint_same_text(&log->checkpoint, &new.marks[0].checkpoint));
    check(world, 2, OLD_SIZE + 2 * shared + 30);
    bool more;
    size_t purges = 0;
    do {
        assert_int_equal(avow_txn_purge(world->txn, FIXTURE_NOW + AVOW_RETIRED_S, &more), AVOW_OK);
        commit(world);
        if (more)
            check(world, 2, entries_stored(world));
        purges++;
    } while (more);
    assert_true(purges > 1);
    check(world, 2, OLD_SIZE + shared + 20);
    log_history_fini(&old);
    log_history_fini(&new);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_flip),
        CASE(test_live_readers),
        CASE(test_purge_leaves_no_row),
        CASE(test_purge),
        CASE(test_keeps_one_history),
        CASE(test_pending_of_the_old),
        CASE(test_old_goes_on_meanwhile),
        CASE(test_sender_is_to_blame),
        CASE(test_bad_candidates),
        CASE(test_entry_that_breaks_a_rule),
        CASE(test_refusals),
        CASE(test_aim_moves),
        CASE(test_given_up),
        CASE(test_nothing_shared),
        CASE(test_kept_checkpoints),
        CASE(test_quota),
        CASE(test_copies_in_steps),
    };
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
