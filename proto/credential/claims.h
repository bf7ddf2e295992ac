/* A document's claims and their commitment (docs/protocol.md, "Commitment"): every leaf value,
 * named by its JSON Pointer and salted from the credential's seed, under one RFC 6962 root. The
 * root is what an `issue` entry makes public; without the seed it says nothing. */
#ifndef AVOW_PROTO_CREDENTIAL_CLAIMS_H
#define AVOW_PROTO_CREDENTIAL_CLAIMS_H

#include <jansson.h>

#include "proto/base.h"
#include "proto/credential/fault.h"

#define AVOW_SEED_LEN 32
#define AVOW_SALT_LEN 16
#define AVOW_CLAIMS_MAX 4096
#define AVOW_CLAIMS_DEPTH_MAX 20     /* arrays and objects, the document itself among them */
#define AVOW_CLAIM_POINTER_MAX 65535 /* its length is hashed as a u16 */
#define AVOW_CLAIM_POINTERS_MAX (1024 * 1024) /* bytes of all pointers together */

/* The commitment of `document`, a parsed JSON object, without its top-level `proof` and
 * `credentialStatus`. `issuer` is the issuer id of the log that will hold it.
 *
 * AVOW_OK; AVOW_ERR_NOMEM; AVOW_ERR_REJECTED with `*fault` filled: TYPE when the document is not
 * an object, DEPTH, LENGTH (too many claims or too long pointers), VALUE for a key that looks like
 * an array index, RANGE for an integer beyond 2^53 - 1. `*out` is set on AVOW_OK alone. */
AVOW_NODISCARD enum avow_err avow_commitment(const json_t *document, const struct avow_hash *issuer,
                                             const uint8_t seed[AVOW_SEED_LEN],
                                             struct avow_hash *out, struct avow_fault *fault);

#endif
