/* Whoever breaks the protocol, at whatever layer, is cut off, and costs nobody else anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/codec/writer.h"
#include "proto/wire/channel.h"
#include "tests/support/full_message.h"
#include "tests/unit/loop/node_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct test_node node;

/* From 127.0.0.`source`. */
static int dial_from(const struct test_node *to, uint32_t source)
{
    struct sockaddr_in address = {.sin_family = AF_INET}, own = {.sin_family = AF_INET};
    const char *colon = strrchr(to->address, ':');
    address.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + source);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&own, sizeof(own)), 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static int dial(void)
{
    return dial_from(&node, 1);
}

static void write_all(int fd, struct avow_bytes bytes)
{
    while (bytes.len > 0) {
        ssize_t count = write(fd, bytes.data, bytes.len);
        if (count <= 0)
            return; /* cut off already: what is read will tell */
        bytes.data += count;
        bytes.len -= (size_t)count;
    }
}

/* Reads until the node ends the connection: a node that does not hangs the test. */
static void expect_cut(const char *name, int fd)
{
    uint8_t buffer[4096];
    ssize_t count;
    size_t total = 0;
    while ((count = read(fd, buffer, sizeof(buffer))) > 0)
        total += (size_t)count;
    if (total > 65536)
        fail_msg("%s: answered with %zu bytes", name, total);
    assert_int_equal(close(fd), 0);
}

/* The node is well, and this connection is its only one. */
static void expect_well(const char *name)
{
    struct avow_client *client = test_connect(&node, AVOW_PEER_CLIENT);
    struct avow_message question = {.type = AVOW_MESSAGE_STATUS}, answer;
    char text[4096];
    assert_true(test_prove_operator(&node, client));
    do { /* the end of a connection reaches the node's table a moment after us */
        assert_int_equal(avow_client_ask(client, &question, AVOW_MESSAGE_STATUS_REPLY, &answer),
                         AVOW_OK);
        assert_true(answer.text.len < sizeof(text));
        memcpy(text, answer.text.data, answer.text.len);
        text[answer.text.len] = '\0';
        if (strstr(text, "\"links\":{\"count\":") == NULL)
            fail_msg("%s: %s", name, text);
    } while (strstr(text, "\"links\":{\"count\":1,") == NULL);
    avow_client_free(&client);
}

/* ---- below the channel ---- */

struct raw_case {
    const char *name;
    struct avow_bytes bytes;
    size_t zeros; /* that follow */
};

#define RAW(literal)                                                                               \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }

static const struct raw_case raw_cases[] = {
    {"HTTP", RAW("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 0},
    {"an empty handshake message", RAW("\0\0"), 0},
    {"a long handshake message", RAW("\xff\xff"), 65535},
    {"a key of low order", RAW("\0\x20"), 32},
    {"zeros", RAW(""), 4096},
};

static void test_raw(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(raw_cases) / sizeof(raw_cases[0]); i++) {
        static const uint8_t zeros[65536];
        int fd = dial();
        write_all(fd, raw_cases[i].bytes);
        write_all(fd, avow_bytes(zeros, raw_cases[i].zeros));
        expect_cut(raw_cases[i].name, fd);
        expect_well(raw_cases[i].name);
    }
}

static void test_other_network(void **state)
{
    struct avow_client_config config = {.address = node.address, .network = "other"};
    struct avow_client *client = NULL;
    char reason[AVOW_CLIENT_REASON_MAX];
    (void)state;
    assert_int_not_equal(avow_client_connect(&config, &client, reason), AVOW_OK);
    assert_null(client);
    expect_well("other network");
}

/* ---- inside the channel ---- */

static enum avow_reject any_message(struct avow_bytes head, size_t len)
{
    (void)head;
    (void)len;
    return AVOW_ACCEPT;
}

static void flush(struct avow_channel *channel, int fd)
{
    struct avow_buf out;
    avow_buf_init(&out, AVOW_CHANNEL_QUEUE_MAX);
    avow_channel_flush(channel, &out);
    write_all(fd, avow_buf_bytes(&out));
    avow_buf_fini(&out);
}

/* Shakes hands as a stranger with a key of its own; false when the node ends it before. */
static bool shake_hands(struct avow_channel *channel, int fd)
{
    struct avow_secret_key self;
    struct avow_key id;
    uint8_t seed[32], ephemeral[32], buffer[4096];
    struct avow_bytes message;
    randombytes_buf(seed, sizeof(seed));
    randombytes_buf(ephemeral, sizeof(ephemeral));
    avow_ed25519_from_seed(seed, &self, &id);
    struct avow_channel_config config = {
        .network = "main", .self = &self, .ephemeral = ephemeral, .bound = any_message};
    assert_int_equal(avow_channel_init_initiator(channel, &config), AVOW_OK);
    enum avow_channel_event event = AVOW_CHANNEL_MORE;
    flush(channel, fd);
    while (event != AVOW_CHANNEL_OPENED) {
        /* One byte at a time, so that nothing after the handshake is read with it. */
        ssize_t count = read(fd, buffer, 1);
        if (count <= 0)
            return false;
        avow_channel_feed(channel, buffer, (size_t)count);
        event = avow_channel_next(channel, &message);
        assert_true(event == AVOW_CHANNEL_MORE || event == AVOW_CHANNEL_OPENED);
        flush(channel, fd);
    }
    return true;
}

static int open_channel(struct avow_channel *channel)
{
    int fd = dial();
    assert_true(shake_hands(channel, fd));
    return fd;
}

struct message_case {
    const char *name;
    struct avow_bytes bytes;
    size_t len; /* padded with zeros to this */
};

static const struct message_case message_cases[] = {
    {"not a message", RAW("\x01"), 1},
    {"an array of one", RAW("\x91\x02"), 2},
    {"an unknown type", RAW("\x92\x07\x00"), 3},
    {"a PING over its bound", RAW("\x92\x02\x00"), 1000},
    {"a PING with a field", RAW("\x93\x02\x00\x00"), 4},
    {"a VERIFY without fields", RAW("\x92\x12\x05"), 3},
    {"a VERDICT that nobody asked for", RAW("\x9a\x13\x05\0\0\0\0\0\0\0\0"), 11},
    {"a SIGN without fields", RAW("\x92\xcc\x44\x05"), 4},
    {"a PROPOSE of a mebibyte of nothing", RAW("\x96\xcc\x42\x05"), 1 << 20},
    {"a type in a longer form", RAW("\x92\xcc\x02\x00"), 4},
};

static void test_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(message_cases) / sizeof(message_cases[0]); i++) {
        const struct message_case *c = &message_cases[i];
        struct avow_channel channel;
        int fd = open_channel(&channel);
        uint8_t *message = calloc(1, c->len);
        assert_non_null(message);
        memcpy(message, c->bytes.data, c->bytes.len);
        assert_int_equal(avow_channel_send(&channel, avow_bytes(message, c->len)), AVOW_OK);
        flush(&channel, fd);
        free(message);
        expect_cut(c->name, fd);
        avow_channel_fini(&channel);
        expect_well(c->name);
    }
}

/* ---- every type ---- */

struct variant {
    const char *name;
    bool known;   /* names the log that the node has */
    bool numbers; /* as they are in a full message, else all `number` */
    uint64_t number;
    bool fields;      /* those of its type, else none */
    bool hello;       /* says HELLO before, as a node */
    uint64_t request; /* 0: gossip */
};

static const struct variant variants[] = {
    {"a question", false, true, 0, true, false, 9},
    {"gossip", false, true, 0, true, true, 0},
    {"gossip from nobody", false, true, 0, true, false, 0},
    {"a question about a log", true, false, 1, true, false, 9},
    {"a question of zeros about a log", true, false, 0, true, false, 9},
    {"an answer from a peer about a log", true, false, 1, true, true, 1},
    {"gossip about a log", true, false, 1, true, true, 0},
    {"without fields", false, true, 0, false, false, 9},
};

static bool has_fields(unsigned type)
{
    return type < AVOW_MESSAGE_SKIPPABLE_MIN && avow_message_bytes_max(type) != 0;
}

static void write_variant(const struct variant *v, unsigned type, const struct test_issuer *issuer,
                          struct avow_buf *out)
{
    struct avow_message message = full_message();
    if (!v->numbers) {
        uint64_t *const numbers[] = {&message.from, &message.size,  &message.count, &message.index,
                                     &message.at,   &message.flags, &message.code,  &message.last};
        for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
            *numbers[i] = v->number;
    }
    if (v->known) {
        message.issuer = issuer->id;
        message.checkpoint = issuer->checkpoint;
        message.key = issuer->checkpoint.key;
    }
    message.type = (enum avow_message_type)type;
    message.request = v->request;
    if (v->fields && has_fields(type)) {
        avow_message_encode(out, &message);
    } else {
        avow_write_array(out, 2);
        avow_write_uint(out, type);
        avow_write_uint(out, v->request);
    }
    full_message_fini();
}

static void send_message(struct avow_channel *channel, const struct avow_message *message)
{
    struct avow_buf bytes;
    avow_buf_init(&bytes, AVOW_MESSAGE_BYTES_MAX);
    avow_message_encode(&bytes, message);
    assert_int_equal(avow_channel_send(channel, avow_buf_bytes(&bytes)), AVOW_OK);
    avow_buf_fini(&bytes);
}

/* Reads until the node has answered STATUS, or has ended the connection. */
static void read_to_end(struct avow_channel *channel, int fd)
{
    uint8_t buffer[65536];
    struct avow_bytes message;
    ssize_t count;
    while ((count = read(fd, buffer, sizeof(buffer))) > 0) {
        avow_channel_feed(channel, buffer, (size_t)count);
        while (avow_channel_next(channel, &message) == AVOW_CHANNEL_MESSAGE) {
            uint64_t type;
            assert_int_equal(avow_message_peek(message, &type), AVOW_ACCEPT);
            if (type == AVOW_MESSAGE_STATUS_REPLY)
                return;
        }
    }
}

static void send_variant(const struct variant *v, unsigned type, const struct test_issuer *issuer)
{
    static uint32_t source;
    struct avow_channel channel;
    struct avow_buf bytes;
    const struct avow_message hello = {
        .type = AVOW_MESSAGE_HELLO, .role = AVOW_PEER_NODE, .time = issuer->time};
    const struct avow_message last = {.type = AVOW_MESSAGE_STATUS, .request = 99};
    int fd = dial_from(&node, 1 + (source++ % 200 << 16)); /* one network has too few handshakes */
    if (!shake_hands(&channel, fd))
        fail_msg("the node is not there before type %u, %s", type, v->name);
    avow_buf_init(&bytes, AVOW_MESSAGE_BYTES_MAX);
    write_variant(v, type, issuer, &bytes);
    if (v->hello)
        send_message(&channel, &hello);
    assert_int_equal(avow_channel_send(&channel, avow_buf_bytes(&bytes)), AVOW_OK);
    send_message(&channel, &last);
    flush(&channel, fd);
    read_to_end(&channel, fd);
    assert_int_equal(close(fd), 0);
    avow_channel_fini(&channel);
    avow_buf_fini(&bytes);
}

/* Whatever its type, and whoever says it: a message is answered, refused, skipped, or the end of
 * its connection, and nothing else. */
static void test_every_type(void **state)
{
    struct test_issuer issuer;
    (void)state;
    struct avow_client *client = test_connect(&node, AVOW_PEER_CLIENT);
    test_issuer_init(&issuer, 2, &node);
    test_issuer_add_achievement(&issuer);
    test_publish(&issuer, client);
    avow_client_free(&client);
    for (unsigned type = 0; type < 256; type++) {
        /* The first two say all of a type without fields. A node takes a thousand handshakes at
         * once, and here are fewer. */
        const size_t count = has_fields(type) ? sizeof(variants) / sizeof(variants[0]) : 2;
        for (size_t i = 0; i < count; i++)
            send_variant(&variants[i], type, &issuer);
    }
    expect_well("every type");
    test_issuer_fini(&issuer);
}

/* The node's own memory, the mapped store left out. */
static unsigned long resident_kib(void)
{
    char path[64], line[256];
    unsigned long kib = 0;
    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)node.pid);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, "RssAnon:", 8) == 0)
            kib = strtoul(line + 8, NULL, 10);
    }
    assert_int_equal(fclose(file), 0);
    assert_true(kib > 0);
    return kib;
}

static void ask_verdict(struct avow_client *client, const struct test_issuer *issuer)
{
    struct avow_message question = {.type = AVOW_MESSAGE_VERIFY, .issuer = issuer->id, .index = 5};
    struct avow_message answer;
    assert_int_equal(avow_client_ask(client, &question, AVOW_MESSAGE_VERDICT, &answer), AVOW_OK);
}

/* Sends requests for 64 KiB each and reads nothing, until the socket stays full although the node
 * has answered another client many times meanwhile. */
static void flood(struct avow_channel *channel, int fd, struct avow_client *client,
                  const struct test_issuer *issuer)
{
    struct avow_message question = {
        .type = AVOW_MESSAGE_GET_RANGE, .issuer = issuer->id, .count = 2000, .size = 2003};
    uint8_t storage[128];
    struct avow_buf bytes, out;
    unsigned stuck = 0;
    size_t sent = 0;
    avow_buf_init_fixed(&bytes, storage, sizeof(storage));
    avow_message_encode(&bytes, &question);
    avow_buf_init(&out, AVOW_CHANNEL_QUEUE_MAX);
    while (stuck < 50) {
        if (sent == out.len) {
            avow_buf_clear(&out);
            for (int i = 0; i < 1000; i++)
                assert_int_equal(avow_channel_send(channel, avow_buf_bytes(&bytes)), AVOW_OK);
            avow_channel_flush(channel, &out);
            sent = 0;
        }
        ssize_t count = send(fd, out.data + sent, out.len - sent, MSG_DONTWAIT);
        sent += count > 0 ? (size_t)count : 0;
        stuck = count > 0 ? 0 : stuck + 1;
        if (count <= 0)
            ask_verdict(client, issuer);
    }
    avow_buf_fini(&out);
}

/* A client that asks for much and reads nothing is read from no more, and takes little room. */
static void test_unread_answers(void **state)
{
    struct avow_channel channel;
    struct test_issuer issuer;
    (void)state;
    struct avow_client *client = test_connect(&node, AVOW_PEER_CLIENT);
    test_issuer_init(&issuer, 1, &node);
    test_issuer_add_achievement(&issuer);
    test_issuer_add_issues(&issuer, 2, 2000);
    test_publish(&issuer, client);
    int fd = open_channel(&channel);
    unsigned long before = resident_kib();
    flood(&channel, fd, client, &issuer);
    unsigned long after = resident_kib();
#ifdef AVOW_SANITIZED /* which keeps freed memory for a while */
    (void)before;
    (void)after;
#else
    if (after > before + 8 * 1024UL)
        fail_msg("%lu KiB grew to %lu", before, after);
#endif
    assert_int_equal(close(fd), 0);
    avow_channel_fini(&channel);
    avow_client_free(&client);
    test_issuer_fini(&issuer);
    expect_well("unread answers");
}

static bool is_answered(struct avow_client *client)
{
    struct avow_message question = {.type = AVOW_MESSAGE_STATUS}, answer;
    return avow_client_ask(client, &question, AVOW_MESSAGE_STATUS_REPLY, &answer) == AVOW_OK;
}

static bool is_told(struct avow_client *client)
{
    struct avow_message question = {.type = AVOW_MESSAGE_VERIFY}, answer;
    return avow_client_ask(client, &question, AVOW_MESSAGE_VERDICT, &answer) == AVOW_OK;
}

/* Every newcomer is seated; who is idle goes for it, and not who asks. */
static void test_slots(void **state)
{
    (void)state;
    struct test_node small = {.links_max = "4"};
    struct avow_client *clients[4];
    struct avow_channel channels[5];
    int fds[5];
    test_node_start(&small, NULL);
    for (size_t i = 0; i < 4; i++) {
        clients[i] = test_connect(&small, AVOW_PEER_CLIENT);
        assert_true(is_answered(clients[i])); /* to ask how a node is is no use */
        assert_true(i % 2 == 0 || is_told(clients[i]));
    }
    for (size_t i = 0; i < 5; i++) {
        fds[i] = dial_from(&small, (uint32_t)(i % 2 + 1));
        if (!shake_hands(&channels[i], fds[i]))
            fail_msg("newcomer %zu", i);
        assert_true(is_answered(clients[3]));
    }
    for (size_t i = 0; i < 4; i++) {
        if (is_answered(clients[i]) != (i % 2 == 1))
            fail_msg("client %zu", i);
        avow_client_free(&clients[i]);
    }
    for (size_t i = 0; i < 5; i++) {
        avow_channel_fini(&channels[i]);
        assert_int_equal(close(fds[i]), 0);
    }
    test_node_stop(&small);
    test_node_remove(&small);
}

static int start(void **state)
{
    (void)state;
    test_node_start(&node, NULL);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    test_node_stop(&node);
    test_node_remove(&node);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_raw),
        cmocka_unit_test(test_other_network),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_every_type),
        cmocka_unit_test(test_unread_answers),
        cmocka_unit_test(test_slots),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, start, stop);
}
