/* Proofs, and the memory of them. When there is no memory to remember with, a proof is simply made
 * again. */
#include "store/read/proven.h"

#include "store/read/snapshot_state.h"

/* The log's memory, without what no longer holds. */
static struct avow_proven *proven_of(const struct avow_log *log)
{
    struct avow_cached_log *cached = (struct avow_cached_log *)(uintptr_t)log;
    struct avow_proven *proven = &cached->proven;
    bool other = proven->number != log->number || ++proven->reads > AVOW_PROVEN_READS;
    if (other) {
        avow_bits_clear(&proven->bundles);
        proven->number = log->number;
        proven->reads = 0;
    }
    if (other || !avow_hash_equal(&proven->status_root, &log->checkpoint.status_root)) {
        avow_bits_clear(&proven->chunks);
        proven->status_root = log->checkpoint.status_root;
    }
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

/* The path of a bundle's first entry, with the hashes inside of the bundle computed from its
 * entries: each of the others is under one of them. */
static enum avow_err prove_bundle(struct avow_snapshot *snapshot, const struct avow_log *log,
                                  uint64_t bundle)
{
    struct avow_hash nodes[AVOW_BUNDLE_ENTRIES];
    struct avow_path path;
    uint64_t first = bundle * AVOW_BUNDLE_ENTRIES;
    uint64_t size = log->checkpoint.size;
    for (size_t i = 0; i < AVOW_BUNDLE_ENTRIES; i++) {
        struct avow_bytes entry;
        enum avow_err err = avow_snapshot_entry(snapshot, log, first + i, &entry);
        if (err != AVOW_OK)
            return err;
        nodes[i] = avow_merkle_leaf_hash(entry);
    }
    enum avow_err err = avow_snapshot_inclusion(snapshot, log, first, size, &path);
    if (err != AVOW_OK)
        return err;
    struct avow_hash leaf = nodes[0];
    size_t level = 0;
    for (size_t width = AVOW_BUNDLE_ENTRIES; width > 1; width /= 2) {
        path.hashes[level++] = nodes[1];
        for (size_t i = 0; i < width / 2; i++)
            nodes[i] = avow_merkle_node_hash(&nodes[2 * i], &nodes[2 * i + 1]);
    }
    return check_path(&leaf, first, size, &path, &log->checkpoint.root);
}

enum avow_err avow_proven_entry(struct avow_snapshot *snapshot, const struct avow_log *log,
                                uint64_t index, struct avow_bytes *entry)
{
    struct avow_proven *proven = proven_of(log);
    uint64_t bundle = index / AVOW_BUNDLE_ENTRIES;
    bool full = (bundle + 1) * AVOW_BUNDLE_ENTRIES <= log->checkpoint.size;
    if (full && !avow_bits_has(&proven->bundles, bundle)) {
        enum avow_err err = prove_bundle(snapshot, log, bundle);
        if (err != AVOW_OK)
            return err;
        avow_bits_add(&proven->bundles, bundle);
    }
    enum avow_err err = avow_snapshot_entry(snapshot, log, index, entry);
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
    struct avow_proven *proven = proven_of(log);
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
