#include "tests/e2e/tools/hostile/hostile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in node;

void hostile_aim(const char *text)
{
    const char *colon = strrchr(text, ':');
    tool_expect(colon != NULL, "HOST:PORT");
    node = (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)tool_number(colon + 1)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

uint16_t hostile_port(void)
{
    return ntohs(node.sin_port);
}

int hostile_dial_from(uint32_t address)
{
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    tool_expect(fd >= 0 && bind(fd, (struct sockaddr *)&from, sizeof(from)) == 0, "a socket");
    if (connect(fd, (struct sockaddr *)&node, sizeof(node)) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

int hostile_dial(void)
{
    return hostile_dial_from(0x7f000042);
}

int hostile_dial_from_anywhere(void)
{
    return hostile_dial_from(0x7f010000 + randombytes_uniform(0x10000));
}

void hostile_wait_dropped(int fd)
{
    char bytes[65536];
    for (;;) {
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        tool_expect(poll(&poll_fd, 1, HOSTILE_WAIT_MS) == 1, "to be dropped within half a minute");
        ssize_t got = recv(fd, bytes, sizeof(bytes), 0);
        if (got == 0 || (got < 0 && errno != EINTR))
            return;
    }
}

void hostile_send(int fd, struct avow_bytes bytes)
{
    for (size_t done = 0; done < bytes.len;) {
        ssize_t sent = send(fd, bytes.data + done, bytes.len - done, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        done += (size_t)sent;
    }
}

void peer_flush(struct peer *peer)
{
    avow_channel_flush(&peer->channel, &peer->sealed);
    hostile_send(peer->fd, avow_buf_bytes(&peer->sealed));
    avow_buf_clear(&peer->sealed);
}

bool peer_next(struct peer *peer, struct avow_message *message)
{
    struct avow_bytes bytes;
    for (;;) {
        if (!peer->feeding) {
            peer_flush(peer);
            ssize_t got = recv(peer->fd, peer->input, sizeof(peer->input), 0);
            if (got <= 0)
                return false;
            avow_channel_feed(&peer->channel, peer->input, (size_t)got);
            peer->feeding = true;
        }
        enum avow_channel_event event = avow_channel_next(&peer->channel, &bytes);
        if (event == AVOW_CHANNEL_MORE)
            peer->feeding = false;
        else if (event == AVOW_CHANNEL_MESSAGE)
            return avow_message_decode(bytes, message) == AVOW_ACCEPT;
        else if (event == AVOW_CHANNEL_OPENED)
            *message = (struct avow_message){.type = AVOW_MESSAGE_HELLO};
        else
            return false;
        if (event == AVOW_CHANNEL_OPENED)
            return true;
    }
}

void peer_say(struct peer *peer, const struct avow_message *message)
{
    avow_buf_clear(&peer->scratch);
    avow_message_encode(&peer->scratch, message);
    tool_expect(peer->scratch.err == AVOW_OK, "a message that fits");
    if (avow_channel_send(&peer->channel, avow_buf_bytes(&peer->scratch)) != AVOW_OK)
        return;
    if (avow_channel_queued(&peer->channel) > 65536)
        peer_flush(peer);
}

struct peer *peer_meet(enum avow_peer_role role)
{
    struct peer *peer = calloc(1, sizeof(*peer));
    struct avow_message message;
    struct avow_key id;
    uint8_t seed[32], ephemeral[32];
    tool_expect(peer != NULL, "memory");
    randombytes_buf(seed, sizeof(seed));
    randombytes_buf(ephemeral, sizeof(ephemeral));
    avow_ed25519_from_seed(seed, &peer->self, &id);
    avow_buf_init(&peer->scratch, AVOW_MESSAGE_BYTES_MAX);
    avow_buf_init(&peer->sealed, SIZE_MAX / 2);
    struct avow_channel_config config = {.network = "main",
                                         .self = &peer->self,
                                         .ephemeral = ephemeral,
                                         .bound = avow_message_bound};
    tool_expect(avow_channel_init_initiator(&peer->channel, &config) == AVOW_OK, "a channel");
    peer->fd = hostile_dial_from_anywhere();
    if (peer->fd < 0 || !peer_next(peer, &message))
        return peer; /* what follows finds it closed */
    struct avow_message hello = {.type = AVOW_MESSAGE_HELLO,
                                 .role = role,
                                 .time = tool_unix(),
                                 .text = avow_bytes_text("hostile"),
                                 .address = avow_bytes_text("")};
    peer_say(peer, &hello);
    peer_flush(peer);
    return peer;
}

void peer_leave(struct peer **peer)
{
    if ((*peer)->fd >= 0)
        (void)close((*peer)->fd);
    avow_channel_fini(&(*peer)->channel);
    avow_buf_fini(&(*peer)->scratch);
    avow_buf_fini(&(*peer)->sealed);
    free(*peer);
    *peer = NULL;
}

struct avow_checkpoint hostile_made_up(void)
{
    struct avow_checkpoint checkpoint = {.size = 1 + randombytes_uniform(1000000)};
    randombytes_buf(&checkpoint.issuer, sizeof(checkpoint.issuer));
    checkpoint.opening = checkpoint.issuer;
    randombytes_buf(&checkpoint.root, sizeof(checkpoint.root));
    randombytes_buf(&checkpoint.status_root, sizeof(checkpoint.status_root));
    randombytes_buf(&checkpoint.key, sizeof(checkpoint.key));
    randombytes_buf(&checkpoint.signature, sizeof(checkpoint.signature));
    checkpoint.time = tool_unix();
    return checkpoint;
}

struct avow_checkpoint hostile_real_checkpoint(void)
{
    struct peer *peer = peer_meet(AVOW_PEER_CLIENT);
    struct avow_message list = {.type = AVOW_MESSAGE_LIST, .request = 1}, message;
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t lines_count;
    peer_say(peer, &list);
    do {
        tool_expect(peer_next(peer, &message), "an answer");
    } while (message.type != AVOW_MESSAGE_LOGS);
    tool_expect(avow_list_next_checkpoint(&message.checkpoints, &checkpoint, lines, &lines_count),
                "a log");
    peer_leave(&peer);
    return checkpoint;
}
