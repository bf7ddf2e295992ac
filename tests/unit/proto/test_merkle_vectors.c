/* transparency-dev/merkle's proofs, good and bad, and the reference tree of Certificate
 * Transparency. */
#include "proto/log/merkle.h"

#include "proto/codec/base64.h"
#include "tests/support/vectors.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* A text too short or too long for a hash, as bad proofs have, becomes the nearest hash: zeros are
 * put after it, or the rest is cut off. */
static struct avow_hash hash_of(const json_t *text)
{
    uint8_t bytes[256] = {0};
    struct avow_buf buf;
    avow_buf_init_fixed(&buf, bytes, sizeof(bytes));
    assert_non_null(text);
    assert_int_equal(avow_base64_decode(avow_bytes_text(json_string_value(text)), &buf),
                     AVOW_ACCEPT);
    struct avow_hash hash;
    memcpy(hash.bytes, bytes, sizeof(hash.bytes));
    return hash;
}

static struct avow_hash hash_at(const json_t *row, const char *name)
{
    return hash_of(json_object_get(row, name));
}

/* Jansson's integers are signed: 2^64 - 1, in a few rows, arrives as a real number. */
static uint64_t uint_at(const json_t *row, const char *name)
{
    const json_t *value = json_object_get(row, name);
    if (json_is_real(value))
        return UINT64_MAX;
    assert_true(json_is_integer(value));
    return (uint64_t)json_integer_value(value);
}

static struct avow_path path_at(const json_t *row)
{
    struct avow_path path = {0};
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(row, "proof"), i, item)
    {
        assert_true(path.count < AVOW_PATH_MAX);
        path.hashes[path.count++] = hash_of(item);
    }
    return path;
}

static bool inclusion_holds(const json_t *row)
{
    struct avow_hash leaf = hash_at(row, "leafHash");
    struct avow_hash want = hash_at(row, "root");
    struct avow_path path = path_at(row);
    struct avow_hash root;
    return avow_merkle_inclusion_root(&leaf, uint_at(row, "leafIdx"), uint_at(row, "treeSize"),
                                      &path, &root) == AVOW_ACCEPT &&
           avow_hash_equal(&root, &want) &&
           json_string_length(json_object_get(row, "leafHash")) == 44; /* else not a hash at all */
}

static bool consistency_holds(const json_t *row)
{
    struct avow_hash old_root = hash_at(row, "root1");
    struct avow_hash new_root = hash_at(row, "root2");
    struct avow_path path = path_at(row);
    return avow_merkle_consistency_check(uint_at(row, "size1"), &old_root, uint_at(row, "size2"),
                                         &new_root, &path) == AVOW_ACCEPT;
}

static void run_file(const char *name, bool (*holds)(const json_t *row))
{
    AVOW_CLEANUP(avow_vectors_free)
    struct avow_bytes contents = avow_vectors_printed(name);
    FILE *file = fmemopen((void *)(uintptr_t)contents.data, contents.len, "r");
    assert_non_null(file);
    char line[8192];
    size_t count = 0, good = 0;
    while (fgets(line, sizeof(line), file) != NULL) {
        json_t *row = json_loads(line, 0, NULL);
        if (row == NULL) /* the one number that does not fit */
            row = json_loads(line, JSON_DECODE_INT_AS_REAL, NULL);
        assert_non_null(row);
        const char *case_name = json_string_value(json_object_get(row, "file"));
        bool want = !json_is_true(json_object_get(row, "wantErr"));
        /* Theirs refuses to prove anything from the empty tree; by RFC 9162 it is a prefix of
         * every tree, and ours says so. */
        if (strstr(case_name, "size1-is-zero-and-size2-is-not-zero") != NULL)
            want = true;
        if (holds(row) != want)
            fail_msg("%s: wanted to be %s", case_name, want ? "accepted" : "refused");
        count++;
        good += want;
        json_decref(row);
    }
    (void)fclose(file);
    assert_int_equal(count, 98);
    assert_true(good >= 6);
}

static void test_inclusion(void **state)
{
    (void)state;
    run_file("rfc6962/inclusion.jsonl", inclusion_holds);
}

static void test_consistency(void **state)
{
    (void)state;
    run_file("rfc6962/consistency.jsonl", consistency_holds);
}

static void assert_hex(const struct avow_hash *got, const json_t *want)
{
    struct avow_hash hash;
    assert_int_equal(
        avow_hex_decode_exact(avow_bytes_text(json_string_value(want)), hash.bytes, 32),
        AVOW_ACCEPT);
    assert_memory_equal(got->bytes, hash.bytes, sizeof(hash.bytes));
}

static void check_node(void *context, unsigned level, uint64_t index, const struct avow_hash *hash)
{
    const json_t *levels = context;
    assert_hex(hash, json_array_get(json_array_get(levels, level), (size_t)index));
}

static void test_reference_tree(void **state)
{
    (void)state;
    AVOW_CLEANUP(avow_vectors_free)
    struct avow_bytes contents = avow_vectors_printed("rfc6962/ct-reference-tree.json");
    json_t *all = json_loadb((const char *)contents.data, contents.len, 0, NULL);
    assert_non_null(all);
    const json_t *inputs = json_object_get(all, "leafInputsHex");
    json_t *levels = json_object_get(all, "nodeHashesByLevel");
    const json_t *roots = json_object_get(all, "rootHashesBySize");
    const struct avow_tree_sink sink = {.context = levels, .node = check_node};
    struct avow_tree tree = {0};
    assert_int_equal(json_array_size(inputs), 8);
    for (size_t i = 0; i <= 8; i++) {
        struct avow_hash root = avow_tree_root(&tree);
        assert_hex(&root, json_array_get(roots, i));
        if (i == 8)
            break;
        uint8_t bytes[64];
        struct avow_buf input;
        avow_buf_init_fixed(&input, bytes, sizeof(bytes));
        const char *hex = json_string_value(json_array_get(inputs, i));
        assert_int_equal(avow_hex_decode(avow_bytes_text(hex), &input), AVOW_ACCEPT);
        struct avow_hash leaf = avow_merkle_leaf_hash(avow_buf_bytes(&input));
        check_node(levels, 0, i, &leaf);
        avow_tree_append(&tree, &leaf, &sink);
    }
    json_decref(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inclusion),
        cmocka_unit_test(test_consistency),
        cmocka_unit_test(test_reference_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
