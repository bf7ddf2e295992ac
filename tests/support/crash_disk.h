/* The disks that a crash may leave: at a point of a tape, everything before the last completed
 * sync, and of the writes after it any that the kernel happened to have written back, each whole,
 * torn into 512-byte sectors, or not at all. */
#ifndef AVOW_TESTS_SUPPORT_CRASH_DISK_H
#define AVOW_TESTS_SUPPORT_CRASH_DISK_H

#include "tests/support/disk_tape.h"

#define CRASH_SECTOR 512

/* What a disk does not do although it says so. */
enum crash_lie {
    CRASH_HONEST,
    CRASH_NO_META_SYNC, /* O_DSYNC is ignored, as with MDB_NOMETASYNC */
    CRASH_NO_SYNC,      /* every sync is ignored, as with MDB_NOSYNC; 32 writes later the kernel has
                         * written a page back anyhow */
    CRASH_NO_DATA_SYNC, /* only O_DSYNC counts: the order of a transaction's two parts is lost */
};

struct crash_disk {
    const struct disk_tape *tape;
    enum crash_lie lie;
    size_t at;     /* the call under way: those before it have returned */
    size_t synced; /* no write before this record is pending */
    bool named, name_synced;
    uint64_t mark; /* of the last mark passed; UINT64_MAX: none */
    uint8_t *base; /* what is synced */
    size_t base_len, cap;
    uint8_t *state; /* the one that is shown */
    size_t state_len;
    bool state_named;
};

/* Before the tape's first call. */
void crash_disk_init(struct crash_disk *disk, const struct disk_tape *tape, enum crash_lie lie);
void crash_disk_fini(struct crash_disk *disk);
/* Lets the call under way return, and begins the next one. False at the end of the tape. */
bool crash_disk_step(struct crash_disk *disk);
/* Makes state number `number` of the `share` to be tried at this point: every subset of the pending
 * writes if they fit into half of the share, and the rest from `*seed`. False when there is no such
 * state: a point at which nothing is pending has one. */
bool crash_disk_state(struct crash_disk *disk, size_t number, size_t share, uint64_t *seed);

#endif
