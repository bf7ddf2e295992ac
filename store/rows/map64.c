/* Open addressing with linear probing, at most half full. Nothing is ever removed alone. */
#include "store/rows/map64.h"

#include <stdlib.h>

#define KEEP_CAPACITY 1024

void avow_map64_fini(struct avow_map64 *map)
{
    free(map->slots);
    *map = (struct avow_map64){0};
}

void avow_map64_clear(struct avow_map64 *map)
{
    if (map->capacity > KEEP_CAPACITY) {
        avow_map64_fini(map);
        return;
    }
    if (map->count > 0)
        memset(map->slots, 0, map->capacity * sizeof(*map->slots));
    map->count = 0;
}

/* The slot of `key`, or the free one where it belongs. */
static struct avow_map64_slot *slot_of(struct avow_map64_slot *slots, size_t capacity, uint64_t key)
{
    /* Fibonacci hashing: neighbouring numbers are spread by the golden ratio. */
    size_t at = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (capacity - 1);
    while (slots[at].used && slots[at].key != key)
        at = (at + 1) & (capacity - 1);
    return &slots[at];
}

uint64_t *avow_map64_find(const struct avow_map64 *map, uint64_t key)
{
    if (map->count == 0)
        return NULL;
    struct avow_map64_slot *slot = slot_of(map->slots, map->capacity, key);
    return slot->used ? &slot->value : NULL;
}

static enum avow_err grow(struct avow_map64 *map)
{
    size_t capacity = map->capacity == 0 ? 64 : map->capacity * 2;
    struct avow_map64_slot *slots = calloc(capacity, sizeof(*slots));
    if (slots == NULL)
        return AVOW_ERR_NOMEM;
    for (size_t i = 0; i < map->capacity; i++) {
        if (map->slots[i].used)
            *slot_of(slots, capacity, map->slots[i].key) = map->slots[i];
    }
    free(map->slots);
    map->slots = slots;
    map->capacity = capacity;
    return AVOW_OK;
}

enum avow_err avow_map64_put(struct avow_map64 *map, uint64_t key, uint64_t value)
{
    if (map->count * 2 >= map->capacity) {
        enum avow_err err = grow(map);
        if (err != AVOW_OK)
            return err;
    }
    struct avow_map64_slot *slot = slot_of(map->slots, map->capacity, key);
    map->count += !slot->used;
    *slot = (struct avow_map64_slot){.key = key, .value = value, .used = true};
    return AVOW_OK;
}
