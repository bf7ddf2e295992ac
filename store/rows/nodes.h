/* Every full node of a stored log's tree, from bundles and tiles. */
#ifndef AVOW_STORE_ROWS_NODES_H
#define AVOW_STORE_ROWS_NODES_H

#include "store/rows/bundle.h"
#include "store/rows/tile_rows.h"

struct avow_node_source {
    const struct avow_db *db;
    uint32_t log;
    bool has_bundle; /* the bundle read last: a proof asks the same one several times */
    uint64_t bundle_number;
    struct avow_bundle bundle;
    struct avow_tiles_read tiles;
};
/* Forgets what was read last: its views die with their transaction. */
void avow_node_source_forget(struct avow_node_source *source);

/* The entry at `index`: a view. OK, NOT_FOUND, CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_node_source_entry(struct avow_node_source *source, uint64_t index,
                                                    struct avow_bytes *entry);
/* For struct avow_tree_nodes; `context` is a struct avow_node_source. */
enum avow_err avow_node_source_node(void *context, unsigned level, uint64_t index,
                                    struct avow_hash *hash);

#endif
