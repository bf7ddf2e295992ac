/* hostile NODE SCENARIO COUNT: somebody who means no good, from 127.0.0.66 or from 127.1.0.0/16.
 *
 *   junk       COUNT connections that send random bytes, as many half a handshake, each dropped
 *   halves     COUNT connections that begin a handshake and say no more, until each is dropped
 *   listed     a peer whose list of logs has no end: COUNT issuers that do not exist
 *   announced  a peer that announces COUNT such checkpoints
 *   forged     COUNT connections, each announcing a checkpoint of a real issuer that nobody signed
 *   claims     COUNT logs that each name the node's own key as a heartbeat key of theirs, expired
 *   deaf       COUNT questions with large answers, none of which is read
 *
 * Prints what it did. Being dropped is what it expects; what the node is like meanwhile, others
 * judge. */
#include "tests/e2e/tools/tool.h"

#include "proto/wire/channel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS 30000

struct peer {
    int fd;
    struct avow_secret_key self;
    struct avow_channel channel;
    struct avow_buf scratch, sealed;
    uint8_t input[65536];
    bool feeding;
};

static struct sockaddr_in node;

static void parse_address(const char *text)
{
    const char *colon = strrchr(text, ':');
    tool_expect(colon != NULL, "HOST:PORT");
    node = (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)tool_number(colon + 1)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* -1 when the node does not take it. */
static int dial_from(uint32_t address)
{
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    tool_expect(fd >= 0 && bind(fd, (struct sockaddr *)&from, sizeof(from)) == 0, "a socket");
    if (connect(fd, (struct sockaddr *)&node, sizeof(node)) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static int dial(void)
{
    return dial_from(0x7f000042);
}

/* Whoever misbehaves at one address is not let in for a while: a swarm has many. */
static int dial_from_anywhere(void)
{
    return dial_from(0x7f010000 + randombytes_uniform(0x10000));
}

/* Reads on until the node has ended the connection. */
static void wait_dropped(int fd)
{
    char bytes[65536];
    for (;;) {
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        tool_expect(poll(&poll_fd, 1, WAIT_MS) == 1, "to be dropped within half a minute");
        ssize_t got = recv(fd, bytes, sizeof(bytes), 0);
        if (got == 0 || (got < 0 && errno != EINTR))
            return;
    }
}

/* ---- a peer that knows how to behave */

static void flush(struct peer *peer)
{
    avow_channel_flush(&peer->channel, &peer->sealed);
    for (size_t done = 0; done < peer->sealed.len;) {
        ssize_t sent =
            send(peer->fd, peer->sealed.data + done, peer->sealed.len - done, MSG_NOSIGNAL);
        if (sent <= 0)
            break;
        done += (size_t)sent;
    }
    avow_buf_clear(&peer->sealed);
}

/* False when the node has ended the connection. */
static bool next(struct peer *peer, struct avow_message *message)
{
    struct avow_bytes bytes;
    for (;;) {
        if (!peer->feeding) {
            flush(peer);
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

static void say(struct peer *peer, const struct avow_message *message)
{
    avow_buf_clear(&peer->scratch);
    avow_message_encode(&peer->scratch, message);
    tool_expect(peer->scratch.err == AVOW_OK, "a message that fits");
    if (avow_channel_send(&peer->channel, avow_buf_bytes(&peer->scratch)) != AVOW_OK)
        return;
    if (avow_channel_queued(&peer->channel) > 65536)
        flush(peer);
}

static struct peer *meet(enum avow_peer_role role)
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
    peer->fd = dial_from_anywhere();
    if (peer->fd < 0 || !next(peer, &message))
        return peer; /* what follows finds it closed */
    struct avow_message hello = {.type = AVOW_MESSAGE_HELLO,
                                 .role = role,
                                 .time = tool_unix(),
                                 .text = avow_bytes_text("hostile"),
                                 .address = avow_bytes_text("")};
    say(peer, &hello);
    flush(peer);
    return peer;
}

static void leave(struct peer **peer)
{
    if ((*peer)->fd >= 0)
        (void)close((*peer)->fd);
    avow_channel_fini(&(*peer)->channel);
    avow_buf_fini(&(*peer)->scratch);
    avow_buf_fini(&(*peer)->sealed);
    free(*peer);
    *peer = NULL;
}

static struct avow_checkpoint made_up(void)
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

/* ---- the scenarios: each returns how much it got done */

static uint64_t junk(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint8_t bytes[4096];
        int fd = dial();
        if (fd < 0)
            continue;
        randombytes_buf(bytes, sizeof(bytes));
        if (i % 2 == 0)
            avow_put_u16be(bytes, 32); /* a first message of the right length, and then noise */
        (void)!send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL);
        wait_dropped(fd);
        (void)close(fd);
    }
    return count;
}

static uint64_t halves(uint64_t count)
{
    int *fds = calloc(count + 1, sizeof(*fds));
    tool_expect(fds != NULL, "memory");
    for (uint64_t i = 0; i < count; i++) {
        fds[i] = dial();
        if (fds[i] >= 0)
            (void)!send(fds[i], "\0\x20half", 6, MSG_NOSIGNAL);
    }
    for (uint64_t i = 0; i < count; i++) {
        if (fds[i] < 0)
            continue;
        wait_dropped(fds[i]);
        (void)close(fds[i]);
    }
    free(fds);
    return count;
}

static void answer_list(struct peer *peer, uint64_t request, uint64_t *listed)
{
    struct avow_buf items;
    struct avow_message logs = {.type = AVOW_MESSAGE_LOGS, .request = request};
    avow_buf_init(&items, AVOW_MESSAGE_BYTES_MAX);
    for (unsigned i = 0; i < 256; i++) {
        struct avow_checkpoint checkpoint = made_up();
        /* In the order that the reader goes by. */
        avow_put_u64be(checkpoint.issuer.bytes, *listed + i);
        static const uint8_t pair = 0x92, no_lines = 0x90;
        avow_buf_append(&items, &pair, 1);
        avow_checkpoint_write(&items, &checkpoint);
        avow_buf_append(&items, &no_lines, 1);
    }
    logs.checkpoints = (struct avow_list){.count = 256, .items = avow_buf_bytes(&items)};
    say(peer, &logs);
    avow_buf_fini(&items);
    *listed += 256;
}

static uint64_t listed(uint64_t count)
{
    uint64_t done = 0, connections = 0;
    while (done < count && connections++ < 1000) {
        struct peer *peer = meet(AVOW_PEER_NODE);
        struct avow_message message;
        while (done < count && next(peer, &message)) {
            struct avow_message no = {.type = AVOW_MESSAGE_REFUSED,
                                      .request = message.request,
                                      .code = AVOW_REFUSAL_UNKNOWN_LOG,
                                      .text = avow_bytes_text("")};
            if (message.type == AVOW_MESSAGE_LIST)
                answer_list(peer, message.request, &done);
            else if (message.request != 0)
                say(peer, &no);
        }
        leave(&peer);
    }
    return done;
}

static uint64_t announced(uint64_t count)
{
    uint64_t done = 0, connections = 0;
    while (done < count && connections++ < 100) {
        struct peer *peer = meet(AVOW_PEER_NODE);
        for (uint64_t i = 0; i < 10000 && done < count; i++, done++) {
            struct avow_message announce = {.type = AVOW_MESSAGE_ANNOUNCE, .checkpoint = made_up()};
            say(peer, &announce);
        }
        flush(peer);
        leave(&peer);
    }
    return done;
}

/* The first log that the node lists. */
static struct avow_checkpoint real_checkpoint(void)
{
    struct peer *peer = meet(AVOW_PEER_CLIENT);
    struct avow_message list = {.type = AVOW_MESSAGE_LIST, .request = 1}, message;
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t lines_count;
    say(peer, &list);
    do {
        tool_expect(next(peer, &message), "an answer");
    } while (message.type != AVOW_MESSAGE_LOGS);
    tool_expect(avow_list_next_checkpoint(&message.checkpoints, &checkpoint, lines, &lines_count),
                "a log");
    leave(&peer);
    return checkpoint;
}

static uint64_t forged(uint64_t count)
{
    struct avow_checkpoint real = real_checkpoint();
    for (uint64_t i = 0; i < count; i++) {
        struct peer *peer = meet(AVOW_PEER_NODE);
        struct avow_message announce = {.type = AVOW_MESSAGE_ANNOUNCE, .checkpoint = real};
        struct avow_message message;
        announce.checkpoint.size += 1 + i;
        announce.checkpoint.time += 1;
        randombytes_buf(&announce.checkpoint.root, sizeof(announce.checkpoint.root));
        for (unsigned n = 0; n < 8; n++) {
            announce.checkpoint.signature.bytes[0] ^= 1;
            say(peer, &announce);
            announce.checkpoint.size++;
        }
        while (next(peer, &message)) {
            /* until it is dropped */
        }
        leave(&peer);
    }
    return count;
}

static bool has_line(struct avow_client *client, const struct avow_hash *issuer)
{
    struct avow_message list = {.type = AVOW_MESSAGE_LIST}, answer;
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count;
    tool_expect(avow_client_ask(client, &list, AVOW_MESSAGE_LOGS, &answer) == AVOW_OK, "a list");
    while (avow_list_next_checkpoint(&answer.checkpoints, &checkpoint, lines, &count))
        for (size_t i = 0; i < count; i++)
            if (avow_hash_equal(&checkpoint.issuer, issuer) &&
                avow_key_equal(&lines[i].key, avow_client_node(client)))
                return true;
    return false;
}

/* Until the node has witnessed an honest log, and so has been round all of them. */
static void wait_witnessed(struct avow_client *client, const char *address)
{
    struct tool_issuer honest;
    const struct timespec step = {.tv_nsec = 10000000};
    tool_issuer_init(&honest, "honest", avow_client_node(client), address);
    tool_submit(client, honest.draft, 0, &honest.id, &honest.keys);
    for (unsigned i = 0; !has_line(client, &honest.id); i++) {
        tool_expect(i < WAIT_MS / 10, "the node to witness");
        (void)nanosleep(&step, NULL);
    }
    tool_issuer_fini(&honest);
}

static uint64_t claims(uint64_t count)
{
    char address[32];
    (void)snprintf(address, sizeof(address), "127.0.0.1:%u", (unsigned)ntohs(node.sin_port));
    struct avow_client *client = tool_connect(address);
    for (uint64_t i = 0; i < count; i++) {
        char seed[32];
        struct tool_issuer issuer;
        (void)snprintf(seed, sizeof(seed), "claims %llu", (unsigned long long)i);
        tool_issuer_claim(&issuer, seed, avow_client_node(client), address);
        tool_submit(client, issuer.draft, 0, &issuer.id, &issuer.keys);
        tool_issuer_fini(&issuer);
    }
    wait_witnessed(client, address);
    avow_client_free(&client);
    return count;
}

static uint64_t deaf(uint64_t count)
{
    struct avow_checkpoint real = real_checkpoint();
    struct peer *peer = meet(AVOW_PEER_CLIENT);
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
    leave(&peer);
    return done;
}

struct scenario {
    const char *name;
    uint64_t (*run)(uint64_t count);
};

static const struct scenario scenarios[] = {
    {"junk", junk},     {"halves", halves}, {"listed", listed}, {"announced", announced},
    {"forged", forged}, {"deaf", deaf},     {"claims", claims},
};

int main(int argc, char **argv)
{
    if (argc != 4 || avow_crypto_init() != AVOW_OK)
        tool_die("usage: hostile NODE SCENARIO COUNT");
    parse_address(argv[1]);
    for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
        if (strcmp(scenarios[i].name, argv[2]) != 0)
            continue;
        uint64_t start = tool_now_us(), done = scenarios[i].run(tool_number(argv[3]));
        (void)printf("%s: %llu in %.1f s\n", argv[2], (unsigned long long)done,
                     (double)(tool_now_us() - start) / 1e6);
        return 0;
    }
    tool_die("there is no scenario %s", argv[2]);
}
