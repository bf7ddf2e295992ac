/* A verdict as JSON: what scripts depend on, word for word; and that evidence has no
 * spare bit. */
#include "proto/json/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/codec/id.h"
#include "tests/support/log_prover.h"

#define T0 LOG_BUILDER_T0 /* 2026-09-21T14:13:20Z */

struct scene {
    struct log_builder log;
    struct avow_buf bytes;
    struct avow_evidence evidence;
    struct avow_facts facts;
    struct avow_policy policy;
    struct avow_subject_file file;
    struct avow_verdict verdict;
};

/* Entries 0 and 1, an achievement, two credentials; with `revoked`, the first of them is. */
static void scene_init(struct scene *scene, bool revoked)
{
    *scene = (struct scene){0};
    log_builder_start(&scene->log, "verdict");
    const uint64_t achievement = log_builder_add_achievement(&scene->log, "DA-101", "Data \"A\"");
    const uint64_t index = log_builder_add_issue(&scene->log, achievement);
    (void)log_builder_add_issue(&scene->log, achievement);
    uint64_t indices[] = {achievement, index, 0};
    scene->log.t = T0 + 60;
    if (revoked)
        indices[2] = log_builder_add_status(&scene->log, index, AVOW_STATUS_REVOKED,
                                            AVOW_REASON_FRAUD, LOG_BUILDER_NONE);
    avow_buf_init(&scene->bytes, AVOW_EVIDENCE_BYTES_MAX);
    log_prover_evidence(&scene->log, T0 + 100, indices, revoked ? 3 : 2, &scene->bytes);
    enum avow_reject reject;
    const enum avow_err err =
        avow_evidence_check(avow_buf_bytes(&scene->bytes), &scene->evidence, &reject);
    assert_int_equal(err, AVOW_OK);
    assert_string_equal(avow_reject_text(reject), "accepted");
    scene->file.has_reference = true;
    scene->file.subject.issuer = scene->log.state.chain.issuer;
    scene->file.subject.index = index;
    avow_policy_init(&scene->policy);
}

static void scene_fini(struct scene *scene)
{
    avow_evidence_fini(&scene->evidence);
    avow_buf_fini(&scene->bytes);
    log_builder_fini(&scene->log);
}

static struct avow_verdict_view judge(struct scene *scene, uint64_t now)
{
    scene->facts = avow_facts_from_evidence(&scene->evidence);
    assert_int_equal(
        avow_judge(&scene->facts, &scene->policy, &scene->file.subject, now, now, &scene->verdict),
        AVOW_OK);
    return (struct avow_verdict_view){
        .verdict = &scene->verdict,
        .file = &scene->file,
        .policy = &scene->policy,
        .facts = &scene->facts,
        .now = now,
        .at = now,
        .detail = scene->file.reason,
    };
}

static void assert_json(const struct avow_verdict_view *view, const char *expected)
{
    json_t *json = avow_verdict_json(view);
    assert_non_null(json);
    char *text = json_dumps(json, JSON_COMPACT);
    assert_string_equal(text, expected);
    free(text);
    json_decref(json);
}

#define ID "@ID@"

/* The issuer's id is a hash: it stands as ID in what is expected. */
static char *with_id(const struct scene *scene, const char *expected)
{
    char id[AVOW_ISSUER_TEXT_MAX];
    avow_id_issuer_text(&scene->log.state.chain.issuer, id);
    struct avow_buf text;
    avow_buf_init(&text, 8192);
    for (const char *at; (at = strstr(expected, ID)) != NULL; expected = at + strlen(ID)) {
        avow_buf_append(&text, expected, (size_t)(at - expected));
        avow_buf_append(&text, id, strlen(id));
    }
    avow_buf_append(&text, expected, strlen(expected) + 1);
    assert_int_equal(text.err, AVOW_OK);
    return (char *)text.data;
}

struct json_case {
    const char *name;
    bool revoked;
    uint64_t now;
    const char *expected;
};

#define ISSUER_JSON                                                                                \
    "\"reference\":\"" ID "/3\",\"issuer\":{\"id\":\"" ID "\",\"name\":\"Universidade de Teste\"," \
    "\"jurisdiction\":\"PT-13\"},\"achievement\":{\"index\":2,\"title\":\"Data \\\"A\\\"\","       \
    "\"code\":\"DA-101\"},"
#define DETAILS_JSON                                                                               \
    "\"recognised\":null,\"paths\":[],\"path_details\":[],\"level\":null,\"components\":[],"       \
    "\"cascade\":null,\"degraded\":false,\"later\":[],\"fork\":null}"
#define CHECKS_JSON                                                                                \
    "\"checked\":[\"log\",\"status\",\"dates\",\"freshness\"],"                                    \
    "\"unchecked\":[\"document\",\"commitment\",\"signer\",\"witnesses\",\"recognition\","         \
    "\"components\"]," DETAILS_JSON

static const struct json_case json_cases[] = {
    {"valid", false, T0 + 140,
     "{\"verdict\":\"valid\",\"why\":\"none\",\"detail\":null," ISSUER_JSON
     "\"state\":\"active\",\"reason\":null,\"since\":null,\"successor\":null,"
     "\"valid_from\":\"2026-09-21T14:13:20Z\",\"valid_until\":null,"
     "\"checkpoint\":{\"epoch\":0,\"size\":5,\"time\":\"2026-09-21T14:15:00Z\","
     "\"age_seconds\":30},\"witnessed_at\":\"2026-09-21T14:15:20Z\","
     "\"at\":\"2026-09-21T14:15:40Z\"," CHECKS_JSON},
    {"revoked, and stale", true, T0 + 110 + 86401,
     "{\"verdict\":\"revoked\",\"why\":\"status\",\"detail\":null," ISSUER_JSON
     "\"state\":\"revoked\",\"reason\":\"fraud\",\"since\":\"2026-09-21T14:14:20Z\","
     "\"successor\":null,\"valid_from\":\"2026-09-21T14:13:20Z\",\"valid_until\":null,"
     "\"checkpoint\":{\"epoch\":0,\"size\":6,\"time\":\"2026-09-21T14:15:00Z\","
     "\"age_seconds\":86401},\"witnessed_at\":\"2026-09-21T14:15:20Z\","
     "\"at\":\"2026-09-22T14:15:11Z\"," CHECKS_JSON},
};

static void test_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(json_cases) / sizeof(json_cases[0]); i++) {
        struct scene scene;
        scene_init(&scene, json_cases[i].revoked);
        const struct avow_verdict_view view = judge(&scene, json_cases[i].now);
        char *expected = with_id(&scene, json_cases[i].expected);
        assert_json(&view, expected);
        free(expected);
        scene_fini(&scene);
    }
}

/* Damaged beyond its reference, and no log at hand: still tampered, and the rest is null. */
static void test_json_of_nothing(void **state)
{
    (void)state;
    struct scene scene = {0};
    avow_policy_init(&scene.policy);
    scene.file.subject.has_document = true;
    (void)snprintf(scene.file.reason, sizeof(scene.file.reason), "ends too early");
    const struct avow_verdict_view view = judge(&scene, T0);
    assert_json(&view,
                "{\"verdict\":\"tampered\",\"why\":\"proof\",\"detail\":\"ends too early\","
                "\"reference\":null,\"issuer\":{\"id\":null,\"name\":null,\"jurisdiction\":null},"
                "\"achievement\":null,\"state\":null,\"reason\":null,\"since\":null,"
                "\"successor\":null,\"valid_from\":null,\"valid_until\":null,\"checkpoint\":null,"
                "\"witnessed_at\":null,\"at\":\"2026-09-21T14:13:20Z\",\"checked\":[\"document\"],"
                "\"unchecked\":[\"commitment\",\"signer\",\"log\",\"status\",\"dates\","
                "\"freshness\",\"witnesses\",\"recognition\",\"components\"]," DETAILS_JSON);
}

/* No bit of evidence is spare. */
static void test_evidence_bits(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene, true);
    for (size_t bit = 0; bit < scene.bytes.len * 8; bit++) {
        struct avow_evidence evidence;
        enum avow_reject reject;
        scene.bytes.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        const enum avow_err err =
            avow_evidence_check(avow_buf_bytes(&scene.bytes), &evidence, &reject);
        if (err != AVOW_OK || reject == AVOW_ACCEPT)
            fail_msg("bit %zu of byte %zu, flipped, was not noticed", bit % 8, bit / 8);
        avow_evidence_fini(&evidence);
        scene.bytes.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    scene_fini(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_of_nothing),
        cmocka_unit_test(test_evidence_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
