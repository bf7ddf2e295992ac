/* Every entry of a log in its order, hashed on the way: what the walk saw is the log of the
 * checkpoint, or the walk fails. */
#ifndef AVOW_CLI_FRAME_WALK_H
#define AVOW_CLI_FRAME_WALK_H

#include "cli/frame/command.h"
#include "client/client.h"

/* Called for each entry; the view lives until it returns. False ends the walk as out of memory. */
typedef bool avow_walk_entry(void *context, uint64_t index, struct avow_bytes entry);

/* Walks the log up to `checkpoint`, which has been checked. What was
 * seen counts only with AVOW_EXIT_OK; the person has been told of anything else. */
int avow_walk(const struct avow_cli *cli, struct avow_client *client,
              const struct avow_checkpoint *checkpoint, avow_walk_entry *entry, void *context);

#endif
