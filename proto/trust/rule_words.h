/* A pathway's rule in words. Names and titles are by the facts; what they do not show is named by
 * its reference or id. */
#ifndef AVOW_PROTO_TRUST_RULE_WORDS_H
#define AVOW_PROTO_TRUST_RULE_WORDS_H

#include "proto/entry/rule.h"
#include "proto/trust/facts.h"

/* Appends one node of the rule of a pathway in the log of `own`, without what is below it: "all of
 * these", "at least 30 ECTS from these", "Data analysis (Universidade do Porto)". */
void avow_rule_words_say(const struct avow_facts *facts, const struct avow_hash *own,
                         const struct avow_rule_node *node, struct avow_buf *out);
/* Appends an achievement's title, and whose it is if it is not `own`'s. */
void avow_rule_words_say_achievement(const struct avow_facts *facts, const struct avow_hash *own,
                                     const struct avow_hash *issuer, uint64_t index,
                                     struct avow_buf *out);
/* Hundredths as people write them: 30, 7.5. */
void avow_rule_words_say_credits(uint64_t hundredths, struct avow_buf *out);

#endif
