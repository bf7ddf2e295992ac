/* The store against a model: random operations on several logs by a seed, and after each commit
 * every entry, status, root and proof of a log compared with what was built in memory. */
#include "tests/unit/store/store_fixture.h"

#define LOGS 6

struct model {       /* what the store should say of one log */
    size_t accepted; /* marks accepted: 0 none, else marks[accepted - 1] is the head */
    bool has_pending, held;
    size_t towards;   /* position of the mark that is being gone to */
    uint64_t pending; /* entries stored */
};

struct world {
    uint64_t seed;
    struct store_folder folder;
    struct avow_store *store;
    struct avow_snapshot *snapshot;
    struct avow_txn *txn;
    struct log_history histories[LOGS];
    struct model now[LOGS], committed[LOGS];
    uint64_t did[16]; /* how often each operation was done */
};

static uint64_t any(struct world *world, uint64_t below)
{
    return log_history_random(&world->seed) % below;
}

static void open_store(struct world *world)
{
    world->store = store_folder_open(&world->folder);
    assert_int_equal(avow_snapshot_new(world->store, &world->snapshot), AVOW_OK);
}

static void close_store(struct world *world)
{
    avow_snapshot_free(&world->snapshot);
    avow_store_close(&world->store);
}

static void world_init(struct world *world, uint64_t seed)
{
    *world = (struct world){.seed = seed};
    store_folder_make(&world->folder);
    for (size_t i = 0; i < LOGS; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "model %zu %llu", i, (unsigned long long)seed);
        log_history_make(&world->histories[i], name, seed + i, 400 + i * 700, 20 + i * 40);
    }
    open_store(world);
}

static void world_fini(struct world *world)
{
    avow_txn_abort(&world->txn);
    close_store(world);
    for (size_t i = 0; i < LOGS; i++)
        log_history_fini(&world->histories[i]);
    store_folder_remove(&world->folder);
}

static uint64_t accepted_size(const struct world *world, size_t i)
{
    size_t accepted = world->now[i].accepted;
    return accepted == 0 ? 0 : world->histories[i].marks[accepted - 1].checkpoint.size;
}

static uint64_t stored_size(const struct world *world, size_t i)
{
    return world->now[i].has_pending ? world->now[i].pending : accepted_size(world, i);
}

/* ---------------------------------------------------------------- operations */

static struct avow_range range_of(const struct log_history *history, const struct log_mark *mark,
                                  uint64_t from, uint64_t count)
{
    return fixture_range(history, mark, from, count, false);
}

static void unsign(struct avow_checkpoint *checkpoint)
{
    memset(&checkpoint->key, 0, sizeof(checkpoint->key));
    memset(&checkpoint->signature, 0, sizeof(checkpoint->signature));
}

static void begin(struct world *world)
{
    if (world->txn == NULL)
        assert_int_equal(avow_txn_begin(world->store, &world->txn), AVOW_OK);
}

/* Appends, and checks that the store's answer is what the model expects. */
static void append(struct world *world, size_t i, const struct avow_range *range,
                   enum avow_reject expected)
{
    struct avow_range_result result;
    enum avow_reject reject;
    begin(world);
    assert_int_equal(avow_txn_append(world->txn, range, &result, &reject), AVOW_OK);
    if (reject != expected)
        fail_msg("log %zu: %s instead of %s", i, avow_reject_name(reject),
                 avow_reject_name(expected));
    assert_int_equal(result.accepted, accepted_size(world, i));
    assert_int_equal(result.pending, stored_size(world, i));
}

/* The mark to go to next, if there is any left. */
static bool next_mark(struct world *world, size_t i, size_t *mark)
{
    const struct model *model = &world->now[i];
    size_t left = world->histories[i].mark_count - model->accepted;
    if (left == 0)
        return false;
    *mark = model->has_pending ? model->towards
                               : model->accepted + (size_t)any(world, left < 4 ? left : 4);
    return true;
}

/* The next chunk of a log, signed or held. */
static void op_append(struct world *world, size_t i, bool held)
{
    struct model *model = &world->now[i];
    const struct log_history *history = &world->histories[i];
    size_t to;
    if (!next_mark(world, i, &to) || (held && model->has_pending && !model->held))
        return;
    if (!held && model->held) /* a signed range goes on over a held one */
        to = model->towards;
    const struct log_mark *mark = &history->marks[to];
    uint64_t from = stored_size(world, i);
    uint64_t left = mark->checkpoint.size - from;
    uint64_t count = left == 0 || any(world, 3) == 0 ? left : 1 + any(world, left);
    struct avow_range range = range_of(history, mark, from, count);
    range.held = held;
    if (held)
        unsign(&range.checkpoint);
    if (!held && from + count == mark->checkpoint.size) {
        *model = (struct model){.accepted = to + 1};
    } else {
        model->has_pending = true;
        model->held = held;
        model->towards = to;
        model->pending = from + count;
    }
    append(world, i, &range, AVOW_ACCEPT);
    world->did[held ? 1 : 0]++;
}

static void op_wrong_from(struct world *world, size_t i)
{
    const struct log_history *history = &world->histories[i];
    size_t to;
    uint64_t from = stored_size(world, i);
    if (!next_mark(world, i, &to) || world->now[i].held || from < 2)
        return;
    uint64_t wrong = any(world, 2) == 0 ? from - 1 : from + 1;
    if (wrong >= history->marks[to].checkpoint.size)
        return;
    struct avow_range range = range_of(history, &history->marks[to], wrong, 1);
    append(world, i, &range, AVOW_REJECT_SIZE);
    world->did[2]++;
}

/* One entry is another's: the proof fails, and nothing that is stored is lost by it. */
static void op_wrong_entry(struct world *world, size_t i)
{
    const struct log_history *history = &world->histories[i];
    size_t to;
    if (!next_mark(world, i, &to) || world->now[i].held)
        return;
    const struct log_mark *mark = &history->marks[to];
    uint64_t from = stored_size(world, i);
    uint64_t count = 1 + any(world, mark->checkpoint.size - from);
    struct avow_bytes *entries = calloc((size_t)count, sizeof(*entries));
    uint8_t wrong[AVOW_ENTRY_BYTES_MAX];
    memcpy(entries, history->entries + from, (size_t)count * sizeof(*entries));
    struct avow_bytes *victim = &entries[any(world, count)];
    memcpy(wrong, victim->data, victim->len);
    wrong[any(world, victim->len)] ^= (uint8_t)(1 + any(world, 255));
    victim->data = wrong;
    struct avow_range range = range_of(history, mark, from, count);
    range.entries = entries;
    append(world, i, &range,
           from + count == mark->checkpoint.size ? AVOW_REJECT_ROOT : AVOW_REJECT_PROOF);
    free(entries);
    world->did[3]++;
}

/* A signed checkpoint that its entries do not bear out: what is pending is dropped. */
static void op_wrong_checkpoint(struct world *world, size_t i)
{
    const struct log_history *history = &world->histories[i];
    struct model *model = &world->now[i];
    size_t to;
    if (!next_mark(world, i, &to) || model->held)
        return;
    const struct log_mark *mark = &history->marks[to];
    uint64_t from = stored_size(world, i);
    struct avow_range range = range_of(history, mark, from, mark->checkpoint.size - from);
    enum avow_reject expected = AVOW_ACCEPT;
    switch (any(world, 4)) {
    case 0:
        range.checkpoint.status_root.bytes[0] ^= 1;
        expected = AVOW_REJECT_STATUS_ROOT;
        break;
    case 1:
        range.checkpoint.time = LOG_BUILDER_T0 - 1;
        expected = AVOW_REJECT_TIME;
        break;
    case 2:
        range.checkpoint.epoch++;
        expected = AVOW_REJECT_ORIGIN;
        break;
    default:
        range.checkpoint.key = log_builder_key(&history->builder, "stranger").key;
        expected = AVOW_REJECT_KEY_UNKNOWN;
        break;
    }
    model->has_pending = false;
    append(world, i, &range, expected);
    world->did[4]++;
}

static void op_sign(struct world *world, size_t i)
{
    struct model *model = &world->now[i];
    const struct log_history *history = &world->histories[i];
    if (!model->held)
        return;
    const struct log_mark *mark = &history->marks[model->towards];
    bool whole = model->pending == mark->checkpoint.size;
    enum avow_reject reject;
    begin(world);
    assert_int_equal(avow_txn_sign(world->txn, &mark->checkpoint, FIXTURE_NOW, &reject),
                     whole ? AVOW_OK : AVOW_ERR_NOT_FOUND);
    if (!whole)
        return;
    assert_int_equal(reject, AVOW_ACCEPT);
    *model = (struct model){.accepted = model->towards + 1};
    world->did[5]++;
}

/* Another text at a base where one is held; then the held one withdrawn. */
static void op_refused(struct world *world, size_t i)
{
    struct model *model = &world->now[i];
    const struct log_history *history = &world->histories[i];
    if (!model->has_pending)
        return;
    struct avow_range range =
        range_of(history, &history->marks[model->towards], stored_size(world, i), 0);
    range.held = true;
    range.checkpoint.time++;
    unsign(&range.checkpoint);
    struct avow_range_result result;
    enum avow_reject reject;
    begin(world);
    assert_int_equal(avow_txn_append(world->txn, &range, &result, &reject), AVOW_ERR_REFUSED);
    assert_int_equal(result.pending, stored_size(world, i));
    if (any(world, 2) == 0) {
        assert_int_equal(avow_txn_withdraw(world->txn, &range.checkpoint.issuer), AVOW_OK);
        *model = (struct model){.accepted = model->accepted};
    }
    world->did[6]++;
}

/* Somebody has signed a text that starts at the same base as the held one. */
static void op_signed_over_held(struct world *world, size_t i)
{
    struct model *model = &world->now[i];
    const struct log_history *history = &world->histories[i];
    if (!model->held)
        return;
    size_t left = history->mark_count - model->accepted;
    size_t to = model->accepted + (size_t)any(world, left < 4 ? left : 4);
    const struct log_mark *mark = &history->marks[to];
    uint64_t from = accepted_size(world, i);
    uint64_t count = 1 + any(world, mark->checkpoint.size - from);
    struct avow_range range = range_of(history, mark, from, count);
    if (from + count == mark->checkpoint.size)
        *model = (struct model){.accepted = to + 1};
    else
        *model = (struct model){.accepted = model->accepted,
                                .has_pending = true,
                                .towards = to,
                                .pending = from + count};
    append(world, i, &range, AVOW_ACCEPT);
    world->did[7]++;
}

/* ---------------------------------------------------------------- comparison */

static void check_proofs(struct world *world, const struct avow_log *log,
                         const struct log_history *history, uint64_t index)
{
    struct avow_path path;
    struct avow_hash root;
    uint64_t size = index + 1 + any(world, log->checkpoint.size - index);
    assert_int_equal(avow_snapshot_inclusion(world->snapshot, log, index, size, &path), AVOW_OK);
    assert_int_equal(
        avow_merkle_inclusion_root(&history->nodes[0][index], index, size, &path, &root),
        AVOW_ACCEPT);
    struct avow_hash expected;
    struct avow_tree_nodes nodes = log_history_nodes(history);
    assert_int_equal(avow_tree_root_at(&nodes, size, &expected), AVOW_OK);
    assert_memory_equal(&root, &expected, sizeof(root));

    assert_int_equal(avow_snapshot_consistency(world->snapshot, log, index, size, &path), AVOW_OK);
    struct avow_path other = log_history_path(history, index, size);
    assert_int_equal(path.count, other.count);
    assert_memory_equal(path.hashes, other.hashes, path.count * sizeof(struct avow_hash));

    uint64_t chunk = index / AVOW_STATUS_CHUNK_ENTRIES;
    uint8_t bytes[AVOW_STATUS_CHUNK_BYTES];
    assert_int_equal(avow_snapshot_chunk(world->snapshot, log, chunk, bytes), AVOW_OK);
    assert_int_equal(avow_snapshot_chunk_inclusion(world->snapshot, log, chunk, &path), AVOW_OK);
    struct avow_hash leaf = avow_status_map_chunk_hash(bytes);
    assert_int_equal(avow_merkle_inclusion_root(&leaf, chunk,
                                                avow_status_map_chunk_count(log->checkpoint.size),
                                                &path, &root),
                     AVOW_ACCEPT);
    assert_memory_equal(&root, &log->checkpoint.status_root, sizeof(root));
}

static void check_pending(struct world *world, size_t i)
{
    const struct model *model = &world->committed[i];
    const struct log_history *history = &world->histories[i];
    const struct avow_hash *issuer = &history->builder.state.chain.issuer;
    struct avow_pending pending;
    enum avow_err err = avow_snapshot_pending(world->snapshot, issuer, &pending);
    if (!model->has_pending) {
        assert_int_equal(err, AVOW_ERR_NOT_FOUND);
        return;
    }
    assert_int_equal(err, AVOW_OK);
    assert_int_equal(pending.held, model->held);
    assert_int_equal(pending.size, model->pending);
    assert_true(
        avow_checkpoint_same_text(&pending.checkpoint, &history->marks[model->towards].checkpoint));
    for (uint64_t index = pending.base; index < pending.size; index++) {
        struct avow_bytes entry;
        assert_int_equal(avow_snapshot_pending_entry(world->snapshot, issuer, index, &entry),
                         AVOW_OK);
        assert_true(avow_bytes_equal(entry, history->entries[index]));
    }
    struct avow_bytes none;
    assert_int_equal(avow_snapshot_pending_entry(world->snapshot, issuer, pending.size, &none),
                     AVOW_ERR_NOT_FOUND);
}

static void check_log(struct world *world, size_t i)
{
    const struct log_history *history = &world->histories[i];
    const struct avow_log *log;
    enum avow_err err =
        avow_snapshot_log(world->snapshot, &history->builder.state.chain.issuer, &log);
    check_pending(world, i);
    if (world->committed[i].accepted == 0) {
        assert_int_equal(err, AVOW_ERR_NOT_FOUND);
        return;
    }
    assert_int_equal(err, AVOW_OK);
    const struct log_mark *mark = &history->marks[world->committed[i].accepted - 1];
    assert_true(avow_checkpoint_same_text(&log->checkpoint, &mark->checkpoint));
    assert_memory_equal(&log->checkpoint.signature, &mark->checkpoint.signature, 64);
    struct avow_hash root = avow_tree_root(&log->state.tree);
    assert_memory_equal(&root, &mark->checkpoint.root, sizeof(root));
    assert_int_equal(avow_chain_epoch(&log->state.chain), mark->checkpoint.epoch);
    assert_int_equal(log->first_seen, FIXTURE_NOW);
    for (uint64_t index = 0; index < mark->checkpoint.size; index++) {
        struct avow_bytes entry;
        enum avow_status status;
        uint64_t last;
        assert_int_equal(avow_snapshot_entry(world->snapshot, log, index, &entry), AVOW_OK);
        assert_true(avow_bytes_equal(entry, history->entries[index]));
        assert_int_equal(avow_snapshot_status(world->snapshot, log, index, &status, &last),
                         AVOW_OK);
        assert_int_equal(status, mark->status[index]);
        assert_int_equal(last, mark->last[index]);
    }
    for (int n = 0; n < 8; n++)
        check_proofs(world, log, history, any(world, log->checkpoint.size));
    struct avow_bytes beyond;
    assert_int_equal(avow_snapshot_entry(world->snapshot, log, mark->checkpoint.size, &beyond),
                     AVOW_ERR_NOT_FOUND);
}

static void check_count(struct world *world)
{
    const struct avow_log *log;
    struct avow_hash after;
    size_t seen = 0;
    size_t expected = 0;
    for (size_t i = 0; i < LOGS; i++)
        expected += world->committed[i].accepted > 0 ? 1 : 0;
    enum avow_err err = avow_snapshot_next_log(world->snapshot, NULL, &log);
    for (; err == AVOW_OK; seen++) {
        after = log->checkpoint.issuer;
        err = avow_snapshot_next_log(world->snapshot, &after, &log);
    }
    assert_int_equal(err, AVOW_ERR_NOT_FOUND);
    assert_int_equal(seen, expected);
}

/* ------------------------------------------------------------------- the walk */

static void finish(struct world *world)
{
    if (world->txn == NULL)
        return;
    if (any(world, 5) == 0) {
        avow_txn_abort(&world->txn);
        memcpy(world->now, world->committed, sizeof(world->now));
        world->did[8]++;
    } else {
        assert_int_equal(avow_txn_commit(&world->txn), AVOW_OK);
        memcpy(world->committed, world->now, sizeof(world->now));
    }
    if (any(world, 12) == 0) {
        close_store(world);
        open_store(world);
        world->did[9]++;
    }
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
    check_log(world, (size_t)any(world, LOGS));
    check_count(world);
    avow_snapshot_release(world->snapshot);
}

static void step(struct world *world)
{
    size_t i = (size_t)any(world, LOGS);
    switch (any(world, 16)) {
    case 0:
        op_wrong_from(world, i);
        break;
    case 1:
        op_wrong_entry(world, i);
        break;
    case 2:
        op_wrong_checkpoint(world, i);
        break;
    case 3:
    case 4:
        op_sign(world, i);
        break;
    case 5:
        op_refused(world, i);
        break;
    case 6:
        op_signed_over_held(world, i);
        break;
    case 7:
    case 8:
    case 9:
        op_append(world, i, false);
        break;
    case 10:
    case 11:
    case 12:
        op_append(world, i, true);
        break;
    default:
        finish(world);
        break;
    }
}

static void walk(uint64_t seed, int steps)
{
    struct world *world = calloc(1, sizeof(*world));
    world_init(world, seed);
    for (int n = 0; n < steps; n++)
        step(world);
    if (world->txn != NULL)
        finish(world);
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
    for (size_t i = 0; i < LOGS; i++)
        check_log(world, i);
    /* A walk that never does one of these tests less than it says. */
    for (size_t i = 0; i < 10; i++) {
        if (world->did[i] == 0)
            fail_msg("seed %llu never did operation %zu", (unsigned long long)seed, i);
    }
    world_fini(world);
    free(world);
}

static void test_walks(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++)
        walk(seed, 1500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_walks)};
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
