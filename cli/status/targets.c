#include "cli/status/targets.h"

#include "cli/frame/csv.h"
#include "cli/verify/subject_open.h"
#include "proto/codec/id.h"
#include "sys/files.h"

#include <errno.h>
#include <stdlib.h>

enum { REFERENCE, FILE_NAME };

static const struct avow_csv_column columns[] = {
    [REFERENCE] = {"reference", false},
    [FILE_NAME] = {"file", false},
    {NULL, false},
};

struct gathering {
    struct avow_targets *targets;
    const char *path; /* of the list */
    size_t problems;
};

/* ------------------------------------------------------------------ one */

static int add(struct avow_targets *targets, const struct avow_subject_file *file,
               const char *operand)
{
    struct avow_target target = {
        .index = file->subject.index,
        .has_commitment = file->subject.has_document,
        .commitment = file->subject.commitment,
    };
    if (!file->has_reference)
        return avow_cli_fail(targets->cli, AVOW_EXIT_USAGE, "%s names no entry: %s", operand,
                             file->reason);
    if (!avow_hash_equal(&file->subject.issuer, &targets->issuer))
        return avow_cli_fail(targets->cli, AVOW_EXIT_NEGATIVE,
                             "%s is another issuer's; this home's is in %s/issuer", operand,
                             targets->cli->home);
    avow_buf_append(&targets->storage, &target, sizeof(target));
    return targets->storage.err == AVOW_OK
               ? AVOW_EXIT_OK
               : avow_cli_fail(targets->cli, AVOW_EXIT_NEGATIVE, "out of memory");
}

static int add_operand(struct avow_targets *targets, const char *operand)
{
    struct avow_subject_file file;
    int status = avow_subject_open(targets->cli, operand, &file);
    if (status == AVOW_EXIT_OK)
        status = add(targets, &file, operand);
    avow_subject_fini(&file);
    return status;
}

/* ------------------------------------------------------------------ a list */

static void problem(void *context, size_t line, const char *column, const char *what)
{
    struct gathering *gathering = context;
    gathering->problems++;
    avow_cli_note(gathering->targets->cli, "%s:%zu: %s%s%s%s", gathering->path, line,
                  column != NULL ? "column " : "", column != NULL ? column : "",
                  column != NULL ? ": " : "", what);
}

static enum avow_err take_row(void *context, size_t row, size_t line,
                              const struct avow_bytes *fields)
{
    struct gathering *gathering = context;
    char operand[AVOW_CSV_FIELD_MAX + 1];
    bool has_reference = fields[REFERENCE].len > 0;
    const struct avow_bytes *field = &fields[has_reference ? REFERENCE : FILE_NAME];
    (void)row;
    if (has_reference == (fields[FILE_NAME].len > 0)) {
        problem(gathering, line, NULL, "give a reference or a file, and not both");
        return AVOW_OK;
    }
    struct avow_hash issuer;
    uint64_t index;
    if (has_reference && avow_id_reference_parse(*field, &issuer, &index) != AVOW_ACCEPT) {
        problem(gathering, line, "reference", "not a reference: write avow1…/NUMBER");
        return AVOW_OK;
    }
    (void)snprintf(operand, sizeof(operand), "%.*s", (int)field->len, (const char *)field->data);
    if (add_operand(gathering->targets, operand) != AVOW_EXIT_OK)
        problem(gathering, line, has_reference ? "reference" : "file", "see above");
    return AVOW_OK;
}

static int read_list(struct avow_targets *targets, const char *path)
{
    struct gathering gathering = {.targets = targets, .path = path};
    const struct avow_csv csv = {
        .columns = columns, .row = take_row, .problem = problem, .context = &gathering};
    struct avow_buf text;
    avow_buf_init(&text, AVOW_CSV_BYTES_MAX);
    enum avow_err err = avow_file_read(path, AVOW_CSV_BYTES_MAX, &text);
    int status = AVOW_EXIT_OK;
    if (err != AVOW_OK)
        status = avow_cli_fail(targets->cli, AVOW_EXIT_USAGE, "cannot read %s: %s", path,
                               err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err));
    else if (avow_csv_read(&csv, avow_buf_bytes(&text)) != AVOW_OK)
        status = avow_cli_fail(targets->cli, AVOW_EXIT_NEGATIVE, "out of memory");
    else if (gathering.problems > 0)
        status = avow_cli_fail(targets->cli, AVOW_EXIT_NEGATIVE,
                               "%zu problem%s in %s; nothing was changed", gathering.problems,
                               gathering.problems == 1 ? "" : "s", path);
    avow_buf_fini(&text);
    return status;
}

/* ------------------------------------------------------------------ all */

static int by_index(const void *a, const void *b)
{
    const struct avow_target *left = a, *right = b;
    if (left->index != right->index)
        return left->index < right->index ? -1 : 1;
    return (int)right->has_commitment - (int)left->has_commitment;
}

/* Each index once; two files that both claim it are told apart by the log. */
static void sort(struct avow_targets *targets)
{
    targets->items = (struct avow_target *)(void *)targets->storage.data;
    size_t count = targets->storage.len / sizeof(*targets->items);
    if (count == 0)
        return;
    qsort(targets->items, count, sizeof(*targets->items), by_index);
    for (size_t i = 0; i < count; i++) {
        const struct avow_target *last =
            targets->count > 0 ? &targets->items[targets->count - 1] : NULL;
        const struct avow_target *item = &targets->items[i];
        bool same =
            last != NULL && last->index == item->index &&
            (!item->has_commitment || avow_hash_equal(&last->commitment, &item->commitment));
        if (!same)
            targets->items[targets->count++] = *item;
    }
}

int avow_targets_read(const struct avow_cli *cli, const struct avow_hash *issuer,
                      struct avow_targets *targets)
{
    const char *list = avow_cli_value(cli, "csv");
    *targets = (struct avow_targets){.cli = cli, .issuer = *issuer};
    avow_buf_init(&targets->storage, SIZE_MAX / 2);
    if (cli->operand_count == 0 && list == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "which? Name a file, a reference, or --csv FILE");
    int status = AVOW_EXIT_OK;
    for (size_t i = 0; i < cli->operand_count && status == AVOW_EXIT_OK; i++)
        status = add_operand(targets, cli->operands[i]);
    if (status == AVOW_EXIT_OK && list != NULL)
        status = read_list(targets, list);
    if (status == AVOW_EXIT_OK)
        sort(targets);
    return status;
}

void avow_targets_fini(struct avow_targets *targets)
{
    avow_buf_fini(&targets->storage);
    targets->items = NULL;
    targets->count = 0;
}
