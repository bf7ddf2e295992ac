/* nettle uses the CPU's SHA instructions; see docs/design.md, "Dependencies". */
#include "proto/crypto/sha256.h"

#include <endian.h>
#include <nettle/hmac.h>
#include <nettle/sha2.h>
#include <sodium.h>

struct avow_hash avow_sha256(const struct avow_bytes *parts, size_t count)
{
    struct sha256_ctx context;
    sha256_init(&context);
    for (size_t i = 0; i < count; i++)
        sha256_update(&context, parts[i].len, parts[i].data);
    struct avow_hash hash;
    sha256_digest(&context, sizeof(hash.bytes), hash.bytes);
    return hash;
}

/* Hashes whole blocks that already carry their padding. nettle compresses a whole block at once
 * from where it lies, so the state after the last one is the digest: no buffering, no final call.
 */
static inline struct avow_hash hash_padded(const uint8_t *blocks, size_t len)
{
    struct sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, len, blocks);
    /* In words: of avow_put_u32be() eight times gcc 12 makes a hundred vector shuffles. */
    uint32_t words[8];
    for (size_t i = 0; i < 8; i++)
        words[i] = htobe32(context.state[i]);
    struct avow_hash hash;
    memcpy(hash.bytes, words, sizeof(words));
    return hash;
}

#define LEAF_FAST_MAX (SHA256_BLOCK_SIZE - 1 - 1 - 8) /* prefix, 0x80, length in bits */

struct avow_hash avow_sha256_leaf(struct avow_bytes entry)
{
    if (entry.len > LEAF_FAST_MAX) {
        const uint8_t prefix = 0x00;
        return avow_sha256((struct avow_bytes[]){avow_bytes(&prefix, 1), entry}, 2);
    }
    uint8_t block[SHA256_BLOCK_SIZE] = {0x00};
    if (entry.len > 0)
        memcpy(block + 1, entry.data, entry.len);
    block[1 + entry.len] = 0x80;
    avow_put_u16be(block + sizeof(block) - 2, (uint16_t)(8 * (1 + entry.len)));
    return hash_padded(block, sizeof(block));
}

struct avow_hash avow_sha256_node(const struct avow_hash *left, const struct avow_hash *right)
{
    uint8_t blocks[2 * SHA256_BLOCK_SIZE] = {0x01};
    memcpy(blocks + 1, left->bytes, sizeof(left->bytes));
    memcpy(blocks + 33, right->bytes, sizeof(right->bytes));
    blocks[65] = 0x80;
    avow_put_u16be(blocks + sizeof(blocks) - 2, 8 * 65);
    return hash_padded(blocks, sizeof(blocks));
}

struct avow_hash avow_sha256_hmac(struct avow_bytes key, const struct avow_bytes *parts,
                                  size_t count)
{
    struct hmac_sha256_ctx context;
    hmac_sha256_set_key(&context, key.len, key.data);
    for (size_t i = 0; i < count; i++)
        hmac_sha256_update(&context, parts[i].len, parts[i].data);
    struct avow_hash hash;
    hmac_sha256_digest(&context, sizeof(hash.bytes), hash.bytes);
    sodium_memzero(&context, sizeof(context)); /* the context stands for the key */
    return hash;
}
