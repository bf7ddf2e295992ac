/* The search behind avow_stack_judge(): which credential counts for which achievement of a rule. */
#ifndef AVOW_PROTO_TRUST_STACK_SEARCH_H
#define AVOW_PROTO_TRUST_STACK_SEARCH_H

#include "proto/trust/stack.h"

#define AVOW_STACK_NONE SIZE_MAX

struct avow_stack_tree_node {
    enum avow_rule_operator op;
    size_t parent;       /* AVOW_STACK_NONE for the rule itself */
    uint64_t need;       /* as in avow_stack_node */
    uint64_t weighs;     /* of credits: bit i: credential i is of its system */
    uint64_t candidates; /* of a leaf: bit i: credential i can meet it */
};

/* A rule and what could meet it. */
struct avow_stack_tree {
    size_t count;
    struct avow_stack_tree_node nodes[AVOW_RULE_NODES_MAX]; /* parents before children */
    size_t item_count;
    const struct avow_stack_item *items;
    uint64_t counted; /* bit i: its credits are in a system that the result counts */
};

/* By node: the bit of the credential that meets a leaf, or 0. */
struct avow_stack_choice {
    uint64_t taken[AVOW_RULE_NODES_MAX];
};

/* What a choice makes of every node: as in avow_stack_node. */
struct avow_stack_outcome {
    bool met[AVOW_RULE_NODES_MAX];
    uint64_t have[AVOW_RULE_NODES_MAX];
    uint64_t used[AVOW_RULE_NODES_MAX];
};
void avow_stack_search_evaluate(const struct avow_stack_tree *tree,
                                const struct avow_stack_choice *choice,
                                struct avow_stack_outcome *outcome);
/* Hundredths of the credentials in `set`. */
uint64_t avow_stack_search_credits(const struct avow_stack_tree *tree, uint64_t set);

/* The best choice. `*stopped`: none was found that is complete, and the search ended before it was
 * known that there is none. AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_stack_search(const struct avow_stack_tree *tree,
                                               struct avow_stack_choice *choice, bool *stopped);

#endif
