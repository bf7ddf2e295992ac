/* The part of a verdict's JSON that is lists, and what belongs to them. */
#ifndef AVOW_PROTO_JSON_VERDICT_LISTS_H
#define AVOW_PROTO_JSON_VERDICT_LISTS_H

#include "proto/json/verdict.h"

/* Puts recognised, paths, path_details, level, components, cascade, degraded, later and fork: what
 * avow_verdict_json() says of them. `*ok` as of avow_put(), false too if the facts could not be
 * read. */
void avow_verdict_put_lists(const struct avow_verdict_view *view, json_t *object, bool *ok);

#endif
