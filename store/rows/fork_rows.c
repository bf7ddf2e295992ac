/* Rows of forks, other branches' status entries, other root chains. */
#include "store/rows/fork_rows.h"

#include "proto/codec/id.h"
#include "store/rows/fields_inner.h"

#include <stdio.h>

#define OPENING_SHOWN 16

static struct avow_fields open_keyed(struct avow_bytes row, struct avow_bytes key)
{
    struct avow_fields cursor = {.rest = row};
    cursor.short_of = avow_row_open_with(&cursor.rest, key) != AVOW_OK;
    return cursor;
}

/* ------------------------------------------------------------------- forks */

struct avow_dbkey avow_fork_key(const struct avow_checkpoint *origin)
{
    struct avow_dbkey key = {.len = 36 + OPENING_SHOWN};
    memcpy(key.bytes, origin->issuer.bytes, 32);
    avow_put_u32be(key.bytes + 32, origin->epoch);
    memcpy(key.bytes + 36, origin->opening.bytes, OPENING_SHOWN);
    return key;
}

void avow_fork_row_write(struct avow_buf *out, const struct avow_known_fork *known)
{
    avow_field_put_u64(out, known->foreign);
    avow_field_put_checkpoint(out, &known->newest);
    avow_buf_append(out, known->fork.data, known->fork.len);
}

enum avow_err avow_fork_row_read(struct avow_bytes key, struct avow_bytes row,
                                 struct avow_known_fork *known)
{
    struct avow_fields cursor = open_keyed(row, key);
    known->foreign = avow_field_take_u64(&cursor);
    avow_field_take_checkpoint(&cursor, &known->newest);
    known->fork = cursor.rest;
    return cursor.short_of || cursor.rest.len == 0 ? AVOW_ERR_CORRUPT : AVOW_OK;
}

/* ----------------------------------------------------------- status entries */

struct avow_dbkey avow_fork_foreign_key(uint32_t log, uint32_t epoch, uint64_t target)
{
    struct avow_dbkey key = {.len = 16};
    avow_put_u32be(key.bytes, log);
    avow_put_u32be(key.bytes + 4, epoch);
    avow_put_u64be(key.bytes + 8, target);
    return key;
}

void avow_fork_foreign_row_write(struct avow_buf *out, const struct avow_foreign *foreign)
{
    avow_field_put_checkpoint(out, &foreign->checkpoint);
    avow_field_put_u64(out, foreign->index);
    avow_field_put_u32(out, (uint32_t)foreign->path.count);
    for (size_t i = 0; i < foreign->path.count; i++)
        avow_buf_append(out, foreign->path.hashes[i].bytes, sizeof(foreign->path.hashes[i].bytes));
    avow_buf_append(out, foreign->entry.data, foreign->entry.len);
}

enum avow_err avow_fork_foreign_row_read(struct avow_bytes key, struct avow_bytes row,
                                         struct avow_foreign *foreign)
{
    struct avow_fields cursor = open_keyed(row, key);
    avow_field_take_checkpoint(&cursor, &foreign->checkpoint);
    foreign->index = avow_field_take_u64(&cursor);
    foreign->path.count = avow_field_take_u32(&cursor);
    if (foreign->path.count > AVOW_PATH_MAX)
        return AVOW_ERR_CORRUPT;
    for (size_t i = 0; i < foreign->path.count; i++)
        avow_field_take(&cursor, foreign->path.hashes[i].bytes,
                        sizeof(foreign->path.hashes[i].bytes));
    foreign->entry = cursor.rest;
    return cursor.short_of || cursor.rest.len == 0 ? AVOW_ERR_CORRUPT : AVOW_OK;
}

/* -------------------------------------------------------- other root chains */

struct avow_dbkey avow_fork_other_key(const struct avow_hash *issuer, uint8_t slot)
{
    struct avow_dbkey key = {.len = 33};
    memcpy(key.bytes, issuer->bytes, 32);
    key.bytes[32] = slot;
    return key;
}

void avow_fork_other_row_write(struct avow_buf *out, const struct avow_other_chain *other,
                               const struct avow_chain *chain)
{
    avow_field_put_checkpoint(out, &other->checkpoint);
    avow_field_put_u32(out, (uint32_t)other->list.len);
    avow_buf_append(out, other->list.data, other->list.len);
    avow_chain_save(out, chain);
}

enum avow_err avow_fork_other_row_read(struct avow_bytes key, struct avow_bytes row,
                                       struct avow_other_chain *other, struct avow_bytes *saved)
{
    struct avow_fields cursor = open_keyed(row, key);
    avow_field_take_checkpoint(&cursor, &other->checkpoint);
    size_t len = avow_field_take_u32(&cursor);
    if (cursor.short_of || len > cursor.rest.len)
        return AVOW_ERR_CORRUPT;
    other->list = avow_bytes(cursor.rest.data, len);
    *saved = avow_bytes(cursor.rest.data + len, cursor.rest.len - len);
    return AVOW_OK;
}

/* -------------------------------------------------------------------- marks */

void avow_fork_mark_name(const struct avow_hash *issuer, char name[AVOW_FORK_MARK_NAME_MAX])
{
    char text[AVOW_ISSUER_TEXT_MAX];
    avow_id_issuer_text(issuer, text);
    (void)snprintf(name, AVOW_FORK_MARK_NAME_MAX, "parted %s", text);
}
