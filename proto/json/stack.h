/* A check of a stack, as JSON. */
#ifndef AVOW_PROTO_JSON_STACK_H
#define AVOW_PROTO_JSON_STACK_H

#include "proto/trust/stack_check.h"

/* {complete (null: it cannot be told), credits, percent, pathway {reference, title, award}, rules
 * [{rule, depth, text, met, have, need, credentials [file]}] in the order of the rule, missing
 * [sentence], credentials [{file, reference, verdict, why, counts, remark}], warnings [sentence],
 * why}. What is not known is null. NULL when memory ran out; the caller owns it. */
AVOW_NODISCARD json_t *avow_stack_json(const struct avow_stack_check *check);

#endif
