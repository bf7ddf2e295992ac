/* What the store says of chunks: on, elsewhere, or whose fault. */
#include "node/core/inner.h"

static void complete(struct avow_core *core, uint32_t slot, uint32_t link)
{
    struct want *want = &core->wants[slot];
    core->stats.logs_advanced++;
    if (link != NONE)
        core->links[link].served++;
    core_announce(core, &want->issuer, AVOW_CORE_URGENT, want->sources, want->source_count);
    core_trace(core, AVOW_CORE_TRACE_ADVANCED, link, &want->issuer, want->now.checkpoint.size,
               AVOW_ACCEPT);
    pull_drain(core, slot, DRAIN_FINISH);
}

/* A chunk did not prove. Its server lied, or the two logs do not share what is held here. */
static void find_fault(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    uint32_t suspect = want->suspect;
    want->suspect = NONE;
    if (want->resumed || suspect == NONE) {
        want->resumed = false; /* the entries of an earlier candidate are gone now */
        want->next_from = want->stored;
        pull_resume(core, slot);
    } else if (want->accepted == 0) {
        want->next_from = want->stored;
        pull_resume(core, slot);
        link_close(core, suspect, AVOW_REJECT_PROOF);
    } else {
        want_set_link(core, slot, suspect);
        want->phase = WANT_CHECKING;
        want->deadline_ms = core->ms + ANSWER_MS;
        want->id = core_id(core, ID_CONSISTENCY, slot);
        struct avow_message *message = core_draft(core, AVOW_MESSAGE_GET_CONSISTENCY, want->id);
        message->issuer = want->issuer;
        message->from = want->accepted;
        message->size = want->now.checkpoint.size;
        core_send(core, suspect, AVOW_CORE_CONTROL);
    }
}

static void drained(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    switch (want->after_drain) {
    case DRAIN_FINISH:
        finish(core, slot, false);
        return;
    case DRAIN_FAIL:
        finish(core, slot, true);
        return;
    case DRAIN_RESTART:
    case DRAIN_CHECK:
        break;
    }
    if (want->link == NONE || want->stored >= want->now.checkpoint.size ||
        ++want->restarts > RESTARTS_MAX) {
        finish(core, slot, true);
    } else if (want->after_drain == DRAIN_CHECK) {
        find_fault(core, slot);
    } else {
        want->next_from = want->stored;
        pull_resume(core, slot);
    }
}

void pull_drain(struct avow_core *core, uint32_t slot, enum after_drain after)
{
    struct want *want = &core->wants[slot];
    want_unlist(core, slot);
    pull_drop_asked(core, want);
    want->phase = WANT_DRAINING;
    want->after_drain = after;
    if (want->window_count == 0)
        drained(core, slot);
}

/* What to do about a chunk that was not stored. */
static enum after_drain judge_failure(struct avow_core *core, const struct want *want,
                                      const struct avow_core_stored *stored)
{
    const struct avow_checkpoint *checkpoint = &want->now.checkpoint;
    enum avow_core_trace trace = AVOW_CORE_TRACE_FAULTY;
    uint64_t shun_ms = UINT64_MAX;
    if (stored->err == AVOW_ERR_REFUSED || stored->err == AVOW_ERR_NOT_FOUND)
        return DRAIN_FAIL;
    if (stored->err != AVOW_OK) {
        core_trace(core, AVOW_CORE_TRACE_OUR_ERROR, want->link, &want->issuer, checkpoint->size,
                   AVOW_ACCEPT);
        return DRAIN_FAIL;
    }
    if (stored->reject == AVOW_REJECT_SIZE)
        return DRAIN_RESTART;
    if (stored->reject == AVOW_REJECT_PROOF || stored->reject == AVOW_REJECT_ROOT)
        return DRAIN_CHECK;
    if (stored->reject == AVOW_REJECT_QUOTA) {
        trace = AVOW_CORE_TRACE_NO_ROOM;
        shun_ms = COMPLETE_MS;
    } else if (stored->reject == AVOW_REJECT_NEWER) {
        trace = AVOW_CORE_TRACE_NEWER;
        shun_ms = IGNORE_MS;
    }
    shun_add(core, checkpoint, NONE, shun_ms);
    core_trace(core, trace, want->link, &want->issuer, checkpoint->size, stored->reject);
    return DRAIN_FAIL;
}

static void failed(struct avow_core *core, uint32_t slot, uint32_t link,
                   const struct avow_core_stored *stored)
{
    struct want *want = &core->wants[slot];
    enum after_drain after = judge_failure(core, want, stored);
    if (after == DRAIN_CHECK)
        want->suspect = link;
    pull_drain(core, slot, after);
}

/* The chunk that was being stored first; false if the answer is not to it. */
static bool take_first(struct avow_core *core, struct want *want, uint64_t token, uint32_t *link)
{
    const struct chunk *chunk = &want->window[want->window_first];
    if (want->storing_count == 0 || chunk->id != token)
        return false;
    *link = chunk->link;
    want->window_first = (want->window_first + 1) % WINDOW;
    want->window_count--;
    want->storing_count--;
    core->stats.ranges--;
    if (chunk->link != NONE)
        core->links[chunk->link].ranges--;
    return true;
}

void pull_stored(struct avow_core *core, uint32_t slot, uint64_t token,
                 const struct avow_core_stored *stored)
{
    struct want *want = &core->wants[slot];
    uint32_t link = NONE;
    if (!take_first(core, want, token, &link))
        return;
    bool good = stored->err == AVOW_OK && stored->reject == AVOW_ACCEPT;
    if (stored->err == AVOW_OK) {
        want->stored = stored->pending;
        want->accepted = stored->accepted;
    }
    if (good) {
        want->progress_ms = core->ms;
        core->stats.ranges_stored++;
    }
    if (good && stored->advanced) {
        complete(core, slot, link);
    } else if (want->phase == WANT_DRAINING) {
        if (want->window_count == 0)
            drained(core, slot);
    } else if (!good) {
        failed(core, slot, link, stored);
    } else if (want->window_count > 0 || want->next_from < want->now.checkpoint.size) {
        pull_resume(core, slot);
    } else { /* all is stored, and nothing came of it: the log moved on by itself */
        finish(core, slot, true);
    }
}

void pull_consistency(struct avow_core *core, uint32_t slot, const struct avow_message *message)
{
    struct want *want = &core->wants[slot];
    if (!avow_hash_equal(&message->issuer, &want->issuer) || message->from != want->accepted ||
        message->size != want->now.checkpoint.size) {
        link_close(core, want->link, AVOW_REJECT_SIZE);
        return;
    }
    struct avow_hash root;
    if (core->reads.root(core->reads.context, &want->issuer, want->accepted, &root) != AVOW_OK) {
        finish(core, slot, true);
        return;
    }
    enum avow_reject reject =
        avow_consistency_check(want->accepted, &root, want->now.checkpoint.size,
                               &want->now.checkpoint.root, &message->path);
    if (reject == AVOW_ACCEPT) { /* the logs fit together: the chunk did not */
        link_close(core, want->link, AVOW_REJECT_PROOF);
        return;
    }
    core_trace(core, AVOW_CORE_TRACE_FORK_SUSPECTED, want->link, &want->issuer,
               want->now.checkpoint.size, AVOW_REJECT_FORK);
    shun_add(core, &want->now.checkpoint, want->link, IGNORE_MS);
    source_failed(core, slot, false);
}
