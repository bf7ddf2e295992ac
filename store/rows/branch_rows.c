/* Rows of candidates and of retired log numbers. */
#include "store/rows/branch_rows.h"

#include "store/rows/fields_inner.h"

static struct avow_fields open_keyed(struct avow_bytes row, struct avow_bytes key)
{
    struct avow_fields cursor = {.rest = row};
    cursor.short_of = avow_row_open_with(&cursor.rest, key) != AVOW_OK;
    return cursor;
}

void avow_branch_write(struct avow_buf *out, const struct avow_branch_info *info,
                       const struct avow_state *state)
{
    avow_field_put_u32(out, info->number);
    avow_field_put_u32(out, info->chain_len);
    avow_field_put_u64(out, info->shared);
    avow_field_put_u64(out, info->bytes);
    avow_field_put_checkpoint(out, &info->checkpoint);
    avow_state_save(out, state);
    avow_row_seal(out);
}

enum avow_err avow_branch_read(struct avow_bytes row, const struct avow_hash *issuer,
                               struct avow_branch_info *info, struct avow_state *state)
{
    struct avow_fields cursor = open_keyed(row, avow_bytes(NULL, 0));
    info->number = avow_field_take_u32(&cursor);
    info->chain_len = avow_field_take_u32(&cursor);
    info->shared = avow_field_take_u64(&cursor);
    info->bytes = avow_field_take_u64(&cursor);
    avow_field_take_checkpoint(&cursor, &info->checkpoint);
    avow_state_init(state);
    if (cursor.short_of || !avow_hash_equal(&info->checkpoint.issuer, issuer) ||
        avow_state_load(state, cursor.rest) != AVOW_ACCEPT || info->number == 0 ||
        info->shared >= info->checkpoint.size || state->tree.size >= info->checkpoint.size + 1 ||
        (info->chain_len > 0) != (state->tree.size > 0))
        return AVOW_ERR_CORRUPT;
    return AVOW_OK;
}

struct avow_dbkey avow_retired_key(const struct avow_retired *retired)
{
    bool foreign = retired->kind == AVOW_RETIRED_FOREIGN;
    struct avow_dbkey key = {.len = foreign ? 16 : 12};
    avow_put_u64be(key.bytes, retired->due);
    avow_put_u32be(key.bytes + 8, retired->number);
    avow_put_u32be(key.bytes + 12, retired->epoch);
    return key;
}

enum avow_err avow_retired_write(const struct avow_db *db, const struct avow_retired *retired)
{
    uint8_t storage[512];
    struct avow_buf row;
    struct avow_dbkey key = avow_retired_key(retired);
    avow_buf_init_fixed(&row, storage, sizeof(storage));
    avow_field_put_u32(&row, retired->kind);
    if (retired->kind == AVOW_RETIRED_LOG)
        avow_field_put_checkpoint(&row, &retired->checkpoint);
    avow_row_seal_with(&row, avow_row_key_view(&key));
    AVOW_ASSERT(row.err == AVOW_OK);
    return avow_db_put(db, AVOW_TABLE_RETIRED, &key, avow_buf_bytes(&row));
}

enum avow_err avow_retired_read(struct avow_bytes key, struct avow_bytes row,
                                struct avow_retired *retired)
{
    struct avow_fields cursor = open_keyed(row, key);
    uint32_t kind = avow_field_take_u32(&cursor);
    *retired = (struct avow_retired){.kind = (enum avow_retired_kind)kind};
    if (cursor.short_of || kind > AVOW_RETIRED_FOREIGN ||
        key.len != (kind == AVOW_RETIRED_FOREIGN ? 16 : 12))
        return AVOW_ERR_CORRUPT;
    retired->due = avow_get_u64be(key.data);
    retired->number = avow_get_u32be(key.data + 8);
    if (kind == AVOW_RETIRED_FOREIGN)
        retired->epoch = avow_get_u32be(key.data + 12);
    if (kind == AVOW_RETIRED_LOG)
        avow_field_take_checkpoint(&cursor, &retired->checkpoint);
    return avow_field_take_finish(&cursor);
}
