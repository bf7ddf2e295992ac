/* SHA-256 and what is built on it. Everything here is infallible. */
#ifndef AVOW_PROTO_CRYPTO_SHA256_H
#define AVOW_PROTO_CRYPTO_SHA256_H

#include "proto/base.h"

/* SHA-256 over the concatenation of `count` parts. */
struct avow_hash avow_sha256(const struct avow_bytes *parts, size_t count);

/* HMAC-SHA-256 (RFC 2104) over the concatenation of `count` parts. */
struct avow_hash avow_hmac_sha256(struct avow_bytes key, const struct avow_bytes *parts,
                                  size_t count);

#endif
