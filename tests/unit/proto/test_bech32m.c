/* codec/bech32m and codec/id: BIP 350's vectors, then our identifiers. The texts of ours were made
 * with the BIP's reference implementation. */
#include "proto/codec/id.h"

#include "tests/support/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct split_case {
    struct avow_bytes text;
    enum avow_reject expected;
    const char *prefix; /* of an accepted text */
    size_t count;
};

/* BIP 350, "Test vectors for Bech32m"; then BIP 173's valid ones, which are not Bech32m. */
static const struct split_case split_cases[] = {
    {TEXT("A1LQFN3A"), AVOW_ACCEPT, "a", 0},
    {TEXT("a1lqfn3a"), AVOW_ACCEPT, "a", 0},
    {TEXT("an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7h"
          "g6"),
     AVOW_ACCEPT,
     "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber1", 0},
    {TEXT("abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx"), AVOW_ACCEPT, "abcdef", 32},
    {TEXT("11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllluds"
          "r8"),
     AVOW_ACCEPT, "1", 82},
    {TEXT("split1checkupstagehandshakeupstreamerranterredcaperredlc445v"), AVOW_ACCEPT, "split",
     48},
    {TEXT("?1v759aa"), AVOW_ACCEPT, "?", 0},
    {TEXT("\x20"
          "1xj0phk"),
     AVOW_REJECT_CHECKSUM, NULL, 0},
    {TEXT("\x7f"
          "1g6xzxy"),
     AVOW_REJECT_CHECKSUM, NULL, 0},
    {TEXT("\x80"
          "1vctc34"),
     AVOW_REJECT_CHECKSUM, NULL, 0},
    {TEXT("an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6p"
          "ts4"),
     AVOW_REJECT_LENGTH, NULL, 0},
    {TEXT("qyrz8wqd2c9m"), AVOW_REJECT_TYPE, NULL, 0},
    {TEXT("1qyrz8wqd2c9m"), AVOW_REJECT_TYPE, NULL, 0},
    {TEXT("y1b0jsk6g"), AVOW_REJECT_CHECKSUM, NULL, 0},
    {TEXT("lt1igcx5c0"), AVOW_REJECT_CHECKSUM, NULL, 0},
    {TEXT("in1muywd"), AVOW_REJECT_LENGTH, NULL, 0},
    {TEXT("mm1crxm3i"), AVOW_REJECT_CHECKSUM, NULL, 0},
    {TEXT("au1s5cgom"), AVOW_REJECT_CHECKSUM, NULL, 0},
    {TEXT("M1VUXWEZ"), AVOW_REJECT_CHECKSUM, NULL, 0},
    {TEXT("16plkw9"), AVOW_REJECT_TYPE, NULL, 0},
    {TEXT("1p2gdwpf"), AVOW_REJECT_TYPE, NULL, 0},
    {TEXT("a1lqfn3A"), AVOW_REJECT_CHECKSUM, NULL, 0},
    {TEXT("a1lqfn3\0"), AVOW_REJECT_CHECKSUM, NULL, 0},
    {TEXT(""), AVOW_REJECT_TYPE, NULL, 0},
    {TEXT("A12UEL5L"), AVOW_REJECT_CHECKSUM, NULL, 0},
    {TEXT("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"), AVOW_REJECT_CHECKSUM, NULL, 0},
    {TEXT("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w"), AVOW_REJECT_CHECKSUM,
     NULL, 0},
};

static void test_bip_350(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(split_cases); i++) {
        const struct split_case *row = &split_cases[i];
        struct avow_bech32m parts;
        enum avow_reject reject = avow_bech32m_split(row->text, &parts);
        if (reject != row->expected)
            fail_msg("%.*s: %s", (int)row->text.len, (const char *)row->text.data,
                     avow_reject_name(reject));
        if (reject == AVOW_ACCEPT) {
            assert_string_equal(parts.prefix, row->prefix);
            assert_int_equal(parts.count, row->count);
        }
    }
}

#define COUNTING "avow1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5z5tpwxqergd3c8g7rusqull6t9"

static struct avow_hash counting(void)
{
    struct avow_hash hash;
    for (size_t i = 0; i < sizeof(hash.bytes); i++)
        hash.bytes[i] = (uint8_t)(i + 1);
    return hash;
}

struct issuer_case {
    const char *name;
    struct avow_bytes text;
    enum avow_reject expected;
};

/* An accepted text is that of the bytes 1 to 32. */
static const struct issuer_case issuer_cases[] = {
    {"ours", TEXT(COUNTING), AVOW_ACCEPT},
    {"upper case", TEXT("AVOW1QYPQXPQ9QCRSSZG2PVXQ6RS0ZQG3YYC5Z5TPWXQERGD3C8G7RUSQULL6T9"),
     AVOW_ACCEPT},
    {"mixed case", TEXT("Avow1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5z5tpwxqergd3c8g7rusqull6t9"),
     AVOW_REJECT_CHECKSUM},
    {"a node", TEXT("avownode1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5z5tpwxqergd3c8g7rusq4l5vvc"),
     AVOW_REJECT_TYPE},
    {"Bech32", TEXT("avow1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5z5tpwxqergd3c8g7rusqfr0kw8"),
     AVOW_REJECT_CHECKSUM},
    {"31 bytes", TEXT("avow1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5z5tpwxqergd3c8g7rura094w"),
     AVOW_REJECT_LENGTH},
    {"33 bytes", TEXT("avow1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5z5tpwxqergd3c8g7rusxzdgukq4"),
     AVOW_REJECT_LENGTH},
    {"bits left over", TEXT("avow1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5z5tpwxqergd3c8g7rusppft0kh"),
     AVOW_REJECT_MINIMAL},
    {"white space after", TEXT(COUNTING " "), AVOW_REJECT_CHECKSUM},
    {"a reference", TEXT(COUNTING "/0"), AVOW_REJECT_CHECKSUM},
    {"nothing", {NULL, 0}, AVOW_REJECT_TYPE},
};

static void test_issuer_parse(void **state)
{
    (void)state;
    const struct avow_hash expected = counting();
    const struct avow_hash zeros = {{0}};
    for (size_t i = 0; i < COUNT(issuer_cases); i++) {
        struct avow_hash hash;
        enum avow_reject reject = avow_id_issuer_parse(issuer_cases[i].text, &hash);
        if (reject != issuer_cases[i].expected ||
            !avow_hash_equal(&hash, reject == AVOW_ACCEPT ? &expected : &zeros))
            fail_msg("%s: %s", issuer_cases[i].name, avow_reject_name(reject));
    }
}

static void test_texts(void **state)
{
    (void)state;
    char text[AVOW_ISSUER_TEXT_MAX];
    char node_text[AVOW_NODE_TEXT_MAX];
    struct avow_hash hash = counting();
    avow_id_issuer_text(&hash, text);
    assert_string_equal(text, COUNTING);
    struct avow_key node;
    memcpy(node.bytes, hash.bytes, sizeof(node.bytes));
    avow_id_node_text(&node, node_text);
    assert_string_equal(node_text,
                        "avownode1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5z5tpwxqergd3c8g7rusq4l5vvc");
    struct avow_key node_read;
    assert_int_equal(avow_id_node_parse(avow_bytes_text(node_text), &node_read), AVOW_ACCEPT);
    assert_true(avow_key_equal(&node, &node_read));
    assert_int_equal(avow_id_node_parse(avow_bytes_text(text), &node_read), AVOW_REJECT_TYPE);
    memset(hash.bytes, 0xff, sizeof(hash.bytes));
    avow_id_issuer_text(&hash, text);
    assert_string_equal(text, "avow1llllllllllllllllllllllllllllllllllllllllllllllllllls3hnq46");
    memset(hash.bytes, 0, sizeof(hash.bytes));
    avow_id_issuer_text(&hash, text);
    assert_string_equal(text, "avow1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnfs3ud");
}

/* Bech32m detects any single wrong character. */
static void test_every_wrong_character(void **state)
{
    (void)state;
    static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    char text[] = COUNTING;
    for (size_t i = strlen("avow1"); i < strlen(text); i++) {
        char right = text[i];
        for (const char *wrong = alphabet; *wrong != '\0'; wrong++) {
            struct avow_hash hash;
            text[i] = *wrong;
            enum avow_reject reject = avow_id_issuer_parse(avow_bytes_text(text), &hash);
            assert_int_equal(reject, *wrong == right ? AVOW_ACCEPT : AVOW_REJECT_CHECKSUM);
        }
        text[i] = right;
    }
}

struct reference_case {
    const char *name;
    struct avow_bytes text;
    enum avow_reject expected;
    uint64_t index;
};

static const struct reference_case reference_cases[] = {
    {"zero", TEXT(COUNTING "/0"), AVOW_ACCEPT, 0},
    {"some index", TEXT(COUNTING "/1234"), AVOW_ACCEPT, 1234},
    {"2^53 - 1", TEXT(COUNTING "/9007199254740991"), AVOW_ACCEPT, AVOW_UINT_MAX},
    {"2^53", TEXT(COUNTING "/9007199254740992"), AVOW_REJECT_RANGE, 0},
    {"17 digits", TEXT(COUNTING "/10000000000000000"), AVOW_REJECT_RANGE, 0},
    {"2^64", TEXT(COUNTING "/18446744073709551616"), AVOW_REJECT_RANGE, 0},
    {"leading zero", TEXT(COUNTING "/01"), AVOW_REJECT_MINIMAL, 0},
    {"two zeros", TEXT(COUNTING "/00"), AVOW_REJECT_MINIMAL, 0},
    {"no index", TEXT(COUNTING "/"), AVOW_REJECT_VALUE, 0},
    {"sign", TEXT(COUNTING "/+1"), AVOW_REJECT_VALUE, 0},
    {"white space", TEXT(COUNTING "/1 "), AVOW_REJECT_VALUE, 0},
    {"another slash", TEXT(COUNTING "/1/2"), AVOW_REJECT_VALUE, 0},
    {"no slash", TEXT(COUNTING), AVOW_REJECT_TYPE, 0},
    {"no issuer", TEXT("/1"), AVOW_REJECT_TYPE, 0},
    {"a node", TEXT("avownode1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5z5tpwxqergd3c8g7rusq4l5vvc/1"),
     AVOW_REJECT_TYPE, 0},
    {"nothing", {NULL, 0}, AVOW_REJECT_TYPE, 0},
};

static void test_reference(void **state)
{
    (void)state;
    const struct avow_hash expected = counting();
    for (size_t i = 0; i < COUNT(reference_cases); i++) {
        const struct reference_case *row = &reference_cases[i];
        struct avow_hash issuer;
        uint64_t index;
        enum avow_reject reject = avow_id_reference_parse(row->text, &issuer, &index);
        if (reject != row->expected || index != row->index)
            fail_msg("%s: %s", row->name, avow_reject_name(reject));
        if (reject != AVOW_ACCEPT)
            continue;
        char text[AVOW_REFERENCE_TEXT_MAX];
        assert_true(avow_hash_equal(&issuer, &expected));
        avow_id_reference_text(&issuer, index, text);
        assert_true(avow_bytes_equal(avow_bytes_text(text), row->text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bip_350),   cmocka_unit_test(test_issuer_parse),
        cmocka_unit_test(test_texts),     cmocka_unit_test(test_every_wrong_character),
        cmocka_unit_test(test_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
