/* From one schema version to the next, by migrations of the test's own: what is done once, what a
 * failure and a crash leave, and what is refused. */
#include "store/env_inner.h"
#include "store/rows/log_rows.h"
#include "tests/unit/store/store_fixture.h"

#include <sys/wait.h>

#define OLD AVOW_SCHEMA_VERSION

/* ------------------------------------------------------------ the migrations */

/* Each adds its letter to the row "trace" of the table meta: what ran, in which order. */
static enum avow_err trace(const struct avow_db *db, char letter)
{
    char text[16] = "";
    struct avow_bytes row;
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes_text("trace"));
    enum avow_err err = avow_db_get(db, AVOW_TABLE_META, &key, &row);
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND)
        return err;
    size_t len = err == AVOW_OK ? row.len : 0;
    assert_true(len + 1 < sizeof(text));
    if (len > 0)
        memcpy(text, row.data, len);
    text[len] = letter;
    return avow_db_put(db, AVOW_TABLE_META, &key, avow_bytes_text(text));
}

static enum avow_err add_a(const struct avow_db *db)
{
    return trace(db, 'a');
}

static enum avow_err add_b(const struct avow_db *db)
{
    return trace(db, 'b');
}

static enum avow_err fail_after_b(const struct avow_db *db)
{
    enum avow_err err = trace(db, 'b');
    return err == AVOW_OK ? AVOW_ERR_NOMEM : err;
}

static enum avow_err die_after_b(const struct avow_db *db)
{
    (void)trace(db, 'b');
    _exit(7);
}

static const struct avow_migration both[] = {{OLD, OLD + 1, add_a}, {OLD + 1, OLD + 2, add_b}};
static const struct avow_migration second_fails[] = {{OLD, OLD + 1, add_a},
                                                     {OLD + 1, OLD + 2, fail_after_b}};
static const struct avow_migration second_dies[] = {{OLD, OLD + 1, add_a},
                                                    {OLD + 1, OLD + 2, die_after_b}};
static const struct avow_migration first_fails[] = {{OLD, OLD + 1, fail_after_b},
                                                    {OLD + 1, OLD + 2, add_b}};
static const struct avow_migration gap[] = {{OLD + 1, OLD + 2, add_b}};
static const struct avow_migration leap[] = {{OLD, OLD + 2, add_a}};

/* ----------------------------------------------------------------- the world */

static struct store_folder folder;
static uint64_t epoch; /* as the store was made */

static int set_up(void **state)
{
    (void)state;
    struct avow_txn *txn;
    store_folder_make(&folder);
    struct avow_store *store = store_folder_open(&folder);
    epoch = avow_store_epoch(store);
    assert_int_equal(avow_txn_begin(store, &txn), AVOW_OK);
    assert_int_equal(avow_txn_put(txn, "peer", avow_bytes_text("kept")), AVOW_OK);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
    avow_store_close(&store);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_folder_remove(&folder);
    return 0;
}

static struct avow_migrations rows(const struct avow_migration *migrations, size_t count)
{
    return (struct avow_migrations){.version = OLD + 2, .rows = migrations, .count = count};
}
#define ROWS(list) rows(list, sizeof(list) / sizeof((list)[0]))

static enum avow_err open_with(struct avow_migrations migrations, bool read_only,
                               struct avow_store **store)
{
    const struct avow_store_options options = {.map_size = FIXTURE_MAP, .read_only = read_only};
    return avow_store_open_with(folder.path, &options, &migrations, store);
}

/* The store as it is: of `version`, with this trace, and what it had. */
static void see(uint32_t version, const char *expected)
{
    struct avow_store *store;
    struct avow_snapshot *snapshot;
    struct avow_bytes value;
    struct avow_migrations none = {.version = version};
    assert_int_equal(open_with(none, true, &store), AVOW_OK);
    assert_true(avow_store_epoch(store) == epoch);
    assert_int_equal(avow_snapshot_new(store, &snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_get(snapshot, "peer", &value), AVOW_OK);
    assert_true(avow_bytes_equal(value, avow_bytes_text("kept")));
    avow_snapshot_free(&snapshot);
    MDB_txn *txn;
    assert_int_equal(mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn), 0);
    struct avow_db db = {.txn = txn, .tables = store->tables};
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes_text("trace"));
    enum avow_err err = avow_db_get(&db, AVOW_TABLE_META, &key, &value);
    assert_int_equal(err, expected[0] == '\0' ? AVOW_ERR_NOT_FOUND : AVOW_OK);
    if (err == AVOW_OK)
        assert_true(avow_bytes_equal(value, avow_bytes_text(expected)));
    mdb_txn_abort(txn);
    avow_store_close(&store);
}

/* -------------------------------------------------------------------- tests */

struct open_case {
    const char *name;
    const struct avow_migration *rows;
    size_t count;
    bool read_only;
    enum avow_err err;
    uint32_t version; /* afterwards … */
    const char *trace;
};
#define LIST(list) (list), sizeof(list) / sizeof((list)[0])

/* Each opens a store of version OLD with the wish for OLD + 2. */
static const struct open_case open_cases[] = {
    {"both run, once and in order", LIST(both), false, AVOW_OK, OLD + 2, "ab"},
    {"one may go further", LIST(leap), false, AVOW_OK, OLD + 2, "a"},
    {"the first fails", LIST(first_fails), false, AVOW_ERR_NOMEM, OLD, ""},
    {"the second fails", LIST(second_fails), false, AVOW_ERR_NOMEM, OLD + 1, "a"},
    {"there is none from here", LIST(gap), false, AVOW_ERR_SCHEMA, OLD, ""},
    {"there are none", NULL, 0, false, AVOW_ERR_SCHEMA, OLD, ""},
    {"for reading only", LIST(both), true, AVOW_ERR_OLDER, OLD, ""},
    {"for reading only, none from here", LIST(gap), true, AVOW_ERR_SCHEMA, OLD, ""},
};

static void test_opening(void **state)
{
    for (size_t i = 0; i < sizeof(open_cases) / sizeof(open_cases[0]); i++) {
        const struct open_case *c = &open_cases[i];
        struct avow_store *store;
        (void)set_up(state);
        enum avow_err err = open_with(rows(c->rows, c->count), c->read_only, &store);
        if (err != c->err)
            fail_msg("%s: %s", c->name, avow_err_text(err));
        avow_store_close(&store);
        print_message("%s\n", c->name);
        see(c->version, c->trace);
        (void)tear_down(state);
    }
}

/* After whatever stopped it half-way, the next opening goes on from where it was. */
static void test_goes_on(void **state)
{
    static const bool dies[] = {false, true};
    for (size_t i = 0; i < 2; i++) {
        struct avow_store *store;
        (void)set_up(state);
        if (dies[i]) {
            int status;
            pid_t child = fork();
            assert_true(child >= 0);
            if (child == 0)
                _exit(open_with(ROWS(second_dies), false, &store) == AVOW_OK ? 0 : 1);
            assert_int_equal(waitpid(child, &status, 0), child);
            assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
        } else {
            assert_int_equal(open_with(ROWS(second_fails), false, &store), AVOW_ERR_NOMEM);
        }
        see(OLD + 1, "a");
        assert_int_equal(open_with(ROWS(both), false, &store), AVOW_OK);
        avow_store_close(&store);
        see(OLD + 2, "ab");
        assert_int_equal(open_with(ROWS(both), false, &store), AVOW_OK);
        avow_store_close(&store);
        see(OLD + 2, "ab");
        (void)tear_down(state);
    }
}

/* A program that does not know the version says so, and changes nothing. */
static void test_newer(void **state)
{
    struct avow_store *store;
    struct avow_check_summary summary;
    struct store_folder copy;
    (void)set_up(state);
    store_folder_make(&copy);
    assert_int_equal(open_with(ROWS(both), false, &store), AVOW_OK);
    avow_store_close(&store);
    assert_int_equal(avow_store_open(folder.path, NULL, &store), AVOW_ERR_SCHEMA);
    assert_null(store);
    assert_int_equal(avow_store_check(folder.path, NULL, NULL, &summary), AVOW_ERR_SCHEMA);
    assert_int_equal(avow_store_backup(folder.path, copy.path), AVOW_ERR_SCHEMA);
    see(OLD + 2, "ab");
    assert_int_equal(rmdir(copy.path), 0); /* nothing was left in it */
    (void)tear_down(state);
}

/* A flipped bit may make a version an older one: nothing runs on it. */
static void test_damaged_version(void **state)
{
    struct avow_store *store;
    MDB_txn *txn;
    uint8_t bytes[64];
    struct avow_bytes row;
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes_text("schema"));
    (void)set_up(state);
    assert_int_equal(open_with(ROWS(both), false, &store), AVOW_OK);
    assert_int_equal(mdb_txn_begin(store->env, NULL, 0, &txn), 0);
    struct avow_db db = {.txn = txn, .tables = store->tables};
    assert_int_equal(avow_db_get(&db, AVOW_TABLE_META, &key, &row), AVOW_OK);
    assert_true(row.len <= sizeof(bytes));
    memcpy(bytes, row.data, row.len);
    avow_put_u32be(bytes, OLD);
    assert_int_equal(avow_db_put(&db, AVOW_TABLE_META, &key, avow_bytes(bytes, row.len)), AVOW_OK);
    assert_int_equal(mdb_txn_commit(txn), 0);
    avow_store_close(&store);
    assert_int_equal(open_with(ROWS(both), false, &store), AVOW_ERR_CORRUPT);
    (void)tear_down(state);
}

/* From the oldest version that can be opened, each has a way to the present one. */
static void test_products_own(void **state)
{
    (void)state;
    uint32_t version = AVOW_SCHEMA_OLDEST;
    assert_int_equal(avow_migrations.version, AVOW_SCHEMA_VERSION);
    for (size_t i = 0; i < avow_migrations.count; i++) {
        const struct avow_migration *row = &avow_migrations.rows[i];
        if (row->from != version || row->to != version + 1 || row->run == NULL)
            fail_msg("version %u has no migration to the next one", version);
        version++;
    }
    assert_int_equal(version, AVOW_SCHEMA_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opening),      cmocka_unit_test(test_goes_on),
        cmocka_unit_test(test_newer),        cmocka_unit_test(test_damaged_version),
        cmocka_unit_test(test_products_own),
    };
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
