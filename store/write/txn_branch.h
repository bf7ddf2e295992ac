/* Branches: a log's replica moves over to another history of its issuer (docs/protocol.md, "Root
 * entries and epochs").
 *
 * The better history is held beside the accepted one, under a log number of its own: the
 * *candidate*, one an issuer, invisible to readers and charged like any entries. It is filled from
 * the accepted log's own entries below the point where the two part, then by ranges
 * (struct avow_range.branch), and becomes the accepted log in the transaction that completes it: a
 * reader's snapshot has the old or the new one. The old number stays for AVOW_RETIRED_S, or until
 * the issuer leaves another one, then goes in bounded transactions; so does a candidate that is
 * dropped, at once.
 *
 * Which history is better is the caller's to know (avow_chain_choose). */
#ifndef AVOW_STORE_WRITE_TXN_BRANCH_H
#define AVOW_STORE_WRITE_TXN_BRANCH_H

#include "store/write/txn.h"

#define AVOW_RETIRED_S (UINT64_C(30) * 24 * 3600)
#define AVOW_BRANCH_STEP 65536 /* entries that one call copies; one in an index counts for 16 */
#define AVOW_PURGE_STEP 4096   /* rows that one call deletes */

/* Begins a candidate on its way to `want->checkpoint` (signed, judged by its root chain and
 * verified by the caller), or goes on with it: copies at most AVOW_BRANCH_STEP of the accepted
 * log's entries below want->shared; call again, in a transaction of its own, until
 * branch->size >= branch->shared. Ranges follow from branch->size on.
 *
 * `shared_root` is the tree root at want->shared that the checkpoint is proved to cover (a root
 * entry's root_before; ignored if want->shared is 0). A candidate for an earlier checkpoint of the
 * same origin, not larger than the new one, is kept and its aim moved; its own `shared` holds.
 * Another one is dropped for the new one. Indices from `shared` on are abandoned from now on
 * (avow_log.abandoned_from).
 *
 * NOT_FOUND: no log of this issuer is accepted, append to it. REFUSED: the origin is the accepted
 * one's; `shared` is beyond the accepted size or not below the checkpoint's; or the log's root
 * there is not `shared_root`. `want->size` is not looked at; `*branch` says where it is now.
 * REJECT_QUOTA at the store's bound; any rejection ends the candidate. */
AVOW_NODISCARD enum avow_err avow_txn_branch(struct avow_txn *txn, const struct avow_branch *want,
                                             const struct avow_hash *shared_root,
                                             struct avow_branch *branch, enum avow_reject *reject);
/* Gives the candidate up. NOT_FOUND when there is none. */
AVOW_NODISCARD enum avow_err avow_txn_drop_branch(struct avow_txn *txn,
                                                  const struct avow_hash *issuer);
/* Deletes up to AVOW_PURGE_STEP rows of what is due at `now` (Unix seconds). `*more`: not all of
 * it, call again in another transaction. */
AVOW_NODISCARD enum avow_err avow_txn_purge(struct avow_txn *txn, uint64_t now, bool *more);

#endif
