/* RFC 8785, section 3.2: no white space, keys in the order of their UTF-16 code units, the shortest
 * escapes, numbers as ECMAScript has them. */
#include "proto/codec/jcs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A double needs at most 17 digits. */
#define DIGITS_MAX 17

/* |number| = 0.d1 d2 d3… × 10^point, as ECMA-262's Number::toString has it (n is `point`). */
struct decimal {
    char digits[DIGITS_MAX];
    int count;
    int point;
};

/* Takes "d.ddde±x" apart. The locale's decimal point, of whatever bytes, is stepped over. */
static void parse_scientific(const char *text, struct decimal *out)
{
    out->count = 0;
    for (; *text != 'e'; text++)
        if (*text >= '0' && *text <= '9')
            out->digits[out->count++] = *text;
    out->point = (int)strtol(text + 1, NULL, 10) + 1;
}

/* Written without a decimal point, which depends on the locale. */
static bool reads_back(const struct decimal *decimal, double number)
{
    char text[64];
    (void)snprintf(text, sizeof(text), "%.*se%d", decimal->count, decimal->digits,
                   decimal->point - decimal->count);
    return strtod(text, NULL) == number;
}

/* The next larger number of as many digits. */
static void increment(struct decimal *decimal)
{
    for (int i = decimal->count - 1; i >= 0; i--) {
        if (decimal->digits[i] != '9') {
            decimal->digits[i]++;
            return;
        }
        decimal->digits[i] = '0';
    }
    decimal->digits[0] = '1';
    decimal->point++;
}

/* The first number of digits that reads back as the same double. printf gives the nearest decimal;
 * at a power of two, where the doubles above lie twice as far apart as those below, it may be too
 * far below when its neighbour above is not. */
static void shortest(double number, struct decimal *out)
{
    char text[64];
    for (int precision = 0; precision < DIGITS_MAX; precision++) {
        (void)snprintf(text, sizeof(text), "%.*e", precision, number);
        parse_scientific(text, out);
        if (reads_back(out, number))
            return;
        increment(out);
        if (reads_back(out, number))
            return;
    }
    avow_assert_failed("17 digits read back", __FILE__, __LINE__);
}

static void append_zeros(struct avow_buf *out, int count)
{
    for (int i = 0; i < count; i++)
        avow_buf_append(out, "0", 1);
}

/* ECMA-262, Number::toString, steps 6 to 10. */
static void append_decimal(struct avow_buf *out, const struct decimal *decimal)
{
    const char *digits = decimal->digits;
    size_t count = (size_t)decimal->count;
    int point = decimal->point;
    if (point >= decimal->count && point <= 21) {
        avow_buf_append(out, digits, count);
        append_zeros(out, point - decimal->count);
    } else if (point > 0 && point <= 21) {
        avow_buf_append(out, digits, (size_t)point);
        avow_buf_append(out, ".", 1);
        avow_buf_append(out, digits + point, count - (size_t)point);
    } else if (point > -6 && point <= 0) {
        avow_buf_append(out, "0.", 2);
        append_zeros(out, -point);
        avow_buf_append(out, digits, count);
    } else {
        avow_buf_append(out, digits, 1);
        if (count > 1)
            avow_buf_append(out, ".", 1);
        avow_buf_append(out, digits + 1, count - 1);
        avow_buf_printf(out, "e%+d", point - 1);
    }
}

void avow_jcs_write_number(double number, struct avow_buf *out)
{
    AVOW_ASSERT(isfinite(number));
    if (number == 0) {
        avow_buf_append(out, "0", 1);
        return;
    }
    if (number < 0)
        avow_buf_append(out, "-", 1);
    struct decimal decimal;
    shortest(fabs(number), &decimal);
    append_decimal(out, &decimal);
}

static void write_integer(json_int_t number, struct avow_buf *out)
{
    AVOW_ASSERT(number <= (json_int_t)AVOW_UINT_MAX && number >= -(json_int_t)AVOW_UINT_MAX);
    avow_buf_printf(out, "%" JSON_INTEGER_FORMAT, number);
}

static void write_escaped(char c, struct avow_buf *out)
{
    static const char named[] = "\b\t\n\f\r\"\\";
    static const char letters[] = "btnfr\"\\";
    const char *place = strchr(named, c);
    if (place != NULL)
        avow_buf_printf(out, "\\%c", letters[place - named]);
    else
        avow_buf_printf(out, "\\u%04x", (unsigned)c);
}

static void write_string(const char *text, size_t len, struct avow_buf *out)
{
    avow_buf_append(out, "\"", 1);
    size_t plain = 0; /* where what is not yet written begins */
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] >= 0x20 && text[i] != '"' && text[i] != '\\')
            continue;
        avow_buf_append(out, text + plain, i - plain);
        write_escaped(text[i], out);
        plain = i + 1;
    }
    avow_buf_append(out, text + plain, len - plain);
    avow_buf_append(out, "\"", 1);
}

/* UTF-8 order is UTF-16 order but for one thing: what takes four bytes (surrogates, D800 to DFFF)
 * comes before U+E000 to FFFF, whose lead byte is ee or ef. */
static int compare_keys(const void *a, const void *b)
{
    const unsigned char *left = *(const unsigned char *const *)a;
    const unsigned char *right = *(const unsigned char *const *)b;
    while (*left == *right && *left != 0) {
        left++;
        right++;
    }
    if (*left >= 0xee && *right >= 0xee && (*left >= 0xf0) != (*right >= 0xf0))
        return *left >= 0xf0 ? -1 : 1;
    return (*left > *right) - (*left < *right);
}

/* NOLINTBEGIN(misc-no-recursion): as deep as the value, which codec/json bounds */
static void write_members(const json_t *object, const char **keys, size_t count,
                          struct avow_buf *out)
{
    size_t found = 0;
    const char *key;
    json_t *member;
    /* Jansson's iteration wants a pointer that is not const, and changes nothing. */
    json_object_foreach((json_t *)(uintptr_t)object, key, member)
    {
        AVOW_ASSERT(found < count);
        keys[found++] = key;
    }
    qsort(keys, found, sizeof(keys[0]), compare_keys);
    for (size_t i = 0; i < found && out->err == AVOW_OK; i++) {
        if (i > 0)
            avow_buf_append(out, ",", 1);
        write_string(keys[i], strlen(keys[i]), out);
        avow_buf_append(out, ":", 1);
        avow_jcs_write(json_object_get(object, keys[i]), out);
    }
}

static void write_object(const json_t *object, struct avow_buf *out)
{
    avow_buf_append(out, "{", 1);
    size_t count = json_object_size(object);
    if (count > 0 && out->err == AVOW_OK) {
        const char **keys = calloc(count, sizeof(keys[0]));
        if (keys == NULL) {
            out->err = AVOW_ERR_NOMEM;
            return;
        }
        write_members(object, keys, count, out);
        free(keys);
    }
    avow_buf_append(out, "}", 1);
}

static void write_array(const json_t *array, struct avow_buf *out)
{
    avow_buf_append(out, "[", 1);
    for (size_t i = 0; i < json_array_size(array) && out->err == AVOW_OK; i++) {
        if (i > 0)
            avow_buf_append(out, ",", 1);
        avow_jcs_write(json_array_get(array, i), out);
    }
    avow_buf_append(out, "]", 1);
}

void avow_jcs_write(const json_t *value, struct avow_buf *out)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        write_object(value, out);
        return;
    case JSON_ARRAY:
        write_array(value, out);
        return;
    case JSON_STRING:
        write_string(json_string_value(value), json_string_length(value), out);
        return;
    case JSON_INTEGER:
        write_integer(json_integer_value(value), out);
        return;
    case JSON_REAL:
        avow_jcs_write_number(json_real_value(value), out);
        return;
    case JSON_TRUE:
        avow_buf_append(out, "true", 4);
        return;
    case JSON_FALSE:
        avow_buf_append(out, "false", 5);
        return;
    case JSON_NULL:
        avow_buf_append(out, "null", 4);
        return;
    }
}
/* NOLINTEND(misc-no-recursion) */
