/* Query threads take turns: a batch whose time is up waits behind the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/loop/answer/query.h"
#include "node/loop/link/sendq.h"
#include "tests/support/log_history.h"
#include "tests/unit/store/store_fixture.h"

#include <uv.h>

static uint64_t now(void *context)
{
    (void)context;
    return FIXTURE_NOW;
}

static void wake(void *context)
{
    uv_sem_post(context);
}

/* `count` requests for the list of logs, in a batch of their own. */
static struct avow_query_batch *make_batch(uint32_t slot, uint64_t count)
{
    struct avow_query_batch *batch = avow_query_batch_new(slot, 1);
    assert_non_null(batch);
    for (uint64_t i = 1; i <= count; i++) {
        struct avow_message message = {.type = AVOW_MESSAGE_LIST, .request = i};
        size_t start = avow_sendq_row_begin(&batch->requests);
        avow_message_encode(&batch->requests, &message);
        avow_sendq_row_end(&batch->requests, start);
    }
    assert_int_equal(batch->requests.err, AVOW_OK);
    return batch;
}

static struct avow_query_batch *await(struct avow_queries *queries, uv_sem_t *woken)
{
    struct avow_query_batch *batch;
    while ((batch = avow_queries_fetch(queries)) == NULL)
        uv_sem_wait(woken);
    return batch;
}

/* The one answer in the batch, which is then taken out. */
static uint64_t take_answer(struct avow_query_batch *batch)
{
    struct avow_bytes rest = avow_buf_bytes(&batch->answers), bytes = {0};
    struct avow_message answer;
    assert_int_equal(batch->err, AVOW_OK);
    assert_true(avow_sendq_row_next(&rest, &bytes));
    assert_int_equal(rest.len, 0);
    assert_int_equal(avow_message_decode(bytes, &answer), AVOW_ACCEPT);
    assert_int_equal(answer.type, AVOW_MESSAGE_LOGS);
    avow_buf_clear(&batch->answers);
    return answer.request;
}

static void test_turns(void **state)
{
    (void)state;
    struct store_folder folder;
    struct avow_secret_key self = {{0}};
    struct avow_queries *queries;
    uv_sem_t woken;
    store_folder_make(&folder);
    struct avow_store *store = store_folder_open(&folder);
    assert_int_equal(uv_sem_init(&woken, 0), 0);
    struct avow_queries_config config = {.store = store,
                                         .self = &self,
                                         .threads = 1,
                                         .slice_ns = 0,
                                         .wake = wake,
                                         .context = &woken,
                                         .now = now};
    assert_int_equal(avow_queries_new(&config, &queries), AVOW_OK);
    struct avow_query_batch *greedy = make_batch(0, 3), *modest = make_batch(1, 1);
    avow_queries_put(queries, &greedy);
    avow_queries_put(queries, &modest);
    for (uint64_t request = 1; request <= 3; request++) {
        greedy = await(queries, &woken);
        assert_int_equal(greedy->slot, 0);
        assert_int_equal(take_answer(greedy), request);
        assert_true((greedy->used == greedy->requests.len) == (request == 3));
        if (request < 3)
            avow_queries_put(queries, &greedy);
        if (request > 1)
            continue;
        modest = await(queries, &woken); /* after one of the other's three */
        assert_int_equal(modest->slot, 1);
        assert_int_equal(take_answer(modest), 1);
        avow_query_batch_free(&modest);
    }
    avow_query_batch_free(&greedy);
    avow_queries_free(&queries);
    avow_store_close(&store);
    store_folder_remove(&folder);
    uv_sem_destroy(&woken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_turns)};
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
