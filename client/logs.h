/* A node's list of logs, page by page: which there are, by the node's word. */
#ifndef AVOW_CLIENT_LOGS_H
#define AVOW_CLIENT_LOGS_H

#include "client/client.h"

#define AVOW_LOGS_MAX ((uint64_t)1 << 20) /* of one node that are listed */
#define AVOW_LOGS_PAGE 256

/* All zeros to begin with. */
struct avow_logs {
    struct avow_hash issuers[AVOW_LOGS_PAGE]; /* the page, in order, and after the one before */
    size_t count;
    bool last;             /* there is no other page */
    struct avow_hash next; /* private, as is what follows */
    uint64_t seen, pages;
};

/* Asks for the next page; not after the last. AVOW_OK; AVOW_ERR_REJECTED when the list is out of
 * order, does not go on, or has more than AVOW_LOGS_MAX logs; else the connection's:
 * avow_client_reason() says what is wrong. */
AVOW_NODISCARD enum avow_err avow_logs_next(struct avow_client *client, struct avow_logs *logs);

#endif
