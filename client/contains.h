/* Whether a log, as a node shows it now, goes on from what it was. */
#ifndef AVOW_CLIENT_CONTAINS_H
#define AVOW_CLIENT_CONTAINS_H

#include "client/client.h"
#include "proto/log/checkpoint.h"

/* Asks the node for the proof that the log of `now`, a checkpoint that has been checked, begins
 * with the `size` entries whose root is `root`; `*contained` says whether it is proved. A size
 * beyond that of `now` is not contained. AVOW_OK; else the connection's, when nothing is known:
 * avow_client_reason() says what is wrong, and with AVOW_ERR_REFUSED `answer` is what the node
 * answered. */
AVOW_NODISCARD enum avow_err avow_contains(struct avow_client *client,
                                           const struct avow_checkpoint *now, uint64_t size,
                                           const struct avow_hash *root,
                                           struct avow_message *answer, bool *contained);

#endif
