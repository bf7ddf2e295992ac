/* Recursion and nothing clever: each function is its definition in RFC 6962. */
#include "tests/support/naive_tree.h"

#include "proto/crypto/sha256.h"

#include <stdlib.h>

void naive_tree_init(struct naive_tree *tree, size_t max)
{
    *tree = (struct naive_tree){.max = max};
    tree->leaves = calloc(max + 1, sizeof(*tree->leaves));
    tree->memo = calloc((max + 1) * (max + 1), sizeof(*tree->memo));
    tree->known = calloc((max + 1) * (max + 1), sizeof(*tree->known));
    AVOW_ASSERT(tree->leaves != NULL && tree->memo != NULL && tree->known != NULL);
}

void naive_tree_fini(struct naive_tree *tree)
{
    free(tree->leaves);
    free(tree->memo);
    free(tree->known);
    *tree = (struct naive_tree){0};
}

void naive_tree_add(struct naive_tree *tree, const struct avow_hash *leaf)
{
    AVOW_ASSERT(tree->size < tree->max);
    tree->leaves[tree->size++] = *leaf;
}

/* The largest power of two smaller than n, n > 1. */
static size_t split(size_t n)
{
    size_t k = 1;
    while (2 * k < n)
        k *= 2;
    return k;
}

struct avow_hash naive_tree_hash(struct naive_tree *tree, size_t from, size_t to)
{
    AVOW_ASSERT(from <= to && to <= tree->size);
    if (from == to)
        return avow_sha256(NULL, 0);
    if (to - from == 1)
        return tree->leaves[from];
    size_t at = from * (tree->max + 1) + to;
    if (!tree->known[at]) {
        size_t middle = from + split(to - from);
        struct avow_hash left = naive_tree_hash(tree, from, middle);
        struct avow_hash right = naive_tree_hash(tree, middle, to);
        const uint8_t prefix = 1;
        tree->memo[at] =
            avow_sha256((struct avow_bytes[]){avow_bytes(&prefix, 1), avow_bytes(left.bytes, 32),
                                              avow_bytes(right.bytes, 32)},
                        3);
        tree->known[at] = true;
    }
    return tree->memo[at];
}

struct avow_hash naive_tree_root(struct naive_tree *tree, size_t size)
{
    return naive_tree_hash(tree, 0, size);
}

static void push(struct avow_path *path, struct avow_hash hash)
{
    AVOW_ASSERT(path->count < AVOW_PATH_MAX);
    path->hashes[path->count++] = hash;
}

/* PATH(m, D[from:to]), m counted from `from`. */
static void path_of(struct naive_tree *tree, size_t m, size_t from, size_t to,
                    struct avow_path *path)
{
    if (to - from == 1)
        return;
    size_t k = split(to - from);
    if (m < k) {
        path_of(tree, m, from, from + k, path);
        push(path, naive_tree_hash(tree, from + k, to));
    } else {
        path_of(tree, m - k, from + k, to, path);
        push(path, naive_tree_hash(tree, from, from + k));
    }
}

void naive_tree_inclusion(struct naive_tree *tree, size_t index, size_t size,
                          struct avow_path *path)
{
    AVOW_ASSERT(index < size);
    path->count = 0;
    path_of(tree, index, 0, size, path);
}

/* SUBPROOF(m, D[from:to], b), m counted from `from`. */
static void subproof_of(struct naive_tree *tree, size_t m, size_t from, size_t to, bool b,
                        struct avow_path *path)
{
    if (m == to - from) {
        if (!b)
            push(path, naive_tree_hash(tree, from, to));
        return;
    }
    size_t k = split(to - from);
    if (m <= k) {
        subproof_of(tree, m, from, from + k, b, path);
        push(path, naive_tree_hash(tree, from + k, to));
    } else {
        subproof_of(tree, m - k, from + k, to, false, path);
        push(path, naive_tree_hash(tree, from, from + k));
    }
}

void naive_tree_consistency(struct naive_tree *tree, size_t old_size, size_t new_size,
                            struct avow_path *path)
{
    path->count = 0;
    if (old_size != 0)
        subproof_of(tree, old_size, 0, new_size, true, path);
}

static enum avow_err node(void *context, unsigned level, uint64_t index, struct avow_hash *hash)
{
    struct naive_tree *tree = context;
    size_t from = (size_t)index << level;
    size_t to = from + ((size_t)1 << level);
    if (to > tree->size)
        return AVOW_ERR_NOT_FOUND;
    *hash = naive_tree_hash(tree, from, to);
    return AVOW_OK;
}

struct avow_tree_nodes naive_tree_nodes(struct naive_tree *tree)
{
    return (struct avow_tree_nodes){.context = tree, .node = node};
}
