/* What the two sources of a link share: link.c has its life and the way out, link_read.c the way
 * in. */
#ifndef AVOW_NODE_LOOP_LINK_LINK_INNER_H
#define AVOW_NODE_LOOP_LINK_LINK_INNER_H

#include "node/loop/link/link.h"

/* Whether it may still be read from, and its messages handled. */
static inline bool avow_link_is_live(const struct avow_link *link)
{
    return link->state != AVOW_LINK_CLOSED && link->state != AVOW_LINK_CLOSING;
}

/* Writes what waits, unless a write is under way; a closing link ends when nothing waits. */
void avow_link_pump(struct avow_link *link);
/* Whether the answers that wait are so many that nothing more is to be asked. */
bool avow_link_is_behind(const struct avow_link *link);

/* Has the link read from, put in line, or neither, as its state is now. `more`: its socket has more
 * than was taken. */
void avow_link_settle(struct avow_link *link, bool more);
/* Lets go of what was read of a link that is not live any more. */
void avow_link_stop_reading(struct avow_link *link);
void avow_link_free_input(struct avow_link *link);

#endif
