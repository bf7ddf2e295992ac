/* The RFC 6962 tree. Proofs are made and checked level by level, without recursion: at each level
 * the path either has a sibling on one side, or the node is promoted unchanged. */
#include "proto/log/merkle.h"

#include "proto/crypto/sha256.h"

struct avow_hash avow_merkle_leaf_hash(struct avow_bytes entry)
{
    return avow_sha256_leaf(entry);
}

struct avow_hash avow_merkle_node_hash(const struct avow_hash *left, const struct avow_hash *right)
{
    return avow_sha256_node(left, right);
}

void avow_tree_append(struct avow_tree *tree, const struct avow_hash *leaf,
                      const struct avow_tree_sink *sink)
{
    AVOW_ASSERT(tree->size < AVOW_UINT_MAX);
    struct avow_hash hash = *leaf;
    unsigned level = 0;
    for (uint64_t index = tree->size; (index & 1) != 0; index >>= 1) {
        hash = avow_sha256_node(&tree->peaks[level], &hash);
        level++;
        if (sink != NULL)
            sink->node(sink->context, level, index >> 1, &hash);
    }
    tree->peaks[level] = hash;
    tree->size++;
}

/* The root of the leaves under the peaks of the bits of `size` below `height`, at least one. */
static struct avow_hash fold_peaks(const struct avow_hash *peaks, uint64_t size, unsigned height)
{
    struct avow_hash root = {{0}};
    bool started = false;
    for (unsigned level = 0; level < height; level++) {
        if ((size >> level & 1) == 0)
            continue;
        root = started ? avow_sha256_node(&peaks[level], &root) : peaks[level];
        started = true;
    }
    return root;
}

struct avow_hash avow_tree_root(const struct avow_tree *tree)
{
    if (tree->size == 0)
        return avow_sha256(NULL, 0);
    return fold_peaks(tree->peaks, tree->size, AVOW_TREE_LEVELS);
}

/* The full nodes that end at leaf `size`, for the bits of `size` below `height`. */
static enum avow_err load_peaks(const struct avow_tree_nodes *nodes, uint64_t size, unsigned height,
                                struct avow_hash *peaks)
{
    for (unsigned level = 0; level < height; level++) {
        if ((size >> level & 1) == 0)
            continue;
        enum avow_err err = nodes->node(nodes->context, level, (size >> level) - 1, &peaks[level]);
        if (err != AVOW_OK)
            return err;
    }
    return AVOW_OK;
}

enum avow_err avow_tree_load(const struct avow_tree_nodes *nodes, uint64_t size,
                             struct avow_tree *tree)
{
    AVOW_ASSERT(size <= AVOW_UINT_MAX);
    *tree = (struct avow_tree){.size = size};
    return load_peaks(nodes, size, AVOW_TREE_LEVELS, tree->peaks);
}

enum avow_err avow_tree_root_at(const struct avow_tree_nodes *nodes, uint64_t size,
                                struct avow_hash *root)
{
    struct avow_tree tree;
    enum avow_err err = avow_tree_load(nodes, size, &tree);
    if (err == AVOW_OK)
        *root = avow_tree_root(&tree);
    return err;
}

/* The root of the leaves from where node (level, size >> level) starts up to `size`: the ragged
 * right edge, which no source holds. */
static enum avow_err edge_root(const struct avow_tree_nodes *nodes, uint64_t size, unsigned level,
                               struct avow_hash *root)
{
    struct avow_hash peaks[AVOW_TREE_LEVELS];
    enum avow_err err = load_peaks(nodes, size, level, peaks);
    if (err == AVOW_OK)
        *root = fold_peaks(peaks, size, level);
    return err;
}

/* Appends to `path` the siblings on the way from a full node up to the root of `size` leaves. */
static enum avow_err prove_up(const struct avow_tree_nodes *nodes, unsigned level, uint64_t index,
                              uint64_t size, struct avow_path *path)
{
    for (uint64_t last = (size - 1) >> level; last != 0; last >>= 1, index >>= 1, level++) {
        uint64_t sibling = index ^ 1;
        if (sibling > last)
            continue; /* promoted: nothing on its right */
        struct avow_hash *out = &path->hashes[path->count++];
        bool full = sibling < size >> level;
        enum avow_err err = full ? nodes->node(nodes->context, level, sibling, out)
                                 : edge_root(nodes, size, level, out);
        if (err != AVOW_OK)
            return err;
    }
    return AVOW_OK;
}

enum avow_err avow_merkle_inclusion_prove(const struct avow_tree_nodes *nodes, uint64_t index,
                                          uint64_t size, struct avow_path *path)
{
    AVOW_ASSERT(index < size && size <= AVOW_UINT_MAX);
    path->count = 0;
    return prove_up(nodes, 0, index, size, path);
}

enum avow_err avow_merkle_consistency_prove(const struct avow_tree_nodes *nodes, uint64_t old_size,
                                            uint64_t new_size, struct avow_path *path)
{
    AVOW_ASSERT(old_size <= new_size && new_size <= AVOW_UINT_MAX);
    path->count = 0;
    if (old_size == 0 || old_size == new_size)
        return AVOW_OK;
    /* The path starts at the largest full node that ends at old_size, which is itself the old
     * root, and so left out, when old_size is a power of two. */
    unsigned level = (unsigned)__builtin_ctzll(old_size);
    uint64_t index = (old_size >> level) - 1;
    if (index != 0) {
        path->count = 1;
        enum avow_err err = nodes->node(nodes->context, level, index, &path->hashes[0]);
        if (err != AVOW_OK)
            return err;
    }
    return prove_up(nodes, level, index, new_size, path);
}

/* Where a path's next hash belongs (RFC 9162, 2.1.3.2): `node` and `last` are the indices, at one
 * level, of the node that the path has reached and of the level's last node. */
struct climb {
    uint64_t node;
    uint64_t last;
};

/* Goes up by one hash of the path; sets `*left` if it is on the left. False if there is no level
 * above. */
static inline bool climb_next(struct climb *climb, bool *left)
{
    if (climb->last == 0)
        return false;
    *left = (climb->node & 1) != 0 || climb->node == climb->last;
    if (*left) {
        /* The last node of a level may be promoted several levels before it has a sibling. */
        while ((climb->node & 1) == 0 && climb->node != 0) {
            climb->node >>= 1;
            climb->last >>= 1;
        }
    }
    climb->node >>= 1;
    climb->last >>= 1;
    return true;
}

enum avow_reject avow_merkle_inclusion_root(const struct avow_hash *leaf, uint64_t index,
                                            uint64_t size, const struct avow_path *path,
                                            struct avow_hash *root)
{
    if (index >= size || path->count > AVOW_PATH_MAX)
        return AVOW_REJECT_PROOF;
    struct climb climb = {.node = index, .last = size - 1};
    struct avow_hash hash = *leaf;
    for (size_t i = 0; i < path->count; i++) {
        bool left;
        if (!climb_next(&climb, &left))
            return AVOW_REJECT_PROOF;
        hash = left ? avow_sha256_node(&path->hashes[i], &hash)
                    : avow_sha256_node(&hash, &path->hashes[i]);
    }
    if (climb.last != 0)
        return AVOW_REJECT_PROOF;
    *root = hash;
    return AVOW_ACCEPT;
}

enum avow_reject avow_merkle_inclusion_root_before(uint64_t index, uint64_t size,
                                                   const struct avow_path *path,
                                                   struct avow_hash *root)
{
    if (index >= size || path->count > AVOW_PATH_MAX)
        return AVOW_REJECT_PROOF;
    struct climb climb = {.node = index, .last = size - 1};
    struct avow_hash hash = avow_sha256(NULL, 0);
    bool started = false;
    for (size_t i = 0; i < path->count; i++) {
        bool left;
        if (!climb_next(&climb, &left))
            return AVOW_REJECT_PROOF;
        if (!left)
            continue;
        hash = started ? avow_sha256_node(&path->hashes[i], &hash) : path->hashes[i];
        started = true;
    }
    if (climb.last != 0)
        return AVOW_REJECT_PROOF;
    *root = hash;
    return AVOW_ACCEPT;
}

enum avow_reject avow_tree_from_last(const struct avow_hash *last_leaf, uint64_t size,
                                     const struct avow_path *path, struct avow_tree *tree)
{
    if (size == 0 || size > AVOW_UINT_MAX)
        return AVOW_REJECT_PROOF;
    /* Everything on the last leaf's path is on its left: the peaks of the tree without it. */
    if (path->count != (size_t)__builtin_popcountll(size - 1))
        return AVOW_REJECT_PROOF;
    *tree = (struct avow_tree){.size = size - 1};
    size_t next = 0;
    for (unsigned level = 0; level < AVOW_TREE_LEVELS; level++)
        if ((tree->size >> level & 1) != 0)
            tree->peaks[level] = path->hashes[next++];
    avow_tree_append(tree, last_leaf, NULL);
    return AVOW_ACCEPT;
}

/* Folds both roots along hashes from `start`, the largest full node that ends at old_size (RFC
 * 9162, 2.1.4.2); 0 < old_size < new_size. */
static enum avow_reject fold_roots(uint64_t old_size, uint64_t new_size,
                                   const struct avow_hash *start, const struct avow_hash *hashes,
                                   size_t count, struct avow_hash *from_old,
                                   struct avow_hash *from_new)
{
    unsigned level = (unsigned)__builtin_ctzll(old_size);
    struct climb climb = {.node = (old_size - 1) >> level, .last = (new_size - 1) >> level};
    *from_old = *start;
    *from_new = *start;
    for (size_t i = 0; i < count; i++) {
        bool left;
        if (!climb_next(&climb, &left))
            return AVOW_REJECT_PROOF;
        if (left) {
            *from_old = avow_sha256_node(&hashes[i], from_old);
            *from_new = avow_sha256_node(&hashes[i], from_new);
        } else {
            *from_new = avow_sha256_node(from_new, &hashes[i]);
        }
    }
    return climb.last == 0 ? AVOW_ACCEPT : AVOW_REJECT_PROOF;
}

enum avow_reject avow_merkle_consistency_roots(uint64_t old_size, uint64_t new_size,
                                               const struct avow_path *path,
                                               struct avow_hash *old_root,
                                               struct avow_hash *new_root)
{
    if (old_size == 0 || old_size >= new_size || path->count == 0 || path->count > AVOW_PATH_MAX)
        return AVOW_REJECT_PROOF;
    return fold_roots(old_size, new_size, &path->hashes[0], &path->hashes[1], path->count - 1,
                      old_root, new_root);
}

enum avow_reject avow_merkle_consistency_from_first(uint64_t old_size, const struct avow_hash *leaf,
                                                    const struct avow_path *inclusion,
                                                    struct avow_path *path)
{
    unsigned level = old_size == 0 ? 0 : (unsigned)__builtin_ctzll(old_size);
    if (old_size == 0 || old_size >> level != 1 || inclusion->count <= level ||
        inclusion->count - level >= AVOW_PATH_MAX)
        return AVOW_REJECT_PROOF;
    struct avow_hash node = *leaf;
    for (unsigned i = 0; i < level; i++)
        node = avow_sha256_node(&node, &inclusion->hashes[i]);
    path->count = inclusion->count - level + 1;
    path->hashes[0] = node;
    memcpy(&path->hashes[1], &inclusion->hashes[level],
           (path->count - 1) * sizeof(path->hashes[0]));
    return AVOW_ACCEPT;
}

/* With the old root known; 0 < old_size < new_size. */
static enum avow_reject consistency_roots(uint64_t old_size, const struct avow_hash *old_root,
                                          uint64_t new_size, const struct avow_path *path,
                                          struct avow_hash *from_old, struct avow_hash *from_new)
{
    if ((old_size & (old_size - 1)) != 0)
        return avow_merkle_consistency_roots(old_size, new_size, path, from_old, from_new);
    if (path->count > AVOW_PATH_MAX)
        return AVOW_REJECT_PROOF;
    return fold_roots(old_size, new_size, old_root, path->hashes, path->count, from_old, from_new);
}

enum avow_reject avow_merkle_consistency_check(uint64_t old_size, const struct avow_hash *old_root,
                                               uint64_t new_size, const struct avow_hash *new_root,
                                               const struct avow_path *path)
{
    if (old_size > new_size)
        return AVOW_REJECT_PROOF;
    struct avow_hash from_old = avow_sha256(NULL, 0);
    struct avow_hash from_new = *new_root;
    if (old_size == 0 || old_size == new_size) {
        if (path->count != 0)
            return AVOW_REJECT_PROOF;
        if (old_size == new_size && !avow_hash_equal(old_root, new_root))
            return AVOW_REJECT_PROOF;
        if (old_size == 0 && !avow_hash_equal(old_root, &from_old))
            return AVOW_REJECT_PROOF;
        return AVOW_ACCEPT;
    }
    enum avow_reject reject =
        consistency_roots(old_size, old_root, new_size, path, &from_old, &from_new);
    if (reject != AVOW_ACCEPT)
        return reject;
    bool same = avow_hash_equal(&from_old, old_root) && avow_hash_equal(&from_new, new_root);
    return same ? AVOW_ACCEPT : AVOW_REJECT_PROOF;
}
