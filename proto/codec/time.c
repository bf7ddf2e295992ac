/* The civil calendar by Howard Hinnant's days_from_civil: eras of 400 years that begin in March,
 * so that the leap day is the last day of its year. No locale, no time zone, no libc clock. */
#include "proto/codec/time.h"

#define DAYS_TO_1970 719468 /* from 0000-03-01 */
#define DAYS_IN_ERA 146097
#define SECONDS_IN_DAY 86400

struct civil {
    unsigned year, month, day, hour, minute, second;
};

static uint64_t days_from_civil(const struct civil *civil)
{
    const uint64_t year = civil->month <= 2 ? civil->year - 1 : civil->year;
    const uint64_t month = civil->month > 2 ? civil->month - 3 : civil->month + 9;
    const uint64_t year_of_era = year % 400;
    const uint64_t day_of_year = (153 * month + 2) / 5 + civil->day - 1;
    const uint64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return year / 400 * DAYS_IN_ERA + day_of_era - DAYS_TO_1970;
}

static void civil_from_days(uint64_t days, struct civil *civil)
{
    days += DAYS_TO_1970;
    const uint64_t day_of_era = days % DAYS_IN_ERA;
    const uint64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const uint64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const uint64_t month = (5 * day_of_year + 2) / 153;
    civil->day = (unsigned)(day_of_year - (153 * month + 2) / 5 + 1);
    civil->month = (unsigned)(month < 10 ? month + 3 : month - 9);
    civil->year = (unsigned)(days / DAYS_IN_ERA * 400 + year_of_era + (civil->month <= 2));
}

static void put_digits(char *out, size_t count, unsigned value)
{
    while (count-- > 0) {
        out[count] = (char)('0' + value % 10);
        value /= 10;
    }
}

void avow_time_format(uint64_t seconds, char text[AVOW_TIME_TEXT_LEN + 1])
{
    AVOW_ASSERT(seconds <= AVOW_TIME_MAX);
    struct civil civil;
    civil_from_days(seconds / SECONDS_IN_DAY, &civil);
    const unsigned second = (unsigned)(seconds % SECONDS_IN_DAY);
    memcpy(text, "0000-00-00T00:00:00Z", AVOW_TIME_TEXT_LEN + 1);
    put_digits(text, 4, civil.year);
    put_digits(text + 5, 2, civil.month);
    put_digits(text + 8, 2, civil.day);
    put_digits(text + 11, 2, second / 3600);
    put_digits(text + 14, 2, second / 60 % 60);
    put_digits(text + 17, 2, second % 60);
}

static unsigned get_digits(const uint8_t *in, size_t count)
{
    unsigned value = 0;
    for (size_t i = 0; i < count; i++)
        value = value * 10 + (unsigned)(in[i] - '0');
    return value;
}

/* True if `text` has digits, and its punctuation, exactly where the form has them. */
static bool has_form(struct avow_bytes text)
{
    static const char form[] = "0000-00-00T00:00:00Z";
    for (size_t i = 0; i < AVOW_TIME_TEXT_LEN; i++) {
        const uint8_t c = text.data[i];
        if (form[i] == '0' ? c < '0' || c > '9' : c != (uint8_t)form[i])
            return false;
    }
    return true;
}

static unsigned days_in_month(unsigned year, unsigned month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

enum avow_reject avow_time_parse(struct avow_bytes text, uint64_t *seconds)
{
    if (text.len != AVOW_TIME_TEXT_LEN)
        return AVOW_REJECT_LENGTH;
    if (!has_form(text))
        return AVOW_REJECT_VALUE;
    const struct civil civil = {
        .year = get_digits(text.data, 4),
        .month = get_digits(text.data + 5, 2),
        .day = get_digits(text.data + 8, 2),
        .hour = get_digits(text.data + 11, 2),
        .minute = get_digits(text.data + 14, 2),
        .second = get_digits(text.data + 17, 2),
    };
    if (civil.year < 1970 || civil.month < 1 || civil.month > 12 || civil.day < 1 ||
        civil.day > days_in_month(civil.year, civil.month))
        return AVOW_REJECT_RANGE;
    if (civil.hour > 23 || civil.minute > 59 || civil.second > 59)
        return AVOW_REJECT_RANGE;
    *seconds = days_from_civil(&civil) * SECONDS_IN_DAY + civil.hour * UINT64_C(3600) +
               civil.minute * UINT64_C(60) + civil.second;
    return AVOW_ACCEPT;
}
