/* What stands in a text and is not seen: it can make two names look alike, or one name another.
 *
 * Controls, format characters (bidirectional ones, joiners, tags, variation selectors: what Unicode
 * calls ignorable by default, and the rest of UAX #9's), fillers, and every space but U+0020.
 * Whoever shows text of others shows these as what they are (docs/adr/0019). */
#ifndef AVOW_PROTO_CODEC_HIDDEN_H
#define AVOW_PROTO_CODEC_HIDDEN_H

#include "proto/base.h"

bool avow_hidden_is(uint32_t code_point);

/* Takes a piece off the front of `*text`, as long as it can be: shown as it is (`*hidden` false),
 * or one code point, or one byte that is no UTF-8, that is not (`*code_point`, or UINT32_MAX). A
 * joiner that gives a word its form is shown: U+200C and U+200D after a virama, and U+200C between
 * Arabic letters that would join (RFC 5892, A.1 and A.2). False when `*text` is empty. */
bool avow_hidden_next(struct avow_bytes *text, struct avow_bytes *piece, bool *hidden,
                      uint32_t *code_point);

/* Appends JSON, in which each hidden character becomes \uXXXX: the same JSON. */
void avow_hidden_write_json(struct avow_buf *out, struct avow_bytes json);

#endif
