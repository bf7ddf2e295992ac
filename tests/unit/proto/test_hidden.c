/* What is hidden in a text, and what of it is a word's form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/codec/hidden.h"

static const struct hidden_case {
    const char *name, *text;
    const char *marked; /* hidden ones as <HEX>, bytes that are no UTF-8 as <> */
    const char *json;   /* NULL: as the text */
} cases[] = {
    {"nothing", "", "", NULL},
    {"words of many scripts", "Zoë 李 Наука विज्ञान", "Zoë 李 Наука विज्ञान", NULL},
    {"CSI in one character",
     "\xc2\x9b"
     "2J",
     "<9b>2J", "\\u009b2J"},
    {"delete", "a\x7f", "a<7f>", "a\\u007f"},
    {"right-to-left override",
     "a\xe2\x80\xae"
     "b",
     "a<202e>b", "a\\u202eb"},
    {"isolate", "\xe2\x81\xa6", "<2066>", "\\u2066"},
    {"zero width space",
     "a\xe2\x80\x8b"
     "b",
     "a<200b>b", "a\\u200bb"},
    {"word joiner",
     "a\xe2\x81\xa0"
     "b",
     "a<2060>b", "a\\u2060b"},
    {"soft hyphen",
     "a\xc2\xad"
     "b",
     "a<ad>b", "a\\u00adb"},
    {"no-break space",
     "a\xc2\xa0"
     "b",
     "a<a0>b", "a\\u00a0b"},
    {"Hangul filler", "a\xe3\x85\xa4", "a<3164>", "a\\u3164"},
    {"variation selector", "a\xef\xb8\x8f", "a<fe0f>", "a\\ufe0f"},
    {"variation selector of plane 14", "a\xf3\xa0\x84\x80", "a<e0100>", "a\\udb40\\udd00"},
    {"tag characters", "\xf3\xa0\x80\x81\xf3\xa0\x81\x81", "<e0001><e0041>",
     "\\udb40\\udc01\\udb40\\udc41"},
    {"byte order mark",
     "\xef\xbb\xbf"
     "a",
     "<feff>a", "\\ufeffa"},
    {"line separator", "a\xe2\x80\xa8", "a<2028>", "a\\u2028"},
    {"two at the end", "a\xe2\x80\x8b\xe2\x80\x8b", "a<200b><200b>", "a\\u200b\\u200b"},
    {"non-joiner in Persian", "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xb1",
     "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xb1", "\xd9\x85\xdb\x8c\\u200c\xd8\xb1"},
    {"non-joiner after what joins nothing", "\xd8\xaf\xe2\x80\x8c\xd8\xb1",
     "\xd8\xaf<200c>\xd8\xb1", "\xd8\xaf\\u200c\xd8\xb1"},
    {"non-joiner at a word's end", "\xd9\x85\xe2\x80\x8c", "\xd9\x85<200c>", "\xd9\x85\\u200c"},
    {"joiner after a virama", "\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d\xe0\xa4\xb7",
     "\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d\xe0\xa4\xb7",
     "\xe0\xa4\x95\xe0\xa5\x8d\\u200d\xe0\xa4\xb7"},
    {"two joiners after a virama", "\xe0\xa5\x8d\xe2\x80\x8d\xe2\x80\x8d",
     "\xe0\xa5\x8d\xe2\x80\x8d<200d>", "\xe0\xa5\x8d\\u200d\\u200d"},
    {"joiner between Latin letters",
     "a\xe2\x80\x8d"
     "b",
     "a<200d>b", "a\\u200db"},
    {"joiner in an emoji", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac",
     "\xf0\x9f\x91\xa9<200d>\xf0\x9f\x94\xac", "\xf0\x9f\x91\xa9\\u200d\xf0\x9f\x94\xac"},
    {"no UTF-8",
     "a\xff"
     "b",
     "a<>b", NULL},
};

static void mark(struct avow_buf *out, struct avow_bytes text)
{
    struct avow_bytes piece;
    uint32_t code_point;
    bool hidden;
    while (avow_hidden_next(&text, &piece, &hidden, &code_point)) {
        assert_true(piece.len > 0);
        if (!hidden)
            avow_buf_append(out, piece.data, piece.len);
        else if (code_point == UINT32_MAX)
            avow_buf_printf(out, "<>");
        else
            avow_buf_printf(out, "<%x>", code_point);
    }
}

static void check(const struct hidden_case *row, const struct avow_buf *out, const char *expected)
{
    if (!avow_bytes_equal(avow_buf_bytes(out), avow_bytes_text(expected)))
        fail_msg("%s: \"%.*s\"", row->name, (int)out->len, (const char *)out->data);
}

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct hidden_case *row = &cases[i];
        uint8_t storage[256];
        struct avow_buf out;
        avow_buf_init_fixed(&out, storage, sizeof(storage));
        mark(&out, avow_bytes_text(row->text));
        check(row, &out, row->marked);
        avow_buf_clear(&out);
        avow_hidden_write_json(&out, avow_bytes_text(row->text));
        check(row, &out, row->json != NULL ? row->json : row->text);
    }
}

/* The tables are searched by halves. */
static void test_every_code_point(void **state)
{
    (void)state;
    size_t count = 0;
    for (uint32_t code_point = 0; code_point < 0x110000; code_point++)
        count += avow_hidden_is(code_point);
    assert_int_equal(count, 4261); /* as many as the ranges hold */
    assert_false(avow_hidden_is(' '));
    assert_false(avow_hidden_is(0x10ffff));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases),
                                       cmocka_unit_test(test_every_code_point)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
