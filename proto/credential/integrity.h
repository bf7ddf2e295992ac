/* Data Integrity proofs by cryptosuite eddsa-jcs-2022 (W3C vc-di-eddsa, section 3.3), in a proof
 * set: the document's `proof` is an array, and each proof covers the document without any.
 *
 * What is signed is 64 bytes: SHA-256 of the proof's options, then SHA-256 of the document, both
 * in JCS form. A proof by another cryptosuite may stand beside ours and is not checked here. */
#ifndef AVOW_PROTO_CREDENTIAL_INTEGRITY_H
#define AVOW_PROTO_CREDENTIAL_INTEGRITY_H

#include <jansson.h>

#include "proto/base.h"
#include "proto/credential/fault.h"
#include "proto/crypto/ed25519.h"

#define AVOW_PROOFS_MAX 8
#define AVOW_PROOF_HASHES_LEN 64

struct avow_proof_facts {
    struct avow_key key; /* of its did:key */
    uint64_t created;    /* Unix seconds, the signer's word */
    size_t index;        /* in the set */
    size_t unchecked;    /* proofs of the set that are not ours to check */
    struct avow_signature signature;
};

/* Appends a proof by `secret`, whose public key is `key`, to the document's proof set, which it
 * makes if there is none. `created` is at most AVOW_TIME_MAX. AVOW_OK; AVOW_ERR_NOMEM;
 * AVOW_ERR_INVALID when the document is not an object or its `proof` not an array. */
AVOW_NODISCARD enum avow_err avow_proof_add(json_t *document, const struct avow_key *key,
                                            const struct avow_secret_key *secret, uint64_t created);

/* Finds the one eddsa-jcs-2022 proof by a did:key and reads it, without checking its signature.
 *
 * AVOW_OK; AVOW_ERR_REJECTED with `*fault` filled: DOCUMENT (no such proof, or not of its form),
 * DUPLICATE (several), LENGTH (over AVOW_PROOFS_MAX), KEY_POINT, or what is wrong in a value. */
AVOW_NODISCARD enum avow_err avow_proof_read(const json_t *document, struct avow_proof_facts *facts,
                                             struct avow_fault *fault);

/* The same, and checks its signature: SIGNATURE when it does not verify; AVOW_ERR_NOMEM. That the
 * key is one of the issuer's is for the caller to judge. */
AVOW_NODISCARD enum avow_err
avow_proof_verify(const json_t *document, struct avow_proof_facts *facts, struct avow_fault *fault);

/* The 64 bytes that a proof signs. `proof` is one proof of `document`; its `proofValue`, if it has
 * one, and the document's `proof` are left out. AVOW_OK or AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_proof_hashes(const json_t *document, const json_t *proof,
                                               uint8_t hashes[AVOW_PROOF_HASHES_LEN]);

#endif
