/* libcsv parses; it is fed byte by byte, because only so is it known on which line a field ends. */
#include "cli/frame/csv.h"

#include "proto/codec/utf8.h"
#include "sys/wipe.h"

#include <csv.h>
#include <stdarg.h>
#include <stdio.h>

#define ABSENT SIZE_MAX

struct reading {
    const struct avow_csv *csv;
    size_t line, row_line; /* of the byte being read, and where its row began */
    size_t row;            /* rows after the header */
    bool has_header;
    size_t header_count;
    size_t place[AVOW_CSV_COLUMNS_MAX]; /* of each of the file's columns in the table */
    struct avow_buf text;               /* the row's fields, one after the other */
    size_t ends[AVOW_CSV_COLUMNS_MAX + 1];
    size_t field_count; /* of the row, those over the bound too */
    size_t problems;
    bool hopeless; /* nothing after this can be understood */
    enum avow_err err;
};

static void problem(struct reading *reading, size_t line, const char *column, const char *format,
                    ...) AVOW_PRINTF(4, 5);

static void problem(struct reading *reading, size_t line, const char *column, const char *format,
                    ...)
{
    char what[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    if (reading->problems++ < AVOW_CSV_PROBLEMS_MAX)
        reading->csv->problem(reading->csv->context, line, column, what);
}

static struct avow_bytes field_at(const struct reading *reading, size_t i)
{
    size_t start = i == 0 ? 0 : reading->ends[i - 1];
    if (reading->ends[i] == start) /* a row of empty fields has no storage */
        return avow_bytes(NULL, 0);
    return avow_bytes(reading->text.data + start, reading->ends[i] - start);
}

/* ------------------------------------------------------------------ the header */

/* As people write it: capitals and small letters, and "_" and "-", are the same. */
static uint8_t fold(uint8_t letter)
{
    if (letter >= 'A' && letter <= 'Z')
        return (uint8_t)(letter + 32);
    return letter == '-' ? '_' : letter;
}

static size_t find_column(const struct avow_csv *csv, struct avow_bytes name)
{
    for (size_t i = 0; csv->columns[i].name != NULL; i++) {
        const char *known = csv->columns[i].name;
        bool same = strlen(known) == name.len;
        for (size_t c = 0; c < name.len && same; c++)
            same = fold(name.data[c]) == fold((uint8_t)known[c]);
        if (same)
            return i;
    }
    return ABSENT;
}

static void list_columns(const struct avow_csv *csv, char *out, size_t size)
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; csv->columns[i].name != NULL && len < size; i++)
        len += (size_t)snprintf(out + len, size - len, "%s%s", i > 0 ? ", " : "",
                                csv->columns[i].name);
}

static void take_header(struct reading *reading)
{
    const struct avow_csv *csv = reading->csv;
    char known[256];
    bool seen[AVOW_CSV_COLUMNS_MAX] = {false};
    list_columns(csv, known, sizeof(known));
    if (avow_utf8_check(avow_buf_bytes(&reading->text)) == AVOW_REJECT_UTF8) {
        problem(reading, reading->row_line, NULL, "not UTF-8: save the file as \"CSV UTF-8\"");
        reading->hopeless = true;
        return;
    }
    reading->header_count = reading->field_count;
    for (size_t i = 0; i < reading->field_count && i < AVOW_CSV_COLUMNS_MAX; i++) {
        struct avow_bytes name = field_at(reading, i);
        size_t column = find_column(csv, name);
        reading->place[i] = column;
        if (name.len == 0)
            problem(reading, reading->row_line, NULL,
                    "column %zu has no name: remove it, or name it one of %s", i + 1, known);
        else if (column == ABSENT)
            problem(reading, reading->row_line, NULL,
                    "there is no column \"%.*s\" here: the columns are %s", (int)name.len,
                    (const char *)name.data, known);
        else if (seen[column])
            problem(reading, reading->row_line, csv->columns[column].name,
                    "the column is there twice");
        else
            seen[column] = true;
    }
    if (reading->field_count > AVOW_CSV_COLUMNS_MAX)
        problem(reading, reading->row_line, NULL, "too many columns: they are %s", known);
    for (size_t i = 0; csv->columns[i].name != NULL; i++) {
        if (csv->columns[i].required && !seen[i])
            problem(reading, reading->row_line, csv->columns[i].name,
                    "the column is missing: the first line names the columns");
    }
    reading->has_header = true;
    reading->hopeless = reading->problems > 0;
}

/* ------------------------------------------------------------------ rows */

/* The row's fields in the table's order. False when something is wrong with one of them. */
static bool arrange(struct reading *reading, struct avow_bytes fields[AVOW_CSV_COLUMNS_MAX])
{
    const struct avow_csv_column *columns = reading->csv->columns;
    size_t before = reading->problems;
    for (size_t i = 0; i < reading->field_count; i++) {
        struct avow_bytes text = field_at(reading, i);
        const char *name = columns[reading->place[i]].name;
        enum avow_reject reject = avow_utf8_check(text);
        if (text.len > AVOW_CSV_FIELD_MAX)
            problem(reading, reading->row_line, name, "over %d bytes", AVOW_CSV_FIELD_MAX);
        else if (reject == AVOW_REJECT_UTF8)
            problem(reading, reading->row_line, name, "not UTF-8: save the file as \"CSV UTF-8\"");
        else if (reject != AVOW_ACCEPT)
            problem(reading, reading->row_line, name,
                    "a line break or another control character: remove it");
        fields[reading->place[i]] = text;
    }
    for (size_t i = 0; columns[i].name != NULL; i++) {
        if (columns[i].required && fields[i].len == 0)
            problem(reading, reading->row_line, columns[i].name, "it is empty: fill it in");
    }
    return reading->problems == before;
}

static void take_row(struct reading *reading)
{
    struct avow_bytes fields[AVOW_CSV_COLUMNS_MAX] = {{0}};
    reading->row++;
    if (reading->row > AVOW_CSV_ROWS_MAX) {
        problem(reading, reading->row_line, NULL, "over %d rows: split the file",
                AVOW_CSV_ROWS_MAX);
        reading->hopeless = true;
    } else if (reading->field_count != reading->header_count) {
        problem(reading, reading->row_line, NULL,
                "%zu fields where the first line has %zu: quote a field with a separator in it",
                reading->field_count, reading->header_count);
    } else if (arrange(reading, fields)) {
        reading->err =
            reading->csv->row(reading->csv->context, reading->row, reading->row_line, fields);
    }
}

static void end_field(void *data, size_t len, void *context)
{
    struct reading *reading = context;
    if (reading->field_count < AVOW_CSV_COLUMNS_MAX) {
        avow_buf_append(&reading->text, data, len);
        reading->ends[reading->field_count] = reading->text.len;
    }
    reading->field_count++;
}

static bool stopped(const struct reading *reading)
{
    return reading->err != AVOW_OK || reading->text.err != AVOW_OK || reading->hopeless ||
           reading->problems >= AVOW_CSV_PROBLEMS_MAX;
}

static void end_row(int terminator, void *context)
{
    struct reading *reading = context;
    (void)terminator;
    /* Spreadsheets write what was once filled in as a line of separators. */
    const bool blank = reading->has_header && reading->text.len == 0;
    if (!stopped(reading) && !blank) {
        if (reading->has_header)
            take_row(reading);
        else
            take_header(reading);
    }
    avow_buf_clear(&reading->text);
    reading->field_count = 0;
    reading->row_line = 0;
}

/* ------------------------------------------------------------------ all of it */

/* The separator that the first line has most of. */
static unsigned char find_separator(struct avow_bytes text)
{
    static const unsigned char candidates[] = {',', ';', '\t'};
    size_t counts[sizeof(candidates)] = {0};
    size_t best = 0;
    for (size_t i = 0; i < text.len && text.data[i] != '\n' && text.data[i] != '\r'; i++) {
        for (size_t c = 0; c < sizeof(candidates); c++)
            counts[c] += text.data[i] == candidates[c] ? 1 : 0;
    }
    for (size_t c = 1; c < sizeof(candidates); c++)
        best = counts[c] > counts[best] ? c : best;
    return candidates[best];
}

static void feed(struct reading *reading, struct csv_parser *parser, struct avow_bytes text)
{
    uint8_t before = 0;
    for (size_t i = 0; i < text.len && !stopped(reading); i++) {
        uint8_t byte = text.data[i];
        if (byte == '\n' ? before != '\r' : byte == '\r')
            reading->line++;
        else if (reading->row_line == 0 && byte != '\n')
            reading->row_line = reading->line;
        if (csv_parse(parser, &byte, 1, end_field, end_row, reading) != 1) {
            problem(reading, reading->line, NULL,
                    csv_error(parser) == CSV_EPARSE
                        ? "a quotation mark inside a field: double it, and quote the whole field"
                        : "%s",
                    csv_strerror(csv_error(parser)));
            return;
        }
        before = byte;
    }
    if (!stopped(reading) && csv_fini(parser, end_field, end_row, reading) != 0)
        problem(reading, reading->row_line, NULL, "a quotation mark is never closed");
}

enum avow_err avow_csv_read(const struct avow_csv *csv, struct avow_bytes text)
{
    struct csv_parser parser;
    struct reading reading = {.csv = csv, .line = 1};
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return AVOW_ERR_NOMEM;
    if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) /* a byte order mark */
        text = avow_bytes(text.data + 3, text.len - 3);
    csv_set_realloc_func(&parser, avow_wipe_realloc); /* learners' names pass through */
    csv_set_free_func(&parser, avow_wipe_free);
    csv_set_delim(&parser, find_separator(text));
    avow_buf_init_secret(&reading.text, AVOW_CSV_BYTES_MAX);
    feed(&reading, &parser, text);
    if (!reading.has_header && reading.problems == 0)
        problem(&reading, 1, NULL, "the file is empty: the first line names the columns");
    csv_free(&parser);
    enum avow_err err = reading.text.err != AVOW_OK ? reading.text.err : reading.err;
    avow_buf_fini(&reading.text);
    return err;
}
