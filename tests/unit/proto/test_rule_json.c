/* cli/rule_json: rules as people write them, there and back, and what is said of those that are
 * none. */
#include "proto/json/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ISSUER "avow157n60fa857n60fa857n60fa857n60fa857n60fa857n60fa857nsuk9frk"
#define LEAF "[\"achievement\", null, 2]"

static const struct row {
    const char *name, *json;
    const char *back;         /* NULL: the same */
    const char *where, *what; /* NULL: it is a rule */
} rows[] = {
    {"achievement", LEAF, NULL, NULL, NULL},
    {"another's achievement", "[\"achievement\", \"" ISSUER "\", 9007199254740991]", NULL, NULL,
     NULL},
    {"all, any, n", "[\"all\", [\"any\", " LEAF ", " LEAF "], [\"n\", 1, " LEAF "]]", NULL, NULL,
     NULL},
    {"credits", "[\"credits\", 30, \"ECTS\", " LEAF "]", NULL, NULL, NULL},
    {"credits with a fraction", "[\"credits\", 7.1, \"ECTS\", " LEAF "]", NULL, NULL, NULL},
    {"credits written at length", "[\"credits\", 7.50, \"ECTS\", " LEAF "]",
     "[\"credits\", 7.5, \"ECTS\", " LEAF "]", NULL, NULL},
    {"the least credits", "[\"credits\", 0.01, \"ECTS\", " LEAF "]", NULL, NULL, NULL},
    {"distinct", "[\"distinct\", " LEAF "]", NULL, NULL, NULL},
    {"where, every key",
     "[\"where\", {\"field\": \"06\", \"issuer\": \"" ISSUER "\", \"level\": [5, 7], "
     "\"recognised_by\": \"" ISSUER "\", \"within\": 0}, " LEAF "]",
     NULL, NULL, NULL},
    {"where, in another order", "[\"where\", {\"within\": 60, \"field\": \"0612\"}, " LEAF "]",
     NULL, NULL, NULL},
    {"days", "[\"where\", {\"within\": \"90d\"}, " LEAF "]",
     "[\"where\", {\"within\": 7776000}, " LEAF "]", NULL, NULL},
    {"years", "[\"where\", {\"within\": \"5y\"}, " LEAF "]",
     "[\"where\", {\"within\": 157788000}, " LEAF "]", NULL, NULL},

    {"nothing", "null", NULL, "", "not a rule"},
    {"an object", "{\"all\": []}", NULL, "", "not a rule"},
    {"an empty array", "[]", NULL, "", "not a rule"},
    {"an operator in upper case", "[\"ALL\", " LEAF "]", NULL, "", "not a rule"},
    {"all of nothing", "[\"all\"]", NULL, "", "too little for \"all\""},
    {"two rules for distinct", "[\"distinct\", " LEAF ", " LEAF "]", NULL, "",
     "too much for \"distinct\""},
    {"a rule below an achievement", "[\"achievement\", null, 2, " LEAF "]", NULL, "",
     "too much for \"achievement\""},
    {"none of them", "[\"n\", 0, " LEAF "]", NULL, "/1", "Write 1 to 1"},
    {"more than there are", "[\"all\", [\"n\", 3, " LEAF ", " LEAF "]]", NULL, "/1/1",
     "Write 1 to 2"},
    {"half a rule", "[\"n\", 1.0, " LEAF "]", NULL, "/1", "Write 1 to 1"},
    {"credits as text", "[\"credits\", \"30\", \"ECTS\", " LEAF "]", NULL, "/1",
     "not a number of credits"},
    {"too fine", "[\"credits\", 0.125, \"ECTS\", " LEAF "]", NULL, "/1", "at most two decimals"},
    {"too many credits", "[\"credits\", 100001, \"ECTS\", " LEAF "]", NULL, "/1",
     "not a number of credits"},
    {"no system", "[\"credits\", 30, null, " LEAF "]", NULL, "/2", "not a credit system"},
    {"an issuer that is none", "[\"any\", " LEAF ", [\"achievement\", \"avow1\", 2]]", NULL, "/2/1",
     "not an issuer"},
    {"an index below zero", "[\"achievement\", null, -1]", NULL, "/2", "not an index"},
    {"an unknown condition", "[\"where\", {\"fields\": [\"06\"]}, " LEAF "]", NULL, "/1",
     "\"fields\" is unknown"},
    {"levels turned", "[\"where\", {\"level\": [7, 5]}, " LEAF "]", NULL, "/1/level",
     "[lowest, highest]"},
    {"one level", "[\"where\", {\"level\": [7]}, " LEAF "]", NULL, "/1/level", "[lowest, highest]"},
    {"a month", "[\"where\", {\"within\": \"3m\"}, " LEAF "]", NULL, "/1/within", "\"90d\""},
    {"years beyond counting", "[\"where\", {\"within\": \"900719925474099y\"}, " LEAF "]", NULL,
     "/1/within", "not a span"},
    {"deep down", "[\"where\", {\"field\": \"06\"}, [\"distinct\", [\"all\", 7]]]", NULL, "/2/1/1",
     "not a rule"},
};

static json_t *load(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    if (value == NULL)
        fail_msg("not JSON: %s", text);
    return value;
}

static void check_back(const struct row *row, struct avow_bytes rule)
{
    json_t *expected = load(row->back != NULL ? row->back : row->json);
    json_t *back = avow_rule_to_json(rule);
    if (avow_rule_check(rule) != AVOW_ACCEPT)
        fail_msg("%s: what was written is no rule", row->name);
    if (!json_equal(back, expected))
        fail_msg("%s: came back as %s", row->name, json_dumps(back, 0));
    json_decref(expected);
    json_decref(back);
}

static void check_fault(const struct row *row, const struct avow_rule_fault *fault)
{
    if (row->where == NULL || row->what == NULL || strcmp(fault->where, row->where) != 0 ||
        strstr(fault->what, row->what) == NULL)
        fail_msg("%s: %s: %s", row->name, fault->where, fault->what);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        json_t *value = load(row->json);
        struct avow_rule_fault fault;
        struct avow_buf out;
        avow_buf_init(&out, AVOW_ENTRY_BYTES_MAX);
        const bool good = avow_rule_from_json(value, &out, &fault);
        if (good != (row->what == NULL))
            fail_msg("%s: %s: %s", row->name, fault.where, fault.what);
        if (good)
            check_back(row, avow_buf_bytes(&out));
        else
            check_fault(row, &fault);
        avow_buf_fini(&out);
        json_decref(value);
    }
}

/* As deep and as wide as a rule may be, and one more. */
static void test_bounds(void **state)
{
    (void)state;
    for (size_t depth = AVOW_RULE_DEPTH_MAX; depth <= AVOW_RULE_DEPTH_MAX + 1; depth++) {
        json_t *value = load(LEAF);
        for (size_t i = 1; i < depth; i++)
            value = json_pack("[s, o]", "all", value);
        struct avow_rule_fault fault;
        struct avow_buf out;
        avow_buf_init(&out, AVOW_ENTRY_BYTES_MAX);
        assert_int_equal(avow_rule_from_json(value, &out, &fault), depth == AVOW_RULE_DEPTH_MAX);
        avow_buf_fini(&out);
        json_decref(value);
    }
    for (size_t count = AVOW_RULE_NODES_MAX; count <= AVOW_RULE_NODES_MAX + 1; count++) {
        json_t *value = json_pack("[s]", "any");
        for (size_t i = 1; i < count; i++)
            assert_int_equal(json_array_append_new(value, load(LEAF)), 0);
        struct avow_rule_fault fault;
        struct avow_buf out;
        avow_buf_init(&out, AVOW_ENTRY_BYTES_MAX);
        assert_int_equal(avow_rule_from_json(value, &out, &fault), count == AVOW_RULE_NODES_MAX);
        avow_buf_fini(&out);
        json_decref(value);
    }
    json_t *wide = json_pack("[s]", "any"); /* 256 nodes, and too many bytes */
    for (size_t i = 1; i < AVOW_RULE_NODES_MAX; i++)
        assert_int_equal(json_array_append_new(wide, load("[\"achievement\", \"" ISSUER "\", 2]")),
                         0);
    struct avow_rule_fault fault;
    struct avow_buf out;
    avow_buf_init(&out, AVOW_ENTRY_BYTES_MAX);
    assert_false(avow_rule_from_json(wide, &out, &fault));
    assert_non_null(strstr(fault.what, "at most 8192 bytes"));
    avow_buf_fini(&out);
    json_decref(wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
