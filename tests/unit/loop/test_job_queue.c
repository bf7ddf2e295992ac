/* What waits for the writer: in lanes, each with room of its own, in which links take turns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/loop/write/job_queue.h"

static struct avow_job *waiting(enum avow_job_lane lane, uint32_t source, uint64_t token)
{
    struct avow_job *job = avow_job_new(AVOW_JOB_WITHDRAW);
    assert_non_null(job);
    job->lane = lane;
    job->item.source = source;
    job->token = token;
    avow_put_u64be(job->issuer.bytes, token); /* an issuer of its own */
    return job;
}

static void take(struct avow_job_queue *queue, bool prompt, bool more, uint64_t token)
{
    struct avow_job *job = avow_job_queue_take(queue, prompt, more);
    assert_non_null(job);
    assert_int_equal(job->token, token);
    avow_job_queue_release(queue, job);
    avow_job_free(&job);
}

/* One link's thousand keep another's one waiting for one of them. */
static void test_links_take_turns(void **state)
{
    struct avow_job_queue queue = {0};
    (void)state;
    for (uint64_t i = 0; i < 1000; i++)
        avow_job_queue_put(&queue, waiting(AVOW_LANE_PROMPT, 7, i));
    avow_job_queue_put(&queue, waiting(AVOW_LANE_PROMPT, 8, 5000));
    avow_job_queue_put(&queue, waiting(AVOW_LANE_LARGE, 8, 6000));
    avow_job_queue_put(&queue, waiting(AVOW_LANE_BULK, 8, 7000));
    avow_job_queue_put(&queue, waiting(AVOW_LANE_BULK, 8, 7001));
    take(&queue, true, true, 0);
    take(&queue, true, true, 5000);
    take(&queue, true, true, 1);
    take(&queue, false, true, 7000);
    take(&queue, false, true, 6000);
    take(&queue, false, true, 7001);
    assert_null(avow_job_queue_take(&queue, false, true));
    for (uint64_t i = 2; i < 1000; i++)
        take(&queue, true, false, i);
    for (size_t i = 0; i < AVOW_JOB_LANES; i++)
        assert_int_equal(queue.bytes[i], 0);
}

/* A lane that is full is full for itself. */
static void test_lanes_have_room_of_their_own(void **state)
{
    struct avow_job_queue queue = {0};
    (void)state;
    size_t count = 0;
    for (; avow_job_queue_has_room(&queue, AVOW_LANE_LARGE, (size_t)1 << 20); count++) {
        struct avow_job *job = waiting(AVOW_LANE_LARGE, 1, count);
        job->cost = (size_t)1 << 20;
        avow_job_queue_put(&queue, job);
    }
    assert_int_equal(count, AVOW_JOB_QUEUE_LARGE_BYTES >> 20);
    assert_true(avow_job_queue_has_room(&queue, AVOW_LANE_PROMPT, (size_t)1 << 20));
    assert_true(avow_job_queue_has_room(&queue, AVOW_LANE_BULK, (size_t)1 << 20));
    for (size_t i = 0; i < count; i++)
        take(&queue, false, true, i);
}

/* Many that wait for the pool: their lane rests, the others do not; and each goes back to where it
 * was. */
static void test_a_lane_rests(void **state)
{
    struct avow_job_queue queue = {0};
    struct avow_job *aside[AVOW_JOB_QUEUE_ASIDE_MAX];
    (void)state;
    for (uint64_t i = 0; i < 20; i++)
        avow_job_queue_put(&queue, waiting(AVOW_LANE_LARGE, 1, i));
    for (size_t i = 0; i < AVOW_JOB_QUEUE_ASIDE_MAX; i++) {
        aside[i] = avow_job_queue_take(&queue, true, true);
        avow_job_queue_set_aside(&queue, aside[i]);
    }
    assert_null(avow_job_queue_take(&queue, true, true));
    assert_false(avow_job_queue_has_more(&queue));
    avow_job_queue_put(&queue, waiting(AVOW_LANE_BULK, 1, 100));
    avow_job_queue_put(&queue, waiting(AVOW_LANE_PROMPT, 1, 101));
    take(&queue, true, true, 101);
    take(&queue, true, true, 100);
    for (size_t i = AVOW_JOB_QUEUE_ASIDE_MAX; i-- > 0;)
        avow_job_queue_put_back(&queue, aside[i]);
    for (uint64_t i = 0; i < 20; i++)
        take(&queue, true, true, i);
    assert_null(avow_job_queue_take(&queue, true, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_links_take_turns),
        cmocka_unit_test(test_lanes_have_room_of_their_own),
        cmocka_unit_test(test_a_lane_rests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
