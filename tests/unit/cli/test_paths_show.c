/* Recognition paths in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/verify/paths_show.h"

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

static void print(const struct avow_policy *policy, const struct avow_recognised *recognised,
                  char **text)
{
    static const struct avow_evidence nothing;
    const struct avow_facts facts = avow_facts_from_evidence(&nothing);
    const struct avow_paths_view view = {
        .policy = policy, .facts = &facts, .recognised = recognised};
    size_t len = 0;
    FILE *file = open_memstream(text, &len);
    assert_non_null(file);
    avow_paths_show(file, &view, "", "");
    assert_int_equal(fclose(file), 0);
}

static void test_words(void **state)
{
    (void)state;
    struct avow_policy policy;
    struct avow_recognised recognised;
    char *text = NULL;
    fill(&policy, &recognised);
    print(&policy, &recognised, &text);
    /* From the issuer to the anchor. */
    const char *first = strstr(text, "(your anchor A), under the name School");
    const char *second = strstr(text, "which is recognised by");
    assert_non_null(first);
    assert_non_null(second);
    assert_true(first < second);
    assert_non_null(strstr(second, "(your anchor M), under the name Ag\\u{202e}ency"));
    assert_non_null(strstr(second, "it has ended since"));
    assert_non_null(strstr(text, "at EQF level 4"));
    assert_non_null(strstr(text, "They do not agree on its level"));
    assert_null(strstr(text, "further ways"));
    free(text);
    recognised.path_count = 1;
    recognised.end = AVOW_SEARCH_UNSEEN;
    print(&policy, &recognised, &text);
    assert_null(strstr(text, "They do not agree"));
    assert_non_null(strstr(text, "further ways"));
    free(text);
}

/* An issuer that is an anchor; and nobody at all. */
static void test_ends(void **state)
{
    (void)state;
    struct avow_policy policy;
    struct avow_recognised recognised;
    char *text = NULL;
    fill(&policy, &recognised);
    recognised.path_count = 1;
    recognised.paths[0] = (struct avow_recognition_path){.anchor = 1};
    print(&policy, &recognised, &text);
    assert_string_equal(text, "  recognised   it is itself (your anchor M)\n");
    free(text);
    recognised.path_count = 0;
    print(&policy, &recognised, &text);
    assert_string_equal(text, "");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
