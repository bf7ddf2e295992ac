/* Reading what is known of other histories, and what a node tells its peers of it
 * (docs/protocol.md, "Gossip"). */
#ifndef AVOW_STORE_READ_SNAPSHOT_FORKS_H
#define AVOW_STORE_READ_SNAPSHOT_FORKS_H

#include "store/read/snapshot.h"
#include "store/rows/forks.h"

/* The fork of this checkpoint's origin. NOT_FOUND, CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_snapshot_fork(struct avow_snapshot *snapshot,
                                                const struct avow_checkpoint *origin,
                                                struct avow_known_fork *known);

/* The entry that is kept for `*target`, or with `next` for the first target from it on, which
 * `*target` then is. NOT_FOUND: none, or `log` is not forked; CORRUPT, IO. The entry's view lives
 * as the snapshot does. */
AVOW_NODISCARD enum avow_err avow_snapshot_foreign(struct avow_snapshot *snapshot,
                                                   const struct avow_log *log, bool next,
                                                   uint64_t *target, struct avow_foreign *foreign);

/* Another root chain of an issuer, by position from 0. NOT_FOUND at the end; CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_snapshot_other_chain(struct avow_snapshot *snapshot,
                                                       const struct avow_hash *issuer,
                                                       size_t position,
                                                       struct avow_other_chain *other);

/* The first issuer above `after` of which a fork or another root chain is known. It may be one of
 * the past, of which there is nothing to tell. NOT_FOUND at the end; CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_snapshot_next_forked(struct avow_snapshot *snapshot,
                                                       const struct avow_hash *after,
                                                       struct avow_hash *issuer);
/* A fingerprint of what is to be told: the accepted log, and avow_txn_mark_forks()'s last mark.
 * NOT_FOUND: the log is not forked, and no other root chain is known; CORRUPT, IO, NOMEM. */
AVOW_NODISCARD enum avow_err avow_snapshot_fork_digest(struct avow_snapshot *snapshot,
                                                       const struct avow_hash *issuer,
                                                       struct avow_hash *digest);

/* The first record from `*target` on, which is moved to it, that has status entries in the accepted
 * log. NOT_FOUND at the end; CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_snapshot_next_changed(struct avow_snapshot *snapshot,
                                                        const struct avow_log *log,
                                                        uint64_t *target);

#endif
