/* Recognition scopes and equivalence rows. */
#include "proto/entry/scope.h"

#include "proto/entry/shape.h"

static struct avow_bytes read_indices(struct avow_reader *reader)
{
    const uint8_t *start = reader->rest.data;
    size_t count = avow_reader_array(reader, AVOW_ENTRY_BYTES_MAX);
    for (size_t i = 0; i < count && reader->reject == AVOW_ACCEPT; i++)
        (void)avow_reader_uint(reader);
    if (reader->reject != AVOW_ACCEPT)
        return avow_bytes(NULL, 0);
    return avow_bytes(start, (size_t)(reader->rest.data - start));
}

static void read_levels(struct avow_reader *reader, struct avow_scope *scope)
{
    avow_reader_array_of(reader, 2);
    scope->level_min = avow_reader_uint_max(reader, 8);
    scope->level_max = avow_reader_uint_max(reader, 8);
    if (scope->level_min < 1 || scope->level_min > scope->level_max)
        avow_reader_reject(reader, AVOW_REJECT_VALUE);
}

static bool is_key(struct avow_bytes key, const char *word)
{
    return avow_bytes_equal(key, avow_bytes_text(word));
}

static void read_pair(struct avow_reader *reader, struct avow_bytes key, struct avow_scope *scope)
{
    if (is_key(key, "fields")) {
        scope->has_fields = true;
        scope->fields = avow_text_list_read(reader, AVOW_ENTRY_BYTES_MAX, avow_shape_field);
    } else if (is_key(key, "levels")) {
        scope->has_levels = true;
        read_levels(reader, scope);
    } else if (is_key(key, "achievements")) {
        scope->has_achievements = true;
        scope->achievements = read_indices(reader);
    } else if (is_key(key, "regions")) {
        scope->has_regions = true;
        scope->regions = avow_text_list_read(reader, AVOW_ENTRY_BYTES_MAX, avow_shape_jurisdiction);
    } else if (is_key(key, "depth")) {
        scope->has_depth = true;
        scope->depth = avow_reader_uint(reader);
    } else {
        scope->has_unknown = true;
        (void)avow_reader_any(reader);
    }
}

enum avow_reject avow_scope_parse(struct avow_bytes map, struct avow_scope *scope)
{
    struct avow_reader reader;
    struct avow_bytes last = {NULL, 0};
    *scope = (struct avow_scope){0};
    avow_reader_init(&reader, map);
    size_t pairs = avow_reader_map(&reader, AVOW_ENTRY_BYTES_MAX);
    for (size_t i = 0; i < pairs && reader.reject == AVOW_ACCEPT; i++) {
        struct avow_bytes key = avow_reader_key(&reader, &last, AVOW_ENTRY_BYTES_MAX);
        read_pair(&reader, key, scope);
    }
    return avow_reader_finish(&reader);
}

/* Reads one row; `*key` becomes the encoding of its first three texts, which is unique if they are,
 * since there is one encoding of a text. */
static void read_row(struct avow_reader *reader, struct avow_equivalence *row,
                     struct avow_bytes *key)
{
    avow_reader_array_of(reader, 4);
    const uint8_t *start = reader->rest.data;
    row->subject_framework = avow_shape_read(reader, avow_shape_any);
    row->subject_level = avow_shape_read(reader, avow_shape_any);
    row->own_framework = avow_shape_read(reader, avow_shape_any);
    *key = reader->reject != AVOW_ACCEPT ? avow_bytes(NULL, 0)
                                         : avow_bytes(start, (size_t)(reader->rest.data - start));
    row->own_level = avow_shape_read(reader, avow_shape_any);
}

/* Puts a key among the first `count`, which are in order; false if it is one of them. A row costs a
 * few comparisons however many there are: whoever reads entries does so again and again. */
static bool insert_key(struct avow_bytes *keys, size_t count, struct avow_bytes key)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = avow_bytes_compare(keys[middle], key);
        if (order == 0)
            return false;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = count; i > low; i--)
        keys[i] = keys[i - 1];
    keys[low] = key;
    return true;
}

enum avow_reject avow_equivalence_check(struct avow_bytes rows)
{
    struct avow_reader reader;
    struct avow_bytes keys[AVOW_EQUIVALENCE_ROWS_MAX] = {{NULL, 0}};
    struct avow_equivalence row;
    avow_reader_init(&reader, rows);
    size_t count = avow_reader_array(&reader, AVOW_EQUIVALENCE_ROWS_MAX);
    for (size_t i = 0; i < count && reader.reject == AVOW_ACCEPT; i++) {
        struct avow_bytes key;
        read_row(&reader, &row, &key);
        if (reader.reject == AVOW_ACCEPT && !insert_key(keys, i, key))
            avow_reader_reject(&reader, AVOW_REJECT_VALUE);
    }
    return avow_reader_finish(&reader);
}

void avow_equivalence_walk_init(struct avow_reader *reader, struct avow_bytes rows,
                                size_t *remaining)
{
    avow_reader_init(reader, rows);
    *remaining = avow_reader_array(reader, AVOW_EQUIVALENCE_ROWS_MAX);
}

bool avow_equivalence_next(struct avow_reader *reader, size_t *remaining,
                           struct avow_equivalence *row)
{
    struct avow_bytes key;
    if (*remaining == 0)
        return false;
    (*remaining)--;
    read_row(reader, row, &key);
    return reader->reject == AVOW_ACCEPT;
}
