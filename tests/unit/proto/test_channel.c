/* Two channels in memory: what passes between them, in which pieces, and what they must refuse. */
#include "proto/wire/channel.h"

#include "tests/support/alloc.h"
#include "tests/support/bytes.h"

#include <sodium.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PLAIN_MAX (AVOW_NOISE_MESSAGE_MAX - AVOW_NOISE_TAG)

static size_t bound_calls;

/* Messages that begin with 's' are short. */
static enum avow_reject bound(struct avow_bytes head, size_t len)
{
    bound_calls++;
    assert_int_equal(head.len, len < AVOW_CHANNEL_HEAD ? len : AVOW_CHANNEL_HEAD);
    return head.data[0] == 's' && len > 16 ? AVOW_REJECT_QUOTA : AVOW_ACCEPT;
}

struct pair {
    struct avow_secret_key secrets[2];
    struct avow_key keys[2];
    struct avow_channel ends[2]; /* initiator, responder */
};

static void identity(struct pair *pair, size_t side)
{
    uint8_t seed[32] = {(uint8_t)(side + 1)};
    avow_ed25519_from_seed(seed, &pair->secrets[side], &pair->keys[side]);
}

static void init_end(struct pair *pair, size_t side, const char *network,
                     const struct avow_key *expected)
{
    static const uint8_t ephemerals[2][32] = {{11}, {22}};
    struct avow_channel_config config = {.network = network,
                                         .self = &pair->secrets[side],
                                         .ephemeral = ephemerals[side],
                                         .expected = expected,
                                         .bound = bound};
    enum avow_err err = side == 0 ? avow_channel_init_initiator(&pair->ends[0], &config)
                                  : avow_channel_init_responder(&pair->ends[1], &config);
    assert_int_equal(err, AVOW_OK);
}

static void init_pair(struct pair *pair)
{
    identity(pair, 0);
    identity(pair, 1);
    init_end(pair, 0, "test", &pair->keys[1]);
    init_end(pair, 1, "test", NULL);
}

static void fini_pair(struct pair *pair)
{
    avow_channel_fini(&pair->ends[0]);
    avow_channel_fini(&pair->ends[1]);
}

static void take(struct avow_channel *channel, struct avow_buf *out)
{
    avow_buf_init(out, AVOW_CHANNEL_QUEUE_MAX);
    avow_channel_flush(channel, out);
}

/* Feeds what one end has queued to the other, which is expected to give `event`. */
static void carry(struct pair *pair, size_t from, enum avow_channel_event event)
{
    struct avow_buf wire;
    struct avow_bytes message;
    take(&pair->ends[from], &wire);
    avow_channel_feed(&pair->ends[1 - from], wire.data, wire.len);
    assert_int_equal(avow_channel_next(&pair->ends[1 - from], &message), event);
    avow_buf_fini(&wire);
}

static void open_pair(struct pair *pair)
{
    init_pair(pair);
    struct avow_bytes message;
    carry(pair, 0, AVOW_CHANNEL_MORE);
    carry(pair, 1, AVOW_CHANNEL_OPENED);
    assert_int_equal(avow_channel_next(&pair->ends[0], &message), AVOW_CHANNEL_MORE);
    carry(pair, 0, AVOW_CHANNEL_OPENED);
    assert_int_equal(avow_channel_next(&pair->ends[1], &message), AVOW_CHANNEL_MORE);
}

static void send_text(struct avow_channel *channel, const char *text)
{
    assert_int_equal(avow_channel_send(channel, avow_bytes_text(text)), AVOW_OK);
}

static void expect_text(struct avow_channel *channel, const char *text)
{
    struct avow_bytes message;
    assert_int_equal(avow_channel_next(channel, &message), AVOW_CHANNEL_MESSAGE);
    assert_true(avow_bytes_equal(message, avow_bytes_text(text)));
}

static void test_handshake(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    for (size_t side = 0; side < 2; side++) {
        struct avow_channel *end = &pair.ends[side];
        uint8_t dh_key[32];
        assert_true(avow_key_equal(avow_channel_peer(end), &pair.keys[1 - side]));
        assert_int_equal(crypto_sign_ed25519_pk_to_curve25519(dh_key, pair.keys[1 - side].bytes),
                         0);
        assert_memory_equal(avow_channel_peer_static(end), dh_key, 32);
        assert_true(avow_channel_at_boundary(end));
        assert_int_equal(avow_channel_reject(end), AVOW_ACCEPT);
        assert_int_equal(avow_channel_queued(end), 0);
    }
    assert_true(avow_hash_equal(avow_channel_handshake_hash(&pair.ends[0]),
                                avow_channel_handshake_hash(&pair.ends[1])));

    send_text(&pair.ends[0], "hello");
    send_text(&pair.ends[0], "again");
    send_text(&pair.ends[1], "other way");
    struct avow_buf wire;
    take(&pair.ends[0], &wire);
    assert_int_equal(wire.len, 2 + 4 + 5 + 4 + 5 + AVOW_NOISE_TAG); /* one frame for both */
    avow_channel_feed(&pair.ends[1], wire.data, wire.len);
    expect_text(&pair.ends[1], "hello");
    expect_text(&pair.ends[1], "again");
    avow_buf_fini(&wire);
    take(&pair.ends[1], &wire);
    avow_channel_feed(&pair.ends[0], wire.data, wire.len);
    expect_text(&pair.ends[0], "other way");
    avow_buf_fini(&wire);
    fini_pair(&pair);
}

static void test_byte_by_byte(void **state)
{
    (void)state;
    struct pair pair;
    struct avow_bytes message;
    size_t opened[2] = {0, 0};
    size_t got = 0;
    init_pair(&pair);
    for (size_t turn = 0; turn < 4; turn++) { /* three handshake messages, then ours */
        size_t from = turn == 3 ? 0 : turn % 2;
        if (turn == 3)
            send_text(&pair.ends[0], "one byte at a time");
        struct avow_buf wire;
        take(&pair.ends[from], &wire);
        for (size_t i = 0; i < wire.len; i++) {
            enum avow_channel_event event;
            assert_true(turn == 3 ? i == 0 || !avow_channel_at_boundary(&pair.ends[1]) : true);
            avow_channel_feed(&pair.ends[1 - from], &wire.data[i], 1);
            while ((event = avow_channel_next(&pair.ends[1 - from], &message)) !=
                   AVOW_CHANNEL_MORE) {
                assert_int_equal(i, wire.len - 1);
                opened[1 - from] += event == AVOW_CHANNEL_OPENED;
                got += event == AVOW_CHANNEL_MESSAGE && message.len == 18;
            }
        }
        avow_buf_fini(&wire);
    }
    assert_int_equal(opened[0], 1);
    assert_int_equal(opened[1], 1);
    assert_int_equal(got, 1);
    assert_true(avow_channel_at_boundary(&pair.ends[1]));
    fini_pair(&pair);
}

static void test_configuration(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *network;
        enum avow_err expected;
    } cases[] = {
        {"empty", "", AVOW_ERR_INVALID},
        {"longest", "1234567890123456789012345678901234567890123456789012345678901234", AVOW_OK},
        {"too long", "12345678901234567890123456789012345678901234567890123456789012345",
         AVOW_ERR_INVALID},
    };
    static const uint8_t ephemeral[32] = {1};
    struct pair pair;
    identity(&pair, 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct avow_channel_config config = {.network = cases[i].network,
                                             .self = &pair.secrets[0],
                                             .ephemeral = ephemeral,
                                             .bound = bound};
        struct avow_channel channel;
        if (avow_channel_init_initiator(&channel, &config) != cases[i].expected)
            fail_msg("%s", cases[i].name);
        avow_channel_fini(&channel);
        if (avow_channel_init_responder(&channel, &config) != cases[i].expected)
            fail_msg("%s, responder", cases[i].name);
        avow_channel_fini(&channel);
    }
}

static void test_wrong_network(void **state)
{
    (void)state;
    struct pair pair;
    struct avow_bytes message;
    identity(&pair, 0);
    identity(&pair, 1);
    init_end(&pair, 0, "test", NULL);
    init_end(&pair, 1, "tess", NULL);
    carry(&pair, 0, AVOW_CHANNEL_MORE); /* nothing in message 1 tells */
    carry(&pair, 1, AVOW_CHANNEL_REJECTED);
    assert_int_equal(avow_channel_reject(&pair.ends[0]), AVOW_REJECT_HANDSHAKE);
    assert_int_equal(avow_channel_next(&pair.ends[0], &message), AVOW_CHANNEL_REJECTED);
    assert_int_equal(avow_channel_queued(&pair.ends[0]), 0); /* no message 3 */
    fini_pair(&pair);
}

static void test_unexpected_peer(void **state)
{
    (void)state;
    struct pair pair;
    identity(&pair, 0);
    identity(&pair, 1);
    init_end(&pair, 0, "test", &pair.keys[0]);
    init_end(&pair, 1, "test", NULL);
    carry(&pair, 0, AVOW_CHANNEL_MORE);
    carry(&pair, 1, AVOW_CHANNEL_REJECTED);
    assert_int_equal(avow_channel_reject(&pair.ends[0]), AVOW_REJECT_KEY_UNKNOWN);
    assert_int_equal(avow_channel_queued(&pair.ends[0]), 0);
    fini_pair(&pair);
}

/* A responder that claims another identity than the one its X25519 key belongs to. */
static void test_stolen_identity(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *claimed; /* NULL: the initiator's own */
        enum avow_reject expected;
    } cases[] = {
        {"someone else's key", NULL, AVOW_REJECT_HANDSHAKE},
        {"small order", "0100000000000000000000000000000000000000000000000000000000000000",
         AVOW_REJECT_KEY_POINT},
        {"order 8 component", "735958d8f0d03e45ac8eb1499e6986be786566be88f5a24bb14430dac9a8543e",
         AVOW_REJECT_KEY_POINT},
        {"no point", "0200000000000000000000000000000000000000000000000000000000000000",
         AVOW_REJECT_KEY_POINT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pair pair;
        identity(&pair, 0);
        identity(&pair, 1);
        init_end(&pair, 0, "test", NULL);
        init_end(&pair, 1, "test", NULL);
        pair.ends[1].self = pair.keys[0];
        if (cases[i].claimed != NULL)
            assert_int_equal(
                sodium_hex2bin(pair.ends[1].self.bytes, 32, cases[i].claimed, 64, NULL, NULL, NULL),
                0);
        carry(&pair, 0, AVOW_CHANNEL_MORE);
        carry(&pair, 1, AVOW_CHANNEL_REJECTED);
        if (avow_channel_reject(&pair.ends[0]) != cases[i].expected)
            fail_msg("%s: %s", cases[i].name, avow_reject_name(avow_channel_reject(&pair.ends[0])));
        fini_pair(&pair);
    }
}

/* Runs a handshake and one message with a bit of byte `flip` of everything sent inverted, counted
 * in the order of sending. True if some end rejected it, or waits for more than was sent. */
static bool refused_when_flipped(size_t flip, unsigned bit, size_t *total)
{
    struct pair pair;
    struct avow_bytes message;
    bool refused = false;
    *total = 0;
    init_pair(&pair);
    for (size_t turn = 0; turn < 4 && !refused; turn++) {
        size_t from = turn == 3 ? 0 : turn % 2;
        struct avow_buf wire;
        if (turn == 3)
            send_text(&pair.ends[0], "message");
        take(&pair.ends[from], &wire);
        if (flip >= *total && flip - *total < wire.len)
            wire.data[flip - *total] ^= (uint8_t)(1U << bit);
        *total += wire.len;
        avow_channel_feed(&pair.ends[1 - from], wire.data, wire.len);
        enum avow_channel_event event = avow_channel_next(&pair.ends[1 - from], &message);
        enum avow_channel_event expected = turn == 0   ? AVOW_CHANNEL_MORE
                                           : turn == 3 ? AVOW_CHANNEL_MESSAGE
                                                       : AVOW_CHANNEL_OPENED;
        refused = event != expected;
        if (!refused && turn > 0)
            refused = avow_channel_next(&pair.ends[1 - from], &message) != AVOW_CHANNEL_MORE;
        avow_buf_fini(&wire);
    }
    fini_pair(&pair);
    return refused;
}

static void test_every_byte_matters(void **state)
{
    (void)state;
    size_t total = 0;
    assert_false(refused_when_flipped(SIZE_MAX, 0, &total));
    for (size_t flip = 0; flip < total; flip++) {
        size_t ignored = 0;
        if (!refused_when_flipped(flip, (unsigned)(flip % 8), &ignored))
            fail_msg("byte %zu changed, and was accepted", flip);
    }
}

/* Two frames of one message each. */
static void two_frames(struct pair *pair, struct avow_buf frames[2])
{
    open_pair(pair);
    for (size_t i = 0; i < 2; i++) {
        send_text(&pair->ends[0], i == 0 ? "first" : "second");
        take(&pair->ends[0], &frames[i]);
    }
}

static void test_order(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t order[3];
        size_t accepted; /* messages before the rejection */
    } cases[] = {{"reordered", {1, 0, 0}, 0}, {"replayed", {0, 0, 1}, 1}, {"lost", {1, 1, 1}, 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pair pair;
        struct avow_buf frames[2];
        struct avow_bytes message;
        two_frames(&pair, frames);
        size_t accepted = 0;
        for (size_t n = 0; n < 3; n++) {
            uint8_t copy[64];
            const struct avow_buf *frame = &frames[cases[i].order[n]];
            memcpy(copy, frame->data, frame->len);
            avow_channel_feed(&pair.ends[1], copy, frame->len);
            while (avow_channel_next(&pair.ends[1], &message) == AVOW_CHANNEL_MESSAGE)
                accepted++;
        }
        if (accepted != cases[i].accepted ||
            avow_channel_reject(&pair.ends[1]) != AVOW_REJECT_FRAME)
            fail_msg("%s: %zu accepted", cases[i].name, accepted);
        avow_buf_fini(&frames[0]);
        avow_buf_fini(&frames[1]);
        fini_pair(&pair);
    }
}

/* Seals `plain` as one frame of the initiator's, whatever it says. */
static size_t seal_raw(struct pair *pair, struct avow_bytes plain, uint8_t *frame)
{
    avow_put_u16be(frame, (uint16_t)(plain.len + AVOW_NOISE_TAG));
    if (plain.len > 0)
        memcpy(frame + 2, plain.data, plain.len);
    avow_noise_seal(&pair->ends[0].send, avow_bytes(NULL, 0), frame + 2, plain.len);
    return 2 + plain.len + AVOW_NOISE_TAG;
}

static const struct {
    const char *name;
    struct avow_bytes plain;
    enum avow_reject expected;
    size_t buffered; /* most bytes that may be held for it */
} stream_cases[] = {
    {"empty frame", {NULL, 0}, AVOW_REJECT_LENGTH, 0},
    {"empty message", BYTES(0, 0, 0, 0), AVOW_REJECT_LENGTH, 0},
    {"over 1 MiB", BYTES(0, 0x10, 0, 1), AVOW_REJECT_LENGTH, 0},
    {"4 GiB", BYTES(255, 255, 255, 255, 'x'), AVOW_REJECT_LENGTH, 0},
    {"over its type's bound", BYTES(0, 0, 0, 17, 's', 1, 2, 3, 4, 5, 6, 7), AVOW_REJECT_QUOTA, 0},
    {"its type's bound not known yet", BYTES(0, 0, 0, 17, 's', 1, 2, 3, 4, 5, 6), AVOW_ACCEPT, 64},
    {"within its type's bound", BYTES(0, 0, 0, 16, 's', 1, 2, 3, 4, 5, 6, 7), AVOW_ACCEPT, 64},
    {"1 MiB claimed, a little sent", BYTES(0, 0x10, 0, 0, 'x', 1, 2, 3, 4, 5, 6, 7), AVOW_ACCEPT,
     64},
    {"part of a length", BYTES(0, 0x10), AVOW_ACCEPT, 64},
};

static void test_stream(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(stream_cases); i++) {
        struct pair pair;
        struct avow_bytes message;
        uint8_t frame[64];
        open_pair(&pair);
        size_t len = seal_raw(&pair, stream_cases[i].plain, frame);
        avow_channel_feed(&pair.ends[1], frame, len);
        enum avow_channel_event event = avow_channel_next(&pair.ends[1], &message);
        bool accepted = stream_cases[i].expected == AVOW_ACCEPT;
        if (event != (accepted ? AVOW_CHANNEL_MORE : AVOW_CHANNEL_REJECTED) ||
            avow_channel_reject(&pair.ends[1]) != stream_cases[i].expected)
            fail_msg("%s: %s", stream_cases[i].name,
                     avow_reject_name(avow_channel_reject(&pair.ends[1])));
        if (pair.ends[1].partial.cap > stream_cases[i].buffered)
            fail_msg("%s: %zu bytes held", stream_cases[i].name, pair.ends[1].partial.cap);
        assert_false(avow_channel_at_boundary(&pair.ends[1]));
        fini_pair(&pair);
    }
}

/* A message over its type's bound is refused as soon as its head has come, in however many pieces.
 */
static void test_bound_across_frames(void **state)
{
    (void)state;
    static const uint8_t plain[] = {0, 0, 0, 17, 's', 1, 2, 3, 4, 5, 6, 7};
    struct pair pair;
    struct avow_bytes message;
    open_pair(&pair);
    for (size_t i = 0; i < sizeof(plain); i++) {
        uint8_t frame[64];
        size_t len = seal_raw(&pair, avow_bytes(&plain[i], 1), frame);
        avow_channel_feed(&pair.ends[1], frame, len);
        assert_int_equal(avow_channel_next(&pair.ends[1], &message),
                         i + 1 < sizeof(plain) ? AVOW_CHANNEL_MORE : AVOW_CHANNEL_REJECTED);
    }
    assert_int_equal(avow_channel_reject(&pair.ends[1]), AVOW_REJECT_QUOTA);
    fini_pair(&pair);
}

static void test_handshake_lengths(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint16_t len;
    } cases[] = {{"short", 31}, {"long", 33}, {"longest", 65535}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pair pair;
        struct avow_bytes message;
        uint8_t copy[2];
        init_pair(&pair);
        avow_put_u16be(copy, cases[i].len);
        avow_channel_feed(&pair.ends[1], copy, 2);
        if (avow_channel_next(&pair.ends[1], &message) != AVOW_CHANNEL_REJECTED ||
            avow_channel_reject(&pair.ends[1]) != AVOW_REJECT_LENGTH)
            fail_msg("%s", cases[i].name);
        fini_pair(&pair);
    }
}

static void test_send_refuses(void **state)
{
    (void)state;
    struct pair pair;
    struct avow_bytes big =
        avow_bytes(calloc(1, AVOW_CHANNEL_MESSAGE_MAX), AVOW_CHANNEL_MESSAGE_MAX);
    assert_non_null(big.data);
    init_pair(&pair);
    assert_int_equal(avow_channel_send(&pair.ends[0], big), AVOW_ERR_CLOSED);
    fini_pair(&pair);
    open_pair(&pair);
    struct avow_bytes over = avow_bytes(big.data, big.len + 1);
    assert_int_equal(avow_channel_send(&pair.ends[0], over), AVOW_ERR_TOO_LARGE);
    assert_int_equal(avow_channel_send(&pair.ends[0], avow_bytes(NULL, 0)), AVOW_ERR_INVALID);
    assert_int_equal(avow_channel_queued(&pair.ends[0]), 0);

    size_t sent = 0; /* until the queue is full; what it holds still arrives whole */
    while (avow_channel_send(&pair.ends[0], big) == AVOW_OK)
        sent++;
    assert_int_equal(sent, AVOW_CHANNEL_QUEUE_MAX / AVOW_CHANNEL_MESSAGE_MAX - 1);
    assert_int_equal(avow_channel_send(&pair.ends[0], big), AVOW_ERR_TOO_LARGE);
    send_text(&pair.ends[0], "a small one fits");
    struct avow_buf wire;
    struct avow_bytes message;
    take(&pair.ends[0], &wire);
    avow_channel_feed(&pair.ends[1], wire.data, wire.len);
    for (size_t i = 0; i < sent; i++) {
        assert_int_equal(avow_channel_next(&pair.ends[1], &message), AVOW_CHANNEL_MESSAGE);
        assert_int_equal(message.len, big.len);
    }
    expect_text(&pair.ends[1], "a small one fits");
    assert_int_equal(avow_channel_next(&pair.ends[1], &message), AVOW_CHANNEL_MORE);
    assert_true(pair.ends[1].partial.cap <= 1024); /* an idle channel holds little */
    assert_true(pair.ends[1].frame.cap <= 1024);
    avow_buf_fini(&wire);
    free((void *)(uintptr_t)big.data);
    fini_pair(&pair);
}

/* What was queued before a rejection leaves no frame half-sealed. */
static void test_reject_with_a_queue(void **state)
{
    (void)state;
    struct pair pair;
    struct avow_bytes message;
    uint8_t frame[] = {0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    open_pair(&pair);
    send_text(&pair.ends[1], "not sealed yet");
    avow_channel_feed(&pair.ends[1], frame, sizeof(frame));
    assert_int_equal(avow_channel_next(&pair.ends[1], &message), AVOW_CHANNEL_REJECTED);
    struct avow_buf wire;
    take(&pair.ends[1], &wire);
    assert_int_equal(wire.len, 0);
    assert_int_equal(avow_channel_send(&pair.ends[1], avow_bytes_text("late")), AVOW_ERR_CLOSED);
    static const uint8_t zeroed[sizeof(struct avow_noise_cipher)];
    assert_memory_equal(&pair.ends[1].send, zeroed, sizeof(zeroed));
    assert_memory_equal(&pair.ends[1].receive, zeroed, sizeof(zeroed));
    avow_buf_fini(&wire);
    fini_pair(&pair);
}

static void test_rekey(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    uint8_t first[32];
    memcpy(first, pair.ends[0].send.key, sizeof(first));
    struct avow_buf wire;
    avow_buf_init(&wire, AVOW_CHANNEL_QUEUE_MAX);
    for (uint64_t i = 0; i < 2 * AVOW_CHANNEL_REKEY_FRAMES + 2; i++) {
        bool rekeyed = memcmp(first, pair.ends[0].send.key, sizeof(first)) != 0;
        assert_int_equal(rekeyed, i >= AVOW_CHANNEL_REKEY_FRAMES);
        send_text(&pair.ends[0], "x");
        avow_channel_flush(&pair.ends[0], &wire);
        avow_channel_feed(&pair.ends[1], wire.data, wire.len);
        expect_text(&pair.ends[1], "x");
        struct avow_bytes message;
        assert_int_equal(avow_channel_next(&pair.ends[1], &message), AVOW_CHANNEL_MORE);
        avow_buf_clear(&wire);
    }
    assert_memory_equal(pair.ends[0].send.key, pair.ends[1].receive.key, 32);
    avow_buf_fini(&wire);
    fini_pair(&pair);
}

static uint64_t next_random(uint64_t *seed) /* xorshift64 */
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* A third of the lengths are tiny, a third around a frame, a third anything. */
static size_t random_len(uint64_t *seed)
{
    uint64_t choice = next_random(seed) % 3;
    if (choice == 0)
        return 1 + next_random(seed) % 16;
    if (choice == 1)
        return PLAIN_MAX - 8 + next_random(seed) % 16;
    return 1 + next_random(seed) % 200000;
}

/* Sends `count` messages, message n filled with byte n, flushing at random. */
static void send_random(struct avow_channel *channel, uint64_t *seed, size_t count, size_t lens[],
                        struct avow_buf *wire)
{
    static uint8_t content[200000];
    for (size_t n = 0; n < count; n++) {
        lens[n] = random_len(seed);
        memset(content, (int)n, lens[n]);
        assert_int_equal(avow_channel_send(channel, avow_bytes(content, lens[n])), AVOW_OK);
        if (next_random(seed) % 3 == 0 || n + 1 == count) {
            struct avow_buf out;
            take(channel, &out);
            avow_buf_append(wire, out.data, out.len);
            avow_buf_fini(&out);
        }
    }
}

static void test_random_splits(void **state)
{
    (void)state;
    enum { MESSAGES = 24 };
    for (uint64_t first = 1; first <= 60; first++) {
        uint64_t seed = first * UINT64_C(0x9e3779b97f4a7c15);
        struct pair pair;
        struct avow_bytes message;
        struct avow_buf wire;
        size_t lens[MESSAGES];
        size_t got = 0;
        open_pair(&pair);
        avow_buf_init(&wire, AVOW_CHANNEL_QUEUE_MAX);
        send_random(&pair.ends[0], &seed, MESSAGES, lens, &wire);
        for (size_t at = 0; at < wire.len;) {
            size_t len = next_random(&seed) % 2 == 0 ? 1 + next_random(&seed) % 100
                                                     : 1 + next_random(&seed) % 100000;
            len = len < wire.len - at ? len : wire.len - at;
            uint8_t *piece = malloc(len); /* of its own, so that a sanitizer sees one byte over */
            assert_non_null(piece);
            memcpy(piece, wire.data + at, len);
            at += len;
            avow_channel_feed(&pair.ends[1], piece, len);
            while (avow_channel_next(&pair.ends[1], &message) == AVOW_CHANNEL_MESSAGE) {
                if (got >= MESSAGES || message.len != lens[got] || message.data[0] != got ||
                    memcmp(message.data, message.data + 1, message.len - 1) != 0)
                    fail_msg("seed %llu: message %zu", (unsigned long long)first, got);
                got++;
            }
            assert_int_equal(avow_channel_reject(&pair.ends[1]), AVOW_ACCEPT);
            free(piece);
        }
        assert_int_equal(got, MESSAGES);
        assert_true(avow_channel_at_boundary(&pair.ends[1]));
        avow_buf_fini(&wire);
        fini_pair(&pair);
    }
}

/* Opens a pair and sends a message over two feeds; AVOW_ERR_NOMEM wherever memory ran out. */
static enum avow_err allocating_step(void *context)
{
    (void)context;
    static const uint8_t ephemeral[32] = {3};
    struct pair pair;
    struct avow_bytes message;
    enum avow_err err = AVOW_OK;
    identity(&pair, 0);
    identity(&pair, 1);
    for (size_t i = 0; i < 2 && err == AVOW_OK; i++) {
        struct avow_channel_config config = {
            .network = "test", .self = &pair.secrets[i], .ephemeral = ephemeral, .bound = bound};
        if (i == 0)
            err = avow_channel_init_initiator(&pair.ends[0], &config);
        else
            err = avow_channel_init_responder(&pair.ends[1], &config);
        if (err != AVOW_OK)
            avow_channel_fini(&pair.ends[0]);
    }
    if (err != AVOW_OK)
        return err;
    for (size_t turn = 0; turn < 4 && err == AVOW_OK; turn++) {
        size_t from = turn == 3 ? 0 : turn % 2;
        struct avow_buf wire;
        if (turn == 3)
            err = avow_channel_send(&pair.ends[0], avow_bytes_text("message"));
        take(&pair.ends[from], &wire);
        for (size_t i = 0; i < wire.len && err == AVOW_OK; i++) {
            avow_channel_feed(&pair.ends[1 - from], &wire.data[i], 1);
            enum avow_channel_event event = avow_channel_next(&pair.ends[1 - from], &message);
            while (event == AVOW_CHANNEL_OPENED || event == AVOW_CHANNEL_MESSAGE)
                event = avow_channel_next(&pair.ends[1 - from], &message);
            err = event == AVOW_CHANNEL_FAILED ? AVOW_ERR_NOMEM : AVOW_OK;
        }
        avow_buf_fini(&wire);
    }
    fini_pair(&pair);
    return err;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    avow_alloc_sweep("channel", allocating_step, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_handshake),
        cmocka_unit_test(test_byte_by_byte),
        cmocka_unit_test(test_configuration),
        cmocka_unit_test(test_wrong_network),
        cmocka_unit_test(test_unexpected_peer),
        cmocka_unit_test(test_stolen_identity),
        cmocka_unit_test(test_every_byte_matters),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_bound_across_frames),
        cmocka_unit_test(test_handshake_lengths),
        cmocka_unit_test(test_send_refuses),
        cmocka_unit_test(test_reject_with_a_queue),
        cmocka_unit_test(test_rekey),
        cmocka_unit_test(test_random_splits),
        cmocka_unit_test(test_out_of_memory),
    };
    return avow_crypto_init() != AVOW_OK ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
