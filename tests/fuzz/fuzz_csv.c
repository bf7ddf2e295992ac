/* A list of learners. Whatever it is, every row that comes out is well formed, and every line that
 * does not is told of once at least. */
#include "cli/frame/csv.h"
#include "proto/codec/utf8.h"
#include "tests/fuzz/fuzz.h"

static const struct avow_csv_column columns[] = {
    {"name", true}, {"email", false}, {"id", false}, {NULL, false}};

struct seen {
    size_t rows, last_line, problems;
};

static enum avow_err take_row(void *context, size_t row, size_t line,
                              const struct avow_bytes *fields)
{
    struct seen *seen = context;
    AVOW_ASSERT(row > seen->rows && line > seen->last_line && fields[0].len > 0);
    for (size_t i = 0; i < 3; i++)
        AVOW_ASSERT(fields[i].len <= AVOW_CSV_FIELD_MAX &&
                    avow_utf8_check(fields[i]) == AVOW_ACCEPT);
    seen->rows = row;
    seen->last_line = line;
    return AVOW_OK;
}

static void problem(void *context, size_t line, const char *column, const char *what)
{
    struct seen *seen = context;
    AVOW_ASSERT(line > 0 && what[0] != '\0');
    (void)column;
    seen->problems++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen seen = {0};
    const struct avow_csv csv = {
        .columns = columns, .row = take_row, .problem = problem, .context = &seen};
    AVOW_ASSERT(avow_csv_read(&csv, avow_bytes(data, size)) == AVOW_OK);
    AVOW_ASSERT(seen.problems <= AVOW_CSV_PROBLEMS_MAX);
    return 0;
}
