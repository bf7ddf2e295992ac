/* Every entry of a log in its order, hashed on the way: what the walk saw is the log of the
 * checkpoint, or the walk fails. */
#ifndef AVOW_CLIENT_WALK_H
#define AVOW_CLIENT_WALK_H

#include "client/client.h"

/* Called for each entry; the view lives until it returns. False ends the walk as out of memory. */
typedef bool avow_walk_entry(void *context, uint64_t index, struct avow_bytes entry);

/* Walks the log up to `checkpoint`, which has been checked. What was seen counts only with AVOW_OK.
 * AVOW_ERR_NOMEM when `entry` says so; AVOW_ERR_REJECTED when what the node sends is not that log;
 * else the connection's; avow_client_reason() says what is wrong. */
AVOW_NODISCARD enum avow_err avow_walk(struct avow_client *client,
                                       const struct avow_checkpoint *checkpoint,
                                       avow_walk_entry *entry, void *context);

#endif
