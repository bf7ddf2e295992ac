/* Pathway rules: an iterative walk with a stack of AVOW_RULE_DEPTH_MAX counters. */
#include "proto/entry/rule.h"

#include "proto/entry/shape.h"

struct operator_row {
    const char *word;
    size_t fields;   /* after the word, children aside */
    size_t children; /* unless `many` */
    enum avow_rule_operator op;
    bool many; /* any number of children but none */
};

static const struct operator_row operators[] = {
    {"all", 0, 0, AVOW_RULE_ALL, true},
    {"any", 0, 0, AVOW_RULE_ANY, true},
    {"n", 1, 0, AVOW_RULE_N, true},
    {"credits", 2, 1, AVOW_RULE_CREDITS, false},
    {"achievement", 2, 0, AVOW_RULE_ACHIEVEMENT, false},
    {"where", 1, 1, AVOW_RULE_WHERE, false},
    {"distinct", 0, 1, AVOW_RULE_DISTINCT, false},
};

static const struct operator_row *find_operator(struct avow_bytes word)
{
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        if (avow_bytes_equal(word, avow_bytes_text(operators[i].word)))
            return &operators[i];
    }
    return NULL;
}

static bool is_key(struct avow_bytes key, const char *word)
{
    return avow_bytes_equal(key, avow_bytes_text(word));
}

static void read_level(struct avow_reader *reader, struct avow_rule_where *where)
{
    avow_reader_array_of(reader, 2);
    where->has_level = true;
    where->level_min = avow_reader_uint_max(reader, 8);
    where->level_max = avow_reader_uint_max(reader, 8);
    if (where->level_min < 1 || where->level_min > where->level_max)
        avow_reader_reject(reader, AVOW_REJECT_RULE);
}

static void read_where(struct avow_reader *reader, struct avow_rule_where *where)
{
    struct avow_bytes last = {NULL, 0};
    size_t pairs = avow_reader_map(reader, 5);
    if (pairs == 0)
        avow_reader_reject(reader, AVOW_REJECT_RULE);
    for (size_t i = 0; i < pairs && reader->reject == AVOW_ACCEPT; i++) {
        struct avow_bytes key = avow_reader_key(reader, &last, 16);
        if (is_key(key, "level")) {
            read_level(reader, where);
        } else if (is_key(key, "field")) {
            where->field = avow_reader_text(reader, 4);
            if (!avow_shape_field(where->field))
                avow_reader_reject(reader, AVOW_REJECT_RULE);
        } else if (is_key(key, "within")) {
            where->has_within = true;
            where->within_s = avow_reader_uint(reader);
        } else if (is_key(key, "recognised_by")) {
            where->has_recognised_by = true;
            avow_reader_hash(reader, &where->recognised_by);
        } else if (is_key(key, "issuer")) {
            where->has_issuer = true;
            avow_reader_hash(reader, &where->issuer);
        } else {
            avow_reader_reject(reader, AVOW_REJECT_RULE);
        }
    }
}

static void read_fields(struct avow_reader *reader, struct avow_rule_node *node)
{
    switch (node->op) {
    case AVOW_RULE_ALL:
    case AVOW_RULE_ANY:
    case AVOW_RULE_DISTINCT:
        return;
    case AVOW_RULE_N:
        node->number = avow_reader_uint(reader);
        if (node->number < 1 || node->number > node->children)
            avow_reader_reject(reader, AVOW_REJECT_RULE);
        return;
    case AVOW_RULE_CREDITS:
        node->number = avow_reader_uint(reader);
        node->system = avow_reader_text(reader, AVOW_ENTRY_BYTES_MAX);
        if (node->number < 1 || node->system.len == 0)
            avow_reader_reject(reader, AVOW_REJECT_RULE);
        return;
    case AVOW_RULE_ACHIEVEMENT:
        node->has_issuer = !avow_reader_nil(reader);
        if (node->has_issuer)
            avow_reader_hash(reader, &node->issuer);
        node->index = avow_reader_uint(reader);
        return;
    case AVOW_RULE_WHERE:
        read_where(reader, &node->where);
        return;
    }
}

void avow_rule_walk_init(struct avow_rule_walk *walk, struct avow_bytes rule)
{
    *walk = (struct avow_rule_walk){0};
    avow_reader_init(&walk->reader, rule);
}

/* Reads one node's word and fields; its children come by later calls. */
static void read_node(struct avow_rule_walk *walk, struct avow_rule_node *node)
{
    struct avow_reader *reader = &walk->reader;
    size_t items = avow_reader_array(reader, AVOW_RULE_NODES_MAX + 2);
    const struct operator_row *row =
        items == 0 ? NULL : find_operator(avow_reader_text(reader, AVOW_ENTRY_BYTES_MAX));
    if (row == NULL || items < 1 + row->fields) {
        avow_reader_reject(reader, AVOW_REJECT_RULE);
        return;
    }
    node->op = row->op;
    node->children = items - 1 - row->fields;
    if (row->many ? node->children == 0 : node->children != row->children)
        avow_reader_reject(reader, AVOW_REJECT_RULE);
    read_fields(reader, node);
}

bool avow_rule_next(struct avow_rule_walk *walk, struct avow_rule_node *node)
{
    *node = (struct avow_rule_node){0};
    while (walk->depth > 0 && walk->open[walk->depth - 1] == 0)
        walk->depth--;
    if (walk->reader.reject != AVOW_ACCEPT || (walk->depth == 0 && walk->nodes > 0))
        return false;
    if (walk->depth == AVOW_RULE_DEPTH_MAX || walk->nodes == AVOW_RULE_NODES_MAX) {
        avow_reader_reject(&walk->reader, AVOW_REJECT_RULE);
        return false;
    }
    read_node(walk, node);
    if (walk->reader.reject != AVOW_ACCEPT)
        return false;
    if (walk->depth > 0)
        walk->open[walk->depth - 1]--;
    walk->nodes++;
    node->depth = walk->depth + 1;
    walk->open[walk->depth++] = node->children;
    return true;
}

enum avow_reject avow_rule_walk_finish(const struct avow_rule_walk *walk)
{
    return avow_reader_finish(&walk->reader);
}

enum avow_reject avow_rule_check(struct avow_bytes rule)
{
    struct avow_rule_walk walk;
    struct avow_rule_node node;
    avow_rule_walk_init(&walk, rule);
    while (avow_rule_next(&walk, &node)) {
    }
    return avow_rule_walk_finish(&walk);
}
