/* What the store refuses, and what each refusal leaves; freshness; names; opening. */
#include "tests/unit/store/store_fixture.h"

#include <lmdb.h>

#include "proto/codec/writer.h"

struct world {
    struct store_folder folder;
    struct avow_store *store;
    struct avow_snapshot *snapshot;
    struct avow_txn *txn;
    struct log_history history, other;
};

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    log_history_make(&world->history, "rules", 21, 500, 100);
    log_history_make(&world->other, "rules other", 22, 50, 10);
    store_folder_make(&world->folder);
    world->store = store_folder_open(&world->folder);
    assert_int_equal(avow_snapshot_new(world->store, &world->snapshot), AVOW_OK);
    assert_int_equal(avow_txn_begin(world->store, &world->txn), AVOW_OK);
    *state = world;
    return 0;
}

static void close_world(struct world *world)
{
    avow_txn_abort(&world->txn);
    avow_snapshot_free(&world->snapshot);
    avow_store_close(&world->store);
}

static int tear_down(void **state)
{
    struct world *world = *state;
    close_world(world);
    store_folder_remove(&world->folder);
    log_history_fini(&world->history);
    log_history_fini(&world->other);
    free(world);
    return 0;
}

static void commit(struct world *world)
{
    assert_int_equal(avow_txn_commit(&world->txn), AVOW_OK);
    assert_int_equal(avow_txn_begin(world->store, &world->txn), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
}

static const struct avow_log *log_of(struct world *world, const struct log_history *history)
{
    const struct avow_log *log;
    enum avow_err err =
        avow_snapshot_log(world->snapshot, &history->builder.state.chain.issuer, &log);
    return err == AVOW_OK ? log : NULL;
}

/* Everything up to mark `n`, accepted. */
static const struct log_mark *accept_mark(struct world *world, const struct log_history *history,
                                          size_t n)
{
    const struct log_mark *mark = &history->marks[n];
    struct avow_range range = fixture_range(history, mark, 0, mark->checkpoint.size, false);
    assert_int_equal(fixture_append(world->txn, &range), AVOW_ACCEPT);
    return mark;
}

/* ---------------------------------------------------------------- bad entries */

static void write_inert(struct avow_buf *out, uint64_t kind, uint64_t t, size_t len)
{
    static const uint8_t filling[AVOW_ENTRY_BYTES_MAX];
    avow_write_array(out, 3);
    avow_write_uint(out, kind);
    avow_write_uint(out, t);
    avow_write_bin(out, avow_bytes(filling, len));
}

struct bad_case {
    const char *name;
    uint64_t kind;
    int64_t dt; /* from the log's last time */
    enum avow_reject expected;
};

/* One entry after the last mark, in a checkpoint that covers it and is signed. */
static void test_entry_that_breaks_a_rule(void **state)
{
    static const struct bad_case cases[] = {
        {"time goes back", 200, -1, AVOW_REJECT_TIME},
        {"needs a newer version", 100, 0, AVOW_REJECT_NEWER},
        {"not an issue's shape", AVOW_KIND_ISSUE, 0, AVOW_REJECT_LENGTH},
        {"a second inception", AVOW_KIND_INCEPTION, 0, AVOW_REJECT_LENGTH},
    };
    struct world *world = *state;
    const struct log_history *history = &world->history;
    const struct log_mark *last = accept_mark(world, history, history->mark_count - 1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t storage[2][64];
        struct avow_bytes entries[2];
        struct avow_tree tree = history->builder.state.tree;
        for (int n = 0; n < 2; n++) { /* a good one, pending, then the bad one */
            struct avow_buf bytes;
            avow_buf_init_fixed(&bytes, storage[n], sizeof(storage[n]));
            uint64_t t = history->builder.t + (uint64_t)(n == 1 ? cases[i].dt : 0);
            write_inert(&bytes, n == 1 ? cases[i].kind : 150, t, 3);
            entries[n] = avow_buf_bytes(&bytes);
            struct avow_hash leaf = avow_merkle_leaf_hash(entries[n]);
            avow_tree_append(&tree, &leaf, NULL);
        }
        struct avow_range range = {.checkpoint = last->checkpoint, .entries = entries, .count = 1};
        range.from = last->checkpoint.size;
        range.checkpoint.size = tree.size;
        range.checkpoint.root = avow_tree_root(&tree);
        avow_checkpoint_sign(&range.checkpoint, &last->sign.secret);
        range.count = 2;
        struct avow_range_result result;
        enum avow_reject reject;
        assert_int_equal(avow_txn_append(world->txn, &range, &result, &reject), AVOW_OK);
        if (reject != cases[i].expected)
            fail_msg("%s: %s", cases[i].name, avow_reject_name(reject));
        assert_int_equal(result.pending, last->checkpoint.size);
        /* The same bytes under a checkpoint that does not cover them are the sender's fault. */
        range.checkpoint.root.bytes[0] ^= 1;
        assert_int_equal(fixture_append(world->txn, &range), AVOW_REJECT_ROOT);
    }
    /* Others in the group go on. */
    accept_mark(world, &world->other, 0);
    commit(world);
    assert_int_equal(log_of(world, history)->checkpoint.size, last->checkpoint.size);
    assert_int_equal(log_of(world, &world->other)->checkpoint.size,
                     world->other.marks[0].checkpoint.size);
}

/* A pending range ends when its checkpoint turns out to be bad, not when a sender is. */
static void test_who_is_to_blame(void **state)
{
    struct world *world = *state;
    const struct log_history *history = &world->history;
    const struct log_mark *mark = &history->marks[1];
    uint64_t size = mark->checkpoint.size;
    struct avow_range range = fixture_range(history, mark, 0, 5, false);
    assert_int_equal(fixture_append(world->txn, &range), AVOW_ACCEPT);
    struct avow_range_result result;
    enum avow_reject reject;
    range = fixture_range(history, mark, 5, size - 5, false);
    range.entries = history->entries + 6;
    assert_int_equal(avow_txn_append(world->txn, &range, &result, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_ROOT);
    assert_int_equal(result.pending, 5);
    range = fixture_range(history, mark, 5, size - 5, false);
    range.checkpoint.status_root.bytes[1] ^= 1;
    assert_int_equal(avow_txn_append(world->txn, &range, &result, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_STATUS_ROOT);
    assert_int_equal(result.pending, 0);
    commit(world);
    struct avow_store_stats stats;
    assert_int_equal(avow_snapshot_stats(world->snapshot, &stats), AVOW_OK);
    assert_int_equal(stats.logs, 0);
    assert_int_equal(stats.entries, 0);
}

/* What is held may have been signed: nobody's bad range drops it. */
static void test_held_text_outlives_bad_ranges(void **state)
{
    struct world *world = *state;
    const struct log_history *history = &world->history;
    const struct log_mark *mark = &history->marks[1];
    uint64_t size = mark->checkpoint.size;
    struct avow_range held = fixture_range(history, mark, 0, size, true);
    struct avow_range_result result;
    enum avow_reject reject;
    assert_int_equal(fixture_append(world->txn, &held), AVOW_ACCEPT);
    struct avow_range range = fixture_range(history, mark, 0, size, false);
    range.checkpoint.status_root.bytes[0] ^= 1;
    assert_int_equal(avow_txn_append(world->txn, &range, &result, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_STATUS_ROOT);
    assert_true(result.whole);
    range = fixture_range(history, &history->marks[0], 0, 3, false);
    range.entries = history->entries + 1;
    assert_int_equal(avow_txn_append(world->txn, &range, &result, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_PROOF);
    assert_true(result.whole);
    assert_int_equal(avow_txn_sign(world->txn, &mark->checkpoint, 1, &reject), AVOW_OK);
    commit(world);
    assert_int_equal(log_of(world, history)->checkpoint.size, size);
}

/* A text that is to replace a held one does so only if it stands. */
static void test_replacing_a_held_text(void **state)
{
    struct world *world = *state;
    const struct log_history *history = &world->history;
    const struct log_mark *mark = &history->marks[1];
    uint64_t size = mark->checkpoint.size;
    struct avow_range range = fixture_range(history, mark, 0, size, true);
    struct avow_range_result result;
    enum avow_reject reject;
    assert_int_equal(fixture_append(world->txn, &range), AVOW_ACCEPT);
    range.checkpoint.time++;
    assert_int_equal(avow_txn_append(world->txn, &range, &result, &reject), AVOW_ERR_REFUSED);
    range.replace = true;
    range.checkpoint.status_root.bytes[0] ^= 1;
    assert_int_equal(fixture_append(world->txn, &range), AVOW_REJECT_STATUS_ROOT);
    range.checkpoint.root.bytes[0] ^= 1;
    assert_int_equal(fixture_append(world->txn, &range), AVOW_REJECT_ROOT);
    assert_int_equal(avow_txn_append(world->txn, &range, &result, &reject), AVOW_OK);
    assert_true(result.whole); /* the first */
    commit(world);
    struct avow_pending pending;
    assert_int_equal(avow_snapshot_pending(world->snapshot, &mark->checkpoint.issuer, &pending),
                     AVOW_OK);
    assert_int_equal(pending.checkpoint.time, mark->checkpoint.time);
    range = fixture_range(history, mark, 0, size, true);
    range.checkpoint.time++;
    range.replace = true;
    assert_int_equal(fixture_append(world->txn, &range), AVOW_ACCEPT);
    assert_int_equal(avow_txn_sign(world->txn, &mark->checkpoint, 1, &reject), AVOW_ERR_NOT_FOUND);
    struct avow_checkpoint checkpoint = range.checkpoint;
    checkpoint.key = mark->checkpoint.key;
    assert_int_equal(avow_txn_sign(world->txn, &checkpoint, 1, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    commit(world);
    assert_int_equal(log_of(world, history)->checkpoint.size, size);
}

static void test_another_issuers_entries(void **state)
{
    struct world *world = *state;
    struct avow_range range = fixture_range(&world->history, &world->history.marks[0], 0, 4, false);
    range.checkpoint.issuer.bytes[5] ^= 1;
    assert_int_equal(fixture_append(world->txn, &range), AVOW_REJECT_ORIGIN);
    commit(world);
    assert_null(log_of(world, &world->history));
}

static void test_keys(void **state)
{
    struct world *world = *state;
    const struct log_history *history = &world->history;
    const struct log_mark *mark = &history->marks[0];
    struct avow_range range = fixture_range(history, mark, 0, mark->checkpoint.size, false);
    range.checkpoint.time = LOG_BUILDER_T0 + 2 * AVOW_KEY_LIFE_MAX_S;
    avow_checkpoint_sign(&range.checkpoint, &mark->sign.secret);
    assert_int_equal(fixture_append(world->txn, &range), AVOW_REJECT_KEY_EXPIRED);
    range = fixture_range(history, mark, 0, mark->checkpoint.size, true);
    assert_int_equal(fixture_append(world->txn, &range), AVOW_ACCEPT);
    enum avow_reject reject;
    struct log_key stranger = log_builder_key(&history->builder, "stranger");
    const struct avow_checkpoint *checkpoint = &mark->checkpoint;
    struct avow_checkpoint other = *checkpoint;
    other.key = stranger.key;
    assert_int_equal(avow_txn_sign(world->txn, &other, 1, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_KEY_UNKNOWN);
    other = *checkpoint;
    other.size--;
    assert_int_equal(avow_txn_sign(world->txn, &other, 1, &reject), AVOW_ERR_NOT_FOUND);
    other = *checkpoint;
    other.root.bytes[0] ^= 1;
    assert_int_equal(avow_txn_sign(world->txn, &other, 1, &reject), AVOW_ERR_NOT_FOUND);
    for (int n = 0; n < 2; n++) { /* the second time it is accepted already */
        assert_int_equal(avow_txn_sign(world->txn, checkpoint, 1, &reject), AVOW_OK);
        assert_int_equal(reject, AVOW_ACCEPT);
    }
    /* Another text of the accepted size was not accepted. */
    assert_int_equal(avow_txn_sign(world->txn, &other, 1, &reject), AVOW_ERR_NOT_FOUND);
    assert_int_equal(avow_txn_withdraw(world->txn, &checkpoint->issuer), AVOW_ERR_NOT_FOUND);
    commit(world);
    assert_int_equal(log_of(world, history)->checkpoint.size, checkpoint->size);
}

static void test_quota(void **state)
{
    struct world *world = *state;
    const struct log_history *history = &world->history;
    const struct log_mark *mark = &history->marks[history->mark_count - 1];
    close_world(world);
    struct avow_store_options options = {.map_size = FIXTURE_MAP,
                                         .bytes_max = 2000 + AVOW_STORE_LOG_BYTES};
    assert_int_equal(avow_store_open(world->folder.path, &options, &world->store), AVOW_OK);
    assert_int_equal(avow_snapshot_new(world->store, &world->snapshot), AVOW_OK);
    assert_int_equal(avow_txn_begin(world->store, &world->txn), AVOW_OK);
    struct avow_range range = fixture_range(history, mark, 0, 5, false);
    assert_int_equal(fixture_append(world->txn, &range), AVOW_ACCEPT);
    range = fixture_range(history, mark, 5, 200, false);
    struct avow_range_result result;
    enum avow_reject reject;
    assert_int_equal(avow_txn_append(world->txn, &range, &result, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_QUOTA);
    assert_int_equal(result.pending, 5);
    range = fixture_range(history, mark, 5, 3, false);
    assert_int_equal(fixture_append(world->txn, &range), AVOW_ACCEPT);
}

/* ------------------------------------------------------------- large and many */

static void check_all_proofs(struct world *world, const struct log_history *history, uint64_t step)
{
    const struct avow_log *log = log_of(world, history);
    assert_non_null(log);
    for (uint64_t i = 0; i < log->checkpoint.size; i += step) {
        struct avow_bytes entry;
        struct avow_path path;
        struct avow_hash root;
        assert_int_equal(avow_snapshot_entry(world->snapshot, log, i, &entry), AVOW_OK);
        assert_true(avow_bytes_equal(entry, history->entries[i]));
        assert_int_equal(
            avow_snapshot_inclusion(world->snapshot, log, i, log->checkpoint.size, &path), AVOW_OK);
        assert_int_equal(avow_merkle_inclusion_root(&history->nodes[0][i], i, log->checkpoint.size,
                                                    &path, &root),
                         AVOW_ACCEPT);
        assert_memory_equal(&root, &log->checkpoint.root, sizeof(root));
    }
}

static void expect_check_passes(struct world *world);

/* Adds `count` entries of `len` bytes and marks them. */
static void add_inert(struct log_history *history, size_t count, size_t len)
{
    uint8_t storage[AVOW_ENTRY_BYTES_MAX];
    for (size_t i = 0; i < count; i++) {
        struct avow_buf bytes;
        avow_buf_init_fixed(&bytes, storage, sizeof(storage));
        write_inert(&bytes, 130 + i % 7, history->builder.t, len);
        assert_int_equal(bytes.err, AVOW_OK);
        assert_int_equal(log_builder_try_bytes(&history->builder, avow_buf_bytes(&bytes)),
                         AVOW_ACCEPT);
    }
    log_history_mark(history);
}

/* Appends, holds beyond and withdraws, then appends the rest. */
static void store_in_turns(struct world *world, const struct log_history *history)
{
    const struct log_mark *head = accept_mark(world, history, 0);
    const struct log_mark *next = &history->marks[1];
    uint64_t size = head->checkpoint.size;
    uint64_t count = next->checkpoint.size - size;
    commit(world);
    struct avow_range range = fixture_range(history, next, size, count - 1, true);
    assert_int_equal(fixture_append(world->txn, &range), AVOW_ACCEPT);
    commit(world);
    assert_int_equal(avow_txn_withdraw(world->txn, &next->checkpoint.issuer), AVOW_OK);
    commit(world);
    expect_check_passes(world);
    check_all_proofs(world, history, 97);
    range = fixture_range(history, next, size, count, false);
    assert_int_equal(fixture_append(world->txn, &range), AVOW_ACCEPT);
    commit(world);
    expect_check_passes(world);
    check_all_proofs(world, history, 97);
}

static void fail_on_problem(void *context, const char *what, const char *issuer, uint64_t index)
{
    (void)context;
    (void)issuer;
    fail_msg("check: %s at %llu", what, (unsigned long long)index);
}

/* Closes, checks, opens again. */
static void expect_check_passes(struct world *world)
{
    struct avow_check_summary summary;
    close_world(world);
    assert_int_equal(avow_store_check(world->folder.path, fail_on_problem, NULL, &summary),
                     AVOW_OK);
    assert_int_equal(summary.problems, 0);
    world->store = store_folder_open(&world->folder);
    assert_int_equal(avow_snapshot_new(world->store, &world->snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
    assert_int_equal(avow_txn_begin(world->store, &world->txn), AVOW_OK);
}

/* Bundles of more than 64 KiB have wider offsets. */
static void test_large_entries(void **state)
{
    struct world *world = *state;
    struct log_history history;
    log_history_begin(&history, "large");
    add_inert(&history, 300, 8000);
    add_inert(&history, 280, 8180);
    log_history_end(&history);
    store_in_turns(world, &history);
    log_history_fini(&history);
}

/* The status tree grows higher while no status changes. */
static void test_status_tree_grows(void **state)
{
    struct world *world = *state;
    struct log_history history;
    log_history_begin(&history, "growing");
    uint64_t index = log_builder_add_issue(&history.builder, 2);
    (void)log_builder_add_status(&history.builder, index, AVOW_STATUS_REVOKED, AVOW_REASON_FRAUD,
                                 LOG_BUILDER_NONE);
    log_history_mark(&history);
    for (size_t n = 0; n < 5; n++)
        add_inert(&history, (size_t)1000 << n, 3);
    log_history_end(&history);
    for (size_t n = 0; n < history.mark_count; n++) {
        const struct log_mark *mark = &history.marks[n];
        uint64_t from = n == 0 ? 0 : history.marks[n - 1].checkpoint.size;
        struct avow_range range =
            fixture_range(&history, mark, from, mark->checkpoint.size - from, false);
        assert_int_equal(fixture_append(world->txn, &range), AVOW_ACCEPT);
    }
    commit(world);
    expect_check_passes(world);
    log_history_fini(&history);
}

/* Past 65,536 entries there are tiles upon tiles. */
static void test_many_entries(void **state)
{
    struct world *world = *state;
    struct log_history history;
    log_history_begin(&history, "many");
    add_inert(&history, 65400, 4);
    add_inert(&history, 70000, 4);
    log_history_end(&history);
    store_in_turns(world, &history);
    log_history_fini(&history);
}

/* ------------------------------------------------------------------- freshness */

static struct avow_cosignature cosign(const struct log_history *history,
                                      const struct avow_checkpoint *checkpoint, const char *name,
                                      uint64_t after)
{
    struct avow_cosignature line;
    struct log_key key = strcmp(name, "heartbeat") == 0 ? history->builder.heartbeat
                                                        : log_builder_key(&history->builder, name);
    avow_cosignature_sign(&line, checkpoint, checkpoint->time + after, &key.secret);
    return line;
}

static bool freshen(struct world *world, const struct avow_checkpoint *checkpoint,
                    const struct avow_cosignature *lines, size_t count)
{
    bool changed;
    assert_int_equal(
        avow_txn_freshen(world->txn, checkpoint, lines, count, checkpoint->time + 100, &changed),
        AVOW_OK);
    return changed;
}

static void test_freshen(void **state)
{
    struct world *world = *state;
    const struct log_history *history = &world->other;
    const struct log_mark *mark = &history->marks[0];
    const struct avow_checkpoint *checkpoint = &mark->checkpoint;
    struct avow_cosignature line = cosign(history, checkpoint, "w", 10);
    bool changed;
    assert_int_equal(avow_txn_freshen(world->txn, checkpoint, &line, 1, 0, &changed),
                     AVOW_ERR_NOT_FOUND);
    accept_mark(world, history, 0);
    assert_true(freshen(world, checkpoint, &line, 1));
    assert_false(freshen(world, checkpoint, &line, 1));
    /* A clock that was a day ahead for a while is no reason to be silent for a day. */
    struct avow_cosignature future = cosign(history, checkpoint, "w", 86400);
    struct avow_cosignature further = cosign(history, checkpoint, "w", 86401);
    assert_true(freshen(world, checkpoint, &future, 1));
    assert_true(freshen(world, checkpoint, &further, 1));
    assert_false(freshen(world, checkpoint, &future, 1));
    assert_true(freshen(world, checkpoint, &line, 1));
    struct avow_cosignature newer = cosign(history, checkpoint, "w", 20);
    assert_true(freshen(world, checkpoint, &newer, 1));
    assert_false(freshen(world, checkpoint, &line, 1));
    assert_false(freshen(world, &history->marks[1].checkpoint, &newer, 1));
    commit(world);
    const struct avow_log *log = log_of(world, history);
    assert_int_equal(log->cosignature_count, 1);
    assert_int_equal(log->cosignatures[0].time, newer.time);

    for (int n = 0; n < AVOW_COSIGNATURES_MAX; n++) { /* one more than there is room for */
        char name[16];
        (void)snprintf(name, sizeof(name), "w %d", n);
        line = cosign(history, checkpoint, name, 100);
        assert_true(freshen(world, checkpoint, &line, 1));
    }
    commit(world);
    log = log_of(world, history);
    assert_int_equal(log->cosignature_count, AVOW_COSIGNATURES_MAX);
    for (size_t i = 0; i < log->cosignature_count; i++)
        assert_int_equal(log->cosignatures[i].time, checkpoint->time + 100);

    struct avow_checkpoint renewed = *checkpoint;
    renewed.time += 60;
    avow_checkpoint_sign(&renewed, &mark->sign.secret);
    assert_true(freshen(world, &renewed, NULL, 0));
    assert_false(freshen(world, checkpoint, &line, 1));
    commit(world);
    log = log_of(world, history);
    assert_int_equal(log->checkpoint.time, renewed.time);
    assert_int_equal(log->cosignature_count, 0);
}

static void test_first_witness(void **state)
{
    struct world *world = *state;
    struct log_history history;
    log_history_begin(&history, "witnessed");
    for (int n = 0; n < 5; n++) { /* two in one hour, then one in each of the next */
        history.builder.t += n == 1 ? 1 : 3600;
        (void)log_builder_add_issue(&history.builder, 2);
        log_history_mark(&history);
    }
    log_history_end(&history);
    struct avow_checkpoint found;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count;
    for (size_t n = 0; n < 5; n++) {
        const struct log_mark *mark = &history.marks[n];
        uint64_t from = n == 0 ? 0 : history.marks[n - 1].checkpoint.size;
        struct avow_range range =
            fixture_range(&history, mark, from, mark->checkpoint.size - from, false);
        assert_int_equal(fixture_append(world->txn, &range), AVOW_ACCEPT);
        struct avow_cosignature heartbeat = cosign(&history, &mark->checkpoint, "heartbeat", 1);
        assert_true(freshen(world, &mark->checkpoint, &heartbeat, 1));
        commit(world);
        const struct avow_log *log = log_of(world, &history);
        assert_int_equal(avow_snapshot_witnessed(world->snapshot, log, mark->checkpoint.size - 1, 0,
                                                 &found, lines, &count),
                         AVOW_ERR_NOT_FOUND);
        for (uint64_t after = 5; after < 10; after += 4) { /* the first line is what is kept */
            struct avow_cosignature line = cosign(&history, &mark->checkpoint, "w", after);
            assert_true(freshen(world, &mark->checkpoint, &line, 1));
        }
    }
    commit(world);
    static const size_t first_of[] = {1, 1, 2, 3}; /* the hour's newest has replaced its first */
    const struct avow_log *log = log_of(world, &history);
    for (size_t n = 0; n < 4; n++) {
        assert_int_equal(avow_snapshot_witnessed(world->snapshot, log,
                                                 history.marks[n].checkpoint.size - 1, 0, &found,
                                                 lines, &count),
                         AVOW_OK);
        assert_true(avow_checkpoint_same_text(&found, &history.marks[first_of[n]].checkpoint));
        assert_int_equal(count, 1);
        assert_int_equal(lines[0].time, found.time + 5);
        assert_true(avow_cosignature_verify(&lines[0], &found));
    }
    expect_check_passes(world);
    log_history_fini(&history);
}

/* Lines by keys of the log's own are not taken, and those that were taken are not read back once
 * the log has named their key. */
static void test_lines_that_do_not_count(void **state)
{
    struct world *world = *state;
    struct log_history history;
    log_history_begin(&history, "idle lines");
    struct log_builder *log = &history.builder;
    struct log_key witness = log_builder_key(log, "w");
    log_history_mark(&history);
    (void)log_builder_authorise(log, AVOW_USE_HEARTBEAT, &witness.key);
    (void)log_builder_retire(log, AVOW_USE_HEARTBEAT, &witness.key);
    log_history_mark(&history);
    log_history_end(&history);
    const struct log_mark *first = accept_mark(world, &history, 0);
    struct avow_cosignature line = cosign(&history, &first->checkpoint, "w", 5);
    assert_true(freshen(world, &first->checkpoint, &line, 1));
    commit(world);
    assert_int_equal(log_of(world, &history)->cosignature_count, 1);

    const struct avow_checkpoint *now = &history.marks[1].checkpoint;
    struct avow_range range = fixture_range(&history, &history.marks[1], first->checkpoint.size,
                                            now->size - first->checkpoint.size, false);
    assert_int_equal(fixture_append(world->txn, &range), AVOW_ACCEPT);
    uint64_t life =
        avow_chain_key(&log->state.chain, &log->heartbeat.key, AVOW_KEY_HEARTBEAT, now->size)
            ->not_after -
        now->time;
    const struct avow_cosignature idle[] = {
        cosign(&history, now, "w", 5),
        cosign(&history, now, "heartbeat", life + 1),
        cosign(&history, now, "another", (uint64_t)-1),
    };
    for (size_t i = 0; i < sizeof(idle) / sizeof(idle[0]); i++)
        assert_false(freshen(world, now, &idle[i], 1));
    struct avow_cosignature other = cosign(&history, now, "another", 5);
    assert_true(freshen(world, now, &other, 1));
    commit(world);
    const struct avow_log *held = log_of(world, &history);
    assert_int_equal(held->cosignature_count, 1);
    assert_true(avow_key_equal(&held->cosignatures[0].key, &other.key));
    struct avow_checkpoint found;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count;
    assert_int_equal(avow_snapshot_witnessed(world->snapshot, held, 0, 0, &found, lines, &count),
                     AVOW_ERR_NOT_FOUND); /* the line on the first is none by now */
    expect_check_passes(world);
    log_history_fini(&history);
}

/* ------------------------------------------------------------- names, the mark */

static void test_names_and_mark(void **state)
{
    struct world *world = *state;
    struct avow_bytes value;
    char name[200];
    memset(name, 'n', sizeof(name));
    name[128] = '\0';
    accept_mark(world, &world->other, 0);
    const struct avow_hash *issuer = &world->other.marks[0].checkpoint.issuer;
    assert_int_equal(avow_txn_set_abandoned(world->txn, issuer, 7), AVOW_OK);
    assert_int_equal(avow_txn_put(world->txn, name, avow_bytes_text("one")), AVOW_OK);
    assert_int_equal(avow_txn_put(world->txn, "b", avow_bytes_text("two")), AVOW_OK);
    assert_int_equal(avow_txn_put(world->txn, "b", avow_bytes(NULL, 0)), AVOW_OK);
    name[128] = 'n';
    name[129] = '\0';
    assert_int_equal(avow_txn_put(world->txn, name, avow_bytes_text("x")), AVOW_ERR_TOO_LARGE);
    assert_int_equal(avow_txn_put(world->txn, "", avow_bytes_text("x")), AVOW_ERR_TOO_LARGE);
    commit(world);
    expect_check_passes(world);
    assert_int_equal(avow_snapshot_get(world->snapshot, name, &value), AVOW_ERR_NOT_FOUND);
    assert_int_equal(avow_snapshot_get(world->snapshot, "b", &value), AVOW_ERR_NOT_FOUND);
    name[128] = '\0';
    assert_int_equal(avow_snapshot_get(world->snapshot, name, &value), AVOW_OK);
    assert_true(avow_bytes_equal(value, avow_bytes_text("one")));
    assert_int_equal(log_of(world, &world->other)->abandoned_from, 7);
    assert_int_equal(avow_txn_set_abandoned(world->txn, issuer, AVOW_NEVER), AVOW_OK);
    commit(world);
    assert_true(log_of(world, &world->other)->abandoned_from == AVOW_NEVER);
    struct avow_hash nobody = {{0}};
    assert_int_equal(avow_txn_set_abandoned(world->txn, &nobody, 7), AVOW_ERR_NOT_FOUND);
}

static void test_opening(void **state)
{
    struct world *world = *state;
    struct avow_store *other;
    struct avow_store_options reading = {.map_size = FIXTURE_MAP, .read_only = true};
    uint64_t epoch = avow_store_epoch(world->store);
    assert_int_equal(avow_store_open(world->folder.path, NULL, &other), AVOW_ERR_BUSY);
    assert_null(other);
    close_world(world);
    assert_int_equal(avow_store_open("/nowhere/at/all", &reading, &other), AVOW_ERR_NOT_FOUND);
    assert_int_equal(avow_store_open("/proc/avow/store", NULL, &other), AVOW_ERR_IO);
    assert_int_equal(avow_store_open(world->folder.path, &reading, &other), AVOW_OK);
    assert_true(avow_store_epoch(other) == epoch);
    avow_store_close(&other);
    world->store = store_folder_open(&world->folder);
    assert_int_equal(avow_snapshot_new(world->store, &world->snapshot), AVOW_OK);
    assert_true(avow_store_epoch(world->store) == epoch);
}

/* A store of another version says so, whatever else its row holds. */
static void test_schema(void **state)
{
    struct world *world = *state;
    char path[300];
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi table;
    MDB_val key = {.mv_size = 6, .mv_data = "schema"};
    MDB_val value = {.mv_size = 5, .mv_data = "\0\0\0\1x"};
    close_world(world);
    (void)snprintf(path, sizeof(path), "%s/store.mdb", world->folder.path);
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, 32), 0);
    assert_int_equal(mdb_env_open(env, path, MDB_NOSUBDIR, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, "meta", 0, &table), 0);
    assert_int_equal(mdb_put(txn, table, &key, &value, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
    assert_int_equal(avow_store_open(world->folder.path, NULL, &world->store), AVOW_ERR_SCHEMA);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_entry_that_breaks_a_rule),
        CASE(test_who_is_to_blame),
        CASE(test_held_text_outlives_bad_ranges),
        CASE(test_replacing_a_held_text),
        CASE(test_another_issuers_entries),
        CASE(test_keys),
        CASE(test_quota),
        CASE(test_large_entries),
        CASE(test_status_tree_grows),
        CASE(test_many_entries),
        CASE(test_freshen),
        CASE(test_first_witness),
        CASE(test_lines_that_do_not_count),
        CASE(test_names_and_mark),
        CASE(test_opening),
        CASE(test_schema),
    };
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
