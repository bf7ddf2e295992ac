/* Stacks: whether credentials meet a pathway's rule, and how (docs/protocol.md, "Pathway rules").
 *
 * Pure. Within `distinct` no credential counts twice, and within `credits` none ever does: which
 * counts for what is an assignment problem, solved exactly within AVOW_STACK_STEPS_MAX. */
#ifndef AVOW_PROTO_TRUST_STACK_H
#define AVOW_PROTO_TRUST_STACK_H

#include "proto/log/rule.h"

#define AVOW_STACK_CREDENTIALS_MAX 64
#define AVOW_STACK_STEPS_MAX 1000000

/* One credential that counts: verified, and valid. */
struct avow_stack_item {
    struct avow_hash issuer;
    uint64_t achievement;
    uint64_t eqf;            /* its level, 1 to 8; 0: not known */
    struct avow_bytes field; /* ISCED-F digits; empty: not known */
    uint64_t credits;        /* hundredths; 0: none */
    struct avow_bytes credit_system;
    uint64_t awarded; /* Unix seconds */
    /* Bit i: the body that the rule's i-th `recognised_by` names recognises it. */
    uint64_t recognised_by;
};

/* What became of one node of the rule, in the order of avow_rule_next(). */
struct avow_stack_node {
    struct avow_rule_node rule;
    bool met;
    uint64_t have, need; /* children met and wanted; credits in hundredths; 1 for an achievement */
    uint64_t used;       /* bit i: credential i counts here */
};

struct avow_stack_result {
    bool complete;
    bool stopped;     /* at the bound: what is not met may yet be possible */
    uint64_t credits; /* hundredths that count for the award, over all of the systems named */
    size_t count;
    struct avow_stack_node nodes[AVOW_RULE_NODES_MAX];
};

/* Judges `items` by `rule`, which has been checked. `own`: the pathway's log; `award_time`: for
 * `within`. What it says is the best that there is: complete if any choice of credentials is; else
 * one that meets as much of the rule as it can. Deterministic. AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_stack_judge(struct avow_bytes rule, const struct avow_hash *own,
                                              const struct avow_stack_item *items, size_t count,
                                              uint64_t award_time,
                                              struct avow_stack_result *result);

#endif
