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
