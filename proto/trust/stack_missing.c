/* What a stack still lacks, in sentences. */
#include "proto/trust/rule_words.h"
#include "proto/trust/stack_words.h"

#define SENTENCE_MAX 2048

struct telling {
    const struct avow_stack_check *check;
    size_t parents[AVOW_RULE_NODES_MAX], ends[AVOW_RULE_NODES_MAX]; /* one past what is below */
    avow_stack_sentence *say;
    void *context;
    enum avow_err err;
};

static const struct avow_stack_node *node_at(const struct telling *telling, size_t v)
{
    return &telling->check->result.nodes[v];
}

static size_t first_child(const struct telling *telling, size_t v)
{
    return v + 1 < telling->ends[v] ? v + 1 : telling->ends[v];
}

static void find_shape(struct telling *telling)
{
    const struct avow_stack_result *result = &telling->check->result;
    size_t open[AVOW_RULE_DEPTH_MAX + 1] = {0};
    for (size_t v = 0; v < result->count; v++) {
        const size_t depth = result->nodes[v].rule.depth;
        telling->parents[v] = depth == 1 ? SIZE_MAX : open[depth - 1];
        telling->ends[v] = v + 1;
        open[depth] = v;
        for (size_t above = telling->parents[v]; above != SIZE_MAX; above = telling->parents[above])
            telling->ends[above] = v + 1;
    }
}

/* ------------------------------------------------------------------ parts of sentences */

/* What a file would have been, had it counted. */
static const char *why_not(const struct avow_stack_file *file)
{
    switch (file->part) {
    case AVOW_STACK_COUNTS:
    case AVOW_STACK_TWICE:
        return "is for it, and does not fit here or counts for something else";
    case AVOW_STACK_UNTOLD:
        return "is for it, and whether it is valid cannot be told";
    case AVOW_STACK_CANNOT:
        return avow_word_name(file->word);
    case AVOW_STACK_ELSEWHERE:
    case AVOW_STACK_NO_BADGE:
        return NULL;
    }
    return NULL;
}

static void say_files(const struct telling *telling, size_t v, struct avow_buf *out)
{
    const struct avow_stack_check *check = telling->check;
    const struct avow_rule_node *rule = &node_at(telling, v)->rule;
    const struct avow_hash *issuer = rule->has_issuer ? &rule->issuer : &check->reference.issuer;
    for (size_t i = 0; i < check->file_count; i++) {
        const struct avow_stack_file *file = &check->files[i];
        const char *why = why_not(file);
        if (why == NULL || file->item.achievement != rule->index ||
            !avow_hash_equal(&file->item.issuer, issuer))
            continue;
        avow_buf_printf(out, "; %s %s%s", file->name,
                        file->part == AVOW_STACK_CANNOT ? "is for it, and is " : "", why);
        if (file->has_successor && file->word == AVOW_WORD_SUPERSEDED)
            avow_buf_printf(out, " by entry %llu", (unsigned long long)file->successor);
    }
}

static void say_node(const struct telling *telling, const struct avow_rule_node *node,
                     struct avow_buf *out)
{
    avow_rule_words_say(telling->check->facts, &telling->check->reference.issuer, node, out);
}

/* NOLINTNEXTLINE(misc-no-recursion): to AVOW_RULE_DEPTH_MAX */
static void say_briefly(const struct telling *telling, size_t v, struct avow_buf *out)
{
    const struct avow_stack_node *node = node_at(telling, v);
    say_node(telling, &node->rule, out);
    if (node->rule.op == AVOW_RULE_ACHIEVEMENT || out->len > SENTENCE_MAX / 2)
        return;
    const char *separator = " (";
    for (size_t child = first_child(telling, v); child < telling->ends[v];
         child = telling->ends[child]) {
        avow_buf_printf(out, "%s", separator);
        say_briefly(telling, child, out);
        separator = "; ";
    }
    avow_buf_printf(out, ")");
}

static void say_unmet_children(const struct telling *telling, size_t v, struct avow_buf *out)
{
    const char *separator = "";
    for (size_t child = first_child(telling, v); child < telling->ends[v];
         child = telling->ends[child]) {
        if (node_at(telling, child)->met || out->len > SENTENCE_MAX / 2)
            continue;
        avow_buf_printf(out, "%s", separator);
        say_briefly(telling, child, out);
        separator = "; ";
    }
}

static void say_unmet_leaves(const struct telling *telling, size_t v, struct avow_buf *out)
{
    const char *separator = ", for example from ";
    for (size_t u = v; u < telling->ends[v] && out->len < SENTENCE_MAX / 2; u++) {
        const struct avow_stack_node *node = node_at(telling, u);
        if (node->rule.op != AVOW_RULE_ACHIEVEMENT || node->met)
            continue;
        avow_buf_printf(out, "%s", separator);
        say_node(telling, &node->rule, out);
        separator = "; ";
    }
}

/* Every condition that stands above it. */
static void say_conditions(const struct telling *telling, size_t v, struct avow_buf *out)
{
    for (size_t above = telling->parents[v]; above != SIZE_MAX; above = telling->parents[above]) {
        if (node_at(telling, above)->rule.op != AVOW_RULE_WHERE)
            continue;
        avow_buf_printf(out, ", ");
        say_node(telling, &node_at(telling, above)->rule, out);
    }
}

/* ------------------------------------------------------------------ sentences */

static void tell_one(struct telling *telling, size_t v)
{
    const struct avow_stack_node *node = node_at(telling, v);
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf out;
    avow_buf_init(&out, (size_t)16 * AVOW_ENTRY_BYTES_MAX);
    if (node->rule.op == AVOW_RULE_ACHIEVEMENT) {
        say_node(telling, &node->rule, &out);
        say_conditions(telling, v, &out);
        say_files(telling, v, &out);
    } else if (node->rule.op == AVOW_RULE_CREDITS) {
        avow_rule_words_say_credits(node->need - node->have, &out);
        avow_buf_printf(&out, " %.*s credits more (", (int)node->rule.system.len,
                        (const char *)node->rule.system.data);
        avow_rule_words_say_credits(node->have, &out);
        avow_buf_printf(&out, " of ");
        avow_rule_words_say_credits(node->need, &out);
        avow_buf_printf(&out, ")");
        say_conditions(telling, v, &out);
        say_unmet_leaves(telling, v, &out);
    } else {
        avow_buf_printf(&out, "%llu of: ", (unsigned long long)(node->need - node->have));
        say_unmet_children(telling, v, &out);
        say_conditions(telling, v, &out);
    }
    if (out.err == AVOW_ERR_NOMEM)
        telling->err = out.err;
    telling->say(telling->context, avow_buf_bytes(&out));
}

/* NOLINTNEXTLINE(misc-no-recursion): to AVOW_RULE_DEPTH_MAX */
static void tell(struct telling *telling, size_t v)
{
    const struct avow_stack_node *node = node_at(telling, v);
    if (node->met)
        return;
    const bool is_choice = (node->rule.op == AVOW_RULE_ANY || node->rule.op == AVOW_RULE_N) &&
                           node->rule.children > node->need;
    const bool lacks_credits = node->rule.op == AVOW_RULE_CREDITS && node->have < node->need;
    if (node->rule.op == AVOW_RULE_ACHIEVEMENT || is_choice) {
        tell_one(telling, v);
        return;
    }
    for (size_t child = first_child(telling, v); child < telling->ends[v];
         child = telling->ends[child])
        tell(telling, child);
    if (lacks_credits)
        tell_one(telling, v);
}

enum avow_err avow_stack_missing(const struct avow_stack_check *check, avow_stack_sentence *say,
                                 void *context)
{
    struct telling telling = {.check = check, .say = say, .context = context};
    find_shape(&telling);
    tell(&telling, 0);
    return telling.err;
}
