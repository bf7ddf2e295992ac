/* A list of texts inside an entry: borrowed, still encoded, walked without copying. */
#ifndef AVOW_PROTO_ENTRY_TEXT_LIST_H
#define AVOW_PROTO_ENTRY_TEXT_LIST_H

#include "proto/codec/reader.h"
#include "proto/codec/writer.h"

struct avow_text_list {
    size_t count;
    struct avow_bytes items; /* `count` texts, encoded one after the other */
};

/* Reads an array of at most `max` texts, each of which `fits`, else VALUE. Empty after a
 * rejection. */
struct avow_text_list avow_text_list_read(struct avow_reader *reader, size_t max,
                                          bool (*fits)(struct avow_bytes text));
void avow_text_list_write(struct avow_buf *out, const struct avow_text_list *list);

/* Takes the first text off a list that was read by avow_text_list_read(). False at the end. */
bool avow_text_list_next(struct avow_text_list *list, struct avow_bytes *text);

#endif
