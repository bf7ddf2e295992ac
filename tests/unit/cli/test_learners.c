/* CSV from registrars: what rows come out, and what is said of those that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/frame/csv.h"
#include "cli/issue/learners.h"

#include <stdlib.h>
#include <unistd.h>

struct csv_case {
    const char *name;
    const char *text;
    size_t rows;
    const char *said[4]; /* parts of what is said, in no order */
};

#define T0 1767225600 /* 2026-01-01T00:00:00Z */

static const struct csv_case cases[] = {
    {"one name", "name\nAna\n", 1, {NULL}},
    {"no newline at the end", "name\nAna", 1, {NULL}},
    {"carriage returns", "name,id\r\nAna,1\r\nBo,2\r\n", 2, {NULL}},
    {"a byte order mark", "\xef\xbb\xbfname\nAna\n", 1, {NULL}},
    {"semicolons", "name;id\nSilva, Ana;1\n", 1, {NULL}},
    {"tabs", "name\tid\nAna\t1\n", 1, {NULL}},
    {"capitals in the first line", "Name,ID\nAna,1\n", 1, {NULL}},
    {"quotes", "name,id\n\"Silva, \"\"Ana\"\"\",1\n", 1, {NULL}},
    {"empty lines", "name\n\nAna\n\n\nBo\n", 2, {NULL}},
    {"lines of separators", "name,id\nAna,1\n,\n,,,\nBo,2\n", 2, {NULL}},
    {"marks and joiners of a script",
     "name\n\xd7\xa0\xd7\xa2\xd7\x94\xe2\x80\x8f\n\xd9\x85\xe2\x80\x8c\xd8\xaf\n",
     2,
     {NULL}},
    {"an override of direction",
     "name\nAna \xe2\x80\xae"
     "avliS\n",
     1,
     {"list.csv:2: column name: an invisible character"}},
    {"an isolate in an id",
     "name,id\nAna,\xe2\x81\xa6"
     "7\n",
     1,
     {"list.csv:2: column id: an invisible character"}},
    {"not an e-mail address",
     "name,email\nAna,ana\nBo,@x\nCy,c@\nDi,d @x\n",
     4,
     {"list.csv:2: column email: not", "list.csv:3: column email: not",
      "list.csv:4: column email: not", "list.csv:5: column email: not"}},
    {"a first line that is not UTF-8", "name,\xe9mail\nAna,1\n", 0, {"list.csv:1: not UTF-8"}},
    {"UTF-16", "\xff\xfen", 0, {"list.csv:1: not UTF-8"}},
    {"a column without a name", "name,\nAna,\n", 0, {"list.csv:1: column 2 has no name"}},
    {"formula cells are data", "name,result\n=SUM(A1:A9),+1\n", 1, {NULL}},
    {"all columns",
     "name,email,id,valid_from,valid_until,result\nA,a@b,1,2026-01-01,2027-01-01,9\n",
     1,
     {NULL}},
    {"equal rows", "name\nAna\nAna\n", 2, {NULL}},
    {"no rows", "name\n", 0, {NULL}},
    {"empty file", "", 0, {"list.csv:1: the file is empty"}},
    {"no name", "email\na@b\n", 0, {"list.csv:1: column name: the column is missing"}},
    {"unknown column", "name,phone\nAna,1\n", 0, {"list.csv:1: there is no column \"phone\""}},
    {"column twice",
     "name,name\nAna,Bo\n",
     0,
     {"list.csv:1: column name: the column is there twice"}},
    {"name empty", "name,id\nAna,1\n,2\n", 1, {"list.csv:3: column name: it is empty"}},
    {"too few fields", "name,id\nAna\n", 0, {"list.csv:2: 1 fields where the first line has 2"}},
    {"too many fields",
     "name\nSilva, Ana\n",
     0,
     {"list.csv:2: 2 fields where the first line has 1"}},
    {"not UTF-8", "name\nJo\xe3o\n", 0, {"list.csv:2: column name: not UTF-8"}},
    {"a line break in a field",
     "name,id\n\"A\nB\",1\nC,2\n",
     1,
     {"list.csv:2: column name: a line break"}},
    {"lines count through quoted breaks",
     "name,id\n\"A\nB\",1\n,2\n",
     0,
     {"list.csv:2: column name: a line break", "list.csv:4: column name: it is empty"}},
    {"a quote inside", "name\nA\"na\n", 0, {"list.csv:2: a quotation mark inside a field"}},
    {"a quote not closed", "name\n\"Ana\n", 0, {"list.csv:2: a quotation mark is never closed"}},
    {"not a date",
     "name,valid_from\nA,2026-02-30\nB,1/2/2026\n",
     2,
     {"list.csv:2: column valid_from: not a date", "list.csv:3: column valid_from: not a date"}},
    {"ends before it begins",
     "name,valid_from,valid_until\nA,2026-02-02,2026-01-01\n",
     1,
     {"list.csv:2: column valid_until: it is not after valid_from"}},
    {"the same id",
     "name,id\nA,7\nB,8\nC,7\n",
     3,
     {"list.csv:4: column id: line 2 names the same file"}},
    {"an id that is a row's number",
     "name,id\nA,\nB,1\n",
     2,
     {"column id: line 2 names the same file"}},
    {"a path", "name,id\nA,../B\n", 1, {"list.csv:2: column id: it names a file"}},
    {"a folder's path", "name,id\nA,b/c\n", 1, {"list.csv:2: column id: it names a file"}},
    {"a hidden file", "name,id\nA,.b\n", 1, {"list.csv:2: column id: it names a file"}},
    {"several at once",
     "name,id,valid_from\n,.x,no\n",
     0,
     {"list.csv:2: column name: it is empty"}},
};

struct scene {
    char folder[64];
    char *said;
    size_t said_len;
    struct avow_cli cli;
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    assert_non_null(scene);
    (void)snprintf(scene->folder, sizeof(scene->folder), "/tmp/avow-test-XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    assert_int_equal(chdir(scene->folder), 0);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    (void)unlink("list.csv");
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(scene->folder), 0);
    free(scene);
    return 0;
}

static int read_list(struct scene *scene, const char *text, struct avow_learners *learners)
{
    FILE *file = fopen("list.csv", "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    scene->said = NULL;
    scene->cli = (struct avow_cli){.err = open_memstream(&scene->said, &scene->said_len)};
    int status = avow_learners_read(&scene->cli, "list.csv", 2, learners);
    assert_int_equal(fclose(scene->cli.err), 0);
    return status;
}

static void test_table(void **state)
{
    struct scene *scene = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct csv_case *row = &cases[i];
        struct avow_learners learners;
        int status = read_list(scene, row->text, &learners);
        bool wrong = row->said[0] != NULL;
        for (size_t s = 0; s < 4 && row->said[s] != NULL; s++)
            wrong = wrong && strstr(scene->said, row->said[s]) != NULL;
        if (learners.count != row->rows || wrong != (row->said[0] != NULL) ||
            status != (row->said[0] != NULL ? AVOW_EXIT_NEGATIVE : AVOW_EXIT_OK))
            fail_msg("%s: status %d, %zu rows, said \"%s\"", row->name, status, learners.count,
                     scene->said);
        avow_learners_fini(&learners);
        free(scene->said);
    }
}

static void test_values(void **state)
{
    struct scene *scene = *state;
    struct avow_learners learners;
    assert_int_equal(read_list(scene,
                               "id,name,valid_until,result,email,valid_from\n"
                               "s-1,Zoë 李,2026-12-31,19/20,z@x.org,2026-01-01\n"
                               ",Ana,2026-01-01T00:00:01Z,,,2026-01-01T00:00:00Z\n",
                               &learners),
                     AVOW_EXIT_OK);
    assert_int_equal(learners.count, 2);
    const struct avow_learner *first = &learners.rows[0], *second = &learners.rows[1];
    assert_string_equal(avow_learner_text(&learners, first, AVOW_LEARNER_NAME), "Zoë 李");
    assert_string_equal(avow_learner_text(&learners, first, AVOW_LEARNER_EMAIL), "z@x.org");
    assert_string_equal(avow_learner_text(&learners, first, AVOW_LEARNER_ID), "s-1");
    assert_string_equal(avow_learner_text(&learners, first, AVOW_LEARNER_RESULT), "19/20");
    assert_string_equal(avow_learner_text(&learners, first, AVOW_LEARNER_FILE), "s-1");
    assert_string_equal(avow_learner_text(&learners, second, AVOW_LEARNER_ID), "");
    assert_string_equal(avow_learner_text(&learners, second, AVOW_LEARNER_FILE), "2");
    /* A day begins with its first second and ends with its last. */
    assert_int_equal(first->valid_from, T0);
    assert_int_equal(first->valid_until, T0 + 365 * 86400 - 1);
    assert_int_equal(second->valid_from, T0);
    assert_int_equal(second->valid_until, T0 + 1);
    avow_learners_fini(&learners);
    free(scene->said);
}

/* The digest is what a repeated call knows a row by. */
static void test_digests(void **state)
{
    struct scene *scene = *state;
    struct avow_learners learners, again;
    assert_int_equal(read_list(scene, "name,id\nAna,1\nBo,\nBo,\nBo,\n", &learners), 0);
    free(scene->said);
    assert_int_equal(read_list(scene, "id;name;email\n1;Ana;\n;New;\n;Bo;\n;Bo;\n;Bo;\n", &again),
                     0);
    free(scene->said);
    /* columns in another order, an empty one more, a row inserted: the same rows */
    assert_true(avow_hash_equal(&learners.rows[0].digest, &again.rows[0].digest));
    for (size_t i = 1; i < 4; i++) {
        assert_true(avow_hash_equal(&learners.rows[i].digest, &again.rows[i + 1].digest));
        for (size_t j = 0; j < i; j++)
            assert_false(avow_hash_equal(&learners.rows[i].digest, &learners.rows[j].digest));
    }
    avow_learners_fini(&learners);
    avow_learners_fini(&again);
}

static void test_file_names(void **state)
{
    static const struct {
        const char *id;
        bool good;
    } rows[] = {
        {"s1", true},     {"2026-0042", true}, {"Zoë 李", true}, {"a.b", true},  {"a b", true},
        {"", false},      {".", false},        {"..", false},    {".x", false},  {"-x", false},
        {"a/b", false},   {"/etc", false},     {"a\\b", false},  {"a:b", false}, {"a\nb", false},
        {"a\x7f", false}, {"\xff", false},
    };
    char longest[AVOW_LEARNER_FILE_MAX + 2];
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if ((avow_learner_file_problem(avow_bytes_text(rows[i].id)) == NULL) != rows[i].good)
            fail_msg("\"%s\"", rows[i].id);
    }
    memset(longest, 'a', sizeof(longest));
    assert_null(avow_learner_file_problem(avow_bytes(longest, AVOW_LEARNER_FILE_MAX)));
    assert_non_null(avow_learner_file_problem(avow_bytes(longest, AVOW_LEARNER_FILE_MAX + 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_table, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_digests, set_up, tear_down),
        cmocka_unit_test(test_file_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
