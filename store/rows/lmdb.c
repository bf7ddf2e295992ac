/* LMDB's calls, its errors and our keys. */
#include "store/rows/lmdb.h"

#include <errno.h>
#include <sys/statvfs.h>

/* A disk with less than this to spare is full: LMDB writes whole pages. */
#define DISK_FULL_BELOW (256 * 1024)

struct avow_dbkey avow_dbkey_log(uint32_t log)
{
    struct avow_dbkey key = {.len = 4};
    avow_put_u32be(key.bytes, log);
    return key;
}

struct avow_dbkey avow_dbkey_item(uint32_t log, uint64_t item)
{
    struct avow_dbkey key = {.len = 12};
    avow_put_u32be(key.bytes, log);
    avow_put_u64be(key.bytes + 4, item);
    return key;
}

struct avow_dbkey avow_dbkey_part(uint32_t log, uint8_t part, uint64_t item)
{
    struct avow_dbkey key = {.len = 13};
    avow_put_u32be(key.bytes, log);
    key.bytes[4] = part;
    avow_put_u64be(key.bytes + 5, item);
    return key;
}

struct avow_dbkey avow_dbkey_bytes(struct avow_bytes bytes)
{
    struct avow_dbkey key = {.len = bytes.len};
    AVOW_ASSERT(bytes.len > 0 && bytes.len <= sizeof(key.bytes));
    memcpy(key.bytes, bytes.data, bytes.len);
    return key;
}

static bool disk_is_full(const char *folder)
{
    struct statvfs disk;
    if (folder == NULL || statvfs(folder, &disk) != 0)
        return false;
    return (uint64_t)disk.f_bavail * disk.f_frsize < DISK_FULL_BELOW;
}

enum avow_err avow_db_err(int rc, const char *folder)
{
    switch (rc) {
    case MDB_SUCCESS:
        return AVOW_OK;
    case MDB_NOTFOUND:
        return AVOW_ERR_NOT_FOUND;
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return AVOW_ERR_DISK_FULL;
    case ENOMEM:
        return AVOW_ERR_NOMEM;
    case MDB_VERSION_MISMATCH:
        return AVOW_ERR_SCHEMA;
    case MDB_READERS_FULL:
    case EAGAIN:
    case EBUSY:
        return AVOW_ERR_BUSY;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_INCOMPATIBLE:
    case MDB_BAD_VALSIZE:
    case MDB_CURSOR_FULL:
    case MDB_PAGE_FULL:
        return AVOW_ERR_CORRUPT;
    default: /* any errno */
        return disk_is_full(folder) ? AVOW_ERR_DISK_FULL : AVOW_ERR_IO;
    }
}

static MDB_val to_val(const struct avow_dbkey *key)
{
    /* LMDB's type is not const; it does not write through keys. */
    return (MDB_val){.mv_size = key->len, .mv_data = (void *)(uintptr_t)key->bytes};
}

static struct avow_bytes from_val(MDB_val val)
{
    return avow_bytes(val.mv_data, val.mv_size);
}

enum avow_err avow_db_get(const struct avow_db *db, enum avow_table table,
                          const struct avow_dbkey *key, struct avow_bytes *value)
{
    MDB_val k = to_val(key);
    MDB_val v;
    int rc = mdb_get(db->txn, db->tables[table], &k, &v);
    if (rc != MDB_SUCCESS)
        return avow_db_err(rc, db->folder);
    *value = from_val(v);
    return AVOW_OK;
}

enum avow_err avow_db_reserve(const struct avow_db *db, enum avow_table table,
                              const struct avow_dbkey *key, size_t len, uint8_t **room)
{
    MDB_val k = to_val(key);
    MDB_val v = {.mv_size = len};
    int rc = mdb_put(db->txn, db->tables[table], &k, &v, MDB_RESERVE);
    if (rc != MDB_SUCCESS)
        return avow_db_err(rc, db->folder);
    *room = v.mv_data;
    return AVOW_OK;
}

enum avow_err avow_db_put(const struct avow_db *db, enum avow_table table,
                          const struct avow_dbkey *key, struct avow_bytes value)
{
    MDB_val k = to_val(key);
    MDB_val v = {.mv_size = value.len, .mv_data = (void *)(uintptr_t)value.data};
    return avow_db_err(mdb_put(db->txn, db->tables[table], &k, &v, 0), db->folder);
}

enum avow_err avow_db_delete(const struct avow_db *db, enum avow_table table,
                             const struct avow_dbkey *key)
{
    MDB_val k = to_val(key);
    int rc = mdb_del(db->txn, db->tables[table], &k, NULL);
    return rc == MDB_NOTFOUND ? AVOW_OK : avow_db_err(rc, db->folder);
}

static void close_cursor(MDB_cursor **cursor)
{
    if (*cursor != NULL)
        mdb_cursor_close(*cursor);
}

/* Opens a cursor at the first key at or after `key`. LMDB's code. */
static int open_at(const struct avow_db *db, enum avow_table table, const struct avow_dbkey *key,
                   MDB_cursor **cursor, MDB_val *k, MDB_val *v)
{
    int rc = mdb_cursor_open(db->txn, db->tables[table], cursor);
    if (rc != MDB_SUCCESS)
        return rc;
    *k = to_val(key);
    return mdb_cursor_get(*cursor, k, v, key->len == 0 ? MDB_FIRST : MDB_SET_RANGE);
}

static bool has_prefix(const MDB_val *k, const struct avow_dbkey *key, size_t len)
{
    return k->mv_size >= len && memcmp(k->mv_data, key->bytes, len) == 0;
}

enum avow_err avow_db_walk(const struct avow_db *db, enum avow_table table,
                           const struct avow_dbkey *first, size_t prefix_len, avow_db_row *row,
                           void *context)
{
    AVOW_CLEANUP(close_cursor)
    MDB_cursor *cursor = NULL;
    MDB_val k;
    MDB_val v;
    int rc = open_at(db, table, first, &cursor, &k, &v);
    while (rc == MDB_SUCCESS && has_prefix(&k, first, prefix_len)) {
        enum avow_err err = row(context, from_val(k), from_val(v));
        if (err != AVOW_OK)
            return err;
        rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    }
    return rc == MDB_NOTFOUND ? AVOW_OK : avow_db_err(rc, db->folder);
}

static enum avow_err count_row(void *context, struct avow_bytes key, struct avow_bytes value)
{
    uint64_t *count = context;
    (void)key;
    (void)value;
    ++*count;
    return AVOW_OK;
}

enum avow_err avow_db_count(const struct avow_db *db, enum avow_table table,
                            const struct avow_dbkey *first, size_t prefix_len, uint64_t *count)
{
    *count = 0;
    return avow_db_walk(db, table, first, prefix_len, count_row, count);
}

enum avow_err avow_db_delete_run(const struct avow_db *db, enum avow_table table,
                                 const struct avow_dbkey *first, size_t prefix_len)
{
    AVOW_CLEANUP(close_cursor)
    MDB_cursor *cursor = NULL;
    MDB_val k;
    MDB_val v;
    int rc = open_at(db, table, first, &cursor, &k, &v);
    while (rc == MDB_SUCCESS && has_prefix(&k, first, prefix_len)) {
        rc = mdb_cursor_del(cursor, 0);
        /* The cursor stands on the row after it already; MDB_NEXT knows that. */
        if (rc == MDB_SUCCESS)
            rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    }
    return rc == MDB_NOTFOUND ? AVOW_OK : avow_db_err(rc, db->folder);
}

enum avow_err avow_db_seek(const struct avow_db *db, enum avow_table table,
                           const struct avow_dbkey *key, struct avow_bytes *found,
                           struct avow_bytes *value)
{
    AVOW_CLEANUP(close_cursor)
    MDB_cursor *cursor = NULL;
    MDB_val k;
    MDB_val v;
    int rc = open_at(db, table, key, &cursor, &k, &v);
    if (rc != MDB_SUCCESS)
        return avow_db_err(rc, db->folder);
    *found = from_val(k);
    *value = from_val(v);
    return AVOW_OK;
}

enum avow_err avow_db_seek_before(const struct avow_db *db, enum avow_table table,
                                  const struct avow_dbkey *key, struct avow_bytes *found,
                                  struct avow_bytes *value)
{
    AVOW_CLEANUP(close_cursor)
    MDB_cursor *cursor = NULL;
    MDB_val k;
    MDB_val v;
    int rc = open_at(db, table, key, &cursor, &k, &v);
    if (rc == MDB_SUCCESS)
        rc = mdb_cursor_get(cursor, &k, &v, MDB_PREV);
    else if (rc == MDB_NOTFOUND)
        rc = mdb_cursor_get(cursor, &k, &v, MDB_LAST);
    if (rc != MDB_SUCCESS)
        return avow_db_err(rc, db->folder);
    *found = from_val(k);
    *value = from_val(v);
    return AVOW_OK;
}
