/* JSON from outside, read strictly: what I-JSON (RFC 7493) allows, and less. Values are Jansson's,
 * which are reference-counted (json_decref). */
#ifndef AVOW_PROTO_CODEC_JSON_H
#define AVOW_PROTO_CODEC_JSON_H

#include "proto/base.h"

#include <jansson.h>

#define AVOW_JSON_DEPTH_MAX 64

/* What is wrong with the text, and where. */
struct avow_json_error {
    enum avow_reject reject;
    int line;         /* from 1; 0 where no place can be named */
    int column;       /* in characters, from 1; likewise */
    const char *text; /* avow_reject_text(): it quotes nothing */
};

/* Parses the whole of `text`, any kind of value. Returns
 *   AVOW_OK            and a value that the caller owns in `*out`;
 *   AVOW_ERR_REJECTED  and the reason in `*error`: LENGTH for more than `max_len` bytes, DUPLICATE
 *                      for a key twice in an object, DEPTH over AVOW_JSON_DEPTH_MAX, RANGE for an
 *                      integer beyond ±(2^53 - 1) or a number beyond a double, UTF8 for text that
 *                      is not well-formed, CONTROL for U+0000 in a string, TRUNCATED and TRAILING
 *                      for an end too early or too late, JSON for all else, lone surrogates too;
 *   AVOW_ERR_NOMEM.
 * `*out` is NULL unless it is AVOW_OK. A number with a fraction or an exponent is a real, an
 * integer otherwise: 1.0 and 1 are different values here, and one text in codec/jcs. Allocates up
 * to about a hundred times `max_len`, in the worst case of a text of empty objects. No copy of the
 * text but the value is left in memory. */
AVOW_NODISCARD enum avow_err avow_json_parse(struct avow_bytes text, size_t max_len, json_t **out,
                                             struct avow_json_error *error);

/* For AVOW_CLEANUP: json_decref(), before which every string is wiped that nobody else holds: a
 * badge has its seed in one. NULL is a no-op. */
void avow_json_release(json_t **value);

#endif
