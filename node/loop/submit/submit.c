#include "node/loop/submit/submit.h"

#include "node/loop/submit/submit_inner.h"

#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- PROPOSE ---- */

static void answer_held(struct avow_link *link, uint64_t request, uint64_t size, bool whole)
{
    struct avow_message answer = {.type = AVOW_MESSAGE_HELD, .request = request};
    answer.size = size;
    answer.whole = whole ? 1 : 0;
    avow_link_answer(link, &answer);
}

/* The writer did not take the range where it starts: the same text may be here already, another
 * may be, or the log may have moved on. */
static void answer_elsewhere(struct avow_submit *submit, struct avow_link *link,
                             const struct avow_job *job)
{
    struct avow_snapshot *snapshot;
    struct avow_pending pending;
    bool has = avow_reading_get(submit->config.reading, &snapshot) == AVOW_OK &&
               avow_snapshot_pending(snapshot, &job->issuer, &pending) == AVOW_OK && pending.held;
    struct avow_no no = avow_no(AVOW_REFUSAL_MOVED_ON, job->range.accepted, NULL);
    if (has && avow_checkpoint_same_text(&pending.checkpoint, &job->checkpoint)) {
        answer_held(link, job->request, pending.size, pending.size == pending.checkpoint.size);
        return;
    }
    if (has && job->range.accepted < job->checkpoint.size)
        no = avow_no(AVOW_REFUSAL_HELD, pending.size, NULL);
    avow_submit_refuse(link, job->request, &no);
}

static const char too_many_new[] =
    "too many new logs from your network wait at this node for their signature: sign one, or try "
    "again within an hour";

/* What no signer sends that has computed its batch itself. Finding it out has cost a signature. */
static bool is_provably_wrong(enum avow_reject reject)
{
    return reject == AVOW_REJECT_SIGNATURE || reject == AVOW_REJECT_PROOF ||
           reject == AVOW_REJECT_ROOT || reject == AVOW_REJECT_STATUS_ROOT;
}

static void gave_way(void *context, struct avow_job *job)
{
    struct avow_submit *submit = context;
    (void)avow_submit_job_finished(submit, job);
    avow_newcomers_forget(&submit->newcomers, &job->issuer);
    avow_submit_resume(submit);
}

/* There is no room for another new log: the text that has waited longest for its signature goes.
 * False when none has waited for long, or somebody is at it. */
static bool make_room(struct avow_submit *submit, struct avow_link *link, uint64_t now)
{
    struct avow_hash oldest;
    if (!avow_newcomers_oldest(&submit->newcomers, now, &oldest) ||
        !avow_submit_lock(submit, link, &oldest, true))
        return false;
    struct avow_job *job =
        avow_submit_new_job(submit, link, AVOW_JOB_WITHDRAW, &oldest, 0, gave_way);
    if (job != NULL && avow_write_thread_put(submit->config.writer, &job)) {
        submit->links[link->slot].jobs++;
        return true;
    }
    avow_submit_unlock(submit, &oldest);
    avow_job_free(&job);
    return false;
}

static void proposed(void *context, struct avow_job *job)
{
    struct avow_submit *submit = context;
    struct avow_link *link = avow_submit_job_finished(submit, job);
    if (job->err != AVOW_OK || job->reject != AVOW_ACCEPT)
        avow_newcomers_give(&submit->newcomers, &job->issuer, job->cost);
    if (link != NULL && job->err == AVOW_OK && job->reject == AVOW_ACCEPT) {
        answer_held(link, job->request, job->range.pending, job->range.whole);
    } else if (link != NULL && is_provably_wrong(job->reject)) {
        avow_link_drop(link, job->reject, "a batch that its checkpoint or the root disowns");
    } else if (link != NULL && (job->reject == AVOW_REJECT_SIZE || job->err == AVOW_ERR_REFUSED)) {
        answer_elsewhere(submit, link, job);
    } else if (link != NULL) {
        struct avow_no no = avow_submit_no_of_job(job);
        if (job->reject == AVOW_REJECT_QUOTA && job->range.bound == AVOW_BOUND_FIRST &&
            make_room(submit, link, job->now))
            no = avow_no(AVOW_REFUSAL_BUSY, 0, NULL);
        avow_submit_refuse(link, job->request, &no);
    }
    avow_submit_resume(submit);
}

/* Whether there is room for the job's text, which may be of a log that is not known. */
static bool has_room(struct avow_submit *submit, const struct avow_link *link,
                     const struct avow_submit_facts *facts, const struct avow_job *job)
{
    const struct avow_log *log;
    return avow_snapshot_log(facts->snapshot, &job->issuer, &log) != AVOW_ERR_NOT_FOUND ||
           avow_newcomers_take(&submit->newcomers, &job->issuer,
                               avow_bytes(link->network, link->network_len), job->cost, job->now);
}

static enum avow_submit_outcome try_propose(struct avow_submit *submit, struct avow_link *link)
{
    const struct avow_message *message = &submit->message;
    const struct avow_hash *issuer = &message->checkpoint.issuer;
    struct avow_submit_facts facts;
    bool replace = false;
    struct avow_no no = avow_submit_gather_facts(submit, link, issuer, &facts);
    if (no.code == 0)
        no = avow_rules_propose(&facts, message, &replace);
    if (no.code != 0)
        return avow_submit_refuse_in_order(submit, link, &no);
    struct avow_submit_link *state = &submit->links[link->slot];
    if (state->jobs == 0)
        state->lane = avow_submit_lane(message->entries.items.len);
    state->needs_room = !avow_write_thread_has_room(submit->config.writer, state->lane);
    /* What replaces a held text was judged by what is held now: nothing may come between. */
    if (state->jobs >= AVOW_SUBMIT_JOBS_MAX || state->needs_room ||
        !avow_submit_lock(submit, link, issuer, replace))
        return AVOW_SUBMIT_MUST_WAIT;
    struct avow_job *job =
        avow_submit_new_job(submit, link, AVOW_JOB_HOLD, issuer, message->request, proposed);
    if (job == NULL || avow_job_copy_entries(job, &message->entries) != AVOW_OK) {
        avow_submit_unlock(submit, issuer);
        avow_job_free(&job);
        avow_link_drop(link, AVOW_ACCEPT, "out of memory");
        return AVOW_SUBMIT_HANDLED;
    }
    if (!has_room(submit, link, &facts, job)) {
        no = avow_no(AVOW_REFUSAL_FULL, 0, too_many_new);
        avow_submit_unlock(submit, issuer);
        avow_job_free(&job);
        avow_submit_refuse(link, message->request, &no);
        return AVOW_SUBMIT_HANDLED;
    }
    job->lane = state->lane;
    job->checkpoint = message->checkpoint;
    /* What is held is the text alone, whatever came with it. */
    job->checkpoint.key = (struct avow_key){0};
    job->checkpoint.signature = (struct avow_signature){0};
    job->from = message->from;
    job->path = message->path;
    job->replace = replace;
    return avow_submit_put_job(submit, link, job);
}

/* ---- SIGN ---- */

static void sign_refused(struct avow_submit *submit, struct avow_link *link,
                         const struct avow_job *job)
{
    const struct avow_log *log;
    struct avow_no no = avow_submit_no_of_job(job);
    bool known = avow_reading_log(submit->config.reading, &job->issuer, &log) == AVOW_OK;
    if (job->err == AVOW_ERR_NOT_FOUND || job->err == AVOW_ERR_REFUSED)
        no = avow_no(AVOW_REFUSAL_MOVED_ON, known ? log->checkpoint.size : 0, NULL);
    avow_submit_refuse(link, job->request, &no);
}

static void was_signed(void *context, struct avow_job *job)
{
    struct avow_submit *submit = context;
    struct avow_link *link = avow_submit_job_finished(submit, job);
    bool good = job->err == AVOW_OK && job->reject == AVOW_ACCEPT;
    if (good)
        avow_newcomers_forget(&submit->newcomers, &job->issuer);
    if (link != NULL && good)
        avow_submit_answer_accepted(submit, link, &job->issuer, job->request);
    else if (link != NULL)
        sign_refused(submit, link, job);
    if (good) {
        struct avow_line line;
        avow_line_begin(&line, submit->config.logger, AVOW_LOG_DEBUG, "accepted");
        avow_line_issuer(&line, &job->issuer);
        avow_line_uint(&line, "size", job->checkpoint.size);
        avow_line_end(&line);
        avow_gossip_log_changed(submit->config.gossip, &job->issuer);
    }
    avow_submit_resume(submit);
}

static void sign_checked(struct avow_submit *submit, struct avow_link *link,
                         struct avow_submit_work *work)
{
    /* The log has been locked since before the text was read. */
    if (link == NULL || !work->good) {
        avow_submit_unlock(submit, &work->issuer);
        if (link != NULL)
            avow_link_drop(link, AVOW_REJECT_SIGNATURE, "a checkpoint's signature is wrong");
        return;
    }
    submit->message.request = work->request;
    struct avow_job *job =
        avow_submit_new_job(submit, link, AVOW_JOB_SIGN, &work->issuer, work->request, was_signed);
    if (job == NULL) {
        avow_submit_unlock(submit, &work->issuer);
        avow_link_drop(link, AVOW_ACCEPT, "out of memory");
        return;
    }
    job->checkpoint = work->checkpoint;
    (void)avow_submit_put_job(submit, link, job);
}

static enum avow_submit_outcome try_sign(struct avow_submit *submit, struct avow_link *link)
{
    const struct avow_message *message = &submit->message;
    struct avow_submit_facts facts;
    struct avow_checkpoint checkpoint;
    bool accepted = false;
    if (submit->links[link->slot].jobs > 0 ||
        !avow_submit_lock(submit, link, &message->issuer, true))
        return AVOW_SUBMIT_MUST_WAIT;
    struct avow_no no = avow_submit_gather_facts(submit, link, &message->issuer, &facts);
    if (no.code == 0)
        no = avow_rules_sign(&facts, message, &checkpoint, &accepted);
    struct avow_submit_work *work = NULL;
    if (no.code == 0 && !accepted)
        work = avow_submit_new_work(submit, link, AVOW_WORK_SIGN, &message->issuer, sign_checked);
    if (work == NULL) {
        avow_submit_unlock(submit, &message->issuer);
        if (no.code != 0)
            avow_submit_refuse(link, message->request, &no);
        else if (accepted)
            avow_submit_answer_accepted(submit, link, &message->issuer, message->request);
        return AVOW_SUBMIT_HANDLED;
    }
    work->checkpoint = checkpoint;
    work->key = *facts.signer; /* which was checked when it was proved */
    return avow_submit_start_work(submit, link, work);
}

/* ---- WITHDRAW ---- */

static void withdrawn(void *context, struct avow_job *job)
{
    struct avow_submit *submit = context;
    struct avow_link *link = avow_submit_job_finished(submit, job);
    if (job->err == AVOW_OK)
        avow_newcomers_forget(&submit->newcomers, &job->issuer);
    if (link != NULL && job->err == AVOW_OK)
        avow_submit_done(link, job->request);
    else if (link != NULL)
        sign_refused(submit, link, job);
    avow_submit_resume(submit);
}

static enum avow_submit_outcome try_withdraw(struct avow_submit *submit, struct avow_link *link)
{
    const struct avow_message *message = &submit->message;
    struct avow_submit_facts facts;
    if (submit->links[link->slot].jobs > 0 ||
        !avow_submit_lock(submit, link, &message->issuer, true))
        return AVOW_SUBMIT_MUST_WAIT;
    struct avow_no no = avow_submit_gather_facts(submit, link, &message->issuer, &facts);
    if (no.code == 0)
        no = avow_rules_withdraw(&facts, &message->issuer);
    struct avow_job *job = NULL;
    if (no.code == 0)
        job = avow_submit_new_job(submit, link, AVOW_JOB_WITHDRAW, &message->issuer,
                                  message->request, withdrawn);
    if (job != NULL)
        return avow_submit_put_job(submit, link, job);
    avow_submit_unlock(submit, &message->issuer);
    if (no.code != 0)
        avow_submit_refuse(link, message->request, &no);
    else
        avow_link_drop(link, AVOW_ACCEPT, "out of memory");
    return AVOW_SUBMIT_HANDLED;
}

/* ---- SIGNER, HEARTBEAT_KEY ---- */

static void add_proof(struct avow_submit_link *state, const struct avow_submit_proof *proof)
{
    for (size_t i = 0; i < AVOW_SUBMIT_PROOFS_MAX && i < state->proof_count; i++) {
        if (avow_hash_equal(&state->proofs[i].issuer, &proof->issuer)) {
            state->proofs[i] = *proof;
            return;
        }
    }
    state->proofs[state->proof_count++ % AVOW_SUBMIT_PROOFS_MAX] = *proof;
}

static void signer_checked(struct avow_submit *submit, struct avow_link *link,
                           struct avow_submit_work *work)
{
    if (link == NULL)
        return;
    if (!work->good) {
        avow_link_drop(link, AVOW_REJECT_SIGNATURE, "a signer's proof is wrong");
        return;
    }
    struct avow_submit_proof proof = {.issuer = work->issuer, .key = work->key};
    add_proof(&submit->links[work->slot], &proof);
    avow_submit_done(link, work->request);
}

static enum avow_submit_outcome try_signer(struct avow_submit *submit, struct avow_link *link)
{
    const struct avow_message *message = &submit->message;
    if (submit->links[link->slot].jobs > 0)
        return AVOW_SUBMIT_MUST_WAIT;
    struct avow_submit_work *work =
        avow_submit_new_work(submit, link, AVOW_WORK_SIGNER, &message->issuer, signer_checked);
    if (work == NULL)
        return AVOW_SUBMIT_HANDLED;
    work->key = message->key;
    work->signature = message->signature;
    work->handshake = *avow_channel_handshake_hash(&link->channel);
    return avow_submit_start_work(submit, link, work);
}

static void heartbeat_kept(struct avow_submit *submit, struct avow_link *link,
                           struct avow_submit_work *work)
{
    enum avow_err err = work->err;
    if (err == AVOW_OK)
        err = avow_heartbeats_add(submit->config.heartbeats, &work->issuer, work->seed);
    if (work->err == AVOW_OK && err == AVOW_ERR_TOO_LARGE)
        (void)unlink(work->path); /* or the next start would choose among too many */
    if (link == NULL)
        return;
    struct avow_no no =
        avow_no(err == AVOW_ERR_DISK_FULL || err == AVOW_ERR_TOO_LARGE ? AVOW_REFUSAL_FULL
                                                                       : AVOW_REFUSAL_BUSY,
                0, avow_err_text(err));
    if (err == AVOW_OK)
        avow_submit_done(link, work->request);
    else
        avow_submit_refuse(link, work->request, &no);
}

static enum avow_submit_outcome try_heartbeat(struct avow_submit *submit, struct avow_link *link)
{
    const struct avow_message *message = &submit->message;
    struct avow_submit_facts facts;
    if (submit->links[link->slot].jobs > 0)
        return AVOW_SUBMIT_MUST_WAIT;
    struct avow_no no = avow_submit_gather_facts(submit, link, &message->issuer, &facts);
    if (no.code == 0)
        no = avow_rules_heartbeat(&facts, &message->issuer, message->seed);
    if (no.code == 0 && !avow_heartbeats_has_room(submit->config.heartbeats, &message->issuer))
        no =
            avow_no(AVOW_REFUSAL_FULL, 0,
                    "the node holds as many heartbeat keys as it can: sign heartbeats yourself, or "
                    "name another home node");
    if (no.code != 0) {
        avow_submit_refuse(link, message->request, &no);
        return AVOW_SUBMIT_HANDLED;
    }
    struct avow_submit_work *work =
        avow_submit_new_work(submit, link, AVOW_WORK_HEARTBEAT, &message->issuer, heartbeat_kept);
    if (work == NULL)
        return AVOW_SUBMIT_HANDLED;
    memcpy(work->seed, message->seed, sizeof(message->seed));
    avow_heartbeats_path(submit->config.heartbeats, &message->issuer, work->path,
                         sizeof(work->path));
    return avow_submit_start_work(submit, link, work);
}

/* ---- messages ---- */

typedef enum avow_submit_outcome try_function(struct avow_submit *submit, struct avow_link *link);

/* What is done here, and by what. */
static try_function *const tries[AVOW_MESSAGE_SKIPPABLE_MIN] = {
    [AVOW_MESSAGE_SIGNER] = try_signer,
    [AVOW_MESSAGE_PROPOSE] = try_propose,
    [AVOW_MESSAGE_SIGN] = try_sign,
    [AVOW_MESSAGE_WITHDRAW] = try_withdraw,
    [AVOW_MESSAGE_RECOVER] = avow_submit_recover,
    [AVOW_MESSAGE_HEARTBEAT_KEY] = try_heartbeat,
};

bool avow_submit_takes(uint64_t type)
{
    return type < AVOW_MESSAGE_SKIPPABLE_MIN && tries[type] != NULL;
}

enum avow_submit_outcome avow_submit_try(struct avow_submit *submit, struct avow_link *link,
                                         struct avow_bytes bytes)
{
    enum avow_reject reject = avow_message_decode(bytes, &submit->message);
    enum avow_submit_outcome outcome = AVOW_SUBMIT_HANDLED;
    submit->links[link->slot].needs_lock = submit->links[link->slot].needs_room = false;
    if (reject != AVOW_ACCEPT)
        avow_link_drop(link, reject, "a message that is not well formed");
    else if (submit->links[link->slot].working)
        outcome = AVOW_SUBMIT_MUST_WAIT;
    else
        outcome = tries[submit->message.type](submit, link);
    sodium_memzero(submit->message.seed, sizeof(submit->message.seed));
    return outcome;
}

/* ---- beginning and end ---- */

enum avow_err avow_submit_init(struct avow_submit *submit, const struct avow_submit_config *config)
{
    submit->config = *config;
    submit->links = calloc(config->links->max, sizeof(*submit->links));
    submit->locks = calloc(AVOW_SUBMIT_LOCKS_MAX, sizeof(*submit->locks));
    if (submit->links == NULL || submit->locks == NULL ||
        avow_newcomers_init(&submit->newcomers) != AVOW_OK)
        return AVOW_ERR_NOMEM;
    for (uint32_t i = 0; i < config->links->max; i++)
        avow_buf_init_secret(&submit->links[i].backlog, AVOW_SUBMIT_BACKLOG_MAX);
    return AVOW_OK;
}

void avow_submit_stop(struct avow_submit *submit)
{
    submit->stopping = true;
    avow_submit_flush(submit);
}

void avow_submit_fini(struct avow_submit *submit)
{
    free(submit->links);
    free(submit->locks);
    avow_newcomers_fini(&submit->newcomers);
    submit->links = NULL;
    submit->locks = NULL;
}
