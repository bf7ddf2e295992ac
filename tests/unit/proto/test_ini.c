/* INI files, line by line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/codec/ini.h"

#include <stdio.h>
#include <stdlib.h>

struct ini_case {
    const char *name, *text;
    bool trailing_comments;
    const char *read; /* every item with its line: "1[section] 2name=value 3!problem" */
};

static const struct ini_case cases[] = {
    {"empty", "", false, ""},
    {"lines that say nothing", "\n  \n\t\r\n; a\n# b\n  ; c\n", false, ""},
    {"a section and a pair", "[a]\nb = c\n", false, "1[a] 2b=c "},
    {"no newline at the end", "[a]\nb=c", false, "1[a] 2b=c "},
    {"Windows", "[a]\r\nb = c\r\n", false, "1[a] 2b=c "},
    {"the mark of UTF-8", "\xef\xbb\xbf[a]", false, "1[a] "},
    {"indented is not a continuation", "a = b\n  c = d\n", false, "1a=b 2c=d "},
    {"blanks in a section's name", "[ a  b ]", false, "1[a  b] "},
    {"a section without pairs", "[a]\n[b]\n", false, "1[a] 2[b] "},
    {"only the first = divides", "a = b = c", false, "1a=b = c "},
    {"empty on both sides", "=", false, "1= "},
    {"a ; in a value is the value's", "a = b ; c;d #e", false, "1a=b ; c;d #e "},
    {"unless comments may trail", "a = b;c ; d", true, "1a=b;c "},
    {"behind a header too", "[a] ; b", true, "1[a] "},
    {"neither", "[a]\nb\n", false, "1[a] 2!neither a [section] nor NAME = VALUE "},
    {"header not ended", "[a\n", false, "1!a section's header ends with \"]\" "},
    {"header alone", "[", false, "1!a section's header ends with \"]\" "},
    {"after a bad line", "a\nb=c", false, "1!neither a [section] nor NAME = VALUE 2b=c "},
};

static void print_item(FILE *out, const struct avow_ini *ini, enum avow_ini_item item)
{
    (void)fprintf(out, "%u", ini->line);
    switch (item) {
    case AVOW_INI_END:
        break;
    case AVOW_INI_SECTION:
        (void)fprintf(out, "[%.*s] ", (int)ini->section.len, (const char *)ini->section.data);
        break;
    case AVOW_INI_PAIR:
        (void)fprintf(out, "%.*s=%.*s ", (int)ini->name.len, (const char *)ini->name.data,
                      (int)ini->value.len, (const char *)ini->value.data);
        break;
    case AVOW_INI_BAD:
        (void)fprintf(out, "!%s ", ini->problem);
        break;
    }
}

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *read = NULL;
        size_t len = 0;
        FILE *out = open_memstream(&read, &len);
        struct avow_ini ini;
        enum avow_ini_item item;
        assert_non_null(out);
        avow_ini_init(&ini, avow_bytes_text(cases[i].text));
        ini.trailing_comments = cases[i].trailing_comments;
        while ((item = avow_ini_next(&ini)) != AVOW_INI_END)
            print_item(out, &ini, item);
        assert_int_equal(fclose(out), 0);
        if (strcmp(read, cases[i].read) != 0)
            fail_msg("%s: read \"%s\"", cases[i].name, read);
        free(read);
    }
}

static void test_nul(void **state)
{
    struct avow_ini ini;
    (void)state;
    avow_ini_init(&ini, avow_bytes("a = b\0c\nd = e", 13));
    assert_int_equal(avow_ini_next(&ini), AVOW_INI_BAD);
    assert_string_equal(ini.problem, "it has a NUL byte");
    assert_int_equal(avow_ini_next(&ini), AVOW_INI_PAIR);
    assert_int_equal(ini.line, 2);
}

/* A line of the longest length is whole; one byte more is bad, and is not cut in two. */
static void test_long_lines(void **state)
{
    static char text[AVOW_INI_LINE_MAX + 8];
    (void)state;
    for (size_t over = 0; over <= 1; over++) {
        struct avow_ini ini;
        const size_t len = AVOW_INI_LINE_MAX + over;
        memset(text, 'x', sizeof(text));
        text[1] = '=';
        text[len] = '\n';
        memcpy(text + len + 1, "y=z", 4);
        avow_ini_init(&ini, avow_bytes_text(text));
        assert_int_equal(avow_ini_next(&ini), over == 0 ? AVOW_INI_PAIR : AVOW_INI_BAD);
        if (over == 0)
            assert_int_equal(ini.value.len, len - 2);
        assert_int_equal(avow_ini_next(&ini), AVOW_INI_PAIR);
        assert_int_equal(ini.line, 2);
        assert_int_equal(avow_ini_next(&ini), AVOW_INI_END);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_nul),
        cmocka_unit_test(test_long_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
