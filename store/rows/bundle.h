/* Bundles: entries as they are stored, 256 under a key (log, index / 256).
 *
 * u16 count, u16 width of an offset (2 or 4), count end offsets into the entries' bytes, the full
 * inner nodes of levels 3 to 7 as a node stream over 8-entry subtrees, the entries' bytes. */
#ifndef AVOW_STORE_ROWS_BUNDLE_H
#define AVOW_STORE_ROWS_BUNDLE_H

#include "proto/log/merkle.h"
#include "store/rows/lmdb.h"

#define AVOW_BUNDLE_HEIGHT 8 /* levels: a whole bundle is a node of this level */
#define AVOW_BUNDLE_ENTRIES 256
#define AVOW_BUNDLE_UNIT 3 /* the lowest level that is stored; those below are hashed anew */
#define AVOW_BUNDLE_NODES 62
#define AVOW_BUNDLE_HEADER 4

/* 256 issue entries of 54 bytes, with all that goes with them, and LMDB's page header: four pages.
 */
_Static_assert(16 + AVOW_BUNDLE_HEADER + AVOW_BUNDLE_ENTRIES * (2 + 54) + AVOW_BUNDLE_NODES * 32 <=
                   4 * 4096,
               "a bundle of issue entries fits four pages");

/* A stored bundle, a view into its value. */
struct avow_bundle {
    size_t count;
    size_t width;
    const uint8_t *ends;
    size_t node_count;
    const uint8_t *nodes;
    struct avow_bytes data;
};

/* Checks that the parts lie within `value`. OK or CORRUPT. */
AVOW_NODISCARD enum avow_err avow_bundle_open(struct avow_bytes value, struct avow_bundle *bundle);
/* OK, NOT_FOUND at or beyond the count, CORRUPT. */
AVOW_NODISCARD enum avow_err avow_bundle_entry(const struct avow_bundle *bundle, size_t position,
                                               struct avow_bytes *entry);
/* The full node (level, index) of the bundle's own subtree, level < 8. Errors as above. */
AVOW_NODISCARD enum avow_err avow_bundle_node(const struct avow_bundle *bundle, unsigned level,
                                              size_t index, struct avow_hash *hash);

/* Reads bundle number `number` of a log. Errors: those of avow_db_get, CORRUPT. */
AVOW_NODISCARD enum avow_err avow_bundle_read(const struct avow_db *db, uint32_t log,
                                              uint64_t number, struct avow_bundle *bundle);

/* The last bundle of a log that is being written. All zeros: not loaded. */
struct avow_tail {
    bool loaded, dirty;
    uint64_t number;
    size_t count;
    uint32_t ends[AVOW_BUNDLE_ENTRIES];
    size_t node_count;
    struct avow_hash nodes[AVOW_BUNDLE_NODES];
    struct avow_buf data;
};

/* Releases the memory; nothing is written. All zeros is empty too. */
void avow_tail_fini(struct avow_tail *tail);
/* Loads what the first `size` entries of the log leave in the bundle where entry `size` goes. */
AVOW_NODISCARD enum avow_err avow_tail_load(struct avow_tail *tail, const struct avow_db *db,
                                            uint32_t log, uint64_t size);
/* Adds an entry; the caller adds the nodes of level AVOW_BUNDLE_UNIT to 7 that it completes.
 * A tail that has become full must be put before the next entry. */
AVOW_NODISCARD enum avow_err avow_tail_append(struct avow_tail *tail, struct avow_bytes entry);
void avow_tail_node(struct avow_tail *tail, const struct avow_hash *hash);
AVOW_NODISCARD enum avow_err avow_tail_entry(const struct avow_tail *tail, size_t position,
                                             struct avow_bytes *entry);
/* Writes it; a full one then becomes the empty next one. */
AVOW_NODISCARD enum avow_err avow_tail_put(struct avow_tail *tail, const struct avow_db *db,
                                           uint32_t log);
/* Deletes every stored entry from index `size` on, the tail's included, and makes it the tail of
 * `size` entries. */
AVOW_NODISCARD enum avow_err avow_tail_truncate(struct avow_tail *tail, const struct avow_db *db,
                                                uint32_t log, uint64_t size);

#endif
