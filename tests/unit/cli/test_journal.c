/* The books of an output folder: what is read back, what is torn, what is damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/issue/journal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH "0101010101010101010101010101010101010101010101010101010101010101"
#define ROOT "abababababababababababababababababababababababababababababababab"
#define FIRST "avow journal 1\n"
#define BATCH(id) "batch " id " 3 5 " ROOT "\n"
#define ROW "row " HASH " 3 s1\n"
#define A "00000000000000aa"
#define B "00000000000000bb"

struct journal_case {
    const char *name;
    const char *text;
    enum avow_err err;
    size_t line; /* where err is not OK */
    size_t done, open;
    const char *kept; /* what is left of the file, or NULL for all of it */
};

static const struct journal_case cases[] = {
    {"new", "", AVOW_OK, 0, 0, 0, FIRST},
    {"nothing yet", FIRST, AVOW_OK, 0, 0, 0, NULL},
    {"open", FIRST BATCH(A) ROW "end 1\n", AVOW_OK, 0, 0, 1, NULL},
    {"done", FIRST BATCH(A) ROW "end 1\ndone " A "\n", AVOW_OK, 0, 1, 0, NULL},
    {"dead", FIRST BATCH(A) ROW "end 1\ndead " A "\n", AVOW_OK, 0, 0, 0, NULL},
    {"one of two", FIRST BATCH(A) ROW "end 1\n" BATCH(B) ROW "end 1\ndead " A "\n", AVOW_OK, 0, 0,
     1, NULL},
    {"torn first line", "avow jour", AVOW_OK, 0, 0, 0, FIRST},
    {"first line without its end", "avow journal 1", AVOW_OK, 0, 0, 0, FIRST},
    {"torn line", FIRST BATCH(A) "row 01", AVOW_OK, 0, 0, 0, FIRST},
    {"torn batch", FIRST BATCH(A) ROW, AVOW_OK, 0, 0, 0, FIRST},
    {"torn end", FIRST BATCH(A) ROW "end 1", AVOW_OK, 0, 0, 0, FIRST},
    {"torn done", FIRST BATCH(A) ROW "end 1\ndon", AVOW_OK, 0, 0, 1, FIRST BATCH(A) ROW "end 1\n"},
    {"another version", "avow journal 2\n", AVOW_ERR_SCHEMA, 1, 0, 0, NULL},
    {"another file", "name,id\n", AVOW_ERR_SCHEMA, 1, 0, 0, NULL},
    {"another version, torn", "avow journal 2", AVOW_ERR_SCHEMA, 0, 0, 0, NULL},
    {"another file, of one line without an end", "name", AVOW_ERR_SCHEMA, 0, 0, 0, NULL},
    {"a longer first line", "avow journal 1 and more", AVOW_ERR_SCHEMA, 0, 0, 0, NULL},
    {"an unknown line", FIRST "hello\n", AVOW_ERR_CORRUPT, 2, 0, 0, NULL},
    {"a row outside", FIRST ROW, AVOW_ERR_CORRUPT, 2, 0, 0, NULL},
    {"a batch in a batch", FIRST BATCH(A) BATCH(B), AVOW_ERR_CORRUPT, 3, 0, 0, NULL},
    {"another count", FIRST BATCH(A) ROW "end 2\n", AVOW_ERR_CORRUPT, 4, 0, 0, NULL},
    {"done without a batch", FIRST "done " A "\n", AVOW_ERR_CORRUPT, 2, 0, 0, NULL},
    {"done twice", FIRST BATCH(A) ROW "end 1\ndone " A "\ndone " A "\n", AVOW_ERR_CORRUPT, 6, 1, 0,
     NULL},
    {"a short id", FIRST "batch 12 3 5 " ROOT "\n", AVOW_ERR_CORRUPT, 2, 0, 0, NULL},
    {"an id that is a path", FIRST "batch ../../../../../x 3 5 " ROOT "\n", AVOW_ERR_CORRUPT, 2, 0,
     0, NULL},
    {"no name", FIRST BATCH(A) "row " HASH " 3 \n", AVOW_ERR_CORRUPT, 3, 0, 0, NULL},
    {"a number with a sign", FIRST "batch " A " +3 5 " ROOT "\n", AVOW_ERR_CORRUPT, 2, 0, 0, NULL},
};

struct scene {
    char folder[64], path[96];
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    assert_non_null(scene);
    (void)snprintf(scene->folder, sizeof(scene->folder), "/tmp/avow-test-XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    (void)snprintf(scene->path, sizeof(scene->path), "%s/journal", scene->folder);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    (void)unlink(scene->path);
    assert_int_equal(rmdir(scene->folder), 0);
    free(scene);
    return 0;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void read_file(const char *path, char out[2048])
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    out[fread(out, 1, 2047, file)] = '\0';
    assert_int_equal(fclose(file), 0);
}

static void test_table(void **state)
{
    const struct scene *scene = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct journal_case *row = &cases[i];
        struct avow_journal journal;
        char kept[2048];
        size_t line;
        write_file(scene->path, row->text);
        enum avow_err err = avow_journal_open(scene->path, &journal, &line);
        if (err != row->err || (err != AVOW_OK && line != row->line) ||
            (err == AVOW_OK &&
             (journal.done_count != row->done || journal.open_count != row->open)))
            fail_msg("%s: %s in line %zu, %zu done, %zu open", row->name, avow_err_text(err), line,
                     journal.done_count, journal.open_count);
        avow_journal_close(&journal);
        read_file(scene->path, kept);
        if (strcmp(kept, row->kept != NULL ? row->kept : row->text) != 0)
            fail_msg("%s: kept \"%s\"", row->name, kept);
    }
}

static struct avow_journal_row row_of(uint8_t fill, uint64_t index, const char *name)
{
    struct avow_journal_row row = {.index = index, .name = name};
    memset(row.digest.bytes, fill, sizeof(row.digest.bytes));
    return row;
}

static void test_writing(void **state)
{
    const struct scene *scene = *state;
    struct avow_journal journal;
    size_t line;
    struct avow_journal_row rows[] = {row_of(9, 4, "s 1"), row_of(2, 3, "李")};
    struct avow_journal_batch batch = {.id = A, .base = 3, .size = 5, .count = 2, .rows = rows};
    assert_int_equal(avow_journal_open(scene->path, &journal, &line), AVOW_OK);
    assert_int_equal(avow_journal_begin(&journal, &batch), AVOW_OK);
    memcpy(batch.id, B, sizeof(batch.id));
    assert_int_equal(avow_journal_begin(&journal, &batch), AVOW_OK);
    assert_null(avow_journal_find(&journal, &rows[0].digest));
    assert_int_equal(avow_journal_end(&journal, 0, true), AVOW_OK);
    assert_int_equal(journal.open_count, 1);
    assert_string_equal(journal.open[0].id, B);
    avow_journal_close(&journal);
    /* the same to the next call */
    assert_int_equal(avow_journal_open(scene->path, &journal, &line), AVOW_OK);
    const struct avow_journal_row *found = avow_journal_find(&journal, &rows[1].digest);
    assert_non_null(found);
    assert_int_equal(found->index, 3);
    assert_string_equal(found->name, "李");
    assert_int_equal(journal.open_count, 1);
    assert_string_equal(journal.open[0].rows[0].name, "s 1");
    const struct avow_hash other = {{7}};
    assert_null(avow_journal_find(&journal, &other));
    avow_journal_close(&journal);
}

/* What a crash of the machine leaves of a write: the file is as long as it was to be, and the
 * blocks that were not written are zeros. */
static void test_zeros(void **state)
{
    const struct scene *scene = *state;
    static const struct {
        const char *name, *text, *kept;
    } rows[] = {
        {"of the first line", "", FIRST},
        {"within the first line", "avow jou", FIRST},
        {"after a line", FIRST, FIRST},
        {"within a batch", FIRST BATCH(A) "row 01", FIRST},
        {"after a batch", FIRST BATCH(A) ROW "end 1\n", FIRST BATCH(A) ROW "end 1\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct avow_journal journal;
        char kept[2048];
        size_t line;
        write_file(scene->path, rows[i].text);
        assert_int_equal(truncate(scene->path, (off_t)strlen(rows[i].text) + 700), 0);
        enum avow_err err = avow_journal_open(scene->path, &journal, &line);
        avow_journal_close(&journal);
        read_file(scene->path, kept);
        if (err != AVOW_OK || strcmp(kept, rows[i].kept) != 0)
            fail_msg("zeros %s: %s, kept \"%s\"", rows[i].name, avow_err_text(err), kept);
    }
}

/* A disk that is full at any byte of a batch: what is written after that begins a line. */
static void test_full(void **state)
{
    const struct scene *scene = *state;
    struct avow_journal_row rows[] = {row_of(9, 4, "s1")};
    const struct avow_journal_batch first = {
        .id = A, .base = 3, .size = 4, .count = 1, .rows = rows};
    const struct avow_journal_batch second = {
        .id = B, .base = 3, .size = 4, .count = 1, .rows = rows};
    struct avow_journal journal;
    struct rlimit before, limit;
    struct stat found;
    size_t line;
    assert_int_equal(avow_journal_open(scene->path, &journal, &line), AVOW_OK);
    assert_int_equal(avow_journal_begin(&journal, &first), AVOW_OK);
    assert_int_equal(stat(scene->path, &found), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    for (rlim_t room = 0; room < 100; room++) {
        limit = (struct rlimit){(rlim_t)found.st_size + room, before.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        assert_int_equal(avow_journal_begin(&journal, &second), AVOW_ERR_IO);
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(avow_journal_end(&journal, 0, true), AVOW_OK);
    avow_journal_close(&journal);
    assert_int_equal(avow_journal_open(scene->path, &journal, &line), AVOW_OK);
    assert_int_equal(journal.done_count, 1);
    assert_int_equal(journal.open_count, 0);
    avow_journal_close(&journal);
}

static void test_one_process(void **state)
{
    const struct scene *scene = *state;
    struct avow_journal first, second;
    size_t line;
    assert_int_equal(avow_journal_open(scene->path, &first, &line), AVOW_OK);
    assert_int_equal(avow_journal_open(scene->path, &second, &line), AVOW_ERR_BUSY);
    avow_journal_close(&second);
    avow_journal_close(&first);
    assert_int_equal(avow_journal_open(scene->path, &second, &line), AVOW_OK);
    avow_journal_close(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_table, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_writing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_zeros, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_full, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_process, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
