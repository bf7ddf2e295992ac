/* One node's replicas of logs, in LMDB.
 *
 * Invariants. What a reader sees of a log is exactly its accepted checkpoint: entries beyond it may
 * be stored already (a pending range) but are never shown. Status, indexes and checkpoint advance
 * in one transaction, when the range is whole and both roots match. Nothing is acknowledged before
 * its transaction is synced. State is stored, not replayed.
 *
 * Threads: one thread at a time writes (struct avow_txn); any number read, each through its own
 * struct avow_snapshot. A process opens a data folder once, and not across a fork. */
#ifndef AVOW_STORE_STORE_H
#define AVOW_STORE_STORE_H

#include "proto/log/checkpoint.h"
#include "proto/log/state.h"

struct avow_store;

/* What a log is charged beside its entries. */
#define AVOW_STORE_LOG_BYTES 4096

struct avow_store_options {
    uint64_t map_size;    /* bytes of address space; 0: 1 TiB, halved until it can be had */
    uint64_t bytes_max;   /* bound of all entries' bytes and AVOW_STORE_LOG_BYTES for each log (the
                           * file: about 1.25 times that, where entries are mostly issues: the words
                           * of an achievement may take five times its bytes); 0: none */
    unsigned readers_max; /* 0: 126 */
    bool read_only;       /* for check, backup and tools beside a running node */
};

/* Opens or creates `folder`/store.mdb. ERR_SCHEMA when the schema is another version's, ERR_BUSY
 * when a writer has it open already (a lock file), ERR_CORRUPT, ERR_DISK_FULL, ERR_IO, ERR_NOMEM,
 * and ERR_NOT_FOUND for reading only; `*store` is NULL then. `options` may be NULL. */
AVOW_NODISCARD enum avow_err avow_store_open(const char *folder,
                                             const struct avow_store_options *options,
                                             struct avow_store **store);
void avow_store_close(struct avow_store **store);
/* Random at creation: tells peers that a cursor into this store is still good. */
uint64_t avow_store_epoch(const struct avow_store *store);

/* ------------------------------------------------------------------ reading */

struct avow_snapshot;

/* One per reading thread. It sees nothing until renewed. NOMEM, BUSY (too many readers),
 * IO. */
AVOW_NODISCARD enum avow_err avow_snapshot_new(struct avow_store *store,
                                               struct avow_snapshot **snapshot);
void avow_snapshot_free(struct avow_snapshot **snapshot);
/* Moves to the newest committed state. Everything got from the snapshot before is invalid. */
AVOW_NODISCARD enum avow_err avow_snapshot_renew(struct avow_snapshot *snapshot);
/* Lets LMDB reuse pages; do this before the thread waits. Renew before the next read. */
void avow_snapshot_release(struct avow_snapshot *snapshot);

/* A log as accepted: decoded once and cached by the snapshot until the log changes. */
struct avow_log {
    uint32_t number; /* the store's own */
    struct avow_checkpoint checkpoint;
    struct avow_cosignature cosignatures[AVOW_COSIGNATURES_MAX];
    size_t cosignature_count;
    struct avow_state state; /* of the accepted size, chain included */
    /* A better root chain is known, which this node does not hold: indices from here on are what it
     * would abandon and answer unknown. AVOW_NEVER: none. */
    uint64_t abandoned_from;
    /* A root fork is known: from here on nobody can tell whose the log is (store/write/forks.h).
     * AVOW_NEVER: none is. */
    uint64_t disputed_from;
    bool forked; /* two checkpoints of its origin are proved inconsistent (store/write/forks.h) … */
    uint64_t fork_time;  /* … and this is the time of the newest one known, on any branch */
    uint64_t first_seen; /* Unix seconds of the first acceptance here, as the writer was told */
};

/* NOT_FOUND, CORRUPT, IO, NOMEM. `*log` lives until the snapshot is renewed, released or freed. */
AVOW_NODISCARD enum avow_err avow_snapshot_log(struct avow_snapshot *snapshot,
                                               const struct avow_hash *issuer,
                                               const struct avow_log **log);
/* The first log whose issuer id is greater than `*after` (NULL: the first). NOT_FOUND at the end.
 */
AVOW_NODISCARD enum avow_err avow_snapshot_next_log(struct avow_snapshot *snapshot,
                                                    const struct avow_hash *after,
                                                    const struct avow_log **log);

/* Entry `index` of the accepted log: a view that lives as the snapshot does. NOT_FOUND at or beyond
 * the size; CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_snapshot_entry(struct avow_snapshot *snapshot,
                                                 const struct avow_log *log, uint64_t index,
                                                 struct avow_bytes *entry);
/* The state of `index` and its last status entry (0: none); a chunk of the status map. NOT_FOUND at
 * or beyond the accepted size; CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_snapshot_status(struct avow_snapshot *snapshot,
                                                  const struct avow_log *log, uint64_t index,
                                                  enum avow_status *status,
                                                  uint64_t *last_status_entry);
AVOW_NODISCARD enum avow_err avow_snapshot_chunk(struct avow_snapshot *snapshot,
                                                 const struct avow_log *log, uint64_t chunk,
                                                 uint8_t out[AVOW_STATUS_CHUNK_BYTES]);
/* Proofs against any size up to the accepted one; status proofs against the accepted size.
 * NOT_FOUND beyond them; CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_snapshot_inclusion(struct avow_snapshot *snapshot,
                                                     const struct avow_log *log, uint64_t index,
                                                     uint64_t size, struct avow_path *path);
AVOW_NODISCARD enum avow_err avow_snapshot_consistency(struct avow_snapshot *snapshot,
                                                       const struct avow_log *log,
                                                       uint64_t old_size, uint64_t new_size,
                                                       struct avow_path *path);
AVOW_NODISCARD enum avow_err avow_snapshot_chunk_inclusion(struct avow_snapshot *snapshot,
                                                           const struct avow_log *log,
                                                           uint64_t chunk, struct avow_path *path);
/* Full nodes of the accepted log, for tile export and audits. */
struct avow_tree_nodes avow_snapshot_nodes(struct avow_snapshot *snapshot,
                                           const struct avow_log *log);
/* The earliest kept checkpoint that covers `index` and carries a witness's cosignature; NOT_FOUND.
 */
AVOW_NODISCARD enum avow_err avow_snapshot_first_witness(struct avow_snapshot *snapshot,
                                                         const struct avow_log *log, uint64_t index,
                                                         struct avow_checkpoint *checkpoint,
                                                         struct avow_cosignature *cosignatures,
                                                         size_t *count);
/* The smallest kept checkpoint that covers `index`, is larger than `after` and carries a witness's
 * cosignature; the log's newest is not one of them. NOT_FOUND at the end; CORRUPT, IO. */
AVOW_NODISCARD enum avow_err
avow_snapshot_witnessed(struct avow_snapshot *snapshot, const struct avow_log *log, uint64_t index,
                        uint64_t after, struct avow_checkpoint *checkpoint,
                        struct avow_cosignature *cosignatures, size_t *count);

/* The entries that are looked for other than by their index. */
enum avow_class {
    AVOW_CLASS_ACHIEVEMENT,
    AVOW_CLASS_PATHWAY,
    AVOW_CLASS_ISSUER,    /* recognitions of issuers */
    AVOW_CLASS_AUTHORITY, /* recognitions of authorities */
};
#define AVOW_CLASS_COUNT 4

/* The log's first entry of the class at `*index` or above, which is moved to it. NOT_FOUND when
 * there is no more; IO. What it finds is only a place: read and prove the entry. */
AVOW_NODISCARD enum avow_err avow_snapshot_class(struct avow_snapshot *snapshot,
                                                 const struct avow_log *log, enum avow_class class,
                                                 uint64_t *index);
/* The same for the log's recognitions of `subject`, in either role; or, with NULL, of anyone as an
 * authority. */
AVOW_NODISCARD enum avow_err avow_snapshot_recognition(struct avow_snapshot *snapshot,
                                                       const struct avow_log *log,
                                                       const struct avow_hash *subject,
                                                       uint64_t *index);

/* A place in the list of recognitions of one subject, by all logs. All zeros is its beginning. */
struct avow_recogniser {
    uint32_t log;   /* with `index`, what the list is ordered by */
    uint64_t index; /* of the recognition */
    struct avow_hash body;
    enum avow_role role;
};
/* Moves to the next one; looks at `rows_max` rows at most. NOT_FOUND at the end; BUSY when the
 * rows are used up (`at` has moved: go on from there); CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_snapshot_recogniser(struct avow_snapshot *snapshot,
                                                      const struct avow_hash *subject,
                                                      size_t rows_max, struct avow_recogniser *at);

/* What is stored beyond the accepted size: a range on its way to a signed checkpoint, or a
 * submission that is held and not signed yet (signature all zeros). */
struct avow_pending {
    bool held;
    uint64_t base;                     /* the accepted size below it */
    uint64_t size;                     /* how far entries are stored and applied */
    struct avow_checkpoint checkpoint; /* what it is on its way to */
};
/* NOT_FOUND when there is none (a log that was never accepted yet can have one). */
AVOW_NODISCARD enum avow_err avow_snapshot_pending(struct avow_snapshot *snapshot,
                                                   const struct avow_hash *issuer,
                                                   struct avow_pending *pending);
/* Entry `index` of the pending range, base <= index < size, else NOT_FOUND; CORRUPT, IO. The view
 * lives as the snapshot does. */
AVOW_NODISCARD enum avow_err avow_snapshot_pending_entry(struct avow_snapshot *snapshot,
                                                         const struct avow_hash *issuer,
                                                         uint64_t index, struct avow_bytes *entry);

/* Small named values of the node's own (peer addresses, cursors); names of 1 to 128 bytes. The
 * view lives as the snapshot does. */
AVOW_NODISCARD enum avow_err avow_snapshot_get(struct avow_snapshot *snapshot, const char *name,
                                               struct avow_bytes *value);

/* ------------------------------------------------------------------ writing */

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
    bool branch;  /* for the candidate of this checkpoint (store/write/branch.h), not the accepted
                     log */
    uint64_t from;
    const struct avow_bytes *entries;
    size_t count;
    struct avow_path path; /* consistency from size from + count to the checkpoint's */
    uint64_t now;          /* Unix seconds, for first_seen */
};

struct avow_range_result {
    uint64_t accepted; /* the log's accepted size now */
    uint64_t pending;  /* how far entries are stored (a branch: the candidate's, until it is
                        * accepted); = accepted when nothing is pending */
    bool advanced;     /* this range completed the checkpoint */
    bool whole;        /* held: everything up to the held checkpoint is here */
};

/* Applies and stores a range that starts where the pending (or else the accepted) log ends.
 *
 * ERR_REFUSED: another text is held at this base (and this one is held, and does not replace it; or
 * a signed range is on its way), or the checkpoint is not larger than the accepted one. REJECT_SIZE
 * when the range starts elsewhere (`result` says where it should) or goes beyond its checkpoint;
 * REJECT_QUOTA at the store's bound. These change nothing.
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

/* --------------------------------------------------------------- operations */

/* Called for each thing found wrong: what, in which log ("" for the store), at which index. */
typedef void avow_check_report(void *context, const char *what, const char *issuer, uint64_t index);
struct avow_check_summary {
    uint64_t logs, entries, problems;
};
/* Rehashes and reapplies everything in a data folder that no writer has open: every entry, node,
 * chunk, event, checkpoint signature and rule. Works in a child process, because a damaged file can
 * kill its reader; a death is reported as a problem. */
AVOW_NODISCARD enum avow_err avow_store_check(const char *folder, avow_check_report *report,
                                              void *context, struct avow_check_summary *summary);
/* A consistent copy of the store into an empty or new folder, while a node may be running. */
AVOW_NODISCARD enum avow_err avow_store_backup(const char *folder, const char *to);

struct avow_store_stats {
    uint64_t logs, entries, bytes_used, map_size;
};
AVOW_NODISCARD enum avow_err avow_store_stats(struct avow_snapshot *snapshot,
                                              struct avow_store_stats *stats);

#endif
