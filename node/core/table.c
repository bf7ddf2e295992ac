/* Wants: found by issuer through salted buckets, waiting in lists, shared fairly among links. */
#include "node/core/core_inner.h"

static uint32_t bucket_of(const struct avow_core *core, const struct avow_hash *issuer)
{
    /* An id is a hash, but of bytes that anyone may choose: the salt is mixed in. */
    uint64_t h = core->config.salt;
    for (size_t i = 0; i < sizeof(issuer->bytes); i += 8) {
        h = (h ^ avow_get_u64be(issuer->bytes + i)) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    return (uint32_t)(h >> 32) & core->bucket_mask;
}

void core_table_init(struct avow_core *core)
{
    for (uint32_t i = 0; i <= core->bucket_mask; i++)
        core->buckets[i] = NONE;
    for (uint32_t i = 0; i < core->config.wants_max; i++)
        core->wants[i].hashed = i + 1 < core->config.wants_max ? i + 1 : NONE;
    core->first_free = 0;
    core->ending = (struct list){NONE, NONE};
}

uint32_t core_want_find(const struct avow_core *core, const struct avow_hash *issuer)
{
    uint32_t slot = core->buckets[bucket_of(core, issuer)];
    while (slot != NONE && !avow_hash_equal(&core->wants[slot].issuer, issuer))
        slot = core->wants[slot].hashed;
    return slot;
}

/* A link with more wants than `link` would have with one more, the most of all; NONE if none. */
static uint32_t richest(const struct avow_core *core, uint32_t link)
{
    uint32_t most = link;
    for (uint32_t i = 0; i < core->config.links_max; i++)
        if (core->links[i].wants > core->links[most].wants + (most == link))
            most = i;
    return most == link ? NONE : most;
}

bool core_want_has_room(const struct avow_core *core, uint32_t link)
{
    return core->first_free != NONE || richest(core, link) != NONE;
}

void core_want_drop_asked(struct avow_core *core, struct want *want)
{
    while (want->window_count > want->storing_count) {
        struct chunk *chunk = core_want_chunk(want, --want->window_count);
        want->next_from = chunk->from;
        core->stats.ranges--;
        if (chunk->link != NONE)
            core->links[chunk->link].ranges--;
    }
}

void core_want_unrace(struct avow_core *core, uint32_t slot, uint32_t link)
{
    uint64_t *raced = core_set(core, slot, SET_RACED);
    if (!core_set_has(raced, link))
        return;
    core_set_drop(raced, link);
    core->links[link].raced--;
}

void core_want_end_race(struct avow_core *core, uint32_t slot)
{
    const uint64_t *raced = core_set(core, slot, SET_RACED);
    uint32_t link = core_set_from(core, raced, 0);
    for (; link != NONE; link = core_set_from(core, raced, link + 1)) {
        if (!core_link_is_slow(core, link)) /* it came too late, and may be asked the next time */
            core_set_drop(core_set(core, slot, SET_TRIED), link);
        core_want_unrace(core, slot, link);
    }
}

void core_want_take_back(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    core_want_unlist(core, slot);
    core_want_drop_asked(core, want);
    core_want_end_race(core, slot);
    if (want->phase == WANT_CHAIN)
        core->links[want->link].asks--;
}

/* While a log is held, what is kept back may be urgent: others are asked soon, and at once when
 * somebody has failed already. Of a log that is new nothing is known that could be wrong by now. */
static uint64_t patience_ms(const struct avow_core *core, const struct want *want)
{
    if (!want->held)
        return ANSWER_MS;
    return want->race > RACE_FIRST || core_link_is_slow(core, want->link) ? HASTE_MS : RACE_MS;
}

void core_want_asked(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    core_set_add(core_set(core, slot, SET_TRIED), want->link);
    want->asked_ms = core->ms;
    want->deadline_ms = core->ms + patience_ms(core, want);
}

bool core_want_has_capacity(const struct avow_core *core, uint32_t link, enum list_kind kind)
{
    const struct link *at = &core->links[link];
    switch (kind) {
    case LIST_CHAIN:
        return at->asks + at->raced < LINK_ASKS_MAX && at->raced < LINK_RACES_MAX;
    case LIST_HUNGRY:
        return at->ranges + at->raced < core->config.ranges_max && at->raced < LINK_RACES_MAX;
    case LIST_JUDGE:
    case LIST_KINDS:
        break;
    }
    return false; /* judgements are this node's own work */
}

/* Rather one that does not let others wait, and rather one that this node has chosen to dial. */
static unsigned worth(const struct avow_core *core, uint32_t link)
{
    return (core_link_is_slow(core, link) ? 0U : 2U) + core->links[link].outbound;
}

uint32_t core_want_best(const struct avow_core *core, uint32_t slot, enum list_kind kind)
{
    const struct want *want = &core->wants[slot];
    const uint64_t *set = core_set(core, slot, want->judged ? SET_HOLDERS : SET_SOURCES);
    const uint64_t *tried = core_set(core, slot, SET_TRIED);
    uint32_t best = NONE;
    uint32_t link = core_set_from(core, set, 0);
    for (; link != NONE; link = core_set_from(core, set, link + 1))
        if (!core_set_has(tried, link) && (best == NONE || worth(core, link) > worth(core, best)) &&
            (kind == LIST_KINDS || core_want_has_capacity(core, link, kind)))
            best = link;
    return best;
}

uint32_t core_want_next_source(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    uint64_t *tried = core_set(core, slot, SET_TRIED);
    core_set_add(tried, want->link);
    uint32_t next = core_want_best(core, slot, LIST_KINDS);
    if (next != NONE)
        return next;
    memset(tried, 0, sizeof(*tried) * core->set_words); /* all over again, this link last */
    core_set_add(tried, want->link);
    next = core_want_best(core, slot, LIST_KINDS);
    core_set_drop(tried, want->link);
    return next != NONE ? next : core_want_best(core, slot, LIST_KINDS);
}

/* Whether no operation of this node's own is outstanding for the want. */
static bool is_idle(const struct want *want)
{
    switch (want->phase) {
    case WANT_QUEUED:
    case WANT_CHAIN:
    case WANT_HUNGRY:
    case WANT_CHECKING:
    case WANT_PAUSED:
        return true;
    case WANT_PULLING:
        return want->storing_count == 0;
    case WANT_FREE:
    case WANT_JUDGING:
    case WANT_FRESHENING:
    case WANT_BRANCHING:
    case WANT_DRAINING:
    case WANT_ENDING:
        return false;
    }
    return false;
}

/* Whether nobody else has offered anything of the want's issuer. */
static bool is_sole_source(const struct avow_core *core, uint32_t slot)
{
    const uint64_t *holders = core_set(core, slot, SET_HOLDERS);
    uint32_t first = core_set_from(core, holders, 0);
    return first == NONE || core_set_from(core, holders, first + 1) == NONE;
}

/* All are taken: the link with the most wants gives one up, unless that link is the one which asks
 * for more. Rather one that nobody else offers, and one that has not begun: what a link says first
 * it may say so that others are not heard. */
static void evict(struct avow_core *core, uint32_t for_link)
{
    uint32_t most = richest(core, for_link);
    if (most == NONE)
        return;
    uint32_t victim = core->links[most].lists[LIST_CHAIN].tail;
    if (victim != NONE && !is_sole_source(core, victim))
        victim = NONE;
    for (uint32_t i = 0; i < core->config.wants_max && victim == NONE; i++)
        if (core->wants[i].link == most && is_idle(&core->wants[i]) && is_sole_source(core, i))
            victim = i;
    for (uint32_t i = 0; i < core->config.wants_max && victim == NONE; i++)
        if (core->wants[i].link == most && is_idle(&core->wants[i]))
            victim = i;
    if (victim == NONE)
        return;
    core_want_take_back(core, victim);
    core_want_free(core, victim);
}

uint32_t core_want_add(struct avow_core *core, const struct candidate *candidate)
{
    if (core->first_free == NONE)
        evict(core, candidate->link);
    uint32_t slot = core->first_free;
    if (slot == NONE)
        return NONE;
    struct want *want = &core->wants[slot];
    core->first_free = want->hashed;
    memset(want, 0, sizeof(*want));
    want->issuer = candidate->checkpoint.issuer;
    want->phase = WANT_QUEUED;
    want->now = *candidate;
    want->link = want->charged = want->suspect = NONE;
    want->race = RACE_FIRST;
    want->progress_ms = core->ms;
    core_want_set_link(core, slot, candidate->link);
    memset(core_set(core, slot, 0), 0, sizeof(uint64_t) * SETS * core->set_words);
    core_set_add(core_set(core, slot, SET_SOURCES), candidate->link);
    core_set_add(core_set(core, slot, SET_HOLDERS), candidate->link);
    uint32_t *bucket = &core->buckets[bucket_of(core, &want->issuer)];
    want->hashed = *bucket;
    *bucket = slot;
    core->stats.wants++;
    return slot;
}

void core_want_free(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    /* Wants end when their chunks are stored and their judgement is in (core_pull_drain(), and
     * is_idle() for who must go), and what is asked of peers is taken back first. */
    AVOW_ASSERT(want->phase != WANT_FREE && want->window_count == 0 && want->charged == NONE);
    core_want_unlist(core, slot);
    core_want_set_link(core, slot, NONE);
    uint32_t *at = &core->buckets[bucket_of(core, &want->issuer)];
    while (*at != slot)
        at = &core->wants[*at].hashed;
    *at = want->hashed;
    want->phase = WANT_FREE;
    want->hashed = core->first_free;
    core->first_free = slot;
    core->stats.wants--;
}

static struct list *list_of(struct avow_core *core, const struct want *want)
{
    return want->phase == WANT_ENDING ? &core->ending : &core->links[want->link].lists[want->list];
}

static void append(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    struct list *list = list_of(core, want);
    want->listed = true;
    want->before = list->tail;
    want->after = NONE;
    if (list->tail == NONE)
        list->head = slot;
    else
        core->wants[list->tail].after = slot;
    list->tail = slot;
}

void core_want_list(struct avow_core *core, uint32_t slot, enum list_kind kind)
{
    struct want *want = &core->wants[slot];
    /* A want has left its list by the time its link answers or is asked; one without a link is
     * drained, and ends. */
    AVOW_ASSERT(!want->listed && want->link != NONE);
    want->list = kind;
    want->deadline_ms = core->ms + patience_ms(core, want);
    append(core, slot);
}

void core_want_end(struct avow_core *core, uint32_t slot, bool failed)
{
    struct want *want = &core->wants[slot];
    core_want_unlist(core, slot);
    want->phase = WANT_ENDING;
    want->failed = failed;
    append(core, slot);
}

void core_want_unlist(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    if (!want->listed)
        return;
    struct list *list = list_of(core, want);
    want->listed = false;
    if (want->before == NONE)
        list->head = want->after;
    else
        core->wants[want->before].after = want->after;
    if (want->after == NONE)
        list->tail = want->before;
    else
        core->wants[want->after].before = want->before;
}

void core_want_set_link(struct avow_core *core, uint32_t slot, uint32_t link)
{
    struct want *want = &core->wants[slot];
    /* A list belongs to a link: who moves a want has taken back what it waits for, which takes it
     * off its list. The list of those that end belongs to none. */
    AVOW_ASSERT(!want->listed || want->phase == WANT_ENDING);
    if (want->link != NONE)
        core->links[want->link].wants--;
    want->link = link;
    if (link != NONE)
        core->links[link].wants++;
}

void core_want_drop_source(struct avow_core *core, uint32_t slot, uint32_t link)
{
    core_set_drop(core_set(core, slot, SET_SOURCES), link);
    core_set_drop(core_set(core, slot, SET_HOLDERS), link);
}
