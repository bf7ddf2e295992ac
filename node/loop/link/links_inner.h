/* What the table of links and the taking of newcomers share. */
#ifndef AVOW_NODE_LOOP_LINK_LINKS_INNER_H
#define AVOW_NODE_LOOP_LINK_LINKS_INNER_H

#include "node/loop/link/links.h"

/* A link in a free slot, or NULL: there is none, or no memory. */
struct avow_link *avow_links_add(struct avow_links *links);
/* Keeps the other end's address. */
void avow_links_note(struct avow_link *link, const struct sockaddr_storage *address);

/* The other end's address, for counting. */
static inline uint64_t avow_links_address(const struct avow_link *link)
{
    return avow_place_address(avow_bytes(link->network, link->network_len));
}

/* A newcomer's first message is there: it is charged a handshake, or dropped. `context`: the links.
 */
void avow_links_greet(void *context, struct avow_link *link);
/* A newcomer has shaken hands: it is given a seat, and somebody else goes when there was none. */
void avow_links_seat(struct avow_links *links, struct avow_link *link);

#endif
