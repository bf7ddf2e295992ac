/* The channel under hostile bytes. The first byte of an input chooses the target:
 *   even  a responder that is fed the rest as it comes from the socket
 *   odd   an established session: the rest is pieces `u16be length ‖ bytes`, each sealed as a
 *         frame of the peer's, so that the stream of messages is reached
 * The second byte is the size of the reads, less one, in which it is fed. */
#include "proto/wire/channel.h"

#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

/* Types from 128 up are small, so that a bound that refuses is met too. */
static enum avow_reject bound(struct avow_bytes head, size_t len)
{
    AVOW_ASSERT(head.len == (len < AVOW_CHANNEL_HEAD ? len : AVOW_CHANNEL_HEAD));
    AVOW_ASSERT(len >= 1 && len <= AVOW_CHANNEL_MESSAGE_MAX);
    return head.data[0] >= 128 && len > 64 ? AVOW_REJECT_LENGTH : AVOW_ACCEPT;
}

static void init_end(struct avow_channel *channel, bool initiator)
{
    static const uint8_t seeds[2][32] = {{1}, {2}};
    static const uint8_t ephemerals[2][32] = {{3}, {4}};
    struct avow_secret_key secret;
    struct avow_key key;
    avow_ed25519_from_seed(seeds[initiator], &secret, &key);
    struct avow_channel_config config = {
        .network = "fuzz", .self = &secret, .ephemeral = ephemerals[initiator], .bound = bound};
    enum avow_err err = initiator ? avow_channel_init_initiator(channel, &config)
                                  : avow_channel_init_responder(channel, &config);
    AVOW_ASSERT(err == AVOW_OK);
}

/* Feeds `data` in reads of `step` bytes, each a block of its own; false once rejected. */
static bool feed(struct avow_channel *channel, struct avow_bytes data, size_t step)
{
    enum avow_channel_event event = AVOW_CHANNEL_MORE;
    for (size_t at = 0; at < data.len && event == AVOW_CHANNEL_MORE; at += step) {
        size_t len = data.len - at < step ? data.len - at : step;
        uint8_t *read = malloc(len);
        AVOW_ASSERT(read != NULL);
        memcpy(read, data.data + at, len);
        avow_channel_feed(channel, read, len);
        do {
            struct avow_bytes message;
            event = avow_channel_next(channel, &message);
            if (event == AVOW_CHANNEL_MESSAGE) {
                uint8_t *copy = malloc(message.len); /* every byte must be there to read */
                AVOW_ASSERT(copy != NULL);
                memcpy(copy, message.data, message.len);
                free(copy);
            }
        } while (event == AVOW_CHANNEL_OPENED || event == AVOW_CHANNEL_MESSAGE);
        AVOW_ASSERT((event == AVOW_CHANNEL_MORE) == (avow_channel_reject(channel) == AVOW_ACCEPT));
        free(read);
    }
    return event == AVOW_CHANNEL_MORE;
}

static void carry(struct avow_channel *from, struct avow_channel *to)
{
    struct avow_buf wire;
    avow_buf_init(&wire, AVOW_CHANNEL_QUEUE_MAX);
    avow_channel_flush(from, &wire);
    AVOW_ASSERT(feed(to, avow_buf_bytes(&wire), wire.len));
    avow_buf_fini(&wire);
}

/* Returns false when the input has no further piece, or after a rejection. */
static bool seal_and_feed(struct avow_channel ends[2], struct avow_bytes *input, size_t step)
{
    if (input->len < 2)
        return false;
    size_t len = avow_get_u16be(input->data);
    size_t rest = input->len - 2;
    len = len < rest ? len : rest;
    if (len > AVOW_NOISE_MESSAGE_MAX - AVOW_NOISE_TAG)
        return false;
    size_t frame_len = 2 + len + AVOW_NOISE_TAG;
    uint8_t *frame = malloc(frame_len);
    AVOW_ASSERT(frame != NULL);
    avow_put_u16be(frame, (uint16_t)(len + AVOW_NOISE_TAG));
    memcpy(frame + 2, input->data + 2, len);
    avow_noise_seal(&ends[0].send, avow_bytes(NULL, 0), frame + 2, len);
    *input = avow_bytes(input->data + 2 + len, rest - len);
    bool going = feed(&ends[1], avow_bytes(frame, frame_len), step);
    free(frame);
    /* What is held grows with what came, and not with what was claimed. */
    AVOW_ASSERT(ends[1].partial.cap <= 1024 + 2 * ends[1].partial.len);
    return going;
}

static void fuzz_session(struct avow_bytes input, size_t step)
{
    struct avow_channel ends[2];
    init_end(&ends[0], true);
    init_end(&ends[1], false);
    carry(&ends[0], &ends[1]);
    carry(&ends[1], &ends[0]);
    carry(&ends[0], &ends[1]);
    while (seal_and_feed(ends, &input, step))
        continue;
    avow_channel_fini(&ends[0]);
    avow_channel_fini(&ends[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct avow_bytes input = avow_bytes(data + 2, size - 2);
    size_t step = (size_t)data[1] + 1;
    if (data[0] % 2 == 1) {
        fuzz_session(input, step);
        return 0;
    }
    struct avow_channel responder;
    init_end(&responder, false);
    (void)feed(&responder, input, step);
    avow_channel_fini(&responder);
    return 0;
}
