/* What is known of a log's other histories, beside the one that is held: fork proofs, other root
 * chains, other branches' status entries (docs/protocol.md, "Forks").
 *
 * It changes verdicts, never the log. All of it is verified by whoever adds it, is charged to the
 * store's bound like entries, and can be served on as it came. */
#ifndef AVOW_STORE_ROWS_FORKS_H
#define AVOW_STORE_ROWS_FORKS_H

#include "proto/log/fork.h"
#include "store/rows/log.h"

#define AVOW_FORKS_MAX 256      /* origins of one issuer; that of the accepted log always fits */
#define AVOW_OTHER_CHAINS_MAX 8 /* of one issuer */
#define AVOW_OTHER_CHAIN_BYTES_MAX (256 * 1024)
#define AVOW_FOREIGN_MAX 65536 /* targets of one log */

/* Of an origin. */
struct avow_known_fork {
    struct avow_bytes fork; /* the first proof that came, encoded: a view as the snapshot's */
    struct avow_checkpoint
        newest;       /* of the origin, on whichever branch: the latest that is known */
    uint64_t foreign; /* targets that other branches' status entries are kept for */
};

/* A status entry of another branch, proved. */
struct avow_foreign {
    struct avow_checkpoint
        checkpoint; /* another branch's, of the accepted log's origin; verified */
    uint64_t index; /* of the entry in that branch */
    struct avow_bytes entry;
    struct avow_path path; /* from the entry to the checkpoint's root */
};

/* Another root chain of an issuer. */
struct avow_other_chain {
    struct avow_checkpoint checkpoint; /* signed; the chain is complete to its epoch */
    struct avow_bytes list;            /* [proved entry, …], as it travels: a view */
    struct avow_bytes saved;           /* read: the same for avow_chain_load(), judged before */
};

#endif
