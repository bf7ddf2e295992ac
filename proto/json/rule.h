/* A pathway's rule as JSON: the arrays of docs/protocol.md, "Pathway rules", with issuers as
 * "avow1…" (null: this log), credits as people write them (30, 7.5), and spans of time in seconds
 * or as "90d", "5y". */
#ifndef AVOW_PROTO_JSON_RULE_H
#define AVOW_PROTO_JSON_RULE_H

#include <jansson.h>

#include "proto/entry/rule.h"

/* What is wrong with a rule, where (a JSON Pointer below the rule), and what to write. */
struct avow_rule_fault {
    char where[128];
    char what[256];
};

/* Appends the encoded rule, which avow_rule_check() accepts. False with `*fault` filled; also when
 * memory runs out or the rule is too large for an entry, which `out` then says. */
bool avow_rule_from_json(const json_t *value, struct avow_buf *out, struct avow_rule_fault *fault);
/* The word that a node begins with: as in "all", "any". */
const char *avow_rule_word(enum avow_rule_operator op);

/* The JSON of a rule that has been checked, as it is read. NULL when memory ran out. */
json_t *avow_rule_to_json(struct avow_bytes rule);

#endif
