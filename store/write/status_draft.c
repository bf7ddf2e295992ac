/* What one operation changes in a log's status: in memory first, then written at once. */
#include "store/write/status_draft.h"

#include <stdlib.h>

void avow_status_draft_fini(struct avow_status_draft *draft)
{
    avow_map64_fini(&draft->chunk_at);
    avow_map64_fini(&draft->event_at);
    avow_map64_fini(&draft->node_at);
    free(draft->chunks);
    free(draft->events);
    free(draft->nodes);
    *draft = (struct avow_status_draft){0};
}

void avow_status_draft_begin(struct avow_status_draft *draft, const struct avow_db *db,
                             uint32_t log, bool has_pending)
{
    avow_map64_clear(&draft->chunk_at);
    avow_map64_clear(&draft->event_at);
    avow_map64_clear(&draft->node_at);
    draft->chunk_count = 0;
    draft->event_count = 0;
    draft->node_count = 0;
    draft->db = db;
    draft->log = log;
    draft->has_pending = has_pending;
    draft->err = AVOW_OK;
}

/* Makes room for one more item. */
static enum avow_err room(void **items, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return AVOW_OK;
    size_t wanted = *cap == 0 ? 16 : *cap * 2;
    void *grown = realloc(*items, wanted * size);
    if (grown == NULL)
        return AVOW_ERR_NOMEM;
    *items = grown;
    *cap = wanted;
    return AVOW_OK;
}

/* Adds chunk `number` with these bytes. */
static enum avow_err add_chunk(struct avow_status_draft *draft, uint64_t number,
                               const uint8_t *bytes)
{
    void *items = draft->chunks;
    enum avow_err err = room(&items, draft->chunk_count, &draft->chunk_cap, sizeof(*draft->chunks));
    draft->chunks = items;
    if (err == AVOW_OK)
        err = avow_map64_put(&draft->chunk_at, number, draft->chunk_count);
    if (err != AVOW_OK)
        return err;
    struct avow_status_draft_chunk *chunk = &draft->chunks[draft->chunk_count++];
    chunk->number = number;
    memcpy(chunk->bytes, bytes, AVOW_STATUS_CHUNK_BYTES);
    return AVOW_OK;
}

/* The chunk as it stands before this operation: pending, else accepted. */
static enum avow_err stored_chunk(const struct avow_status_draft *draft, uint64_t number,
                                  uint8_t out[AVOW_STATUS_CHUNK_BYTES])
{
    if (draft->has_pending) {
        struct avow_dbkey key = avow_dbkey_part(draft->log, AVOW_STATUS_PENDING_CHUNKS, number);
        struct avow_bytes value;
        enum avow_err err = avow_db_get(draft->db, AVOW_TABLE_STATUS, &key, &value);
        if (err == AVOW_OK && value.len != AVOW_STATUS_CHUNK_BYTES)
            return AVOW_ERR_CORRUPT;
        if (err == AVOW_OK)
            memcpy(out, value.data, AVOW_STATUS_CHUNK_BYTES);
        if (err != AVOW_ERR_NOT_FOUND)
            return err;
    }
    return avow_status_rows_chunk(draft->db, draft->log, number, out);
}

static enum avow_err stored_last(const struct avow_status_draft *draft, uint64_t target,
                                 uint64_t *last)
{
    if (draft->has_pending) {
        struct avow_dbkey key = avow_dbkey_part(draft->log, AVOW_STATUS_PENDING_EVENTS, target);
        struct avow_bytes value;
        enum avow_err err = avow_db_get(draft->db, AVOW_TABLE_STATUS, &key, &value);
        if (err == AVOW_OK && (value.len == 0 || value.len % 8 != 0))
            return AVOW_ERR_CORRUPT;
        if (err == AVOW_OK)
            *last = avow_get_u64be(value.data + value.len - 8);
        if (err != AVOW_ERR_NOT_FOUND)
            return err;
    }
    return avow_status_rows_last(draft->db, draft->log, target, last);
}

enum avow_err avow_status_draft_get(struct avow_status_draft *draft, uint64_t index,
                                    enum avow_status *status, uint64_t *last)
{
    uint64_t number = index / AVOW_STATUS_CHUNK_ENTRIES;
    const uint64_t *at = avow_map64_find(&draft->chunk_at, number);
    if (at != NULL) {
        *status = avow_status_map_get(draft->chunks[*at].bytes, index);
    } else {
        uint8_t bytes[AVOW_STATUS_CHUNK_BYTES];
        enum avow_err err = stored_chunk(draft, number, bytes);
        if (err != AVOW_OK)
            return err;
        *status = avow_status_map_get(bytes, index);
    }
    at = avow_map64_find(&draft->event_at, index);
    if (at == NULL)
        return stored_last(draft, index, last);
    *last = *at;
    return AVOW_OK;
}

enum avow_err avow_status_draft_set(struct avow_status_draft *draft, uint64_t target,
                                    enum avow_status status, uint64_t entry)
{
    uint64_t number = target / AVOW_STATUS_CHUNK_ENTRIES;
    enum avow_err err = AVOW_OK;
    if (avow_map64_find(&draft->chunk_at, number) == NULL) {
        uint8_t bytes[AVOW_STATUS_CHUNK_BYTES];
        err = stored_chunk(draft, number, bytes);
        if (err == AVOW_OK)
            err = add_chunk(draft, number, bytes);
    }
    void *items = draft->events;
    if (err == AVOW_OK)
        err = room(&items, draft->event_count, &draft->event_cap, sizeof(*draft->events));
    draft->events = items;
    if (err == AVOW_OK)
        err = avow_map64_put(&draft->event_at, target, entry);
    if (err != AVOW_OK)
        return err;
    draft->events[draft->event_count++] = (struct avow_status_event){target, entry};
    avow_status_map_set(draft->chunks[*avow_map64_find(&draft->chunk_at, number)].bytes, target,
                        status);
    return AVOW_OK;
}

/* ------------------------------------------------------------------ the tree */

static void sink_node(void *context, unsigned level, uint64_t index, const struct avow_hash *hash)
{
    struct avow_status_draft *draft = context;
    uint64_t number = AVOW_STATUS_NODE_NUMBER(level, index);
    const uint64_t *at = avow_map64_find(&draft->node_at, number);
    if (at != NULL) {
        draft->nodes[*at].hash = *hash;
        return;
    }
    void *items = draft->nodes;
    enum avow_err err = room(&items, draft->node_count, &draft->node_cap, sizeof(*draft->nodes));
    draft->nodes = items;
    if (err == AVOW_OK)
        err = avow_map64_put(&draft->node_at, number, draft->node_count);
    if (err == AVOW_OK)
        draft->nodes[draft->node_count++] = (struct avow_status_draft_node){number, *hash};
    else if (draft->err == AVOW_OK)
        draft->err = err;
}

static enum avow_err source_node(void *context, unsigned level, uint64_t index,
                                 struct avow_hash *hash, bool *found)
{
    const struct avow_status_draft *draft = context;
    const uint64_t *at = avow_map64_find(&draft->node_at, AVOW_STATUS_NODE_NUMBER(level, index));
    if (at != NULL) {
        *hash = draft->nodes[*at].hash;
        *found = true;
        return AVOW_OK;
    }
    struct avow_status_source stored = {.db = draft->db, .log = draft->log};
    return avow_status_source_node(&stored, level, index, hash, found);
}

/* A pending chunk that this operation has not touched is part of what it accepts. */
static enum avow_err load_pending(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct avow_status_draft *draft = context;
    if (key.len != 13 || value.len != AVOW_STATUS_CHUNK_BYTES)
        return AVOW_ERR_CORRUPT;
    uint64_t number = avow_get_u64be(key.data + 5);
    if (avow_map64_find(&draft->chunk_at, number) != NULL)
        return AVOW_OK;
    return add_chunk(draft, number, value.data);
}

enum avow_err avow_status_draft_root(struct avow_status_draft *draft, uint64_t old_size,
                                     uint64_t new_size, struct avow_hash *root)
{
    enum avow_err err = AVOW_OK;
    if (draft->has_pending) {
        struct avow_dbkey first = avow_dbkey_part(draft->log, AVOW_STATUS_PENDING_CHUNKS, 0);
        err = avow_db_walk(draft->db, AVOW_TABLE_STATUS, &first, 5, load_pending, draft);
    }
    const struct avow_status_nodes nodes = {.context = draft, .node = source_node};
    const struct avow_tree_sink sink = {.context = draft, .node = sink_node};
    uint64_t chunks = avow_status_map_chunk_count(new_size);
    if (err == AVOW_OK)
        err = avow_status_map_grow(&nodes, avow_status_map_chunk_count(old_size), chunks, &sink);
    for (size_t i = 0; i < draft->chunk_count && err == AVOW_OK; i++) {
        if (draft->chunks[i].number >= chunks)
            return AVOW_ERR_CORRUPT;
        struct avow_hash hash = avow_status_map_chunk_hash(draft->chunks[i].bytes);
        err = avow_status_map_update(&nodes, chunks, draft->chunks[i].number, &hash, &sink);
    }
    if (err == AVOW_OK)
        err = draft->err;
    return err == AVOW_OK ? avow_status_map_root(&nodes, new_size, root) : err;
}

/* ------------------------------------------------------------------- writing */

/* Appends to a target's list of events. */
static enum avow_err put_event(const struct avow_status_draft *draft, enum avow_status_part part,
                               uint64_t target, struct avow_bytes added)
{
    struct avow_dbkey key = avow_dbkey_part(draft->log, (uint8_t)part, target);
    struct avow_bytes old = {0};
    enum avow_err err = avow_db_get(draft->db, AVOW_TABLE_STATUS, &key, &old);
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND)
        return err;
    struct avow_buf list;
    avow_buf_init(&list, SIZE_MAX / 2);
    avow_buf_append(&list, old.data, old.len);
    avow_buf_append(&list, added.data, added.len);
    err = list.err;
    if (err == AVOW_OK)
        err = avow_db_put(draft->db, AVOW_TABLE_STATUS, &key, avow_buf_bytes(&list));
    avow_buf_fini(&list);
    return err;
}

static enum avow_err put_events(const struct avow_status_draft *draft, enum avow_status_part part)
{
    for (size_t i = 0; i < draft->event_count; i++) {
        uint8_t entry[8];
        avow_put_u64be(entry, draft->events[i].entry);
        enum avow_err err =
            put_event(draft, part, draft->events[i].target, avow_bytes(entry, sizeof(entry)));
        if (err != AVOW_OK)
            return err;
    }
    return AVOW_OK;
}

static enum avow_err put_chunks(const struct avow_status_draft *draft, enum avow_status_part part)
{
    static const uint8_t zeros[AVOW_STATUS_CHUNK_BYTES];
    for (size_t i = 0; i < draft->chunk_count; i++) {
        const struct avow_status_draft_chunk *chunk = &draft->chunks[i];
        struct avow_dbkey key = avow_dbkey_part(draft->log, (uint8_t)part, chunk->number);
        bool empty = part == AVOW_STATUS_CHUNKS && memcmp(chunk->bytes, zeros, sizeof(zeros)) == 0;
        enum avow_err err = empty ? avow_db_delete(draft->db, AVOW_TABLE_STATUS, &key)
                                  : avow_db_put(draft->db, AVOW_TABLE_STATUS, &key,
                                                avow_bytes(chunk->bytes, sizeof(chunk->bytes)));
        if (err != AVOW_OK)
            return err;
    }
    return AVOW_OK;
}

enum avow_err avow_status_draft_put_pending(struct avow_status_draft *draft)
{
    enum avow_err err = put_chunks(draft, AVOW_STATUS_PENDING_CHUNKS);
    return err == AVOW_OK ? put_events(draft, AVOW_STATUS_PENDING_EVENTS) : err;
}

/* The pending events of all targets, copied out: a put may move the page that a view is in. */
static enum avow_err collect_events(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct avow_buf *out = context;
    if (key.len != 13 || value.len == 0 || value.len % 8 != 0)
        return AVOW_ERR_CORRUPT;
    uint8_t head[16];
    memcpy(head, key.data + 5, 8);
    avow_put_u64be(head + 8, value.len);
    avow_buf_append(out, head, sizeof(head));
    avow_buf_append(out, value.data, value.len);
    return out->err;
}

static enum avow_err move_events(const struct avow_status_draft *draft)
{
    struct avow_buf rows;
    avow_buf_init(&rows, SIZE_MAX / 2);
    struct avow_dbkey first = avow_dbkey_part(draft->log, AVOW_STATUS_PENDING_EVENTS, 0);
    enum avow_err err =
        avow_db_walk(draft->db, AVOW_TABLE_STATUS, &first, 5, collect_events, &rows);
    for (size_t at = 0; at < rows.len && err == AVOW_OK;) {
        uint64_t target = avow_get_u64be(rows.data + at);
        size_t len = (size_t)avow_get_u64be(rows.data + at + 8);
        err = put_event(draft, AVOW_STATUS_EVENTS, target, avow_bytes(rows.data + at + 16, len));
        at += 16 + len;
    }
    avow_buf_fini(&rows);
    return err;
}

enum avow_err avow_status_draft_accept(struct avow_status_draft *draft)
{
    enum avow_err err = put_chunks(draft, AVOW_STATUS_CHUNKS);
    for (size_t i = 0; i < draft->node_count && err == AVOW_OK; i++) {
        const struct avow_status_draft_node *node = &draft->nodes[i];
        if (node->number >> 56 == 0)
            continue; /* a chunk's own hash is not stored */
        struct avow_dbkey key = avow_dbkey_part(draft->log, AVOW_STATUS_NODES, node->number);
        err = avow_db_put(draft->db, AVOW_TABLE_STATUS, &key,
                          avow_bytes(node->hash.bytes, sizeof(node->hash.bytes)));
    }
    if (err == AVOW_OK && draft->has_pending)
        err = move_events(draft);
    if (err == AVOW_OK)
        err = put_events(draft, AVOW_STATUS_EVENTS);
    if (err == AVOW_OK && draft->has_pending)
        err = avow_status_rows_drop_pending(draft->db, draft->log);
    return err;
}
