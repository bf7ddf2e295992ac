/* Where statements come from: the command line, or a file. */
#include "cli/frame/csv.h"
#include "cli/recognition/statements.h"
#include "proto/codec/utf8.h"
#include "sys/files.h"

#include <errno.h>

static const struct avow_csv_column columns[] = {
    [AVOW_STATEMENT_ISSUER] = {"issuer", true},
    [AVOW_STATEMENT_AS] = {"as", true},
    [AVOW_STATEMENT_SUBJECT_NAME] = {"subject-name", true},
    [AVOW_STATEMENT_FIELDS] = {"fields", false},
    [AVOW_STATEMENT_LEVELS] = {"levels", false},
    [AVOW_STATEMENT_REGIONS] = {"regions", false},
    [AVOW_STATEMENT_ACHIEVEMENTS] = {"achievements", false},
    [AVOW_STATEMENT_DEPTH] = {"depth", false},
    [AVOW_STATEMENT_EQUIVALENCE] = {"equivalence", false},
    [AVOW_STATEMENT_FROM] = {"from", false},
    [AVOW_STATEMENT_UNTIL] = {"until", false},
    [AVOW_STATEMENT_BASIS] = {"basis", true},
    [AVOW_STATEMENT_COLUMNS] = {NULL, false},
};

struct gathering {
    const struct avow_cli *cli;
    const char *path; /* NULL: the command line */
    const struct avow_hash *own;
    struct avow_statements *statements;
    size_t problems;
};

static void problem(void *context, size_t line, const char *column, const char *what)
{
    struct gathering *gathering = context;
    const struct avow_cli *cli = gathering->cli;
    gathering->problems++;
    if (gathering->path != NULL && column != NULL)
        avow_cli_note(cli, "%s:%zu: column %s: %s", gathering->path, line, column, what);
    else if (gathering->path != NULL)
        avow_cli_note(cli, "%s:%zu: %s", gathering->path, line, what);
    else if (column == NULL || strcmp(column, "issuer") == 0)
        avow_cli_note(cli, "avow recognise: %s", what);
    else
        avow_cli_note(cli, "avow recognise: --%s: %s", column, what);
}

/* ------------------------------------------------------------------ a file */

static enum avow_err take_row(void *context, size_t row, size_t line,
                              const struct avow_bytes *fields)
{
    struct gathering *gathering = context;
    struct avow_statements *statements = gathering->statements;
    const size_t before = statements->count;
    char what[96];
    (void)row;
    if (before == AVOW_STATEMENTS_MAX) {
        (void)snprintf(what, sizeof(what), "over %d rows: split the file", AVOW_STATEMENTS_MAX);
        problem(gathering, line, NULL, what);
        return AVOW_ERR_TOO_LARGE;
    }
    const enum avow_err err =
        avow_statement_read(fields, line, gathering->own, problem, gathering, statements);
    for (size_t i = 0; i < before && statements->count > before; i++) {
        if (avow_hash_equal(&statements->items[i].digest, &statements->items[before].digest)) {
            (void)snprintf(what, sizeof(what), "it says the same as line %zu: leave one out",
                           statements->items[i].line);
            problem(gathering, line, NULL, what);
            break;
        }
    }
    return err;
}

static int read_file(struct gathering *gathering)
{
    const struct avow_cli *cli = gathering->cli;
    const struct avow_csv csv = {
        .columns = columns, .row = take_row, .problem = problem, .context = gathering};
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    avow_buf_init(&text, AVOW_CSV_BYTES_MAX);
    enum avow_err err = avow_file_read(gathering->path, AVOW_CSV_BYTES_MAX, &text);
    if (err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "cannot read %s: %s", gathering->path,
                             err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err));
    err = avow_csv_read(&csv, avow_buf_bytes(&text));
    if (err != AVOW_OK && err != AVOW_ERR_TOO_LARGE)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(err));
    if (gathering->problems > 0)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s%zu problem%s in %s; nothing was signed",
                             gathering->problems >= AVOW_CSV_PROBLEMS_MAX ? "at least " : "",
                             gathering->problems, gathering->problems == 1 ? "" : "s",
                             gathering->path);
    return AVOW_EXIT_OK;
}

/* ------------------------------------------------------------------ the command line */

/* Several --equivalence are one list. */
static void join_rows(const struct avow_cli *cli, struct avow_buf *rows)
{
    const char *row;
    for (size_t i = 0; (row = avow_cli_value_at(cli, "equivalence", i)) != NULL; i++)
        avow_buf_printf(rows, "%s%s", i > 0 ? ";" : "", row);
}

static int check_text(const struct avow_cli *cli, const char *name, struct avow_bytes text)
{
    if (avow_utf8_check(text) == AVOW_ACCEPT && text.len <= AVOW_CSV_FIELD_MAX)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                         "--%s: not UTF-8, or with control characters, or over %d bytes", name,
                         AVOW_CSV_FIELD_MAX);
}

static int read_options(struct gathering *gathering)
{
    const struct avow_cli *cli = gathering->cli;
    struct avow_bytes fields[AVOW_STATEMENT_COLUMNS] = {{0}};
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf rows;
    avow_buf_init(&rows, AVOW_ENTRY_BYTES_MAX);
    join_rows(cli, &rows);
    for (size_t i = 0; i < AVOW_STATEMENT_COLUMNS; i++) {
        const char *value =
            i == AVOW_STATEMENT_ISSUER ? cli->operands[0] : avow_cli_value(cli, columns[i].name);
        fields[i] = value != NULL ? avow_bytes_text(value) : avow_bytes(NULL, 0);
        if (i == AVOW_STATEMENT_EQUIVALENCE)
            fields[i] = avow_buf_bytes(&rows);
        int status = check_text(cli, columns[i].name, fields[i]);
        if (status != AVOW_EXIT_OK)
            return status;
        if (value != NULL && fields[i].len == 0 && !columns[i].required)
            problem(gathering, 0, columns[i].name, "it is empty: leave it out, or say what");
    }
    enum avow_err err = rows.err;
    if (err == AVOW_OK)
        err = avow_statement_read(fields, 0, gathering->own, problem, gathering,
                                  gathering->statements);
    if (err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(err));
    return gathering->problems == 0 ? AVOW_EXIT_OK : AVOW_EXIT_USAGE;
}

int avow_statements_read(const struct avow_cli *cli, const struct avow_hash *own,
                         struct avow_statements *statements)
{
    struct gathering gathering = {
        .cli = cli, .path = avow_cli_value(cli, "csv"), .own = own, .statements = statements};
    *statements = (struct avow_statements){0};
    if (gathering.path == NULL && cli->operand_count == 0)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "whom? Name an issuer by its id, avow1…, or a list by --csv FILE");
    if (gathering.path == NULL)
        return read_options(&gathering);
    if (cli->operand_count > 0)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "with --csv, the issuers are in the file");
    for (size_t i = 0; columns[i].name != NULL; i++) {
        if (i != AVOW_STATEMENT_ISSUER && avow_cli_value(cli, columns[i].name) != NULL)
            return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--%s is for one: with --csv it is a column",
                                 columns[i].name);
    }
    return read_file(&gathering);
}
