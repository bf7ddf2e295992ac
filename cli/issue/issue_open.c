/* Batches that are open in the books: looked up in the log, and their files put into place or
 * thrown away. */
#include "cli/issue/issue.h"

#include "sys/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int avow_issue_cannot(const struct avow_issuance *issuance, const char *verb, const char *path,
                      enum avow_err err)
{
    return avow_cli_fail(issuance->cli, AVOW_EXIT_NEGATIVE, "cannot %s %s: %s", verb, path,
                         err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err));
}

int avow_issue_stage_path(const struct avow_issuance *issuance, const char *batch, char *path)
{
    int len =
        snprintf(path, AVOW_PATH_BYTES, "%s/" AVOW_ISSUE_STAGE "/%s", issuance->folder, batch);
    if (len > 0 && len < AVOW_PATH_BYTES)
        return AVOW_EXIT_OK;
    return avow_cli_fail(issuance->cli, AVOW_EXIT_USAGE, "%s: the folder's path is too long",
                         issuance->folder);
}

int avow_issue_file_path(const struct avow_issuance *issuance, const char *folder, const char *name,
                         char *path)
{
    int len = snprintf(path, AVOW_PATH_BYTES, "%s/%s.json", folder, name);
    if (len > 0 && len < AVOW_PATH_BYTES)
        return AVOW_EXIT_OK;
    return avow_cli_fail(issuance->cli, AVOW_EXIT_USAGE, "%s: the folder's path is too long",
                         issuance->folder);
}

static int install_one(const struct avow_issuance *issuance, const char *stage, const char *name)
{
    char staged[AVOW_PATH_BYTES], path[AVOW_PATH_BYTES];
    int status = avow_issue_file_path(issuance, stage, name, staged);
    if (status == AVOW_EXIT_OK)
        status = avow_issue_file_path(issuance, issuance->folder, name, path);
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
    return avow_issue_cannot(issuance, "write", path, AVOW_ERR_IO);
}

int avow_issue_install(struct avow_issuance *issuance, size_t position)
{
    const struct avow_journal_batch *batch = &issuance->journal.open[position];
    char stage[AVOW_PATH_BYTES];
    int status = avow_issue_stage_path(issuance, batch->id, stage);
    for (size_t i = 0; i < batch->count && status == AVOW_EXIT_OK; i++)
        status = install_one(issuance, stage, batch->rows[i].name);
    if (status != AVOW_EXIT_OK)
        return status;
    enum avow_err err = avow_folder_sync(issuance->folder);
    if (err == AVOW_OK)
        err = avow_journal_end(&issuance->journal, position, true);
    if (err != AVOW_OK)
        return avow_issue_cannot(issuance, "write", issuance->folder, err);
    (void)rmdir(stage);
    return AVOW_EXIT_OK;
}

int avow_issue_discard(struct avow_issuance *issuance, size_t position)
{
    const struct avow_journal_batch *batch = &issuance->journal.open[position];
    char stage[AVOW_PATH_BYTES], staged[AVOW_PATH_BYTES];
    int status = avow_issue_stage_path(issuance, batch->id, stage);
    if (status != AVOW_EXIT_OK)
        return status;
    for (size_t i = 0; i < batch->count; i++) {
        if (avow_issue_file_path(issuance, stage, batch->rows[i].name, staged) == AVOW_EXIT_OK)
            (void)unlink(staged);
    }
    (void)rmdir(stage);
    enum avow_err err = avow_journal_end(&issuance->journal, position, false);
    return err == AVOW_OK ? AVOW_EXIT_OK
                          : avow_issue_cannot(issuance, "write", issuance->folder, err);
}

/* ------------------------------------------------------------------ open batches */

/* A text can be accepted only where its base is the log's end: once the log has grown beyond, it is
 * in the log or never will be. Before that nothing is known: a proposal may still be under way. */
int avow_issue_resolve(struct avow_issuance *issuance, struct avow_signer *signer, size_t *accepted)
{
    uint64_t size = avow_draft_base(avow_signer_draft(signer));
    int status = AVOW_EXIT_OK;
    size_t position = 0;
    *accepted = 0;
    while (position < issuance->journal.open_count && status == AVOW_EXIT_OK) {
        const struct avow_journal_batch *batch = &issuance->journal.open[position];
        bool contained = false;
        if (size <= batch->base) {
            position++;
            continue;
        }
        status = avow_signer_contains(signer, batch->size, &batch->root, &contained);
        if (status == AVOW_EXIT_OK && contained)
            ++*accepted;
        if (status == AVOW_EXIT_OK)
            status = contained ? avow_issue_install(issuance, position)
                               : avow_issue_discard(issuance, position);
    }
    return status;
}
