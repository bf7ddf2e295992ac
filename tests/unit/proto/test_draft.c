/* Drafts: whatever the history and whatever of it the proof shows, the next checkpoint's roots are
 * those of the whole log. */
#include "proto/log/draft.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/alloc.h"
#include "tests/support/proof_builder.h"

#define ACHIEVEMENT 2

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* ------------------------------------------------------------------ a log and a draft of it */

struct pair {
    struct log_builder log;
    struct proof_plan plan;
    struct avow_buf bytes;
    struct avow_evidence evidence;
    struct avow_draft *draft;
};

/* A log of `size` entries, some of them of other states than active. */
static void start(struct pair *pair, const char *seed, uint64_t size)
{
    *pair = (struct pair){0};
    log_builder_start(&pair->log, seed);
    log_builder_add_achievement(&pair->log, "D", "Drafts");
    while (pair->log.count < size) {
        uint64_t index = log_builder_add_issue(&pair->log, ACHIEVEMENT);
        if (index % 7 == 0 && pair->log.count < size)
            log_builder_add_status(&pair->log, index, AVOW_STATUS_SUSPENDED, AVOW_REASON_LAPSED,
                                   LOG_BUILDER_NONE);
    }
    proof_plan_init(&pair->plan, &pair->log);
}

/* What AVOW_PROVE_FOR_SIGNING adds. */
static void show_edge(struct pair *pair)
{
    struct proof_plan *plan = &pair->plan;
    uint64_t last = pair->log.count - 1;
    proof_plan_entry(plan, last);
    if (plan->entry_count == 0 || plan->entries[plan->entry_count - 1] != last)
        plan->entries[plan->entry_count++] = last; /* a root entry, shown once more */
    proof_plan_chunk(plan, last / AVOW_STATUS_CHUNK_ENTRIES);
}

static enum avow_reject begin(struct pair *pair)
{
    const struct proof_plan *plan = &pair->plan;
    enum avow_reject reject;
    avow_buf_init(&pair->bytes, AVOW_EVIDENCE_BYTES_MAX);
    proof_plans_write(&pair->bytes, &plan, 1);
    assert_int_equal(avow_evidence_check(avow_buf_bytes(&pair->bytes), &pair->evidence, &reject),
                     AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    assert_int_equal(avow_draft_from_proof(&pair->evidence.logs[0], &pair->draft, &reject),
                     AVOW_OK);
    return reject;
}

static void finish(struct pair *pair)
{
    avow_draft_free(&pair->draft);
    avow_evidence_fini(&pair->evidence);
    avow_buf_fini(&pair->bytes);
    log_builder_fini(&pair->log);
}

/* The builder's newest entry goes into the draft too. */
static void follow(struct pair *pair)
{
    enum avow_reject reject;
    struct avow_bytes entry = pair->log.rows[pair->log.count - 1].bytes;
    assert_int_equal(avow_draft_append(pair->draft, entry, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    assert_true(avow_bytes_equal(avow_draft_entry(pair->draft, pair->log.count - 1), entry));
}

static void compare(const struct pair *pair)
{
    struct avow_checkpoint want = log_builder_checkpoint(&pair->log, pair->log.t), made;
    assert_int_equal(avow_draft_size(pair->draft), pair->log.count);
    assert_int_equal(avow_draft_checkpoint(pair->draft, pair->log.t, &made), AVOW_OK);
    assert_memory_equal(&made.root, &want.root, sizeof(want.root));
    assert_memory_equal(&made.status_root, &want.status_root, sizeof(want.status_root));
    assert_memory_equal(&made.opening, &want.opening, sizeof(want.opening));
    assert_true(avow_checkpoint_same_text(&made, &want));
    assert_true(avow_hash_equal(&made.opening, &want.opening));
}

static void compare_consistency(const struct pair *pair, uint64_t from)
{
    struct avow_path path;
    struct avow_hash old = log_builder_root_at(&pair->log, from);
    struct avow_hash root = log_builder_root_at(&pair->log, pair->log.count);
    assert_int_equal(avow_draft_consistency(pair->draft, from, &path), AVOW_OK);
    assert_int_equal(avow_merkle_consistency_check(from, &old, pair->log.count, &root, &path),
                     AVOW_ACCEPT);
}

/* ------------------------------------------------------------------ histories at random */

/* One more entry in both: an issue, a change of one of the records that the proof shows or of a new
 * one, now and then a root entry. */
static void step(struct pair *pair, uint32_t *seed, const uint64_t *shown, size_t count)
{
    struct log_builder *log = &pair->log;
    uint32_t dice = next(seed) % 100;
    uint64_t base = avow_draft_base(pair->draft), target = shown[next(seed) % count];
    log->t += next(seed) % 3;
    if (dice < 60) {
        log_builder_add_issue(log, ACHIEVEMENT);
    } else if (dice < 98) {
        struct avow_entry entry;
        if (log->count > base && next(seed) % 2 == 0)
            target = base + next(seed) % (log->count - base);
        log_builder_status_change(log, &entry, target, (enum avow_status)(next(seed) % 3),
                                  AVOW_REASON_LAPSED, LOG_BUILDER_NONE);
        if (log_builder_try(log, &entry) != AVOW_ACCEPT)
            return;
    } else if (dice == 98) {
        log_builder_rename(log, "Another name");
    } else {
        log_builder_rotate_root(log);
    }
    follow(pair);
}

static void random_history(uint32_t seed, uint64_t size, unsigned steps)
{
    struct pair pair;
    char name[32];
    uint64_t shown[4];
    (void)snprintf(name, sizeof(name), "draft %u", seed);
    start(&pair, name, size);
    proof_plan_record(&pair.plan, ACHIEVEMENT);
    for (size_t i = 0; i < 4; i++) {
        shown[i] = 3 + next(&seed) % (size - 3);
        proof_plan_record(&pair.plan, shown[i]);
    }
    show_edge(&pair);
    assert_int_equal(begin(&pair), AVOW_ACCEPT);
    assert_int_equal(avow_draft_base(pair.draft), size);
    compare(&pair);
    for (unsigned i = 0; i < steps; i++) {
        step(&pair, &seed, shown, 4);
        if (i % 16 == 0 || i + 1 == steps)
            compare(&pair);
    }
    for (unsigned i = 0; i < 8; i++)
        compare_consistency(&pair, size + next(&seed) % (pair.log.count - size + 1));
    finish(&pair);
}

/* Around where a chunk ends, where the map's tree grows, and in between. */
static void test_random(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {4,    7,    100,  255,  1000, 1023, 1024, 1025,
                                     2047, 2048, 2049, 3071, 3100, 5000, 5121};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        random_history((uint32_t)i + 1, sizes[i], i % 4 == 3 ? 1100 : 60);
}

/* The first credential at or after `index`. */
static uint64_t issue_from(const struct log_builder *log, uint64_t index)
{
    struct avow_entry entry;
    while (avow_entry_decode(log->rows[index].bytes, &entry) != AVOW_ACCEPT ||
           entry.kind != AVOW_KIND_ISSUE)
        index++;
    return index;
}

/* Each single chunk of a map of 8 + 4 + 1, and each pair: all siblings come from their paths. */
static void test_each_chunk(void **state)
{
    (void)state;
    enum { CHUNKS = 13 };
    for (uint64_t first = 0; first < CHUNKS; first++) {
        for (uint64_t second = first; second < CHUNKS; second += 3) {
            struct pair pair;
            start(&pair, "each chunk", (CHUNKS - 1) * 1024 + 200);
            const uint64_t targets[2] = {issue_from(&pair.log, first * 1024 + 100),
                                         issue_from(&pair.log, second * 1024 + 105)};
            for (size_t i = 0; i < 2; i++)
                proof_plan_record(&pair.plan, targets[i]);
            show_edge(&pair);
            assert_int_equal(begin(&pair), AVOW_ACCEPT);
            for (size_t i = 0; i < 2; i++) {
                log_builder_add_status(&pair.log, targets[i], AVOW_STATUS_REVOKED,
                                       AVOW_REASON_FRAUD, LOG_BUILDER_NONE);
                follow(&pair);
                compare(&pair);
            }
            finish(&pair);
        }
    }
}

static void test_new(void **state)
{
    (void)state;
    struct pair pair = {0};
    struct avow_checkpoint checkpoint;
    assert_int_equal(avow_draft_new(&pair.draft), AVOW_OK);
    assert_int_equal(avow_draft_checkpoint(pair.draft, 0, &checkpoint), AVOW_ERR_INVALID);
    log_builder_init(&pair.log, "new");
    log_builder_add_inception(&pair.log);
    follow(&pair);
    compare(&pair);
    struct log_key node = log_builder_node_key(&pair.log);
    log_builder_add_nodes(&pair.log, &node.key, "node.example:4747");
    follow(&pair);
    log_builder_add_achievement(&pair.log, "D", "Drafts");
    follow(&pair);
    while (pair.log.count < 2100) {
        log_builder_add_issue(&pair.log, ACHIEVEMENT);
        follow(&pair);
    }
    compare(&pair);
    assert_true(avow_draft_state(pair.draft)->has_home);
    assert_memory_equal(&avow_draft_state(pair.draft)->home, &node.key, sizeof(node.key));
    for (uint64_t from = 0; from <= pair.log.count; from += 100)
        compare_consistency(&pair, from);
    finish(&pair);
}

/* ------------------------------------------------------------------ what is not shown */

static void no_edge(struct pair *pair)
{
    proof_plan_chunk(&pair->plan, pair->log.count / AVOW_STATUS_CHUNK_ENTRIES);
}

static void no_chunk(struct pair *pair)
{
    show_edge(pair);
    pair->plan.chunk_count--;
}

static void nothing(struct pair *pair)
{
    (void)pair;
}

static void test_lacking(void **state)
{
    (void)state;
    static void (*const cases[])(struct pair * pair) = {no_edge, no_chunk, nothing};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair pair;
        start(&pair, "lacking", 1500);
        cases[i](&pair);
        assert_int_equal(begin(&pair), AVOW_REJECT_PROOF);
        assert_null(pair.draft);
        finish(&pair);
    }
}

/* An entry may refer only to what the proof shows. */
static void test_not_shown(void **state)
{
    (void)state;
    struct pair pair;
    enum avow_reject reject;
    enum avow_status status;
    uint64_t last;
    start(&pair, "not shown", 1500);
    show_edge(&pair);
    assert_int_equal(begin(&pair), AVOW_ACCEPT);
    uint64_t size = avow_draft_size(pair.draft);
    log_builder_add_issue(&pair.log, ACHIEVEMENT);
    struct avow_bytes issue = pair.log.rows[size].bytes;
    assert_int_equal(avow_draft_append(pair.draft, issue, &reject), AVOW_ERR_NOT_FOUND);
    assert_int_equal(avow_draft_size(pair.draft), size);
    assert_int_equal(avow_draft_status(pair.draft, 5, &status, &last), AVOW_ERR_NOT_FOUND);
    finish(&pair);
}

/* A rejected entry leaves the draft as it was. */
static void test_rejected(void **state)
{
    (void)state;
    struct pair pair;
    enum avow_reject reject;
    enum avow_status status;
    uint64_t last;
    start(&pair, "rejected", 100);
    proof_plan_record(&pair.plan, 7);
    show_edge(&pair);
    assert_int_equal(begin(&pair), AVOW_ACCEPT);
    struct avow_bytes again = pair.log.rows[8].bytes; /* suspends 7, a second time */
    assert_int_equal(avow_draft_append(pair.draft, again, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_PREVIOUS);
    assert_int_equal(avow_draft_append(pair.draft, avow_bytes("x", 1), &reject), AVOW_OK);
    assert_int_not_equal(reject, AVOW_ACCEPT);
    compare(&pair);
    assert_int_equal(avow_draft_status(pair.draft, 7, &status, &last), AVOW_OK);
    assert_int_equal(status, AVOW_STATUS_SUSPENDED);
    assert_int_equal(last, 8);
    log_builder_add_status(&pair.log, 7, AVOW_STATUS_ACTIVE, AVOW_REASON_UNSPECIFIED,
                           LOG_BUILDER_NONE);
    follow(&pair);
    compare(&pair);
    assert_int_equal(avow_draft_status(pair.draft, 7, &status, &last), AVOW_OK);
    assert_int_equal(status, AVOW_STATUS_ACTIVE);
    assert_int_equal(last, 100);
    finish(&pair);
}

/* ------------------------------------------------------------------ memory */

static enum avow_err sweep(void *context)
{
    const struct pair *pair = context;
    AVOW_CLEANUP(avow_draft_free)
    struct avow_draft *draft = NULL;
    enum avow_reject reject;
    enum avow_err err = avow_draft_from_proof(&pair->evidence.logs[0], &draft, &reject);
    for (size_t i = pair->plan.checkpoint.size; err == AVOW_OK && i < pair->log.count; i++)
        err = avow_draft_append(draft, pair->log.rows[i].bytes, &reject);
    return err;
}

static void test_memory(void **state)
{
    (void)state;
    struct pair pair;
    start(&pair, "memory", 1020);
    proof_plan_record(&pair.plan, ACHIEVEMENT);
    proof_plan_record(&pair.plan, 1000);
    show_edge(&pair);
    assert_int_equal(begin(&pair), AVOW_ACCEPT);
    for (unsigned i = 0; i < 8; i++)
        log_builder_add_issue(&pair.log, ACHIEVEMENT);
    log_builder_add_status(&pair.log, 1000, AVOW_STATUS_REVOKED, AVOW_REASON_FRAUD,
                           LOG_BUILDER_NONE);
    log_builder_rotate_root(&pair.log);
    avow_alloc_sweep("draft", sweep, &pair);
    finish(&pair);
}

int main(void)
{
    if (avow_crypto_init() != AVOW_OK)
        return EXIT_FAILURE;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),    cmocka_unit_test(test_each_chunk),
        cmocka_unit_test(test_new),       cmocka_unit_test(test_lacking),
        cmocka_unit_test(test_not_shown), cmocka_unit_test(test_rejected),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
