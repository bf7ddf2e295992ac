/* A signer's working copy: from a checked log proof, through new entries, to the next checkpoint.
 *
 * A signer computes what it signs itself and takes no node's word: the proof gives the tree's right
 * edge (its last entry), the status map's (its last chunk), and whatever older entries and chunks
 * the new entries refer to. It needs nothing else of the log, however long. */
#ifndef AVOW_PROTO_LOG_DRAFT_H
#define AVOW_PROTO_LOG_DRAFT_H

#include "proto/log/evidence.h"
#include "proto/log/state.h"

struct avow_draft; /* heap; see below */

/* A new log, of no entries. AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_draft_new(struct avow_draft **draft);
/* Goes on from `proof`, which must outlive the draft. REJECT_PROOF when it lacks the log's last
 * entry or last status chunk (PROVE asks for both by AVOW_PROVE_FOR_SIGNING). */
AVOW_NODISCARD enum avow_err avow_draft_from_proof(const struct avow_log_proof *proof,
                                                   struct avow_draft **draft,
                                                   enum avow_reject *reject);
/* NULL in `*draft` is a no-op; it is NULL afterwards. */
void avow_draft_free(struct avow_draft **draft);

/* Applies one more entry (the bytes are copied). AVOW_ERR_NOT_FOUND: the proof does not show an
 * older entry or chunk that this one refers to; AVOW_ERR_NOMEM. Otherwise `*reject` tells. */
AVOW_NODISCARD enum avow_err avow_draft_append(struct avow_draft *draft, struct avow_bytes entry,
                                               enum avow_reject *reject);

/* The size that the draft goes on from (0: a new log), and its size now. */
uint64_t avow_draft_base(const struct avow_draft *draft);
uint64_t avow_draft_size(const struct avow_draft *draft);
/* The state after the last entry; lives until the next append. */
const struct avow_state *avow_draft_state(const struct avow_draft *draft);
/* The bytes of an appended entry, base <= index < size. */
struct avow_bytes avow_draft_entry(const struct avow_draft *draft, uint64_t index);
/* The newest status entry for `target` that the draft knows, appended or in the proof, and the
 * target's state now: what a status entry's `previous` must be. NOT_FOUND when the proof does not
 * show it. */
AVOW_NODISCARD enum avow_err avow_draft_status(const struct avow_draft *draft, uint64_t target,
                                               enum avow_status *status,
                                               uint64_t *last_status_entry);

/* The unsigned checkpoint of the draft as it stands, at `time` (Unix seconds). AVOW_ERR_INVALID
 * for a draft without an entry. */
AVOW_NODISCARD enum avow_err avow_draft_checkpoint(const struct avow_draft *draft, uint64_t time,
                                                   struct avow_checkpoint *checkpoint);
/* The consistency proof from `size` (base <= size <= the draft's) to the draft's size: what goes
 * with a chunk of a batch that reaches `size`. */
AVOW_NODISCARD enum avow_err avow_draft_consistency(const struct avow_draft *draft, uint64_t size,
                                                    struct avow_path *path);

#endif
