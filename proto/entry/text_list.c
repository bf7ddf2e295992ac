/* Lists of texts, left in their encoding. */
#include "proto/entry/text_list.h"

struct avow_text_list avow_text_list_read(struct avow_reader *reader, size_t max,
                                          bool (*fits)(struct avow_bytes text))
{
    size_t count = avow_reader_array(reader, max);
    const uint8_t *start = reader->rest.data;
    for (size_t i = 0; i < count && reader->reject == AVOW_ACCEPT; i++) {
        if (!fits(avow_reader_text(reader, SIZE_MAX)))
            avow_reader_reject(reader, AVOW_REJECT_VALUE);
    }
    if (reader->reject != AVOW_ACCEPT)
        return (struct avow_text_list){0};
    return (struct avow_text_list){count, avow_bytes(start, (size_t)(reader->rest.data - start))};
}

void avow_text_list_write(struct avow_buf *out, const struct avow_text_list *list)
{
    avow_write_array(out, list->count);
    avow_write_raw(out, list->items);
}

bool avow_text_list_next(struct avow_text_list *list, struct avow_bytes *text)
{
    struct avow_reader reader;
    if (list->count == 0)
        return false;
    avow_reader_init(&reader, list->items);
    *text = avow_reader_text(&reader, SIZE_MAX);
    list->items = reader.rest;
    list->count--;
    return reader.reject == AVOW_ACCEPT;
}
