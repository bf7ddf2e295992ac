/* The elements of an achievement's definition, as JSON. */
#ifndef AVOW_PROTO_JSON_DETAILS_H
#define AVOW_PROTO_JSON_DETAILS_H

#include "proto/entry/details.h"

#include <jansson.h>

/* Puts what is there of outcomes [], workload_hours, credits, image, credit_system, level,
 * framework, field, assessment, participation, quality, prerequisites, supervision, stackable,
 * criteria and skills [] (docs/protocol.md, "Achievement details"). Elements that this version does
 * not know are not shown. `*ok` as of avow_put(). */
void avow_details_put(const struct avow_details *details, json_t *object, bool *ok);

#endif
