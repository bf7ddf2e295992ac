/* What a home has proposed: whose it is, alive or left by a crash, whole or torn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/signer/pending.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct scene {
    char home[64];
    struct avow_cli cli;
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    assert_non_null(scene);
    (void)snprintf(scene->home, sizeof(scene->home), "/tmp/avow-test-XXXXXX");
    assert_non_null(mkdtemp(scene->home));
    scene->cli.err = stderr;
    scene->cli.home = scene->home;
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/pending", scene->home);
    (void)rmdir(path);
    assert_int_equal(rmdir(scene->home), 0);
    free(scene);
    return 0;
}

static struct avow_pending_record record_of(uint8_t fill)
{
    struct avow_pending_record record = {.base = fill, .text = {.size = 100 + fill}};
    memset(record.request.bytes, fill, sizeof(record.request.bytes));
    memset(record.text.root.bytes, fill, sizeof(record.text.root.bytes));
    return record;
}

static size_t list(const struct scene *scene, struct avow_pending_record *first)
{
    struct avow_pending_record *records;
    size_t count;
    assert_int_equal(avow_pending_list(&scene->cli, &records, &count), AVOW_EXIT_OK);
    if (count > 0)
        *first = records[0];
    free(records);
    return count;
}

static void test_own(void **state)
{
    const struct scene *scene = *state;
    struct avow_pending_record record = record_of(7), read = {0};
    int lock = -1;
    assert_int_equal(list(scene, &read), 0);
    assert_int_equal(avow_pending_create(&scene->cli, &record, &lock), AVOW_EXIT_OK);
    assert_int_equal(list(scene, &read), 1);
    assert_true(read.alive);
    assert_true(read.own);
    assert_int_equal(read.base, 7);
    assert_true(avow_hash_equal(&read.request, &record.request));
    assert_true(avow_checkpoint_same_text(&read.text, &record.text));
    assert_string_equal(read.name, record.name);
    avow_pending_remove(&scene->cli, &record, lock);
    assert_int_equal(list(scene, &read), 0);
}

/* A process that makes a record and dies when its standard input ends. */
static pid_t start_owner(const struct scene *scene, int *until, int *made)
{
    int input[2] = {-1, -1}, output[2] = {-1, -1};
    assert_int_equal(pipe(input), 0);
    assert_int_equal(pipe(output), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct avow_pending_record record = record_of(9);
        int lock = -1;
        char byte;
        (void)close(input[1]);
        bool good = avow_pending_create(&scene->cli, &record, &lock) == AVOW_EXIT_OK &&
                    write(output[1], "1", 1) == 1 && read(input[0], &byte, 1) == 0;
        _exit(good ? 0 : 1);
    }
    (void)close(input[0]);
    (void)close(output[1]);
    *until = input[1];
    *made = output[0];
    return child;
}

static void test_another_process(void **state)
{
    const struct scene *scene = *state;
    struct avow_pending_record read_back = {0};
    int until = -1, made = -1, status = -1;
    char byte;
    pid_t child = start_owner(scene, &until, &made);
    assert_int_equal(read(made, &byte, 1), 1);
    assert_int_equal(list(scene, &read_back), 1);
    assert_true(read_back.alive);
    assert_false(read_back.own);
    (void)close(until);
    (void)close(made);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(list(scene, &read_back), 1);
    assert_false(read_back.alive);
    assert_int_equal(read_back.base, 9);
    avow_pending_remove(&scene->cli, &read_back, -1);
    assert_int_equal(list(scene, &read_back), 0);
}

/* What cannot be read and has no owner was never whole: it goes. */
static void test_torn(void **state)
{
    const struct scene *scene = *state;
    struct avow_pending_record record = record_of(3), read_back = {0};
    char path[512];
    int lock = -1;
    assert_int_equal(avow_pending_create(&scene->cli, &record, &lock), AVOW_EXIT_OK);
    (void)snprintf(path, sizeof(path), "%s/pending/%s", scene->home, record.name);
    assert_int_equal(close(lock), 0);
    assert_int_equal(truncate(path, 20), 0);
    assert_int_equal(list(scene, &read_back), 0);
    assert_int_not_equal(access(path, F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_process, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_torn, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
