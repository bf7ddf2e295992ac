#include "node/loop/base/job.h"

#include "store/store.h"

#include <stdlib.h>

struct avow_job *avow_job_new(enum avow_job_type type)
{
    struct avow_job *job = calloc(1, sizeof(*job));
    if (job != NULL) {
        job->type = type;
        job->cost = sizeof(*job);
        job->item.owner = job;
    }
    return job;
}

void avow_job_free(struct avow_job **job)
{
    if (*job != NULL) {
        avow_keep_free(&(*job)->keep);
        avow_checks_asked_fini(&(*job)->asked);
        free((*job)->entries);
        free((*job)->bytes);
        free(*job);
    }
    *job = NULL;
}

void avow_keep_free(struct avow_keep **keep)
{
    if (*keep != NULL) {
        avow_chain_fini(&(*keep)->chain);
        free((*keep)->bytes);
        free(*keep);
    }
    *keep = NULL;
}

enum avow_err avow_job_copy_entries(struct avow_job *job, const struct avow_list *entries)
{
    size_t len = entries->items.len;
    AVOW_ASSERT(job->entries == NULL &&
                job->bytes == NULL); /* a job is filled once, when it is new */
    if (entries->count == 0)
        return AVOW_OK;
    job->bytes = malloc(len);
    job->entries = malloc(entries->count * sizeof(*job->entries));
    if (job->bytes == NULL || job->entries == NULL)
        return AVOW_ERR_NOMEM;
    memcpy(job->bytes, entries->items.data, len);
    struct avow_list list = {.count = entries->count, .items = avow_bytes(job->bytes, len)};
    while (avow_list_next_entry(&list, &job->entries[job->entry_count]))
        job->entry_count++;
    AVOW_ASSERT(job->entry_count == entries->count); /* decoding has checked their form */
    job->cost += len + entries->count * sizeof(*job->entries);
    return AVOW_OK;
}

void avow_job_move_entries(struct avow_job *job, struct avow_job *from)
{
    AVOW_ASSERT(job->entries == NULL && job->bytes == NULL); /* the same */
    job->bytes = from->bytes;
    job->entries = from->entries;
    job->entry_count = from->entry_count;
    job->cost = from->cost;
    from->bytes = NULL;
    from->entries = NULL;
    from->entry_count = 0;
}

static struct avow_range range_of(const struct avow_job *job, bool held)
{
    return (struct avow_range){
        .checkpoint = job->checkpoint,
        .held = held,
        .replace = held && job->replace,
        .from = job->from,
        .entries = job->entries,
        .count = job->entry_count,
        .path = job->path,
        .now = job->now,
    };
}

/* Appends with what is known of root entries, so that nothing is verified here. */
static enum avow_err append(struct avow_job *job, struct avow_txn *txn, struct avow_range range)
{
    const struct avow_root_checker checker = avow_checks_knowing(&job->asked);
    range.checker = job->asked.checks != NULL ? &checker : NULL;
    return avow_txn_append(txn, &range, &job->range, &job->reject);
}

static enum avow_err run_range(struct avow_job *job, struct avow_txn *txn)
{
    struct avow_range range = range_of(job, false);
    range.branch = job->branch;
    enum avow_err err = append(job, txn, range);
    if (err != AVOW_OK || job->reject != AVOW_ACCEPT || !job->range.advanced ||
        job->line_count == 0)
        return err;
    return avow_txn_freshen(txn, &job->checkpoint, job->lines, job->line_count, job->now,
                            &job->changed);
}

static enum avow_err run_hold(struct avow_job *job, struct avow_txn *txn)
{
    return append(job, txn, range_of(job, true));
}

/* The copy below `from` goes in bounded steps; the last one takes the entries too. A branch on its
 * way to the same checkpoint may have some of them already, from a peer. */
static enum avow_err recover(struct avow_job *job, struct avow_txn *txn)
{
    const struct avow_branch want = {.checkpoint = job->checkpoint, .shared = job->from};
    struct avow_branch at;
    enum avow_err err = avow_txn_branch(txn, &want, &job->root, &at, &job->reject);
    if (err != AVOW_OK || job->reject != AVOW_ACCEPT || at.size < at.shared)
        return err;
    if (at.size < job->from || at.size - job->from > job->entry_count)
        return AVOW_ERR_REFUSED; /* that branch parts elsewhere: it is on its way by itself */
    const uint64_t there = at.size - job->from;
    struct avow_range range = range_of(job, false);
    range.branch = true;
    range.from = at.size;
    range.entries = job->entries + there;
    range.count = job->entry_count - there;
    return append(job, txn, range);
}

/* A chain whose entries break a rule never counted, and abandons nothing. */
static enum avow_err run_recover(struct avow_job *job, struct avow_txn *txn)
{
    enum avow_err err = recover(job, txn);
    if (err == AVOW_OK && job->reject != AVOW_ACCEPT)
        err = avow_txn_set_abandoned(txn, &job->issuer, job->abandoned_from);
    return err;
}

/* ---- branches, and what is known of others ---- */

static enum avow_err run_branch(struct avow_job *job, struct avow_txn *txn)
{
    const struct avow_branch want = {.checkpoint = job->checkpoint, .shared = job->from};
    struct avow_branch branch = {.size = 0};
    enum avow_err err = avow_txn_branch(txn, &want, &job->root, &branch, &job->reject);
    job->range.pending = branch.size;
    job->ready = branch.size >= branch.shared;
    return err;
}

/* Until the first that does not fit. */
static enum avow_err keep_statuses(struct avow_job *job, struct avow_txn *txn)
{
    struct avow_list list = job->keep->list;
    struct avow_proved_status status;
    enum avow_err err = AVOW_OK;
    while (err == AVOW_OK && job->reject == AVOW_ACCEPT && avow_list_next_status(&list, &status)) {
        bool changed = false;
        const struct avow_foreign foreign = {.checkpoint = status.checkpoint,
                                             .index = status.index,
                                             .entry = status.entry,
                                             .path = status.path};
        err = avow_txn_add_foreign(txn, &foreign, &changed, &job->reject);
        job->changed = job->changed || changed;
        if (err == AVOW_OK && job->reject == AVOW_ACCEPT)
            err = avow_txn_fork_seen(txn, &status.checkpoint, &changed);
    }
    return err;
}

static enum avow_err run_keep(struct avow_job *job, struct avow_txn *txn)
{
    const struct avow_keep *keep = job->keep;
    const struct avow_other_chain other = {.checkpoint = keep->checkpoint,
                                           .list = avow_bytes(keep->bytes, keep->list.items.len)};
    enum avow_err err = AVOW_OK;
    switch (keep->type) {
    case AVOW_KEEP_FORK:
        err = avow_txn_add_fork(txn, &keep->fork, &job->changed, &job->reject);
        break;
    case AVOW_KEEP_CHAIN:
        err = avow_txn_add_chain(txn, &other, &keep->chain, &job->changed, &job->reject);
        break;
    case AVOW_KEEP_STATUSES:
        err = keep_statuses(job, txn);
        break;
    }
    if (job->changed && (err == AVOW_OK || err == AVOW_ERR_NOT_FOUND))
        err = avow_txn_mark_forks(txn, &job->issuer, keep->mark);
    return err;
}

static enum avow_err run_purge(struct avow_job *job, struct avow_txn *txn)
{
    bool more = false;
    enum avow_err err = avow_txn_drop_held(txn, job->now, &more);
    if (err == AVOW_OK)
        err = avow_txn_purge(txn, job->now, &job->changed);
    job->changed = job->changed || more;
    return err;
}

void avow_job_run(struct avow_job *job, struct avow_txn *txn)
{
    job->reject = AVOW_ACCEPT;
    switch (job->type) {
    case AVOW_JOB_RANGE:
        job->err = run_range(job, txn);
        break;
    case AVOW_JOB_HOLD:
        job->err = run_hold(job, txn);
        break;
    case AVOW_JOB_SIGN:
        job->err = avow_txn_sign(txn, &job->checkpoint, job->now, &job->reject);
        break;
    case AVOW_JOB_WITHDRAW:
        job->err = avow_txn_withdraw(txn, &job->issuer);
        break;
    case AVOW_JOB_FRESHEN:
        job->err = avow_txn_freshen(txn, &job->checkpoint, job->lines, job->line_count, job->now,
                                    &job->changed);
        break;
    case AVOW_JOB_ABANDONED:
        job->err = avow_txn_set_abandoned(txn, &job->issuer, job->from);
        break;
    case AVOW_JOB_RECOVER:
        job->err = run_recover(job, txn);
        break;
    case AVOW_JOB_BRANCH:
        job->err = run_branch(job, txn);
        break;
    case AVOW_JOB_DROP_BRANCH:
        job->err = avow_txn_drop_branch(txn, &job->issuer);
        break;
    case AVOW_JOB_KEEP:
        job->err = run_keep(job, txn);
        break;
    case AVOW_JOB_PURGE:
        job->err = run_purge(job, txn);
        break;
    }
}

bool avow_job_is_unsure(const struct avow_job *job)
{
    return job->err == AVOW_ERR_REFUSED && job->asked.unsure;
}

bool avow_job_spoilt(const struct avow_job *job)
{
    return job->err != AVOW_OK && job->err != AVOW_ERR_NOT_FOUND && job->err != AVOW_ERR_REFUSED;
}
