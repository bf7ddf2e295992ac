/* One node's replicas of logs, in LMDB.
 *
 * Invariants. What a reader sees of a log is exactly its accepted checkpoint: entries beyond it may
 * be stored already (a pending range) but are never shown. Status, indexes and checkpoint advance
 * in one transaction, when the range is whole and both roots match. Nothing is acknowledged before
 * its transaction is synced. State is stored, not replayed.
 *
 * Threads: one thread at a time writes (struct avow_txn); any number read, each through its own
 * struct avow_snapshot. A process opens a data folder once, and not across a fork.
 *
 * This is the store's door: who is outside includes it, and no other header of the store. */
#ifndef AVOW_STORE_STORE_H
#define AVOW_STORE_STORE_H

#include "store/find/find.h"
#include "store/read/allowance.h"
#include "store/read/facts.h"
#include "store/read/snapshot.h"
#include "store/read/snapshot_forks.h"
#include "store/write/txn.h"
#include "store/write/txn_branch.h"
#include "store/write/txn_forks.h"

struct avow_store_options {
    uint64_t map_size;      /* bytes of address space; 0: 1 TiB, halved until it can be had */
    uint64_t bytes_max;     /* bound of what all entries are charged (store/rows/charge.h) and
                             * AVOW_STORE_LOG_BYTES for each log, about the file's size; an eighth of
                             * it is for entries without which no log may be left; 0: none */
    uint64_t log_bytes_max; /* of one log, those entries aside; 0: none */
    unsigned readers_max;   /* 0: 126 */
    bool read_only;         /* for check, backup and tools beside a running node */
};

/* Opens or creates `folder`/store.mdb; one of an older version becomes one of this version
 * (store/migrate.h), unless for reading only: ERR_OLDER. ERR_SCHEMA when it is of a newer version,
 * or of one that is too old; ERR_BUSY when a writer has it open already (a lock file); ERR_CORRUPT,
 * as when its file is empty or cut short; ERR_NO_FILE when it is something else than a file;
 * ERR_DISK_FULL, ERR_IO, ERR_NOMEM, and ERR_NOT_FOUND for reading only; `*store` is NULL then.
 * `options` may be NULL. */
AVOW_NODISCARD enum avow_err avow_store_open(const char *folder,
                                             const struct avow_store_options *options,
                                             struct avow_store **store);
void avow_store_close(struct avow_store **store);
/* False when the store's file or its lock has been moved away, deleted or replaced since it was
 * opened: what is written goes nowhere, and another process may write to what stands there. */
bool avow_store_is_in_place(const struct avow_store *store);
/* Random at creation: tells peers that a cursor into this store is still good. */
uint64_t avow_store_epoch(const struct avow_store *store);

/* --------------------------------------------------------------- operations */

/* Called for each thing found wrong: what, in which log ("" for the store), at which index. */
typedef void avow_check_report(void *context, const char *what, const char *issuer, uint64_t index);
struct avow_check_summary {
    uint64_t logs, entries, problems;
};
/* Rehashes and reapplies everything in a data folder that no writer has open: every entry, node,
 * chunk, event, checkpoint signature and rule. Works in a child process, because a damaged file can
 * kill its reader; a death is reported as a problem. */
AVOW_NODISCARD enum avow_err avow_store_check(const char *folder, avow_check_report *report,
                                              void *context, struct avow_check_summary *summary);
/* A consistent copy of the store into an empty or new folder, while a node may be running. */
AVOW_NODISCARD enum avow_err avow_store_backup(const char *folder, const char *to);

#endif
