/* The whole table of verdicts: from whole logs and from evidence the same word for the same reason,
 * and from less evidence never a better one. */
#include "proto/trust/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/verdict_scene.h"

static struct verdict_scene scene, less;
static struct avow_verdict online, offline;

/* What is shown beside the word is all that is left out when the word alone is asked for. */
static void judge_word(const struct verdict_scene *judged, const struct avow_facts *facts,
                       const struct avow_verdict *whole)
{
    static struct avow_verdict word;
    struct avow_subject subject = judged->subject;
    subject.word_only = true;
    assert_int_equal(avow_judge(facts, &judged->policy, &subject, judged->now, judged->at, &word),
                     AVOW_OK);
    assert_int_equal(word.word, whole->word);
    assert_int_equal(word.why, whole->why);
    assert_int_equal(word.checked, whole->checked);
    assert_int_equal(word.degraded, whole->degraded);
    assert_int_equal(word.has_state, whole->has_state);
    assert_int_equal(word.recognised.path_count, whole->recognised.path_count);
    assert_false(word.has_witnessed_at);
}

static void judge(struct verdict_scene *judged, const struct avow_facts *facts,
                  struct avow_verdict *verdict)
{
    assert_int_equal(
        avow_judge(facts, &judged->policy, &judged->subject, judged->now, judged->at, verdict),
        AVOW_OK);
    assert_int_equal(verdict->checked & verdict->unchecked, 0);
    judge_word(judged, facts, verdict);
}

/* False if the evidence does not hold. What `verdict` views is gone. */
static bool judge_evidence(struct verdict_scene *judged, struct avow_verdict *verdict)
{
    struct avow_buf out;
    struct avow_evidence evidence;
    enum avow_reject reject;
    verdict_scene_evidence(judged, &out);
    assert_int_equal(avow_evidence_check(avow_buf_bytes(&out), &evidence, &reject), AVOW_OK);
    if (reject == AVOW_ACCEPT) {
        const struct avow_facts facts = avow_facts_from_evidence(&evidence);
        judge(judged, &facts, verdict);
    }
    avow_evidence_fini(&evidence);
    avow_buf_fini(&out);
    return reject == AVOW_ACCEPT;
}

static void expect(const struct avow_verdict *verdict, const char *source)
{
    if (verdict->word != scene.word || verdict->why != scene.why)
        fail_msg("%s, from %s: %s (%s)", scene.name, source, avow_word_name(verdict->word),
                 avow_why_name(verdict->why));
}

/* All that is told beside the word. */
static void expect_same(void)
{
    const char *name = scene.name;
    if (online.checked != offline.checked || online.fork != offline.fork ||
        online.degraded != offline.degraded || online.age_s != offline.age_s)
        fail_msg("%s: other findings", name);
    if (online.has_state != offline.has_state || online.state != offline.state ||
        online.reason != offline.reason || online.since != offline.since ||
        online.later_count != offline.later_count ||
        memcmp(online.later, offline.later, online.later_count * sizeof(online.later[0])) != 0)
        fail_msg("%s: other states", name);
    if (online.component_count != offline.component_count)
        fail_msg("%s: other components", name);
    for (size_t i = 0; i < online.component_count; i++) {
        if (online.components[i].word != offline.components[i].word ||
            online.components[i].why != offline.components[i].why)
            fail_msg("%s: another component %zu", name, i);
    }
    if (online.recognised.path_count != offline.recognised.path_count ||
        online.recognised.end != offline.recognised.end)
        fail_msg("%s: other paths", name);
}

static void test_table(void **state)
{
    (void)state;
    bool words[AVOW_WORD_COUNT] = {false};
    bool whys[AVOW_WHY_COUNT] = {false};
    const size_t count = verdict_scene_count();
    assert_true(count >= 300);
    for (size_t i = 0; i < count; i++) {
        verdict_scene_make(i, &scene);
        if (!judge_evidence(&scene, &offline))
            fail_msg("%s: evidence that does not hold", scene.name);
        expect(&offline, "evidence");
        const struct avow_facts facts = verdict_scene_facts(&scene);
        judge(&scene, &facts, &online);
        if (!scene.hides) {
            expect(&online, "whole logs");
            expect_same();
        } else if (offline.word == AVOW_WORD_VALID) {
            assert_int_equal(online.word, AVOW_WORD_VALID);
        }
        words[offline.word] = whys[offline.why] = true;
    }
    whys[AVOW_WHY_ABANDONED] = true;                             /* evidence cannot say it */
    whys[AVOW_WHY_UNREACHABLE] = whys[AVOW_WHY_EVIDENCE] = true; /* nor these, no verdict does */
    /* And these say that nobody relies on what is valid: avow.h, which test_avow.c tries. */
    whys[AVOW_WHY_NO_POLICY] = whys[AVOW_WHY_OTHER_ISSUER] = true;
    for (unsigned word = 0; word < AVOW_WORD_COUNT; word++) {
        if (!words[word])
            fail_msg("no case is %s", avow_word_name(word));
    }
    for (unsigned why = 0; why < AVOW_WHY_COUNT; why++) {
        if (!whys[why])
            fail_msg("no case is because of %s", avow_why_name(why));
    }
}

/* Names are how a failure is found. */
static void test_names(void **state)
{
    (void)state;
    const size_t count = verdict_scene_count();
    char(*names)[sizeof(scene.name)] = calloc(count, sizeof(scene.name));
    assert_non_null(names);
    for (size_t i = 0; i < count; i++) {
        verdict_scene_make(i, &scene);
        memcpy(names[i], scene.name, sizeof(scene.name));
        for (size_t n = 0; n < i; n++) {
            if (strcmp(names[n], names[i]) == 0)
                fail_msg("two are \"%s\"", names[i]);
        }
    }
    free(names);
}

/* ------------------------------------------------------------------ less evidence */

/* Takes the nth piece out of a plan, counted on from what came before: an entry, a chunk, a
 * cosignature, the first witness. Forks are no such pieces: that there is none is never proved. */
static bool take_out(struct proof_plan *plan, size_t *n)
{
    if (*n < plan->entry_count) {
        plan->entry_count--;
        memmove(&plan->entries[*n], &plan->entries[*n + 1],
                (plan->entry_count - *n) * sizeof(plan->entries[0]));
        return true;
    }
    *n -= plan->entry_count;
    if (*n < plan->chunk_count) {
        plan->chunk_count = 0; /* none has two */
        return true;
    }
    *n -= plan->chunk_count;
    if (*n < plan->line_count) {
        plan->lines[*n] = plan->lines[--plan->line_count];
        return true;
    }
    *n -= plan->line_count;
    if (*n == 0 && plan->has_first) {
        plan->has_first = false;
        return true;
    }
    *n -= plan->has_first ? 1 : 0;
    return false;
}

/* Without its nth piece; false when there are no more. A log as a whole is the last of each. */
static bool make_less(size_t n)
{
    less = scene;
    for (size_t i = 0; i < less.plan_count; i++) {
        if (take_out(&less.plans[i], &n))
            return true;
        if (n-- == 0) {
            less.plans[i] = less.plans[--less.plan_count];
            return true;
        }
    }
    return false;
}

/* On a forked log a record that the map has as active may have been suspended and reinstated: that
 * it was is shown by entries that can be left out, as the fork itself can. */
static bool rests_on_moves_of_a_fork(void)
{
    const struct proof_plan *plan = &scene.plans[0];
    return scene.plan_count > 0 && plan->fork_count > 0 && scene.subject.index < plan->log->count &&
           plan->log->rows[scene.subject.index].status == AVOW_STATUS_ACTIVE &&
           scene.word == AVOW_WORD_SUSPENDED;
}

/* Valid, and nothing to say against it. */
static bool is_best(const struct avow_verdict *verdict)
{
    return verdict->word == AVOW_WORD_VALID && !verdict->degraded;
}

static void test_less_is_never_more(void **state)
{
    (void)state;
    const size_t count = verdict_scene_count();
    for (size_t i = 0; i < count; i++) {
        verdict_scene_make(i, &scene);
        assert_true(judge_evidence(&scene, &offline));
        const size_t paths = offline.recognised.path_count;
        if (scene.why == AVOW_WHY_BUDGET || rests_on_moves_of_a_fork())
            continue;
        const bool best = is_best(&offline);
        for (size_t n = 0; make_less(n); n++) {
            if (less.subject.component_count > 0)
                less.subject.components = less.components;
            if (!judge_evidence(&less, &offline))
                continue;
            if (!best && is_best(&offline))
                fail_msg("%s: valid without piece %zu", scene.name, n);
            if (offline.recognised.path_count > paths)
                fail_msg("%s: a path without piece %zu", scene.name, n);
        }
    }
}

static int make_scenes(void **state)
{
    (void)state;
    if (avow_crypto_init() != AVOW_OK)
        return -1;
    verdict_scenes_init();
    return 0;
}

static int drop_scenes(void **state)
{
    (void)state;
    verdict_scenes_fini();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_less_is_never_more),
    };
    return cmocka_run_group_tests(tests, make_scenes, drop_scenes);
}
