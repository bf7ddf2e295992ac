/* Evidence and facts from a store: what a log in memory gives, byte for byte and word for word. */
#include "store/read/facts.h"

#include "tests/support/proof_builder.h"
#include "tests/unit/store/store_fixture.h"

#define ACHIEVEMENT 2

struct world {
    struct store_folder folder;
    struct avow_store *store;
    struct avow_snapshot *snapshot;
    struct log_builder log;
    struct log_key witness;
    uint64_t records[6];
    struct avow_checkpoint early;
    struct avow_cosignature early_line;
    struct proof_plan plan; /* of the whole log, with a heartbeat and a witness */
};

static void put(struct world *world, const struct avow_checkpoint *checkpoint, uint64_t from,
                const struct avow_cosignature *lines, size_t count)
{
    struct avow_bytes entries[64];
    struct avow_txn *txn;
    bool changed;
    struct avow_range range = {.checkpoint = *checkpoint, .from = from, .entries = entries};
    for (uint64_t i = from; i < checkpoint->size; i++)
        entries[range.count++] = world->log.rows[i].bytes;
    assert_int_equal(avow_txn_begin(world->store, &txn), AVOW_OK);
    assert_int_equal(fixture_append(txn, &range), AVOW_ACCEPT);
    assert_int_equal(avow_txn_freshen(txn, checkpoint, lines, count, FIXTURE_NOW, &changed),
                     AVOW_OK);
    assert_true(changed);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
}

/* Six records; a checkpoint that a witness saw; then events, an epoch, and a seventh record. */
static void make(struct world *world)
{
    struct log_builder *log = &world->log;
    log_builder_start(log, "store evidence");
    world->witness = log_builder_key(log, "a witness");
    log_builder_add_achievement(log, "E", "Evidence");
    for (size_t i = 0; i < 6; i++)
        world->records[i] = log_builder_add_issue(log, ACHIEVEMENT);
    world->early = log_builder_checkpoint(log, log->t);
    avow_cosignature_sign(&world->early_line, &world->early, log->t + 5, &world->witness.secret);
    put(world, &world->early, 0, &world->early_line, 1);
    uint64_t size = log->count;
    log->t += 7200; /* one checkpoint an hour is kept */
    log_builder_add_status(log, world->records[0], AVOW_STATUS_SUSPENDED, AVOW_REASON_LAPSED,
                           LOG_BUILDER_NONE);
    log_builder_add_status(log, world->records[0], AVOW_STATUS_ACTIVE, AVOW_REASON_UNSPECIFIED,
                           LOG_BUILDER_NONE);
    log->t += 100;
    log_builder_add_status(log, world->records[0], AVOW_STATUS_REVOKED, AVOW_REASON_LAPSED,
                           LOG_BUILDER_NONE);
    log_builder_add_status(log, world->records[1], AVOW_STATUS_SUPERSEDED, AVOW_REASON_REPLACED,
                           world->records[2]);
    log_builder_rotate_root(log);
    log_builder_add_issue(log, ACHIEVEMENT);
    proof_plan_init(&world->plan, log);
    proof_plan_cosign(&world->plan, &log->heartbeat, log->t + 60);
    proof_plan_cosign(&world->plan, &world->witness, log->t + 70);
    put(world, &world->plan.checkpoint, size, world->plan.lines, 2);
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    store_folder_make(&world->folder);
    world->store = store_folder_open(&world->folder);
    make(world);
    assert_int_equal(avow_snapshot_new(world->store, &world->snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    avow_snapshot_free(&world->snapshot);
    avow_store_close(&world->store);
    store_folder_remove(&world->folder);
    log_builder_fini(&world->log);
    free(world);
    return 0;
}

static struct avow_buf made(struct world *world, const struct avow_prove_request *request)
{
    struct avow_buf out;
    avow_buf_init(&out, AVOW_EVIDENCE_BYTES_MAX);
    assert_int_equal(avow_evidence_make(world->snapshot, request, &out), AVOW_OK);
    return out;
}

/* The store may keep lines in any order: the plan takes it over. */
static void take_lines(struct proof_plan *plan, const struct avow_buf *out)
{
    struct avow_evidence evidence;
    enum avow_reject reject;
    assert_int_equal(avow_evidence_check(avow_buf_bytes(out), &evidence, &reject), AVOW_OK);
    if (reject != AVOW_ACCEPT)
        fail_msg("%s", avow_reject_text(reject));
    assert_int_equal(evidence.count, 1);
    plan->line_count = evidence.logs[0].cosignature_count;
    memcpy(plan->lines, evidence.logs[0].cosignatures, sizeof(plan->lines));
    avow_evidence_fini(&evidence);
}

static void expect(struct proof_plan *plan, struct avow_buf *out)
{
    const struct proof_plan *plans[] = {plan};
    struct avow_buf want;
    size_t lines = plan->line_count;
    take_lines(plan, out);
    assert_int_equal(plan->line_count, lines);
    avow_buf_init(&want, AVOW_EVIDENCE_BYTES_MAX);
    proof_plans_write(&want, plans, 1);
    assert_int_equal(out->len, want.len);
    assert_memory_equal(out->data, want.data, want.len);
    avow_buf_fini(&want);
    avow_buf_fini(out);
}

/* ---- entries read, counted ---- */

static size_t entries_read;

enum avow_err __real_avow_snapshot_entry(struct avow_snapshot *snapshot, const struct avow_log *log,
                                         uint64_t index, struct avow_bytes *entry);
enum avow_err __wrap_avow_snapshot_entry(struct avow_snapshot *snapshot, const struct avow_log *log,
                                         uint64_t index, struct avow_bytes *entry);

enum avow_err __wrap_avow_snapshot_entry(struct avow_snapshot *snapshot, const struct avow_log *log,
                                         uint64_t index, struct avow_bytes *entry)
{
    entries_read++;
    return __real_avow_snapshot_entry(snapshot, log, index, entry);
}

/* Asking for a record many times costs no more than asking for it once. */
static void test_repeated_index(void **state)
{
    struct world *world = *state;
    uint64_t indices[1000];
    struct avow_prove_request request = {
        .issuer = world->plan.checkpoint.issuer, .indices = indices, .index_count = 2};
    for (size_t i = 0; i < 1000; i++)
        indices[i] = world->records[i % 2];
    entries_read = 0;
    struct avow_buf once = made(world, &request);
    size_t reads = entries_read;
    assert_true(reads > 0);
    request.index_count = 1000;
    struct avow_buf often = made(world, &request);
    assert_int_equal(entries_read, 2 * reads);
    assert_int_equal(often.len, once.len);
    assert_memory_equal(often.data, once.data, once.len);
    avow_buf_fini(&once);
    avow_buf_fini(&often);
}

static void test_each_entry(void **state)
{
    struct world *world = *state;
    for (uint64_t index = 0; index < world->log.count; index++) {
        struct avow_prove_request request = {
            .issuer = world->plan.checkpoint.issuer, .indices = &index, .index_count = 1};
        struct proof_plan plan = world->plan;
        struct avow_buf out = made(world, &request);
        proof_plan_record(&plan, index);
        if (index < world->early.size) {
            plan.has_first = true;
            plan.first = world->early;
            plan.first_index = index;
            plan.first_line_count = 1;
            plan.first_lines[0] = world->early_line;
        }
        expect(&plan, &out);
    }
}

static void test_several(void **state)
{
    struct world *world = *state;
    const uint64_t indices[] = {7, 3, 999, 3, 5}; /* one is beyond the log */
    const uint64_t chunks[] = {0, 1, 0};
    struct avow_prove_request request = {.issuer = world->plan.checkpoint.issuer,
                                         .indices = indices,
                                         .index_count = 5,
                                         .chunks = chunks,
                                         .chunk_count = 3};
    struct proof_plan plan = world->plan;
    struct avow_buf out = made(world, &request);
    proof_plan_record(&plan, 3);
    proof_plan_record(&plan, 5);
    proof_plan_record(&plan, 7);
    expect(&plan, &out);
}

static void test_nothing_asked(void **state)
{
    struct world *world = *state;
    const uint64_t beyond = world->log.count;
    struct avow_prove_request request = {.issuer = world->plan.checkpoint.issuer};
    struct proof_plan plan = world->plan;
    struct avow_buf out = made(world, &request);
    expect(&plan, &out);
    request.indices = &beyond;
    request.index_count = 1;
    out = made(world, &request);
    expect(&plan, &out);
}

static void test_for_signing(void **state)
{
    struct world *world = *state;
    struct avow_prove_request request = {.issuer = world->plan.checkpoint.issuer,
                                         .for_signing = true};
    struct proof_plan plan = world->plan;
    struct avow_buf out = made(world, &request);
    proof_plan_entry(&plan, world->log.count - 1);
    proof_plan_entry(&plan, world->log.state.nodes_index);
    proof_plan_chunk(&plan, 0);
    expect(&plan, &out);
}

/* The node's own line takes the place of an older one of its own. */
static void test_own_line(void **state)
{
    struct world *world = *state;
    struct avow_cosignature own;
    struct avow_evidence evidence;
    enum avow_reject reject;
    struct avow_prove_request request = {.issuer = world->plan.checkpoint.issuer, .own = &own};
    avow_cosignature_sign(&own, &world->plan.checkpoint, world->log.t + 200,
                          &world->witness.secret);
    struct avow_buf out = made(world, &request);
    assert_int_equal(avow_evidence_check(avow_buf_bytes(&out), &evidence, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    const struct avow_log_proof *proof = &evidence.logs[0];
    assert_int_equal(proof->cosignature_count, 2);
    assert_int_equal(proof->cosignatures[1].time, world->log.t + 200);
    assert_memory_equal(&proof->cosignatures[1].key, &own.key, sizeof(own.key));
    avow_evidence_fini(&evidence);
    avow_buf_fini(&out);
}

static void test_refused(void **state)
{
    struct world *world = *state;
    struct avow_buf out;
    uint64_t index = 3;
    struct avow_prove_request request = {
        .issuer = world->plan.checkpoint.root, .indices = &index, .index_count = 1};
    avow_buf_init(&out, AVOW_EVIDENCE_BYTES_MAX);
    assert_int_equal(avow_evidence_make(world->snapshot, &request, &out), AVOW_ERR_NOT_FOUND);
    avow_buf_fini(&out);
    request.issuer = world->plan.checkpoint.issuer;
    avow_buf_init(&out, 1000);
    assert_int_equal(avow_evidence_make(world->snapshot, &request, &out), AVOW_ERR_TOO_LARGE);
    avow_buf_fini(&out);
}

/* ------------------------------------------------------------------ facts */

static void same(const struct avow_verdict *a, const struct avow_verdict *b)
{
    assert_int_equal(a->word, b->word);
    assert_int_equal(a->why, b->why);
    assert_int_equal(a->checked, b->checked);
    assert_int_equal(a->epoch, b->epoch);
    assert_int_equal(a->size, b->size);
    assert_int_equal(a->age_s, b->age_s);
    assert_int_equal(a->has_witnessed_at, b->has_witnessed_at);
    assert_int_equal(a->witnessed_at, b->witnessed_at);
    assert_int_equal(a->has_state, b->has_state);
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->reason, b->reason);
    assert_int_equal(a->since, b->since);
    assert_int_equal(a->has_successor, b->has_successor);
    assert_int_equal(a->successor, b->successor);
    assert_true(avow_bytes_equal(a->issuer_name, b->issuer_name));
    assert_true(avow_bytes_equal(a->achievement_title, b->achievement_title));
}

/* Whatever is asked, at whatever time, a store and memory give the same verdict. */
static void test_facts(void **state)
{
    struct world *world = *state;
    struct avow_facts stored = avow_facts_from_snapshot(world->snapshot);
    struct avow_policy policy;
    avow_policy_init(&policy);
    for (uint64_t index = 0; index <= world->log.count; index++) {
        struct proof_plan plan = world->plan;
        struct avow_facts known = proof_plan_facts(&plan);
        if (index < world->early.size)
            proof_plan_first(&plan, &world->early, &world->witness, world->early_line.time, index);
        struct avow_subject subject = {.issuer = plan.checkpoint.issuer, .index = index};
        for (uint64_t at = LOG_BUILDER_T0 - 50; at < world->log.t + 100; at += 50) {
            struct avow_verdict a, b;
            assert_int_equal(avow_judge(&stored, &policy, &subject, world->log.t, at, &a), AVOW_OK);
            assert_int_equal(avow_judge(&known, &policy, &subject, world->log.t, at, &b), AVOW_OK);
            same(&a, &b);
        }
    }
    struct avow_verdict nothing;
    struct avow_subject stranger = {.issuer = world->plan.checkpoint.root};
    assert_int_equal(avow_judge(&stored, &policy, &stranger, 0, 0, &nothing), AVOW_OK);
    assert_int_equal(nothing.why, AVOW_WHY_NO_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_repeated_index), cmocka_unit_test(test_each_entry),
        cmocka_unit_test(test_several),        cmocka_unit_test(test_nothing_asked),
        cmocka_unit_test(test_for_signing),    cmocka_unit_test(test_own_line),
        cmocka_unit_test(test_refused),        cmocka_unit_test(test_facts),
    };
    return avow_crypto_init() == AVOW_OK ? cmocka_run_group_tests(tests, set_up, tear_down)
                                         : EXIT_FAILURE;
}
