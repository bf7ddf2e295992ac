/* Status as stored: reading, and dropping what is pending. */
#include "store/rows/status_rows.h"

enum avow_err avow_status_rows_chunk(const struct avow_db *db, uint32_t log, uint64_t chunk,
                                     uint8_t out[AVOW_STATUS_CHUNK_BYTES])
{
    struct avow_dbkey key = avow_dbkey_part(log, AVOW_STATUS_CHUNKS, chunk);
    struct avow_bytes value;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_STATUS, &key, &value);
    if (err == AVOW_ERR_NOT_FOUND) {
        memset(out, 0, AVOW_STATUS_CHUNK_BYTES);
        return AVOW_OK;
    }
    if (err != AVOW_OK)
        return err;
    if (value.len != AVOW_STATUS_CHUNK_BYTES)
        return AVOW_ERR_CORRUPT;
    memcpy(out, value.data, AVOW_STATUS_CHUNK_BYTES);
    return AVOW_OK;
}

enum avow_err avow_status_rows_last(const struct avow_db *db, uint32_t log, uint64_t target,
                                    uint64_t *entry)
{
    struct avow_dbkey key = avow_dbkey_part(log, AVOW_STATUS_EVENTS, target);
    struct avow_bytes value;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_STATUS, &key, &value);
    *entry = 0;
    if (err == AVOW_ERR_NOT_FOUND)
        return AVOW_OK;
    if (err != AVOW_OK)
        return err;
    if (value.len == 0 || value.len % 8 != 0)
        return AVOW_ERR_CORRUPT;
    *entry = avow_get_u64be(value.data + value.len - 8);
    return AVOW_OK;
}

enum avow_err avow_status_source_node(void *context, unsigned level, uint64_t index,
                                      struct avow_hash *hash, bool *found)
{
    const struct avow_status_source *source = context;
    bool leaf = level == 0;
    struct avow_dbkey key =
        avow_dbkey_part(source->log, leaf ? AVOW_STATUS_CHUNKS : AVOW_STATUS_NODES,
                        leaf ? index : AVOW_STATUS_NODE_NUMBER(level, index));
    struct avow_bytes value;
    enum avow_err err = avow_db_get(source->db, AVOW_TABLE_STATUS, &key, &value);
    *found = err == AVOW_OK;
    if (err == AVOW_ERR_NOT_FOUND)
        return AVOW_OK;
    if (err != AVOW_OK)
        return err;
    if (value.len != (leaf ? AVOW_STATUS_CHUNK_BYTES : sizeof(*hash)))
        return AVOW_ERR_CORRUPT;
    if (leaf)
        *hash = avow_status_map_chunk_hash(value.data);
    else
        memcpy(hash->bytes, value.data, sizeof(*hash));
    return AVOW_OK;
}

enum avow_err avow_status_rows_drop_pending(const struct avow_db *db, uint32_t log)
{
    struct avow_dbkey chunks = avow_dbkey_part(log, AVOW_STATUS_PENDING_CHUNKS, 0);
    enum avow_err err = avow_db_delete_run(db, AVOW_TABLE_STATUS, &chunks, 5);
    if (err != AVOW_OK)
        return err;
    struct avow_dbkey events = avow_dbkey_part(log, AVOW_STATUS_PENDING_EVENTS, 0);
    return avow_db_delete_run(db, AVOW_TABLE_STATUS, &events, 5);
}
