#include "node/loop/write/job_queue.h"

static size_t room_of(enum avow_job_lane lane)
{
    switch (lane) {
    case AVOW_LANE_BULK:
        return AVOW_JOB_QUEUE_BULK_BYTES;
    case AVOW_LANE_LARGE:
        return AVOW_JOB_QUEUE_LARGE_BYTES;
    case AVOW_LANE_PROMPT:
        return AVOW_JOB_QUEUE_PROMPT_BYTES;
    }
    return 0;
}

bool avow_job_queue_has_room(const struct avow_job_queue *queue, enum avow_job_lane lane,
                             size_t cost)
{
    return queue->bytes[lane] + cost <= room_of(lane);
}

void avow_job_queue_put(struct avow_job_queue *queue, struct avow_job *job)
{
    queue->bytes[job->lane] += job->cost;
    queue->count++;
    avow_fair_put(&queue->lanes[job->lane], &job->item);
}

void avow_job_queue_release(struct avow_job_queue *queue, const struct avow_job *job)
{
    AVOW_ASSERT(queue->bytes[job->lane] >= job->cost);
    queue->bytes[job->lane] -= job->cost;
}

/* ---- taking ---- */

static bool may_take(const struct avow_job_queue *queue, enum avow_job_lane lane)
{
    return !avow_fair_is_empty(&queue->lanes[lane]) &&
           (queue->closing || queue->asides[lane] < AVOW_JOB_QUEUE_ASIDE_MAX);
}

bool avow_job_queue_has_prompt(const struct avow_job_queue *queue)
{
    return !avow_fair_is_empty(&queue->lanes[AVOW_LANE_PROMPT]);
}

bool avow_job_queue_has_more(const struct avow_job_queue *queue)
{
    return may_take(queue, AVOW_LANE_BULK) || may_take(queue, AVOW_LANE_LARGE);
}

static struct avow_job *take_more(struct avow_job_queue *queue)
{
    enum avow_job_lane lane = queue->large_next ? AVOW_LANE_LARGE : AVOW_LANE_BULK;
    if (!may_take(queue, lane))
        lane = queue->large_next ? AVOW_LANE_BULK : AVOW_LANE_LARGE;
    if (!may_take(queue, lane))
        return NULL;
    queue->large_next = lane == AVOW_LANE_BULK;
    return avow_fair_take(&queue->lanes[lane]);
}

/* Whether the job's log has one aside: then it is behind that. */
static bool go_behind(struct avow_job_queue *queue, struct avow_job *job)
{
    struct avow_job *first = queue->aside;
    while (first != NULL && !avow_hash_equal(&first->issuer, &job->issuer))
        first = first->aside;
    if (first == NULL)
        return false;
    job->next = NULL;
    if (first->behind == NULL)
        first->behind = job;
    else
        first->behind_last->next = job;
    first->behind_last = job;
    return true;
}

struct avow_job *avow_job_queue_take(struct avow_job_queue *queue, bool prompt, bool more)
{
    struct avow_job *job;
    do {
        job = prompt ? avow_fair_take(&queue->lanes[AVOW_LANE_PROMPT]) : NULL;
        if (job == NULL && more)
            job = take_more(queue);
        queue->count -= job != NULL ? 1 : 0;
    } while (job != NULL && go_behind(queue, job));
    return job;
}

/* ---- aside ---- */

void avow_job_queue_set_aside(struct avow_job_queue *queue, struct avow_job *job)
{
    queue->asides[job->lane]++;
    job->behind = NULL;
    job->aside = queue->aside;
    queue->aside = job;
}

static void put_first(struct avow_job_queue *queue, struct avow_job *job)
{
    queue->count++;
    avow_fair_put_back(&queue->lanes[job->lane], &job->item);
}

void avow_job_queue_put_back(struct avow_job_queue *queue, struct avow_job *job)
{
    struct avow_job **place = &queue->aside, *reversed = NULL;
    while (*place != job)
        place = &(*place)->aside;
    *place = job->aside;
    queue->asides[job->lane]--;
    for (struct avow_job *behind = job->behind, *next; behind != NULL; behind = next) {
        next = behind->next;
        behind->next = reversed;
        reversed = behind;
    }
    for (; reversed != NULL; reversed = reversed->next)
        put_first(queue, reversed);
    put_first(queue, job);
}
