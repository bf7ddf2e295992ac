/* Query threads take turns: a batch whose time is up waits behind the others, whose link had least
 * comes next, and what is dear waits for nobody but its like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/loop/answer/query.h"
#include "node/loop/link/sendq.h"
#include "tests/support/log_history.h"
#include "tests/unit/store/store_fixture.h"

#include <stdatomic.h>
#include <uv.h>

#define INDICES 16

static uint64_t now(void *context)
{
    (void)context;
    return FIXTURE_NOW;
}

/* Queries over a store of one log, on one thread and the one for what is dear. */
struct scene {
    struct store_folder folder;
    struct avow_store *store;
    struct avow_secret_key self;
    struct avow_queries *queries;
    uv_sem_t woken;
    struct avow_hash issuer;
    /* The clock: a tick for each look. Who looks at it can be made to stop there, once. */
    atomic_uint_least64_t ticks;
    uint64_t tick_ns;
    atomic_bool stops, stops_other;
    bool has_first;
    uv_thread_t first; /* that looked, ever: the other is the one for what is dear */
    uv_sem_t stopped, goes_on;
};

static void wake(void *context)
{
    struct scene *scene = context;
    uv_sem_post(&scene->woken);
}

static uint64_t tick(void *context)
{
    struct scene *scene = context;
    const uv_thread_t self = uv_thread_self();
    if (!scene->has_first)
        scene->first = self;
    scene->has_first = true;
    if (atomic_exchange(&scene->stops, false) ||
        (!uv_thread_equal(&self, &scene->first) && atomic_exchange(&scene->stops_other, false))) {
        uv_sem_post(&scene->stopped);
        uv_sem_wait(&scene->goes_on);
    }
    return atomic_fetch_add(&scene->ticks, 1) * scene->tick_ns;
}

static void store_log(struct scene *scene)
{
    struct log_history history;
    struct avow_txn *txn;
    log_history_begin(&history, "queries");
    for (size_t i = 0; i < INDICES; i++)
        (void)log_builder_add_issue(&history.builder, 2);
    log_history_mark(&history);
    log_history_end(&history);
    assert_int_equal(avow_txn_begin(scene->store, &txn), AVOW_OK);
    const struct avow_range range =
        fixture_range(&history, &history.marks[0], 0, history.builder.count, false);
    assert_int_equal(fixture_append(txn, &range), AVOW_ACCEPT);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
    scene->issuer = history.builder.state.chain.issuer;
    log_history_fini(&history);
}

static void begin(struct scene *scene, uint64_t slice_ns)
{
    *scene = (struct scene){.tick_ns = 1};
    store_folder_make(&scene->folder);
    scene->store = store_folder_open(&scene->folder);
    store_log(scene);
    assert_int_equal(uv_sem_init(&scene->woken, 0), 0);
    assert_int_equal(uv_sem_init(&scene->stopped, 0), 0);
    assert_int_equal(uv_sem_init(&scene->goes_on, 0), 0);
    const struct avow_queries_config config = {.store = scene->store,
                                               .self = &scene->self,
                                               .threads = 1,
                                               .slice_ns = slice_ns,
                                               .wake = wake,
                                               .context = scene,
                                               .now = now,
                                               .clock = tick};
    assert_int_equal(avow_queries_new(&config, &scene->queries), AVOW_OK);
}

static void end(struct scene *scene)
{
    avow_queries_free(&scene->queries);
    avow_store_close(&scene->store);
    store_folder_remove(&scene->folder);
    uv_sem_destroy(&scene->woken);
    uv_sem_destroy(&scene->stopped);
    uv_sem_destroy(&scene->goes_on);
}

static void add_request(struct avow_query_batch *batch, const struct avow_message *message)
{
    size_t start = avow_sendq_row_begin(&batch->requests);
    avow_message_encode(&batch->requests, message);
    avow_sendq_row_end(&batch->requests, start);
    assert_int_equal(batch->requests.err, AVOW_OK);
}

/* `count` requests for the list of logs, in a batch of their own. */
static struct avow_query_batch *make_batch(uint32_t slot, uint64_t count)
{
    struct avow_query_batch *batch = avow_query_batch_new(slot, 1);
    assert_non_null(batch);
    for (uint64_t i = 1; i <= count; i++) {
        const struct avow_message message = {.type = AVOW_MESSAGE_LIST, .request = i};
        add_request(batch, &message);
    }
    return batch;
}

static struct avow_query_batch *await(struct scene *scene)
{
    struct avow_query_batch *batch;
    while ((batch = avow_queries_fetch(scene->queries)) == NULL)
        uv_sem_wait(&scene->woken);
    return batch;
}

/* The one answer in the batch, which is then taken out. */
static uint64_t take_answer(struct avow_query_batch *batch, enum avow_message_type type)
{
    struct avow_bytes rest = avow_buf_bytes(&batch->answers), bytes = {0};
    struct avow_message answer;
    assert_int_equal(batch->err, AVOW_OK);
    assert_true(avow_sendq_row_next(&rest, &bytes));
    assert_int_equal(rest.len, 0);
    assert_int_equal(avow_message_decode(bytes, &answer), AVOW_ACCEPT);
    assert_int_equal(answer.type, type);
    avow_buf_clear(&batch->answers);
    return answer.request;
}

static void expect_next(struct scene *scene, uint32_t slot)
{
    struct avow_query_batch *batch = await(scene);
    assert_int_equal(batch->slot, slot);
    (void)take_answer(batch, AVOW_MESSAGE_LOGS);
    avow_query_batch_free(&batch);
}

static void put(struct scene *scene, uint32_t slot)
{
    struct avow_query_batch *batch = make_batch(slot, 1);
    avow_queries_put(scene->queries, &batch);
}

/* The next thread that looks at the clock is stopped when this returns. */
static void stop_one(struct scene *scene, uint32_t slot)
{
    atomic_store(&scene->stops, true);
    put(scene, slot);
    uv_sem_wait(&scene->stopped);
}

static void test_turns(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, 0);
    struct avow_query_batch *greedy = make_batch(0, 3), *modest = make_batch(1, 1);
    avow_queries_put(scene.queries, &greedy);
    avow_queries_put(scene.queries, &modest);
    for (uint64_t request = 1; request <= 3; request++) {
        greedy = await(&scene);
        assert_int_equal(greedy->slot, 0);
        assert_int_equal(take_answer(greedy, AVOW_MESSAGE_LOGS), request);
        assert_true((greedy->used == greedy->requests.len) == (request == 3));
        if (request < 3)
            avow_queries_put(scene.queries, &greedy);
        if (request > 1)
            continue;
        modest = await(&scene); /* after one of the other's three */
        assert_int_equal(modest->slot, 1);
        assert_int_equal(take_answer(modest, AVOW_MESSAGE_LOGS), 1);
        avow_query_batch_free(&modest);
    }
    avow_query_batch_free(&greedy);
    end(&scene);
}

/* Who has had much waits for whoever has had less, and came later. */
static void test_least_comes_next(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, 0);
    put(&scene, 0);
    expect_next(&scene, 0);
    stop_one(&scene, 1);
    put(&scene, 0);
    put(&scene, 2);
    put(&scene, 3);
    avow_queries_drop(scene.queries, 2, 1); /* that link is gone */
    uv_sem_post(&scene.goes_on);
    static const uint32_t order[] = {1, 3, 0};
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        expect_next(&scene, order[i]);
    assert_null(avow_queries_fetch(scene.queries));
    end(&scene);
}

/* An answer that is not done in its time is begun anew by another thread, and whoever comes after
 * it is answered however long that takes. */
static void test_dear(void **state)
{
    (void)state;
    struct scene scene;
    uint8_t indices[INDICES];
    for (uint8_t i = 0; i < INDICES; i++)
        indices[i] = i + 3;
    begin(&scene, 0);
    put(&scene, 1);
    expect_next(&scene, 1);
    const struct avow_message prove = {.type = AVOW_MESSAGE_PROVE,
                                       .request = 7,
                                       .issuer = scene.issuer,
                                       .indices = {INDICES, avow_bytes(indices, INDICES)}};
    struct avow_query_batch *dear = make_batch(0, 0);
    add_request(dear, &prove);
    atomic_store(&scene.stops_other, true);
    scene.tick_ns = AVOW_QUERY_NS;
    avow_queries_put(scene.queries, &dear);
    uv_sem_wait(&scene.stopped);
    for (unsigned i = 0; i < 3; i++) {
        put(&scene, 1);
        expect_next(&scene, 1);
    }
    uv_sem_post(&scene.goes_on);
    dear = await(&scene);
    assert_int_equal(dear->slot, 0);
    assert_int_equal(take_answer(dear, AVOW_MESSAGE_EVIDENCE), 7);
    assert_int_equal(dear->used, dear->requests.len);
    avow_query_batch_free(&dear);
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_least_comes_next),
        cmocka_unit_test(test_dear),
    };
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
