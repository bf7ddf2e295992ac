/* Two channels in memory: the handshake, who they take each other for, what they must refuse. */
#include "proto/wire/channel.h"

#include "tests/support/alloc.h"
#include "tests/support/channel_pair.h"

#include <sodium.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_handshake(void **state)
{
    (void)state;
    struct channel_pair pair;
    channel_pair_open(&pair);
    for (size_t side = 0; side < 2; side++) {
        struct avow_channel *end = &pair.ends[side];
        uint8_t dh_key[32];
        assert_true(avow_key_equal(avow_channel_peer(end), &pair.keys[1 - side]));
        assert_int_equal(crypto_sign_ed25519_pk_to_curve25519(dh_key, pair.keys[1 - side].bytes),
                         0);
        assert_memory_equal(end->peer_static, dh_key, 32);
        assert_true(avow_channel_at_boundary(end));
        assert_int_equal(avow_channel_reject(end), AVOW_ACCEPT);
        assert_int_equal(avow_channel_queued(end), 0);
    }
    assert_true(avow_hash_equal(avow_channel_handshake_hash(&pair.ends[0]),
                                avow_channel_handshake_hash(&pair.ends[1])));

    channel_send_text(&pair.ends[0], "hello");
    channel_send_text(&pair.ends[0], "again");
    channel_send_text(&pair.ends[1], "other way");
    struct avow_buf wire;
    channel_take(&pair.ends[0], &wire);
    assert_int_equal(wire.len, 2 + 4 + 5 + 4 + 5 + AVOW_NOISE_TAG); /* one frame for both */
    avow_channel_feed(&pair.ends[1], wire.data, wire.len);
    channel_expect_text(&pair.ends[1], "hello");
    channel_expect_text(&pair.ends[1], "again");
    avow_buf_fini(&wire);
    channel_take(&pair.ends[1], &wire);
    avow_channel_feed(&pair.ends[0], wire.data, wire.len);
    channel_expect_text(&pair.ends[0], "other way");
    avow_buf_fini(&wire);
    channel_pair_fini(&pair);
}

static void test_byte_by_byte(void **state)
{
    (void)state;
    struct channel_pair pair;
    struct avow_bytes message;
    size_t opened[2] = {0, 0};
    size_t got = 0;
    channel_pair_init(&pair);
    for (size_t turn = 0; turn < 4; turn++) { /* three handshake messages, then ours */
        size_t from = turn == 3 ? 0 : turn % 2;
        if (turn == 3)
            channel_send_text(&pair.ends[0], "one byte at a time");
        struct avow_buf wire;
        channel_take(&pair.ends[from], &wire);
        for (size_t i = 0; i < wire.len; i++) {
            enum avow_channel_event event;
            assert_true(turn == 3 ? i == 0 || !avow_channel_at_boundary(&pair.ends[1]) : true);
            avow_channel_feed(&pair.ends[1 - from], &wire.data[i], 1);
            while ((event = avow_channel_next(&pair.ends[1 - from], &message)) !=
                   AVOW_CHANNEL_MORE) {
                assert_int_equal(i, wire.len - 1);
                assert_true(event == AVOW_CHANNEL_OPENED || event == AVOW_CHANNEL_MESSAGE);
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
    channel_pair_fini(&pair);
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
    struct channel_pair pair;
    channel_pair_identity(&pair, 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct avow_channel_config config = {.network = cases[i].network,
                                             .self = &pair.secrets[0],
                                             .ephemeral = ephemeral,
                                             .bound = channel_pair_bound};
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
    struct channel_pair pair;
    struct avow_bytes message;
    channel_pair_identity(&pair, 0);
    channel_pair_identity(&pair, 1);
    channel_pair_init_end(&pair, 0, "test", NULL);
    channel_pair_init_end(&pair, 1, "tess", NULL);
    channel_pair_carry(&pair, 0, AVOW_CHANNEL_MORE); /* nothing in message 1 tells */
    channel_pair_carry(&pair, 1, AVOW_CHANNEL_REJECTED);
    assert_int_equal(avow_channel_reject(&pair.ends[0]), AVOW_REJECT_HANDSHAKE);
    assert_int_equal(avow_channel_next(&pair.ends[0], &message), AVOW_CHANNEL_REJECTED);
    assert_int_equal(avow_channel_queued(&pair.ends[0]), 0); /* no message 3 */
    channel_pair_fini(&pair);
}

static void test_unexpected_peer(void **state)
{
    (void)state;
    struct channel_pair pair;
    channel_pair_identity(&pair, 0);
    channel_pair_identity(&pair, 1);
    channel_pair_init_end(&pair, 0, "test", &pair.keys[0]);
    channel_pair_init_end(&pair, 1, "test", NULL);
    channel_pair_carry(&pair, 0, AVOW_CHANNEL_MORE);
    channel_pair_carry(&pair, 1, AVOW_CHANNEL_REJECTED);
    assert_int_equal(avow_channel_reject(&pair.ends[0]), AVOW_REJECT_KEY_UNKNOWN);
    assert_int_equal(avow_channel_queued(&pair.ends[0]), 0);
    channel_pair_fini(&pair);
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
        struct channel_pair pair;
        channel_pair_identity(&pair, 0);
        channel_pair_identity(&pair, 1);
        channel_pair_init_end(&pair, 0, "test", NULL);
        channel_pair_init_end(&pair, 1, "test", NULL);
        pair.ends[1].self = pair.keys[0];
        if (cases[i].claimed != NULL)
            assert_int_equal(
                sodium_hex2bin(pair.ends[1].self.bytes, 32, cases[i].claimed, 64, NULL, NULL, NULL),
                0);
        channel_pair_carry(&pair, 0, AVOW_CHANNEL_MORE);
        channel_pair_carry(&pair, 1, AVOW_CHANNEL_REJECTED);
        if (avow_channel_reject(&pair.ends[0]) != cases[i].expected)
            fail_msg("%s: %s", cases[i].name, avow_reject_name(avow_channel_reject(&pair.ends[0])));
        channel_pair_fini(&pair);
    }
}

/* Runs a handshake and one message with a bit of byte `flip` of everything sent inverted, counted
 * in the order of sending. True if some end rejected it, or waits for more than was sent. */
static bool refused_when_flipped(size_t flip, unsigned bit, size_t *total)
{
    struct channel_pair pair;
    struct avow_bytes message;
    bool refused = false;
    *total = 0;
    channel_pair_init(&pair);
    for (size_t turn = 0; turn < 4 && !refused; turn++) {
        size_t from = turn == 3 ? 0 : turn % 2;
        struct avow_buf wire;
        if (turn == 3)
            channel_send_text(&pair.ends[0], "message");
        channel_take(&pair.ends[from], &wire);
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
    channel_pair_fini(&pair);
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
static void two_frames(struct channel_pair *pair, struct avow_buf frames[2])
{
    channel_pair_open(pair);
    for (size_t i = 0; i < 2; i++) {
        channel_send_text(&pair->ends[0], i == 0 ? "first" : "second");
        channel_take(&pair->ends[0], &frames[i]);
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
        struct channel_pair pair;
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
        channel_pair_fini(&pair);
    }
}

static void test_handshake_lengths(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint16_t len;
    } cases[] = {{"short", 31}, {"long", 33}, {"longest", 65535}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct channel_pair pair;
        struct avow_bytes message;
        uint8_t copy[2];
        channel_pair_init(&pair);
        avow_put_u16be(copy, cases[i].len);
        avow_channel_feed(&pair.ends[1], copy, 2);
        if (avow_channel_next(&pair.ends[1], &message) != AVOW_CHANNEL_REJECTED ||
            avow_channel_reject(&pair.ends[1]) != AVOW_REJECT_LENGTH)
            fail_msg("%s", cases[i].name);
        channel_pair_fini(&pair);
    }
}

/* What was queued before a rejection leaves no frame half-sealed. */
static void test_reject_with_a_queue(void **state)
{
    (void)state;
    struct channel_pair pair;
    struct avow_bytes message;
    uint8_t frame[] = {0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    channel_pair_open(&pair);
    channel_send_text(&pair.ends[1], "not sealed yet");
    avow_channel_feed(&pair.ends[1], frame, sizeof(frame));
    assert_int_equal(avow_channel_next(&pair.ends[1], &message), AVOW_CHANNEL_REJECTED);
    struct avow_buf wire;
    channel_take(&pair.ends[1], &wire);
    assert_int_equal(wire.len, 0);
    assert_int_equal(avow_channel_send(&pair.ends[1], avow_bytes_text("late")), AVOW_ERR_CLOSED);
    static const uint8_t zeroed[sizeof(struct avow_noise_cipher)];
    assert_memory_equal(&pair.ends[1].send, zeroed, sizeof(zeroed));
    assert_memory_equal(&pair.ends[1].receive, zeroed, sizeof(zeroed));
    avow_buf_fini(&wire);
    channel_pair_fini(&pair);
}

/* Opens a pair and sends a message over two feeds; AVOW_ERR_NOMEM wherever memory ran out. */
static enum avow_err allocating_step(void *context)
{
    (void)context;
    static const uint8_t ephemeral[32] = {3};
    struct channel_pair pair;
    struct avow_bytes message;
    enum avow_err err = AVOW_OK;
    channel_pair_identity(&pair, 0);
    channel_pair_identity(&pair, 1);
    for (size_t i = 0; i < 2 && err == AVOW_OK; i++) {
        struct avow_channel_config config = {.network = "test",
                                             .self = &pair.secrets[i],
                                             .ephemeral = ephemeral,
                                             .bound = channel_pair_bound};
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
        channel_take(&pair.ends[from], &wire);
        for (size_t i = 0; i < wire.len && err == AVOW_OK; i++) {
            avow_channel_feed(&pair.ends[1 - from], &wire.data[i], 1);
            enum avow_channel_event event = avow_channel_next(&pair.ends[1 - from], &message);
            while (event == AVOW_CHANNEL_OPENED || event == AVOW_CHANNEL_MESSAGE)
                event = avow_channel_next(&pair.ends[1 - from], &message);
            err = event == AVOW_CHANNEL_FAILED ? AVOW_ERR_NOMEM : AVOW_OK;
        }
        avow_buf_fini(&wire);
    }
    channel_pair_fini(&pair);
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
        cmocka_unit_test(test_handshake),          cmocka_unit_test(test_byte_by_byte),
        cmocka_unit_test(test_configuration),      cmocka_unit_test(test_wrong_network),
        cmocka_unit_test(test_unexpected_peer),    cmocka_unit_test(test_stolen_identity),
        cmocka_unit_test(test_every_byte_matters), cmocka_unit_test(test_order),
        cmocka_unit_test(test_handshake_lengths),  cmocka_unit_test(test_reject_with_a_queue),
        cmocka_unit_test(test_out_of_memory),
    };
    return avow_crypto_init() != AVOW_OK ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
