/* One link keeps no other waiting for more than a share, whatever it sends; answers that nobody
 * reads stop the asking; and what waits to be handled is bounded. */
#include "node/loop/link/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/loop/link/links.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENTS 24
#define TEXT_BYTES 8192
#define TURNS_MAX 100000

struct client {
    int fd;
    struct avow_channel channel;
    uint64_t got; /* messages */
};

struct scene {
    uv_loop_t loop;
    struct avow_logger logger;
    struct avow_secret_key self;
    struct avow_key id;
    struct avow_links links;
    uint16_t port;
    bool answers;              /* each message gets one of TEXT_BYTES */
    uint64_t handled[CLIENTS]; /* messages, by slot */
    size_t count;
    struct client clients[CLIENTS];
};

static void nothing(void *context, struct avow_link *link)
{
    (void)context, (void)link;
}

static enum avow_place_rank worth(void *context, const struct avow_link *link)
{
    (void)context, (void)link;
    return AVOW_PLACE_IDLE;
}

static void on_message(void *context, struct avow_link *link, struct avow_bytes message)
{
    static const char text[TEXT_BYTES];
    struct scene *scene = context;
    (void)message;
    scene->handled[link->slot]++;
    const struct avow_message answer = {.type = AVOW_MESSAGE_STATUS_REPLY,
                                        .text = avow_bytes(text, sizeof(text))};
    if (scene->answers)
        avow_link_answer(link, &answer);
}

static void turn(struct scene *scene)
{
    (void)uv_run(&scene->loop, UV_RUN_NOWAIT);
}

static void send_bytes(struct client *client, struct avow_bytes bytes)
{
    assert_int_equal(send(client->fd, bytes.data, bytes.len, MSG_DONTWAIT), bytes.len);
}

static void flush(struct client *client)
{
    struct avow_buf out;
    avow_buf_init(&out, AVOW_CHANNEL_QUEUE_MAX);
    avow_channel_flush(&client->channel, &out);
    send_bytes(client, avow_buf_bytes(&out));
    avow_buf_fini(&out);
}

/* Takes what has come. True once the handshake is complete. */
static bool take(struct client *client)
{
    static uint8_t bytes[1 << 20];
    struct avow_bytes message;
    bool opened = false;
    ssize_t got = recv(client->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (got <= 0)
        return false;
    avow_channel_feed(&client->channel, bytes, (size_t)got);
    enum avow_channel_event event;
    while ((event = avow_channel_next(&client->channel, &message)) != AVOW_CHANNEL_MORE) {
        assert_true(event == AVOW_CHANNEL_OPENED || event == AVOW_CHANNEL_MESSAGE);
        opened = opened || event == AVOW_CHANNEL_OPENED;
        client->got += event == AVOW_CHANNEL_MESSAGE ? 1 : 0;
    }
    return opened;
}

/* Slots are given in order: the link of the nth client has the nth. */
static void join(struct scene *scene)
{
    struct client *client = &scene->clients[scene->count];
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons(scene->port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int room = 1 << 20, at_once = 1;
    uint8_t ephemeral[32];
    randombytes_buf(ephemeral, sizeof(ephemeral));
    const struct avow_channel_config config = {.network = "main",
                                               .self = &scene->self,
                                               .ephemeral = ephemeral,
                                               .bound = avow_message_bound};
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(client->fd >= 0);
    assert_int_equal(setsockopt(client->fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)), 0);
    assert_int_equal(setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof(at_once)),
                     0);
    assert_int_equal(connect(client->fd, (const struct sockaddr *)&to, sizeof(to)), 0);
    assert_int_equal(avow_channel_init_initiator(&client->channel, &config), AVOW_OK);
    flush(client);
    while (!take(client))
        turn(scene);
    flush(client);
    const struct avow_link *const *slot =
        (const struct avow_link *const *)&scene->links.slots[scene->count];
    while ((*slot)->state != AVOW_LINK_OPEN)
        turn(scene);
    scene->count++;
}

static void begin(struct scene *scene, size_t clients)
{
    const struct sockaddr_in any = {.sin_family = AF_INET,
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    uint8_t seed[32] = {1};
    *scene = (struct scene){.logger = {.level = AVOW_LOG_ERROR, .fd = 2}};
    avow_ed25519_from_seed(seed, &scene->self, &scene->id);
    assert_int_equal(uv_loop_init(&scene->loop), 0);
    const struct avow_links_config config = {.loop = &scene->loop,
                                             .logger = &scene->logger,
                                             .network = "main",
                                             .self = &scene->self,
                                             .events = {.context = scene,
                                                        .opened = nothing,
                                                        .message = on_message,
                                                        .read_done = nothing,
                                                        .drained = nothing,
                                                        .closed = nothing},
                                             .worth = worth,
                                             .seats = CLIENTS + 1,
                                             .per_address = CLIENTS + 1};
    assert_int_equal(avow_links_init(&scene->links, &config), AVOW_OK);
    assert_int_equal(avow_links_listen(&scene->links, (const struct sockaddr *)&any, &scene->port),
                     0);
    scene->links.turns.share_ns = scene->links.turns.line_ns = 0;
    for (size_t i = 0; i < clients; i++)
        join(scene);
}

static void end(struct scene *scene)
{
    for (size_t i = 0; i < scene->count; i++) {
        avow_channel_fini(&scene->clients[i].channel);
        assert_int_equal(close(scene->clients[i].fd), 0);
    }
    avow_links_stop_listening(&scene->links);
    while (scene->links.count > 0)
        turn(scene);
    avow_links_end(&scene->links);
    turn(scene);
    assert_int_equal(uv_loop_close(&scene->loop), 0);
    avow_links_fini(&scene->links);
}

/* ------------------------------------------------------------------ what is sent */

static const uint8_t ping[] = {0x92, AVOW_MESSAGE_PING, 1};

static void ping_in_few_frames(struct client *client, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(avow_channel_send(&client->channel, avow_bytes(ping, sizeof(ping))),
                         AVOW_OK);
    flush(client);
}

/* A frame each for as many pieces of the stream, sent as one. */
static void send_frames(struct client *client, const uint8_t *plain, size_t piece, size_t count)
{
    struct avow_buf all;
    uint8_t frame[64];
    avow_buf_init(&all, AVOW_CHANNEL_QUEUE_MAX);
    for (size_t i = 0; i < count; i++) {
        avow_put_u16be(frame, (uint16_t)(piece + AVOW_NOISE_TAG));
        memcpy(frame + 2, plain + i * piece, piece);
        avow_noise_seal(&client->channel.send, avow_bytes(NULL, 0), frame + 2, piece);
        avow_buf_append(&all, frame, 2 + piece + AVOW_NOISE_TAG);
    }
    assert_int_equal(all.err, AVOW_OK);
    send_bytes(client, avow_buf_bytes(&all));
    avow_buf_fini(&all);
}

static void ping_in_frames(struct client *client, size_t count)
{
    uint8_t plain[400 * (4 + sizeof(ping))];
    assert_true(count <= 400);
    for (size_t i = 0; i < count; i++) {
        avow_put_u32be(plain + i * 7, sizeof(ping));
        memcpy(plain + i * 7 + 4, ping, sizeof(ping));
    }
    send_frames(client, plain, 7, count);
}

/* Of one long message, a byte in a frame: none of them ends it. */
static void trickle(struct client *client, size_t count)
{
    static const uint8_t plain[400] = {0, 0x10, 0, 0, 0x92, 0xcc, AVOW_MESSAGE_SKIPPABLE_MIN, 0};
    assert_true(count <= sizeof(plain));
    send_frames(client, plain, 1, count);
}

struct burst_case {
    const char *name;
    void (*send)(struct client *client, size_t count);
    size_t count;
};

static const struct burst_case bursts[] = {
    {"messages", ping_in_few_frames, 8000},
    {"messages, each in a frame", ping_in_frames, 400},
    {"frames that end no message", trickle, 400},
};

/* Who asks one thing is heard in the turn in which it is read, while the other has not been handled
 * by far; and it is, in the end. */
static void test_share(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bursts) / sizeof(bursts[0]); i++) {
        struct scene scene;
        begin(&scene, 2);
        const struct avow_link *busy = scene.links.slots[0];
        bursts[i].send(&scene.clients[0], bursts[i].count);
        ping_in_few_frames(&scene.clients[1], 1);
        for (size_t turns = 0; scene.handled[1] == 0 && turns < TURNS_MAX; turns++)
            turn(&scene);
        assert_int_equal(scene.handled[1], 1);
        if (!busy->feeding || scene.handled[0] > (uint64_t)4 * AVOW_TURN_STEPS)
            fail_msg("%s: %zu handled first", bursts[i].name, (size_t)scene.handled[0]);
        while (busy->feeding || busy->waits)
            turn(&scene);
        assert_int_equal(busy->state, AVOW_LINK_OPEN);
        assert_int_equal(scene.handled[0], bursts[i].send == trickle ? 0 : bursts[i].count);
        end(&scene);
    }
}

/* ------------------------------------------------------------------ answers */

static void test_unread(void **state)
{
    (void)state;
    const size_t asked = 5000;
    struct scene scene;
    begin(&scene, 1);
    scene.answers = true;
    struct avow_link *link = scene.links.slots[0];
    size_t most = 0;
    ping_in_few_frames(&scene.clients[0], asked);
    for (size_t turns = 0; (link->paused & AVOW_PAUSE_ANSWERS) == 0 && turns < TURNS_MAX; turns++) {
        turn(&scene);
        most = link->queue.bytes > most ? link->queue.bytes : most;
    }
    assert_true((link->paused & AVOW_PAUSE_ANSWERS) != 0);
    for (size_t turns = 0; turns < 100; turns++)
        turn(&scene);
    assert_true(scene.handled[0] < asked);
    assert_in_range(most, 1, AVOW_LINK_LOW_BYTES + (size_t)2 * TEXT_BYTES);
    while (scene.clients[0].got < asked) { /* who reads has all of them */
        turn(&scene);
        (void)take(&scene.clients[0]);
    }
    assert_int_equal(scene.handled[0], asked);
    end(&scene);
}

/* ------------------------------------------------------------------ memory */

static void test_kept(void **state)
{
    (void)state;
    struct scene scene;
    size_t kept = 0;
    begin(&scene, CLIENTS);
    for (size_t i = 0; i < CLIENTS; i++)
        ping_in_few_frames(&scene.clients[i], 8000);
    for (size_t turns = 0; turns < TURNS_MAX && scene.links.turns.count < CLIENTS - 1; turns++)
        turn(&scene);
    for (size_t i = 0; i < CLIENTS; i++)
        kept += scene.links.slots[i]->input_bytes;
    assert_in_range(kept, AVOW_LINK_READ_BYTES,
                    (AVOW_LINK_FEW + 1) * AVOW_LINK_READ_BYTES +
                        (CLIENTS - AVOW_LINK_FEW - 1) * AVOW_LINK_READ_LITTLE);
    /* A link that goes while it waits leaves the line as it was. */
    avow_link_drop(scene.links.slots[CLIENTS / 2], AVOW_ACCEPT, "");
    while (scene.links.turns.count > 0)
        turn(&scene);
    for (size_t i = 0; i < CLIENTS; i++)
        if (i != CLIENTS / 2)
            assert_int_equal(scene.handled[i], 8000);
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_share),
        cmocka_unit_test(test_unread),
        cmocka_unit_test(test_kept),
    };
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
