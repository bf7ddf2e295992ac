/* The status map: two bits for each entry, in chunks of 1,024 entries (256 bytes), under an
 * RFC 6962 tree over the ceil(size / 1024) chunks (docs/protocol.md, "Status map").
 *
 * Index i is in chunk i / 1024, byte (i mod 1024) / 4, at shift 2 (i mod 4). Unused bits are zero.
 * Most chunks are all zeros: a source of nodes need hold only what is not, because the node of
 * a full subtree of zero chunks is a constant of its level (avow_status_map_zero_node). */
#ifndef AVOW_PROTO_LOG_STATUS_MAP_H
#define AVOW_PROTO_LOG_STATUS_MAP_H

#include "proto/entry/entry.h"
#include "proto/log/merkle.h"

#define AVOW_STATUS_CHUNK_ENTRIES 1024
#define AVOW_STATUS_CHUNK_BYTES 256

/* Chunks of a log of `size` entries. */
static inline uint64_t avow_status_map_chunk_count(uint64_t size)
{
    return size / AVOW_STATUS_CHUNK_ENTRIES + (size % AVOW_STATUS_CHUNK_ENTRIES != 0);
}

/* The two bits of the log's index `index`, which is one of this chunk's: read, written. */
enum avow_status avow_status_map_get(const uint8_t chunk[AVOW_STATUS_CHUNK_BYTES], uint64_t index);
void avow_status_map_set(uint8_t chunk[AVOW_STATUS_CHUNK_BYTES], uint64_t index,
                         enum avow_status status);

/* The chunk's leaf hash in the map's tree. */
struct avow_hash avow_status_map_chunk_hash(const uint8_t chunk[AVOW_STATUS_CHUNK_BYTES]);
/* The node of level `level` (< AVOW_TREE_LEVELS) over chunks that are all zeros. Thread-safe. */
struct avow_hash avow_status_map_zero_node(unsigned level);

/* A sparse source of full nodes of the status tree: sets `*found` false for a subtree of zeros. */
struct avow_status_nodes {
    void *context;
    enum avow_err (*node)(void *context, unsigned level, uint64_t index, struct avow_hash *hash,
                          bool *found);
};

/* The status root of a log of `size` entries. Errors: those of `nodes`. */
AVOW_NODISCARD enum avow_err avow_status_map_root(const struct avow_status_nodes *nodes,
                                                  uint64_t size, struct avow_hash *root);
/* The inclusion proof of chunk number `chunk` in the map of a log of `size` entries, which has it.
 * Errors: those of `nodes`. */
AVOW_NODISCARD enum avow_err avow_status_map_prove(const struct avow_status_nodes *nodes,
                                                   uint64_t chunk, uint64_t size,
                                                   struct avow_path *path);

/* The stored tree is padded: a chunk beyond the log counts as zeros, so a node is right before it
 * is full, and growth changes no node. It reaches up to avow_status_map_height(chunks), the lowest
 * level whose node 0 covers every chunk. */
unsigned avow_status_map_height(uint64_t chunks);

/* Recomputes the nodes above one changed chunk of a map of `chunks` chunks, up to its height, and
 * tells `sink` of each (level 0, the chunk's own hash, first). Siblings come from `nodes`, which
 * must already show what `sink` was told for earlier chunks. Errors: those of `nodes`. */
AVOW_NODISCARD enum avow_err avow_status_map_update(const struct avow_status_nodes *nodes,
                                                    uint64_t chunks, uint64_t chunk,
                                                    const struct avow_hash *chunk_hash,
                                                    const struct avow_tree_sink *sink);
/* Tells `sink` of the nodes (level, 0) that a map needs when it grows from `old_chunks` to
 * `new_chunks` and gets higher; none while the map is all zeros. Call before the updates of the
 * growth. Errors: those of `nodes`. */
AVOW_NODISCARD enum avow_err avow_status_map_grow(const struct avow_status_nodes *nodes,
                                                  uint64_t old_chunks, uint64_t new_chunks,
                                                  const struct avow_tree_sink *sink);

#endif
