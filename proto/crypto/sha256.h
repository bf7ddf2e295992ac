/* SHA-256 and what is built on it. Everything here is infallible. */
#ifndef AVOW_PROTO_CRYPTO_SHA256_H
#define AVOW_PROTO_CRYPTO_SHA256_H

#include "proto/base.h"

/* SHA-256 over the concatenation of `count` parts. */
struct avow_hash avow_sha256(const struct avow_bytes *parts, size_t count);

/* The two hashes of an RFC 6962 tree: SHA-256(0x00 || entry), in one block for an entry of at most
 * 54 bytes, and SHA-256(0x01 || left || right). The same values as avow_sha256() gives, faster. */
struct avow_hash avow_sha256_leaf(struct avow_bytes entry);
struct avow_hash avow_sha256_node(const struct avow_hash *left, const struct avow_hash *right);

/* HMAC-SHA-256 (RFC 2104) over the concatenation of `count` parts. */
struct avow_hash avow_sha256_hmac(struct avow_bytes key, const struct avow_bytes *parts,
                                  size_t count);

#endif
