#include "proto/log/root_claim.h"

#include "proto/crypto/ed25519.h"
#include "proto/crypto/sha256.h"

enum avow_reject avow_root_claim_check(const struct avow_root_claim *claim)
{
    for (size_t i = 0; i < claim->key_count; i++) {
        if (!avow_ed25519_key_is_valid(&claim->keys[i]))
            return AVOW_REJECT_KEY_POINT;
    }
    return !claim->is_signed ||
                   avow_ed25519_verify(&claim->signer, claim->message, &claim->signature)
               ? AVOW_ACCEPT
               : AVOW_REJECT_ROOT_SIGNATURE;
}

/* What is of variable length comes last, and the parts before it have lengths that the first two
 * bytes give. */
struct avow_hash avow_root_claim_digest(const struct avow_root_claim *claim)
{
    const uint8_t form[2] = {(uint8_t)claim->key_count, claim->is_signed ? 1 : 0};
    const struct avow_bytes parts[] = {
        avow_bytes_text("avow root claim 1\n"),
        avow_bytes(form, sizeof(form)),
        avow_bytes(claim->keys[0].bytes, claim->key_count * sizeof(claim->keys[0])),
        avow_bytes(claim->signer.bytes, sizeof(claim->signer.bytes)),
        avow_bytes(claim->signature.bytes, sizeof(claim->signature.bytes)),
        claim->message,
    };
    return avow_sha256(parts, sizeof(parts) / sizeof(parts[0]));
}
