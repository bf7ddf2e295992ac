/* Submission: signers prove themselves on their connection, propose a text, have it held, and sign
 * it (docs/protocol.md, "Submission").
 *
 * A link's submissions are handled in their order, several proposals at once if they are for the
 * same log. While a signature over a held text is being checked and stored, nothing else may touch
 * what is held of that log: a link locks a log, and others wait their turn. Waiting messages stop
 * the reading of their link, so that they need little room. */
#ifndef AVOW_NODE_LOOP_SUBMIT_SUBMIT_H
#define AVOW_NODE_LOOP_SUBMIT_SUBMIT_H

#include "node/loop/gossip/gossip.h"
#include "node/loop/submit/heartbeat.h"
#include "node/loop/submit/newcomers.h"
#include "node/loop/submit/rules.h"

#define AVOW_SUBMIT_PROOFS_MAX                                                                     \
    8 /* logs that one connection has proved a key of; then the oldest goes */
#define AVOW_SUBMIT_JOBS_MAX 16 /* proposals of one link under way */
#define AVOW_SUBMIT_LOCKS_MAX 4096
#define AVOW_SUBMIT_BACKLOG_MAX ((size_t)4 << 20)
#define AVOW_SUBMIT_CHAINS 2 /* threads of the pool that one turn of the loop gives checks to */

struct avow_submit_work;

struct avow_submit_proof {
    struct avow_hash issuer;
    struct avow_key key;
};

struct avow_submit_link {
    struct avow_submit_proof proofs[AVOW_SUBMIT_PROOFS_MAX];
    uint64_t proof_count; /* ever */
    unsigned jobs;        /* under way at the writer */
    bool working;         /* a signature is being checked, or a key stored: nothing overtakes it */
    bool needs_lock;      /* what waits first found the log `locked` locked by another link */
    struct avow_hash locked;
    bool needs_room;         /* what waits first found no room in `lane` */
    enum avow_job_lane lane; /* of the proposals under way, which stay in their order */
    struct avow_buf backlog; /* messages in a row that wait */
    size_t backlog_used;
};

struct avow_submit_lock {
    struct avow_hash issuer;
    uint32_t slot;
    uint64_t generation;
    unsigned jobs;
    bool exclusive;
};

struct avow_submit_config {
    struct avow_pool *pool;
    const struct avow_checks *checks;
    const struct avow_logger *logger;
    struct avow_links *links;
    struct avow_reading *reading;
    struct avow_write_thread *writer;
    struct avow_gossip *gossip;
    struct avow_heartbeats *heartbeats;
    const struct avow_key *self;
    bool has_peers;
};

struct avow_submit {
    struct avow_submit_config config;
    struct avow_message message;    /* scratch */
    struct avow_submit_link *links; /* by slot */
    struct avow_submit_lock *locks;
    size_t lock_count;
    struct avow_newcomers newcomers;
    size_t waiting;                                      /* links with a backlog */
    uint32_t first;                                      /* slot of the link whose turn it is */
    struct avow_submit_work *chains[AVOW_SUBMIT_CHAINS]; /* checks that came in this turn */
    size_t chain_next;
    bool stopping;
};

/* Whether messages of this type are for avow_submit_message(). */
bool avow_submit_takes(uint64_t type);

/* AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_submit_init(struct avow_submit *submit,
                                              const struct avow_submit_config *config);
void avow_submit_stop(struct avow_submit *submit);
void avow_submit_fini(struct avow_submit *submit);

/* Handles a message of an open link, now or in its turn; `message` is copied where it must wait. */
void avow_submit_message(struct avow_submit *submit, struct avow_link *link,
                         struct avow_bytes message);
/* Tries what waits; on a timer too, because room at the writer is not announced. */
void avow_submit_resume(struct avow_submit *submit);
/* Has the signatures checked that came since the last call: to be called before the loop waits. */
void avow_submit_flush(struct avow_submit *submit);
void avow_submit_link_down(struct avow_submit *submit, const struct avow_link *link);

#endif
