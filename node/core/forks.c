/* What peers know of forks: read page by page, at this node's pace, and issuer by issuer: the fork
 * proof, other root chains, then other branches' status entries. What was read is remembered by its
 * digest, so that it is not read again while neither side has anything new. */
#include "node/core/core_inner.h"

void core_forks_begin(struct avow_core *core, uint32_t slot)
{
    struct link *link = &core->links[slot];
    if (!core_link_is_node(link) || link->forks.due)
        return;
    link->forks.due = true;
    link->forks.due_ms = core->ms;
}

/* ------------------------------------------------------------------ asking */

static struct avow_message *ask(struct avow_core *core, uint32_t slot, enum avow_message_type type,
                                enum forks_phase phase)
{
    struct forks_reading *forks = &core->links[slot].forks;
    forks->phase = phase;
    forks->asked_ms = core->ms;
    forks->id = core_id(core, ID_FORKS, slot);
    struct avow_message *message = core_draft(core, type, forks->id);
    message->issuer = forks->count > 0 ? forks->queue[0].issuer : forks->cursor;
    return message;
}

static void drop_first(struct forks_reading *forks)
{
    forks->count--;
    memmove(&forks->queue[0], &forks->queue[1], forks->count * sizeof(forks->queue[0]));
    forks->phase = FORKS_NEXT;
}

/* What is to be asked next of the queue's first. */
static void go_on(struct avow_core *core, uint32_t slot)
{
    struct forks_reading *forks = &core->links[slot].forks;
    if (forks->other < forks->others) {
        ask(core, slot, AVOW_MESSAGE_GET_OTHER, FORKS_OTHER)->index = forks->other;
        core_send(core, slot, AVOW_CORE_CONTROL);
    } else if (forks->forked && !forks->statuses_read) {
        ask(core, slot, AVOW_MESSAGE_GET_STATUSES, FORKS_STATUSES)->from = forks->from;
        core_send(core, slot, AVOW_CORE_CONTROL);
    } else {
        /* If the log has moved over meanwhile, its forks are to be read beside the new origin. */
        if (core_lookup(core, &forks->queue[0].issuer) == AVOW_OK &&
            avow_hash_equal(&core->held.checkpoint.opening, &forks->opening))
            core_shun_note_read(core, slot, &forks->queue[0]);
        else
            core_forks_begin(core, slot);
        drop_first(forks);
    }
}

static void begin(struct avow_core *core, uint32_t slot)
{
    struct link *link = &core->links[slot];
    struct forks_reading *forks = &link->forks;
    /* Of logs that are not held yet nothing could be kept. */
    if (!forks->due || (link->wants > 0 && core->ms - forks->due_ms < FORKS_WAIT_MS))
        return;
    forks->due = false;
    forks->more = true;
    memset(&forks->cursor, 0, sizeof(forks->cursor));
    forks->phase = FORKS_NEXT;
}

void core_forks_pump(struct avow_core *core, uint32_t slot)
{
    struct forks_reading *forks = &core->links[slot].forks;
    if (forks->phase == FORKS_IDLE)
        begin(core, slot);
    if (forks->phase != FORKS_NEXT || !core_has_room(core))
        return;
    if (forks->count == 0 && !forks->more) {
        forks->phase = FORKS_IDLE;
        return;
    }
    bool page = forks->count == 0;
    (void)ask(core, slot, page ? AVOW_MESSAGE_GET_FORKS : AVOW_MESSAGE_GET_FORK,
              page ? FORKS_PAGE : FORKS_FORK);
    core_send(core, slot, AVOW_CORE_CONTROL);
}

void core_forks_tick(struct avow_core *core, uint32_t slot)
{
    struct forks_reading *forks = &core->links[slot].forks;
    if (!core_link_is_node(&core->links[slot]))
        return;
    if (forks->credits == FORKS_CREDITS) {
        forks->credit_ms = core->ms;
    } else if (core->ms - forks->credit_ms >= FORKS_CREDIT_MS) {
        forks->credit_ms += FORKS_CREDIT_MS;
        forks->credits++;
    }
    bool asked = forks->phase == FORKS_PAGE || forks->phase == FORKS_FORK ||
                 forks->phase == FORKS_OTHER || forks->phase == FORKS_STATUSES;
    if (!asked || core->ms - forks->asked_ms < ANSWER_MS)
        return;
    core_trace(core, AVOW_CORE_TRACE_STALLED, slot, NULL, 0, AVOW_ACCEPT);
    forks->phase = FORKS_IDLE;
    forks->count = 0;
}

/* ------------------------------------------------------------------ digests */

/* Whether a log is held that the digest could concern, and its forks were not read yet. */
static bool is_wanted(struct avow_core *core, uint32_t slot, const struct digest *digest)
{
    const struct forks_reading *forks = &core->links[slot].forks;
    struct avow_hash own;
    if (core_lookup(core, &digest->issuer) != AVOW_OK || core->held.checkpoint.size == 0 ||
        core_shun_has_read(core, slot, digest))
        return false;
    for (size_t i = 0; i < forks->count; i++)
        if (memcmp(&forks->queue[i], digest, sizeof(*digest)) == 0)
            return false;
    return core->reads.digest(core->reads.context, &digest->issuer, &own) != AVOW_OK ||
           !avow_hash_equal(&own, &digest->digest);
}

static void push(struct forks_reading *forks, const struct digest *digest)
{
    if (forks->count == 0) { /* the digest will be the queue's first */
        forks->other = forks->others = 0;
        forks->forked = false;
    }
    forks->queue[forks->count++] = *digest;
}

static void take_page(struct avow_core *core, uint32_t slot, const struct avow_message *message)
{
    struct forks_reading *forks = &core->links[slot].forks;
    struct avow_list list = message->digests;
    struct digest digest;
    if (list.count == 0 && message->last == 0) {
        core_link_close(core, slot, AVOW_REJECT_LENGTH);
        return;
    }
    forks->phase = FORKS_NEXT;
    while (forks->count < FORKS_QUEUE &&
           avow_list_next_digest(&list, &digest.issuer, &digest.digest)) {
        if (memcmp(digest.issuer.bytes, forks->cursor.bytes, sizeof(digest.issuer.bytes)) <= 0) {
            core_link_close(core, slot, AVOW_REJECT_KEY_ORDER);
            return;
        }
        forks->cursor = digest.issuer;
        if (is_wanted(core, slot, &digest))
            push(forks, &digest);
    }
    forks->more = list.count > 0 || message->last == 0;
}

void core_forks_notice(struct avow_core *core, uint32_t slot, const struct avow_message *message)
{
    struct forks_reading *forks = &core->links[slot].forks;
    struct avow_list list = message->digests;
    struct digest digest;
    while (avow_list_next_digest(&list, &digest.issuer, &digest.digest)) {
        if (!is_wanted(core, slot, &digest))
            continue;
        if (forks->credits == 0 || forks->count == FORKS_QUEUE)
            return; /* the list has it, and is read from time to time */
        forks->credits--;
        push(forks, &digest);
        if (forks->phase == FORKS_IDLE) {
            forks->phase = FORKS_NEXT;
            forks->more = false;
        }
    }
}

/* Tells every node what is known of this issuer's forks now. */
static void tell(struct avow_core *core, const struct avow_hash *issuer)
{
    uint8_t storage[128];
    struct avow_buf items;
    if (core->reads.digest(core->reads.context, issuer, &core->noticed) != AVOW_OK)
        return; /* peers find the issuer in the list that they read */
    avow_buf_init_fixed(&items, storage, sizeof(storage));
    avow_list_digest_write(&items, issuer, &core->noticed);
    struct avow_message *message = core_draft(core, AVOW_MESSAGE_FORKS, 0);
    message->last = 1;
    message->digests = (struct avow_list){1, avow_buf_bytes(&items)};
    core_send_all(core, &core->noticed);
    core_trace(core, AVOW_CORE_TRACE_FORK_KNOWN, NONE, issuer, 0, AVOW_ACCEPT);
}

/* ------------------------------------------------------------------ answers */

static void take_fork(struct avow_core *core, uint32_t slot, const struct avow_message *message)
{
    struct forks_reading *forks = &core->links[slot].forks;
    const struct avow_hash *issuer = &forks->queue[0].issuer;
    enum avow_reject reject = AVOW_ACCEPT;
    if (!avow_hash_equal(&message->issuer, issuer) || message->count > AVOW_JUDGE_OTHERS_MAX)
        reject = AVOW_REJECT_VALUE;
    else if (message->fork.len > 0)
        reject = avow_fork_decode(message->fork, &core->fork);
    if (reject != AVOW_ACCEPT) {
        core_link_close(core, slot, reject);
        return;
    }
    forks->others = message->count;
    forks->other = forks->from = forks->pages = 0;
    forks->statuses_read = false;
    if (core_lookup(core, issuer) != AVOW_OK || core->held.checkpoint.size == 0) {
        drop_first(forks);
        return;
    }
    forks->opening = core->held.checkpoint.opening;
    forks->forked = message->fork.len > 0 &&
                    avow_checkpoint_same_origin(&core->fork.first, &core->held.checkpoint);
    if (!forks->forked || core->held.forked) {
        go_on(core, slot);
        return;
    }
    forks->phase = FORKS_WORKING;
    forks->id = core_id(core, ID_KEEP, slot);
    forks->keeps_chain = false;
    struct avow_core_action *action = core_action(core, AVOW_CORE_KEEP_FORK);
    action->token = forks->id;
    action->issuer = *issuer;
    action->fork = &core->fork;
}

static void take_other(struct avow_core *core, uint32_t slot, const struct avow_message *message)
{
    struct forks_reading *forks = &core->links[slot].forks;
    const struct avow_checkpoint *checkpoint = &message->checkpoint;
    if (!avow_hash_equal(&checkpoint->issuer, &forks->queue[0].issuer)) {
        core_link_close(core, slot, AVOW_REJECT_VALUE);
        return;
    }
    uint64_t ahead = checkpoint->time > core->unix_s ? checkpoint->time - core->unix_s : 0;
    bool known = core_shun_has(core, checkpoint, NONE) || ahead > AVOW_CLOCK_AHEAD_MAX_S ||
                 core_lookup(core, &checkpoint->issuer) != AVOW_OK ||
                 avow_checkpoint_same_origin(checkpoint, &core->held.checkpoint);
    if (known || core->stats.judgements >= core->config.judgements_max) {
        forks->other++;
        go_on(core, slot);
        return;
    }
    forks->phase = FORKS_WORKING;
    forks->checkpoint = *checkpoint;
    forks->id = core_id(core, ID_OTHER, slot);
    struct avow_judge_task *task = core_judge_task(core, forks->id, slot);
    task->checkpoint = *checkpoint;
    task->chain = message->chain;
}

static void take_statuses(struct avow_core *core, uint32_t slot, const struct avow_message *message)
{
    struct forks_reading *forks = &core->links[slot].forks;
    if (!avow_hash_equal(&message->issuer, &forks->queue[0].issuer) ||
        (message->from != 0 && message->from <= forks->from)) {
        core_link_close(core, slot, AVOW_REJECT_VALUE);
        return;
    }
    forks->from = message->from;
    /* What does not come to an end is left at that. */
    forks->statuses_read = message->from == 0 || ++forks->pages == STATUS_PAGES_MAX;
    if (message->statuses.count == 0) {
        go_on(core, slot);
        return;
    }
    forks->phase = FORKS_WORKING;
    forks->id = core_id(core, ID_KEEP, slot);
    forks->keeps_chain = false;
    struct avow_core_action *action = core_action(core, AVOW_CORE_KEEP_STATUSES);
    action->token = forks->id;
    action->issuer = message->issuer;
    action->statuses = message->statuses;
}

static void skip_list(struct forks_reading *forks)
{
    forks->more = false;
    forks->phase = FORKS_NEXT;
}

void core_forks_answer(struct avow_core *core, uint32_t slot, const struct avow_message *message)
{
    struct forks_reading *forks = &core->links[slot].forks;
    if (forks->id != message->request || forks->phase == FORKS_WORKING)
        return;
    if (message->type == AVOW_MESSAGE_FORKS && forks->phase == FORKS_PAGE)
        take_page(core, slot, message);
    else if (message->type == AVOW_MESSAGE_FORK && forks->phase == FORKS_FORK)
        take_fork(core, slot, message);
    else if (message->type == AVOW_MESSAGE_OTHER && forks->phase == FORKS_OTHER)
        take_other(core, slot, message);
    else if (message->type == AVOW_MESSAGE_STATUSES && forks->phase == FORKS_STATUSES)
        take_statuses(core, slot, message);
    else if (message->type == AVOW_MESSAGE_REFUSED && forks->phase == FORKS_PAGE)
        skip_list(forks);
    else if (message->type == AVOW_MESSAGE_REFUSED && forks->phase != FORKS_IDLE &&
             forks->phase != FORKS_NEXT)
        drop_first(forks); /* another time */
}

/* ------------------------------------------------------------------ keeping */

/* A chain that a peer knows of, and may not hold. */
static void other_judged(struct avow_core *core, uint32_t slot, const struct avow_core_event *event)
{
    struct forks_reading *forks = &core->links[slot].forks;
    const struct avow_judgement *judgement = &event->judgement;
    bool parts = judgement->relation == AVOW_JUDGE_LOSES || judgement->relation == AVOW_JUDGE_WINS;
    if (judgement->err == AVOW_OK && (judgement->elsewhere || judgement->reject != AVOW_ACCEPT)) {
        core_link_close(core, slot, judgement->elsewhere ? AVOW_REJECT_CHAIN : judgement->reject);
        return;
    }
    if (judgement->err != AVOW_OK || !parts) {
        forks->other++;
        go_on(core, slot);
        return;
    }
    if (judgement->relation == AVOW_JUDGE_WINS)
        (void)core_keep_parting(core, &forks->checkpoint.issuer, judgement);
    else
        core_shun_add(core, &forks->checkpoint, NONE, IGNORE_MS);
    forks->id = core_id(core, ID_KEEP, slot);
    forks->keeps_chain = true;
    core_keep_chain(core, forks->id, &forks->checkpoint, &event->chain);
}

void core_forks_judged(struct avow_core *core, const struct avow_core_event *event)
{
    uint32_t slot = core_id_slot(event->token);
    core->stats.judgements--;
    if (slot < core->config.links_max && core_link_is_node(&core->links[slot]) &&
        core->links[slot].forks.phase == FORKS_WORKING &&
        core->links[slot].forks.id == event->token)
        other_judged(core, slot, event);
}

/* What is not the sender's fault: the held log moved meanwhile, or there is no room. */
static bool is_excused(enum avow_reject reject)
{
    return reject == AVOW_ACCEPT || reject == AVOW_REJECT_ORIGIN || reject == AVOW_REJECT_QUOTA ||
           reject == AVOW_REJECT_LENGTH;
}

void core_forks_kept(struct avow_core *core, const struct avow_core_event *event)
{
    uint32_t slot = core_id_slot(event->token);
    const struct avow_core_stored *stored = &event->stored;
    if (stored->err == AVOW_OK && stored->changed)
        tell(core, &event->issuer);
    if (slot >= core->config.links_max || !core_link_is_node(&core->links[slot]))
        return;
    struct link *link = &core->links[slot];
    struct forks_reading *forks = &link->forks;
    bool reading = forks->phase == FORKS_WORKING && forks->id == event->token;
    if (!reading && link->proof_id != event->token)
        return;
    if (stored->err == AVOW_OK && !is_excused(stored->reject)) {
        core_link_close(core, slot, stored->reject);
    } else if (reading && (stored->err != AVOW_OK || stored->reject != AVOW_ACCEPT)) {
        drop_first(forks); /* another time */
    } else if (reading) {
        forks->other += forks->keeps_chain;
        go_on(core, slot);
    }
}
