/* Writes MessagePack in the one form that codec/reader accepts. msgpack-c packs; the caller keeps
 * map keys in byte order. Failure sticks in the buffer (struct avow_buf, `err`). */
#ifndef AVOW_PROTO_CODEC_WRITER_H
#define AVOW_PROTO_CODEC_WRITER_H

#include "proto/base.h"

/* Headers: as many items, or keys and values in turn, must follow. At most UINT32_MAX, asserted, as
 * is the length of a text or of binary data. */
void avow_write_array(struct avow_buf *out, size_t count);
void avow_write_map(struct avow_buf *out, size_t pairs);
/* `value` at most AVOW_UINT_MAX, asserted. */
void avow_write_uint(struct avow_buf *out, uint64_t value);
void avow_write_nil(struct avow_buf *out);
void avow_write_text(struct avow_buf *out, struct avow_bytes text);
void avow_write_bin(struct avow_buf *out, struct avow_bytes bin);
void avow_write_hash(struct avow_buf *out, const struct avow_hash *hash);
void avow_write_key32(struct avow_buf *out, const struct avow_key *key);
void avow_write_signature(struct avow_buf *out, const struct avow_signature *signature);
/* Bytes that are one well-formed value already. */
void avow_write_raw(struct avow_buf *out, struct avow_bytes value);

#endif
