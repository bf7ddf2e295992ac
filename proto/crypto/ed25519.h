/* Ed25519, by libsodium alone and one signature at a time: libraries disagree on crafted
 * signatures, so there is exactly one verifier (docs/protocol.md, "Signatures").
 *
 * Accepted: S < L, canonical A and R of no small order, cofactorless equation, and A in the
 * prime-order subgroup. */
#ifndef AVOW_PROTO_CRYPTO_ED25519_H
#define AVOW_PROTO_CRYPTO_ED25519_H

#include "proto/base.h"

/* An Ed25519 secret key as libsodium keeps it: seed, then public key. Owners keep it in
 * sodium_malloc memory and wipe it. */
struct avow_secret_key {
    uint8_t bytes[64];
};

/* Starts libsodium and refuses to go on if it accepts a torsioned R or a torsioned A.
 * Call once from main, before any thread. AVOW_OK or AVOW_ERR_CRYPTO. */
AVOW_NODISCARD enum avow_err avow_crypto_init(void);

/* True if `key` is a canonical point of the prime-order subgroup, not of small order. A thread
 * remembers some of the keys that were, so that the same one costs next to nothing again. */
AVOW_NODISCARD bool avow_ed25519_key_is_valid(const struct avow_key *key);

/* True if `signature` over `message` is by `key`. Does not repeat the subgroup check of `key`: a
 * log's keys were checked by avow_ed25519_key_is_valid() when they were introduced, and a key from
 * elsewhere must be checked by the caller. */
AVOW_NODISCARD bool avow_ed25519_verify(const struct avow_key *key, struct avow_bytes message,
                                        const struct avow_signature *signature);

/* Signs `message` by RFC 8032: no randomness, cannot fail. */
void avow_ed25519_sign(const struct avow_secret_key *secret, struct avow_bytes message,
                       struct avow_signature *signature);

/* The key pair of a 32-byte seed. `secret` may be NULL to get the public key alone. */
void avow_ed25519_from_seed(const uint8_t seed[32], struct avow_secret_key *secret,
                            struct avow_key *key);

#endif
