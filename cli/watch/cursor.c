#include "cli/watch/cursor.h"

#include "proto/codec/base64.h"
#include "proto/codec/id.h"
#include "proto/codec/json.h"
#include "sys/files.h"

#include <stdlib.h>

#define CURSOR_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define CURSOR_VERSION 1

void avow_cursor_fini(struct avow_cursor *cursor)
{
    free(cursor->positions);
    *cursor = (struct avow_cursor){0};
}

/* Where the issuer is, or would stand. */
static size_t place_of(const struct avow_cursor *cursor, const struct avow_hash *issuer)
{
    size_t low = 0, high = cursor->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (memcmp(cursor->positions[middle].issuer.bytes, issuer->bytes, sizeof(*issuer)) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct avow_position *avow_cursor_find(const struct avow_cursor *cursor,
                                       const struct avow_hash *issuer)
{
    const size_t place = place_of(cursor, issuer);
    if (place == cursor->count || !avow_hash_equal(&cursor->positions[place].issuer, issuer))
        return NULL;
    return &cursor->positions[place];
}

struct avow_position *avow_cursor_add(struct avow_cursor *cursor,
                                      const struct avow_position *position)
{
    const size_t place = place_of(cursor, &position->issuer);
    if (cursor->count == AVOW_CURSOR_MAX)
        return NULL;
    if (cursor->count == cursor->cap) {
        const size_t cap = cursor->cap == 0 ? 16 : cursor->cap * 2;
        struct avow_position *grown = realloc(cursor->positions, cap * sizeof(*grown));
        if (grown == NULL)
            return NULL;
        cursor->positions = grown;
        cursor->cap = cap;
    }
    memmove(&cursor->positions[place + 1], &cursor->positions[place],
            (cursor->count - place) * sizeof(*cursor->positions));
    cursor->positions[place] = *position;
    cursor->count++;
    return &cursor->positions[place];
}

/* ------------------------------------------------------------------ the file */

static struct avow_bytes text_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_string(value) ? avow_bytes(json_string_value(value), json_string_length(value))
                                 : avow_bytes(NULL, 0);
}

static bool uint_of(const json_t *object, const char *name, uint64_t *value)
{
    const json_t *number = json_object_get(object, name);
    if (!json_is_integer(number) || json_integer_value(number) < 0)
        return false;
    *value = (uint64_t)json_integer_value(number);
    return true;
}

static bool read_row(const json_t *row, struct avow_position *position)
{
    return avow_id_issuer_parse(text_of(row, "issuer"), &position->issuer) == AVOW_ACCEPT &&
           avow_hex_decode_exact(text_of(row, "root"), position->root.bytes,
                                 sizeof(position->root.bytes)) == AVOW_ACCEPT &&
           uint_of(row, "size", &position->size) && uint_of(row, "next", &position->next) &&
           position->next <= position->size;
}

static enum avow_err read_rows(struct avow_cursor *cursor, const json_t *file)
{
    uint64_t version;
    const json_t *rows = json_object_get(file, "logs");
    if (!uint_of(file, "version", &version) || version != CURSOR_VERSION || !json_is_array(rows))
        return AVOW_ERR_REJECTED;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        struct avow_position position;
        if (!read_row(json_array_get(rows, i), &position) ||
            avow_cursor_find(cursor, &position.issuer) != NULL)
            return AVOW_ERR_REJECTED;
        if (avow_cursor_add(cursor, &position) == NULL)
            return AVOW_ERR_NOMEM;
    }
    cursor->loaded = true;
    return AVOW_OK;
}

enum avow_err avow_cursor_load(struct avow_cursor *cursor, const char *path)
{
    *cursor = (struct avow_cursor){0};
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    AVOW_CLEANUP(avow_json_release)
    json_t *file = NULL;
    struct avow_json_error error;
    avow_buf_init(&text, CURSOR_BYTES_MAX);
    enum avow_err err = avow_file_read(path, CURSOR_BYTES_MAX, &text);
    if (err == AVOW_ERR_NOT_FOUND)
        return AVOW_OK;
    if (err == AVOW_OK)
        err = avow_json_parse(avow_buf_bytes(&text), CURSOR_BYTES_MAX, &file, &error);
    if (err == AVOW_OK)
        err = read_rows(cursor, file);
    if (err != AVOW_OK)
        avow_cursor_fini(cursor);
    return err;
}

enum avow_err avow_cursor_save(const struct avow_cursor *cursor, const char *path)
{
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    avow_buf_init(&text, CURSOR_BYTES_MAX);
    avow_buf_printf(&text, "{\"version\": %d, \"logs\": [", CURSOR_VERSION);
    for (size_t i = 0; i < cursor->count; i++) {
        const struct avow_position *position = &cursor->positions[i];
        char id[AVOW_ISSUER_TEXT_MAX];
        avow_id_issuer_text(&position->issuer, id);
        avow_buf_printf(&text,
                        "%s\n{\"issuer\": \"%s\", \"size\": %llu, \"next\": %llu, \"root\": \"",
                        i == 0 ? "" : ",", id, (unsigned long long)position->size,
                        (unsigned long long)position->next);
        avow_hex_encode(avow_bytes(position->root.bytes, sizeof(position->root.bytes)), &text);
        avow_buf_printf(&text, "\"}");
    }
    avow_buf_printf(&text, "\n]}\n");
    return text.err != AVOW_OK ? text.err : avow_file_write(path, avow_buf_bytes(&text), 0644);
}
