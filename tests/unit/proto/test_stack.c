/* Stacks: each operator by a table, every choice of small random rules by brute force, and rules
 * that are made to be hard. */
#include "proto/trust/stack.h"

#include "proto/codec/writer.h"
#include "tests/support/alloc.h"
#include "tests/support/pack.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define AWARD_TIME 1000000
#define RULE_MAX AVOW_ENTRY_BYTES_MAX

/* b32 of the notation, and the pathway's own log. */
static struct avow_hash other_issuer, own_issuer;

static void read_notation(const char *notation, uint8_t *bytes, struct avow_bytes *rule)
{
    struct avow_buf out;
    avow_buf_init_fixed(&out, bytes, RULE_MAX);
    pack(&out, notation);
    *rule = avow_buf_bytes(&out);
    if (avow_rule_check(*rule) != AVOW_ACCEPT)
        fail_msg("%s: not a rule", notation);
}

/* ------------------------------------------------------------------ a table */

#define A(index) "['achievement', nil, " #index "]"
#define OTHER(index) "['achievement', b32, " #index "]"

/* An item: "7" is achievement 7 of the pathway's own log; then what is not as usual: 'e4' level 4,
 * 'e0' none, 'f0731' field, 'f' none, 'c900' hundredths, 'sUS' system, 't5' so many seconds before
 * the award, 'o' of the other log, 'r' the bodies that recognise it, as a number. */
static struct avow_stack_item read_item(const char *text)
{
    struct avow_stack_item item = {.issuer = own_issuer,
                                   .eqf = 6,
                                   .field = avow_bytes_text("0612"),
                                   .credits = 600,
                                   .credit_system = avow_bytes_text("ECTS"),
                                   .awarded = AWARD_TIME - 100};
    char *end;
    item.achievement = strtoull(text, &end, 10);
    while (*end != '\0') {
        const char key = *end++;
        char *start = end;
        const uint64_t number = strtoull(start, &end, 10);
        switch (key) {
        case 'e':
            item.eqf = number;
            break;
        case 'c':
            item.credits = number;
            break;
        case 't':
            item.awarded = AWARD_TIME - number;
            break;
        case 'T':
            item.awarded = AWARD_TIME + number;
            break;
        case 'r':
            item.recognised_by = number;
            break;
        case 'o':
            item.issuer = other_issuer;
            break;
        case 'f':
            item.field = avow_bytes(start, (size_t)(end - start));
            break;
        case 's':
            item.credit_system = avow_bytes_text("US");
            break;
        default:
            fail_msg("%s: what is '%c'?", text, key);
        }
    }
    return item;
}

static const struct row {
    const char *name, *rule;
    const char *items[8];
    bool complete;
    uint64_t credits;
    const char *nodes; /* "+1/1" met, "-0/1" not met, for each node in turn */
    uint64_t needed;
} rows[] = {
    {"one achievement", A(1), {"1"}, true, 600, "+1/1", 1},
    {"another achievement", A(1), {"2"}, false, 0, "-0/1", 0},
    {"no credentials", A(1), {NULL}, false, 0, "-0/1", 0},
    {"of another log", A(1), {"1o"}, false, 0, "-0/1", 0},
    {"of the other log that is named", OTHER(1), {"1o"}, true, 600, "+1/1", 1},
    {"all", "['all', " A(1) ", " A(2) "]", {"1", "2"}, true, 1200, "+2/2 +1/1 +1/1", 3},
    {"not all", "['all', " A(1) ", " A(2) "]", {"2"}, false, 600, "-1/2 -0/1 +1/1", 0},
    {"any", "['any', " A(1) ", " A(2) "]", {"2"}, true, 600, "+1/1 -0/1 +1/1", 1},
    {"any of both: one is enough",
     "['any', " A(1) ", " A(2) "]",
     {"1", "2"},
     true,
     1200,
     "+2/1 +1/1 +1/1",
     1},
    {"any of none", "['any', " A(1) ", " A(2) "]", {"3"}, false, 0, "-0/1 -0/1 -0/1", 0},
    {"2 of 3",
     "['n', 2, " A(1) ", " A(2) ", " A(3) "]",
     {"3", "1"},
     true,
     1200,
     "+2/2 +1/1 -0/1 +1/1",
     3},
    {"1 of the 2 of 3",
     "['n', 2, " A(1) ", " A(2) ", " A(3) "]",
     {"3"},
     false,
     600,
     "-1/2 -0/1 -0/1 +1/1",
     0},
    {"credits",
     "['credits', 1200, 'ECTS', ['any', " A(1) ", " A(2) ", " A(3) "]]",
     {"1", "3"},
     true,
     1200,
     "+1200/1200 +2/1 +1/1 -0/1 +1/1",
     3},
    {"too few credits",
     "['credits', 1201, 'ECTS', ['any', " A(1) ", " A(2) ", " A(3) "]]",
     {"1", "3"},
     false,
     1200,
     "-1200/1201 +2/1 +1/1 -0/1 +1/1",
     0},
    {"credits enough, their rule not met",
     "['credits', 600, 'ECTS', ['all', " A(1) ", " A(2) "]]",
     {"1c9000"},
     false,
     9000,
     "-9000/600 -1/2 +1/1 -0/1",
     0},
    {"credits of another system do not count",
     "['credits', 600, 'ECTS', " A(1) "]",
     {"1s"},
     false,
     0,
     "-0/600 +1/1",
     0},
    {"one credential's credits count once in one sum",
     "['credits', 1200, 'ECTS', ['all', " A(1) ", " A(1) "]]",
     {"1"},
     false,
     600,
     "-600/1200 +2/2 +1/1 +1/1",
     0},
    {"and in two sums, where that is not forbidden",
     "['all', ['credits', 600, 'ECTS', " A(1) "], ['credits', 600, 'ECTS', " A(1) "]]",
     {"1"},
     true,
     600,
     "+2/2 +600/600 +1/1 +600/600 +1/1",
     1},
    {"two credentials of one achievement for two that ask for it",
     "['credits', 1200, 'ECTS', ['all', " A(1) ", " A(1) "]]",
     {"1", "1"},
     true,
     1200,
     "+1200/1200 +2/2 +1/1 +1/1",
     3},
    {"one achievement takes one credential",
     "['credits', 1200, 'ECTS', " A(1) "]",
     {"1", "1c700"},
     false,
     700,
     "-700/1200 +1/1",
     0},
    {"a sum in a sum",
     "['credits', 1200, 'ECTS', ['all', ['credits', 600, 'ECTS', " A(1) "], " A(2) "]]",
     {"1", "2"},
     true,
     1200,
     "+1200/1200 +2/2 +600/600 +1/1 +1/1",
     3},
    {"distinct: not for two",
     "['distinct', ['all', " A(1) ", " A(1) "]]",
     {"1"},
     false,
     600,
     "-0/1 -1/2 +1/1 -0/1",
     0},
    {"not distinct: for two", "['all', " A(1) ", " A(1) "]", {"1"}, true, 600, "+2/2 +1/1 +1/1", 1},
    {"distinct: not for two sums",
     "['distinct', ['all', ['credits', 600, 'ECTS', " A(1) "], ['credits', 600, 'ECTS', " A(
         1) "]]]",
     {"1"},
     false,
     600,
     "-0/1 -1/2 +600/600 +1/1 -0/600 -0/1",
     0},
    {"distinct in a part: what is beside it may share",
     "['all', ['distinct', " A(1) "], ['distinct', " A(1) "]]",
     {"1"},
     true,
     600,
     "+2/2 +1/1 +1/1 +1/1 +1/1",
     1},
    {"distinct within distinct",
     "['distinct', ['all', ['distinct', " A(1) "], ['distinct', " A(1) "]]]",
     {"1"},
     false,
     600,
     "-0/1 -1/2 +1/1 +1/1 -0/1 -0/1",
     0},
    {"which of two sums a shared one counts for",
     "['distinct', ['all', ['credits', 1200, 'ECTS', ['any', " A(1) ", " A(2) ", " A(
         3) "]], ['credits', 1200, 'ECTS', ['any', " A(3) ", " A(4) "]]]]",
     {"1", "2", "3", "4"},
     true,
     2400,
     "+1/1 +2/2 +1200/1200 +2/1 +1/1 +1/1 -0/1 +1200/1200 +2/1 +1/1 +1/1",
     15},
    {"the narrower of two takes the one that fits",
     "['distinct', ['all', " A(1) ", ['where', {'field': '07'}, " A(1) "]]]",
     {"1f0731", "1"},
     true,
     1200,
     "+1/1 +2/2 +1/1 +1/1 +1/1",
     3},
    {"where level", "['where', {'level': [6, 7]}, " A(1) "]", {"1e7"}, true, 600, "+1/1 +1/1", 1},
    {"where level, too low",
     "['where', {'level': [6, 7]}, " A(1) "]",
     {"1e5"},
     false,
     0,
     "-0/1 -0/1",
     0},
    {"where level, not known",
     "['where', {'level': [1, 8]}, " A(1) "]",
     {"1e0"},
     false,
     0,
     "-0/1 -0/1",
     0},
    {"where field", "['where', {'field': '06'}, " A(1) "]", {"1f0613"}, true, 600, "+1/1 +1/1", 1},
    {"where field, another",
     "['where', {'field': '06'}, " A(1) "]",
     {"1f0731"},
     false,
     0,
     "-0/1 -0/1",
     0},
    {"where field, broader than asked for",
     "['where', {'field': '0613'}, " A(1) "]",
     {"1f06"},
     false,
     0,
     "-0/1 -0/1",
     0},
    {"where field, not known",
     "['where', {'field': '06'}, " A(1) "]",
     {"1f"},
     false,
     0,
     "-0/1 -0/1",
     0},
    {"within", "['where', {'within': 5}, " A(1) "]", {"1t5"}, true, 600, "+1/1 +1/1", 1},
    {"within, too long ago",
     "['where', {'within': 5}, " A(1) "]",
     {"1t6"},
     false,
     0,
     "-0/1 -0/1",
     0},
    {"within, on the day",
     "['where', {'within': 0}, " A(1) "]",
     {"1t0"},
     true,
     600,
     "+1/1 +1/1",
     1},
    {"within, after the award",
     "['where', {'within': 5}, " A(1) "]",
     {"1T1"},
     false,
     0,
     "-0/1 -0/1",
     0},
    {"where issuer",
     "['where', {'issuer': b32}, ['any', " A(1) ", " OTHER(1) "]]",
     {"1", "1o"},
     true,
     600,
     "+1/1 +1/1 -0/1 +1/1",
     2},
    {"recognised",
     "['where', {'recognised_by': b32}, " A(1) "]",
     {"1r1"},
     true,
     600,
     "+1/1 +1/1",
     1},
    {"not recognised",
     "['where', {'recognised_by': b32}, " A(1) "]",
     {"1r2"},
     false,
     0,
     "-0/1 -0/1",
     0},
    {"wheres intersect",
     "['where', {'field': '06'}, ['any', ['where', {'level': [7, 7]}, " A(1) "], " A(2) "]]",
     {"1e7f07", "2e6f06"},
     true,
     600,
     "+1/1 +1/1 -0/1 -0/1 +1/1",
     2},
    {"what is not met as a whole is told in part",
     "['any', ['all', " A(1) ", " A(2) "], " A(3) "]",
     {"1", "3"},
     true,
     1200,
     "+1/1 -1/2 +1/1 -0/1 +1/1",
     2},
    {"credits of a rule without sums are whatever they are",
     "['all', " A(1) ", " A(2) "]",
     {"1s", "2"},
     true,
     1200,
     "+2/2 +1/1 +1/1",
     3},
};

static void show(const struct avow_stack_result *result, char *out, size_t size)
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t v = 0; v < result->count && len < size; v++) {
        const struct avow_stack_node *node = &result->nodes[v];
        len += (size_t)snprintf(out + len, size - len, "%s%c%" PRIu64 "/%" PRIu64,
                                v == 0 ? "" : " ", node->met ? '+' : '-', node->have, node->need);
    }
}

static void test_rows(void **state)
{
    (void)state;
    static struct avow_stack_result result;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        uint8_t bytes[RULE_MAX];
        struct avow_bytes rule;
        struct avow_stack_item items[COUNT(rows[0].items)];
        char nodes[512];
        size_t count = 0;
        for (; count < COUNT(items) && row->items[count] != NULL; count++)
            items[count] = read_item(row->items[count]);
        read_notation(row->rule, bytes, &rule);
        assert_int_equal(avow_stack_judge(rule, &own_issuer, items, count, AWARD_TIME, &result),
                         AVOW_OK);
        show(&result, nodes, sizeof(nodes));
        if (result.complete != row->complete || result.stopped || result.credits != row->credits ||
            strcmp(nodes, row->nodes) != 0 || result.needed != row->needed)
            fail_msg("%s: %s, %" PRIu64 " credits, %s, needed %" PRIx64, row->name,
                     result.complete ? "complete" : "not complete", result.credits, nodes,
                     result.needed);
    }
}

/* ------------------------------------------------------------------ brute force */

static uint64_t random_state;

static uint64_t next_random(void)
{
    random_state += UINT64_C(0x9e3779b97f4a7c15); /* SplitMix64 */
    uint64_t z = random_state;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static size_t below(size_t bound)
{
    return (size_t)(next_random() % bound);
}

#define SMALL_NODES 24
#define SMALL_LEAVES 6
#define SMALL_ITEMS 6
#define SMALL_CHOICES 4000

/* The case's own picture of its rule; nothing of it is read back from the bytes. */
struct small {
    size_t count;
    struct small_node {
        enum avow_rule_operator op;
        size_t parent, children;
        uint64_t number;
        bool us, has_level, has_field, has_within, has_body, has_issuer; /* of the system, where */
        bool other; /* which issuer: of a leaf, of `issuer` */
        uint64_t level_min, level_max;
        size_t body;
    } nodes[SMALL_NODES];
    size_t leaf_count, leaves[SMALL_LEAVES];
    size_t item_count;
    struct avow_stack_item items[SMALL_ITEMS];
    size_t bodies[2]; /* bit number of body 0 and 1, as the rule first names them */
    size_t body_count;
    struct avow_buf rule;
    uint8_t bytes[RULE_MAX];
};

static struct avow_hash body_of(size_t body)
{
    struct avow_hash hash = {{0}};
    hash.bytes[0] = (uint8_t)(0xb0 + body);
    return hash;
}

static void write_where(struct small *small, const struct small_node *node)
{
    struct avow_buf *out = &small->rule;
    const size_t keys = (size_t)node->has_level + node->has_field + node->has_within +
                        node->has_body + node->has_issuer;
    avow_write_map(out, keys);
    if (node->has_field) {
        avow_write_text(out, avow_bytes_text("field"));
        avow_write_text(out, avow_bytes_text("06"));
    }
    if (node->has_issuer) {
        avow_write_text(out, avow_bytes_text("issuer"));
        avow_write_hash(out, node->other ? &other_issuer : &own_issuer);
    }
    if (node->has_level) {
        avow_write_text(out, avow_bytes_text("level"));
        avow_write_array(out, 2);
        avow_write_uint(out, node->level_min);
        avow_write_uint(out, node->level_max);
    }
    if (node->has_body) {
        const struct avow_hash body = body_of(node->body);
        avow_write_text(out, avow_bytes_text("recognised_by"));
        avow_write_hash(out, &body);
        if (small->bodies[node->body] == SIZE_MAX)
            small->bodies[node->body] = small->body_count++;
    }
    if (node->has_within) {
        avow_write_text(out, avow_bytes_text("within"));
        avow_write_uint(out, node->number);
    }
}

static void make_where(struct small_node *node)
{
    node->level_min = 5 + below(2);
    node->level_max = node->level_min + below(2);
    node->number = 100 * below(3);
    node->body = below(2);
    node->other = below(2) == 0;
    switch (below(6)) {
    case 0:
        node->has_level = true;
        break;
    case 1:
        node->has_field = true;
        break;
    case 2:
        node->has_within = true;
        break;
    case 3:
        node->has_body = true;
        break;
    case 4:
        node->has_issuer = true;
        break;
    default:
        node->has_level = node->has_body = true;
        break;
    }
}

static void write_word(struct small *small, const char *word, size_t items)
{
    avow_write_array(&small->rule, items);
    avow_write_text(&small->rule, avow_bytes_text(word));
}

static void grow_leaf(struct small *small, struct small_node *node)
{
    node->op = AVOW_RULE_ACHIEVEMENT;
    node->other = below(4) == 0;
    node->number = 1 + below(3);
    small->leaves[small->leaf_count++] = (size_t)(node - small->nodes);
    write_word(small, "achievement", 3);
    if (node->other)
        avow_write_hash(&small->rule, &other_issuer);
    else if (below(2) == 0)
        avow_write_nil(&small->rule);
    else
        avow_write_hash(&small->rule, &own_issuer);
    avow_write_uint(&small->rule, node->number);
}

/* NOLINTNEXTLINE(misc-no-recursion): to depth 5 */
static void grow(struct small *small, size_t parent, size_t depth)
{
    struct small_node *node = &small->nodes[small->count++];
    const size_t self = small->count - 1;
    *node = (struct small_node){.parent = parent, .children = 1};
    const size_t kind = depth >= 4 || small->count > SMALL_NODES / 2 ? 9 : below(10);
    const size_t most = small->leaf_count + 3 <= SMALL_LEAVES ? 3 : 1;
    if (kind >= 7 || small->leaf_count >= SMALL_LEAVES - 1) {
        if (small->leaf_count < SMALL_LEAVES)
            grow_leaf(small, node);
        return;
    }
    static const enum avow_rule_operator ops[] = {
        AVOW_RULE_ALL,     AVOW_RULE_ANY,   AVOW_RULE_N,       AVOW_RULE_CREDITS,
        AVOW_RULE_CREDITS, AVOW_RULE_WHERE, AVOW_RULE_DISTINCT};
    node->op = ops[kind];
    switch (node->op) {
    case AVOW_RULE_ALL:
    case AVOW_RULE_ANY:
    case AVOW_RULE_N:
        node->children = 1 + below(most);
        node->number = 1 + below(node->children);
        write_word(small,
                   node->op == AVOW_RULE_ALL   ? "all"
                   : node->op == AVOW_RULE_ANY ? "any"
                                               : "n",
                   node->children + (node->op == AVOW_RULE_N ? 2 : 1));
        if (node->op == AVOW_RULE_N)
            avow_write_uint(&small->rule, node->number);
        break;
    case AVOW_RULE_CREDITS:
        node->number = 100 * (1 + below(12));
        node->us = below(4) == 0;
        write_word(small, "credits", 4);
        avow_write_uint(&small->rule, node->number);
        avow_write_text(&small->rule, avow_bytes_text(node->us ? "US" : "ECTS"));
        break;
    case AVOW_RULE_WHERE:
        make_where(node);
        write_word(small, "where", 3);
        write_where(small, node);
        break;
    case AVOW_RULE_DISTINCT:
        write_word(small, "distinct", 2);
        break;
    case AVOW_RULE_ACHIEVEMENT:
        break;
    }
    for (size_t i = 0; i < small->nodes[self].children; i++)
        grow(small, self, depth + 1);
}

static void make_items(struct small *small)
{
    small->item_count = below(SMALL_ITEMS + 1);
    for (size_t i = 0; i < small->item_count; i++)
        small->items[i] = (struct avow_stack_item){
            .issuer = below(4) == 0 ? other_issuer : own_issuer,
            .achievement = 1 + below(3),
            .eqf = below(6) == 0 ? 0 : 5 + below(3),
            .field = below(6) == 0 ? avow_bytes(NULL, 0)
                                   : avow_bytes_text(below(3) == 0 ? "0731" : "0612"),
            .credits = 100 * below(7),
            .credit_system = avow_bytes_text(below(4) == 0 ? "US" : "ECTS"),
            .awarded = AWARD_TIME + 100 - 100 * below(4),
            .recognised_by = below(4),
        };
}

/* Straight from docs/protocol.md. */
static bool small_fits_where(const struct small *small, const struct small_node *where,
                             const struct avow_stack_item *item)
{
    if (where->has_level &&
        (item->eqf == 0 || item->eqf < where->level_min || item->eqf > where->level_max))
        return false;
    if (where->has_field && (item->field.len == 0 || memcmp(item->field.data, "06", 2) != 0))
        return false;
    if (where->has_within &&
        (item->awarded > AWARD_TIME || item->awarded + where->number < AWARD_TIME))
        return false;
    if (where->has_issuer &&
        !avow_hash_equal(&item->issuer, where->other ? &other_issuer : &own_issuer))
        return false;
    return !where->has_body || (item->recognised_by >> small->bodies[where->body] & 1) != 0;
}

static bool small_fits(const struct small *small, size_t leaf, const struct avow_stack_item *item)
{
    const struct small_node *node = &small->nodes[leaf];
    if (item->achievement != node->number ||
        !avow_hash_equal(&item->issuer, node->other ? &other_issuer : &own_issuer))
        return false;
    for (size_t v = node->parent; v != SIZE_MAX; v = small->nodes[v].parent) {
        if (small->nodes[v].op == AVOW_RULE_WHERE &&
            !small_fits_where(small, &small->nodes[v], item))
            return false;
    }
    return true;
}

static bool small_below(const struct small *small, size_t node, size_t above)
{
    for (; node != SIZE_MAX; node = small->nodes[node].parent) {
        if (node == above)
            return true;
    }
    return false;
}

/* choice[k]: of leaf k; SIZE_MAX for none. Whether no distinct forbids it. */
static bool small_allowed(const struct small *small, const size_t *choice)
{
    for (size_t v = 0; v < small->count; v++) {
        if (small->nodes[v].op != AVOW_RULE_DISTINCT)
            continue;
        for (size_t a = 0; a < small->leaf_count; a++) {
            for (size_t b = 0; b < a; b++) {
                if (choice[a] != SIZE_MAX && choice[a] == choice[b] &&
                    small_below(small, small->leaves[a], v) &&
                    small_below(small, small->leaves[b], v))
                    return false;
            }
        }
    }
    return true;
}

struct small_value {
    bool met[SMALL_NODES];
    uint64_t have[SMALL_NODES];
    size_t nodes;
    uint64_t credits;
};

static uint64_t small_sum(const struct small *small, const size_t *choice, size_t v, int system)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < small->item_count; i++) {
        bool counts = false;
        for (size_t k = 0; k < small->leaf_count; k++)
            counts = counts || (choice[k] == i && small_below(small, small->leaves[k], v));
        const bool us = small->items[i].credit_system.len == 2;
        if (counts && (system < 0 || us == (system == 1)))
            sum += small->items[i].credits;
    }
    return sum;
}

static void small_evaluate(const struct small *small, const size_t *choice,
                           struct small_value *value)
{
    bool ects = false, us = false;
    *value = (struct small_value){.nodes = 0};
    for (size_t k = 0; k < small->leaf_count; k++)
        value->have[small->leaves[k]] = choice[k] != SIZE_MAX;
    for (size_t v = small->count; v-- > 0;) {
        const struct small_node *node = &small->nodes[v];
        uint64_t need = 1;
        if (node->op == AVOW_RULE_ALL)
            need = node->children;
        if (node->op == AVOW_RULE_N)
            need = node->number;
        value->met[v] = value->have[v] >= need;
        if (node->op == AVOW_RULE_CREDITS) {
            value->have[v] = small_sum(small, choice, v, node->us);
            value->met[v] = value->met[v] && value->have[v] >= node->number;
            ects = ects || !node->us;
            us = us || node->us;
        }
        value->nodes += value->met[v];
        if (node->parent != SIZE_MAX)
            value->have[node->parent] += value->met[v];
    }
    value->credits =
        ects == us ? small_sum(small, choice, 0, -1) : small_sum(small, choice, 0, us ? 1 : 0);
}

static bool small_better(const struct small_value *a, const struct small_value *b)
{
    if (a->met[0] != b->met[0])
        return a->met[0];
    return a->nodes != b->nodes ? a->nodes > b->nodes : a->credits > b->credits;
}

/* The best of all choices; false if they are too many for a test. */
static bool small_best(const struct small *small, struct small_value *best)
{
    size_t fits[SMALL_LEAVES][SMALL_ITEMS + 1], counts[SMALL_LEAVES], at[SMALL_LEAVES] = {0};
    size_t all = 1;
    for (size_t k = 0; k < small->leaf_count; k++) {
        fits[k][0] = SIZE_MAX;
        counts[k] = 1;
        for (size_t i = 0; i < small->item_count; i++) {
            if (small_fits(small, small->leaves[k], &small->items[i]))
                fits[k][counts[k]++] = i;
        }
        all *= counts[k];
    }
    for (size_t n = 0; n < all && all <= SMALL_CHOICES; n++) {
        size_t choice[SMALL_LEAVES], rest = n;
        struct small_value value;
        for (size_t k = 0; k < small->leaf_count; k++) {
            at[k] = rest % counts[k];
            rest /= counts[k];
            choice[k] = fits[k][at[k]];
        }
        if (!small_allowed(small, choice))
            continue;
        small_evaluate(small, choice, &value);
        if (n == 0 || small_better(&value, best))
            *best = value;
    }
    return all <= SMALL_CHOICES;
}

/* What the answer says of each leaf, as a choice: it is one that is allowed. */
static void read_choice(const struct small *small, const struct avow_stack_result *result,
                        size_t *choice, size_t number)
{
    assert_int_equal(result->count, small->count);
    for (size_t k = 0; k < small->leaf_count; k++) {
        const struct avow_stack_node *leaf = &result->nodes[small->leaves[k]];
        choice[k] = leaf->used == 0 ? SIZE_MAX : (size_t)__builtin_ctzll(leaf->used);
        if (leaf->met != (leaf->used != 0) || (leaf->used & (leaf->used - 1)) != 0 ||
            (leaf->met && !small_fits(small, small->leaves[k], &small->items[choice[k]])))
            fail_msg("case %zu: leaf %zu is met by %" PRIx64, number, k, leaf->used);
    }
    if (!small_allowed(small, choice))
        fail_msg("case %zu: a credential counts twice below distinct", number);
}

/* All that is needed, and no more. */
static void check_needed(const struct small *small, const struct avow_stack_result *result,
                         const size_t *choice, size_t number)
{
    for (size_t i = 0; i <= small->item_count && result->complete; i++) {
        size_t rest[SMALL_LEAVES];
        struct small_value value;
        for (size_t k = 0; k < small->leaf_count; k++)
            rest[k] =
                choice[k] == SIZE_MAX || choice[k] == i || (result->needed >> choice[k] & 1) == 0
                    ? SIZE_MAX
                    : choice[k];
        small_evaluate(small, rest, &value);
        const bool spared = i == small->item_count || (result->needed >> i & 1) == 0;
        if (value.met[0] != spared)
            fail_msg("case %zu: %" PRIx64 " is not what is needed", number, result->needed);
    }
}

/* The answer is what its leaves make of it, and as good as the best. */
static void check_answer(const struct small *small, const struct avow_stack_result *result,
                         const struct small_value *best, size_t number)
{
    size_t choice[SMALL_LEAVES];
    struct small_value value;
    read_choice(small, result, choice, number);
    small_evaluate(small, choice, &value);
    for (size_t v = 0; v < small->count; v++) {
        const struct avow_stack_node *node = &result->nodes[v];
        if (node->met != value.met[v] || node->have != value.have[v])
            fail_msg("case %zu: node %zu is not what its leaves make of it", number, v);
        if (node->met && node->used == 0)
            fail_msg("case %zu: node %zu is met by nothing", number, v);
    }
    if (result->stopped || result->complete != best->met[0] || value.nodes != best->nodes ||
        result->credits != best->credits || value.credits != best->credits)
        fail_msg("case %zu: complete %d, %zu nodes, %" PRIu64
                 " credits; there is %d, %zu, %" PRIu64,
                 number, result->complete, value.nodes, result->credits, best->met[0], best->nodes,
                 best->credits);
    check_needed(small, result, choice, number);
}

static size_t from_environment(const char *name, size_t usual)
{
    const char *text = getenv(name);
    return text != NULL ? (size_t)strtoull(text, NULL, 10) : usual;
}

/* AVOW_STACKS: how many; a million takes minutes. */
static void test_brute_force(void **state)
{
    (void)state;
    const size_t wanted = from_environment("AVOW_STACKS", 100000);
    static struct small small;
    static struct avow_stack_result result;
    size_t complete = 0, done = 0, number = 0;
    for (; done < wanted; number++) {
        random_state = number;
        small = (struct small){.bodies = {SIZE_MAX, SIZE_MAX}};
        avow_buf_init_fixed(&small.rule, small.bytes, sizeof(small.bytes));
        grow(&small, SIZE_MAX, 0);
        if (avow_rule_check(avow_buf_bytes(&small.rule)) != AVOW_ACCEPT)
            continue; /* it ran out of leaves */
        make_items(&small);
        struct small_value best = {.nodes = 0};
        if (!small_best(&small, &best))
            continue;
        assert_int_equal(avow_stack_judge(avow_buf_bytes(&small.rule), &own_issuer, small.items,
                                          small.item_count, AWARD_TIME, &result),
                         AVOW_OK);
        check_answer(&small, &result, &best, number);
        complete += result.complete;
        done++;
    }
    if (done > 1000 && (complete < done / 20 || complete > done - done / 20))
        fail_msg("%zu of %zu are complete: the cases are lopsided", complete, done);
}

/* ------------------------------------------------------------------ hard ones */

static void write_leaf(struct avow_buf *out, uint64_t index)
{
    avow_write_array(out, 3);
    avow_write_text(out, avow_bytes_text("achievement"));
    avow_write_nil(out);
    avow_write_uint(out, index);
}

/* `baskets` sums of `need` hundredths below one distinct, each from any of `count` achievements. */
static void write_baskets(struct avow_buf *out, size_t baskets, size_t count, uint64_t need)
{
    avow_write_array(out, 2);
    avow_write_text(out, avow_bytes_text("distinct"));
    avow_write_array(out, baskets + 1);
    avow_write_text(out, avow_bytes_text("all"));
    for (size_t b = 0; b < baskets; b++) {
        avow_write_array(out, 4);
        avow_write_text(out, avow_bytes_text("credits"));
        avow_write_uint(out, need);
        avow_write_text(out, avow_bytes_text("ECTS"));
        avow_write_array(out, count + 1);
        avow_write_text(out, avow_bytes_text("any"));
        for (size_t i = 0; i < count; i++)
            write_leaf(out, i);
    }
}

static struct avow_stack_item item_of(uint64_t achievement, uint64_t credits)
{
    return (struct avow_stack_item){.issuer = own_issuer,
                                    .achievement = achievement,
                                    .credits = credits,
                                    .credit_system = avow_bytes_text("ECTS"),
                                    .awarded = AWARD_TIME};
}

/* Baskets, achievements, hundredths wanted in each, hundredths of the credentials: `credits` and
 * `more` for each one further. */
static const struct hard {
    const char *name;
    size_t baskets, count;
    uint64_t need, credits, more;
    bool complete;
} hards[] = {
    {"30 modules of 6 fill 3 baskets of 60", 3, 30, 6000, 600, 0, true},
    {"29 modules of 6 do not", 3, 29, 6000, 600, 0, false},
    {"64 modules fill 3 baskets", 3, 64, 12600, 600, 0, true},
    {"60 modules do not fill 4", 4, 60, 9001, 600, 0, false},
    {"24 different modules fill 2 baskets exactly", 2, 24, 7656, 500, 12, true},
    {"and not a hundredth more", 2, 24, 7657, 500, 12, false},
    {"40 different modules fill 2 baskets", 2, 40, 15000, 501, 13, true},
};

static uint8_t hard_bytes[64 * 1024];
static struct avow_stack_result hard_result;

static void judge_baskets(size_t baskets, size_t count, uint64_t need,
                          const struct avow_stack_item *items)
{
    struct avow_buf rule;
    avow_buf_init_fixed(&rule, hard_bytes, sizeof(hard_bytes));
    write_baskets(&rule, baskets, count, need);
    assert_int_equal(avow_stack_judge(avow_buf_bytes(&rule), &own_issuer, items, count, AWARD_TIME,
                                      &hard_result),
                     AVOW_OK);
}

static void test_hard(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(hards); i++) {
        const struct hard *hard = &hards[i];
        struct avow_stack_item items[AVOW_STACK_CREDENTIALS_MAX];
        for (size_t k = 0; k < hard->count; k++)
            items[k] = item_of(k, hard->credits + k * hard->more);
        judge_baskets(hard->baskets, hard->count, hard->need, items);
        if (hard_result.complete != hard->complete || hard_result.stopped)
            fail_msg("%s: complete %d, stopped %d", hard->name, hard_result.complete,
                     hard_result.stopped);
    }
}

/* Halves of equal weight, from weights that are all even, when the half is odd: nobody can tell
 * without trying. It ends at the bound, and does not say "no". */
static void test_stopped(void **state)
{
    (void)state;
    struct avow_stack_item items[40];
    uint64_t sum = 0;
    random_state = 7;
    for (size_t k = 0; k < COUNT(items); k++) {
        items[k] = item_of(k, 2 * (1 + below(1000000000)));
        sum += items[k].credits;
    }
    items[0].credits += sum % 4 == 0 ? 2 : 0;
    sum += sum % 4 == 0 ? 2 : 0;
    judge_baskets(2, COUNT(items), sum / 2, items);
    assert_true(hard_result.stopped);
    assert_false(hard_result.complete);
    judge_baskets(2, COUNT(items), sum / 3, items);
    assert_false(hard_result.stopped);
    assert_true(hard_result.complete);
}

/* The largest rule that there can be, on credentials of one achievement that all differ. */
static void test_one_achievement(void **state)
{
    (void)state;
    struct avow_stack_item items[AVOW_STACK_CREDENTIALS_MAX];
    struct avow_buf rule;
    avow_buf_init_fixed(&rule, hard_bytes, sizeof(hard_bytes));
    avow_write_array(&rule, 2);
    avow_write_text(&rule, avow_bytes_text("distinct"));
    avow_write_array(&rule, 255);
    avow_write_text(&rule, avow_bytes_text("all"));
    for (size_t i = 0; i < 254; i++)
        write_leaf(&rule, 1);
    for (size_t k = 0; k < COUNT(items); k++)
        items[k] = item_of(1, 100 + k);
    assert_int_equal(avow_stack_judge(avow_buf_bytes(&rule), &own_issuer, items, COUNT(items),
                                      AWARD_TIME, &hard_result),
                     AVOW_OK);
    assert_false(hard_result.complete);
    assert_int_equal(hard_result.nodes[1].have, COUNT(items));
    assert_int_equal(hard_result.credits, 64 * 100 + 63 * 32);
}

/* Bodies are counted in the order in which they are named, each once; what no bit is left for
 * cannot be told. */
static void test_bodies(void **state)
{
    (void)state;
    uint8_t bytes[RULE_MAX];
    struct avow_hash bodies[AVOW_STACK_BODIES_MAX];
    const struct avow_stack_item item = item_of(1, 600);
    for (size_t named = 63; named <= 65; named++) {
        struct avow_buf rule;
        avow_buf_init_fixed(&rule, bytes, sizeof(bytes));
        avow_write_array(&rule, named + 2);
        avow_write_text(&rule, avow_bytes_text("any"));
        for (size_t i = 0; i <= named; i++) { /* the first twice */
            const struct avow_hash body = {{(uint8_t)(i % named)}};
            avow_write_array(&rule, 3);
            avow_write_text(&rule, avow_bytes_text("where"));
            avow_write_map(&rule, 1);
            avow_write_text(&rule, avow_bytes_text("recognised_by"));
            avow_write_hash(&rule, &body);
            write_leaf(&rule, 1);
        }
        const bool too_many = named > AVOW_STACK_BODIES_MAX;
        assert_int_equal(rule.err, AVOW_OK);
        assert_int_equal(avow_stack_bodies(avow_buf_bytes(&rule), bodies),
                         too_many ? AVOW_STACK_BODIES_MAX : named);
        assert_int_equal(bodies[62].bytes[0], 62);
        assert_int_equal(avow_stack_judge(avow_buf_bytes(&rule), &own_issuer, &item, 1, AWARD_TIME,
                                          &hard_result),
                         AVOW_OK);
        assert_false(hard_result.complete);
        assert_int_equal(hard_result.stopped, too_many);
    }
}

static void test_refused(void **state)
{
    (void)state;
    struct avow_bytes rule = pack_new("['all']");
    assert_int_equal(avow_stack_judge(rule, &own_issuer, NULL, 0, AWARD_TIME, &hard_result),
                     AVOW_ERR_INVALID);
    free((void *)(uintptr_t)rule.data);
}

static enum avow_err judge_one(void *context)
{
    (void)context;
    const struct avow_stack_item item = item_of(1, 600);
    struct avow_buf rule;
    avow_buf_init_fixed(&rule, hard_bytes, sizeof(hard_bytes));
    write_baskets(&rule, 2, 2, 600);
    return avow_stack_judge(avow_buf_bytes(&rule), &own_issuer, &item, 1, AWARD_TIME, &hard_result);
}

static void test_memory(void **state)
{
    (void)state;
    avow_alloc_sweep("stack", judge_one, NULL);
}

int main(void)
{
    memset(own_issuer.bytes, 0x33, sizeof(own_issuer.bytes));
    struct avow_buf out;
    uint8_t bytes[64];
    avow_buf_init_fixed(&out, bytes, sizeof(bytes));
    pack(&out, "b32");
    memcpy(other_issuer.bytes, bytes + 2, sizeof(other_issuer.bytes));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_brute_force),
        cmocka_unit_test(test_hard),
        cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_one_achievement),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
