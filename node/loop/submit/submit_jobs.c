/* What every kind of submission needs: answers, facts, jobs for the writer, work for the pool. */
#include "node/loop/submit/submit_inner.h"

#include <stdlib.h>
#include <time.h>

static uint64_t unix_now(void)
{
    time_t now = time(NULL);
    return now < 0 ? 0 : (uint64_t)now;
}

/* ---- answers ---- */

void avow_submit_refuse(struct avow_link *link, uint64_t request, const struct avow_no *no)
{
    struct avow_message answer = {.type = AVOW_MESSAGE_REFUSED, .request = request};
    answer.code = no->code;
    answer.size = no->size;
    answer.text = avow_bytes_text(no->text);
    avow_link_answer(link, &answer);
}

void avow_submit_done(struct avow_link *link, uint64_t request)
{
    struct avow_message answer = {.type = AVOW_MESSAGE_DONE, .request = request};
    avow_link_answer(link, &answer);
}

/* A "no" that is not to overtake the answers of what is under way. */
enum avow_submit_outcome avow_submit_refuse_in_order(struct avow_submit *submit,
                                                     struct avow_link *link,
                                                     const struct avow_no *no)
{
    if (submit->links[link->slot].jobs > 0)
        return AVOW_SUBMIT_MUST_WAIT;
    avow_submit_refuse(link, submit->message.request, no);
    return AVOW_SUBMIT_HANDLED;
}

void avow_submit_answer_accepted(struct avow_submit *submit, struct avow_link *link,
                                 const struct avow_hash *issuer, uint64_t request)
{
    const struct avow_log *log;
    if (avow_reading_log(submit->config.reading, issuer, &log) != AVOW_OK) {
        struct avow_no no = avow_no(AVOW_REFUSAL_BUSY, 0, NULL);
        avow_submit_refuse(link, request, &no);
        return;
    }
    struct avow_message answer = {.type = AVOW_MESSAGE_ACCEPTED, .request = request};
    answer.checkpoint = log->checkpoint;
    answer.cosignature_count = log->cosignature_count;
    memcpy(answer.cosignatures, log->cosignatures, sizeof(answer.cosignatures));
    avow_link_answer(link, &answer);
}

/* ---- facts ---- */

static const struct avow_key *proved_key(const struct avow_submit_link *state,
                                         const struct avow_hash *issuer)
{
    size_t count = state->proof_count < AVOW_SUBMIT_PROOFS_MAX ? (size_t)state->proof_count
                                                               : AVOW_SUBMIT_PROOFS_MAX;
    for (size_t i = 0; i < count; i++) {
        if (avow_hash_equal(&state->proofs[i].issuer, issuer))
            return &state->proofs[i].key;
    }
    return NULL;
}

struct avow_no avow_submit_gather_facts(struct avow_submit *submit, const struct avow_link *link,
                                        const struct avow_hash *issuer,
                                        struct avow_submit_facts *facts)
{
    const struct avow_core *core = submit->config.gossip->core;
    *facts = (struct avow_submit_facts){
        .self = submit->config.self,
        .signer = proved_key(&submit->links[link->slot], issuer),
        .now = unix_now(),
        .wanted = avow_core_wants(core, issuer),
        .ready = !submit->config.has_peers || avow_core_has_heard(core),
    };
    if (avow_reading_get(submit->config.reading, &facts->snapshot) != AVOW_OK)
        return avow_no(AVOW_REFUSAL_BUSY, 0, NULL);
    return (struct avow_no){0};
}

/* ---- jobs ---- */

/* Which bound it is, and what the client can do. */
static const char *bound_text(enum avow_bound bound)
{
    switch (bound) {
    case AVOW_BOUND_NONE:
        return NULL;
    case AVOW_BOUND_STORE:
        return "the node's store is full: its operator can raise store_max_bytes; until then it "
               "takes a log's status changes and keys, as far as there is room for each log";
    case AVOW_BOUND_LOG:
        return "this log has its full quota at the node: its operator can raise log_max_bytes; "
               "status changes and keys are taken nevertheless";
    case AVOW_BOUND_FIRST:
        return "too many new logs wait at this node for their signature: try again within an hour";
    }
    return NULL;
}

/* What the writer's failure means to a client. */
struct avow_no avow_submit_no_of_job(const struct avow_job *job)
{
    if (job->err == AVOW_ERR_DISK_FULL)
        return avow_no(AVOW_REFUSAL_FULL, job->range.accepted, "the node's disk is full");
    if (job->reject == AVOW_REJECT_QUOTA)
        return avow_no(AVOW_REFUSAL_FULL, job->range.accepted, bound_text(job->range.bound));
    if (job->err != AVOW_OK && job->err != AVOW_ERR_NOT_FOUND && job->err != AVOW_ERR_REFUSED)
        return avow_no(AVOW_REFUSAL_BUSY, job->range.accepted, avow_err_text(job->err));
    return avow_no(AVOW_REFUSAL_INVALID, job->range.accepted, avow_reject_text(job->reject));
}

struct avow_job *avow_submit_new_job(struct avow_submit *submit, const struct avow_link *link,
                                     enum avow_job_type type, const struct avow_hash *issuer,
                                     uint64_t request, avow_job_done *done)
{
    struct avow_job *job = avow_job_new(type);
    if (job == NULL)
        return NULL;
    job->lane = AVOW_LANE_PROMPT;
    job->item.source = link->slot;
    job->done = done;
    job->context = submit;
    job->slot = link->slot;
    job->generation = link->generation;
    job->request = request;
    job->issuer = *issuer;
    job->now = unix_now();
    return job;
}

/* The link that a finished job was for, or NULL; releases what the job had locked. */
struct avow_link *avow_submit_job_finished(struct avow_submit *submit, const struct avow_job *job)
{
    struct avow_link *link = avow_links_find(submit->config.links, job->slot, job->generation);
    avow_submit_unlock(submit, &job->issuer);
    if (link != NULL)
        submit->links[job->slot].jobs--;
    return link;
}

enum avow_submit_outcome avow_submit_put_job(struct avow_submit *submit, struct avow_link *link,
                                             struct avow_job *job)
{
    if (avow_write_thread_put(submit->config.writer, &job)) {
        submit->links[link->slot].jobs++;
        return AVOW_SUBMIT_HANDLED;
    }
    struct avow_no no = avow_no(AVOW_REFUSAL_BUSY, 0, NULL);
    avow_submit_unlock(submit, &job->issuer);
    avow_job_free(&job);
    avow_submit_refuse(link, submit->message.request, &no);
    return AVOW_SUBMIT_HANDLED;
}

/* ---- work on the pool ---- */

struct avow_submit_work *avow_submit_new_work(struct avow_submit *submit, struct avow_link *link,
                                              enum avow_submit_work_type type,
                                              const struct avow_hash *issuer,
                                              avow_submit_work_done *done)
{
    struct avow_submit_work *work = avow_submit_work_new(type);
    if (work == NULL) {
        avow_link_drop(link, AVOW_ACCEPT, "out of memory");
        return NULL;
    }
    work->slot = link->slot;
    work->generation = link->generation;
    work->request = submit->message.request;
    work->issuer = *issuer;
    work->done = done;
    return work;
}

static void one_done(struct avow_submit *submit, struct avow_submit_work *work)
{
    struct avow_link *link = avow_links_find(submit->config.links, work->slot, work->generation);
    if (link != NULL)
        submit->links[work->slot].working = false;
    work->done(submit, link, work);
}

static void work_done(void *first)
{
    struct avow_submit_work *work = first;
    struct avow_submit *submit = work->context;
    while (work != NULL) {
        struct avow_submit_work *next = work->next;
        one_done(submit, work);
        avow_submit_work_free(&work);
        work = next;
    }
    avow_submit_resume(submit);
}

static void queue_work(struct avow_submit *submit, struct avow_submit_work *work)
{
    work->work =
        (struct avow_pool_work){.owner = work, .run = avow_submit_work_run, .done = work_done};
    avow_pool_start(submit->config.pool, &work->work, work->type == AVOW_WORK_RECOVER, work->slot);
}

/* A check waits for what else comes in this turn of the loop; a key, which waits for the disk, and
 * a recovery, which is long, do not hold up checks. */
enum avow_submit_outcome avow_submit_start_work(struct avow_submit *submit, struct avow_link *link,
                                                struct avow_submit_work *work)
{
    work->context = submit;
    submit->links[link->slot].working = true;
    if (work->type == AVOW_WORK_HEARTBEAT || work->type == AVOW_WORK_RECOVER) {
        queue_work(submit, work);
        return AVOW_SUBMIT_HANDLED;
    }
    struct avow_submit_work **chain = &submit->chains[submit->chain_next];
    submit->chain_next = (submit->chain_next + 1) % AVOW_SUBMIT_CHAINS;
    work->next = *chain;
    *chain = work;
    return AVOW_SUBMIT_HANDLED;
}

void avow_submit_flush(struct avow_submit *submit)
{
    for (size_t i = 0; i < AVOW_SUBMIT_CHAINS; i++) {
        if (submit->chains[i] != NULL)
            queue_work(submit, submit->chains[i]);
        submit->chains[i] = NULL;
    }
}
