/* Rows of log numbers that are not accepted: candidates, and those whose rows are to go. */
#ifndef AVOW_STORE_ROWS_BRANCH_ROWS_H
#define AVOW_STORE_ROWS_BRANCH_ROWS_H

#include "store/rows/log_rows.h"

/* A candidate, beside its state; its chain lies in AVOW_CHAIN_ACCEPTED of its number. */
struct avow_branch_info {
    uint32_t number;
    uint32_t chain_len; /* root entries in the chain row; 0: there is no such row */
    uint64_t shared;
    uint64_t bytes;                    /* what its entries are charged */
    struct avow_checkpoint checkpoint; /* its aim */
};
/* Appends the row of AVOW_TABLE_BRANCHES for the checkpoint's issuer. */
void avow_branch_write(struct avow_buf *out, const struct avow_branch_info *info,
                       const struct avow_state *state);
/* Fills in everything but state->chain. OK or CORRUPT. */
AVOW_NODISCARD enum avow_err avow_branch_read(struct avow_bytes row, const struct avow_hash *issuer,
                                              struct avow_branch_info *info,
                                              struct avow_state *state);

enum avow_retired_kind {
    AVOW_RETIRED_LOG,     /* all rows of a number, which was accepted and is whole still */
    AVOW_RETIRED_GOING,   /* all rows of a number, some of which may be gone or never came */
    AVOW_RETIRED_FOREIGN, /* other branches' status entries of an origin that is past */
};
/* A row of AVOW_TABLE_RETIRED, by the time when it is due. */
struct avow_retired {
    enum avow_retired_kind kind;
    uint64_t due; /* Unix seconds; 0: at once */
    uint32_t number;
    uint32_t epoch;                    /* of AVOW_RETIRED_FOREIGN */
    struct avow_checkpoint checkpoint; /* of AVOW_RETIRED_LOG: the last that was accepted */
};
struct avow_dbkey avow_retired_key(const struct avow_retired *retired);
AVOW_NODISCARD enum avow_err avow_retired_write(const struct avow_db *db,
                                                const struct avow_retired *retired);
/* OK or CORRUPT. */
AVOW_NODISCARD enum avow_err avow_retired_read(struct avow_bytes key, struct avow_bytes row,
                                               struct avow_retired *retired);

#endif
