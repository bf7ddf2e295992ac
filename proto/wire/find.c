/* Queries of the catalogue and what it answers, as they travel. */
#include "proto/wire/find.h"

#include "proto/codec/reader.h"
#include "proto/codec/writer.h"
#include "proto/entry/entry.h"
#include "proto/entry/shape.h"

#define FIELD_DIGITS_MAX 4
#define REGION_MAX 6
#define LEVEL_MAX 8
#define NAME_MAX_BYTES AVOW_ROOT_ENTRY_BYTES_MAX

void avow_find_query_encode(struct avow_buf *out, const struct avow_find_query *query)
{
    avow_write_array(out, 8);
    avow_write_text(out, query->words);
    avow_write_text(out, query->field);
    avow_write_uint(out, query->level);
    avow_write_text(out, query->region);
    if (query->has_issuer)
        avow_write_hash(out, &query->issuer);
    else
        avow_write_nil(out);
    if (query->policy.len > 0)
        avow_write_bin(out, query->policy);
    else
        avow_write_nil(out);
    avow_write_bin(out, query->after);
    avow_write_uint(out, query->limit);
}

static bool is_digits(struct avow_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    }
    return true;
}

enum avow_reject avow_find_query_decode(struct avow_bytes bytes, struct avow_find_query *query)
{
    struct avow_reader reader;
    *query = (struct avow_find_query){0};
    avow_reader_init(&reader, bytes);
    avow_reader_array_of(&reader, 8);
    query->words = avow_reader_text(&reader, AVOW_FIND_WORDS_MAX);
    query->field = avow_reader_text(&reader, FIELD_DIGITS_MAX);
    query->level = avow_reader_uint_max(&reader, LEVEL_MAX);
    query->region = avow_reader_text(&reader, REGION_MAX);
    query->has_issuer = !avow_reader_nil(&reader);
    if (query->has_issuer)
        avow_reader_hash(&reader, &query->issuer);
    if (!avow_reader_nil(&reader)) {
        query->policy = avow_reader_bin(&reader, AVOW_MESSAGE_POLICY_MAX);
        if (query->policy.len == 0)
            avow_reader_reject(&reader, AVOW_REJECT_LENGTH);
    }
    query->after = avow_reader_bin(&reader, AVOW_FIND_AFTER_MAX);
    query->limit = avow_reader_uint_max(&reader, AVOW_FIND_LIMIT_MAX);
    if (!is_digits(query->field) ||
        (query->region.len > 0 && !avow_shape_jurisdiction(query->region)))
        avow_reader_reject(&reader, AVOW_REJECT_VALUE);
    return avow_reader_finish(&reader);
}

void avow_find_result_write(struct avow_buf *out, const struct avow_find_result *result)
{
    avow_write_array(out, 5);
    avow_write_hash(out, &result->issuer);
    avow_write_uint(out, result->index);
    avow_write_text(out, result->name);
    avow_write_text(out, result->jurisdiction);
    avow_write_bin(out, result->entry);
}

void avow_find_results_encode(struct avow_buf *out, const struct avow_find_results *results)
{
    avow_write_array(out, 3);
    avow_list_write(out, &results->list);
    avow_write_bin(out, results->next);
    avow_write_uint(out, results->stopped ? 1 : 0);
}

static void read_result(struct avow_reader *reader, struct avow_find_result *result)
{
    avow_reader_array_of(reader, 5);
    avow_reader_hash(reader, &result->issuer);
    result->index = avow_reader_uint(reader);
    result->name = avow_reader_text(reader, NAME_MAX_BYTES);
    result->jurisdiction = avow_reader_text(reader, NAME_MAX_BYTES);
    result->entry = avow_reader_bin(reader, AVOW_ENTRY_BYTES_MAX);
}

enum avow_reject avow_find_results_decode(struct avow_bytes bytes,
                                          struct avow_find_results *results)
{
    struct avow_reader reader;
    struct avow_find_result result;
    *results = (struct avow_find_results){0};
    avow_reader_init(&reader, bytes);
    avow_reader_array_of(&reader, 3);
    size_t count = avow_reader_array(&reader, AVOW_FIND_LIMIT_MAX);
    const uint8_t *start = reader.rest.data;
    for (size_t i = 0; i < count && reader.reject == AVOW_ACCEPT; i++)
        read_result(&reader, &result);
    if (reader.reject == AVOW_ACCEPT)
        results->list = (struct avow_list){
            .count = count, .items = avow_bytes(start, (size_t)(reader.rest.data - start))};
    results->next = avow_reader_bin(&reader, AVOW_FIND_AFTER_MAX);
    results->stopped = avow_reader_uint_max(&reader, 1) == 1;
    return avow_reader_finish(&reader);
}

bool avow_find_results_next(struct avow_list *list, struct avow_find_result *result)
{
    struct avow_reader reader;
    if (list->count == 0)
        return false;
    avow_reader_init(&reader, list->items);
    read_result(&reader, result);
    list->items = reader.rest;
    list->count--;
    return reader.reject == AVOW_ACCEPT;
}
