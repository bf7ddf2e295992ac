/* What a verdict and a prover read from a store's snapshot. */
#ifndef AVOW_STORE_READ_FACTS_H
#define AVOW_STORE_READ_FACTS_H

#include "proto/trust/verdict.h"
#include "store/read/snapshot.h"

/* Facts from `snapshot`, which must outlive them and stay as it is while they are used. Entries and
 * status are proved against the checkpoint's roots before they are believed (store/read/proven.h):
 * CORRUPT if they do not hold. A search ends early when the question's allowance is half used
 * (store/read/allowance.h). */
struct avow_facts avow_facts_from_snapshot(struct avow_snapshot *snapshot);

/* Brings near what verdicts on these records read, of all of them at once: asked one by one, each
 * would wait for memory by itself. Of logs that this snapshot has read before: no other is read.
 * Changes no answer; what fails here fails again when it is asked. */
#define AVOW_FACTS_EXPECTED_MAX 64
void avow_facts_expect(struct avow_snapshot *snapshot, const struct avow_reference *records,
                       size_t count);

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
 * `out`'s bound or one of evidence.h's; the snapshot's errors, BUSY when the question's time is
 * used up. After an error `out` holds nothing of use. */
AVOW_NODISCARD enum avow_err avow_evidence_make(struct avow_snapshot *snapshot,
                                                const struct avow_prove_request *request,
                                                struct avow_buf *out);

/* What evidence is asked for, of everything that a verdict under a policy takes. */
struct avow_prove_under {
    const struct avow_policy *policy;
    uint64_t now, at;
    /* The subject, then the components that it is stacked from and its pathway. At least one. */
    const struct avow_reference *references;
    size_t count;
    bool all_or_none; /* BUSY rather than what a search found that its allowance ended */
    /* The node's own line on a log's accepted checkpoint, or NULL; may itself be NULL. */
    const struct avow_cosignature *(*own)(void *context, const struct avow_log *log);
    void *context;
};

/* Writes evidence from which avow_judge() gives the same word as from the snapshot: of each
 * reference what avow_evidence_make() shows; the recognitions on the paths that were found, with
 * their logs, the best paths first as far as they fit; where there is none and the policy demands
 * one, all of the logs that were searched, if they fit. A component or pathway whose log is not
 * held is left out. A search that ended early shows what it had found. AVOW_ERR_NOT_FOUND when the
 * subject's is not held; AVOW_ERR_TOO_LARGE; the snapshot's errors, BUSY when the question's time
 * is used up. What was in `out` is gone. */
AVOW_NODISCARD enum avow_err avow_evidence_make_under(struct avow_snapshot *snapshot,
                                                      const struct avow_prove_under *request,
                                                      struct avow_buf *out);

#endif
