#include "node/loop/write/verify.h"

static void answer(void *owner)
{
    struct avow_job *job = owner;
    avow_checks_answer(&job->asked);
}

static void answered(void *owner)
{
    struct avow_job *job = owner;
    struct avow_write_thread *const *writer = job->verifier;
    if (*writer == NULL)
        avow_job_free(&job);
    else
        avow_write_thread_put_back(*writer, &job);
}

void avow_verify_start(struct avow_pool *pool, struct avow_write_thread *const *writer,
                       struct avow_job *job)
{
    job->verifier = writer;
    job->verifying = (struct avow_pool_work){.owner = job, .run = answer, .done = answered};
    avow_pool_start(pool, &job->verifying, job->lane != AVOW_LANE_PROMPT, job->item.source);
}
