/* All connections of a node: the listening sockets, the table of links by slot, and the limits that
 * are judged before anything is spent on a newcomer (docs/protocol.md, "Wire"): slots in all, slots
 * for an address, handshakes overall and for an address. When all slots are taken, an address that
 * has many gives one to a newcomer whose address has few. */
#ifndef AVOW_NODE_LOOP_LINK_LINKS_H
#define AVOW_NODE_LOOP_LINK_LINKS_H

#include "node/loop/base/rate.h"
#include "node/loop/link/link.h"

#define AVOW_LISTENERS_MAX 16 /* addresses of one name */

struct avow_links {
    struct avow_link_shared shared;
    struct avow_link_events events; /* the owner's */
    uint32_t max, outbound_reserve; /* slots; of them not for inbound ones to stay in */
    uint32_t per_address;
    struct avow_link **slots;
    uint32_t count, inbound;
    uint64_t generations;
    struct avow_rate rate;
    uint64_t refused; /* newcomers turned away since the start */
    size_t listener_count;
    uv_tcp_t listeners[AVOW_LISTENERS_MAX];
};

struct avow_links_config {
    uv_loop_t *loop;
    const struct avow_logger *logger;
    const char *network;
    const struct avow_secret_key *self;
    struct avow_link_events events;
    uint32_t max, outbound_reserve, per_address;
};

/* AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_links_init(struct avow_links *links,
                                             const struct avow_links_config *config);
/* Only when the loop has closed every link. */
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
