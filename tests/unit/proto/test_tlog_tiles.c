/* cli/tiles: paths and shapes by the examples of tlog-tiles, and the bytes of a log that other
 * software made. */
#include "proto/log/tlog_tiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/naive_tree.h"
#include "tests/support/vectors.h"

struct path_case {
    const char *path;
    int level;
    uint64_t index;
    unsigned width;
};

static const struct path_case path_cases[] = {
    {"tile/0/x001/x234/067", 0, 1234067, 256}, /* the specification's own number */
    {"tile/0/000", 0, 0, 256},
    {"tile/0/000.p/1", 0, 0, 1},
    {"tile/0/999", 0, 999, 256},
    {"tile/1/x001/000", 1, 1000, 256},
    {"tile/0/273.p/112", 0, 273, 112},
    {"tile/2/000.p/1", 2, 0, 1},
    {"tile/entries/x001/x234/067.p/255", AVOW_TILE_ENTRIES, 1234067, 255},
    {"tile/entries/000", AVOW_TILE_ENTRIES, 0, 256},
    {"tile/0/x009/x007/x199/x254/x740/991", 0, (UINT64_C(1) << 53) - 1, 256},
};

static void test_paths(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(path_cases) / sizeof(path_cases[0]); i++) {
        const struct path_case *row = &path_cases[i];
        char path[AVOW_TILE_PATH_MAX];
        avow_tlog_tile_path(row->level, row->index, row->width, path);
        assert_string_equal(path, row->path);
    }
    char path[AVOW_TILE_PATH_MAX];
    avow_tlog_tile_number_path("status", 9765, path);
    assert_string_equal(path, "status/x009/765");
}

struct count_case {
    const char *name;
    uint64_t size;
    unsigned level;
    uint64_t tiles;
    unsigned last_width;
};

static const struct count_case count_cases[] = {
    {"70,000: level 0", 70000, 0, 274, 112},
    {"70,000: level 1", 70000, 1, 2, 17},
    {"70,000: level 2", 70000, 2, 1, 1},
    {"70,000: level 3", 70000, 3, 0, 256},
    {"256: level 0", 256, 0, 1, 256},
    {"256: level 1", 256, 1, 1, 1},
    {"255: level 1", 255, 1, 0, 256},
    {"1: level 0", 1, 0, 1, 1},
    {"none", 0, 0, 0, 256},
    {"largest: level 6", (UINT64_C(1) << 53) - 1, 6, 1, 31},
    {"beyond every tree: level 8", (UINT64_C(1) << 53) - 1, 8, 0, 256},
};

static void test_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(count_cases) / sizeof(count_cases[0]); i++) {
        const struct count_case *row = &count_cases[i];
        unsigned last_width;
        const uint64_t tiles = avow_tlog_tile_count(row->level, row->size, &last_width);
        if (tiles != row->tiles || last_width != row->last_width)
            fail_msg("%s: %llu tiles, the last %u wide", row->name, (unsigned long long)tiles,
                     last_width);
    }
}

/* Takes a bundle apart and puts it together again; its leaves go into `tree`. */
static void read_bundle(struct avow_bytes bundle, struct naive_tree *tree, struct avow_buf *again)
{
    struct avow_bytes rest = bundle;
    while (rest.len > 0) {
        assert_true(rest.len >= 2);
        const size_t len = avow_get_u16be(rest.data);
        assert_true(rest.len >= 2 + len);
        const struct avow_bytes entry = avow_bytes(rest.data + 2, len);
        const struct avow_hash leaf = avow_merkle_leaf_hash(entry);
        naive_tree_add(tree, &leaf);
        avow_tlog_tile_entry(again, entry);
        rest = avow_bytes(entry.data + len, rest.len - 2 - len);
    }
}

#define LOG "tessera/"

/* A log of 15 entries by Tessera: at each of its sizes, our bundle and tile are its own. */
static void test_log_by_others(void **state)
{
    (void)state;
    for (unsigned size = 1; size <= 15; size++) {
        char path[AVOW_TILE_PATH_MAX], name[128];
        struct naive_tree tree;
        struct avow_buf bundle, tile;
        avow_buf_init(&bundle, 4096);
        avow_buf_init(&tile, 4096);
        naive_tree_init(&tree, 15);
        avow_tlog_tile_path(AVOW_TILE_ENTRIES, 0, size, path);
        (void)snprintf(name, sizeof(name), "%s%s", LOG, path);
        struct avow_bytes theirs = avow_vectors_printed(name);
        read_bundle(theirs, &tree, &bundle);
        assert_int_equal(tree.size, size);
        assert_true(avow_bytes_equal(avow_buf_bytes(&bundle), theirs));
        avow_vectors_free(&theirs);

        const struct avow_tree_nodes nodes = naive_tree_nodes(&tree);
        assert_int_equal(avow_tlog_tile_hashes(&nodes, 0, 0, size, &tile), AVOW_OK);
        avow_tlog_tile_path(0, 0, size, path);
        (void)snprintf(name, sizeof(name), "%s%s", LOG, path);
        theirs = avow_vectors_printed(name);
        assert_true(avow_bytes_equal(avow_buf_bytes(&tile), theirs));
        avow_vectors_free(&theirs);
        avow_buf_fini(&bundle);
        avow_buf_fini(&tile);
        naive_tree_fini(&tree);
    }
}

/* Level 1 holds the roots of full tiles of level 0, in order. */
static void test_level_1(void **state)
{
    (void)state;
    struct naive_tree tree;
    naive_tree_init(&tree, 600);
    for (unsigned i = 0; i < 600; i++) {
        uint8_t entry[4];
        avow_put_u32be(entry, i);
        const struct avow_hash leaf = avow_merkle_leaf_hash(avow_bytes(entry, sizeof(entry)));
        naive_tree_add(&tree, &leaf);
    }
    struct avow_buf tile;
    avow_buf_init(&tile, 4096);
    const struct avow_tree_nodes nodes = naive_tree_nodes(&tree);
    assert_int_equal(avow_tlog_tile_hashes(&nodes, 1, 0, 2, &tile), AVOW_OK);
    for (size_t i = 0; i < 2; i++) {
        const struct avow_hash root = naive_tree_hash(&tree, i * 256, (i + 1) * 256);
        assert_memory_equal(tile.data + i * 32, root.bytes, 32);
    }
    assert_int_equal(avow_tlog_tile_hashes(&nodes, 1, 0, 3, &tile), AVOW_ERR_NOT_FOUND);
    avow_buf_fini(&tile);
    naive_tree_fini(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_log_by_others),
        cmocka_unit_test(test_level_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
