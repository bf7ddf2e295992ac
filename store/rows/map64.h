/* A hash map from 64-bit numbers to 64-bit numbers, for what a transaction remembers. */
#ifndef AVOW_STORE_ROWS_MAP64_H
#define AVOW_STORE_ROWS_MAP64_H

#include "proto/base.h"

struct avow_map64_slot {
    uint64_t key;
    uint64_t value;
    bool used;
};

/* All zeros is the empty map. */
struct avow_map64 {
    struct avow_map64_slot *slots;
    size_t count;
    size_t capacity; /* 0 or a power of two */
};

/* Releases the memory; the map is empty afterwards. */
void avow_map64_fini(struct avow_map64 *map);
/* Forgets everything; keeps a small table's storage. */
void avow_map64_clear(struct avow_map64 *map);
/* The value of `key`, to be read or changed until the next call that adds; NULL if there is none.
 */
uint64_t *avow_map64_find(const struct avow_map64 *map, uint64_t key);
/* Adds or replaces. AVOW_OK or AVOW_ERR_NOMEM, which changes nothing. */
AVOW_NODISCARD enum avow_err avow_map64_put(struct avow_map64 *map, uint64_t key, uint64_t value);

#endif
