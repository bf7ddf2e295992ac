/* Rows as fixed-width big-endian fields, walked by a cursor that remembers running short: a reader
 * takes every field and checks once, with avow_field_take_finish(). */
#ifndef AVOW_STORE_ROWS_FIELDS_INNER_H
#define AVOW_STORE_ROWS_FIELDS_INNER_H

#include "proto/log/checkpoint.h"

struct avow_fields {
    struct avow_bytes rest; /* not taken yet, borrowed */
    bool short_of; /* the row ended too early, or a value was impossible: all since is zeros */
};

/* Each takes the next field; zeros, once the row was short of one. */
void avow_field_take(struct avow_fields *cursor, void *out, size_t len);
uint64_t avow_field_take_u64(struct avow_fields *cursor);
uint32_t avow_field_take_u32(struct avow_fields *cursor);
void avow_field_take_checkpoint(struct avow_fields *cursor, struct avow_checkpoint *checkpoint);
/* Returns their count. */
size_t avow_field_take_cosignatures(struct avow_fields *cursor,
                                    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX]);
/* OK, or CORRUPT when it ran short or bytes are left. */
AVOW_NODISCARD enum avow_err avow_field_take_finish(const struct avow_fields *cursor);

/* Each appends what its _take reads. */
void avow_field_put_u64(struct avow_buf *out, uint64_t value);
void avow_field_put_u32(struct avow_buf *out, uint32_t value);
void avow_field_put_checkpoint(struct avow_buf *out, const struct avow_checkpoint *checkpoint);
void avow_field_put_cosignatures(struct avow_buf *out, const struct avow_cosignature *lines,
                                 size_t count);

#endif
