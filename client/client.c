/* Blocking I/O around a channel: every wait has a limit, every failure a sentence. */
#include "client/client.h"

#include "proto/codec/id.h"
#include "proto/wire/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define READ_BYTES ((size_t)256 * 1024)
#define FLUSH_BYTES ((size_t)1024 * 1024)
#define TIMEOUT_MS 10000

struct avow_client {
    int fd;
    unsigned timeout_ms;
    struct avow_channel channel;
    struct avow_secret_key *self; /* sodium_malloc */
    struct avow_key node;
    uint64_t request;
    bool feeding; /* the channel may still hold messages of the last read */
    struct avow_buf scratch, sealed;
    char address[256];
    char reason[AVOW_CLIENT_REASON_MAX];
    uint8_t input[READ_BYTES];
};

enum avow_err avow_client_fail(struct avow_client *client, enum avow_err err, const char *format,
                               ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(client->reason, sizeof(client->reason), format, args);
    va_end(args);
    return err;
}

/* ------------------------------------------------------------------ the socket */

static enum avow_err wait_for(struct avow_client *client, short events)
{
    struct pollfd poll_fd = {.fd = client->fd, .events = events};
    int ready;
    do {
        ready = poll(&poll_fd, 1, (int)client->timeout_ms);
    } while (ready < 0 && errno == EINTR);
    if (ready == 0)
        return avow_client_fail(client, AVOW_ERR_TIMEOUT, "%s did not answer within %u ms",
                                client->address, client->timeout_ms);
    if (ready < 0)
        return avow_client_fail(client, AVOW_ERR_IO, "%s: %s", client->address, strerror(errno));
    return AVOW_OK;
}

static enum avow_err flush(struct avow_client *client)
{
    avow_channel_flush(&client->channel, &client->sealed);
    size_t done = 0;
    while (done < client->sealed.len) {
        ssize_t sent =
            send(client->fd, client->sealed.data + done, client->sealed.len - done, MSG_NOSIGNAL);
        if (sent > 0) {
            done += (size_t)sent;
            continue;
        }
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN)
            return avow_client_fail(client, AVOW_ERR_IO, "%s: %s", client->address,
                                    strerror(errno));
        enum avow_err err = wait_for(client, POLLOUT);
        if (err != AVOW_OK)
            return err;
    }
    avow_buf_clear(&client->sealed);
    return AVOW_OK;
}

static enum avow_err fill(struct avow_client *client)
{
    enum avow_err err = flush(client);
    while (err == AVOW_OK) {
        ssize_t got = recv(client->fd, client->input, sizeof(client->input), 0);
        if (got > 0) {
            avow_channel_feed(&client->channel, client->input, (size_t)got);
            client->feeding = true;
            return AVOW_OK;
        }
        if (got == 0)
            return avow_client_fail(client, AVOW_ERR_IO, "%s cut the connection", client->address);
        if (errno != EINTR && errno != EAGAIN)
            return avow_client_fail(client, AVOW_ERR_IO, "%s: %s", client->address,
                                    strerror(errno));
        err = wait_for(client, POLLIN);
    }
    return err;
}

/* The next event of the channel that is not MORE. */
static enum avow_err next_event(struct avow_client *client, enum avow_channel_event *event,
                                struct avow_bytes *message)
{
    for (;;) {
        if (client->feeding) {
            *event = avow_channel_next(&client->channel, message);
            if (*event == AVOW_CHANNEL_FAILED)
                return avow_client_fail(client, AVOW_ERR_NOMEM, "out of memory");
            if (*event == AVOW_CHANNEL_REJECTED) {
                enum avow_reject reject = avow_channel_reject(&client->channel);
                if (reject == AVOW_REJECT_KEY_UNKNOWN)
                    return avow_client_fail(client, AVOW_ERR_REJECTED,
                                            "%s is not the node that was expected",
                                            client->address);
                return avow_client_fail(client, AVOW_ERR_REJECTED,
                                        "%s does not speak this protocol: %s", client->address,
                                        avow_reject_text(reject));
            }
            if (*event != AVOW_CHANNEL_MORE)
                return AVOW_OK;
            client->feeding = false;
        }
        enum avow_err err = fill(client);
        if (err != AVOW_OK)
            return err;
    }
}

/* ------------------------------------------------------------------ connecting */

/* "[avownode1…@]host:port" into its parts. */
static enum avow_err split_address(struct avow_client *client, const char *text, bool *has_expected,
                                   struct avow_key *expected, char host[256], char port[16])
{
    const char *at = strchr(text, '@');
    *has_expected = at != NULL;
    if (at != NULL &&
        avow_id_node_parse(avow_bytes(text, (size_t)(at - text)), expected) != AVOW_ACCEPT)
        return avow_client_fail(client, AVOW_ERR_INVALID,
                                "%s: what stands before @ is not a node id", text);
    const char *rest = at == NULL ? text : at + 1;
    (void)snprintf(client->address, sizeof(client->address), "%s", rest);
    const char *colon = strrchr(rest, ':');
    bool bracket = rest[0] == '[' && colon != NULL && colon > rest + 1 && colon[-1] == ']';
    if (colon == NULL || colon == rest || colon[1] == '\0' || strlen(colon + 1) >= 16 ||
        (size_t)(colon - rest) >= 256)
        return avow_client_fail(client, AVOW_ERR_INVALID, "%s is not an address: write HOST:PORT",
                                text);
    int start = bracket ? 1 : 0;
    int len = (int)(colon - rest) - 2 * start;
    (void)snprintf(host, 256, "%.*s", len, rest + start);
    (void)snprintf(port, 16, "%s", colon + 1);
    return AVOW_OK;
}

static enum avow_err connect_one(struct avow_client *client, const struct addrinfo *address)
{
    client->fd = socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (client->fd < 0)
        return avow_client_fail(client, AVOW_ERR_IO, "socket: %s", strerror(errno));
    int one = 1;
    (void)setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    enum avow_err err = AVOW_OK;
    int error = 0;
    if (connect(client->fd, address->ai_addr, address->ai_addrlen) != 0) {
        error = errno;
        socklen_t len = sizeof(error);
        if (error == EINPROGRESS)
            err = wait_for(client, POLLOUT);
        if (err == AVOW_OK)
            (void)getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &len);
    }
    if (err == AVOW_OK && error == 0)
        return AVOW_OK;
    (void)close(client->fd);
    client->fd = -1;
    if (err != AVOW_OK)
        return err;
    err = avow_client_fail(client, AVOW_ERR_IO, "cannot reach the node at %s: %s", client->address,
                           strerror(error));
    errno = error;
    return err;
}

/* A node that was started a moment ago may not listen yet. */
static enum avow_err connect_patiently(struct avow_client *client, const struct addrinfo *address)
{
    const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
    enum avow_err err = connect_one(client, address);
    for (int again = 0; again < 10 && err == AVOW_ERR_IO && errno == ECONNREFUSED; again++) {
        (void)nanosleep(&pause, NULL);
        err = connect_one(client, address);
    }
    return err;
}

static enum avow_err connect_any(struct avow_client *client, const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int error = getaddrinfo(host, port, &hints, &list);
    if (error != 0)
        return avow_client_fail(client, AVOW_ERR_IO, "cannot find the node at %s: %s",
                                client->address, gai_strerror(error));
    enum avow_err err = AVOW_ERR_IO;
    for (const struct addrinfo *address = list; address != NULL; address = address->ai_next) {
        err = connect_patiently(client, address);
        if (err == AVOW_OK)
            break;
    }
    freeaddrinfo(list);
    return err;
}

static enum avow_err shake_hands(struct avow_client *client,
                                 const struct avow_client_config *config,
                                 const struct avow_key *expected)
{
    uint8_t seed[32], ephemeral[32];
    randombytes_buf(seed, sizeof(seed));
    randombytes_buf(ephemeral, sizeof(ephemeral));
    struct avow_key self;
    avow_ed25519_from_seed(seed, client->self, &self);
    sodium_memzero(seed, sizeof(seed));
    struct avow_channel_config channel = {
        .network = config->network != NULL ? config->network : "main",
        .self = client->self,
        .ephemeral = ephemeral,
        .expected = expected,
        .bound = avow_message_bound,
    };
    enum avow_err err = avow_channel_init_initiator(&client->channel, &channel);
    sodium_memzero(ephemeral, sizeof(ephemeral));
    if (err != AVOW_OK)
        return avow_client_fail(client, err, "%s is not a network's name", channel.network);
    enum avow_channel_event event;
    struct avow_bytes nothing;
    err = next_event(client, &event, &nothing);
    if (err == AVOW_ERR_IO)
        return avow_client_fail(
            client, AVOW_ERR_REJECTED,
            "%s cut the connection during the handshake: is it a node of network \"%s\"?",
            client->address, channel.network);
    if (err == AVOW_ERR_REJECTED && avow_channel_reject(&client->channel) == AVOW_REJECT_HANDSHAKE)
        return avow_client_fail(
            client, err, "%s does not complete the handshake: is it a node of network \"%s\"?",
            client->address, channel.network);
    if (err == AVOW_OK)
        client->node = *avow_channel_peer(&client->channel);
    return err;
}

static enum avow_err say_hello(struct avow_client *client, enum avow_peer_role role)
{
    struct avow_message hello = {
        .type = AVOW_MESSAGE_HELLO,
        .role = role,
        .time = (uint64_t)time(NULL),
        .text = avow_bytes_text("avow"),
        .address = avow_bytes_text(""),
    };
    avow_message_encode(&client->scratch, &hello);
    return avow_channel_send(&client->channel, avow_buf_bytes(&client->scratch));
}

static enum avow_err open_client(struct avow_client *client,
                                 const struct avow_client_config *config)
{
    char host[256], port[16];
    bool has_expected;
    struct avow_key expected;
    if (client->self == NULL)
        return avow_client_fail(client, AVOW_ERR_NOMEM, "out of memory");
    enum avow_err err =
        split_address(client, config->address, &has_expected, &expected, host, port);
    if (err == AVOW_OK)
        err = connect_any(client, host, port);
    if (err == AVOW_OK)
        err = shake_hands(client, config, has_expected ? &expected : NULL);
    return err == AVOW_OK ? say_hello(client, config->role) : err;
}

enum avow_err avow_client_connect(const struct avow_client_config *config, struct avow_client **out,
                                  char *reason)
{
    *out = NULL;
    struct avow_client *client = calloc(1, sizeof(*client));
    if (client == NULL) {
        (void)snprintf(reason, AVOW_CLIENT_REASON_MAX, "out of memory");
        return AVOW_ERR_NOMEM;
    }
    client->fd = -1;
    client->timeout_ms = config->timeout_ms != 0 ? config->timeout_ms : TIMEOUT_MS;
    client->self = sodium_malloc(sizeof(*client->self));
    avow_buf_init_secret(&client->scratch, AVOW_MESSAGE_BYTES_MAX); /* of a heartbeat key */
    avow_buf_init(&client->sealed, SIZE_MAX / 2);
    enum avow_err err = open_client(client, config);
    if (err == AVOW_OK) {
        *out = client;
        return AVOW_OK;
    }
    (void)snprintf(reason, AVOW_CLIENT_REASON_MAX, "%s", client->reason);
    avow_client_free(&client);
    return err;
}

void avow_client_free(struct avow_client **spent)
{
    struct avow_client *client = *spent;
    *spent = NULL;
    if (client == NULL)
        return;
    if (client->fd >= 0) {
        struct avow_message bye = {.type = AVOW_MESSAGE_CLOSE, .text = avow_bytes_text("")};
        avow_buf_clear(&client->scratch);
        avow_message_encode(&client->scratch, &bye);
        if (avow_channel_send(&client->channel, avow_buf_bytes(&client->scratch)) == AVOW_OK) {
            avow_buf_clear(&client->sealed);
            avow_channel_flush(&client->channel, &client->sealed);
            /* Best effort: whether a good-bye arrives changes nothing. */
            (void)!send(client->fd, client->sealed.data, client->sealed.len,
                        MSG_NOSIGNAL | MSG_DONTWAIT);
        }
        (void)close(client->fd);
    }
    avow_channel_fini(&client->channel);
    sodium_free(client->self);
    avow_buf_fini(&client->scratch);
    avow_buf_fini(&client->sealed);
    free(client);
}

const struct avow_key *avow_client_node(const struct avow_client *client)
{
    return &client->node;
}

const struct avow_hash *avow_client_handshake(const struct avow_client *client)
{
    return avow_channel_handshake_hash(&client->channel);
}

const char *avow_client_address(const struct avow_client *client)
{
    return client->address;
}

const char *avow_client_reason(const struct avow_client *client)
{
    return client->reason;
}

/* ------------------------------------------------------------------ messages */

static enum avow_err queue(struct avow_client *client, const struct avow_message *message)
{
    avow_buf_clear(&client->scratch);
    avow_message_encode(&client->scratch, message);
    enum avow_err err = client->scratch.err;
    if (err == AVOW_OK)
        err = avow_channel_send(&client->channel, avow_buf_bytes(&client->scratch));
    if (err != AVOW_OK)
        return avow_client_fail(client, err, "cannot send to %s: %s", client->address,
                                avow_err_text(err));
    return AVOW_OK;
}

enum avow_err avow_client_send(struct avow_client *client, struct avow_message *message)
{
    message->request = ++client->request;
    enum avow_err err = queue(client, message);
    if (err == AVOW_OK && avow_channel_queued(&client->channel) >= FLUSH_BYTES)
        err = flush(client);
    return err;
}

static enum avow_err housekeeping(struct avow_client *client, const struct avow_message *message,
                                  bool *handled)
{
    *handled = message->type == AVOW_MESSAGE_HELLO || message->type == AVOW_MESSAGE_PONG ||
               (uint64_t)message->type >= AVOW_MESSAGE_SKIPPABLE_MIN;
    if (message->type == AVOW_MESSAGE_PING) {
        struct avow_message pong = {.type = AVOW_MESSAGE_PONG, .request = message->request};
        *handled = true;
        return queue(client, &pong);
    }
    if (message->type == AVOW_MESSAGE_CLOSE)
        return avow_client_fail(client, AVOW_ERR_CLOSED, "%s closed the connection: %s",
                                client->address, avow_refusal_text(message->code));
    return AVOW_OK;
}

enum avow_err avow_client_receive(struct avow_client *client, struct avow_message *message)
{
    for (;;) {
        enum avow_channel_event event;
        struct avow_bytes bytes;
        enum avow_err err = next_event(client, &event, &bytes);
        if (err != AVOW_OK)
            return err;
        if (event != AVOW_CHANNEL_MESSAGE)
            continue;
        enum avow_reject reject = avow_message_decode(bytes, message);
        if (reject != AVOW_ACCEPT)
            return avow_client_fail(client, AVOW_ERR_REJECTED, "%s sent a message with %s",
                                    client->address, avow_reject_text(reject));
        bool handled;
        err = housekeeping(client, message, &handled);
        if (err != AVOW_OK || !handled)
            return err;
    }
}

enum avow_err avow_client_ask(struct avow_client *client, struct avow_message *question,
                              enum avow_message_type expected, struct avow_message *answer)
{
    enum avow_err err = avow_client_send(client, question);
    uint64_t request = question->request;
    do {
        if (err == AVOW_OK)
            err = avow_client_receive(client, answer);
        if (err != AVOW_OK)
            return err;
    } while (answer->request != request); /* announcements may come between */
    if (answer->type == expected)
        return AVOW_OK;
    if (answer->type != AVOW_MESSAGE_REFUSED)
        return avow_client_fail(client, AVOW_ERR_REJECTED, "%s answered with something else",
                                client->address);
    return avow_client_fail(client, AVOW_ERR_REFUSED, "%s refused: %s%s%.*s", client->address,
                            avow_refusal_text(answer->code), answer->text.len == 0 ? "" : ": ",
                            (int)answer->text.len, (const char *)answer->text.data);
}
