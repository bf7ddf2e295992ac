/* Following logs: what is new is fetched with proofs, shown to extend what was known before, and
 * handed on, entry by entry. A node that shows another history is caught, not followed. */
#ifndef AVOW_CLI_WATCH_WATCHER_H
#define AVOW_CLI_WATCH_WATCHER_H

#include "cli/frame/command.h"
#include "cli/watch/cursor.h"
#include "client/client.h"
#include "client/page.h"

/* Is told of each new entry: `index` of what `proof` shows. */
typedef void avow_watcher_tell(void *context, struct avow_client *client,
                               const struct avow_log_proof *proof, uint64_t index);

/* Brings `position` towards the node's log by a page, telling of every entry from position->next
 * on; `*more` says whether there may be another page. OK; UNKNOWN when the node cannot be asked
 * (any more): what was told of is in the position; NEGATIVE when the node's log is not one that
 * extends the position: it stays as it is. `reason` holds AVOW_FETCH_REASON_MAX. */
int avow_watcher_follow(struct avow_client *client, struct avow_position *position,
                        avow_watcher_tell *tell, void *context, bool *more, char *reason);

/* Starts at the log's end as the node has it now, telling of nothing. The same results. */
int avow_watcher_start(struct avow_client *client, struct avow_position *position, char *reason);

#endif
