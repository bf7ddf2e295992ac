/* codec/reader: each form, each rejection, each truncation. */
#include "proto/codec/reader.h"

#include "proto/codec/writer.h"
#include "tests/support/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct form_case {
    const char *name;
    struct avow_bytes input;
    enum avow_reject expected;
    uint64_t value; /* of an accepted integer, count, or length */
};

static void check(const struct form_case *row, enum avow_reject reject, uint64_t value)
{
    if (reject != row->expected || value != (reject == AVOW_ACCEPT ? row->value : 0))
        fail_msg("%s: %s, value %llu", row->name, avow_reject_name(reject),
                 (unsigned long long)value);
}

/* Each row is read from an allocation of its own length, so that a sanitizer sees one byte over. */
static struct avow_bytes exact_copy(struct avow_bytes input)
{
    uint8_t *copy = malloc(input.len > 0 ? input.len : 1);
    assert_non_null(copy);
    if (input.len > 0)
        memcpy(copy, input.data, input.len);
    return avow_bytes(copy, input.len);
}

static void run(const struct form_case *rows, size_t count,
                uint64_t (*read)(struct avow_reader *reader))
{
    for (size_t i = 0; i < count; i++) {
        struct avow_bytes input = exact_copy(rows[i].input);
        struct avow_reader reader;
        avow_reader_init(&reader, input);
        uint64_t value = read(&reader);
        check(&rows[i], avow_reader_finish(&reader), value);
        free((void *)(uintptr_t)input.data);
    }
}

static const struct form_case uint_cases[] = {
    {"zero", BYTES(0), AVOW_ACCEPT, 0},
    {"127", BYTES(0x7f), AVOW_ACCEPT, 127},
    {"128", BYTES(0xcc, 0x80), AVOW_ACCEPT, 128},
    {"127 in two bytes", BYTES(0xcc, 0x7f), AVOW_REJECT_MINIMAL, 0},
    {"255", BYTES(0xcc, 0xff), AVOW_ACCEPT, 255},
    {"256", BYTES(0xcd, 1, 0), AVOW_ACCEPT, 256},
    {"255 in three bytes", BYTES(0xcd, 0, 0xff), AVOW_REJECT_MINIMAL, 0},
    {"65535", BYTES(0xcd, 0xff, 0xff), AVOW_ACCEPT, 65535},
    {"65536", BYTES(0xce, 0, 1, 0, 0), AVOW_ACCEPT, 65536},
    {"65535 in five bytes", BYTES(0xce, 0, 0, 0xff, 0xff), AVOW_REJECT_MINIMAL, 0},
    {"2^32 - 1", BYTES(0xce, 0xff, 0xff, 0xff, 0xff), AVOW_ACCEPT, UINT32_MAX},
    {"2^32", BYTES(0xcf, 0, 0, 0, 1, 0, 0, 0, 0), AVOW_ACCEPT, UINT64_C(1) << 32},
    {"2^32 - 1 in nine bytes", BYTES(0xcf, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff), AVOW_REJECT_MINIMAL,
     0},
    {"2^53 - 1", BYTES(0xcf, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), AVOW_ACCEPT,
     AVOW_UINT_MAX},
    {"2^53", BYTES(0xcf, 0, 0x20, 0, 0, 0, 0, 0, 0), AVOW_REJECT_RANGE, 0},
    {"2^64 - 1", BYTES(0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), AVOW_REJECT_RANGE, 0},
    {"-1", BYTES(0xff), AVOW_REJECT_TYPE, 0},
    {"-32", BYTES(0xe0), AVOW_REJECT_TYPE, 0},
    {"5 as int8", BYTES(0xd0, 5), AVOW_REJECT_TYPE, 0},
    {"5 as int64", BYTES(0xd3, 0, 0, 0, 0, 0, 0, 0, 5), AVOW_REJECT_TYPE, 0},
    {"1.0 as float32", BYTES(0xca, 0x3f, 0x80, 0, 0), AVOW_REJECT_TYPE, 0},
    {"1.0 as float64", BYTES(0xcb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0), AVOW_REJECT_TYPE, 0},
    {"fixext 1", BYTES(0xd4, 0, 0), AVOW_REJECT_TYPE, 0},
    {"ext 8", BYTES(0xc7, 0, 0), AVOW_REJECT_TYPE, 0},
    {"the unused byte", BYTES(0xc1), AVOW_REJECT_TYPE, 0},
    {"nil", BYTES(0xc0), AVOW_REJECT_TYPE, 0},
    {"false", BYTES(0xc2), AVOW_REJECT_TYPE, 0},
    {"text", BYTES(0xa1, '1'), AVOW_REJECT_TYPE, 0},
    {"nothing", {NULL, 0}, AVOW_REJECT_TRUNCATED, 0},
    {"cut short", BYTES(0xce, 0xff, 0xff, 0xff), AVOW_REJECT_TRUNCATED, 0},
    {"bytes left over", BYTES(1, 1), AVOW_REJECT_TRAILING, 1},
};

static uint64_t read_uint(struct avow_reader *reader)
{
    uint64_t value = avow_reader_uint(reader);
    return avow_reader_finish(reader) == AVOW_ACCEPT ? value : 0;
}

static void test_uint(void **state)
{
    (void)state;
    run(uint_cases, COUNT(uint_cases), read_uint);
}

static const struct form_case nil_cases[] = {
    {"nil", BYTES(0xc0), AVOW_ACCEPT, 1},
    {"nothing", {NULL, 0}, AVOW_ACCEPT, 0},
    {"false is left where it is", BYTES(0xc2), AVOW_REJECT_TRAILING, 0},
};

static uint64_t read_nil(struct avow_reader *reader)
{
    return avow_reader_nil(reader);
}

static void test_nil(void **state)
{
    (void)state;
    run(nil_cases, COUNT(nil_cases), read_nil);
}

/* Every row asks for a text of at most 40 bytes. */
static const struct form_case text_cases[] = {
    {"empty", BYTES(0xa0), AVOW_ACCEPT, 0},
    {"one byte", BYTES(0xa1, 'a'), AVOW_ACCEPT, 1},
    {"31 bytes",
     TEXT("\xbf"
          "0123456789012345678901234567890"),
     AVOW_ACCEPT, 31},
    {"32 bytes",
     TEXT("\xd9\x20"
          "01234567890123456789012345678901"),
     AVOW_ACCEPT, 32},
    {"31 bytes, long form",
     TEXT("\xd9\x1f"
          "0123456789012345678901234567890"),
     AVOW_REJECT_MINIMAL, 0},
    {"32 bytes in str16",
     TEXT("\xda\x00\x20"
          "01234567890123456789012345678901"),
     AVOW_REJECT_MINIMAL, 0},
    {"32 bytes in str32",
     TEXT("\xdb\x00\x00\x00\x20"
          "01234567890123456789012345678901"),
     AVOW_REJECT_MINIMAL, 0},
    {"41 bytes",
     TEXT("\xd9\x29"
          "01234567890123456789012345678901234567890"),
     AVOW_REJECT_LENGTH, 0},
    {"claims 4 GiB", BYTES(0xdb, 0xff, 0xff, 0xff, 0xff), AVOW_REJECT_LENGTH, 0},
    {"body cut short", BYTES(0xa2, 'a'), AVOW_REJECT_LENGTH, 0},
    {"head cut short", BYTES(0xd9), AVOW_REJECT_TRUNCATED, 0},
    {"bin", BYTES(0xc4, 1, 'a'), AVOW_REJECT_TYPE, 0},
    {"two bytes", TEXT("\xa2\xc3\xa9"), AVOW_ACCEPT, 2},
    {"three bytes", TEXT("\xa3\xe2\x82\xac"), AVOW_ACCEPT, 3},
    {"four bytes", TEXT("\xa4\xf0\x9f\x8e\x93"), AVOW_ACCEPT, 4},
    {"U+10FFFF", TEXT("\xa4\xf4\x8f\xbf\xbf"), AVOW_ACCEPT, 4},
    {"U+110000", TEXT("\xa4\xf4\x90\x80\x80"), AVOW_REJECT_UTF8, 0},
    {"lead byte f5", TEXT("\xa4\xf5\x80\x80\x80"), AVOW_REJECT_UTF8, 0},
    {"overlong slash, two bytes", TEXT("\xa2\xc0\xaf"), AVOW_REJECT_UTF8, 0},
    {"overlong U+007F", TEXT("\xa2\xc1\xbf"), AVOW_REJECT_UTF8, 0},
    {"overlong U+07FF", TEXT("\xa3\xe0\x9f\xbf"), AVOW_REJECT_UTF8, 0},
    {"U+0800", TEXT("\xa3\xe0\xa0\x80"), AVOW_ACCEPT, 3},
    {"overlong U+FFFF", TEXT("\xa4\xf0\x8f\xbf\xbf"), AVOW_REJECT_UTF8, 0},
    {"U+10000", TEXT("\xa4\xf0\x90\x80\x80"), AVOW_ACCEPT, 4},
    {"U+D7FF", TEXT("\xa3\xed\x9f\xbf"), AVOW_ACCEPT, 3},
    {"surrogate U+D800", TEXT("\xa3\xed\xa0\x80"), AVOW_REJECT_UTF8, 0},
    {"surrogate U+DFFF", TEXT("\xa3\xed\xbf\xbf"), AVOW_REJECT_UTF8, 0},
    {"lone continuation", TEXT("\xa1\x80"), AVOW_REJECT_UTF8, 0},
    {"sequence cut short", TEXT("\xa2\xe2\x82"), AVOW_REJECT_UTF8, 0},
    {"third byte is a letter",
     TEXT("\xa3\xe2\x82"
          "a"),
     AVOW_REJECT_UTF8, 0},
    {"second byte is a letter",
     TEXT("\xa2\xc3"
          "a"),
     AVOW_REJECT_UTF8, 0},
    {"NUL", BYTES(0xa1, 0), AVOW_REJECT_CONTROL, 0},
    {"U+001F", BYTES(0xa1, 0x1f), AVOW_REJECT_CONTROL, 0},
    {"U+007F", BYTES(0xa1, 0x7f), AVOW_REJECT_CONTROL, 0},
    {"eight bytes at once", TEXT("\xb0 ~!}0zAZ abcdefg"), AVOW_ACCEPT, 16},
    {"tab among eight",
     TEXT("\xa8"
          "abc\tdefg"),
     AVOW_REJECT_CONTROL, 0},
    {"U+007F among eight",
     TEXT("\xa8"
          "abcdefg\x7f"),
     AVOW_REJECT_CONTROL, 0},
    {"bad byte among eight",
     TEXT("\xa8"
          "abcdefg\xff"),
     AVOW_REJECT_UTF8, 0},
    {"U+0085 is not among those refused", TEXT("\xa2\xc2\x85"), AVOW_ACCEPT, 2},
};

static uint64_t read_text(struct avow_reader *reader)
{
    return avow_reader_text(reader, 40).len;
}

static void test_text(void **state)
{
    (void)state;
    run(text_cases, COUNT(text_cases), read_text);
}

/* Every row asks for exactly two bytes, then for at most two. */
static const struct form_case bin_exact_cases[] = {
    {"exact", BYTES(0xc4, 2, 7, 8), AVOW_ACCEPT, 0x0708},
    {"one too few", BYTES(0xc4, 1, 7), AVOW_REJECT_LENGTH, 0},
    {"none", BYTES(0xc4, 0), AVOW_REJECT_LENGTH, 0},
    {"one too many", BYTES(0xc4, 3, 7, 8, 9), AVOW_REJECT_LENGTH, 0},
    {"bin16", BYTES(0xc5, 0, 2, 7, 8), AVOW_REJECT_MINIMAL, 0},
    {"bin32", BYTES(0xc6, 0, 0, 0, 2, 7, 8), AVOW_REJECT_MINIMAL, 0},
    {"head cut short", BYTES(0xc4), AVOW_REJECT_TRUNCATED, 0},
    {"body cut short", BYTES(0xc4, 2, 7), AVOW_REJECT_LENGTH, 0},
    {"text", BYTES(0xa2, 'a', 'b'), AVOW_REJECT_TYPE, 0},
    {"claims 4 GiB", BYTES(0xc6, 0xff, 0xff, 0xff, 0xff), AVOW_REJECT_LENGTH, 0},
};

static uint64_t read_bin_exact(struct avow_reader *reader)
{
    uint8_t out[2] = {0xaa, 0xaa};
    avow_reader_bin_exact(reader, out, sizeof(out));
    return avow_get_u16be(out);
}

static const struct form_case bin_cases[] = {
    {"none", BYTES(0xc4, 0), AVOW_ACCEPT, 0},
    {"two", BYTES(0xc4, 2, 7, 8), AVOW_ACCEPT, 2},
    {"three", BYTES(0xc4, 3, 7, 8, 9), AVOW_REJECT_LENGTH, 0},
    {"bytes left over", BYTES(0xc4, 0, 0), AVOW_REJECT_TRAILING, 0},
};

static uint64_t read_bin(struct avow_reader *reader)
{
    return avow_reader_bin(reader, 2).len;
}

static void test_bin(void **state)
{
    (void)state;
    run(bin_exact_cases, COUNT(bin_exact_cases), read_bin_exact);
    run(bin_cases, COUNT(bin_cases), read_bin);
}

/* Every row asks for a header of at most 20 items. */
static const struct form_case array_cases[] = {
    {"empty", BYTES(0x90), AVOW_ACCEPT, 0},
    {"two", BYTES(0x92, 1, 2), AVOW_ACCEPT, 2},
    {"fewer bytes than items", BYTES(0x92, 1), AVOW_REJECT_LENGTH, 0},
    {"sixteen", BYTES(0xdc, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), AVOW_ACCEPT,
     16},
    {"two, long form", BYTES(0xdc, 0, 2, 1, 2), AVOW_REJECT_MINIMAL, 0},
    {"two, longest form", BYTES(0xdd, 0, 0, 0, 2, 1, 2), AVOW_REJECT_MINIMAL, 0},
    {"claims 2^32 - 1", BYTES(0xdd, 0xff, 0xff, 0xff, 0xff), AVOW_REJECT_LENGTH, 0},
    {"over the bound",
     TEXT("\xdc\0\x15"
          "012345678901234567890"),
     AVOW_REJECT_LENGTH, 0},
    {"map", BYTES(0x80), AVOW_REJECT_TYPE, 0},
    {"nothing", {NULL, 0}, AVOW_REJECT_TRUNCATED, 0},
};

/* Reads the items too, which are small integers. */
static uint64_t read_array(struct avow_reader *reader)
{
    size_t count = avow_reader_array(reader, 20);
    for (size_t i = 0; i < count; i++)
        (void)avow_reader_uint(reader);
    return reader->reject == AVOW_ACCEPT ? count : 0;
}

/* Every row asks for exactly two items. */
static const struct form_case array_of_cases[] = {
    {"two", BYTES(0x92, 1, 2), AVOW_ACCEPT, 0x0102},
    {"one", BYTES(0x91, 1), AVOW_REJECT_LENGTH, 0},
    {"three", BYTES(0x93, 1, 2, 3), AVOW_REJECT_LENGTH, 0},
    {"second missing", BYTES(0x92, 1), AVOW_REJECT_LENGTH, 0},
    {"two, long form", BYTES(0xdc, 0, 2, 1, 2), AVOW_REJECT_MINIMAL, 0},
    {"not an array", BYTES(2), AVOW_REJECT_TYPE, 0},
};

static uint64_t read_array_of(struct avow_reader *reader)
{
    avow_reader_array_of(reader, 2);
    uint64_t first = avow_reader_uint(reader);
    return first << 8 | avow_reader_uint(reader);
}

static void test_array(void **state)
{
    (void)state;
    run(array_cases, COUNT(array_cases), read_array);
    run(array_of_cases, COUNT(array_of_cases), read_array_of);
}

/* Every row asks for at most three pairs, keys of at most two bytes and integers as values. */
static const struct form_case map_cases[] = {
    {"empty", BYTES(0x80), AVOW_ACCEPT, 0},
    {"ordered", BYTES(0x82, 0xa1, 'a', 1, 0xa1, 'b', 2), AVOW_ACCEPT, 12},
    {"prefix first", BYTES(0x82, 0xa1, 'a', 1, 0xa2, 'a', 'a', 2), AVOW_ACCEPT, 12},
    {"empty key first", BYTES(0x82, 0xa0, 1, 0xa1, 'b', 2), AVOW_ACCEPT, 12},
    {"empty key last", BYTES(0x82, 0xa1, 'b', 1, 0xa0, 2), AVOW_REJECT_KEY_ORDER, 0},
    {"empty key twice", BYTES(0x82, 0xa0, 1, 0xa0, 2), AVOW_REJECT_KEY_ORDER, 0},
    {"unordered", BYTES(0x82, 0xa1, 'b', 1, 0xa1, 'a', 2), AVOW_REJECT_KEY_ORDER, 0},
    {"duplicate", BYTES(0x82, 0xa1, 'a', 1, 0xa1, 'a', 2), AVOW_REJECT_KEY_ORDER, 0},
    {"bytes, not signed characters", BYTES(0x82, 0xa1, 'z', 1, 0xa2, 0xc3, 0xa9, 2), AVOW_ACCEPT,
     12},
    {"key too long", BYTES(0x81, 0xa3, 'a', 'b', 'c', 1), AVOW_REJECT_LENGTH, 0},
    {"key is an integer", BYTES(0x81, 1, 1), AVOW_REJECT_TYPE, 0},
    {"key is bin", BYTES(0x81, 0xc4, 1, 'a', 1), AVOW_REJECT_TYPE, 0},
    {"fewer bytes than pairs need", BYTES(0x82, 0xa0, 1, 0xa1), AVOW_REJECT_LENGTH, 0},
    {"too many pairs", BYTES(0x84, 0xa0, 1, 0xa1, 'a', 1, 0xa1, 'b', 1, 0xa1, 'c', 1),
     AVOW_REJECT_LENGTH, 0},
    {"long form", BYTES(0xde, 0, 1, 0xa1, 'a', 1), AVOW_REJECT_MINIMAL, 0},
    {"array", BYTES(0x90), AVOW_REJECT_TYPE, 0},
};

static uint64_t read_map(struct avow_reader *reader)
{
    uint64_t digits = 0;
    struct avow_bytes last = {NULL, 0};
    size_t count = avow_reader_map(reader, 3);
    for (size_t i = 0; i < count; i++) {
        (void)avow_reader_key(reader, &last, 2);
        digits = digits * 10 + avow_reader_uint(reader);
    }
    return reader->reject == AVOW_ACCEPT ? digits : 0;
}

static void test_map(void **state)
{
    (void)state;
    run(map_cases, COUNT(map_cases), read_map);
}

/* `value` is the length of the bytes that _any returns. */
static const struct form_case any_cases[] = {
    {"integer", BYTES(0xcd, 1, 0), AVOW_ACCEPT, 3},
    {"nil", BYTES(0xc0), AVOW_ACCEPT, 1},
    {"true", BYTES(0xc3), AVOW_ACCEPT, 1},
    {"text", BYTES(0xa1, 'a'), AVOW_ACCEPT, 2},
    {"bin", BYTES(0xc4, 1, 0xff), AVOW_ACCEPT, 3},
    {"nested", BYTES(0x92, 0x81, 0xa1, 'a', 0x90, 0x82, 0xa0, 0xc0, 0xa1, 'b', 0xc4, 0),
     AVOW_ACCEPT, 12},
    {"2^53", BYTES(0xcf, 0, 0x20, 0, 0, 0, 0, 0, 0), AVOW_REJECT_RANGE, 0},
    {"inner integer not minimal", BYTES(0x91, 0xcc, 1), AVOW_REJECT_MINIMAL, 0},
    {"inner float", BYTES(0x91, 0xca, 0, 0, 0, 0), AVOW_REJECT_TYPE, 0},
    {"inner negative", BYTES(0x91, 0xff), AVOW_REJECT_TYPE, 0},
    {"inner ext", BYTES(0x91, 0xd4, 0, 0), AVOW_REJECT_TYPE, 0},
    {"inner keys unordered", BYTES(0x91, 0x82, 0xa1, 'b', 1, 0xa1, 'a', 2), AVOW_REJECT_KEY_ORDER,
     0},
    {"inner key of another type", BYTES(0x81, 1, 1), AVOW_REJECT_TYPE, 0},
    {"keys of two maps are apart", BYTES(0x92, 0x81, 0xa1, 'b', 1, 0x81, 0xa1, 'a', 1), AVOW_ACCEPT,
     9},
    {"keys are ordered around an inner map",
     BYTES(0x82, 0xa1, 'b', 0x81, 0xa1, 'z', 1, 0xa1, 'a', 1), AVOW_REJECT_KEY_ORDER, 0},
    {"inner text malformed", BYTES(0x91, 0xa1, 0xff), AVOW_REJECT_UTF8, 0},
    {"inner text with a control character", BYTES(0x91, 0xa1, '\n'), AVOW_REJECT_CONTROL, 0},
    {"claims 2^32 - 1 pairs", BYTES(0xdf, 0xff, 0xff, 0xff, 0xff), AVOW_REJECT_LENGTH, 0},
    {"claims 4 GiB", BYTES(0x91, 0xc6, 0xff, 0xff, 0xff, 0xff), AVOW_REJECT_LENGTH, 0},
    {"an item missing", BYTES(0x92, 0x91, 1), AVOW_REJECT_TRUNCATED, 0},
    {"two values", BYTES(1, 2), AVOW_REJECT_TRAILING, 0},
};

static uint64_t read_any(struct avow_reader *reader)
{
    struct avow_bytes value = avow_reader_any(reader);
    return avow_reader_finish(reader) == AVOW_ACCEPT ? value.len : 0;
}

static void test_any(void **state)
{
    (void)state;
    run(any_cases, COUNT(any_cases), read_any);
}

static enum avow_reject nest(uint8_t head, size_t depth, size_t outer)
{
    uint8_t input[64];
    size_t len = 0;
    for (size_t i = 0; i < depth; i++) {
        input[len++] = head;
        if (head == 0x81)
            input[len++] = 0xa0;
    }
    input[len++] = 0;
    struct avow_reader reader;
    avow_reader_init(&reader, avow_bytes(input, len));
    (void)avow_reader_any_inside(&reader, outer);
    return avow_reader_finish(&reader);
}

static void test_depth(void **state)
{
    (void)state;
    assert_int_equal(nest(0x91, 20, 0), AVOW_ACCEPT);
    assert_int_equal(nest(0x91, 21, 0), AVOW_REJECT_DEPTH);
    assert_int_equal(nest(0x81, 20, 0), AVOW_ACCEPT);
    assert_int_equal(nest(0x81, 21, 0), AVOW_REJECT_DEPTH);
    assert_int_equal(nest(0x91, 18, 2), AVOW_ACCEPT);
    assert_int_equal(nest(0x91, 19, 2), AVOW_REJECT_DEPTH);
    assert_int_equal(nest(0x91, 0, 20), AVOW_ACCEPT);
    assert_int_equal(nest(0x91, 1, 20), AVOW_REJECT_DEPTH);
}

static void test_rejection_sticks(void **state)
{
    (void)state;
    static const uint8_t input[] = {0xc0, 1, 2, 3};
    struct avow_reader reader;
    avow_reader_init(&reader, avow_bytes(input, sizeof(input)));
    (void)avow_reader_uint(&reader);
    assert_int_equal(avow_reader_uint(&reader), 0);
    assert_int_equal(avow_reader_array(&reader, 9), 0);
    assert_false(avow_reader_nil(&reader));
    avow_reader_reject(&reader, AVOW_REJECT_VALUE);
    assert_int_equal(avow_reader_finish(&reader), AVOW_REJECT_TYPE);

    avow_reader_init(&reader, avow_bytes(input, sizeof(input)));
    avow_reader_reject(&reader, AVOW_REJECT_VALUE);
    assert_false(avow_reader_nil(&reader));
    assert_int_equal(avow_reader_finish(&reader), AVOW_REJECT_VALUE);
}

static void test_uint_max(void **state)
{
    (void)state;
    static const uint8_t input[] = {9, 10};
    struct avow_reader reader;
    avow_reader_init(&reader, avow_bytes(input, sizeof(input)));
    assert_int_equal(avow_reader_uint_max(&reader, 9), 9);
    assert_int_equal(avow_reader_uint_max(&reader, 9), 0);
    assert_int_equal(avow_reader_finish(&reader), AVOW_REJECT_RANGE);
}

/* One value of every form, some at the widths where the form changes. */
static void write_specimen(struct avow_buf *out)
{
    static const uint8_t filler[300];
    static const struct avow_hash hash = {{1}};
    static const struct avow_signature signature = {{2}};
    avow_write_array(out, 8);
    avow_write_uint(out, 5);
    avow_write_uint(out, 1700000000);
    avow_write_uint(out, AVOW_UINT_MAX);
    avow_write_nil(out);
    avow_write_hash(out, &hash);
    avow_write_signature(out, &signature);
    avow_write_bin(out, avow_bytes(filler, sizeof(filler)));
    avow_write_map(out, 2);
    avow_write_text(out, avow_bytes_text("a"));
    avow_write_text(out, avow_bytes_text("Universidade do Porto, Faculdade de Engenharia"));
    avow_write_text(out, avow_bytes_text("b"));
    avow_write_array(out, 0);
}

static enum avow_reject read_specimen(struct avow_bytes input)
{
    struct avow_reader reader;
    struct avow_hash hash;
    struct avow_signature signature;
    struct avow_bytes last = {NULL, 0};
    avow_reader_init(&reader, input);
    avow_reader_array_of(&reader, 8);
    (void)avow_reader_uint(&reader);
    (void)avow_reader_uint(&reader);
    (void)avow_reader_uint(&reader);
    if (!avow_reader_nil(&reader))
        avow_reader_reject(&reader, AVOW_REJECT_TYPE);
    avow_reader_hash(&reader, &hash);
    avow_reader_signature(&reader, &signature);
    (void)avow_reader_bin(&reader, 300);
    if (avow_reader_map(&reader, 2) != 2)
        avow_reader_reject(&reader, AVOW_REJECT_LENGTH);
    (void)avow_reader_key(&reader, &last, 1);
    (void)avow_reader_text(&reader, 100);
    (void)avow_reader_key(&reader, &last, 1);
    avow_reader_array_of(&reader, 0);
    return avow_reader_finish(&reader);
}

static enum avow_reject skip_specimen(struct avow_bytes input)
{
    struct avow_reader reader;
    avow_reader_init(&reader, input);
    (void)avow_reader_any(&reader);
    return avow_reader_finish(&reader);
}

static void test_every_truncation(void **state)
{
    (void)state;
    struct avow_buf out;
    avow_buf_init(&out, 4096);
    write_specimen(&out);
    assert_int_equal(out.err, AVOW_OK);
    assert_int_equal(read_specimen(avow_buf_bytes(&out)), AVOW_ACCEPT);
    assert_int_equal(skip_specimen(avow_buf_bytes(&out)), AVOW_ACCEPT);
    for (size_t len = 0; len < out.len; len++) {
        struct avow_bytes cut = exact_copy(avow_bytes(out.data, len));
        if (read_specimen(cut) == AVOW_ACCEPT || skip_specimen(cut) == AVOW_ACCEPT)
            fail_msg("accepted when cut to %zu bytes", len);
        free((void *)(uintptr_t)cut.data);
    }
    avow_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uint),
        cmocka_unit_test(test_nil),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_bin),
        cmocka_unit_test(test_array),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_any),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_rejection_sticks),
        cmocka_unit_test(test_uint_max),
        cmocka_unit_test(test_every_truncation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
