/* Which claims of root entries hold (proto/log/root_claim.h): found out on the pool, known on the
 * writer's thread.
 *
 * What all jobs share is a bounded memory of claims that were verified, each by its whole digest:
 * judging a peer's chain fills it, so that the chain's entries are not verified again when they are
 * stored. What is not in it (it was never there, or has made room) the writer's job notes as a
 * claim of its own; the pool verifies those, and the job runs again. */
#ifndef AVOW_NODE_LOOP_BASE_CHECKS_H
#define AVOW_NODE_LOOP_BASE_CHECKS_H

#include "proto/log/root_claim.h"

#define AVOW_CHECKS_REMEMBERED 32768 /* claims, of 32 bytes each */

struct avow_checks;

/* An empty memory. AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_checks_new(struct avow_checks **checks);
void avow_checks_free(struct avow_checks **checks);
/* For the pool, from any thread: verifies what is not remembered, and remembers what holds. Valid
 * as long as `checks`; NULL when that is. */
const struct avow_root_checker *avow_checks_verifying(const struct avow_checks *checks);

struct avow_checks_row;

/* What one job had to ask. All zeros is nothing yet. */
struct avow_checks_asked {
    struct avow_checks *checks; /* NULL: whoever runs the job verifies */
    struct avow_checks_row *rows;
    struct avow_buf messages;
    size_t count, verified;
    bool unsure;
};

/* For the writer, once for each run: says what is known, and notes what is not, without verifying
 * anything. */
struct avow_root_checker avow_checks_knowing(struct avow_checks_asked *asked);
/* On the pool: verifies what was noted. */
void avow_checks_answer(struct avow_checks_asked *asked);
void avow_checks_asked_fini(struct avow_checks_asked *asked);

#endif
