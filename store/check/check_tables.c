/* LMDB's own pages, as far as they can lead a reader astray: what a walk comes by, a look-up must
 * find too. Rows that are to go are read by nobody, but stand among others. */
#include "store/check/check.h"

struct table_walk {
    struct avow_checker *check;
    enum avow_table table;
    uint64_t rows;
};

static enum avow_err find_row(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct table_walk *walk = context;
    struct avow_bytes found = {0};
    walk->rows++;
    size_t expected = avow_tables[walk->table].key_len;
    if (key.len == 0 || key.len > AVOW_DBKEY_MAX || (expected > 0 && key.len != expected)) {
        walk->check->problem(walk->check, "a key is damaged", NULL, walk->rows);
        return AVOW_OK;
    }
    struct avow_dbkey copy = avow_dbkey_bytes(key);
    enum avow_err err = avow_db_get(walk->check->db, walk->table, &copy, &found);
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND)
        return err;
    if (err == AVOW_ERR_NOT_FOUND || found.data != value.data)
        walk->check->problem(walk->check, "a row is not found by its key", NULL, walk->rows);
    return AVOW_OK;
}

enum avow_err avow_checker_pages(struct avow_checker *check)
{
    struct avow_dbkey first = {.len = 0};
    for (unsigned i = 0; i < AVOW_TABLE_COUNT; i++) {
        struct table_walk walk = {.check = check, .table = (enum avow_table)i};
        MDB_stat stat;
        if (mdb_stat(check->db->txn, check->db->tables[i], &stat) != MDB_SUCCESS)
            return AVOW_ERR_IO;
        enum avow_err err = avow_db_walk(check->db, walk.table, &first, 0, find_row, &walk);
        if (err != AVOW_OK)
            return err;
        if (walk.rows != stat.ms_entries)
            check->problem(check, "a table's count of rows is wrong", NULL, walk.rows);
    }
    return AVOW_OK;
}

enum avow_err avow_checker_with_log(struct avow_checker *check, enum avow_table table)
{
    struct avow_dbkey key = avow_dbkey_log(0);
    for (;;) {
        struct avow_bytes found;
        struct avow_bytes value;
        enum avow_err err = avow_db_seek(check->db, table, &key, &found, &value);
        if (err != AVOW_OK)
            return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
        uint32_t log = found.len >= 4 ? avow_get_u32be(found.data) : 0;
        if (avow_map64_find(&check->numbers, log) == NULL)
            check->problem(check, "rows belong to no log", NULL, log);
        if (log == UINT32_MAX)
            return AVOW_OK;
        key = avow_dbkey_log(log + 1);
    }
}
