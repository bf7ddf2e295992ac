/* Every entry of a log in its order, hashed on the way: what the walk saw is the log of the
 * checkpoint, or the walk fails. */
#ifndef AVOW_CLIENT_WALK_H
#define AVOW_CLIENT_WALK_H

#include "client/client.h"

#define AVOW_WALK_SIZE_MAX ((uint64_t)1 << 30) /* entries of a log that is walked */
#define AVOW_RANGE_BYTES_MIN ((size_t)16 * 1024)

/* Whether a RANGE answers `question`, of a log or text that ends before `end`: entries of that log
 * from question->from on, no more than were asked for; and as many, or all that there are, or
 * AVOW_RANGE_BYTES_MIN of them, so that many questions bring much (docs/protocol.md, "Messages").
 */
bool avow_walk_range_fits(const struct avow_message *question, uint64_t end,
                          const struct avow_message *answer);

/* Called for each entry; the view lives until it returns. False ends the walk as out of memory. */
typedef bool avow_walk_entry(void *context, uint64_t index, struct avow_bytes entry);

/* Walks the log up to `checkpoint`, which has been checked; one of over AVOW_WALK_SIZE_MAX entries
 * is AVOW_ERR_TOO_LARGE. What was seen counts only with AVOW_OK.
 * AVOW_ERR_NOMEM when `entry` says so; AVOW_ERR_REJECTED when what the node sends is not that log;
 * else the connection's; avow_client_reason() says what is wrong. */
AVOW_NODISCARD enum avow_err avow_walk(struct avow_client *client,
                                       const struct avow_checkpoint *checkpoint,
                                       avow_walk_entry *entry, void *context);

#endif
