/* What waits for the writer. Prompt jobs come first; of the others, large submissions and the rest
 * alternate. Each lane has a bound of its own, so that none can fill another's room.
 *
 * A job that is aside (its root entries are being verified) holds up whatever else is for the same
 * log, and nothing more: that waits behind it, and goes back with it, in its order. A lane other
 * than the prompt one rests while many of its jobs are aside: what they have asked takes memory. */
#ifndef AVOW_NODE_LOOP_WRITE_JOB_QUEUE_H
#define AVOW_NODE_LOOP_WRITE_JOB_QUEUE_H

#include "node/loop/base/job.h"

#define AVOW_JOB_QUEUE_BULK_BYTES ((size_t)32 << 20)
#define AVOW_JOB_QUEUE_LARGE_BYTES ((size_t)24 << 20)
#define AVOW_JOB_QUEUE_PROMPT_BYTES ((size_t)8 << 20)
#define AVOW_JOB_QUEUE_ASIDE_MAX 8 /* of a lane that rests then */

/* All zeros is the empty queue. It allocates nothing, and has no lock of its own. */
struct avow_job_queue {
    struct avow_fair lanes[AVOW_JOB_LANES];
    size_t count;                 /* of jobs that wait */
    size_t bytes[AVOW_JOB_LANES]; /* of jobs that wait, are aside, or were taken and not released */
    unsigned asides[AVOW_JOB_LANES];
    struct avow_job *aside; /* linked by `aside` */
    bool large_next;        /* of the two lanes that alternate */
    bool closing;           /* no lane rests any more */
};

/* Whether a job that keeps `cost` bytes has room in a lane. */
bool avow_job_queue_has_room(const struct avow_job_queue *queue, enum avow_job_lane lane,
                             size_t cost);
/* Takes over a job of lane job->lane, behind those of the same job->item.source. */
void avow_job_queue_put(struct avow_job_queue *queue, struct avow_job *job);
/* Whether there may be something to take from the prompt lane; from another. */
bool avow_job_queue_has_prompt(const struct avow_job_queue *queue);
bool avow_job_queue_has_more(const struct avow_job_queue *queue);
/* The next job, of the prompt lane if `prompt`, or else of another if `more`. NULL: there is none.
 */
struct avow_job *avow_job_queue_take(struct avow_job_queue *queue, bool prompt, bool more);
/* Puts a taken job aside. */
void avow_job_queue_set_aside(struct avow_job_queue *queue, struct avow_job *job);
/* Puts a job that was aside to the front of its source again, and what waited behind it after it.
 */
void avow_job_queue_put_back(struct avow_job_queue *queue, struct avow_job *job);
/* Gives back the room of a taken job. */
void avow_job_queue_release(struct avow_job_queue *queue, const struct avow_job *job);

#endif
