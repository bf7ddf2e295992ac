/* All connections of a node: the listening sockets, the table of links by slot, and the limits that
 * are judged before anything is spent on a newcomer (docs/protocol.md, "Wire"): connections of an
 * address, those that have not shaken hands yet, seats (places.h), handshakes overall, of an
 * address and of its network. */
#ifndef AVOW_NODE_LOOP_LINK_LINKS_H
#define AVOW_NODE_LOOP_LINK_LINKS_H

#include "node/loop/base/rate.h"
#include "node/loop/link/link.h"
#include "node/loop/link/places.h"

#define AVOW_LISTENERS_MAX 16 /* addresses of one name */
/* Connections that have not shaken hands: as many as come while one does. */
#define AVOW_LINKS_DOORSTEP 128
#define AVOW_LINKS_ACCEPTED_AT_ONCE 64 /* then others have a turn */
/* Slots beside the seats: who is dropped keeps its own until the turn ends. */
#define AVOW_LINKS_SLOTS_BESIDE (AVOW_LINKS_DOORSTEP + AVOW_LINKS_ACCEPTED_AT_ONCE)
#define AVOW_LINKS_SEATS_MIN 4
/* Descriptors that are not links: the store's, the loop's, listeners, files while they are read. */
#define AVOW_LINKS_FILES_BESIDE 64
/* Who was answered within this is of use. */
#define AVOW_LINKS_ASKING_MS UINT64_C(60000)

struct avow_links {
    struct avow_link_shared shared;
    struct avow_turns turns;
    struct avow_link_events events; /* the owner's */
    uint32_t max;                   /* slots */
    uint32_t seats;                 /* of inbound ones that have shaken hands */
    uint32_t per_address;
    struct avow_link **slots;
    uint32_t count, inbound;
    uint64_t generations;
    struct avow_places places; /* of inbound ones */
    enum avow_place_rank (*worth)(void *context, const struct avow_link *link);
    struct avow_rate rate;
    uint64_t refused; /* newcomers turned away since the start */
    uint64_t turn_ms; /* when `accepted` began */
    uint32_t accepted;
    uv_timer_t next_turn; /* takes what was left waiting */
    size_t listener_count;
    uv_tcp_t listeners[AVOW_LISTENERS_MAX];
    bool waiting[AVOW_LISTENERS_MAX]; /* with a connection that is not taken yet */
};

struct avow_links_config {
    uv_loop_t *loop;
    const struct avow_logger *logger;
    const char *network;
    const struct avow_secret_key *self;
    struct avow_link_events events; /* without `greeted` */
    /* What an inbound link is worth beside its questions: IDLE, NODE or SOURCE. */
    enum avow_place_rank (*worth)(void *context, const struct avow_link *link);
    uint32_t seats, outbound, per_address; /* of inbound ones, of dialled ones, of one address */
};

/* How many of `seats` a process with so many descriptors has, when it dials so many; 0 when it has
 * fewer than AVOW_LINKS_SEATS_MIN. */
uint32_t avow_links_seats_within(uint64_t files, uint32_t seats, uint32_t outbound);

/* AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_links_init(struct avow_links *links,
                                             const struct avow_links_config *config);
/* Closes the handle that is left when every link is closed. */
void avow_links_end(struct avow_links *links);
/* Only when the loop has closed all of it. */
void avow_links_fini(struct avow_links *links);

/* Listens on an address, beside others; `*port` is the port that was had. 0, or libuv's error:
 * UV_E2BIG when there are AVOW_LISTENERS_MAX already. */
AVOW_NODISCARD int avow_links_listen(struct avow_links *links, const struct sockaddr *address,
                                     uint16_t *port);
/* Of all addresses. */
void avow_links_stop_listening(struct avow_links *links);
/* "host:port" or "[v6]:port". */
void avow_links_name(const struct sockaddr_storage *address, char name[AVOW_LINK_ADDRESS_MAX]);

/* Dials. AVOW_ERR_BUSY when there is no slot, AVOW_ERR_NOMEM; what fails later comes as `closed`.
 */
AVOW_NODISCARD enum avow_err avow_links_dial(struct avow_links *links, const struct sockaddr *to,
                                             const struct avow_key *expected, size_t peer);

/* The link that had this slot then, while it is open; else NULL. */
struct avow_link *avow_links_find(struct avow_links *links, uint32_t slot, uint64_t generation);
/* The open link of a slot, or NULL. */
struct avow_link *avow_links_open(struct avow_links *links, uint32_t slot);

/* Ends every link that has run out of time. */
void avow_links_check_deadlines(struct avow_links *links, uint64_t now_ms);
/* Closes every link, with SHUTDOWN. */
void avow_links_close_all(struct avow_links *links);

#endif
