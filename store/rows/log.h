/* A log as the store tells of it: what is accepted, what is pending, what is on its way to be
 * another branch. */
#ifndef AVOW_STORE_ROWS_LOG_H
#define AVOW_STORE_ROWS_LOG_H

#include "proto/log/checkpoint.h"
#include "proto/log/state.h"

struct avow_store;

/* What a log is charged beside its entries. */
#define AVOW_STORE_LOG_BYTES 4096
/* A text is held for so long after its own time. */
#define AVOW_HELD_S 3600

/* A log as accepted: decoded once and cached by the snapshot until the log changes. */
struct avow_log {
    uint32_t number; /* the store's own */
    struct avow_checkpoint checkpoint;
    struct avow_cosignature cosignatures[AVOW_COSIGNATURES_MAX];
    size_t cosignature_count;
    struct avow_state state; /* of the accepted size, chain included */
    /* A better root chain is known, which this node does not hold: indices from here on are what it
     * would abandon and answer unknown. AVOW_NEVER: none. */
    uint64_t abandoned_from;
    /* A root fork is known: from here on nobody can tell whose the log is (store/rows/forks.h).
     * AVOW_NEVER: none is. */
    uint64_t disputed_from;
    bool forked; /* two checkpoints of its origin are proved inconsistent (store/rows/forks.h) */
    uint64_t fork_time;  /* of a forked log: time of the newest checkpoint known, on any branch */
    uint64_t first_seen; /* Unix seconds of the first acceptance here, as the writer was told */
    /* When its issuer's keys last made it fresher without adding to it, likewise; 0: never. */
    uint64_t freshened;
};

/* What is stored beyond the accepted size: a range on its way to a signed checkpoint, or a
 * submission that is held and not signed yet (signature all zeros). */
struct avow_pending {
    bool held;
    uint64_t base;                     /* the accepted size below it */
    uint64_t size;                     /* how far entries are stored and applied */
    struct avow_checkpoint checkpoint; /* what it is on its way to */
};
/* A candidate: another branch of the log, on its way. */
struct avow_branch {
    struct avow_checkpoint checkpoint; /* what it is on its way to */
    uint64_t shared;                   /* entries below are the accepted log's own */
    uint64_t size;                     /* entries stored so far; < shared: still being copied */
};

/* The entries that are looked for other than by their index. */
enum avow_class {
    AVOW_CLASS_ACHIEVEMENT,
    AVOW_CLASS_PATHWAY,
    AVOW_CLASS_ISSUER,    /* recognitions of issuers */
    AVOW_CLASS_AUTHORITY, /* recognitions of authorities */
};
#define AVOW_CLASS_COUNT 4

#endif
