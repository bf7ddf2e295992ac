/* Whose a secret is, by owner and mode, of the file and of its folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sys/private.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROOT = 0, SELF = 1000, OTHER = 1001 };

static const struct private_case {
    const char *name;
    bool folder;
    uid_t self, owner;
    mode_t mode;
    const char *problem; /* how it begins; NULL: none */
} cases[] = {
    {"one's own", false, SELF, SELF, 0600, NULL},
    {"one's own, read only", false, SELF, SELF, 0400, NULL},
    {"the group reads", false, SELF, SELF, 0640, "can be read"},
    {"others read", false, SELF, SELF, 0604, "can be read"},
    {"the group may run it", false, SELF, SELF, 0610, "can be read"},
    {"others write", false, SELF, SELF, 0602, "can be changed"},
    {"everybody does all", false, SELF, SELF, 0777, "can be changed"},
    {"lent by root to a group", false, SELF, ROOT, 0440, NULL},
    {"lent by root to all", false, SELF, ROOT, 0444, NULL},
    {"lent by root to be written", false, SELF, ROOT, 0664, "can be changed"},
    {"a third user's", false, SELF, OTHER, 0600, "belongs"},
    {"root's own", false, ROOT, ROOT, 0600, NULL},
    {"root's own, and others read", false, ROOT, ROOT, 0644, "can be read"},
    {"a user's, taken by root", false, ROOT, OTHER, 0600, NULL},
    {"a user's that others read, taken by root", false, ROOT, OTHER, 0644, "can be read"},
    {"one's own folder", true, SELF, SELF, 0700, NULL},
    {"a folder that all may look into", true, SELF, SELF, 0755, NULL},
    {"a folder that the group may change", true, SELF, SELF, 0775, "can be changed"},
    {"a folder that all may change", true, SELF, SELF, 0777, "can be changed"},
    {"a folder like /tmp", true, SELF, ROOT, 01777, NULL},
    {"root's folder", true, SELF, ROOT, 0755, NULL},
    {"a third user's folder", true, SELF, OTHER, 0755, "belongs"},
    {"a user's folder, taken by root", true, ROOT, OTHER, 0755, NULL},
};

static void test_problems(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct private_case *row = &cases[i];
        const struct stat info = {.st_uid = row->owner, .st_mode = row->mode};
        const char *problem = row->folder ? avow_private_folder_problem(&info, row->self)
                                          : avow_private_file_problem(&info, row->self);
        const bool same = row->problem == NULL || problem == NULL
                              ? row->problem == problem
                              : strncmp(problem, row->problem, strlen(row->problem)) == 0;
        if (!same)
            fail_msg("%s: %s", row->name, problem != NULL ? problem : "no problem");
    }
}

/* The same of files: of the folder that a path names, and of the one that it does not. */
static void test_paths(void **state)
{
    (void)state;
    char why[AVOW_PRIVATE_WHY_MAX], folder[] = "/tmp/avow-test-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/a.key", folder);
    assert_true(avow_private_is(path, why)); /* nothing there */
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_true(avow_private_is(path, why));
    assert_int_equal(fchmod(fd, 0644), 0);
    assert_false(avow_private_is(path, why));
    assert_non_null(strstr(why, "chmod 600"));
    assert_int_equal(fchmod(fd, 0600), 0);
    assert_int_equal(chmod(folder, 0777), 0); /* NOLINT: what is tested */
    assert_false(avow_private_is(path, why));
    assert_non_null(strstr(why, "chmod go-w"));
    assert_int_equal(chdir(folder), 0);
    assert_false(avow_private_is("a.key", why));
    assert_int_equal(close(fd), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_problems),
                                       cmocka_unit_test(test_paths)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
