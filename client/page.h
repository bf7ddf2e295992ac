/* Some entries of a log, one after the other, each proved on its own: what a person reads and what
 * a watcher is told. */
#ifndef AVOW_CLIENT_PAGE_H
#define AVOW_CLIENT_PAGE_H

#include "client/fetch.h"

struct avow_page {
    struct avow_fetched fetched;        /* why, and reason, when there is none */
    const struct avow_log_proof *proof; /* NULL when there is none */
    uint64_t from, to;                  /* entries from <= index < to are in it */
};

/* Asks for up to `count` entries from `from` on; fewer come where the log ends or where they would
 * be too large for one answer, and none at or beyond the log's end. Returns fetched.why: NONE;
 * EVIDENCE when what the node said does not hold; UNREACHABLE or NO_DATA when it cannot say.
 * Release with _fini in every case. */
AVOW_NODISCARD enum avow_why avow_page_fetch(struct avow_client *client,
                                             const struct avow_hash *issuer, uint64_t from,
                                             size_t count, struct avow_page *page);
void avow_page_fini(struct avow_page *page);

#endif
