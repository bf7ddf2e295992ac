/* SHA-256 against the examples of FIPS 180-4, HMAC-SHA-256 against RFC 4231. */
#include "proto/crypto/sha256.h"

#include <sodium.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void expect_hash(const char *name, const struct avow_hash *hash, const char *expected)
{
    char hex[65];
    (void)sodium_bin2hex(hex, sizeof(hex), hash->bytes, sizeof(hash->bytes));
    if (strncmp(hex, expected, strlen(expected)) != 0)
        fail_msg("%s: %s", name, hex);
}

/* FIPS 180-4 examples (csrc.nist.gov, "SHA256" and the NIST test of a million a's). */
static const struct {
    const char *name;
    const char *unit;
    size_t repeat;
    const char *expected;
} hash_cases[] = {
    {"empty", "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"one block", "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"a million", "a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

static void test_sha256(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(hash_cases); i++) {
        struct avow_bytes *parts = calloc(hash_cases[i].repeat, sizeof(*parts));
        assert_non_null(parts);
        for (size_t n = 0; n < hash_cases[i].repeat; n++)
            parts[n] = avow_bytes_text(hash_cases[i].unit);
        struct avow_hash hash = avow_sha256(parts, hash_cases[i].repeat);
        expect_hash(hash_cases[i].name, &hash, hash_cases[i].expected);
        free(parts);
    }
}

/* Parts join; where they are cut makes no difference. */
static void test_parts(void **state)
{
    (void)state;
    uint8_t data[200];
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)i;
    struct avow_bytes whole = avow_bytes(data, sizeof(data));
    struct avow_hash expected = avow_sha256(&whole, 1);
    struct avow_hash keyed = avow_sha256_hmac(avow_bytes_text("key"), &whole, 1);
    for (size_t cut = 0; cut <= sizeof(data); cut++) {
        const struct avow_bytes parts[] = {avow_bytes(data, cut), avow_bytes(NULL, 0),
                                           avow_bytes(data + cut, sizeof(data) - cut)};
        struct avow_hash hash = avow_sha256(parts, 3);
        assert_true(avow_hash_equal(&hash, &expected));
        hash = avow_sha256_hmac(avow_bytes_text("key"), parts, 3);
        assert_true(avow_hash_equal(&hash, &keyed));
    }
}

/* RFC 4231, sections 4.2 to 4.8. A single byte stands for `key_len` or `data_len` of it. */
static const struct {
    const char *name;
    const char *key;
    size_t key_len;
    const char *data;
    size_t data_len;
    const char *expected;
} hmac_cases[] = {
    {"case 1", "\x0b", 20, "Hi There", 8,
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"case 2", "Jefe", 4, "what do ya want for nothing?", 28,
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"case 3", "\xaa", 20, "\xdd", 50,
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {"case 4",
     "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17"
     "\x18\x19",
     25, "\xcd", 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
    {"case 5, truncated to 128 bits", "\x0c", 20, "Test With Truncation", 20,
     "a3b6167473100ee06e0c796c2955552b"},
    {"case 6", "\xaa", 131, "Test Using Larger Than Block-Size Key - Hash Key First", 54,
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {"case 7", "\xaa", 131,
     "This is a test using a larger than block-size key and a larger than block-size data. The key "
     "needs to be hashed before being used by the HMAC algorithm.",
     152, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
};

static struct avow_bytes expand(uint8_t room[160], const char *text, size_t len)
{
    size_t given = strlen(text);
    for (size_t i = 0; i < len; i++)
        room[i] = (uint8_t)text[i % given];
    assert_true(given == 1 || given == len);
    return avow_bytes(room, len);
}

static void test_hmac(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(hmac_cases); i++) {
        uint8_t rooms[2][160];
        struct avow_bytes key = expand(rooms[0], hmac_cases[i].key, hmac_cases[i].key_len);
        struct avow_bytes data = expand(rooms[1], hmac_cases[i].data, hmac_cases[i].data_len);
        struct avow_hash hash = avow_sha256_hmac(key, &data, 1);
        expect_hash(hmac_cases[i].name, &hash, hmac_cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_hmac),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
