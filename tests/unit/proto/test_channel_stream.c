/* The stream of messages inside a channel: bounds, pieces, queue, rekeying. */
#include "proto/wire/channel.h"

#include "tests/support/bytes.h"
#include "tests/support/channel_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PLAIN_MAX (AVOW_NOISE_MESSAGE_MAX - AVOW_NOISE_TAG)

/* Seals `plain` as one frame of the initiator's, whatever it says. */
static size_t seal_raw(struct channel_pair *pair, struct avow_bytes plain, uint8_t *frame)
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
        struct channel_pair pair;
        struct avow_bytes message;
        uint8_t frame[64];
        channel_pair_open(&pair);
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
        channel_pair_fini(&pair);
    }
}

/* A message over its type's bound is refused as soon as its head has come, in however many pieces.
 */
static void test_bound_across_frames(void **state)
{
    (void)state;
    static const uint8_t plain[] = {0, 0, 0, 17, 's', 1, 2, 3, 4, 5, 6, 7};
    struct channel_pair pair;
    struct avow_bytes message;
    channel_pair_open(&pair);
    for (size_t i = 0; i < sizeof(plain); i++) {
        uint8_t frame[64];
        size_t len = seal_raw(&pair, avow_bytes(&plain[i], 1), frame);
        avow_channel_feed(&pair.ends[1], frame, len);
        assert_int_equal(avow_channel_next(&pair.ends[1], &message),
                         i + 1 < sizeof(plain) ? AVOW_CHANNEL_MORE : AVOW_CHANNEL_REJECTED);
    }
    assert_int_equal(avow_channel_reject(&pair.ends[1]), AVOW_REJECT_QUOTA);
    channel_pair_fini(&pair);
}

static void test_send_refuses(void **state)
{
    (void)state;
    struct channel_pair pair;
    struct avow_bytes big =
        avow_bytes(calloc(1, AVOW_CHANNEL_MESSAGE_MAX), AVOW_CHANNEL_MESSAGE_MAX);
    assert_non_null(big.data);
    channel_pair_init(&pair);
    assert_int_equal(avow_channel_send(&pair.ends[0], big), AVOW_ERR_CLOSED);
    channel_pair_fini(&pair);
    channel_pair_open(&pair);
    struct avow_bytes over = avow_bytes(big.data, big.len + 1);
    assert_int_equal(avow_channel_send(&pair.ends[0], over), AVOW_ERR_TOO_LARGE);
    assert_int_equal(avow_channel_send(&pair.ends[0], avow_bytes(NULL, 0)), AVOW_ERR_INVALID);
    assert_int_equal(avow_channel_queued(&pair.ends[0]), 0);

    size_t sent = 0; /* until the queue is full; what it holds still arrives whole */
    while (avow_channel_send(&pair.ends[0], big) == AVOW_OK)
        sent++;
    assert_int_equal(sent, AVOW_CHANNEL_QUEUE_MAX / AVOW_CHANNEL_MESSAGE_MAX - 1);
    assert_int_equal(avow_channel_send(&pair.ends[0], big), AVOW_ERR_TOO_LARGE);
    channel_send_text(&pair.ends[0], "a small one fits");
    struct avow_buf wire;
    struct avow_bytes message;
    channel_take(&pair.ends[0], &wire);
    avow_channel_feed(&pair.ends[1], wire.data, wire.len);
    for (size_t i = 0; i < sent; i++) {
        assert_int_equal(avow_channel_next(&pair.ends[1], &message), AVOW_CHANNEL_MESSAGE);
        assert_int_equal(message.len, big.len);
    }
    channel_expect_text(&pair.ends[1], "a small one fits");
    assert_int_equal(avow_channel_next(&pair.ends[1], &message), AVOW_CHANNEL_MORE);
    assert_true(pair.ends[1].partial.cap <= 1024); /* an idle channel holds little */
    assert_true(pair.ends[1].frame.cap <= 1024);
    avow_buf_fini(&wire);
    free((void *)(uintptr_t)big.data);
    channel_pair_fini(&pair);
}

static void test_rekey(void **state)
{
    (void)state;
    struct channel_pair pair;
    channel_pair_open(&pair);
    uint8_t first[32];
    memcpy(first, pair.ends[0].send.key, sizeof(first));
    struct avow_buf wire;
    avow_buf_init(&wire, AVOW_CHANNEL_QUEUE_MAX);
    for (uint64_t i = 0; i < 2 * AVOW_CHANNEL_REKEY_FRAMES + 2; i++) {
        bool rekeyed = memcmp(first, pair.ends[0].send.key, sizeof(first)) != 0;
        assert_int_equal(rekeyed, i >= AVOW_CHANNEL_REKEY_FRAMES);
        channel_send_text(&pair.ends[0], "x");
        avow_channel_flush(&pair.ends[0], &wire);
        avow_channel_feed(&pair.ends[1], wire.data, wire.len);
        channel_expect_text(&pair.ends[1], "x");
        struct avow_bytes message;
        assert_int_equal(avow_channel_next(&pair.ends[1], &message), AVOW_CHANNEL_MORE);
        avow_buf_clear(&wire);
    }
    assert_memory_equal(pair.ends[0].send.key, pair.ends[1].receive.key, 32);
    avow_buf_fini(&wire);
    channel_pair_fini(&pair);
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
            channel_take(channel, &out);
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
        struct channel_pair pair;
        struct avow_bytes message;
        struct avow_buf wire;
        size_t lens[MESSAGES];
        size_t got = 0;
        channel_pair_open(&pair);
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
        channel_pair_fini(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream),        cmocka_unit_test(test_bound_across_frames),
        cmocka_unit_test(test_send_refuses),  cmocka_unit_test(test_rekey),
        cmocka_unit_test(test_random_splits),
    };
    return avow_crypto_init() != AVOW_OK ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
