/* The folder: <folder>/NAME.json for each credential; <folder>/.avow/journal for the books and
 * .avow/stage/<batch> for files whose records are not known to be in the log. */
#include "cli/issue/issue.h"

#include "sys/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int open_books(struct avow_issuance *issuance)
{
    char path[AVOW_PATH_BYTES];
    size_t line;
    enum avow_err err = avow_folder_join(issuance->folder, AVOW_ISSUE_STAGE, path);
    if (err == AVOW_OK)
        err = avow_folder_make(path, 0700);
    if (err == AVOW_OK)
        err = avow_folder_join(issuance->folder, AVOW_ISSUE_BOOKS "/journal", path);
    if (err != AVOW_OK)
        return avow_issue_cannot(issuance, "write", issuance->folder, err);
    err = avow_journal_open(path, &issuance->journal, &line);
    if (err == AVOW_ERR_BUSY)
        return avow_cli_fail(issuance->cli, AVOW_EXIT_NEGATIVE,
                             "another process is issuing into %s", issuance->folder);
    if (err == AVOW_ERR_CORRUPT || err == AVOW_ERR_SCHEMA)
        return avow_cli_fail(issuance->cli, AVOW_EXIT_NEGATIVE,
                             "%s:%zu: the books of this folder cannot be read: %s; issue into a "
                             "new folder",
                             path, line, avow_err_text(err));
    return err == AVOW_OK ? AVOW_EXIT_OK : avow_issue_cannot(issuance, "open", path, err);
}

static bool is_open(const struct avow_journal *journal, const char *id)
{
    for (size_t i = 0; i < journal->open_count; i++) {
        if (strcmp(journal->open[i].id, id) == 0)
            return true;
    }
    return false;
}

static void remove_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        (void)unlinkat(dirfd(folder), entry->d_name, 0);
    (void)closedir(folder);
    (void)rmdir(path);
}

/* Staged files that no batch in the books names were never proposed. */
static void sweep(const struct avow_issuance *issuance)
{
    char path[AVOW_PATH_BYTES];
    if (avow_folder_join(issuance->folder, AVOW_ISSUE_STAGE, path) != AVOW_OK)
        return;
    DIR *folder = opendir(path);
    if (folder == NULL)
        return;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (entry->d_name[0] != '.' && !is_open(&issuance->journal, entry->d_name) &&
            avow_issue_stage_path(issuance, entry->d_name, path) == AVOW_EXIT_OK)
            remove_folder(path);
    }
    (void)closedir(folder);
}

/* What earlier calls left. */
static int resolve_earlier(struct avow_issuance *issuance)
{
    struct avow_signer *signer;
    size_t accepted = 0;
    if (issuance->journal.open_count == 0)
        return AVOW_EXIT_OK;
    int status = avow_signer_open(issuance->cli, issuance->keys, NULL, 0, &signer);
    if (status == AVOW_EXIT_OK)
        status = avow_issue_resolve(issuance, signer, &accepted);
    avow_signer_free(&signer);
    if (status < 0)
        status = avow_cli_fail(issuance->cli, AVOW_EXIT_UNKNOWN, "the connection was lost");
    if (accepted > 0)
        avow_cli_note(issuance->cli,
                      "Records of an earlier call are in the log; their files are in place now.");
    return status;
}

/* ------------------------------------------------------------------ which rows are to do */

/* A file that is in the way of a row is told of before anything is issued. */
static int check_free(const struct avow_issuance *issuance, const struct avow_learner *learner,
                      size_t *taken)
{
    char path[AVOW_PATH_BYTES];
    int status = avow_issue_file_path(
        issuance, issuance->folder,
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

/* Until no row is left: the rows are chosen again when an open batch turns out to be accepted. */
static int issue_chosen(struct avow_issuance *issuance, const struct avow_learner **rows)
{
    size_t count = 0;
    int status = choose(issuance, rows, &count);
    issuance->issued = count;
    while (status == AVOW_EXIT_OK && count > 0) {
        status = avow_issue_batch(issuance, rows,
                                  count < AVOW_ISSUE_BATCH_MAX ? count : AVOW_ISSUE_BATCH_MAX);
        if (status == AVOW_EXIT_OK)
            status = choose(issuance, rows, &count);
    }
    issuance->skipped = issuance->learners->count - issuance->issued;
    return status;
}

int avow_issue_all(struct avow_issuance *issuance)
{
    const struct avow_learner **rows =
        calloc(issuance->learners->count + 1, sizeof(const struct avow_learner *));
    if (rows == NULL)
        return avow_cli_fail(issuance->cli, AVOW_EXIT_NEGATIVE, "out of memory");
    int status = open_books(issuance);
    if (status == AVOW_EXIT_OK) {
        sweep(issuance);
        status = resolve_earlier(issuance);
    }
    if (status == AVOW_EXIT_OK)
        status = issue_chosen(issuance, rows);
    avow_journal_close(&issuance->journal);
    free((void *)rows);
    return status;
}
