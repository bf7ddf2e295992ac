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

/* A log decoded. `log` comes first: an API pointer to it is a pointer to this. */
struct avow_cached_log {
    struct avow_log log;
    struct avow_snapshot *snapshot;
    uint64_t version;    /* of the row that it was decoded from */
    uint64_t checked_at; /* the renewal at which the row was last seen to be that one */
    struct avow_node_source nodes;
    uint64_t nodes_at; /* the renewal in which `nodes` was read */
    struct avow_proven proven;
    struct avow_cached_log *next; /* with the same first eight bytes of issuer id */
};

struct avow_finder;

struct avow_snapshot {
    struct avow_store *store;
    struct avow_db db; /* db.txn is reset while `live` is false */
    bool live;
    uint64_t renewals;
    struct avow_map64 logs;
    size_t log_count, chain_bytes;   /* of `logs` */
    struct avow_node_source bundles; /* the bundle that an entry was read from last */
    struct avow_finder *finder;      /* NULL until the catalogue is searched (store/find/find.c), */
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

#endif
