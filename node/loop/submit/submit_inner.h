/* What the parts of submission share: submit.c has the steps of a signer, submit_recover.c the
 * recovery below the head, submit_queue.c the locks and what waits, submit_jobs.c the rest. */
#ifndef AVOW_NODE_LOOP_SUBMIT_SUBMIT_INNER_H
#define AVOW_NODE_LOOP_SUBMIT_SUBMIT_INNER_H

#include "node/loop/submit/submit.h"
#include "node/loop/submit/submit_work.h"

/* What became of a message that was tried. */
enum avow_submit_outcome { AVOW_SUBMIT_HANDLED, AVOW_SUBMIT_MUST_WAIT };

/* ------------------------------------------------------------------ messages (submit.c) */

/* Tries submit->message, which is decoded from `bytes`. */
enum avow_submit_outcome avow_submit_try(struct avow_submit *submit, struct avow_link *link,
                                         struct avow_bytes bytes);
/* RECOVER (submit_recover.c). */
enum avow_submit_outcome avow_submit_recover(struct avow_submit *submit, struct avow_link *link);

/* ------------------------------------------------------------------ locks (submit_queue.c) */

/* Adds one operation of this link on a log; false when others are in the way. */
bool avow_submit_lock(struct avow_submit *submit, const struct avow_link *link,
                      const struct avow_hash *issuer, bool exclusive);
void avow_submit_unlock(struct avow_submit *submit, const struct avow_hash *issuer);

/* ------------------------------------------------------------------ the rest (submit_jobs.c) */

/* Answers a request with REFUSED. */
void avow_submit_refuse(struct avow_link *link, uint64_t request, const struct avow_no *no);
/* A "no" that is not to overtake the answers of what is under way. */
enum avow_submit_outcome avow_submit_refuse_in_order(struct avow_submit *submit,
                                                     struct avow_link *link,
                                                     const struct avow_no *no);
void avow_submit_done(struct avow_link *link, uint64_t request);
/* ACCEPTED, with the log's checkpoint as it is. */
void avow_submit_answer_accepted(struct avow_submit *submit, struct avow_link *link,
                                 const struct avow_hash *issuer, uint64_t request);

/* For the rules. A "no" when the store cannot be read. */
struct avow_no avow_submit_gather_facts(struct avow_submit *submit, const struct avow_link *link,
                                        const struct avow_hash *issuer,
                                        struct avow_submit_facts *facts);
/* What the writer's failure means to a client. */
struct avow_no avow_submit_no_of_job(const struct avow_job *job);

/* Where a batch of so many bytes of entries waits. */
static inline enum avow_job_lane avow_submit_lane(size_t len)
{
    return len <= AVOW_JOB_PROMPT_BYTES ? AVOW_LANE_PROMPT : AVOW_LANE_LARGE;
}

/* A job of the prompt lane; NULL when out of memory. */
struct avow_job *avow_submit_new_job(struct avow_submit *submit, const struct avow_link *link,
                                     enum avow_job_type type, const struct avow_hash *issuer,
                                     uint64_t request, avow_job_done *done);
/* The link that a finished job was for, or NULL; releases what the job had locked. */
struct avow_link *avow_submit_job_finished(struct avow_submit *submit, const struct avow_job *job);
/* Hands it to the writer, or refuses the link's message as BUSY. */
enum avow_submit_outcome avow_submit_put_job(struct avow_submit *submit, struct avow_link *link,
                                             struct avow_job *job);

/* Work for the pool on submit->message; NULL, having dropped the link, when out of memory. */
struct avow_submit_work *avow_submit_new_work(struct avow_submit *submit, struct avow_link *link,
                                              enum avow_submit_work_type type,
                                              const struct avow_hash *issuer,
                                              avow_submit_work_done *done);
/* Nothing of the link overtakes it. */
enum avow_submit_outcome avow_submit_start_work(struct avow_submit *submit, struct avow_link *link,
                                                struct avow_submit_work *work);

#endif
