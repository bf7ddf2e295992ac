#include "node/loop/link/links.h"

#include "sys/wipe.h"

#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define BACKLOG 256

/* A handshake costs a fifth of a millisecond: at most a tenth of a core overall. */
static const struct avow_rate_limit handshakes_overall = {.per_s = 500, .burst = 1000};
static const struct avow_rate_limit handshakes_each = {.per_s = 200, .burst = 400};

/* What junk, a wrong signature or a broken protocol costs an address: twenty returns a second. */
#define MISCONDUCT_HANDSHAKES 10

/* ---- addresses ---- */

static void network_of(struct avow_link *link, const struct sockaddr_storage *address)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
        link->network_len = 4;
        memcpy(link->network, &v4->sin_addr, 4);
    } else {
        const uint8_t *bytes = ((const struct sockaddr_in6 *)address)->sin6_addr.s6_addr;
        bool v4 = memcmp(bytes, mapped, sizeof(mapped)) == 0;
        link->network_len = v4 ? 4 : 8;
        memcpy(link->network, v4 ? bytes + 12 : bytes, link->network_len);
    }
}

void avow_links_name(const struct sockaddr_storage *address, char name[AVOW_LINK_ADDRESS_MAX])
{
    char host[INET6_ADDRSTRLEN] = "?";
    bool v6 = address->ss_family == AF_INET6;
    uint16_t port = v6 ? ((const struct sockaddr_in6 *)address)->sin6_port
                       : ((const struct sockaddr_in *)address)->sin_port;
    (void)uv_ip_name((const struct sockaddr *)address, host, sizeof(host));
    (void)snprintf(name, AVOW_LINK_ADDRESS_MAX, v6 ? "[%s]:%u" : "%s:%u", host, ntohs(port));
}

static void note_address(struct avow_link *link, const struct sockaddr_storage *address)
{
    network_of(link, address);
    avow_links_name(address, link->address);
}

/* ---- the table ---- */

static void on_link_closed(void *context, struct avow_link *link)
{
    struct avow_links *links = context;
    if (link->reject != AVOW_ACCEPT && link->reject != AVOW_REJECT_QUOTA)
        avow_rate_charge(&links->rate, avow_bytes(link->network, link->network_len),
                         MISCONDUCT_HANDSHAKES);
    links->events.closed(links->events.context, link);
    links->slots[link->slot] = NULL;
    links->count--;
    links->inbound -= link->outbound ? 0 : 1;
}

static void on_link_opened(void *context, struct avow_link *link)
{
    struct avow_links *links = context;
    links->events.opened(links->events.context, link);
}

static void on_link_message(void *context, struct avow_link *link, struct avow_bytes message)
{
    struct avow_links *links = context;
    links->events.message(links->events.context, link, message);
}

static void on_link_read_done(void *context, struct avow_link *link)
{
    struct avow_links *links = context;
    links->events.read_done(links->events.context, link);
}

static void on_link_drained(void *context, struct avow_link *link)
{
    struct avow_links *links = context;
    links->events.drained(links->events.context, link);
}

enum avow_err avow_links_init(struct avow_links *links, const struct avow_links_config *config)
{
    uint8_t salt[16];
    *links = (struct avow_links){
        .shared = {.loop = config->loop,
                   .logger = config->logger,
                   .network = config->network,
                   .self = config->self,
                   .events = {.context = links,
                              .opened = on_link_opened,
                              .message = on_link_message,
                              .read_done = on_link_read_done,
                              .drained = on_link_drained,
                              .closed = on_link_closed}},
        .events = config->events,
        .max = config->max,
        .outbound_reserve = config->outbound_reserve,
        .per_address = config->per_address,
    };
    randombytes_buf(salt, sizeof(salt));
    avow_rate_init(&links->rate, handshakes_overall, handshakes_each, salt);
    links->slots = calloc(config->max, sizeof(struct avow_link *));
    links->shared.read_buffer = malloc(AVOW_LINK_READ_BYTES);
    if (links->slots == NULL || links->shared.read_buffer == NULL) {
        avow_links_fini(links);
        return AVOW_ERR_NOMEM;
    }
    return AVOW_OK;
}

void avow_links_fini(struct avow_links *links)
{
    AVOW_ASSERT(links->count == 0); /* the loop has ended: each has had its close callback */
    free(links->slots);
    avow_wipe_free(links->shared.read_buffer); /* messages are opened in it */
    *links = (struct avow_links){0};
}

/* A link in a free slot, or NULL. */
static struct avow_link *add_link(struct avow_links *links)
{
    uint32_t slot = 0;
    while (slot < links->max && links->slots[slot] != NULL)
        slot++;
    if (slot == links->max)
        return NULL;
    struct avow_link *link = avow_link_new(&links->shared, slot, ++links->generations);
    if (link == NULL)
        return NULL;
    links->slots[slot] = link;
    links->count++;
    return link;
}

/* ---- accepting ---- */

static uint32_t count_of_network(const struct avow_links *links, const struct avow_link *like)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < links->max; i++) {
        const struct avow_link *link = links->slots[i];
        if (link != NULL && link != like && !link->outbound &&
            link->network_len == like->network_len &&
            memcmp(link->network, like->network, like->network_len) == 0)
            count++;
    }
    return count;
}

/* When all slots are taken: of the links whose address has at least two more than the newcomer's,
 * the one that has been silent longest, or NULL. So nobody who has few addresses keeps others out.
 */
static struct avow_link *find_victim(const struct avow_links *links, uint32_t own)
{
    struct avow_link *victim = NULL;
    for (uint32_t i = 0; i < links->max; i++) {
        struct avow_link *link = links->slots[i];
        bool may_go = link != NULL && !link->outbound && link->state != AVOW_LINK_CLOSED &&
                      (victim == NULL || link->read_ms < victim->read_ms);
        if (may_go && count_of_network(links, link) > own)
            victim = link;
    }
    return victim;
}

/* Why a newcomer is not let in, or NULL. */
static const char *judge_newcomer(struct avow_links *links, const struct avow_link *link)
{
    uint32_t own = count_of_network(links, link);
    struct avow_link *victim = NULL;
    bool full = links->inbound + links->outbound_reserve > links->max;
    if (own >= links->per_address)
        return "too many connections from its address";
    if (full)
        victim = find_victim(links, own);
    if (full && victim == NULL)
        return "no slot is free";
    if (!avow_rate_take(&links->rate, avow_bytes(link->network, link->network_len),
                        uv_now(links->shared.loop)))
        return "too many handshakes";
    if (victim != NULL)
        avow_link_drop(victim, AVOW_REJECT_QUOTA, "makes room for another address");
    return NULL;
}

static void on_refused(uv_handle_t *handle)
{
    free(handle);
}

/* There is no slot even to judge in: the socket is taken and closed, or it would come up for ever.
 */
static void refuse_socket(struct avow_links *links, uv_stream_t *listener)
{
    uv_tcp_t *tcp = malloc(sizeof(*tcp));
    links->refused++;
    if (tcp == NULL || uv_tcp_init(links->shared.loop, tcp) != 0) {
        free(tcp);
        return;
    }
    (void)uv_accept(listener, (uv_stream_t *)tcp);
    uv_close((uv_handle_t *)tcp, on_refused);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct avow_links *links = listener->data;
    if (status != 0)
        return;
    struct avow_link *link = add_link(links);
    if (link == NULL) {
        refuse_socket(links, listener);
        return;
    }
    links->inbound++;
    struct sockaddr_storage address = {0};
    int len = sizeof(address);
    if (uv_accept(listener, (uv_stream_t *)&link->tcp) != 0 ||
        uv_tcp_getpeername(&link->tcp, (struct sockaddr *)&address, &len) != 0) {
        avow_link_drop(link, AVOW_ACCEPT, "gone before it was accepted");
        return;
    }
    note_address(link, &address);
    const char *why = judge_newcomer(links, link);
    if (why != NULL) {
        links->refused++;
        avow_link_drop(link, AVOW_REJECT_QUOTA, why);
        return;
    }
    avow_link_accepted(link);
}

int avow_links_listen(struct avow_links *links, const struct sockaddr *address, uint16_t *port)
{
    uv_tcp_t *listener = &links->listeners[links->listener_count];
    int rc = links->listener_count < AVOW_LISTENERS_MAX ? uv_tcp_init(links->shared.loop, listener)
                                                        : UV_E2BIG;
    if (rc != 0)
        return rc;
    links->listener_count++;
    listener->data = links;
    rc = uv_tcp_bind(listener, address, 0);
    if (rc == 0)
        rc = uv_listen((uv_stream_t *)listener, BACKLOG, on_connection);
    struct sockaddr_storage bound = {0};
    int len = sizeof(bound);
    if (rc == 0)
        rc = uv_tcp_getsockname(listener, (struct sockaddr *)&bound, &len);
    if (rc == 0)
        *port = ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                                  : ((struct sockaddr_in *)&bound)->sin_port);
    return rc;
}

void avow_links_stop_listening(struct avow_links *links)
{
    for (size_t i = 0; i < links->listener_count; i++)
        uv_close((uv_handle_t *)&links->listeners[i], NULL);
    links->listener_count = 0;
}

/* ---- dialling, finding ---- */

enum avow_err avow_links_dial(struct avow_links *links, const struct sockaddr *to,
                              const struct avow_key *expected, size_t peer)
{
    struct sockaddr_storage address = {0};
    size_t len =
        to->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    if (links->count == links->max)
        return AVOW_ERR_BUSY;
    struct avow_link *link = add_link(links);
    if (link == NULL)
        return AVOW_ERR_NOMEM;
    memcpy(&address, to, len);
    note_address(link, &address);
    link->peer = peer;
    avow_link_connect(link, to, expected);
    return AVOW_OK;
}

struct avow_link *avow_links_open(struct avow_links *links, uint32_t slot)
{
    struct avow_link *link = slot < links->max ? links->slots[slot] : NULL;
    return link != NULL && link->state == AVOW_LINK_OPEN ? link : NULL;
}

struct avow_link *avow_links_find(struct avow_links *links, uint32_t slot, uint64_t generation)
{
    struct avow_link *link = avow_links_open(links, slot);
    return link != NULL && link->generation == generation ? link : NULL;
}

void avow_links_check_deadlines(struct avow_links *links, uint64_t now_ms)
{
    for (uint32_t i = 0; i < links->max; i++) {
        if (links->slots[i] != NULL)
            avow_link_check_deadlines(links->slots[i], now_ms);
    }
}

void avow_links_close_all(struct avow_links *links)
{
    for (uint32_t i = 0; i < links->max; i++) {
        if (links->slots[i] != NULL)
            avow_link_close(links->slots[i], AVOW_REFUSAL_SHUTDOWN, "shutting down");
    }
}
