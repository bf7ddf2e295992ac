/* What a root entry claims that costs signatures to find out: that the keys it brings are points,
 * and that the root key has signed it. All else of a root entry is judged for nothing, by its
 * chain.
 *
 * A claim has by value whatever is verified, so that a claim which was verified once, wherever that
 * was, is known again by its digest and by nothing else. */
#ifndef AVOW_PROTO_LOG_ROOT_CLAIM_H
#define AVOW_PROTO_LOG_ROOT_CLAIM_H

#include "proto/base.h"

#define AVOW_ROOT_CLAIM_KEYS_MAX 3

struct avow_root_claim {
    uint64_t index;                                 /* of the entry, in its log */
    struct avow_hash leaf;                          /* of the entry */
    struct avow_hash root_before;                   /* of the tree at size = index */
    struct avow_key keys[AVOW_ROOT_CLAIM_KEYS_MAX]; /* that the entry brings */
    size_t key_count;
    bool is_signed; /* every entry but inception; else what follows is empty */
    struct avow_key signer;
    struct avow_signature signature;
    struct avow_bytes message; /* what is signed: it has the index, the root before, the entry and
                                * the leaf of the root entry before it. A view */
};

/* Verifies: ACCEPT, KEY_POINT, ROOT_SIGNATURE. Up to four signatures' worth of time. */
AVOW_NODISCARD enum avow_reject avow_root_claim_check(const struct avow_root_claim *claim);
/* Of all that avow_root_claim_check() looks at, and of nothing else. */
struct avow_hash avow_root_claim_digest(const struct avow_root_claim *claim);

/* Who says whether a claim holds, where that is not verified on the spot. */
struct avow_root_checker {
    void *context;
    /* Sets `*reject` to what avow_root_claim_check() says of the claim, or said. An error of ours
     * ends the apply. */
    enum avow_err (*check)(void *context, const struct avow_root_claim *claim,
                           enum avow_reject *reject);
    /* NULL: it always knows. Else true once `check` could not tell and answered ACCEPT, so that the
     * other claims would be seen too: nothing that was applied since may be kept. */
    const bool *unsure;
};

#endif
