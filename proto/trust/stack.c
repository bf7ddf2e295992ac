#include "proto/trust/stack.h"

#include "proto/trust/stack_search.h"

#include <stdlib.h>

/* ------------------------------------------------------------------ bodies */

static size_t find_body(const struct avow_hash *bodies, size_t count, const struct avow_hash *body)
{
    size_t i = 0;
    while (i < count && !avow_hash_equal(&bodies[i], body))
        i++;
    return i;
}

size_t avow_stack_bodies(struct avow_bytes rule, struct avow_hash bodies[AVOW_STACK_BODIES_MAX])
{
    struct avow_rule_walk walk;
    struct avow_rule_node node;
    size_t count = 0;
    avow_rule_walk_init(&walk, rule);
    while (avow_rule_next(&walk, &node) && count < AVOW_STACK_BODIES_MAX) {
        if (node.where.has_recognised_by &&
            find_body(bodies, count, &node.where.recognised_by) == count)
            bodies[count++] = node.where.recognised_by;
    }
    return count;
}

/* ------------------------------------------------------------------ what could meet a leaf */

struct judging {
    const struct avow_hash *own;
    uint64_t award_time;
    struct avow_stack_tree tree;
    struct avow_stack_result *result;
    struct avow_hash bodies[AVOW_STACK_BODIES_MAX];
    size_t body_count;
    struct avow_stack_choice choice;
    struct avow_stack_outcome outcome;
};

static bool has_prefix(struct avow_bytes text, struct avow_bytes prefix)
{
    return text.len >= prefix.len && memcmp(text.data, prefix.data, prefix.len) == 0;
}

/* What narrows by a level, a field or a time that the credential does not have, fails it. */
static bool fits_where(struct judging *judging, const struct avow_rule_where *where,
                       const struct avow_stack_item *item)
{
    if (where->has_level && (item->eqf < where->level_min || item->eqf > where->level_max))
        return false;
    if (where->field.len > 0 && !has_prefix(item->field, where->field))
        return false;
    if (where->has_within && (item->awarded > judging->award_time ||
                              judging->award_time - item->awarded > where->within_s))
        return false;
    if (where->has_issuer && !avow_hash_equal(&where->issuer, &item->issuer))
        return false;
    if (!where->has_recognised_by)
        return true;
    size_t body = find_body(judging->bodies, judging->body_count, &where->recognised_by);
    if (body == judging->body_count) { /* one too many to be told apart */
        judging->result->stopped = true;
        return false;
    }
    return (item->recognised_by & UINT64_C(1) << body) != 0;
}

static bool is_of(const struct judging *judging, const struct avow_rule_node *leaf,
                  const struct avow_stack_item *item)
{
    const struct avow_hash *issuer = leaf->has_issuer ? &leaf->issuer : judging->own;
    return item->achievement == leaf->index && avow_hash_equal(issuer, &item->issuer);
}

/* Every `where` above the leaf has its say. */
static uint64_t find_candidates(struct judging *judging, size_t leaf)
{
    const struct avow_stack_tree *tree = &judging->tree;
    uint64_t found = 0;
    for (size_t i = 0; i < tree->item_count; i++) {
        bool fits = is_of(judging, &judging->result->nodes[leaf].rule, &tree->items[i]);
        for (size_t v = tree->nodes[leaf].parent; fits && v != AVOW_STACK_NONE;
             v = tree->nodes[v].parent)
            fits = tree->nodes[v].op != AVOW_RULE_WHERE ||
                   fits_where(judging, &judging->result->nodes[v].rule.where, &tree->items[i]);
        if (fits)
            found |= UINT64_C(1) << i;
    }
    return found;
}

/* ------------------------------------------------------------------ the tree */

static uint64_t need_of(const struct avow_rule_node *rule)
{
    switch (rule->op) {
    case AVOW_RULE_ALL:
        return rule->children;
    case AVOW_RULE_N:
    case AVOW_RULE_CREDITS:
        return rule->number;
    case AVOW_RULE_ANY:
    case AVOW_RULE_ACHIEVEMENT:
    case AVOW_RULE_WHERE:
    case AVOW_RULE_DISTINCT:
        return 1;
    }
    return 0;
}

static uint64_t of_system(const struct avow_stack_tree *tree, struct avow_bytes system)
{
    uint64_t set = 0;
    for (size_t i = 0; i < tree->item_count; i++) {
        if (avow_bytes_equal(tree->items[i].credit_system, system))
            set |= UINT64_C(1) << i;
    }
    return set;
}

static enum avow_err read_rule(struct judging *judging, struct avow_bytes rule)
{
    struct avow_rule_walk walk;
    struct avow_stack_tree *tree = &judging->tree;
    size_t open[AVOW_RULE_DEPTH_MAX + 1] = {0}; /* the last node of each depth */
    bool names_system = false;
    avow_rule_walk_init(&walk, rule);
    for (struct avow_rule_node node; avow_rule_next(&walk, &node); tree->count++) {
        struct avow_stack_tree_node *made = &tree->nodes[tree->count];
        *made = (struct avow_stack_tree_node){
            .op = node.op,
            .parent = node.depth == 1 ? AVOW_STACK_NONE : open[node.depth - 1],
            .need = need_of(&node),
        };
        open[node.depth] = tree->count;
        judging->result->nodes[tree->count] =
            (struct avow_stack_node){.rule = node, .need = made->need};
        if (node.op == AVOW_RULE_CREDITS) {
            names_system = true;
            made->weighs = of_system(tree, node.system);
            tree->counted |= made->weighs;
        }
        if (node.op == AVOW_RULE_ACHIEVEMENT)
            made->candidates = find_candidates(judging, tree->count);
    }
    if (!names_system)
        tree->counted = UINT64_MAX;
    judging->result->count = tree->count;
    return avow_rule_walk_finish(&walk) == AVOW_ACCEPT ? AVOW_OK : AVOW_ERR_INVALID;
}

/* ------------------------------------------------------------------ the answer */

static bool complete_without(const struct judging *judging, uint64_t dropped,
                             struct avow_stack_outcome *outcome)
{
    struct avow_stack_choice rest = judging->choice;
    for (size_t v = 0; v < judging->tree.count; v++)
        rest.taken[v] &= ~dropped;
    avow_stack_search_evaluate(&judging->tree, &rest, outcome);
    return outcome->met[0];
}

/* Of the credentials that are used, as few as it takes: the later ones are left out first. */
static uint64_t find_needed(const struct judging *judging)
{
    struct avow_stack_outcome outcome;
    uint64_t dropped = 0;
    for (size_t i = judging->tree.item_count; i-- > 0;) {
        const uint64_t bit = UINT64_C(1) << i;
        if ((judging->outcome.used[0] & bit) != 0 &&
            complete_without(judging, dropped | bit, &outcome))
            dropped |= bit;
    }
    return judging->outcome.used[0] & ~dropped;
}

static void report(struct judging *judging)
{
    struct avow_stack_result *result = judging->result;
    const struct avow_stack_outcome *outcome = &judging->outcome;
    avow_stack_search_evaluate(&judging->tree, &judging->choice, &judging->outcome);
    for (size_t v = 0; v < result->count; v++) {
        result->nodes[v].met = outcome->met[v];
        result->nodes[v].have = outcome->have[v];
        result->nodes[v].used = outcome->used[v];
    }
    result->complete = outcome->met[0];
    result->stopped = result->stopped && !result->complete;
    result->used = outcome->used[0];
    result->credits = avow_stack_search_credits(&judging->tree, result->used);
    result->needed = result->complete ? find_needed(judging) : 0;
}

enum avow_err avow_stack_judge(struct avow_bytes rule, const struct avow_hash *own,
                               const struct avow_stack_item *items, size_t count,
                               uint64_t award_time, struct avow_stack_result *result)
{
    AVOW_ASSERT(count <= AVOW_STACK_CREDENTIALS_MAX);
    struct judging *judging = calloc(1, sizeof(*judging));
    if (judging == NULL)
        return AVOW_ERR_NOMEM;
    judging->own = own;
    judging->award_time = award_time;
    judging->tree.items = items;
    judging->tree.item_count = count;
    judging->body_count = avow_stack_bodies(rule, judging->bodies);
    judging->result = result;
    *result = (struct avow_stack_result){.complete = false};
    bool stopped = false;
    enum avow_err err = read_rule(judging, rule);
    if (err == AVOW_OK)
        err = avow_stack_search(&judging->tree, &judging->choice, &stopped);
    if (err == AVOW_OK) {
        result->stopped = result->stopped || stopped;
        report(judging);
    }
    free(judging);
    return err;
}
