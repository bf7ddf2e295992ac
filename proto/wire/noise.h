/* Noise_XX_25519_ChaChaPoly_SHA256 (The Noise Protocol Framework, revision 34), handshake and
 * cipher states. No allocation and no randomness of its own.
 *
 *   -> e
 *   <- e, ee, s, es
 *   -> s, se
 *
 * The structs hold secrets in the owner's storage until their _fini. */
#ifndef AVOW_PROTO_WIRE_NOISE_H
#define AVOW_PROTO_WIRE_NOISE_H

#include "proto/base.h"

#define AVOW_NOISE_TAG 16            /* bytes that encryption adds */
#define AVOW_NOISE_MESSAGE_MAX 65535 /* bytes of any message, handshake or transport */
#define AVOW_NOISE_HANDSHAKE_MESSAGES 3

struct avow_noise_cipher {
    uint8_t key[32];
    uint64_t nonce; /* of the next message */
};

/* Encrypts `len` bytes in place; `data` has room for AVOW_NOISE_TAG more. */
void avow_noise_seal(struct avow_noise_cipher *cipher, struct avow_bytes ad, uint8_t *data,
                     size_t len);

/* Decrypts `len` bytes in place, the last AVOW_NOISE_TAG of which are the tag. AVOW_ACCEPT, or
 * AVOW_REJECT_FRAME with the nonce not advanced and the content of `data` undefined. */
AVOW_NODISCARD enum avow_reject avow_noise_open(struct avow_noise_cipher *cipher,
                                                struct avow_bytes ad, uint8_t *data, size_t len);

/* REKEY() of section 4.2; the nonce goes on. */
void avow_noise_rekey(struct avow_noise_cipher *cipher);

/* Wipes the key. */
void avow_noise_cipher_fini(struct avow_noise_cipher *cipher);

struct avow_noise {
    struct avow_hash hash;    /* h; after the last message, the handshake hash */
    uint8_t chaining_key[32]; /* ck */
    struct avow_noise_cipher cipher;
    bool has_key;
    bool initiator;
    unsigned next;                /* the handshake message to come: 0, 1, 2; 3 when complete */
    uint8_t static_secret[32];    /* s */
    uint8_t ephemeral_secret[32]; /* e */
    uint8_t peer_static[32];      /* rs: known once the message that carries it was accepted */
    uint8_t peer_ephemeral[32];   /* re */
};

/* Both secrets are X25519 scalars and are copied; `ephemeral_secret` is 32 fresh random bytes.
 * Does no curve arithmetic: a responder has spent nothing until message 1 arrives. */
void avow_noise_init(struct avow_noise *noise, bool initiator, struct avow_bytes prologue,
                     const uint8_t static_secret[32], const uint8_t ephemeral_secret[32]);
/* Wipes everything. */
void avow_noise_fini(struct avow_noise *noise);

/* Bytes of handshake message `index` (0, 1, 2) besides its payload: 32, 96 and 64. */
size_t avow_noise_overhead(unsigned index);

/* True when the next handshake message is ours to write. */
bool avow_noise_writes_next(const struct avow_noise *noise);

/* Writes the next handshake message, of the overhead plus `payload.len` bytes, to `out`; it must
 * be our turn. AVOW_ACCEPT, or AVOW_REJECT_HANDSHAKE when the peer's keys give an all-zero shared
 * secret; after a rejection the state is of no more use. */
AVOW_NODISCARD enum avow_reject avow_noise_write(struct avow_noise *noise,
                                                 struct avow_bytes payload, uint8_t *out);

/* Reads the peer's next handshake message, decrypting in place; `payload` becomes a view into it.
 * It must be the peer's turn. AVOW_ACCEPT; AVOW_REJECT_LENGTH when shorter than the overhead or
 * longer than AVOW_NOISE_MESSAGE_MAX; AVOW_REJECT_HANDSHAKE when it does not authenticate or a
 * shared secret is all zero. After a rejection the state is of no more use. */
AVOW_NODISCARD enum avow_reject avow_noise_read(struct avow_noise *noise, uint8_t *message,
                                                size_t len, struct avow_bytes *payload);

/* Split() of section 5.2, after the last message: this side's two directions. */
void avow_noise_split(const struct avow_noise *noise, struct avow_noise_cipher *send,
                      struct avow_noise_cipher *receive);

#endif
