/* codec/base58 against the published vectors of bs58, multibase and did:key. */
#include "proto/codec/base58.h"

#include "proto/codec/base64.h"
#include "proto/codec/json.h"
#include "tests/support/bytes.h"
#include "tests/support/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static json_t *load(const char *name)
{
    struct avow_bytes text = avow_vectors_printed(name);
    struct avow_json_error error;
    json_t *value;
    if (avow_json_parse(text, SIZE_MAX, &value, &error) != AVOW_OK)
        fail_msg("%s: %s", name, error.text);
    avow_vectors_free(&text);
    return value;
}

static struct avow_bytes member(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    assert_non_null(text);
    return avow_bytes_text(text);
}

static void check_pair(struct avow_bytes data, struct avow_bytes text)
{
    uint8_t decoded[AVOW_BASE58_BYTES_MAX];
    size_t len;
    assert_int_equal(avow_base58_decode(text, decoded, sizeof(decoded), &len), AVOW_ACCEPT);
    assert_true(avow_bytes_equal(avow_bytes(decoded, len), data));
    uint8_t storage[AVOW_BASE58_LEN_MAX];
    struct avow_buf encoded;
    avow_buf_init_fixed(&encoded, storage, sizeof(storage));
    avow_base58_encode(data, &encoded);
    assert_true(avow_bytes_equal(avow_buf_bytes(&encoded), text));
}

static void test_bs58(void **state)
{
    (void)state;
    AVOW_CLEANUP(avow_json_release)
    json_t *fixtures = load("base58/bs58-fixtures.json");
    size_t i;
    json_t *row;
    assert_int_equal(json_array_size(json_object_get(fixtures, "valid")), 14);
    json_array_foreach(json_object_get(fixtures, "valid"), i, row)
    {
        uint8_t storage[AVOW_BASE58_BYTES_MAX];
        struct avow_buf data;
        avow_buf_init_fixed(&data, storage, sizeof(storage));
        assert_int_equal(avow_hex_decode(member(row, "hex"), &data), AVOW_ACCEPT);
        check_pair(avow_buf_bytes(&data), member(row, "string"));
    }
    assert_int_equal(json_array_size(json_object_get(fixtures, "invalid")), 5);
    json_array_foreach(json_object_get(fixtures, "invalid"), i, row)
    {
        uint8_t decoded[AVOW_BASE58_BYTES_MAX];
        size_t len;
        enum avow_reject reject =
            avow_base58_decode(member(row, "string"), decoded, sizeof(decoded), &len);
        assert_int_equal(reject, AVOW_REJECT_CHECKSUM);
        assert_int_equal(len, 0);
    }
}

static void check_multibase(struct avow_bytes text, struct avow_bytes data)
{
    uint8_t decoded[32];
    size_t len;
    assert_int_equal(avow_multibase_decode(text, decoded, sizeof(decoded), &len), AVOW_ACCEPT);
    assert_true(avow_bytes_equal(avow_bytes(decoded, len), data));
    uint8_t storage[64];
    struct avow_buf encoded;
    avow_buf_init_fixed(&encoded, storage, sizeof(storage));
    avow_multibase_encode(data, &encoded);
    assert_true(avow_bytes_equal(avow_buf_bytes(&encoded), text));
}

/* The lines of base58btc in multibase's tables basic, leading_zero and two_leading_zeros. */
static const struct {
    struct avow_bytes text, data;
} multibase_rows[] = {
    {TEXT("z7paNL19xttacUY"), TEXT("yes mani !")},
    {TEXT("z17paNL19xttacUY"), TEXT("\0yes mani !")},
    {TEXT("z117paNL19xttacUY"), TEXT("\0\0yes mani !")},
};

static void test_multibase(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(multibase_rows); i++)
        check_multibase(multibase_rows[i].text, multibase_rows[i].data);
    uint8_t out[4];
    size_t len;
    assert_int_equal(avow_multibase_decode(avow_bytes_text("u2g"), out, sizeof(out), &len),
                     AVOW_REJECT_TYPE);
    assert_int_equal(avow_multibase_decode(avow_bytes(NULL, 0), out, sizeof(out), &len),
                     AVOW_REJECT_TYPE);
    assert_int_equal(avow_multibase_decode(avow_bytes_text("z"), out, sizeof(out), &len),
                     AVOW_ACCEPT);
    assert_int_equal(len, 0);
}

/* The longest input, of the smallest and of the largest bytes, and one more. */
static void test_bounds(void **state)
{
    (void)state;
    static const uint8_t values[] = {0x00, 0x01, 0xff};
    uint8_t data[AVOW_BASE58_BYTES_MAX];
    for (size_t i = 0; i < COUNT(values); i++) {
        for (size_t len = 0; len <= sizeof(data); len++) {
            uint8_t storage[AVOW_BASE58_LEN_MAX];
            struct avow_buf encoded;
            memset(data, values[i], sizeof(data));
            avow_buf_init_fixed(&encoded, storage, sizeof(storage));
            avow_base58_encode(avow_bytes(data, len), &encoded);
            assert_int_equal(encoded.err, AVOW_OK);
            check_pair(avow_bytes(data, len), avow_buf_bytes(&encoded));
            uint8_t decoded[AVOW_BASE58_BYTES_MAX];
            size_t decoded_len;
            if (len > 0)
                assert_int_equal(
                    avow_base58_decode(avow_buf_bytes(&encoded), decoded, len - 1, &decoded_len),
                    AVOW_REJECT_LENGTH);
        }
    }
    char text[AVOW_BASE58_LEN_MAX + 1];
    uint8_t decoded[2 * AVOW_BASE58_LEN_MAX];
    size_t len;
    memset(text, 'z', sizeof(text));
    assert_int_equal(
        avow_base58_decode(avow_bytes(text, sizeof(text)), decoded, sizeof(decoded), &len),
        AVOW_REJECT_LENGTH);
    memset(text, '1', sizeof(text));
    assert_int_equal(avow_base58_decode(avow_bytes(text, 128), decoded, sizeof(decoded), &len),
                     AVOW_ACCEPT);
    assert_int_equal(avow_base58_decode(avow_bytes(text, 129), decoded, sizeof(decoded), &len),
                     AVOW_REJECT_LENGTH);
}

static void test_did_key(void **state)
{
    (void)state;
    AVOW_CLEANUP(avow_json_release)
    json_t *vectors = load("did-key/ed25519-compact.json");
    assert_int_equal(json_array_size(vectors), 5);
    size_t i;
    json_t *row;
    json_array_foreach(vectors, i, row)
    {
        struct avow_key expected;
        struct avow_key key;
        char text[AVOW_DID_KEY_TEXT_MAX];
        assert_int_equal(
            avow_hex_decode_exact(member(row, "publicKeyHex"), &expected, sizeof(expected)),
            AVOW_ACCEPT);
        assert_int_equal(avow_did_key_parse(member(row, "did"), &key), AVOW_ACCEPT);
        assert_true(avow_key_equal(&key, &expected));
        avow_did_key_text(&key, text);
        assert_true(avow_bytes_equal(avow_bytes_text(text), member(row, "did")));
    }
}

struct multikey_case {
    const char *name;
    struct avow_bytes coded; /* what the multibase text holds */
    enum avow_reject expected;
};

#define KEY_31                                                                                     \
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, \
        27, 28, 29, 30, 31

static const struct multikey_case multikey_cases[] = {
    {"Ed25519", BYTES(0xed, 1, KEY_31, 32), AVOW_ACCEPT},
    {"X25519", BYTES(0xec, 1, KEY_31, 32), AVOW_REJECT_TYPE},
    {"another varint", BYTES(0xed, 2, KEY_31, 32), AVOW_REJECT_TYPE},
    {"a key of 31 bytes", BYTES(0xed, 1, KEY_31), AVOW_REJECT_LENGTH},
    {"a key of 33 bytes", BYTES(0xed, 1, KEY_31, 32, 33), AVOW_REJECT_LENGTH},
    {"no key", BYTES(0xed, 1), AVOW_REJECT_LENGTH},
    {"one byte", BYTES(0xed), AVOW_REJECT_TYPE},
    {"nothing", {NULL, 0}, AVOW_REJECT_TYPE},
};

static void test_multikey(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(multikey_cases); i++) {
        const struct multikey_case *row = &multikey_cases[i];
        uint8_t storage[100];
        struct avow_buf text;
        avow_buf_init_fixed(&text, storage, sizeof(storage));
        avow_multibase_encode(row->coded, &text);
        struct avow_key key;
        const struct avow_key zeros = {{0}};
        enum avow_reject reject = avow_multibase_key_parse(avow_buf_bytes(&text), &key);
        if (reject != row->expected || avow_key_equal(&key, &zeros) != (reject != AVOW_ACCEPT))
            fail_msg("%s: %s", row->name, avow_reject_name(reject));
    }
    struct avow_key key;
    static const char did[] = "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp";
    assert_int_equal(avow_did_key_parse(avow_bytes_text(did + 8), &key), AVOW_REJECT_TYPE);
    assert_int_equal(avow_did_key_parse(avow_bytes(did, 7), &key), AVOW_REJECT_TYPE);
    assert_int_equal(avow_multibase_key_parse(avow_bytes_text(did), &key), AVOW_REJECT_TYPE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bs58),     cmocka_unit_test(test_multibase),
        cmocka_unit_test(test_bounds),   cmocka_unit_test(test_did_key),
        cmocka_unit_test(test_multikey),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
