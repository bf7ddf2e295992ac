#include "node/loop/submit.h"

#include "node/loop/submit_work.h"

#include <sodium.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* What became of a message that was tried. */
enum outcome { HANDLED, MUST_WAIT };

bool avow_submit_takes(uint64_t type)
{
    return type == AVOW_MESSAGE_SIGNER || type == AVOW_MESSAGE_PROPOSE ||
           type == AVOW_MESSAGE_SIGN || type == AVOW_MESSAGE_WITHDRAW ||
           type == AVOW_MESSAGE_HEARTBEAT_KEY;
}

static uint64_t unix_now(void)
{
    time_t now = time(NULL);
    return now < 0 ? 0 : (uint64_t)now;
}

/* ---- answers ---- */

static void refuse(struct avow_link *link, uint64_t request, const struct avow_no *no)
{
    struct avow_message answer = {.type = AVOW_MESSAGE_REFUSED, .request = request};
    answer.code = no->code;
    answer.size = no->size;
    answer.text = avow_bytes_text(no->text);
    avow_link_answer(link, &answer);
}

static void say_done(struct avow_link *link, uint64_t request)
{
    struct avow_message answer = {.type = AVOW_MESSAGE_DONE, .request = request};
    avow_link_answer(link, &answer);
}

/* A "no" that is not to overtake the answers of what is under way. */
static enum outcome refuse_in_order(struct avow_submit *submit, struct avow_link *link,
                                    const struct avow_no *no)
{
    if (submit->links[link->slot].jobs > 0)
        return MUST_WAIT;
    refuse(link, submit->message.request, no);
    return HANDLED;
}

/* ---- locks ---- */

static struct avow_submit_lock *find_lock(struct avow_submit *submit,
                                          const struct avow_hash *issuer)
{
    for (size_t i = 0; i < submit->lock_count; i++) {
        if (avow_hash_equal(&submit->locks[i].issuer, issuer))
            return &submit->locks[i];
    }
    return NULL;
}

static bool is_mine(const struct avow_submit_lock *lock, const struct avow_link *link)
{
    return lock->slot == link->slot && lock->generation == link->generation;
}

/* Adds one operation of this link on a log; false when others are in the way. */
static bool lock(struct avow_submit *submit, const struct avow_link *link,
                 const struct avow_hash *issuer, bool exclusive)
{
    struct avow_submit_lock *held = find_lock(submit, issuer);
    if (held != NULL) {
        bool mine = is_mine(held, link);
        submit->links[link->slot].needs_lock = !mine;
        submit->links[link->slot].locked = *issuer;
        if (!mine || exclusive || held->exclusive)
            return false;
        held->jobs++;
        return true;
    }
    if (submit->lock_count == AVOW_SUBMIT_LOCKS_MAX)
        return false;
    submit->locks[submit->lock_count++] = (struct avow_submit_lock){
        .issuer = *issuer,
        .slot = link->slot,
        .generation = link->generation,
        .jobs = 1,
        .exclusive = exclusive,
    };
    return true;
}

static void unlock(struct avow_submit *submit, const struct avow_hash *issuer)
{
    struct avow_submit_lock *held = find_lock(submit, issuer);
    AVOW_ASSERT(held != NULL);
    if (--held->jobs == 0)
        *held = submit->locks[--submit->lock_count];
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

static struct avow_no gather_facts(struct avow_submit *submit, const struct avow_link *link,
                                   const struct avow_hash *issuer, struct avow_submit_facts *facts)
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

/* What the writer's failure means to a client. */
static struct avow_no no_of_job(const struct avow_job *job)
{
    if (job->err == AVOW_ERR_DISK_FULL || job->reject == AVOW_REJECT_QUOTA)
        return avow_no(AVOW_REFUSAL_FULL, job->range.accepted, NULL);
    if (job->err != AVOW_OK && job->err != AVOW_ERR_NOT_FOUND && job->err != AVOW_ERR_REFUSED)
        return avow_no(AVOW_REFUSAL_BUSY, job->range.accepted, avow_err_text(job->err));
    return avow_no(AVOW_REFUSAL_INVALID, job->range.accepted, avow_reject_text(job->reject));
}

/* ---- jobs ---- */

static struct avow_job *new_job(struct avow_submit *submit, const struct avow_link *link,
                                enum avow_job_type type, const struct avow_hash *issuer,
                                uint64_t request, avow_job_done *done)
{
    struct avow_job *job = avow_job_new(type);
    if (job == NULL)
        return NULL;
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
static struct avow_link *job_finished(struct avow_submit *submit, const struct avow_job *job)
{
    struct avow_link *link = avow_links_find(submit->config.links, job->slot, job->generation);
    unlock(submit, &job->issuer);
    if (link != NULL)
        submit->links[job->slot].jobs--;
    return link;
}

static enum outcome put_job(struct avow_submit *submit, struct avow_link *link,
                            struct avow_job *job)
{
    if (avow_write_thread_put(submit->config.writer, &job)) {
        submit->links[link->slot].jobs++;
        return HANDLED;
    }
    struct avow_no no = avow_no(AVOW_REFUSAL_BUSY, 0, NULL);
    unlock(submit, &job->issuer);
    avow_job_free(&job);
    refuse(link, submit->message.request, &no);
    return HANDLED;
}

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
    refuse(link, job->request, &no);
}

/* What no signer sends that has computed its batch itself. Finding it out has cost a signature. */
static bool is_provably_wrong(enum avow_reject reject)
{
    return reject == AVOW_REJECT_SIGNATURE || reject == AVOW_REJECT_PROOF ||
           reject == AVOW_REJECT_ROOT || reject == AVOW_REJECT_STATUS_ROOT;
}

static void proposed(void *context, struct avow_job *job)
{
    struct avow_submit *submit = context;
    struct avow_link *link = job_finished(submit, job);
    if (link != NULL && job->err == AVOW_OK && job->reject == AVOW_ACCEPT) {
        answer_held(link, job->request, job->range.pending, job->range.whole);
    } else if (link != NULL && is_provably_wrong(job->reject)) {
        avow_link_drop(link, job->reject, "a batch that its checkpoint or the root disowns");
    } else if (link != NULL && (job->reject == AVOW_REJECT_SIZE || job->err == AVOW_ERR_REFUSED)) {
        answer_elsewhere(submit, link, job);
    } else if (link != NULL) {
        struct avow_no no = no_of_job(job);
        refuse(link, job->request, &no);
    }
    avow_submit_resume(submit);
}

static enum outcome try_propose(struct avow_submit *submit, struct avow_link *link)
{
    const struct avow_message *message = &submit->message;
    const struct avow_hash *issuer = &message->checkpoint.issuer;
    struct avow_submit_facts facts;
    bool replace = false;
    struct avow_no no = gather_facts(submit, link, issuer, &facts);
    if (no.code == 0)
        no = avow_rules_propose(&facts, message, &replace);
    if (no.code != 0)
        return refuse_in_order(submit, link, &no);
    struct avow_submit_link *state = &submit->links[link->slot];
    state->needs_room = !avow_write_thread_has_room(submit->config.writer);
    /* What replaces a held text was judged by what is held now: nothing may come between. */
    if (state->jobs >= AVOW_SUBMIT_JOBS_MAX || state->needs_room ||
        !lock(submit, link, issuer, replace))
        return MUST_WAIT;
    struct avow_job *job = new_job(submit, link, AVOW_JOB_HOLD, issuer, message->request, proposed);
    if (job == NULL || avow_job_copy_entries(job, &message->entries) != AVOW_OK) {
        unlock(submit, issuer);
        avow_job_free(&job);
        avow_link_drop(link, AVOW_ACCEPT, "out of memory");
        return HANDLED;
    }
    job->checkpoint = message->checkpoint;
    /* What is held is the text alone, whatever came with it. */
    job->checkpoint.key = (struct avow_key){0};
    job->checkpoint.signature = (struct avow_signature){0};
    job->from = message->from;
    job->path = message->path;
    job->replace = replace;
    return put_job(submit, link, job);
}

/* ---- SIGN ---- */

static void answer_accepted(struct avow_submit *submit, struct avow_link *link,
                            const struct avow_hash *issuer, uint64_t request)
{
    const struct avow_log *log;
    if (avow_reading_log(submit->config.reading, issuer, &log) != AVOW_OK) {
        struct avow_no no = avow_no(AVOW_REFUSAL_BUSY, 0, NULL);
        refuse(link, request, &no);
        return;
    }
    struct avow_message answer = {.type = AVOW_MESSAGE_ACCEPTED, .request = request};
    answer.checkpoint = log->checkpoint;
    answer.cosignature_count = log->cosignature_count;
    memcpy(answer.cosignatures, log->cosignatures, sizeof(answer.cosignatures));
    avow_link_answer(link, &answer);
}

static void sign_refused(struct avow_submit *submit, struct avow_link *link,
                         const struct avow_job *job)
{
    const struct avow_log *log;
    struct avow_no no = no_of_job(job);
    bool known = avow_reading_log(submit->config.reading, &job->issuer, &log) == AVOW_OK;
    if (job->err == AVOW_ERR_NOT_FOUND || job->err == AVOW_ERR_REFUSED)
        no = avow_no(AVOW_REFUSAL_MOVED_ON, known ? log->checkpoint.size : 0, NULL);
    refuse(link, job->request, &no);
}

static void was_signed(void *context, struct avow_job *job)
{
    struct avow_submit *submit = context;
    struct avow_link *link = job_finished(submit, job);
    bool good = job->err == AVOW_OK && job->reject == AVOW_ACCEPT;
    if (link != NULL && good)
        answer_accepted(submit, link, &job->issuer, job->request);
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
                         const struct avow_submit_work *work)
{
    /* The log has been locked since before the text was read. */
    if (link == NULL || !work->good) {
        unlock(submit, &work->issuer);
        if (link != NULL)
            avow_link_drop(link, AVOW_REJECT_SIGNATURE, "a checkpoint's signature is wrong");
        return;
    }
    submit->message.request = work->request;
    struct avow_job *job =
        new_job(submit, link, AVOW_JOB_SIGN, &work->issuer, work->request, was_signed);
    if (job == NULL) {
        unlock(submit, &work->issuer);
        avow_link_drop(link, AVOW_ACCEPT, "out of memory");
        return;
    }
    job->checkpoint = work->checkpoint;
    (void)put_job(submit, link, job);
}

static enum outcome start_work(struct avow_submit *submit, struct avow_link *link,
                               struct avow_submit_work *work);

static struct avow_submit_work *new_work(struct avow_submit *submit, struct avow_link *link,
                                         enum avow_submit_work_type type,
                                         const struct avow_hash *issuer)
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
    return work;
}

static enum outcome try_sign(struct avow_submit *submit, struct avow_link *link)
{
    const struct avow_message *message = &submit->message;
    struct avow_submit_facts facts;
    struct avow_checkpoint checkpoint;
    bool accepted = false;
    if (submit->links[link->slot].jobs > 0 || !lock(submit, link, &message->issuer, true))
        return MUST_WAIT;
    struct avow_no no = gather_facts(submit, link, &message->issuer, &facts);
    if (no.code == 0)
        no = avow_rules_sign(&facts, message, &checkpoint, &accepted);
    struct avow_submit_work *work = NULL;
    if (no.code == 0 && !accepted)
        work = new_work(submit, link, AVOW_WORK_SIGN, &message->issuer);
    if (work == NULL) {
        unlock(submit, &message->issuer);
        if (no.code != 0)
            refuse(link, message->request, &no);
        else if (accepted)
            answer_accepted(submit, link, &message->issuer, message->request);
        return HANDLED;
    }
    work->checkpoint = checkpoint;
    work->key = *facts.signer; /* which was checked when it was proved */
    return start_work(submit, link, work);
}

/* ---- WITHDRAW ---- */

static void withdrawn(void *context, struct avow_job *job)
{
    struct avow_submit *submit = context;
    struct avow_link *link = job_finished(submit, job);
    if (link != NULL && job->err == AVOW_OK)
        say_done(link, job->request);
    else if (link != NULL)
        sign_refused(submit, link, job);
    avow_submit_resume(submit);
}

static enum outcome try_withdraw(struct avow_submit *submit, struct avow_link *link)
{
    const struct avow_message *message = &submit->message;
    struct avow_submit_facts facts;
    if (submit->links[link->slot].jobs > 0 || !lock(submit, link, &message->issuer, true))
        return MUST_WAIT;
    struct avow_no no = gather_facts(submit, link, &message->issuer, &facts);
    if (no.code == 0)
        no = avow_rules_withdraw(&facts, &message->issuer);
    struct avow_job *job = NULL;
    if (no.code == 0)
        job =
            new_job(submit, link, AVOW_JOB_WITHDRAW, &message->issuer, message->request, withdrawn);
    if (job != NULL)
        return put_job(submit, link, job);
    unlock(submit, &message->issuer);
    if (no.code != 0)
        refuse(link, message->request, &no);
    else
        avow_link_drop(link, AVOW_ACCEPT, "out of memory");
    return HANDLED;
}

/* ---- SIGNER, HEARTBEAT_KEY ---- */

static enum outcome try_signer(struct avow_submit *submit, struct avow_link *link)
{
    const struct avow_message *message = &submit->message;
    if (submit->links[link->slot].jobs > 0)
        return MUST_WAIT;
    struct avow_submit_work *work = new_work(submit, link, AVOW_WORK_SIGNER, &message->issuer);
    if (work == NULL)
        return HANDLED;
    work->key = message->key;
    work->signature = message->signature;
    work->handshake = *avow_channel_handshake_hash(&link->channel);
    return start_work(submit, link, work);
}

static enum outcome try_heartbeat(struct avow_submit *submit, struct avow_link *link)
{
    const struct avow_message *message = &submit->message;
    struct avow_submit_facts facts;
    if (submit->links[link->slot].jobs > 0)
        return MUST_WAIT;
    struct avow_no no = gather_facts(submit, link, &message->issuer, &facts);
    if (no.code == 0)
        no = avow_rules_heartbeat(&facts, &message->issuer, message->seed);
    if (no.code == 0 && !avow_heartbeats_has_room(submit->config.heartbeats, &message->issuer))
        no = avow_no(AVOW_REFUSAL_FULL, 0, NULL);
    if (no.code != 0) {
        refuse(link, message->request, &no);
        return HANDLED;
    }
    struct avow_submit_work *work = new_work(submit, link, AVOW_WORK_HEARTBEAT, &message->issuer);
    if (work == NULL)
        return HANDLED;
    memcpy(work->seed, message->seed, sizeof(message->seed));
    avow_heartbeats_path(submit->config.heartbeats, &message->issuer, work->path,
                         sizeof(work->path));
    return start_work(submit, link, work);
}

static void heartbeat_kept(struct avow_submit *submit, struct avow_link *link,
                           const struct avow_submit_work *work)
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
        say_done(link, work->request);
    else
        refuse(link, work->request, &no);
}

/* ---- work on the pool ---- */

static void one_done(struct avow_submit *submit, struct avow_submit_work *work, int status)
{
    struct avow_link *link = avow_links_find(submit->config.links, work->slot, work->generation);
    if (link != NULL)
        submit->links[work->slot].working = false;
    if (status != 0)
        work->good = false;
    switch (work->type) {
    case AVOW_WORK_SIGNER:
        if (link != NULL && work->good) {
            struct avow_submit_proof proof = {.issuer = work->issuer, .key = work->key};
            add_proof(&submit->links[work->slot], &proof);
            say_done(link, work->request);
        } else if (link != NULL) {
            avow_link_drop(link, AVOW_REJECT_SIGNATURE, "a signer's proof is wrong");
        }
        break;
    case AVOW_WORK_SIGN:
        sign_checked(submit, link, work);
        break;
    case AVOW_WORK_HEARTBEAT:
        heartbeat_kept(submit, link, work);
        break;
    }
}

static void work_done(uv_work_t *request, int status)
{
    struct avow_submit_work *work = request->data;
    struct avow_submit *submit = work->context;
    while (work != NULL) {
        struct avow_submit_work *next = work->next;
        one_done(submit, work, status);
        avow_submit_work_free(&work);
        work = next;
    }
    avow_submit_resume(submit);
}

static void queue_work(struct avow_submit *submit, struct avow_submit_work *work)
{
    int rc = uv_queue_work(submit->config.loop, &work->work, avow_submit_work_run, work_done);
    AVOW_ASSERT(rc == 0); /* it fails only without a function to run */
}

/* A check waits for what else comes in this turn of the loop; a key, which waits for the disk, does
 * not hold up checks. */
static enum outcome start_work(struct avow_submit *submit, struct avow_link *link,
                               struct avow_submit_work *work)
{
    work->context = submit;
    submit->links[link->slot].working = true;
    if (work->type == AVOW_WORK_HEARTBEAT) {
        queue_work(submit, work);
        return HANDLED;
    }
    struct avow_submit_work **chain = &submit->chains[submit->chain_next];
    submit->chain_next = (submit->chain_next + 1) % AVOW_SUBMIT_CHAINS;
    work->next = *chain;
    *chain = work;
    return HANDLED;
}

void avow_submit_flush(struct avow_submit *submit)
{
    for (size_t i = 0; i < AVOW_SUBMIT_CHAINS; i++) {
        if (submit->chains[i] != NULL)
            queue_work(submit, submit->chains[i]);
        submit->chains[i] = NULL;
    }
}

/* ---- messages ---- */

static enum outcome try_message(struct avow_submit *submit, struct avow_link *link,
                                struct avow_bytes bytes)
{
    enum avow_reject reject = avow_message_decode(bytes, &submit->message);
    enum outcome outcome = HANDLED;
    uint64_t type = submit->message.type;
    submit->links[link->slot].needs_lock = submit->links[link->slot].needs_room = false;
    if (reject != AVOW_ACCEPT)
        avow_link_drop(link, reject, "a message that is not well formed");
    else if (submit->links[link->slot].working)
        outcome = MUST_WAIT;
    else if (type == AVOW_MESSAGE_SIGNER)
        outcome = try_signer(submit, link);
    else if (type == AVOW_MESSAGE_PROPOSE)
        outcome = try_propose(submit, link);
    else if (type == AVOW_MESSAGE_SIGN)
        outcome = try_sign(submit, link);
    else if (type == AVOW_MESSAGE_WITHDRAW)
        outcome = try_withdraw(submit, link);
    else
        outcome = try_heartbeat(submit, link);
    sodium_memzero(submit->message.seed, sizeof(submit->message.seed));
    return outcome;
}

static bool has_backlog(const struct avow_submit_link *state)
{
    return state->backlog_used < state->backlog.len;
}

static void keep(struct avow_submit *submit, struct avow_link *link, struct avow_bytes message)
{
    struct avow_submit_link *state = &submit->links[link->slot];
    submit->waiting += has_backlog(state) ? 0 : 1;
    size_t start = avow_row_begin(&state->backlog);
    avow_buf_append(&state->backlog, message.data, message.len);
    avow_row_end(&state->backlog, start);
    if (state->backlog.err != AVOW_OK)
        avow_link_drop(link, AVOW_REJECT_QUOTA, "too many submissions at once");
    else
        avow_link_pause(link, AVOW_PAUSE_SUBMISSIONS, true);
}

void avow_submit_message(struct avow_submit *submit, struct avow_link *link,
                         struct avow_bytes message)
{
    if (submit->stopping)
        return;
    if (has_backlog(&submit->links[link->slot]) || try_message(submit, link, message) == MUST_WAIT)
        keep(submit, link, message);
}

static void forget_backlog(struct avow_submit *submit, struct avow_submit_link *state)
{
    submit->waiting -= has_backlog(state) ? 1 : 0;
    sodium_memzero(state->backlog.data, state->backlog.len); /* a seed may have been in it */
    avow_buf_fini(&state->backlog);
    avow_buf_init(&state->backlog, AVOW_SUBMIT_BACKLOG_MAX);
    state->backlog_used = 0;
}

/* What is in the way of a link's first message still is: known without decoding that again. */
static bool is_blocked(struct avow_submit *submit, const struct avow_link *link)
{
    const struct avow_submit_link *state = &submit->links[link->slot];
    const struct avow_submit_lock *held =
        state->needs_lock ? find_lock(submit, &state->locked) : NULL;
    return state->working || (held != NULL && !is_mine(held, link)) ||
           (state->needs_room && !avow_write_thread_has_room(submit->config.writer));
}

static void resume_link(struct avow_submit *submit, struct avow_link *link)
{
    struct avow_submit_link *state = &submit->links[link->slot];
    if (is_blocked(submit, link))
        return;
    while (link->state == AVOW_LINK_OPEN && has_backlog(state)) {
        struct avow_bytes rest = avow_buf_bytes(&state->backlog), message;
        rest.data += state->backlog_used;
        rest.len -= state->backlog_used;
        if (!avow_row_next(&rest, &message) || try_message(submit, link, message) == MUST_WAIT)
            return;
        size_t used = state->backlog.len - rest.len;
        if (used < state->backlog.len)
            state->backlog_used = used;
        else
            forget_backlog(submit, state);
    }
    if (link->state == AVOW_LINK_OPEN)
        avow_link_pause(link, AVOW_PAUSE_SUBMISSIONS, false);
}

void avow_submit_resume(struct avow_submit *submit)
{
    uint32_t max = submit->config.links->max;
    /* Each time another link is the first: else one that always asks would always be served. */
    submit->first = (submit->first + 1) % max;
    for (uint32_t i = 0; i < max && submit->waiting > 0; i++) {
        uint32_t slot = (submit->first + i) % max;
        struct avow_link *link = avow_links_open(submit->config.links, slot);
        if (link != NULL && has_backlog(&submit->links[slot]) && !submit->stopping)
            resume_link(submit, link);
    }
}

void avow_submit_link_down(struct avow_submit *submit, const struct avow_link *link)
{
    struct avow_submit_link *state = &submit->links[link->slot];
    forget_backlog(submit, state);
    state->proof_count = 0;
    state->jobs = 0;
    state->working = false;
    state->needs_lock = state->needs_room = false;
}

enum avow_err avow_submit_init(struct avow_submit *submit, const struct avow_submit_config *config)
{
    submit->config = *config;
    submit->links = calloc(config->links->max, sizeof(*submit->links));
    submit->locks = calloc(AVOW_SUBMIT_LOCKS_MAX, sizeof(*submit->locks));
    if (submit->links == NULL || submit->locks == NULL)
        return AVOW_ERR_NOMEM;
    for (uint32_t i = 0; i < config->links->max; i++)
        avow_buf_init(&submit->links[i].backlog, AVOW_SUBMIT_BACKLOG_MAX);
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
    submit->links = NULL;
    submit->locks = NULL;
}
