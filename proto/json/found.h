/* What a catalogue found, as JSON. */
#ifndef AVOW_PROTO_JSON_FOUND_H
#define AVOW_PROTO_JSON_FOUND_H

#include "proto/wire/find.h"

#include <jansson.h>

/* {results [{issuer, index, reference, issuer_name, jurisdiction, kind, title} and of a pathway
 * {award}, of an achievement {code, language} and what proto/json/details.h puts], next (what goes
 * on where these end, base64url; null: this is the end), stopped}. NULL when memory ran out, or an
 * entry is neither an achievement nor a pathway; the caller owns it. */
AVOW_NODISCARD json_t *avow_found_json(const struct avow_find_results *results);

#endif
