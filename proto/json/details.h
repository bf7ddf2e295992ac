/* The elements of an achievement's definition, as JSON. */
#ifndef AVOW_PROTO_JSON_DETAILS_H
#define AVOW_PROTO_JSON_DETAILS_H

#include "proto/entry/details.h"

#include <jansson.h>

/* Adds what is present to `object`, under the names of docs/protocol.md, "Achievement details".
 * False when memory ran out. Elements that this version does not know are not shown. */
bool avow_details_json(const struct avow_details *details, json_t *object);

#endif
