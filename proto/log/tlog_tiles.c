#include "proto/log/tlog_tiles.h"

#include <inttypes.h>
#include <stdio.h>

/* Three digits an element, all but the last after an "x". */
static int write_number(char *out, size_t max, uint64_t index)
{
    unsigned groups[7];
    size_t count = 0;
    do {
        groups[count++] = (unsigned)(index % 1000);
        index /= 1000;
    } while (index > 0);
    AVOW_ASSERT(count <= sizeof(groups) / sizeof(groups[0]));
    int len = 0;
    for (size_t i = count; i-- > 0;)
        len += snprintf(out + len, max - (size_t)len, i > 0 ? "x%03u/" : "%03u", groups[i]);
    return len;
}

void avow_tlog_tile_path(int level, uint64_t index, unsigned width, char out[AVOW_TILE_PATH_MAX])
{
    AVOW_ASSERT(width >= 1 && width <= AVOW_TILE_WIDTH);
    int len = level == AVOW_TILE_ENTRIES ? snprintf(out, AVOW_TILE_PATH_MAX, "tile/entries/")
                                         : snprintf(out, AVOW_TILE_PATH_MAX, "tile/%d/", level);
    len += write_number(out + len, AVOW_TILE_PATH_MAX - (size_t)len, index);
    if (width < AVOW_TILE_WIDTH)
        (void)snprintf(out + len, AVOW_TILE_PATH_MAX - (size_t)len, ".p/%u", width);
}

void avow_tlog_tile_number_path(const char *folder, uint64_t index, char out[AVOW_TILE_PATH_MAX])
{
    const int len = snprintf(out, AVOW_TILE_PATH_MAX, "%s/", folder);
    AVOW_ASSERT(len > 0 && len < 16);
    (void)write_number(out + len, AVOW_TILE_PATH_MAX - (size_t)len, index);
}

uint64_t avow_tlog_tile_count(unsigned level, uint64_t size, unsigned *last_width)
{
    const uint64_t hashes = level < 8 ? size >> (8 * level) : 0;
    const unsigned rest = (unsigned)(hashes % AVOW_TILE_WIDTH);
    *last_width = rest == 0 ? AVOW_TILE_WIDTH : rest;
    return hashes / AVOW_TILE_WIDTH + (rest != 0);
}

enum avow_err avow_tlog_tile_hashes(const struct avow_tree_nodes *nodes, unsigned level,
                                    uint64_t index, unsigned width, struct avow_buf *out)
{
    for (unsigned i = 0; i < width; i++) {
        struct avow_hash hash;
        enum avow_err err =
            nodes->node(nodes->context, 8 * level, index * AVOW_TILE_WIDTH + i, &hash);
        if (err != AVOW_OK)
            return err;
        avow_buf_append(out, hash.bytes, sizeof(hash.bytes));
    }
    return out->err;
}

void avow_tlog_tile_entry(struct avow_buf *out, struct avow_bytes entry)
{
    uint8_t length[2];
    AVOW_ASSERT(entry.len <= UINT16_MAX);
    avow_put_u16be(length, (uint16_t)entry.len);
    avow_buf_append(out, length, sizeof(length));
    avow_buf_append(out, entry.data, entry.len);
}
