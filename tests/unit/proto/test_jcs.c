/* codec/jcs against RFC 8785's published vectors and its table of numbers. */
#include "proto/codec/jcs.h"

#include "proto/codec/json.h"
#include "tests/support/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void check_text(const char *name, struct avow_bytes input, struct avow_bytes expected)
{
    struct avow_json_error error;
    AVOW_CLEANUP(avow_json_release)
    json_t *value = NULL;
    if (avow_json_parse(input, SIZE_MAX, &value, &error) != AVOW_OK)
        fail_msg("%s: %s", name, error.text);
    struct avow_buf out;
    avow_buf_init(&out, 1 << 20);
    avow_jcs_write(value, &out);
    if (out.err != AVOW_OK || !avow_bytes_equal(avow_buf_bytes(&out), expected))
        fail_msg("%s: %.*s", name, (int)out.len, (const char *)out.data);
    avow_buf_fini(&out);
}

static void test_published_texts(void **state)
{
    (void)state;
    static const char *const names[] = {"arrays",  "french", "structures",
                                        "unicode", "values", "weird"};
    for (size_t i = 0; i < COUNT(names); i++) {
        char path[100];
        (void)snprintf(path, sizeof(path), "jcs/input/%s.json", names[i]);
        struct avow_bytes input = avow_vectors_printed(path);
        (void)snprintf(path, sizeof(path), "jcs/output/%s.json", names[i]);
        struct avow_bytes output = avow_vectors_printed(path);
        check_text(names[i], input, output);
        avow_vectors_free(&input);
        avow_vectors_free(&output);
    }
}

struct text_case {
    const char *name;
    const char *input;
    const char *expected;
};

static const struct text_case text_cases[] = {
    {"any value at the top", "  true ", "true"},
    {"null", "null", "null"},
    {"empty object and array", "[ { } , [ ] ]", "[{},[]]"},
    {"largest integers", "[9007199254740991,-9007199254740991]",
     "[9007199254740991,-9007199254740991]"},
    {"a real that is whole", "[1.0, -1.50, 1e2]", "[1,-1.5,100]"},
    {"negative zero", "[-0, -0.0]", "[0,0]"},
    {"escapes", "\"\\u0008\\u0009\\u000a\\u000b\\u000c\\u000d\\u001F\\/\\u0022\\\\\\u007f\"",
     "\"\\b\\t\\n\\u000b\\f\\r\\u001f/\\\"\\\\\x7f\""},
    {"a prefix comes first", "{\"ab\":1,\"a\":2,\"\":3}", "{\"\":3,\"a\":2,\"ab\":1}"},
    {"surrogates before U+E000", "{\"\xee\x80\x80\":1,\"\xf0\x90\x80\x80\":2,\"\xed\x9f\xbf\":3}",
     "{\"\xed\x9f\xbf\":3,\"\xf0\x90\x80\x80\":2,\"\xee\x80\x80\":1}"},
    {"U+FFFF after U+10FFFF", "{\"x\xef\xbf\xbf\":1,\"x\xf4\x8f\xbf\xbf\":2}",
     "{\"x\xf4\x8f\xbf\xbf\":2,\"x\xef\xbf\xbf\":1}"},
    {"nested keys are sorted too", "[{\"b\":{\"d\":1,\"c\":2},\"a\":3}]",
     "[{\"a\":3,\"b\":{\"c\":2,\"d\":1}}]"},
};

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(text_cases); i++)
        check_text(text_cases[i].name, avow_bytes_text(text_cases[i].input),
                   avow_bytes_text(text_cases[i].expected));
}

static void check_number(uint64_t bits, const char *expected)
{
    double number;
    memcpy(&number, &bits, sizeof(number));
    uint8_t storage[64];
    struct avow_buf out;
    avow_buf_init_fixed(&out, storage, sizeof(storage));
    avow_jcs_write_number(number, &out);
    if (out.err != AVOW_OK || !avow_bytes_equal(avow_buf_bytes(&out), avow_bytes_text(expected)))
        fail_msg("%016llx: %.*s, not %s", (unsigned long long)bits, (int)out.len,
                 (const char *)out.data, expected);
}

struct number_case {
    uint64_t bits;
    const char *expected;
};

/* RFC 8785, appendix B; then powers of two whose nearest 16 digits read back as another double. */
static const struct number_case number_cases[] = {
    {0x0000000000000000, "0"},
    {0x8000000000000000, "0"},
    {0x0000000000000001, "5e-324"},
    {0x8000000000000001, "-5e-324"},
    {0x7fefffffffffffff, "1.7976931348623157e+308"},
    {0xffefffffffffffff, "-1.7976931348623157e+308"},
    {0x4340000000000000, "9007199254740992"},
    {0xc340000000000000, "-9007199254740992"},
    {0x4430000000000000, "295147905179352830000"},
    {0x44b52d02c7e14af5, "9.999999999999997e+22"},
    {0x44b52d02c7e14af6, "1e+23"},
    {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
    {0x444b1ae4d6e2ef4e, "999999999999999700000"},
    {0x444b1ae4d6e2ef4f, "999999999999999900000"},
    {0x444b1ae4d6e2ef50, "1e+21"},
    {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
    {0x3eb0c6f7a0b5ed8d, "0.000001"},
    {0x41b3de4355555553, "333333333.3333332"},
    {0x41b3de4355555554, "333333333.33333325"},
    {0x41b3de4355555555, "333333333.3333333"},
    {0x41b3de4355555556, "333333333.3333334"},
    {0x41b3de4355555557, "333333333.33333343"},
    {0xbecbf647612f3696, "-0.0000033333333333333333"},
    {0x43143ff3c1cb0959, "1424953923781206.2"},
    {0x3e70000000000000, "5.960464477539063e-8"},
    {0x3d30000000000000, "5.684341886080802e-14"},
    {0x4580000000000000, "6.189700196426902e+26"},
    {0x0060000000000000, "7.120236347223045e-307"},
};

static void test_appendix_b(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(number_cases); i++)
        check_number(number_cases[i].bits, number_cases[i].expected);
}

/* Lines of "bits in hex,text"; zlib reads a plain file as it is. */
static size_t check_number_lines(const char *name)
{
    char path[AVOW_VECTORS_PATH_MAX], line[100];
    size_t count = 0;
    avow_vectors_path(name, path);
    gzFile file = gzopen(path, "r");
    assert_non_null(file);
    while (gzgets(file, line, sizeof(line)) != NULL) {
        char *comma;
        uint64_t bits = strtoull(line, &comma, 16);
        assert_int_equal(*comma, ',');
        comma[1 + strcspn(comma + 1, "\r\n")] = '\0';
        check_number(bits, comma + 1);
        count++;
    }
    assert_int_equal(gzclose(file), Z_OK); /* not cut short, and its checksum is right */
    return count;
}

static void test_published_numbers(void **state)
{
    (void)state;
    avow_vectors_need();
    assert_int_equal(check_number_lines("jcs/es6-numbers-10000.txt"), 10000);
    assert_int_equal(check_number_lines("jcs/es6-numbers-100000.txt.gz"), 100000);
}

/* Whatever the room, the failure shows. */
static void test_too_small(void **state)
{
    (void)state;
    struct avow_json_error error;
    AVOW_CLEANUP(avow_json_release)
    json_t *value = NULL;
    static const char text[] = "{\"a\":[1,2.5,\"x\\ny\"],\"b\":{\"c\":null,\"d\":true}}";
    assert_int_equal(avow_json_parse(avow_bytes_text(text), 100, &value, &error), AVOW_OK);
    uint8_t storage[100];
    for (size_t cap = 0; cap <= strlen(text); cap++) {
        struct avow_buf out;
        avow_buf_init_fixed(&out, storage, cap);
        avow_jcs_write(value, &out);
        assert_int_equal(out.err, cap < strlen(text) ? AVOW_ERR_TOO_LARGE : AVOW_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_texts), cmocka_unit_test(test_texts),
        cmocka_unit_test(test_appendix_b),      cmocka_unit_test(test_published_numbers),
        cmocka_unit_test(test_too_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
