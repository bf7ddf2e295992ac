/* What a step has marked is ended here, when the event has been handled and nothing is on the stack
 * that could still use a want or a link that goes. */
#include "node/core/core_inner.h"

/* Wants of lost links move to other sources, or are marked as over in turn. */
static void settle_links(struct avow_core *core)
{
    if (core->lost_count == 0)
        return;
    for (uint32_t i = 0; i < core->config.wants_max; i++)
        if (core->wants[i].phase != WANT_FREE)
            core_source_lost(core, i);
    for (uint32_t i = 0; i < core->config.links_max; i++) {
        /* core_source_lost() has moved each want off, whatever its phase: no source is lost. */
        AVOW_ASSERT(!core->links[i].lost || core->links[i].wants == 0);
        core->links[i].lost = false;
    }
    memset(core->lost, 0, sizeof(*core->lost) * core->set_words);
    core->lost_count = 0;
}

/* The want of the next candidate is of whoever offers it, and of those who held the log before. */
static void pass_on(struct avow_core *core, uint32_t from, uint32_t to)
{
    uint64_t *sources = core_set(core, to, SET_SOURCES), *missed = core_set(core, to, SET_MISSED);
    uint64_t *holders = core_set(core, to, SET_HOLDERS);
    for (size_t i = 0; i < core->set_words; i++) {
        sources[i] |= core_set(core, from, SET_NEXT)[i];
        missed[i] |= core_set(core, from, SET_MISSED)[i];
        holders[i] |= core_set(core, from, SET_HOLDERS)[i];
    }
}

/* Frees a marked want, and considers its next candidate. */
static void settle_want(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    struct candidate next = want->next;
    bool has_next = want->has_next;
    bool look_for_missed = want->failed || want->look_again;
    struct avow_hash issuer = want->issuer;
    const uint32_t ended = core->config.wants_max; /* the sets outlive the want, which is freed */
    memcpy(core_set(core, ended, 0), core_set(core, slot, 0),
           sizeof(uint64_t) * SETS * core->set_words);
    core_want_free(core, slot);
    if (has_next && core_consider(core, &next)) {
        slot = core_want_find(core, &issuer);
        if (slot != NONE)
            pass_on(core, ended, slot);
    }
    const uint64_t *missed = core_set(core, ended, SET_MISSED);
    uint32_t link = look_for_missed ? core_set_from(core, missed, 0) : NONE;
    for (; link != NONE; link = core_set_from(core, missed, link + 1))
        core_listing_begin(core, link, &issuer);
}

bool core_settle(struct avow_core *core)
{
    settle_links(core);
    bool any = core->ending.head != NONE;
    while (core->ending.head != NONE)
        settle_want(core, core->ending.head);
    return any;
}
