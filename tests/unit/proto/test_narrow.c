/* Levels in very many frameworks at once; the rest of what scopes admit is in test_search_rules. */
#include "proto/trust/narrow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define BYTES_MAX 8192

/* Rows from KNQF 7 to level 1 of the frameworks with these numbers. */
static struct avow_bytes rows(uint8_t room[BYTES_MAX], unsigned first, unsigned count)
{
    struct avow_buf out;
    avow_buf_init_fixed(&out, room, BYTES_MAX);
    avow_write_array(&out, count);
    for (unsigned i = 0; i < count; i++) {
        char framework[16];
        (void)snprintf(framework, sizeof(framework), "F%u", first + i);
        avow_write_array(&out, 4);
        avow_write_text(&out, avow_bytes_text("KNQF"));
        avow_write_text(&out, avow_bytes_text("7"));
        avow_write_text(&out, avow_bytes_text(framework));
        avow_write_text(&out, avow_bytes_text("1"));
    }
    assert_int_equal(out.err, AVOW_OK);
    assert_int_equal(avow_equivalence_check(avow_buf_bytes(&out)), AVOW_ACCEPT);
    return avow_buf_bytes(&out);
}

static const struct bound_row {
    const char *name;
    unsigned first_count, second_from, second_count;
    bool fits;
    size_t count; /* frameworks then, the award's own among them */
} bound_rows[] = {
    {"as many as there may be", 63, 0, 0, true, 64},
    {"one more than there may be", 64, 0, 0, false, 0},
    {"more than one recognition may bring", 65, 0, 0, false, 0},
    {"as many, in two", 40, 40, 23, true, 64},
    {"one more, in two", 40, 40, 24, false, 0},
    {"the same again", 63, 0, 63, true, 64},
    {"all that a recognition can hold", 256, 0, 0, false, 0},
};

static void test_bound(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bound_rows) / sizeof(bound_rows[0]); i++) {
        const struct bound_row *row = &bound_rows[i];
        uint8_t first[BYTES_MAX], second[BYTES_MAX];
        struct avow_levels levels;
        avow_levels_init(&levels, avow_bytes_text("KNQF"), avow_bytes_text("7"));
        bool fits = avow_levels_apply(&levels, rows(first, 0, row->first_count)) &&
                    avow_levels_apply(&levels, rows(second, row->second_from, row->second_count));
        if (fits != row->fits || (fits && levels.count != row->count))
            fail_msg("%s: %s, %zu frameworks", row->name, fits ? "fits" : "does not", levels.count);
    }
}

/* An award that lacks either has no level, whatever a body says. */
static void test_no_level(void **state)
{
    (void)state;
    uint8_t room[BYTES_MAX];
    const struct avow_bytes none = {NULL, 0};
    const struct avow_level awards[] = {
        {avow_bytes_text("KNQF"), none}, {none, avow_bytes_text("7")}, {none, none}};
    for (size_t i = 0; i < 3; i++) {
        struct avow_levels levels;
        avow_levels_init(&levels, awards[i].framework, awards[i].level);
        assert_true(avow_levels_apply(&levels, rows(room, 0, 200)));
        assert_int_equal(levels.count, 0);
        assert_int_equal(levels.told.framework.len, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_no_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
