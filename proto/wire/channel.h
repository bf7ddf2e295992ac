/* A connection to a peer, without I/O: bytes from the socket in, messages out, and back
 * (docs/protocol.md, "Wire").
 *
 * First the Noise handshake, each message as `u16be length ‖ bytes`, with prologue
 * `avow/1 <network>`; messages 2 and 3 carry the sender's Ed25519 key, whose X25519 form must be
 * the static key of the handshake. Then frames, `u16be length ‖ transport message`. Their
 * plaintexts are one stream of `u32be length ‖ message`.
 *
 * The first rejection or failure is final: the session's secrets are wiped, and avow_channel_next()
 * repeats it. Use, after each read:
 *
 *     avow_channel_feed(channel, bytes, len);
 *     while ((event = avow_channel_next(channel, &message)) is OPENED or MESSAGE)
 *         ...
 *     avow_channel_flush(channel, &out), write what it gives
 *
 * Empty frames and empty messages are refused: nothing that is free to send keeps a connection
 * busy. The struct holds the session's secrets, in the owner's storage, until its _fini.
 *
 * Not thread-safe. A message is a borrow; another thread gets a copy of it. */
#ifndef AVOW_PROTO_WIRE_CHANNEL_H
#define AVOW_PROTO_WIRE_CHANNEL_H

#include "proto/crypto/ed25519.h"
#include "proto/wire/noise.h"

#define AVOW_CHANNEL_MESSAGE_MAX ((size_t)1 << 20) /* bytes of a message */
#define AVOW_CHANNEL_QUEUE_MAX ((size_t)16 << 20)  /* bytes that wait for a flush */
#define AVOW_CHANNEL_HEAD 8                        /* bytes of a message that its bound sees */
#define AVOW_CHANNEL_NETWORK_MAX 64                /* bytes of a network's name */
#define AVOW_CHANNEL_REKEY_FRAMES (UINT64_C(1) << 16)

/* Judges a message before it is buffered, by its length and by its first
 * min(len, AVOW_CHANNEL_HEAD) bytes. `len` is at least 1 and at most AVOW_CHANNEL_MESSAGE_MAX. */
typedef enum avow_reject avow_channel_bound(struct avow_bytes head, size_t len);

struct avow_channel_config {
    const char *network;                /* at most AVOW_CHANNEL_NETWORK_MAX bytes */
    const struct avow_secret_key *self; /* this node's; its X25519 form is wiped once open */
    const uint8_t *ephemeral;           /* 32 fresh random bytes, for this connection only */
    const struct avow_key *expected; /* NULL: anyone. An initiator sends no message 3 to others */
    avow_channel_bound *bound;
};

enum avow_channel_event {
    AVOW_CHANNEL_MORE,     /* all that was fed is used up */
    AVOW_CHANNEL_OPENED,   /* the handshake is complete, the peer known; once, before messages */
    AVOW_CHANNEL_MESSAGE,  /* a message */
    AVOW_CHANNEL_REJECTED, /* the peer's bytes are wrong: avow_channel_reject() */
    AVOW_CHANNEL_FAILED,   /* out of memory */
    AVOW_CHANNEL_FRAME,    /* of avow_channel_step() alone: a frame was used, there may be more */
};

enum avow_channel_state {
    AVOW_CHANNEL_STATE_HANDSHAKE,
    AVOW_CHANNEL_STATE_OPEN,
    AVOW_CHANNEL_STATE_REJECTED,
    AVOW_CHANNEL_STATE_FAILED,
};

struct avow_channel { /* private */
    enum avow_channel_state state;
    enum avow_reject reject;
    bool has_expected;
    bool frame_used;                  /* `frame` was decrypted, and may be reused after `plain` */
    bool frame_open;                  /* `out` ends in a frame that is not sealed yet */
    struct avow_noise noise;          /* until open */
    struct avow_noise_cipher send;    /* while open */
    struct avow_noise_cipher receive; /* while open */
    struct avow_hash handshake_hash;
    struct avow_key self;
    struct avow_key peer;
    struct avow_key expected;
    uint8_t peer_static[32];
    avow_channel_bound *bound;
    uint8_t *fed; /* what was fed and not used yet, borrowed */
    size_t fed_len;
    struct avow_buf frame;   /* a frame, length included, of which a part has arrived */
    struct avow_bytes plain; /* of the last frame, not used yet */
    struct avow_buf partial; /* the stream's beginning of a message that spans frames */
    size_t partial_need;     /* bytes that complete it, 0 until its bound was checked */
    struct avow_buf out;
    size_t out_frame; /* offset of the open frame */
};

/* AVOW_OK, or AVOW_ERR_INVALID for a network's name that is empty or too long. The dialler's
 * message 1 is queued at once. A responder does no curve arithmetic before message 1 arrives. */
AVOW_NODISCARD enum avow_err avow_channel_init_initiator(struct avow_channel *channel,
                                                         const struct avow_channel_config *config);
AVOW_NODISCARD enum avow_err avow_channel_init_responder(struct avow_channel *channel,
                                                         const struct avow_channel_config *config);
/* Wipes the secrets and frees the buffers; a zeroed channel may be passed. */
void avow_channel_fini(struct avow_channel *channel);

/* Hands over bytes from the socket, which must stay until avow_channel_next() returns something
 * else than OPENED and MESSAGE; they are decrypted in place. All earlier ones must be used up. */
void avow_channel_feed(struct avow_channel *channel, uint8_t *data, size_t len);

/* The next event. `message` is set by AVOW_CHANNEL_MESSAGE and lives until the next call of feed,
 * next or fini. May queue a handshake message: flush once it returns AVOW_CHANNEL_MORE. */
AVOW_NODISCARD enum avow_channel_event avow_channel_next(struct avow_channel *channel,
                                                         struct avow_bytes *message);

/* The same, but it opens one frame at most: AVOW_CHANNEL_FRAME is returned where it would go on.
 * Frames that end no message cost time too, and whoever has little of it counts them. */
AVOW_NODISCARD enum avow_channel_event avow_channel_step(struct avow_channel *channel,
                                                         struct avow_bytes *message);

/* Why the channel is rejected; AVOW_ACCEPT while it is not. AVOW_REJECT_HANDSHAKE,
 * AVOW_REJECT_KEY_POINT (an identity that is no valid key), AVOW_REJECT_KEY_UNKNOWN (not the
 * expected peer), AVOW_REJECT_FRAME, AVOW_REJECT_LENGTH, or what the bound said. */
enum avow_reject avow_channel_reject(const struct avow_channel *channel);

/* Queues a message of 1 to AVOW_CHANNEL_MESSAGE_MAX bytes; small ones share a frame. On failure
 * nothing changes. AVOW_OK; AVOW_ERR_CLOSED when not open; AVOW_ERR_INVALID when empty;
 * AVOW_ERR_TOO_LARGE when over its bound or when the queue is full; AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_channel_send(struct avow_channel *channel,
                                               struct avow_bytes message);

/* Bytes that a flush would give, about. */
size_t avow_channel_queued(const struct avow_channel *channel);

/* Seals what is queued and exchanges it with `out`, which must be an empty heap buffer
 * (avow_buf_init); its storage is used for what is queued next. After a rejection there may be
 * nothing, or what was sealed before it, which need not be sent. */
void avow_channel_flush(struct avow_channel *channel, struct avow_buf *out);

/* True when open and between messages. A connection that ends at any other point, or there without
 * the message that closes it, was cut. */
bool avow_channel_at_boundary(const struct avow_channel *channel);

/* Valid once opened, and until fini: */
/* The peer's node id. The key -A has the same X25519 form as A, and whoever holds one holds the
 * other. */
const struct avow_key *avow_channel_peer(const struct avow_channel *channel);
/* The same on both sides and unique to the connection. */
const struct avow_hash *avow_channel_handshake_hash(const struct avow_channel *channel);

#endif
