/* Ed25519 against RFC 8032, libsodium's and Wycheproof's vectors, and against crafted points. */
#include "proto/crypto/ed25519.h"

#include "tests/support/vectors.h"

#include <jansson.h>
#include <sodium.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static size_t from_hex(uint8_t *out, size_t room, const char *hex)
{
    size_t len = 0;
    assert_int_equal(sodium_hex2bin(out, room, hex, strlen(hex), NULL, &len, NULL), 0);
    return len;
}

/* RFC 8032, section 7.1. */
static const struct {
    const char *name;
    const char *seed;
    const char *key;
    const char *message;
    const char *signature;
} rfc_cases[] = {
    {"TEST 1", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
     "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"TEST 2", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"TEST 3", "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
     "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
    {"TEST SHA(abc)", "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
     "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"},
};

/* Derives, signs, verifies, and refuses another message; names the case that fails. */
static void check_pair(const char *name, const uint8_t seed[32], const char *key_hex,
                       struct avow_bytes message, const char *signature_hex)
{
    struct avow_key key;
    struct avow_key again;
    struct avow_key expected_key;
    struct avow_signature signature;
    struct avow_signature expected;
    struct avow_secret_key secret;
    (void)from_hex(expected_key.bytes, 32, key_hex);
    (void)from_hex(expected.bytes, 64, signature_hex);
    avow_ed25519_from_seed(seed, &secret, &key);
    avow_ed25519_from_seed(seed, NULL, &again);
    if (!avow_key_equal(&key, &expected_key) || !avow_key_equal(&again, &expected_key))
        fail_msg("%s: key", name);
    avow_ed25519_sign(&secret, message, &signature);
    if (memcmp(&signature, &expected, sizeof(signature)) != 0)
        fail_msg("%s: signature", name);
    if (!avow_ed25519_key_is_valid(&key) || !avow_ed25519_verify(&key, message, &signature))
        fail_msg("%s: refused", name);
    if (avow_ed25519_verify(&key, avow_bytes_text("another message"), &signature))
        fail_msg("%s: accepts another message", name);
    signature.bytes[message.len % 64] ^= 1;
    if (avow_ed25519_verify(&key, message, &signature))
        fail_msg("%s: accepts another signature", name);
}

static void test_rfc8032(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rfc_cases); i++) {
        uint8_t seed[32];
        uint8_t message[64];
        (void)from_hex(seed, 32, rfc_cases[i].seed);
        size_t len = from_hex(message, sizeof(message), rfc_cases[i].message);
        check_pair(rfc_cases[i].name, seed, rfc_cases[i].key, avow_bytes(message, len),
                   rfc_cases[i].signature);
    }
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    assert_non_null(text);
    return text;
}

static void test_libsodium(void **state)
{
    (void)state;
    avow_vectors_need();
    FILE *file = avow_vectors_open("ed25519/libsodium-sign.jsonl");
    char line[16384];
    size_t cases = 0;
    while (fgets(line, sizeof(line), file) != NULL) {
        json_t *row = json_loads(line, 0, NULL);
        assert_non_null(row);
        char name[32];
        uint8_t seed[32];
        uint8_t message[2048];
        (void)snprintf(name, sizeof(name), "line %zu", ++cases);
        (void)from_hex(seed, 32, text_of(row, "seed"));
        size_t len = from_hex(message, sizeof(message), text_of(row, "msg"));
        check_pair(name, seed, text_of(row, "pk"), avow_bytes(message, len), text_of(row, "sig"));
        json_decref(row);
    }
    (void)fclose(file);
    assert_int_equal(cases, 1024);
}

/* One case of Wycheproof. A signature of another length than 64 bytes cannot be expressed here. */
static void check_wycheproof(const struct avow_key *key, const json_t *test, size_t *checked)
{
    uint8_t message[2048];
    uint8_t bytes[256];
    struct avow_signature signature;
    bool valid = strcmp(text_of(test, "result"), "valid") == 0;
    size_t len = from_hex(message, sizeof(message), text_of(test, "msg"));
    if (from_hex(bytes, sizeof(bytes), text_of(test, "sig")) != sizeof(signature)) {
        assert_false(valid);
        return;
    }
    memcpy(signature.bytes, bytes, sizeof(signature));
    if (avow_ed25519_verify(key, avow_bytes(message, len), &signature) != valid)
        fail_msg("tcId %lld: %s", json_integer_value(json_object_get(test, "tcId")),
                 text_of(test, "comment"));
    (*checked)++;
}

static void test_wycheproof(void **state)
{
    (void)state;
    avow_vectors_need();
    struct avow_bytes contents = avow_vectors_read("wycheproof/testvectors_v1/ed25519_test.json");
    json_t *root = json_loadb((const char *)contents.data, contents.len, 0, NULL);
    assert_non_null(root);
    size_t checked = 0;
    size_t g;
    json_t *group;
    json_array_foreach(json_object_get(root, "testGroups"), g, group)
    {
        struct avow_key key;
        size_t t;
        json_t *test;
        (void)from_hex(key.bytes, 32, text_of(json_object_get(group, "publicKey"), "pk"));
        json_array_foreach(json_object_get(group, "tests"), t, test)
        {
            check_wycheproof(&key, test, &checked);
        }
    }
    assert_true(checked > 100);
    json_decref(root);
    avow_vectors_free(&contents);
}

/* Made as ed25519.c says of its self-test. Torsioned keys also with H a multiple of 8, where the
 * cofactorless equation holds: only the check of the key keeps those out. */
static const struct {
    const char *name;
    const char *key;
    const char *signature;
    const char *message;
    bool verifies;
    bool key_valid;
} torsion_cases[] = {
    {"R of order 8", "014a3dc3c15bfa726aa9d422cc0a656bda477ffd7f8ac0cf80c4b955c129e192",
     "78a794efaa0660549474fb86f87e4aec5414a1a7d4905823ce408170e857bd5a"
     "a07ce7ff432d1ba41a8becfaa111e16d41ac2aa361dc0990165a0cc1bb83e30d",
     "avow torsion 0", false, true},
    {"R of order 4", "014a3dc3c15bfa726aa9d422cc0a656bda477ffd7f8ac0cf80c4b955c129e192",
     "2b8dcbd56693e90f09133d1fe677148cd6c12eebc68c0f616de94e126fb66050"
     "164e380afadee27194ecbfbb2d58ebf547a0e72a679af2dcc71c70025aa6e50f",
     "avow torsion 0", false, true},
    {"R of order 2", "014a3dc3c15bfa726aa9d422cc0a656bda477ffd7f8ac0cf80c4b955c129e192",
     "828bd71ef7ca01fa4025f72e8f01163008ee62a781c9d37217e123d9499deb78"
     "98fe11827f7ee57bb62c8b0b3e2cb03d0e2e55f432565e2b58627d1c3c0be60b",
     "avow torsion 0", false, true},
    {"A of order 8", "735958d8f0d03e45ac8eb1499e6986be786566be88f5a24bb14430dac9a8543e",
     "3939a7bd7a9cd3b30b422edc238e875ad7134467112b644f1af18defa25e4307"
     "f47f72f22e349e2f2d30c1ef1b63fc9a08f6c1a3faf3e119c9cd736b80bdb701",
     "avow torsion 2", false, false},
    {"A of order 8, cofactorless",
     "735958d8f0d03e45ac8eb1499e6986be786566be88f5a24bb14430dac9a8543e",
     "63bf910fcdb3faba1c20a57b252d22811809b63268a31928c04f949a8145da3d"
     "d40b6f62efb5694269ea97cb22f7d4d3d62180b7b4178cf251ee8f476fb86808",
     "avow torsion 1", true, false},
    {"A of order 4", "82c4001614bc0e04a400d43e60dc41c337b76ae34bad35a4ee788d6193a0fcab",
     "6b7428e10835fe05bfda08d170fee9cff7119d587e362c8de81edc26b6621487"
     "37f27c7302e0f5940ea5ff4650219659efc7f9f272443dc6e738640b9ea95504",
     "avow torsion 0", false, false},
    {"A of order 2", "ecb5c23c3ea4058d95562bdd33f59a9425b8800280753f307f3b46aa3ed61e6d",
     "6b7428e10835fe05bfda08d170fee9cff7119d587e362c8de81edc26b6621487"
     "ba41d3b14ebaa8891d9058faebf3ab1f7529a3f10116f1864df101c930d31b0d",
     "avow torsion 0", false, false},
    {"A of order 2, cofactorless",
     "ecb5c23c3ea4058d95562bdd33f59a9425b8800280753f307f3b46aa3ed61e6d",
     "364e1723264aa74626816c57b721ec5a637c0c85bf8154a6cf6d061ad7d43aba"
     "7a47298f9c028b55d3398d20768734dda813d21c51b1f0a94895df90e1b00202",
     "avow torsion 9", true, false},
};

static void test_torsion(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(torsion_cases); i++) {
        struct avow_key key;
        struct avow_signature signature;
        (void)from_hex(key.bytes, 32, torsion_cases[i].key);
        (void)from_hex(signature.bytes, 64, torsion_cases[i].signature);
        if (avow_ed25519_key_is_valid(&key) != torsion_cases[i].key_valid)
            fail_msg("%s: key", torsion_cases[i].name);
        if (avow_ed25519_verify(&key, avow_bytes_text(torsion_cases[i].message), &signature) !=
            torsion_cases[i].verifies)
            fail_msg("%s: signature", torsion_cases[i].name);
    }
}

/* The eight points of small order, and encodings that are not canonical or no point. */
static const struct {
    const char *name;
    const char *key;
} bad_keys[] = {
    {"order 1", "0100000000000000000000000000000000000000000000000000000000000000"},
    {"order 2", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
    {"order 4", "0000000000000000000000000000000000000000000000000000000000000000"},
    {"order 4, negative", "0000000000000000000000000000000000000000000000000000000000000080"},
    {"order 8", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"},
    {"order 8, negative", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"},
    {"order 8, other", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"},
    {"order 8, other, negative",
     "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"},
    {"order 1, negative zero", "0100000000000000000000000000000000000000000000000000000000000080"},
    {"order 4 as p", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
    {"order 1 as p + 1", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
    {"not reduced", "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
    {"no point", "0200000000000000000000000000000000000000000000000000000000000000"},
};

/* With A of small order, R = SB - HA is easily found: R = B and S = 1 satisfy the cofactored
 * equation for every message. With R of small order the same holds of S = 0, A = anything small. */
static void test_bad_keys(void **state)
{
    (void)state;
    static const struct avow_signature base = {
        {0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
         0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
         0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 1}};
    for (size_t i = 0; i < COUNT(bad_keys); i++) {
        struct avow_key key;
        struct avow_signature small = {{0}};
        (void)from_hex(key.bytes, 32, bad_keys[i].key);
        memcpy(small.bytes, key.bytes, 32);
        if (avow_ed25519_key_is_valid(&key))
            fail_msg("%s: taken for a key", bad_keys[i].name);
        for (unsigned n = 0; n < 16; n++) {
            uint8_t message = (uint8_t)n;
            if (avow_ed25519_verify(&key, avow_bytes(&message, 1), &base) ||
                avow_ed25519_verify(&key, avow_bytes(&message, 1), &small))
                fail_msg("%s: verifies", bad_keys[i].name);
        }
    }
}

/* S + L satisfies the equation as well as S. */
static void test_large_s(void **state)
{
    (void)state;
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                      0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                      0,    0,    0,    0,    0,    0,    0,    0,
                                      0,    0,    0,    0,    0,    0,    0,    0x10};
    static const uint8_t seed[32] = {1};
    struct avow_secret_key secret;
    struct avow_key key;
    struct avow_signature signature;
    struct avow_bytes message = avow_bytes_text("message");
    avow_ed25519_from_seed(seed, &secret, &key);
    avow_ed25519_sign(&secret, message, &signature);
    assert_true(avow_ed25519_verify(&key, message, &signature));
    sodium_add(signature.bytes + 32, order, sizeof(order));
    assert_false(avow_ed25519_verify(&key, message, &signature));
}

/* ------------------------------------------------------------------ what is remembered */

int __wrap_crypto_core_ed25519_is_valid_point(const unsigned char *point);
int __real_crypto_core_ed25519_is_valid_point(const unsigned char *point);

static size_t points_checked; /* this program is linked with the check wrapped */

int __wrap_crypto_core_ed25519_is_valid_point(const unsigned char *point)
{
    points_checked++;
    return __real_crypto_core_ed25519_is_valid_point(point);
}

static size_t checks_of(const struct avow_key *key, bool valid)
{
    const size_t before = points_checked;
    assert_int_equal(avow_ed25519_key_is_valid(key), valid);
    return points_checked - before;
}

static struct avow_key key_of(uint32_t number)
{
    struct avow_key key;
    uint8_t seed[32] = {7};
    avow_put_u32be(seed + 1, number);
    avow_ed25519_from_seed(seed, NULL, &key);
    return key;
}

/* Two keys that begin with the same byte. */
static void make_twins(struct avow_key twins[2])
{
    uint32_t number = 0;
    twins[0] = key_of(number);
    do {
        twins[1] = key_of(++number);
    } while (twins[1].bytes[0] != twins[0].bytes[0]);
}

static void test_valid_once(void **state)
{
    (void)state;
    struct avow_key twins[2];
    make_twins(twins);
    (void)checks_of(&twins[1], true);
    assert_int_equal(checks_of(&twins[0], true), 1);
    assert_int_equal(checks_of(&twins[0], true), 0);
    assert_int_equal(checks_of(&twins[1], true), 1); /* in its stead */
    assert_int_equal(checks_of(&twins[0], true), 1);
}

/* Neither what is no key, nor what differs from a key that was found valid in any one bit, is taken
 * for it. */
static void test_invalid_again(void **state)
{
    (void)state;
    const struct avow_key known = key_of(0);
    for (size_t i = 0; i < COUNT(bad_keys); i++) {
        struct avow_key key;
        (void)from_hex(key.bytes, 32, bad_keys[i].key);
        assert_int_equal(checks_of(&key, false), 1);
        assert_int_equal(checks_of(&key, false), 1);
    }
    for (size_t bit = 0; bit < 8 * sizeof(known.bytes); bit++) {
        struct avow_key key = known;
        (void)checks_of(&known, true);
        key.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        points_checked = 0;
        assert_int_equal(avow_ed25519_key_is_valid(&key),
                         __real_crypto_core_ed25519_is_valid_point(key.bytes));
        assert_int_equal(points_checked, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc8032),    cmocka_unit_test(test_libsodium),
        cmocka_unit_test(test_wycheproof), cmocka_unit_test(test_torsion),
        cmocka_unit_test(test_bad_keys),   cmocka_unit_test(test_large_s),
        cmocka_unit_test(test_valid_once), cmocka_unit_test(test_invalid_again),
    };
    return avow_crypto_init() != AVOW_OK ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
