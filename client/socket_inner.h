/* A stream to a host, with one deadline for all the waiting of an errand: whoever sends a byte now
 * and then does not move it. */
#ifndef AVOW_CLIENT_SOCKET_INNER_H
#define AVOW_CLIENT_SOCKET_INNER_H

#include "proto/base.h"

struct avow_socket {
    int fd;               /* -1: none */
    uint64_t deadline_ms; /* as avow_socket_now_ms() counts; the owner sets it for each errand */
};

/* Milliseconds of a clock that nobody sets. */
uint64_t avow_socket_now_ms(void);

/* Connects to one of the host's addresses; sets the deadline for it, and divides what is left of
 * the time among the addresses that are left. AVOW_OK; ERR_NOT_FOUND (no such name) or ERR_IO, with
 * `*why` a text that lives on; ERR_TIMEOUT. How long a name server may take, the resolver says. */
AVOW_NODISCARD enum avow_err avow_socket_open(struct avow_socket *socket, const char *host,
                                              const char *port, unsigned timeout_ms,
                                              const char **why);
/* Sends all of it. AVOW_OK; ERR_TIMEOUT at the deadline; ERR_IO (errno says why). */
AVOW_NODISCARD enum avow_err avow_socket_send(const struct avow_socket *socket,
                                              struct avow_bytes bytes);
/* Waits for bytes, at most `size` of them; `*got` is 0 when the stream has ended. The same results:
 * at the deadline ERR_TIMEOUT, also if there are bytes. */
AVOW_NODISCARD enum avow_err avow_socket_receive(const struct avow_socket *socket, uint8_t *out,
                                                 size_t size, size_t *got);
void avow_socket_close(struct avow_socket *socket);

#endif
