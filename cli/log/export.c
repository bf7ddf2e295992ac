#include "cli/log/export.h"

#include "cli/frame/term.h"
#include "sys/files.h"

static int damaged(const struct avow_export *export, enum avow_err err)
{
    return avow_cli_fail(export->cli, AVOW_EXIT_NEGATIVE, "cannot read the copied log: %s",
                         avow_err_text(err));
}

/* ------------------------------------------------------------------ entries and tiles */

static int write_bundle(struct avow_export *export, uint64_t bundle, unsigned width,
                        struct avow_buf *out)
{
    char path[AVOW_TILE_PATH_MAX];
    avow_buf_clear(out);
    for (unsigned i = 0; i < width; i++) {
        struct avow_bytes entry;
        enum avow_err err = avow_snapshot_entry(export->snapshot, export->log,
                                                bundle * AVOW_TILE_WIDTH + i, &entry);
        if (err != AVOW_OK)
            return damaged(export, err);
        avow_tlog_tile_entry(out, entry);
    }
    if (out->err != AVOW_OK)
        return damaged(export, out->err);
    avow_tlog_tile_path(AVOW_TILE_ENTRIES, bundle, width, path);
    return avow_export_put(export, path, avow_buf_bytes(out));
}

static int write_tile(struct avow_export *export, unsigned level, uint64_t tile, unsigned width,
                      struct avow_buf *out)
{
    char path[AVOW_TILE_PATH_MAX];
    const struct avow_tree_nodes nodes = avow_snapshot_nodes(export->snapshot, export->log);
    avow_buf_clear(out);
    enum avow_err err = avow_tlog_tile_hashes(&nodes, level, tile, width, out);
    if (err != AVOW_OK)
        return damaged(export, err);
    avow_tlog_tile_path((int)level, tile, width, path);
    return avow_export_put(export, path, avow_buf_bytes(out));
}

/* Bundles and level 0 have the same shape, and are written side by side. */
static int write_level(struct avow_export *export, unsigned level, struct avow_buf *out)
{
    struct avow_progress progress;
    unsigned last_width;
    const uint64_t count = avow_tlog_tile_count(level, export->log->checkpoint.size, &last_width);
    int status = AVOW_EXIT_OK;
    avow_progress_start(&progress, export->cli->err, "tiles", count);
    for (uint64_t tile = 0; tile < count && status == AVOW_EXIT_OK; tile++) {
        const unsigned width = tile + 1 == count ? last_width : AVOW_TILE_WIDTH;
        if (level == 0)
            status = write_bundle(export, tile, width, out);
        if (status == AVOW_EXIT_OK)
            status = write_tile(export, level, tile, width, out);
        avow_progress_show(&progress, tile + 1);
    }
    avow_progress_end(&progress);
    return status;
}

/* ------------------------------------------------------------------ status */

/* A chunk of zeros is written only over one that was not. */
static bool is_needed(const struct avow_export *export, const char *name,
                      const uint8_t chunk[AVOW_STATUS_CHUNK_BYTES])
{
    static const uint8_t zeros[AVOW_STATUS_CHUNK_BYTES];
    char path[AVOW_PATH_BYTES];
    if (memcmp(chunk, zeros, sizeof(zeros)) != 0)
        return true;
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf held;
    avow_buf_init(&held, AVOW_EXPORT_FILE_MAX);
    return avow_folder_join(export->folder, name, path) == AVOW_OK &&
           avow_file_read(path, AVOW_EXPORT_FILE_MAX, &held) != AVOW_ERR_NOT_FOUND;
}

static int write_status(struct avow_export *export)
{
    const uint64_t count = avow_status_map_chunk_count(export->log->checkpoint.size);
    for (uint64_t i = 0; i < count; i++) {
        uint8_t chunk[AVOW_STATUS_CHUNK_BYTES];
        char path[AVOW_TILE_PATH_MAX];
        enum avow_err err = avow_snapshot_chunk(export->snapshot, export->log, i, chunk);
        if (err != AVOW_OK)
            return damaged(export, err);
        avow_tlog_tile_number_path("status", i, path);
        if (!is_needed(export, path, chunk))
            continue;
        int status = avow_export_put(export, path, avow_bytes(chunk, sizeof(chunk)));
        if (status != AVOW_EXIT_OK)
            return status;
    }
    return AVOW_EXIT_OK;
}

/* ------------------------------------------------------------------ the whole */

/* A heartbeat's line names its key as such: at most one is in force. */
static const struct avow_key *heartbeat_key(const struct avow_log *log)
{
    for (size_t i = 0; i < log->cosignature_count; i++) {
        const struct avow_chain_key *key = avow_chain_key(
            &log->state.chain, &log->cosignatures[i].key, AVOW_KEY_HEARTBEAT, log->checkpoint.size);
        if (key != NULL)
            return &key->key;
    }
    return NULL;
}

static int write_checkpoint(struct avow_export *export)
{
    const struct avow_log *log = export->log;
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf note;
    avow_buf_init(&note, AVOW_CHECKPOINT_NOTE_MAX);
    avow_checkpoint_note_write(&note, &log->checkpoint, log->cosignatures, log->cosignature_count,
                               heartbeat_key(log));
    if (note.err != AVOW_OK)
        return damaged(export, note.err);
    return avow_export_put(export, "checkpoint", avow_buf_bytes(&note));
}

int avow_export_run(struct avow_export *export)
{
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf scratch;
    avow_buf_init(&scratch, AVOW_EXPORT_FILE_MAX);
    unsigned width;
    int status = avow_export_check_folder(export);
    for (unsigned level = 0; status == AVOW_EXIT_OK &&
                             avow_tlog_tile_count(level, export->log->checkpoint.size, &width) > 0;
         level++)
        status = write_level(export, level, &scratch);
    if (status == AVOW_EXIT_OK)
        status = write_status(export);
    if (status == AVOW_EXIT_OK)
        status = avow_export_about(export);
    return status == AVOW_EXIT_OK ? write_checkpoint(export) : status;
}
