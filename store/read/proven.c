/* Proofs, and the memory of them. When there is no memory to remember with, a proof is simply made
 * again. */
#include "store/read/proven.h"

#include "store/read/snapshot_state.h"

/* The log's memory, without what no longer holds. */
static struct avow_proven *proven_of(const struct avow_snapshot *snapshot,
                                     const struct avow_log *log)
{
    struct avow_cached_log *cached = (struct avow_cached_log *)(uintptr_t)log;
    struct avow_proven *proven = &cached->proven;
    const uint64_t bundles = log->checkpoint.size / AVOW_BUNDLE_ENTRIES;
    bool other = proven->number != log->number;
    if (bundles > 0 && (other || proven->entries == NULL || proven->entries->bundles < bundles))
        proven->entries = avow_proofs_of(snapshot->store->proofs, log->number, bundles);
    else if (other)
        proven->entries = NULL;
    if (++proven->reads > AVOW_PROVEN_READS) {
        if (proven->entries != NULL)
            avow_proved_clear(proven->entries);
        other = true;
    }
    if (other)
        proven->reads = 0;
    if (other || !avow_hash_equal(&proven->status_root, &log->checkpoint.status_root)) {
        avow_bits_clear(&proven->chunks);
        proven->status_root = log->checkpoint.status_root;
    }
    proven->number = log->number;
    return proven;
}

/* ------------------------------------------------------------------ entries */

static enum avow_err check_path(const struct avow_hash *leaf, uint64_t index, uint64_t size,
                                const struct avow_path *path, const struct avow_hash *signed_root)
{
    struct avow_hash root;
    if (avow_merkle_inclusion_root(leaf, index, size, path, &root) != AVOW_ACCEPT ||
        !avow_hash_equal(&root, signed_root))
        return AVOW_ERR_CORRUPT;
    return AVOW_OK;
}

static enum avow_err prove_entry(struct avow_snapshot *snapshot, const struct avow_log *log,
                                 uint64_t index, struct avow_bytes entry)
{
    struct avow_path path;
    uint64_t size = log->checkpoint.size;
    struct avow_hash leaf = avow_merkle_leaf_hash(entry);
    enum avow_err err = avow_snapshot_inclusion(snapshot, log, index, size, &path);
    return err == AVOW_OK ? check_path(&leaf, index, size, &path, &log->checkpoint.root) : err;
}

/* That the stored hashes of the bundle's units lead to the root. A tree of whole bundles and what
 * is left has the shape of one in which each of them is a leaf. */
static enum avow_err prove_bundle(struct avow_snapshot *snapshot, const struct avow_log *log,
                                  uint64_t number, const struct avow_bundle *bundle)
{
    struct avow_hash nodes[AVOW_BUNDLE_ENTRIES >> AVOW_BUNDLE_UNIT];
    struct avow_path path;
    const uint64_t size = log->checkpoint.size;
    size_t width = sizeof(nodes) / sizeof(nodes[0]);
    enum avow_err err = AVOW_OK;
    for (size_t i = 0; i < width && err == AVOW_OK; i++)
        err = avow_bundle_node(bundle, AVOW_BUNDLE_UNIT, i, &nodes[i]);
    if (err == AVOW_OK)
        err = avow_snapshot_inclusion(snapshot, log, number * AVOW_BUNDLE_ENTRIES, size, &path);
    if (err != AVOW_OK)
        return err;
    for (; width > 1; width /= 2) {
        for (size_t i = 0; i < width / 2; i++)
            nodes[i] = avow_merkle_node_hash(&nodes[2 * i], &nodes[2 * i + 1]);
    }
    path.count -= AVOW_BUNDLE_HEIGHT;
    memmove(path.hashes, path.hashes + AVOW_BUNDLE_HEIGHT, path.count * sizeof(path.hashes[0]));
    return check_path(&nodes[0], number, (size + AVOW_BUNDLE_ENTRIES - 1) / AVOW_BUNDLE_ENTRIES,
                      &path, &log->checkpoint.root);
}

/* That the unit's entries have its stored hash. */
static enum avow_err prove_unit(const struct avow_bundle *bundle, size_t unit)
{
    struct avow_hash stored, left, right;
    enum avow_err err = avow_bundle_node(bundle, AVOW_BUNDLE_UNIT, unit, &stored);
    if (err == AVOW_OK)
        err = avow_bundle_node(bundle, AVOW_BUNDLE_UNIT - 1, 2 * unit, &left);
    if (err == AVOW_OK)
        err = avow_bundle_node(bundle, AVOW_BUNDLE_UNIT - 1, 2 * unit + 1, &right);
    if (err != AVOW_OK)
        return err;
    const struct avow_hash hash = avow_merkle_node_hash(&left, &right);
    return avow_hash_equal(&hash, &stored) ? AVOW_OK : AVOW_ERR_CORRUPT;
}

/* Of a full bundle. Whoever proved a unit of it has proved its hashes. */
static enum avow_err prove_in_bundle(struct avow_snapshot *snapshot, const struct avow_log *log,
                                     uint64_t index, struct avow_proved *proved)
{
    const struct avow_bundle *bundle;
    const uint64_t number = index / AVOW_BUNDLE_ENTRIES;
    const size_t unit = (size_t)(index % AVOW_BUNDLE_ENTRIES) >> AVOW_BUNDLE_UNIT;
    const uint32_t known = proved == NULL ? 0 : avow_proved_units(proved, number);
    if ((known >> unit & 1) != 0)
        return AVOW_OK;
    enum avow_err err = avow_snapshot_bundle(snapshot, log->number, number, &bundle);
    if (err == AVOW_OK && known == 0)
        err = prove_bundle(snapshot, log, number, bundle);
    if (err == AVOW_OK)
        err = prove_unit(bundle, unit);
    if (err == AVOW_OK && proved != NULL)
        avow_proved_add(proved, number, UINT32_C(1) << unit);
    return err == AVOW_ERR_NOT_FOUND ? AVOW_ERR_CORRUPT : err;
}

enum avow_err avow_proven_entry(struct avow_snapshot *snapshot, const struct avow_log *log,
                                uint64_t index, struct avow_bytes *entry)
{
    const struct avow_proven *proven = proven_of(snapshot, log);
    const bool full = index < log->checkpoint.size / AVOW_BUNDLE_ENTRIES * AVOW_BUNDLE_ENTRIES;
    enum avow_err err = AVOW_OK;
    if (full)
        err = prove_in_bundle(snapshot, log, index, proven->entries);
    if (err == AVOW_OK)
        err = avow_snapshot_entry(snapshot, log, index, entry);
    return err == AVOW_OK && !full ? prove_entry(snapshot, log, index, *entry) : err;
}

/* ------------------------------------------------------------------ status */

static enum avow_err prove_chunk(struct avow_snapshot *snapshot, const struct avow_log *log,
                                 uint64_t number, const uint8_t chunk[AVOW_STATUS_CHUNK_BYTES])
{
    struct avow_path path;
    enum avow_err err = avow_snapshot_chunk_inclusion(snapshot, log, number, &path);
    if (err != AVOW_OK)
        return err;
    struct avow_hash leaf = avow_status_map_chunk_hash(chunk);
    return check_path(&leaf, number, avow_status_map_chunk_count(log->checkpoint.size), &path,
                      &log->checkpoint.status_root);
}

enum avow_err avow_proven_status(struct avow_snapshot *snapshot, const struct avow_log *log,
                                 uint64_t index, enum avow_status *status)
{
    struct avow_proven *proven = proven_of(snapshot, log);
    uint8_t chunk[AVOW_STATUS_CHUNK_BYTES];
    uint64_t number = index / AVOW_STATUS_CHUNK_ENTRIES;
    enum avow_err err = avow_snapshot_chunk(snapshot, log, number, chunk);
    if (err == AVOW_OK && !avow_bits_has(&proven->chunks, number)) {
        err = prove_chunk(snapshot, log, number, chunk);
        if (err == AVOW_OK)
            avow_bits_add(&proven->chunks, number);
    }
    if (err == AVOW_OK)
        *status = avow_status_map_get(chunk, index);
    return err;
}
