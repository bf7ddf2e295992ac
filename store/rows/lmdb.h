/* LMDB behind bounds, our errors and our keys. Every value that is read is a view into the map: it
 * lives until its transaction ends, and in a write transaction until the next put or delete. */
#ifndef AVOW_STORE_ROWS_LMDB_H
#define AVOW_STORE_ROWS_LMDB_H

#include "proto/base.h"
#include "store/rows/tables.h"

#include <lmdb.h>

/* A transaction and the tables it sees. */
struct avow_db {
    MDB_txn *txn;
    const MDB_dbi *tables;
    const char *folder; /* to ask whether its disk is full */
};

/* A big-endian key, so that LMDB's order is numerical. */
#define AVOW_DBKEY_MAX 128 /* a name may be this long */
struct avow_dbkey {
    uint8_t bytes[AVOW_DBKEY_MAX];
    size_t len;
};
struct avow_dbkey avow_dbkey_log(uint32_t log);                               /* 4 bytes */
struct avow_dbkey avow_dbkey_item(uint32_t log, uint64_t item);               /* 12 */
struct avow_dbkey avow_dbkey_part(uint32_t log, uint8_t part, uint64_t item); /* 13 */
struct avow_dbkey avow_dbkey_bytes(struct avow_bytes bytes); /* at most AVOW_DBKEY_MAX, asserted */

/* LMDB reports a full disk as EIO: `folder` is asked for its free space. */
enum avow_err avow_db_err(int rc, const char *folder);

/* OK, NOT_FOUND, CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_db_get(const struct avow_db *db, enum avow_table table,
                                         const struct avow_dbkey *key, struct avow_bytes *value);
/* OK, DISK_FULL, IO, NOMEM, CORRUPT. */
AVOW_NODISCARD enum avow_err avow_db_put(const struct avow_db *db, enum avow_table table,
                                         const struct avow_dbkey *key, struct avow_bytes value);
/* Room for `len` bytes, to be filled in before the next call. */
AVOW_NODISCARD enum avow_err avow_db_reserve(const struct avow_db *db, enum avow_table table,
                                             const struct avow_dbkey *key, size_t len,
                                             uint8_t **room);
/* A key that is not there is fine. */
AVOW_NODISCARD enum avow_err avow_db_delete(const struct avow_db *db, enum avow_table table,
                                            const struct avow_dbkey *key);

/* Calls `row` for each key of `table` from `first` on that begins with `prefix_len` bytes of it, in
 * order, until it returns anything but OK, which is then returned. It may not put or delete. */
typedef enum avow_err avow_db_row(void *context, struct avow_bytes key, struct avow_bytes value);
AVOW_NODISCARD enum avow_err avow_db_walk(const struct avow_db *db, enum avow_table table,
                                          const struct avow_dbkey *first, size_t prefix_len,
                                          avow_db_row *row, void *context);
/* Counts those rows. */
AVOW_NODISCARD enum avow_err avow_db_count(const struct avow_db *db, enum avow_table table,
                                           const struct avow_dbkey *first, size_t prefix_len,
                                           uint64_t *count);
/* Deletes those rows. */
AVOW_NODISCARD enum avow_err avow_db_delete_run(const struct avow_db *db, enum avow_table table,
                                                const struct avow_dbkey *first, size_t prefix_len);
/* The first row at or after `key` (NOT_FOUND at the end), or the last one before it. */
AVOW_NODISCARD enum avow_err avow_db_seek(const struct avow_db *db, enum avow_table table,
                                          const struct avow_dbkey *key, struct avow_bytes *found,
                                          struct avow_bytes *value);
AVOW_NODISCARD enum avow_err avow_db_seek_before(const struct avow_db *db, enum avow_table table,
                                                 const struct avow_dbkey *key,
                                                 struct avow_bytes *found,
                                                 struct avow_bytes *value);

#endif
