/* Two channels that talk in memory. */
#include "tests/support/channel_pair.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum avow_reject channel_pair_bound(struct avow_bytes head, size_t len)
{
    assert_int_equal(head.len, len < AVOW_CHANNEL_HEAD ? len : AVOW_CHANNEL_HEAD);
    return head.data[0] == 's' && len > 16 ? AVOW_REJECT_QUOTA : AVOW_ACCEPT;
}

void channel_pair_identity(struct channel_pair *pair, size_t side)
{
    uint8_t seed[32] = {(uint8_t)(side + 1)};
    avow_ed25519_from_seed(seed, &pair->secrets[side], &pair->keys[side]);
}

void channel_pair_init_end(struct channel_pair *pair, size_t side, const char *network,
                           const struct avow_key *expected)
{
    static const uint8_t ephemerals[2][32] = {{11}, {22}};
    struct avow_channel_config config = {.network = network,
                                         .self = &pair->secrets[side],
                                         .ephemeral = ephemerals[side],
                                         .expected = expected,
                                         .bound = channel_pair_bound};
    enum avow_err err = side == 0 ? avow_channel_init_initiator(&pair->ends[0], &config)
                                  : avow_channel_init_responder(&pair->ends[1], &config);
    assert_int_equal(err, AVOW_OK);
}

void channel_pair_init(struct channel_pair *pair)
{
    channel_pair_identity(pair, 0);
    channel_pair_identity(pair, 1);
    channel_pair_init_end(pair, 0, "test", &pair->keys[1]);
    channel_pair_init_end(pair, 1, "test", NULL);
}

void channel_pair_fini(struct channel_pair *pair)
{
    avow_channel_fini(&pair->ends[0]);
    avow_channel_fini(&pair->ends[1]);
}

void channel_take(struct avow_channel *channel, struct avow_buf *out)
{
    avow_buf_init(out, AVOW_CHANNEL_QUEUE_MAX);
    avow_channel_flush(channel, out);
}

void channel_pair_carry(struct channel_pair *pair, size_t from, enum avow_channel_event event)
{
    struct avow_buf wire;
    struct avow_bytes message;
    channel_take(&pair->ends[from], &wire);
    avow_channel_feed(&pair->ends[1 - from], wire.data, wire.len);
    assert_int_equal(avow_channel_next(&pair->ends[1 - from], &message), event);
    avow_buf_fini(&wire);
}

void channel_pair_open(struct channel_pair *pair)
{
    channel_pair_init(pair);
    struct avow_bytes message;
    channel_pair_carry(pair, 0, AVOW_CHANNEL_MORE);
    channel_pair_carry(pair, 1, AVOW_CHANNEL_OPENED);
    assert_int_equal(avow_channel_next(&pair->ends[0], &message), AVOW_CHANNEL_MORE);
    channel_pair_carry(pair, 0, AVOW_CHANNEL_OPENED);
    assert_int_equal(avow_channel_next(&pair->ends[1], &message), AVOW_CHANNEL_MORE);
}

void channel_send_text(struct avow_channel *channel, const char *text)
{
    assert_int_equal(avow_channel_send(channel, avow_bytes_text(text)), AVOW_OK);
}

void channel_expect_text(struct avow_channel *channel, const char *text)
{
    struct avow_bytes message;
    assert_int_equal(avow_channel_next(channel, &message), AVOW_CHANNEL_MESSAGE);
    assert_true(avow_bytes_equal(message, avow_bytes_text(text)));
}
