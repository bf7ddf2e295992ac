/* A verdict in words. */
#include "cli/verify/verdict_show.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/proof_builder.h"

#define T0 LOG_BUILDER_T0 /* 2026-09-21T14:13:20Z */

/* Nothing but colour sets a person's answer on a terminal apart, and names are not control. */
static void test_words(void **state)
{
    (void)state;
    struct log_builder log;
    struct proof_plan plan;
    struct avow_policy policy;
    struct avow_verdict verdict;
    char *text = NULL;
    size_t len = 0;
    log_builder_start(&log, "verdict");
    const uint64_t index =
        log_builder_add_issue(&log, log_builder_add_achievement(&log, "DA-101", "Data \"A\""));
    (void)log_builder_add_status(&log, index, AVOW_STATUS_REVOKED, AVOW_REASON_FRAUD,
                                 LOG_BUILDER_NONE);
    proof_plan_init(&plan, &log);
    avow_policy_init(&policy);
    const struct avow_facts facts = proof_plan_facts(&plan);
    const struct avow_subject_file file = {
        .has_reference = true, .subject = {.issuer = log.state.chain.issuer, .index = index}};
    assert_int_equal(avow_judge(&facts, &policy, &file.subject, T0 + 200, T0 + 200, &verdict),
                     AVOW_OK);
    const struct avow_verdict_view view = {.verdict = &verdict,
                                           .file = &file,
                                           .policy = &policy,
                                           .facts = &facts,
                                           .now = T0 + 200,
                                           .at = T0 + 200,
                                           .detail = ""};
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    avow_verdict_show(out, &view, NULL, false);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, "REVOKED  avow1"));
    assert_non_null(strstr(text, "reason: fraud"));
    assert_non_null(strstr(text, "Universidade de Teste, PT-13 (its name in the registry)"));
    assert_non_null(strstr(text, "witnesses \xe2\x80\x94 no witnesses are chosen"));
    assert_null(strchr(text, '\x1b'));
    free(text);
    log_builder_fini(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
