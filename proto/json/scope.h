/* The scope of a recognition or of an anchor, as JSON. */
#ifndef AVOW_PROTO_JSON_SCOPE_H
#define AVOW_PROTO_JSON_SCOPE_H

#include <jansson.h>

#include "proto/base.h"

/* {achievements, depth, fields, levels, regions}: what is there of them. `map` has been checked.
 * NULL when memory ran out; the caller owns it. */
json_t *avow_scope_json(struct avow_bytes map);

#endif
