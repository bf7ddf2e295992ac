/* Pathway rules: their form, their bounds, the order of the walk. */
#include "proto/entry/rule.h"

#include "proto/codec/writer.h"
#include "tests/support/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LEAF "['achievement', nil, 1]"

static const struct {
    const char *name;
    const char *notation;
    enum avow_reject reject;
} rows[] = {
    {"leaf", LEAF, AVOW_ACCEPT},
    {"leaf elsewhere", "['achievement', b32, 9007199254740991]", AVOW_ACCEPT},
    {"all", "['all', " LEAF "]", AVOW_ACCEPT},
    {"any of two", "['any', " LEAF ", " LEAF "]", AVOW_ACCEPT},
    {"n of n", "['n', 2, " LEAF ", " LEAF "]", AVOW_ACCEPT},
    {"credits", "['credits', 1, 'ECTS', " LEAF "]", AVOW_ACCEPT},
    {"where, every key",
     "['where', {'field': '06', 'issuer': b32, 'level': [1, 8], 'recognised_by': b32, "
     "'within': 0}, " LEAF "]",
     AVOW_ACCEPT},
    {"where, one level", "['where', {'level': [6, 6]}, " LEAF "]", AVOW_ACCEPT},
    {"distinct", "['distinct', ['credits', 3000, 'ECTS', " LEAF "]]", AVOW_ACCEPT},

    {"not an array", "'all'", AVOW_REJECT_TYPE},
    {"empty", "[]", AVOW_REJECT_RULE},
    {"unknown operator", "['none', " LEAF "]", AVOW_REJECT_RULE},
    {"operator that is a number", "[1, " LEAF "]", AVOW_REJECT_TYPE},
    {"operator in upper case", "['ALL', " LEAF "]", AVOW_REJECT_RULE},
    {"all of nothing", "['all']", AVOW_REJECT_RULE},
    {"any of nothing", "['any']", AVOW_REJECT_RULE},
    {"all of a number", "['all', 1]", AVOW_REJECT_TYPE},
    {"n without k", "['n']", AVOW_REJECT_RULE},
    {"n of nothing", "['n', 1]", AVOW_REJECT_RULE},
    {"none of n", "['n', 0, " LEAF "]", AVOW_REJECT_RULE},
    {"n of fewer", "['n', 2, " LEAF "]", AVOW_REJECT_RULE},
    {"credits, none", "['credits', 0, 'ECTS', " LEAF "]", AVOW_REJECT_RULE},
    {"credits, no system", "['credits', 1, '', " LEAF "]", AVOW_REJECT_RULE},
    {"credits, no rule", "['credits', 1, 'ECTS']", AVOW_REJECT_RULE},
    {"credits, two rules", "['credits', 1, 'ECTS', " LEAF ", " LEAF "]", AVOW_REJECT_RULE},
    {"achievement, no index", "['achievement', nil]", AVOW_REJECT_RULE},
    {"achievement, a child", "['achievement', nil, 1, " LEAF "]", AVOW_REJECT_RULE},
    {"achievement, issuer of 31", "['achievement', b31, 1]", AVOW_REJECT_LENGTH},
    {"achievement, index nil", "['achievement', b32, nil]", AVOW_REJECT_TYPE},
    {"where, no key", "['where', {}, " LEAF "]", AVOW_REJECT_RULE},
    {"where, unknown key", "['where', {'age': 1}, " LEAF "]", AVOW_REJECT_RULE},
    {"where, no rule", "['where', {'within': 1}]", AVOW_REJECT_RULE},
    {"where, level 0", "['where', {'level': [0, 1]}, " LEAF "]", AVOW_REJECT_RULE},
    {"where, level 9", "['where', {'level': [1, 9]}, " LEAF "]", AVOW_REJECT_RANGE},
    {"where, levels turned", "['where', {'level': [7, 6]}, " LEAF "]", AVOW_REJECT_RULE},
    {"where, level alone", "['where', {'level': 6}, " LEAF "]", AVOW_REJECT_TYPE},
    {"where, field", "['where', {'field': 'IT'}, " LEAF "]", AVOW_REJECT_RULE},
    {"where, field too long", "['where', {'field': '06123'}, " LEAF "]", AVOW_REJECT_LENGTH},
    {"where, issuer nil", "['where', {'issuer': nil}, " LEAF "]", AVOW_REJECT_TYPE},
    {"where, keys out of order", "['where', {'within': 1, 'level': [1, 2]}, " LEAF "]",
     AVOW_REJECT_KEY_ORDER},
    {"distinct, two rules", "['distinct', " LEAF ", " LEAF "]", AVOW_REJECT_RULE},
    {"a child beyond", "['distinct', ['distinct']]", AVOW_REJECT_RULE},
};

static void expect(const char *name, struct avow_bytes rule, enum avow_reject reject)
{
    enum avow_reject got = avow_rule_check(rule);
    if (got != reject)
        fail_msg("%s: %s, not %s", name, avow_reject_name(got), avow_reject_name(reject));
}

static void test_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct avow_bytes rule = pack_new(rows[i].notation);
        expect(rows[i].name, rule, rows[i].reject);
        free((void *)rule.data);
    }
    expect("nothing", avow_bytes(NULL, 0), AVOW_REJECT_TRUNCATED);
}

static void test_trailing(void **state)
{
    (void)state;
    struct avow_buf rule;
    avow_buf_init(&rule, 1000);
    pack(&rule, "['all', " LEAF "]");
    pack(&rule, LEAF);
    expect("a second rule", avow_buf_bytes(&rule), AVOW_REJECT_TRAILING);
    avow_buf_fini(&rule);
}

/* `depth` nodes one under the other, the last a leaf. */
static void nest(struct avow_buf *out, size_t depth)
{
    for (size_t i = 1; i < depth; i++) {
        avow_write_array(out, 2);
        avow_write_text(out, avow_bytes_text("distinct"));
    }
    pack(out, LEAF);
}

static void test_depth(void **state)
{
    (void)state;
    struct avow_buf rule;
    avow_buf_init(&rule, 10000);
    nest(&rule, AVOW_RULE_DEPTH_MAX);
    expect("as deep as may be", avow_buf_bytes(&rule), AVOW_ACCEPT);
    avow_buf_clear(&rule);
    nest(&rule, AVOW_RULE_DEPTH_MAX + 1);
    expect("too deep", avow_buf_bytes(&rule), AVOW_REJECT_RULE);
    avow_buf_fini(&rule);
}

/* A rule of `nodes` nodes, two levels deep. */
static void spread(struct avow_buf *out, size_t nodes)
{
    avow_write_array(out, nodes);
    avow_write_text(out, avow_bytes_text("all"));
    for (size_t i = 1; i < nodes; i++)
        pack(out, LEAF);
}

static void test_nodes(void **state)
{
    (void)state;
    struct avow_buf rule;
    avow_buf_init(&rule, 10000);
    spread(&rule, AVOW_RULE_NODES_MAX);
    expect("as many as may be", avow_buf_bytes(&rule), AVOW_ACCEPT);
    avow_buf_clear(&rule);
    spread(&rule, AVOW_RULE_NODES_MAX + 1);
    expect("one node too many", avow_buf_bytes(&rule), AVOW_REJECT_RULE);
    avow_buf_clear(&rule);
    spread(&rule, 1000);
    expect("far too many", avow_buf_bytes(&rule), AVOW_REJECT_LENGTH);
    avow_buf_fini(&rule);
}

static void test_walk(void **state)
{
    (void)state;
    static const struct {
        enum avow_rule_operator op;
        size_t depth, children;
        uint64_t number, index;
    } expected[] = {
        {AVOW_RULE_ALL, 1, 2, 0, 0},         {AVOW_RULE_N, 2, 2, 1, 0},
        {AVOW_RULE_ACHIEVEMENT, 3, 0, 0, 4}, {AVOW_RULE_WHERE, 3, 1, 0, 0},
        {AVOW_RULE_ACHIEVEMENT, 4, 0, 0, 5}, {AVOW_RULE_CREDITS, 2, 1, 250, 0},
        {AVOW_RULE_DISTINCT, 3, 1, 0, 0},    {AVOW_RULE_ACHIEVEMENT, 4, 0, 0, 6},
    };
    struct avow_rule_walk walk;
    struct avow_rule_node node;
    struct avow_bytes rule = pack_new(
        "['all', ['n', 1, ['achievement', b32:9, 4], ['where', {'field': '0612', 'level': [5, 7], "
        "'within': 60}, ['achievement', nil, 5]]], ['credits', 250, 'ECTS', ['distinct', "
        "['achievement', nil, 6]]]]");
    avow_rule_walk_init(&walk, rule);
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_true(avow_rule_next(&walk, &node));
        assert_int_equal(node.op, expected[i].op);
        assert_int_equal(node.depth, expected[i].depth);
        assert_int_equal(node.children, expected[i].children);
        assert_int_equal(node.number, expected[i].number);
        assert_int_equal(node.index, expected[i].index);
        if (i == 2)
            assert_true(node.has_issuer && node.issuer.bytes[0] == 9);
        if (i == 3) {
            assert_true(node.where.has_level && node.where.level_min == 5);
            assert_int_equal(node.where.level_max, 7);
            assert_true(avow_bytes_equal(node.where.field, avow_bytes_text("0612")));
            assert_true(node.where.has_within && node.where.within_s == 60);
            assert_false(node.where.has_issuer || node.where.has_recognised_by);
        }
    }
    assert_false(avow_rule_next(&walk, &node));
    assert_false(avow_rule_next(&walk, &node));
    assert_int_equal(avow_rule_walk_finish(&walk), AVOW_ACCEPT);
    free((void *)rule.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms), cmocka_unit_test(test_trailing), cmocka_unit_test(test_depth),
        cmocka_unit_test(test_nodes), cmocka_unit_test(test_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
