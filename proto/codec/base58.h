/* Base58 with Bitcoin's alphabet, its multibase form with the prefix "z", and Ed25519 public keys
 * as Multikey and did:key (W3C Controlled Identifiers 1.0, section 2.2.2; did:key method 0.7).
 * The cost of base 58 is quadratic, so lengths are bounded: keys and signatures, not documents. */
#ifndef AVOW_PROTO_CODEC_BASE58_H
#define AVOW_PROTO_CODEC_BASE58_H

#include "proto/base.h"

#define AVOW_BASE58_BYTES_MAX 128
/* 128 bytes are at most 175 digits: 128 log 256 / log 58. */
#define AVOW_BASE58_LEN_MAX 175

/* Appends the text of at most AVOW_BASE58_BYTES_MAX bytes (asserted); failure sticks in `out`. */
void avow_base58_encode(struct avow_bytes data, struct avow_buf *out);
/* The same after a "z". */
void avow_multibase_encode(struct avow_bytes data, struct avow_buf *out);

/* Decodes the whole of `text` into `out`, of `max` bytes, and says how many. CHECKSUM for a
 * character outside the alphabet, LENGTH for more than `max` or AVOW_BASE58_BYTES_MAX bytes. */
AVOW_NODISCARD enum avow_reject avow_base58_decode(struct avow_bytes text, uint8_t *out, size_t max,
                                                   size_t *len);
/* The same after a "z", else TYPE. */
AVOW_NODISCARD enum avow_reject avow_multibase_decode(struct avow_bytes text, uint8_t *out,
                                                      size_t max, size_t *len);

/* Sizes with the NUL. */
#define AVOW_MULTIKEY_TEXT_MAX 49
#define AVOW_DID_KEY_TEXT_MAX (AVOW_MULTIKEY_TEXT_MAX + 8)

/* "z6Mk…": multibase of the bytes ed 01 and the key. */
void avow_multibase_key_text(const struct avow_key *key, char out[AVOW_MULTIKEY_TEXT_MAX]);
/* "did:key:z6Mk…" */
void avow_did_key_text(const struct avow_key *key, char out[AVOW_DID_KEY_TEXT_MAX]);

/* Beside the rejections of avow_multibase_decode(): TYPE for a key that is not Ed25519 or a
 * missing "did:key:", LENGTH for a key that is not 32 bytes long. Whether the bytes are a valid
 * point is not judged. `key` is zeros after a rejection. */
AVOW_NODISCARD enum avow_reject avow_multibase_key_parse(struct avow_bytes text,
                                                         struct avow_key *key);
AVOW_NODISCARD enum avow_reject avow_did_key_parse(struct avow_bytes text, struct avow_key *key);

#endif
