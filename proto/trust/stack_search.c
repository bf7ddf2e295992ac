/* Leaves are taken in turn. Only those with credentials in common affect each other, and they stand
 * next to each other, a group; only below one `distinct` (the uppermost, which has all that is
 * below the others), and below `credits`, whose sum is of different credentials, does it matter
 * which leaf has which.
 *
 * A branch is given up when what could still be met is no better than the best so far, or when the
 * same state was reached before with at least as much: then what follows is the same. First it is
 * decided whether any choice is complete, then the best is looked for, each within
 * AVOW_STACK_STEPS_MAX. */
#include "proto/trust/stack_search.h"

#include "proto/crypto/sha256.h"
#include "proto/trust/stack_plan.h"

#include <stdlib.h>

#define SEEN_SLOTS ((size_t)1 << 16)
#define SEEN_PROBES 8
#define STATE_BYTES_MAX ((size_t)AVOW_RULE_NODES_MAX * 32)

/* ------------------------------------------------------------------ one choice */

static size_t count_bits(uint64_t set)
{
    return (size_t)__builtin_popcountll(set);
}

static size_t lowest(uint64_t set)
{
    return (size_t)__builtin_ctzll(set);
}

static uint64_t sum_credits(const struct avow_stack_tree *tree, uint64_t set)
{
    uint64_t sum = 0;
    for (; set != 0; set &= set - 1)
        sum += tree->items[lowest(set)].credits;
    return sum;
}

uint64_t avow_stack_search_credits(const struct avow_stack_tree *tree, uint64_t set)
{
    return sum_credits(tree, set & tree->counted);
}

void avow_stack_search_evaluate(const struct avow_stack_tree *tree,
                                const struct avow_stack_choice *choice,
                                struct avow_stack_outcome *outcome)
{
    *outcome = (struct avow_stack_outcome){.met = {false}};
    for (size_t v = tree->count; v-- > 0;) { /* children before parents */
        const struct avow_stack_tree_node *node = &tree->nodes[v];
        if (node->op == AVOW_RULE_ACHIEVEMENT) {
            outcome->used[v] = choice->taken[v];
            outcome->have[v] = count_bits(choice->taken[v]);
        }
        outcome->met[v] = outcome->have[v] >= node->need;
        if (node->op == AVOW_RULE_CREDITS) {
            const uint64_t sum = sum_credits(tree, outcome->used[v] & node->weighs);
            outcome->met[v] = outcome->have[v] == 1 && sum >= node->need;
            outcome->have[v] = sum;
        }
        if (node->parent == AVOW_STACK_NONE)
            continue;
        outcome->used[node->parent] |= outcome->used[v];
        outcome->have[node->parent] += outcome->met[v] ? 1 : 0;
    }
}

/* ------------------------------------------------------------------ what is searched */

/* What has come of one of the plan's sums. */
struct sum {
    uint64_t in_use;                           /* credentials that count below it */
    uint8_t times[AVOW_STACK_CREDENTIALS_MAX]; /* how often: at most as there are leaves */
    uint64_t value;                            /* hundredths of those in use */
};

struct value {
    bool met;
    size_t nodes;
    uint64_t credits;
};

struct seen {
    uint8_t state[24];
    struct value value;
};

struct search {
    const struct avow_stack_tree *tree;
    struct avow_stack_plan plan;
    struct sum *sums; /* of the plan's */
    bool deciding;    /* whether any choice is complete; else the best is looked for */
    size_t steps;
    bool stopped;
    struct avow_stack_choice now;
    uint64_t taken_in[AVOW_RULE_NODES_MAX]; /* by cluster */
    size_t leaves_met;
    bool has_best;
    struct value best;
    struct avow_stack_choice best_choice;
    struct seen *seen;
};

/* What is met for certain, and what can be at most, with `depth` leaves decided. */
struct outlook {
    struct prospect {
        bool sure, possible;
        size_t sure_below, possible_below; /* children */
        uint64_t open;                     /* what leaves below it could still take */
        /* Hundredths that it takes at least to meet it, if no credential counts twice; and of its
         * children: all together, and the least of those that could be met and are not. */
        uint64_t lacks, lacked_below, least_below;
    } nodes[AVOW_RULE_NODES_MAX];
    size_t inner_sure, inner_possible;
};

/* ------------------------------------------------------------------ looking ahead */

static void look_at_leaf(const struct search *search, size_t depth, size_t v, struct prospect *leaf)
{
    const size_t position = search->plan.position[v];
    if (position == AVOW_STACK_NONE)
        return;
    if (position < depth) {
        leaf->sure = leaf->possible = search->now.taken[v] != 0;
        return;
    }
    const size_t cluster = search->plan.leaves[position].cluster;
    leaf->open = search->plan.leaves[position].candidates &
                 ~(cluster == AVOW_STACK_NONE ? 0 : search->taken_in[cluster]);
    leaf->possible = leaf->open != 0;
}

static void look_at_sum(const struct search *search, size_t depth, size_t v, struct prospect *node)
{
    const struct sum *sum = &search->sums[search->plan.sum_of[v]];
    const uint64_t need = search->tree->nodes[v].need;
    node->sure = node->sure_below == 1 && sum->value >= need;
    node->possible = node->possible_below == 1 &&
                     sum->value + search->plan.sums[search->plan.sum_of[v]].ahead[depth] >= need;
    node->lacks = sum->value >= need ? 0 : need - sum->value;
    if (node->lacks < node->lacked_below) /* what its rule takes counts for it too */
        node->lacks = node->lacked_below;
}

/* What it takes of its children: a bound from below, for `n` of them. */
static void look_at_rule(const struct avow_stack_tree_node *rule, struct prospect *node)
{
    node->sure = node->sure_below >= rule->need;
    node->possible = node->possible_below >= rule->need;
    if (node->sure || !node->possible)
        return;
    node->lacks = rule->op == AVOW_RULE_ALL ? node->lacked_below
                                            : node->least_below * (rule->need - node->sure_below);
}

static void hand_up(const struct prospect *child, struct prospect *parent)
{
    parent->sure_below += child->sure ? 1 : 0;
    parent->possible_below += child->possible ? 1 : 0;
    parent->open |= child->open;
    if (child->sure)
        return;
    parent->lacked_below += child->lacks;
    if (child->possible && child->lacks < parent->least_below)
        parent->least_below = child->lacks;
}

static void look(const struct search *search, size_t depth, struct outlook *out)
{
    const struct avow_stack_tree *tree = search->tree;
    *out = (struct outlook){.inner_sure = 0};
    for (size_t v = 0; v < tree->count; v++)
        out->nodes[v].least_below = UINT64_MAX;
    for (size_t v = tree->count; v-- > 0;) {
        const struct avow_stack_tree_node *rule = &tree->nodes[v];
        struct prospect *node = &out->nodes[v];
        if (rule->op == AVOW_RULE_ACHIEVEMENT)
            look_at_leaf(search, depth, v, node);
        else if (rule->op == AVOW_RULE_CREDITS)
            look_at_sum(search, depth, v, node);
        else
            look_at_rule(rule, node);
        if (rule->op == AVOW_RULE_DISTINCT && sum_credits(tree, node->open) < node->lacks)
            node->possible = false;
        if (rule->op != AVOW_RULE_ACHIEVEMENT) {
            out->inner_sure += node->sure ? 1 : 0;
            out->inner_possible += node->possible ? 1 : 0;
        }
        if (rule->parent != AVOW_STACK_NONE)
            hand_up(node, &out->nodes[rule->parent]);
    }
}

static bool is_better(const struct value *a, const struct value *b)
{
    if (a->met != b->met)
        return a->met;
    return a->nodes != b->nodes ? a->nodes > b->nodes : a->credits > b->credits;
}

/* ------------------------------------------------------------------ states seen before */

static void put_number(struct avow_buf *out, uint64_t number)
{
    avow_buf_append(out, &number, sizeof(number));
}

/* What all that follows depends on: nodes that are decided do not matter any more, nor which of
 * the decided leaves below a node met it; in the midst of a group, which credentials are in use. */
static void describe(const struct search *search, size_t depth, const struct outlook *outlook,
                     struct avow_buf *out)
{
    const struct avow_stack_tree *tree = search->tree;
    put_number(out, depth);
    put_number(out, (search->deciding ? 2U : 0U) | (outlook->nodes[0].sure ? 1U : 0U));
    for (size_t v = 0; v < tree->count; v++) {
        if (tree->nodes[v].op == AVOW_RULE_ACHIEVEMENT ||
            outlook->nodes[v].sure == outlook->nodes[v].possible)
            continue;
        put_number(out, v);
        if (tree->nodes[v].op != AVOW_RULE_CREDITS) {
            put_number(out, outlook->nodes[v].sure_below);
            continue;
        }
        const uint64_t sum = search->sums[search->plan.sum_of[v]].value;
        put_number(out, sum < tree->nodes[v].need ? sum : tree->nodes[v].need);
    }
    put_number(out, UINT64_MAX);
    const uint64_t group = search->plan.leaves[depth].group;
    if (depth == 0 || search->plan.leaves[depth - 1].group != group)
        return;
    for (size_t i = 0; i < search->plan.sum_count; i++)
        put_number(out, search->sums[i].in_use & group);
    for (size_t v = 0; v < tree->count; v++) {
        if ((search->taken_in[v] & group) == 0)
            continue;
        put_number(out, v);
        put_number(out, search->taken_in[v] & group);
    }
}

/* Whether the state was reached before with at least `value`; remembers it otherwise. A full table
 * forgets: that costs steps and nothing else. */
static bool was_seen(struct search *search, size_t depth, const struct outlook *outlook,
                     const struct value *value)
{
    uint8_t bytes[STATE_BYTES_MAX];
    struct avow_buf out;
    avow_buf_init_fixed(&out, bytes, sizeof(bytes));
    describe(search, depth, outlook, &out);
    AVOW_ASSERT(out.err == AVOW_OK);
    const struct avow_bytes described = avow_buf_bytes(&out);
    const struct avow_hash hash = avow_sha256(&described, 1);
    struct seen state = {.value = *value};
    memcpy(state.state, hash.bytes, sizeof(state.state));
    size_t first;
    memcpy(&first, hash.bytes + sizeof(state.state), sizeof(first));
    static const uint8_t unused[sizeof(state.state)];
    for (size_t i = 0; i < SEEN_PROBES; i++) {
        struct seen *slot = &search->seen[(first + i) % SEEN_SLOTS];
        if (memcmp(slot->state, state.state, sizeof(state.state)) == 0) {
            if (!is_better(value, &slot->value))
                return true;
            slot->value = *value;
            return false;
        }
        if (memcmp(slot->state, unused, sizeof(unused)) == 0) {
            *slot = state;
            return false;
        }
    }
    search->seen[first % SEEN_SLOTS] = state;
    return false;
}

/* ------------------------------------------------------------------ choosing */

static void count_in(struct search *search, const struct avow_stack_leaf *leaf, size_t item)
{
    const uint64_t bit = UINT64_C(1) << item;
    for (size_t i = 0; i < search->plan.sum_count; i++) {
        struct sum *sum = &search->sums[i];
        if (!avow_stack_plan_is_below(search->tree, leaf->node, search->plan.sums[i].node) ||
            sum->times[item]++ > 0)
            continue;
        sum->in_use |= bit;
        sum->value +=
            (search->plan.sums[i].weighs & bit) != 0 ? search->tree->items[item].credits : 0;
    }
    search->now.taken[leaf->node] = bit;
    search->leaves_met++;
    if (leaf->cluster != AVOW_STACK_NONE)
        search->taken_in[leaf->cluster] |= bit;
}

static void count_out(struct search *search, const struct avow_stack_leaf *leaf, size_t item)
{
    const uint64_t bit = UINT64_C(1) << item;
    for (size_t i = 0; i < search->plan.sum_count; i++) {
        struct sum *sum = &search->sums[i];
        if (!avow_stack_plan_is_below(search->tree, leaf->node, search->plan.sums[i].node) ||
            --sum->times[item] > 0)
            continue;
        sum->in_use &= ~bit;
        sum->value -=
            (search->plan.sums[i].weighs & bit) != 0 ? search->tree->items[item].credits : 0;
    }
    search->now.taken[leaf->node] = 0;
    search->leaves_met--;
    if (leaf->cluster != AVOW_STACK_NONE)
        search->taken_in[leaf->cluster] &= ~bit;
}

static void record(struct search *search, const struct value *value)
{
    search->has_best = true;
    search->best = *value;
    search->best_choice = search->now;
}

/* Whether it is worth going on from here with `depth` leaves decided. */
static bool is_worth(struct search *search, size_t depth)
{
    struct outlook outlook;
    look(search, depth, &outlook);
    const struct sum *total = &search->sums[0];
    const struct value sure = {outlook.nodes[0].sure, outlook.inner_sure + search->leaves_met,
                               total->value};
    if (search->deciding) {
        if (sure.met)
            record(search, &sure);
        if (sure.met || !outlook.nodes[0].possible || depth == search->plan.leaf_count)
            return false;
        const struct value none = {.met = false};
        return !was_seen(search, depth, &outlook, &none);
    }
    const struct value possible = {outlook.nodes[0].possible,
                                   outlook.inner_possible + search->leaves_met +
                                       search->plan.leaves_ahead[depth],
                                   total->value + search->plan.sums[0].ahead[depth]};
    if (search->has_best && !is_better(&possible, &search->best))
        return false;
    if (depth < search->plan.leaf_count)
        return !was_seen(search, depth, &outlook, &sure);
    record(search, &sure);
    return false;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as there are leaves, 255 at most */
static void go_on(struct search *search, size_t depth)
{
    if (search->stopped || (search->deciding && search->has_best))
        return;
    search->stopped = ++search->steps > AVOW_STACK_STEPS_MAX;
    if (search->stopped || !is_worth(search, depth))
        return;
    const struct avow_stack_leaf *leaf = &search->plan.leaves[depth];
    const uint64_t taken = leaf->cluster == AVOW_STACK_NONE ? 0 : search->taken_in[leaf->cluster];
    const uint64_t free_items = leaf->candidates & ~taken;
    for (size_t i = 0; i < search->tree->item_count; i++) {
        const size_t item = search->plan.order[i];
        const uint64_t unused = free_items & ~search->sums[0].in_use;
        /* Of credentials that are as good as each other and not in use, the first stands for all.
         */
        if ((free_items & UINT64_C(1) << item) == 0 ||
            ((unused & UINT64_C(1) << item) != 0 && (unused & search->plan.twins[item]) != 0))
            continue;
        count_in(search, leaf, item);
        go_on(search, depth + 1);
        count_out(search, leaf, item);
    }
    /* To leave it out is of use only if a later one wants each of them. */
    if ((free_items & ~leaf->wanted) == 0)
        go_on(search, depth + 1);
}

static enum avow_err set_out(struct search *search)
{
    enum avow_err err = avow_stack_plan_make(search->tree, &search->plan);
    if (err != AVOW_OK)
        return err;
    search->sums = calloc(search->plan.sum_count, sizeof(*search->sums));
    search->seen = calloc(SEEN_SLOTS, sizeof(*search->seen));
    return search->sums != NULL && search->seen != NULL ? AVOW_OK : AVOW_ERR_NOMEM;
}

enum avow_err avow_stack_search(const struct avow_stack_tree *tree,
                                struct avow_stack_choice *choice, bool *stopped)
{
    struct search *search = calloc(1, sizeof(*search));
    if (search == NULL)
        return AVOW_ERR_NOMEM;
    search->tree = tree;
    enum avow_err err = set_out(search);
    if (err == AVOW_OK) {
        search->deciding = true;
        go_on(search, 0);
        *stopped = search->stopped;
        search->deciding = false;
        search->stopped = false;
        search->steps = 0;
        go_on(search, 0);
        if (search->has_best && search->best.met)
            *stopped = false;
        *choice = search->best_choice;
    }
    avow_stack_plan_fini(&search->plan);
    free(search->seen);
    free(search->sums);
    free(search);
    return err;
}
