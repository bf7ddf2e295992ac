/* Seed files: what is written is read; what others could have put there is not believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sys/files.h"
#include "sys/seedfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIGITS "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static char folder[] = "/tmp/avow-seed-XXXXXX";
static char path[64], other[64];

static int make_folder(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/seed", folder);
    (void)snprintf(other, sizeof(other), "%s/other", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(path);
    (void)unlink(other);
    return rmdir(folder); /* and nothing has been left in it */
}

static void test_forms(void **state)
{
    static const struct {
        const char *name, *text; /* NULL: no file */
        unsigned mode;
        enum avow_err err;
    } rows[] = {
        {"good", DIGITS "\n", 0600, AVOW_OK},
        {"not there", NULL, 0, AVOW_ERR_NOT_FOUND},
        {"no newline", DIGITS, 0600, AVOW_ERR_CORRUPT},
        {"more behind it", DIGITS "\n\n", 0600, AVOW_ERR_CORRUPT},
        {"a digit that is none", "g" DIGITS "\n", 0600, AVOW_ERR_CORRUPT},
        {"empty", "", 0600, AVOW_ERR_CORRUPT},
        {"the group can read it", DIGITS "\n", 0640, AVOW_ERR_OPEN_TO_ALL},
        {"others can write it", DIGITS "\n", 0602, AVOW_ERR_OPEN_TO_ALL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t seed[32];
        (void)unlink(path);
        if (rows[i].text != NULL)
            assert_int_equal(avow_file_write(path, avow_bytes_text(rows[i].text), rows[i].mode),
                             AVOW_OK);
        const enum avow_err err = avow_seedfile_read(path, seed);
        if (err != rows[i].err)
            fail_msg("%s: returns %d", rows[i].name, (int)err);
    }
}

static void test_round_trip(void **state)
{
    uint8_t seed[32], read[32];
    struct stat info;
    (void)state;
    for (size_t round = 0; round < 2; round++) { /* anew, and over what is there */
        memset(seed, (int)(round + 7), sizeof(seed));
        assert_int_equal(avow_seedfile_write(path, seed), AVOW_OK);
        assert_int_equal(avow_seedfile_read(path, read), AVOW_OK);
        assert_memory_equal(read, seed, sizeof(seed));
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 07777, 0600);
    }
}

/* A link is not followed, and not written over: it stays, and so does what it names. */
static void test_link(void **state)
{
    const uint8_t seed[32] = {9};
    uint8_t read[32];
    struct stat info;
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    (void)state;
    avow_buf_init(&text, 100);
    (void)unlink(path);
    assert_int_equal(avow_file_write(other, avow_bytes_text(DIGITS "\n"), 0600), AVOW_OK);
    assert_int_equal(symlink(other, path), 0);
    assert_int_equal(avow_seedfile_read(path, read), AVOW_ERR_IO);
    assert_int_equal(avow_seedfile_write(path, seed), AVOW_ERR_NO_FILE);
    assert_int_equal(lstat(path, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(avow_file_read(other, 100, &text), AVOW_OK);
    assert_true(avow_bytes_equal(avow_buf_bytes(&text), avow_bytes_text(DIGITS "\n")));
    assert_int_equal(unlink(path), 0);
}

/* What cannot be written leaves nothing behind. */
static void test_no_folder(void **state)
{
    const uint8_t seed[32] = {9};
    char nowhere[80];
    (void)state;
    (void)snprintf(nowhere, sizeof(nowhere), "%s/no/seed", folder);
    assert_int_equal(avow_seedfile_write(nowhere, seed), AVOW_ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_link),
        cmocka_unit_test(test_no_folder),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
