#include "node/loop/link/links_inner.h"

#include "sys/wipe.h"

#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

/* A handshake costs a fifth of a millisecond: at most a tenth of a core overall. No network has all
 * of them, and a few are for whoever has not been seen lately. */
static const struct avow_rate_limits handshakes = {
    .overall = {.per_s = 500, .burst = 1000},
    .each = {{.per_s = 200, .burst = 400},
             {.per_s = 250, .burst = 500},
             {.per_s = 300, .burst = 600}},
    .unseen = {.per_s = 100, .burst = 100},
};

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

void avow_links_note(struct avow_link *link, const struct sockaddr_storage *address)
{
    network_of(link, address);
    avow_links_name(address, link->address);
}

/* ---- the table ---- */

static void on_link_closed(void *context, struct avow_link *link)
{
    struct avow_links *links = context;
    if (link->reject != AVOW_ACCEPT && link->reject != AVOW_REJECT_QUOTA)
        avow_rate_charge(&links->rate, avow_links_address(link), MISCONDUCT_HANDSHAKES);
    links->events.closed(links->events.context, link);
    avow_places_leave(&links->places, link->slot);
    links->slots[link->slot] = NULL;
    links->count--;
    links->inbound -= link->outbound ? 0 : 1;
}

static void on_link_opened(void *context, struct avow_link *link)
{
    struct avow_links *links = context;
    if (!link->outbound)
        avow_links_seat(links, link);
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

uint32_t avow_links_seats_within(uint64_t files, uint32_t seats, uint32_t outbound)
{
    const uint64_t others = AVOW_LINKS_FILES_BESIDE + AVOW_LINKS_SLOTS_BESIDE + outbound;
    if (files < others + AVOW_LINKS_SEATS_MIN)
        return 0;
    return files - others < seats ? (uint32_t)(files - others) : seats;
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
                              .greeted = avow_links_greet,
                              .opened = on_link_opened,
                              .message = on_link_message,
                              .read_done = on_link_read_done,
                              .drained = on_link_drained,
                              .closed = on_link_closed}},
        .events = config->events,
        .worth = config->worth,
        .max = config->seats + config->outbound + AVOW_LINKS_SLOTS_BESIDE,
        .seats = config->seats,
        .per_address = config->per_address,
    };
    randombytes_buf(salt, sizeof(salt));
    avow_rate_init(&links->rate, &handshakes, salt);
    links->slots = calloc(links->max, sizeof(struct avow_link *));
    enum avow_err err =
        avow_places_init(&links->places, links->max, AVOW_LINKS_DOORSTEP, links->seats);
    if (links->slots == NULL)
        err = AVOW_ERR_NOMEM;
    if (err != AVOW_OK) {
        avow_links_fini(links);
        return err;
    }
    avow_turns_init(&links->turns, config->loop);
    links->shared.turns = &links->turns;
    return AVOW_OK;
}

void avow_links_end(struct avow_links *links)
{
    avow_turns_close(&links->turns);
}

void avow_links_fini(struct avow_links *links)
{
    AVOW_ASSERT(links->count == 0); /* the loop has ended: each has had its close callback */
    free(links->slots);
    avow_places_fini(&links->places);
    avow_wipe_free(links->shared.read_buffer); /* messages are opened in it */
    *links = (struct avow_links){0};
}

struct avow_link *avow_links_add(struct avow_links *links)
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

/* ---- dialling, finding ---- */

enum avow_err avow_links_dial(struct avow_links *links, const struct sockaddr *to,
                              const struct avow_key *expected, size_t peer)
{
    struct sockaddr_storage address = {0};
    size_t len =
        to->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    if (links->count == links->max)
        return AVOW_ERR_BUSY;
    struct avow_link *link = avow_links_add(links);
    if (link == NULL)
        return AVOW_ERR_NOMEM;
    memcpy(&address, to, len);
    avow_links_note(link, &address);
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
