/* Questions and answers over a channel: every wait has a limit, every failure a sentence. */
#include "client/client.h"

#include "client/socket_inner.h"
#include "proto/codec/id.h"
#include "proto/wire/channel.h"

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#define READ_BYTES ((size_t)256 * 1024)
#define FLUSH_BYTES ((size_t)1024 * 1024)
#define TIMEOUT_MS 10000

struct avow_client {
    struct avow_socket socket;
    unsigned timeout_ms;
    unsigned span_ms;     /* to the socket's deadline, from when it was set */
    unsigned patience_ms; /* see spend() */
    uint64_t received;    /* bytes, since the question */
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

static enum avow_err lost(struct avow_client *client, enum avow_err err)
{
    if (err == AVOW_ERR_TIMEOUT)
        return avow_client_fail(client, err, "%s did not answer within %u ms", client->address,
                                client->span_ms);
    return avow_client_fail(client, err, "%s: %s", client->address, strerror(errno));
}

static enum avow_err flush(struct avow_client *client)
{
    avow_channel_flush(&client->channel, &client->sealed);
    enum avow_err err = avow_socket_send(&client->socket, avow_buf_bytes(&client->sealed));
    if (err != AVOW_OK)
        return lost(client, err);
    avow_buf_clear(&client->sealed);
    return AVOW_OK;
}

static enum avow_err fill(struct avow_client *client)
{
    size_t got = 0;
    enum avow_err err = flush(client);
    if (err != AVOW_OK)
        return err;
    err = avow_socket_receive(&client->socket, client->input, sizeof(client->input), &got);
    if (err != AVOW_OK)
        return lost(client, err);
    if (got == 0)
        return avow_client_fail(client, AVOW_ERR_IO, "%s cut the connection", client->address);
    client->received += got;
    avow_channel_feed(&client->channel, client->input, got);
    client->feeding = true;
    return AVOW_OK;
}

static void set_deadline(struct avow_client *client, unsigned ms)
{
    client->span_ms = ms;
    client->socket.deadline_ms = avow_socket_now_ms() + ms;
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

static enum avow_err dial(struct avow_client *client, const char *host, const char *port)
{
    const char *why;
    client->span_ms = client->timeout_ms;
    enum avow_err err = avow_socket_open(&client->socket, host, port, client->timeout_ms, &why);
    if (err == AVOW_ERR_NOT_FOUND)
        return avow_client_fail(client, AVOW_ERR_IO, "cannot find the node at %s: %s",
                                client->address, why);
    if (err == AVOW_ERR_IO)
        return avow_client_fail(client, err, "cannot reach the node at %s: %s", client->address,
                                why);
    if (err == AVOW_ERR_TIMEOUT)
        return lost(client, err);
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
        err = dial(client, host, port);
    set_deadline(client, client->timeout_ms);
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
    client->socket.fd = -1;
    client->timeout_ms = config->timeout_ms != 0 ? config->timeout_ms : TIMEOUT_MS;
    client->patience_ms = client->timeout_ms;
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
    if (client->socket.fd >= 0) {
        struct avow_message bye = {.type = AVOW_MESSAGE_CLOSE, .text = avow_bytes_text("")};
        avow_buf_clear(&client->scratch);
        avow_message_encode(&client->scratch, &bye);
        if (avow_channel_send(&client->channel, avow_buf_bytes(&client->scratch)) == AVOW_OK) {
            avow_buf_clear(&client->sealed);
            avow_channel_flush(&client->channel, &client->sealed);
            /* Best effort: whether a good-bye arrives changes nothing. */
            (void)!send(client->socket.fd, client->sealed.data, client->sealed.len,
                        MSG_NOSIGNAL | MSG_DONTWAIT);
        }
        avow_socket_close(&client->socket);
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

static enum avow_err send_question(struct avow_client *client, struct avow_message *message)
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
    *handled = message->type == AVOW_MESSAGE_HELLO ||
               (message->type == AVOW_MESSAGE_PONG && message->request == 0) ||
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

static enum avow_err receive(struct avow_client *client, struct avow_message *message)
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

enum avow_err avow_client_send(struct avow_client *client, struct avow_message *message)
{
    set_deadline(client, client->timeout_ms);
    return send_question(client, message);
}

enum avow_err avow_client_receive(struct avow_client *client, struct avow_message *message)
{
    set_deadline(client, client->timeout_ms);
    return receive(client, message);
}

/* ------------------------------------------------------------------ patience */

#define EARNING_BYTES ((uint64_t)1024 * 1024) /* of an answer that earns the whole time-out */
#define EARNING_MIN (EARNING_BYTES / 40)      /* as how much a short one counts */

/* What one party may keep us waiting for is bounded for questions in a row as for one, since each
 * answer could ask for another question: an answer earns new patience, but less than it may cost,
 * unless it is so long that a slow line explains it. */
static void spend(struct avow_client *client, uint64_t since_ms, bool answered)
{
    const uint64_t waited = avow_socket_now_ms() - since_ms;
    const uint64_t len = client->received > EARNING_MIN ? client->received : EARNING_MIN;
    uint64_t left = waited < client->patience_ms ? client->patience_ms - waited : 0;
    if (answered)
        left += client->timeout_ms * len / EARNING_BYTES;
    client->patience_ms = left < client->timeout_ms ? (unsigned)left : client->timeout_ms;
}

/* The answer to `request`, or with 0 to any; announcements may come between. */
static enum avow_err await(struct avow_client *client, uint64_t request,
                           struct avow_message *answer)
{
    const uint64_t start = avow_socket_now_ms();
    enum avow_err err;
    client->received = 0;
    set_deadline(client, client->patience_ms);
    do {
        err = receive(client, answer);
    } while (err == AVOW_OK && (request == 0 ? answer->request == 0 : answer->request != request));
    spend(client, start, err == AVOW_OK);
    return err;
}

enum avow_err avow_client_answer(struct avow_client *client, struct avow_message *answer)
{
    return await(client, 0, answer);
}

enum avow_err avow_client_ask(struct avow_client *client, struct avow_message *question,
                              enum avow_message_type expected, struct avow_message *answer)
{
    enum avow_err err = avow_client_send(client, question);
    if (err == AVOW_OK)
        err = await(client, question->request, answer);
    if (err != AVOW_OK || answer->type == expected)
        return err;
    if (answer->type != AVOW_MESSAGE_REFUSED)
        return avow_client_fail(client, AVOW_ERR_REJECTED, "%s answered with something else",
                                client->address);
    return avow_client_fail(client, AVOW_ERR_REFUSED, "%s refused: %s%s%.*s", client->address,
                            avow_refusal_text(answer->code), answer->text.len == 0 ? "" : ": ",
                            (int)answer->text.len, (const char *)answer->text.data);
}

enum avow_err avow_client_prove_operator(struct avow_client *client,
                                         const uint8_t token[AVOW_OPERATOR_TOKEN_BYTES])
{
    struct avow_message answer, question = {.type = AVOW_MESSAGE_OPERATOR};
    question.proof = avow_message_operator_proof(token, avow_client_handshake(client));
    return avow_client_ask(client, &question, AVOW_MESSAGE_DONE, &answer);
}
