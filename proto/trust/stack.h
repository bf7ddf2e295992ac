/* Stacks: whether credentials meet a pathway's rule, and how (docs/protocol.md, "Pathway rules").
 *
 * Pure. An achievement in the rule is met by one credential. Below `distinct` no credential counts
 * for two of them, and below `credits` none adds its credits twice: which counts for what is an
 * assignment problem, solved exactly within AVOW_STACK_STEPS_MAX. */
#ifndef AVOW_PROTO_TRUST_STACK_H
#define AVOW_PROTO_TRUST_STACK_H

#include "proto/entry/rule.h"

#define AVOW_STACK_CREDENTIALS_MAX 64
#define AVOW_STACK_BODIES_MAX 64
#define AVOW_STACK_STEPS_MAX 200000 /* choices looked at: well under a second of the worst */

/* One credential that counts: verified, and valid. */
struct avow_stack_item {
    struct avow_hash issuer;
    uint64_t achievement;
    uint64_t eqf;            /* its level, 1 to 8; 0: not known */
    struct avow_bytes field; /* ISCED-F digits; empty: not known */
    uint64_t credits;        /* hundredths; 0: none */
    struct avow_bytes credit_system;
    uint64_t awarded; /* Unix seconds */
    /* Bit i: body i of avow_stack_bodies() recognises it. */
    uint64_t recognised_by;
};

/* What became of one node of the rule, in the order of avow_rule_next(). */
struct avow_stack_node {
    struct avow_rule_node rule;
    bool met;
    /* What it has, and what it takes: children met, of those there are (all), 1 (any, where,
     * distinct) or n; hundredths of credit; 1 credential. */
    uint64_t have, need;
    uint64_t used; /* bit i: credential i counts here */
};

struct avow_stack_result {
    bool complete;
    /* Whether the stack could be complete is not known: the search ended at the bound, or the rule
     * names too many bodies. */
    bool stopped;
    uint64_t credits; /* hundredths of all that is used, each credential once: in the systems that
                         the rule names, in any if it names none */
    uint64_t used;    /* bit i: credential i counts for something */
    uint64_t needed;  /* of these: without any of them the rest would not be complete; 0 unless it
                         is complete */
    size_t count;
    struct avow_stack_node nodes[AVOW_RULE_NODES_MAX];
};

/* The different bodies that `recognised_by` names, in the order in which the rule first does: how
 * many, at most AVOW_STACK_BODIES_MAX. */
size_t avow_stack_bodies(struct avow_bytes rule, struct avow_hash bodies[AVOW_STACK_BODIES_MAX]);

/* Judges `items` (at most AVOW_STACK_CREDENTIALS_MAX, asserted) by `rule`. `own`: the pathway's
 * log; `award_time`: for `within`. What it says is the best that there is, or that was found within
 * the bound: complete if any choice is; among these one that meets the most nodes of the rule;
 * among these one whose credits are the most. Deterministic. AVOW_ERR_INVALID for a rule that
 * avow_rule_check() refuses, AVOW_ERR_NOMEM.
 */
AVOW_NODISCARD enum avow_err avow_stack_judge(struct avow_bytes rule, const struct avow_hash *own,
                                              const struct avow_stack_item *items, size_t count,
                                              uint64_t award_time,
                                              struct avow_stack_result *result);
/* How far it is, in hundredths: of what it takes, all in equal parts; of a choice, those that are
 * furthest. */
unsigned avow_stack_percent(const struct avow_stack_result *result);

#endif
