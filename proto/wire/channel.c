/* The handshake, and the way in: bytes become frames become messages; channel_send.c is the way
 * out. Nothing is allocated by a length that a peer claims: `frame` and `partial` grow by bytes
 * that have arrived. */
#include "proto/wire/channel.h"

#include <sodium.h>

#define FRAME_HEADER 2
#define MESSAGE_HEADER 4
#define IDENTITY sizeof(struct avow_key)
/* An idle channel keeps no more than this of each buffer. */
#define KEEP_MAX 1024

static const struct avow_bytes no_bytes = {NULL, 0};

static void wipe(struct avow_channel *channel)
{
    avow_noise_fini(&channel->noise);
    avow_noise_cipher_fini(&channel->send);
    avow_noise_cipher_fini(&channel->receive);
    avow_buf_fini(&channel->frame);
    avow_buf_fini(&channel->partial);
    if (channel
            ->frame_open) /* an open frame cannot be sealed any more; the sealed ones may be sent */
        channel->out.len = channel->out_frame;
    channel->frame_open = false;
    channel->plain = no_bytes;
    channel->partial_need = 0;
    channel->fed = NULL;
    channel->fed_len = 0;
}

static bool is_live(const struct avow_channel *channel)
{
    return channel->state == AVOW_CHANNEL_STATE_HANDSHAKE ||
           channel->state == AVOW_CHANNEL_STATE_OPEN;
}

static void reject(struct avow_channel *channel, enum avow_reject why)
{
    wipe(channel);
    channel->state = AVOW_CHANNEL_STATE_REJECTED;
    channel->reject = why;
}

static void fail(struct avow_channel *channel)
{
    avow_buf_clear(&channel->out);
    wipe(channel);
    channel->state = AVOW_CHANNEL_STATE_FAILED;
}

/* Empties a buffer; keeps its storage only if small. */
static void reset(struct avow_buf *buf)
{
    size_t max = buf->max;
    if (buf->cap > KEEP_MAX) {
        avow_buf_fini(buf);
        avow_buf_init_secret(buf, max);
    }
    avow_buf_clear(buf);
}

/* ---- handshake ---- */

/* Queues our next handshake message; message 1 has no payload, the others our identity. */
static enum avow_reject write_handshake(struct avow_channel *channel)
{
    unsigned index = channel->noise.next;
    struct avow_bytes payload = avow_bytes(channel->self.bytes, index == 0 ? 0 : IDENTITY);
    size_t len = avow_noise_overhead(index) + payload.len;
    uint8_t message[FRAME_HEADER + 32 + 96];
    AVOW_ASSERT(FRAME_HEADER + len <= sizeof(message));
    avow_put_u16be(message, (uint16_t)len);
    enum avow_reject why = avow_noise_write(&channel->noise, payload, message + FRAME_HEADER);
    if (why == AVOW_ACCEPT)
        avow_buf_append(&channel->out, message, FRAME_HEADER + len);
    return why;
}

/* The peer is who holds the X25519 key of the handshake; its Ed25519 key must be the same key. */
static enum avow_reject check_identity(struct avow_channel *channel, struct avow_bytes payload)
{
    uint8_t dh_key[32];
    memcpy(channel->peer.bytes, payload.data, IDENTITY);
    if (!avow_ed25519_key_is_valid(&channel->peer) ||
        crypto_sign_ed25519_pk_to_curve25519(dh_key, channel->peer.bytes) != 0)
        return AVOW_REJECT_KEY_POINT;
    if (memcmp(dh_key, channel->noise.peer_static, sizeof(dh_key)) != 0)
        return AVOW_REJECT_HANDSHAKE;
    if (channel->has_expected && !avow_key_equal(&channel->peer, &channel->expected))
        return AVOW_REJECT_KEY_UNKNOWN;
    return AVOW_ACCEPT;
}

static void open_session(struct avow_channel *channel)
{
    avow_noise_split(&channel->noise, &channel->send, &channel->receive);
    channel->handshake_hash = channel->noise.hash;
    memcpy(channel->peer_static, channel->noise.peer_static, sizeof(channel->peer_static));
    avow_noise_fini(&channel->noise);
    channel->state = AVOW_CHANNEL_STATE_OPEN;
}

static size_t handshake_len(const struct avow_channel *channel)
{
    unsigned index = channel->noise.next;
    return avow_noise_overhead(index) + (index == 0 ? 0 : IDENTITY);
}

static enum avow_reject read_handshake(struct avow_channel *channel, uint8_t *message, size_t len)
{
    struct avow_bytes payload;
    enum avow_reject why = avow_noise_read(&channel->noise, message, len, &payload);
    if (why == AVOW_ACCEPT && payload.len > 0)
        why = check_identity(channel, payload);
    if (why == AVOW_ACCEPT && avow_noise_writes_next(&channel->noise))
        why = write_handshake(channel);
    if (why == AVOW_ACCEPT && channel->noise.next == AVOW_NOISE_HANDSHAKE_MESSAGES)
        open_session(channel);
    return why;
}

static enum avow_err init(struct avow_channel *channel, const struct avow_channel_config *config,
                          bool initiator)
{
    static const char version[] = "avow/1 ";
    *channel = (struct avow_channel){.bound = config->bound, .state = AVOW_CHANNEL_STATE_FAILED};
    size_t len = strnlen(config->network, AVOW_CHANNEL_NETWORK_MAX + 1);
    if (len == 0 || len > AVOW_CHANNEL_NETWORK_MAX)
        return AVOW_ERR_INVALID;
    uint8_t prologue[sizeof(version) - 1 + AVOW_CHANNEL_NETWORK_MAX];
    memcpy(prologue, version, sizeof(version) - 1);
    memcpy(prologue + sizeof(version) - 1, config->network, len);

    channel->state = AVOW_CHANNEL_STATE_HANDSHAKE;
    /* Keys may be in what is read. */
    avow_buf_init_secret(&channel->frame, FRAME_HEADER + AVOW_NOISE_MESSAGE_MAX);
    avow_buf_init_secret(&channel->partial, MESSAGE_HEADER + AVOW_CHANNEL_MESSAGE_MAX);
    avow_buf_init(&channel->out, AVOW_CHANNEL_QUEUE_MAX);
    memcpy(channel->self.bytes, config->self->bytes + crypto_sign_SEEDBYTES, IDENTITY);
    channel->has_expected = config->expected != NULL;
    if (channel->has_expected)
        channel->expected = *config->expected;

    uint8_t static_secret[32];
    int rc = crypto_sign_ed25519_sk_to_curve25519(static_secret, config->self->bytes);
    AVOW_ASSERT(rc == 0);
    avow_noise_init(&channel->noise, initiator, avow_bytes(prologue, sizeof(version) - 1 + len),
                    static_secret, config->ephemeral);
    sodium_memzero(static_secret, sizeof(static_secret));
    return AVOW_OK;
}

enum avow_err avow_channel_init_initiator(struct avow_channel *channel,
                                          const struct avow_channel_config *config)
{
    enum avow_err err = init(channel, config, true);
    if (err != AVOW_OK)
        return err;
    enum avow_reject why = write_handshake(channel);
    AVOW_ASSERT(why == AVOW_ACCEPT); /* nothing of a peer's is in message 1 */
    if (channel->out.err != AVOW_OK) {
        fail(channel);
        return AVOW_ERR_NOMEM;
    }
    return AVOW_OK;
}

enum avow_err avow_channel_init_responder(struct avow_channel *channel,
                                          const struct avow_channel_config *config)
{
    return init(channel, config, false);
}

void avow_channel_fini(struct avow_channel *channel)
{
    wipe(channel);
    avow_buf_fini(&channel->out);
    sodium_memzero(channel, sizeof(*channel));
}

/* ---- receiving ---- */

void avow_channel_feed(struct avow_channel *channel, uint8_t *data, size_t len)
{
    AVOW_ASSERT(channel->fed_len == 0 && channel->plain.len == 0);
    if (!is_live(channel))
        return;
    channel->fed = data;
    channel->fed_len = len;
}

static void take_fed(struct avow_channel *channel, size_t len)
{
    channel->fed += len;
    channel->fed_len -= len;
}

/* A frame's length is judged before any of it is kept. */
static enum avow_reject check_frame_len(const struct avow_channel *channel, size_t len)
{
    bool right = channel->state == AVOW_CHANNEL_STATE_OPEN ? len > AVOW_NOISE_TAG
                                                           : len == handshake_len(channel);
    return right ? AVOW_ACCEPT : AVOW_REJECT_LENGTH;
}

static void use_frame(struct avow_channel *channel, uint8_t *data, size_t len)
{
    enum avow_reject why;
    if (channel->state == AVOW_CHANNEL_STATE_HANDSHAKE) {
        why = read_handshake(channel, data, len);
    } else {
        why = avow_noise_open(&channel->receive, no_bytes, data, len);
        channel->plain = avow_bytes(data, len - AVOW_NOISE_TAG);
        if (why == AVOW_ACCEPT && channel->receive.nonce % AVOW_CHANNEL_REKEY_FRAMES == 0)
            avow_noise_rekey(&channel->receive);
    }
    if (why != AVOW_ACCEPT)
        reject(channel, why);
    else if (channel->out.err != AVOW_OK)
        fail(channel);
}

/* Moves fed bytes to `frame` until it has `want` of them. False when it has not, or on failure. */
static bool gather_frame(struct avow_channel *channel, size_t want)
{
    if (channel->frame.len >= want)
        return true;
    size_t lacks = want - channel->frame.len;
    size_t len = lacks < channel->fed_len ? lacks : channel->fed_len;
    avow_buf_append(&channel->frame, channel->fed, len);
    take_fed(channel, len);
    if (channel->frame.err != AVOW_OK)
        fail(channel);
    return channel->state != AVOW_CHANNEL_STATE_FAILED && channel->frame.len == want;
}

/* Uses the next frame. One that lies whole in what was fed is used there; false when more bytes
 * are needed. */
static bool next_frame(struct avow_channel *channel)
{
    if (channel->frame_used) {
        reset(&channel->frame);
        channel->frame_used = false;
    }
    bool whole = channel->frame.len == 0 && channel->fed_len >= FRAME_HEADER;
    if (!whole && !gather_frame(channel, FRAME_HEADER))
        return false;
    uint8_t *data = whole ? channel->fed : channel->frame.data;
    size_t len = avow_get_u16be(data);
    enum avow_reject why = check_frame_len(channel, len);
    if (why != AVOW_ACCEPT) {
        reject(channel, why);
        return true;
    }
    if (whole && channel->fed_len >= FRAME_HEADER + len) {
        take_fed(channel, FRAME_HEADER + len);
        use_frame(channel, data + FRAME_HEADER, len);
        return true;
    }
    if (!gather_frame(channel, FRAME_HEADER + len))
        return false;
    channel->frame_used = true;
    use_frame(channel, channel->frame.data + FRAME_HEADER, len);
    return true;
}

static void take_plain(struct avow_channel *channel, size_t len)
{
    channel->plain.data += len;
    channel->plain.len -= len;
}

/* Judges a message by its first bytes, of which `start` has the header and all that have come.
 * `need` becomes the bytes of header and message, or 0 while too few have come to tell. */
static enum avow_reject check_message(const struct avow_channel *channel, struct avow_bytes start,
                                      size_t *need)
{
    *need = 0;
    size_t len = avow_get_u32be(start.data);
    if (len == 0 || len > AVOW_CHANNEL_MESSAGE_MAX)
        return AVOW_REJECT_LENGTH;
    size_t head = len < AVOW_CHANNEL_HEAD ? len : AVOW_CHANNEL_HEAD;
    if (start.len < MESSAGE_HEADER + head)
        return AVOW_ACCEPT;
    *need = MESSAGE_HEADER + len;
    return channel->bound(avow_bytes(start.data + MESSAGE_HEADER, head), len);
}

/* Moves plaintext to `partial` until it has `want` bytes. */
static bool gather_partial(struct avow_channel *channel, size_t want)
{
    if (channel->partial.len >= want)
        return true;
    size_t lacks = want - channel->partial.len;
    size_t len = lacks < channel->plain.len ? lacks : channel->plain.len;
    avow_buf_append(&channel->partial, channel->plain.data, len);
    take_plain(channel, len);
    if (channel->partial.err != AVOW_OK)
        fail(channel);
    return channel->state != AVOW_CHANNEL_STATE_FAILED && channel->partial.len == want;
}

/* A message that spans frames. Returns true when it is complete. */
static bool spanning_message(struct avow_channel *channel, struct avow_bytes *message)
{
    if (!gather_partial(channel, MESSAGE_HEADER))
        return false;
    while (channel->partial_need == 0) {
        enum avow_reject why =
            check_message(channel, avow_buf_bytes(&channel->partial), &channel->partial_need);
        if (why != AVOW_ACCEPT) {
            reject(channel, why);
            return false;
        }
        if (channel->partial_need == 0 && !gather_partial(channel, channel->partial.len + 1))
            return false;
    }
    if (!gather_partial(channel, channel->partial_need))
        return false;
    *message =
        avow_bytes(channel->partial.data + MESSAGE_HEADER, channel->partial.len - MESSAGE_HEADER);
    return true;
}

/* The next message of `plain`. Returns false when there is none, or after a rejection. */
static bool next_message(struct avow_channel *channel, struct avow_bytes *message)
{
    if (channel->plain.len == 0)
        return false;
    if (channel->partial.len == 0 && channel->plain.len >= MESSAGE_HEADER) {
        size_t need;
        enum avow_reject why = check_message(channel, channel->plain, &need);
        if (why != AVOW_ACCEPT) {
            reject(channel, why);
            return false;
        }
        if (need != 0 && channel->plain.len >= need) {
            *message = avow_bytes(channel->plain.data + MESSAGE_HEADER, need - MESSAGE_HEADER);
            take_plain(channel, need);
            return true;
        }
        channel->partial_need = need;
    }
    return spanning_message(channel, message);
}

enum avow_channel_event avow_channel_step(struct avow_channel *channel, struct avow_bytes *message)
{
    *message = no_bytes;
    /* The message of the last call has been used by now. */
    if (channel->partial_need != 0 && channel->partial.len == channel->partial_need) {
        reset(&channel->partial);
        channel->partial_need = 0;
    }
    if (next_message(channel, message))
        return AVOW_CHANNEL_MESSAGE;
    if (channel->state == AVOW_CHANNEL_STATE_REJECTED)
        return AVOW_CHANNEL_REJECTED;
    if (channel->state == AVOW_CHANNEL_STATE_FAILED)
        return AVOW_CHANNEL_FAILED;
    bool opening = channel->state == AVOW_CHANNEL_STATE_HANDSHAKE;
    if (!next_frame(channel) && is_live(channel))
        return AVOW_CHANNEL_MORE;
    if (opening && channel->state == AVOW_CHANNEL_STATE_OPEN)
        return AVOW_CHANNEL_OPENED;
    return AVOW_CHANNEL_FRAME;
}

enum avow_channel_event avow_channel_next(struct avow_channel *channel, struct avow_bytes *message)
{
    enum avow_channel_event event;
    do
        event = avow_channel_step(channel, message);
    while (event == AVOW_CHANNEL_FRAME);
    return event;
}
