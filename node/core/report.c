/* What the core tells of itself, for status pages and metrics. */
#include "node/core/core_inner.h"

bool avow_core_wants(const struct avow_core *core, const struct avow_hash *issuer)
{
    uint32_t slot = core_want_find(core, issuer);
    return slot != NONE && core->wants[slot].judged && !core->wants[slot].branch &&
           core->wants[slot].phase != WANT_FRESHENING;
}

bool avow_core_has_heard(const struct avow_core *core)
{
    return core->heard;
}

bool avow_core_link(const struct avow_core *core, uint32_t slot, struct avow_core_link_info *info)
{
    if (slot >= core->config.links_max || core->links[slot].phase == LINK_FREE)
        return false;
    const struct link *link = &core->links[slot];
    *info = (struct avow_core_link_info){
        .ready = link->phase == LINK_READY,
        .outbound = link->outbound,
        .role = link->role,
        .node = link->node,
        .logs_served = link->served,
        .since_ms = core->ms - link->up_ms,
        .clock_ahead_s = link->clock_ahead_s,
        .clock_behind_s = link->clock_behind_s,
    };
    memcpy(info->agent, link->agent, sizeof(info->agent));
    memcpy(info->address, link->address, sizeof(info->address));
    return true;
}

void avow_core_stats(const struct avow_core *core, struct avow_core_stats *stats)
{
    *stats = core->stats;
}
