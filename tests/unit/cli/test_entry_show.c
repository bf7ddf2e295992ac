/* An entry as a line: whatever its kind, the line says what it does. */
#include "cli/log/entry_show.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/sample_entries.h"

/* What stands after index, time and kind, by kind. */
#define ROTATION                                                                                   \
    "root key z6Mkevh7bMWWUda468bFjfFGtDxLXgkG8L46bsaXEwHD9Z3L, "                                  \
    "signing key z6Mkf4XhsxSXfEAWNK6GcFu7TyVs21AfUTRjiguqMhNQeDgk, "                               \
    "heartbeat key z6Mkf8T12FuYFXTjWQLn3ZE2krGdGANs9X7ZH6aVR5R1PZ1T"
#define CLOSURE                                                                                    \
    "for awards, followed by avow1pu8s7rc0pu8s7rc0pu8s7rc0pu8s7rc0pu8s7rc0pu8s7rc0pu8stfy7xh, "    \
    "kept by avow1zqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgqdw9xqp "                     \
    "with the key z6Mkfbt52NAcPcYKV36L6eWTnyfxyGrGrxvJBxF5pjjCctGQ until 2026-09-22 14:13:20 UTC"
static const struct {
    const char *words;
} expected[] = {
    {"A \"school\""},
    {"authorises signing key z6MkenrXJkaVJ2ybox6Es4bSJUQp3NKrnCgTV4FD8BC1etPv"},
    {ROTATION},
    {"home.example:4747, other.example:4747"},
    {"DA-101 Data analysis"},
    {"of 2, until 2026-09-22 14:13:20 UTC"},
    {"5 is superseded (replaced), replaced by 7"},
    {"A diploma"},
    {"A school"},
    {"A university"},
    {CLOSURE},
};
_Static_assert(sizeof(expected) / sizeof(expected[0]) == AVOW_KIND_COUNT, "a row for each kind");

static void expect(const struct avow_shown *shown, const char *want)
{
    char *text = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&text, &len);
    assert_non_null(file);
    avow_shown_print(file, shown, false);
    assert_int_equal(fclose(file), 0);
    assert_string_equal(text, want);
    free(text);
}

static void test_every_kind(void **state)
{
    (void)state;
    const struct avow_log_proof proof = {0};
    for (uint64_t kind = 0; kind < AVOW_KIND_COUNT; kind++) {
        const struct avow_shown shown = {
            .proof = &proof, .index = 7, .decoded = true, .entry = sample_entry(kind)};
        char line[512];
        (void)snprintf(line, sizeof(line), "%8d  2026-09-21 14:13:20 UTC  %-13s  %s\n", 7,
                       avow_kind_name(kind), expected[kind].words);
        expect(&shown, line);
    }
}

/* Closed for good; and a kind that is not known. */
static void test_others(void **state)
{
    (void)state;
    const struct avow_log_proof proof = {0};
    struct avow_shown shown = {.proof = &proof,
                               .index = 7,
                               .decoded = true,
                               .entry = {.kind = AVOW_KIND_CLOSURE, .t = 60}};
    expect(&shown, "       7  1970-01-01 00:01:00 UTC  closure        for good\n");
    shown = (struct avow_shown){.proof = &proof, .index = 7};
    expect(&shown, "       7                           unknown        needs a newer version of "
                   "this program\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind),
        cmocka_unit_test(test_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
