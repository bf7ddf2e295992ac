/* Who may have how much of a store: the reserve, quotas, texts that nobody has signed; and what a
 * freshening writes. */
#include "tests/unit/store/store_fixture.h"

#include "store/rows/charge.h"
#include "store/write/writer.h"
#include "tests/support/disk_tape.h"

struct world {
    struct store_folder folder;
    struct avow_store_options options;
    struct avow_store *store;
    struct avow_txn *txn;
};

static void open_world(struct world *world)
{
    world->options.map_size = FIXTURE_MAP;
    assert_int_equal(avow_store_open(world->folder.path, &world->options, &world->store), AVOW_OK);
    assert_int_equal(avow_txn_begin(world->store, &world->txn), AVOW_OK);
}

static void close_world(struct world *world)
{
    assert_int_equal(avow_txn_commit(&world->txn), AVOW_OK);
    avow_store_close(&world->store);
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    store_folder_make(&world->folder);
    *state = world;
    return 0;
}

static void no_problem(void *context, const char *what, const char *issuer, uint64_t index)
{
    (void)context;
    fail_msg("%s in %s at %llu", what, issuer, (unsigned long long)index);
}

/* What is stored is as it is counted. */
static int tear_down(void **state)
{
    struct world *world = *state;
    struct avow_check_summary summary;
    close_world(world);
    assert_int_equal(avow_store_check(world->folder.path, no_problem, NULL, &summary), AVOW_OK);
    store_folder_remove(&world->folder);
    free(world);
    return 0;
}

/* ---------------------------------------------------------------------- logs */

enum part { ISSUES, FLIPS, KEYS };

/* Inception, nodes, an achievement and a record, marked; then `marks` times `step` more. */
static void make_log(struct log_history *history, const char *name, enum part part, size_t marks,
                     size_t step)
{
    log_history_begin(history, name);
    struct log_builder *builder = &history->builder;
    uint64_t achievement = builder->count - 1;
    uint64_t record = log_builder_add_issue(builder, achievement);
    log_history_mark(history);
    for (size_t i = 0; i < marks * step; i++) {
        if (part == ISSUES)
            (void)log_builder_add_issue(builder, achievement);
        else if (part == KEYS)
            (void)log_builder_rotate_root(builder);
        else
            (void)log_builder_add_status(builder, record,
                                         i % 2 == 0 ? AVOW_STATUS_SUSPENDED : AVOW_STATUS_ACTIVE,
                                         AVOW_REASON_UNSPECIFIED, LOG_BUILDER_NONE);
        builder->t++;
        if ((i + 1) % step == 0)
            log_history_mark(history);
    }
    log_history_end(history);
}

/* From mark `n` - 1 (or nothing) to mark `n`; what leaves no room for it. */
static enum avow_bound add(struct world *world, const struct log_history *history, size_t n)
{
    const struct log_mark *mark = &history->marks[n];
    uint64_t from = n == 0 ? 0 : history->marks[n - 1].checkpoint.size;
    struct avow_range range =
        fixture_range(history, mark, from, mark->checkpoint.size - from, false);
    struct avow_range_result result;
    enum avow_reject reject;
    assert_int_equal(avow_txn_append(world->txn, &range, &result, &reject), AVOW_OK);
    assert_int_equal(reject, result.bound == AVOW_BOUND_NONE ? AVOW_ACCEPT : AVOW_REJECT_QUOTA);
    return result.bound;
}

/* As many marks as there is room for, from `n` on; how many that is. */
static size_t add_all(struct world *world, const struct log_history *history, size_t n)
{
    size_t first = n;
    while (n < history->mark_count && add(world, history, n) == AVOW_BOUND_NONE)
        n++;
    return n - first;
}

static uint64_t charge_of(const struct log_history *history, size_t from_mark, size_t to_mark)
{
    uint64_t bytes = 0;
    for (uint64_t i = history->marks[from_mark].checkpoint.size;
         i < history->marks[to_mark].checkpoint.size; i++)
        bytes += avow_charge_entry(history->entries[i]);
    return bytes;
}

/* -------------------------------------------------------------------- reserve */

#define BOUND 400000
#define RESERVE (BOUND / 8)

/* The store is full of others' records: what a log must have goes in still, whatever another one
 * has taken of the reserve, and now as after a restart. */
static void test_reserve(void **state)
{
    struct world *world = *state;
    struct log_history flood, greedy, honest, keys, late;
    make_log(&flood, "flood", ISSUES, 100, 100);
    make_log(&greedy, "greedy", FLIPS, 100, 20);
    make_log(&honest, "honest", FLIPS, 2, 1);
    make_log(&keys, "keys", KEYS, 2, 1);
    make_log(&late, "late", ISSUES, 1, 1);
    world->options.bytes_max = BOUND;
    open_world(world);
    assert_int_equal(add(world, &greedy, 0), AVOW_BOUND_NONE);
    assert_int_equal(add(world, &honest, 0), AVOW_BOUND_NONE);
    assert_int_equal(add(world, &keys, 0), AVOW_BOUND_NONE);
    size_t stored = add_all(world, &flood, 0);
    assert_in_range(stored, 10, flood.mark_count - 1);
    assert_int_equal(add(world, &flood, stored), AVOW_BOUND_STORE);
    assert_int_equal(add(world, &late, 0), AVOW_BOUND_STORE);
    for (size_t i = 0, done = 1; i < 2; i++) {
        size_t more = add_all(world, &greedy, done);
        assert_true(i == 0 ? more > 0 : more == 0);
        done += more;
        assert_true(charge_of(&greedy, 0, done - 1) < RESERVE / 4 + 2000);
        assert_int_equal(add(world, &greedy, done), AVOW_BOUND_STORE);
        assert_int_equal(add(world, &honest, 1 + i), AVOW_BOUND_NONE);
        assert_int_equal(add(world, &keys, 1 + i), AVOW_BOUND_NONE);
        close_world(world);
        open_world(world);
    }
    log_history_fini(&flood);
    log_history_fini(&greedy);
    log_history_fini(&honest);
    log_history_fini(&keys);
    log_history_fini(&late);
}

/* A log's quota stops what it issues, and neither its status changes nor its keys. */
static void test_log_quota(void **state)
{
    struct world *world = *state;
    struct log_history issues, flips;
    make_log(&issues, "quota", ISSUES, 10, 20);
    world->options.log_bytes_max = charge_of(&issues, 0, 5) + 1000;
    open_world(world);
    size_t stored = add_all(world, &issues, 0);
    assert_in_range(stored, 2, issues.mark_count - 1);
    close_world(world);
    open_world(world);
    assert_int_equal(add(world, &issues, stored), AVOW_BOUND_LOG);
    const uint64_t size = issues.marks[stored - 1].checkpoint.size;
    log_history_part(&flips, &issues, (size_t)size);
    for (size_t i = 0; i < 200; i++)
        (void)log_builder_add_status(&flips.builder, 4 + i % 20,
                                     i % 40 < 20 ? AVOW_STATUS_SUSPENDED : AVOW_STATUS_ACTIVE,
                                     AVOW_REASON_ERROR, LOG_BUILDER_NONE);
    (void)log_builder_rotate_root(&flips.builder);
    log_history_mark(&flips);
    log_history_end(&flips);
    struct avow_range range = fixture_range(&flips, &flips.marks[0], size, 201, false);
    assert_int_equal(fixture_append(world->txn, &range), AVOW_ACCEPT);
    log_history_fini(&issues);
    log_history_fini(&flips);
}

/* ------------------------------------------------------------ unsigned texts */

#define FIRST_BOUND (UINT64_C(2) << 20) /* of which 128 KiB are for new logs */
#define NEW_LOGS 40

static enum avow_bound hold(struct world *world, const struct log_history *history, size_t n,
                            uint64_t now)
{
    const struct log_mark *mark = &history->marks[n];
    uint64_t from = n == 0 ? 0 : history->marks[n - 1].checkpoint.size;
    struct avow_range range =
        fixture_range(history, mark, from, mark->checkpoint.size - from, true);
    struct avow_range_result result;
    enum avow_reject reject;
    range.now = now;
    assert_int_equal(avow_txn_append(world->txn, &range, &result, &reject), AVOW_OK);
    assert_int_equal(reject, result.bound == AVOW_BOUND_NONE ? AVOW_ACCEPT : AVOW_REJECT_QUOTA);
    return result.bound;
}

static void sign(struct world *world, const struct log_history *history, size_t n)
{
    enum avow_reject reject;
    assert_int_equal(avow_txn_sign(world->txn, &history->marks[n].checkpoint, FIXTURE_NOW, &reject),
                     AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
}

static void drop_held(struct world *world, uint64_t now)
{
    bool more = true;
    while (more) {
        assert_int_equal(avow_txn_drop_held(world->txn, now, &more), AVOW_OK);
        assert_int_equal(avow_txn_commit(&world->txn), AVOW_OK);
        assert_int_equal(avow_txn_begin(world->store, &world->txn), AVOW_OK);
    }
}

/* Anybody can have a new log's text held: all of them together have a small part, which a signature
 * gives back at once and an hour in any case. Logs that are known do not notice. */
static void test_new_logs(void **state)
{
    struct world *world = *state;
    struct log_history known, made[NEW_LOGS];
    size_t held = 0;
    make_log(&known, "known", ISSUES, 3, 2);
    for (size_t i = 0; i < NEW_LOGS; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "new %zu", i);
        make_log(&made[i], name, ISSUES, 0, 1);
    }
    world->options.bytes_max = FIRST_BOUND;
    open_world(world);
    const uint64_t time = made[0].marks[0].checkpoint.time;
    assert_int_equal(add(world, &known, 0), AVOW_BOUND_NONE);
    while (held < NEW_LOGS && hold(world, &made[held], 0, time) == AVOW_BOUND_NONE)
        held++;
    assert_in_range(held, 10, 31);
    assert_int_equal(hold(world, &known, 1, time), AVOW_BOUND_NONE);
    sign(world, &known, 1);
    close_world(world);
    open_world(world);
    assert_int_equal(hold(world, &made[held], 0, time), AVOW_BOUND_FIRST);
    sign(world, &made[0], 0);
    assert_int_equal(hold(world, &made[held], 0, time), AVOW_BOUND_NONE);
    assert_int_equal(hold(world, &made[held + 1], 0, time), AVOW_BOUND_FIRST);
    drop_held(world, time + AVOW_HELD_S);
    assert_int_equal(hold(world, &made[held + 1], 0, time), AVOW_BOUND_FIRST);
    drop_held(world, time + AVOW_HELD_S + 1);
    for (size_t i = 1; i <= held; i++)
        assert_int_equal(hold(world, &made[i], 0, time + AVOW_HELD_S), AVOW_BOUND_NONE);
    for (size_t i = 0; i < NEW_LOGS; i++)
        log_history_fini(&made[i]);
    log_history_fini(&known);
}

/* A text that nobody has signed for an hour gives way to any other, and goes by itself; what is
 * signed in time, and ranges that are signed, stay. */
static void test_held_for_an_hour(void **state)
{
    struct world *world = *state;
    struct log_history one, two, signed_one;
    struct avow_range_result result;
    enum avow_reject reject;
    make_log(&one, "an hour", ISSUES, 2, 2);
    make_log(&two, "an hour", ISSUES, 2, 3); /* another text at the same place */
    make_log(&signed_one, "signed", ISSUES, 1, 4);
    open_world(world);
    assert_int_equal(add(world, &one, 0), AVOW_BOUND_NONE);
    const uint64_t time = one.marks[1].checkpoint.time;
    assert_int_equal(hold(world, &one, 1, time), AVOW_BOUND_NONE);
    struct avow_range other = fixture_range(&two, &two.marks[1], 4, 3, true);
    other.now = time + AVOW_HELD_S;
    assert_int_equal(avow_txn_append(world->txn, &other, &result, &reject), AVOW_ERR_REFUSED);
    other.now = time + AVOW_HELD_S + 1;
    assert_int_equal(fixture_append(world->txn, &other), AVOW_ACCEPT);
    enum avow_err err = avow_txn_sign(world->txn, &one.marks[1].checkpoint, FIXTURE_NOW, &reject);
    assert_int_equal(err, AVOW_ERR_NOT_FOUND);
    sign(world, &two, 1);
    assert_int_equal(hold(world, &two, 2, time), AVOW_BOUND_NONE);
    struct avow_range part = fixture_range(&signed_one, &signed_one.marks[1], 0, 6, false);
    assert_int_equal(fixture_append(world->txn, &part), AVOW_ACCEPT);
    close_world(world);
    open_world(world);
    drop_held(world, two.marks[2].checkpoint.time + AVOW_HELD_S + 1);
    assert_int_equal(avow_txn_withdraw(world->txn, &two.builder.state.chain.issuer),
                     AVOW_ERR_NOT_FOUND);
    part = fixture_range(&signed_one, &signed_one.marks[1], 6, 2, false);
    assert_int_equal(fixture_append(world->txn, &part), AVOW_ACCEPT);
    log_history_fini(&one);
    log_history_fini(&two);
    log_history_fini(&signed_one);
}

/* A held text's row that the disk has spoilt ends neither the round nor the writer: whoever reads
 * that log finds it. */
static void test_spoilt_row(void **state)
{
    struct world *world = *state;
    struct log_history one, two;
    struct avow_dbkey first = {.len = 0};
    struct avow_bytes key, row;
    struct avow_buf good;
    make_log(&one, "spoilt", ISSUES, 1, 2);
    make_log(&two, "not spoilt", ISSUES, 1, 3);
    open_world(world);
    const uint64_t time = two.marks[0].checkpoint.time;
    assert_int_equal(hold(world, &one, 0, time), AVOW_BOUND_NONE);
    assert_int_equal(hold(world, &two, 0, time), AVOW_BOUND_NONE);
    close_world(world);
    open_world(world);
    assert_int_equal(avow_db_seek(&world->txn->db, AVOW_TABLE_PENDING, &first, &key, &row),
                     AVOW_OK);
    first = avow_dbkey_bytes(key);
    avow_buf_init(&good, 65536);
    avow_buf_append(&good, row.data, row.len);
    assert_int_equal(
        avow_db_put(&world->txn->db, AVOW_TABLE_PENDING, &first, avow_bytes_text("spoilt")),
        AVOW_OK);
    close_world(world);
    open_world(world);
    drop_held(world, time + AVOW_HELD_S + 1);
    assert_int_equal(avow_txn_withdraw(world->txn, &two.builder.state.chain.issuer),
                     AVOW_ERR_NOT_FOUND);
    assert_int_equal(
        avow_db_put(&world->txn->db, AVOW_TABLE_PENDING, &first, avow_buf_bytes(&good)), AVOW_OK);
    avow_buf_fini(&good);
    log_history_fini(&one);
    log_history_fini(&two);
}

/* ------------------------------------------------------------------ freshness */

static struct avow_checkpoint signed_again(const struct log_history *history, uint64_t later)
{
    struct avow_checkpoint checkpoint = history->marks[0].checkpoint;
    checkpoint.time += later;
    avow_checkpoint_sign(&checkpoint, &history->builder.sign.secret);
    return checkpoint;
}

#define PAGE 4096

/* A log that is only signed anew is a handful of pages on the disk, among many logs too; and it is
 * noted when that was. */
static void test_freshening(void **state)
{
    struct world *world = *state;
    struct log_history made[NEW_LOGS];
    struct disk_tape tape = {0};
    struct avow_snapshot *snapshot;
    const struct avow_log *log;
    uint64_t bytes = 0;
    bool changed;
    open_world(world);
    for (size_t i = 0; i < NEW_LOGS; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "fresh %zu", i);
        make_log(&made[i], name, ISSUES, 0, 1);
        assert_int_equal(add(world, &made[i], 0), AVOW_BOUND_NONE);
    }
    assert_int_equal(avow_txn_commit(&world->txn), AVOW_OK);
    struct avow_checkpoint checkpoint = signed_again(&made[7], 1);
    disk_tape_start(&tape, world->folder.path);
    assert_int_equal(avow_txn_begin(world->store, &world->txn), AVOW_OK);
    assert_int_equal(avow_txn_freshen(world->txn, &checkpoint, NULL, 0, FIXTURE_NOW, &changed),
                     AVOW_OK);
    assert_true(changed);
    assert_int_equal(avow_txn_commit(&world->txn), AVOW_OK);
    disk_tape_stop();
    for (size_t i = 0; i < tape.count; i++)
        bytes += tape.records[i].kind == DISK_WRITE ? tape.records[i].len : 0;
    disk_tape_fini(&tape);
    print_message("a freshening writes %llu bytes\n", (unsigned long long)bytes);
    assert_in_range(bytes, PAGE, 12 * PAGE);
    assert_int_equal(avow_txn_begin(world->store, &world->txn), AVOW_OK);
    assert_int_equal(avow_snapshot_new(world->store, &snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_log(snapshot, &checkpoint.issuer, &log), AVOW_OK);
    assert_int_equal(log->freshened, FIXTURE_NOW);
    assert_int_equal(avow_snapshot_log(snapshot, &made[8].builder.state.chain.issuer, &log),
                     AVOW_OK);
    assert_int_equal(log->freshened, 0);
    avow_snapshot_free(&snapshot);
    for (size_t i = 0; i < NEW_LOGS; i++)
        log_history_fini(&made[i]);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_reserve),          CASE(test_log_quota),  CASE(test_new_logs),
        CASE(test_held_for_an_hour), CASE(test_spoilt_row), CASE(test_freshening),
    };
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
