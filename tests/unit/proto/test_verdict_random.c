/* Verdicts on random logs: evidence of one record and the whole log agree, and the state is what
 * the rules of status entries say when they are read forwards. */
#include "proto/trust/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/proof_builder.h"

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static void random_step(struct log_builder *log, uint32_t *seed, uint64_t achievement)
{
    log->t += next(seed) % 50;
    if (log->count < 8 || next(seed) % 3 == 0) {
        log_builder_add_issue(log, achievement);
        return;
    }
    struct avow_entry entry;
    uint64_t target = 3 + next(seed) % (log->count - 3);
    enum avow_status to = (enum avow_status)(next(seed) % 4);
    enum avow_reason reason = (enum avow_reason)(next(seed) % AVOW_REASON_COUNT);
    uint64_t successor = target + 1;
    bool names = to == AVOW_STATUS_SUPERSEDED;
    log_builder_status_change(log, &entry, target, to, reason,
                              names ? successor : LOG_BUILDER_NONE);
    (void)log_builder_try(log, &entry); /* refused when it may not be */
}

/* The rules of "Status" read forwards, from the list of a target's entries. */
static enum avow_status state_at(const struct log_builder *log, uint64_t target, uint64_t at)
{
    enum avow_status state = AVOW_STATUS_ACTIVE;
    for (uint64_t i = target + 1; i < log->count; i++) {
        struct avow_entry entry;
        if (avow_entry_decode(log->rows[i].bytes, &entry) != AVOW_ACCEPT ||
            entry.kind != AVOW_KIND_STATUS || entry.status.target != target)
            continue;
        bool revoked = entry.status.state == AVOW_STATUS_REVOKED;
        if (revoked && avow_reason_voids((enum avow_reason)entry.status.reason))
            return AVOW_STATUS_REVOKED;
        if (entry.t <= at ||
            (entry.status.state == AVOW_STATUS_ACTIVE && state == AVOW_STATUS_SUSPENDED))
            state = (enum avow_status)entry.status.state;
    }
    return state;
}

static void compare(const struct proof_plan *plan, const struct avow_evidence *evidence,
                    uint64_t index, uint64_t at)
{
    struct avow_subject subject = {.issuer = plan->checkpoint.issuer, .index = index};
    struct avow_facts all = proof_plan_facts(plan), some = avow_facts_from_evidence(evidence);
    struct avow_policy policy;
    struct avow_verdict a, b;
    avow_policy_init(&policy);
    assert_int_equal(avow_judge(&all, &policy, &subject, plan->log->t, at, &a), AVOW_OK);
    assert_int_equal(avow_judge(&some, &policy, &subject, plan->log->t, at, &b), AVOW_OK);
    assert_int_equal(a.word, b.word);
    assert_int_equal(a.why, b.why);
    assert_int_equal(a.state, b.state);
    assert_int_equal(a.reason, b.reason);
    assert_int_equal(a.since, b.since);
    assert_int_equal(a.successor, b.successor);
    assert_int_equal(a.checked, b.checked);
    assert_int_equal(a.age_s, b.age_s);
    assert_true(avow_bytes_equal(a.achievement_title, b.achievement_title));
    if (a.has_state)
        assert_int_equal(a.state, state_at(plan->log, index, at));
}

static void random_log(uint32_t seed)
{
    struct log_builder log;
    char name[32];
    (void)snprintf(name, sizeof(name), "random %u", seed);
    log_builder_start(&log, name);
    uint64_t achievement = log_builder_add_achievement(&log, "R", "Random");
    while (log.count < 60)
        random_step(&log, &seed, achievement);
    for (uint64_t index = 0; index < log.count; index++) {
        struct proof_plan plan;
        const struct proof_plan *plans[] = {&plan};
        struct avow_buf out;
        struct avow_evidence evidence;
        enum avow_reject reject;
        proof_plan_init(&plan, &log);
        proof_plan_record(&plan, index);
        avow_buf_init(&out, AVOW_EVIDENCE_BYTES_MAX);
        proof_plans_write(&out, plans, 1);
        assert_int_equal(avow_evidence_check(avow_buf_bytes(&out), &evidence, &reject), AVOW_OK);
        assert_int_equal(reject, AVOW_ACCEPT);
        for (unsigned i = 0; i < 20; i++)
            compare(&plan, &evidence, index,
                    LOG_BUILDER_T0 + next(&seed) % (uint32_t)(log.t - LOG_BUILDER_T0 + 10));
        compare(&plan, &evidence, index, log.t);
        avow_evidence_fini(&evidence);
        avow_buf_fini(&out);
    }
    log_builder_fini(&log);
}

static void test_random(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 12; seed++)
        random_log(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
    };
    return avow_crypto_init() == AVOW_OK ? cmocka_run_group_tests(tests, NULL, NULL) : EXIT_FAILURE;
}
