/* Every bit of every row is checked: flipped through LMDB itself in each table, and in the file.
 * And a backup is the same store under another epoch. */
#include "tests/unit/store/store_fixture.h"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>

#include "store/rows/tables.h"

static struct log_history first, second;
static struct store_folder folder;

/* Two logs: one with a held text beyond its head and a cosigned checkpoint, one with a signed range
 * on its way. Both have enough for several bundles, tiles and chunks. */
static void fill(void)
{
    struct avow_store *store = store_folder_open(&folder);
    struct avow_txn *txn;
    const struct log_mark *head = &first.marks[first.mark_count - 2];
    const struct log_mark *next = &first.marks[first.mark_count - 1];
    uint64_t size = head->checkpoint.size;
    assert_int_equal(avow_txn_begin(store, &txn), AVOW_OK);
    struct avow_range range = fixture_range(&first, head, 0, size, false);
    assert_int_equal(fixture_append(txn, &range), AVOW_ACCEPT);
    range = fixture_range(&first, next, size, next->checkpoint.size - size, true);
    assert_int_equal(fixture_append(txn, &range), AVOW_ACCEPT);
    struct log_key witness = log_builder_key(&first.builder, "witness");
    struct avow_cosignature line;
    bool changed;
    avow_cosignature_sign(&line, &head->checkpoint, head->checkpoint.time + 5, &witness.secret);
    assert_int_equal(avow_txn_freshen(txn, &head->checkpoint, &line, 1, FIXTURE_NOW, &changed),
                     AVOW_OK);
    assert_true(changed);
    head = &second.marks[0];
    size = head->checkpoint.size;
    range = fixture_range(&second, head, 0, size, false);
    assert_int_equal(fixture_append(txn, &range), AVOW_ACCEPT);
    next = &second.marks[second.mark_count - 1];
    range = fixture_range(&second, next, size, next->checkpoint.size - size - 1, false);
    assert_int_equal(fixture_append(txn, &range), AVOW_ACCEPT);
    assert_int_equal(avow_txn_put(txn, "cursor", avow_bytes_text("a value")), AVOW_OK);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
    avow_store_close(&store);
}

static int set_up(void **state)
{
    (void)state;
    log_history_make(&first, "check one", 7, 2400, 300);
    log_history_make(&second, "check two", 8, 1500, 400);
    store_folder_make(&folder);
    fill();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_folder_remove(&folder);
    log_history_fini(&first);
    log_history_fini(&second);
    return 0;
}

static void remember(void *context, const char *what, const char *issuer, uint64_t index)
{
    (void)issuer;
    (void)index;
    char *last = context;
    (void)snprintf(last, 128, "%s", what);
}

static uint64_t problems(char last[128])
{
    struct avow_check_summary summary;
    last[0] = '\0';
    enum avow_err err = avow_store_check(folder.path, remember, last, &summary);
    if (err != AVOW_OK)
        fail_msg("check: %s", avow_err_text(err));
    return summary.problems;
}

static void test_good_store_passes(void **state)
{
    (void)state;
    struct avow_check_summary summary;
    char last[128] = "";
    assert_int_equal(avow_store_check(folder.path, remember, last, &summary), AVOW_OK);
    assert_string_equal(last, "");
    assert_int_equal(summary.problems, 0);
    assert_int_equal(summary.logs, 2);
    assert_int_equal(summary.entries, first.marks[first.mark_count - 1].checkpoint.size +
                                          second.marks[second.mark_count - 1].checkpoint.size - 1);
}

static void test_no_store(void **state)
{
    (void)state;
    struct avow_check_summary summary;
    struct store_folder empty;
    char last[128] = "";
    char path[sizeof(empty.path) + 16];
    store_folder_make(&empty);
    assert_int_equal(avow_store_check(empty.path, remember, last, &summary), AVOW_ERR_NOT_FOUND);
    assert_int_equal(rmdir(empty.path), 0); /* nothing is left in it */
    store_folder_make(&empty);
    (void)snprintf(path, sizeof(path), "%s/store.mdb", empty.path);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(avow_store_check(empty.path, remember, last, &summary), AVOW_OK);
    assert_int_equal(summary.problems, 1);
    assert_string_equal(last, "its file is empty");
    store_folder_remove(&empty);
}

static void test_open_store_is_busy(void **state)
{
    (void)state;
    struct avow_store *store = store_folder_open(&folder);
    struct avow_check_summary summary;
    char last[128];
    assert_int_equal(avow_store_check(folder.path, remember, last, &summary), AVOW_ERR_BUSY);
    avow_store_close(&store);
}

/* -------------------------------------------------------------- through LMDB */

struct raw {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi table;
};

static void raw_open(struct raw *raw, const char *table)
{
    char path[300];
    (void)snprintf(path, sizeof(path), "%s/store.mdb", folder.path);
    assert_int_equal(mdb_env_create(&raw->env), 0);
    assert_int_equal(mdb_env_set_maxdbs(raw->env, 32), 0);
    assert_int_equal(mdb_env_set_mapsize(raw->env, FIXTURE_MAP), 0);
    assert_int_equal(mdb_env_open(raw->env, path, MDB_NOSUBDIR, 0600), 0);
    assert_int_equal(mdb_txn_begin(raw->env, NULL, 0, &raw->txn), 0);
    assert_int_equal(mdb_dbi_open(raw->txn, table, 0, &raw->table), 0);
}

static void raw_close(struct raw *raw)
{
    assert_int_equal(mdb_txn_commit(raw->txn), 0);
    mdb_env_close(raw->env);
}

/* The nth row of a table, its value copied. False at the end. */
static bool raw_row(struct raw *raw, size_t nth, MDB_val *key, uint8_t **value, size_t *len)
{
    MDB_cursor *cursor;
    MDB_val v;
    assert_int_equal(mdb_cursor_open(raw->txn, raw->table, &cursor), 0);
    int rc = mdb_cursor_get(cursor, key, &v, MDB_FIRST);
    for (; nth > 0 && rc == 0; nth--)
        rc = mdb_cursor_get(cursor, key, &v, MDB_NEXT);
    mdb_cursor_close(cursor);
    if (rc != 0)
        return false;
    *len = v.mv_size;
    *value = malloc(v.mv_size + 1);
    assert_non_null(*value);
    memcpy(*value, v.mv_data, v.mv_size);
    return true;
}

enum damage { FLIP, DELETE_ROW, CUT };

/* Damages row `nth` of `table`; gives back what it held, for restore(). */
static bool damage_row(const char *table, size_t nth, enum damage damage, uint64_t bit,
                       uint8_t **value, size_t *len)
{
    struct raw raw;
    MDB_val key;
    raw_open(&raw, table);
    bool found = raw_row(&raw, nth, &key, value, len);
    if (found) {
        MDB_val v = {.mv_size = *len, .mv_data = *value};
        bit %= *len * 8;
        switch (damage) {
        case FLIP:
            (*value)[bit / 8] ^= (uint8_t)(1U << (bit % 8));
            assert_int_equal(mdb_put(raw.txn, raw.table, &key, &v, 0), 0);
            (*value)[bit / 8] ^= (uint8_t)(1U << (bit % 8));
            break;
        case DELETE_ROW:
            assert_int_equal(mdb_del(raw.txn, raw.table, &key, NULL), 0);
            break;
        case CUT:
            v.mv_size--;
            assert_int_equal(mdb_put(raw.txn, raw.table, &key, &v, 0), 0);
            break;
        }
    }
    raw_close(&raw);
    return found;
}

/* The whole file, to be put back after each damage. */
struct image {
    int fd;
    uint8_t *bytes;
    size_t len;
};

static void image_take(struct image *image)
{
    char path[300];
    struct stat file;
    (void)snprintf(path, sizeof(path), "%s/store.mdb", folder.path);
    image->fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(image->fd >= 0);
    assert_int_equal(fstat(image->fd, &file), 0);
    image->len = (size_t)file.st_size;
    image->bytes = malloc(image->len);
    assert_non_null(image->bytes);
    assert_int_equal(pread(image->fd, image->bytes, image->len, 0), image->len);
}

static void image_restore(const struct image *image)
{
    assert_int_equal(ftruncate(image->fd, (off_t)image->len), 0);
    assert_int_equal(pwrite(image->fd, image->bytes, image->len, 0), image->len);
}

static void image_free(struct image *image)
{
    free(image->bytes);
    assert_int_equal(close(image->fd), 0);
}

struct table_case {
    const char *name;
    /* A name or a kept checkpoint that is gone may never have been there, and without its schema a
     * store is new. */
    bool misses_rows;
};

/* Damages one row in one way, and puts the store back. False when there is no such row. */
static bool try_damage(const struct image *image, const struct table_case *table, size_t nth,
                       enum damage damage, uint64_t bit)
{
    uint8_t *value = NULL;
    size_t len = 0;
    char last[128];
    struct avow_check_summary summary;
    if (!damage_row(table->name, nth, damage, bit, &value, &len))
        return false;
    enum avow_err err = avow_store_check(folder.path, remember, last, &summary);
    if (err == AVOW_OK && summary.problems == 0)
        fail_msg("%s, row %zu of %zu bytes, damage %d, bit %llu: not found", table->name, nth, len,
                 (int)damage, (unsigned long long)(bit % (len * 8)));
    free(value);
    image_restore(image);
    return true;
}

static void test_damaged_rows(void **state)
{
    static const struct table_case tables[] = {
        {"meta", false},   {"heads", true},     {"pending", true}, {"chains", true},
        {"bundles", true}, {"tiles", true},     {"status", true},  {"history", false},
        {"names", false},  {"numbers", true},   {"classes", true}, {"subjects", true},
        {"places", true},  {"catalogue", true}, {"words", true},
    };
    (void)state;
    uint64_t seed = 99;
    struct image image;
    image_take(&image);
    for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
        size_t nth = 0;
        while (try_damage(&image, &tables[t], nth, FLIP, log_history_random(&seed))) {
            (void)try_damage(&image, &tables[t], nth, CUT, 0);
            if (tables[t].misses_rows)
                (void)try_damage(&image, &tables[t], nth, DELETE_ROW, 0);
            nth += nth < 4 ? 1 : 7;
        }
        if (nth == 0)
            fail_msg("the table %s has no row to damage", tables[t].name);
    }
    image_free(&image);
    char last[128];
    assert_int_equal(problems(last), 0);
}

struct table_row {
    const char *name;
    size_t key_len;
};
#define TABLE_ROW(table, name, key_len, drop, check) {name, key_len},
static const struct table_row all_tables[] = {AVOW_TABLE_LIST(TABLE_ROW)};

/* Puts a row that is not the store's, and the store back. False: it was not found. */
static bool try_stray(const struct image *image, const char *table, uint8_t log, size_t key_len)
{
    uint8_t bytes[64] = {0, 0, 0, log};
    struct raw raw;
    char last[128];
    memset(bytes + 4, 0xff, sizeof(bytes) - 4);
    MDB_val key = {.mv_size = key_len, .mv_data = bytes};
    MDB_val value = {.mv_size = 9, .mv_data = "a stray!"};
    raw_open(&raw, table);
    assert_int_equal(mdb_put(raw.txn, raw.table, &key, &value, 0), 0);
    raw_close(&raw);
    bool found = problems(last) > 0;
    image_restore(image);
    return found;
}

/* A row that is no log's, or no log's any more, is found in whatever table it is. */
static void test_stray_rows(void **state)
{
    static const uint8_t logs[] = {1, 99}; /* one is there */
    (void)state;
    struct image image;
    unsigned missed = 0;
    image_take(&image);
    for (size_t i = 0; i < 4 * sizeof(all_tables) / sizeof(all_tables[0]); i++) {
        const struct table_row *table = &all_tables[i / 4];
        bool fits = i % 2 == 1 && table->key_len > 0;
        if (try_stray(&image, table->name, logs[i / 2 % 2], fits ? table->key_len : 14))
            continue;
        print_error("%s: a row of log %u is not found, its key %s\n", table->name, logs[i / 2 % 2],
                    fits ? "as long as it should" : "of 14 bytes");
        missed++;
    }
    image_free(&image);
    assert_int_equal(missed, 0);
}

/* ---------------------------------------------------------------- in the file */

/* True if both logs read as they were written. */
static bool reads_well(struct avow_snapshot *snapshot, const struct log_history *history,
                       const struct log_mark *mark)
{
    const struct avow_log *log;
    if (avow_snapshot_log(snapshot, &mark->checkpoint.issuer, &log) != AVOW_OK ||
        !avow_checkpoint_same_text(&log->checkpoint, &mark->checkpoint))
        return false;
    for (uint64_t i = 0; i < mark->checkpoint.size; i++) {
        struct avow_bytes entry;
        enum avow_status status;
        uint64_t last;
        if (avow_snapshot_entry(snapshot, log, i, &entry) != AVOW_OK ||
            avow_snapshot_status(snapshot, log, i, &status, &last) != AVOW_OK ||
            !avow_bytes_equal(entry, history->entries[i]) || status != mark->status[i] ||
            last != mark->last[i])
            return false;
    }
    return true;
}

static bool store_reads_well(const char *path)
{
    struct avow_store *store;
    struct avow_snapshot *snapshot;
    struct avow_store_options options = {.map_size = FIXTURE_MAP, .read_only = true};
    assert_int_equal(avow_store_open(path, &options, &store), AVOW_OK);
    assert_int_equal(avow_snapshot_new(store, &snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(snapshot), AVOW_OK);
    bool good = reads_well(snapshot, &first, &first.marks[first.mark_count - 2]) &&
                reads_well(snapshot, &second, &second.marks[0]);
    avow_snapshot_free(&snapshot);
    avow_store_close(&store);
    return good;
}

/* Whatever a flipped bit does to the file: what check lets pass reads as it was written. */
static void test_flips_in_the_file(void **state)
{
    (void)state;
    uint64_t seed = 5;
    size_t found = 0;
    char path[300];
    (void)snprintf(path, sizeof(path), "%s/store.mdb", folder.path);
    int fd = open(path, O_RDWR);
    struct stat file;
    assert_int_equal(fstat(fd, &file), 0);
    for (int n = 0; n < 120; n++) {
        uint64_t bit = log_history_random(&seed) % ((uint64_t)file.st_size * 8);
        uint8_t byte;
        assert_int_equal(pread(fd, &byte, 1, (off_t)(bit / 8)), 1);
        uint8_t flipped = (uint8_t)(byte ^ (1U << (bit % 8)));
        assert_int_equal(pwrite(fd, &flipped, 1, (off_t)(bit / 8)), 1);
        struct avow_check_summary summary;
        char last[128];
        enum avow_err err = avow_store_check(folder.path, remember, last, &summary);
        if (err != AVOW_OK || summary.problems > 0)
            found++;
        else if (!store_reads_well(folder.path))
            fail_msg("bit %llu: another store, and check says nothing", (unsigned long long)bit);
        assert_int_equal(pwrite(fd, &byte, 1, (off_t)(bit / 8)), 1);
    }
    assert_int_equal(close(fd), 0);
    assert_true(found > 20);
    char last[128];
    assert_int_equal(problems(last), 0);
}

static void test_backup(void **state)
{
    (void)state;
    struct store_folder copy;
    store_folder_make(&copy);
    struct avow_store *store = store_folder_open(&folder);
    uint64_t epoch = avow_store_epoch(store);
    avow_store_close(&store);
    assert_int_equal(avow_store_backup(folder.path, copy.path), AVOW_OK);
    assert_true(store_reads_well(copy.path));
    struct avow_check_summary summary;
    char last[128] = "";
    assert_int_equal(avow_store_check(copy.path, remember, last, &summary), AVOW_OK);
    assert_string_equal(last, "");
    store = store_folder_open(&copy);
    assert_true(avow_store_epoch(store) != epoch);
    avow_store_close(&store);
    assert_int_equal(avow_store_backup(folder.path, copy.path), AVOW_ERR_EXISTS);
    store_folder_remove(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_store_passes),
        cmocka_unit_test(test_no_store),
        cmocka_unit_test(test_open_store_is_busy),
        cmocka_unit_test(test_damaged_rows),
        cmocka_unit_test(test_stray_rows),
        cmocka_unit_test(test_flips_in_the_file),
        cmocka_unit_test(test_backup),
    };
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
