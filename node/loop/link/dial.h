/* Keeps a connection to each configured peer: dials, and dials again when it is gone, for ever,
 * after pauses that double up to a minute, with jitter so that nodes do not dial in step. Of a name
 * with several addresses one is tried after the other, without a pause, until one is the peer. */
#ifndef AVOW_NODE_LOOP_LINK_DIAL_H
#define AVOW_NODE_LOOP_LINK_DIAL_H

#include "node/loop/base/options.h"
#include "node/loop/link/links.h"

#define AVOW_DIAL_FIRST_MS 250
#define AVOW_DIAL_MAX_MS 60000
/* A connection that lasted this long was a good one: the next pause is short again. */
#define AVOW_DIAL_GOOD_MS 10000

struct avow_dialler;

struct avow_dial_peer {
    const struct avow_endpoint *endpoint;
    uint64_t due_ms;   /* when to dial; meaningless while busy */
    uint64_t pause_ms; /* before the next attempt */
    uint64_t began_ms; /* to dial this address */
    bool busy;         /* being resolved, connected, or up */
    bool resolving;
    uv_getaddrinfo_t request;
    struct addrinfo *found;      /* the addresses of this attempt; NULL between attempts */
    const struct addrinfo *next; /* of them, when the one that is being tried is not the peer */
    struct avow_dialler *dialler;
};

struct avow_dialler {
    uv_loop_t *loop;
    const struct avow_logger *logger;
    struct avow_links *links;
    size_t count;
    struct avow_dial_peer peers[AVOW_PEERS_MAX];
    bool stopping;
};

/* All peers of `options` are due at once; the pointers must outlive the dialler. */
void avow_dialler_init(struct avow_dialler *dialler, uv_loop_t *loop,
                       const struct avow_logger *logger, struct avow_links *links,
                       const struct avow_options *options);
/* Dials who is due; several times a second. */
void avow_dialler_tick(struct avow_dialler *dialler);
/* An outbound link is gone. */
void avow_dialler_link_down(struct avow_dialler *dialler, const struct avow_link *link);
void avow_dialler_stop(struct avow_dialler *dialler);

#endif
