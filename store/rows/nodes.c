/* A log's nodes: below level 8 from its bundles, the others from its tiles. */
#include "store/rows/nodes.h"

void avow_node_source_forget(struct avow_node_source *source)
{
    source->has_bundle = false;
    source->tiles = (struct avow_tiles_read){0};
}

static enum avow_err read_bundle(struct avow_node_source *source, uint64_t number)
{
    if (source->has_bundle && source->bundle_number == number)
        return AVOW_OK;
    source->has_bundle = false;
    enum avow_err err = avow_bundle_read(source->db, source->log, number, &source->bundle);
    if (err != AVOW_OK)
        return err;
    source->has_bundle = true;
    source->bundle_number = number;
    return AVOW_OK;
}

enum avow_err avow_node_source_entry(struct avow_node_source *source, uint64_t index,
                                     struct avow_bytes *entry)
{
    enum avow_err err = read_bundle(source, index / AVOW_BUNDLE_ENTRIES);
    if (err != AVOW_OK)
        return err;
    return avow_bundle_entry(&source->bundle, (size_t)(index % AVOW_BUNDLE_ENTRIES), entry);
}

enum avow_err avow_node_source_node(void *context, unsigned level, uint64_t index,
                                    struct avow_hash *hash)
{
    struct avow_node_source *source = context;
    if (level >= AVOW_BUNDLE_HEIGHT)
        return avow_tiles_node(source->db, source->log, &source->tiles, level, index, hash);
    unsigned up = AVOW_BUNDLE_HEIGHT - level;
    enum avow_err err = read_bundle(source, index >> up);
    if (err != AVOW_OK)
        return err;
    return avow_bundle_node(&source->bundle, level, (size_t)(index & ((UINT64_C(1) << up) - 1)),
                            hash);
}
