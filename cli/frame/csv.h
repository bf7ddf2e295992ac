/* CSV from registrars (RFC 4180; also with semicolons or tabs, as spreadsheets write it where the
 * comma is decimal), read by its header into named columns. Whatever is wrong is reported with its
 * line and column, all of it at once, so that a file is put right in one go. */
#ifndef AVOW_CLI_FRAME_CSV_H
#define AVOW_CLI_FRAME_CSV_H

#include "proto/base.h"

#define AVOW_CSV_BYTES_MAX ((size_t)1 << 30)
#define AVOW_CSV_COLUMNS_MAX 16
#define AVOW_CSV_FIELD_MAX 4096
#define AVOW_CSV_ROWS_MAX 5000000
#define AVOW_CSV_PROBLEMS_MAX 100 /* then it stops */

struct avow_csv_column {
    const char *name; /* lower case */
    bool required;    /* the column must be there, and no field of it empty */
};

/* `fields` has one text for each column of the table, in its order, empty where the file has none;
 * they are well-formed UTF-8 without control characters and live until the call returns. `row` is 1
 * for the first after the header. Returns AVOW_OK, or what ends the reading. */
typedef enum avow_err avow_csv_row(void *context, size_t row, size_t line,
                                   const struct avow_bytes *fields);
/* `column` is NULL where a whole line is wrong. */
typedef void avow_csv_problem(void *context, size_t line, const char *column, const char *what);

struct avow_csv {
    const struct avow_csv_column *columns; /* ended by a row without a name */
    avow_csv_row *row;
    avow_csv_problem *problem;
    void *context;
};

/* Reads all of `text`. AVOW_OK, having reported whatever is wrong: rows that are not well formed
 * are reported and not passed on. AVOW_ERR_NOMEM, or what `row` returned. */
AVOW_NODISCARD enum avow_err avow_csv_read(const struct avow_csv *csv, struct avow_bytes text);

#endif
