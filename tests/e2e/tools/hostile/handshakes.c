/* Connections that never become peers. */
#include "tests/e2e/tools/hostile/hostile.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

uint64_t attack_junk(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint8_t bytes[4096];
        int fd = hostile_dial();
        if (fd < 0)
            continue;
        randombytes_buf(bytes, sizeof(bytes));
        if (i % 2 == 0)
            avow_put_u16be(bytes, 32); /* a first message of the right length, and then noise */
        (void)!send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL);
        hostile_wait_dropped(fd);
        (void)close(fd);
    }
    return count;
}

uint64_t attack_halves(uint64_t count)
{
    int *fds = calloc(count + 1, sizeof(*fds));
    tool_expect(fds != NULL, "memory");
    for (uint64_t i = 0; i < count; i++) {
        fds[i] = hostile_dial();
        if (fds[i] >= 0)
            (void)!send(fds[i], "\0\x20half", 6, MSG_NOSIGNAL);
    }
    for (uint64_t i = 0; i < count; i++) {
        if (fds[i] < 0)
            continue;
        hostile_wait_dropped(fds[i]);
        (void)close(fds[i]);
    }
    free(fds);
    return count;
}

#define BARE_KEPT 200

uint64_t attack_bare(uint64_t count)
{
    int fds[BARE_KEPT];
    for (uint64_t i = 0; i < count + BARE_KEPT; i++) {
        int *fd = &fds[i % BARE_KEPT];
        if (i >= BARE_KEPT && *fd >= 0)
            (void)close(*fd);
        *fd = i < count ? hostile_dial_from_anywhere() : -1;
    }
    return count;
}

/* More than a node has places for, as it is set up when nobody says otherwise. */
#define IDLERS_KEPT 300

uint64_t attack_idlers(uint64_t count)
{
    static struct peer *peers[IDLERS_KEPT];
    for (uint64_t i = 0; i < count + IDLERS_KEPT; i++) {
        struct peer **peer = &peers[i % IDLERS_KEPT];
        if (*peer != NULL)
            peer_leave(peer);
        if (i < count)
            *peer = peer_meet(AVOW_PEER_CLIENT);
    }
    return count;
}
