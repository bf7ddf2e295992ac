#include "node/loop/link/listen.h"

#include <stdio.h>

struct listening {
    struct avow_links *links;
    uint16_t port; /* of the first that was had */
    size_t count;
    struct avow_buf *error;
};

static void set_port(struct sockaddr_storage *address, uint16_t port)
{
    if (address->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)address)->sin6_port = htons(port);
    else
        ((struct sockaddr_in *)address)->sin_port = htons(port);
}

/* A hosts file may say the same twice, and an address is had once. */
static bool is_before(const struct addrinfo *list, const struct addrinfo *item)
{
    while (list != item && (list->ai_addrlen != item->ai_addrlen ||
                            memcmp(list->ai_addr, item->ai_addr, item->ai_addrlen) != 0))
        list = list->ai_next;
    return list != item;
}

/* Whether an address follows that was not there before. */
static bool has_more(const struct addrinfo *list, const struct addrinfo *item)
{
    do {
        item = item->ai_next;
    } while (item != NULL && is_before(list, item));
    return item != NULL;
}

/* Whether the machine does without the whole family. Only ::1 tells so by not being there: any
 * other address may be one that is still to come, or another machine's. */
static bool has_no_family(const struct sockaddr_storage *address, int rc)
{
    return rc == UV_EAFNOSUPPORT ||
           (rc == UV_EADDRNOTAVAIL && address->ss_family == AF_INET6 &&
            IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr));
}

static enum avow_err listen_one(struct listening *listening, const struct addrinfo *item, bool last)
{
    struct sockaddr_storage address = {0};
    uint16_t bound;
    memcpy(&address, item->ai_addr, item->ai_addrlen);
    if (listening->count > 0)
        set_port(&address, listening->port);
    const int rc = avow_links_listen(listening->links, (struct sockaddr *)&address, &bound);
    if (rc == 0) {
        listening->port = listening->count++ == 0 ? bound : listening->port;
        return AVOW_OK;
    }
    if (has_no_family(&address, rc) && (listening->count > 0 || !last))
        return AVOW_OK;
    char name[AVOW_LINK_ADDRESS_MAX];
    avow_links_name(&address, name);
    avow_buf_printf(listening->error, "%s: %s", name, uv_strerror(rc));
    return AVOW_ERR_IO;
}

enum avow_err avow_listen_on(struct avow_links *links, const struct avow_endpoint *endpoint,
                             uint16_t *port, struct avow_buf *error)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct listening listening = {.links = links, .error = error};
    uv_getaddrinfo_t request;
    char service[8];
    (void)snprintf(service, sizeof(service), "%u", endpoint->port);
    int rc = uv_getaddrinfo(links->shared.loop, &request, NULL, endpoint->host, service, &hints);
    if (rc != 0) {
        avow_buf_printf(error, "%s", uv_strerror(rc));
        return AVOW_ERR_IO;
    }
    enum avow_err err = AVOW_OK;
    for (const struct addrinfo *item = request.addrinfo; item != NULL && err == AVOW_OK;
         item = item->ai_next) {
        if (!is_before(request.addrinfo, item))
            err = listen_one(&listening, item, !has_more(request.addrinfo, item));
    }
    uv_freeaddrinfo(request.addrinfo);
    *port = listening.port;
    return err;
}
