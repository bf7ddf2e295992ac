/* The sparse, padded status tree against an RFC 6962 tree over all the chunks of a small map, and
 * against itself where a map is too large to write out. */
#include "proto/log/status_map.h"

#include "tests/support/naive_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define NODES_MAX 8192
#define CHUNKS_MAX 70

/* A sparse store of nodes: a list, searched from the newest. */
struct sparse {
    size_t count;
    struct stored {
        unsigned level;
        uint64_t index;
        struct avow_hash hash;
    } nodes[NODES_MAX];
};

static struct stored *find(struct sparse *sparse, unsigned level, uint64_t index)
{
    for (size_t i = 0; i < sparse->count; i++)
        if (sparse->nodes[i].level == level && sparse->nodes[i].index == index)
            return &sparse->nodes[i];
    return NULL;
}

static enum avow_err sparse_node(void *context, unsigned level, uint64_t index,
                                 struct avow_hash *hash, bool *found)
{
    const struct stored *stored = find(context, level, index);
    *found = stored != NULL;
    if (*found)
        *hash = stored->hash;
    return AVOW_OK;
}

static void sparse_put(void *context, unsigned level, uint64_t index, const struct avow_hash *hash)
{
    struct sparse *sparse = context;
    struct stored *stored = find(sparse, level, index);
    if (stored == NULL) {
        assert_true(sparse->count < NODES_MAX);
        stored = &sparse->nodes[sparse->count++];
    }
    *stored = (struct stored){.level = level, .index = index, .hash = *hash};
}

static int make_sparse(void **state)
{
    *state = calloc(1, sizeof(struct sparse));
    return *state == NULL;
}

static int free_sparse(void **state)
{
    free(*state);
    return 0;
}

static void test_get_and_set(void **state)
{
    (void)state;
    uint8_t chunk[AVOW_STATUS_CHUNK_BYTES] = {0};
    const uint64_t indices[] = {0, 1, 2, 3, 4, 511, 1022, 1023};
    for (size_t i = 0; i < sizeof(indices) / sizeof(indices[0]); i++) {
        for (unsigned status = 0; status < 4; status++) {
            memset(chunk, 0x1b, sizeof(chunk)); /* 3, 2, 1, 0 */
            avow_status_map_set(chunk, indices[i], (enum avow_status)status);
            for (uint64_t other = 0; other < AVOW_STATUS_CHUNK_ENTRIES; other++)
                assert_int_equal(avow_status_map_get(chunk, other + 1024 * 7),
                                 other == indices[i] ? status : 3 - other % 4);
        }
    }
    memset(chunk, 0, sizeof(chunk));
    avow_status_map_set(chunk, 1024 + 5, AVOW_STATUS_SUSPENDED); /* byte 1, shift 2 */
    assert_int_equal(chunk[1], 2 << 2);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(avow_status_name(AVOW_STATUS_ACTIVE), "active");
    assert_string_equal(avow_status_name(AVOW_STATUS_REVOKED), "revoked");
    assert_string_equal(avow_status_name(AVOW_STATUS_SUSPENDED), "suspended");
    assert_string_equal(avow_status_name(AVOW_STATUS_SUPERSEDED), "superseded");
}

static void test_zero_nodes(void **state)
{
    (void)state;
    const uint8_t chunk[AVOW_STATUS_CHUNK_BYTES] = {0};
    struct avow_hash want = avow_status_map_chunk_hash(chunk);
    for (unsigned level = 0; level < AVOW_TREE_LEVELS; level++) {
        struct avow_hash zero = avow_status_map_zero_node(level);
        assert_memory_equal(zero.bytes, want.bytes, sizeof(want.bytes));
        want = avow_merkle_node_hash(&zero, &zero);
    }
}

static const struct {
    const char *name;
    uint64_t size, chunks;
    unsigned height;
} shapes[] = {
    {"empty", 0, 0, 0},
    {"one entry", 1, 1, 0},
    {"one full chunk", 1024, 1, 0},
    {"a second chunk", 1025, 2, 1},
    {"two full chunks", 2048, 2, 1},
    {"a third chunk", 2049, 3, 2},
    {"five chunks", 5 * 1024, 5, 3},
    {"2^30 entries", UINT64_C(1) << 30, UINT64_C(1) << 20, 20},
    {"2^30 + 1 entries", (UINT64_C(1) << 30) + 1, (UINT64_C(1) << 20) + 1, 21},
    {"the most", AVOW_UINT_MAX, UINT64_C(1) << 43, 43},
};

static void test_shapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        if (avow_status_map_chunk_count(shapes[i].size) != shapes[i].chunks)
            fail_msg("%s: chunks", shapes[i].name);
        if (avow_status_map_height(shapes[i].chunks) != shapes[i].height)
            fail_msg("%s: height", shapes[i].name);
    }
}

/* The map's root and every proof, against the naive tree over `chunks` whole chunks. */
static void compare_dense(struct sparse *sparse, uint8_t (*map)[AVOW_STATUS_CHUNK_BYTES],
                          uint64_t size)
{
    const struct avow_status_nodes nodes = {.context = sparse, .node = sparse_node};
    size_t chunks = (size_t)avow_status_map_chunk_count(size);
    struct naive_tree naive;
    naive_tree_init(&naive, chunks);
    for (size_t i = 0; i < chunks; i++) {
        struct avow_hash leaf = avow_merkle_leaf_hash(avow_bytes(map[i], AVOW_STATUS_CHUNK_BYTES));
        naive_tree_add(&naive, &leaf);
    }
    struct avow_hash root, want = naive_tree_root(&naive, chunks);
    assert_int_equal(avow_status_map_root(&nodes, size, &root), AVOW_OK);
    assert_memory_equal(root.bytes, want.bytes, sizeof(want.bytes));
    for (size_t chunk = 0; chunk < chunks; chunk++) {
        struct avow_path path, naive_path;
        naive_tree_inclusion(&naive, chunk, chunks, &naive_path);
        assert_int_equal(avow_status_map_prove(&nodes, chunk, size, &path), AVOW_OK);
        assert_int_equal(path.count, naive_path.count);
        assert_memory_equal(path.hashes, naive_path.hashes, path.count * sizeof(want));
        struct avow_hash leaf = avow_status_map_chunk_hash(map[chunk]);
        assert_int_equal(avow_merkle_inclusion_root(&leaf, chunk, chunks, &path, &root),
                         AVOW_ACCEPT);
        assert_memory_equal(root.bytes, want.bytes, sizeof(want.bytes));
    }
    naive_tree_fini(&naive);
}

/* Numerical Recipes' generator: the same sequence everywhere. */
static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Grows from 0 to CHUNKS_MAX chunks by uneven steps, with a few changes at each size: some of them
 * back to zero, some at sizes at which the map is all zeros still. */
static void test_growth(void **state)
{
    struct sparse *sparse = *state;
    const struct avow_status_nodes nodes = {.context = sparse, .node = sparse_node};
    const struct avow_tree_sink sink = {.context = sparse, .node = sparse_put};
    static const struct {
        uint32_t seed, first_change;
    } runs[] = {{1, 0}, {2, 1}, {3, 3}, {4, 9}, {5, 33}, {6, CHUNKS_MAX}};
    for (size_t run = 0; run < sizeof(runs) / sizeof(runs[0]); run++) {
        uint32_t seed = runs[run].seed;
        static uint8_t map[CHUNKS_MAX][AVOW_STATUS_CHUNK_BYTES];
        memset(map, 0, sizeof(map));
        sparse->count = 0;
        for (uint64_t size = 0; size < (uint64_t)CHUNKS_MAX * 1024;) {
            uint64_t old_chunks = avow_status_map_chunk_count(size);
            size += 1 + next_random(&seed) % 2500;
            if (size > (uint64_t)CHUNKS_MAX * 1024)
                size = (uint64_t)CHUNKS_MAX * 1024;
            uint64_t chunks = avow_status_map_chunk_count(size);
            assert_int_equal(avow_status_map_grow(&nodes, old_chunks, chunks, &sink), AVOW_OK);
            for (unsigned i = 0; i < 3 && chunks > runs[run].first_change; i++) {
                uint64_t index = next_random(&seed) % size;
                size_t chunk = (size_t)(index / 1024);
                if (next_random(&seed) % 4 == 0)
                    memset(map[chunk], 0, sizeof(map[chunk]));
                else
                    avow_status_map_set(map[chunk], index,
                                        (enum avow_status)(next_random(&seed) % 4));
                struct avow_hash hash = avow_status_map_chunk_hash(map[chunk]);
                assert_int_equal(avow_status_map_update(&nodes, chunks, chunk, &hash, &sink),
                                 AVOW_OK);
            }
            compare_dense(sparse, map, size);
        }
        assert_true(runs[run].first_change < CHUNKS_MAX || sparse->count == 0);
    }
}

/* Maps too large to write out: a proof of each changed chunk, and of zero chunks near it, leads to
 * the root; with another chunk's hash it does not. */
static void test_sparse_sizes(void **state)
{
    struct sparse *sparse = *state;
    const struct avow_status_nodes nodes = {.context = sparse, .node = sparse_node};
    const struct avow_tree_sink sink = {.context = sparse, .node = sparse_put};
    static const uint64_t sizes[] = {(UINT64_C(1) << 30) - 1, UINT64_C(1) << 30,
                                     (UINT64_C(1) << 30) + 1, (UINT64_C(3) << 29) + 12345,
                                     AVOW_UINT_MAX};
    uint8_t chunk[AVOW_STATUS_CHUNK_BYTES] = {0};
    const struct avow_hash zero = avow_status_map_chunk_hash(chunk);
    avow_status_map_set(chunk, 1, AVOW_STATUS_REVOKED);
    const struct avow_hash changed = avow_status_map_chunk_hash(chunk);
    sparse->count = 0;
    uint64_t old_chunks = 0;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        uint64_t chunks = avow_status_map_chunk_count(sizes[i]);
        const uint64_t at[] = {0, chunks / 2, chunks - 1};
        assert_int_equal(avow_status_map_grow(&nodes, old_chunks, chunks, &sink), AVOW_OK);
        for (size_t j = 0; j < 3; j++)
            assert_int_equal(avow_status_map_update(&nodes, chunks, at[j], &changed, &sink),
                             AVOW_OK);
        struct avow_hash want, root;
        assert_int_equal(avow_status_map_root(&nodes, sizes[i], &want), AVOW_OK);
        for (size_t j = 0; j < 3; j++) {
            for (uint64_t number = at[j] > 0 ? at[j] - 1 : 0; number <= at[j]; number++) {
                struct avow_path path;
                const struct avow_hash *stored = &zero;
                if (find(sparse, 0, number) != NULL)
                    stored = &changed;
                const struct avow_hash *other = stored == &zero ? &changed : &zero;
                assert_int_equal(avow_status_map_prove(&nodes, number, sizes[i], &path), AVOW_OK);
                assert_int_equal(avow_merkle_inclusion_root(stored, number, chunks, &path, &root),
                                 AVOW_ACCEPT);
                assert_memory_equal(root.bytes, want.bytes, sizeof(want.bytes));
                assert_int_equal(avow_merkle_inclusion_root(other, number, chunks, &path, &root),
                                 AVOW_ACCEPT);
                assert_memory_not_equal(root.bytes, want.bytes, sizeof(want.bytes));
            }
        }
        old_chunks = chunks;
    }
}

static enum avow_err broken_node(void *context, unsigned level, uint64_t index,
                                 struct avow_hash *hash, bool *found)
{
    (void)context, (void)level, (void)index, (void)hash;
    *found = false;
    return AVOW_ERR_CORRUPT;
}

static void test_source_errors(void **state)
{
    const struct avow_status_nodes nodes = {.node = broken_node};
    const struct avow_tree_sink sink = {.context = *state, .node = sparse_put};
    struct avow_hash hash = avow_status_map_zero_node(0);
    struct avow_path path;
    assert_int_equal(avow_status_map_root(&nodes, 3000, &hash), AVOW_ERR_CORRUPT);
    assert_int_equal(avow_status_map_prove(&nodes, 0, 3000, &path), AVOW_ERR_CORRUPT);
    assert_int_equal(avow_status_map_update(&nodes, 3, 0, &hash, &sink), AVOW_ERR_CORRUPT);
    assert_int_equal(avow_status_map_grow(&nodes, 1, 3, &sink), AVOW_ERR_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get_and_set),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_zero_nodes),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test_setup_teardown(test_growth, make_sparse, free_sparse),
        cmocka_unit_test_setup_teardown(test_sparse_sizes, make_sparse, free_sparse),
        cmocka_unit_test_setup_teardown(test_source_errors, make_sparse, free_sparse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
