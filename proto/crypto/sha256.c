/* nettle uses the CPU's SHA instructions; see docs/design.md, "Dependencies". */
#include "proto/crypto/sha256.h"

#include <nettle/hmac.h>
#include <nettle/sha2.h>

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

struct avow_hash avow_hmac_sha256(struct avow_bytes key, const struct avow_bytes *parts,
                                  size_t count)
{
    struct hmac_sha256_ctx context;
    hmac_sha256_set_key(&context, key.len, key.data);
    for (size_t i = 0; i < count; i++)
        hmac_sha256_update(&context, parts[i].len, parts[i].data);
    struct avow_hash hash;
    hmac_sha256_digest(&context, sizeof(hash.bytes), hash.bytes);
    return hash;
}
