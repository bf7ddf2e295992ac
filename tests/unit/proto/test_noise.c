/* The handshake and cipher states against published vectors, and what they must refuse. */
#include "proto/wire/noise.h"

#include "tests/vectors/noise/xx_25519_chachapoly_sha256.h"

#include <sodium.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define MESSAGE_ROOM 256
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static size_t from_hex(uint8_t *out, size_t room, const char *hex)
{
    size_t len = 0;
    assert_int_equal(sodium_hex2bin(out, room, hex, strlen(hex), NULL, &len, NULL), 0);
    return len;
}

static void init(struct avow_noise *noise, bool initiator, const struct noise_vector *vector)
{
    uint8_t secret[32];
    uint8_t ephemeral[32];
    uint8_t prologue[64];
    size_t len = from_hex(prologue, sizeof(prologue), vector->prologue);
    (void)from_hex(secret, 32, initiator ? vector->init_static : vector->resp_static);
    (void)from_hex(ephemeral, 32, initiator ? vector->init_ephemeral : vector->resp_ephemeral);
    avow_noise_init(noise, initiator, avow_bytes(prologue, len), secret, ephemeral);
}

static void expect_bytes(const char *name, size_t message, const char *what,
                         struct avow_bytes actual, struct avow_bytes expected)
{
    if (!avow_bytes_equal(actual, expected))
        fail_msg("%s: message %zu: wrong %s", name, message, what);
}

/* Passes vector message `i` between the sides and checks every byte on the way. */
static void exchange(const struct noise_vector *vector, size_t i, struct avow_noise *from,
                     struct avow_noise *to)
{
    uint8_t payload[MESSAGE_ROOM];
    uint8_t expected[MESSAGE_ROOM];
    uint8_t message[MESSAGE_ROOM];
    size_t payload_len = from_hex(payload, sizeof(payload), vector->messages[i].payload);
    size_t len = from_hex(expected, sizeof(expected), vector->messages[i].ciphertext);
    assert_true(avow_noise_writes_next(from));
    assert_false(avow_noise_writes_next(to));
    assert_int_equal(avow_noise_overhead(from->next) + payload_len, len);
    assert_int_equal(avow_noise_write(from, avow_bytes(payload, payload_len), message),
                     AVOW_ACCEPT);
    expect_bytes(vector->name, i, "ciphertext", avow_bytes(message, len),
                 avow_bytes(expected, len));
    struct avow_bytes read;
    assert_int_equal(avow_noise_read(to, message, len, &read), AVOW_ACCEPT);
    expect_bytes(vector->name, i, "payload", read, avow_bytes(payload, payload_len));
}

static void transport(const struct noise_vector *vector, size_t i, struct avow_noise_cipher *send,
                      struct avow_noise_cipher *receive)
{
    uint8_t payload[MESSAGE_ROOM];
    uint8_t expected[MESSAGE_ROOM];
    uint8_t message[MESSAGE_ROOM];
    size_t payload_len = from_hex(payload, sizeof(payload), vector->messages[i].payload);
    size_t len = from_hex(expected, sizeof(expected), vector->messages[i].ciphertext);
    struct avow_bytes ad = avow_bytes(NULL, 0);
    memcpy(message, payload, payload_len);
    avow_noise_seal(send, ad, message, payload_len);
    assert_int_equal(payload_len + AVOW_NOISE_TAG, len);
    expect_bytes(vector->name, i, "ciphertext", avow_bytes(message, len),
                 avow_bytes(expected, len));
    assert_int_equal(avow_noise_open(receive, ad, message, len), AVOW_ACCEPT);
    expect_bytes(vector->name, i, "payload", avow_bytes(message, payload_len),
                 avow_bytes(payload, payload_len));
}

static void test_vectors(void **state)
{
    (void)state;
    for (size_t v = 0; v < COUNT(noise_vectors); v++) {
        const struct noise_vector *vector = &noise_vectors[v];
        struct avow_noise initiator;
        struct avow_noise responder;
        init(&initiator, true, vector);
        init(&responder, false, vector);
        exchange(vector, 0, &initiator, &responder);
        exchange(vector, 1, &responder, &initiator);
        exchange(vector, 2, &initiator, &responder);
        assert_true(avow_hash_equal(&initiator.hash, &responder.hash));

        struct avow_noise_cipher ciphers[2][2]; /* side, then send and receive */
        avow_noise_split(&initiator, &ciphers[0][0], &ciphers[0][1]);
        avow_noise_split(&responder, &ciphers[1][0], &ciphers[1][1]);
        for (size_t i = 3; i < NOISE_VECTOR_MESSAGES; i++)
            transport(vector, i, &ciphers[(i - 3) % 2][0], &ciphers[(i - 2) % 2][1]);
        avow_noise_fini(&initiator);
        avow_noise_fini(&responder);
    }
}

/* Both sides, and the three handshake messages with their payloads, of the second vector. */
struct session {
    struct avow_noise sides[2];
};

static void start(struct session *session)
{
    init(&session->sides[0], true, &noise_vectors[1]);
    init(&session->sides[1], false, &noise_vectors[1]);
}

/* Runs the handshake with bit `bit` of message `flip` inverted; the first rejection, if any. */
static enum avow_reject run_flipped(unsigned flip, size_t bit, size_t lens[3])
{
    struct session session;
    start(&session);
    for (unsigned i = 0; i < 3; i++) {
        uint8_t message[MESSAGE_ROOM];
        struct avow_bytes read;
        struct avow_bytes payload = avow_bytes_text("payload");
        lens[i] = avow_noise_overhead(i) + payload.len;
        enum avow_reject why = avow_noise_write(&session.sides[i % 2], payload, message);
        if (why != AVOW_ACCEPT)
            return why;
        if (i == flip)
            message[bit / 8] ^= (uint8_t)(1U << bit % 8);
        why = avow_noise_read(&session.sides[(i + 1) % 2], message, lens[i], &read);
        if (why != AVOW_ACCEPT)
            return why;
    }
    return AVOW_ACCEPT;
}

static void test_every_bit_matters(void **state)
{
    (void)state;
    size_t lens[3] = {0};
    assert_int_equal(run_flipped(3, 0, lens), AVOW_ACCEPT);
    for (unsigned flip = 0; flip < 3; flip++) {
        for (size_t bit = 0; bit < lens[flip] * 8; bit++) {
            size_t ignored[3] = {0};
            if (run_flipped(flip, bit, ignored) != AVOW_REJECT_HANDSHAKE)
                fail_msg("bit %zu of message %u changed, and was accepted", bit, flip);
        }
    }
}

static void test_lengths(void **state)
{
    (void)state;
    static uint8_t message[AVOW_NOISE_MESSAGE_MAX + 1];
    static const struct {
        const char *name;
        size_t len;
        enum avow_reject expected;
    } cases[] = {
        {"empty", 0, AVOW_REJECT_LENGTH},
        {"one short", 31, AVOW_REJECT_LENGTH},
        {"over the bound of Noise", sizeof(message), AVOW_REJECT_LENGTH},
        {"at the bound of Noise", sizeof(message) - 1, AVOW_ACCEPT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct session session;
        struct avow_bytes payload;
        start(&session);
        message[0] = 9;
        enum avow_reject why = avow_noise_read(&session.sides[1], message, cases[i].len, &payload);
        if (why != cases[i].expected)
            fail_msg("%s: %s", cases[i].name, avow_reject_name(why));
    }
}

/* RFC 7748, section 6.1: these give an all-zero shared secret with every scalar. */
static void test_all_zero_secret(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *ephemeral;
    } cases[] = {
        {"zero", "0000000000000000000000000000000000000000000000000000000000000000"},
        {"one", "0100000000000000000000000000000000000000000000000000000000000000"},
        {"order 8", "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"},
        {"order 8, other", "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"},
        {"p - 1", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
        {"p", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
        {"p + 1", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct session session;
        struct avow_bytes payload;
        uint8_t message[MESSAGE_ROOM];
        start(&session);
        (void)from_hex(message, 32, cases[i].ephemeral);
        assert_int_equal(avow_noise_read(&session.sides[1], message, 32, &payload), AVOW_ACCEPT);
        enum avow_reject why = avow_noise_write(&session.sides[1], avow_bytes(NULL, 0), message);
        if (why != AVOW_REJECT_HANDSHAKE)
            fail_msg("%s: %s", cases[i].name, avow_reject_name(why));
    }
}

/* REKEY is ENCRYPT(k, 2^64 - 1, empty, 32 zeros), cut to 32 bytes (section 4.2). */
static void test_rekey(void **state)
{
    (void)state;
    struct avow_noise_cipher cipher = {.key = {1, 2, 3}, .nonce = 7};
    static const uint8_t zeros[32];
    static const uint8_t nonce[12] = {0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255};
    uint8_t expected[32 + AVOW_NOISE_TAG];
    assert_int_equal(crypto_aead_chacha20poly1305_ietf_encrypt(expected, NULL, zeros, 32, NULL, 0,
                                                               NULL, nonce, cipher.key),
                     0);
    avow_noise_rekey(&cipher);
    assert_memory_equal(cipher.key, expected, 32);
    assert_int_equal(cipher.nonce, 7);
}

static void test_transport_refuses(void **state)
{
    (void)state;
    static const uint8_t zeroed[sizeof(struct avow_noise_cipher)];
    struct avow_noise_cipher send = {.key = {5}};
    struct avow_noise_cipher receive = send;
    struct avow_bytes ad = avow_bytes(NULL, 0);
    uint8_t sealed[2][8 + AVOW_NOISE_TAG] = {"first", "second"};
    uint8_t copy[8 + AVOW_NOISE_TAG];
    avow_noise_seal(&send, ad, sealed[0], 8);
    avow_noise_seal(&send, ad, sealed[1], 8);

    memcpy(copy, sealed[1], sizeof(copy)); /* out of order */
    assert_int_equal(avow_noise_open(&receive, ad, copy, sizeof(copy)), AVOW_REJECT_FRAME);
    assert_int_equal(avow_noise_open(&receive, ad, copy, AVOW_NOISE_TAG - 1), AVOW_REJECT_FRAME);
    memcpy(copy, sealed[0], sizeof(copy));
    assert_int_equal(avow_noise_open(&receive, avow_bytes_text("ad"), copy, sizeof(copy)),
                     AVOW_REJECT_FRAME);
    memcpy(copy, sealed[0], sizeof(copy)); /* no nonce was used up so far */
    assert_int_equal(avow_noise_open(&receive, ad, copy, sizeof(copy)), AVOW_ACCEPT);
    assert_string_equal((const char *)copy, "first");
    memcpy(copy, sealed[0], sizeof(copy)); /* replayed */
    assert_int_equal(avow_noise_open(&receive, ad, copy, sizeof(copy)), AVOW_REJECT_FRAME);

    receive.nonce = UINT64_MAX; /* kept for rekeying */
    assert_int_equal(avow_noise_open(&receive, ad, copy, sizeof(copy)), AVOW_REJECT_FRAME);
    avow_noise_cipher_fini(&receive);
    assert_memory_equal(&receive, zeroed, sizeof(receive));
}

static void test_fini_wipes(void **state)
{
    (void)state;
    static const uint8_t zeroed[sizeof(struct avow_noise)];
    struct session session;
    start(&session);
    avow_noise_fini(&session.sides[0]);
    assert_memory_equal(&session.sides[0], zeroed, sizeof(zeroed));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),    cmocka_unit_test(test_every_bit_matters),
        cmocka_unit_test(test_lengths),    cmocka_unit_test(test_all_zero_secret),
        cmocka_unit_test(test_rekey),      cmocka_unit_test(test_transport_refuses),
        cmocka_unit_test(test_fini_wipes),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
