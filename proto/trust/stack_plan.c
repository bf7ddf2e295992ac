#include "proto/trust/stack_plan.h"

#include <stdlib.h>

static size_t count_bits(uint64_t set)
{
    return (size_t)__builtin_popcountll(set);
}

static size_t lowest(uint64_t set)
{
    return (size_t)__builtin_ctzll(set);
}

bool avow_stack_plan_is_below(const struct avow_stack_tree *tree, size_t node, size_t above)
{
    while (node != AVOW_STACK_NONE && node != above)
        node = tree->nodes[node].parent;
    return node == above;
}

/* ------------------------------------------------------------------ the leaves */

static void list_leaves(struct avow_stack_plan *plan)
{
    const struct avow_stack_tree *tree = plan->tree;
    for (size_t v = 0; v < tree->count; v++) {
        plan->position[v] = AVOW_STACK_NONE;
        if (tree->nodes[v].op != AVOW_RULE_ACHIEVEMENT || tree->nodes[v].candidates == 0)
            continue;
        struct avow_stack_leaf *leaf = &plan->leaves[plan->leaf_count++];
        *leaf = (struct avow_stack_leaf){.node = v,
                                         .cluster = AVOW_STACK_NONE,
                                         .candidates = tree->nodes[v].candidates,
                                         .group = tree->nodes[v].candidates};
        for (size_t u = tree->nodes[v].parent; u != AVOW_STACK_NONE; u = tree->nodes[u].parent) {
            if (tree->nodes[u].op == AVOW_RULE_DISTINCT)
                leaf->cluster = u;
        }
    }
}

/* Leaves that share candidates, however indirectly, become one group. */
static void find_groups(struct avow_stack_plan *plan)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < plan->leaf_count; i++) {
            for (size_t j = 0; j < plan->leaf_count; j++) {
                struct avow_stack_leaf *a = &plan->leaves[i], *b = &plan->leaves[j];
                if ((a->group & b->group) == 0 || a->group == b->group)
                    continue;
                a->group = b->group = a->group | b->group;
                changed = true;
            }
        }
    }
    for (size_t i = 0; i < plan->leaf_count; i++) {
        struct avow_stack_leaf *a = &plan->leaves[i];
        a->free_choice = count_bits(a->group) > 1;
        for (size_t j = 0; j < plan->leaf_count; j++)
            a->free_choice = a->free_choice || (i != j && plan->leaves[j].group == a->group &&
                                                plan->leaves[j].cluster != AVOW_STACK_NONE);
    }
}

static int by_turn(const void *left, const void *right)
{
    const struct avow_stack_leaf *a = left, *b = right;
    if (a->free_choice != b->free_choice)
        return a->free_choice ? 1 : -1;
    if (a->group != b->group)
        return lowest(a->group) < lowest(b->group) ? -1 : 1;
    return a->node < b->node ? -1 : a->node > b->node;
}

static void put_in_turn(struct avow_stack_plan *plan)
{
    qsort(plan->leaves, plan->leaf_count, sizeof(plan->leaves[0]), by_turn);
    for (size_t i = plan->leaf_count; i-- > 0;) {
        struct avow_stack_leaf *leaf = &plan->leaves[i];
        const struct avow_stack_leaf *next = leaf + 1;
        plan->position[leaf->node] = i;
        const bool is_last = i + 1 == plan->leaf_count || next->group != leaf->group;
        leaf->group_end = is_last ? i + 1 : next->group_end;
        for (size_t j = i + 1; j < leaf->group_end; j++) {
            if (leaf->cluster != AVOW_STACK_NONE && plan->leaves[j].cluster == leaf->cluster)
                leaf->wanted |= plan->leaves[j].candidates;
        }
    }
}

/* ------------------------------------------------------------------ the credentials */

static bool is_as_good(const struct avow_stack_plan *plan, size_t a, size_t b)
{
    const struct avow_stack_item *items = plan->tree->items;
    if (items[a].credits != items[b].credits ||
        !avow_bytes_equal(items[a].credit_system, items[b].credit_system))
        return false;
    for (size_t i = 0; i < plan->leaf_count; i++) {
        const uint64_t set = plan->leaves[i].candidates;
        if ((set >> a & 1) != (set >> b & 1))
            return false;
    }
    return true;
}

static void order_items(struct avow_stack_plan *plan)
{
    const struct avow_stack_tree *tree = plan->tree;
    for (size_t i = 0; i < tree->item_count; i++) {
        size_t at = i;
        while (at > 0 && tree->items[plan->order[at - 1]].credits < tree->items[i].credits) {
            plan->order[at] = plan->order[at - 1];
            at--;
        }
        plan->order[at] = i;
    }
    for (size_t i = 0; i < tree->item_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (is_as_good(plan, plan->order[i], plan->order[j]))
                plan->twins[plan->order[i]] |= UINT64_C(1) << plan->order[j];
        }
    }
}

/* ------------------------------------------------------------------ what lies ahead */

/* How many leaves of `depth`'s group from there on can be met: in a cluster not more than there are
 * credentials for. */
static size_t leaves_ahead(const struct avow_stack_plan *plan, size_t depth)
{
    const size_t end = plan->leaves[depth].group_end;
    uint64_t clusters_done[(AVOW_RULE_NODES_MAX + 63) / 64] = {0};
    size_t most = 0;
    for (size_t i = depth; i < end; i++) {
        const size_t cluster = plan->leaves[i].cluster;
        if (cluster == AVOW_STACK_NONE) {
            most++;
            continue;
        }
        if ((clusters_done[cluster / 64] >> (cluster % 64) & 1) != 0)
            continue;
        clusters_done[cluster / 64] |= UINT64_C(1) << cluster % 64;
        const uint64_t all = plan->leaves[i].candidates | plan->leaves[i].wanted;
        size_t count = 0;
        for (size_t j = i; j < end; j++)
            count += plan->leaves[j].cluster == cluster ? 1 : 0;
        most += count < count_bits(all) ? count : count_bits(all);
    }
    return most;
}

/* Hundredths that leaves of `depth`'s group from there on can add to `sum`: one credential each,
 * none twice. */
static uint64_t credits_ahead(const struct avow_stack_plan *plan, const struct avow_stack_sum *sum,
                              size_t depth)
{
    uint64_t all = 0, most = 0;
    size_t count = 0;
    for (size_t i = depth; i < plan->leaves[depth].group_end; i++) {
        if (!avow_stack_plan_is_below(plan->tree, plan->leaves[i].node, sum->node))
            continue;
        all |= plan->leaves[i].candidates & sum->weighs;
        count++;
    }
    for (size_t i = 0; i < plan->tree->item_count && count > 0; i++) {
        const size_t item = plan->order[i];
        if ((all & UINT64_C(1) << item) == 0)
            continue;
        most += plan->tree->items[item].credits;
        count--;
    }
    return most;
}

static void look_far_ahead(struct avow_stack_plan *plan)
{
    for (size_t i = plan->leaf_count; i-- > 0;) {
        const size_t end = plan->leaves[i].group_end;
        plan->leaves_ahead[i] = leaves_ahead(plan, i) + plan->leaves_ahead[end];
        for (size_t k = 0; k < plan->sum_count; k++) {
            struct avow_stack_sum *sum = &plan->sums[k];
            sum->ahead[i] = credits_ahead(plan, sum, i) + sum->ahead[end];
        }
    }
}

static enum avow_err make_sums(struct avow_stack_plan *plan)
{
    const struct avow_stack_tree *tree = plan->tree;
    size_t count = 1;
    for (size_t v = 0; v < tree->count; v++)
        count += tree->nodes[v].op == AVOW_RULE_CREDITS ? 1 : 0;
    plan->sums = calloc(count, sizeof(*plan->sums));
    if (plan->sums == NULL)
        return AVOW_ERR_NOMEM;
    plan->sums[plan->sum_count++] =
        (struct avow_stack_sum){.node = AVOW_STACK_NONE, .weighs = tree->counted};
    for (size_t v = 0; v < tree->count; v++) {
        if (tree->nodes[v].op != AVOW_RULE_CREDITS)
            continue;
        plan->sum_of[v] = plan->sum_count;
        plan->sums[plan->sum_count++] =
            (struct avow_stack_sum){.node = v, .weighs = tree->nodes[v].weighs};
    }
    return AVOW_OK;
}

enum avow_err avow_stack_plan_make(const struct avow_stack_tree *tree, struct avow_stack_plan *plan)
{
    plan->tree = tree;
    enum avow_err err = make_sums(plan);
    if (err != AVOW_OK)
        return err;
    list_leaves(plan);
    find_groups(plan);
    put_in_turn(plan);
    order_items(plan);
    look_far_ahead(plan);
    return AVOW_OK;
}

void avow_stack_plan_fini(struct avow_stack_plan *plan)
{
    free(plan->sums);
    plan->sums = NULL;
}
