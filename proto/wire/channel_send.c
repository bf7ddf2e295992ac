/* The way out: messages are laid straight into the frame that is open at the end of the queue,
 * and encrypted there once it is full or the queue is flushed. */
#include "proto/wire/channel.h"

#define FRAME_HEADER 2
#define MESSAGE_HEADER 4
#define PLAIN_MAX ((size_t)AVOW_NOISE_MESSAGE_MAX - AVOW_NOISE_TAG)

/* Room for the tag is always there: make_room() counted it. */
static void seal_frame(struct avow_channel *channel)
{
    size_t len = channel->out.len - channel->out_frame - FRAME_HEADER;
    uint8_t *tag = avow_buf_extend(&channel->out, AVOW_NOISE_TAG);
    AVOW_ASSERT(tag != NULL);
    uint8_t *frame = channel->out.data + channel->out_frame;
    avow_put_u16be(frame, (uint16_t)(len + AVOW_NOISE_TAG));
    avow_noise_seal(&channel->send, avow_bytes(NULL, 0), frame + FRAME_HEADER, len);
    if (channel->send.nonce % AVOW_CHANNEL_REKEY_FRAMES == 0)
        avow_noise_rekey(&channel->send);
    channel->frame_open = false;
}

static void put_stream(struct avow_channel *channel, const uint8_t *data, size_t len)
{
    while (len > 0) {
        if (!channel->frame_open) {
            channel->out_frame = channel->out.len;
            (void)avow_buf_extend(&channel->out, FRAME_HEADER);
            channel->frame_open = true;
        }
        size_t room = PLAIN_MAX - (channel->out.len - channel->out_frame - FRAME_HEADER);
        size_t part = len < room ? len : room;
        avow_buf_append(&channel->out, data, part);
        data += part;
        len -= part;
        if (part == room)
            seal_frame(channel);
    }
}

/* Ensures that putting `len` bytes, and sealing after them, cannot fail half-way. */
static enum avow_err make_room(struct avow_channel *channel, size_t len)
{
    size_t frames = len / PLAIN_MAX + 2;
    size_t most = len + frames * (FRAME_HEADER + AVOW_NOISE_TAG);
    size_t before = channel->out.len;
    (void)avow_buf_extend(&channel->out, most);
    enum avow_err err = channel->out.err;
    channel->out.err = AVOW_OK;
    channel->out.len = before;
    return err;
}

enum avow_err avow_channel_send(struct avow_channel *channel, struct avow_bytes message)
{
    if (channel->state != AVOW_CHANNEL_STATE_OPEN)
        return AVOW_ERR_CLOSED;
    if (message.len == 0)
        return AVOW_ERR_INVALID;
    if (message.len > AVOW_CHANNEL_MESSAGE_MAX)
        return AVOW_ERR_TOO_LARGE;
    enum avow_err err = make_room(channel, MESSAGE_HEADER + message.len);
    if (err != AVOW_OK)
        return err;
    uint8_t header[MESSAGE_HEADER];
    avow_put_u32be(header, (uint32_t)message.len);
    put_stream(channel, header, sizeof(header));
    put_stream(channel, message.data, message.len);
    return AVOW_OK;
}

size_t avow_channel_queued(const struct avow_channel *channel)
{
    return channel->out.len;
}

void avow_channel_flush(struct avow_channel *channel, struct avow_buf *out)
{
    AVOW_ASSERT(out->heap && out->len == 0);
    if (channel->frame_open)
        seal_frame(channel);
    if (channel->out.len == 0)
        return;
    struct avow_buf spare = *out;
    *out = channel->out;
    channel->out = spare;
    channel->out.max = AVOW_CHANNEL_QUEUE_MAX;
    avow_buf_clear(&channel->out);
}

enum avow_reject avow_channel_reject(const struct avow_channel *channel)
{
    return channel->reject;
}

bool avow_channel_at_boundary(const struct avow_channel *channel)
{
    return channel->state == AVOW_CHANNEL_STATE_OPEN && channel->fed_len == 0 &&
           channel->frame.len == 0 && channel->plain.len == 0 && channel->partial.len == 0;
}

const struct avow_key *avow_channel_peer(const struct avow_channel *channel)
{
    return &channel->peer;
}

const struct avow_hash *avow_channel_handshake_hash(const struct avow_channel *channel)
{
    return &channel->handshake_hash;
}
