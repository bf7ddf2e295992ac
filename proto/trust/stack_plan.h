/* How the leaves of a rule are to be taken in turn, and how much can still come of those ahead:
 * what avow_stack_search() needs to know before it begins. */
#ifndef AVOW_PROTO_TRUST_STACK_PLAN_H
#define AVOW_PROTO_TRUST_STACK_PLAN_H

#include "proto/trust/stack_search.h"

struct avow_stack_leaf {
    size_t node;
    size_t cluster; /* the uppermost `distinct` above it, or AVOW_STACK_NONE */
    uint64_t candidates;
    uint64_t group;   /* all candidates of the leaves that it shares any with, and of theirs */
    uint64_t wanted;  /* by later leaves of its group and cluster */
    size_t group_end; /* where the next group begins */
    bool free_choice; /* of its group: there is something to choose */
};

/* Credits that are summed up: those of a node, or (the first) of the result. */
struct avow_stack_sum {
    size_t node; /* AVOW_STACK_NONE for the result's */
    uint64_t weighs;
    uint64_t ahead[AVOW_RULE_NODES_MAX + 1]; /* hundredths, at most, by the leaves from here on */
};

struct avow_stack_plan {
    const struct avow_stack_tree *tree;
    size_t leaf_count;
    struct avow_stack_leaf leaves[AVOW_RULE_NODES_MAX]; /* that anything could meet, in turn */
    size_t position[AVOW_RULE_NODES_MAX]; /* of a node among the leaves, or AVOW_STACK_NONE */
    size_t leaves_ahead[AVOW_RULE_NODES_MAX + 1]; /* that can be met, at most, from here on */
    size_t order[AVOW_STACK_CREDENTIALS_MAX];     /* credentials, the most credits first */
    uint64_t twins[AVOW_STACK_CREDENTIALS_MAX];   /* those earlier in order that are as good */
    size_t sum_count;
    struct avow_stack_sum *sums;        /* owned */
    size_t sum_of[AVOW_RULE_NODES_MAX]; /* of a credits node */
};

/* `*plan` is all zeros, and `tree` outlives it. AVOW_ERR_NOMEM. Release with _fini in every case.
 */
AVOW_NODISCARD enum avow_err avow_stack_plan_make(const struct avow_stack_tree *tree,
                                                  struct avow_stack_plan *plan);
void avow_stack_plan_fini(struct avow_stack_plan *plan);

/* Whether `above` (AVOW_STACK_NONE: above all) is `node` or stands above it. */
bool avow_stack_plan_is_below(const struct avow_stack_tree *tree, size_t node, size_t above);

#endif
