/* The state machine of the Noise specification, section 5, for the one pattern that Avow uses. */
#include "proto/wire/noise.h"

#include "proto/crypto/sha256.h"

#include <sodium.h>

_Static_assert(AVOW_NOISE_TAG == crypto_aead_chacha20poly1305_ietf_ABYTES, "ChaCha20-Poly1305");

enum token { TOKEN_END, TOKEN_E, TOKEN_S, TOKEN_EE, TOKEN_ES, TOKEN_SE };

static const enum token pattern[AVOW_NOISE_HANDSHAKE_MESSAGES][5] = {
    {TOKEN_E, TOKEN_END},
    {TOKEN_E, TOKEN_EE, TOKEN_S, TOKEN_ES, TOKEN_END},
    {TOKEN_S, TOKEN_SE, TOKEN_END},
};

/* 32 bits of zeros and the counter, little-endian (section 12.3). */
static void put_nonce(uint8_t out[crypto_aead_chacha20poly1305_ietf_NPUBBYTES], uint64_t nonce)
{
    memset(out, 0, 4);
    for (unsigned i = 0; i < 8; i++)
        out[4 + i] = (uint8_t)(nonce >> 8 * i);
}

static void encrypt(const uint8_t key[32], uint64_t counter, struct avow_bytes ad, uint8_t *data,
                    size_t len)
{
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];
    put_nonce(nonce, counter);
    int rc = crypto_aead_chacha20poly1305_ietf_encrypt(data, NULL, data, len, ad.data, ad.len, NULL,
                                                       nonce, key);
    AVOW_ASSERT(rc == 0);
}

void avow_noise_seal(struct avow_noise_cipher *cipher, struct avow_bytes ad, uint8_t *data,
                     size_t len)
{
    AVOW_ASSERT(cipher->nonce < UINT64_MAX);
    encrypt(cipher->key, cipher->nonce++, ad, data, len);
}

enum avow_reject avow_noise_open(struct avow_noise_cipher *cipher, struct avow_bytes ad,
                                 uint8_t *data, size_t len)
{
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];
    put_nonce(nonce, cipher->nonce);
    /* The last nonce is kept for rekeying. */
    if (len < AVOW_NOISE_TAG || cipher->nonce == UINT64_MAX ||
        crypto_aead_chacha20poly1305_ietf_decrypt(data, NULL, NULL, data, len, ad.data, ad.len,
                                                  nonce, cipher->key) != 0)
        return AVOW_REJECT_FRAME;
    cipher->nonce++;
    return AVOW_ACCEPT;
}

void avow_noise_rekey(struct avow_noise_cipher *cipher)
{
    uint8_t next[32 + AVOW_NOISE_TAG] = {0};
    encrypt(cipher->key, UINT64_MAX, avow_bytes(NULL, 0), next, sizeof(cipher->key));
    memcpy(cipher->key, next, sizeof(cipher->key));
    sodium_memzero(next, sizeof(next));
}

void avow_noise_cipher_fini(struct avow_noise_cipher *cipher)
{
    sodium_memzero(cipher, sizeof(*cipher));
}

static void mix_hash(struct avow_noise *noise, const void *data, size_t len)
{
    const struct avow_bytes parts[] = {avow_bytes(&noise->hash, sizeof(noise->hash)),
                                       avow_bytes(data, len)};
    noise->hash = avow_sha256(parts, 2);
}

/* HKDF of section 4.3 with two outputs; either may be where `chaining_key` is. */
static void hkdf(const uint8_t chaining_key[32], struct avow_bytes input, uint8_t first[32],
                 uint8_t second[32])
{
    static const uint8_t one = 1;
    static const uint8_t two = 2;
    struct avow_hash temp = avow_sha256_hmac(avow_bytes(chaining_key, 32), &input, 1);
    struct avow_bytes temp_key = avow_bytes(temp.bytes, sizeof(temp.bytes));
    struct avow_bytes parts[2] = {avow_bytes(&one, 1)};
    struct avow_hash output = avow_sha256_hmac(temp_key, parts, 1);
    memcpy(first, output.bytes, 32);
    parts[0] = avow_bytes(first, 32);
    parts[1] = avow_bytes(&two, 1);
    output = avow_sha256_hmac(temp_key, parts, 2);
    memcpy(second, output.bytes, 32);
    sodium_memzero(&temp, sizeof(temp));
    sodium_memzero(&output, sizeof(output));
}

/* MixKey(DH(secret, public)). libsodium fails on an all-zero result. */
static enum avow_reject mix_dh(struct avow_noise *noise, const uint8_t secret[32],
                               const uint8_t public_key[32])
{
    uint8_t shared[32];
    enum avow_reject reject = AVOW_REJECT_HANDSHAKE;
    if (crypto_scalarmult_curve25519(shared, secret, public_key) == 0) {
        hkdf(noise->chaining_key, avow_bytes(shared, sizeof(shared)), noise->chaining_key,
             noise->cipher.key);
        noise->cipher.nonce = 0;
        noise->has_key = true;
        reject = AVOW_ACCEPT;
    }
    sodium_memzero(shared, sizeof(shared));
    return reject;
}

/* The three Diffie-Hellman tokens: the first letter is the initiator's key. */
static enum avow_reject mix_token(struct avow_noise *noise, enum token token)
{
    bool own_static = token == (noise->initiator ? TOKEN_SE : TOKEN_ES);
    bool peer_static = token == (noise->initiator ? TOKEN_ES : TOKEN_SE);
    return mix_dh(noise, own_static ? noise->static_secret : noise->ephemeral_secret,
                  peer_static ? noise->peer_static : noise->peer_ephemeral);
}

static struct avow_bytes hash_view(const struct avow_noise *noise)
{
    return avow_bytes(&noise->hash, sizeof(noise->hash));
}

/* EncryptAndHash of the `len` bytes at `data`, in place; returns the end of what was written. */
static uint8_t *seal_and_hash(struct avow_noise *noise, uint8_t *data, size_t len)
{
    size_t sealed = len;
    if (noise->has_key) {
        avow_noise_seal(&noise->cipher, hash_view(noise), data, len);
        sealed += AVOW_NOISE_TAG;
    }
    mix_hash(noise, data, sealed);
    return data + sealed;
}

/* DecryptAndHash in place. The hash takes the ciphertext, so it is computed first. */
static enum avow_reject open_and_hash(struct avow_noise *noise, uint8_t *data, size_t len)
{
    struct avow_hash before = noise->hash;
    mix_hash(noise, data, len);
    if (!noise->has_key)
        return AVOW_ACCEPT;
    struct avow_bytes ad = avow_bytes(&before, sizeof(before));
    if (avow_noise_open(&noise->cipher, ad, data, len) != AVOW_ACCEPT)
        return AVOW_REJECT_HANDSHAKE;
    return AVOW_ACCEPT;
}

void avow_noise_init(struct avow_noise *noise, bool initiator, struct avow_bytes prologue,
                     const uint8_t static_secret[32], const uint8_t ephemeral_secret[32])
{
    /* As long as a hash, so it is h as it stands (section 5.2). */
    static const char name[] = "Noise_XX_25519_ChaChaPoly_SHA256";
    _Static_assert(sizeof(name) - 1 == sizeof(noise->hash), "else it would have to be hashed");
    *noise = (struct avow_noise){.initiator = initiator};
    memcpy(noise->hash.bytes, name, sizeof(noise->hash));
    memcpy(noise->chaining_key, name, sizeof(noise->chaining_key));
    memcpy(noise->static_secret, static_secret, sizeof(noise->static_secret));
    memcpy(noise->ephemeral_secret, ephemeral_secret, sizeof(noise->ephemeral_secret));
    mix_hash(noise, prologue.data, prologue.len);
}

void avow_noise_fini(struct avow_noise *noise)
{
    sodium_memzero(noise, sizeof(*noise));
}

size_t avow_noise_overhead(unsigned index)
{
    static const size_t overheads[AVOW_NOISE_HANDSHAKE_MESSAGES] = {
        32, 32 + 32 + 2 * AVOW_NOISE_TAG, 32 + 2 * AVOW_NOISE_TAG};
    AVOW_ASSERT(index < AVOW_NOISE_HANDSHAKE_MESSAGES);
    return overheads[index];
}

bool avow_noise_writes_next(const struct avow_noise *noise)
{
    return noise->next < AVOW_NOISE_HANDSHAKE_MESSAGES &&
           (noise->next % 2 == 0) == noise->initiator;
}

enum avow_reject avow_noise_write(struct avow_noise *noise, struct avow_bytes payload, uint8_t *out)
{
    AVOW_ASSERT(avow_noise_writes_next(noise));
    AVOW_ASSERT(payload.len <= AVOW_NOISE_MESSAGE_MAX - avow_noise_overhead(noise->next));
    for (const enum token *token = pattern[noise->next]; *token != TOKEN_END; token++) {
        if (*token == TOKEN_E) {
            (void)crypto_scalarmult_curve25519_base(out, noise->ephemeral_secret);
            mix_hash(noise, out, 32);
            out += 32;
        } else if (*token == TOKEN_S) {
            (void)crypto_scalarmult_curve25519_base(out, noise->static_secret);
            out = seal_and_hash(noise, out, 32);
        } else if (mix_token(noise, *token) != AVOW_ACCEPT) {
            return AVOW_REJECT_HANDSHAKE;
        }
    }
    if (payload.len > 0)
        memcpy(out, payload.data, payload.len);
    (void)seal_and_hash(noise, out, payload.len);
    noise->next++;
    return AVOW_ACCEPT;
}

enum avow_reject avow_noise_read(struct avow_noise *noise, uint8_t *message, size_t len,
                                 struct avow_bytes *payload)
{
    AVOW_ASSERT(noise->next < AVOW_NOISE_HANDSHAKE_MESSAGES && !avow_noise_writes_next(noise));
    *payload = avow_bytes(NULL, 0);
    if (len < avow_noise_overhead(noise->next) || len > AVOW_NOISE_MESSAGE_MAX)
        return AVOW_REJECT_LENGTH;
    uint8_t *end = message + len;
    for (const enum token *token = pattern[noise->next]; *token != TOKEN_END; token++) {
        if (*token == TOKEN_E) {
            memcpy(noise->peer_ephemeral, message, 32);
            mix_hash(noise, message, 32);
            message += 32;
        } else if (*token == TOKEN_S) {
            if (open_and_hash(noise, message, 32 + AVOW_NOISE_TAG) != AVOW_ACCEPT)
                return AVOW_REJECT_HANDSHAKE;
            memcpy(noise->peer_static, message, 32);
            message += 32 + AVOW_NOISE_TAG;
        } else if (mix_token(noise, *token) != AVOW_ACCEPT) {
            return AVOW_REJECT_HANDSHAKE;
        }
    }
    size_t tag = noise->has_key ? AVOW_NOISE_TAG : 0;
    size_t rest = (size_t)(end - message);
    if (open_and_hash(noise, message, rest) != AVOW_ACCEPT)
        return AVOW_REJECT_HANDSHAKE;
    *payload = avow_bytes(message, rest - tag);
    noise->next++;
    return AVOW_ACCEPT;
}

void avow_noise_split(const struct avow_noise *noise, struct avow_noise_cipher *send,
                      struct avow_noise_cipher *receive)
{
    AVOW_ASSERT(noise->next == AVOW_NOISE_HANDSHAKE_MESSAGES);
    struct avow_noise_cipher *from_initiator = noise->initiator ? send : receive;
    struct avow_noise_cipher *from_responder = noise->initiator ? receive : send;
    hkdf(noise->chaining_key, avow_bytes(NULL, 0), from_initiator->key, from_responder->key);
    send->nonce = 0;
    receive->nonce = 0;
}
