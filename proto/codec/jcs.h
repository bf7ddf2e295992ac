/* The one text of a JSON value: JSON Canonicalization Scheme, RFC 8785. */
#ifndef AVOW_PROTO_CODEC_JCS_H
#define AVOW_PROTO_CODEC_JCS_H

#include "proto/base.h"

#include <jansson.h>

/* Appends the canonical text of `value`, which comes from avow_json_parse() or keeps its bounds:
 * finite numbers, integers within ±(2^53 - 1) (both asserted), no U+0000 in strings. Failure sticks
 * in `out`: that the text is longer than its bound, or that memory ran out (sorting the keys of an
 * object takes some too). */
void avow_jcs_write(const json_t *value, struct avow_buf *out);

/* Appends a finite number (asserted) as ECMAScript prints it: the shortest digits that give the
 * same double again, whatever the locale. Negative zero is 0. */
void avow_jcs_write_number(double number, struct avow_buf *out);

#endif
