/* Tiles of inner nodes. */
#include "store/rows/tile_rows.h"

#include "store/rows/node_stream_inner.h"

#define TILE_HEIGHT 8
#define TILE_NODES 510 /* of a full one: without its root */
#define HASH sizeof(struct avow_hash)

_Static_assert(AVOW_TILE_HEIGHTS == (AVOW_TREE_LEVELS + TILE_HEIGHT - 1) / TILE_HEIGHT,
               "every level has its tile");

/* Where a node is stored. */
struct place {
    uint8_t height;
    uint64_t tile;
    size_t position; /* in the tile's stream */
};

static struct place place_of(unsigned level, uint64_t index)
{
    unsigned inner = level % TILE_HEIGHT;
    uint64_t mask = (UINT64_C(1) << (TILE_HEIGHT - inner)) - 1;
    return (struct place){
        .height = (uint8_t)(level / TILE_HEIGHT),
        .tile = index >> (TILE_HEIGHT - inner),
        .position = avow_node_stream_position(inner, index & mask),
    };
}

/* One tile as it is changed. LMDB may reuse a value's page for the value that replaces it, so the
 * old one is copied out first. */
struct draft {
    uint8_t height;
    uint64_t tile;
    size_t count;
    uint8_t nodes[TILE_NODES * HASH];
};

static enum avow_err draft_put(const struct draft *draft, const struct avow_db *db, uint32_t log)
{
    struct avow_dbkey key = avow_dbkey_part(log, draft->height, draft->tile);
    return avow_db_put(db, AVOW_TABLE_TILES, &key, avow_bytes(draft->nodes, draft->count * HASH));
}

/* Starts with the first `count` nodes that are stored. */
static enum avow_err draft_load(struct draft *draft, const struct avow_db *db, uint32_t log,
                                const struct place *place, size_t count)
{
    draft->height = place->height;
    draft->tile = place->tile;
    draft->count = count;
    if (count == 0)
        return AVOW_OK;
    struct avow_dbkey key = avow_dbkey_part(log, place->height, place->tile);
    struct avow_bytes value;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_TILES, &key, &value);
    if (err == AVOW_ERR_NOT_FOUND)
        return AVOW_ERR_CORRUPT;
    if (err != AVOW_OK)
        return err;
    if (value.len < count * HASH || count > TILE_NODES)
        return AVOW_ERR_CORRUPT;
    memcpy(draft->nodes, value.data, count * HASH);
    return AVOW_OK;
}

/* The nodes of one height among `nodes`, tile after tile. */
static enum avow_err append_height(const struct avow_db *db, uint32_t log, unsigned height,
                                   const struct avow_tile_node *nodes, size_t count)
{
    struct draft draft;
    bool open = false;
    enum avow_err err = AVOW_OK;
    for (size_t i = 0; i < count && err == AVOW_OK; i++) {
        struct place place = place_of(nodes[i].level, nodes[i].index);
        if (place.height != height)
            continue;
        if (open && draft.tile != place.tile) {
            err = draft_put(&draft, db, log);
            open = false;
        }
        if (err == AVOW_OK && !open)
            err = draft_load(&draft, db, log, &place, place.position);
        if (err != AVOW_OK)
            break;
        open = true;
        AVOW_ASSERT(draft.count == place.position && place.position < TILE_NODES);
        memcpy(draft.nodes + draft.count * HASH, nodes[i].hash.bytes, HASH);
        draft.count++;
    }
    return err == AVOW_OK && open ? draft_put(&draft, db, log) : err;
}

enum avow_err avow_tiles_append(const struct avow_db *db, uint32_t log,
                                const struct avow_tile_node *nodes, size_t count)
{
    unsigned top = 0;
    for (size_t i = 0; i < count; i++)
        top = nodes[i].level > top ? nodes[i].level : top;
    for (unsigned height = 1; height <= top / TILE_HEIGHT; height++) {
        enum avow_err err = append_height(db, log, height, nodes, count);
        if (err != AVOW_OK)
            return err;
    }
    return AVOW_OK;
}

enum avow_err avow_tiles_node(const struct avow_db *db, uint32_t log, struct avow_tiles_read *read,
                              unsigned level, uint64_t index, struct avow_hash *hash)
{
    struct place place = place_of(level, index);
    struct avow_bytes *nodes = &read->last[place.height].nodes;
    if (nodes->len == 0 || read->last[place.height].tile != place.tile) {
        struct avow_dbkey key = avow_dbkey_part(log, place.height, place.tile);
        nodes->len = 0;
        enum avow_err err = avow_db_get(db, AVOW_TABLE_TILES, &key, nodes);
        if (err != AVOW_OK)
            return err;
        read->last[place.height].tile = place.tile;
    }
    if (nodes->len / HASH <= place.position)
        return AVOW_ERR_NOT_FOUND;
    memcpy(hash->bytes, nodes->data + place.position * HASH, HASH);
    return AVOW_OK;
}

enum avow_err avow_tiles_truncate(const struct avow_db *db, uint32_t log, uint64_t size)
{
    for (unsigned height = 1; height < AVOW_TILE_HEIGHTS; height++) {
        uint64_t leaves =
            size >> (height * TILE_HEIGHT); /* full nodes of the tiles' lowest level */
        struct place edge = {.height = (uint8_t)height, .tile = leaves >> TILE_HEIGHT};
        size_t kept = avow_node_stream_length(leaves % (1 << TILE_HEIGHT), TILE_HEIGHT);
        struct draft draft;
        enum avow_err err = draft_load(&draft, db, log, &edge, kept);
        struct avow_dbkey first = avow_dbkey_part(log, edge.height, edge.tile);
        if (err == AVOW_OK)
            err = avow_db_delete_run(db, AVOW_TABLE_TILES, &first, 5);
        if (err == AVOW_OK && kept > 0)
            err = draft_put(&draft, db, log);
        if (err != AVOW_OK)
            return err;
    }
    return AVOW_OK;
}
