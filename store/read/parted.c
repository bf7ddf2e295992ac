/* What is told of logs that have parted. */
#include "store/read/parted.h"

#include "proto/codec/id.h"
#include "proto/crypto/sha256.h"
#include "store/read/snapshot_inner.h"
#include "store/rows/status_rows.h"
#include "store/write/writer.h"

#include <stdio.h>

/* The name of an issuer's mark, one of the node's own small values. */
static void name_of(const struct avow_hash *issuer, char name[AVOW_ISSUER_TEXT_MAX + 8])
{
    char text[AVOW_ISSUER_TEXT_MAX];
    avow_issuer_text(issuer, text);
    (void)snprintf(name, AVOW_ISSUER_TEXT_MAX + 8, "parted %s", text);
}

/* The issuer of the first row above all of `after`'s: keys begin with the issuer's id. */
static enum avow_err next_issuer(const struct avow_snapshot *snapshot, enum avow_table table,
                                 const struct avow_hash *after, struct avow_hash *issuer)
{
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes(after->bytes, sizeof(after->bytes)));
    struct avow_bytes found;
    struct avow_bytes row;
    while (key.len < AVOW_DBKEY_MAX)
        key.bytes[key.len++] = 0xff;
    enum avow_err err = avow_db_seek(&snapshot->db, table, &key, &found, &row);
    if (err != AVOW_OK)
        return err;
    if (found.len < sizeof(issuer->bytes))
        return AVOW_ERR_CORRUPT;
    memcpy(issuer->bytes, found.data, sizeof(issuer->bytes));
    return AVOW_OK;
}

enum avow_err avow_snapshot_next_parted(struct avow_snapshot *snapshot,
                                        const struct avow_hash *after, struct avow_hash *issuer)
{
    static const enum avow_table tables[] = {AVOW_TABLE_FORKS, AVOW_TABLE_OTHERS};
    bool found = false;
    AVOW_ASSERT(snapshot->live);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        struct avow_hash one;
        enum avow_err err = next_issuer(snapshot, tables[i], after, &one);
        if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND)
            return err;
        if (err == AVOW_OK && (!found || memcmp(one.bytes, issuer->bytes, sizeof(one.bytes)) < 0))
            *issuer = one;
        found = found || err == AVOW_OK;
    }
    return found ? AVOW_OK : AVOW_ERR_NOT_FOUND;
}

enum avow_err avow_snapshot_parted(struct avow_snapshot *snapshot, const struct avow_hash *issuer,
                                   struct avow_hash *digest)
{
    const struct avow_log *log;
    struct avow_other_chain other;
    struct avow_bytes mark = {0};
    char name[AVOW_ISSUER_TEXT_MAX + 8];
    uint8_t numbers[8 + 4 + 8];
    enum avow_err err = avow_snapshot_log(snapshot, issuer, &log);
    if (err == AVOW_OK && !log->forked)
        err = avow_snapshot_other_chain(snapshot, issuer, 0, &other);
    if (err != AVOW_OK)
        return err;
    name_of(issuer, name);
    err = avow_snapshot_get(snapshot, name, &mark);
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND)
        return err;
    avow_put_u64be(numbers, avow_store_epoch(snapshot->store));
    avow_put_u32be(numbers + 8, log->checkpoint.epoch);
    avow_put_u64be(numbers + 12, log->checkpoint.size);
    const struct avow_bytes parts[] = {
        avow_bytes(numbers, sizeof(numbers)),
        avow_bytes(issuer->bytes, sizeof(issuer->bytes)),
        avow_bytes(log->checkpoint.opening.bytes, sizeof(log->checkpoint.opening.bytes)),
        avow_bytes(log->checkpoint.root.bytes, sizeof(log->checkpoint.root.bytes)),
        mark,
    };
    *digest = avow_sha256(parts, sizeof(parts) / sizeof(parts[0]));
    return AVOW_OK;
}

enum avow_err avow_txn_note_parted(struct avow_txn *txn, const struct avow_hash *issuer,
                                   const uint8_t mark[AVOW_PARTED_MARK_BYTES])
{
    char name[AVOW_ISSUER_TEXT_MAX + 8];
    name_of(issuer, name);
    return avow_txn_put(txn, name, avow_bytes(mark, AVOW_PARTED_MARK_BYTES));
}

enum avow_err avow_snapshot_next_changed(struct avow_snapshot *snapshot, const struct avow_log *log,
                                         uint64_t *target)
{
    AVOW_ASSERT(snapshot->live);
    struct avow_dbkey key = avow_dbkey_part(log->number, AVOW_STATUS_EVENTS, *target);
    struct avow_bytes found;
    struct avow_bytes row;
    enum avow_err err = avow_db_seek(&snapshot->db, AVOW_TABLE_STATUS, &key, &found, &row);
    if (err != AVOW_OK)
        return err;
    if (found.len != key.len || memcmp(found.data, key.bytes, 5) != 0)
        return AVOW_ERR_NOT_FOUND; /* another part, or another log */
    *target = avow_get_u64be(found.data + 5);
    return AVOW_OK;
}
