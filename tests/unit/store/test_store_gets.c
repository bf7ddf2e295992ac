/* What a verdict takes of the store: how often it looks something up, which is counted here (this
 * program is linked with the look-ups wrapped), so that no later feature takes more unnoticed. */
#include "tests/unit/store/store_fixture.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "store/rows/bundle.h"

#define BUNDLES 10

enum avow_err __wrap_avow_db_get(const struct avow_db *db, enum avow_table table,
                                 const struct avow_dbkey *key, struct avow_bytes *value);
enum avow_err __real_avow_db_get(const struct avow_db *db, enum avow_table table,
                                 const struct avow_dbkey *key, struct avow_bytes *value);
enum avow_err __wrap_avow_db_seek(const struct avow_db *db, enum avow_table table,
                                  const struct avow_dbkey *key, struct avow_bytes *found,
                                  struct avow_bytes *value);
enum avow_err __real_avow_db_seek(const struct avow_db *db, enum avow_table table,
                                  const struct avow_dbkey *key, struct avow_bytes *found,
                                  struct avow_bytes *value);

static size_t looked_up[AVOW_TABLE_COUNT];

enum avow_err __wrap_avow_db_get(const struct avow_db *db, enum avow_table table,
                                 const struct avow_dbkey *key, struct avow_bytes *value)
{
    looked_up[table]++;
    return __real_avow_db_get(db, table, key, value);
}

enum avow_err __wrap_avow_db_seek(const struct avow_db *db, enum avow_table table,
                                  const struct avow_dbkey *key, struct avow_bytes *found,
                                  struct avow_bytes *value)
{
    looked_up[table]++;
    return __real_avow_db_seek(db, table, key, found, value);
}

struct world {
    struct store_folder folder;
    struct avow_store *store;
    struct log_history history;
    struct avow_snapshot *snapshot;
    struct avow_facts facts;
    struct avow_policy policy;
};

/* A record that stands in this bundle. */
static uint64_t in_bundle(uint64_t bundle, uint64_t place)
{
    return bundle * AVOW_BUNDLE_ENTRIES + 8 + place;
}

static void accept(struct world *world)
{
    struct avow_txn *txn;
    const struct log_mark *mark = &world->history.marks[0];
    const struct avow_range range =
        fixture_range(&world->history, mark, 0, mark->checkpoint.size, false);
    assert_int_equal(avow_txn_begin(world->store, &txn), AVOW_OK);
    assert_int_equal(fixture_append(txn, &range), AVOW_ACCEPT);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
}

/* Something is written that no log of ours has to do with. */
static void write_name(struct world *world)
{
    struct avow_txn *txn;
    assert_int_equal(avow_txn_begin(world->store, &txn), AVOW_OK);
    assert_int_equal(avow_txn_put(txn, "gets", avow_bytes_text("written")), AVOW_OK);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
}

static int set_up(void **state)
{
    static struct world world;
    struct log_builder *builder = &world.history.builder;
    log_history_begin(&world.history, "gets");
    const uint64_t achievement = log_builder_add_achievement(builder, "G", "Gets");
    assert_true(achievement < in_bundle(0, 0));
    while (builder->state.tree.size <= in_bundle(BUNDLES, 0))
        (void)log_builder_add_issue(builder, achievement);
    (void)log_builder_add_status(builder, builder->state.tree.size - 1, AVOW_STATUS_REVOKED,
                                 AVOW_REASON_ERROR, AVOW_NEVER);
    log_history_mark(&world.history);
    log_history_end(&world.history);
    store_folder_make(&world.folder);
    world.store = store_folder_open(&world.folder);
    accept(&world);
    avow_policy_init(&world.policy);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    avow_store_close(&world->store);
    store_folder_remove(&world->folder);
    log_history_fini(&world->history);
    return 0;
}

static void begin(struct world *world)
{
    assert_int_equal(avow_snapshot_new(world->store, &world->snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
    world->facts = avow_facts_from_snapshot(world->snapshot);
}

static void begin_state(struct world *world)
{
    write_name(world);
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
}

static void ask(struct world *world, uint64_t index, bool word_only)
{
    struct avow_verdict verdict;
    const struct avow_checkpoint *checkpoint = &world->history.marks[0].checkpoint;
    const struct avow_subject subject = {
        .issuer = checkpoint->issuer, .index = index, .word_only = word_only};
    memset(looked_up, 0, sizeof(looked_up));
    assert_int_equal(avow_judge(&world->facts, &world->policy, &subject, checkpoint->time,
                                checkpoint->time, &verdict),
                     AVOW_OK);
    assert_int_equal(verdict.word, AVOW_WORD_VALID);
}

static void assert_looked_up(size_t heads, size_t bundles, size_t status, size_t history)
{
    size_t all = 0;
    for (size_t i = 0; i < AVOW_TABLE_COUNT; i++)
        all += looked_up[i];
    assert_int_equal(looked_up[AVOW_TABLE_HEADS], heads);
    assert_int_equal(looked_up[AVOW_TABLE_BUNDLES], bundles);
    assert_int_equal(looked_up[AVOW_TABLE_STATUS], status);
    assert_int_equal(looked_up[AVOW_TABLE_HISTORY], history);
    assert_int_equal(all, heads + bundles + status + history);
}

/* A snapshot that has asked once of each bundle and chunk, and has seen the newest state since. */
static void begin_warm(struct world *world)
{
    begin(world);
    for (uint64_t i = 0; i < BUNDLES; i++)
        ask(world, in_bundle(i, 0), true);
    begin_state(world);
}

static void test_word_only(void **state)
{
    struct world *world = *state;
    begin_warm(world);
    ask(world, in_bundle(0, 0), true);
    assert_looked_up(1, 1, 1, 0);
    for (uint64_t i = 1; i < BUNDLES; i++) {
        ask(world, in_bundle(i, 1), true);
        assert_looked_up(0, 1, 1, 0);
        ask(world, in_bundle(i, 2), true);
        assert_looked_up(0, 0, 1, 0);
    }
    avow_snapshot_free(&world->snapshot);
}

/* What is shown beside the word is looked for once, and known for the others. */
static void test_whole(void **state)
{
    struct world *world = *state;
    begin_warm(world);
    ask(world, in_bundle(1, 0), false);
    assert_looked_up(1, 2, 1, 1);
    for (uint64_t i = 2; i < BUNDLES; i++) {
        ask(world, in_bundle(i, 1), false);
        assert_looked_up(0, 1, 1, 0);
    }
    avow_snapshot_free(&world->snapshot);
}

/* A snapshot that is renewed where nothing was written has nothing to look for again. */
static void test_same_state(void **state)
{
    struct world *world = *state;
    begin_warm(world);
    ask(world, in_bundle(1, 0), true);
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
    ask(world, in_bundle(1, 0), true);
    assert_looked_up(0, 0, 1, 0);
    begin_state(world);
    ask(world, in_bundle(1, 0), true);
    assert_looked_up(1, 1, 1, 0);
    avow_snapshot_free(&world->snapshot);
}

static void test_expected(void **state)
{
    struct world *world = *state;
    const struct avow_hash issuer = world->history.marks[0].checkpoint.issuer;
    struct avow_reference records[BUNDLES + 2] = {{.issuer = {{1}}, .index = 7},
                                                  {.issuer = issuer, .index = AVOW_UINT_MAX}};
    begin(world);
    memset(looked_up, 0, sizeof(looked_up));
    avow_facts_expect(world->snapshot, records, 2); /* nothing is known of either */
    assert_looked_up(0, 0, 0, 0);
    avow_snapshot_free(&world->snapshot);
    begin_warm(world);
    for (uint64_t i = 0; i < BUNDLES; i++)
        records[2 + i] = (struct avow_reference){.issuer = issuer, .index = in_bundle(i, 1)};
    avow_facts_expect(world->snapshot, records, 2 + BUNDLES);
    for (uint64_t i = 0; i < BUNDLES; i++) {
        ask(world, records[2 + i].index, true);
        assert_looked_up(i == 0 ? 1 : 0, 0, 1, 0);
    }
    avow_snapshot_free(&world->snapshot);
}

/* What one snapshot has proved, none proves again: not a node of the tree is read. */
static void test_proved_once(void **state)
{
    struct world *world = *state;
    for (unsigned i = 0; i < 2; i++) {
        avow_store_close(&world->store);
        world->store = store_folder_open(&world->folder);
        begin(world);
        ask(world, in_bundle(2, 0), true);
        assert_true(looked_up[AVOW_TABLE_TILES] > 0);
        ask(world, in_bundle(2, AVOW_BUNDLE_ENTRIES / 2), true); /* of the same bundle */
        assert_int_equal(looked_up[AVOW_TABLE_TILES], 0);
        avow_snapshot_free(&world->snapshot);
        begin(world);
        ask(world, in_bundle(2, 0), true);
        assert_int_equal(looked_up[AVOW_TABLE_TILES], 0);
        avow_snapshot_free(&world->snapshot);
    }
}

/* The file's bytes at each place where it holds these, with a bit of the last one the other way. */
static void flip_where(const struct world *world, const uint8_t *bytes, size_t len)
{
    char path[300];
    size_t found = 0;
    (void)snprintf(path, sizeof(path), "%s/store.mdb", world->folder.path);
    const int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    const off_t size = lseek(fd, 0, SEEK_END);
    uint8_t *file = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(file != MAP_FAILED);
    for (uint8_t *at = file; (at = memmem(at, (size_t)(file + size - at), bytes, len)) != NULL;) {
        at[len - 1] ^= 1;
        found++;
    }
    assert_true(found > 0);
    assert_int_equal(munmap(file, (size_t)size), 0);
    assert_int_equal(close(fd), 0);
}

/* A unit of a bundle is not believed because another one of it was proved. */
static void test_damage_beside(void **state)
{
    struct world *world = *state;
    struct avow_verdict verdict;
    struct avow_bytes entry;
    const struct avow_log *log;
    uint8_t copy[AVOW_ENTRY_BYTES_MAX];
    const struct avow_checkpoint *checkpoint = &world->history.marks[0].checkpoint;
    struct avow_subject subject = {.issuer = checkpoint->issuer, .index = in_bundle(7, 0)};
    avow_store_close(&world->store);
    world->store = store_folder_open(&world->folder);
    begin(world);
    ask(world, in_bundle(7, 16), true);
    assert_int_equal(avow_snapshot_log(world->snapshot, &checkpoint->issuer, &log), AVOW_OK);
    assert_int_equal(avow_snapshot_entry(world->snapshot, log, subject.index, &entry), AVOW_OK);
    const size_t len = entry.len;
    memcpy(copy, entry.data, len);
    flip_where(world, copy, len);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(avow_judge(&world->facts, &world->policy, &subject, checkpoint->time,
                                    checkpoint->time, &verdict),
                         AVOW_ERR_CORRUPT);
    ask(world, in_bundle(7, 16), true);
    copy[len - 1] ^= 1;
    flip_where(world, copy, len);
    ask(world, subject.index, true);
    avow_snapshot_free(&world->snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_word_only),   cmocka_unit_test(test_whole),
        cmocka_unit_test(test_same_state),  cmocka_unit_test(test_expected),
        cmocka_unit_test(test_proved_once), cmocka_unit_test(test_damage_beside),
    };
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
