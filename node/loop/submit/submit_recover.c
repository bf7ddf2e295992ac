/* RECOVER: judged on the pool, then taken into the store step by step: at the head as any signed
 * range, below it as a branch, which is copied in bounded steps and then becomes the log at once.
 * The log stays locked to its link until the whole is synced. */
#include "node/loop/base/tally.h"
#include "node/loop/submit/submit_inner.h"

static void recovered(void *context, struct avow_job *job);

/* Another step of the copy, in a transaction of its own: the same job again. */
static bool go_on(struct avow_submit *submit, struct avow_link *link, struct avow_job *done)
{
    const struct avow_hash issuer = done->issuer;
    if (!avow_submit_lock(submit, link, &issuer, true))
        return false; /* not reached: it was this link's a moment ago */
    struct avow_job *job =
        avow_submit_new_job(submit, link, AVOW_JOB_RECOVER, &issuer, done->request, recovered);
    if (job == NULL) {
        avow_submit_unlock(submit, &issuer);
        return false;
    }
    job->checkpoint = done->checkpoint;
    job->from = done->from;
    job->root = done->root;
    job->abandoned_from = done->abandoned_from;
    job->lane = done->lane;
    avow_job_move_entries(job, done);
    submit->message.request = done->request; /* of a refusal, if the writer has no room */
    (void)avow_submit_put_job(submit, link, job);
    return true;
}

static void tell_others(struct avow_submit *submit, const struct avow_job *job)
{
    const struct avow_logger *logger = submit->config.logger;
    struct avow_line line;
    if (avow_tally_shows(logger->tally, AVOW_LOG_INFO, "recovered", "",
                         uv_now(submit->config.links->shared.loop))) {
        avow_line_begin(&line, logger, AVOW_LOG_INFO, "recovered");
        avow_line_issuer(&line, &job->issuer);
        avow_line_uint(&line, "from", job->from);
        avow_line_uint(&line, "size", job->checkpoint.size);
        avow_line_end(&line);
    }
    avow_gossip_log_changed(submit->config.gossip, &job->issuer);
}

/* Somebody else may have brought the same meanwhile: then the same message again finds it. */
static void refuse_job(struct avow_link *link, const struct avow_job *job)
{
    struct avow_no no = avow_submit_no_of_job(job);
    if (job->err == AVOW_ERR_REFUSED || job->err == AVOW_ERR_NOT_FOUND ||
        job->reject == AVOW_REJECT_SIZE)
        no = avow_no(AVOW_REFUSAL_BUSY, 0, "the log has changed meanwhile");
    avow_submit_refuse(link, job->request, &no);
}

static void recovered(void *context, struct avow_job *job)
{
    struct avow_submit *submit = context;
    struct avow_link *link = avow_submit_job_finished(submit, job);
    const bool good = job->err == AVOW_OK && job->reject == AVOW_ACCEPT;
    if (good && job->range.advanced) {
        tell_others(submit, job);
        if (link != NULL)
            avow_submit_answer_accepted(submit, link, &job->issuer, job->request);
    } else if (link != NULL && good) {
        if (!go_on(submit, link, job))
            avow_link_drop(link, AVOW_ACCEPT, "out of memory");
    } else if (link != NULL) {
        refuse_job(link, job);
    }
    avow_submit_resume(submit);
}

static void judged(struct avow_submit *submit, struct avow_link *link,
                   struct avow_submit_work *work)
{
    const struct avow_recovery *recovery = work->recovery;
    struct avow_job *job = work->job;
    work->job = NULL;
    if (link != NULL && recovery->fault == AVOW_RECOVERY_GOOD) {
        submit->message.request = work->request;
        (void)avow_submit_put_job(submit, link, job);
        return;
    }
    avow_submit_unlock(submit, &work->issuer);
    avow_job_free(&job);
    if (link == NULL)
        return;
    if (recovery->fault == AVOW_RECOVERY_WRONG) {
        avow_link_drop(link, recovery->reject, "a recovery that its signatures disown");
        return;
    }
    const struct avow_no no = recovery->fault == AVOW_RECOVERY_OURS
                                  ? avow_no(AVOW_REFUSAL_BUSY, 0, avow_err_text(recovery->err))
                                  : avow_recovery_no(recovery, 0);
    avow_submit_refuse(link, work->request, &no);
}

static struct avow_job *make_job(struct avow_submit *submit, const struct avow_link *link,
                                 const struct avow_recovery *recovery)
{
    const struct avow_message *message = &submit->message;
    struct avow_job *job =
        avow_submit_new_job(submit, link, recovery->at_head ? AVOW_JOB_RANGE : AVOW_JOB_RECOVER,
                            &message->checkpoint.issuer, message->request, recovered);
    if (job == NULL)
        return NULL;
    job->checkpoint = recovery->checkpoint;
    job->from = recovery->from;
    job->root = recovery->shared_root;
    job->abandoned_from = recovery->abandoned_from;
    job->lane = recovery->at_head ? avow_submit_lane(message->entries.items.len) : AVOW_LANE_LARGE;
    if (avow_job_copy_entries(job, &message->entries) != AVOW_OK)
        avow_job_free(&job);
    return job;
}

/* The log is locked; `recovery` is spent. */
static void start(struct avow_submit *submit, struct avow_link *link,
                  struct avow_recovery *recovery)
{
    const struct avow_hash *issuer = &submit->message.checkpoint.issuer;
    struct avow_job *job = make_job(submit, link, recovery);
    struct avow_submit_work *work = NULL;
    if (job == NULL)
        avow_link_drop(link, AVOW_ACCEPT, "out of memory");
    else
        work = avow_submit_new_work(submit, link, AVOW_WORK_RECOVER, issuer, judged);
    if (work == NULL) {
        avow_submit_unlock(submit, issuer);
        avow_job_free(&job);
        avow_recovery_free(&recovery);
        return;
    }
    recovery->checker = avow_checks_verifying(submit->config.checks);
    work->recovery = recovery;
    work->job = job;
    (void)avow_submit_start_work(submit, link, work);
}

enum avow_submit_outcome avow_submit_recover(struct avow_submit *submit, struct avow_link *link)
{
    const struct avow_message *message = &submit->message;
    const struct avow_hash *issuer = &message->checkpoint.issuer;
    struct avow_recovery *recovery = NULL;
    struct avow_submit_facts facts;
    bool accepted = false;
    if (submit->links[link->slot].jobs > 0 || !avow_submit_lock(submit, link, issuer, true))
        return AVOW_SUBMIT_MUST_WAIT;
    struct avow_no no = avow_submit_gather_facts(submit, link, issuer, &facts);
    if (no.code == 0)
        no = avow_recovery_begin(&facts, message, &recovery, &accepted);
    if (recovery != NULL) {
        start(submit, link, recovery);
        return AVOW_SUBMIT_HANDLED;
    }
    avow_submit_unlock(submit, issuer);
    if (accepted)
        avow_submit_answer_accepted(submit, link, issuer, message->request);
    else
        avow_submit_refuse(link, message->request, &no);
    return AVOW_SUBMIT_HANDLED;
}
