/* proto/credential/claims: the vectors of tests/vectors/claims, which tests/interop/claims.mjs
 * computes independently; refusals with their place; what a commitment must depend on. */
#include "proto/credential/claims.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "proto/codec/base64.h"
#include "proto/codec/json.h"
#include "tests/support/alloc.h"
#include "tests/support/sample_badge.h"
#include "tests/support/vectors.h"

#define DOCUMENT_MAX (1024 * 1024)

static const uint8_t seed[AVOW_SEED_LEN] = {1, 2, 3};
static const struct avow_hash issuer = {{4, 5, 6}};

static json_t *parse(const char *text)
{
    json_t *value = NULL;
    struct avow_json_error error;
    const enum avow_err err = avow_json_parse(avow_bytes_text(text), DOCUMENT_MAX, &value, &error);
    if (err != AVOW_OK)
        fail_msg("%s: %s", error.text, text);
    return value;
}

static const char *text_at(const json_t *object, const char *member)
{
    const char *text = json_string_value(json_object_get(object, member));
    assert_non_null(text);
    return text;
}

static void hash_at(const json_t *object, const char *member, void *out)
{
    assert_int_equal(avow_hex_decode_exact(avow_bytes_text(text_at(object, member)), out, 32),
                     AVOW_ACCEPT);
}

/* What the parser refuses already is a refusal too. */
static enum avow_err commit_text(const char *text, const struct avow_hash *id,
                                 const uint8_t *with_seed, struct avow_hash *out)
{
    AVOW_CLEANUP(avow_json_release)
    json_t *document = NULL;
    struct avow_json_error error;
    const enum avow_err err =
        avow_json_parse(avow_bytes_text(text), DOCUMENT_MAX, &document, &error);
    if (err != AVOW_OK)
        return err;
    struct avow_fault fault;
    return avow_commitment(document, id, with_seed, out, &fault);
}

static void check_vector(const json_t *vector)
{
    const char *name = text_at(vector, "name");
    const json_t *expected = json_object_get(vector, "expected");
    struct avow_hash id;
    struct avow_hash with_seed;
    hash_at(vector, "issuer", id.bytes);
    hash_at(vector, "seed", with_seed.bytes);
    struct avow_hash commitment;
    const enum avow_err err =
        commit_text(text_at(vector, "document"), &id, with_seed.bytes, &commitment);
    if (json_object_get(expected, "refused") != NULL) {
        if (err != AVOW_ERR_REJECTED)
            fail_msg("%s: %s", name, avow_err_text(err));
        return;
    }
    if (err != AVOW_OK)
        fail_msg("%s: %s", name, avow_err_text(err));
    struct avow_hash wanted;
    hash_at(expected, "commitment", wanted.bytes);
    if (!avow_hash_equal(&commitment, &wanted))
        fail_msg("%s: another commitment", name);
}

static void test_vectors(void **state)
{
    (void)state;
    json_error_t error;
    AVOW_CLEANUP(avow_json_release)
    json_t *vectors = json_load_file(AVOW_TEST_VECTORS "/claims/commitments.json", 0, &error);
    if (vectors == NULL)
        fail_msg("%s", error.text);
    assert_true(json_array_size(vectors) > 20);
    for (size_t i = 0; i < json_array_size(vectors); i++)
        check_vector(json_array_get(vectors, i));
}

struct refusal {
    const char *name;
    const char *document;
    enum avow_reject reject;
    const char *where;
};

static const struct refusal refusals[] = {
    {"a list", "[]", AVOW_REJECT_TYPE, ""},
    {"a text", "\"x\"", AVOW_REJECT_TYPE, ""},
    {"an index for a name", "{\"a\":{\"7\":1}}", AVOW_REJECT_VALUE, "/a"},
    {"in a list", "{\"a\":[1,{\"0\":1}]}", AVOW_REJECT_VALUE, "/a/1"},
    {"an inexact real", "{\"a\":{\"b~/\":1e16}}", AVOW_REJECT_RANGE, "/a/b~0~1"},
    {"21 levels", "{\"a\":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}", AVOW_REJECT_DEPTH,
     "/a/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0"},
    {"a control character in the place", "{\"a\\n\":{\"0\":1}}", AVOW_REJECT_VALUE, "/a?"},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const struct refusal *row = &refusals[i];
        AVOW_CLEANUP(avow_json_release)
        json_t *document = parse(row->document);
        struct avow_hash commitment;
        struct avow_fault fault = {.reject = AVOW_ACCEPT};
        if (avow_commitment(document, &issuer, seed, &commitment, &fault) != AVOW_ERR_REJECTED ||
            fault.reject != row->reject || strcmp(fault.where, row->where) != 0)
            fail_msg("%s: %s at '%s'", row->name, avow_reject_name(fault.reject), fault.where);
    }
}

/* `count` values in a list under a name of `name_len` bytes. */
static json_t *list_under_name(size_t name_len, size_t count)
{
    char *name = test_malloc(name_len + 1);
    memset(name, 'n', name_len);
    name[name_len] = '\0';
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        assert_int_equal(json_array_append_new(list, json_integer(1)), 0);
    json_t *document = json_object();
    assert_int_equal(json_object_set_new(document, name, list), 0);
    test_free(name);
    return document;
}

struct bound {
    const char *name;
    size_t name_len;
    size_t count;
    enum avow_err err;
};

static const struct bound bounds[] = {
    {"4,096 claims", 1, AVOW_CLAIMS_MAX, AVOW_OK},
    {"4,097 claims", 1, AVOW_CLAIMS_MAX + 1, AVOW_ERR_REJECTED},
    {"a pointer of 65,535 bytes", AVOW_CLAIM_POINTER_MAX - 3, 1, AVOW_OK},
    {"a pointer of 65,536 bytes", AVOW_CLAIM_POINTER_MAX - 2, 1, AVOW_ERR_REJECTED},
    {"16 pointers of 65,535 bytes", AVOW_CLAIM_POINTER_MAX - 3, 10, AVOW_OK},
    {"too many bytes of pointers", AVOW_CLAIM_POINTER_MAX - 4, 17, AVOW_ERR_REJECTED},
};

static void test_bounds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        AVOW_CLEANUP(avow_json_release)
        json_t *document = list_under_name(bounds[i].name_len, bounds[i].count);
        struct avow_hash commitment;
        struct avow_fault fault = {.reject = AVOW_ACCEPT};
        const enum avow_err err = avow_commitment(document, &issuer, seed, &commitment, &fault);
        if (err != bounds[i].err)
            fail_msg("%s: %s", bounds[i].name, avow_err_text(err));
        if (err == AVOW_ERR_REJECTED)
            assert_int_equal(fault.reject, AVOW_REJECT_LENGTH);
    }
}

static void test_long_place_is_cut_at_a_character(void **state)
{
    (void)state;
    char place[400];
    for (size_t i = 0; i < sizeof(place); i++)
        place[i] = i % 2 == 0 ? '\xc3' : '\xa9';
    struct avow_fault fault;
    assert_int_equal(
        avow_fault_set(&fault, AVOW_REJECT_VALUE, avow_bytes(place + 1, sizeof(place) - 1), "x"),
        AVOW_ERR_REJECTED);
    const size_t len = strlen(fault.where);
    assert_true(len < AVOW_FAULT_WHERE_MAX && len > AVOW_FAULT_WHERE_MAX - 8);
    assert_memory_equal(fault.where + len - 5, "\xc3\xa9\xe2\x80\xa6", 5);
}

static enum avow_err commit_sample(void *context)
{
    struct avow_hash commitment;
    struct avow_fault fault;
    return avow_commitment(context, &issuer, seed, &commitment, &fault);
}

static void test_memory(void **state)
{
    (void)state;
    AVOW_CLEANUP(avow_json_release)
    json_t *document = sample_badge_signed();
    avow_alloc_sweep("commitment", commit_sample, document);
}

int main(void)
{
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_bounds),  cmocka_unit_test(test_long_place_is_cut_at_a_character),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
