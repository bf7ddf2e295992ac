/* RFC 6962, section 2.1, word for word: recursive definitions of MTH, PATH and PROOF over a list of
 * leaf hashes, memoised. What the iterative tree is compared with. Allocation failure aborts. */
#ifndef AVOW_TESTS_SUPPORT_NAIVE_TREE_H
#define AVOW_TESTS_SUPPORT_NAIVE_TREE_H

#include "proto/log/merkle.h"

struct naive_tree {
    size_t size;
    size_t max;
    struct avow_hash *leaves;
    struct avow_hash *memo; /* of leaves from..to, at from * (max + 1) + to */
    bool *known;
};

/* Room for `max` leaves; memory is about 33 max^2 bytes if every range is asked for. */
void naive_tree_init(struct naive_tree *tree, size_t max);
void naive_tree_fini(struct naive_tree *tree);
void naive_tree_add(struct naive_tree *tree, const struct avow_hash *leaf);

/* MTH(D[from:to]). */
struct avow_hash naive_tree_hash(struct naive_tree *tree, size_t from, size_t to);
/* MTH(D[0:size]). */
struct avow_hash naive_tree_root(struct naive_tree *tree, size_t size);
/* PATH(index, D[0:size]). */
void naive_tree_inclusion(struct naive_tree *tree, size_t index, size_t size,
                          struct avow_path *path);
/* PROOF(old_size, D[0:new_size]); empty for old_size 0 or new_size. */
void naive_tree_consistency(struct naive_tree *tree, size_t old_size, size_t new_size,
                            struct avow_path *path);

/* The tree as a source of full nodes; AVOW_ERR_NOT_FOUND for one that is not full. The context is
 * `tree`, which must outlive the result. */
struct avow_tree_nodes naive_tree_nodes(struct naive_tree *tree);

#endif
