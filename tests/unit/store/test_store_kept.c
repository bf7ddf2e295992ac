/* What is kept of witnesses' lines: little, and to within an hour or a day all that they prove. */
#include "tests/support/stride.h"
#include "tests/unit/store/store_fixture.h"

#include "store/write/kept_inner.h"

#define MARKS 700
#define WITNESSES 3

struct world {
    struct store_folder folder;
    struct avow_store *store;
    struct avow_snapshot *snapshot;
    struct log_history history;
    struct log_key witnesses[WITNESSES];
    uint64_t times[MARKS][WITNESSES]; /* of a witness's line on a mark; 0: none */
    uint64_t now;
};

static int set_up(void **state)
{
    static const char *const names[WITNESSES] = {"witness a", "witness b", "witness c"};
    struct world *world = calloc(1, sizeof(*world));
    uint64_t seed = 11;
    assert_non_null(world);
    log_history_begin(&world->history, "kept");
    for (size_t i = 0; i < MARKS; i++) {
        world->history.builder.t += 1 + log_history_random(&seed) % 3000;
        (void)log_builder_add_issue(&world->history.builder, 2);
        log_history_mark(&world->history);
    }
    log_history_end(&world->history);
    for (size_t i = 0; i < WITNESSES; i++)
        world->witnesses[i] = log_builder_key(&world->history.builder, names[i]);
    store_folder_make(&world->folder);
    world->store = store_folder_open(&world->folder);
    assert_int_equal(avow_snapshot_new(world->store, &world->snapshot), AVOW_OK);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    avow_snapshot_free(&world->snapshot);
    avow_store_close(&world->store);
    store_folder_remove(&world->folder);
    log_history_fini(&world->history);
    free(world);
    return 0;
}

static void cosign(struct world *world, struct avow_txn *txn, size_t n, size_t witness,
                   uint64_t time)
{
    const struct avow_checkpoint *head = &world->history.marks[n].checkpoint;
    struct avow_cosignature line;
    bool changed;
    avow_cosignature_sign(&line, head, time, &world->witnesses[witness].secret);
    assert_int_equal(avow_txn_freshen(txn, head, &line, 1, time, &changed), AVOW_OK);
    assert_true(changed);
    if (world->times[n][witness] == 0)
        world->times[n][witness] = time;
    world->now = time > world->now ? time : world->now;
}

/* Each mark is accepted and cosigned by some, now and then late and again. */
static void live(struct world *world)
{
    uint64_t seed = 12;
    for (size_t n = 0; n < MARKS; n++) {
        struct avow_txn *txn;
        const struct log_mark *mark = &world->history.marks[n];
        uint64_t from = n == 0 ? 0 : world->history.marks[n - 1].checkpoint.size;
        struct avow_range range =
            fixture_range(&world->history, mark, from, mark->checkpoint.size - from, false);
        assert_int_equal(avow_txn_begin(world->store, &txn), AVOW_OK);
        assert_int_equal(fixture_append(txn, &range), AVOW_ACCEPT);
        for (size_t i = 0; i < WITNESSES; i++) {
            uint64_t random = log_history_random(&seed);
            /* the third comes once a week only */
            if (i == 2 ? n % 400 == 7 : random % 3 != 0)
                cosign(world, txn, n, i, mark->checkpoint.time + (random >> 8) % 900);
            if (i < 2 && random % 16 == 1)
                cosign(world, txn, n, i, mark->checkpoint.time + 1000 + (random >> 8) % 900);
        }
        assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
    }
}

/* The earliest line of a witness on anything that covers `index`; 0: none. */
static uint64_t first_given(const struct world *world, uint64_t index, size_t witness)
{
    uint64_t first = 0;
    for (size_t n = 0; n < MARKS; n++) {
        uint64_t time = world->times[n][witness];
        if (world->history.marks[n].checkpoint.size > index && time != 0 &&
            (first == 0 || time < first))
            first = time;
    }
    return first;
}

static uint64_t first_kept(struct world *world, const struct avow_log *log, uint64_t index,
                           size_t witness)
{
    struct avow_checkpoint kept;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count;
    uint64_t after = 0;
    uint64_t first = 0;
    while (avow_snapshot_witnessed(world->snapshot, log, index, after, &kept, lines, &count) ==
           AVOW_OK) {
        assert_true(kept.size > index && kept.size > after);
        for (size_t i = 0; i < count; i++) {
            assert_true(avow_cosignature_verify(&lines[i], &kept));
            if (avow_key_equal(&lines[i].key, &world->witnesses[witness].key) &&
                (first == 0 || lines[i].time < first))
                first = lines[i].time;
        }
        after = kept.size;
    }
    for (size_t i = 0; i < log->cosignature_count; i++) {
        if (avow_key_equal(&log->cosignatures[i].key, &world->witnesses[witness].key) &&
            (first == 0 || log->cosignatures[i].time < first))
            first = log->cosignatures[i].time;
    }
    return first;
}

static void test_what_is_proved(void **state)
{
    struct world *world = *state;
    const struct avow_log *log;
    live(world);
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
    assert_int_equal(
        avow_snapshot_log(world->snapshot, &world->history.marks[0].checkpoint.issuer, &log),
        AVOW_OK);
    const size_t stride = avow_stride(1);
    for (uint64_t index = 0; index < log->checkpoint.size; index += stride) {
        for (size_t i = 0; i < WITNESSES; i++) {
            uint64_t given = first_given(world, index, i);
            uint64_t kept = first_kept(world, log, index, i);
            assert_int_equal(given == 0, kept == 0);
            uint64_t old = world->now - given > AVOW_KEPT_HOURLY_S;
            if (kept > given)
                assert_true(kept - given < (old ? AVOW_KEPT_DAY_S : AVOW_KEPT_HOUR_S));
            else
                assert_int_equal(kept, given);
        }
    }
}

/* At most one of a witness an hour in two days, and one a day before. */
static void test_how_much_is_kept(void **state)
{
    struct world *world = *state;
    const struct avow_log *log;
    struct avow_checkpoint kept;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count;
    size_t old = 0;
    size_t young = 0;
    live(world);
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
    assert_int_equal(
        avow_snapshot_log(world->snapshot, &world->history.marks[0].checkpoint.issuer, &log),
        AVOW_OK);
    for (uint64_t after = 0;
         avow_snapshot_witnessed(world->snapshot, log, 0, after, &kept, lines, &count) == AVOW_OK;
         after = kept.size) {
        if (world->now - kept.time > AVOW_KEPT_HOURLY_S + AVOW_KEPT_HOUR_S)
            old++;
        else
            young++;
    }
    uint64_t days = (world->now - world->history.marks[0].checkpoint.time) / AVOW_KEPT_DAY_S + 1;
    assert_true(days > 8);
    assert_true(old >= days - 3 && old <= 2 * days + 2); /* two witnesses' last of a day differ */
    assert_true(young > 20 && young <= 2 * 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_proved, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_how_much_is_kept, set_up, tear_down),
    };
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
