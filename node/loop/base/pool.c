#include "node/loop/base/pool.h"

static void start_next(struct avow_pool *pool);

static void run(uv_work_t *request)
{
    struct avow_pool_work *work = request->data;
    work->run(work->owner);
}

/* Nothing here is ever cancelled. */
static void done(uv_work_t *request, int status)
{
    struct avow_pool_work *work = request->data;
    struct avow_pool *pool = work->pool;
    (void)status;
    pool->under_way -= work->is_long ? 1 : 0;
    work->done(work->owner);
    start_next(pool);
}

static void queue(struct avow_pool *pool, struct avow_pool_work *work)
{
    pool->under_way += work->is_long ? 1 : 0;
    int rc = uv_queue_work(pool->loop, &work->work, run, done);
    AVOW_ASSERT(rc == 0); /* it fails only without a function to run */
}

static void start_next(struct avow_pool *pool)
{
    while (pool->under_way < AVOW_POOL_LONG_MAX && !avow_fair_is_empty(&pool->waiting))
        queue(pool, avow_fair_take(&pool->waiting));
}

void avow_pool_init(struct avow_pool *pool, uv_loop_t *loop)
{
    *pool = (struct avow_pool){.loop = loop};
}

void avow_pool_start(struct avow_pool *pool, struct avow_pool_work *work, bool is_long,
                     uint32_t source)
{
    work->pool = pool;
    work->is_long = is_long;
    work->work.data = work;
    work->item = (struct avow_fair_item){.owner = work, .source = source};
    if (!is_long) {
        queue(pool, work);
        return;
    }
    avow_fair_put(&pool->waiting, &work->item);
    start_next(pool);
}
