/* One thread's reading: a transaction that is renewed for each question, and decoded logs that
 * outlive it for as long as their rows stay the same. */
#ifndef AVOW_STORE_READ_SNAPSHOT_STATE_H
#define AVOW_STORE_READ_SNAPSHOT_STATE_H

#include "store/read/allowance.h"
#include "store/read/proven.h"
#include "store/rows/log_rows.h"
#include "store/rows/map64.h"
#include "store/rows/nodes.h"
#include "store/rows/store_state.h"

/* Bundles that were found, and are where they are for as long as the store's state is the same. */
#define AVOW_BUNDLES_KEPT 1024

struct avow_found_bundle {
    uint64_t at; /* the state; 0: none */
    uint64_t bundle_number;
    uint32_t log;
    bool opened;
    struct avow_bytes row;
    struct avow_bundle bundle; /* once it is opened */
};

/* A log decoded. `log` comes first: an API pointer to it is a pointer to this. */
struct avow_cached_log {
    struct avow_log log;
    struct avow_snapshot *snapshot;
    uint64_t version;    /* of the row that it was decoded from */
    uint64_t checked_at; /* the state in which the row was last seen to be that one */
    struct avow_node_source nodes;
    uint64_t nodes_at;               /* the state in which `nodes` was read */
    uint64_t unkept_at, unkept_from; /* in that state no checkpoint above this size is kept */
    struct avow_proven proven;
    struct avow_cached_log *next; /* with the same first eight bytes of issuer id */
};

struct avow_finder;

struct avow_snapshot {
    struct avow_store *store;
    struct avow_db db; /* db.txn is reset while `live` is false */
    bool live;
    uint64_t state; /* counts the states of the store that were moved to */
    size_t txn_id;  /* LMDB's, of the last one */
    struct avow_map64 logs;
    size_t log_count, chain_bytes; /* of `logs` */
    struct avow_found_bundle bundles[AVOW_BUNDLES_KEPT];
    struct avow_finder *finder; /* NULL until the catalogue is searched (store/find/find.c), */
    void (*finder_free)(struct avow_finder **finder); /* which knows how to free it */
    size_t bytes_kept;
    /* The question's. */
    bool bounded, fell_short;
    unsigned steps;
    struct avow_allowance allowance;
    size_t bytes_before;
};

/* What the decoded logs take. */
static inline size_t avow_snapshot_bytes(const struct avow_snapshot *snapshot)
{
    return snapshot->log_count * sizeof(struct avow_cached_log) + snapshot->chain_bytes;
}
/* The number that the log had when this snapshot read it last; 0 if it did not. */
uint32_t avow_snapshot_number(struct avow_snapshot *snapshot, const struct avow_hash *issuer);
/* Bundle `bundle` of the log of this number: a view that lives as long as the state. CORRUPT where
 * there is none, or a broken one; IO. The first only finds it, and reads nothing of it. */
AVOW_NODISCARD enum avow_err avow_snapshot_find_bundle(struct avow_snapshot *snapshot,
                                                       uint32_t number, uint64_t bundle,
                                                       struct avow_found_bundle **found);
AVOW_NODISCARD enum avow_err avow_snapshot_bundle(struct avow_snapshot *snapshot, uint32_t number,
                                                  uint64_t bundle,
                                                  const struct avow_bundle **opened);

#endif
