/* Answers to requests for data, each a pure function of a snapshot and the time (docs/protocol.md,
 * "Messages"); a table in answer.c says which, and by what.
 *
 * One answerer for each reading thread. It keeps what would be costly to make anew for each
 * request: the message structs, scratch space, and the node's own cosignatures. */
#ifndef AVOW_NODE_LOOP_ANSWER_ANSWER_H
#define AVOW_NODE_LOOP_ANSWER_ANSWER_H

#include "proto/trust/policy.h"
#include "proto/wire/message.h"
#include "store/store.h"

#define AVOW_ANSWER_RANGE_BYTES ((size_t)64 * 1024) /* of entries in a RANGE, about */
#define AVOW_ANSWER_LIST_BYTES ((size_t)64 * 1024)  /* of a LOGS page, about */
/* A cosignature of the node's own is made anew when the last one is older than this. */
#define AVOW_ANSWER_WITNESS_S 10

/* Whether messages of this type are answered here. */
bool avow_answer_takes(uint64_t type);

struct avow_answerer;
struct avow_policies;

/* `snapshot`, `self` (the node's key) and `policies` (which may be NULL) must outlive it.
 * AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_answerer_new(struct avow_snapshot *snapshot,
                                               const struct avow_secret_key *self,
                                               const struct avow_policies *policies,
                                               struct avow_answerer **answerer);
void avow_answerer_free(struct avow_answerer **answerer);

/* Whether from now on an answer that the snapshot's allowance does not
 * suffice for is to be given up as soon as that shows: it will be made elsewhere, with a larger
 * one. Not so at first. */
void avow_answerer_try(struct avow_answerer *answerer, bool only_try);
/* Whether the last answer would say more with a larger allowance. Never so of what is one page of
 * many: the next question goes on from there. */
bool avow_answerer_fell_short(const struct avow_answerer *answerer);

/* Judges `request` and appends its answer, the message alone: the data or REFUSED. A rejection
 * means that the request is not well formed: nothing is appended and its sender is to be closed.
 * `out->err` tells of an answer that there was no room for. `now`: Unix seconds. The snapshot must
 * have been renewed. */
AVOW_NODISCARD enum avow_reject avow_answer(struct avow_answerer *answerer,
                                            struct avow_bytes request, uint64_t now,
                                            struct avow_buf *out);

/* Brings near what the questions for verdicts among the first of these requests, a row of them
 * (node/loop/link/sendq.h), will read. Returns how many requests it looked at: one at least, if
 * there is one. No answer depends on it. */
size_t avow_answer_expect(struct avow_answerer *answerer, struct avow_bytes requests);

/* Whether the node of this id may cosign the log's accepted checkpoint: unless a better root chain
 * is known, the checkpoint is from the future, or the log has ever named the id as a key of its
 * own, in whichever role. Whoever writes a log can do that, and a witness must not be the log's. */
bool avow_answer_may_witness(const struct avow_log *log, const struct avow_key *self, uint64_t now);

#endif
