#include "node/loop/link/dial.h"

#include <sodium.h>
#include <stdio.h>

void avow_dialler_init(struct avow_dialler *dialler, uv_loop_t *loop,
                       const struct avow_logger *logger, struct avow_links *links,
                       const struct avow_options *options)
{
    dialler->loop = loop;
    dialler->logger = logger;
    dialler->links = links;
    dialler->count = options->peer_count;
    dialler->stopping = false;
    for (size_t i = 0; i < dialler->count; i++) {
        dialler->peers[i] = (struct avow_dial_peer){
            .endpoint = &options->peers[i], .pause_ms = AVOW_DIAL_FIRST_MS, .dialler = dialler};
        dialler->peers[i].request.data = &dialler->peers[i];
    }
}

/* `address` is what was tried of the host, or NULL. */
static void log_failure(struct avow_dial_peer *peer, const char *address, const char *why,
                        uint64_t again_ms)
{
    struct avow_line line;
    avow_line_begin(&line, peer->dialler->logger, AVOW_LOG_INFO, "peer-unreachable");
    avow_line_word(&line, "host", peer->endpoint->host);
    avow_line_uint(&line, "port", peer->endpoint->port);
    if (address != NULL)
        avow_line_word(&line, "address", address);
    avow_line_word(&line, "why", why);
    avow_line_uint(&line, "again_ms", again_ms);
    avow_line_end(&line);
}

static void forget_addresses(struct avow_dial_peer *peer)
{
    if (peer->found != NULL)
        uv_freeaddrinfo(peer->found);
    peer->found = NULL;
    peer->next = NULL;
}

/* Plans the next attempt: the pause, less up to half of it, then twice as long. */
static void plan(struct avow_dial_peer *peer, const char *address, const char *why)
{
    const uint64_t now = uv_now(peer->dialler->loop);
    uint32_t half = (uint32_t)(peer->pause_ms / 2);
    peer->busy = false;
    peer->due_ms = now + peer->pause_ms - randombytes_uniform(half == 0 ? 1 : half);
    peer->pause_ms = peer->pause_ms * 2 > AVOW_DIAL_MAX_MS ? AVOW_DIAL_MAX_MS : peer->pause_ms * 2;
    log_failure(peer, address, why, peer->due_ms - now);
    forget_addresses(peer);
}

static void dial_next(struct avow_dial_peer *peer)
{
    struct avow_dialler *dialler = peer->dialler;
    const struct avow_key *node = peer->endpoint->has_node ? &peer->endpoint->node : NULL;
    const struct sockaddr *to = peer->next->ai_addr;
    peer->next = peer->next->ai_next;
    peer->began_ms = uv_now(dialler->loop);
    enum avow_err err = avow_links_dial(dialler->links, to, node, (size_t)(peer - dialler->peers));
    if (err != AVOW_OK)
        plan(peer, NULL, avow_err_text(err));
}

static void resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
    struct avow_dial_peer *peer = request->data;
    peer->resolving = false;
    peer->found = found;
    peer->next = found;
    if (peer->dialler->stopping)
        forget_addresses(peer);
    else if (status != 0 || found == NULL)
        plan(peer, NULL, status != 0 ? uv_strerror(status) : avow_err_text(AVOW_ERR_NOT_FOUND));
    else
        dial_next(peer);
}

static void dial(struct avow_dial_peer *peer)
{
    struct avow_dialler *dialler = peer->dialler;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    char port[8];
    (void)snprintf(port, sizeof(port), "%u", peer->endpoint->port);
    peer->busy = true;
    int rc =
        uv_getaddrinfo(dialler->loop, &peer->request, resolved, peer->endpoint->host, port, &hints);
    peer->resolving = rc == 0;
    if (rc != 0)
        plan(peer, NULL, uv_strerror(rc));
}

void avow_dialler_tick(struct avow_dialler *dialler)
{
    uint64_t now = uv_now(dialler->loop);
    for (size_t i = 0; i < dialler->count && !dialler->stopping; i++) {
        struct avow_dial_peer *peer = &dialler->peers[i];
        if (!peer->busy && now >= peer->due_ms)
            dial(peer);
    }
}

void avow_dialler_link_down(struct avow_dialler *dialler, const struct avow_link *link)
{
    struct avow_dial_peer *peer = &dialler->peers[link->peer];
    const char *why = link->reject != AVOW_ACCEPT ? avow_reject_text(link->reject) : link->why;
    AVOW_ASSERT(link->peer < dialler->count); /* as dialled: only such links come here */
    const bool good = link->up && uv_now(dialler->loop) >= peer->began_ms + AVOW_DIAL_GOOD_MS;
    if (good)
        peer->pause_ms = AVOW_DIAL_FIRST_MS;
    if (dialler->stopping)
        return;
    if (good || peer->next == NULL) {
        plan(peer, link->address, why);
        return;
    }
    log_failure(peer, link->address, why, 0);
    dial_next(peer);
}

void avow_dialler_stop(struct avow_dialler *dialler)
{
    dialler->stopping = true;
    for (size_t i = 0; i < dialler->count; i++) {
        if (dialler->peers[i].resolving)
            (void)uv_cancel((uv_req_t *)&dialler->peers[i].request);
        forget_addresses(&dialler->peers[i]);
    }
}
