#include "proto/entry/references.h"

#include "proto/entry/rule.h"

/* Where an entry holds its references: fields of its own, and perhaps a rule. */
struct places {
    size_t count;
    uint64_t *fields[2];
    struct avow_bytes rule; /* empty: none */
};

static struct places places_of(struct avow_entry *entry)
{
    switch ((enum avow_kind)entry->kind) {
    case AVOW_KIND_ISSUE:
        return (struct places){.count = 1, .fields = {&entry->issue.achievement}};
    case AVOW_KIND_STATUS:
        return (struct places){
            .count = entry->status.has_successor ? 2 : 1,
            .fields = {&entry->status.target, &entry->status.successor},
        };
    case AVOW_KIND_PATHWAY:
        return (struct places){
            .count = 1, .fields = {&entry->pathway.award}, .rule = entry->pathway.rule};
    case AVOW_KIND_INCEPTION:
    case AVOW_KIND_KEY:
    case AVOW_KIND_ROOT_ROTATION:
    case AVOW_KIND_NODES:
    case AVOW_KIND_ACHIEVEMENT:
    case AVOW_KIND_RECOGNITION:
    case AVOW_KIND_IDENTITY:
    case AVOW_KIND_CLOSURE:
        return (struct places){0};
    }
    return (struct places){0}; /* AVOW_KIND_INERT_MIN and up: what it says is not known here */
}

static bool each_of_rule(struct avow_bytes rule, const struct avow_hash *own,
                         avow_references_each *each, void *context)
{
    struct avow_rule_walk walk;
    struct avow_rule_node node;
    avow_rule_walk_init(&walk, rule);
    while (avow_rule_next(&walk, &node)) {
        if (node.op == AVOW_RULE_ACHIEVEMENT &&
            (!node.has_issuer || avow_hash_equal(&node.issuer, own)) && !each(context, node.index))
            return false;
    }
    return true;
}

bool avow_references_of(const struct avow_entry *entry, const struct avow_hash *own,
                        avow_references_each *each, void *context)
{
    /* Nothing is written through this pointer. */
    const struct places places = places_of((struct avow_entry *)(uintptr_t)entry);
    for (size_t i = 0; i < places.count; i++) {
        if (!each(context, *places.fields[i]))
            return false;
    }
    return each_of_rule(places.rule, own, each, context);
}

struct move {
    avow_references_moved *moved;
    void *context;
};

static bool stays(void *context, uint64_t index)
{
    const struct move *move = context;
    uint64_t now;
    return move->moved(move->context, index, &now) && now == index;
}

bool avow_references_move(struct avow_entry *entry, const struct avow_hash *own,
                          avow_references_moved *moved, void *context)
{
    const struct places places = places_of(entry);
    struct move move = {moved, context};
    for (size_t i = 0; i < places.count; i++) {
        if (!moved(context, *places.fields[i], places.fields[i]))
            return false;
    }
    return each_of_rule(places.rule, own, stays, &move);
}
