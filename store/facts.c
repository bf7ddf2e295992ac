/* The store's side of avow_facts. LMDB notices no flipped bit, so what a verdict rests on is proved
 * against the signed roots each time it is read; the other rows are sealed. */
#include "store/facts.h"

static enum avow_err facts_log(void *context, const struct avow_hash *issuer,
                               struct avow_known_log *known)
{
    const struct avow_log *log;
    enum avow_err err = avow_snapshot_log(context, issuer, &log);
    if (err != AVOW_OK)
        return err;
    *known = (struct avow_known_log){
        .checkpoint = &log->checkpoint,
        .cosignatures = log->cosignatures,
        .cosignature_count = log->cosignature_count,
        .chain = &log->state.chain,
        .abandoned_from = log->abandoned_from,
        .handle = log,
    };
    return AVOW_OK;
}

/* OK or CORRUPT. */
static enum avow_err leads_to(const struct avow_hash *leaf, uint64_t index, uint64_t size,
                              const struct avow_path *path, const struct avow_hash *signed_root)
{
    struct avow_hash root;
    if (avow_inclusion_root(leaf, index, size, path, &root) != AVOW_ACCEPT ||
        !avow_hash_equal(&root, signed_root))
        return AVOW_ERR_CORRUPT;
    return AVOW_OK;
}

static enum avow_err facts_entry(void *context, const struct avow_known_log *log, uint64_t index,
                                 struct avow_bytes *entry)
{
    uint64_t size = log->checkpoint->size;
    struct avow_path path;
    enum avow_err err = avow_snapshot_entry(context, log->handle, index, entry);
    if (err == AVOW_OK)
        err = avow_snapshot_inclusion(context, log->handle, index, size, &path);
    if (err != AVOW_OK)
        return err;
    struct avow_hash leaf = avow_leaf_hash(*entry);
    return leads_to(&leaf, index, size, &path, &log->checkpoint->root);
}

static enum avow_err facts_status(void *context, const struct avow_known_log *log, uint64_t index,
                                  enum avow_status *status)
{
    uint8_t chunk[AVOW_STATUS_CHUNK_BYTES];
    struct avow_path path;
    uint64_t number = index / AVOW_STATUS_CHUNK_ENTRIES;
    enum avow_err err = avow_snapshot_chunk(context, log->handle, number, chunk);
    if (err == AVOW_OK)
        err = avow_snapshot_chunk_inclusion(context, log->handle, number, &path);
    if (err != AVOW_OK)
        return err;
    struct avow_hash leaf = avow_status_chunk_hash(chunk);
    *status = avow_status_get(chunk, index);
    return leads_to(&leaf, number, avow_status_chunk_count(log->checkpoint->size), &path,
                    &log->checkpoint->status_root);
}

static enum avow_err facts_last_status_entry(void *context, const struct avow_known_log *log,
                                             uint64_t target, uint64_t *index)
{
    enum avow_status status;
    enum avow_err err = avow_snapshot_status(context, log->handle, target, &status, index);
    return err == AVOW_OK && *index == 0 ? AVOW_ERR_NOT_FOUND : err;
}

static enum avow_err facts_first_witness(void *context, const struct avow_known_log *log,
                                         uint64_t index, uint64_t *time)
{
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count;
    enum avow_err err =
        avow_snapshot_first_witness(context, log->handle, index, &checkpoint, lines, &count);
    if (err != AVOW_OK)
        return err;
    *time = AVOW_NEVER;
    for (size_t i = 0; i < count; i++) {
        if (avow_chain_key(log->chain, &lines[i].key, AVOW_KEY_HEARTBEAT, checkpoint.size) ==
                NULL &&
            lines[i].time < *time)
            *time = lines[i].time;
    }
    return *time == AVOW_NEVER ? AVOW_ERR_NOT_FOUND : AVOW_OK;
}

struct avow_facts avow_facts_from_snapshot(struct avow_snapshot *snapshot)
{
    return (struct avow_facts){
        .context = snapshot,
        .log = facts_log,
        .entry = facts_entry,
        .status = facts_status,
        .last_status_entry = facts_last_status_entry,
        .first_witness = facts_first_witness,
    };
}
