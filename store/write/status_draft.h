/* What one operation changes in a log's status: in memory first, then written at once. */
#ifndef AVOW_STORE_WRITE_STATUS_DRAFT_H
#define AVOW_STORE_WRITE_STATUS_DRAFT_H

#include "store/rows/map64.h"
#include "store/rows/status_rows.h"

struct avow_status_draft_chunk {
    uint64_t number;
    uint8_t bytes[AVOW_STATUS_CHUNK_BYTES];
};
struct avow_status_draft_node {
    uint64_t number; /* AVOW_STATUS_NODE_NUMBER */
    struct avow_hash hash;
};

/* What an operation changes, in memory until it is known to be good. All zeros is empty. */
struct avow_status_draft {
    const struct avow_db *db;
    uint32_t log;
    bool has_pending; /* there may be pending rows beside the accepted ones */
    struct avow_map64 chunk_at, event_at, node_at;
    struct avow_status_draft_chunk *chunks;
    size_t chunk_count, chunk_cap;
    struct avow_status_event *events;
    size_t event_count, event_cap;
    struct avow_status_draft_node *nodes;
    size_t node_count, node_cap;
    enum avow_err err; /* the first failure inside a callback that cannot return one */
};

/* Releases the memory; nothing is written. */
void avow_status_draft_fini(struct avow_status_draft *draft);
/* Empties it, for an operation on `log`. */
void avow_status_draft_begin(struct avow_status_draft *draft, const struct avow_db *db,
                             uint32_t log, bool has_pending);
/* The state with every change so far. Errors: NOMEM, CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_status_draft_get(struct avow_status_draft *draft, uint64_t index,
                                                   enum avow_status *status, uint64_t *last);
AVOW_NODISCARD enum avow_err avow_status_draft_set(struct avow_status_draft *draft, uint64_t target,
                                                   enum avow_status status, uint64_t entry);
/* The status root at `new_size`, pending rows included; the draft then holds the nodes that change
 * from the accepted tree of `old_size`. */
AVOW_NODISCARD enum avow_err avow_status_draft_root(struct avow_status_draft *draft,
                                                    uint64_t old_size, uint64_t new_size,
                                                    struct avow_hash *root);
/* Writes the changes as pending rows. */
AVOW_NODISCARD enum avow_err avow_status_draft_put_pending(struct avow_status_draft *draft);
/* After avow_status_draft_root(): writes everything as accepted, pending rows moved over. */
AVOW_NODISCARD enum avow_err avow_status_draft_accept(struct avow_status_draft *draft);

#endif
