/* From a candidate to its judgement, and what follows from that. */
#include "node/core/core_inner.h"

static uint32_t link_judgements_max(const struct avow_core *core)
{
    uint32_t share = core->config.judgements_max / 4;
    return share > 0 ? share : 1;
}

static bool may_judge(const struct avow_core *core, uint32_t link)
{
    return core->stats.judgements < core->config.judgements_max &&
           core->links[link].judgements < link_judgements_max(core);
}

/* Lines are their sender's: whoever else offers the same checkpoint has other ones, in its list. */
static void leave_strange_lines(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    if (want->now.link == want->link || want->now.line_count == 0)
        return;
    want->now.line_count = 0;
    want->look_again = true;
    core_set_add(core_set(core, slot, SET_MISSED), want->link);
}

static struct avow_judge_task *ask_judgement(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    leave_strange_lines(core, slot);
    want->id = core_id(core, ID_JUDGE, slot);
    struct avow_judge_task *task = core_judge_task(core, want->id, want->link);
    task->checkpoint = want->now.checkpoint;
    memcpy(task->cosignatures, want->now.lines, sizeof(task->cosignatures));
    task->cosignature_count = want->now.line_count;
    want->phase = WANT_JUDGING;
    want->opening = core->held.checkpoint.opening;
    want->charged = want->link;
    core->links[want->link].judgements++;
    return task;
}

static void ask_chain(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    want->phase = WANT_CHAIN;
    core_want_begin(core, want);
    core_want_asked(core, slot);
    want->id = core_id(core, ID_CHAIN, slot);
    core->links[want->link].asks++;
    struct avow_message *message = core_draft(core, AVOW_MESSAGE_GET_CHAIN, want->id);
    message->issuer = want->issuer;
    message->size = want->now.checkpoint.size;
    core_send(core, want->link, AVOW_CORE_CONTROL);
}

/* Starts on a queued want; false when there is no capacity for what it needs. */
static bool start(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    enum need need = core_classify(core, &want->now); /* the held log may have moved since */
    switch (need) {
    case NEED_NOTHING:
        core_want_end(core, slot, false);
        return true;
    case NEED_LINES:
    case NEED_JUDGE:
        if (!may_judge(core, want->link))
            return false;
        core_want_unlist(core, slot);
        struct avow_judge_task *task = ask_judgement(core, slot);
        task->by_held_chain = true;
        task->checkpoint_known = need == NEED_LINES;
        return true;
    case NEED_CHAIN:
        if (core->links[want->link].asks + core->links[want->link].raced >= LINK_ASKS_MAX)
            return false;
        core_want_unlist(core, slot);
        ask_chain(core, slot);
        return true;
    }
    return true;
}

void core_judging_pump(struct avow_core *core, uint32_t slot)
{
    const struct link *link = &core->links[slot];
    for (enum list_kind kind = LIST_JUDGE; kind <= LIST_CHAIN; kind++)
        while (link->lists[kind].head != NONE && core_has_room(core))
            if (!start(core, link->lists[kind].head))
                break;
}

void core_judging_chain(struct avow_core *core, uint32_t slot, const struct avow_message *message)
{
    struct want *want = &core->wants[slot];
    if (!avow_hash_equal(&message->issuer, &want->issuer) ||
        message->size != want->now.checkpoint.size) {
        core_link_close(core, want->link, AVOW_REJECT_SIZE);
        return;
    }
    core->links[want->link].asks--;
    want->phase = WANT_QUEUED;
    if (core_classify(core, &want->now) != NEED_CHAIN) {
        core_want_end(core, slot, false);
    } else if (!may_judge(core, want->link)) {
        core_want_list(core, slot, LIST_CHAIN); /* asked for again when there is room */
    } else {
        ask_judgement(core, slot)->chain = message->chain;
    }
}

static void freshen(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    want->phase = WANT_FRESHENING;
    want->id = core_id(core, ID_FRESHEN, slot);
    struct avow_core_action *action = core_action(core, AVOW_CORE_FRESHEN);
    action->token = want->id;
    action->checkpoint = &want->now.checkpoint;
    action->lines = want->now.lines;
    action->line_count = want->now.line_count;
}

void core_judging_freshened(struct avow_core *core, uint32_t slot,
                            const struct avow_core_stored *stored)
{
    struct want *want = &core->wants[slot];
    bool good = stored->err == AVOW_OK && stored->reject == AVOW_ACCEPT;
    if (good && stored->changed)
        core_announce(core, &want->issuer, AVOW_CORE_ROUTINE, core_set(core, slot, SET_SOURCES));
    core_want_end(core, slot, !good);
}

static void keep_lines(struct candidate *candidate, uint32_t lines)
{
    size_t kept = 0;
    for (size_t i = 0; i < candidate->line_count; i++)
        if (lines >> i & 1)
            candidate->lines[kept++] = candidate->lines[i];
    candidate->line_count = kept;
}

static bool is_same_tree(const struct avow_checkpoint *a, const struct avow_checkpoint *b)
{
    return a->size == b->size && avow_hash_equal(&a->root, &b->root) &&
           avow_hash_equal(&a->status_root, &b->status_root);
}

/* A checkpoint of the held origin that says no more than is held by now. */
static bool is_past(const struct candidate *candidate, const struct avow_checkpoint *held)
{
    const struct avow_checkpoint *theirs = &candidate->checkpoint;
    if (theirs->size != held->size)
        return theirs->size < held->size;
    if (avow_checkpoint_same_text(theirs, held))
        return candidate->line_count == 0;
    return is_same_tree(theirs, held) && theirs->time <= held->time;
}

/* A checkpoint of the held origin, and not smaller, that cannot be true beside the held one. */
static bool is_fork(const struct avow_checkpoint *theirs, const struct avow_checkpoint *held)
{
    return theirs->size == held->size ? !is_same_tree(theirs, held) : theirs->time < held->time;
}

static void accepted(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    want->judged = true;
    want->progress_ms = core->ms;
    const struct avow_checkpoint *theirs = &want->now.checkpoint;
    const struct avow_checkpoint *held = &core->held.checkpoint;
    if (core_lookup(core, &want->issuer) != AVOW_OK) {
        core_want_end(core, slot, true);
        return;
    }
    bool same_origin = held->size > 0 && avow_checkpoint_same_origin(theirs, held);
    if (same_origin && is_past(&want->now, held)) {
        core_want_end(core, slot, false);
    } else if (same_origin && is_fork(theirs, held)) {
        core_trace(core, AVOW_CORE_TRACE_FORK_SUSPECTED, want->link, &want->issuer, theirs->size,
                   AVOW_REJECT_FORK);
        core_shun_add(core, theirs, NONE, IGNORE_MS);
        core->fork = (struct avow_fork){.first = *held, .second = *theirs};
        core_keep_fork(core, want->link);
        core_want_end(core, slot, false);
    } else if (same_origin && theirs->size == held->size) {
        freshen(core, slot);
    } else if (want->link == NONE) {
        core_want_end(core, slot, true);
    } else {
        want->moved = !same_origin;
        core_pull_begin(core, slot);
    }
}

/* A valid chain that the held log cannot simply go on with is kept; if it wins, its log is pulled.
 */
static void other_chain(struct avow_core *core, uint32_t slot, const struct avow_core_event *event)
{
    struct want *want = &core->wants[slot];
    const struct avow_judgement *judgement = &event->judgement;
    if (judgement->relation == AVOW_JUDGE_BEHIND) {
        core_shun_add(core, &want->now.checkpoint, NONE, IGNORE_MS);
        core_want_end(core, slot, false);
        return;
    }
    core_keep_chain(core, core_id(core, ID_KEEP, KEEPER_NONE), &want->now.checkpoint,
                    &event->chain);
    if (judgement->relation == AVOW_JUDGE_LOSES) {
        core_shun_add(core, &want->now.checkpoint, NONE, IGNORE_MS);
        core_trace(core, AVOW_CORE_TRACE_OTHER_CHAIN, want->link, &want->issuer,
                   judgement->parts_at, AVOW_ACCEPT);
        core_want_end(core, slot, false);
        return;
    }
    uint64_t from = core_keep_parting(core, &want->issuer, judgement);
    core_trace(core, AVOW_CORE_TRACE_BETTER_CHAIN, want->link, &want->issuer, from, AVOW_ACCEPT);
    want->judged = true;
    want->best = judgement->best;
    want->moved = true;
    want->progress_ms = core->ms;
    core_pull_branch(core, slot, from);
}

/* Whether the held log has another origin than when the judgement was asked for. */
static bool has_moved(struct avow_core *core, const struct want *want)
{
    return core_lookup(core, &want->issuer) == AVOW_OK &&
           !avow_hash_equal(&core->held.checkpoint.opening, &want->opening);
}

void core_judging_done(struct avow_core *core, uint32_t slot, const struct avow_core_event *event)
{
    struct want *want = &core->wants[slot];
    const struct avow_judgement *judgement = &event->judgement;
    uint32_t culprit = want->charged;
    core->stats.judgements--;
    if (want->charged != NONE)
        core->links[want->charged].judgements--;
    want->charged = NONE;
    want->phase = WANT_QUEUED;
    if (judgement->err != AVOW_OK) {
        if (judgement->err != AVOW_ERR_REFUSED)
            core_trace(core, AVOW_CORE_TRACE_OUR_ERROR, culprit, &want->issuer, 0, AVOW_ACCEPT);
        else /* the held log moved meanwhile: look again */
            core_set_add(core_set(core, slot, SET_MISSED), want->link);
        core_want_end(core, slot, true);
    } else if (judgement->elsewhere) {
        core_source_moved(core, slot, culprit);
    } else if (judgement->reject != AVOW_ACCEPT) {
        /* Whoever else announced the very same is judged in turn. */
        core_want_drop_source(core, slot, culprit);
        core_source_failed(core, slot, want->link != culprit);
        if (culprit != NONE)
            core_link_close(core, culprit, judgement->reject);
    } else if (has_moved(core, want)) {
        /* The held log moved meanwhile: look again. */
        core_set_add(core_set(core, slot, SET_MISSED), want->link);
        core_want_end(core, slot, true);
    } else {
        keep_lines(&want->now, judgement->lines);
        switch (judgement->relation) {
        case AVOW_JUDGE_EXTENDS:
            want->shared = judgement->shared;
            want->best = judgement->best;
            /* The chain may prove to part from the held one, and then others must know it. */
            if (!judgement->best && event->chain.count > 0)
                core_keep_chain(core, core_id(core, ID_KEEP, KEEPER_NONE), &want->now.checkpoint,
                                &event->chain);
            accepted(core, slot);
            return;
        case AVOW_JUDGE_BEHIND:
        case AVOW_JUDGE_LOSES:
        case AVOW_JUDGE_WINS:
            other_chain(core, slot, event);
            return;
        }
    }
}
