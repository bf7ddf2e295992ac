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

void core_want_take_back(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    core_want_unlist(core, slot);
    core_want_drop_asked(core, want);
    if (want->phase == WANT_CHAIN)
        core->links[want->link].asks--;
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

/* All are taken: the link with the most wants gives one up, rather one that has not begun, unless
 * that link is the one which asks for more. */
static void evict(struct avow_core *core, uint32_t for_link)
{
    uint32_t most = richest(core, for_link);
    if (most == NONE)
        return;
    uint32_t victim = core->links[most].lists[LIST_CHAIN].tail;
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
    want->link = want->missed = want->charged = want->suspect = NONE;
    want->progress_ms = core->ms;
    core_want_set_link(core, slot, candidate->link);
    core_want_add_source(want, candidate->link);
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

void core_want_add_source(struct want *want, uint32_t link)
{
    for (size_t i = 0; i < want->source_count; i++)
        if (want->sources[i] == link)
            return;
    if (want->source_count < SOURCES_MAX)
        want->sources[want->source_count++] = link;
}

void core_want_drop_source(struct want *want, uint32_t link)
{
    size_t kept = 0;
    for (size_t i = 0; i < want->source_count; i++)
        if (want->sources[i] != link)
            want->sources[kept++] = want->sources[i];
    want->source_count = kept;
}

uint32_t core_want_next_source(const struct want *want)
{
    if (want->source_count == 0)
        return NONE;
    for (size_t i = 0; i < want->source_count; i++)
        if (want->sources[i] == want->link)
            return want->sources[(i + 1) % want->source_count];
    return want->sources[0];
}
