/* Questions that are small to ask and dear to answer, on bodies whose root chains are as long as
 * may be: what one takes of memory and of time is within its allowance, and it says when it fell
 * short. Time is counted, not measured: each look at the clock is a tick. */
#include "node/loop/answer/answer.h"
#include "node/loop/submit/heartbeat.h"

#include "proto/codec/writer.h"
#include "proto/crypto/sha256.h"
#include "proto/wire/find.h"
#include "tests/support/alloc.h"
#include "tests/unit/store/store_fixture.h"

#define BODIES 24
#define LOG_BYTES_MAX ((size_t)500 << 10) /* of a decoded log, while its chain grows */
#define EVIDENCE_ROOM ((size_t)1 << 20)   /* for buffers of an answer */
#define NOW (LOG_BUILDER_T0 + 3600)
#define NO_END UINT64_MAX

struct scene {
    struct store_folder folder;
    struct avow_store *store;
    struct avow_snapshot *snapshot;
    struct avow_secret_key self;
    struct avow_answerer *answerer;
    struct avow_hash anchor, asked, common; /* `common` is who all bodies recognise */
    uint64_t ticks;
    struct avow_buf out;
    struct avow_message answer;
};

static struct scene scene;

static uint64_t tick(void *context)
{
    (void)context;
    return scene.ticks++;
}

/* ---- a store ---- */

static void store_history(struct avow_txn *txn, struct log_history *history)
{
    log_history_mark(history);
    log_history_end(history);
    const struct avow_range range =
        fixture_range(history, &history->marks[0], 0, history->builder.count, false);
    assert_int_equal(fixture_append(txn, &range), AVOW_ACCEPT);
}

static struct avow_hash make_body(struct avow_txn *txn, unsigned number)
{
    struct log_history history;
    char name[600];
    (void)snprintf(name, sizeof(name), "dear %u", number);
    log_history_begin(&history, name);
    memset(name, 'n', sizeof(name));
    name[sizeof(name) - 1] = 0;
    (void)log_builder_add_recognition(&history.builder, &scene.common, AVOW_ROLE_AUTHORITY);
    for (size_t i = 1; i < AVOW_ROOT_ENTRIES_MAX; i++)
        (void)log_builder_rename(&history.builder, name);
    store_history(txn, &history);
    const struct avow_hash id = history.builder.state.chain.issuer;
    log_history_fini(&history);
    return id;
}

static void make_logs(struct avow_txn *txn)
{
    struct log_history anchor, asked;
    log_history_begin(&anchor, "anchor");
    for (unsigned i = 0; i < BODIES; i++) {
        const struct avow_hash body = make_body(txn, i);
        (void)log_builder_add_recognition(&anchor.builder, &body, AVOW_ROLE_AUTHORITY);
    }
    store_history(txn, &anchor);
    scene.anchor = anchor.builder.state.chain.issuer;
    log_history_fini(&anchor);
    log_history_begin(&asked, "asked");
    for (unsigned i = 0; i < 2000; i++)
        (void)log_builder_add_issue(&asked.builder, 2);
    store_history(txn, &asked);
    scene.asked = asked.builder.state.chain.issuer;
    log_history_fini(&asked);
}

static int set_up(void **state)
{
    struct avow_txn *txn;
    struct avow_key self_id;
    const uint8_t seed[32] = {9};
    (void)state;
    scene.common = avow_sha256(NULL, 0);
    store_folder_make(&scene.folder);
    scene.store = store_folder_open(&scene.folder);
    assert_int_equal(avow_txn_begin(scene.store, &txn), AVOW_OK);
    make_logs(txn);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
    avow_ed25519_from_seed(seed, &scene.self, &self_id);
    assert_int_equal(avow_snapshot_new(scene.store, &scene.snapshot), AVOW_OK);
    avow_snapshot_keep(scene.snapshot, 0); /* so that each question reads all of its logs */
    assert_int_equal(avow_answerer_new(scene.snapshot, &scene.self, NULL, &scene.answerer),
                     AVOW_OK);
    avow_buf_init(&scene.out, (size_t)4 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    avow_buf_fini(&scene.out);
    avow_answerer_free(&scene.answerer);
    avow_snapshot_free(&scene.snapshot);
    avow_store_close(&scene.store);
    store_folder_remove(&scene.folder);
    return 0;
}

/* ---- asking ---- */

/* Answers into scene.answer and returns its type; counts memory from here on. */
static enum avow_message_type ask(struct avow_message *question, size_t bytes, uint64_t ticks)
{
    const struct avow_allowance allowance = {.bytes = bytes, .time_ns = ticks, .clock = tick};
    struct avow_buf encoded;
    avow_buf_init(&encoded, AVOW_MESSAGE_BYTES_MAX);
    question->request = 1;
    avow_message_encode(&encoded, question);
    assert_int_equal(avow_snapshot_renew(scene.snapshot), AVOW_OK);
    scene.ticks = 0;
    avow_allowance_begin(scene.snapshot, &allowance);
    avow_alloc_fail_at(0);
    avow_buf_clear(&scene.out);
    assert_int_equal(avow_answer(scene.answerer, avow_buf_bytes(&encoded), NOW, &scene.out),
                     AVOW_ACCEPT);
    assert_int_equal(avow_message_decode(avow_buf_bytes(&scene.out), &scene.answer), AVOW_ACCEPT);
    avow_buf_fini(&encoded);
    return scene.answer.type;
}

/* Evidence under a policy that demands what no body gives. */
static enum avow_message_type ask_under(size_t bytes, uint64_t ticks)
{
    static const uint8_t no_scope[] = {0x80};
    struct avow_policy policy;
    struct avow_buf encoded, reference;
    avow_policy_init(&policy);
    policy.require_recognition = true;
    assert_int_equal(avow_policy_add_anchor(&policy, avow_bytes(NULL, 0), &scene.anchor,
                                            avow_bytes(no_scope, sizeof(no_scope))),
                     AVOW_ACCEPT);
    avow_buf_init(&encoded, AVOW_POLICY_BYTES_MAX);
    avow_policy_encode(&encoded, &policy);
    avow_buf_init(&reference, 128);
    avow_list_reference_write(&reference, &scene.asked, 3);
    struct avow_message question = {.type = AVOW_MESSAGE_PROVE_UNDER,
                                    .issuer = scene.asked,
                                    .policy = avow_buf_bytes(&encoded),
                                    .references = {1, avow_buf_bytes(&reference)}};
    const enum avow_message_type type = ask(&question, bytes, ticks);
    avow_buf_fini(&encoded);
    avow_buf_fini(&reference);
    return type;
}

/* Says the answer's evidence of a search that did not see all. */
static void expect_unknown(void)
{
    static const uint8_t no_scope[] = {0x80};
    struct avow_evidence evidence;
    struct avow_policy policy;
    static struct avow_verdict verdict;
    enum avow_reject reject;
    const struct avow_subject subject = {.issuer = scene.asked, .index = 3};
    avow_policy_init(&policy);
    policy.require_recognition = true;
    assert_int_equal(avow_policy_add_anchor(&policy, avow_bytes(NULL, 0), &scene.anchor,
                                            avow_bytes(no_scope, sizeof(no_scope))),
                     AVOW_ACCEPT);
    assert_int_equal(avow_evidence_check(scene.answer.evidence, &evidence, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    const struct avow_facts facts = avow_facts_from_evidence(&evidence);
    assert_int_equal(avow_judge(&facts, &policy, &subject, NOW, NOW, &verdict), AVOW_OK);
    assert_int_equal(verdict.word, AVOW_WORD_UNKNOWN);
    avow_evidence_fini(&evidence);
}

/* ---- memory ---- */

static void test_memory_of_a_search(void **state)
{
    (void)state;
    static const size_t allowances[] = {(size_t)1 << 20, (size_t)4 << 20};
    assert_int_equal(ask_under(SIZE_MAX, NO_END), AVOW_MESSAGE_EVIDENCE);
    assert_false(avow_answerer_fell_short(scene.answerer));
    assert_true(avow_alloc_most_bytes() > ((size_t)7 << 20)); /* what it takes where it may */
    for (size_t i = 0; i < sizeof(allowances) / sizeof(allowances[0]); i++) {
        assert_int_equal(ask_under(allowances[i], NO_END), AVOW_MESSAGE_EVIDENCE);
        assert_true(avow_answerer_fell_short(scene.answerer));
        if (avow_alloc_most_bytes() > allowances[i] / 2 + LOG_BYTES_MAX + EVIDENCE_ROOM)
            fail_msg("%zu of %zu bytes", avow_alloc_most_bytes(), allowances[i]);
        expect_unknown();
    }
}

/* ---- time ---- */

static void test_time_of_a_search(void **state)
{
    (void)state;
    bool fell_short = true;
    for (uint64_t ticks = 64; fell_short; ticks *= 2) {
        const enum avow_message_type type = ask_under(SIZE_MAX, ticks);
        const bool was_short = fell_short;
        fell_short = avow_answerer_fell_short(scene.answerer);
        assert_true(was_short || !fell_short);
        assert_in_range(scene.ticks, 1, ticks + 1);
        if (type == AVOW_MESSAGE_EVIDENCE)
            expect_unknown();
        else /* found whole, and the evidence of that took the rest */
            assert_true(ticks > 64 && scene.answer.code == AVOW_REFUSAL_BUSY);
    }
    assert_int_equal(scene.answer.type, AVOW_MESSAGE_EVIDENCE);
}

/* Where another thread will answer it, it is given up at once, and not after evidence was made. */
static void test_only_tried(void **state)
{
    (void)state;
    avow_answerer_try(scene.answerer, true);
    assert_int_equal(ask_under(SIZE_MAX, 64), AVOW_MESSAGE_REFUSED);
    assert_true(avow_answerer_fell_short(scene.answerer) && scene.ticks <= 34);
    assert_int_equal(ask_under((size_t)1 << 20, NO_END), AVOW_MESSAGE_REFUSED);
    assert_true(avow_alloc_most_bytes() < LOG_BYTES_MAX + ((size_t)1 << 20));
    assert_int_equal(ask_under(SIZE_MAX, NO_END), AVOW_MESSAGE_EVIDENCE);
    avow_answerer_try(scene.answerer, false);
}

/* Evidence of many indices is not a search: it is whole, or refused when its time is up. */
static void test_time_of_evidence(void **state)
{
    (void)state;
    struct avow_buf indices;
    avow_buf_init(&indices, 65536);
    for (uint64_t i = 3; i < 1003; i++)
        avow_write_uint(&indices, i);
    struct avow_message question = {.type = AVOW_MESSAGE_PROVE,
                                    .issuer = scene.asked,
                                    .indices = {1000, avow_buf_bytes(&indices)}};
    assert_int_equal(ask(&question, SIZE_MAX, NO_END), AVOW_MESSAGE_EVIDENCE);
    assert_int_equal(ask(&question, SIZE_MAX, 100), AVOW_MESSAGE_REFUSED);
    assert_int_equal(scene.answer.code, AVOW_REFUSAL_BUSY);
    assert_true(avow_answerer_fell_short(scene.answerer) && scene.ticks <= 101);
    avow_buf_fini(&indices);
}

/* ---- pages ---- */

static size_t logs_on_page(struct avow_hash *last)
{
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count, logs = 0;
    while (avow_list_next_checkpoint(&scene.answer.checkpoints, &checkpoint, lines, &count)) {
        assert_true(memcmp(last->bytes, checkpoint.issuer.bytes, sizeof(last->bytes)) < 0);
        *last = checkpoint.issuer;
        logs++;
    }
    return logs;
}

/* A page ends early, and the next goes on from it: all is told once. */
static void test_list(void **state)
{
    (void)state;
    static const struct {
        size_t bytes;
        uint64_t ticks;
    } rows[] = {{(size_t)2 << 20, NO_END}, {SIZE_MAX, 10}, {1, 1}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct avow_message question = {.type = AVOW_MESSAGE_LIST};
        size_t logs = 0, pages = 0;
        do {
            assert_int_equal(ask(&question, rows[i].bytes, rows[i].ticks), AVOW_MESSAGE_LOGS);
            assert_false(avow_answerer_fell_short(scene.answerer));
            assert_true(rows[i].bytes > ((size_t)8 << 20) ||
                        avow_alloc_most_bytes() < rows[i].bytes / 2 + LOG_BYTES_MAX);
            logs += logs_on_page(&question.issuer);
            pages++;
        } while (scene.answer.last == 0);
        assert_int_equal(logs, BODIES + 2);
        assert_true(pages > 4);
    }
}

static void test_recognised(void **state)
{
    (void)state;
    struct avow_message question = {.type = AVOW_MESSAGE_RECOGNISED, .issuer = scene.common};
    uint8_t place[64];
    size_t found = 0, pages = 0;
    do {
        assert_int_equal(ask(&question, SIZE_MAX, 10), AVOW_MESSAGE_RECOGNITIONS);
        assert_true(avow_alloc_most_bytes() < LOG_BYTES_MAX); /* no log is decoded */
        found += scene.answer.recognitions.count;
        pages++;
        assert_true(scene.answer.place.len <= sizeof(place));
        memcpy(place, scene.answer.place.data, scene.answer.place.len);
        question.place = avow_bytes(place, scene.answer.place.len);
    } while (question.place.len > 0);
    assert_int_equal(found, BODIES);
    assert_in_range(pages, 3, BODIES);
}

/* Results are read from their logs: as many as may be, and at least one. */
static void test_find(void **state)
{
    (void)state;
    struct avow_message question = {.type = AVOW_MESSAGE_FIND};
    struct avow_find_query query = {.limit = 50};
    struct avow_find_results results;
    struct avow_find_result result;
    uint8_t place[AVOW_FIND_AFTER_MAX];
    size_t found = 0, pages = 0;
    do {
        struct avow_buf encoded;
        avow_buf_init(&encoded, 1024);
        avow_find_query_encode(&encoded, &query);
        question.query = avow_buf_bytes(&encoded);
        assert_int_equal(ask(&question, (size_t)2 << 20, NO_END), AVOW_MESSAGE_FOUND);
        avow_buf_fini(&encoded);
        assert_true(avow_alloc_most_bytes() < ((size_t)1 << 20) + LOG_BYTES_MAX + EVIDENCE_ROOM);
        assert_int_equal(avow_find_results_decode(scene.answer.results, &results), AVOW_ACCEPT);
        assert_int_equal(results.stopped, avow_answerer_fell_short(scene.answerer));
        while (avow_find_results_next(&results.list, &result))
            found++;
        pages++;
        memcpy(place, results.next.data, results.next.len);
        query.after = avow_bytes(place, results.next.len);
    } while (query.after.len > 0);
    assert_int_equal(found, BODIES + 2);
    assert_in_range(pages, 4, BODIES);
}

/* ---- the loop's own rounds ---- */

static void woken(void *context)
{
    (void)context;
}

/* On its way round all logs the loop reads few of them at a time. */
static void test_round(void **state)
{
    (void)state;
    static const struct avow_hash start;
    const struct avow_write_thread_config config = {.store = scene.store, .wake = woken};
    struct avow_reading reading = {.snapshot = scene.snapshot};
    struct avow_heartbeats heartbeats = {.config = {.reading = &reading}};
    size_t ticks = 0;
    assert_int_equal(avow_write_thread_new(&config, &heartbeats.config.writer), AVOW_OK);
    do {
        avow_reading_stale(&reading);
        avow_alloc_fail_at(0);
        avow_heartbeats_tick(&heartbeats, 0); /* before all checkpoints: none is witnessed */
        assert_true(avow_alloc_most_bytes() < AVOW_HEARTBEATS_TICK_BYTES / 2 + LOG_BYTES_MAX);
        ticks++;
    } while (!avow_hash_equal(&heartbeats.swept, &start));
    assert_in_range(ticks, 3, BODIES + 3);
    avow_write_thread_free(&heartbeats.config.writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_of_a_search),
        cmocka_unit_test(test_time_of_a_search),
        cmocka_unit_test(test_only_tried),
        cmocka_unit_test(test_time_of_evidence),
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_recognised),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_round),
    };
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
