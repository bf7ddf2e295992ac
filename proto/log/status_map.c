/* The status tree is an RFC 6962 tree over a sparse source: what the source lacks is a subtree of
 * zero chunks, whose nodes are the constants of status_zero.c. */
#include "proto/log/status_map.h"

static unsigned shift_of(uint64_t index)
{
    return 2 * (unsigned)(index % 4);
}

static size_t byte_of(uint64_t index)
{
    return (size_t)(index % AVOW_STATUS_CHUNK_ENTRIES) / 4;
}

enum avow_status avow_status_map_get(const uint8_t chunk[AVOW_STATUS_CHUNK_BYTES], uint64_t index)
{
    return (enum avow_status)(chunk[byte_of(index)] >> shift_of(index) & 3);
}

void avow_status_map_set(uint8_t chunk[AVOW_STATUS_CHUNK_BYTES], uint64_t index,
                         enum avow_status status)
{
    unsigned byte = chunk[byte_of(index)];
    byte &= ~(3U << shift_of(index));
    byte |= (unsigned)status << shift_of(index);
    chunk[byte_of(index)] = (uint8_t)byte;
}

struct avow_hash avow_status_map_chunk_hash(const uint8_t chunk[AVOW_STATUS_CHUNK_BYTES])
{
    return avow_merkle_leaf_hash(avow_bytes(chunk, AVOW_STATUS_CHUNK_BYTES));
}

/* One node, whether the source holds it or it is zeros. */
static enum avow_err dense_node(void *context, unsigned level, uint64_t index,
                                struct avow_hash *hash)
{
    const struct avow_status_nodes *nodes = context;
    bool found = false;
    enum avow_err err = nodes->node(nodes->context, level, index, hash, &found);
    if (err == AVOW_OK && !found)
        *hash = avow_status_map_zero_node(level);
    return err;
}

/* A copy for the Merkle functions, whose context is not const. */
static struct avow_tree_nodes dense_nodes(struct avow_status_nodes *nodes)
{
    return (struct avow_tree_nodes){.context = nodes, .node = dense_node};
}

enum avow_err avow_status_map_root(const struct avow_status_nodes *nodes, uint64_t size,
                                   struct avow_hash *root)
{
    struct avow_status_nodes sparse = *nodes;
    const struct avow_tree_nodes dense = dense_nodes(&sparse);
    return avow_tree_root_at(&dense, avow_status_map_chunk_count(size), root);
}

enum avow_err avow_status_map_prove(const struct avow_status_nodes *nodes, uint64_t chunk,
                                    uint64_t size, struct avow_path *path)
{
    struct avow_status_nodes sparse = *nodes;
    const struct avow_tree_nodes dense = dense_nodes(&sparse);
    return avow_merkle_inclusion_prove(&dense, chunk, avow_status_map_chunk_count(size), path);
}

unsigned avow_status_map_height(uint64_t chunks)
{
    AVOW_ASSERT(chunks <= avow_status_map_chunk_count(AVOW_UINT_MAX));
    unsigned height = 0;
    while (UINT64_C(1) << height < chunks)
        height++;
    return height;
}

enum avow_err avow_status_map_update(const struct avow_status_nodes *nodes, uint64_t chunks,
                                     uint64_t chunk, const struct avow_hash *chunk_hash,
                                     const struct avow_tree_sink *sink)
{
    AVOW_ASSERT(chunk < chunks);
    struct avow_status_nodes sparse = *nodes;
    struct avow_hash hash = *chunk_hash;
    unsigned height = avow_status_map_height(chunks);
    sink->node(sink->context, 0, chunk, &hash);
    for (unsigned level = 0; level < height; level++) {
        uint64_t index = chunk >> level;
        struct avow_hash sibling;
        enum avow_err err = dense_node(&sparse, level, index ^ 1, &sibling);
        if (err != AVOW_OK)
            return err;
        hash = (index & 1) != 0 ? avow_merkle_node_hash(&sibling, &hash)
                                : avow_merkle_node_hash(&hash, &sibling);
        sink->node(sink->context, level + 1, index >> 1, &hash);
    }
    return AVOW_OK;
}

enum avow_err avow_status_map_grow(const struct avow_status_nodes *nodes, uint64_t old_chunks,
                                   uint64_t new_chunks, const struct avow_tree_sink *sink)
{
    AVOW_ASSERT(old_chunks <= new_chunks);
    unsigned old_height = avow_status_map_height(old_chunks);
    unsigned new_height = avow_status_map_height(new_chunks);
    if (old_chunks == 0 || old_height == new_height)
        return AVOW_OK;
    struct avow_hash hash;
    bool found = false;
    enum avow_err err = nodes->node(nodes->context, old_height, 0, &hash, &found);
    if (err != AVOW_OK || !found)
        return err;
    for (unsigned level = old_height; level < new_height; level++) {
        struct avow_hash zero = avow_status_map_zero_node(level);
        hash = avow_merkle_node_hash(&hash, &zero);
        sink->node(sink->context, level + 1, 0, &hash);
    }
    return AVOW_OK;
}
