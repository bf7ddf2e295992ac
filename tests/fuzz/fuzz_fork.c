/* Fork proofs, with signatures and keys that are always good (this program is linked with them
 * wrapped): decoded and encoded again, and judged by chains in which their origin is an epoch. */
#include "tests/fuzz/fuzz.h"

#include "proto/log/fork.h"

bool __wrap_avow_ed25519_verify(const struct avow_key *key, struct avow_bytes message,
                                const struct avow_signature *signature);
bool __wrap_avow_ed25519_key_is_valid(const struct avow_key *key);

bool __wrap_avow_ed25519_verify(const struct avow_key *key, struct avow_bytes message,
                                const struct avow_signature *signature)
{
    (void)key, (void)message;
    return signature->bytes[63] != 0xff;
}

bool __wrap_avow_ed25519_key_is_valid(const struct avow_key *key)
{
    return key->bytes[31] != 0xff;
}

/* A chain of one root entry that opens the first checkpoint's origin, under its key. */
static enum avow_reject judge(const struct avow_fork *fork)
{
    struct avow_root_entry entries[1] = {{.leaf = fork->first.opening}};
    struct avow_chain_key keys[1] = {{.key = fork->first.key,
                                      .kind = AVOW_KEY_SIGN,
                                      .until = AVOW_NEVER,
                                      .not_after = AVOW_UINT_MAX}};
    struct avow_chain chain = {
        .issuer = fork->first.issuer, .count = 1, .entries = entries, .key_count = 1, .keys = keys};
    return avow_fork_check(fork, &chain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct avow_fork fork;
    struct avow_buf again;
    if (avow_fork_decode(avow_bytes(data, size), &fork) != AVOW_ACCEPT)
        return 0;
    avow_buf_init(&again, AVOW_FORK_BYTES_MAX);
    avow_fork_encode(&again, &fork);
    AVOW_ASSERT(avow_bytes_equal(avow_buf_bytes(&again), avow_bytes(data, size)));
    avow_buf_fini(&again);
    if (judge(&fork) != AVOW_ACCEPT)
        return 0;
    AVOW_ASSERT(avow_checkpoint_same_origin(&fork.first, &fork.second));
    AVOW_ASSERT(!avow_checkpoint_same_text(&fork.first, &fork.second));
    return 0;
}
