/* One value after the other becomes its part of the entry; the entry as a whole is then judged by
 * the decoder that every node uses. */
#include "cli/recognition/statements.h"

#include "cli/frame/plain_text.h"
#include "cli/issue/learners.h"
#include "proto/codec/id.h"
#include "proto/codec/utf8.h"
#include "proto/codec/writer.h"
#include "proto/crypto/sha256.h"
#include "proto/entry/scope.h"
#include "proto/entry/shape.h"
#include "proto/trust/policy.h"

#include <stdarg.h>
#include <stdlib.h>

struct making {
    const struct avow_bytes *fields;
    size_t line;
    avow_statement_problem *problem;
    void *context;
    size_t problems;
    struct avow_recognition made;
    struct avow_buf scope, rows;
};

static const char *const names[AVOW_STATEMENT_COLUMNS] = {
    [AVOW_STATEMENT_ISSUER] = "issuer",
    [AVOW_STATEMENT_AS] = "as",
    [AVOW_STATEMENT_SUBJECT_NAME] = "subject-name",
    [AVOW_STATEMENT_FIELDS] = "fields",
    [AVOW_STATEMENT_LEVELS] = "levels",
    [AVOW_STATEMENT_REGIONS] = "regions",
    [AVOW_STATEMENT_ACHIEVEMENTS] = "achievements",
    [AVOW_STATEMENT_DEPTH] = "depth",
    [AVOW_STATEMENT_EQUIVALENCE] = "equivalence",
    [AVOW_STATEMENT_FROM] = "from",
    [AVOW_STATEMENT_UNTIL] = "until",
    [AVOW_STATEMENT_BASIS] = "basis",
};

static void wrong(struct making *making, enum avow_statement_column column, const char *format, ...)
    AVOW_PRINTF(3, 4);

static void wrong(struct making *making, enum avow_statement_column column, const char *format, ...)
{
    char what[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    making->problems++;
    making->problem(making->context, making->line, names[column], what);
}

/* For printf's %.*s: a value of others, cut where it is long. */
static int shown(struct avow_bytes text)
{
    return text.len > 80 ? 80 : (int)text.len;
}

static bool is_word(struct avow_bytes text, const char *word)
{
    return avow_bytes_equal(text, avow_bytes_text(word));
}

static struct avow_bytes field(const struct making *making, enum avow_statement_column column)
{
    return making->fields[column];
}

static bool given(const struct making *making, enum avow_statement_column column)
{
    return making->fields[column].len > 0;
}

/* ------------------------------------------------------------------ who */

static void read_subject(struct making *making, const struct avow_hash *own)
{
    const struct avow_bytes id = field(making, AVOW_STATEMENT_ISSUER);
    if (avow_id_issuer_parse(id, &making->made.subject) != AVOW_ACCEPT)
        wrong(
            making, AVOW_STATEMENT_ISSUER,
            "\"%.*s\" is not an issuer's id, or was copied wrongly: it begins with avow1 and ends "
            "in a checksum",
            shown(id), (const char *)id.data);
    else if (avow_hash_equal(&making->made.subject, own))
        wrong(making, AVOW_STATEMENT_ISSUER, "this is your own id: nobody recognises itself");
    const struct avow_bytes as = field(making, AVOW_STATEMENT_AS);
    if (is_word(as, "authority"))
        making->made.role = AVOW_ROLE_AUTHORITY;
    else if (is_word(as, "issuer"))
        making->made.role = AVOW_ROLE_ISSUER;
    else
        wrong(making, AVOW_STATEMENT_AS,
              "write issuer (its awards are recognised) or authority (so are those whom it "
              "recognises)");
}

/* What a verifier is shown, and may follow: nothing that runs. */
static bool is_place(struct avow_bytes uri)
{
    static const char *const schemes[] = {"https://", "http://", "urn:"};
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        const size_t len = strlen(schemes[i]);
        if (uri.len > len && memcmp(uri.data, schemes[i], len) == 0)
            return avow_shape_uri(uri);
    }
    return false;
}

static void read_texts(struct making *making)
{
    const struct avow_bytes name = field(making, AVOW_STATEMENT_SUBJECT_NAME);
    const struct avow_bytes basis = field(making, AVOW_STATEMENT_BASIS);
    if (name.len == 0)
        wrong(making, AVOW_STATEMENT_SUBJECT_NAME,
              "write the name by which you know it: a verifier is shown it beside the name that it "
              "gives itself");
    else if (avow_plain_text_has_bidi(name))
        wrong(making, AVOW_STATEMENT_SUBJECT_NAME,
              "an invisible character that turns text around: remove it");
    if (!is_place(basis))
        wrong(making, AVOW_STATEMENT_BASIS,
              "write where the decision can be read, as a URI: https://… or urn:…");
    making->made.subject_name = name;
    making->made.basis = basis;
}

static void read_dates(struct making *making)
{
    static const char form[] = "not a date: write YYYY-MM-DD, or YYYY-MM-DDTHH:MM:SSZ";
    struct avow_recognition *made = &making->made;
    const struct avow_bytes from = field(making, AVOW_STATEMENT_FROM);
    const struct avow_bytes until = field(making, AVOW_STATEMENT_UNTIL);
    if (from.len > 0 && !avow_learner_time(from, false, &made->valid_from))
        wrong(making, AVOW_STATEMENT_FROM, form);
    else if (until.len > 0 && !avow_learner_time(until, true, &made->valid_until))
        wrong(making, AVOW_STATEMENT_UNTIL, form);
    else if (until.len > 0 && made->valid_until < made->valid_from)
        wrong(making, AVOW_STATEMENT_UNTIL, "it is before --from: write the later day");
}

/* ------------------------------------------------------------------ for what */

/* A list's items, each checked by `fits`, as a list of texts. */
static void write_list(struct making *making, enum avow_statement_column column,
                       bool (*fits)(struct avow_bytes), const char *what_to_write)
{
    struct avow_bytes rest = field(making, column), item;
    size_t count = 0;
    while (avow_plain_text_item(&rest, true, &item)) {
        count++;
        if (!fits(item))
            wrong(making, column, "%.*s: %s", shown(item), (const char *)item.data, what_to_write);
    }
    if (count == 0)
        wrong(making, column, "it is empty: %s", what_to_write);
    avow_write_text(&making->scope, avow_bytes_text(names[column]));
    avow_write_array(&making->scope, count);
    rest = field(making, column);
    while (avow_plain_text_item(&rest, true, &item))
        avow_write_text(&making->scope, item);
}

static void write_achievements(struct making *making)
{
    struct avow_bytes rest = field(making, AVOW_STATEMENT_ACHIEVEMENTS), item;
    size_t count = 0;
    uint64_t index;
    if (making->made.role == AVOW_ROLE_AUTHORITY)
        wrong(making, AVOW_STATEMENT_ACHIEVEMENTS,
              "they are an issuer's own: leave them out, or recognise it as issuer");
    while (avow_plain_text_item(&rest, true, &item)) {
        count++;
        if (avow_id_decimal_parse(item, &index) != AVOW_ACCEPT)
            wrong(making, AVOW_STATEMENT_ACHIEVEMENTS,
                  "%.*s: write indices in the issuer's log, as `avow achievement list --issuer` "
                  "shows them: 2,5",
                  shown(item), (const char *)item.data);
    }
    avow_write_text(&making->scope, avow_bytes_text("achievements"));
    avow_write_array(&making->scope, count);
    rest = field(making, AVOW_STATEMENT_ACHIEVEMENTS);
    while (avow_plain_text_item(&rest, true, &item)) {
        bool good = avow_id_decimal_parse(item, &index) == AVOW_ACCEPT;
        avow_write_uint(&making->scope, good ? index : 0);
    }
}

static void write_depth(struct making *making)
{
    const struct avow_bytes text = field(making, AVOW_STATEMENT_DEPTH);
    uint64_t depth = 0;
    if (avow_id_decimal_parse(text, &depth) != AVOW_ACCEPT || depth > AVOW_POLICY_DEPTH_MAX)
        wrong(making, AVOW_STATEMENT_DEPTH,
              "write how many further steps a path may take from there, 0 to %d",
              AVOW_POLICY_DEPTH_MAX);
    avow_write_text(&making->scope, avow_bytes_text("depth"));
    avow_write_uint(&making->scope, depth > AVOW_POLICY_DEPTH_MAX ? 0 : depth);
}

static bool is_level(struct avow_bytes text)
{
    return text.len == 1 && text.data[0] >= '1' && text.data[0] <= '8';
}

/* "5-7", "6", or with the dash that spreadsheets make of it. */
static void write_levels(struct making *making)
{
    const struct avow_bytes text = field(making, AVOW_STATEMENT_LEVELS);
    const struct avow_bytes first = avow_bytes(text.data, text.len > 0 ? 1 : 0);
    struct avow_bytes last = first;
    if (text.len == 3 && text.data[1] == '-')
        last = avow_bytes(text.data + 2, 1);
    else if (text.len == 5 && memcmp(text.data + 1, "\xe2\x80\x93", 3) == 0)
        last = avow_bytes(text.data + 4, 1);
    else if (text.len != 1)
        last.len = 0;
    const bool good = is_level(first) && is_level(last) && first.data[0] <= last.data[0];
    if (!good)
        wrong(making, AVOW_STATEMENT_LEVELS,
              "%.*s: write levels of the EQF, 1 to 8, the lower first: 5-7, or 6", shown(text),
              (const char *)text.data);
    avow_write_text(&making->scope, avow_bytes_text("levels"));
    avow_write_array(&making->scope, 2);
    avow_write_uint(&making->scope, good ? (uint64_t)(first.data[0] - '0') : 1);
    avow_write_uint(&making->scope, good ? (uint64_t)(last.data[0] - '0') : 8);
}

/* Keys in the order of their bytes. */
static void write_scope(struct making *making)
{
    size_t pairs = 0;
    for (size_t i = AVOW_STATEMENT_FIELDS; i <= AVOW_STATEMENT_DEPTH; i++)
        pairs += making->fields[i].len > 0 ? 1 : 0;
    avow_write_map(&making->scope, pairs);
    if (given(making, AVOW_STATEMENT_ACHIEVEMENTS))
        write_achievements(making);
    if (given(making, AVOW_STATEMENT_DEPTH))
        write_depth(making);
    if (given(making, AVOW_STATEMENT_FIELDS))
        write_list(making, AVOW_STATEMENT_FIELDS, avow_shape_field,
                   "write ISCED-F 2013 fields, of which 2 to 4 digits stand for all below them: "
                   "07,0612");
    if (given(making, AVOW_STATEMENT_LEVELS))
        write_levels(making);
    if (given(making, AVOW_STATEMENT_REGIONS))
        write_list(making, AVOW_STATEMENT_REGIONS, avow_shape_jurisdiction,
                   "write countries or regions by ISO 3166 in capitals: PT, PT-13");
    making->made.scope = avow_buf_bytes(&making->scope);
}

/* ------------------------------------------------------------------ equal to what */

/* "KNQF:7": all before the last colon, and what follows it. */
static bool split_level(struct avow_bytes text, struct avow_bytes *framework,
                        struct avow_bytes *level)
{
    const uint8_t *colon = text.len > 0 ? memrchr(text.data, ':', text.len) : NULL;
    if (colon == NULL)
        return false;
    *framework = avow_bytes(text.data, (size_t)(colon - text.data));
    *level = avow_bytes(colon + 1, text.len - framework->len - 1);
    return framework->len > 0 && level->len > 0 &&
           (!is_word(*framework, "EQF") || is_level(*level));
}

static bool write_row(struct making *making, struct avow_bytes row)
{
    struct avow_equivalence equal;
    const uint8_t *sign = row.len > 0 ? memchr(row.data, '=', row.len) : NULL;
    if (sign == NULL)
        return false;
    const struct avow_bytes left = avow_bytes(row.data, (size_t)(sign - row.data));
    const struct avow_bytes right = avow_bytes(sign + 1, row.len - left.len - 1);
    if (!split_level(left, &equal.subject_framework, &equal.subject_level) ||
        !split_level(right, &equal.own_framework, &equal.own_level))
        return false;
    avow_write_array(&making->rows, 4);
    avow_write_text(&making->rows, equal.subject_framework);
    avow_write_text(&making->rows, equal.subject_level);
    avow_write_text(&making->rows, equal.own_framework);
    avow_write_text(&making->rows, equal.own_level);
    return true;
}

static void write_equivalence(struct making *making)
{
    struct avow_bytes rest = field(making, AVOW_STATEMENT_EQUIVALENCE), row;
    size_t count = 0, problems = making->problems;
    while (avow_plain_text_item(&rest, false, &row))
        count++;
    rest = field(making, AVOW_STATEMENT_EQUIVALENCE);
    avow_write_array(&making->rows, count);
    while (avow_plain_text_item(&rest, false, &row)) {
        if (!write_row(making, row))
            wrong(making, AVOW_STATEMENT_EQUIVALENCE,
                  "%.*s: write what level of theirs equals what level of yours, as "
                  "KNQF:7=EQF:6 (the EQF's are 1 to 8)",
                  shown(row), (const char *)row.data);
    }
    making->made.equivalence = avow_buf_bytes(&making->rows);
    if (making->problems > problems || making->rows.err != AVOW_OK)
        return;
    const enum avow_reject reject = avow_equivalence_check(making->made.equivalence);
    if (reject == AVOW_REJECT_LENGTH)
        wrong(making, AVOW_STATEMENT_EQUIVALENCE, "at most %d rows", AVOW_EQUIVALENCE_ROWS_MAX);
    else if (reject != AVOW_ACCEPT)
        wrong(making, AVOW_STATEMENT_EQUIVALENCE,
              "one level of theirs equals two of yours in the same framework: leave one out");
}

/* ------------------------------------------------------------------ one statement */

enum avow_err avow_statement_digest(const struct avow_entry *entry, struct avow_hash *digest)
{
    struct avow_entry timeless = *entry;
    struct avow_buf bytes;
    timeless.t = 0;
    avow_buf_init(&bytes, AVOW_ENTRY_BYTES_MAX);
    avow_entry_encode(&bytes, &timeless);
    const struct avow_bytes part = avow_buf_bytes(&bytes);
    *digest = avow_sha256(&part, 1);
    const enum avow_err err = bytes.err;
    avow_buf_fini(&bytes);
    return err;
}

static enum avow_err grow(struct avow_statements *statements)
{
    if (statements->count < statements->cap)
        return AVOW_OK;
    const size_t cap = statements->cap == 0 ? 16 : 2 * statements->cap;
    struct avow_statement *items = reallocarray(statements->items, cap, sizeof(*statements->items));
    if (items == NULL)
        return AVOW_ERR_NOMEM;
    statements->items = items;
    statements->cap = cap;
    return AVOW_OK;
}

/* What was read as a whole entry; added to the list if the decoder takes it. */
static enum avow_err add(struct making *making, struct avow_statements *statements)
{
    const struct avow_entry entry = {.kind = AVOW_KIND_RECOGNITION, .recognition = making->made};
    enum avow_err err = grow(statements);
    if (err != AVOW_OK)
        return err;
    struct avow_statement *statement = &statements->items[statements->count];
    *statement = (struct avow_statement){.line = making->line};
    avow_buf_init(&statement->bytes, AVOW_ENTRY_BYTES_MAX - 8); /* room for its time */
    avow_entry_encode(&statement->bytes, &entry);
    err = statement->bytes.err;
    enum avow_reject reject = AVOW_REJECT_LENGTH;
    if (err == AVOW_OK) {
        const struct avow_bytes bytes = avow_buf_bytes(&statement->bytes);
        statement->digest = avow_sha256(&bytes, 1);
        reject = avow_entry_decode(bytes, &statement->entry);
    }
    if (err == AVOW_OK && reject == AVOW_ACCEPT) {
        statements->count++;
        return AVOW_OK;
    }
    avow_buf_fini(&statement->bytes);
    if (err == AVOW_ERR_NOMEM)
        return err;
    making->problems++;
    if (err == AVOW_ERR_TOO_LARGE)
        making->problem(making->context, making->line, NULL,
                        "too much in one statement: it has at most 8,192 bytes");
    else
        making->problem(making->context, making->line, NULL, avow_reject_text(reject));
    return AVOW_OK;
}

enum avow_err avow_statement_read(const struct avow_bytes *fields, size_t line,
                                  const struct avow_hash *own, avow_statement_problem *problem,
                                  void *context, struct avow_statements *statements)
{
    struct making making = {.fields = fields, .line = line, .problem = problem, .context = context};
    avow_buf_init(&making.scope, (size_t)4 * AVOW_ENTRY_BYTES_MAX);
    avow_buf_init(&making.rows, (size_t)4 * AVOW_ENTRY_BYTES_MAX);
    read_subject(&making, own);
    read_texts(&making);
    read_dates(&making);
    write_scope(&making);
    write_equivalence(&making);
    enum avow_err err = making.scope.err != AVOW_OK ? making.scope.err : making.rows.err;
    if (err == AVOW_OK && making.problems == 0)
        err = add(&making, statements);
    avow_buf_fini(&making.scope);
    avow_buf_fini(&making.rows);
    if (err != AVOW_ERR_TOO_LARGE)
        return err;
    problem(context, line, NULL, "too much in one statement: it has at most 8,192 bytes");
    return AVOW_OK;
}

void avow_statements_fini(struct avow_statements *statements)
{
    for (size_t i = 0; i < statements->count; i++)
        avow_buf_fini(&statements->items[i].bytes);
    free(statements->items);
    *statements = (struct avow_statements){0};
}
