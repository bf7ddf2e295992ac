/* `avow verify --offline --json` and avow_verify() give the same answer, byte for byte, and the
 * same exit status: for every case of the table of verdicts, and for badges and evidence that are
 * whole, cut or of something else. The program reads the clock, so its answer must be the library's
 * at one of the seconds in which it ran. */
#include "proto/avow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/codec/time.h"
#include "proto/crypto/ed25519.h"
#include "tests/support/embed_sample.h"
#include "tests/support/verdict_scene.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ANSWER_MAX ((size_t)1 << 20)

/* What both are given. */
struct call {
    const char *name;
    struct avow_bytes badge, evidence, policy; /* the policy empty: none */
    uint64_t at;                               /* 0: not asked */
    const char *region;
};

static char folder[] = "/tmp/avow-same-XXXXXX";
static char printed[ANSWER_MAX];
static size_t words[AVOW_VERDICT_UNRECOGNISED + 1]; /* how often each was the answer */

static void put_file(const char *name, struct avow_bytes bytes)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.data, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
}

/* What the program prints, in `printed`, and its exit status. */
static int run_program(const struct call *call)
{
    char command[1024], at[64] = "", region[64] = "";
    char time[AVOW_TIME_TEXT_LEN + 1];
    put_file("badge", call->badge);
    put_file("evidence", call->evidence);
    put_file("policy", call->policy);
    if (call->at != 0) {
        avow_time_format(call->at, time);
        (void)snprintf(at, sizeof(at), "--at %s", time);
    }
    if (call->region != NULL)
        (void)snprintf(region, sizeof(region), "--region %s", call->region);
    (void)snprintf(
        command, sizeof(command),
        "cd %s && AVOW_HOME=%s %s verify --json --offline evidence %s %s %s badge 2>/dev/null",
        folder, folder, AVOW_PROGRAM, call->policy.len > 0 ? "--policy policy" : "", at, region);
    FILE *pipe = popen(command, "r"); /* NOLINT(cert-env33-c): names are this test's own */
    assert_non_null(pipe);
    const size_t len = fread(printed, 1, sizeof(printed) - 1, pipe);
    printed[len] = '\0';
    const int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Whether the library says the same at this second. */
static bool same(const struct call *call, uint64_t now, int status)
{
    struct avow_question question = AVOW_QUESTION_INIT;
    struct avow_outcome *outcome;
    question.badge = call->badge.data;
    question.badge_len = call->badge.len;
    question.evidence = call->evidence.data;
    question.evidence_len = call->evidence.len;
    question.policy = call->policy.data;
    question.policy_len = call->policy.len;
    question.region = call->region;
    question.any_issuer = 1; /* as the program does without a policy */
    question.now = now;
    question.at = call->at;
    const bool judged = avow_verify(&question, &outcome) == AVOW_RESULT_OK;
    const enum avow_verdict_word word = avow_outcome_verdict(outcome);
    const char *json = judged ? avow_outcome_json(outcome) : "";
    const size_t len = strlen(json);
    const bool alike = status == (judged ? avow_verdict_exit(word) : 2) &&
                       strlen(printed) == (judged ? len + 1 : 0) &&
                       memcmp(printed, json, len) == 0 && (!judged || printed[len] == '\n');
    words[word] += alike && judged;
    avow_outcome_free(outcome);
    return alike;
}

static void compare(const struct call *call)
{
    const uint64_t before = (uint64_t)time(NULL);
    const int status = run_program(call);
    const uint64_t after = (uint64_t)time(NULL);
    for (uint64_t now = before; now <= after; now++) {
        if (same(call, now, status))
            return;
    }
    fail_msg("%s: the library does not say: exit %d, %s", call->name, status, printed);
}

/* Cases are judged as of their own moments; nothing in them is too old. */
static void test_table(void **state)
{
    (void)state;
    static struct verdict_scene scene;
    memset(words, 0, sizeof(words));
    for (size_t i = 0; i < verdict_scene_count(); i++) {
        char reference[AVOW_REFERENCE_TEXT_MAX];
        struct avow_buf evidence, policy;
        verdict_scene_make(i, &scene);
        verdict_scene_evidence(&scene, &evidence);
        scene.policy.max_age_s = AVOW_POLICY_AGE_MAX_S;
        avow_buf_init(&policy, AVOW_POLICY_BYTES_MAX);
        avow_policy_write(&policy, &scene.policy);
        avow_id_reference_text(&scene.subject.issuer, scene.subject.index, reference);
        const struct call call = {
            .name = scene.name,
            .badge = avow_bytes_text(reference),
            .evidence = avow_buf_bytes(&evidence),
            .policy = avow_buf_bytes(&policy),
            .at = scene.at,
        };
        compare(&call);
        avow_buf_fini(&evidence);
        avow_buf_fini(&policy);
    }
    size_t kinds = 0;
    for (size_t i = 0; i < COUNT(words); i++)
        kinds += words[i] > 0;
    assert_true(kinds >= 5);
}

static void test_badges(void **state)
{
    (void)state;
    struct embed_sample sample;
    assert_true(embed_sample_make(&sample));
    const struct avow_bytes badge = avow_buf_bytes(&sample.badge),
                            evidence = avow_buf_bytes(&sample.evidence),
                            revoked = avow_buf_bytes(&sample.revoked),
                            policy = avow_buf_bytes(&sample.policy), none = avow_bytes(NULL, 0),
                            half = avow_bytes(badge.data, badge.len / 2),
                            cut = avow_bytes(evidence.data, evidence.len - 1),
                            letter = avow_bytes_text("Dear Sir or Madam"),
                            other = avow_bytes_text("[policy]\nmax_age = soon\n");
    const struct call calls[] = {
        {"whole", badge, evidence, policy, 0, NULL},
        {"no policy: too old", badge, evidence, none, 0, NULL},
        {"in another region", badge, evidence, policy, 0, "PT-13"},
        {"in no region", badge, evidence, policy, 0, "Lisbon"},
        {"revoked", badge, revoked, policy, 0, NULL},
        {"before that", badge, revoked, policy, EMBED_SAMPLE_REVOKED - 1, NULL},
        {"before all", badge, evidence, policy, EMBED_SAMPLE_TIME - 1, NULL},
        {"long from now", badge, evidence, policy, UINT64_C(4102444800), NULL},
        {"half a badge", half, evidence, policy, 0, NULL},
        {"evidence cut short", badge, cut, policy, 0, NULL},
        {"empty evidence", badge, none, policy, 0, NULL},
        {"half a badge, no evidence", half, none, policy, 0, NULL},
        {"evidence that is a badge", badge, badge, policy, 0, NULL},
        {"a letter", letter, evidence, policy, 0, NULL},
        {"nothing", none, evidence, policy, 0, NULL},
        {"a policy with a fault", badge, evidence, other, 0, NULL},
    };
    memset(words, 0, sizeof(words));
    for (size_t i = 0; i < COUNT(calls); i++)
        compare(&calls[i]);
    assert_true(words[AVOW_VERDICT_VALID] == 4 && words[AVOW_VERDICT_REVOKED] == 1);
    embed_sample_fini(&sample);
}

static int begin(void **state)
{
    (void)state;
    if (avow_crypto_init() != AVOW_OK || mkdtemp(folder) == NULL)
        return -1;
    verdict_scenes_init();
    return 0;
}

static int end(void **state)
{
    (void)state;
    static const char *const names[] = {"badge", "evidence", "policy"};
    char path[256];
    verdict_scenes_fini();
    for (size_t i = 0; i < COUNT(names); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_badges),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
