/* Logs that have parted: what a node tells its peers of them (docs/protocol.md, "Gossip"). */
#ifndef AVOW_STORE_READ_PARTED_H
#define AVOW_STORE_READ_PARTED_H

#include "store/write/forks.h"

/* The first issuer above `after` of which a fork or another root chain is known. It may be one of
 * the past, of which there is nothing to tell. NOT_FOUND at the end; CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_snapshot_next_parted(struct avow_snapshot *snapshot,
                                                       const struct avow_hash *after,
                                                       struct avow_hash *issuer);
/* A fingerprint of what is to be told: the accepted log, and avow_txn_note_parted()'s last mark.
 * NOT_FOUND: the log is not forked, and no other root chain is known; CORRUPT, IO, NOMEM. */
AVOW_NODISCARD enum avow_err avow_snapshot_parted(struct avow_snapshot *snapshot,
                                                  const struct avow_hash *issuer,
                                                  struct avow_hash *digest);
/* Marks that what is known of an issuer's forks has grown. `mark` is one that was never used. */
#define AVOW_PARTED_MARK_BYTES 16
AVOW_NODISCARD enum avow_err avow_txn_note_parted(struct avow_txn *txn,
                                                  const struct avow_hash *issuer,
                                                  const uint8_t mark[AVOW_PARTED_MARK_BYTES]);

/* The first record from `*target` on, which is moved to it, that has status entries in the accepted
 * log. NOT_FOUND at the end; CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_snapshot_next_changed(struct avow_snapshot *snapshot,
                                                        const struct avow_log *log,
                                                        uint64_t *target);

#endif
