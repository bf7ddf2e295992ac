/* How bundles and tiles keep the inner nodes of a subtree: one after the other in the order in
 * which appending leaves completes them, lower levels first. What a smaller subtree holds is then
 * always a prefix of what it holds later, and a node's place is arithmetic. The subtree's own root
 * is left out: it is a leaf of the tile above. Levels and indices here are the subtree's own. */
#ifndef AVOW_STORE_ROWS_NODE_STREAM_INNER_H
#define AVOW_STORE_ROWS_NODE_STREAM_INNER_H

#include "proto/base.h"

/* Nodes that `leaves` leaves complete, in a subtree of 1 << height. */
static inline size_t avow_node_stream_length(uint64_t leaves, unsigned height)
{
    uint64_t nodes = 2 * leaves - (uint64_t)__builtin_popcountll(leaves);
    return (size_t)(leaves == UINT64_C(1) << height ? nodes - 1 : nodes);
}

/* Where the node (level, index) stands. */
static inline size_t avow_node_stream_position(unsigned level, uint64_t index)
{
    /* The last of these leaves completes the node, and goes on to complete the levels above it. */
    uint64_t leaves = (index + 1) << level;
    uint64_t nodes = 2 * leaves - (uint64_t)__builtin_popcountll(leaves);
    return (size_t)(nodes - 1 - ((uint64_t)__builtin_ctzll(leaves) - level));
}

#endif
