/* Shapes of the short texts in entries. */
#include "proto/entry/shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define HOST_253                                                                                   \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."                             \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"                                                              \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."                                                            \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"                              \
    ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
    bool (*shape)(struct avow_bytes);
    const char *text;
    bool fits;
} rows[] = {
    {avow_shape_jurisdiction, "PT", true},
    {avow_shape_jurisdiction, "PT-13", true},
    {avow_shape_jurisdiction, "GB-ENG", true},
    {avow_shape_jurisdiction, "FR-7", true},
    {avow_shape_jurisdiction, "", false},
    {avow_shape_jurisdiction, "P", false},
    {avow_shape_jurisdiction, "pt", false},
    {avow_shape_jurisdiction, "P1", false},
    {avow_shape_jurisdiction, "PRT", false},
    {avow_shape_jurisdiction, "PT-", false},
    {avow_shape_jurisdiction, "PT13", false},
    {avow_shape_jurisdiction, "PT-1a", false},
    {avow_shape_jurisdiction, "PT-1234", false},
    {avow_shape_jurisdiction, "PT ", false},

    {avow_shape_language, "en", true},
    {avow_shape_language, "gsw", true},
    {avow_shape_language, "pt-PT", true},
    {avow_shape_language, "zh-Hant-TW", true},
    {avow_shape_language, "sl-rozaj-1994", true},
    {avow_shape_language, "de-x-a", true},
    {avow_shape_language, "", false},
    {avow_shape_language, "e", false},
    {avow_shape_language, "e1", false},
    {avow_shape_language, "en-", false},
    {avow_shape_language, "-en", false},
    {avow_shape_language, "en--US", false},
    {avow_shape_language, "en_US", false},
    {avow_shape_language, "abcdefghi", false},
    {avow_shape_language, "en-123456789", false},

    {avow_shape_url, "https://a.example/", true},
    {avow_shape_url, "http://a", true},
    {avow_shape_url, "https://ção.example", true},
    {avow_shape_url, "https://", false},
    {avow_shape_url, "http://", false},
    {avow_shape_url, "http:/", false},
    {avow_shape_url, "HTTPS://a", false},
    {avow_shape_url, "ftp://a", false},
    {avow_shape_url, "a.example", false},
    {avow_shape_url, "https://a b", false},
    {avow_shape_url, "", false},

    {avow_shape_uri, "urn:x", true},
    {avow_shape_uri, "https://a.example/x", true},
    {avow_shape_uri, "a+b-c.d:e", true},
    {avow_shape_uri, "urn:", false},
    {avow_shape_uri, ":x", false},
    {avow_shape_uri, "1a:x", false},
    {avow_shape_uri, "urn", false},
    {avow_shape_uri, "urn:a b", false},
    {avow_shape_uri, "a/b:c", false},
    {avow_shape_uri, "", false},

    {avow_shape_field, "06", true},
    {avow_shape_field, "061", true},
    {avow_shape_field, "0612", true},
    {avow_shape_field, "", false},
    {avow_shape_field, "6", false},
    {avow_shape_field, "06123", false},
    {avow_shape_field, "06a", false},

    {avow_shape_address, "a:1", true},
    {avow_shape_address, "node-1.example.org:65535", true},
    {avow_shape_address, "192.0.2.1:4747", true},
    {avow_shape_address, "[::]:1", true},
    {avow_shape_address, "[2001:db8::192.0.2.1]:4747", true},
    {avow_shape_address, HOST_253 ":1", true},
    {avow_shape_address, "a" HOST_253 ":1", false},
    {avow_shape_address, "", false},
    {avow_shape_address, ":", false},
    {avow_shape_address, "a", false},
    {avow_shape_address, "a:", false},
    {avow_shape_address, ":1", false},
    {avow_shape_address, "a:0", false},
    {avow_shape_address, "a:01", false},
    {avow_shape_address, "a:65536", false},
    {avow_shape_address, "a:99999", false},
    {avow_shape_address, "a:123456", false},
    {avow_shape_address, "a:+1", false},
    {avow_shape_address, "-a:1", false},
    {avow_shape_address, "a.:1", false},
    {avow_shape_address, "a b:1", false},
    {avow_shape_address, "a_b:1", false},
    {avow_shape_address, "::1:1", false},
    {avow_shape_address, "[::1:1", false},
    {avow_shape_address, "[]:1", false},
    {avow_shape_address, "[1]:1", false},
    {avow_shape_address, "[::g]:1", false},
};

static void test_shapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].shape(avow_bytes_text(rows[i].text)) != rows[i].fits)
            fail_msg("row %zu, \"%s\": should be %d", i, rows[i].text, rows[i].fits);
    }
    assert_false(avow_shape_field(avow_bytes(NULL, 0)));
    assert_false(avow_shape_url(avow_bytes(NULL, 0)));
    assert_false(avow_shape_address(avow_bytes(NULL, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
