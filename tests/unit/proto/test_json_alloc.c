/* Every JSON shape when memory runs out: each allocation in turn fails, and then there is either
 * all of the JSON or none. */
#include "tests/support/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/codec/writer.h"
#include "proto/json/dump.h"
#include "proto/json/entry.h"
#include "proto/json/found.h"
#include "proto/json/issuer.h"
#include "proto/json/policy.h"
#include "proto/json/put.h"
#include "proto/json/rule.h"
#include "proto/json/scope.h"
#include "proto/json/stack.h"
#include "proto/json/verdict.h"
#include "tests/support/proof_builder.h"
#include "tests/support/sample_entries.h"

typedef json_t *maker(const void *of);

struct sweep {
    maker *make;
    const void *of;
    char *whole;
};

static enum avow_err make_again(void *context)
{
    const struct sweep *sweep = context;
    char *text = avow_json_dump(sweep->make(sweep->of));
    if (text == NULL)
        return AVOW_ERR_NOMEM;
    assert_string_equal(text, sweep->whole);
    free(text);
    return AVOW_OK;
}

static void sweep_all(const char *name, maker *make, const void *of)
{
    struct sweep sweep = {.make = make, .of = of, .whole = avow_json_dump(make(of))};
    assert_non_null(sweep.whole);
    avow_alloc_sweep(name, make_again, &sweep);
    free(sweep.whole);
}

/* ------------------------------------------------------------------ shapes */

static json_t *make_entry(const void *of)
{
    static const struct avow_hash issuer = {{1}};
    static const enum avow_status state = AVOW_STATUS_REVOKED;
    const struct avow_entry_view view = {
        .issuer = &issuer, .index = 7, .entry = of, .state = &state};
    return avow_entry_json(&view);
}

static void test_entries(void **state)
{
    (void)state;
    for (uint64_t kind = 0; kind < AVOW_KIND_COUNT; kind++) {
        const struct avow_entry entry = sample_entry(kind);
        sweep_all(avow_kind_name(kind), make_entry, &entry);
    }
}

static json_t *make_rule(const void *of)
{
    return avow_rule_to_json(*(const struct avow_bytes *)of);
}

static json_t *make_scope(const void *of)
{
    return avow_scope_json(*(const struct avow_bytes *)of);
}

static void test_parts(void **state)
{
    (void)state;
    const struct avow_entry pathway = sample_entry(AVOW_KIND_PATHWAY);
    const struct avow_entry recognition = sample_entry(AVOW_KIND_RECOGNITION);
    sweep_all("rule", make_rule, &pathway.pathway.rule);
    sweep_all("scope", make_scope, &recognition.recognition.scope);
}

static json_t *make_policy(const void *of)
{
    return avow_policy_json(of);
}

/* With an anchor, whose scope is a recognition's less its achievements, and a witness. */
static void fill_policy(struct avow_policy *policy)
{
    static const struct avow_hash anchor = {{2}};
    static const struct avow_key witness = {{3}};
    static const uint8_t scope[] = "\x81\xa7regions\x91\xa2PT";
    avow_policy_init(policy);
    memcpy(policy->region, "PT", 3);
    assert_int_equal(avow_policy_add_anchor(policy, avow_bytes_text("A"), &anchor,
                                            avow_bytes(scope, sizeof(scope) - 1)),
                     AVOW_ACCEPT);
    assert_int_equal(avow_policy_add_witness(policy, avow_bytes_text("W"), &witness), AVOW_ACCEPT);
}

static void test_policy(void **state)
{
    (void)state;
    struct avow_policy policy;
    fill_policy(&policy);
    sweep_all("policy", make_policy, &policy);
}

static json_t *make_issuer(const void *of)
{
    return avow_issuer_json(of);
}

static json_t *make_history(const void *of)
{
    return avow_issuer_history_json(of);
}

static json_t *make_verdict(const void *of)
{
    return avow_verdict_json(of);
}

static struct avow_verdict verdict_on(const struct log_builder *log)
{
    const struct avow_hash issuer = log->state.chain.issuer;
    struct avow_verdict verdict = {.word = AVOW_WORD_REVOKED,
                                   .checked = 7,
                                   .unchecked = 8,
                                   .issuer = issuer,
                                   .index = 3,
                                   .has_log = true,
                                   .issuer_name = avow_bytes_text("A school"),
                                   .has_entry = true,
                                   .has_achievement_title = true,
                                   .achievement_title = avow_bytes_text("Data"),
                                   .has_state = true,
                                   .state = AVOW_STATUS_REVOKED,
                                   .since = 7,
                                   .has_successor = true,
                                   .has_cascade = true,
                                   .fork = AVOW_WHY_FORK,
                                   .later_count = 1,
                                   .component_count = 1};
    verdict.components[0].reference = (struct avow_reference){issuer, 3};
    verdict.recognised.path_count = 1;
    verdict.recognised.paths[0] =
        (struct avow_recognition_path){.count = 1,
                                       .steps = {{.issuer = issuer}},
                                       .framework = avow_bytes_text("EQF"),
                                       .level = avow_bytes_text("6")};
    return verdict;
}

static void test_of_a_log(void **state)
{
    (void)state;
    struct log_builder log;
    struct proof_plan plan;
    struct avow_policy policy;
    struct avow_known_log known;
    log_builder_start(&log, "json");
    (void)log_builder_add_issue(&log, log_builder_add_achievement(&log, "D", "Data"));
    proof_plan_init(&plan, &log);
    proof_plan_cosign(&plan, &log.heartbeat, log.t);
    fill_policy(&policy);
    const struct avow_facts facts = proof_plan_facts(&plan);
    assert_int_equal(facts.log(facts.context, &log.state.chain.issuer, &known), AVOW_OK);
    sweep_all("issuer", make_issuer, &known);
    sweep_all("history", make_history, known.chain);
    const struct avow_verdict verdict = verdict_on(&log);
    const struct avow_subject_file file = {.has_reference = true};
    const struct avow_verdict_view view = {.verdict = &verdict,
                                           .file = &file,
                                           .policy = &policy,
                                           .facts = &facts,
                                           .detail = "a detail"};
    sweep_all("verdict", make_verdict, &view);
    log_builder_fini(&log);
}

static json_t *make_found(const void *of)
{
    return avow_found_json(of);
}

static void test_found(void **state)
{
    (void)state;
    struct avow_buf entry, list, bytes;
    struct avow_find_results results = {.next = avow_bytes_text("on"), .stopped = true};
    avow_buf_init(&entry, AVOW_ENTRY_BYTES_MAX);
    avow_buf_init(&list, 4096);
    avow_buf_init(&bytes, 4096);
    for (size_t i = 0; i < 2; i++) {
        const struct avow_entry found =
            sample_entry(i == 0 ? AVOW_KIND_ACHIEVEMENT : AVOW_KIND_PATHWAY);
        avow_buf_clear(&entry);
        avow_entry_encode(&entry, &found);
        const struct avow_find_result result = {.index = i,
                                                .name = avow_bytes_text("A school"),
                                                .jurisdiction = avow_bytes_text("PT"),
                                                .entry = avow_buf_bytes(&entry)};
        avow_find_result_write(&list, &result);
    }
    results.list = (struct avow_list){.count = 2, .items = avow_buf_bytes(&list)};
    avow_find_results_encode(&bytes, &results);
    assert_int_equal(avow_find_results_decode(avow_buf_bytes(&bytes), &results), AVOW_ACCEPT);
    sweep_all("found", make_found, &results);
    avow_buf_fini(&bytes);
    avow_buf_fini(&list);
    avow_buf_fini(&entry);
}

static json_t *make_stack(const void *of)
{
    return avow_stack_json(of);
}

/* Two achievements are wanted; one is there, a superseded credential for the other, and a file that
 * is none. */
static void test_stack(void **state)
{
    (void)state;
    struct log_builder log;
    struct proof_plan plan;
    struct avow_policy policy;
    const struct avow_entry sample = sample_entry(AVOW_KIND_PATHWAY);
    log_builder_start(&log, "stack");
    const uint64_t first = log_builder_add_achievement(&log, "A", "One");  /* 2 */
    const uint64_t second = log_builder_add_achievement(&log, "B", "Two"); /* 3 */
    const uint64_t index = log_builder_add_pathway(&log, first, sample.pathway.rule);
    proof_plan_init(&plan, &log);
    avow_policy_init(&policy);
    const struct avow_facts facts = proof_plan_facts(&plan);
    const struct avow_hash issuer = log.state.chain.issuer;
    struct avow_stack_file files[] = {
        {.name = "one.json",
         .subject.has_reference = true,
         .part = AVOW_STACK_COUNTS,
         .item = {.issuer = issuer, .achievement = first, .awarded = log.t}},
        {.name = "old.json",
         .part = AVOW_STACK_CANNOT,
         .word = AVOW_WORD_SUPERSEDED,
         .why = AVOW_WHY_STATUS,
         .has_successor = true,
         .successor = 9,
         .item = {.issuer = issuer, .achievement = second}},
        {.name = "none.json", .part = AVOW_STACK_NO_BADGE, .detail = "not JSON"},
    };
    struct avow_stack_check *check = calloc(1, sizeof(*check));
    assert_non_null(check);
    *check = (struct avow_stack_check){.facts = &facts,
                                       .reference = {issuer, index},
                                       .pathway = &sample.pathway,
                                       .policy = &policy,
                                       .now = log.t,
                                       .files = files,
                                       .file_count = 3};
    assert_int_equal(avow_stack_check(check), AVOW_OK);
    assert_int_equal(check->end, AVOW_STACK_IS_INCOMPLETE);
    assert_int_equal(avow_stack_percent(&check->result), 50);
    check->warning_count = 1;
    (void)snprintf(check->warnings[0], sizeof(check->warnings[0]), "a warning");
    sweep_all("stack", make_stack, check);
    json_t *json = avow_stack_json(check), *missing = json_object_get(json, "missing");
    assert_string_equal(json_string_value(json_array_get(missing, 0)),
                        "Two, counting only what is of level 5 to 7 (EQF), in field 06 (ISCED-F); "
                        "old.json is for it, and is superseded by entry 9");
    assert_string_equal(json_string_value(json_array_get(missing, 1)),
                        "7.5 ECTS credits more (0 of 7.5), for example from Two");
    json_decref(json);
    free(check);
    log_builder_fini(&log);
}

/* ------------------------------------------------------------------ facts that cannot be read */

static enum avow_err no_log(void *context, const struct avow_hash *issuer,
                            struct avow_known_log *log)
{
    (void)issuer;
    (void)log;
    return *(const enum avow_err *)context;
}

/* What a broken disk hides is not "unknown". */
static void test_broken_facts(void **state)
{
    (void)state;
    struct log_builder log;
    struct avow_policy policy;
    enum avow_err err = AVOW_ERR_NOT_FOUND;
    log_builder_start(&log, "json");
    fill_policy(&policy);
    const struct avow_verdict verdict = verdict_on(&log);
    const struct avow_subject_file file = {.has_reference = true};
    const struct avow_facts facts = {.context = &err, .log = no_log};
    const struct avow_verdict_view view = {
        .verdict = &verdict, .file = &file, .policy = &policy, .facts = &facts, .detail = ""};
    char *text = avow_verdict_json_text(&view);
    assert_non_null(text);
    free(text);
    err = AVOW_ERR_IO;
    assert_null(avow_verdict_json_text(&view));
    log_builder_fini(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries),      cmocka_unit_test(test_parts),
        cmocka_unit_test(test_policy),       cmocka_unit_test(test_of_a_log),
        cmocka_unit_test(test_found),        cmocka_unit_test(test_stack),
        cmocka_unit_test(test_broken_facts),
    };
    json_set_alloc_funcs(malloc, free); /* so that its allocations fail too */
    return avow_crypto_init() == AVOW_OK ? cmocka_run_group_tests(tests, NULL, NULL) : EXIT_FAILURE;
}
