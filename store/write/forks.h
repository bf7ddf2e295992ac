/* What is known of a log's other histories, beside the one that is held: fork proofs, other root
 * chains, other branches' status entries (docs/protocol.md, "Forks").
 *
 * It changes verdicts, never the log. All of it is verified by whoever adds it, is charged to the
 * store's bound like entries, and can be served on as it came. */
#ifndef AVOW_STORE_WRITE_FORKS_H
#define AVOW_STORE_WRITE_FORKS_H

#include "proto/log/fork.h"
#include "store/store.h"

#define AVOW_FORKS_MAX 256      /* origins of one issuer; that of the accepted log always fits */
#define AVOW_OTHER_CHAINS_MAX 8 /* of one issuer */
#define AVOW_OTHER_CHAIN_BYTES_MAX (256 * 1024)
#define AVOW_FOREIGN_MAX 65536 /* targets of one log */

/* -------------------------------------------------------- forks of an origin */

struct avow_known_fork {
    struct avow_bytes fork; /* the first proof that came, encoded: a view as the snapshot's */
    struct avow_checkpoint
        newest;       /* of the origin, on whichever branch: the latest that is known */
    uint64_t foreign; /* targets that other branches' status entries are kept for */
};
/* The fork of this checkpoint's origin. NOT_FOUND, CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_snapshot_fork(struct avow_snapshot *snapshot,
                                                const struct avow_checkpoint *origin,
                                                struct avow_known_fork *known);
/* The first known fork whose origin comes after that of `after` (NULL: the first of all), by issuer
 * id, epoch and opening. NOT_FOUND at the end; CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_snapshot_next_fork(struct avow_snapshot *snapshot,
                                                     const struct avow_checkpoint *after,
                                                     struct avow_known_fork *known);
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

struct avow_foreign {
    struct avow_checkpoint
        checkpoint; /* another branch's, of the accepted log's origin; verified */
    uint64_t index; /* of the entry in that branch */
    struct avow_bytes entry;
    struct avow_path path; /* from the entry to the checkpoint's root */
};
/* Keeps a status entry if it is the gravest one for its target (avow_status_is_graver). Nodes that
 * have seen the same keep the same.
 * `*changed`: it was kept. NOT_FOUND: the accepted log is not forked, or is of another origin.
 * REJECT_PROOF; REJECT_VALUE for no status entry or a reinstatement; REJECT_TARGET for a target
 * that is not below the origin's opening entry; the codec's; REJECT_QUOTA. */
AVOW_NODISCARD enum avow_err avow_txn_add_foreign(struct avow_txn *txn,
                                                  const struct avow_foreign *foreign, bool *changed,
                                                  enum avow_reject *reject);
/* The entry that is kept for `*target`, or with `next` for the first target from it on, which
 * `*target` then is. NOT_FOUND: none, or `log` is not forked; CORRUPT, IO. The entry's view lives
 * as the snapshot does. */
AVOW_NODISCARD enum avow_err avow_snapshot_foreign(struct avow_snapshot *snapshot,
                                                   const struct avow_log *log, bool next,
                                                   uint64_t *target, struct avow_foreign *foreign);

/* ---------------------------------------------------------- other root chains */

struct avow_other_chain {
    struct avow_checkpoint checkpoint; /* signed; the chain is complete to its epoch */
    struct avow_bytes list;            /* [proved entry, …], as it travels: a view */
    struct avow_bytes saved;           /* read: the same for avow_chain_load(), judged before */
};
/* Another root chain of an issuer, by position from 0. NOT_FOUND at the end; CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_snapshot_other_chain(struct avow_snapshot *snapshot,
                                                       const struct avow_hash *issuer,
                                                       size_t position,
                                                       struct avow_other_chain *other);
/* Keeps a root chain that parts from the accepted one: `chain` is what avow_chain_read() made of
 * other->list for other->checkpoint, which is verified. A chain that another extends gives way to
 * it. When AVOW_OTHER_CHAINS_MAX are kept, one without which the choice is the same goes. The
 * log's disputed_from follows from all of them, now and whenever its own chain grows.
 * NOT_FOUND: no log of this issuer is accepted. REJECT_LENGTH beyond AVOW_OTHER_CHAIN_BYTES_MAX,
 * REJECT_QUOTA. `*changed`: it was kept. */
AVOW_NODISCARD enum avow_err avow_txn_add_chain(struct avow_txn *txn,
                                                const struct avow_other_chain *other,
                                                const struct avow_chain *chain, bool *changed,
                                                enum avow_reject *reject);

#endif
