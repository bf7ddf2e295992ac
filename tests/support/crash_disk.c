/* Replays a tape up to a crash. */
#include "tests/support/crash_disk.h"

#include <stdlib.h>

#include "tests/support/log_history.h"

#define WRITTEN_BACK_AFTER 32 /* writes, when nothing is ever synced */

static size_t later(size_t a, size_t b)
{
    return a > b ? a : b;
}

void crash_disk_init(struct crash_disk *disk, const struct disk_tape *tape, enum crash_lie lie)
{
    *disk = (struct crash_disk){.tape = tape, .lie = lie, .mark = UINT64_MAX};
    for (size_t i = 0; i < tape->count; i++)
        disk->cap = later(disk->cap, tape->records[i].offset + tape->records[i].len);
    disk->base = calloc(1, disk->cap + 1);
    disk->state = calloc(1, disk->cap + 1);
    AVOW_ASSERT(disk->base != NULL && disk->state != NULL);
}

void crash_disk_fini(struct crash_disk *disk)
{
    free(disk->base);
    free(disk->state);
}

/* Whether a write that has returned is on the disk by itself. */
static bool is_durable(const struct crash_disk *disk, size_t i)
{
    return i < disk->at && disk->tape->records[i].durable &&
           (disk->lie == CRASH_HONEST || disk->lie == CRASH_NO_DATA_SYNC);
}

/* Everything before record `end` is on the disk for good. */
static void settle(struct crash_disk *disk, size_t end)
{
    for (; disk->synced < end; disk->synced++) {
        const struct disk_record *record = &disk->tape->records[disk->synced];
        if (record->kind != DISK_WRITE)
            continue;
        memcpy(disk->base + record->offset, record->bytes, record->len);
        disk->base_len = later(disk->base_len, record->offset + record->len);
    }
}

bool crash_disk_step(struct crash_disk *disk)
{
    if (disk->at == disk->tape->count)
        return false;
    const struct disk_record *done = &disk->tape->records[disk->at++];
    switch (done->kind) {
    case DISK_WRITE:
        break;
    case DISK_SYNC:
        if (disk->lie == CRASH_HONEST || disk->lie == CRASH_NO_META_SYNC)
            settle(disk, disk->at);
        break;
    case DISK_NAME:
        disk->named = true;
        break;
    case DISK_SYNC_FOLDER:
        disk->name_synced = disk->named;
        break;
    case DISK_MARK:
        disk->mark = done->offset;
        break;
    }
    if (disk->lie != CRASH_HONEST && disk->at > WRITTEN_BACK_AFTER)
        settle(disk, later(disk->synced, disk->at - WRITTEN_BACK_AFTER));
    return true;
}

/* Writes record `i` into the state: all of it, or each of its sectors by chance. */
static void apply(struct crash_disk *disk, size_t i, bool torn, uint64_t *seed)
{
    const struct disk_record *record = &disk->tape->records[i];
    size_t end = record->offset + record->len;
    for (size_t from = record->offset; from < end;) {
        size_t to = (from / CRASH_SECTOR + 1) * CRASH_SECTOR;
        to = to < end ? to : end;
        if (!torn || log_history_random(seed) % 2 == 0) {
            memcpy(disk->state + from, record->bytes + (from - record->offset), to - from);
            disk->state_len = later(disk->state_len, to);
        }
        from = to;
    }
}

/* The writes that may or may not have happened, the one under way included. */
static size_t count_pending(const struct crash_disk *disk)
{
    size_t count = 0;
    for (size_t i = disk->synced; i <= disk->at && i < disk->tape->count; i++)
        count += disk->tape->records[i].kind == DISK_WRITE && !is_durable(disk, i) ? 1 : 0;
    return count;
}

/* How a state treats its pending writes. */
enum style { BY_CHANCE, ALL_BUT_ONE, ONLY_ONE, STYLES };

static void apply_by_style(struct crash_disk *disk, size_t i, size_t nth, size_t odd,
                           enum style style, uint64_t *seed)
{
    uint64_t random = log_history_random(seed) % 3;
    switch (style) {
    case BY_CHANCE:
        if (random > 0)
            apply(disk, i, random == 1, seed);
        break;
    case ALL_BUT_ONE:
        if (nth != odd || random > 0)
            apply(disk, i, nth == odd, seed);
        break;
    case ONLY_ONE:
        if (nth == odd)
            apply(disk, i, random == 0, seed);
        break;
    case STYLES:
        break;
    }
}

bool crash_disk_state(struct crash_disk *disk, size_t number, size_t share, uint64_t *seed)
{
    size_t pending = count_pending(disk);
    bool renaming = disk->named && !disk->name_synced;
    if (number > 0 && pending == 0 && !renaming)
        return false;
    size_t subsets = pending < 20 ? (size_t)1 << pending : SIZE_MAX;
    bool by_subset = subsets <= share / 2 ? number < subsets : number < 2;
    enum style style = (enum style)(log_history_random(seed) % STYLES);
    size_t odd = pending > 0 ? log_history_random(seed) % pending : 0;
    memset(disk->state, 0, disk->cap);
    memcpy(disk->state, disk->base, disk->base_len);
    disk->state_len = disk->base_len;
    size_t nth = 0;
    for (size_t i = disk->synced; i <= disk->at && i < disk->tape->count; i++) {
        if (disk->tape->records[i].kind != DISK_WRITE)
            continue;
        if (is_durable(disk, i)) {
            apply(disk, i, false, seed);
            continue;
        }
        /* Where they are too many for every subset, state 0 has none of them and 1 has all. */
        if (by_subset && (subsets <= share / 2 ? number >> nth & 1 : number) != 0)
            apply(disk, i, false, seed);
        else if (!by_subset)
            apply_by_style(disk, i, nth, odd, style, seed);
        nth++;
    }
    /* A file may have grown before what it grew by was written. */
    if (!by_subset && disk->state_len > 0 && log_history_random(seed) % 8 == 0)
        disk->state_len = later(disk->state_len, (disk->state_len + 4095) / 4096 * 4096);
    disk->state_named = renaming ? log_history_random(seed) % 2 == 0 : disk->named;
    return true;
}
