/* A log's status rebuilt, and its rows compared. */
#include <stdlib.h>

#include "store/check/check.h"

void avow_checker_status_fini(struct avow_checker_status *status)
{
    free(status->chunks);
    free(status->events);
    avow_map64_fini(&status->last);
    *status = (struct avow_checker_status){0};
}

enum avow_err avow_checker_status_grow(struct avow_checker_status *status, uint64_t size)
{
    uint64_t cap = avow_status_map_chunk_count(size);
    if (cap <= status->chunk_cap)
        return AVOW_OK;
    uint8_t *chunks = realloc(status->chunks, (size_t)cap * AVOW_STATUS_CHUNK_BYTES);
    if (chunks == NULL)
        return AVOW_ERR_NOMEM;
    memset(chunks + status->chunk_cap * AVOW_STATUS_CHUNK_BYTES, 0,
           (size_t)(cap - status->chunk_cap) * AVOW_STATUS_CHUNK_BYTES);
    status->chunks = chunks;
    status->chunk_cap = cap;
    return AVOW_OK;
}

static uint8_t *chunk_of(const struct avow_checker_status *status, uint64_t chunk)
{
    return status->chunks + chunk * AVOW_STATUS_CHUNK_BYTES;
}

void avow_checker_status_get(const struct avow_checker_status *status, uint64_t index,
                             enum avow_status *state, uint64_t *last)
{
    const uint64_t *event = avow_map64_find(&status->last, index);
    *state = avow_status_map_get(chunk_of(status, index / AVOW_STATUS_CHUNK_ENTRIES), index);
    *last = event == NULL ? 0 : *event;
}

enum avow_err avow_checker_status_set(struct avow_checker_status *status, uint64_t target,
                                      enum avow_status state, uint64_t entry)
{
    if (status->event_count == status->event_cap) {
        size_t cap = status->event_cap == 0 ? 64 : status->event_cap * 2;
        struct avow_status_event *events = realloc(status->events, cap * sizeof(*events));
        if (events == NULL)
            return AVOW_ERR_NOMEM;
        status->events = events;
        status->event_cap = cap;
    }
    enum avow_err err = avow_map64_put(&status->last, target, entry);
    if (err != AVOW_OK)
        return err;
    status->events[status->event_count++] = (struct avow_status_event){target, entry};
    avow_status_map_set(chunk_of(status, target / AVOW_STATUS_CHUNK_ENTRIES), target, state);
    return AVOW_OK;
}

/* ------------------------------------------------------------------ comparing */

struct comparison {
    struct avow_checker *check;
    const struct avow_hash *issuer;
    const struct avow_checker_status *status;
    uint64_t chunks;               /* of the size that is compared */
    const struct avow_hash *nodes; /* of the level that is compared */
    uint64_t node_count;
    unsigned level;
    uint64_t rows; /* that were as they should be */
    const struct avow_status_event *events;
    size_t event_count, next_event;
};

static bool is_zero(const uint8_t *chunk)
{
    static const uint8_t zeros[AVOW_STATUS_CHUNK_BYTES];
    return memcmp(chunk, zeros, sizeof(zeros)) == 0;
}

static enum avow_err compare_chunk(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct comparison *compare = context;
    uint64_t number = key.len == 13 ? avow_get_u64be(key.data + 5) : UINT64_MAX;
    if (number < compare->chunks && value.len == AVOW_STATUS_CHUNK_BYTES &&
        memcmp(value.data, chunk_of(compare->status, number), value.len) == 0)
        compare->rows++;
    else
        compare->check->problem(compare->check, "a status chunk is not what the entries make it",
                                compare->issuer, number);
    return AVOW_OK;
}

static enum avow_err compare_chunks(struct comparison *compare, uint32_t log)
{
    uint64_t expected = 0;
    for (uint64_t i = 0; i < compare->chunks; i++)
        expected += is_zero(chunk_of(compare->status, i)) ? 0 : 1;
    struct avow_dbkey first = avow_dbkey_part(log, AVOW_STATUS_CHUNKS, 0);
    compare->rows = 0;
    enum avow_err err =
        avow_db_walk(compare->check->db, AVOW_TABLE_STATUS, &first, 5, compare_chunk, compare);
    if (err == AVOW_OK && compare->rows < expected)
        compare->check->problem(compare->check, "status chunks are missing", compare->issuer, 0);
    return err;
}

static enum avow_err compare_node(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct comparison *compare = context;
    uint64_t number = key.len == 13 ? avow_get_u64be(key.data + 5) : UINT64_MAX;
    uint64_t index = number & ((UINT64_C(1) << 56) - 1);
    struct avow_hash zero = avow_status_map_zero_node(compare->level);
    if (index >= compare->node_count || value.len != sizeof(zero) ||
        memcmp(value.data, compare->nodes[index].bytes, sizeof(zero)) != 0)
        compare->check->problem(compare->check, "a node of the status tree is wrong",
                                compare->issuer, index << compare->level);
    else if (memcmp(value.data, zero.bytes, sizeof(zero)) != 0)
        compare->rows++;
    return AVOW_OK;
}

/* Every level of the padded tree, computed in place from the chunks' hashes. */
static enum avow_err compare_nodes(struct comparison *compare, uint32_t log)
{
    unsigned height = avow_status_map_height(compare->chunks);
    uint64_t width = compare->chunks;
    struct avow_hash *row = malloc((size_t)(width + 1) * sizeof(*row));
    if (row == NULL)
        return AVOW_ERR_NOMEM;
    for (uint64_t i = 0; i < width; i++)
        row[i] = avow_status_map_chunk_hash(chunk_of(compare->status, i));
    enum avow_err err = AVOW_OK;
    for (unsigned level = 1; level <= height && err == AVOW_OK; level++) {
        row[width] = avow_status_map_zero_node(level - 1);
        width = (width + 1) / 2;
        struct avow_hash zero = avow_status_map_zero_node(level);
        uint64_t expected = 0;
        for (uint64_t i = 0; i < width; i++) {
            row[i] = avow_merkle_node_hash(&row[2 * i], &row[2 * i + 1]);
            expected += avow_hash_equal(&row[i], &zero) ? 0 : 1;
        }
        compare->nodes = row;
        compare->node_count = width;
        compare->level = level;
        compare->rows = 0;
        struct avow_dbkey first =
            avow_dbkey_part(log, AVOW_STATUS_NODES, AVOW_STATUS_NODE_NUMBER(level, 0));
        err = avow_db_walk(compare->check->db, AVOW_TABLE_STATUS, &first, 6, compare_node, compare);
        if (err == AVOW_OK && compare->rows < expected)
            compare->check->problem(compare->check, "nodes of the status tree are missing",
                                    compare->issuer, level);
    }
    free(row);
    if (err != AVOW_OK)
        return err;
    compare->node_count = 0; /* there is none above the top */
    compare->level = height + 1;
    struct avow_dbkey above =
        avow_dbkey_part(log, AVOW_STATUS_NODES, AVOW_STATUS_NODE_NUMBER(height + 1, 0));
    return avow_db_walk(compare->check->db, AVOW_TABLE_STATUS, &above, 5, compare_node, compare);
}

static int by_target(const void *a, const void *b)
{
    const struct avow_status_event *left = a;
    const struct avow_status_event *right = b;
    if (left->target != right->target)
        return left->target < right->target ? -1 : 1;
    return left->entry < right->entry ? -1 : left->entry > right->entry;
}

static enum avow_err compare_target(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct comparison *compare = context;
    uint64_t target = key.len == 13 ? avow_get_u64be(key.data + 5) : UINT64_MAX;
    bool good = value.len > 0 && value.len % 8 == 0;
    for (size_t at = 0; at + 8 <= value.len && good; at += 8) {
        const struct avow_status_event *event = &compare->events[compare->next_event];
        good = compare->next_event < compare->event_count && event->target == target &&
               event->entry == avow_get_u64be(value.data + at);
        compare->next_event++;
    }
    while (compare->next_event < compare->event_count &&
           compare->events[compare->next_event].target <= target) {
        good = good && compare->events[compare->next_event].target < target;
        compare->next_event++;
    }
    if (!good)
        compare->check->problem(compare->check, "a list of status entries is wrong",
                                compare->issuer, target);
    return AVOW_OK;
}

/* The events of entries [from, to) against the rows of one part. */
static enum avow_err compare_events(struct comparison *compare, uint32_t log,
                                    enum avow_status_part part, uint64_t from)
{
    struct avow_status_event *events = malloc((compare->status->event_count + 1) * sizeof(*events));
    if (events == NULL)
        return AVOW_ERR_NOMEM;
    size_t count = 0;
    for (size_t i = 0; i < compare->status->event_count; i++) {
        if (compare->status->events[i].entry >= from)
            events[count++] = compare->status->events[i];
    }
    qsort(events, count, sizeof(*events), by_target);
    compare->events = events;
    compare->event_count = count;
    compare->next_event = 0;
    struct avow_dbkey first = avow_dbkey_part(log, (uint8_t)part, 0);
    enum avow_err err =
        avow_db_walk(compare->check->db, AVOW_TABLE_STATUS, &first, 5, compare_target, compare);
    if (err == AVOW_OK && compare->next_event < count)
        compare->check->problem(compare->check, "lists of status entries are missing",
                                compare->issuer, events[compare->next_event].target);
    free(events);
    return err;
}

enum avow_err avow_checker_status_accepted(struct avow_checker *check, uint32_t log,
                                           const struct avow_hash *issuer,
                                           const struct avow_checker_status *status, uint64_t size,
                                           const struct avow_hash *root)
{
    struct comparison compare = {.check = check,
                                 .issuer = issuer,
                                 .status = status,
                                 .chunks = avow_status_map_chunk_count(size)};
    struct avow_tree tree = {0};
    for (uint64_t i = 0; i < compare.chunks; i++) {
        struct avow_hash leaf = avow_status_map_chunk_hash(chunk_of(status, i));
        avow_tree_append(&tree, &leaf, NULL);
    }
    struct avow_hash found = avow_tree_root(&tree);
    if (root != NULL && !avow_hash_equal(&found, root))
        check->problem(check, "the status root is not the signed one", issuer, size);
    enum avow_err err = compare_chunks(&compare, log);
    if (err == AVOW_OK)
        err = compare_nodes(&compare, log);
    return err == AVOW_OK ? compare_events(&compare, log, AVOW_STATUS_EVENTS, 0) : err;
}

enum avow_err avow_checker_status_pending(struct avow_checker *check, uint32_t log,
                                          const struct avow_hash *issuer,
                                          struct avow_checker_status *status, uint64_t base)
{
    struct comparison compare = {
        .check = check, .issuer = issuer, .status = status, .chunks = status->chunk_cap};
    struct avow_map64 touched = {0};
    enum avow_err err = AVOW_OK;
    for (size_t i = 0; i < status->event_count && err == AVOW_OK; i++) {
        if (status->events[i].entry >= base)
            err = avow_map64_put(&touched, status->events[i].target / AVOW_STATUS_CHUNK_ENTRIES, 1);
    }
    struct avow_dbkey first = avow_dbkey_part(log, AVOW_STATUS_PENDING_CHUNKS, 0);
    if (err == AVOW_OK)
        err = avow_db_walk(check->db, AVOW_TABLE_STATUS, &first, 5, compare_chunk, &compare);
    if (err == AVOW_OK && compare.rows != touched.count)
        check->problem(check, "pending status chunks are missing", issuer, base);
    avow_map64_fini(&touched);
    return err == AVOW_OK ? compare_events(&compare, log, AVOW_STATUS_PENDING_EVENTS, base) : err;
}
