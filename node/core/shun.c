/* Checkpoints that were tried and are not worth fetching, in a set-associative table: where a set
 * is full, the one that would be forgotten first makes room. */
#include "node/core/core_inner.h"
#include "proto/crypto/sha256.h"

struct place {
    uint8_t key[SHUN_BYTES];
    struct shunned *set;
};

static struct place place_of_key(const struct avow_core *core, struct avow_hash hash)
{
    struct place place;
    memcpy(place.key, hash.bytes, SHUN_BYTES);
    uint32_t set = avow_get_u32be(hash.bytes + SHUN_BYTES) % core->shun_sets;
    place.set = &core->shunned[(size_t)set * SHUN_WAYS];
    return place;
}

/* A checkpoint is known by all that it says: one of a later time can be without the fault. With a
 * link, only that peer's offer of the checkpoint is meant. */
static struct place place_of(const struct avow_core *core, const struct avow_checkpoint *checkpoint,
                             uint32_t link)
{
    uint8_t numbers[8 + 8 + 8 + 4 + 1];
    avow_put_u64be(numbers, core->config.salt);
    avow_put_u64be(numbers + 8, checkpoint->size);
    avow_put_u64be(numbers + 16, checkpoint->time);
    avow_put_u32be(numbers + 24, checkpoint->epoch);
    numbers[28] = link != NONE;
    const struct avow_bytes parts[] = {
        avow_bytes(numbers, sizeof(numbers)),
        avow_bytes(checkpoint->issuer.bytes, sizeof(checkpoint->issuer.bytes)),
        avow_bytes(checkpoint->opening.bytes, sizeof(checkpoint->opening.bytes)),
        avow_bytes(checkpoint->root.bytes, sizeof(checkpoint->root.bytes)),
        avow_bytes(checkpoint->status_root.bytes, sizeof(checkpoint->status_root.bytes)),
        link != NONE ? avow_bytes(core->links[link].node.bytes, 32) : avow_bytes(NULL, 0),
    };
    struct avow_hash hash = avow_sha256(parts, sizeof(parts) / sizeof(parts[0]));
    return place_of_key(core, hash);
}

static bool is_held(const struct avow_core *core, struct place place)
{
    for (size_t i = 0; i < SHUN_WAYS; i++)
        if (place.set[i].until_ms > core->ms &&
            memcmp(place.set[i].key, place.key, SHUN_BYTES) == 0)
            return true;
    return false;
}

bool core_shun_has(const struct avow_core *core, const struct avow_checkpoint *checkpoint,
                   uint32_t link)
{
    if (core->stats.shunned == 0)
        return false;
    return is_held(core, place_of(core, checkpoint, NONE)) ||
           (link != NONE && is_held(core, place_of(core, checkpoint, link)));
}

static void add(struct avow_core *core, struct place place, uint64_t for_ms)
{
    struct shunned *at = &place.set[0];
    for (size_t i = 0; i < SHUN_WAYS; i++) {
        struct shunned *one = &place.set[i];
        if (one->until_ms != 0 && memcmp(one->key, place.key, SHUN_BYTES) == 0) {
            at = one;
            break;
        }
        if (one->until_ms < at->until_ms)
            at = one;
    }
    if (at->until_ms == 0)
        core->stats.shunned++;
    memcpy(at->key, place.key, SHUN_BYTES);
    at->until_ms = for_ms > UINT64_MAX - core->ms ? UINT64_MAX : core->ms + for_ms;
}

void core_shun_add(struct avow_core *core, const struct avow_checkpoint *checkpoint, uint32_t link,
                   uint64_t for_ms)
{
    add(core, place_of(core, checkpoint, link), for_ms);
}

static struct place place_of_digest(const struct avow_core *core, uint32_t link,
                                    const struct digest *digest)
{
    const struct avow_checkpoint *held = &core->held.checkpoint;
    uint8_t numbers[8 + 4];
    avow_put_u64be(numbers, ~core->config.salt);
    avow_put_u32be(numbers + 8, held->epoch);
    const struct avow_bytes parts[] = {
        avow_bytes(numbers, sizeof(numbers)),
        avow_bytes(core->links[link].node.bytes, sizeof(core->links[link].node.bytes)),
        avow_bytes(digest->issuer.bytes, sizeof(digest->issuer.bytes)),
        avow_bytes(digest->digest.bytes, sizeof(digest->digest.bytes)),
        avow_bytes(held->opening.bytes, sizeof(held->opening.bytes)),
    };
    return place_of_key(core, avow_sha256(parts, sizeof(parts) / sizeof(parts[0])));
}

bool core_shun_has_read(const struct avow_core *core, uint32_t link, const struct digest *digest)
{
    return core->stats.shunned > 0 && is_held(core, place_of_digest(core, link, digest));
}

void core_shun_note_read(struct avow_core *core, uint32_t link, const struct digest *digest)
{
    add(core, place_of_digest(core, link, digest), IGNORE_MS);
}
