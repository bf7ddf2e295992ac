/* Who recognises an issuer, as a node lists it, and who recognises them in turn: where to look, and
 * nothing more. What is found is then proved. */
#ifndef AVOW_CLIENT_RECOGNISERS_H
#define AVOW_CLIENT_RECOGNISERS_H

#include "client/client.h"
#include "proto/trust/policy.h"
#include "proto/trust/verdict.h"

#define AVOW_RECOGNISERS_MAX 4096 /* looked at in one call */

/* One recognition: the entry, and whom it is said to be about. */
struct avow_recogniser_row {
    struct avow_hash subject;
    struct avow_reference entry;
    unsigned distance; /* steps from the issuer: 0 for those of the issuer itself */
};

struct avow_recognisers {
    struct avow_recogniser_row *rows; /* by distance; owned */
    size_t count, cap;
    unsigned pages; /* that were asked for */
    bool cut;       /* there are more than were looked at */
};

/* Asks the node for the recognitions of `issuer`, and of those bodies, up to `depth` steps (at
 * least 1). AVOW_OK; AVOW_ERR_NOMEM; else the connection's (avow_client_reason() says what is
 * wrong). Release with _fini in every case. */
AVOW_NODISCARD enum avow_err avow_recognisers_list(struct avow_client *client,
                                                   const struct avow_hash *issuer, unsigned depth,
                                                   struct avow_recognisers *list);
void avow_recognisers_fini(struct avow_recognisers *list);

/* Those entries that may be on a way from one of the policy's anchors, nearest to the issuer first,
 * at most `max`; returns how many. */
size_t avow_recognisers_on_the_way(const struct avow_recognisers *list,
                                   const struct avow_policy *policy,
                                   struct avow_reference *references, size_t max);

#endif
