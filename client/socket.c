#include "client/socket_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

uint64_t avow_socket_now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void avow_socket_close(struct avow_socket *socket)
{
    if (socket->fd >= 0)
        (void)close(socket->fd);
    socket->fd = -1;
}

/* ------------------------------------------------------------------ waiting */

static uint64_t left_ms(const struct avow_socket *socket)
{
    const uint64_t now = avow_socket_now_ms();
    return now < socket->deadline_ms ? socket->deadline_ms - now : 0;
}

static enum avow_err wait_for(const struct avow_socket *socket, short events)
{
    struct pollfd poll_fd = {.fd = socket->fd, .events = events};
    for (;;) {
        const uint64_t left = left_ms(socket);
        if (left == 0)
            return AVOW_ERR_TIMEOUT;
        const int ready = poll(&poll_fd, 1, left < INT_MAX ? (int)left : INT_MAX);
        if (ready > 0)
            return AVOW_OK;
        if (ready < 0 && errno != EINTR)
            return AVOW_ERR_IO;
    }
}

/* After a call that did nothing: AVOW_OK when it may be made again. */
static enum avow_err try_again(const struct avow_socket *socket, short events)
{
    if (errno == EAGAIN)
        return wait_for(socket, events);
    return errno == EINTR ? AVOW_OK : AVOW_ERR_IO;
}

enum avow_err avow_socket_send(const struct avow_socket *socket, struct avow_bytes bytes)
{
    enum avow_err err = AVOW_OK;
    for (size_t done = 0; done < bytes.len && err == AVOW_OK;) {
        if (left_ms(socket) == 0)
            return AVOW_ERR_TIMEOUT;
        ssize_t sent = send(socket->fd, bytes.data + done, bytes.len - done, MSG_NOSIGNAL);
        if (sent > 0)
            done += (size_t)sent;
        else
            err = try_again(socket, POLLOUT);
    }
    return err;
}

enum avow_err avow_socket_receive(const struct avow_socket *socket, uint8_t *out, size_t size,
                                  size_t *got)
{
    enum avow_err err = AVOW_OK;
    while (err == AVOW_OK) {
        if (left_ms(socket) == 0)
            return AVOW_ERR_TIMEOUT;
        ssize_t count = recv(socket->fd, out, size, 0);
        *got = count > 0 ? (size_t)count : 0;
        if (count >= 0)
            return AVOW_OK;
        err = try_again(socket, POLLIN);
    }
    return err;
}

/* ------------------------------------------------------------------ connecting */

/* errno says why with ERR_IO. */
static enum avow_err connect_one(struct avow_socket *stream, const struct addrinfo *address)
{
    int one = 1, error = 0;
    socklen_t len = sizeof(error);
    stream->fd = socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (stream->fd < 0)
        return AVOW_ERR_IO;
    (void)setsockopt(stream->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    enum avow_err err = AVOW_OK;
    if (connect(stream->fd, address->ai_addr, address->ai_addrlen) != 0) {
        error = errno;
        if (error == EINPROGRESS)
            err = wait_for(stream, POLLOUT);
        if (error == EINPROGRESS && err == AVOW_OK)
            (void)getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &len);
    }
    if (err == AVOW_OK && error == 0)
        return AVOW_OK;
    avow_socket_close(stream);
    errno = err == AVOW_OK ? error : errno;
    return err == AVOW_OK ? AVOW_ERR_IO : err;
}

/* A node that was started a moment ago may not listen yet. */
static enum avow_err connect_patiently(struct avow_socket *socket, const struct addrinfo *address)
{
    const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
    enum avow_err err = connect_one(socket, address);
    for (int again = 0; again < 10 && err == AVOW_ERR_IO && errno == ECONNREFUSED; again++) {
        (void)nanosleep(&pause, NULL);
        err = connect_one(socket, address);
    }
    return err;
}

static unsigned count_from(const struct addrinfo *address)
{
    unsigned count = 0;
    for (; address != NULL; address = address->ai_next)
        count++;
    return count;
}

enum avow_err avow_socket_open(struct avow_socket *socket, const char *host, const char *port,
                               unsigned timeout_ms, const char **why)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    const int error = getaddrinfo(host, port, &hints, &list);
    *why = error != 0 ? gai_strerror(error) : "";
    if (error != 0)
        return AVOW_ERR_NOT_FOUND;
    const uint64_t end = avow_socket_now_ms() + timeout_ms;
    enum avow_err err = AVOW_ERR_TIMEOUT;
    for (const struct addrinfo *address = list; address != NULL; address = address->ai_next) {
        const uint64_t now = avow_socket_now_ms();
        socket->deadline_ms = now < end ? now + (end - now) / count_from(address) : now;
        err = connect_patiently(socket, address);
        if (err == AVOW_OK)
            break;
    }
    *why = err == AVOW_ERR_IO ? strerror(errno) : "";
    freeaddrinfo(list);
    return err;
}
