/* Writing what is known of other histories. All of it is verified by whoever adds it. */
#ifndef AVOW_STORE_WRITE_TXN_FORKS_H
#define AVOW_STORE_WRITE_TXN_FORKS_H

#include "store/rows/forks.h"
#include "store/write/txn.h"

/* -------------------------------------------------------- forks of an origin */

/* Adds a fork that the caller has checked (avow_fork_check). The first proof of an origin stays; of
 * a later one only the newest checkpoint counts. If the origin is the accepted log's, that is
 * forked from now on, until a root entry gives it another origin. `*changed`: anything is new.
 * NOT_FOUND: no log of this issuer is accepted. REJECT_QUOTA. */
AVOW_NODISCARD enum avow_err avow_txn_add_fork(struct avow_txn *txn, const struct avow_fork *fork,
                                               bool *changed, enum avow_reject *reject);
/* A checkpoint (verified by the caller) of a forked origin, on whichever branch: its time is the
 * fork's if it is the newest. NOT_FOUND: its origin is not known to be forked. */
AVOW_NODISCARD enum avow_err
avow_txn_fork_seen(struct avow_txn *txn, const struct avow_checkpoint *checkpoint, bool *changed);

/* --------------------------------------------- other branches' status entries */

/* Keeps a status entry if it is the gravest one for its target (avow_state_is_graver). Nodes that
 * have seen the same keep the same.
 * `*changed`: it was kept. NOT_FOUND: the accepted log is not forked, or is of another origin.
 * REJECT_PROOF; REJECT_VALUE for no status entry or a reinstatement; REJECT_TARGET for a target
 * that is not below the origin's opening entry; the codec's; REJECT_QUOTA. */
AVOW_NODISCARD enum avow_err avow_txn_add_foreign(struct avow_txn *txn,
                                                  const struct avow_foreign *foreign, bool *changed,
                                                  enum avow_reject *reject);
/* ---------------------------------------------------------- other root chains */

/* Keeps a root chain that parts from the accepted one: `chain` is what
 * avow_evidence_chain_of_list() made of other->list for other->checkpoint, which is verified. A
 * chain that another extends gives way to it. When AVOW_OTHER_CHAINS_MAX are kept, one without
 * which the choice is the same goes. The log's disputed_from follows from all of them, now and
 * whenever its own chain grows. NOT_FOUND: no log of this issuer is accepted. REJECT_LENGTH beyond
 * AVOW_OTHER_CHAIN_BYTES_MAX, REJECT_QUOTA. `*changed`: it was kept. */
AVOW_NODISCARD enum avow_err avow_txn_add_chain(struct avow_txn *txn,
                                                const struct avow_other_chain *other,
                                                const struct avow_chain *chain, bool *changed,
                                                enum avow_reject *reject);
#define AVOW_FORK_MARK_BYTES 16
/* Marks that what is known of an issuer's forks has grown. `mark` is one that was never used. */
AVOW_NODISCARD enum avow_err avow_txn_mark_forks(struct avow_txn *txn,
                                                 const struct avow_hash *issuer,
                                                 const uint8_t mark[AVOW_FORK_MARK_BYTES]);

#endif
