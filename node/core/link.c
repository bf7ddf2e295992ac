/* Links: greeting, liveness, and their end. */
#include "node/core/core_inner.h"

void core_link_up(struct avow_core *core, const struct avow_core_event *event)
{
    struct link *link = &core->links[event->link];
    /* The caller uses a number again after LINK_DOWN, and no step ends with a link that is lost. */
    AVOW_ASSERT(link->phase == LINK_FREE && !link->lost);
    memset(link, 0, sizeof(*link));
    link->phase = LINK_GREETING;
    link->outbound = event->outbound;
    link->node = event->node;
    link->up_ms = link->heard_ms = link->pinged_ms = core->ms;
    for (int i = 0; i < LIST_KINDS; i++)
        link->lists[i] = (struct list){NONE, NONE};
    link->forks.credits = FORKS_CREDITS;
    link->forks.credit_ms = core->ms;
    core->stats.links++;
    struct avow_message *hello = core_draft(core, AVOW_MESSAGE_HELLO, 0);
    hello->role = AVOW_PEER_NODE;
    hello->time = core->unix_s;
    hello->store_epoch = core->config.store_epoch & AVOW_UINT_MAX;
    hello->text = avow_bytes_text(core->config.agent);
    hello->address = avow_bytes_text(core->config.address);
    core_send(core, event->link, AVOW_CORE_CONTROL);
}

/* Marks the link: core_settle() moves its wants to other sources, or ends them. */
static void lose(struct avow_core *core, uint32_t slot)
{
    struct link *link = &core->links[slot];
    link->phase = LINK_CLOSING;
    link->listing = LISTING_IDLE;
    link->forks.phase = FORKS_IDLE;
    link->forks.due = false;
    link->lost = true;
    core_set_add(core->lost, slot);
    core->lost_count++;
}

void core_link_down(struct avow_core *core, uint32_t slot)
{
    struct link *link = &core->links[slot];
    if (link->phase == LINK_FREE)
        return;
    if (link->phase != LINK_CLOSING)
        lose(core, slot);
    link->phase = LINK_FREE;
    core->stats.links--;
}

void core_link_close(struct avow_core *core, uint32_t slot, enum avow_reject reject)
{
    struct link *link = &core->links[slot];
    if (link->phase == LINK_FREE || link->phase == LINK_CLOSING)
        return;
    if (reject != AVOW_ACCEPT)
        core->stats.rejected++;
    struct avow_core_action *action = core_action(core, AVOW_CORE_CLOSE);
    action->link = slot;
    action->code = AVOW_REFUSAL_PROTOCOL;
    action->reject = reject;
    lose(core, slot);
}

/* Copies what fits of a text, no part of a character. */
static void copy_text(char *to, size_t cap, struct avow_bytes text)
{
    size_t len = text.len < cap ? text.len : cap - 1;
    while (len < text.len && len > 0 && (text.data[len] & 0xc0) == 0x80)
        len--;
    if (len > 0)
        memcpy(to, text.data, len);
    to[len] = '\0';
}

void core_link_hello(struct avow_core *core, uint32_t slot, const struct avow_message *message)
{
    struct link *link = &core->links[slot];
    if (link->phase != LINK_GREETING) {
        core_link_close(core, slot, AVOW_REJECT_MESSAGE);
        return;
    }
    switch (message->role) {
    case AVOW_PEER_NODE:
    case AVOW_PEER_CLIENT:
    case AVOW_PEER_WATCHER:
        link->role = (enum avow_peer_role)message->role;
        break;
    default: /* a number from the wire */
        core_link_close(core, slot, AVOW_REJECT_VALUE);
        return;
    }
    link->phase = LINK_READY;
    if (message->time > core->unix_s)
        link->clock_ahead_s = message->time - core->unix_s;
    else
        link->clock_behind_s = core->unix_s - message->time;
    copy_text(link->agent, sizeof(link->agent), message->text);
    copy_text(link->address, sizeof(link->address), message->address);
}

void core_link_tick(struct avow_core *core, uint32_t slot)
{
    struct link *link = &core->links[slot];
    if (link->phase == LINK_GREETING && core->ms - link->up_ms >= GREETING_MS) {
        core_link_close(core, slot, AVOW_ACCEPT);
        return;
    }
    if (link->phase != LINK_READY)
        return;
    if (core->ms - link->heard_ms >= DEAD_MS) {
        core_link_close(core, slot, AVOW_ACCEPT);
    } else if (core->ms - link->heard_ms >= PING_MS && core->ms - link->pinged_ms >= PING_MS) {
        link->pinged_ms = core->ms;
        (void)core_draft(core, AVOW_MESSAGE_PING, 0);
        core_send(core, slot, AVOW_CORE_CONTROL);
    }
}
