/* Walks untrusted MessagePack in place: no allocation, no recursion.
 *
 * Accepts only docs/protocol.md, "Encoding": shortest forms, no floats, no negative integers, text
 * of well-formed UTF-8 without U+0000 to 001F and 007F, map keys that are strings, unique and in
 * byte order, at most 20 levels. The first rejection sticks. Later reads return zeros and consume
 * nothing, so a decoder reads every field and checks once, in avow_reader_finish().
 *
 * The forms that fill a log (small integers, times, short arrays, short binary data) are read
 * inline; a rejection empties `rest`, so that they need no test of their own for it. */
#ifndef AVOW_PROTO_CODEC_READER_H
#define AVOW_PROTO_CODEC_READER_H

#include "proto/base.h"

#define AVOW_READER_DEPTH_MAX 20

struct avow_reader {
    struct avow_bytes rest;  /* unread input, borrowed; empty after a rejection */
    enum avow_reject reject; /* AVOW_ACCEPT until the first rejection */
};

/* Starts at the first byte of `input`, which must outlive the reader. */
void avow_reader_init(struct avow_reader *reader, struct avow_bytes input);

/* Records a judgement of the caller's own, unless a rejection is there already; AVOW_ACCEPT changes
 * nothing. */
void avow_reader_reject(struct avow_reader *reader, enum avow_reject reject);

/* An array's header: returns its count. TYPE, MINIMAL, TRUNCATED; LENGTH if over `max` or if the
 * rest of the input has fewer bytes than the array has items. */
size_t avow_reader_array(struct avow_reader *reader, size_t max);
/* An array's header of exactly `count` items, else LENGTH. */
static inline void avow_reader_array_of(struct avow_reader *reader, size_t count);
/* A map's header: returns its number of pairs. Keys are read by avow_reader_key(). */
size_t avow_reader_map(struct avow_reader *reader, size_t max);
/* A map key of at most `max_len` bytes, greater than `*last` (KEY_ORDER), which it then replaces.
 * Start a map with `*last = {NULL, 0}`. */
struct avow_bytes avow_reader_key(struct avow_reader *reader, struct avow_bytes *last,
                                  size_t max_len);

/* An unsigned integer of at most AVOW_UINT_MAX, else RANGE. */
static inline uint64_t avow_reader_uint(struct avow_reader *reader);
/* The same, at most `max`. */
static inline uint64_t avow_reader_uint_max(struct avow_reader *reader, uint64_t max);
/* If the next value is nil, consumes it and returns true. */
bool avow_reader_nil(struct avow_reader *reader);

/* Text of at most `max_len` bytes, a view into the input. */
struct avow_bytes avow_reader_text(struct avow_reader *reader, size_t max_len);
/* Binary data of at most `max_len` bytes, a view. */
struct avow_bytes avow_reader_bin(struct avow_reader *reader, size_t max_len);
/* Binary data of exactly `len` bytes copied to `out` (zeros after a rejection). */
static inline void avow_reader_bin_exact(struct avow_reader *reader, void *out, size_t len);
void avow_reader_hash(struct avow_reader *reader, struct avow_hash *out);
void avow_reader_key32(struct avow_reader *reader, struct avow_key *out);
void avow_reader_signature(struct avow_reader *reader, struct avow_signature *out);

/* Consumes one whole value of any kind, checking its form at every level, and returns its bytes.
 * DEPTH if it nests more than 20 arrays and maps. */
struct avow_bytes avow_reader_any(struct avow_reader *reader);
/* The same for a value that stands inside `outer` arrays and maps already, so that the bound is on
 * the whole input: the value of a key in a map that is a field of an entry has `outer` 2. */
struct avow_bytes avow_reader_any_inside(struct avow_reader *reader, size_t outer);

/* Returns the judgement on the whole input; unread bytes are AVOW_REJECT_TRAILING. */
AVOW_NODISCARD enum avow_reject avow_reader_finish(const struct avow_reader *reader);

/* The rest of this file is how the inline readers do it. The _slow functions judge every form. */
uint64_t avow_reader_uint_slow(struct avow_reader *reader);
void avow_reader_array_of_slow(struct avow_reader *reader, size_t count);
void avow_reader_bin_exact_slow(struct avow_reader *reader, void *out, size_t len);

/* Consumes `len` bytes, which must be there. */
static inline void avow_reader_skip(struct avow_reader *reader, size_t len)
{
    reader->rest.data += len;
    reader->rest.len -= len;
}

static inline uint64_t avow_reader_uint(struct avow_reader *reader)
{
    const uint8_t *in = reader->rest.data;
    if (reader->rest.len >= 1 && in[0] < 0x80) {
        avow_reader_skip(reader, 1);
        return in[0];
    }
    if (reader->rest.len >= 5 && in[0] == 0xce) {
        uint32_t value = avow_get_u32be(in + 1);
        if (value > UINT16_MAX) {
            avow_reader_skip(reader, 5);
            return value;
        }
    }
    return avow_reader_uint_slow(reader);
}

static inline uint64_t avow_reader_uint_max(struct avow_reader *reader, uint64_t max)
{
    uint64_t value = avow_reader_uint(reader);
    if (value <= max)
        return value;
    avow_reader_reject(reader, AVOW_REJECT_RANGE);
    return 0;
}

static inline void avow_reader_array_of(struct avow_reader *reader, size_t count)
{
    if (count < 16 && reader->rest.len > count && reader->rest.data[0] == (0x90 | count))
        avow_reader_skip(reader, 1);
    else
        avow_reader_array_of_slow(reader, count);
}

static inline void avow_reader_bin_exact(struct avow_reader *reader, void *out, size_t len)
{
    const uint8_t *in = reader->rest.data;
    if (len < 256 && reader->rest.len >= 2 + len && in[0] == 0xc4 && in[1] == len) {
        memcpy(out, in + 2, len);
        avow_reader_skip(reader, 2 + len);
        return;
    }
    avow_reader_bin_exact_slow(reader, out, len);
}

#endif
