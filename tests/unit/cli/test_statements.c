/* Recognitions as people write them: what entry they become, and what is said of each bad value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/recognition/statements.h"
#include "proto/codec/id.h"
#include "proto/json/recognition.h"

#include <stdlib.h>

static const struct avow_hash own = {{9}};
static const struct avow_hash subject = {{1, 2, 3}};

struct said {
    size_t count;
    char column[32], what[512]; /* the last */
};

static void hear(void *context, size_t line, const char *column, const char *what)
{
    struct said *said = context;
    (void)line;
    said->count++;
    (void)snprintf(said->column, sizeof(said->column), "%s", column != NULL ? column : "");
    (void)snprintf(said->what, sizeof(said->what), "%s", what);
}

struct words {
    const char *issuer, *as, *name, *fields, *levels, *regions, *achievements, *depth, *equivalence;
    const char *from, *until, *basis;
};

static void read_words(const struct words *words, struct said *said,
                       struct avow_statements *statements)
{
    char id[AVOW_ISSUER_TEXT_MAX];
    avow_id_issuer_text(&subject, id);
    const char *const texts[AVOW_STATEMENT_COLUMNS] = {
        [AVOW_STATEMENT_ISSUER] = words->issuer != NULL ? words->issuer : id,
        [AVOW_STATEMENT_AS] = words->as != NULL ? words->as : "issuer",
        [AVOW_STATEMENT_SUBJECT_NAME] = words->name != NULL ? words->name : "N",
        [AVOW_STATEMENT_FIELDS] = words->fields,
        [AVOW_STATEMENT_LEVELS] = words->levels,
        [AVOW_STATEMENT_REGIONS] = words->regions,
        [AVOW_STATEMENT_ACHIEVEMENTS] = words->achievements,
        [AVOW_STATEMENT_DEPTH] = words->depth,
        [AVOW_STATEMENT_EQUIVALENCE] = words->equivalence,
        [AVOW_STATEMENT_FROM] = words->from,
        [AVOW_STATEMENT_UNTIL] = words->until,
        [AVOW_STATEMENT_BASIS] = words->basis != NULL ? words->basis : "urn:x",
    };
    struct avow_bytes fields[AVOW_STATEMENT_COLUMNS] = {{0}};
    for (size_t i = 0; i < AVOW_STATEMENT_COLUMNS; i++)
        fields[i] = texts[i] != NULL ? avow_bytes_text(texts[i]) : fields[i];
    *said = (struct said){0};
    *statements = (struct avow_statements){0};
    assert_int_equal(avow_statement_read(fields, 7, &own, hear, said, statements), AVOW_OK);
}

/* ------------------------------------------------------------------ what is good */

struct good_case {
    const char *name;
    struct words words;
    const char *member, *expected; /* of its JSON */
};

static const struct good_case good_cases[] = {
    {"nothing narrows", {0}, "scope", "{}"},
    {"role", {.as = "authority"}, "role", "\"authority\""},
    {"fields", {.fields = "0612,07"}, "scope", "{\"fields\":[\"0612\",\"07\"]}"},
    {"fields, other separators",
     {.fields = " 0612 ;07 "},
     "scope",
     "{\"fields\":[\"0612\",\"07\"]}"},
    {"levels", {.levels = "5-7"}, "scope", "{\"levels\":[5,7]}"},
    {"one level", {.levels = "6"}, "scope", "{\"levels\":[6,6]}"},
    {"levels with a spreadsheet's dash",
     {.levels = "5\xe2\x80\x93"
                "7"},
     "scope",
     "{\"levels\":[5,7]}"},
    {"regions", {.regions = "PT,PT-13"}, "scope", "{\"regions\":[\"PT\",\"PT-13\"]}"},
    {"achievements", {.achievements = "2,500"}, "scope", "{\"achievements\":[2,500]}"},
    {"depth", {.depth = "0"}, "scope", "{\"depth\":0}"},
    {"all of it",
     {.fields = "07", .levels = "1-8", .regions = "PT", .achievements = "2", .depth = "3"},
     "scope",
     "{\"achievements\":[2],\"depth\":3,\"fields\":[\"07\"],\"levels\":[1,8],\"regions\":[\"PT\"]"
     "}"},
    {"equivalence", {.equivalence = "KNQF:7=EQF:6"}, "equivalence", "[\"KNQF:7=EQF:6\"]"},
    {"equivalences, with spaces in a name",
     {.equivalence = "Q F:a b=EQF:6; Q:x:1=QF-EHEA:first"},
     "equivalence",
     "[\"Q F:a b=EQF:6\",\"Q:x:1=QF-EHEA:first\"]"},
    {"one level in two frameworks",
     {.equivalence = "K:7=EQF:6;K:7=QNQ:6"},
     "equivalence",
     "[\"K:7=EQF:6\",\"K:7=QNQ:6\"]"},
    {"awards of any date", {0}, "valid_from", "null"},
    {"from a day", {.from = "2020-01-01"}, "valid_from", "\"2020-01-01T00:00:00Z\""},
    {"until the end of a day", {.until = "2020-01-01"}, "valid_until", "\"2020-01-01T23:59:59Z\""},
    {"one day",
     {.from = "2020-01-01", .until = "2020-01-01"},
     "valid_until",
     "\"2020-01-01T23:59:59Z\""},
    {"basis", {.basis = "https://a.example/1"}, "basis", "\"https://a.example/1\""},
    {"name", {.name = "Universidade do Porto"}, "subject_name", "\"Universidade do Porto\""},
};

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(good_cases) / sizeof(good_cases[0]); i++) {
        const struct good_case *row = &good_cases[i];
        struct avow_statements statements;
        struct said said;
        read_words(&row->words, &said, &statements);
        if (said.count != 0 || statements.count != 1)
            fail_msg("%s: --%s: %s", row->name, said.column, said.what);
        assert_int_equal(statements.items[0].line, 7);
        bool ok = true;
        json_t *object = json_object();
        avow_recognition_put(&statements.items[0].entry.recognition, object, &ok);
        assert_true(ok);
        char *text =
            json_dumps(json_object_get(object, row->member), JSON_COMPACT | JSON_ENCODE_ANY);
        if (text == NULL || strcmp(text, row->expected) != 0)
            fail_msg("%s: %s is %s, not %s", row->name, row->member, text, row->expected);
        free(text);
        json_decref(object);
        avow_statements_fini(&statements);
    }
}

/* ------------------------------------------------------------------ what is not */

struct bad_case {
    const char *name;
    struct words words;
    const char *column, *what; /* part of what is said */
};

static const struct bad_case bad_cases[] = {
    {"no id", {.issuer = "porto"}, "issuer", "avow1"},
    {"empty id", {.issuer = ""}, "issuer", "avow1"},
    {"role", {.as = "anchor"}, "as", "write issuer"},
    {"no name", {.name = ""}, "subject-name", "write the name"},
    {"a name that turns",
     {.name = "a\xe2\x80\xae"
              "b"},
     "subject-name",
     "turns text"},
    {"field of one digit", {.fields = "0612,7"}, "fields", "7: write ISCED-F"},
    {"field of letters", {.fields = "law"}, "fields", "law: write ISCED-F"},
    {"only a comma", {.fields = ","}, "fields", "it is empty"},
    {"levels the wrong way", {.levels = "7-5"}, "levels", "the lower first"},
    {"level 9", {.levels = "9"}, "levels", "1 to 8"},
    {"levels that a spreadsheet took for a date", {.levels = "05/jul"}, "levels", "1 to 8"},
    {"region in small letters", {.regions = "pt"}, "regions", "capitals"},
    {"achievement by its code", {.achievements = "DA-101"}, "achievements", "indices"},
    {"achievements of an authority",
     {.as = "authority", .achievements = "2"},
     "achievements",
     "an issuer's own"},
    {"depth", {.depth = "9"}, "depth", "0 to 8"},
    {"negative depth", {.depth = "-1"}, "depth", "0 to 8"},
    {"equivalence without =", {.equivalence = "KNQF:7"}, "equivalence", "KNQF:7=EQF:6"},
    {"equivalence without a level", {.equivalence = "KNQF=EQF:6"}, "equivalence", "KNQF:7=EQF:6"},
    {"EQF level 9", {.equivalence = "KNQF:7=EQF:9"}, "equivalence", "1 to 8"},
    {"two of the same framework",
     {.equivalence = "K:7=EQF:6;K:7=EQF:5"},
     "equivalence",
     "leave one out"},
    {"from", {.from = "01.02.2020"}, "from", "YYYY-MM-DD"},
    {"until", {.until = "2020-02-30"}, "until", "YYYY-MM-DD"},
    {"until before from", {.from = "2020-01-02", .until = "2020-01-01"}, "until", "before"},
    {"basis", {.basis = "decision 17"}, "basis", "URI"},
    {"a basis that runs", {.basis = "javascript:alert(1)"}, "basis", "https://"},
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad_cases) / sizeof(bad_cases[0]); i++) {
        const struct bad_case *row = &bad_cases[i];
        struct avow_statements statements;
        struct said said;
        read_words(&row->words, &said, &statements);
        if (said.count != 1 || statements.count != 0 || strcmp(said.column, row->column) != 0 ||
            strstr(said.what, row->what) == NULL)
            fail_msg("%s: %zu problems, the last --%s: %s", row->name, said.count, said.column,
                     said.what);
        avow_statements_fini(&statements);
    }
}

/* Everything that is wrong is told at once. */
static void test_several(void **state)
{
    (void)state;
    struct avow_statements statements;
    struct said said;
    read_words(&(struct words){.as = "x", .fields = "a,b", .levels = "0", .basis = "y"}, &said,
               &statements);
    assert_int_equal(said.count, 5);
    avow_statements_fini(&statements);
}

static void test_own(void **state)
{
    (void)state;
    char id[AVOW_ISSUER_TEXT_MAX];
    struct avow_statements statements;
    struct said said;
    avow_id_issuer_text(&own, id);
    read_words(&(struct words){.issuer = id}, &said, &statements);
    assert_int_equal(said.count, 1);
    assert_non_null(strstr(said.what, "your own id"));
    avow_statements_fini(&statements);
}

/* A statement as long as an entry can be, and one longer: refused in words, not by the log. */
static void test_long(void **state)
{
    (void)state;
    char fields[9001];
    for (size_t i = 0; i < 1800; i++)
        memcpy(fields + 5 * i, "0612,", 6);
    struct avow_statements statements;
    struct said said;
    read_words(&(struct words){.fields = fields}, &said, &statements);
    assert_int_equal(said.count, 1);
    assert_non_null(strstr(said.what, "8,192"));
    avow_statements_fini(&statements);
    fields[5 * 1500] = '\0';
    read_words(&(struct words){.fields = fields}, &said, &statements);
    assert_int_equal(said.count, 0);
    avow_statements_fini(&statements);
}

/* The digest is of what is said, whenever it was said. */
static void test_digest(void **state)
{
    (void)state;
    struct avow_statements statements, others;
    struct said said;
    struct avow_hash digest;
    read_words(&(struct words){.fields = "07"}, &said, &statements);
    read_words(&(struct words){.fields = "08"}, &said, &others);
    struct avow_entry entry = statements.items[0].entry;
    entry.t = 1700000000;
    assert_int_equal(avow_statement_digest(&entry, &digest), AVOW_OK);
    assert_true(avow_hash_equal(&digest, &statements.items[0].digest));
    assert_false(avow_hash_equal(&digest, &others.items[0].digest));
    avow_statements_fini(&statements);
    avow_statements_fini(&others);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good), cmocka_unit_test(test_bad),  cmocka_unit_test(test_several),
        cmocka_unit_test(test_own),  cmocka_unit_test(test_long), cmocka_unit_test(test_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
