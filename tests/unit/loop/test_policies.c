/* A node's own policies: which files of the folder are read, and what a bad one says. */
#include "node/loop/base/policies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct file {
    const char *name, *text;
};

struct policies_case {
    const char *name;
    struct file files[3];
    size_t count;      /* policies read */
    const char *error; /* how it ends; NULL: none */
};

static const struct policies_case cases[] = {
    {"an empty folder", {{NULL, NULL}}, 0, NULL},
    {"two, and a file that is none",
     {{"b.ini", "[policy]\nmax_age=1h\n"}, {"a-1_x.ini", "[policy]\n"}, {"README", "[what]\n"}},
     2,
     NULL},
    {"names that are none", {{"Upper.ini", "x"}, {".ini", "x"}, {"a.ini.bak", "x"}}, 0, NULL},
    {"an unknown key",
     {{"good.ini", "[policy]\n"}, {"worse.ini", "[policy]\nregion=PT\nmax_aeg=1h\n"}},
     0,
     "/worse.ini: line 3"},
    {"an unknown section", {{"one.ini", "[plicy]\n"}}, 0, "/one.ini: line 1"},
};

static char folder[64];

static void path_of(const char *name, char path[128])
{
    (void)snprintf(path, 128, "%s/%s", folder, name);
}

static void write_files(const struct policies_case *row)
{
    char path[128];
    (void)snprintf(folder, sizeof(folder), "/tmp/avow-policies-XXXXXX");
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < 3 && row->files[i].name != NULL; i++) {
        path_of(row->files[i].name, path);
        FILE *file = fopen(path, "we");
        assert_non_null(file);
        assert_true(fputs(row->files[i].text, file) >= 0);
        assert_int_equal(fclose(file), 0);
    }
}

static void remove_files(const struct policies_case *row)
{
    char path[128];
    for (size_t i = 0; i < 3 && row->files[i].name != NULL; i++) {
        path_of(row->files[i].name, path);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(folder), 0);
}

static void test_folders(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct policies_case *row = &cases[i];
        struct avow_policies *policies;
        struct avow_buf error;
        avow_buf_init(&error, 4096);
        write_files(row);
        enum avow_err err = avow_policies_read(folder, &policies, &error);
        avow_buf_append(&error, "", 1);
        if (err != (row->error == NULL ? AVOW_OK : AVOW_ERR_INVALID) ||
            (row->error != NULL && strstr((const char *)error.data, row->error) == NULL) ||
            (row->error == NULL && error.len != 1) || avow_policies_count(policies) != row->count)
            fail_msg("%s: %s: %s", row->name, avow_err_text(err), (const char *)error.data);
        assert_null(avow_policies_at(policies, row->count));
        avow_policies_free(&policies);
        remove_files(row);
        avow_buf_fini(&error);
    }
}

static void test_found_by_name(void **state)
{
    (void)state;
    struct avow_policies *policies;
    struct avow_buf error;
    avow_buf_init(&error, 4096);
    write_files(&cases[1]);
    assert_int_equal(avow_policies_read(folder, &policies, &error), AVOW_OK);
    const struct avow_policy *found = avow_policies_find(policies, avow_bytes_text("b"));
    assert_non_null(found);
    assert_int_equal(found->max_age_s, 3600);
    assert_ptr_equal(found, avow_policies_at(policies, 1));
    assert_null(avow_policies_find(policies, avow_bytes_text("README")));
    assert_null(avow_policies_find(NULL, avow_bytes_text("b")));
    avow_policies_free(&policies);
    remove_files(&cases[1]);
    assert_int_equal(avow_policies_read("/nowhere/at/all", &policies, &error), AVOW_ERR_INVALID);
    assert_null(policies);
    avow_buf_fini(&error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folders),
        cmocka_unit_test(test_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
