#include "cli/issue/learners.h"

#include "cli/frame/csv.h"
#include "cli/frame/plain_text.h"
#include "proto/codec/time.h"
#include "proto/codec/utf8.h"
#include "proto/crypto/sha256.h"
#include "sys/files.h"

#include <errno.h>
#include <stdlib.h>

enum column { NAME, EMAIL, ID, VALID_FROM, VALID_UNTIL, RESULT, COLUMNS };

static const struct avow_csv_column columns[] = {
    [NAME] = {"name", true},      [EMAIL] = {"email", false},
    [ID] = {"id", false},         [VALID_FROM] = {"valid_from", false},
    [RESULT] = {"result", false}, [VALID_UNTIL] = {"valid_until", false},
    [COLUMNS] = {NULL, false},
};

struct gathering {
    const struct avow_cli *cli;
    const char *path;
    uint64_t achievement;
    struct avow_learners *learners;
    struct avow_buf rows; /* struct avow_learner */
    size_t problems;
};

/* ------------------------------------------------------------------ values */

bool avow_learner_time(struct avow_bytes text, bool end, uint64_t *seconds)
{
    char whole[AVOW_TIME_TEXT_LEN + 1];
    if (text.len == 10) {
        (void)snprintf(whole, sizeof(whole), "%.10s%s", (const char *)text.data,
                       end ? "T23:59:59Z" : "T00:00:00Z");
        text = avow_bytes_text(whole);
    }
    return avow_time_parse(text, seconds) == AVOW_ACCEPT;
}

const char *avow_learner_file_problem(struct avow_bytes id)
{
    if (id.len > AVOW_LEARNER_FILE_MAX)
        return "too long for a file's name";
    if (id.len == 0 || id.data[0] == '.' || id.data[0] == '-')
        return "it names a file, which cannot begin with a dot or a dash";
    for (size_t i = 0; i < id.len; i++) {
        if (id.data[i] < 0x20 || id.data[i] == 0x7f || strchr("/\\:*?\"<>|", id.data[i]) != NULL)
            return "it names a file, which cannot have / \\ : * ? \" < > | in it";
    }
    return avow_utf8_check(id) == AVOW_ACCEPT ? NULL : "not UTF-8";
}

static void problem(void *context, size_t line, const char *column, const char *what)
{
    struct gathering *gathering = context;
    gathering->problems++;
    if (line == 0)
        avow_cli_note(gathering->cli, "--%s: %s", column, what);
    else if (column != NULL)
        avow_cli_note(gathering->cli, "%s:%zu: column %s: %s", gathering->path, line, column, what);
    else
        avow_cli_note(gathering->cli, "%s:%zu: %s", gathering->path, line, what);
}

/* ------------------------------------------------------------------ one row */

static size_t keep_text(struct avow_learners *learners, struct avow_bytes text)
{
    size_t start = learners->text.len;
    avow_buf_append(&learners->text, text.data, text.len);
    avow_buf_append(&learners->text, "", 1);
    return start;
}

static struct avow_hash digest_of(uint64_t achievement, const struct avow_bytes fields[COLUMNS])
{
    uint8_t number[8];
    struct avow_hash parts_of[COLUMNS];
    struct avow_bytes parts[COLUMNS + 1];
    avow_put_u64be(number, achievement);
    parts[0] = avow_bytes(number, sizeof(number));
    for (size_t i = 0; i < COLUMNS; i++) {
        parts_of[i] = avow_sha256(&fields[i], 1);
        parts[i + 1] = avow_bytes(parts_of[i].bytes, sizeof(parts_of[i].bytes));
    }
    return avow_sha256(parts, COLUMNS + 1);
}

static void take_times(struct gathering *gathering, size_t line, const struct avow_bytes *fields,
                       struct avow_learner *learner)
{
    static const char format[] = "not a date: write YYYY-MM-DD, or YYYY-MM-DDTHH:MM:SSZ";
    if (fields[VALID_FROM].len > 0 &&
        !avow_learner_time(fields[VALID_FROM], false, &learner->valid_from))
        problem(gathering, line, "valid_from", format);
    else if (fields[VALID_UNTIL].len > 0 &&
             !avow_learner_time(fields[VALID_UNTIL], true, &learner->valid_until))
        problem(gathering, line, "valid_until", format);
    else if (fields[VALID_UNTIL].len > 0 && learner->valid_until <= learner->valid_from)
        problem(gathering, line, "valid_until", "it is not after valid_from");
}

static bool is_email(struct avow_bytes text)
{
    const uint8_t *at = memchr(text.data, '@', text.len);
    return at != NULL && at > text.data && at + 1 < text.data + text.len &&
           memchr(text.data, ' ', text.len) == NULL;
}

static void check_texts(struct gathering *gathering, size_t line, const struct avow_bytes *fields)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        if (avow_plain_text_has_bidi(fields[i]))
            problem(gathering, line, columns[i].name,
                    "an invisible character that turns text around: remove it");
    }
    if (fields[EMAIL].len > 0 && !is_email(fields[EMAIL]))
        problem(gathering, line, "email", "not an e-mail address: one has an @ in it");
    const char *bad = fields[ID].len > 0 ? avow_learner_file_problem(fields[ID]) : NULL;
    if (bad != NULL)
        problem(gathering, line, "id", bad);
}

static enum avow_err take_row(void *context, size_t row, size_t line,
                              const struct avow_bytes *fields)
{
    struct gathering *gathering = context;
    struct avow_learners *learners = gathering->learners;
    struct avow_learner learner = {.row = row, .line = line};
    char number[24];
    take_times(gathering, line, fields, &learner);
    check_texts(gathering, line, fields);
    struct avow_bytes file = fields[ID];
    learner.digest = digest_of(gathering->achievement, fields);
    learner.texts[AVOW_LEARNER_NAME] = keep_text(learners, fields[NAME]);
    learner.texts[AVOW_LEARNER_EMAIL] = keep_text(learners, fields[EMAIL]);
    learner.texts[AVOW_LEARNER_ID] = keep_text(learners, fields[ID]);
    learner.texts[AVOW_LEARNER_RESULT] = keep_text(learners, fields[RESULT]);
    (void)snprintf(number, sizeof(number), "%zu", row);
    if (line == 0) /* one from options: a row number would name nothing */
        (void)snprintf(number, sizeof(number), "credential-%02x%02x%02x%02x",
                       learner.digest.bytes[0], learner.digest.bytes[1], learner.digest.bytes[2],
                       learner.digest.bytes[3]);
    learner.texts[AVOW_LEARNER_FILE] =
        keep_text(learners, file.len > 0 ? file : avow_bytes_text(number));
    avow_buf_append(&gathering->rows, &learner, sizeof(learner));
    return gathering->rows.err != AVOW_OK ? gathering->rows.err : learners->text.err;
}

/* ------------------------------------------------------------------ all rows */

struct order {
    const struct avow_learners *learners;
    const struct avow_learner *learner;
};

static int by_digest(const void *a, const void *b)
{
    const struct avow_learner *left = ((const struct order *)a)->learner;
    const struct avow_learner *right = ((const struct order *)b)->learner;
    int order = memcmp(left->digest.bytes, right->digest.bytes, sizeof(left->digest.bytes));
    if (order != 0)
        return order;
    return left->row < right->row ? -1 : left->row > right->row;
}

static int by_file(const void *a, const void *b)
{
    const struct order *left = a, *right = b;
    int order = strcmp(avow_learner_text(left->learners, left->learner, AVOW_LEARNER_FILE),
                       avow_learner_text(right->learners, right->learner, AVOW_LEARNER_FILE));
    if (order != 0)
        return order;
    return left->learner->row < right->learner->row ? -1 : left->learner->row > right->learner->row;
}

/* Equal rows are several credentials; the nth gets a digest of its own. */
static void number_equals(struct avow_learners *learners, struct order *orders)
{
    struct avow_hash first = {0};
    uint8_t nth[8];
    uint64_t count = 0;
    qsort(orders, learners->count, sizeof(*orders), by_digest);
    for (size_t i = 0; i < learners->count; i++) {
        struct avow_learner *learner = &learners->rows[orders[i].learner - learners->rows];
        count = i > 0 && avow_hash_equal(&learner->digest, &first) ? count + 1 : 0;
        first = learner->digest;
        avow_put_u64be(nth, count);
        const struct avow_bytes parts[] = {avow_bytes(first.bytes, sizeof(first.bytes)),
                                           avow_bytes(nth, sizeof(nth))};
        if (count > 0)
            learner->digest = avow_sha256(parts, 2);
    }
}

static void find_same_files(struct gathering *gathering, struct order *orders)
{
    const struct avow_learners *learners = gathering->learners;
    qsort(orders, learners->count, sizeof(*orders), by_file);
    for (size_t i = 1; i < learners->count; i++) {
        const struct avow_learner *before = orders[i - 1].learner, *learner = orders[i].learner;
        char what[96];
        if (strcmp(avow_learner_text(learners, before, AVOW_LEARNER_FILE),
                   avow_learner_text(learners, learner, AVOW_LEARNER_FILE)) != 0)
            continue;
        (void)snprintf(what, sizeof(what), "line %zu names the same file: give each an id",
                       before->line);
        problem(gathering, learner->line, "id", what);
    }
}

static int finish(struct gathering *gathering, enum avow_err err)
{
    struct avow_learners *learners = gathering->learners;
    learners->rows = (struct avow_learner *)(void *)gathering->rows.data;
    learners->count = gathering->rows.len / sizeof(*learners->rows);
    struct order *orders = err == AVOW_OK ? calloc(learners->count + 1, sizeof(*orders)) : NULL;
    if (orders == NULL)
        return avow_cli_fail(gathering->cli, AVOW_EXIT_NEGATIVE, "%s",
                             avow_err_text(err != AVOW_OK ? err : AVOW_ERR_NOMEM));
    for (size_t i = 0; i < learners->count; i++)
        orders[i] = (struct order){learners, &learners->rows[i]};
    if (learners->count > 0) {
        find_same_files(gathering, orders);
        number_equals(learners, orders);
    }
    free(orders);
    return AVOW_EXIT_OK;
}

static void gathering_init(struct gathering *gathering, struct avow_learners *learners)
{
    *learners = (struct avow_learners){0};
    avow_buf_init_secret(&learners->text, SIZE_MAX / 2);
    avow_buf_init(&gathering->rows, SIZE_MAX / 2);
    gathering->learners = learners;
}

int avow_learners_read(const struct avow_cli *cli, const char *path, uint64_t achievement,
                       struct avow_learners *learners)
{
    struct gathering gathering = {.cli = cli, .path = path, .achievement = achievement};
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    gathering_init(&gathering, learners);
    avow_buf_init_secret(&text, AVOW_CSV_BYTES_MAX);
    enum avow_err err = avow_file_read(path, AVOW_CSV_BYTES_MAX, &text);
    if (err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "cannot read %s: %s", path,
                             err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err));
    const struct avow_csv csv = {
        .columns = columns, .row = take_row, .problem = problem, .context = &gathering};
    err = avow_csv_read(&csv, avow_buf_bytes(&text));
    int status = finish(&gathering, err);
    if (status == AVOW_EXIT_OK && gathering.problems > 0)
        status = avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s%zu problem%s in %s; nothing was issued",
                               gathering.problems >= AVOW_CSV_PROBLEMS_MAX ? "at least " : "",
                               gathering.problems, gathering.problems == 1 ? "" : "s", path);
    return status;
}

int avow_learners_from_options(const struct avow_cli *cli, uint64_t achievement,
                               struct avow_learners *learners)
{
    static const char *const names[COLUMNS] = {
        [NAME] = "name",     [EMAIL] = "email",
        [ID] = "id",         [VALID_FROM] = "valid-from",
        [RESULT] = "result", [VALID_UNTIL] = "valid-until",
    };
    struct gathering gathering = {.cli = cli, .achievement = achievement};
    struct avow_bytes fields[COLUMNS] = {{0}};
    gathering_init(&gathering, learners);
    for (size_t i = 0; i < COLUMNS; i++) {
        const char *value = avow_cli_value(cli, names[i]);
        fields[i] = value != NULL ? avow_bytes_text(value) : avow_bytes(NULL, 0);
        if (value != NULL && avow_utf8_check(fields[i]) != AVOW_ACCEPT)
            return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                                 "--%s: not UTF-8, or with control characters", names[i]);
    }
    if (fields[NAME].len == 0)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--name is missing, or --csv FILE");
    enum avow_err err = take_row(&gathering, 1, 0, fields);
    int status = finish(&gathering, err);
    return status == AVOW_EXIT_OK && gathering.problems > 0 ? AVOW_EXIT_USAGE : status;
}

void avow_learners_fini(struct avow_learners *learners)
{
    avow_buf_fini(&learners->text);
    free(learners->rows);
    learners->rows = NULL;
}
