/* Which ranges answer a question: those that bring the walk on, and enough of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/walk.h"

#define SHORT 100
#define LONG AVOW_RANGE_BYTES_MIN

/* Asked for entries 10 to 17 of a log of `end`. */
static const struct range_case {
    const char *name;
    uint64_t end, from, count;
    size_t bytes;
    bool other_log, fits;
} cases[] = {
    {"all that was asked for", 100, 10, 8, SHORT, false, true},
    {"all that there are", 13, 10, 3, SHORT, false, true},
    {"a part, and long", 100, 10, 3, LONG, false, true},
    {"a part, and short", 100, 10, 3, SHORT, false, false},
    {"a part, and just too short", 100, 10, 3, LONG - 1, false, false},
    {"nothing", 100, 10, 0, LONG, false, false},
    {"more than was asked for", 100, 10, 9, LONG, false, false},
    {"more than there are", 13, 10, 4, LONG, false, false},
    {"what there was before", 100, 2, 8, LONG, false, false},
    {"what comes later", 100, 18, 8, LONG, false, false},
    {"of another log", 100, 10, 8, LONG, true, false},
};

static void test_fits(void **state)
{
    (void)state;
    static const uint8_t bytes[LONG];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct range_case *row = &cases[i];
        const struct avow_message question = {
            .type = AVOW_MESSAGE_GET_RANGE, .from = 10, .count = 8, .size = row->end};
        struct avow_message answer = {.type = AVOW_MESSAGE_RANGE,
                                      .from = row->from,
                                      .entries = {row->count, avow_bytes(bytes, row->bytes)}};
        answer.issuer.bytes[0] = row->other_log;
        if (avow_walk_range_fits(&question, row->end, &answer) != row->fits)
            fail_msg("%s", row->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
