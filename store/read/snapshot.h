/* One thread's reading: a committed state of the store, moved on as its owner says. */
#ifndef AVOW_STORE_READ_SNAPSHOT_H
#define AVOW_STORE_READ_SNAPSHOT_H

#include "store/rows/log.h"

struct avow_snapshot;

/* One per reading thread. It sees nothing until renewed. NOMEM, BUSY (too many readers),
 * IO. */
AVOW_NODISCARD enum avow_err avow_snapshot_new(struct avow_store *store,
                                               struct avow_snapshot **snapshot);
void avow_snapshot_free(struct avow_snapshot **snapshot);
/* Moves to the newest committed state. Everything got from the snapshot before is invalid. */
AVOW_NODISCARD enum avow_err avow_snapshot_renew(struct avow_snapshot *snapshot);
/* How many bytes of decoded logs outlive a renewal: when there are more, all are forgotten. 8 MiB
 * unless it is said. */
void avow_snapshot_keep(struct avow_snapshot *snapshot, size_t bytes);
/* Whether there are more than that now. */
bool avow_snapshot_is_full(const struct avow_snapshot *snapshot);
/* Lets LMDB reuse pages; do this before the thread waits. Renew before the next read. */
void avow_snapshot_release(struct avow_snapshot *snapshot);

/* NOT_FOUND, CORRUPT, IO, NOMEM. `*log` lives until the snapshot is renewed, released or freed. */
AVOW_NODISCARD enum avow_err avow_snapshot_log(struct avow_snapshot *snapshot,
                                               const struct avow_hash *issuer,
                                               const struct avow_log **log);
/* Whether the issuer's log has this number now, and an entry at `index`, without having its root
 * chain decoded. NOT_FOUND, CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_snapshot_reaches(struct avow_snapshot *snapshot,
                                                   const struct avow_hash *issuer, uint32_t number,
                                                   uint64_t index, bool *reaches);
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
/* The smallest kept checkpoint that covers `index`, is larger than `after` and carries a witness's
 * cosignature; the log's newest is not one of them. NOT_FOUND at the end; CORRUPT, IO. */
AVOW_NODISCARD enum avow_err
avow_snapshot_witnessed(struct avow_snapshot *snapshot, const struct avow_log *log, uint64_t index,
                        uint64_t after, struct avow_checkpoint *checkpoint,
                        struct avow_cosignature *cosignatures, size_t *count);

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

/* The candidate of an issuer. NOT_FOUND when there is none; CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_snapshot_branch(struct avow_snapshot *snapshot,
                                                  const struct avow_hash *issuer,
                                                  struct avow_branch *branch);

struct avow_store_stats {
    uint64_t logs, entries, bytes_used, map_size;
};
/* What the whole store holds, and how much of its map. OK, CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_snapshot_stats(struct avow_snapshot *snapshot,
                                                 struct avow_store_stats *stats);

#endif
