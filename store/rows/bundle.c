/* Bundles read in place, and the last one as it grows. */
#include "store/rows/bundle.h"

#include "proto/entry/entry.h"
#include "store/rows/node_stream_inner.h"

#define BUNDLE_BYTES_MAX ((size_t)AVOW_BUNDLE_ENTRIES * AVOW_ENTRY_BYTES_MAX)
#define NARROW_MAX 65535 /* what a two-byte offset can say */

static size_t nodes_of(size_t count)
{
    return avow_node_stream_length(count >> AVOW_BUNDLE_UNIT,
                                   AVOW_BUNDLE_HEIGHT - AVOW_BUNDLE_UNIT);
}

static size_t end_of(const struct avow_bundle *bundle, size_t position)
{
    const uint8_t *at = bundle->ends + position * bundle->width;
    return bundle->width == 2 ? avow_get_u16be(at) : avow_get_u32be(at);
}

enum avow_err avow_bundle_open(struct avow_bytes value, struct avow_bundle *bundle)
{
    if (value.len < AVOW_BUNDLE_HEADER)
        return AVOW_ERR_CORRUPT;
    bundle->count = avow_get_u16be(value.data);
    bundle->width = avow_get_u16be(value.data + 2);
    if (bundle->count == 0 || bundle->count > AVOW_BUNDLE_ENTRIES ||
        (bundle->width != 2 && bundle->width != 4))
        return AVOW_ERR_CORRUPT;
    bundle->node_count = nodes_of(bundle->count);
    size_t ends = bundle->count * bundle->width;
    size_t nodes = bundle->node_count * sizeof(struct avow_hash);
    if (value.len - AVOW_BUNDLE_HEADER < ends + nodes)
        return AVOW_ERR_CORRUPT;
    bundle->ends = value.data + AVOW_BUNDLE_HEADER;
    bundle->nodes = bundle->ends + ends;
    bundle->data = avow_bytes(bundle->nodes + nodes, value.len - AVOW_BUNDLE_HEADER - ends - nodes);
    return end_of(bundle, bundle->count - 1) == bundle->data.len ? AVOW_OK : AVOW_ERR_CORRUPT;
}

enum avow_err avow_bundle_entry(const struct avow_bundle *bundle, size_t position,
                                struct avow_bytes *entry)
{
    if (position >= bundle->count)
        return AVOW_ERR_NOT_FOUND;
    size_t start = position == 0 ? 0 : end_of(bundle, position - 1);
    size_t end = end_of(bundle, position);
    if (start >= end || end > bundle->data.len || end - start > AVOW_ENTRY_BYTES_MAX)
        return AVOW_ERR_CORRUPT;
    *entry = avow_bytes(bundle->data.data + start, end - start);
    return AVOW_OK;
}

enum avow_err avow_bundle_node(const struct avow_bundle *bundle, unsigned level, size_t index,
                               struct avow_hash *hash)
{
    if ((index + 1) << level > bundle->count)
        return AVOW_ERR_NOT_FOUND;
    if (level >= AVOW_BUNDLE_UNIT) {
        size_t at = avow_node_stream_position(level - AVOW_BUNDLE_UNIT, index);
        memcpy(hash->bytes, bundle->nodes + at * sizeof(*hash), sizeof(*hash));
        return AVOW_OK;
    }
    struct avow_hash row[1 << (AVOW_BUNDLE_UNIT - 1)];
    size_t width = (size_t)1 << level;
    for (size_t i = 0; i < width; i++) {
        struct avow_bytes entry;
        enum avow_err err = avow_bundle_entry(bundle, index * width + i, &entry);
        if (err != AVOW_OK)
            return err;
        row[i] = avow_merkle_leaf_hash(entry);
    }
    for (; width > 1; width /= 2) {
        for (size_t i = 0; i < width / 2; i++)
            row[i] = avow_merkle_node_hash(&row[2 * i], &row[2 * i + 1]);
    }
    *hash = row[0];
    return AVOW_OK;
}

enum avow_err avow_bundle_read(const struct avow_db *db, uint32_t log, uint64_t number,
                               struct avow_bundle *bundle)
{
    struct avow_dbkey key = avow_dbkey_item(log, number);
    struct avow_bytes value;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_BUNDLES, &key, &value);
    return err == AVOW_OK ? avow_bundle_open(value, bundle) : err;
}

void avow_tail_fini(struct avow_tail *tail)
{
    avow_buf_fini(&tail->data);
    tail->loaded = false;
    tail->dirty = false;
}

static void start(struct avow_tail *tail, uint64_t number)
{
    if (!tail->loaded)
        avow_buf_init(&tail->data, BUNDLE_BYTES_MAX);
    avow_buf_clear(&tail->data);
    tail->loaded = true;
    tail->dirty = false;
    tail->number = number;
    tail->count = 0;
    tail->node_count = 0;
}

enum avow_err avow_tail_load(struct avow_tail *tail, const struct avow_db *db, uint32_t log,
                             uint64_t size)
{
    start(tail, size / AVOW_BUNDLE_ENTRIES);
    size_t count = (size_t)(size % AVOW_BUNDLE_ENTRIES);
    if (count == 0)
        return AVOW_OK;
    struct avow_bundle bundle;
    enum avow_err err = avow_bundle_read(db, log, tail->number, &bundle);
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_ERR_CORRUPT : err;
    for (size_t i = 0; i < count; i++) {
        struct avow_bytes entry;
        err = avow_bundle_entry(&bundle, i, &entry);
        if (err != AVOW_OK)
            return AVOW_ERR_CORRUPT;
        tail->ends[i] = (uint32_t)(entry.data + entry.len - bundle.data.data);
    }
    tail->node_count = nodes_of(count);
    memcpy(tail->nodes, bundle.nodes, tail->node_count * sizeof(struct avow_hash));
    avow_buf_append(&tail->data, bundle.data.data, tail->ends[count - 1]);
    tail->count = count;
    return tail->data.err;
}

enum avow_err avow_tail_append(struct avow_tail *tail, struct avow_bytes entry)
{
    AVOW_ASSERT(tail->loaded && tail->count < AVOW_BUNDLE_ENTRIES);
    avow_buf_append(&tail->data, entry.data, entry.len);
    tail->ends[tail->count] = (uint32_t)tail->data.len;
    tail->count++;
    tail->dirty = true;
    return tail->data.err;
}

void avow_tail_node(struct avow_tail *tail, const struct avow_hash *hash)
{
    AVOW_ASSERT(tail->node_count < AVOW_BUNDLE_NODES);
    tail->nodes[tail->node_count] = *hash;
    tail->node_count++;
}

enum avow_err avow_tail_entry(const struct avow_tail *tail, size_t position,
                              struct avow_bytes *entry)
{
    if (position >= tail->count)
        return AVOW_ERR_NOT_FOUND;
    size_t from = position == 0 ? 0 : tail->ends[position - 1];
    *entry = avow_bytes(tail->data.data + from, tail->ends[position] - from);
    return AVOW_OK;
}

enum avow_err avow_tail_put(struct avow_tail *tail, const struct avow_db *db, uint32_t log)
{
    AVOW_ASSERT(tail->count > 0 && tail->node_count == nodes_of(tail->count));
    size_t width = tail->data.len > NARROW_MAX ? 4 : 2;
    size_t ends = tail->count * width;
    size_t nodes = tail->node_count * sizeof(struct avow_hash);
    struct avow_dbkey key = avow_dbkey_item(log, tail->number);
    uint8_t *room;
    enum avow_err err = avow_db_reserve(db, AVOW_TABLE_BUNDLES, &key,
                                        AVOW_BUNDLE_HEADER + ends + nodes + tail->data.len, &room);
    if (err != AVOW_OK)
        return err;
    avow_put_u16be(room, (uint16_t)tail->count);
    avow_put_u16be(room + 2, (uint16_t)width);
    uint8_t *at = room + AVOW_BUNDLE_HEADER;
    for (size_t i = 0; i < tail->count; i++, at += width) {
        if (width == 2)
            avow_put_u16be(at, (uint16_t)tail->ends[i]);
        else
            avow_put_u32be(at, tail->ends[i]);
    }
    memcpy(at, tail->nodes, nodes);
    memcpy(at + nodes, tail->data.data, tail->data.len);
    tail->dirty = false;
    if (tail->count == AVOW_BUNDLE_ENTRIES)
        start(tail, tail->number + 1);
    return AVOW_OK;
}

/* What an earlier size had is a prefix, of entries and of nodes. */
static void shorten(struct avow_tail *tail, size_t count)
{
    AVOW_ASSERT(count <= tail->count);
    tail->count = count;
    tail->node_count = nodes_of(count);
    tail->data.len = count == 0 ? 0 : tail->ends[count - 1];
}

enum avow_err avow_tail_truncate(struct avow_tail *tail, const struct avow_db *db, uint32_t log,
                                 uint64_t size)
{
    if (tail->loaded && tail->number == size / AVOW_BUNDLE_ENTRIES) {
        shorten(tail,
                (size_t)(size % AVOW_BUNDLE_ENTRIES)); /* the tail may be newer than its row */
    } else {
        enum avow_err err = avow_tail_load(tail, db, log, size);
        if (err != AVOW_OK)
            return err;
    }
    tail->dirty = tail->count > 0;
    struct avow_dbkey first = avow_dbkey_item(log, tail->number + (tail->count > 0));
    return avow_db_delete_run(db, AVOW_TABLE_BUNDLES, &first, 4);
}
