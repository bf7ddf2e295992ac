/* Finding in the catalogue: achievements and pathways of every log held, by words in any language
 * and by filters, the most relevant first (docs/protocol.md, "Finding").
 *
 * A result has a word of the query, or for its last word a beginning; the more of them, the rarer
 * they are here and the more they weigh where they stand (a code or a title more than an outcome),
 * the earlier it comes, and of equals what came first. What is revoked, superseded, abandoned or
 * disputed is left out. The work is bounded, whatever stands in titles: the answer says when it
 * stopped. */
#ifndef AVOW_STORE_FIND_FIND_H
#define AVOW_STORE_FIND_FIND_H

#include "proto/trust/policy.h"
#include "proto/wire/find.h"
#include "store/read/snapshot.h"

#define AVOW_FIND_LIMIT 20 /* results, where the query says 0 */

/* Appends the results, encoded. `policy` is the query's, decoded; NULL: none. `now` in Unix
 * seconds. INVALID for a place that is none of this query's in this store; the snapshot's errors,
 * NOMEM, and TOO_LARGE by the buffer's bound (1 MiB is enough). */
AVOW_NODISCARD enum avow_err avow_snapshot_find(struct avow_snapshot *snapshot,
                                                const struct avow_find_query *query,
                                                const struct avow_policy *policy, uint64_t now,
                                                struct avow_buf *out);

#endif
