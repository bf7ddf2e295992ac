/* Jansson refuses most of what must be refused; depth and the range of integers are judged here.
 *
 * When memory runs out, Jansson 2.14 calls the text invalid, or drops a character and goes on
 * (lex_save ignores what strbuffer_append_byte returns). So its allocator is watched: a parse
 * during which it failed has no other result. That needs the only state of this file, one flag a
 * thread. */
#include "proto/codec/json.h"

#include <stdio.h>
#include <threads.h>

static _Thread_local bool out_of_memory;
static json_malloc_t real_malloc; /* set once, by watch_memory() */

static void *watched_malloc(size_t size)
{
    void *block = real_malloc(size);
    out_of_memory = out_of_memory || block == NULL;
    return block;
}

/* Keeps whatever functions the program gave to Jansson before. */
static void watch_memory(void)
{
    json_free_t real_free;
    json_get_alloc_funcs(&real_malloc, &real_free);
    json_set_alloc_funcs(watched_malloc, real_free);
}

static enum avow_err reject(struct avow_json_error *error, enum avow_reject why)
{
    *error = (struct avow_json_error){.reject = why};
    (void)snprintf(error->text, sizeof(error->text), "%s", avow_reject_text(why));
    return AVOW_ERR_REJECTED;
}

static enum avow_reject reject_of(enum json_error_code code)
{
    switch (code) {
    case json_error_stack_overflow:
        return AVOW_REJECT_DEPTH;
    case json_error_premature_end_of_input:
        return AVOW_REJECT_TRUNCATED;
    case json_error_end_of_input_expected:
        return AVOW_REJECT_TRAILING;
    case json_error_invalid_utf8:
        return AVOW_REJECT_UTF8;
    case json_error_duplicate_key:
        return AVOW_REJECT_DUPLICATE;
    case json_error_numeric_overflow:
        return AVOW_REJECT_RANGE;
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return AVOW_REJECT_CONTROL;
    case json_error_unknown:
    case json_error_out_of_memory:
    case json_error_cannot_open_file:
    case json_error_invalid_argument:
    case json_error_invalid_syntax:
    case json_error_invalid_format:
    case json_error_wrong_type:
    case json_error_null_value:
    case json_error_item_not_found:
    case json_error_index_out_of_range:
        break;
    }
    return AVOW_REJECT_JSON;
}

static enum avow_err from_jansson(const json_error_t *theirs, struct avow_json_error *error)
{
    *error = (struct avow_json_error){.reject = reject_of(json_error_code(theirs)),
                                      .line = theirs->line > 0 ? theirs->line : 0,
                                      .column = theirs->column > 0 ? theirs->column : 0};
    (void)snprintf(error->text, sizeof(error->text), "%s", theirs->text);
    return AVOW_ERR_REJECTED;
}

/* NOLINTBEGIN(misc-no-recursion): at most AVOW_JSON_DEPTH_MAX deep */
static enum avow_reject judge(json_t *value, unsigned outer);

static enum avow_reject judge_object(json_t *object, unsigned outer)
{
    const char *key;
    json_t *member;
    json_object_foreach(object, key, member)
    {
        enum avow_reject why = judge(member, outer);
        if (why != AVOW_ACCEPT)
            return why;
    }
    return AVOW_ACCEPT;
}

static enum avow_reject judge_array(json_t *array, unsigned outer)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        enum avow_reject why = judge(json_array_get(array, i), outer);
        if (why != AVOW_ACCEPT)
            return why;
    }
    return AVOW_ACCEPT;
}

/* `value` stands inside `outer` arrays and objects, which bounds the recursion. */
static enum avow_reject judge(json_t *value, unsigned outer)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return outer == AVOW_JSON_DEPTH_MAX ? AVOW_REJECT_DEPTH : judge_object(value, outer + 1);
    case JSON_ARRAY:
        return outer == AVOW_JSON_DEPTH_MAX ? AVOW_REJECT_DEPTH : judge_array(value, outer + 1);
    case JSON_INTEGER: {
        json_int_t number = json_integer_value(value);
        bool exact = number <= (json_int_t)AVOW_UINT_MAX && number >= -(json_int_t)AVOW_UINT_MAX;
        return exact ? AVOW_ACCEPT : AVOW_REJECT_RANGE;
    }
    case JSON_STRING:
    case JSON_REAL:
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        return AVOW_ACCEPT;
    }
    return AVOW_REJECT_JSON;
}
/* NOLINTEND(misc-no-recursion) */

enum avow_err avow_json_parse(struct avow_bytes text, size_t max_len, json_t **out,
                              struct avow_json_error *error)
{
    *out = NULL;
    *error = (struct avow_json_error){0};
    if (text.len > max_len)
        return reject(error, AVOW_REJECT_LENGTH);
    if (text.len == 0)
        return reject(error, AVOW_REJECT_TRUNCATED);
    static once_flag watching = ONCE_FLAG_INIT;
    call_once(&watching, watch_memory);
    out_of_memory = false;
    json_error_t theirs = {0};
    AVOW_CLEANUP(avow_json_release)
    json_t *value = json_loadb((const char *)text.data, text.len,
                               JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &theirs);
    if (out_of_memory)
        return AVOW_ERR_NOMEM;
    if (value == NULL)
        return from_jansson(&theirs, error);
    enum avow_reject why = judge(value, 0);
    if (why != AVOW_ACCEPT)
        return reject(error, why);
    *out = json_incref(value);
    return AVOW_OK;
}

void avow_json_release(json_t **value)
{
    json_decref(*value);
    *value = NULL;
}
