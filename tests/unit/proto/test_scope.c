/* Recognition scopes, equivalence rows, achievement details: known keys checked, unknown ones let
 * by. */
#include "proto/entry/scope.h"

#include "proto/entry/details.h"
#include "tests/support/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct row {
    const char *notation;
    enum avow_reject reject;
};

static const struct row scope_rows[] = {
    {"{}", AVOW_ACCEPT},
    {"{'achievements': []}", AVOW_ACCEPT},
    {"{'achievements': [0, 9007199254740991]}", AVOW_ACCEPT},
    {"{'achievements': [nil]}", AVOW_REJECT_TYPE},
    {"{'achievements': 1}", AVOW_REJECT_TYPE},
    {"{'depth': 0}", AVOW_ACCEPT},
    {"{'depth': nil}", AVOW_REJECT_TYPE},
    {"{'fields': []}", AVOW_ACCEPT},
    {"{'fields': ['06', '0612']}", AVOW_ACCEPT},
    {"{'fields': ['6']}", AVOW_REJECT_VALUE},
    {"{'fields': [6]}", AVOW_REJECT_TYPE},
    {"{'fields': '06'}", AVOW_REJECT_TYPE},
    {"{'levels': [1, 8]}", AVOW_ACCEPT},
    {"{'levels': [6, 6]}", AVOW_ACCEPT},
    {"{'levels': [0, 8]}", AVOW_REJECT_VALUE},
    {"{'levels': [1, 9]}", AVOW_REJECT_RANGE},
    {"{'levels': [7, 6]}", AVOW_REJECT_VALUE},
    {"{'levels': []}", AVOW_REJECT_LENGTH},
    {"{'levels': [1, 2, 3]}", AVOW_REJECT_LENGTH},
    {"{'regions': ['PT', 'PT-13']}", AVOW_ACCEPT},
    {"{'regions': []}", AVOW_ACCEPT},
    {"{'regions': ['pt']}", AVOW_REJECT_VALUE},
    {"{'regions': {}}", AVOW_REJECT_TYPE},
    {"{'unknown': [{'a': 1}]}", AVOW_ACCEPT},
    {"{'unknown': @c1}", AVOW_REJECT_TYPE},
    {"{'depth': 1, 'depth': 1}", AVOW_REJECT_KEY_ORDER},
    {"{'levels': [1, 2], 'depth': 1}", AVOW_REJECT_KEY_ORDER},
    {"[]", AVOW_REJECT_TYPE},
};

static const struct row equivalence_rows[] = {
    {"[]", AVOW_ACCEPT},
    {"[['a', 'b', 'c', 'd']]", AVOW_ACCEPT},
    {"[['a', 'b', 'c', 'd'], ['a', 'b', 'd', 'd']]", AVOW_ACCEPT},
    {"[['a', 'b', 'c', 'd'], ['c', 'd', 'a', 'b']]", AVOW_ACCEPT},
    {"[['a', 'bc', 'd', 'e'], ['ab', 'c', 'd', 'e']]", AVOW_ACCEPT},
    {"[['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd']]", AVOW_REJECT_VALUE},
    {"[['a', 'b', 'c', 'd'], ['x', 'b', 'c', 'd'], ['a', 'b', 'c', 'e']]", AVOW_REJECT_VALUE},
    {"[['', 'b', 'c', 'd']]", AVOW_REJECT_VALUE},
    {"[['a', '', 'c', 'd']]", AVOW_REJECT_VALUE},
    {"[['a', 'b', '', 'd']]", AVOW_REJECT_VALUE},
    {"[['a', 'b', 'c', '']]", AVOW_REJECT_VALUE},
    {"[['a', 'b', 'c']]", AVOW_REJECT_LENGTH},
    {"[['a', 'b', 'c', 'd', 'e']]", AVOW_REJECT_LENGTH},
    {"[['a', 6, 'c', 'd']]", AVOW_REJECT_TYPE},
    {"['a']", AVOW_REJECT_TYPE},
    {"{}", AVOW_REJECT_TYPE},
};

static const struct row details_rows[] = {
    {"{}", AVOW_ACCEPT},
    {"{'assessment': 'x'}", AVOW_ACCEPT},
    {"{'assessment': ''}", AVOW_REJECT_VALUE},
    {"{'assessment': 1}", AVOW_REJECT_TYPE},
    {"{'credit_system': ''}", AVOW_REJECT_VALUE},
    {"{'credits': 0}", AVOW_ACCEPT},
    {"{'credits': 'x'}", AVOW_REJECT_TYPE},
    {"{'criteria': 'https://a'}", AVOW_ACCEPT},
    {"{'criteria': 'urn:x'}", AVOW_REJECT_VALUE},
    {"{'field': '0612'}", AVOW_ACCEPT},
    {"{'field': 'ICT'}", AVOW_REJECT_VALUE},
    {"{'framework': ''}", AVOW_REJECT_VALUE},
    {"{'image': b32}", AVOW_ACCEPT},
    {"{'image': b31}", AVOW_REJECT_LENGTH},
    {"{'level': '6'}", AVOW_ACCEPT},
    {"{'level': 6}", AVOW_REJECT_TYPE},
    {"{'outcomes': ['a']}", AVOW_ACCEPT},
    {"{'outcomes': []}", AVOW_REJECT_VALUE},
    {"{'outcomes': ['']}", AVOW_REJECT_VALUE},
    {"{'outcomes': 'a'}", AVOW_REJECT_TYPE},
    {"{'participation': ''}", AVOW_REJECT_VALUE},
    {"{'prerequisites': nil}", AVOW_REJECT_TYPE},
    {"{'quality': ''}", AVOW_REJECT_VALUE},
    {"{'skills': ['urn:x']}", AVOW_ACCEPT},
    {"{'skills': ['x']}", AVOW_REJECT_VALUE},
    {"{'skills': []}", AVOW_REJECT_VALUE},
    {"{'stackable': true}", AVOW_REJECT_TYPE},
    {"{'supervision': ''}", AVOW_REJECT_VALUE},
    {"{'workload_hours': 25}", AVOW_ACCEPT},
    {"{'workload_hours': nil}", AVOW_REJECT_TYPE},
    {"{'': 1, 'creditz': [nil], 'z': {'a': b3}}", AVOW_ACCEPT},
    {"{'z': @c1}", AVOW_REJECT_TYPE},
    {"{'level': '6', 'framework': 'EQF'}", AVOW_REJECT_KEY_ORDER},
    {"[]", AVOW_REJECT_TYPE},
};

static enum avow_reject check_scope(struct avow_bytes map)
{
    struct avow_scope scope;
    return avow_scope_parse(map, &scope);
}

static enum avow_reject check_details(struct avow_bytes map)
{
    struct avow_details details;
    return avow_details_parse(map, &details);
}

static void check_rows(const struct row *rows, size_t count,
                       enum avow_reject (*check)(struct avow_bytes))
{
    for (size_t i = 0; i < count; i++) {
        struct avow_bytes bytes = pack_new(rows[i].notation);
        enum avow_reject got = check(bytes);
        if (got != rows[i].reject)
            fail_msg("%s: %s, not %s", rows[i].notation, avow_reject_name(got),
                     avow_reject_name(rows[i].reject));
        free((void *)bytes.data);
    }
}

static void test_forms(void **state)
{
    (void)state;
    check_rows(scope_rows, COUNT(scope_rows), check_scope);
    check_rows(equivalence_rows, COUNT(equivalence_rows), avow_equivalence_check);
    check_rows(details_rows, COUNT(details_rows), check_details);
}

static void test_scope_values(void **state)
{
    (void)state;
    struct avow_scope scope;
    struct avow_bytes text;
    struct avow_bytes map = pack_new("{'achievements': [7], 'depth': 3, 'fields': ['06', '0711'], "
                                     "'levels': [5, 7], 'regions': []}");
    assert_int_equal(avow_scope_parse(map, &scope), AVOW_ACCEPT);
    assert_true(scope.has_achievements && scope.has_depth && scope.has_fields && scope.has_levels &&
                scope.has_regions);
    assert_false(scope.has_unknown);
    assert_int_equal(scope.depth, 3);
    assert_int_equal(scope.level_min, 5);
    assert_int_equal(scope.level_max, 7);
    assert_int_equal(scope.achievements.len, 2);
    assert_true(avow_text_list_next(&scope.fields, &text));
    assert_true(avow_bytes_equal(text, avow_bytes_text("06")));
    assert_true(avow_text_list_next(&scope.fields, &text));
    assert_true(avow_bytes_equal(text, avow_bytes_text("0711")));
    assert_false(avow_text_list_next(&scope.fields, &text));
    assert_false(avow_text_list_next(&scope.regions, &text));
    free((void *)map.data);
    map = pack_new("{'later': 1}");
    assert_int_equal(avow_scope_parse(map, &scope), AVOW_ACCEPT);
    assert_true(scope.has_unknown);
    free((void *)map.data);
}

static void test_equivalence_bound(void **state)
{
    (void)state;
    for (size_t count = AVOW_EQUIVALENCE_ROWS_MAX; count <= AVOW_EQUIVALENCE_ROWS_MAX + 1;
         count++) {
        char notation[16384] = "[";
        size_t len = 1;
        for (size_t i = 0; i < count; i++)
            len +=
                (size_t)snprintf(notation + len, sizeof(notation) - len, "['Q','%zu','E','6'],", i);
        (void)snprintf(notation + len, sizeof(notation) - len, "]");
        struct avow_bytes rows = pack_new(notation);
        assert_int_equal(avow_equivalence_check(rows),
                         count == AVOW_EQUIVALENCE_ROWS_MAX ? AVOW_ACCEPT : AVOW_REJECT_LENGTH);
        free((void *)rows.data);
    }
}

static void test_equivalence_walk(void **state)
{
    (void)state;
    struct avow_reader reader;
    struct avow_equivalence row;
    size_t remaining;
    struct avow_bytes rows = pack_new("[['a', 'b', 'c', 'd'], ['e', 'f', 'g', 'h']]");
    avow_equivalence_walk_init(&reader, rows, &remaining);
    assert_true(avow_equivalence_next(&reader, &remaining, &row));
    assert_int_equal(row.subject_framework.data[0], 'a');
    assert_int_equal(row.own_level.data[0], 'd');
    assert_true(avow_equivalence_next(&reader, &remaining, &row));
    assert_int_equal(row.subject_level.data[0], 'f');
    assert_int_equal(row.own_framework.data[0], 'g');
    assert_false(avow_equivalence_next(&reader, &remaining, &row));
    free((void *)rows.data);
}

/* What is parsed is written back as it was, unknown keys aside; an absent element stays absent. */
static void test_details_round_trip(void **state)
{
    (void)state;
    static const char *const maps[] = {
        "{}",
        "{'credits': 0}",
        "{'field': '0612', 'framework': 'EQF', 'level': '6'}",
        "{'assessment': 'a', 'credit_system': 'b', 'credits': 1, 'criteria': 'http://c', 'field': "
        "'01', 'framework': 'd', 'image': b32:4, 'level': 'e', 'outcomes': ['f', 'g'], "
        "'participation': 'h', 'prerequisites': 'i', 'quality': 'j', 'skills': ['k:l'], "
        "'stackable': 'm', 'supervision': 'n', 'workload_hours': 2}",
    };
    for (size_t i = 0; i < COUNT(maps); i++) {
        struct avow_details details;
        struct avow_buf out;
        struct avow_bytes map = pack_new(maps[i]);
        avow_buf_init(&out, 1000);
        assert_int_equal(avow_details_parse(map, &details), AVOW_ACCEPT);
        avow_details_write(&out, &details);
        if (!avow_bytes_equal(avow_buf_bytes(&out), map))
            fail_msg("%s: written otherwise", maps[i]);
        avow_buf_fini(&out);
        free((void *)map.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_scope_values),
        cmocka_unit_test(test_equivalence_bound),
        cmocka_unit_test(test_equivalence_walk),
        cmocka_unit_test(test_details_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
