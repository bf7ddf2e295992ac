/* A parser of our own, by recursive descent. Jansson's says nothing when memory runs out: it drops
 * a character and goes on, or calls the text invalid; and it leaves what it read, a badge's seed
 * too, in memory that it has freed. Here every allocation is seen, and the one copy of a text that
 * is made on the way is wiped. Jansson keeps the values. */
#include "proto/codec/json.h"

#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/codec/utf8.h"

#define EXPONENT_MAX 100000000 /* far beyond a double, whatever digits stand before it */
#define NUMBER_ROOM 32         /* for an exponent that the text does not write, and a NUL */

struct parse {
    struct avow_bytes rest; /* unread */
    char *scratch;          /* the string or number at hand; longer than the text */
    enum avow_err err;      /* the first failure sticks: REJECTED or NOMEM */
    enum avow_reject reject;
};

static json_t *refuse(struct parse *parse, enum avow_reject reject)
{
    if (parse->err == AVOW_OK) {
        parse->err = AVOW_ERR_REJECTED;
        parse->reject = reject;
    }
    return NULL;
}

/* Steals `value`, which is NULL when there was no memory for it. */
static json_t *made(struct parse *parse, json_t *value)
{
    if (value == NULL && parse->err == AVOW_OK)
        parse->err = AVOW_ERR_NOMEM;
    return value;
}

static json_t *let_go(json_t *value)
{
    avow_json_release(&value);
    return NULL;
}

/* ------------------------------------------------------------------ characters */

/* The next byte, or -1 at the end. */
static int peek(const struct parse *parse)
{
    return parse->rest.len > 0 ? parse->rest.data[0] : -1;
}

static void step(struct parse *parse)
{
    parse->rest = avow_bytes(parse->rest.data + 1, parse->rest.len - 1);
}

/* The first byte that is not white space, or -1. */
static int peek_token(struct parse *parse)
{
    int c = peek(parse);
    while (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        step(parse);
        c = peek(parse);
    }
    return c;
}

/* Steps over what should not be there, so that the place told is its own. */
static json_t *unexpected(struct parse *parse)
{
    if (parse->rest.len == 0)
        return refuse(parse, AVOW_REJECT_TRUNCATED);
    step(parse);
    return refuse(parse, AVOW_REJECT_JSON);
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static int hex_digit(int c)
{
    if (is_digit(c))
        return c - '0';
    const int lower = c | 0x20;
    return c > 0 && lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* ------------------------------------------------------------------ strings */

/* The four digits after "\u". */
static bool read_unit(struct parse *parse, uint32_t *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        const int digit = hex_digit(peek(parse));
        if (digit < 0) {
            (void)unexpected(parse);
            return false;
        }
        *unit = *unit << 4 | (uint32_t)digit;
        step(parse);
    }
    return true;
}

/* A code point after "\u"; one above U+FFFF is written as two surrogates. */
static bool read_code_point(struct parse *parse, uint32_t *code_point)
{
    uint32_t low;
    if (!read_unit(parse, code_point))
        return false;
    if (*code_point == 0) {
        (void)refuse(parse, AVOW_REJECT_CONTROL);
        return false;
    }
    if (*code_point < 0xd800 || *code_point > 0xdfff)
        return true;
    for (const char *mark = "\\u"; *mark != '\0'; mark++) {
        if (*code_point > 0xdbff || peek(parse) != *mark) {
            (void)unexpected(parse);
            return false;
        }
        step(parse);
    }
    if (!read_unit(parse, &low))
        return false;
    if (low < 0xdc00 || low > 0xdfff) {
        (void)refuse(parse, AVOW_REJECT_JSON);
        return false;
    }
    *code_point = 0x10000 + ((*code_point & 0x3ff) << 10 | (low & 0x3ff));
    return true;
}

/* In UTF-8; how many bytes. */
static size_t put_code_point(char *out, uint32_t code_point)
{
    const size_t len = code_point < 0x80      ? 1
                       : code_point < 0x800   ? 2
                       : code_point < 0x10000 ? 3
                                              : 4;
    static const uint8_t leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = len - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code_point & 0x3f));
        code_point >>= 6;
    }
    out[0] = (char)(leads[len] | code_point);
    return len;
}

/* What follows a backslash. How many bytes it comes to; 0 after a failure. */
static size_t read_escape(struct parse *parse, char *out)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    const int c = peek(parse);
    const char *place = c > 0 ? strchr(letters, c) : NULL;
    uint32_t code_point;
    if (place == NULL && c != 'u') {
        (void)unexpected(parse);
        return 0;
    }
    step(parse);
    if (place == NULL)
        return read_code_point(parse, &code_point) ? put_code_point(out, code_point) : 0;
    *out = meanings[place - letters];
    return 1;
}

/* A character as it stands. How many bytes it has; 0 after a failure. */
static size_t read_character(struct parse *parse, char *out)
{
    const struct avow_bytes before = parse->rest;
    uint32_t code_point;
    if (peek(parse) < 0x20) {
        (void)unexpected(parse);
        return 0;
    }
    if (!avow_utf8_next(&parse->rest, &code_point)) {
        (void)refuse(parse, AVOW_REJECT_UTF8);
        return 0;
    }
    const size_t len = before.len - parse->rest.len;
    memcpy(out, before.data, len);
    return len;
}

/* Reads a string into the scratch, with a NUL after it. False after a failure. */
static bool read_string(struct parse *parse, size_t *len)
{
    step(parse);
    *len = 0;
    while (peek(parse) != '"') {
        char *out = parse->scratch + *len;
        const bool escaped = peek(parse) == '\\';
        if (escaped)
            step(parse);
        const size_t more = escaped ? read_escape(parse, out) : read_character(parse, out);
        if (more == 0)
            return false;
        *len += more;
    }
    step(parse);
    parse->scratch[*len] = '\0';
    return true;
}

/* ------------------------------------------------------------------ numbers */

/* Digits, at least one, to the end of the scratch's `*len`. */
static bool read_digits(struct parse *parse, size_t *len)
{
    if (!is_digit(peek(parse))) {
        (void)unexpected(parse);
        parse->reject = AVOW_REJECT_JSON; /* a text that ends here has no number */
        return false;
    }
    for (; is_digit(peek(parse)); step(parse))
        parse->scratch[(*len)++] = (char)peek(parse);
    return true;
}

static bool read_exponent(struct parse *parse, size_t len, long *exponent)
{
    size_t end = len;
    const bool negative = peek(parse) == '-';
    if (negative || peek(parse) == '+')
        step(parse);
    if (!read_digits(parse, &end))
        return false;
    *exponent = 0;
    /* Ten times the bound is a long on every machine. */
    for (size_t i = len; i < end && *exponent < EXPONENT_MAX; i++)
        *exponent = *exponent * 10 + (parse->scratch[i] - '0');
    *exponent = negative ? -*exponent : *exponent;
    return true;
}

/* strtod() is given no decimal point, which is the locale's. */
static json_t *real_value(struct parse *parse, size_t len, long exponent)
{
    (void)snprintf(parse->scratch + len, NUMBER_ROOM, "e%ld", exponent);
    const double number = strtod(parse->scratch, NULL);
    return isinf(number) ? refuse(parse, AVOW_REJECT_RANGE) : made(parse, json_real(number));
}

static json_t *integer_value(struct parse *parse, size_t len)
{
    const bool negative = parse->scratch[0] == '-';
    uint64_t number = 0;
    for (size_t i = negative; i < len; i++) {
        number = number * 10 + (uint64_t)(parse->scratch[i] - '0');
        if (number > AVOW_UINT_MAX)
            return refuse(parse, AVOW_REJECT_RANGE);
    }
    return made(parse, json_integer(negative ? -(json_int_t)number : (json_int_t)number));
}

static json_t *read_number(struct parse *parse)
{
    size_t len = 0;
    long exponent = 0;
    bool is_real = false;
    if (peek(parse) == '-') {
        parse->scratch[len++] = '-';
        step(parse);
    }
    const size_t whole = len;
    if (!read_digits(parse, &len))
        return NULL;
    if (parse->scratch[whole] == '0' && len - whole > 1)
        return refuse(parse, AVOW_REJECT_JSON);
    const size_t point = len;
    if (peek(parse) == '.') {
        is_real = true;
        step(parse);
        if (!read_digits(parse, &len))
            return NULL;
    }
    if (peek(parse) == 'e' || peek(parse) == 'E') {
        is_real = true;
        step(parse);
        if (!read_exponent(parse, len, &exponent))
            return NULL;
    }
    return is_real ? real_value(parse, len, exponent - (long)(len - point))
                   : integer_value(parse, len);
}

/* ------------------------------------------------------------------ values */

static json_t *read_word(struct parse *parse)
{
    const struct avow_bytes before = parse->rest;
    while ((peek(parse) | 0x20) >= 'a' && (peek(parse) | 0x20) <= 'z')
        step(parse);
    const struct avow_bytes word = avow_bytes(before.data, before.len - parse->rest.len);
    if (avow_bytes_equal(word, avow_bytes_text("true")))
        return json_true();
    if (avow_bytes_equal(word, avow_bytes_text("false")))
        return json_false();
    if (avow_bytes_equal(word, avow_bytes_text("null")))
        return json_null();
    return word.len > 0 ? refuse(parse, AVOW_REJECT_JSON) : unexpected(parse);
}

/* Set, and not made with its text: without memory for the rest of it Jansson would free the text
 * as it is. */
static json_t *read_text(struct parse *parse)
{
    size_t len;
    json_t *text = read_string(parse, &len) ? made(parse, json_string_nocheck("")) : NULL;
    if (text == NULL || json_string_setn_nocheck(text, parse->scratch, len) == 0)
        return text;
    (void)made(parse, NULL);
    return let_go(text);
}

/* NOLINTBEGIN(misc-no-recursion): at most AVOW_JSON_DEPTH_MAX deep */
static json_t *read_value(struct parse *parse, unsigned outer);

/* After an item: whether another follows. False at `end`, which is stepped over, and after a
 * failure. */
static bool goes_on(struct parse *parse, int end)
{
    const int c = peek_token(parse);
    if (c == ',' || c == end)
        step(parse);
    else
        (void)unexpected(parse);
    return c == ',';
}

/* The key is in the object before its value is read, so that the scratch is free again. */
static void read_member(struct parse *parse, json_t *object, unsigned outer)
{
    size_t len;
    if (peek_token(parse) != '"') {
        (void)unexpected(parse);
        return;
    }
    if (!read_string(parse, &len))
        return;
    if (json_object_get(object, parse->scratch) != NULL) {
        (void)refuse(parse, AVOW_REJECT_DUPLICATE);
        return;
    }
    if (json_object_set_new_nocheck(object, parse->scratch, json_null()) != 0) {
        (void)made(parse, NULL);
        return;
    }
    void *place = json_object_iter_at(object, parse->scratch);
    if (peek_token(parse) != ':') {
        (void)unexpected(parse);
        return;
    }
    step(parse);
    json_t *value = read_value(parse, outer);
    if (value != NULL)
        (void)json_object_iter_set_new(object, place, value); /* fails only without a value */
}

static json_t *read_object(struct parse *parse, unsigned outer)
{
    json_t *object = made(parse, json_object());
    bool more = object != NULL;
    step(parse);
    if (more && peek_token(parse) == '}') {
        step(parse);
        return object;
    }
    while (more) {
        read_member(parse, object, outer);
        more = parse->err == AVOW_OK && goes_on(parse, '}');
    }
    return parse->err == AVOW_OK ? object : let_go(object);
}

static json_t *read_array(struct parse *parse, unsigned outer)
{
    json_t *array = made(parse, json_array());
    bool more = array != NULL;
    step(parse);
    if (more && peek_token(parse) == ']') {
        step(parse);
        return array;
    }
    while (more) {
        json_t *value = read_value(parse, outer);
        if (value != NULL && json_array_append(array, value) != 0)
            (void)made(parse, NULL);
        if (parse->err == AVOW_OK)
            json_decref(value);
        else
            avow_json_release(&value);
        more = parse->err == AVOW_OK && goes_on(parse, ']');
    }
    return parse->err == AVOW_OK ? array : let_go(array);
}

/* A value that stands inside `outer` arrays and objects; NULL after a failure. */
static json_t *read_value(struct parse *parse, unsigned outer)
{
    const int c = peek_token(parse);
    if (c == '"')
        return read_text(parse);
    if (c == '-' || is_digit(c))
        return read_number(parse);
    if (c != '{' && c != '[')
        return read_word(parse);
    if (outer == AVOW_JSON_DEPTH_MAX)
        return refuse(parse, AVOW_REJECT_DEPTH);
    return c == '{' ? read_object(parse, outer + 1) : read_array(parse, outer + 1);
}

/* Strings that nobody else holds. */
static void wipe(json_t *value)
{
    const char *key;
    json_t *member;
    if (value == NULL || value->refcount != 1)
        return;
    if (json_is_string(value)) /* const in Jansson's interface alone */
        sodium_memzero((char *)(uintptr_t)json_string_value(value), json_string_length(value));
    for (size_t i = 0; i < json_array_size(value); i++)
        wipe(json_array_get(value, i));
    json_object_foreach(value, key, member) wipe(member);
}
/* NOLINTEND(misc-no-recursion) */

/* ------------------------------------------------------------------ all of it */

/* Where the reading stopped: the last character before it. */
static void tell_place(struct avow_bytes text, const struct parse *parse,
                       struct avow_json_error *error)
{
    error->line = 1;
    for (size_t i = 0; i < text.len - parse->rest.len; i++) {
        error->column = text.data[i] == '\n' ? 0 : error->column + ((text.data[i] & 0xc0) != 0x80);
        error->line += text.data[i] == '\n';
    }
}

static json_t *read_all(struct parse *parse)
{
    json_t *value = read_value(parse, 0);
    if (value == NULL || peek_token(parse) < 0)
        return value;
    (void)refuse(parse, AVOW_REJECT_TRAILING);
    return let_go(value);
}

enum avow_err avow_json_parse(struct avow_bytes text, size_t max_len, json_t **out,
                              struct avow_json_error *error)
{
    struct parse parse = {.rest = text};
    *out = NULL;
    *error = (struct avow_json_error){.text = ""};
    if (text.len > max_len)
        (void)refuse(&parse, AVOW_REJECT_LENGTH);
    else if (text.len == 0)
        (void)refuse(&parse, AVOW_REJECT_TRUNCATED);
    else if ((parse.scratch = malloc(text.len + NUMBER_ROOM)) == NULL)
        parse.err = AVOW_ERR_NOMEM;
    if (parse.err == AVOW_OK) {
        *out = read_all(&parse);
        tell_place(text, &parse, error);
        sodium_memzero(parse.scratch, text.len + NUMBER_ROOM);
    }
    free(parse.scratch);
    if (parse.err != AVOW_ERR_REJECTED)
        error->line = error->column = 0;
    error->reject = parse.reject;
    error->text = avow_reject_text(parse.reject);
    return parse.err;
}

void avow_json_release(json_t **value)
{
    wipe(*value);
    json_decref(*value);
    *value = NULL;
}
