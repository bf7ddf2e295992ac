/* One batch. The badge files are made and staged by as many threads as there are cores; the log's
 * entries follow in a shuffled order, so that a list's order does not name the neighbours of an
 * entry. */
#include "cli/issue/issue.h"

#include "cli/frame/term.h"
#include "sys/fd.h"
#include "sys/files.h"
#include "sys/wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define THREADS_MAX 16
#define ROWS_A_THREAD 64 /* fewer are not worth one */

struct batch {
    struct avow_issuance *issuance;
    const struct avow_learner **rows;
    size_t count;
    bool interrupted; /* an open batch turned out to be accepted: nothing was built */
    uint64_t base;
    char id[AVOW_JOURNAL_ID_MAX];
    char stage[AVOW_PATH_BYTES]; /* the folder of its files */
    struct avow_terms terms;
    size_t *place;                 /* place[row]: its entry is base + place[row] */
    struct avow_hash *commitments; /* by row */
    size_t threads;
    atomic_size_t made;
    _Atomic(enum avow_err) err; /* of the first row that went wrong */
    atomic_size_t bad;          /* that row */
    atomic_int reason;          /* errno, of that row */
};

/* ------------------------------------------------------------------ making and staging */

/* For its owner alone: a badge holds what is known of a learner. */
static enum avow_err stage(const struct batch *batch, const struct avow_learner *learner,
                           const char *text)
{
    char path[AVOW_PATH_BYTES];
    int len = snprintf(path, sizeof(path), "%s/%s.json", batch->stage,
                       avow_learner_text(batch->issuance->learners, learner, AVOW_LEARNER_FILE));
    if (len < 0 || (size_t)len >= sizeof(path))
        return AVOW_ERR_TOO_LARGE;
    int fd = avow_fd_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0)
        return AVOW_ERR_IO;
    enum avow_err err = avow_fd_write(fd, avow_bytes_text(text));
    if (err == AVOW_OK)
        err = avow_fd_write(fd, avow_bytes_text("\n"));
    const int reason = errno;
    if (close(fd) != 0 && err == AVOW_OK)
        return AVOW_ERR_IO;
    errno = reason;
    return err;
}

static enum avow_err make_one(struct batch *batch, size_t row)
{
    char *text;
    const struct avow_renewal *renewal = batch->issuance->renewal;
    const uint64_t index = batch->base + batch->place[row];
    enum avow_err err =
        renewal != NULL
            ? avow_credential_renew(&batch->terms, renewal->document, batch->rows[row]->valid_until,
                                    index, &batch->commitments[row], &text)
            : avow_credential_make(&batch->terms, batch->issuance->learners, batch->rows[row],
                                   index, &batch->commitments[row], &text);
    if (err == AVOW_OK)
        err = stage(batch, batch->rows[row], text);
    const int reason = errno;
    avow_wipe_free(text);
    errno = reason;
    return err;
}

struct worker {
    struct batch *batch;
    size_t number;
    struct avow_progress *progress; /* of the calling thread alone */
};

static void *work(void *context)
{
    const struct worker *worker = context;
    struct batch *batch = worker->batch;
    for (size_t row = worker->number; row < batch->count; row += batch->threads) {
        enum avow_err none = AVOW_OK;
        enum avow_err err = make_one(batch, row);
        const int reason = errno;
        if (err != AVOW_OK && atomic_compare_exchange_strong(&batch->err, &none, err)) {
            atomic_store(&batch->bad, row);
            atomic_store(&batch->reason, reason);
        }
        if (err != AVOW_OK || atomic_load_explicit(&batch->err, memory_order_relaxed) != AVOW_OK)
            break;
        size_t made = atomic_fetch_add_explicit(&batch->made, 1, memory_order_relaxed) + 1;
        if (worker->progress != NULL)
            avow_progress_show(worker->progress, made);
    }
    return NULL;
}

static size_t count_threads(size_t rows)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t threads = cores < 1 ? 1 : (size_t)cores;
    if (threads > THREADS_MAX)
        threads = THREADS_MAX;
    return threads > rows / ROWS_A_THREAD + 1 ? rows / ROWS_A_THREAD + 1 : threads;
}

static int make_all(struct batch *batch)
{
    struct worker workers[THREADS_MAX];
    pthread_t threads[THREADS_MAX];
    struct avow_progress progress;
    const struct avow_cli *cli = batch->issuance->cli;
    size_t started = 1;
    batch->threads = count_threads(batch->count);
    avow_progress_start(&progress, cli->err, "credentials made", batch->count);
    workers[0] = (struct worker){batch, 0, &progress};
    for (; started < batch->threads; started++) {
        workers[started] = (struct worker){batch, started, NULL};
        if (pthread_create(&threads[started], NULL, work, &workers[started]) != 0)
            break;
    }
    (void)work(&workers[0]);
    for (size_t i = 1; i < started; i++)
        (void)pthread_join(threads[i], NULL);
    for (size_t i = started; i < batch->threads; i++) { /* those that could not be started */
        workers[i] = (struct worker){batch, i, &progress};
        (void)work(&workers[i]);
    }
    avow_progress_end(&progress);
    enum avow_err err = atomic_load(&batch->err);
    if (err == AVOW_OK)
        return AVOW_EXIT_OK;
    const struct avow_learner *learner = batch->rows[atomic_load(&batch->bad)];
    if (err == AVOW_ERR_INVALID && learner->line == 0)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "this cannot be a credential: a text or a date is out of bounds; "
                             "nothing was issued");
    if (err == AVOW_ERR_INVALID)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "line %zu: this row cannot be a credential: a text or a date is out "
                             "of bounds; nothing was issued",
                             learner->line);
    return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "line %zu: cannot write its file in %s: %s",
                         learner->line, batch->issuance->folder,
                         err == AVOW_ERR_IO ? strerror(atomic_load(&batch->reason))
                                            : avow_err_text(err));
}

/* ------------------------------------------------------------------ the log's entries */

static void shuffle(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        batch->place[i] = i;
    for (size_t i = batch->count; i > 1; i--) {
        size_t other = randombytes_uniform((uint32_t)i);
        size_t swap = batch->place[i - 1];
        batch->place[i - 1] = batch->place[other];
        batch->place[other] = swap;
    }
}

/* The old record of a renewal: it is this document's, and stands. `*previous` is its last status
 * entry. */
static int check_renewed(const struct batch *batch, struct avow_signer *signer, uint64_t *previous)
{
    const struct avow_renewal *renewal = batch->issuance->renewal;
    const struct avow_cli *cli = batch->issuance->cli;
    const unsigned long long target = renewal->target;
    struct avow_entry entry, change;
    enum avow_status state;
    if (!avow_signer_entry(signer, renewal->target, &entry) || entry.kind != AVOW_KIND_ISSUE ||
        !avow_hash_equal(&entry.issue.commitment, &renewal->commitment))
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "entry %llu of your log records another credential than the file: the "
                             "file was changed, or its record was never accepted",
                             target);
    if (avow_draft_status(avow_signer_draft(signer), renewal->target, &state, previous) != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN,
                             "the node did not prove the state of entry %llu", target);
    if (state == AVOW_STATUS_ACTIVE)
        return AVOW_EXIT_OK;
    if (state == AVOW_STATUS_SUPERSEDED && avow_signer_entry(signer, *previous, &change) &&
        change.kind == AVOW_KIND_STATUS && change.status.has_successor)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "it has been renewed already: entry %llu replaced it. Renew that one",
                             (unsigned long long)change.status.successor);
    return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "it is %s, and is not renewed%s",
                         avow_status_name(state),
                         state == AVOW_STATUS_SUSPENDED ? ": `avow reinstate` it first" : "");
}

static int append_renewed(struct batch *batch, struct avow_signer *signer)
{
    uint64_t previous;
    int status = check_renewed(batch, signer, &previous);
    if (status != AVOW_EXIT_OK)
        return status;
    const struct avow_entry entry = {
        .kind = AVOW_KIND_STATUS,
        .t = batch->terms.time,
        .status = {.target = batch->issuance->renewal->target,
                   .previous = previous,
                   .state = AVOW_STATUS_SUPERSEDED,
                   .reason = AVOW_REASON_REPLACED,
                   .has_successor = true,
                   .successor = batch->base},
    };
    return avow_signer_append(signer, &entry);
}

static int append_all(struct batch *batch, struct avow_signer *signer)
{
    size_t *row_at = calloc(batch->count, sizeof(*row_at));
    int status = AVOW_EXIT_OK;
    if (row_at == NULL)
        return avow_cli_fail(batch->issuance->cli, AVOW_EXIT_NEGATIVE, "out of memory");
    for (size_t row = 0; row < batch->count; row++)
        row_at[batch->place[row]] = row;
    for (size_t place = 0; place < batch->count && status == AVOW_EXIT_OK; place++) {
        const struct avow_learner *learner = batch->rows[row_at[place]];
        const struct avow_entry entry = {
            .kind = AVOW_KIND_ISSUE,
            .t = batch->terms.time,
            .issue = {.achievement = batch->terms.achievement,
                      .commitment = batch->commitments[row_at[place]],
                      .valid_from = avow_terms_valid_from(&batch->terms, learner),
                      .valid_until = learner->valid_until},
        };
        status = avow_signer_append(signer, &entry);
    }
    free(row_at);
    return status;
}

/* Each attempt has a folder of its own: the attempt before may yet turn out to be the one that was
 * accepted. */
static int make_stage(struct batch *batch)
{
    (void)snprintf(batch->id, sizeof(batch->id), "%08x%08x", randombytes_random(),
                   randombytes_random());
    int status = avow_issue_stage_path(batch->issuance, batch->id, batch->stage);
    if (status != AVOW_EXIT_OK)
        return status;
    enum avow_err err = avow_folder_make(batch->stage, 0700);
    return err == AVOW_OK
               ? AVOW_EXIT_OK
               : avow_cli_fail(batch->issuance->cli, AVOW_EXIT_NEGATIVE, "cannot make %s: %s",
                               batch->stage,
                               err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err));
}

static int build(void *context, struct avow_signer *signer)
{
    struct batch *batch = context;
    struct avow_issuance *issuance = batch->issuance;
    size_t accepted = 0;
    int status = avow_issue_resolve(issuance, signer, &accepted);
    batch->interrupted = accepted > 0;
    if (status != AVOW_EXIT_OK || batch->interrupted)
        return status;
    status = avow_terms_read(signer, issuance->keys, issuance->achievement, &batch->terms);
    if (status != AVOW_EXIT_OK)
        return status;
    status = make_stage(batch);
    if (status != AVOW_EXIT_OK) {
        avow_terms_fini(&batch->terms);
        return status;
    }
    batch->terms.component_count = issuance->component_count;
    batch->terms.components = issuance->components;
    batch->terms.pathway = issuance->pathway;
    batch->base = avow_draft_size(avow_signer_draft(signer));
    atomic_store(&batch->made, 0);
    shuffle(batch);
    status = make_all(batch);
    if (status == AVOW_EXIT_OK)
        status = append_all(batch, signer);
    if (status == AVOW_EXIT_OK && issuance->renewal != NULL)
        status = append_renewed(batch, signer);
    avow_terms_fini(&batch->terms);
    return status;
}

/* ------------------------------------------------------------------ the books */

static struct avow_journal_row *list_rows(const struct batch *batch)
{
    struct avow_journal_row *rows = calloc(batch->count, sizeof(*rows));
    for (size_t i = 0; rows != NULL && i < batch->count; i++) {
        const struct avow_learner *learner = batch->rows[i];
        rows[i] = (struct avow_journal_row){
            .digest = learner->digest,
            .index = batch->base + batch->place[i],
            .name = avow_learner_text(batch->issuance->learners, learner, AVOW_LEARNER_FILE),
        };
    }
    return rows;
}

/* Files first, then the books that name them, then the node. */
static int before_hold(void *context, uint64_t base, const struct avow_checkpoint *text)
{
    struct batch *batch = context;
    struct avow_journal_batch entry = {
        .base = base,
        .size = text->size,
        .root = text->root,
        .count = batch->count,
        .rows = list_rows(batch),
    };
    if (entry.rows == NULL)
        return avow_cli_fail(batch->issuance->cli, AVOW_EXIT_NEGATIVE, "out of memory");
    memcpy(entry.id, batch->id, sizeof(entry.id));
    enum avow_err err = avow_folder_sync_all(batch->stage);
    if (err == AVOW_OK)
        err = avow_journal_begin(&batch->issuance->journal, &entry);
    free(entry.rows);
    if (err == AVOW_OK)
        return AVOW_EXIT_OK;
    return avow_cli_fail(batch->issuance->cli, AVOW_EXIT_NEGATIVE, "cannot write in %s: %s",
                         batch->issuance->folder, avow_err_text(err));
}

/* The open batch of this text, or open_count. */
static size_t find_open(const struct avow_journal *journal, const struct avow_checkpoint *text)
{
    size_t position = 0;
    while (position < journal->open_count &&
           (journal->open[position].size != text->size ||
            !avow_hash_equal(&journal->open[position].root, &text->root)))
        position++;
    return position;
}

/* An attempt before the last was the one that was accepted: the log tells which. */
static int look_up(struct avow_issuance *issuance)
{
    struct avow_signer *signer;
    size_t accepted = 0;
    int status = avow_signer_open(issuance->cli, issuance->keys, NULL, 0, &signer);
    if (status == AVOW_EXIT_OK)
        status = avow_issue_resolve(issuance, signer, &accepted);
    avow_signer_free(&signer);
    return status < 0 ? avow_cli_fail(issuance->cli, AVOW_EXIT_UNKNOWN, "the connection was lost")
                      : status;
}

static int publish(struct batch *batch)
{
    struct avow_issuance *issuance = batch->issuance;
    struct avow_published published;
    uint64_t indices[2] = {issuance->achievement};
    if (issuance->renewal != NULL)
        indices[1] = issuance->renewal->target;
    const struct avow_publication publication = {
        .indices = indices,
        .count = issuance->renewal != NULL ? 2 : 1,
        .build = build,
        .before_hold = before_hold,
        .context = batch,
    };
    int status = avow_publish(issuance->cli, issuance->keys, &publication, &published);
    if (status != AVOW_EXIT_OK || batch->interrupted)
        return status;
    size_t position = find_open(&issuance->journal, &published.checkpoint);
    if (position == issuance->journal.open_count)
        return look_up(issuance);
    status = avow_issue_install(issuance, position);
    /* The others had the same base or an earlier one, and were not in the log that this one
     * continues. */
    while (status == AVOW_EXIT_OK && issuance->journal.open_count > 0)
        status = avow_issue_discard(issuance, 0);
    return status;
}

int avow_issue_batch(struct avow_issuance *issuance, const struct avow_learner **rows, size_t count)
{
    struct batch batch = {
        .issuance = issuance,
        .rows = rows,
        .count = count,
        .place = calloc(count, sizeof(*batch.place)),
        .commitments = calloc(count, sizeof(*batch.commitments)),
    };
    int status = batch.place != NULL && batch.commitments != NULL
                     ? publish(&batch)
                     : avow_cli_fail(issuance->cli, AVOW_EXIT_NEGATIVE, "out of memory");
    free(batch.place);
    free(batch.commitments);
    return status;
}
