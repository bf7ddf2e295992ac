/* The RFC 6962 tree: hashing, growth, proofs made from any source of nodes, proofs checked.
 *
 * A node (level, index) covers the leaves index << level to ((index + 1) << level) - 1. Only full
 * nodes are ever named; ragged right edges are computed. Level 0 holds leaf hashes.
 * The tree of no leaves has the root SHA-256(""). */
#ifndef AVOW_PROTO_LOG_MERKLE_H
#define AVOW_PROTO_LOG_MERKLE_H

#include "proto/base.h"

#define AVOW_TREE_LEVELS 54 /* sizes are below 2^53 */
#define AVOW_PATH_MAX 64    /* no proof is longer, in a tree of fewer than 2^53 leaves */

struct avow_path { /* a proof's hashes, from the leaf's side to the root's (RFC 6962, 2.1.1) */
    size_t count;
    struct avow_hash hashes[AVOW_PATH_MAX];
};

/* SHA-256(0x00 || entry), SHA-256(0x01 || left || right). */
struct avow_hash avow_merkle_leaf_hash(struct avow_bytes entry);
struct avow_hash avow_merkle_node_hash(const struct avow_hash *left, const struct avow_hash *right);

/* A growing tree's right edge: peaks[level] holds the full node of that level for each bit set in
 * `size`, and is unspecified for the others. All zeros is the empty tree. */
struct avow_tree {
    uint64_t size;
    struct avow_hash peaks[AVOW_TREE_LEVELS];
};

/* Told of each full node above level 0 as an append completes it, lower levels first. */
struct avow_tree_sink {
    void *context;
    void (*node)(void *context, unsigned level, uint64_t index, const struct avow_hash *hash);
};

/* Appends a leaf hash. `sink` may be NULL. */
void avow_tree_append(struct avow_tree *tree, const struct avow_hash *leaf,
                      const struct avow_tree_sink *sink);
/* The RFC 6962 root of all that was appended. */
struct avow_hash avow_tree_root(const struct avow_tree *tree);

/* Where full nodes come from: a store, a table, evidence. Returns AVOW_OK or what went wrong
 * (AVOW_ERR_NOT_FOUND when the source has no such node). */
struct avow_tree_nodes {
    void *context;
    enum avow_err (*node)(void *context, unsigned level, uint64_t index, struct avow_hash *hash);
};

/* The root of the first `size` leaves. Errors: those of `nodes`. */
AVOW_NODISCARD enum avow_err avow_tree_root_at(const struct avow_tree_nodes *nodes, uint64_t size,
                                               struct avow_hash *root);
/* The right edge of the first `size` leaves, to go on appending. Errors: those of `nodes`. */
AVOW_NODISCARD enum avow_err avow_tree_load(const struct avow_tree_nodes *nodes, uint64_t size,
                                            struct avow_tree *tree);

/* Makes the inclusion proof of leaf `index` in the tree of `size` leaves; index < size (asserted).
 * Errors: those of `nodes`. */
AVOW_NODISCARD enum avow_err avow_merkle_inclusion_prove(const struct avow_tree_nodes *nodes,
                                                         uint64_t index, uint64_t size,
                                                         struct avow_path *path);
/* Makes the consistency proof between `old_size` and `new_size`; old_size <= new_size (asserted).
 * Empty when old_size is 0 or equal to new_size. Errors: those of `nodes`. */
AVOW_NODISCARD enum avow_err avow_merkle_consistency_prove(const struct avow_tree_nodes *nodes,
                                                           uint64_t old_size, uint64_t new_size,
                                                           struct avow_path *path);

/* The root that an inclusion proof leads to (RFC 9162, 2.1.3.2). REJECT_PROOF when index >= size
 * or when the path's length is not exactly the right one. */
AVOW_NODISCARD enum avow_reject avow_merkle_inclusion_root(const struct avow_hash *leaf,
                                                           uint64_t index, uint64_t size,
                                                           const struct avow_path *path,
                                                           struct avow_hash *root);
/* The root of the tree of size `index`, from the inclusion path of the leaf at `index` in a tree
 * of `size`: folds the path's left-hand hashes from the deepest up (docs/protocol.md, "Root
 * entries"). For index 0 it is the empty tree's root. REJECT_PROOF as above. */
AVOW_NODISCARD enum avow_reject avow_merkle_inclusion_root_before(uint64_t index, uint64_t size,
                                                                  const struct avow_path *path,
                                                                  struct avow_hash *root);
/* Rebuilds the right edge of a tree of `size` >= 1 leaves from its last leaf's hash and inclusion
 * path; the caller has checked the path. REJECT_PROOF when the path's length is wrong. */
AVOW_NODISCARD enum avow_reject avow_tree_from_last(const struct avow_hash *last_leaf,
                                                    uint64_t size, const struct avow_path *path,
                                                    struct avow_tree *tree);
/* REJECT_PROOF unless `path` proves that the tree (old_size, old_root) is a prefix of (new_size,
 * new_root) (RFC 9162, 2.1.4.2). Equal sizes need an empty path and equal roots; old_size 0 needs
 * an empty path and the empty root. */
AVOW_NODISCARD enum avow_reject avow_merkle_consistency_check(uint64_t old_size,
                                                              const struct avow_hash *old_root,
                                                              uint64_t new_size,
                                                              const struct avow_hash *new_root,
                                                              const struct avow_path *path);
/* Both roots that a consistency path leads to, 0 < old_size < new_size. Here the path begins with
 * the node that ends at old_size even where that is a power of two, in which case a proof for those
 * who know the old root leaves it out. REJECT_PROOF when the path's length is wrong. */
AVOW_NODISCARD enum avow_reject avow_merkle_consistency_roots(uint64_t old_size, uint64_t new_size,
                                                              const struct avow_path *path,
                                                              struct avow_hash *old_root,
                                                              struct avow_hash *new_root);
/* Such a path for an old_size that is a power of two, from the inclusion path of entry 0, whose
 * hash is `leaf`, in the tree of new_size > old_size. REJECT_PROOF when that is too short. */
AVOW_NODISCARD enum avow_reject
avow_merkle_consistency_from_first(uint64_t old_size, const struct avow_hash *leaf,
                                   const struct avow_path *inclusion, struct avow_path *path);

#endif
