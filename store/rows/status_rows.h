/* A log's status as stored: chunks, the padded tree over them, and for each target its status
 * entries. Changes beyond the accepted size lie beside what is accepted, and move over with it. */
#ifndef AVOW_STORE_ROWS_STATUS_ROWS_H
#define AVOW_STORE_ROWS_STATUS_ROWS_H

#include "proto/log/status_map.h"
#include "store/rows/lmdb.h"

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
AVOW_NODISCARD enum avow_err avow_status_rows_chunk(const struct avow_db *db, uint32_t log,
                                                    uint64_t chunk,
                                                    uint8_t out[AVOW_STATUS_CHUNK_BYTES]);
/* The last of the target's status entries; 0: none. */
AVOW_NODISCARD enum avow_err avow_status_rows_last(const struct avow_db *db, uint32_t log,
                                                   uint64_t target, uint64_t *entry);
/* The status tree's nodes of one log, for struct avow_status_nodes. */
struct avow_status_source {
    const struct avow_db *db;
    uint32_t log;
};
enum avow_err avow_status_source_node(void *context, unsigned level, uint64_t index,
                                      struct avow_hash *hash, bool *found);

struct avow_status_event {
    uint64_t target;
    uint64_t entry;
};

/* Deletes a log's pending rows. */
AVOW_NODISCARD enum avow_err avow_status_rows_drop_pending(const struct avow_db *db, uint32_t log);

#endif
