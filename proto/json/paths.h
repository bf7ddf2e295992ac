/* Recognition paths as JSON. */
#ifndef AVOW_PROTO_JSON_PATHS_H
#define AVOW_PROTO_JSON_PATHS_H

#include "proto/trust/search.h"

#include <jansson.h>

/* What was found under a policy: all is borrowed. */
struct avow_paths_view {
    const struct avow_policy *policy;
    const struct avow_facts *facts; /* where names of bodies are looked up */
    const struct avow_recognised *recognised;
};

/* Puts paths [[{issuer, index, role, name, subject_name, stands}]] from an anchor to the issuer,
 * path_details [{anchor, anchor_issuer, level}] and level {framework, value} by the first path;
 * names and levels that are not known are null. `*ok` as of avow_put(), false too if the facts
 * could not be read. */
void avow_paths_put(const struct avow_paths_view *view, json_t *object, bool *ok);

#endif
