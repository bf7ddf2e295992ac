#include "node/loop/link/turns.h"

#include "node/loop/link/link.h"

static void on_idle(uv_idle_t *idle)
{
    struct avow_turns *turns = idle->data;
    const uint64_t end = uv_hrtime() + turns->line_ns;
    do {
        struct avow_link *link = turns->first;
        avow_turns_leave(turns, link);
        avow_link_take_turn(link);
    } while (turns->first != NULL && uv_hrtime() < end);
}

void avow_turns_init(struct avow_turns *turns, uv_loop_t *loop)
{
    *turns = (struct avow_turns){.share_ns = AVOW_TURN_SHARE_NS, .line_ns = AVOW_TURN_LINE_NS};
    (void)uv_idle_init(loop, &turns->idle); /* which cannot fail */
    turns->idle.data = turns;
}

void avow_turns_close(struct avow_turns *turns)
{
    AVOW_ASSERT(turns->first == NULL);
    uv_close((uv_handle_t *)&turns->idle, NULL);
}

void avow_turns_wait(struct avow_turns *turns, struct avow_link *link)
{
    if (link->waits)
        return;
    link->waits = true;
    link->next_waiting = NULL;
    if (turns->last == NULL)
        turns->first = link;
    else
        turns->last->next_waiting = link;
    turns->last = link;
    turns->count++;
    (void)uv_idle_start(&turns->idle, on_idle); /* which cannot fail, and may be repeated */
}

void avow_turns_leave(struct avow_turns *turns, struct avow_link *link)
{
    struct avow_link *before = NULL;
    if (!link->waits)
        return;
    for (struct avow_link *at = turns->first; at != link; at = at->next_waiting)
        before = at;
    if (before == NULL)
        turns->first = link->next_waiting;
    else
        before->next_waiting = link->next_waiting;
    if (turns->last == link)
        turns->last = before;
    link->waits = false;
    if (--turns->count == 0)
        (void)uv_idle_stop(&turns->idle);
}
