/* A log's status as stored: chunks, the padded tree over them, and for each target its status
 * entries. Changes beyond the accepted size lie beside what is accepted, and move over with it. */
#ifndef AVOW_STORE_ROWS_STATUS_ROWS_H
#define AVOW_STORE_ROWS_STATUS_ROWS_H

#include "proto/log/status_map.h"
#include "store/rows/lmdb.h"
#include "store/rows/map64.h"

/* The parts of AVOW_TABLE_STATUS. A node's number has its level in the uppermost byte. A target's
 * events are its status entries' indices, u64be each. */
enum avow_status_part {
    AVOW_STATUS_CHUNKS,
    AVOW_STATUS_NODES,
    AVOW_STATUS_EVENTS,
    AVOW_STATUS_PENDING_CHUNKS,
    AVOW_STATUS_PENDING_EVENTS,
};
#define AVOW_STATUS_NODE_NUMBER(level, index) ((uint64_t)(level) << 56 | (index))

/* Accepted values. A chunk without a row is all zeros. */
AVOW_NODISCARD enum avow_err avow_status_read_chunk(const struct avow_db *db, uint32_t log,
                                                    uint64_t chunk,
                                                    uint8_t out[AVOW_STATUS_CHUNK_BYTES]);
/* The last of the target's status entries; 0: none. */
AVOW_NODISCARD enum avow_err avow_status_read_last(const struct avow_db *db, uint32_t log,
                                                   uint64_t target, uint64_t *entry);
/* The status tree's nodes of one log, for struct avow_status_nodes. */
struct avow_status_source {
    const struct avow_db *db;
    uint32_t log;
};
enum avow_err avow_status_source_node(void *context, unsigned level, uint64_t index,
                                      struct avow_hash *hash, bool *found);

struct avow_status_draft_chunk {
    uint64_t number;
    uint8_t bytes[AVOW_STATUS_CHUNK_BYTES];
};
struct avow_status_event {
    uint64_t target;
    uint64_t entry;
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

/* Deletes a log's pending rows. */
AVOW_NODISCARD enum avow_err avow_status_drop_pending(const struct avow_db *db, uint32_t log);

#endif
