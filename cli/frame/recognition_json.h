/* What a recognition says, as JSON and as words. */
#ifndef AVOW_CLI_FRAME_RECOGNITION_JSON_H
#define AVOW_CLI_FRAME_RECOGNITION_JSON_H

#include <jansson.h>

#include "cli/frame/command.h"
#include "proto/entry/entry.h"

/* Adds subject, subject_name, role, scope {achievements, depth, fields, levels, regions: what is
 * there}, usable (false if its scope has a key that this version does not know), equivalence
 * ["KNQF:7=EQF:6", …], valid_from, valid_until and basis to `object`. False when memory ran out. */
bool avow_recognition_json(const struct avow_recognition *recognition, json_t *object);

/* Prints its scope, levels and dates in words, each after `indent` and on a line of its own. */
void avow_recognition_print(FILE *file, const struct avow_recognition *recognition,
                            const char *indent);

#endif
