/* The tree against the recursive definition, for every pair of sizes up to SIZE_MAX_ALL, and with
 * every kind of damage to a proof for every pair up to SIZE_MAX_DAMAGE. */
#include "proto/log/merkle.h"

#include "proto/crypto/sha256.h"
#include "tests/support/naive_tree.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SIZE_MAX_ALL 1025
#define SIZE_MAX_EDGE 300
#define SIZE_MAX_DAMAGE 66

static struct naive_tree naive;
static struct avow_tree_nodes source;

static int make_tree(void **state)
{
    (void)state;
    naive_tree_init(&naive, SIZE_MAX_ALL);
    for (uint32_t i = 0; i < SIZE_MAX_ALL; i++) {
        struct avow_hash leaf = avow_merkle_leaf_hash(avow_bytes(&i, sizeof(i)));
        naive_tree_add(&naive, &leaf);
    }
    source = naive_tree_nodes(&naive);
    return 0;
}

static int free_tree(void **state)
{
    (void)state;
    naive_tree_fini(&naive);
    return 0;
}

static void assert_hash(const struct avow_hash *got, const struct avow_hash *want)
{
    assert_memory_equal(got->bytes, want->bytes, sizeof(want->bytes));
}

static void assert_path(const struct avow_path *got, const struct avow_path *want)
{
    assert_int_equal(got->count, want->count);
    assert_memory_equal(got->hashes, want->hashes, want->count * sizeof(want->hashes[0]));
}

/* The one-block and two-block hashes are those of the general function, at every length. */
static void test_hashes(void **state)
{
    (void)state;
    uint8_t entry[200];
    for (size_t len = 0; len <= sizeof(entry); len++) {
        memset(entry, (int)len, len);
        uint8_t prefix = 0;
        struct avow_bytes parts[3] = {avow_bytes(&prefix, 1), avow_bytes(entry, len)};
        struct avow_hash want = avow_sha256(parts, 2);
        struct avow_hash leaf = avow_merkle_leaf_hash(avow_bytes(entry, len));
        assert_hash(&leaf, &want);
        prefix = 1;
        parts[1] = avow_bytes(leaf.bytes, sizeof(leaf.bytes));
        parts[2] = avow_bytes(naive.leaves[len].bytes, sizeof(leaf.bytes));
        want = avow_sha256(parts, 3);
        struct avow_hash node = avow_merkle_node_hash(&leaf, &naive.leaves[len]);
        assert_hash(&node, &want);
    }
    struct avow_hash none = avow_merkle_leaf_hash((struct avow_bytes){0});
    struct avow_hash zero_bytes = avow_merkle_leaf_hash(avow_bytes("", 0));
    assert_hash(&none, &zero_bytes);
}

struct seen {
    uint64_t size; /* leaves appended so far, the one being appended included */
    size_t nodes;
    unsigned level; /* of the last node told */
};

static void see_node(void *context, unsigned level, uint64_t index, const struct avow_hash *hash)
{
    struct seen *seen = context;
    assert_int_equal((index + 1) << level, seen->size); /* full just now */
    assert_int_equal(level, seen->level + 1);
    struct avow_hash want =
        naive_tree_hash(&naive, (size_t)index << level, (size_t)(index + 1) << level);
    assert_hash(hash, &want);
    seen->level = level;
    seen->nodes++;
}

static void test_append(void **state)
{
    (void)state;
    struct avow_tree tree = {0};
    struct seen seen = {0};
    const struct avow_tree_sink sink = {.context = &seen, .node = see_node};
    for (size_t size = 0;; size++) {
        struct avow_hash want = naive_tree_root(&naive, size);
        struct avow_hash root = avow_tree_root(&tree);
        assert_hash(&root, &want);
        assert_int_equal(avow_tree_root_at(&source, size, &root), AVOW_OK);
        assert_hash(&root, &want);
        if (size == SIZE_MAX_ALL)
            break;
        seen.size = size + 1;
        seen.level = 0;
        avow_tree_append(&tree, &naive.leaves[size], &sink);
    }
    assert_int_equal(seen.nodes, 512 + 256 + 128 + 64 + 32 + 16 + 8 + 4 + 2 + 1);
}

static void test_inclusion(void **state)
{
    (void)state;
    for (size_t size = 1; size <= SIZE_MAX_ALL; size++) {
        struct avow_hash want_root = naive_tree_root(&naive, size);
        for (size_t index = 0; index < size; index++) {
            struct avow_path want, path;
            struct avow_hash root;
            naive_tree_inclusion(&naive, index, size, &want);
            assert_int_equal(avow_merkle_inclusion_prove(&source, index, size, &path), AVOW_OK);
            assert_path(&path, &want);
            assert_int_equal(
                avow_merkle_inclusion_root(&naive.leaves[index], index, size, &path, &root),
                AVOW_ACCEPT);
            assert_hash(&root, &want_root);
        }
    }
}

static void test_consistency(void **state)
{
    (void)state;
    for (size_t new_size = 0; new_size <= SIZE_MAX_ALL; new_size++) {
        struct avow_hash new_root = naive_tree_root(&naive, new_size);
        for (size_t old_size = 0; old_size <= new_size; old_size++) {
            struct avow_hash old_root = naive_tree_root(&naive, old_size);
            struct avow_path want, path;
            naive_tree_consistency(&naive, old_size, new_size, &want);
            assert_int_equal(avow_merkle_consistency_prove(&source, old_size, new_size, &path),
                             AVOW_OK);
            assert_path(&path, &want);
            assert_int_equal(
                avow_merkle_consistency_check(old_size, &old_root, new_size, &new_root, &path),
                AVOW_ACCEPT);
        }
    }
}

static void test_root_before(void **state)
{
    (void)state;
    for (size_t size = 1; size <= SIZE_MAX_EDGE; size++) {
        for (size_t index = 0; index < size; index++) {
            struct avow_path path;
            struct avow_hash root, want = naive_tree_root(&naive, index);
            naive_tree_inclusion(&naive, index, size, &path);
            assert_int_equal(avow_merkle_inclusion_root_before(index, size, &path, &root),
                             AVOW_ACCEPT);
            assert_hash(&root, &want);
            path.count++;
            assert_int_equal(avow_merkle_inclusion_root_before(index, size, &path, &root),
                             AVOW_REJECT_PROOF);
            path.count -= 2; /* wraps for the tree of one leaf */
            assert_int_equal(avow_merkle_inclusion_root_before(index, size, &path, &root),
                             AVOW_REJECT_PROOF);
        }
    }
    struct avow_path none = {0};
    struct avow_hash root;
    assert_int_equal(avow_merkle_inclusion_root_before(1, 1, &none, &root), AVOW_REJECT_PROOF);
    assert_int_equal(avow_merkle_inclusion_root_before(0, 0, &none, &root), AVOW_REJECT_PROOF);
}

/* A right edge rebuilt from the last leaf, or loaded from nodes, goes on like the original. */
static void test_right_edge(void **state)
{
    (void)state;
    for (size_t size = 1; size <= SIZE_MAX_EDGE; size++) {
        struct avow_path path;
        struct avow_tree rebuilt, loaded;
        naive_tree_inclusion(&naive, size - 1, size, &path);
        assert_int_equal(avow_tree_from_last(&naive.leaves[size - 1], size, &path, &rebuilt),
                         AVOW_ACCEPT);
        assert_int_equal(avow_tree_load(&source, size, &loaded), AVOW_OK);
        for (size_t next = size; next <= SIZE_MAX_EDGE; next++) {
            struct avow_hash want = naive_tree_root(&naive, next);
            struct avow_hash root = avow_tree_root(&rebuilt);
            assert_int_equal(rebuilt.size, next);
            assert_hash(&root, &want);
            root = avow_tree_root(&loaded);
            assert_hash(&root, &want);
            avow_tree_append(&rebuilt, &naive.leaves[next], NULL);
            avow_tree_append(&loaded, &naive.leaves[next], NULL);
        }
        path.count++;
        assert_int_equal(avow_tree_from_last(&naive.leaves[size - 1], size, &path, &rebuilt),
                         AVOW_REJECT_PROOF);
        path.count -= 2;
        assert_int_equal(avow_tree_from_last(&naive.leaves[size - 1], size, &path, &rebuilt),
                         AVOW_REJECT_PROOF);
    }
    struct avow_path none = {0};
    struct avow_tree tree;
    assert_int_equal(avow_tree_from_last(&naive.leaves[0], 0, &none, &tree), AVOW_REJECT_PROOF);
    assert_int_equal(avow_tree_from_last(&naive.leaves[0], AVOW_UINT_MAX + 1, &none, &tree),
                     AVOW_REJECT_PROOF);
}

static bool inclusion_holds(const struct avow_hash *leaf, uint64_t index, uint64_t size,
                            const struct avow_path *path, const struct avow_hash *want)
{
    struct avow_hash root;
    return avow_merkle_inclusion_root(leaf, index, size, path, &root) == AVOW_ACCEPT &&
           avow_hash_equal(&root, want);
}

/* Drops, repeats and changes each hash of a path in turn. */
enum damage { DAMAGE_FLIP, DAMAGE_DROP, DAMAGE_REPEAT, DAMAGE_KINDS };

static void damage_path(struct avow_path *path, size_t at, enum damage damage)
{
    struct avow_hash *hash = &path->hashes[at];
    size_t after = path->count - at - 1;
    switch (damage) {
    case DAMAGE_FLIP:
        hash->bytes[at % 32] ^= (uint8_t)(1U << at % 8);
        break;
    case DAMAGE_DROP:
        memmove(hash, hash + 1, after * sizeof(*hash));
        path->count--;
        break;
    case DAMAGE_REPEAT:
        memmove(hash + 1, hash, (after + 1) * sizeof(*hash));
        path->count++;
        break;
    case DAMAGE_KINDS:
        break;
    }
}

static void test_inclusion_damage(void **state)
{
    (void)state;
    for (size_t size = 1; size <= SIZE_MAX_DAMAGE; size++) {
        struct avow_hash root = naive_tree_root(&naive, size);
        for (size_t index = 0; index < size; index++) {
            const struct avow_hash *leaf = &naive.leaves[index];
            struct avow_path good;
            naive_tree_inclusion(&naive, index, size, &good);
            for (size_t at = 0; at < good.count; at++) {
                for (enum damage damage = 0; damage < DAMAGE_KINDS; damage++) {
                    struct avow_path bad = good;
                    damage_path(&bad, at, damage);
                    assert_false(inclusion_holds(leaf, index, size, &bad, &root));
                }
            }
            struct avow_path longer = good;
            longer.hashes[longer.count++] = root;
            assert_false(inclusion_holds(leaf, index, size, &longer, &root));
            for (size_t other = 0; other <= size; other++)
                if (other != index)
                    assert_false(inclusion_holds(leaf, other, size, &good, &root));
            assert_false(inclusion_holds(&naive.leaves[index + 1], index, size, &good, &root));
        }
    }
    struct avow_path overlong = {.count = AVOW_PATH_MAX + 1};
    assert_false(inclusion_holds(&naive.leaves[0], 0, UINT64_MAX, &overlong, &naive.leaves[0]));
}

static void test_consistency_damage(void **state)
{
    (void)state;
    for (size_t new_size = 1; new_size <= SIZE_MAX_DAMAGE; new_size++) {
        struct avow_hash new_root = naive_tree_root(&naive, new_size);
        for (size_t old_size = 0; old_size <= new_size; old_size++) {
            struct avow_hash old_root = naive_tree_root(&naive, old_size);
            struct avow_path good, bad;
            naive_tree_consistency(&naive, old_size, new_size, &good);
            for (size_t at = 0; at < good.count; at++) {
                for (enum damage damage = 0; damage < DAMAGE_KINDS; damage++) {
                    bad = good;
                    damage_path(&bad, at, damage);
                    assert_int_equal(avow_merkle_consistency_check(old_size, &old_root, new_size,
                                                                   &new_root, &bad),
                                     AVOW_REJECT_PROOF);
                }
            }
            bad = good;
            bad.hashes[bad.count++] = new_root;
            assert_int_equal(
                avow_merkle_consistency_check(old_size, &old_root, new_size, &new_root, &bad),
                AVOW_REJECT_PROOF);
            struct avow_hash wrong = old_root;
            wrong.bytes[31] ^= 1;
            assert_int_equal(
                avow_merkle_consistency_check(old_size, &wrong, new_size, &new_root, &good),
                AVOW_REJECT_PROOF);
            if (old_size == 0)
                continue; /* says nothing of the new root */
            wrong = new_root;
            wrong.bytes[0] ^= 0x80;
            assert_int_equal(
                avow_merkle_consistency_check(old_size, &old_root, new_size, &wrong, &good),
                AVOW_REJECT_PROOF);
            if (old_size != new_size)
                assert_int_equal(
                    avow_merkle_consistency_check(new_size, &new_root, old_size, &old_root, &good),
                    AVOW_REJECT_PROOF);
        }
    }
}

/* A source that fails at the nth node: its error comes back, whichever node it was. */
struct failing {
    unsigned left;
};

static enum avow_err failing_node(void *context, unsigned level, uint64_t index,
                                  struct avow_hash *hash)
{
    struct failing *failing = context;
    if (failing->left-- == 0)
        return AVOW_ERR_IO;
    return source.node(source.context, level, index, hash);
}

static void test_source_errors(void **state)
{
    (void)state;
    struct failing failing;
    const struct avow_tree_nodes nodes = {.context = &failing, .node = failing_node};
    struct avow_path path;
    struct avow_hash root;
    struct avow_tree tree;
    for (unsigned n = 0; n < 3; n++) { /* 7 leaves have three peaks */
        failing.left = n;
        assert_int_equal(avow_tree_load(&nodes, 7, &tree), AVOW_ERR_IO);
        failing.left = n;
        assert_int_equal(avow_tree_root_at(&nodes, 7, &root), AVOW_ERR_IO);
        failing.left = n;
        assert_int_equal(avow_merkle_inclusion_prove(&nodes, 0, 7, &path), AVOW_ERR_IO);
        failing.left = n;
        assert_int_equal(avow_merkle_consistency_prove(&nodes, 3, 7, &path), AVOW_ERR_IO);
    }
    assert_int_equal(avow_tree_root_at(&source, SIZE_MAX_ALL + 1, &root), AVOW_ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hashes),           cmocka_unit_test(test_append),
        cmocka_unit_test(test_inclusion),        cmocka_unit_test(test_consistency),
        cmocka_unit_test(test_root_before),      cmocka_unit_test(test_right_edge),
        cmocka_unit_test(test_inclusion_damage), cmocka_unit_test(test_consistency_damage),
        cmocka_unit_test(test_source_errors),
    };
    return cmocka_run_group_tests(tests, make_tree, free_tree);
}
