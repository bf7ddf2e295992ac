/* Which of the recognitions that a node lists may be on a way from an anchor to the issuer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/recognisers.h"

#define ROWS_MAX 8

/* Bodies are letters; the issuer is "i". "ba" is an entry of b's about a. */
struct way_case {
    const char *name;
    const char *rows[ROWS_MAX]; /* as the node lists them, from the issuer backwards */
    const char *anchors;
    unsigned max_depth;
    const char *expected; /* bodies of the entries on the way, in their order */
};

static const struct way_case cases[] = {
    {"nobody", {NULL}, "a", 4, ""},
    {"an anchor recognises it", {"ai"}, "a", 4, "a"},
    {"somebody else does", {"bi"}, "a", 4, ""},
    {"through one", {"bi", "ab"}, "a", 4, "ba"},
    {"through two", {"ci", "bc", "ab"}, "a", 4, "cba"},
    {"two ways, and one that leads nowhere", {"bi", "ci", "di", "ab", "ac"}, "a", 4, "bcaa"},
    {"two anchors", {"ai", "bi", "ab"}, "ab", 4, "aba"},
    {"bodies in a circle", {"bi", "cb", "bc"}, "a", 4, ""},
    {"bodies in a circle, and an anchor", {"bi", "cb", "bc", "ab"}, "a", 4, "bcba"},
    {"the issuer itself is an anchor", {"ai"}, "i", 4, ""},
};

static struct avow_hash body(char letter)
{
    struct avow_hash hash = {{0}};
    hash.bytes[0] = (uint8_t)letter;
    return hash;
}

static size_t find(const struct way_case *row, size_t max, struct avow_reference *found)
{
    struct avow_recogniser_row rows[ROWS_MAX];
    struct avow_recognisers list = {.rows = rows};
    struct avow_policy policy;
    avow_policy_init(&policy);
    policy.max_depth = row->max_depth;
    for (; row->rows[list.count] != NULL; list.count++)
        rows[list.count] = (struct avow_recogniser_row){
            .subject = body(row->rows[list.count][1]),
            .entry = {.issuer = body(row->rows[list.count][0]), .index = list.count}};
    for (const char *anchor = row->anchors; *anchor != '\0'; anchor++)
        policy.anchors[policy.anchor_count++].issuer = body(*anchor);
    return avow_recognisers_on_the_way(&list, &policy, found, max);
}

static void test_on_the_way(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct avow_reference found[ROWS_MAX];
        char bodies[ROWS_MAX + 1] = "";
        const size_t count = find(&cases[i], ROWS_MAX, found);
        for (size_t j = 0; j < count; j++)
            bodies[j] = (char)found[j].issuer.bytes[0];
        if (strcmp(bodies, cases[i].expected) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", cases[i].name, bodies, cases[i].expected);
    }
}

/* What is nearest to the issuer comes first, and what is over the bound is left out. */
static void test_bound(void **state)
{
    (void)state;
    struct avow_reference found[ROWS_MAX];
    const struct way_case row = {"", {"ai", "ai", "ai", "ai"}, "a", 4, ""};
    assert_int_equal(find(&row, 3, found), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(found[i].index, i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_on_the_way),
        cmocka_unit_test(test_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
