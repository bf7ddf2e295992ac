/* Log numbers that are to go, and their rows, a bounded part at a time. */
#include "store/rows/bundle.h"
#include "store/write/txn_branch.h"
#include "store/write/writer.h"

#include "store/catalogue/index.h"
#include "store/rows/branch_rows.h"
#include "store/rows/charge.h"

#define INDEXED_WEIGHT 16 /* rows: what an entry in the catalogue costs to take out */

static bool has_prefix(struct avow_bytes key, const struct avow_dbkey *prefix)
{
    return key.len >= prefix->len && memcmp(key.data, prefix->bytes, prefix->len) == 0;
}

/* What a row counts for in the store's counters. */
static enum avow_err uncount(struct avow_txn *txn, enum avow_table table, struct avow_bytes value)
{
    struct avow_counters *counters = &txn->writer->counters;
    struct avow_bundle bundle;
    txn->writer->counters_dirty = true;
    if (table == AVOW_TABLE_FOREIGN) {
        counters->bytes -= value.len;
        return AVOW_OK;
    }
    if (table != AVOW_TABLE_BUNDLES)
        return AVOW_OK;
    enum avow_err err = avow_bundle_open(value, &bundle);
    if (err != AVOW_OK)
        return err;
    uint64_t bytes = 0;
    err = avow_charge_bundle(&bundle, 0, &bytes);
    counters->entries -= bundle.count;
    counters->bytes -= bytes;
    return err;
}

/* Deletes rows of `table` whose keys begin with `prefix`, as far as `*left` goes. */
static enum avow_err purge_rows(struct avow_txn *txn, enum avow_table table,
                                const struct avow_dbkey *prefix, size_t *left)
{
    for (; *left > 0; --*left) {
        struct avow_bytes found;
        struct avow_bytes value;
        enum avow_err err = avow_db_seek(&txn->db, table, prefix, &found, &value);
        if (err == AVOW_ERR_NOT_FOUND || (err == AVOW_OK && !has_prefix(found, prefix)))
            return AVOW_OK;
        if (err == AVOW_OK)
            err = uncount(txn, table, value);
        if (err != AVOW_OK)
            return err;
        struct avow_dbkey key = avow_dbkey_bytes(found);
        err = avow_db_delete(&txn->db, table, &key);
        if (err != AVOW_OK)
            return err;
    }
    return AVOW_OK;
}

static enum avow_err purge_number(struct avow_txn *txn, uint32_t number, size_t *left)
{
    struct avow_dbkey prefix = avow_dbkey_log(number);
    bool more = false;
    enum avow_err err = avow_index_drop(&txn->db, number, 0, *left / INDEXED_WEIGHT, &more);
    if (err == AVOW_OK && more)
        *left = 0;
    for (unsigned i = 0; i < AVOW_TABLE_COUNT && err == AVOW_OK; i++) {
        if (avow_tables[i].drop == AVOW_DROP_RUN)
            err = purge_rows(txn, (enum avow_table)i, &prefix, left);
    }
    if (err == AVOW_OK && *left > 0)
        err = avow_db_delete(&txn->db, AVOW_TABLE_NUMBERS, &prefix);
    return err;
}

static enum avow_err purge_foreign(struct avow_txn *txn, const struct avow_retired *retired,
                                   size_t *left)
{
    struct avow_dbkey prefix = {.len = 8};
    avow_put_u32be(prefix.bytes, retired->number);
    avow_put_u32be(prefix.bytes + 4, retired->epoch);
    return purge_rows(txn, AVOW_TABLE_FOREIGN, &prefix, left);
}

/* What is due first. NOT_FOUND when nothing is due. */
static enum avow_err first_due(struct avow_txn *txn, uint64_t now, struct avow_retired *retired)
{
    struct avow_dbkey first = {.len = 0};
    struct avow_bytes found;
    struct avow_bytes row;
    enum avow_err err = avow_db_seek(&txn->db, AVOW_TABLE_RETIRED, &first, &found, &row);
    if (err == AVOW_OK)
        err = avow_retired_read(found, row, retired);
    return err == AVOW_OK && retired->due > now ? AVOW_ERR_NOT_FOUND : err;
}

static enum avow_err purge_one(struct avow_txn *txn, struct avow_retired *retired, size_t *left)
{
    if (retired->kind == AVOW_RETIRED_LOG) { /* not whole from here on */
        retired->kind = AVOW_RETIRED_GOING;
        enum avow_err err = avow_retired_write(&txn->db, retired);
        if (err != AVOW_OK)
            return err;
    }
    enum avow_err err = retired->kind == AVOW_RETIRED_FOREIGN
                            ? purge_foreign(txn, retired, left)
                            : purge_number(txn, retired->number, left);
    if (err != AVOW_OK || *left == 0)
        return err;
    struct avow_dbkey key = avow_retired_key(retired);
    return avow_db_delete(&txn->db, AVOW_TABLE_RETIRED, &key);
}

enum avow_err avow_txn_purge(struct avow_txn *txn, uint64_t now, bool *more)
{
    size_t left = AVOW_PURGE_STEP;
    struct avow_retired retired;
    *more = false;
    for (;;) {
        enum avow_err err = first_due(txn, now, &retired);
        if (err == AVOW_ERR_NOT_FOUND)
            return AVOW_OK;
        if (err == AVOW_OK && left == 0) {
            *more = true;
            return AVOW_OK;
        }
        if (err == AVOW_OK)
            err = purge_one(txn, &retired, &left);
        if (err != AVOW_OK)
            return avow_writer_spoil(txn, err);
    }
}
