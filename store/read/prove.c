/* Status and proofs from a snapshot. */
#include "proto/log/evidence.h"
#include "store/read/snapshot_state.h"
#include "store/rows/status_rows.h"

/* A log of the API's is the first member of the snapshot's own. The caller's constness is about
 * what the log says; which bundle was read last is the snapshot's. */
static struct avow_cached_log *cached_of(const struct avow_log *log)
{
    return (struct avow_cached_log *)(uintptr_t)log;
}

/* Something that must be there for the accepted size. */
static enum avow_err must_be_there(enum avow_err err)
{
    return err == AVOW_ERR_NOT_FOUND ? AVOW_ERR_CORRUPT : err;
}

enum avow_err avow_snapshot_status(struct avow_snapshot *snapshot, const struct avow_log *log,
                                   uint64_t index, enum avow_status *status,
                                   uint64_t *last_status_entry)
{
    AVOW_ASSERT(snapshot->live);
    if (index >= log->checkpoint.size)
        return AVOW_ERR_NOT_FOUND;
    *status = AVOW_STATUS_ACTIVE;
    uint8_t chunk[AVOW_STATUS_CHUNK_BYTES];
    enum avow_err err = avow_status_rows_chunk(&snapshot->db, log->number,
                                               index / AVOW_STATUS_CHUNK_ENTRIES, chunk);
    if (err != AVOW_OK)
        return err;
    *status = avow_status_map_get(chunk, index);
    return avow_status_rows_last(&snapshot->db, log->number, index, last_status_entry);
}

enum avow_err avow_snapshot_chunk(struct avow_snapshot *snapshot, const struct avow_log *log,
                                  uint64_t chunk, uint8_t out[AVOW_STATUS_CHUNK_BYTES])
{
    AVOW_ASSERT(snapshot->live);
    if (chunk >= avow_status_map_chunk_count(log->checkpoint.size))
        return AVOW_ERR_NOT_FOUND;
    return avow_status_rows_chunk(&snapshot->db, log->number, chunk, out);
}

struct avow_tree_nodes avow_snapshot_nodes(struct avow_snapshot *snapshot,
                                           const struct avow_log *log)
{
    AVOW_ASSERT(snapshot->live);
    struct avow_cached_log *cached = cached_of(log);
    if (cached->nodes_at != snapshot->state) /* views of an earlier state are no more */
        avow_node_source_forget(&cached->nodes);
    cached->nodes_at = snapshot->state;
    return (struct avow_tree_nodes){.context = &cached->nodes, .node = avow_node_source_node};
}

enum avow_err avow_snapshot_inclusion(struct avow_snapshot *snapshot, const struct avow_log *log,
                                      uint64_t index, uint64_t size, struct avow_path *path)
{
    if (size > log->checkpoint.size || index >= size)
        return AVOW_ERR_NOT_FOUND;
    const struct avow_tree_nodes nodes = avow_snapshot_nodes(snapshot, log);
    return must_be_there(avow_merkle_inclusion_prove(&nodes, index, size, path));
}

enum avow_err avow_snapshot_consistency(struct avow_snapshot *snapshot, const struct avow_log *log,
                                        uint64_t old_size, uint64_t new_size,
                                        struct avow_path *path)
{
    if (new_size > log->checkpoint.size || old_size > new_size)
        return AVOW_ERR_NOT_FOUND;
    const struct avow_tree_nodes nodes = avow_snapshot_nodes(snapshot, log);
    return must_be_there(avow_merkle_consistency_prove(&nodes, old_size, new_size, path));
}

enum avow_err avow_snapshot_chunk_inclusion(struct avow_snapshot *snapshot,
                                            const struct avow_log *log, uint64_t chunk,
                                            struct avow_path *path)
{
    AVOW_ASSERT(snapshot->live);
    if (chunk >= avow_status_map_chunk_count(log->checkpoint.size))
        return AVOW_ERR_NOT_FOUND;
    struct avow_status_source source = {.db = &snapshot->db, .log = log->number};
    const struct avow_status_nodes nodes = {.context = &source, .node = avow_status_source_node};
    return avow_status_map_prove(&nodes, chunk, log->checkpoint.size, path);
}

/* The first kept checkpoint of a size above this one, with those of its lines that count: none,
 * where the log has had the witness's key as its own since. */
static enum avow_err next_row(struct avow_snapshot *snapshot, const struct avow_log *log,
                              uint64_t size, struct avow_checkpoint *checkpoint,
                              struct avow_cosignature *cosignatures, size_t *count)
{
    struct avow_dbkey key = avow_dbkey_item(log->number, size + 1);
    struct avow_bytes found;
    struct avow_bytes row;
    struct avow_cached_log *cached = cached_of(log);
    if (cached->unkept_at == snapshot->state && size >= cached->unkept_from)
        return AVOW_ERR_NOT_FOUND;
    enum avow_err err = avow_db_seek(&snapshot->db, AVOW_TABLE_HISTORY, &key, &found, &row);
    if (err == AVOW_OK && (found.len != key.len || memcmp(found.data, key.bytes, 4) != 0))
        err = AVOW_ERR_NOT_FOUND; /* the next log's */
    if (err == AVOW_ERR_NOT_FOUND) {
        cached->unkept_at = snapshot->state;
        cached->unkept_from = size;
    }
    if (err != AVOW_OK)
        return err;
    err = avow_row_kept_read(row, checkpoint, cosignatures, count);
    if (err == AVOW_OK)
        *count = avow_evidence_keep_lines(cosignatures, *count, checkpoint, &log->state.chain);
    return err;
}

/* The first that has such a line. */
static enum avow_err next_kept(struct avow_snapshot *snapshot, const struct avow_log *log,
                               uint64_t size, struct avow_checkpoint *checkpoint,
                               struct avow_cosignature *cosignatures, size_t *count)
{
    enum avow_err err;
    do {
        err = next_row(snapshot, log, size, checkpoint, cosignatures, count);
        size = checkpoint->size;
    } while (err == AVOW_OK && *count == 0);
    return err;
}

enum avow_err avow_snapshot_witnessed(struct avow_snapshot *snapshot, const struct avow_log *log,
                                      uint64_t index, uint64_t after,
                                      struct avow_checkpoint *checkpoint,
                                      struct avow_cosignature *cosignatures, size_t *count)
{
    AVOW_ASSERT(snapshot->live);
    if (index >= log->checkpoint.size)
        return AVOW_ERR_NOT_FOUND;
    uint64_t size = index < after ? after : index;
    if (size >= log->checkpoint.size)
        return AVOW_ERR_NOT_FOUND;
    enum avow_err err = next_kept(snapshot, log, size, checkpoint, cosignatures, count);
    /* There is one row a size, so that a kept text of the newest is the end. */
    if (err == AVOW_OK && avow_checkpoint_same_text(checkpoint, &log->checkpoint))
        return AVOW_ERR_NOT_FOUND;
    return err;
}
