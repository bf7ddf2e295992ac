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
    core->lost_count = 0;
}

/* Frees a marked want, and considers its next candidate. */
static void settle_want(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    struct candidate next = want->next;
    bool has_next = want->has_next;
    bool look_for_missed = want->failed || want->look_again;
    uint32_t missed = want->missed;
    struct avow_hash issuer = want->issuer;
    core_want_free(core, slot);
    if (has_next && core_consider(core, &next)) {
        slot = core_want_find(core, &issuer);
        if (slot != NONE)
            core->wants[slot].missed = missed;
    }
    if (look_for_missed && missed != NONE)
        core_listing_begin(core, missed, &issuer);
}

bool core_settle(struct avow_core *core)
{
    settle_links(core);
    bool any = core->ending.head != NONE;
    while (core->ending.head != NONE)
        settle_want(core, core->ending.head);
    return any;
}
