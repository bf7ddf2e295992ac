/* When a want's link fails, the next source is asked, from where things stand. */
#include "node/core/core_inner.h"

void core_source_failed(struct avow_core *core, uint32_t slot, bool keep)
{
    struct want *want = &core->wants[slot];
    core_want_take_back(core, slot);
    if (!keep)
        core_want_drop_source(want, want->link);
    uint32_t next = core_want_next_source(want);
    /* Rather a newer candidate from elsewhere than the same link once more. */
    bool better = next == want->link && want->has_next && want->next.link != next;
    core_want_set_link(core, slot, next);
    if (next == NONE || better) {
        if (want->missed == NONE && next != NONE)
            want->missed = next;
        core_pull_drain(core, slot, DRAIN_FAIL);
    } else if (want->judged) {
        want->next_from = want->window_count > 0 ? want->next_from : want->stored;
        core_pull_resume(core, slot);
    } else {
        want->phase = WANT_QUEUED;
        core_want_list(core, slot, LIST_CHAIN);
    }
}

void core_source_moved(struct avow_core *core, uint32_t slot, uint32_t link)
{
    struct want *want = &core->wants[slot];
    if (link != NONE)
        core_shun_add(core, &want->now.checkpoint, link, MOVED_MS);
    if (want->missed == NONE)
        want->missed = link; /* what the link holds now is looked for */
    core_want_drop_source(want, link);
    core_source_failed(core, slot, want->link != link);
}

static bool is_lost(const struct avow_core *core, uint32_t link)
{
    return link != NONE && core->links[link].lost;
}

static void forget_lost(const struct avow_core *core, uint32_t *link)
{
    if (is_lost(core, *link))
        *link = NONE;
}

/* Lost links serve the want no more. `want->link` stays as it is. */
static void forget_all_lost(const struct avow_core *core, struct want *want)
{
    want->has_next = want->has_next && !is_lost(core, want->next.link);
    forget_lost(core, &want->missed);
    forget_lost(core, &want->charged);
    forget_lost(core, &want->suspect);
    for (size_t i = want->source_count; i-- > 0;)
        if (is_lost(core, want->sources[i]))
            core_want_drop_source(want, want->sources[i]);
    for (size_t i = 0; i < want->window_count; i++)
        forget_lost(core, &want->window[(want->window_first + i) % WINDOW].link);
}

void core_source_lost(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    forget_all_lost(core, want);
    bool own = is_lost(core, want->link);
    switch (want->phase) {
    case WANT_FREE:
        return;
    case WANT_JUDGING: /* the answer comes in any case, and then another source is asked */
    case WANT_FRESHENING:
    case WANT_BRANCHING:
    case WANT_DRAINING:
    case WANT_ENDING: /* or the want ends now, as was marked before */
        if (own)
            core_want_set_link(core, slot, core_want_next_source(want));
        break;
    case WANT_QUEUED:
    case WANT_CHAIN:
    case WANT_HUNGRY:
    case WANT_PULLING:
    case WANT_CHECKING:
    case WANT_PAUSED:
        if (own)
            core_source_failed(core, slot, false);
        break;
    }
}

/* The log was withheld for too long. The candidate is ignored from those who offered it, so that a
 * peer which withholds a log cannot keep others from serving it. */
static void give_up(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    for (size_t i = 0; i < want->source_count; i++)
        core_shun_add(core, &want->now.checkpoint, want->sources[i], IGNORE_MS);
    core_trace(core, AVOW_CORE_TRACE_GIVEN_UP, want->link, &want->issuer, want->now.checkpoint.size,
               AVOW_ACCEPT);
    if (want->branch)
        core_action(core, AVOW_CORE_DROP_BRANCH)->issuer = want->issuer;
    core_want_take_back(core, slot);
    core_pull_drain(core, slot, DRAIN_FAIL);
}

void core_source_tick(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    bool waits = want->phase == WANT_CHAIN || want->phase == WANT_CHECKING ||
                 want->phase == WANT_PAUSED ||
                 (want->phase == WANT_PULLING && want->window_count > want->storing_count);
    if (!waits)
        return;
    if (core->ms - want->progress_ms >= COMPLETE_MS) {
        if (core_has_room(core)) /* else the want is given up with the next tick */
            give_up(core, slot);
    } else if (core->ms >= want->deadline_ms) {
        if (want->phase != WANT_PAUSED)
            core_trace(core, AVOW_CORE_TRACE_STALLED, want->link, &want->issuer,
                       want->now.checkpoint.size, AVOW_ACCEPT);
        core_source_failed(core, slot, true);
    }
}

static bool is_asked(const struct want *want, uint64_t request)
{
    if (want->phase == WANT_CHAIN || want->phase == WANT_CHECKING)
        return want->id == request;
    for (size_t i = want->storing_count; i < want->window_count; i++)
        if (want->window[(want->window_first + i) % WINDOW].id == request)
            return true;
    return false;
}

void core_source_refused(struct avow_core *core, uint32_t slot, const struct avow_message *message)
{
    struct want *want = &core->wants[slot];
    if (!is_asked(want, message->request))
        return;
    if (message->code != AVOW_REFUSAL_BUSY || want->storing_count > 0) {
        core_source_failed(core, slot, message->code == AVOW_REFUSAL_BUSY);
        return;
    }
    core_want_take_back(core, slot);
    want->phase = WANT_PAUSED;
    want->deadline_ms = core->ms + BUSY_RETRY_MS;
}
