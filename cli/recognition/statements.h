/* Recognitions that a body is about to publish: one from options, or a list from a CSV file whose
 * columns are called like the options. Every bad value is told, with what to write instead. */
#ifndef AVOW_CLI_RECOGNITION_STATEMENTS_H
#define AVOW_CLI_RECOGNITION_STATEMENTS_H

#include "cli/frame/command.h"
#include "proto/entry/entry.h"

#define AVOW_STATEMENTS_MAX 10000 /* in one file: one batch, one signature */

enum avow_statement_column {
    AVOW_STATEMENT_ISSUER,
    AVOW_STATEMENT_AS,
    AVOW_STATEMENT_SUBJECT_NAME,
    AVOW_STATEMENT_FIELDS,
    AVOW_STATEMENT_LEVELS,
    AVOW_STATEMENT_REGIONS,
    AVOW_STATEMENT_ACHIEVEMENTS,
    AVOW_STATEMENT_DEPTH,
    AVOW_STATEMENT_EQUIVALENCE,
    AVOW_STATEMENT_FROM,
    AVOW_STATEMENT_UNTIL,
    AVOW_STATEMENT_BASIS,
    AVOW_STATEMENT_COLUMNS,
};

struct avow_statement {
    size_t line;             /* of the file; 0: from options */
    struct avow_buf bytes;   /* the entry, with a t of 0 */
    struct avow_entry entry; /* views into `bytes` */
    struct avow_hash digest; /* of `bytes`: what it says, whenever it was said */
    bool known;              /* that it is in the log, at: */
    uint64_t index;
};

struct avow_statements {
    struct avow_statement *items;
    size_t count, cap;
};

/* Told of each bad value; `column` is NULL where a whole line is wrong. */
typedef void avow_statement_problem(void *context, size_t line, const char *column,
                                    const char *what);

/* Reads one: `fields` has a text for each column, empty for what is not said; well-formed UTF-8
 * without control characters. `own` is the body itself, which cannot be the subject. AVOW_OK,
 * having told of whatever is wrong (and then nothing is added); AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_statement_read(const struct avow_bytes *fields, size_t line,
                                                 const struct avow_hash *own,
                                                 avow_statement_problem *problem, void *context,
                                                 struct avow_statements *statements);

/* The call's operand and options, or its --csv. An exit status: USAGE for a bad value on the
 * command line, NEGATIVE for a file with problems, all told. Release with _fini in every case. */
int avow_statements_read(const struct avow_cli *cli, const struct avow_hash *own,
                         struct avow_statements *statements);
void avow_statements_fini(struct avow_statements *statements);

/* The digest of a recognition that is in a log, comparable with those above. */
AVOW_NODISCARD enum avow_err avow_statement_digest(const struct avow_entry *entry,
                                                   struct avow_hash *digest);

#endif
