/* proto/codec/time: known instants both ways, refused texts, every day of 1970 to 2400 against
 * libc, and that what is read is what is written. */
#include "proto/codec/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

struct instant {
    const char *text;
    uint64_t seconds;
};

static const struct instant instants[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-01T23:59:59Z", 86399},
    {"2000-02-29T12:00:00Z", 951825600},
    {"2000-03-01T00:00:00Z", 951868800},
    {"2023-02-24T23:36:38Z", 1677281798},
    {"2026-01-15T00:00:00Z", 1768435200},
    {"2038-01-19T03:14:08Z", UINT64_C(2147483648)},
    {"2100-02-28T23:59:59Z", UINT64_C(4107542399)},
    {"9999-12-31T23:59:59Z", AVOW_TIME_MAX},
};

static void test_instants(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(instants) / sizeof(instants[0]); i++) {
        char text[AVOW_TIME_TEXT_LEN + 1];
        avow_time_format(instants[i].seconds, text);
        assert_string_equal(text, instants[i].text);
        uint64_t seconds = 1;
        assert_int_equal(avow_time_parse(avow_bytes_text(instants[i].text), &seconds), AVOW_ACCEPT);
        assert_int_equal(seconds, instants[i].seconds);
    }
}

struct refusal {
    const char *name;
    const char *text;
    enum avow_reject reject;
};

static const struct refusal refusals[] = {
    {"empty", "", AVOW_REJECT_LENGTH},
    {"date alone", "2026-01-15", AVOW_REJECT_LENGTH},
    {"fraction", "2026-01-15T00:00:00.0Z", AVOW_REJECT_LENGTH},
    {"offset", "2026-01-15T00:00:00+00:00", AVOW_REJECT_LENGTH},
    {"trailing space", "2026-01-15T00:00:00Z ", AVOW_REJECT_LENGTH},
    {"small t", "2026-01-15t00:00:00Z", AVOW_REJECT_VALUE},
    {"small z", "2026-01-15T00:00:00z", AVOW_REJECT_VALUE},
    {"space for T", "2026-01-15 00:00:00Z", AVOW_REJECT_VALUE},
    {"sign in the year", "+026-01-15T00:00:00Z", AVOW_REJECT_VALUE},
    {"slash", "2026/01/15T00:00:00Z", AVOW_REJECT_VALUE},
    {"digit beyond nine", "2026-01-1:T00:00:00Z", AVOW_REJECT_VALUE},
    {"before 1970", "1969-12-31T23:59:59Z", AVOW_REJECT_RANGE},
    {"month 0", "2026-00-15T00:00:00Z", AVOW_REJECT_RANGE},
    {"month 13", "2026-13-15T00:00:00Z", AVOW_REJECT_RANGE},
    {"day 0", "2026-01-00T00:00:00Z", AVOW_REJECT_RANGE},
    {"31 April", "2026-04-31T00:00:00Z", AVOW_REJECT_RANGE},
    {"29 February, common year", "2026-02-29T00:00:00Z", AVOW_REJECT_RANGE},
    {"29 February 2100", "2100-02-29T00:00:00Z", AVOW_REJECT_RANGE},
    {"hour 24", "2026-01-15T24:00:00Z", AVOW_REJECT_RANGE},
    {"minute 60", "2026-01-15T00:60:00Z", AVOW_REJECT_RANGE},
    {"leap second", "2016-12-31T23:59:60Z", AVOW_REJECT_RANGE},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        uint64_t seconds = 42;
        const enum avow_reject reject =
            avow_time_parse(avow_bytes_text(refusals[i].text), &seconds);
        if (reject != refusals[i].reject || seconds != 42)
            fail_msg("%s: %s", refusals[i].name, avow_reject_name(reject));
    }
}

static void test_against_libc(void **state)
{
    (void)state;
    for (uint64_t day = 0; day < 157000; day++) {
        const uint64_t seconds = day * 86400 + day % 86400;
        const time_t instant = (time_t)seconds;
        struct tm tm;
        assert_non_null(gmtime_r(&instant, &tm));
        char expected[64];
        char text[AVOW_TIME_TEXT_LEN + 1];
        assert_int_equal(strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", &tm),
                         AVOW_TIME_TEXT_LEN);
        avow_time_format(seconds, text);
        assert_string_equal(text, expected);
        uint64_t back = 0;
        assert_int_equal(avow_time_parse(avow_bytes_text(text), &back), AVOW_ACCEPT);
        assert_int_equal(back, seconds);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instants),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_against_libc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
