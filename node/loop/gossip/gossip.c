#include "node/loop/gossip/gossip.h"

#include "node/loop/base/tally.h"

#include <stdlib.h>
#include <time.h>

static void step(struct avow_gossip *gossip, struct avow_core_event *event);

static uint64_t unix_now(void)
{
    time_t now = time(NULL);
    return now < 0 ? 0 : (uint64_t)now;
}

/* ---- what the core reads ---- */

static enum avow_err read_log(void *context, const struct avow_hash *issuer,
                              struct avow_core_log *out)
{
    struct avow_gossip *gossip = context;
    struct avow_snapshot *snapshot;
    const struct avow_log *log = NULL;
    struct avow_pending pending;
    enum avow_err err = avow_reading_get(gossip->config.reading, &snapshot);
    if (err == AVOW_OK)
        err = avow_snapshot_log(snapshot, issuer, &log);
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND)
        return err;
    enum avow_err pending_err = avow_snapshot_pending(snapshot, issuer, &pending);
    if (pending_err != AVOW_OK && pending_err != AVOW_ERR_NOT_FOUND)
        return pending_err;
    if (log == NULL && pending_err == AVOW_ERR_NOT_FOUND)
        return AVOW_ERR_NOT_FOUND;
    *out = (struct avow_core_log){.abandoned_from = AVOW_NEVER};
    if (log != NULL) {
        out->checkpoint = log->checkpoint;
        memcpy(out->cosignatures, log->cosignatures, sizeof(out->cosignatures));
        out->cosignature_count = log->cosignature_count;
        out->abandoned_from = log->abandoned_from;
        out->forked = log->forked;
        out->freshened = log->freshened;
    }
    /* What is held for a signer is no part of what was pulled: a range of peers starts below it,
     * and the store lets signed entries replace it. */
    bool pulled = pending_err == AVOW_OK && !pending.held;
    out->pending = pulled ? pending.size : out->checkpoint.size;
    return AVOW_OK;
}

static enum avow_err read_root(void *context, const struct avow_hash *issuer, uint64_t size,
                               struct avow_hash *root)
{
    struct avow_gossip *gossip = context;
    struct avow_snapshot *snapshot;
    const struct avow_log *log;
    enum avow_err err = avow_reading_get(gossip->config.reading, &snapshot);
    if (err == AVOW_OK)
        err = avow_snapshot_log(snapshot, issuer, &log);
    if (err != AVOW_OK)
        return err;
    struct avow_tree_nodes nodes = avow_snapshot_nodes(snapshot, log);
    return avow_tree_root_at(&nodes, size, root);
}

static bool counts(void *context, const struct avow_hash *issuer,
                   const struct avow_cosignature *line)
{
    struct avow_gossip *gossip = context;
    const struct avow_log *log;
    return avow_reading_log(gossip->config.reading, issuer, &log) == AVOW_OK &&
           avow_judge_line_counts(line, &log->checkpoint, &log->state.chain, gossip->witnesses,
                                  gossip->witness_count);
}

static enum avow_err read_digest(void *context, const struct avow_hash *issuer,
                                 struct avow_hash *digest)
{
    struct avow_gossip *gossip = context;
    struct avow_snapshot *snapshot;
    enum avow_err err = avow_reading_get(gossip->config.reading, &snapshot);
    return err == AVOW_OK ? avow_snapshot_fork_digest(snapshot, issuer, digest) : err;
}

/* ---- judging, on the pool ---- */

struct judging {
    struct avow_pool_work work;
    struct avow_gossip *gossip;
    uint64_t token;
    struct avow_judge_task task;
    uint8_t *chain_bytes; /* what task.chain views */
    struct avow_chain held;
    bool has_held;
    struct avow_buf others[AVOW_JUDGE_OTHERS_MAX]; /* root chains, as stored */
    size_t other_count;
    struct avow_judgement judgement;
};
_Static_assert(AVOW_JUDGE_OTHERS_MAX == AVOW_OTHER_CHAINS_MAX, "all that are kept are judged by");

static void judging_free(struct judging *judging)
{
    avow_chain_fini(&judging->held);
    for (size_t i = 0; i < judging->other_count; i++)
        avow_buf_fini(&judging->others[i]);
    free(judging->chain_bytes);
    free(judging);
}

static void judge_on_pool(void *owner)
{
    struct judging *judging = owner;
    struct avow_known_chains known = {.held = judging->has_held ? &judging->held : NULL};
    struct avow_chain others[AVOW_JUDGE_OTHERS_MAX] = {0};
    for (size_t i = 0; i < judging->other_count; i++) {
        enum avow_reject reject = AVOW_ACCEPT;
        enum avow_err err =
            avow_chain_load(&others[i], avow_buf_bytes(&judging->others[i]), &reject);
        if (err == AVOW_OK && reject == AVOW_ACCEPT)
            known.others[known.other_count++] = &others[i];
    }
    if (known.other_count == judging->other_count)
        avow_judge_task_run(&judging->task, &known, &judging->judgement);
    else
        judging->judgement = (struct avow_judgement){.err = AVOW_ERR_NOMEM};
    for (size_t i = 0; i < judging->other_count; i++)
        avow_chain_fini(&others[i]);
}

static void judged(void *owner)
{
    struct judging *judging = owner;
    struct avow_core_event event = {
        .type = AVOW_CORE_JUDGED, .token = judging->token, .judgement = judging->judgement};
    event.chain = judging->task.chain;
    step(judging->gossip, &event);
    judging_free(judging);
}

/* Copies the other root chains that are known; only what comes with a chain is judged by them. */
static enum avow_err copy_others(struct judging *judging)
{
    struct avow_snapshot *snapshot;
    enum avow_err err = avow_reading_get(judging->gossip->config.reading, &snapshot);
    while (err == AVOW_OK && judging->other_count < AVOW_JUDGE_OTHERS_MAX) {
        struct avow_other_chain other;
        size_t i = judging->other_count;
        err = avow_snapshot_other_chain(snapshot, &judging->task.checkpoint.issuer, i, &other);
        if (err != AVOW_OK)
            break;
        avow_buf_init(&judging->others[i], AVOW_MESSAGE_BYTES_MAX);
        avow_buf_append(&judging->others[i], other.saved.data, other.saved.len);
        judging->other_count++;
        err = judging->others[i].err;
    }
    return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
}

/* Copies the task and the held chain, which both live in this thread only. */
static enum avow_err copy_task(struct avow_gossip *gossip, const struct avow_judge_task *task,
                               struct judging *judging)
{
    const struct avow_log *log;
    size_t len = task->chain.items.len;
    judging->task = *task;
    judging->task.checker = avow_checks_verifying(gossip->config.checks);
    if (len != 0) {
        judging->chain_bytes = malloc(len);
        if (judging->chain_bytes == NULL)
            return AVOW_ERR_NOMEM;
        memcpy(judging->chain_bytes, task->chain.items.data, len);
        judging->task.chain.items = avow_bytes(judging->chain_bytes, len);
    }
    enum avow_err err = avow_reading_log(gossip->config.reading, &task->checkpoint.issuer, &log);
    if (err == AVOW_ERR_NOT_FOUND)
        return AVOW_OK;
    judging->has_held = err == AVOW_OK;
    if (err == AVOW_OK)
        err = avow_chain_copy(&judging->held, &log->state.chain);
    return err == AVOW_OK && !task->by_held_chain ? copy_others(judging) : err;
}

static bool start_judging(struct avow_gossip *gossip, const struct avow_core_action *action)
{
    struct judging *judging = calloc(1, sizeof(*judging));
    if (judging == NULL)
        return false;
    judging->gossip = gossip;
    judging->token = action->token;
    judging->work = (struct avow_pool_work){.owner = judging, .run = judge_on_pool, .done = judged};
    avow_chain_init(&judging->held);
    if (copy_task(gossip, action->task, judging) != AVOW_OK) {
        judging_free(judging);
        return false;
    }
    avow_pool_start(gossip->config.pool, &judging->work, !action->task->by_held_chain,
                    action->link);
    return true;
}

/* ---- storing, on the writer's thread ---- */

static void stored(void *context, struct avow_job *job)
{
    struct avow_core_event event = {
        .type = AVOW_CORE_STORED,
        .token = job->token,
        .stored = {.err = job->err,
                   .reject = job->reject,
                   .accepted = job->range.accepted,
                   .pending = job->range.pending,
                   .advanced = job->range.advanced,
                   .ready = job->ready,
                   .changed = job->changed},
    };
    step(context, &event);
}

static void copy_lines(struct avow_job *job, const struct avow_core_action *action)
{
    AVOW_ASSERT(action->line_count <= AVOW_COSIGNATURES_MAX); /* a candidate has no more room */
    job->line_count = action->line_count;
    if (action->line_count != 0)
        memcpy(job->lines, action->lines, action->line_count * sizeof(job->lines[0]));
}

/* A small batch that is its log's whole news, a revocation as likely as not. Whatever else is
 * stored of that log has been stored before. */
static enum avow_job_lane lane_of(const struct avow_core_action *action, enum avow_job_type type)
{
    return type == AVOW_JOB_RANGE && action->alone && !action->branch &&
                   action->entries.items.len <= AVOW_JOB_PROMPT_BYTES &&
                   action->from + action->entries.count == action->checkpoint->size
               ? AVOW_LANE_PROMPT
               : AVOW_LANE_BULK;
}

static bool needs_no_answer(enum avow_job_type type)
{
    return type == AVOW_JOB_ABANDONED || type == AVOW_JOB_DROP_BRANCH;
}

static bool start_job(struct avow_gossip *gossip, const struct avow_core_action *action,
                      enum avow_job_type type)
{
    struct avow_job *job = avow_job_new(type);
    if (job == NULL)
        return false;
    job->done = needs_no_answer(type) ? NULL : stored;
    job->context = gossip;
    job->token = action->token;
    job->issuer = action->issuer;
    job->from = action->from;
    job->root = action->root;
    job->branch = action->branch;
    job->now = unix_now();
    job->lane = lane_of(action, type);
    job->item.source = job->lane == AVOW_LANE_PROMPT ? action->link : 0; /* the rest is in order */
    if (action->checkpoint != NULL) {
        job->checkpoint = *action->checkpoint;
        job->issuer = job->checkpoint.issuer;
    }
    if (!needs_no_answer(type))
        copy_lines(job, action);
    bool ready = true;
    if (type == AVOW_JOB_RANGE) {
        job->path = *action->path;
        ready = avow_job_copy_entries(job, &action->entries) == AVOW_OK;
    }
    bool put = ready && avow_write_thread_put(gossip->config.writer, &job);
    avow_job_free(&job);
    return put;
}

/* ---- carrying out ---- */

static void trace(struct avow_gossip *gossip, const struct avow_core_action *action)
{
    struct avow_line line;
    bool bad =
        action->trace == AVOW_CORE_TRACE_FORK_SUSPECTED ||
        action->trace == AVOW_CORE_TRACE_FORK_KNOWN || action->trace == AVOW_CORE_TRACE_SWITCHED ||
        action->trace == AVOW_CORE_TRACE_BETTER_CHAIN || action->trace == AVOW_CORE_TRACE_FAULTY ||
        action->trace == AVOW_CORE_TRACE_OUR_ERROR || action->trace == AVOW_CORE_TRACE_NO_ROOM;
    const bool of_peer = action->trace == AVOW_CORE_TRACE_PEER_READY; /* and of no one log */
    bool often = of_peer || action->trace == AVOW_CORE_TRACE_ADVANCED;
    const enum avow_log_level level =
        bad ? AVOW_LOG_WARN : (often ? AVOW_LOG_DEBUG : AVOW_LOG_INFO);
    const char *name = avow_core_trace_name(action->trace);
    if (action->trace != AVOW_CORE_TRACE_OUR_ERROR &&
        !avow_tally_shows(gossip->config.logger->tally, level, name,
                          avow_reject_name(action->reject), uv_now(gossip->config.loop)))
        return;
    avow_line_begin(&line, gossip->config.logger, level, name);
    avow_line_word(&line, "text", avow_core_trace_text(action->trace));
    avow_line_uint(&line, "link", action->link);
    if (!of_peer) {
        avow_line_issuer(&line, &action->issuer);
        avow_line_uint(&line, "value", action->value);
    }
    if (action->reject != AVOW_ACCEPT)
        avow_line_word(&line, "reject", avow_reject_name(action->reject));
    avow_line_end(&line);
}

/* Announcements that find their queue full are dropped: what was missed is found by the lists. */
static void send_message(struct avow_gossip *gossip, const struct avow_core_action *action)
{
    struct avow_link *link = avow_links_open(gossip->config.links, action->link);
    if (link == NULL)
        return;
    enum avow_err err = avow_link_send(link, action->priority, action->bytes, action->about);
    if (err == AVOW_ERR_TOO_LARGE && action->about == NULL)
        avow_link_drop(link, AVOW_REJECT_QUOTA, "does not read what it is sent");
}

static void close_link(struct avow_gossip *gossip, const struct avow_core_action *action)
{
    struct avow_link *link = avow_links_open(gossip->config.links, action->link);
    if (link == NULL)
        return;
    link->reject = action->reject;
    avow_link_close(link, action->code, avow_refusal_text(action->code));
}

static void note_failed(struct avow_gossip *gossip, enum avow_core_event_type type, uint64_t token)
{
    /* Each is a judgement or a write that the core counts as under way: of the former it has at
     * most judgements_max, and of the latter an event begins four, none of them when it tells of a
     * failure. */
    AVOW_ASSERT(gossip->failed_count < AVOW_GOSSIP_FAILED_MAX);
    gossip->failed[gossip->failed_count++] =
        (struct avow_gossip_failed){.type = type, .token = token};
}

static void kept(void *context, struct avow_core_event *event)
{
    step(context, event);
}

/* A mark tells one state of what is known from another, across restarts too. */
static bool keep(struct avow_gossip *gossip, const struct avow_core_action *action)
{
    const struct avow_keeping_config config = {.reading = gossip->config.reading,
                                               .writer = gossip->config.writer,
                                               .pool = gossip->config.pool,
                                               .checks = gossip->config.checks,
                                               .done = kept,
                                               .context = gossip};
    uint8_t mark[AVOW_FORK_MARK_BYTES];
    avow_put_u64be(mark, gossip->salt);
    avow_put_u64be(mark + 8, ++gossip->marks);
    return avow_keeping_start(&config, action, mark);
}

static void carry_out(struct avow_gossip *gossip, const struct avow_core_action *action)
{
    switch (action->type) {
    case AVOW_CORE_SEND:
        send_message(gossip, action);
        break;
    case AVOW_CORE_JUDGE:
        if (!start_judging(gossip, action))
            note_failed(gossip, AVOW_CORE_JUDGED, action->token);
        break;
    case AVOW_CORE_STORE_RANGE:
        if (!start_job(gossip, action, AVOW_JOB_RANGE))
            note_failed(gossip, AVOW_CORE_STORED, action->token);
        break;
    case AVOW_CORE_FRESHEN:
        if (!start_job(gossip, action, AVOW_JOB_FRESHEN))
            note_failed(gossip, AVOW_CORE_STORED, action->token);
        break;
    case AVOW_CORE_SET_ABANDONED:
        if (!start_job(gossip, action, AVOW_JOB_ABANDONED))
            avow_line_event(gossip->config.logger, AVOW_LOG_ERROR, "abandoned-not-stored", NULL,
                            NULL);
        break;
    case AVOW_CORE_BRANCH:
        if (!start_job(gossip, action, AVOW_JOB_BRANCH))
            note_failed(gossip, AVOW_CORE_STORED, action->token);
        break;
    case AVOW_CORE_DROP_BRANCH:
        if (!start_job(gossip, action, AVOW_JOB_DROP_BRANCH))
            avow_line_event(gossip->config.logger, AVOW_LOG_ERROR, "branch-not-dropped", NULL,
                            NULL);
        break;
    case AVOW_CORE_KEEP_FORK:
    case AVOW_CORE_KEEP_CHAIN:
    case AVOW_CORE_KEEP_STATUSES:
        if (!keep(gossip, action))
            note_failed(gossip, AVOW_CORE_STORED, action->token);
        break;
    case AVOW_CORE_CLOSE:
        close_link(gossip, action);
        break;
    case AVOW_CORE_TRACE:
        trace(gossip, action);
        break;
    }
}

static void step_once(struct avow_gossip *gossip, struct avow_core_event *event)
{
    size_t count;
    event->now.ms = uv_now(gossip->config.loop);
    event->now.unix_s = unix_now();
    const struct avow_core_action *actions = avow_core_step(gossip->core, event, &count);
    for (size_t i = 0; i < count; i++)
        carry_out(gossip, &actions[i]);
}

/* Nothing that carry_out() does steps the core again: what failed at once is told afterwards. */
static void step(struct avow_gossip *gossip, struct avow_core_event *event)
{
    if (gossip->stopping)
        return;
    step_once(gossip, event);
    while (gossip->failed_count > 0) {
        struct avow_gossip_failed failed = gossip->failed[--gossip->failed_count];
        struct avow_core_event told = {.type = failed.type, .token = failed.token};
        told.judgement.err = AVOW_ERR_BUSY;
        told.stored.err = AVOW_ERR_BUSY;
        step_once(gossip, &told);
    }
}

/* ---- events ---- */

static void name_witness(struct avow_gossip *gossip, const struct avow_key *key)
{
    for (size_t i = 0; i < gossip->witness_count; i++)
        if (avow_key_equal(&gossip->witnesses[i], key))
            return;
    if (avow_key_equal(gossip->config.self, key))
        return; /* this node's own line is always there */
    if (gossip->witness_count < AVOW_GOSSIP_WITNESSES_MAX)
        gossip->witnesses[gossip->witness_count++] = *key;
    else
        avow_line_event(gossip->config.logger, AVOW_LOG_WARN, "too-many-witnesses", "text",
                        "more than fit on a checkpoint: not all are kept");
}

static void name_witnesses(struct avow_gossip *gossip)
{
    for (size_t i = 0; i < avow_policies_count(gossip->config.policies); i++) {
        const struct avow_policy *policy = avow_policies_at(gossip->config.policies, i);
        for (size_t k = 0; k < policy->witness_count; k++)
            name_witness(gossip, &policy->witnesses[k]);
    }
}

enum avow_err avow_gossip_init(struct avow_gossip *gossip, const struct avow_gossip_config *config)
{
    struct avow_core_config core = avow_core_config_default();
    struct avow_core_reads reads = {.context = gossip,
                                    .log = read_log,
                                    .root = read_root,
                                    .counts = counts,
                                    .digest = read_digest};
    gossip->config = *config;
    core.store_epoch = config->store_epoch;
    core.agent = config->agent;
    core.address = config->address;
    core.links_max = config->links->max;
    memcpy(&core.salt, config->links->rate.salt, sizeof(core.salt));
    gossip->salt = core.salt;
    name_witnesses(gossip);
    core.witnesses = gossip->witnesses;
    core.witness_count = gossip->witness_count;
    gossip->memory = malloc(avow_core_size(&core));
    if (gossip->memory == NULL)
        return AVOW_ERR_NOMEM;
    gossip->core = avow_core_init(gossip->memory, &core, &reads);
    return AVOW_OK;
}

void avow_gossip_stop(struct avow_gossip *gossip)
{
    gossip->stopping = true;
}

void avow_gossip_fini(struct avow_gossip *gossip)
{
    free(gossip->memory);
    gossip->memory = NULL;
}

void avow_gossip_link_up(struct avow_gossip *gossip, const struct avow_link *link)
{
    struct avow_core_event event = {.type = AVOW_CORE_LINK_UP,
                                    .link = link->slot,
                                    .outbound = link->outbound,
                                    .node = *avow_channel_peer(&link->channel)};
    step(gossip, &event);
}

void avow_gossip_link_down(struct avow_gossip *gossip, const struct avow_link *link)
{
    struct avow_core_event event = {.type = AVOW_CORE_LINK_DOWN, .link = link->slot};
    step(gossip, &event);
}

void avow_gossip_message(struct avow_gossip *gossip, struct avow_link *link,
                         struct avow_bytes message)
{
    enum avow_reject reject = avow_message_decode(message, &gossip->message);
    if (reject != AVOW_ACCEPT) {
        avow_link_drop(link, reject, "a message that is not well formed");
        return;
    }
    struct avow_core_event event = {
        .type = AVOW_CORE_MESSAGE, .link = link->slot, .message = &gossip->message};
    step(gossip, &event);
}

static void purged(void *context, struct avow_job *job)
{
    struct avow_gossip *gossip = context;
    gossip->purging = false;
    if (job->err == AVOW_OK && job->changed)
        gossip->purge_ms = 0; /* there is more */
}

/* What a log left behind when it moved over goes after a time, in small steps. */
static void purge(struct avow_gossip *gossip)
{
    uint64_t now = uv_now(gossip->config.loop);
    if (gossip->stopping || gossip->purging || now < gossip->purge_ms)
        return;
    struct avow_job *job = avow_job_new(AVOW_JOB_PURGE);
    if (job == NULL)
        return;
    job->now = unix_now();
    job->done = purged;
    job->context = gossip;
    gossip->purge_ms = now + AVOW_GOSSIP_PURGE_MS;
    gossip->purging = avow_write_thread_put(gossip->config.writer, &job);
    avow_job_free(&job);
}

void avow_gossip_tick(struct avow_gossip *gossip)
{
    struct avow_core_event event = {.type = AVOW_CORE_TICK};
    step(gossip, &event);
    purge(gossip);
}

void avow_gossip_cosigned(struct avow_gossip *gossip, const struct avow_hash *issuer)
{
    struct avow_core_event event = {
        .type = AVOW_CORE_LOG_CHANGED, .issuer = *issuer, .line_only = true};
    step(gossip, &event);
}

void avow_gossip_log_changed(struct avow_gossip *gossip, const struct avow_hash *issuer)
{
    struct avow_core_event event = {.type = AVOW_CORE_LOG_CHANGED, .issuer = *issuer};
    step(gossip, &event);
}
