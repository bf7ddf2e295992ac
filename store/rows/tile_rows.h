/* Tiles: the tree's nodes of level 8 and up. Tile (height, number) holds the 256 nodes of level
 * 8 height from number * 256 on, and the inner nodes above them below level 8 height + 8, as a node
 * stream; a tile at the right edge is shorter. */
#ifndef AVOW_STORE_ROWS_TILE_ROWS_H
#define AVOW_STORE_ROWS_TILE_ROWS_H

#include "proto/log/merkle.h"
#include "store/rows/lmdb.h"

struct avow_tile_node { /* a full node of a log's tree, level >= 8 */
    unsigned level;
    uint64_t index;
    struct avow_hash hash;
};

/* Adds nodes in the order in which they were completed. Errors: those of avow_db_put; CORRUPT when
 * what is stored does not reach up to them. */
AVOW_NODISCARD enum avow_err avow_tiles_append(const struct avow_db *db, uint32_t log,
                                               const struct avow_tile_node *nodes, size_t count);
/* The tile of each height that was read last, as a view: a proof asks the same ones many times. All
 * zeros is none. Forget them with the transaction that they were read in. */
#define AVOW_TILE_HEIGHTS 7
struct avow_tiles_read {
    struct {
        uint64_t tile;
        struct avow_bytes nodes; /* empty: none */
    } last[AVOW_TILE_HEIGHTS];
};
/* OK, NOT_FOUND, IO. */
AVOW_NODISCARD enum avow_err avow_tiles_node(const struct avow_db *db, uint32_t log,
                                             struct avow_tiles_read *read, unsigned level,
                                             uint64_t index, struct avow_hash *hash);
/* Deletes every node that covers an entry from `size` on. */
AVOW_NODISCARD enum avow_err avow_tiles_truncate(const struct avow_db *db, uint32_t log,
                                                 uint64_t size);

#endif
