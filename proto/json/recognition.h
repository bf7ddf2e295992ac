/* What a recognition says, as JSON. */
#ifndef AVOW_PROTO_JSON_RECOGNITION_H
#define AVOW_PROTO_JSON_RECOGNITION_H

#include "proto/entry/entry.h"

#include <jansson.h>

/* Puts subject, subject_name, role, scope (proto/json/scope.h), usable (false if its scope has a
 * key that this version does not know), equivalence ["KNQF:7=EQF:6", …], valid_from, valid_until
 * (null: no bound) and basis. `*ok` as of avow_put(). */
void avow_recognition_put(const struct avow_recognition *recognition, json_t *object, bool *ok);

#endif
