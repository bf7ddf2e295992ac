/* cli/cursor: what is saved is loaded again; what is not a cursor is refused whole. */
#include "cli/watch/cursor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "sys/files.h"

#define ISSUER "avow157n60fa857n60fa857n60fa857n60fa857n60fa857n60fa857nsuk9frk"
#define ROOT "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define ROW(size, next)                                                                            \
    "{\"issuer\":\"" ISSUER "\",\"size\":" size ",\"next\":" next ",\"root\":\"" ROOT "\"}"

struct file_case {
    const char *name;
    const char *text;
    enum avow_err err;
    size_t count;
};

static const struct file_case file_cases[] = {
    {"empty cursor", "{\"version\":1,\"logs\":[]}", AVOW_OK, 0},
    {"one log", "{\"version\":1,\"logs\":[" ROW("7", "5") "]}", AVOW_OK, 1},
    {"beyond the log", "{\"version\":1,\"logs\":[" ROW("7", "8") "]}", AVOW_ERR_REJECTED, 0},
    {"below zero", "{\"version\":1,\"logs\":[" ROW("7", "-1") "]}", AVOW_ERR_REJECTED, 0},
    {"not a number", "{\"version\":1,\"logs\":[" ROW("7", "1.0") "]}", AVOW_ERR_REJECTED, 0},
    {"twice", "{\"version\":1,\"logs\":[" ROW("7", "5") "," ROW("7", "6") "]}", AVOW_ERR_REJECTED,
     0},
    {"another version", "{\"version\":2,\"logs\":[]}", AVOW_ERR_REJECTED, 0},
    {"no logs", "{\"version\":1}", AVOW_ERR_REJECTED, 0},
    {"a list", "[]", AVOW_ERR_REJECTED, 0},
    {"no JSON", "cursor", AVOW_ERR_REJECTED, 0},
    {"nothing", "", AVOW_ERR_REJECTED, 0},
};

static void make_path(char path[64])
{
    (void)snprintf(path, 64, "/tmp/avow-cursor-XXXXXX");
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
}

static void test_files(void **state)
{
    (void)state;
    char path[64];
    make_path(path);
    for (size_t i = 0; i < sizeof(file_cases) / sizeof(file_cases[0]); i++) {
        const struct file_case *row = &file_cases[i];
        struct avow_cursor cursor;
        assert_int_equal(avow_file_write(path, avow_bytes_text(row->text), 0600), AVOW_OK);
        const enum avow_err err = avow_cursor_load(&cursor, path);
        if (err != row->err || cursor.count != row->count || cursor.loaded != (err == AVOW_OK))
            fail_msg("%s: %s, %zu logs", row->name, avow_err_text(err), cursor.count);
        avow_cursor_fini(&cursor);
    }
    assert_int_equal(unlink(path), 0);
}

/* A file that is not there is a cursor that begins. */
static void test_absent(void **state)
{
    (void)state;
    char path[64];
    struct avow_cursor cursor;
    make_path(path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(avow_cursor_load(&cursor, path), AVOW_OK);
    assert_false(cursor.loaded);
    assert_int_equal(cursor.count, 0);
    avow_cursor_fini(&cursor);
}

static void test_round_trip(void **state)
{
    (void)state;
    char path[64];
    struct avow_cursor cursor = {0}, again;
    make_path(path);
    /* Added in no order, found in each. */
    for (unsigned i = 0; i < 100; i++) {
        struct avow_position position = {.size = 1000 + i, .next = i};
        position.issuer.bytes[0] = (uint8_t)(i * 37 % 100);
        position.root.bytes[31] = (uint8_t)i;
        assert_non_null(avow_cursor_add(&cursor, &position));
    }
    assert_int_equal(avow_cursor_save(&cursor, path), AVOW_OK);
    assert_int_equal(avow_cursor_load(&again, path), AVOW_OK);
    assert_true(again.loaded);
    assert_int_equal(again.count, 100);
    for (unsigned i = 0; i < 100; i++) {
        struct avow_hash issuer = {{(uint8_t)(i * 37 % 100)}};
        const struct avow_position *position = avow_cursor_find(&again, &issuer);
        assert_non_null(position);
        assert_int_equal(position->size, 1000 + i);
        assert_int_equal(position->next, i);
        assert_int_equal(position->root.bytes[31], i);
    }
    const struct avow_hash nobody = {{0, 1}};
    assert_null(avow_cursor_find(&again, &nobody));
    avow_cursor_fini(&cursor);
    avow_cursor_fini(&again);
    assert_int_equal(unlink(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_absent),
        cmocka_unit_test(test_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
