/* Achievement details: one table row a key, in the order in which a map is written. */
#include "proto/entry/details.h"

#include "proto/entry/entry.h"
#include "proto/entry/shape.h"

enum value { VALUE_TEXT, VALUE_FIELD, VALUE_URL, VALUE_TEXTS, VALUE_URIS, VALUE_UINT, VALUE_HASH };

struct row {
    const char *key;
    enum value value;
    size_t offset; /* of the value in struct avow_details */
    size_t has;    /* of its `has_`, for numbers and digests */
};

#define AT(member) offsetof(struct avow_details, member)

static const struct row rows[] = {
    {"assessment", VALUE_TEXT, AT(assessment), 0},
    {"credit_system", VALUE_TEXT, AT(credit_system), 0},
    {"credits", VALUE_UINT, AT(credits), AT(has_credits)},
    {"criteria", VALUE_URL, AT(criteria), 0},
    {"field", VALUE_FIELD, AT(field), 0},
    {"framework", VALUE_TEXT, AT(framework), 0},
    {"image", VALUE_HASH, AT(image), AT(has_image)},
    {"level", VALUE_TEXT, AT(level), 0},
    {"outcomes", VALUE_TEXTS, AT(outcomes), 0},
    {"participation", VALUE_TEXT, AT(participation), 0},
    {"prerequisites", VALUE_TEXT, AT(prerequisites), 0},
    {"quality", VALUE_TEXT, AT(quality), 0},
    {"skills", VALUE_URIS, AT(skills), 0},
    {"stackable", VALUE_TEXT, AT(stackable), 0},
    {"supervision", VALUE_TEXT, AT(supervision), 0},
    {"workload_hours", VALUE_UINT, AT(workload_hours), AT(has_workload)},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct row *find_row(struct avow_bytes key)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (avow_bytes_equal(key, avow_bytes_text(rows[i].key)))
            return &rows[i];
    }
    return NULL;
}

/* An element that is absent is left out: an empty list is refused. */
static struct avow_text_list read_list(struct avow_reader *reader, bool (*fits)(struct avow_bytes))
{
    struct avow_text_list list = avow_text_list_read(reader, AVOW_ENTRY_BYTES_MAX, fits);
    if (list.count == 0)
        avow_reader_reject(reader, AVOW_REJECT_VALUE);
    return list;
}

static void read_value(struct avow_reader *reader, const struct row *row,
                       struct avow_details *details)
{
    uint8_t *base = (uint8_t *)details;
    void *at = base + row->offset;
    switch (row->value) {
    case VALUE_TEXT:
        *(struct avow_bytes *)at = avow_shape_read(reader, avow_shape_any);
        return;
    case VALUE_FIELD:
        *(struct avow_bytes *)at = avow_shape_read(reader, avow_shape_field);
        return;
    case VALUE_URL:
        *(struct avow_bytes *)at = avow_shape_read(reader, avow_shape_url);
        return;
    case VALUE_TEXTS:
        *(struct avow_text_list *)at = read_list(reader, avow_shape_any);
        return;
    case VALUE_URIS:
        *(struct avow_text_list *)at = read_list(reader, avow_shape_uri);
        return;
    case VALUE_UINT:
        *(uint64_t *)at = avow_reader_uint(reader);
        *(bool *)(base + row->has) = true;
        return;
    case VALUE_HASH:
        avow_reader_hash(reader, at);
        *(bool *)(base + row->has) = true;
        return;
    }
}

enum avow_reject avow_details_parse(struct avow_bytes map, struct avow_details *details)
{
    struct avow_reader reader;
    struct avow_bytes last = {NULL, 0};
    *details = (struct avow_details){0};
    avow_reader_init(&reader, map);
    size_t pairs = avow_reader_map(&reader, AVOW_ENTRY_BYTES_MAX);
    for (size_t i = 0; i < pairs && reader.reject == AVOW_ACCEPT; i++) {
        const struct row *row = find_row(avow_reader_key(&reader, &last, AVOW_ENTRY_BYTES_MAX));
        if (row != NULL)
            read_value(&reader, row, details);
        else
            (void)avow_reader_any(&reader);
    }
    return avow_reader_finish(&reader);
}

static bool is_present(const struct row *row, const struct avow_details *details)
{
    const uint8_t *base = (const uint8_t *)details;
    const void *at = base + row->offset;
    switch (row->value) {
    case VALUE_TEXT:
    case VALUE_FIELD:
    case VALUE_URL:
        return ((const struct avow_bytes *)at)->len > 0;
    case VALUE_TEXTS:
    case VALUE_URIS:
        return ((const struct avow_text_list *)at)->count > 0;
    case VALUE_UINT:
    case VALUE_HASH:
        return *(const bool *)(base + row->has);
    }
    return false;
}

static void write_value(struct avow_buf *out, const struct row *row,
                        const struct avow_details *details)
{
    const void *at = (const uint8_t *)details + row->offset;
    avow_write_text(out, avow_bytes_text(row->key));
    switch (row->value) {
    case VALUE_TEXT:
    case VALUE_FIELD:
    case VALUE_URL:
        avow_write_text(out, *(const struct avow_bytes *)at);
        return;
    case VALUE_TEXTS:
    case VALUE_URIS:
        avow_text_list_write(out, at);
        return;
    case VALUE_UINT:
        avow_write_uint(out, *(const uint64_t *)at);
        return;
    case VALUE_HASH:
        avow_write_hash(out, at);
        return;
    }
}

void avow_details_write(struct avow_buf *out, const struct avow_details *details)
{
    size_t pairs = 0;
    for (size_t i = 0; i < ROWS; i++)
        pairs += is_present(&rows[i], details);
    avow_write_map(out, pairs);
    for (size_t i = 0; i < ROWS; i++) {
        if (is_present(&rows[i], details))
            write_value(out, &rows[i], details);
    }
}
