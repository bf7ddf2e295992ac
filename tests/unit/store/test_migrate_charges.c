/* A store of version 2, made of one of version 3 by taking out what is new, becomes one of version
 * 3 again in which every count is right: at each kind of step of a store's life. */
#include "store/env_inner.h"
#include "store/rows/bundle.h"
#include "store/rows/log_rows.h"
#include "tests/unit/store/store_fixture.h"
#include "tests/unit/store/workload.h"

#define STEPS 80

/* ---------------------------------------------------------- back to version 2 */

static void put(const struct avow_db *db, enum avow_table table, const struct avow_dbkey *key,
                struct avow_buf *row)
{
    avow_row_seal(row);
    assert_int_equal(row->err, AVOW_OK);
    assert_int_equal(avow_db_put(db, table, key, avow_buf_bytes(row)), AVOW_OK);
    avow_buf_fini(row);
}

/* Takes `len` bytes at 16 out of every row. */
static void take_out(const struct avow_db *db, enum avow_table table, size_t len)
{
    struct avow_dbkey key = {.len = 0};
    struct avow_bytes found, row;
    while (avow_db_seek(db, table, &key, &found, &row) == AVOW_OK) {
        struct avow_buf old;
        key = avow_dbkey_bytes(found);
        assert_int_equal(avow_row_open(&row), AVOW_OK);
        avow_buf_init(&old, 65536);
        avow_buf_append(&old, row.data, 16);
        avow_buf_append(&old, row.data + 16 + len, row.len - 16 - len);
        put(db, table, &key, &old);
        key.bytes[key.len++] = 0;
    }
}

/* The own bytes of a log number's entries from `from` on; number 0: of all. */
static uint64_t own_bytes(const struct avow_db *db, uint32_t number, uint64_t from)
{
    struct avow_dbkey key = number == 0 ? (struct avow_dbkey){.len = 0} : avow_dbkey_log(number);
    struct avow_bytes found, row, entry;
    uint64_t bytes = 0;
    while (avow_db_seek(db, AVOW_TABLE_BUNDLES, &key, &found, &row) == AVOW_OK &&
           (number == 0 || avow_get_u32be(found.data) == number)) {
        struct avow_bundle bundle;
        assert_int_equal(avow_bundle_open(row, &bundle), AVOW_OK);
        for (size_t i = 0; i < bundle.count; i++) {
            assert_int_equal(avow_bundle_entry(&bundle, i, &entry), AVOW_OK);
            if (avow_get_u64be(found.data + 4) * AVOW_BUNDLE_ENTRIES + i >= from)
                bytes += entry.len;
        }
        key = avow_dbkey_bytes(found);
        key.bytes[key.len++] = 0;
    }
    return bytes;
}

static uint64_t pending_back(const struct avow_db *db)
{
    struct avow_dbkey key = {.len = 0};
    struct avow_bytes found, row;
    uint64_t count = 0;
    while (avow_db_seek(db, AVOW_TABLE_PENDING, &key, &found, &row) == AVOW_OK) {
        struct avow_buf old;
        key = avow_dbkey_bytes(found);
        assert_int_equal(avow_row_open(&row), AVOW_OK);
        avow_buf_init(&old, 65536);
        avow_buf_append(&old, row.data, row.len);
        avow_put_u64be(old.data + 20,
                       own_bytes(db, avow_get_u32be(key.bytes), avow_get_u64be(old.data + 4)));
        put(db, AVOW_TABLE_PENDING, &key, &old);
        key.bytes[key.len++] = 0;
        count++;
    }
    return count;
}

/* `charged`: what the store's entries are charged; it counts other rows too. */
static void counters_back(const struct avow_db *db, uint64_t charged)
{
    struct avow_counters counters;
    assert_int_equal(avow_counters_read(db, &counters), AVOW_OK);
    counters.bytes -= charged - own_bytes(db, 0, 0);
    assert_int_equal(avow_counters_write(db, &counters), AVOW_OK);
}

static uint64_t charged_bytes(const struct avow_db *db)
{
    struct avow_dbkey key = {.len = 0};
    struct avow_bytes found, row, entry;
    uint64_t bytes = 0;
    while (avow_db_seek(db, AVOW_TABLE_BUNDLES, &key, &found, &row) == AVOW_OK) {
        struct avow_bundle bundle;
        assert_int_equal(avow_bundle_open(row, &bundle), AVOW_OK);
        for (size_t i = 0; i < bundle.count; i++) {
            assert_int_equal(avow_bundle_entry(&bundle, i, &entry), AVOW_OK);
            uint64_t times = 1;
            if (entry.data[1] == AVOW_KIND_ACHIEVEMENT || entry.data[1] == AVOW_KIND_PATHWAY)
                times = 16;
            else if (entry.data[1] == AVOW_KIND_RECOGNITION)
                times = 4;
            bytes += times * entry.len;
        }
        key = avow_dbkey_bytes(found);
        key.bytes[key.len++] = 0;
    }
    return bytes;
}

static void version_back(const struct avow_db *db)
{
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes_text("schema"));
    struct avow_bytes row;
    struct avow_buf old;
    assert_int_equal(avow_db_get(db, AVOW_TABLE_META, &key, &row), AVOW_OK);
    assert_int_equal(avow_row_open(&row), AVOW_OK);
    avow_buf_init(&old, 64);
    avow_buf_append(&old, row.data, row.len);
    avow_put_u32be(old.data, 2);
    put(db, AVOW_TABLE_META, &key, &old);
}

/* How many logs had something pending. */
static uint64_t go_back(struct avow_store *store)
{
    MDB_txn *txn;
    assert_int_equal(mdb_txn_begin(store->env, NULL, 0, &txn), 0);
    struct avow_db db = {.txn = txn, .tables = store->tables, .folder = store->folder};
    counters_back(&db, charged_bytes(&db));
    uint64_t pending = pending_back(&db);
    take_out(&db, AVOW_TABLE_HEADS, 24);
    take_out(&db, AVOW_TABLE_BRANCHES, 8);
    version_back(&db);
    assert_int_equal(mdb_txn_commit(txn), 0);
    return pending;
}

/* -------------------------------------------------------------------- tests */

static void no_problem(void *context, const char *what, const char *issuer, uint64_t index)
{
    fail_msg("step %zu: %s in %s at %llu", *(size_t *)context, what, issuer,
             (unsigned long long)index);
}

static void test_every_step(void **state)
{
    (void)state;
    struct store_folder folder;
    struct workload load;
    struct avow_store *store;
    uint64_t seed = 5, pending = 0, branches = 0;
    workload_init(&load, 8, STEPS, 40);
    store_folder_make(&folder);
    for (size_t i = 1; i <= STEPS; i++) {
        struct avow_check_summary summary;
        const char *why = NULL;
        size_t at;
        assert_int_equal(workload_open(folder.path, &store), AVOW_OK);
        assert_int_equal(workload_do(&load, store, i), AVOW_OK);
        pending += go_back(store);
        branches += load.steps[i].after[0].has_branch || load.steps[i].after[1].has_branch;
        avow_store_close(&store);
        assert_int_equal(workload_open(folder.path, &store), AVOW_OK);
        if (workload_verify(&load, store, i, i, 5, &seed, &at, &why) != WORKLOAD_GOOD)
            fail_msg("step %zu: %s", i, why);
        avow_store_close(&store);
        assert_int_equal(avow_store_check(folder.path, no_problem, &i, &summary), AVOW_OK);
    }
    assert_true(pending > 5 && branches > 5);
    store_folder_remove(&folder);
    workload_fini(&load);
}

static void count_problem(void *context, const char *what, const char *issuer, uint64_t index)
{
    (void)what;
    (void)issuer;
    (void)index;
    ++*(size_t *)context;
}

/* A row that is damaged stays so, and nothing else is lost with it; but counters must be right. */
static void test_damaged(void **state)
{
    (void)state;
    static const enum avow_table tables[] = {AVOW_TABLE_HEADS, AVOW_TABLE_META};
    for (size_t i = 0; i < 2; i++) {
        struct store_folder folder;
        struct workload load;
        struct avow_store *store;
        struct avow_dbkey key = {.len = 0};
        struct avow_bytes found, row;
        uint8_t copy[65536];
        MDB_txn *txn;
        workload_init(&load, 8, 4, 40);
        store_folder_make(&folder);
        assert_int_equal(workload_open(folder.path, &store), AVOW_OK);
        for (size_t step = 1; step <= 4; step++)
            assert_int_equal(workload_do(&load, store, step), AVOW_OK);
        (void)go_back(store);
        assert_int_equal(mdb_txn_begin(store->env, NULL, 0, &txn), 0);
        struct avow_db db = {.txn = txn, .tables = store->tables, .folder = store->folder};
        assert_int_equal(avow_db_seek(&db, tables[i], &key, &found, &row), AVOW_OK);
        key = avow_dbkey_bytes(found);
        assert_true(row.len <= sizeof(copy));
        memcpy(copy, row.data, row.len);
        copy[row.len - 1] ^= 1;
        assert_int_equal(avow_db_put(&db, tables[i], &key, avow_bytes(copy, row.len)), AVOW_OK);
        assert_int_equal(mdb_txn_commit(txn), 0);
        avow_store_close(&store);
        struct avow_check_summary summary;
        size_t problems = 0;
        assert_int_equal(workload_open(folder.path, &store), i == 0 ? AVOW_OK : AVOW_ERR_CORRUPT);
        avow_store_close(&store);
        if (i == 0)
            assert_int_equal(avow_store_check(folder.path, count_problem, &problems, &summary),
                             AVOW_OK);
        assert_true((problems > 0) == (i == 0));
        store_folder_remove(&folder);
        workload_fini(&load);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_step),
        cmocka_unit_test(test_damaged),
    };
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
