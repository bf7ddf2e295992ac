/* The definition of an achievement, from options and files: what is understood, what is said of
 * what is not, and which mandatory elements are missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/achievement/definition.h"
#include "cli/frame/parse.h"
#include "proto/json/details.h"
#include "sys/files.h"

#include <stdlib.h>
#include <unistd.h>

static int run_nothing(struct avow_cli *cli)
{
    (void)cli;
    return AVOW_EXIT_OK;
}

static const struct avow_option options[] = {AVOW_DEFINITION_OPTIONS, {0}};
static const struct avow_command add = {.name = "add",
                                        .operands = "[FILE]",
                                        .operands_max = 1,
                                        .summary = "",
                                        .details = "",
                                        .options = options,
                                        .run = run_nothing};
static const struct avow_command *const commands[] = {&add, NULL};

#define WORDS_MAX 12

struct definition_case {
    const char *name;
    const char *file; /* NULL: none is given */
    const char *words[WORDS_MAX];
    const char *expected; /* details as JSON; NULL: it is refused */
    const char *said;     /* part of what is said */
};

#define CODE "--code=C", "--title=T"

static const struct definition_case cases[] = {
    {"the least", NULL, {CODE}, "{}", NULL},
    {"level",
     NULL,
     {CODE, "--level=6", "--framework=EQF"},
     "{\"framework\":\"EQF\",\"level\":\"6\"}",
     NULL},
    {"credits",
     NULL,
     {CODE, "--credits=7.5", "--credit-system=ECTS"},
     "{\"credit_system\":\"ECTS\",\"credits\":7.5}",
     NULL},
    {"workload", NULL, {CODE, "--workload=150"}, "{\"workload_hours\":150}", NULL},
    {"outcomes in their order",
     NULL,
     {CODE, "--outcome=b", "--outcome=a"},
     "{\"outcomes\":[\"b\",\"a\"]}",
     NULL},
    {"skills",
     NULL,
     {CODE, "--skill=urn:a", "--skill=urn:b"},
     "{\"skills\":[\"urn:a\",\"urn:b\"]}",
     NULL},
    {"a file",
     "{\"code\":\"C\",\"title\":\"T\",\"quality\":\"q\",\"credits\":6,\"credit_system\":\"E\"}",
     {NULL},
     "{\"credit_system\":\"E\",\"credits\":6.0,\"quality\":\"q\"}",
     NULL},
    {"a level as a number",
     "{\"code\":\"C\",\"title\":\"T\",\"level\":6,\"framework\":\"EQF\"}",
     {NULL},
     "{\"framework\":\"EQF\",\"level\":\"6\"}",
     NULL},
    {"null is not given", "{\"code\":\"C\",\"title\":\"T\",\"quality\":null}", {NULL}, "{}", NULL},
    {"an option wins",
     "{\"code\":\"C\",\"title\":\"T\",\"outcomes\":[\"a\",\"b\"]}",
     {"--outcome=c"},
     "{\"outcomes\":[\"c\"]}",
     NULL},
    {"no title", NULL, {"--code=C"}, NULL, "--title: it is missing"},
    {"no code in a file", "{\"title\":\"T\"}", {NULL}, NULL, "code: it is missing"},
    {"level alone", NULL, {CODE, "--level=6"}, NULL, "belong together"},
    {"EQF 9", NULL, {CODE, "--level=9", "--framework=EQF"}, NULL, "1 to 8"},
    {"credits alone", NULL, {CODE, "--credits=6"}, NULL, "belong together"},
    {"credits in words",
     NULL,
     {CODE, "--credits=six", "--credit-system=E"},
     NULL,
     "six: write a number"},
    {"half an hour", NULL, {CODE, "--workload=1.5"}, NULL, "whole number of hours"},
    {"field", NULL, {CODE, "--field=law"}, NULL, "law: write an ISCED-F"},
    {"language", NULL, {CODE, "--language=_"}, NULL, "BCP 47"},
    {"criteria", NULL, {CODE, "--criteria=ftp://x"}, NULL, "https://"},
    {"skill", NULL, {CODE, "--skill=x"}, NULL, "write a URI"},
    {"empty", NULL, {CODE, "--quality="}, NULL, "--quality: it is empty"},
    {"turned text",
     NULL,
     {"--code=C", "--title=a\xe2\x80\xae"
                  "b"},
     NULL,
     "turns text"},
    {"no such element",
     "{\"code\":\"C\",\"title\":\"T\",\"colour\":\"red\"}",
     {NULL},
     NULL,
     "no element \"colour\""},
    {"a list that is none",
     "{\"code\":\"C\",\"title\":\"T\",\"outcomes\":\"a\"}",
     {NULL},
     NULL,
     "should be a list"},
    {"a text that is none", "{\"code\":\"C\",\"title\":7}", {NULL}, NULL, "should be a text"},
    {"a bad digest", "{\"code\":\"C\",\"title\":\"T\",\"image\":\"00\"}", {NULL}, NULL, "SHA-256"},
    {"no object", "[]", {NULL}, NULL, "not a definition"},
    {"no JSON", "{", {NULL}, NULL, ":1:"},
};

static char folder[] = "/tmp/avow-definition-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

/* Reads one row's words; what was said is in `*said`, to be freed. */
static int read_row(const struct definition_case *row, struct avow_definition *definition,
                    char **said)
{
    char path[64];
    char *argv[WORDS_MAX + 3] = {(char *)(uintptr_t) "avow", (char *)(uintptr_t) "add"};
    int argc = 2;
    size_t len = 0;
    (void)snprintf(path, sizeof(path), "%s/d.json", folder);
    if (row->file != NULL) {
        assert_int_equal(avow_file_write(path, avow_bytes_text(row->file), 0600), AVOW_OK);
        argv[argc++] = path;
    }
    for (size_t i = 0; row->words[i] != NULL; i++)
        argv[argc++] = (char *)(uintptr_t)row->words[i];
    struct avow_cli cli = {.commands = commands, .err = open_memstream(said, &len)};
    const char *family;
    assert_non_null(cli.err);
    assert_int_equal(avow_parse(&cli, argc, argv, &family), AVOW_PARSE_RUN);
    const int status = avow_definition_read(&cli, definition);
    avow_parse_fini(&cli);
    assert_int_equal(fclose(cli.err), 0);
    if (row->file != NULL)
        assert_int_equal(unlink(path), 0);
    return status;
}

static void check_details(const struct definition_case *row,
                          const struct avow_definition *definition)
{
    bool ok = true;
    json_t *object = json_object();
    avow_details_put(&definition->details, object, &ok);
    assert_true(ok);
    char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
    if (text == NULL || strcmp(text, row->expected) != 0)
        fail_msg("%s: %s, not %s", row->name, text, row->expected);
    assert_true(avow_bytes_equal(definition->achievement.code, avow_bytes_text("C")));
    assert_true(avow_bytes_equal(definition->achievement.language, avow_bytes_text("en")));
    free(text);
    json_decref(object);
}

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct definition_case *row = &cases[i];
        struct avow_definition definition;
        char *said = NULL;
        const int status = read_row(row, &definition, &said);
        if (status != (row->expected != NULL ? AVOW_EXIT_OK : AVOW_EXIT_USAGE))
            fail_msg("%s: status %d: %s", row->name, status, said);
        if (row->expected != NULL)
            check_details(row, &definition);
        else if (strstr(said, row->said) == NULL)
            fail_msg("%s: said \"%s\"", row->name, said);
        avow_definition_fini(&definition);
        free(said);
    }
}

struct missing_case {
    const char *name;
    const char *words[WORDS_MAX];
    size_t missing;
    const char *first; /* part of the names */
};

static const struct missing_case missing_cases[] = {
    {"all", {CODE}, 6, "--outcome"},
    {"hours will do for a workload", {CODE, "--workload=150"}, 5, "--outcome"},
    {"none",
     {CODE, "--workload=150", "--outcome=a", "--level=6", "--framework=EQF", "--assessment=a",
      "--participation=p", "--quality=q"},
     0,
     ""},
    {"quality alone",
     {CODE, "--workload=150", "--outcome=a", "--level=6", "--framework=EQF", "--assessment=a",
      "--participation=p"},
     1,
     "--quality"},
};

static void test_missing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(missing_cases) / sizeof(missing_cases[0]); i++) {
        const struct missing_case *row = &missing_cases[i];
        struct definition_case words = {.name = row->name};
        struct avow_definition definition;
        char *said = NULL, names[512] = "";
        struct avow_buf out;
        memcpy(words.words, row->words, sizeof(words.words));
        assert_int_equal(read_row(&words, &definition, &said), AVOW_EXIT_OK);
        avow_buf_init_fixed(&out, names, sizeof(names) - 1);
        const size_t missing = avow_definition_missing(&definition, &out);
        if (missing != row->missing || strstr(names, row->first) == NULL)
            fail_msg("%s: %zu are missing: %s", row->name, missing, names);
        avow_definition_fini(&definition);
        free(said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_missing),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
