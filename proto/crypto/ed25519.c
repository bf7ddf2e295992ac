/* One verifier: libsodium's, which is cofactorless and recomputes R, so that a non-canonical or
 * torsioned R never compares equal. Versions differ, so the start-up self-test holds it to that. */
#include "proto/crypto/ed25519.h"

#include <sodium.h>

_Static_assert(sizeof(struct avow_secret_key) == crypto_sign_SECRETKEYBYTES, "libsodium's form");
_Static_assert(sizeof(struct avow_key) == crypto_sign_PUBLICKEYBYTES, "libsodium's form");
_Static_assert(sizeof(struct avow_signature) == crypto_sign_BYTES, "libsodium's form");

struct self_test {
    const char *key;
    const char *signature;
    const char *message;
    bool verifies;
    bool key_valid;
};

/* The first row is RFC 8032, 7.1, TEST 1. The others were made with crypto_core_ed25519_*: with T
 * a torsion point, a = SHA-512("avow a") mod L and r = SHA-512(message) mod L,
 *   torsioned R: A = aB,     R = rB + T, S = r + H(R, A, M) a
 *   torsioned A: A = aB + T, R = rB,     S = r + H(R, A, M) a, H odd
 * Each satisfies the cofactored equation 8SB = 8R + 8HA and not SB = R + HA. The order-2 key is
 * taken for a point of the prime-order subgroup by libsodium before ad3004e (CVE-2025-69277). */
static const struct self_test self_tests[] = {
    {"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
     "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
     "", true, true},
    /* R with T of order 8 */
    {"014a3dc3c15bfa726aa9d422cc0a656bda477ffd7f8ac0cf80c4b955c129e192",
     "78a794efaa0660549474fb86f87e4aec5414a1a7d4905823ce408170e857bd5a"
     "a07ce7ff432d1ba41a8becfaa111e16d41ac2aa361dc0990165a0cc1bb83e30d",
     "avow torsion 0", false, true},
    /* A with T of order 8 */
    {"735958d8f0d03e45ac8eb1499e6986be786566be88f5a24bb14430dac9a8543e",
     "3939a7bd7a9cd3b30b422edc238e875ad7134467112b644f1af18defa25e4307"
     "f47f72f22e349e2f2d30c1ef1b63fc9a08f6c1a3faf3e119c9cd736b80bdb701",
     "avow torsion 2", false, false},
    /* A with T of order 2 */
    {"ecb5c23c3ea4058d95562bdd33f59a9425b8800280753f307f3b46aa3ed61e6d",
     "6b7428e10835fe05bfda08d170fee9cff7119d587e362c8de81edc26b6621487"
     "ba41d3b14ebaa8891d9058faebf3ab1f7529a3f10116f1864df101c930d31b0d",
     "avow torsion 0", false, false},
};

static void from_hex(uint8_t *out, size_t len, const char *hex)
{
    int rc = sodium_hex2bin(out, len, hex, strlen(hex), NULL, &len, NULL);
    AVOW_ASSERT(rc == 0);
}

static bool passes(const struct self_test *test)
{
    struct avow_key key;
    struct avow_signature signature;
    from_hex(key.bytes, sizeof(key.bytes), test->key);
    from_hex(signature.bytes, sizeof(signature.bytes), test->signature);
    return avow_ed25519_key_is_valid(&key) == test->key_valid &&
           avow_ed25519_verify(&key, avow_bytes_text(test->message), &signature) == test->verifies;
}

enum avow_err avow_crypto_init(void)
{
    if (sodium_init() < 0)
        return AVOW_ERR_CRYPTO;
    for (size_t i = 0; i < sizeof(self_tests) / sizeof(self_tests[0]); i++) {
        if (!passes(&self_tests[i]))
            return AVOW_ERR_CRYPTO;
    }
    return AVOW_OK;
}

/* The points that this thread found valid last: finding out takes as long as a signature, and the
 * same few keys come again and again. Nothing but what was found valid stands here, and it is
 * compared whole; who makes keys that share a slot makes them be found out again, and no more. */
static _Thread_local struct {
    bool used; /* a key of zeros is none */
    struct avow_key key;
} points[256];

bool avow_ed25519_key_is_valid(const struct avow_key *key)
{
    const size_t slot = key->bytes[0];
    if (points[slot].used && avow_key_equal(&points[slot].key, key))
        return true;
    if (crypto_core_ed25519_is_valid_point(key->bytes) != 1)
        return false;
    points[slot].used = true;
    points[slot].key = *key;
    return true;
}

bool avow_ed25519_verify(const struct avow_key *key, struct avow_bytes message,
                         const struct avow_signature *signature)
{
    return crypto_sign_verify_detached(signature->bytes, message.data, message.len, key->bytes) ==
           0;
}

void avow_ed25519_sign(const struct avow_secret_key *secret, struct avow_bytes message,
                       struct avow_signature *signature)
{
    /* Documented to return 0 always. */
    int rc = crypto_sign_detached(signature->bytes, NULL, message.data, message.len, secret->bytes);
    AVOW_ASSERT(rc == 0);
}

void avow_ed25519_from_seed(const uint8_t seed[32], struct avow_secret_key *secret,
                            struct avow_key *key)
{
    struct avow_secret_key scratch;
    int rc =
        crypto_sign_seed_keypair(key->bytes, secret != NULL ? secret->bytes : scratch.bytes, seed);
    AVOW_ASSERT(rc == 0);
    sodium_memzero(&scratch, sizeof(scratch));
}
