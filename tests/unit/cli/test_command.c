/* The command line: what is understood, and what is said of what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/commands.h"
#include "cli/frame/help.h"
#include "cli/frame/parse.h"
#include "cli/frame/settings.h"
#include "cli/home/home.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int run_nothing(struct avow_cli *cli)
{
    (void)cli;
    return AVOW_EXIT_OK;
}

static const struct avow_option bake_options[] = {
    {.name = "flour", .value = "KIND", .help = "of grain", .required = true},
    {.name = "output", .value = "FILE", .help = "where to", .letter = 'o'},
    {.name = "seed", .value = "NAME", .help = "on top", .repeatable = true},
    {.name = "vegan", .help = "without butter"},
    {0},
};
static const struct avow_option no_options[] = {{0}};

static const struct avow_command bake = {.name = "bake",
                                         .operands = "[PAN…]",
                                         .operands_max = 2,
                                         .summary = "bake",
                                         .details = "",
                                         .options = bake_options,
                                         .json = true,
                                         .run = run_nothing};
static const struct avow_command oven_heat = {.name = "oven heat",
                                              .operands = "DEGREES",
                                              .operands_min = 1,
                                              .operands_max = 1,
                                              .summary = "heat",
                                              .details = "",
                                              .options = no_options,
                                              .json = true,
                                              .run = run_nothing};
static const struct avow_command oven_clean = {.name = "oven clean",
                                               .operands = "",
                                               .summary = "clean",
                                               .details = "",
                                               .options = no_options,
                                               .run = run_nothing};
static const struct avow_command *const commands[] = {&bake, &oven_heat, &oven_clean, NULL};

#define WORDS_MAX 12
#define OPTIONS_MAX 32 /* of a command */

struct parse_case {
    const char *name;
    const char *words[WORDS_MAX]; /* after "avow" */
    enum avow_parse outcome;
    const char *command; /* or NULL */
    const char *said;    /* part of what is said on stderr, or NULL */
};

static const struct parse_case cases[] = {
    {"nothing", {NULL}, AVOW_PARSE_EMPTY, NULL, NULL},
    {"help of all", {"--help"}, AVOW_PARSE_HELP, NULL, NULL},
    {"short help", {"-h"}, AVOW_PARSE_HELP, NULL, NULL},
    {"version", {"--version"}, AVOW_PARSE_VERSION, NULL, NULL},
    {"help of one", {"bake", "--help"}, AVOW_PARSE_HELP, "bake", NULL},
    {"help before its command", {"--help", "bake"}, AVOW_PARSE_HELP, "bake", NULL},
    {"help beside a missing option", {"bake", "pan", "--help"}, AVOW_PARSE_HELP, "bake", NULL},
    {"help of a family", {"oven", "--help"}, AVOW_PARSE_HELP, NULL, NULL},
    {"value after a space", {"bake", "--flour", "rye"}, AVOW_PARSE_RUN, "bake", NULL},
    {"value after =", {"bake", "--flour=rye"}, AVOW_PARSE_RUN, "bake", NULL},
    {"empty value", {"bake", "--flour="}, AVOW_PARSE_RUN, "bake", NULL},
    {"empty path", {"bake", "--output", ""}, AVOW_PARSE_USAGE, "bake", "--output is empty"},
    {"empty home", {"bake", "--home="}, AVOW_PARSE_USAGE, "bake", "--home is empty"},
    {"value that looks like an option", {"bake", "--flour", "--"}, AVOW_PARSE_RUN, "bake", NULL},
    {"short option", {"bake", "--flour=rye", "-o", "x"}, AVOW_PARSE_RUN, "bake", NULL},
    {"short option, joined", {"bake", "--flour=rye", "-ox"}, AVOW_PARSE_RUN, "bake", NULL},
    {"two words", {"oven", "heat", "200"}, AVOW_PARSE_RUN, "oven heat", NULL},
    {"global option first", {"--json", "oven", "heat", "1"}, AVOW_PARSE_RUN, "oven heat", NULL},
    {"and between", {"oven", "--json", "heat", "1"}, AVOW_PARSE_RUN, "oven heat", NULL},
    {"and with a value", {"--node", "h:1", "oven", "heat", "1"}, AVOW_PARSE_RUN, "oven heat", NULL},
    {"operand after --", {"oven", "heat", "--", "-5"}, AVOW_PARSE_RUN, "oven heat", NULL},
    {"a dash is an operand", {"oven", "heat", "-"}, AVOW_PARSE_RUN, "oven heat", NULL},
    {"repeated as allowed",
     {"bake", "--flour=a", "--seed=b", "--seed=c"},
     AVOW_PARSE_RUN,
     "bake",
     NULL},
    {"unknown command", {"bkae"}, AVOW_PARSE_USAGE, NULL, "did you mean \"bake\"?"},
    {"unlike any command", {"xylophone"}, AVOW_PARSE_USAGE, NULL, "no command \"xylophone\""},
    {"unknown second word",
     {"oven", "haet"},
     AVOW_PARSE_USAGE,
     NULL,
     "did you mean \"oven heat\"?"},
    {"half a command", {"oven"}, AVOW_PARSE_USAGE, NULL, "needs a second word"},
    {"unknown option", {"bake", "--flower=x"}, AVOW_PARSE_USAGE, "bake", "did you mean --flour?"},
    {"unknown short option", {"bake", "-x"}, AVOW_PARSE_USAGE, "bake", "no option -x"},
    {"another command's option",
     {"oven", "heat", "--vegan"},
     AVOW_PARSE_USAGE,
     "oven heat",
     "no option"},
    {"flag with a value", {"bake", "--vegan=yes"}, AVOW_PARSE_USAGE, "bake", "takes no value"},
    {"value missing", {"bake", "--flour"}, AVOW_PARSE_USAGE, "bake", "needs a value"},
    {"given twice", {"bake", "--flour=a", "--flour=b"}, AVOW_PARSE_USAGE, "bake", "given twice"},
    {"global given twice",
     {"bake", "--node=a:1", "--node=b:1"},
     AVOW_PARSE_USAGE,
     "bake",
     "--node is given twice"},
    {"before its command and after",
     {"--json", "bake", "--flour=a", "--json"},
     AVOW_PARSE_USAGE,
     "bake",
     "--json is given twice"},
    {"--json of a command without",
     {"oven", "clean", "--json"},
     AVOW_PARSE_USAGE,
     "oven clean",
     "--json is no option here"},
    {"and before its name",
     {"--json", "oven", "clean"},
     AVOW_PARSE_USAGE,
     "oven clean",
     "--json is no option here"},
    {"required one missing", {"bake"}, AVOW_PARSE_USAGE, "bake", "--flour KIND is missing"},
    {"operand missing", {"oven", "heat"}, AVOW_PARSE_USAGE, "oven heat", "DEGREES is missing"},
    {"operand too many", {"oven", "heat", "1", "2"}, AVOW_PARSE_USAGE, "oven heat", "one too many"},
    {"only --", {"--"}, AVOW_PARSE_USAGE, NULL, "which command?"},
};

struct parsed {
    struct avow_cli cli;
    const char *family;
    enum avow_parse outcome;
    char *said;
    size_t said_len;
    char *argv[WORDS_MAX + 2];
};

static void parse(struct parsed *parsed, const char *const words[WORDS_MAX])
{
    int argc = 1;
    *parsed = (struct parsed){.cli.commands = commands};
    parsed->argv[0] = (char *)(uintptr_t) "avow";
    for (; argc <= WORDS_MAX && words[argc - 1] != NULL; argc++)
        parsed->argv[argc] = (char *)(uintptr_t)words[argc - 1];
    parsed->cli.err = open_memstream(&parsed->said, &parsed->said_len);
    assert_non_null(parsed->cli.err);
    parsed->outcome = avow_parse(&parsed->cli, argc, parsed->argv, &parsed->family);
    assert_int_equal(fflush(parsed->cli.err), 0);
}

static void parsed_fini(struct parsed *parsed)
{
    (void)fclose(parsed->cli.err);
    free(parsed->said);
    avow_parse_fini(&parsed->cli);
}

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct parse_case *row = &cases[i];
        struct parsed parsed;
        parse(&parsed, row->words);
        const char *name = parsed.cli.command != NULL ? parsed.cli.command->name : "";
        bool said =
            row->said == NULL ? parsed.said_len == 0 : strstr(parsed.said, row->said) != NULL;
        if (parsed.outcome != row->outcome ||
            strcmp(name, row->command != NULL ? row->command : "") != 0 || !said)
            fail_msg("%s: outcome %d, command \"%s\", said \"%s\"", row->name, (int)parsed.outcome,
                     name, parsed.said);
        parsed_fini(&parsed);
    }
}

static void test_values(void **state)
{
    static const char *const words[WORDS_MAX] = {"--node=h:1", "bake",   "one",        "--seed",
                                                 "poppy",      "--json", "--seed",     "sesame",
                                                 "-orye.txt",  "two",    "--flour=rye"};
    struct parsed parsed;
    (void)state;
    parse(&parsed, words);
    const struct avow_cli *cli = &parsed.cli;
    assert_int_equal(parsed.outcome, AVOW_PARSE_RUN);
    assert_string_equal(cli->node, "h:1");
    assert_true(cli->json);
    assert_string_equal(avow_cli_value(cli, "output"), "rye.txt");
    assert_string_equal(avow_cli_value(cli, "flour"), "rye");
    assert_string_equal(avow_cli_value_at(cli, "seed", 0), "poppy");
    assert_string_equal(avow_cli_value_at(cli, "seed", 1), "sesame");
    assert_null(avow_cli_value_at(cli, "seed", 2));
    assert_false(avow_cli_flag(cli, "vegan"));
    assert_int_equal(cli->operand_count, 2);
    assert_string_equal(cli->operands[0], "one");
    assert_string_equal(cli->operands[1], "two");
    parsed_fini(&parsed);
}

/* What others wrote cannot move the cursor, hide behind a line's start or turn a name around. */
static void test_print_text(void **state)
{
    static const struct {
        const char *name;
        const char *text, *printed;
    } rows[] = {
        {"plain", "Zoë 李", "Zoë 李"},
        {"newline", "a\nb", "a\\u{a}b"},
        {"escape", "\x1b[31m", "\\u{1b}[31m"},
        {"C1 control", "\xc2\x9b", "\\u{9b}"},
        {"right-to-left override",
         "a\xe2\x80\xae"
         "b",
         "a\\u{202e}b"},
        {"isolate", "\xe2\x81\xa6", "\\u{2066}"},
        {"not UTF-8",
         "a\xff"
         "b",
         "a\\xffb"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *out = NULL;
        size_t len = 0;
        FILE *file = open_memstream(&out, &len);
        assert_non_null(file);
        avow_cli_print_text(file, avow_bytes_text(rows[i].text));
        assert_int_equal(fclose(file), 0);
        if (strcmp(out, rows[i].printed) != 0)
            fail_msg("%s: printed \"%s\"", rows[i].name, out);
        free(out);
    }
}

/* ------------------------------------------------------------------ settings */

struct settings_case {
    const char *name;
    const char *config;      /* config.ini, or NULL for none */
    const char *environment; /* AVOW_NODE */
    const char *option;      /* --node */
    int status;
    const char *node, *network; /* where status is OK */
    const char *said;
};

#define TEN "abcdefghi."
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define LONG_NAME HUNDRED HUNDRED "h"

static const struct settings_case settings_cases[] = {
    {"defaults", NULL, NULL, NULL, 0, AVOW_CLI_NODE_DEFAULT, AVOW_CLI_NETWORK_DEFAULT, NULL},
    {"file", "[cli]\nnode = f:1\nnetwork=test\n", NULL, NULL, 0, "f:1", "test", NULL},
    {"environment wins", "[cli]\nnode = f:1\n", "e:1", NULL, 0, "e:1", "main", NULL},
    {"option wins", "[cli]\nnode = f:1\n", "e:1", "o:1", 0, "o:1", "main", NULL},
    {"empty environment is none", NULL, "", NULL, 0, AVOW_CLI_NODE_DEFAULT, "main", NULL},
    {"pinned", NULL, NULL, "avownode1x@[::1]:7380", 0, "avownode1x@[::1]:7380", "main", NULL},
    {"no port", NULL, NULL, "host", 2, NULL, NULL, "\"host\" is not a node's address"},
    {"no host", NULL, ":1", NULL, 2, NULL, NULL, "\":1\" is not a node's address"},
    {"a pin alone", NULL, NULL, "avownode1x@:1", 2, NULL, NULL, "is not a node's address"},
    {"an empty option", NULL, NULL, "", 2, NULL, NULL, "\"\" is not a node's address"},
    {"a port's name", NULL, NULL, "h:http", 2, NULL, NULL, "is not a node's address"},
    {"a port too large", NULL, NULL, "h:65536", 2, NULL, NULL, "is not a node's address"},
    {"port 0", NULL, NULL, "h:0", 2, NULL, NULL, "is not a node's address"},
    {"unknown setting", "[cli]\nnod = f:1\n", NULL, NULL, 2, NULL, NULL,
     "config.ini:2: an unknown"},
    {"unknown section", "[client]\nnode = f:1\n", NULL, NULL, 2, NULL, NULL, "config.ini:2:"},
    {"twice", "[cli]\nnode = a:1\nnode = b:1\n", NULL, NULL, 2, NULL, NULL, "config.ini:3:"},
    {"not a setting", "[cli]\nnode\n", NULL, NULL, 2, NULL, NULL,
     "config.ini:2: neither a [section] nor"},
    {"two bad lines, the first is told of", "[cli]\nnode\nnod = f:1\n", NULL, NULL, 2, NULL, NULL,
     "config.ini:2: neither"},
    {"and the other way around", "[cli]\nnod = f:1\nnode\n", NULL, NULL, 2, NULL, NULL,
     "config.ini:2: an unknown"},
    {"a ; in a value", "[cli]\nnetwork = a ; b\n", NULL, NULL, 0, AVOW_CLI_NODE_DEFAULT, "a ; b",
     NULL},
    {"a line over 199 bytes", "[cli]\nnode = " LONG_NAME ":1\n", NULL, NULL, 0, LONG_NAME ":1",
     "main", NULL},
    {"a comment of many bytes", "# " LONG_NAME " node = h:1\n[cli]\nnode = f:1\n", NULL, NULL, 0,
     "f:1", "main", NULL},
};

static void write_config(const char *home, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/config.ini", home);
    (void)unlink(path);
    if (text == NULL)
        return;
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void test_settings(void **state)
{
    char home[] = "/tmp/avow-test-XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(home));
    assert_int_equal(setenv("AVOW_HOME", home, 1), 0);
    assert_int_equal(unsetenv("AVOW_NETWORK"), 0);
    for (size_t i = 0; i < sizeof(settings_cases) / sizeof(settings_cases[0]); i++) {
        const struct settings_case *row = &settings_cases[i];
        char *said = NULL;
        size_t len = 0;
        struct avow_cli cli = {.err = open_memstream(&said, &len), .node = row->option};
        assert_non_null(cli.err);
        write_config(home, row->config);
        assert_int_equal(row->environment != NULL ? setenv("AVOW_NODE", row->environment, 1)
                                                  : unsetenv("AVOW_NODE"),
                         0);
        int status = avow_settings_load(&cli);
        assert_int_equal(fclose(cli.err), 0);
        bool good = status == row->status &&
                    (row->said == NULL || strstr(said, row->said) != NULL) &&
                    (status != 0 ||
                     (strcmp(cli.node, row->node) == 0 && strcmp(cli.network, row->network) == 0 &&
                      strcmp(cli.home, home) == 0));
        if (!good)
            fail_msg("%s: status %d, said \"%s\"", row->name, status, said);
        avow_settings_fini(&cli);
        free(said);
    }
    write_config(home, NULL);
    assert_int_equal(rmdir(home), 0);
}

/* A web server that verifies has neither HOME nor AVOW_HOME. */
static void test_no_home(void **state)
{
    char *said = NULL;
    size_t len = 0;
    struct avow_hash issuer;
    struct avow_cli cli = {.err = open_memstream(&said, &len)};
    (void)state;
    assert_non_null(cli.err);
    assert_int_equal(unsetenv("AVOW_HOME") | unsetenv("AVOW_NODE"), 0);
    assert_int_equal(unsetenv("XDG_CONFIG_HOME") | unsetenv("HOME"), 0);
    assert_int_equal(avow_settings_load(&cli), AVOW_EXIT_OK);
    assert_null(cli.home);
    assert_string_equal(cli.node, AVOW_CLI_NODE_DEFAULT);
    assert_false(avow_home_has_issuer(&cli));
    assert_int_equal(avow_home_issuer(&cli, &issuer), AVOW_EXIT_USAGE);
    assert_int_equal(fclose(cli.err), 0);
    assert_non_null(strstr(said, "set AVOW_HOME"));
    avow_settings_fini(&cli);
    free(said);
}

/* ------------------------------------------------------------------ what comes from the table */

static char *printed_by(void (*print)(FILE *file, const struct avow_command *const *commands,
                                      const struct avow_command *command),
                        const struct avow_command *command)
{
    char *out = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&out, &len);
    assert_non_null(file);
    print(file, avow_commands, command);
    assert_int_equal(fclose(file), 0);
    return out;
}

/* Whether `command`, called with all that it needs and --json first or last, is to be run. */
static bool takes_json(const struct avow_command *command, bool first, char **said)
{
    char name[64], storage[2 * OPTIONS_MAX][64];
    char *argv[2 * OPTIONS_MAX + 8] = {"avow", "--json"};
    int argc = first ? 2 : 1;
    size_t len = 0;
    const char *family;
    (void)snprintf(name, sizeof(name), "%s", command->name);
    argv[argc++] = strtok(name, " ");
    for (char *word; (word = strtok(NULL, " ")) != NULL;)
        argv[argc++] = word;
    for (size_t i = 0; command->options[i].name != NULL; i++) {
        assert_true(i < OPTIONS_MAX);
        if (!command->options[i].required)
            continue;
        (void)snprintf(storage[i], sizeof(storage[i]), "--%s=x", command->options[i].name);
        argv[argc++] = storage[i];
    }
    for (unsigned i = 0; i < command->operands_min; i++)
        argv[argc++] = "x";
    if (!first)
        argv[argc++] = "--json";
    struct avow_cli cli = {.commands = avow_commands, .err = open_memstream(said, &len)};
    assert_non_null(cli.err);
    const enum avow_parse outcome = avow_parse(&cli, argc, argv, &family);
    assert_int_equal(fclose(cli.err), 0);
    assert_true(outcome == AVOW_PARSE_RUN || outcome == AVOW_PARSE_USAGE);
    assert_true(outcome != AVOW_PARSE_RUN || (cli.json && cli.command == command));
    avow_parse_fini(&cli);
    return outcome == AVOW_PARSE_RUN;
}

static bool mentions_json(void (*print)(FILE *file, const struct avow_command *const *commands,
                                        const struct avow_command *command),
                          const struct avow_command *command)
{
    char *text = printed_by(print, command);
    const bool found = strstr(text, "-json\n") != NULL || strstr(text, "-json ") != NULL ||
                       strstr(text, "-json\\fR") != NULL;
    free(text);
    return found;
}

/* --json is taken by the commands whose rows have it, and refused by every other; so say their help
 * and their pages. */
static void test_json_rows(void **state)
{
    (void)state;
    for (const struct avow_command *const *row = avow_commands; *row != NULL; row++) {
        for (int first = 0; first <= 1; first++) {
            char *said = NULL;
            const bool taken = takes_json(*row, first != 0, &said);
            if (taken != (*row)->json ||
                (!taken && strstr(said, "--json is no option here") == NULL))
                fail_msg("%s: --json is %s: %s", (*row)->name, taken ? "taken" : "refused", said);
            free(said);
        }
        if (mentions_json(avow_help, *row) != (*row)->json ||
            mentions_json(avow_man, *row) != (*row)->json)
            fail_msg("%s: its help or its page is wrong about --json", (*row)->name);
    }
}

/* A paragraph of any length is whole in a manual page; what troff would take for a request is not
 * one. */
static void test_man_paragraph(void **state)
{
    static char details[3000];
    struct avow_command wordy = bake;
    (void)state;
    memset(details, 'x', sizeof(details) - 1);
    details[0] = '.';
    details[sizeof(details) - 5] = '\n';
    details[sizeof(details) - 4] = ' ';
    details[sizeof(details) - 3] = ' ';
    details[sizeof(details) - 2] = 'y';
    wordy.details = details;
    char *man = printed_by(avow_man, &wordy);
    const char *start = strstr(man, "\\&.xxx");
    assert_non_null(start);
    assert_int_equal(strcspn(start, "\n"), sizeof(details) - 5 + 2);
    assert_non_null(strstr(start, "\n.EX\n  y\n.EE\n"));
    free(man);
}

/* Every command of the program can be helped with, and has its page. */
static void test_every_command(void **state)
{
    (void)state;
    for (const struct avow_command *const *row = avow_commands; *row != NULL; row++) {
        char *help = printed_by(avow_help, *row);
        char *man = printed_by(avow_man, *row);
        size_t len = strlen((*row)->summary);
        if (strstr(help, (*row)->summary) == NULL || strstr(man, ".SH SYNOPSIS") == NULL ||
            len == 0 || (*row)->summary[len - 1] == '.' || (*row)->run == NULL)
            fail_msg("%s: its help, its page or its summary is not right", (*row)->name);
        for (const struct avow_option *option = (*row)->options; option->name != NULL; option++) {
            if (strstr(help, option->name) == NULL || option->help == NULL)
                fail_msg("%s: --%s is not in its help", (*row)->name, option->name);
        }
        free(help);
        free(man);
    }
}

static void test_completion(void **state)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char *out = NULL;
        size_t len = 0;
        FILE *file = open_memstream(&out, &len);
        assert_non_null(file);
        assert_true(avow_completion(file, avow_commands, shells[i]));
        assert_int_equal(fclose(file), 0);
        if (strstr(out, "issuer") == NULL || strstr(out, "achievement") == NULL)
            fail_msg("%s: commands are missing", shells[i]);
        free(out);
    }
    assert_false(avow_completion(stderr, avow_commands, "csh"));
}

/* ------------------------------------------------------------------ output that cannot be written
 */

static int run_printing(struct avow_cli *cli)
{
    (void)fputs("bread\n", cli->out);
    errno = ENOENT; /* of something that was looked for afterwards */
    return AVOW_EXIT_OK;
}

/* Told as a failure; with its reason where that is known, and never with another. */
static void test_full_disk(void **state)
{
    static const struct {
        const char *name;
        int buffering;
        const char *said;
    } rows[] = {
        {"failed at the end", _IOFBF, "avow: cannot write the output: No space left on device\n"},
        {"failed before", _IONBF, "avow: cannot write the output\n"},
    };
    struct avow_command printing = oven_heat;
    const struct avow_command *const table[] = {&printing, NULL};
    (void)state;
    printing.run = run_printing;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *argv[] = {"avow", "oven", "heat", "1", NULL};
        char *said = NULL;
        size_t len = 0;
        FILE *err = open_memstream(&said, &len);
        FILE *out = fopen("/dev/full", "we");
        assert_non_null(err);
        assert_non_null(out);
        assert_int_equal(setvbuf(out, NULL, rows[i].buffering, 4096), 0);
        assert_int_equal(avow_cli_main(table, 4, argv, out, err), AVOW_EXIT_NEGATIVE);
        assert_int_equal(fclose(err), 0);
        (void)fclose(out);
        if (strcmp(strchr(said, ':'), strchr(rows[i].said, ':')) != 0)
            fail_msg("%s: said \"%s\"", rows[i].name, said);
        free(said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),      cmocka_unit_test(test_values),
        cmocka_unit_test(test_print_text), cmocka_unit_test(test_settings),
        cmocka_unit_test(test_no_home),    cmocka_unit_test(test_every_command),
        cmocka_unit_test(test_completion), cmocka_unit_test(test_man_paragraph),
        cmocka_unit_test(test_json_rows),  cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
