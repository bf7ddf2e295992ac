/* Recognition paths as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/json/paths.h"

#include "proto/codec/id.h"

#include <stdlib.h>

static const struct avow_hash agency = {{1}};
static const struct avow_hash ministry = {{2}};

/* By an agency, and by the agency through a ministry, who puts the level higher. */
static void fill(struct avow_policy *policy, struct avow_recognised *recognised)
{
    static const uint8_t everything[] = {0x80};
    avow_policy_init(policy);
    assert_int_equal(
        avow_policy_add_anchor(policy, avow_bytes_text("A"), &agency, avow_bytes(everything, 1)),
        AVOW_ACCEPT);
    assert_int_equal(
        avow_policy_add_anchor(policy, avow_bytes_text("M"), &ministry, avow_bytes(everything, 1)),
        AVOW_ACCEPT);
    const struct avow_path_step own = {.issuer = agency,
                                       .index = 5,
                                       .role = AVOW_ROLE_ISSUER,
                                       .stands = true,
                                       .subject_name = avow_bytes_text("School")};
    const struct avow_path_step far = {.issuer = ministry,
                                       .index = 7,
                                       .role = AVOW_ROLE_AUTHORITY,
                                       .subject_name = avow_bytes_text("Ag\xe2\x80\xae"
                                                                       "ency")};
    *recognised = (struct avow_recognised){.end = AVOW_SEARCH_WHOLE, .path_count = 2};
    recognised->paths[0] = (struct avow_recognition_path){.anchor = 0,
                                                          .count = 1,
                                                          .steps = {own},
                                                          .framework = avow_bytes_text("EQF"),
                                                          .level = avow_bytes_text("4")};
    recognised->paths[1] = (struct avow_recognition_path){.anchor = 1,
                                                          .count = 2,
                                                          .steps = {far, own},
                                                          .framework = avow_bytes_text("EQF"),
                                                          .level = avow_bytes_text("5")};
}

static void test_json(void **state)
{
    (void)state;
    struct avow_policy policy;
    struct avow_recognised recognised;
    char a[AVOW_ISSUER_TEXT_MAX], m[AVOW_ISSUER_TEXT_MAX], expected[2048];
    fill(&policy, &recognised);
    avow_id_issuer_text(&agency, a);
    avow_id_issuer_text(&ministry, m);
    const struct avow_evidence nothing = {0};
    const struct avow_facts facts = avow_facts_from_evidence(&nothing);
    const struct avow_paths_view view = {
        .policy = &policy, .facts = &facts, .recognised = &recognised};
    (void)snprintf(
        expected, sizeof(expected),
        "{\"paths\":[[{\"issuer\":\"%s\",\"index\":5,\"role\":\"issuer\",\"name\":null,"
        "\"subject_name\":\"School\",\"stands\":true}],"
        "[{\"issuer\":\"%s\",\"index\":7,\"role\":\"authority\",\"name\":null,"
        "\"subject_name\":\"Ag\xe2\x80\xae"
        "ency\",\"stands\":false},"
        "{\"issuer\":\"%s\",\"index\":5,\"role\":\"issuer\",\"name\":null,"
        "\"subject_name\":\"School\",\"stands\":true}]],"
        "\"path_details\":[{\"anchor\":\"A\",\"anchor_issuer\":\"%s\",\"level\":{\"framework\":"
        "\"EQF\",\"value\":\"4\"}},{\"anchor\":\"M\",\"anchor_issuer\":\"%s\",\"level\":"
        "{\"framework\":\"EQF\",\"value\":\"5\"}}],\"level\":{\"framework\":\"EQF\","
        "\"value\":\"4\"}}",
        a, m, a, a, m);
    bool ok = true;
    json_t *object = json_object();
    avow_paths_put(&view, object, &ok);
    assert_true(ok);
    char *text = json_dumps(object, JSON_COMPACT);
    assert_string_equal(text, expected);
    free(text);
    json_decref(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
