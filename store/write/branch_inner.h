/* A candidate as the writer has it, between its beginning and its flip. */
#ifndef AVOW_STORE_WRITE_BRANCH_INNER_H
#define AVOW_STORE_WRITE_BRANCH_INNER_H

#include "store/write/append_inner.h"
#include "store/write/txn_branch.h"

/* The candidate of a log, or NULL. */
struct avow_wlog *avow_branch_of(const struct avow_wlog *wlog);
/* After avow_append_apply(): puts what was applied, and makes it the candidate's state. There are
 * no pending rows beside a candidate's own: all of it is invisible. */
AVOW_NODISCARD enum avow_err avow_branch_put(struct avow_append *append);
/* Ends it. Its rows go later, a part at a time; what is in memory alone is put first, so that it is
 * counted. */
AVOW_NODISCARD enum avow_err avow_branch_drop(struct avow_txn *txn, struct avow_wlog *branch);
/* The two ends of a candidate alone: the row, and the memory. */
AVOW_NODISCARD enum avow_err avow_branch_delete_row(struct avow_txn *txn,
                                                    const struct avow_hash *issuer);
void avow_branch_forget(struct avow_wlog *branch);

/* avow_txn_append() for a candidate. */
AVOW_NODISCARD enum avow_err avow_branch_append(struct avow_txn *txn, struct avow_wlog *wlog,
                                                const struct avow_range *range,
                                                struct avow_range_result *result,
                                                enum avow_reject *reject);

#endif
