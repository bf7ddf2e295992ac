/* Actions of a step, and the messages in them, written into the step's arena. */
#include "node/core/core_inner.h"

#define MESSAGE_ROOM 512 /* more than any request of the pumps takes */

bool core_has_room(const struct avow_core *core)
{
    return core->action_count < PUMPED_ACTIONS &&
           core->arena.cap - core->arena.len > core->arena.cap - ARENA_BYTES / 2 + MESSAGE_ROOM;
}

struct avow_core_action *core_action(struct avow_core *core, enum avow_core_action_type type)
{
    /* What is done for each of many wants has asked for room; what an event alone leads to is
     * bounded by its kind (EVENT_ACTIONS), whatever a peer says or keeps back. */
    AVOW_ASSERT(core->action_count < core->actions_max);
    struct avow_core_action *action = &core->actions[core->action_count++];
    *action = (struct avow_core_action){.type = type, .link = NONE};
    return action;
}

struct avow_judge_task *core_judge_task(struct avow_core *core, uint64_t id, uint32_t link)
{
    /* Whoever asks for a judgement has looked at stats.judgements, which counts this step's tasks
     * among others: none of them is answered yet. */
    AVOW_ASSERT(core->task_count < core->config.judgements_max);
    struct avow_judge_task *task = &core->tasks[core->task_count++];
    memset(task, 0, sizeof(*task));
    task->held_size = core->held.checkpoint.size;
    task->witnesses = core->config.witnesses;
    task->witness_count = core->config.witness_count;
    core->stats.judgements++;
    core->stats.judged++;
    struct avow_core_action *action = core_action(core, AVOW_CORE_JUDGE);
    action->token = id;
    action->link = link;
    action->task = task;
    return task;
}

struct avow_message *core_draft(struct avow_core *core, enum avow_message_type type,
                                uint64_t request)
{
    memset(core->draft, 0, sizeof(*core->draft));
    core->draft->type = type;
    core->draft->request = request;
    return core->draft;
}

static struct avow_bytes encode_draft(struct avow_core *core)
{
    size_t start = core->arena.len;
    avow_message_encode(&core->arena, core->draft);
    /* Half of the arena is kept for what cannot wait: an announcement or two that links share, and
     * for each link one PING. No message of ours takes over from a peer more than a checkpoint and
     * its lines, whose sizes are bounded. */
    AVOW_ASSERT(core->arena.err == AVOW_OK);
    return avow_bytes(core->arena.data + start, core->arena.len - start);
}

void core_send(struct avow_core *core, uint32_t link, enum avow_core_priority priority)
{
    struct avow_core_action *action = core_action(core, AVOW_CORE_SEND);
    action->link = link;
    action->priority = priority;
    action->bytes = encode_draft(core);
}

void core_send_all(struct avow_core *core, const struct avow_hash *about)
{
    struct avow_bytes bytes = encode_draft(core);
    for (uint32_t i = 0; i < core->config.links_max; i++) {
        if (!core_link_is_node(&core->links[i]))
            continue;
        struct avow_core_action *action = core_action(core, AVOW_CORE_SEND);
        action->link = i;
        action->priority = AVOW_CORE_URGENT;
        action->bytes = bytes;
        action->about = about;
    }
}

enum avow_err core_lookup(struct avow_core *core, const struct avow_hash *issuer)
{
    memset(&core->held, 0, sizeof(core->held));
    enum avow_err err = core->reads.log(core->reads.context, issuer, &core->held);
    if (err == AVOW_ERR_NOT_FOUND) {
        memset(&core->held, 0, sizeof(core->held));
        return AVOW_OK;
    }
    return err;
}

void core_announce(struct avow_core *core, const struct avow_hash *issuer,
                   enum avow_core_priority priority, const uint64_t *except)
{
    if (core_lookup(core, issuer) != AVOW_OK || core->held.checkpoint.size == 0)
        return; /* peers find the log in the list that they read */
    struct avow_message *message = core_draft(core, AVOW_MESSAGE_ANNOUNCE, 0);
    message->checkpoint = core->held.checkpoint;
    message->cosignature_count = core->held.cosignature_count;
    memcpy(message->cosignatures, core->held.cosignatures, sizeof(message->cosignatures));
    struct avow_bytes bytes = encode_draft(core);
    core->announced = *issuer;
    core->stats.announced++;
    for (uint32_t i = 0; i < core->config.links_max; i++) {
        const struct link *link = &core->links[i];
        if (link->phase != LINK_READY || link->role == AVOW_PEER_CLIENT ||
            (core->line_only && link->role != AVOW_PEER_NODE) ||
            (except != NULL && core_set_has(except, i)))
            continue;
        struct avow_core_action *action = core_action(core, AVOW_CORE_SEND);
        action->link = i;
        action->priority = priority;
        action->bytes = bytes;
        action->about = &core->announced;
    }
}

void core_trace(struct avow_core *core, enum avow_core_trace trace, uint32_t link,
                const struct avow_hash *issuer, uint64_t value, enum avow_reject reject)
{
    if (!core_has_room(core))
        return;
    struct avow_core_action *action = core_action(core, AVOW_CORE_TRACE);
    action->trace = trace;
    action->link = link;
    action->value = value;
    action->reject = reject;
    if (issuer != NULL)
        action->issuer = *issuer;
}
