/* Write transactions, and what they do to logs. */
#ifndef AVOW_STORE_WRITE_TXN_H
#define AVOW_STORE_WRITE_TXN_H

#include "store/rows/log.h"

struct avow_txn;

/* One write transaction groups many operations, of many logs. An operation that is rejected leaves
 * the transaction as it was; one that returns an error (other than NOT_FOUND, REFUSED) has spoilt
 * it: abort. A transaction begins and ends in one thread; there is one at a time. */
AVOW_NODISCARD enum avow_err avow_txn_begin(struct avow_store *store, struct avow_txn **txn);
/* Syncs to disk. The handle is spent whatever comes back: DISK_FULL, IO, NOMEM mean that nothing of
 * the group happened. */
AVOW_NODISCARD enum avow_err avow_txn_commit(struct avow_txn **txn);
void avow_txn_abort(struct avow_txn **txn);
/* Entries put so far: the writer commits at a bound. */
uint64_t avow_txn_entries(const struct avow_txn *txn);
/* True when the root chains of the logs that it has looked at take much memory, which a commit or
 * an abort frees: time to commit. */
bool avow_txn_is_large(const struct avow_txn *txn);

/* Entries [from, from + count) of a log, on the way to `checkpoint`. */
struct avow_range {
    struct avow_checkpoint checkpoint; /* signed and its signature verified by the caller; or, if
                                        * `held`, with key and signature all zeros */
    bool held;
    bool replace; /* held, from the accepted size: another held text gives way, if this stands */
    bool branch;  /* for the candidate of this checkpoint (store/write/txn_branch.h), not the
                     accepted  log */
    uint64_t from;
    const struct avow_bytes *entries;
    size_t count;
    struct avow_path path; /* consistency from size from + count to the checkpoint's */
    uint64_t now;          /* Unix seconds, for first_seen */
    /* Of root entries; NULL: they are verified here. One that comes to be unsure makes this
     * ERR_REFUSED, unless the checkpoint does not even cover the entries; nothing is changed. */
    const struct avow_root_checker *checker;
};

/* What leaves no room for entries. */
enum avow_bound {
    AVOW_BOUND_NONE,
    AVOW_BOUND_STORE, /* the store's, or of entries that a log must have: what is reserved for it */
    AVOW_BOUND_LOG,   /* the log's quota */
    AVOW_BOUND_FIRST, /* of held texts of logs of which nothing is accepted */
};

struct avow_range_result {
    uint64_t accepted;     /* the log's accepted size now */
    uint64_t pending;      /* how far entries are stored (a branch: the candidate's, until it is
                            * accepted); = accepted when nothing is pending */
    bool advanced;         /* this range completed the checkpoint */
    bool whole;            /* held: everything up to the held checkpoint is here */
    enum avow_bound bound; /* of REJECT_QUOTA */
};

/* Applies and stores a range that starts where the pending (or else the accepted) log ends.
 *
 * ERR_REFUSED: another text is held at this base (and this one is held, and does not replace it; or
 * a signed range is on its way), or the checkpoint is not larger than the accepted one. REJECT_SIZE
 * when the range starts elsewhere (`result` says where it should) or goes beyond its checkpoint;
 * REJECT_QUOTA where `result->bound` leaves no room. These change nothing. A held text gives way
 * to any other once it is AVOW_HELD_S older than `now`.
 *
 * Sender's fault: REJECT_PROOF, or REJECT_ROOT at the checkpoint's size, when the checkpoint does
 * not cover these entries. What is pending for the same checkpoint stays, and so does a held text
 * when the range is signed; else the pending range is dropped back to the accepted size.
 *
 * The checkpoint's fault, found only once it is known to cover the entries: any rule's rejection
 * from avow_apply, REJECT_ORIGIN, and at its size REJECT_STATUS_ROOT, _TIME (below its last entry's
 * or below the accepted one's in the same origin), _KEY_UNKNOWN, _KEY_EXPIRED. The pending range is
 * dropped, but a held text stays when the range is signed or was to replace it.
 *
 * A signed range may start at the accepted size although a text is held: with all of its entries it
 * goes on after them, with others or with fewer it replaces it (somebody has signed: what is held
 * can no longer be).
 *
 * A range for the candidate starts where that ends, once its shared part is copied; an empty one
 * may complete it. NOT_FOUND when there is no candidate for this very text. The sender's fault
 * leaves the candidate as it is; the checkpoint's fault ends it; the accepted log is touched by
 * neither. The range that completes it makes it the accepted log, of which what is pending goes,
 * `abandoned_from` is lifted, and kept checkpoints of the shared part stay. */
AVOW_NODISCARD enum avow_err avow_txn_append(struct avow_txn *txn, const struct avow_range *range,
                                             struct avow_range_result *result,
                                             enum avow_reject *reject);
/* Signs the held text: `checkpoint` is that text with key and signature, which the caller has
 * verified; it becomes the accepted one. NOT_FOUND when not this very text is held whole;
 * KEY_UNKNOWN, KEY_EXPIRED. Signing again what is accepted already is accepted. */
AVOW_NODISCARD enum avow_err avow_txn_sign(struct avow_txn *txn,
                                           const struct avow_checkpoint *checkpoint, uint64_t now,
                                           enum avow_reject *reject);
/* Drops a held text or a pending range back to the accepted size. NOT_FOUND when there is none. */
AVOW_NODISCARD enum avow_err avow_txn_withdraw(struct avow_txn *txn,
                                               const struct avow_hash *issuer);
/* Drops texts that are AVOW_HELD_S older than `now` (Unix seconds), a bounded part at a time. */
AVOW_NODISCARD enum avow_err avow_txn_drop_held(struct avow_txn *txn, uint64_t now, bool *more);
/* A newer checkpoint of the accepted size and roots (a re-signed one), and cosignature lines for
 * it, verified and authorised by the caller: kept newest per key, at most AVOW_COSIGNATURES_MAX,
 * though one that is over 5 minutes after `now` (Unix seconds) gives way to one that is not. A
 * newer text drops the lines of the one before, which they cover; lines for any text but the one
 * that is accepted then are ignored. `*changed` tells whether anything is newer.
 * NOT_FOUND: no such log. */
AVOW_NODISCARD enum avow_err avow_txn_freshen(struct avow_txn *txn,
                                              const struct avow_checkpoint *checkpoint,
                                              const struct avow_cosignature *cosignatures,
                                              size_t count, uint64_t now, bool *changed);
/* Marks that a better root chain is known which parts from the held one: indices from `from` on
 * answer unknown from now on. AVOW_NEVER lifts the mark. */
AVOW_NODISCARD enum avow_err avow_txn_set_abandoned(struct avow_txn *txn,
                                                    const struct avow_hash *issuer, uint64_t from);
/* An empty value removes the name. TOO_LARGE for a name of 0 or more than 128 bytes. */
AVOW_NODISCARD enum avow_err avow_txn_put(struct avow_txn *txn, const char *name,
                                          struct avow_bytes value);

#endif
