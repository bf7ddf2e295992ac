/* When a want's link fails, or only keeps it waiting, others are asked, from where things stand.
 *
 * Who withholds says nothing, and is quicker to announce than who does not: so time alone decides,
 * no link is asked alone for long, and each time that all of those asked are silent, twice as many
 * are asked at once. Among N links that withhold, a node waits log N times, and not N. */
#include "node/core/core_inner.h"

/* ------------------------------------------------------------------ the question of a want */

/* Whether the want waits for an answer that any source could give, and none is told from another by
 * its id. */
static bool has_question(const struct want *want)
{
    return want->phase == WANT_CHAIN ||
           (want->phase == WANT_PULLING && want->window_count > want->storing_count);
}

/* The first chunk that is not being stored. */
static struct chunk *head_of(struct want *want)
{
    return core_want_chunk(want, want->storing_count);
}

static bool is_question(struct want *want, uint64_t request)
{
    return has_question(want) &&
           request == (want->phase == WANT_CHAIN ? want->id : head_of(want)->id);
}

static void note_slow(struct avow_core *core, uint32_t link)
{
    if (link != NONE)
        core->links[link].slow_until_ms = core->ms + COMPLETE_MS;
}

/* `link`, which is asked beside the want's own, takes its place. */
static void promote(struct avow_core *core, uint32_t slot, uint32_t link)
{
    struct want *want = &core->wants[slot];
    core_want_unrace(core, slot, link);
    if (want->phase == WANT_CHAIN) {
        core->links[want->link].asks--;
        core->links[link].asks++;
    } else {
        struct chunk head = *head_of(want);
        core_want_drop_asked(core, want);
        if (head.count > RACE_ENTRIES)
            head.count = RACE_ENTRIES;
        head.link = link;
        *core_want_chunk(want, want->window_count++) = head;
        want->next_from = head.from + head.count;
        core->links[link].ranges++;
        core->stats.ranges++;
    }
    core_want_set_link(core, slot, link);
}

static void ask_beside(struct avow_core *core, uint32_t slot, uint32_t link)
{
    struct want *want = &core->wants[slot];
    struct avow_message *message;
    core_set_add(core_set(core, slot, SET_TRIED), link);
    core_set_add(core_set(core, slot, SET_RACED), link);
    core->links[link].raced++;
    if (want->phase == WANT_CHAIN) {
        message = core_draft(core, AVOW_MESSAGE_GET_CHAIN, want->id);
    } else {
        const struct chunk *head = head_of(want);
        message = core_draft(core, AVOW_MESSAGE_GET_RANGE, head->id);
        message->from = head->from;
        message->count = head->count < RACE_ENTRIES ? head->count : RACE_ENTRIES;
    }
    message->issuer = want->issuer;
    message->size = want->now.checkpoint.size;
    core_send(core, link, AVOW_CORE_CONTROL);
}

/* Asks as many more as it is time for; false when there is nobody to ask. */
static bool race(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    enum list_kind kind = want->phase == WANT_CHAIN ? LIST_CHAIN : LIST_HUNGRY;
    const bool late = core->ms - want->asked_ms >= RACE_AGAIN_MS;
    uint32_t count = 0;
    uint64_t *raced = core_set(core, slot, SET_RACED);
    for (uint32_t link = late ? core_set_from(core, raced, 0) : NONE; link != NONE;
         link = core_set_from(core, raced, link + 1))
        note_slow(core, link);
    if (late)
        note_slow(core, want->link);
    for (; count < want->race && core_has_room(core); count++) {
        uint32_t link = core_want_best(core, slot, kind);
        if (link == NONE)
            break;
        ask_beside(core, slot, link);
    }
    if (count == 0)
        return false;
    if (want->race == RACE_FIRST)
        core_trace(core, AVOW_CORE_TRACE_STALLED, want->link, &want->issuer,
                   want->now.checkpoint.size, AVOW_ACCEPT);
    want->race = want->race < RACE_MAX ? 2 * want->race : RACE_MAX;
    want->asked_ms = core->ms;
    want->deadline_ms = core->ms + (want->held ? RACE_AGAIN_MS : ANSWER_MS);
    return true;
}

/* ------------------------------------------------------------------ those that fail */

void core_source_failed(struct avow_core *core, uint32_t slot, bool keep)
{
    struct want *want = &core->wants[slot];
    const uint32_t failed = want->link;
    const uint32_t beside = core_set_from(core, core_set(core, slot, SET_RACED), 0);
    if (!keep)
        core_want_drop_source(core, slot, failed);
    if (has_question(want) && beside != NONE) {
        promote(core, slot, beside);
        return;
    }
    core_want_take_back(core, slot);
    uint32_t next = core_want_next_source(core, slot);
    /* Rather a newer candidate from elsewhere than the same link once more. */
    bool better = next == want->link && want->has_next && want->next.link != next;
    core_want_set_link(core, slot, next);
    if (next == NONE || better) {
        core_set_add(core_set(core, slot, SET_MISSED), next);
        core_pull_drain(core, slot, DRAIN_FAIL);
    } else if (want->judged) {
        want->next_from = want->window_count > 0 ? want->next_from : want->stored;
        core_pull_resume(core, slot);
    } else {
        want->phase = WANT_QUEUED;
        core_want_list(core, slot, LIST_CHAIN);
    }
}

/* Somebody who was asked will not answer; the next time, more are asked. */
static void one_failed(struct avow_core *core, uint32_t slot, uint32_t link, bool keep)
{
    struct want *want = &core->wants[slot];
    want->race = want->race < RACE_MAX ? 2 * want->race : RACE_MAX;
    if (link == want->link) {
        core_source_failed(core, slot, keep);
        return;
    }
    core_want_unrace(core, slot, link);
    if (!keep)
        core_want_drop_source(core, slot, link);
}

void core_source_moved(struct avow_core *core, uint32_t slot, uint32_t link)
{
    struct want *want = &core->wants[slot];
    if (link != NONE)
        core_shun_add(core, &want->now.checkpoint, link, MOVED_MS);
    /* What the link holds now is looked for. */
    core_set_add(core_set(core, slot, SET_MISSED), link);
    core_want_drop_source(core, slot, link);
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
static void forget_all_lost(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    uint32_t link = core_set_from(core, core->lost, 0);
    for (; link != NONE; link = core_set_from(core, core->lost, link + 1))
        core_want_unrace(core, slot, link);
    for (int which = 0; which < SETS; which++)
        for (size_t i = 0; i < core->set_words; i++)
            core_set(core, slot, (enum link_set)which)[i] &= ~core->lost[i];
    if (want->has_next && is_lost(core, want->next.link))
        want->next.link = core_set_from(core, core_set(core, slot, SET_NEXT), 0);
    want->has_next = want->has_next && want->next.link != NONE;
    forget_lost(core, &want->charged);
    forget_lost(core, &want->suspect);
    for (size_t i = 0; i < want->window_count; i++)
        forget_lost(core, &want->window[(want->window_first + i) % WINDOW].link);
}

void core_source_lost(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    forget_all_lost(core, slot);
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
            core_want_set_link(core, slot, core_want_next_source(core, slot));
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
    const uint64_t *sources = core_set(core, slot, SET_SOURCES);
    uint32_t link = core_set_from(core, sources, 0);
    for (; link != NONE; link = core_set_from(core, sources, link + 1))
        core_shun_add(core, &want->now.checkpoint, link, IGNORE_MS);
    core_trace(core, AVOW_CORE_TRACE_GIVEN_UP, want->link, &want->issuer, want->now.checkpoint.size,
               AVOW_ACCEPT);
    if (want->branch)
        core_action(core, AVOW_CORE_DROP_BRANCH)->issuer = want->issuer;
    core_want_take_back(core, slot);
    core_pull_drain(core, slot, DRAIN_FAIL);
}

/* ------------------------------------------------------------------ time */

/* A want that waits for its link's capacity goes to another one that has some. */
static void shift(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    enum list_kind kind = want->list;
    core_set_add(core_set(core, slot, SET_TRIED), want->link);
    uint32_t link = core_want_best(core, slot, kind);
    if (link == NONE)
        return;
    core_want_unlist(core, slot);
    core_want_set_link(core, slot, link);
    core_want_list(core, slot, kind);
}

static void out_of_time(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    if (has_question(want) && race(core, slot))
        return;
    bool alone = has_question(want) ||
                 (want->phase == WANT_CHECKING && core_want_best(core, slot, LIST_KINDS) == NONE);
    if (alone && core->ms - want->asked_ms < ANSWER_MS)
        return;
    if (want->phase != WANT_PAUSED)
        core_trace(core, AVOW_CORE_TRACE_STALLED, want->link, &want->issuer,
                   want->now.checkpoint.size, AVOW_ACCEPT);
    core_want_end_race(core, slot);
    core_source_failed(core, slot, want->phase != WANT_CHECKING);
}

void core_source_tick(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    if (want->phase == WANT_QUEUED || want->phase == WANT_HUNGRY) {
        if (core->ms >= want->deadline_ms)
            shift(core, slot);
        return;
    }
    if (!has_question(want) && want->phase != WANT_CHECKING && want->phase != WANT_PAUSED)
        return;
    if (core->ms - want->progress_ms >= COMPLETE_MS) {
        if (core_has_room(core)) /* else the want is given up with the next tick */
            give_up(core, slot);
    } else if (core->ms >= want->deadline_ms) {
        out_of_time(core, slot);
    }
}

/* ------------------------------------------------------------------ what they say */

/* Whether somebody else may yet answer, or be asked. */
static bool has_others(const struct avow_core *core, uint32_t slot, uint32_t link)
{
    return link != core->wants[slot].link ||
           core_set_from(core, core_set(core, slot, SET_RACED), 0) != NONE ||
           core_want_best(core, slot, LIST_KINDS) != NONE;
}

/* Fewer entries than any server needs to send at a time: such answers hold up as well as none. */
static bool is_little(struct want *want, const struct avow_message *message)
{
    uint64_t least = head_of(want)->count < RACE_ENTRIES ? head_of(want)->count : RACE_ENTRIES;
    return message->type == AVOW_MESSAGE_RANGE && message->entries.count < least &&
           message->entries.items.len < CHUNK_BYTES / 2;
}

bool core_source_answered(struct avow_core *core, uint32_t slot, uint32_t link,
                          const struct avow_message *message)
{
    struct want *want = &core->wants[slot];
    if (link != want->link && !core_set_has(core_set(core, slot, SET_RACED), link))
        return false;
    if (!is_question(want, message->request))
        return link == want->link;
    if (want->phase == WANT_PULLING && is_little(want, message) && has_others(core, slot, link)) {
        note_slow(core, link);
        one_failed(core, slot, link, true);
        return false;
    }
    if (link != want->link)
        promote(core, slot, link);
    else if (want->race > RACE_FIRST)
        want->race /= 2;
    core_want_end_race(core, slot);
    return true;
}

static bool is_asked(struct want *want, uint64_t request)
{
    if (want->phase == WANT_CHAIN || want->phase == WANT_CHECKING)
        return want->id == request;
    for (size_t i = want->storing_count; i < want->window_count; i++)
        if (core_want_chunk(want, i)->id == request)
            return true;
    return false;
}

void core_source_refused(struct avow_core *core, uint32_t slot, uint32_t link,
                         const struct avow_message *message)
{
    struct want *want = &core->wants[slot];
    const bool own = link == want->link;
    const bool busy = message->code == AVOW_REFUSAL_BUSY;
    if (!is_asked(want, message->request) ||
        (!own && !core_set_has(core_set(core, slot, SET_RACED), link)))
        return;
    if (!own || !busy || want->storing_count > 0 || has_others(core, slot, link)) {
        one_failed(core, slot, link, busy);
        return;
    }
    core_want_take_back(core, slot);
    want->phase = WANT_PAUSED;
    want->deadline_ms = core->ms + BUSY_RETRY_MS;
}
