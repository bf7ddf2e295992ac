/* How far a stack has got. */
#include "proto/trust/stack.h"

struct share {
    unsigned count, best[AVOW_RULE_NODES_MAX]; /* of the children, the most first */
};

static void put_in_order(struct share *share, unsigned percent)
{
    unsigned at = share->count++;
    for (; at > 0 && share->best[at - 1] < percent; at--)
        share->best[at] = share->best[at - 1];
    share->best[at] = percent;
}

static unsigned mean(const struct share *share, uint64_t wanted)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < share->count && i < wanted; i++)
        sum += share->best[i];
    return wanted == 0 ? 0 : sum / (unsigned)wanted;
}

/* NOLINTNEXTLINE(misc-no-recursion): to AVOW_RULE_DEPTH_MAX */
static unsigned percent_of(const struct avow_stack_result *result, size_t *position)
{
    const struct avow_stack_node *node = &result->nodes[(*position)++];
    struct share share = {.count = 0};
    for (size_t i = 0; i < node->rule.children; i++)
        put_in_order(&share, percent_of(result, position));
    if (node->met)
        return 100;
    if (node->rule.op == AVOW_RULE_ACHIEVEMENT)
        return 0;
    if (node->rule.op != AVOW_RULE_CREDITS)
        return mean(&share, node->need);
    const uint64_t sum = node->have < node->need ? node->have * 100 / node->need : 99;
    return sum > 99 ? 99 : (unsigned)sum;
}

unsigned avow_stack_percent(const struct avow_stack_result *result)
{
    size_t position = 0;
    return percent_of(result, &position);
}
