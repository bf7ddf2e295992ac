/* Reading peers' lists of logs, page by page: whole when a link comes up and from one link at a
 * time thereafter; or one page, to find a log whose announcement had to be let go. */
#include "node/core/core_inner.h"

#define FEW_WANTS 16

/* The cursor just before an issuer. */
static struct avow_hash before(const struct avow_hash *issuer)
{
    struct avow_hash result = *issuer;
    for (size_t i = sizeof(result.bytes); i-- > 0;)
        if (result.bytes[i]-- != 0)
            return result;
    return *issuer; /* zeros: the start */
}

void core_listing_begin(struct avow_core *core, uint32_t slot, const struct avow_hash *issuer)
{
    struct link *link = &core->links[slot];
    if (!core_link_is_node(link) || link->listing != LISTING_IDLE)
        return;
    link->listing = LISTING_DUE;
    link->listing_whole = issuer == NULL;
    link->listing_since_ms = core->ms;
    link->cursor = issuer == NULL ? link->mark : before(issuer);
}

void core_listing_pump(struct avow_core *core, uint32_t slot)
{
    struct link *link = &core->links[slot];
    if (link->listing_read && link->asks == 0 && link->judgements == 0 &&
        link->lists[LIST_JUDGE].head == NONE && link->lists[LIST_CHAIN].head == NONE) {
        link->listing_read = false;
        /* Whoever dials this node may be anybody: only who was chosen is believed to know. */
        core->heard |= link->outbound;
        core_trace(core, AVOW_CORE_TRACE_PEER_READY, slot, NULL, 0, AVOW_ACCEPT);
    }
    if (link->listing != LISTING_DUE || !core_want_has_room(core, slot) || !core_has_room(core))
        return;
    /* A page should find room, and the next one waits while much of this one is undone. */
    if (link->wants >= FEW_WANTS &&
        2 * (uint64_t)link->wants >= core->config.wants_max - core->stats.wants)
        return;
    link->listing = LISTING_ASKED;
    link->listing_ms = core->ms;
    link->listing_id = core_id(core, ID_LIST, slot);
    core_draft(core, AVOW_MESSAGE_LIST, link->listing_id)->issuer = link->cursor;
    core_send(core, slot, AVOW_CORE_CONTROL);
}

/* A list that takes long is read less often, a tenth of the time at most: that one, as a peer's
 * slowness is its own matter. */
static void rest(struct avow_core *core, struct link *link)
{
    link->listing = LISTING_IDLE;
    if (link->listing_whole)
        link->listing_next_ms = core->ms + 9 * (core->ms - link->listing_since_ms);
}

static void end(struct avow_core *core, uint32_t slot)
{
    struct link *link = &core->links[slot];
    rest(core, link);
    if (!link->listing_whole)
        return;
    link->listing_read = true;
    memset(&link->mark, 0, sizeof(link->mark));
    core_forks_begin(core, slot);
}

void core_listing_answer(struct avow_core *core, uint32_t slot, const struct avow_message *message)
{
    struct link *link = &core->links[slot];
    if (link->listing != LISTING_ASKED || message->request != link->listing_id)
        return;
    struct avow_list list = message->checkpoints;
    if (list.count == 0 && message->last == 0) {
        core_link_close(core, slot, AVOW_REJECT_LENGTH);
        return;
    }
    bool whole_page = true;
    struct candidate candidate;
    memset(&candidate, 0, sizeof(candidate));
    candidate.link = slot;
    while (avow_list_next_checkpoint(&list, &candidate.checkpoint, candidate.lines,
                                     &candidate.line_count)) {
        struct avow_hash issuer = candidate.checkpoint.issuer;
        if (memcmp(issuer.bytes, link->cursor.bytes, sizeof(issuer.bytes)) <= 0) {
            core_link_close(core, slot, AVOW_REJECT_KEY_ORDER);
            return;
        }
        if (!core_consider(core, &candidate)) {
            whole_page = false; /* the rest is asked for again when there is room */
            break;
        }
        link->cursor = issuer;
    }
    if (whole_page && (message->last != 0 || !link->listing_whole))
        end(core, slot);
    else
        link->listing = LISTING_DUE;
}

/* Whether the peer has had its time: for an answer, or for all of a list. */
static bool is_overdue(const struct avow_core *core, const struct link *link)
{
    return link->listing == LISTING_ASKED &&
           (core->ms - link->listing_ms >= ANSWER_MS ||
            (link->listing_whole && core->ms - link->listing_since_ms >= LISTING_MAX_MS));
}

void core_listing_refused(struct avow_core *core, uint32_t slot, uint64_t request)
{
    struct link *link = &core->links[slot];
    if (link->listing == LISTING_ASKED && link->listing_id == request)
        link->listing = LISTING_IDLE;
}

void core_listing_tick(struct avow_core *core)
{
    for (uint32_t i = 0; i < core->config.links_max; i++) {
        struct link *link = &core->links[i];
        if (is_overdue(core, link)) {
            if (link->listing_whole)
                link->mark = link->cursor;
            rest(core, link);
            core_trace(core, AVOW_CORE_TRACE_STALLED, i, NULL, 0, AVOW_ACCEPT);
        }
    }
    if (core->ms < core->next_listing_ms)
        return;
    core->next_listing_ms = core->ms + LISTING_MS;
    for (uint32_t i = 1; i <= core->config.links_max; i++) {
        uint32_t slot = (core->last_listed + i) % core->config.links_max;
        const struct link *link = &core->links[slot];
        if (core_link_is_node(link) && link->listing == LISTING_IDLE &&
            core->ms >= link->listing_next_ms) {
            core->last_listed = slot;
            core_listing_begin(core, slot, NULL);
            return;
        }
    }
}
