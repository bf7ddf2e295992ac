/* What a verdict and a prover read from a store's snapshot. */
#ifndef AVOW_STORE_FACTS_H
#define AVOW_STORE_FACTS_H

#include "proto/trust/verdict.h"
#include "store/store.h"

/* Facts from `snapshot`, which must outlive them and stay as it is while they are used. Entries and
 * status are proved against the checkpoint's roots before they are believed (store/proven.h):
 * CORRUPT if they do not hold. */
struct avow_facts avow_facts_from_snapshot(struct avow_snapshot *snapshot);

/* What evidence is asked for, of one issuer's log. */
struct avow_prove_request {
    struct avow_hash issuer;
    const uint64_t *indices; /* entries, in any order; those beyond the log are left out */
    size_t index_count;
    const uint64_t *chunks; /* status chunks beside those of the indices */
    size_t chunk_count;
    bool for_signing; /* also the last entry and the last status chunk: a signer goes on from there
                       */
    const struct avow_cosignature
        *own; /* the node's own line on the accepted checkpoint, or NULL */
};

/* Appends evidence that lets anyone recompute a verdict on each index: its entry, its
 * achievement's, its status chunk, its status entries back to the first, its first witness (for a
 * single index). AVOW_ERR_NOT_FOUND for an unknown issuer; AVOW_ERR_TOO_LARGE when it would pass
 * `out`'s bound or one of evidence.h's; the snapshot's errors. After an error `out` holds nothing
 * of use. */
AVOW_NODISCARD enum avow_err avow_evidence_make(struct avow_snapshot *snapshot,
                                                const struct avow_prove_request *request,
                                                struct avow_buf *out);

#endif
