/* codec/json: what is refused, with which reason and place. */
#include "proto/codec/json.h"

#include "tests/support/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct json_case {
    const char *name;
    struct avow_bytes text;
    enum avow_reject expected;
};

/* Every text may have up to 60 bytes. */
static const struct json_case json_cases[] = {
    {"object", TEXT("{\"a\": [1, 2.5, \"x\", true, false, null]}"), AVOW_ACCEPT},
    {"number at the top", TEXT("1"), AVOW_ACCEPT},
    {"white space around", TEXT(" \r\n\t[] \n"), AVOW_ACCEPT},
    {"nothing", {NULL, 0}, AVOW_REJECT_TRUNCATED},
    {"white space only", TEXT("  "), AVOW_REJECT_TRUNCATED},
    {"61 bytes", TEXT("[                                                           ]"),
     AVOW_REJECT_LENGTH},
    {"cut in an array", TEXT("[1,"), AVOW_REJECT_TRUNCATED},
    {"cut in a string", TEXT("\"ab"), AVOW_REJECT_TRUNCATED},
    {"two values", TEXT("{} {}"), AVOW_REJECT_TRAILING},
    {"a comma too many", TEXT("[1,]"), AVOW_REJECT_JSON},
    {"comment", TEXT("[1 /* one */]"), AVOW_REJECT_JSON},
    {"single quotes", TEXT("['a']"), AVOW_REJECT_JSON},
    {"byte order mark", TEXT("\xef\xbb\xbf[]"), AVOW_REJECT_JSON},
    {"NaN", TEXT("[NaN]"), AVOW_REJECT_JSON},
    {"Infinity", TEXT("[Infinity]"), AVOW_REJECT_JSON},
    {"leading zero", TEXT("[01]"), AVOW_REJECT_JSON},
    {"plus sign", TEXT("[+1]"), AVOW_REJECT_JSON},
    {"bare fraction", TEXT("[.5]"), AVOW_REJECT_JSON},
    {"hexadecimal", TEXT("[0x10]"), AVOW_REJECT_JSON},
    {"largest integers", TEXT("[9007199254740991,-9007199254740991]"), AVOW_ACCEPT},
    {"2^53", TEXT("[9007199254740992]"), AVOW_REJECT_RANGE},
    {"-2^53", TEXT("{\"a\":-9007199254740992}"), AVOW_REJECT_RANGE},
    {"2^64", TEXT("[18446744073709551616]"), AVOW_REJECT_RANGE},
    {"largest double", TEXT("[1.7976931348623157e308]"), AVOW_ACCEPT},
    {"over a double", TEXT("[1e309]"), AVOW_REJECT_RANGE},
    {"below a double", TEXT("[1e-400]"), AVOW_ACCEPT},
    {"duplicate key", TEXT("{\"a\":1,\"b\":2,\"a\":1}"), AVOW_REJECT_DUPLICATE},
    {"duplicate key, escaped", TEXT("{\"a\":1,\"\\u0061\":1}"), AVOW_REJECT_DUPLICATE},
    {"duplicate key below", TEXT("[{\"x\":{\"a\":1,\"a\":1}}]"), AVOW_REJECT_DUPLICATE},
    {"same key in two objects", TEXT("[{\"a\":1},{\"a\":1}]"), AVOW_ACCEPT},
    {"empty key", TEXT("{\"\":1}"), AVOW_ACCEPT},
    {"surrogate pair", TEXT("\"\\ud83c\\udf93\""), AVOW_ACCEPT},
    {"lone high surrogate", TEXT("\"\\ud83c\""), AVOW_REJECT_JSON},
    {"lone low surrogate", TEXT("\"\\udf93\""), AVOW_REJECT_JSON},
    {"high surrogate, then a letter", TEXT("\"\\ud83c\\u0061\""), AVOW_REJECT_JSON},
    {"surrogates the wrong way", TEXT("\"\\udf93\\ud83c\""), AVOW_REJECT_JSON},
    {"lone surrogate in a key", TEXT("{\"\\ud83c\":1}"), AVOW_REJECT_JSON},
    {"surrogate in UTF-8", TEXT("\"\xed\xa0\x80\""), AVOW_REJECT_UTF8},
    {"overlong UTF-8", TEXT("\"\xc0\xaf\""), AVOW_REJECT_UTF8},
    {"above U+10FFFF", TEXT("\"\xf4\x90\x80\x80\""), AVOW_REJECT_UTF8},
    {"lone continuation", TEXT("\"\x80\""), AVOW_REJECT_UTF8},
    {"U+0000 in a string", TEXT("\"a\\u0000b\""), AVOW_REJECT_CONTROL},
    {"U+0000 in a key", TEXT("{\"a\\u0000b\":1}"), AVOW_REJECT_CONTROL},
    {"raw NUL", TEXT("\"a\0b\""), AVOW_REJECT_JSON},
    {"raw NUL after", TEXT("[]\0"), AVOW_REJECT_TRAILING},
    {"raw line feed in a string", TEXT("\"a\nb\""), AVOW_REJECT_JSON},
    {"unknown escape", TEXT("\"\\x41\""), AVOW_REJECT_JSON},
};

static void test_judgement(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(json_cases); i++) {
        struct avow_json_error error;
        json_t *value = (json_t *)(uintptr_t)1;
        enum avow_err err = avow_json_parse(json_cases[i].text, 60, &value, &error);
        bool accepted = json_cases[i].expected == AVOW_ACCEPT;
        if (err != (accepted ? AVOW_OK : AVOW_ERR_REJECTED) ||
            error.reject != json_cases[i].expected || (value != NULL) != accepted)
            fail_msg("%s: %s, %s (%s)", json_cases[i].name, avow_err_text(err),
                     avow_reject_name(error.reject), error.text);
        assert_true(accepted || error.text[0] != '\0');
        avow_json_release(&value);
        assert_null(value);
    }
}

static enum avow_reject nest(size_t depth, const char *open, const char *close)
{
    struct avow_buf text;
    avow_buf_init(&text, 1 << 20);
    for (size_t i = 0; i < depth; i++)
        avow_buf_append(&text, open, strlen(open));
    avow_buf_append(&text, "1", 1);
    for (size_t i = 0; i < depth; i++)
        avow_buf_append(&text, close, strlen(close));
    struct avow_json_error error;
    AVOW_CLEANUP(avow_json_release)
    json_t *value = NULL;
    enum avow_err err = avow_json_parse(avow_buf_bytes(&text), SIZE_MAX, &value, &error);
    assert_int_equal(err, error.reject == AVOW_ACCEPT ? AVOW_OK : AVOW_ERR_REJECTED);
    avow_buf_fini(&text);
    return error.reject;
}

static void test_depth(void **state)
{
    (void)state;
    assert_int_equal(nest(64, "[", "]"), AVOW_ACCEPT);
    assert_int_equal(nest(65, "[", "]"), AVOW_REJECT_DEPTH);
    assert_int_equal(nest(64, "{\"a\":", "}"), AVOW_ACCEPT);
    assert_int_equal(nest(65, "{\"a\":", "}"), AVOW_REJECT_DEPTH);
    assert_int_equal(nest(100000, "[", "]"), AVOW_REJECT_DEPTH);
}

static void test_place(void **state)
{
    (void)state;
    struct avow_json_error error;
    json_t *value;
    static const char text[] = "{\n  \"é\": 1,\n  \"b\": tru\n}";
    assert_int_equal(avow_json_parse(avow_bytes_text(text), 100, &value, &error),
                     AVOW_ERR_REJECTED);
    assert_int_equal(error.line, 3);
    assert_int_equal(error.column, 10);
    assert_string_equal(error.text, avow_reject_text(AVOW_REJECT_JSON));
}

static void test_kinds_of_number(void **state)
{
    (void)state;
    struct avow_json_error error;
    AVOW_CLEANUP(avow_json_release)
    json_t *value = NULL;
    assert_int_equal(avow_json_parse(avow_bytes_text("[1,1.0,1e0]"), 100, &value, &error), AVOW_OK);
    assert_true(json_is_integer(json_array_get(value, 0)));
    assert_true(json_is_real(json_array_get(value, 1)));
    assert_true(json_is_real(json_array_get(value, 2)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judgement),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_place),
        cmocka_unit_test(test_kinds_of_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
