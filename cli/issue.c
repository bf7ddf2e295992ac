/* The folder: <folder>/NAME.json for each credential; <folder>/.avow/journal for the books and
 * .avow/stage for files whose records are not in the log yet. */
#include "cli/issue.h"

#include "cli/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int cannot(const struct avow_issuance *issuance, const char *verb, const char *path,
                  enum avow_err err)
{
    return avow_cli_fail(issuance->cli, AVOW_EXIT_NEGATIVE, "cannot %s %s: %s", verb, path,
                         err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err));
}

/* ------------------------------------------------------------------ files into place */

/* "<folder>/<within>/<name>.json"; names were checked to have no slash. */
static int file_path(const struct avow_issuance *issuance, const char *within, const char *name,
                     char path[AVOW_PATH_BYTES])
{
    int len = snprintf(path, AVOW_PATH_BYTES, "%s/%s%s%s.json", issuance->folder, within,
                       within[0] != '\0' ? "/" : "", name);
    if (len > 0 && len < AVOW_PATH_BYTES)
        return AVOW_EXIT_OK;
    return avow_cli_fail(issuance->cli, AVOW_EXIT_USAGE, "%s: the folder's path is too long",
                         issuance->folder);
}

static int install_one(const struct avow_issuance *issuance, const char *name)
{
    char staged[AVOW_PATH_BYTES], path[AVOW_PATH_BYTES];
    int status = file_path(issuance, AVOW_ISSUE_STAGE, name, staged);
    if (status == AVOW_EXIT_OK)
        status = file_path(issuance, "", name, path);
    if (status != AVOW_EXIT_OK)
        return status;
    if (renameat2(AT_FDCWD, staged, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return AVOW_EXIT_OK;
    if (errno == ENOENT && access(path, F_OK) == 0)
        return AVOW_EXIT_OK; /* by a call that was cut short */
    if (errno == EEXIST)
        return avow_cli_fail(issuance->cli, AVOW_EXIT_NEGATIVE,
                             "%s is there already and is another file; the credential stays in %s",
                             path, staged);
    return cannot(issuance, "write", path, AVOW_ERR_IO);
}

int avow_issue_install(struct avow_issuance *issuance, const struct avow_journal_batch *batch)
{
    int status = AVOW_EXIT_OK;
    for (size_t i = 0; i < batch->count && status == AVOW_EXIT_OK; i++)
        status = install_one(issuance, batch->rows[i].name);
    if (status != AVOW_EXIT_OK)
        return status;
    enum avow_err err = avow_sync_folder(issuance->folder);
    if (err == AVOW_OK)
        err = avow_journal_end(&issuance->journal, true);
    return err == AVOW_OK ? AVOW_EXIT_OK : cannot(issuance, "write", issuance->folder, err);
}

/* ------------------------------------------------------------------ what an earlier call left */

/* Staged files of a batch that is in no log. */
static void discard(const struct avow_issuance *issuance, const struct avow_journal_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        char staged[AVOW_PATH_BYTES];
        if (file_path(issuance, AVOW_ISSUE_STAGE, batch->rows[i].name, staged) == AVOW_EXIT_OK)
            (void)unlink(staged);
    }
}

static int open_books(struct avow_issuance *issuance)
{
    char path[AVOW_PATH_BYTES];
    size_t line;
    enum avow_err err = avow_join_path(issuance->folder, AVOW_ISSUE_STAGE, path);
    if (err == AVOW_OK)
        err = avow_make_folder(path, 0755);
    if (err == AVOW_OK)
        err = avow_join_path(issuance->folder, AVOW_ISSUE_BOOKS "/journal", path);
    if (err != AVOW_OK)
        return cannot(issuance, "write", issuance->folder, err);
    err = avow_journal_open(path, &issuance->journal, &line);
    if (err == AVOW_ERR_BUSY)
        return avow_cli_fail(issuance->cli, AVOW_EXIT_NEGATIVE,
                             "another process is issuing into %s", issuance->folder);
    if (err == AVOW_ERR_CORRUPT || err == AVOW_ERR_SCHEMA)
        return avow_cli_fail(issuance->cli, AVOW_EXIT_NEGATIVE,
                             "%s:%zu: the books of this folder cannot be read: %s; issue into a "
                             "new folder",
                             path, line, avow_err_text(err));
    return err == AVOW_OK ? AVOW_EXIT_OK : cannot(issuance, "open", path, err);
}

/* Was the open batch accepted? Then its files go into place; else it never happened. */
static int finish_open(struct avow_issuance *issuance)
{
    struct avow_journal_batch *batch = &issuance->journal.open;
    struct avow_signer *signer;
    bool accepted = false;
    int status = avow_signer_open(issuance->cli, issuance->keys, NULL, 0, &signer);
    if (status == AVOW_EXIT_OK)
        status = avow_signer_contains(signer, batch->size, &batch->root, &accepted);
    avow_signer_free(&signer);
    if (status < 0)
        status = avow_cli_fail(issuance->cli, AVOW_EXIT_UNKNOWN, "the connection was lost");
    if (status != AVOW_EXIT_OK)
        return status;
    if (accepted) {
        avow_cli_note(issuance->cli,
                      "An earlier call had issued %zu of these; their files are in "
                      "place now.",
                      batch->count);
        status = avow_issue_install(issuance, batch);
    } else {
        discard(issuance, batch);
        enum avow_err err = avow_journal_end(&issuance->journal, false);
        status = err == AVOW_OK ? AVOW_EXIT_OK : cannot(issuance, "write", issuance->folder, err);
    }
    if (status != AVOW_EXIT_OK)
        return status;
    avow_journal_close(&issuance->journal);
    return open_books(issuance); /* which now know what has just been installed */
}

/* ------------------------------------------------------------------ which rows are to do */

/* A file that is in the way of a row is told of before anything is issued. */
static int check_free(const struct avow_issuance *issuance, const struct avow_learner *learner,
                      size_t *taken)
{
    char path[AVOW_PATH_BYTES];
    int status = file_path(issuance, "",
                           avow_learner_text(issuance->learners, learner, AVOW_LEARNER_FILE), path);
    if (status == AVOW_EXIT_OK && access(path, F_OK) == 0) {
        if (++*taken <= 20)
            avow_cli_note(issuance->cli,
                          "line %zu: %s is there already, and was not issued for "
                          "this row",
                          learner->line, path);
    }
    return status;
}

static int choose(struct avow_issuance *issuance, const struct avow_learner **rows, size_t *count)
{
    size_t taken = 0;
    int status = AVOW_EXIT_OK;
    *count = 0;
    for (size_t i = 0; i < issuance->learners->count && status == AVOW_EXIT_OK; i++) {
        const struct avow_learner *learner = &issuance->learners->rows[i];
        const struct avow_journal_row *done =
            avow_journal_find(&issuance->journal, &learner->digest);
        if (done != NULL) {
            issuance->skipped++;
            issuance->last_index = done->index;
            continue;
        }
        status = check_free(issuance, learner, &taken);
        rows[(*count)++] = learner;
    }
    if (status == AVOW_EXIT_OK && taken > 0)
        status = avow_cli_fail(issuance->cli, AVOW_EXIT_NEGATIVE,
                               "%zu file%s in the way; nothing was issued: give the rows ids, or "
                               "another --out",
                               taken, taken == 1 ? " is" : "s are");
    return status;
}

static int issue_chosen(struct avow_issuance *issuance)
{
    size_t count = issuance->learners->count;
    const struct avow_learner **rows = calloc(count + 1, sizeof(*rows));
    if (rows == NULL)
        return avow_cli_fail(issuance->cli, AVOW_EXIT_NEGATIVE, "out of memory");
    int status = choose(issuance, rows, &count);
    for (size_t done = 0; done < count && status == AVOW_EXIT_OK; done += AVOW_ISSUE_BATCH_MAX) {
        size_t rest = count - done;
        status = avow_issue_batch(issuance, rows + done,
                                  rest < AVOW_ISSUE_BATCH_MAX ? rest : AVOW_ISSUE_BATCH_MAX);
    }
    free((void *)rows);
    return status;
}

int avow_issue_all(struct avow_issuance *issuance)
{
    int status = open_books(issuance);
    if (status == AVOW_EXIT_OK && issuance->journal.is_open)
        status = finish_open(issuance);
    if (status == AVOW_EXIT_OK)
        status = issue_chosen(issuance);
    avow_journal_close(&issuance->journal);
    return status;
}
