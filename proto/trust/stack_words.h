/* What a check of a stack comes to, in words. */
#ifndef AVOW_PROTO_TRUST_STACK_WORDS_H
#define AVOW_PROTO_TRUST_STACK_WORDS_H

#include "proto/trust/stack_check.h"

/* Whether the file at `position` counts for something. */
bool avow_stack_is_used(const struct avow_stack_check *check, size_t position);
/* Appends why the file at `position` does not count; nothing if it does. */
void avow_stack_say_remark(const struct avow_stack_check *check, size_t position,
                           struct avow_buf *out);

/* Takes one sentence, which lives until it returns. */
typedef void avow_stack_sentence(void *context, struct avow_bytes sentence);
/* Says what is missing, a sentence each; nothing if it is complete. AVOW_ERR_NOMEM, after which
 * sentences may be missing. */
AVOW_NODISCARD enum avow_err avow_stack_missing(const struct avow_stack_check *check,
                                                avow_stack_sentence *say, void *context);

#endif
