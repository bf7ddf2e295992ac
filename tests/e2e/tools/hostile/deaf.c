/* Questions whose answers are not read. */
#include "tests/e2e/tools/hostile/hostile.h"

#include <sys/socket.h>
#include <sys/time.h>

uint64_t attack_deaf(uint64_t count)
{
    struct avow_checkpoint real = hostile_real_checkpoint();
    struct peer *peer = peer_meet(AVOW_PEER_CLIENT);
    uint64_t done = 0;
    const struct timeval limit = {.tv_sec = 2};
    (void)setsockopt(peer->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    for (; done < count; done++) {
        struct avow_message range = {.type = AVOW_MESSAGE_GET_RANGE,
                                     .request = 1 + done,
                                     .issuer = real.issuer,
                                     .count = 60000,
                                     .size = real.size};
        avow_buf_clear(&peer->scratch);
        avow_message_encode(&peer->scratch, &range);
        if (avow_channel_send(&peer->channel, avow_buf_bytes(&peer->scratch)) != AVOW_OK)
            break;
        if (avow_channel_queued(&peer->channel) < 65536)
            continue;
        avow_channel_flush(&peer->channel, &peer->sealed);
        ssize_t sent = send(peer->fd, peer->sealed.data, peer->sealed.len, MSG_NOSIGNAL);
        if (sent < (ssize_t)peer->sealed.len)
            break; /* the node has read no more for two seconds, as it should */
        avow_buf_clear(&peer->sealed);
    }
    peer_leave(&peer);
    return done;
}
