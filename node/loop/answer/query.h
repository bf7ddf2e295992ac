/* Threads that answer requests for data. The loop thread keeps the sockets and ciphers; it hands a
 * link's waiting requests over as one batch, and gets one buffer of answers back.
 *
 * A link's requests are answered in their order: it has one batch under way at a time, on one
 * thread. A batch stops when its answers pass AVOW_QUERY_ANSWER_BYTES; what is left of it is handed
 * over again once the link has sent what it had. So memory is bounded by links, not by requests. A
 * batch stops too when its time is up. Whose link has had the least of a thread's time comes next:
 * who asks for what is dear to answer waits for those who do not.
 *
 * One request may take so much time and memory. What that does not suffice for (a search among
 * thousands of logs) is given up and begun anew by one more thread, with more of both, so that it
 * is in nobody's way but that of its like. */
#ifndef AVOW_NODE_LOOP_ANSWER_QUERY_H
#define AVOW_NODE_LOOP_ANSWER_QUERY_H

#include "node/loop/answer/answer.h"

#define AVOW_QUERY_ANSWER_BYTES ((size_t)256 << 10)
#define AVOW_QUERY_SLICE_NS UINT64_C(10000000)

/* What one request may take, of a thread and of the one for what is dear;
 * and the decoded logs that a thread keeps. All of it together with what a search takes besides is
 * within 64 MiB with up to two threads; of each one more it is 12 MiB. */
#define AVOW_QUERY_NS UINT64_C(4000000)
#define AVOW_QUERY_BYTES ((size_t)4 << 20)
#define AVOW_QUERY_KEPT_BYTES ((size_t)8 << 20)
#define AVOW_QUERY_DEAR_NS UINT64_C(400000000)
#define AVOW_QUERY_DEAR_BYTES ((size_t)20 << 20)
#define AVOW_QUERY_DEAR_KEPT_BYTES ((size_t)1 << 20)

struct avow_queries;

/* One link's requests on their way through a thread. */
struct avow_query_batch {
    uint32_t slot;
    uint64_t generation;
    struct avow_buf requests;      /* in a row (sendq.h) */
    size_t used;                   /* bytes of them that are answered */
    struct avow_buf answers;       /* in a row */
    enum avow_reject reject;       /* a request was not well formed: close the link */
    enum avow_err err;             /* ours: close the link */
    struct avow_query_batch *next; /* this and what follows: the threads' */
    uint64_t turn;                 /* the least comes next */
    bool dear;                     /* its next request is */
};

struct avow_queries_config {
    struct avow_store *store;
    const struct avow_secret_key *self;
    const struct avow_policies *policies; /* the node's own; may be NULL */
    unsigned threads;                     /* at least 1 */
    uint64_t slice_ns;                    /* of a batch; 0: one request */
    void (*wake)(void *context);          /* from a query thread: batches to fetch */
    void *context;
    uint64_t (*now)(void *context);   /* Unix seconds; called from the threads */
    uint64_t (*clock)(void *context); /* ns, likewise; NULL: the system's monotonic one */
};

/* AVOW_ERR_NOMEM, AVOW_ERR_IO, or why a snapshot could not be had. */
AVOW_NODISCARD enum avow_err avow_queries_new(const struct avow_queries_config *config,
                                              struct avow_queries **queries);
/* Stops the threads after the batches under way; frees all batches. */
void avow_queries_free(struct avow_queries **queries);

/* A batch for a link; NULL when out of memory. */
struct avow_query_batch *avow_query_batch_new(uint32_t slot, uint64_t generation);
void avow_query_batch_free(struct avow_query_batch **batch);

/* Hands a batch to the thread that its slot leads to, and sets `*batch` to NULL. */
void avow_queries_put(struct avow_queries *queries, struct avow_query_batch **batch);
/* The link is gone: what waits for it is freed, and nobody waits for that any more. */
void avow_queries_drop(struct avow_queries *queries, uint32_t slot, uint64_t generation);
/* The next batch that is done or has stopped, or NULL. It is the caller's. */
struct avow_query_batch *avow_queries_fetch(struct avow_queries *queries);

#endif
