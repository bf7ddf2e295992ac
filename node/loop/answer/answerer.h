/* What the files of answers share (node/loop/answer/answer.h). */
#ifndef AVOW_NODE_LOOP_ANSWER_ANSWERER_H
#define AVOW_NODE_LOOP_ANSWER_ANSWERER_H

#include "node/loop/answer/answer.h"

#define AVOW_WITNESS_CACHE 1024

/* The last cosignature made of a log, where its issuer's id leads. */
struct avow_own_line {
    bool used;
    struct avow_checkpoint checkpoint;
    struct avow_cosignature line;
};

struct avow_answerer {
    struct avow_snapshot *snapshot;
    const struct avow_secret_key *self;
    struct avow_key self_id; /* of `self` */
    const struct avow_policies *policies;
    struct avow_facts facts;
    struct avow_policy policy;           /* the default one */
    struct avow_policy asked;            /* a client's */
    struct avow_message request, answer; /* large: kept, and never zeroed as a whole */
    uint64_t now;                        /* of the request */
    bool only_try;
    struct avow_buf scratch;
    uint64_t indices[AVOW_EVIDENCE_ENTRIES_MAX];
    uint64_t chunks[AVOW_EVIDENCE_CHUNKS_MAX];
    struct avow_own_line own[AVOW_WITNESS_CACHE];
};

/* The node's line on the accepted checkpoint, or NULL: what is accepted is synced, and the store
 * never goes back. */
const struct avow_cosignature *avow_answer_own_line(struct avow_answerer *a,
                                                    const struct avow_log *log);

/* Each appends its answer; an error of ours is made a refusal by the caller. */
AVOW_NODISCARD enum avow_err avow_answer_evidence(struct avow_answerer *a, struct avow_buf *out);
AVOW_NODISCARD enum avow_err avow_answer_prove_under(struct avow_answerer *a, struct avow_buf *out);
AVOW_NODISCARD enum avow_err avow_answer_forks(struct avow_answerer *a, struct avow_buf *out);
AVOW_NODISCARD enum avow_err avow_answer_fork(struct avow_answerer *a, struct avow_buf *out);
AVOW_NODISCARD enum avow_err avow_answer_other(struct avow_answerer *a, struct avow_buf *out);
AVOW_NODISCARD enum avow_err avow_answer_statuses(struct avow_answerer *a, struct avow_buf *out);
AVOW_NODISCARD enum avow_err avow_answer_policy(struct avow_answerer *a, struct avow_buf *out);
AVOW_NODISCARD enum avow_err avow_answer_find(struct avow_answerer *a, struct avow_buf *out);
AVOW_NODISCARD enum avow_err avow_answer_recognised(struct avow_answerer *a, struct avow_buf *out);

#endif
