/* A list of recognitions. Whatever it is, what comes out is an entry that every node takes, about
 * somebody else, and has the digest that the log's own entry will have. */
#include "cli/frame/csv.h"
#include "cli/recognition/statements.h"
#include "tests/fuzz/fuzz.h"

static const struct avow_csv_column columns[] = {
    {"issuer", false},      {"as", false},      {"subject-name", false}, {"fields", false},
    {"levels", false},      {"regions", false}, {"achievements", false}, {"depth", false},
    {"equivalence", false}, {"from", false},    {"until", false},        {"basis", false},
    {NULL, false},
};

static const struct avow_hash own = {{9}};

static void problem(void *context, size_t line, const char *column, const char *what)
{
    (void)context, (void)line, (void)column;
    AVOW_ASSERT(what[0] != '\0');
}

static enum avow_err take_row(void *context, size_t row, size_t line,
                              const struct avow_bytes *fields)
{
    struct avow_statements *statements = context;
    struct avow_hash digest;
    const size_t before = statements->count;
    (void)row;
    AVOW_ASSERT(avow_statement_read(fields, line, &own, problem, NULL, statements) == AVOW_OK);
    if (statements->count == before)
        return AVOW_OK;
    struct avow_statement *statement = &statements->items[before];
    AVOW_ASSERT(statement->line == line && statement->entry.kind == AVOW_KIND_RECOGNITION);
    AVOW_ASSERT(!avow_hash_equal(&statement->entry.recognition.subject, &own));
    statement->entry.t = 1700000000;
    AVOW_ASSERT(avow_statement_digest(&statement->entry, &digest) == AVOW_OK);
    AVOW_ASSERT(avow_hash_equal(&digest, &statement->digest));
    return AVOW_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct avow_statements statements = {0};
    const struct avow_csv csv = {
        .columns = columns, .row = take_row, .problem = problem, .context = &statements};
    AVOW_ASSERT(avow_csv_read(&csv, avow_bytes(data, size)) == AVOW_OK);
    avow_statements_fini(&statements);
    return 0;
}
