/* A log as static files by C2SP tlog-tiles v0.1.0: hashes in tiles of 256, entries in bundles of
 * 256, under paths that any web server can serve. */
#ifndef AVOW_PROTO_LOG_TLOG_TILES_H
#define AVOW_PROTO_LOG_TLOG_TILES_H

#include "proto/log/merkle.h"

#define AVOW_TILE_WIDTH 256
#define AVOW_TILE_PATH_MAX 64
#define AVOW_TILE_ENTRIES (-1) /* the "level" of entry bundles */

/* "tile/<L>/<N>[.p/<W>]"; level AVOW_TILE_ENTRIES writes "tile/entries/…". `width` is 1 to 256: a
 * full tile has no suffix. `index` is at most 2^53. */
void avow_tlog_tile_path(int level, uint64_t index, unsigned width, char out[AVOW_TILE_PATH_MAX]);
/* The same numbering under another folder: "status/x001/234". */
void avow_tlog_tile_number_path(const char *folder, uint64_t index, char out[AVOW_TILE_PATH_MAX]);

/* How many tiles of `level` (0 up) a tree of `size` leaves has, the partial one among them, and how
 * wide the last is. None from the level on where the tree has no full subtree. */
uint64_t avow_tlog_tile_count(unsigned level, uint64_t size, unsigned *last_width);

/* Appends the hashes of tile `index` of `level`, `width` of them. Errors: those of `nodes`. */
AVOW_NODISCARD enum avow_err avow_tlog_tile_hashes(const struct avow_tree_nodes *nodes,
                                                   unsigned level, uint64_t index, unsigned width,
                                                   struct avow_buf *out);
/* Appends one entry of a bundle: its length as u16be, then its bytes (at most 8 KiB, asserted). */
void avow_tlog_tile_entry(struct avow_buf *out, struct avow_bytes entry);

#endif
