/* talker PORT MODE NODE: a node that talks, and answers nothing that ends.
 *
 * It stands in front of an honest one and hands questions and answers through, but for what its
 * MODE makes of them. Prints "ready" once it listens. */
#include "proto/codec/writer.h"
#include "proto/wire/channel.h"
#include "proto/wire/find.h"
#include "tests/e2e/tools/tool.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MODES(X)                                                                                   \
    X(silent, "takes the connection and says nothing")                                             \
    X(mute, "shakes hands and says nothing more")                                                  \
    X(pings, "asks without end whether somebody is there")                                         \
    X(announces, "tells of changed logs without end")                                              \
    X(drip, "answers, a byte each 50 ms")                                                          \
    X(huge, "begins a message of 4 GiB")                                                           \
    X(pages, "has another page, without end")                                                      \
    X(same, "has the same page, without end")                                                      \
    X(few, "sends as little at once as it can")

#define MODE_ENUM(name, what) MODE_##name,
enum mode { MODES(MODE_ENUM) MODE_COUNT };
#define MODE_NAME(name, what) #name,
static const char *const mode_names[] = {MODES(MODE_NAME)};

struct talk {
    enum mode mode;
    const char *node; /* the honest one */
    int fd;
    struct avow_secret_key self;
    struct avow_channel channel;
    struct avow_buf scratch, sealed, items;
    struct avow_client *honest; /* NULL: none yet */
    uint8_t place[8];           /* of the last page */
    uint8_t input[65536];
};

/* ------------------------------------------------------------------ the stream */

static void write_all(const struct talk *talk, const uint8_t *bytes, size_t len)
{
    const struct timespec pause = {.tv_nsec = 50000000};
    const bool drip = talk->mode == MODE_drip;
    while (len > 0) {
        ssize_t sent = send(talk->fd, bytes, drip ? 1 : len, MSG_NOSIGNAL);
        if (sent <= 0)
            exit(0); /* whom it talked to has gone */
        bytes += sent;
        len -= (size_t)sent;
        if (drip)
            (void)nanosleep(&pause, NULL);
    }
}

static void flush_out(struct talk *talk)
{
    avow_channel_flush(&talk->channel, &talk->sealed);
    write_all(talk, talk->sealed.data, talk->sealed.len);
    avow_buf_clear(&talk->sealed);
}

static void say(struct talk *talk, const struct avow_message *message)
{
    avow_buf_clear(&talk->scratch);
    avow_message_encode(&talk->scratch, message);
    tool_expect(talk->scratch.err == AVOW_OK, "a message that fits");
    tool_expect(avow_channel_send(&talk->channel, avow_buf_bytes(&talk->scratch)) == AVOW_OK,
                "room in the channel");
}

/* ------------------------------------------------------------------ without end */

static void repeat(struct talk *talk, const struct avow_message *message)
{
    for (;;) {
        for (int i = 0; i < 100; i++)
            say(talk, message);
        flush_out(talk);
    }
}

/* The length that the next message is said to have is overwritten before it is sealed. */
static void begin_huge(struct talk *talk)
{
    const struct avow_message ping = {.type = AVOW_MESSAGE_PING, .request = 1};
    say(talk, &ping);
    memset(talk->channel.out.data + talk->channel.out_frame + 2, 0xff, 4);
    flush_out(talk);
    for (;;)
        (void)pause();
}

/* What begins as soon as hands are shaken. */
static void begin(struct talk *talk)
{
    const struct avow_message ping = {.type = AVOW_MESSAGE_PING, .request = 1};
    struct avow_message announce = {.type = AVOW_MESSAGE_ANNOUNCE};
    announce.checkpoint.size = 1;
    announce.checkpoint.time = tool_unix();
    if (talk->mode == MODE_pings)
        repeat(talk, &ping);
    if (talk->mode == MODE_announces)
        repeat(talk, &announce);
    if (talk->mode == MODE_huge)
        begin_huge(talk);
    while (talk->mode == MODE_mute)
        (void)pause();
}

/* ------------------------------------------------------------------ pages */

static void next_place(struct talk *talk)
{
    for (size_t i = sizeof(talk->place); talk->mode == MODE_pages && i-- > 0;)
        if (++talk->place[i] != 0)
            break;
}

/* Logs after the one asked after, or always the same. */
static void list_logs(struct talk *talk, struct avow_message *answer)
{
    struct avow_checkpoint checkpoint = {.size = 1, .time = tool_unix()};
    answer->type = AVOW_MESSAGE_LOGS;
    answer->checkpoints.count = talk->mode == MODE_few ? 1 : 100;
    for (size_t i = 0; i < answer->checkpoints.count; i++) {
        next_place(talk);
        if (talk->mode == MODE_few)
            talk->place[7]++;
        memcpy(checkpoint.issuer.bytes, talk->place, sizeof(talk->place));
        checkpoint.issuer.bytes[31] = 1;
        avow_write_array(&talk->items, 2);
        avow_checkpoint_write(&talk->items, &checkpoint);
        avow_write_array(&talk->items, 0);
    }
    answer->checkpoints.items = avow_buf_bytes(&talk->items);
}

static void find(struct talk *talk, struct avow_message *answer)
{
    const struct avow_find_results results = {.next = avow_bytes(talk->place, sizeof(talk->place))};
    next_place(talk);
    avow_find_results_encode(&talk->items, &results);
    answer->type = AVOW_MESSAGE_FOUND;
    answer->results = avow_buf_bytes(&talk->items);
}

static void recognise(struct talk *talk, struct avow_message *answer)
{
    next_place(talk);
    answer->type = AVOW_MESSAGE_RECOGNITIONS;
    answer->place = avow_bytes(talk->place, sizeof(talk->place));
}

/* A text that reaches to the end of all numbers, and moves each time it is asked for. */
static void hold(struct talk *talk, struct avow_message *answer)
{
    next_place(talk);
    answer->type = AVOW_MESSAGE_HELD_TEXT;
    answer->from = 1;
    answer->checkpoint.size = answer->size = AVOW_UINT_MAX - 1;
    answer->checkpoint.time = tool_unix() + talk->place[7];
}

static void range(struct talk *talk, const struct avow_message *question,
                  struct avow_message *answer)
{
    uint8_t entry[200] = {0};
    answer->type = AVOW_MESSAGE_RANGE;
    answer->issuer = question->issuer;
    answer->from = talk->mode == MODE_same ? 0 : question->from;
    answer->size = question->size != 0 ? question->size : AVOW_UINT_MAX - 1;
    answer->entries.count = talk->mode == MODE_few ? 1 : 400;
    for (size_t i = 0; i < answer->entries.count; i++)
        avow_write_bin(&talk->items, avow_bytes(entry, sizeof(entry)));
    answer->entries.items = avow_buf_bytes(&talk->items);
}

/* True when the mode has an answer of its own. */
static bool make_up(struct talk *talk, const struct avow_message *question,
                    struct avow_message *answer)
{
    avow_buf_clear(&talk->items);
    if (talk->mode < MODE_pages)
        return false;
    if (question->type == AVOW_MESSAGE_LIST)
        list_logs(talk, answer);
    else if (question->type == AVOW_MESSAGE_FIND)
        find(talk, answer);
    else if (question->type == AVOW_MESSAGE_RECOGNISED)
        recognise(talk, answer);
    else if (question->type == AVOW_MESSAGE_GET_HELD)
        hold(talk, answer);
    else if (question->type == AVOW_MESSAGE_GET_RANGE ||
             question->type == AVOW_MESSAGE_GET_HELD_RANGE)
        range(talk, question, answer);
    else if (question->type == AVOW_MESSAGE_SIGNER)
        answer->type = AVOW_MESSAGE_DONE;
    else
        return false;
    return true;
}

/* ------------------------------------------------------------------ one connection */

static void ask_honest(struct talk *talk, struct avow_message *question,
                       struct avow_message *answer)
{
    if (talk->honest == NULL)
        talk->honest = tool_connect(talk->node);
    tool_expect(avow_client_send(talk->honest, question) == AVOW_OK &&
                    avow_client_answer(talk->honest, answer) == AVOW_OK,
                "an answer of the honest node");
}

static void take(struct talk *talk, struct avow_bytes bytes)
{
    struct avow_message question, answer = {0};
    tool_expect(avow_message_decode(bytes, &question) == AVOW_ACCEPT, "a message");
    if (question.type == AVOW_MESSAGE_CLOSE)
        exit(0);
    if (question.type == AVOW_MESSAGE_HELLO || question.type == AVOW_MESSAGE_PONG)
        return;
    const uint64_t request = question.request;
    if (!make_up(talk, &question, &answer))
        ask_honest(talk, &question, &answer);
    answer.request = request;
    say(talk, &answer);
}

static void serve(struct talk *talk)
{
    uint8_t ephemeral[32];
    struct avow_bytes message;
    const struct avow_channel_config config = {.network = "main",
                                               .self = &talk->self,
                                               .ephemeral = ephemeral,
                                               .bound = avow_message_bound};
    while (talk->mode == MODE_silent)
        (void)pause();
    randombytes_buf(ephemeral, sizeof(ephemeral));
    tool_expect(avow_channel_init_responder(&talk->channel, &config) == AVOW_OK, "a channel");
    for (;;) {
        ssize_t got = recv(talk->fd, talk->input, sizeof(talk->input), 0);
        if (got <= 0)
            exit(0);
        avow_channel_feed(&talk->channel, talk->input, (size_t)got);
        for (bool more = true; more;) {
            enum avow_channel_event event = avow_channel_next(&talk->channel, &message);
            more = event == AVOW_CHANNEL_OPENED || event == AVOW_CHANNEL_MESSAGE;
            tool_expect(more || event == AVOW_CHANNEL_MORE, "a client's bytes");
            if (event == AVOW_CHANNEL_OPENED)
                begin(talk);
            else if (event == AVOW_CHANNEL_MESSAGE)
                take(talk, message);
        }
        flush_out(talk);
    }
}

/* ------------------------------------------------------------------ the whole */

static int listen_at(uint16_t port)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    tool_expect(fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
                    listen(fd, 64) == 0,
                "a free port");
    return fd;
}

static enum mode mode_of(const char *name)
{
    for (size_t i = 0; i < MODE_COUNT; i++)
        if (strcmp(mode_names[i], name) == 0)
            return (enum mode)i;
    tool_die("there is no mode %s", name);
}

int main(int argc, char **argv)
{
    static struct talk talk;
    struct avow_key id;
    uint8_t seed[32];
    if (argc != 4)
        tool_die("usage: talker PORT MODE NODE");
    tool_expect(avow_crypto_init() == AVOW_OK, "libsodium");
    talk.mode = mode_of(argv[2]);
    talk.node = argv[3];
    randombytes_buf(seed, sizeof(seed));
    avow_ed25519_from_seed(seed, &talk.self, &id);
    avow_buf_init(&talk.scratch, AVOW_MESSAGE_BYTES_MAX);
    avow_buf_init(&talk.items, AVOW_MESSAGE_BYTES_MAX);
    avow_buf_init(&talk.sealed, SIZE_MAX / 2);
    (void)signal(SIGCHLD, SIG_IGN);
    const int fd = listen_at((uint16_t)tool_number(argv[1]));
    (void)puts("ready");
    (void)fflush(stdout);
    for (;;) {
        talk.fd = accept(fd, NULL, NULL);
        tool_expect(talk.fd >= 0, "a connection");
        if (fork() == 0) {
            (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
            serve(&talk);
        }
        (void)close(talk.fd);
    }
}
