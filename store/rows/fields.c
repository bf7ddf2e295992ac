/* Fixed-width big-endian fields. */
#include "store/rows/fields_inner.h"

void avow_field_take(struct avow_fields *cursor, void *out, size_t len)
{
    if (cursor->rest.len < len) {
        cursor->short_of = true;
        memset(out, 0, len);
        return;
    }
    memcpy(out, cursor->rest.data, len);
    cursor->rest.data += len;
    cursor->rest.len -= len;
}

uint64_t avow_field_take_u64(struct avow_fields *cursor)
{
    uint8_t bytes[8];
    avow_field_take(cursor, bytes, sizeof(bytes));
    return avow_get_u64be(bytes);
}

uint32_t avow_field_take_u32(struct avow_fields *cursor)
{
    uint8_t bytes[4];
    avow_field_take(cursor, bytes, sizeof(bytes));
    return avow_get_u32be(bytes);
}

void avow_field_put_u64(struct avow_buf *out, uint64_t value)
{
    uint8_t bytes[8];
    avow_put_u64be(bytes, value);
    avow_buf_append(out, bytes, sizeof(bytes));
}

void avow_field_put_u32(struct avow_buf *out, uint32_t value)
{
    uint8_t bytes[4];
    avow_put_u32be(bytes, value);
    avow_buf_append(out, bytes, sizeof(bytes));
}

void avow_field_put_checkpoint(struct avow_buf *out, const struct avow_checkpoint *checkpoint)
{
    avow_buf_append(out, checkpoint->issuer.bytes, 32);
    avow_field_put_u32(out, checkpoint->epoch);
    avow_buf_append(out, checkpoint->opening.bytes, 32);
    avow_field_put_u64(out, checkpoint->size);
    avow_buf_append(out, checkpoint->root.bytes, 32);
    avow_field_put_u64(out, checkpoint->time);
    avow_buf_append(out, checkpoint->status_root.bytes, 32);
    avow_buf_append(out, checkpoint->key.bytes, 32);
    avow_buf_append(out, checkpoint->signature.bytes, 64);
}

void avow_field_take_checkpoint(struct avow_fields *cursor, struct avow_checkpoint *checkpoint)
{
    avow_field_take(cursor, checkpoint->issuer.bytes, 32);
    checkpoint->epoch = avow_field_take_u32(cursor);
    avow_field_take(cursor, checkpoint->opening.bytes, 32);
    checkpoint->size = avow_field_take_u64(cursor);
    avow_field_take(cursor, checkpoint->root.bytes, 32);
    checkpoint->time = avow_field_take_u64(cursor);
    avow_field_take(cursor, checkpoint->status_root.bytes, 32);
    avow_field_take(cursor, checkpoint->key.bytes, 32);
    avow_field_take(cursor, checkpoint->signature.bytes, 64);
    /* Beyond these bounds other code may assert. */
    if (checkpoint->size > AVOW_UINT_MAX || checkpoint->time > AVOW_UINT_MAX ||
        checkpoint->epoch > AVOW_EPOCH_MAX)
        cursor->short_of = true;
}

void avow_field_put_cosignatures(struct avow_buf *out, const struct avow_cosignature *lines,
                                 size_t count)
{
    avow_field_put_u32(out, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        avow_buf_append(out, lines[i].key.bytes, 32);
        avow_field_put_u64(out, lines[i].time);
        avow_buf_append(out, lines[i].signature.bytes, 64);
    }
}

size_t avow_field_take_cosignatures(struct avow_fields *cursor,
                                    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX])
{
    size_t count = avow_field_take_u32(cursor);
    if (count > AVOW_COSIGNATURES_MAX) {
        cursor->short_of = true;
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        avow_field_take(cursor, lines[i].key.bytes, 32);
        lines[i].time = avow_field_take_u64(cursor);
        avow_field_take(cursor, lines[i].signature.bytes, 64);
    }
    return count;
}

enum avow_err avow_field_take_finish(const struct avow_fields *cursor)
{
    return cursor->short_of || cursor->rest.len != 0 ? AVOW_ERR_CORRUPT : AVOW_OK;
}
