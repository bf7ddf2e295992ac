/* Rows, field by field, and their seals. */
#include "store/rows/log_rows.h"

#include "store/rows/fields_inner.h"

#include "proto/crypto/sha256.h"

#define CHAIN_BYTES_MAX (1024 * 1024)

void avow_row_seal_with(struct avow_buf *row, struct avow_bytes key)
{
    struct avow_bytes parts[] = {key, avow_buf_bytes(row)};
    struct avow_hash hash = avow_sha256(parts, 2);
    avow_buf_append(row, hash.bytes, AVOW_ROW_SEAL_BYTES);
}

enum avow_err avow_row_open_with(struct avow_bytes *row, struct avow_bytes key)
{
    if (row->len < AVOW_ROW_SEAL_BYTES)
        return AVOW_ERR_CORRUPT;
    struct avow_bytes parts[] = {key, avow_bytes(row->data, row->len - AVOW_ROW_SEAL_BYTES)};
    struct avow_hash hash = avow_sha256(parts, 2);
    if (memcmp(hash.bytes, row->data + parts[1].len, AVOW_ROW_SEAL_BYTES) != 0)
        return AVOW_ERR_CORRUPT;
    *row = parts[1];
    return AVOW_OK;
}

void avow_row_seal(struct avow_buf *row)
{
    avow_row_seal_with(row, avow_bytes(NULL, 0));
}

enum avow_err avow_row_open(struct avow_bytes *row)
{
    return avow_row_open_with(row, avow_bytes(NULL, 0));
}

/* Starts reading a sealed row; a broken seal is remembered as running short. */
static struct avow_fields open_row(struct avow_bytes row)
{
    struct avow_fields cursor = {.rest = row};
    cursor.short_of = avow_row_open(&cursor.rest) != AVOW_OK;
    return cursor;
}

/* -------------------------------------------------------------------- heads */

static void take_info(struct avow_fields *cursor, struct avow_head_info *info)
{
    info->version = avow_field_take_u64(cursor);
    info->number = avow_field_take_u32(cursor);
    info->chain_len = avow_field_take_u32(cursor);
}

enum avow_err avow_row_head_peek(struct avow_bytes row, struct avow_head_info *info)
{
    struct avow_fields cursor = {.rest = row};
    take_info(&cursor, info);
    return cursor.short_of ? AVOW_ERR_CORRUPT : AVOW_OK;
}

void avow_row_head_write(struct avow_buf *out, const struct avow_head_info *info,
                         const struct avow_log *log)
{
    avow_field_put_u64(out, info->version);
    avow_field_put_u32(out, info->number);
    avow_field_put_u32(out, info->chain_len);
    avow_field_put_u64(out, info->bytes);
    avow_field_put_u64(out, info->reserved);
    avow_field_put_u64(out, log->freshened);
    if (info->chain_len > 0) { /* else nothing is accepted yet */
        avow_field_put_checkpoint(out, &log->checkpoint);
        avow_field_put_cosignatures(out, log->cosignatures, log->cosignature_count);
        avow_field_put_u64(out, log->abandoned_from);
        avow_field_put_u64(out, log->disputed_from);
        avow_field_put_u32(out, log->forked ? 1 : 0);
        avow_field_put_u64(out, log->fork_time);
        avow_field_put_u64(out, log->first_seen);
        avow_state_save(out, &log->state);
    }
    avow_row_seal(out);
}

enum avow_err avow_row_head_read(struct avow_bytes row, struct avow_head_info *info,
                                 struct avow_log *log)
{
    struct avow_fields cursor = open_row(row);
    take_info(&cursor, info);
    info->bytes = avow_field_take_u64(&cursor);
    info->reserved = avow_field_take_u64(&cursor);
    log->freshened = avow_field_take_u64(&cursor);
    avow_state_init(&log->state);
    log->number = info->number;
    log->cosignature_count = 0;
    log->abandoned_from = AVOW_NEVER;
    log->disputed_from = AVOW_NEVER;
    log->forked = false;
    log->fork_time = 0;
    log->first_seen = 0;
    memset(&log->checkpoint, 0, sizeof(log->checkpoint));
    if (info->chain_len == 0)
        return avow_field_take_finish(&cursor);
    avow_field_take_checkpoint(&cursor, &log->checkpoint);
    log->cosignature_count = avow_field_take_cosignatures(&cursor, log->cosignatures);
    log->abandoned_from = avow_field_take_u64(&cursor);
    log->disputed_from = avow_field_take_u64(&cursor);
    log->forked = avow_field_take_u32(&cursor) != 0;
    log->fork_time = avow_field_take_u64(&cursor);
    if (log->forked && log->fork_time < log->checkpoint.time)
        log->fork_time = log->checkpoint.time;
    log->first_seen = avow_field_take_u64(&cursor);
    if (cursor.short_of || avow_state_load(&log->state, cursor.rest) != AVOW_ACCEPT ||
        log->state.tree.size != log->checkpoint.size || log->checkpoint.size == 0)
        return AVOW_ERR_CORRUPT;
    return AVOW_OK;
}

enum avow_err avow_row_number_write(const struct avow_db *db, uint32_t log,
                                    const struct avow_hash *issuer)
{
    uint8_t storage[sizeof(issuer->bytes) + AVOW_ROW_SEAL_BYTES];
    struct avow_buf row;
    avow_buf_init_fixed(&row, storage, sizeof(storage));
    avow_buf_append(&row, issuer->bytes, sizeof(issuer->bytes));
    struct avow_dbkey key = avow_dbkey_log(log);
    avow_row_seal_with(&row, avow_row_key_view(&key));
    return avow_db_put(db, AVOW_TABLE_NUMBERS, &key, avow_buf_bytes(&row));
}

enum avow_err avow_row_number_read(const struct avow_db *db, uint32_t log, struct avow_hash *issuer)
{
    struct avow_dbkey key = avow_dbkey_log(log);
    struct avow_bytes row;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_NUMBERS, &key, &row);
    if (err == AVOW_OK)
        err = avow_row_open_with(&row, avow_row_key_view(&key));
    if (err != AVOW_OK)
        return err;
    if (row.len != sizeof(issuer->bytes))
        return AVOW_ERR_CORRUPT;
    memcpy(issuer->bytes, row.data, sizeof(issuer->bytes));
    return AVOW_OK;
}

/* ------------------------------------------------------------------ pending */

#define PENDING_HELD 1U
#define PENDING_OWN_CHAIN 2U

void avow_row_pending_write(struct avow_buf *out, const struct avow_pending_info *info,
                            const struct avow_state *state)
{
    avow_field_put_u32(out, (info->pending.held ? PENDING_HELD : 0) |
                                (info->own_chain ? PENDING_OWN_CHAIN : 0));
    avow_field_put_u64(out, info->pending.base);
    avow_field_put_u64(out, info->pending.size);
    avow_field_put_u64(out, info->bytes);
    avow_field_put_checkpoint(out, &info->pending.checkpoint);
    avow_state_save(out, state);
    avow_row_seal(out);
}

enum avow_err avow_row_pending_read(struct avow_bytes row, struct avow_pending_info *info,
                                    struct avow_state *state)
{
    struct avow_fields cursor = open_row(row);
    uint32_t flags = avow_field_take_u32(&cursor);
    info->pending.held = (flags & PENDING_HELD) != 0;
    info->own_chain = (flags & PENDING_OWN_CHAIN) != 0;
    info->pending.base = avow_field_take_u64(&cursor);
    info->pending.size = avow_field_take_u64(&cursor);
    info->bytes = avow_field_take_u64(&cursor);
    avow_field_take_checkpoint(&cursor, &info->pending.checkpoint);
    if (cursor.short_of || flags > (PENDING_HELD | PENDING_OWN_CHAIN) ||
        info->pending.base >= info->pending.size ||
        info->pending.size > info->pending.checkpoint.size)
        return AVOW_ERR_CORRUPT;
    if (state == NULL)
        return AVOW_OK;
    avow_state_init(state);
    if (avow_state_load(state, cursor.rest) != AVOW_ACCEPT ||
        state->tree.size != info->pending.size)
        return AVOW_ERR_CORRUPT;
    return AVOW_OK;
}

/* ---------------------------------------------------------- kept checkpoints */

void avow_row_kept_write(struct avow_buf *out, const struct avow_checkpoint *checkpoint,
                         const struct avow_cosignature *cosignatures, size_t count)
{
    avow_field_put_checkpoint(out, checkpoint);
    avow_field_put_cosignatures(out, cosignatures, count);
    avow_row_seal(out);
}

enum avow_err avow_row_kept_read(struct avow_bytes row, struct avow_checkpoint *checkpoint,
                                 struct avow_cosignature cosignatures[AVOW_COSIGNATURES_MAX],
                                 size_t *count)
{
    struct avow_fields cursor = open_row(row);
    avow_field_take_checkpoint(&cursor, checkpoint);
    *count = avow_field_take_cosignatures(&cursor, cosignatures);
    return avow_field_take_finish(&cursor);
}

/* ------------------------------------------------------------------- chains */

enum avow_err avow_row_chain_read(const struct avow_db *db, uint32_t log, enum avow_chain_part part,
                                  struct avow_chain *chain)
{
    struct avow_dbkey key = avow_dbkey_part(log, (uint8_t)part, 0);
    struct avow_bytes row;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_CHAINS, &key, &row);
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_ERR_CORRUPT : err;
    enum avow_reject reject = AVOW_ACCEPT;
    err = avow_row_open(&row);
    if (err == AVOW_OK)
        err = avow_chain_load(chain, row, &reject);
    if (err == AVOW_OK && (reject != AVOW_ACCEPT || chain->count == 0))
        err = AVOW_ERR_CORRUPT;
    return err;
}

enum avow_err avow_row_chain_write(const struct avow_db *db, uint32_t log,
                                   enum avow_chain_part part, const struct avow_chain *chain)
{
    struct avow_buf row;
    avow_buf_init(&row, CHAIN_BYTES_MAX);
    avow_chain_save(&row, chain);
    avow_row_seal(&row);
    struct avow_dbkey key = avow_dbkey_part(log, (uint8_t)part, 0);
    enum avow_err err = row.err;
    if (err == AVOW_OK)
        err = avow_db_put(db, AVOW_TABLE_CHAINS, &key, avow_buf_bytes(&row));
    avow_buf_fini(&row);
    return err;
}

/* ----------------------------------------------------------------- counters */

enum avow_err avow_counters_read(const struct avow_db *db, struct avow_counters *counters)
{
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes_text("counters"));
    struct avow_bytes row;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_META, &key, &row);
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_ERR_CORRUPT : err;
    struct avow_fields cursor = open_row(row);
    counters->next_log = avow_field_take_u32(&cursor);
    counters->version = avow_field_take_u64(&cursor);
    counters->logs = avow_field_take_u64(&cursor);
    counters->entries = avow_field_take_u64(&cursor);
    counters->bytes = avow_field_take_u64(&cursor);
    return avow_field_take_finish(&cursor);
}

enum avow_err avow_counters_write(const struct avow_db *db, const struct avow_counters *counters)
{
    uint8_t storage[64];
    struct avow_buf row;
    avow_buf_init_fixed(&row, storage, sizeof(storage));
    avow_field_put_u32(&row, counters->next_log);
    avow_field_put_u64(&row, counters->version);
    avow_field_put_u64(&row, counters->logs);
    avow_field_put_u64(&row, counters->entries);
    avow_field_put_u64(&row, counters->bytes);
    avow_row_seal(&row);
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes_text("counters"));
    return avow_db_put(db, AVOW_TABLE_META, &key, avow_buf_bytes(&row));
}
