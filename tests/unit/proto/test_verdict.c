/* What comes with a verdict's word, and what no evidence can say (the words themselves:
 * test_verdict_scenes). */
#include "proto/trust/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/verdict_table.h"

static struct verdict_world world;

#define NOW HOUR(49)
#define REVOKED AVOW_WORD_REVOKED, AVOW_WHY_STATUS
#define SUPERSEDED AVOW_WORD_SUPERSEDED, AVOW_WHY_STATUS
#define TAMPERED(why) AVOW_WORD_TAMPERED, AVOW_WHY_##why
#define UNKNOWN(why) AVOW_WORD_UNKNOWN, AVOW_WHY_##why

/* ------------------------------------------------------------------ judging a row */

static struct avow_verdict judge_facts(const struct verdict_row *row,
                                       const struct avow_facts *facts)
{
    struct avow_policy policy = verdict_policy(&world, row);
    struct avow_subject subject = verdict_subject(&world, row);
    struct avow_verdict verdict;
    assert_int_equal(avow_judge(facts, &policy, &subject, row->now, row->at, &verdict), AVOW_OK);
    return verdict;
}

static void expect(const struct verdict_row *row, const struct avow_verdict *verdict,
                   const char *source)
{
    if (verdict->word != row->word || verdict->why != row->why)
        fail_msg("%s, from %s: %s (%s)", row->name, source, avow_word_name(verdict->word),
                 avow_why_name(verdict->why));
}

/* ------------------------------------------------------------------ what comes with the word */

static const struct verdict_row shown = {
    "shown", OPEN, R_SUPERSEDED, verdict_seen_once, GOOD, HOUR(61), HOUR(61), 24, 0, SUPERSEDED};

static void test_details(void **state)
{
    (void)state;
    struct proof_plan plan;
    struct log_builder *log = &world.logs[OPEN].log;
    verdict_plan(&world, &shown, &plan);
    struct avow_facts facts = proof_plan_facts(&plan);
    struct avow_verdict v = judge_facts(&shown, &facts);
    expect(&shown, &v, "the whole log");
    assert_true(v.has_log && v.has_entry && v.has_state && v.has_successor && v.has_witnessed_at);
    assert_true(avow_bytes_equal(v.issuer_name, avow_bytes_text("Universidade de Teste")));
    assert_true(avow_bytes_equal(v.issuer_jurisdiction, avow_bytes_text("PT-13")));
    assert_true(avow_bytes_equal(v.achievement_title, avow_bytes_text("Data analysis")));
    assert_true(avow_bytes_equal(v.achievement_code, avow_bytes_text("DA-101")));
    assert_int_equal(v.epoch, 3);
    assert_int_equal(v.size, log->count);
    assert_int_equal(v.time, HOUR(48));
    assert_int_equal(v.age_s, 13 * 3600);
    assert_int_equal(v.witnessed_at, HOUR(60));
    assert_int_equal(v.achievement, world.logs[OPEN].index[R_ACHIEVEMENT]);
    assert_int_equal(v.state, AVOW_STATUS_SUPERSEDED);
    assert_int_equal(v.reason, AVOW_REASON_REPLACED);
    assert_int_equal(v.since, HOUR(10));
    assert_int_equal(v.successor, world.logs[OPEN].index[R_SUCCESSOR]);
    assert_int_equal(v.valid_from, HOUR(1));
    assert_int_equal(v.valid_until, 0);
    assert_int_equal(v.unchecked,
                     AVOW_CHECK_WITNESSES | AVOW_CHECK_RECOGNITION | AVOW_CHECK_COMPONENTS);
}

static void test_unchecked(void **state)
{
    (void)state;
    struct proof_plan plan;
    verdict_plan(&world, &verdict_rows[0], &plan);
    struct avow_facts facts = proof_plan_facts(&plan);
    struct avow_verdict v = judge_facts(&verdict_rows[0], &facts);
    assert_int_equal(v.unchecked, AVOW_CHECK_DOCUMENT | AVOW_CHECK_COMMITMENT | AVOW_CHECK_SIGNER |
                                      AVOW_CHECK_WITNESSES | AVOW_CHECK_RECOGNITION |
                                      AVOW_CHECK_COMPONENTS);
    plan.checkpoint.issuer.bytes[0] ^= 1; /* so that nothing is known */
    v = judge_facts(&verdict_rows[1], &facts);
    assert_int_equal(v.word, AVOW_WORD_UNKNOWN);
    assert_int_equal(v.checked, AVOW_CHECK_DOCUMENT);
    assert_false(v.has_log || v.has_entry || v.has_state);
}

/* A better history that parts at the record: nothing can be told of it but that it is revoked. */
static void test_abandoned(void **state)
{
    (void)state;
    static const struct verdict_row cases[] = {
        {"valid", OPEN, R_PLAIN, verdict_whole, GOOD, NOW, NOW, 24, 0, UNKNOWN(ABANDONED)},
        {"a reference", OPEN, R_PLAIN, verdict_whole, BARE, NOW, NOW, 24, 0, UNKNOWN(ABANDONED)},
        {"revoked", OPEN, R_LAPSED, verdict_whole, GOOD, NOW, NOW, 24, 0, REVOKED},
        {"revoked, a reference", OPEN, R_LAPSED, verdict_whole, BARE, NOW, NOW, 24, 0, REVOKED},
        {"another's", OPEN, R_LAPSED, verdict_whole, OTHER_COMMITMENT, NOW, NOW, 24, 0,
         UNKNOWN(ABANDONED)},
        {"another's, active", OPEN, R_PLAIN, verdict_whole, OTHER_COMMITMENT, NOW, NOW, 24, 0,
         UNKNOWN(ABANDONED)},
        {"by a key not known", OPEN, R_PLAIN, verdict_whole, BY_STRANGER, NOW, NOW, 24, 0,
         UNKNOWN(ABANDONED)},
        {"expired", OPEN, R_ENDED, verdict_whole, GOOD, NOW, NOW, 24, 0, UNKNOWN(ABANDONED)},
        {"superseded", OPEN, R_SUPERSEDED, verdict_whole, GOOD, NOW, NOW, 24, 0,
         UNKNOWN(ABANDONED)},
        {"an achievement", OPEN, R_ACHIEVEMENT, verdict_whole, BY_FIRST, NOW, NOW, 24, 0,
         UNKNOWN(ABANDONED)},
        {"a bad proof", OPEN, R_PLAIN, verdict_whole, BAD_PROOF, NOW, NOW, 24, 0, TAMPERED(PROOF)},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct proof_plan plan;
        verdict_plan(&world, &cases[i], &plan);
        struct avow_facts facts = proof_plan_facts(&plan);
        plan.abandoned_from = world.logs[OPEN].index[cases[i].record];
        struct avow_verdict verdict = judge_facts(&cases[i], &facts);
        expect(&cases[i], &verdict, "an abandoned log");
        plan.abandoned_from++; /* the one before it is as it was */
        verdict = judge_facts(&cases[i], &facts);
        if (verdict.why == AVOW_WHY_ABANDONED)
            fail_msg("%s: abandoned too early", cases[i].name);
    }
}

/* A fork is judged before what a better history would abandon; that, before the rest. */
static void test_abandoned_and_forked(void **state)
{
    (void)state;
    static const struct verdict_row cases[] = {
        {"beyond", OPEN, R_AFTER_RETIRE, verdict_whole, GOOD, NOW, NOW, 24, 0, AVOW_WORD_DISPUTED,
         AVOW_WHY_FORK},
        {"beyond, a bad proof", OPEN, R_AFTER_RETIRE, verdict_whole, BAD_PROOF, NOW, NOW, 24, 0,
         TAMPERED(PROOF)},
        {"beyond, by a key not known", OPEN, R_AFTER_RETIRE, verdict_whole, BY_STRANGER, NOW, NOW,
         24, 0, AVOW_WORD_DISPUTED, AVOW_WHY_FORK},
        {"below", OPEN, R_PLAIN, verdict_whole, GOOD, NOW, NOW, 24, 0, UNKNOWN(ABANDONED)},
        {"below, revoked", OPEN, R_LAPSED, verdict_whole, GOOD, NOW, NOW, 24, 0, REVOKED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        static struct proof_plan plan;
        const struct log_builder *log = &world.logs[OPEN].log;
        verdict_plan(&world, &cases[i], &plan);
        struct avow_checkpoint other = plan.checkpoint;
        other.root.bytes[0] ^= 1;
        avow_checkpoint_sign(&other, &log->sign.secret);
        proof_plan_fork(&plan, &plan.checkpoint, &other, NULL);
        plan.abandoned_from = world.logs[OPEN].index[R_PLAIN];
        struct avow_facts facts = proof_plan_facts(&plan);
        struct avow_verdict verdict = judge_facts(&cases[i], &facts);
        expect(&cases[i], &verdict, "an abandoned log that is forked");
        assert_int_equal(verdict.fork, AVOW_WHY_FORK);
    }
}

static enum avow_err broken(void *context, const struct avow_known_log *log, uint64_t index,
                            enum avow_status *status)
{
    (void)context, (void)log, (void)index;
    *status = AVOW_STATUS_ACTIVE;
    return AVOW_ERR_IO;
}

static void test_error(void **state)
{
    (void)state;
    struct proof_plan plan;
    struct avow_verdict verdict;
    struct avow_policy policy = verdict_policy(&world, &verdict_rows[1]);
    struct avow_subject subject = verdict_subject(&world, &verdict_rows[1]);
    verdict_plan(&world, &verdict_rows[1], &plan);
    struct avow_facts facts = proof_plan_facts(&plan);
    facts.status = broken;
    assert_int_equal(avow_judge(&facts, &policy, &subject, NOW, NOW, &verdict), AVOW_ERR_IO);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(avow_word_name(AVOW_WORD_NOT_YET_VALID), "not-yet-valid");
    assert_string_equal(avow_word_name((enum avow_word)4711), "unknown");
    assert_string_equal(avow_why_name((enum avow_why)4711), "unknown");
    assert_string_equal(avow_check_name(8), "recognition");
    assert_int_equal(avow_word_exit(AVOW_WORD_VALID), 0);
    assert_int_equal(avow_word_exit(AVOW_WORD_UNKNOWN), 3);
    assert_int_equal(avow_word_exit(AVOW_WORD_REVOKED), 1);
    assert_int_equal(avow_word_exit((enum avow_word)4711), 3);
    for (unsigned why = 0; why <= AVOW_WHY_UNREACHABLE; why++)
        assert_true(strlen(avow_why_text(why)) > 5 && strlen(avow_why_name(why)) > 3);
}

static int make_world(void **state)
{
    (void)state;
    if (avow_crypto_init() != AVOW_OK)
        return -1;
    verdict_world_init(&world);
    return 0;
}

static int drop_world(void **state)
{
    (void)state;
    verdict_world_fini(&world);
    return 0;
}

/* However often an issuer has moved a record, its state at any time is that of a few of its moves,
 * and what is told of later ones is the newest. */
static void test_many_moves(void **state)
{
    (void)state;
    struct log_builder log;
    struct proof_plan plan;
    struct avow_policy policy;
    struct avow_verdict verdict;
    log_builder_start(&log, "moves");
    uint64_t achievement = log_builder_add_achievement(&log, "A", "Algebra");
    uint64_t index = log_builder_add_issue(&log, achievement), issued = log.t;
    for (unsigned i = 0; i < 1025; i++) {
        log.t++;
        (void)log_builder_add_status(&log, index,
                                     i % 2 == 0 ? AVOW_STATUS_SUSPENDED : AVOW_STATUS_ACTIVE,
                                     AVOW_REASON_UNSPECIFIED, LOG_BUILDER_NONE);
    }
    proof_plan_init(&plan, &log);
    avow_policy_init(&policy);
    struct avow_facts facts = proof_plan_facts(&plan);
    struct avow_subject subject = {.issuer = log.state.chain.issuer, .index = index};
    assert_int_equal(avow_judge(&facts, &policy, &subject, log.t, log.t, &verdict), AVOW_OK);
    assert_int_equal(verdict.word, AVOW_WORD_SUSPENDED);
    assert_int_equal(avow_judge(&facts, &policy, &subject, log.t, issued + 10, &verdict), AVOW_OK);
    assert_int_equal(verdict.word, AVOW_WORD_VALID); /* all that came before was lifted */
    assert_int_equal(verdict.later_count, AVOW_STANDING_LATER_MAX);
    assert_int_equal(verdict.later[0].t, log.t);
    assert_int_equal(verdict.later[0].state, AVOW_STATUS_SUSPENDED);
    assert_int_equal(verdict.later[AVOW_STANDING_LATER_MAX - 1].t,
                     log.t + 1 - AVOW_STANDING_LATER_MAX);
    assert_int_equal(avow_judge(&facts, &policy, &subject, log.t, issued, &verdict), AVOW_OK);
    assert_int_equal(verdict.word, AVOW_WORD_VALID);
    log_builder_fini(&log);
}

/* ------------------------------------------------------------------ the moment */

static const struct moment_row {
    const char *name;
    enum avow_err found;
    uint64_t checkpoint;
    bool forked;
    uint64_t branch, now, moment;
} moment_rows[] = {
    {"no log", AVOW_ERR_NOT_FOUND, 0, false, 0, 500, 500},
    {"a log of before", AVOW_OK, 400, false, 0, 500, 500},
    {"a slow clock", AVOW_OK, 600, false, 0, 500, 600},
    {"a branch of before", AVOW_OK, 400, true, 450, 500, 500},
    {"a newer branch", AVOW_OK, 400, true, 700, 500, 700},
    {"an older branch", AVOW_OK, 600, true, 550, 500, 600},
    {"of a fork that is none", AVOW_OK, 400, false, 700, 500, 500},
    {"a time that cannot be told", AVOW_OK, AVOW_UINT_MAX, false, 0, 500, 500},
};

static enum avow_err moment_log(void *context, const struct avow_hash *issuer,
                                struct avow_known_log *log)
{
    static struct avow_checkpoint checkpoint;
    const struct moment_row *row = context;
    (void)issuer;
    checkpoint.time = row->checkpoint;
    *log = (struct avow_known_log){
        .checkpoint = &checkpoint, .forked = row->forked, .fork_time = row->branch};
    return row->found;
}

static void test_moment(void **state)
{
    (void)state;
    const struct avow_hash issuer = {0};
    for (size_t i = 0; i < sizeof(moment_rows) / sizeof(moment_rows[0]); i++) {
        struct moment_row row = moment_rows[i];
        const struct avow_facts facts = {.context = &row, .log = moment_log};
        uint64_t moment;
        assert_int_equal(avow_moment(&facts, &issuer, row.now, &moment), AVOW_OK);
        if (moment != row.moment)
            fail_msg("%s: %llu", row.name, (unsigned long long)moment);
        row.found = AVOW_ERR_IO;
        assert_int_equal(avow_moment(&facts, &issuer, row.now, &moment), AVOW_ERR_IO);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_details),   cmocka_unit_test(test_unchecked),
        cmocka_unit_test(test_abandoned), cmocka_unit_test(test_abandoned_and_forked),
        cmocka_unit_test(test_error),     cmocka_unit_test(test_many_moves),
        cmocka_unit_test(test_names),     cmocka_unit_test(test_moment),
    };
    return cmocka_run_group_tests(tests, make_world, drop_world);
}
