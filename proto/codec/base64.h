/* Base64 (RFC 4648), with padding in the standard alphabet and without it in the URL alphabet, and
 * lower-case hexadecimal. One text for each value: what an encoder would not write is refused. */
#ifndef AVOW_PROTO_CODEC_BASE64_H
#define AVOW_PROTO_CODEC_BASE64_H

#include "proto/base.h"

/* Append the text of `data`; failure sticks in `out`. */
void avow_base64_encode(struct avow_bytes data, struct avow_buf *out);
void avow_base64url_encode(struct avow_bytes data, struct avow_buf *out);
void avow_hex_encode(struct avow_bytes data, struct avow_buf *out);

/* Append the bytes that the whole of `text` stands for. CHECKSUM for a character outside the
 * alphabet (white space is, and upper-case hexadecimal), LENGTH for a length that no text has,
 * missing or needless padding, or more bytes than `out` may hold, MINIMAL where bits that stand for
 * nothing are not zero. `out` is unchanged by a rejection; that memory ran out is in its `err`,
 * with AVOW_ACCEPT. */
AVOW_NODISCARD enum avow_reject avow_base64_decode(struct avow_bytes text, struct avow_buf *out);
AVOW_NODISCARD enum avow_reject avow_base64url_decode(struct avow_bytes text, struct avow_buf *out);
AVOW_NODISCARD enum avow_reject avow_hex_decode(struct avow_bytes text, struct avow_buf *out);

/* The same for a text of exactly `len` bytes, else LENGTH. `out` is zeros after a rejection. */
AVOW_NODISCARD enum avow_reject avow_base64_decode_exact(struct avow_bytes text, void *out,
                                                         size_t len);
AVOW_NODISCARD enum avow_reject avow_hex_decode_exact(struct avow_bytes text, void *out,
                                                      size_t len);

#endif
