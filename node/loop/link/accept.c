/* Listening, and what newcomers are judged by. What is cheap to judge comes first. */
#include "node/loop/link/links_inner.h"

#include <netinet/in.h>
#include <stdlib.h>

#define BACKLOG 1024

/* ---- places ---- */

static void refuse(struct avow_links *links, struct avow_link *link, const char *why)
{
    links->refused++;
    avow_link_drop(link, AVOW_REJECT_QUOTA, why);
}

/* When there are more than may be, somebody goes for this one's sake, at once. */
static void make_room(struct avow_links *links, const struct avow_link *link, const char *why)
{
    uint32_t slot = avow_places_is_over(&links->places, link->slot)
                        ? avow_places_victim(&links->places, link->slot)
                        : AVOW_PLACE_NONE;
    if (slot == AVOW_PLACE_NONE)
        return;
    avow_link_drop(links->slots[slot], AVOW_REJECT_QUOTA, why);
    avow_places_leave(&links->places, slot);
}

static void stand(struct avow_links *links, struct avow_link *link)
{
    const uint64_t now_ms = uv_now(links->shared.loop), address = avow_links_address(link);
    uint32_t own = avow_places_take(&links->places, link->slot, address, now_ms);
    if (!avow_rate_has(&links->rate, address, now_ms))
        refuse(links, link, "too many handshakes");
    else if (own > links->per_address)
        refuse(links, link, "too many connections from its address");
    else
        make_room(links, link, "makes room at the doorstep");
}

void avow_links_greet(void *context, struct avow_link *link)
{
    struct avow_links *links = context;
    const uint64_t now_ms = uv_now(links->shared.loop), address = avow_links_address(link);
    uint64_t prefixes[AVOW_RATE_LEVELS];
    _Static_assert(AVOW_RATE_LEVELS == AVOW_PLACE_LEVELS, "one prefix a level");
    for (size_t i = 0; i < AVOW_RATE_LEVELS; i++)
        prefixes[i] = avow_place_prefix(address, i);
    if (!avow_rate_take(&links->rate, prefixes, now_ms))
        refuse(links, link, "too many handshakes");
    else
        avow_places_rank(&links->places, link->slot, AVOW_PLACE_SHAKING, now_ms);
}

/* What each seat is worth now. */
static void rank_seats(struct avow_links *links, uint64_t now_ms)
{
    for (uint32_t i = 0; i < links->max; i++) {
        const struct avow_link *link = links->slots[i];
        if (link == NULL || link->outbound || !links->places.places[i].taken || !link->up)
            continue;
        enum avow_place_rank rank = links->worth(links->events.context, link);
        uint64_t useful_ms = link->answered_ms == 0 ? link->started_ms : link->answered_ms;
        if (rank == AVOW_PLACE_IDLE && link->answered_ms != 0 &&
            now_ms < link->answered_ms + AVOW_LINKS_ASKING_MS)
            rank = AVOW_PLACE_ASKING;
        avow_places_rank(&links->places, i, rank,
                         rank >= AVOW_PLACE_NODE ? link->started_ms : useful_ms);
    }
}

void avow_links_seat(struct avow_links *links, struct avow_link *link)
{
    const uint64_t now_ms = uv_now(links->shared.loop);
    avow_places_rank(&links->places, link->slot, AVOW_PLACE_IDLE, now_ms);
    if (!avow_places_is_over(&links->places, link->slot))
        return;
    rank_seats(links, now_ms);
    make_room(links, link, "makes room for a newcomer");
}

/* ---- connections ---- */

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

static void take_connection(struct avow_links *links, uv_stream_t *listener)
{
    struct avow_link *link = avow_links_add(links);
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
    avow_links_note(link, &address);
    stand(links, link);
    if (link->state != AVOW_LINK_CLOSED)
        avow_link_accepted(link);
}

static bool has_turn(struct avow_links *links)
{
    if (links->turn_ms != uv_now(links->shared.loop)) {
        links->turn_ms = uv_now(links->shared.loop);
        links->accepted = 0;
    }
    return links->accepted++ < AVOW_LINKS_ACCEPTED_AT_ONCE;
}

static void on_next_turn(uv_timer_t *timer)
{
    struct avow_links *links = timer->data;
    links->accepted = 0;
    for (size_t i = 0; i < links->listener_count; i++) {
        if (!links->waiting[i])
            continue;
        links->waiting[i] = false;
        take_connection(links, (uv_stream_t *)&links->listeners[i]);
    }
}

/* libuv takes as many as there are: whoever connects without end would keep it here. While one
 * waits to be taken, it leaves the others to the kernel. */
static void on_connection(uv_stream_t *listener, int status)
{
    struct avow_links *links = listener->data;
    if (status != 0)
        return;
    if (has_turn(links)) {
        take_connection(links, listener);
        return;
    }
    links->waiting[(uv_tcp_t *)listener - links->listeners] = true;
    (void)uv_timer_start(&links->next_turn, on_next_turn, 0, 0);
}

static void start_turns(struct avow_links *links)
{
    if (links->listener_count > 0)
        return;
    (void)uv_timer_init(links->shared.loop, &links->next_turn); /* which cannot fail */
    links->next_turn.data = links;
}

int avow_links_listen(struct avow_links *links, const struct sockaddr *address, uint16_t *port)
{
    uv_tcp_t *listener = &links->listeners[links->listener_count];
    int rc = links->listener_count < AVOW_LISTENERS_MAX ? uv_tcp_init(links->shared.loop, listener)
                                                        : UV_E2BIG;
    if (rc != 0)
        return rc;
    start_turns(links);
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
    if (links->listener_count > 0)
        uv_close((uv_handle_t *)&links->next_turn, NULL);
    for (size_t i = 0; i < links->listener_count; i++)
        uv_close((uv_handle_t *)&links->listeners[i], NULL);
    links->listener_count = 0;
}
