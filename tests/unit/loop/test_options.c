/* Flags and file, by table: what is read, and what is said about what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/loop/base/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ARGS_MAX 12
static const char pinned_a[] =
    "avownode1a20hs6g54aqx89magcdu8km35mvt5n7lr9vj7zgvmpm4tdxly6xqtf8zp7@a.example:1";
static const char pinned_b[] =
    "avownode1a20hs6g54aqx89magcdu8km35mvt5n7lr9vj7zgvmpm4tdxly6xqtf8zp7@b.example:2";

/* The file, if any, is written to a path that replaces "FILE" among the arguments and in errors. */
struct options_case {
    const char *name;
    const char *args[ARGS_MAX];
    const char *file;
    const char *error; /* NULL: good; FILE stands for the path */
};

#define TEN "abcdefghi/"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define GOOD "--data", "d", "--listen", "127.0.0.1:7000"

static const struct options_case cases[] = {
    {"the least", {GOOD}, NULL, NULL},
    {"with an equals sign", {"--data=d", "--listen=[::1]:0"}, NULL, NULL},
    {"peers", {GOOD, "--peer", "a.example:1", "--peer", pinned_b}, NULL, NULL},
    {"help alone", {"--help"}, NULL, NULL},
    {"manual alone", {"--manual"}, NULL, NULL},
    {"all from a file", {"--config", "FILE"}, "[node]\ndata = d\nlisten = 127.0.0.1:1\n", NULL},
    {"peers of both",
     {GOOD, "--peer", "a:1", "--config", "FILE"},
     "[node]\npeer = b:2\npeer = c:3\n",
     NULL},
    {"no data", {"--listen", "127.0.0.1:1"}, NULL, "--data DIR is missing"},
    {"no address", {"--data", "d"}, NULL, "--listen HOST:PORT is missing"},
    {"no such flag", {GOOD, "--colour"}, NULL, "there is no option --colour"},
    {"not a flag", {GOOD, "extra"}, NULL, "\"extra\" is no option"},
    {"value missing", {GOOD, "--peer"}, NULL, "--peer needs a value: --peer [ID@]HOST:PORT"},
    {"value for none", {"--help=1"}, NULL, "--help takes no value"},
    {"twice", {GOOD, "--data", "e"}, NULL, "--data is given twice"},
    {"port too large",
     {"--data", "d", "--listen", "127.0.0.1:65536"},
     NULL,
     "--listen: \"127.0.0.1:65536\" is not HOST:PORT"},
    {"no port",
     {"--data", "d", "--listen", "127.0.0.1"},
     NULL,
     "--listen: \"127.0.0.1\" is not HOST:PORT"},
    {"bare IPv6",
     {"--data", "d", "--listen", "::1:7000"},
     NULL,
     "--listen: \"::1:7000\" is not HOST:PORT"},
    {"peer's port 0",
     {GOOD, "--peer", "a:0"},
     NULL,
     "--peer: \"a:0\" is not HOST:PORT or avownode1…@HOST:PORT, at most 64 of them"},
    {"peer's id wrong",
     {GOOD, "--peer", "avownode1qqqq@a:1"},
     NULL,
     "--peer: \"avownode1qqqq@a:1\" is not HOST:PORT or avownode1…@HOST:PORT, at most 64 of them"},
    {"listening with an id",
     {"--data", "d", "--listen", pinned_a},
     NULL,
     "--listen: "
     "\"avownode1a20hs6g54aqx89magcdu8km35mvt5n7lr9vj7zgvmpm4tdxly6xqtf8zp7@a.example:1\" is not "
     "HOST:PORT"},
    {"number out of range",
     {GOOD, "--links-max", "3"},
     NULL,
     "--links-max: \"3\" is not a number from 4 to 4096"},
    {"number with a sign",
     {GOOD, "--links-max", "+40"},
     NULL,
     "--links-max: \"+40\" is not a number from 4 to 4096"},
    {"level",
     {GOOD, "--log-level", "loud"},
     NULL,
     "--log-level: \"loud\" is not error, warn, info or debug"},
    {"file is not there",
     {GOOD, "--config", "/nonexistent/avow.conf"},
     NULL,
     "/nonexistent/avow.conf: No such file or directory"},
    {"file: no such name",
     {GOOD, "--config", "FILE"},
     "[node]\n\ncolour = red\n",
     "FILE:3: colour: no such option"},
    {"file: no such section",
     {GOOD, "--config", "FILE"},
     "[nod]\ndata = d\n",
     "FILE:2: nod: no such section; options stand in [node]"},
    {"file: wrong value",
     {GOOD, "--config", "FILE"},
     "[node]\nquery_threads = 65\n",
     "FILE:2: query_threads: must be a number from 0 to 64"},
    {"file: wrong though a flag wins",
     {GOOD, "--config", "FILE"},
     "[node]\nlisten = nowhere\n",
     "FILE:2: listen: must be HOST:PORT"},
    {"file: twice",
     {GOOD, "--config", "FILE"},
     "[node]\nnetwork = a\nnetwork = b\n",
     "FILE:3: network: given twice"},
    {"file: no name",
     {GOOD, "--config", "FILE"},
     "[node]\nnonsense\n",
     "FILE:2: neither a [section] nor NAME = VALUE"},
    {"file: two bad lines: the first is told of",
     {GOOD, "--config", "FILE"},
     "[node]\ncolour = red\nnonsense\n",
     "FILE:2: colour: no such option"},
    {"file: the other way around",
     {GOOD, "--config", "FILE"},
     "[node]\nnonsense\ncolour = red\n",
     "FILE:2: neither a [section] nor NAME = VALUE"},
    {"file: a ; in a value is the value's",
     {GOOD, "--config", "FILE"},
     "[node]\nlog_level = debug ; loud\n",
     "FILE:2: log_level: must be error, warn, info or debug"},
    {"file: a line over 199 bytes",
     {GOOD, "--config", "FILE"},
     "[node]\npolicies = " HUNDRED HUNDRED "\nnonsense\n",
     "FILE:3: neither a [section] nor NAME = VALUE"},
    {"file: config in it",
     {GOOD, "--config", "FILE"},
     "[node]\nconfig = other\n",
     "FILE:2: config: no such option"},
};

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* `text` with the path in the place of FILE. */
static void put_path(const char *text, const char *path, char *out, size_t room)
{
    const char *at = strstr(text, "FILE");
    if (at == NULL)
        (void)snprintf(out, room, "%s", text);
    else
        (void)snprintf(out, room, "%.*s%s%s", (int)(at - text), text, path, at + 4);
}

static void run_case(const struct options_case *c, const char *path)
{
    char *argv[ARGS_MAX + 2] = {"avowd"};
    int argc = 1;
    struct avow_options options;
    uint8_t storage[1024];
    struct avow_buf error;
    char wanted[1024];
    avow_buf_init_fixed(&error, storage, sizeof(storage) - 1);
    if (c->file != NULL)
        write_file(path, c->file);
    for (size_t i = 0; i < ARGS_MAX && c->args[i] != NULL; i++) {
        const char *arg = strcmp(c->args[i], "FILE") == 0 ? path : c->args[i];
        argv[argc++] = (char *)(uintptr_t)arg;
    }
    enum avow_err err = avow_options_read(&options, argc, argv, &error);
    storage[error.len] = '\0';
    put_path(c->error == NULL ? "" : c->error, path, wanted, sizeof(wanted));
    if (strcmp((const char *)storage, wanted) != 0)
        fail_msg("%s: says \"%s\"", c->name, (const char *)storage);
    if ((err == AVOW_OK) != (c->error == NULL))
        fail_msg("%s: returns %d", c->name, (int)err);
}

static void test_cases(void **state)
{
    char path[] = "/tmp/avow-options-XXXXXX";
    int fd = mkstemp(path);
    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        run_case(&cases[i], path);
    assert_int_equal(unlink(path), 0);
}

static void test_values(void **state)
{
    char path[] = "/tmp/avow-options-XXXXXX";
    int fd = mkstemp(path);
    struct avow_options options;
    struct avow_buf error;
    uint8_t storage[256];
    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    write_file(path, "[node]\ndata = from-file\nnetwork = test\nlisten = [2001:db8::1]:7100\n"
                     "peer = b.example:2\nstore_max_bytes = 1000000\nlog_level = debug\n");
    char *argv[] = {"avowd",    "--peer", (char *)(uintptr_t)pinned_a, "--data", "from-flag",
                    "--config", path};
    avow_buf_init_fixed(&error, storage, sizeof(storage));
    assert_int_equal(avow_options_read(&options, 7, argv, &error), AVOW_OK);
    assert_string_equal(options.data, "from-flag");
    assert_string_equal(options.network, "test");
    assert_string_equal(options.listen.host, "2001:db8::1");
    assert_int_equal(options.listen.port, 7100);
    assert_int_equal(options.peer_count, 2);
    assert_true(options.peers[0].has_node);
    assert_string_equal(options.peers[0].host, "a.example");
    assert_false(options.peers[1].has_node);
    assert_int_equal(options.peers[1].port, 2);
    assert_int_equal(options.store_max_bytes, 1000000);
    assert_int_equal(options.log_level, AVOW_LOG_DEBUG);
    assert_int_equal(options.links_max, 256);
    assert_int_equal(unlink(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
