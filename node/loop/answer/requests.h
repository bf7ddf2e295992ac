/* Requests for data, between links and query threads: gathers what a link asks while its last batch
 * is being answered, hands the next batch over when that is done and the link has sent most of what
 * it had, and stops reading from a link that asks faster than it reads. */
#ifndef AVOW_NODE_LOOP_ANSWER_REQUESTS_H
#define AVOW_NODE_LOOP_ANSWER_REQUESTS_H

#include "node/loop/answer/query.h"
#include "node/loop/link/links.h"

#define AVOW_REQUESTS_PAUSE_BYTES ((size_t)128 << 10) /* of a link's requests that wait */

struct avow_requests_link {
    struct avow_query_batch *next;  /* being gathered, or NULL */
    struct avow_query_batch *ready; /* partly answered, until the link has room again */
    bool under_way;
};

struct avow_requests {
    struct avow_links *links;
    struct avow_queries *queries;
    struct avow_requests_link *states; /* by slot */
    uint64_t answered_batches;
};

/* AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_requests_init(struct avow_requests *requests,
                                                struct avow_links *links,
                                                struct avow_queries *queries);
void avow_requests_fini(struct avow_requests *requests);

/* A message of a type that avow_answer_takes(). */
void avow_requests_message(struct avow_requests *requests, struct avow_link *link,
                           struct avow_bytes message);
/* After a read, and when a link has room again. */
void avow_requests_go_on(struct avow_requests *requests, struct avow_link *link);
/* The threads have something to fetch. */
void avow_requests_fetch(struct avow_requests *requests);
void avow_requests_link_down(struct avow_requests *requests, const struct avow_link *link);

#endif
