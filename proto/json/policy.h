/* A verifier's policy as JSON. */
#ifndef AVOW_PROTO_JSON_POLICY_H
#define AVOW_PROTO_JSON_POLICY_H

#include "proto/trust/policy.h"

#include <jansson.h>

/* {region (null: it does not say), max_age_seconds, max_depth, require_recognition, min_witnesses,
 * anchors [{name, issuer, scope}], witnesses [{name, node}]}. NULL when memory ran out; the caller
 * owns it. */
AVOW_NODISCARD json_t *avow_policy_json(const struct avow_policy *policy);

#endif
