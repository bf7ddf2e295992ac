/* avow.h: what each question gives; that nothing damaged is ever valid, nothing is valid without a
 * word on whom to rely, and a call leaves nothing behind. With AVOW_WRITE_VECTORS=1 the sample is
 * written to tests/vectors/embed; otherwise what is there must be the sample. */
#include "proto/avow.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "proto/crypto/ed25519.h"
#include "tests/support/alloc.h"
#include "tests/support/embed_sample.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct embed_sample sample;

static struct avow_question good_question(void)
{
    struct avow_question question = AVOW_QUESTION_INIT;
    question.evidence = sample.evidence.data;
    question.evidence_len = sample.evidence.len;
    question.badge = sample.badge.data;
    question.badge_len = sample.badge.len;
    question.policy = sample.policy.data;
    question.policy_len = sample.policy.len;
    question.now = EMBED_SAMPLE_NOW;
    return question;
}

static enum avow_verdict_word ask(const struct avow_question *question)
{
    struct avow_outcome *outcome;
    const enum avow_result result = avow_verify(question, &outcome);
    const enum avow_verdict_word word = avow_outcome_verdict(outcome);
    assert_true(result == AVOW_RESULT_OK || word == AVOW_VERDICT_UNKNOWN);
    assert_true((result == AVOW_RESULT_OK) == (avow_outcome_json(outcome) != NULL));
    avow_outcome_free(outcome);
    return word;
}

/* ------------------------------------------------------------------ questions */

static void as_it_is(struct avow_question *q)
{
    (void)q;
}
static void of_reference(struct avow_question *q)
{
    q->badge = sample.reference;
    q->badge_len = strlen(sample.reference);
}
static void no_policy(struct avow_question *q)
{
    q->policy = NULL;
    q->policy_len = 0;
}
static void empty_policy(struct avow_question *q)
{
    q->policy = "; nobody\n";
    q->policy_len = 9;
}
static void any_issuer(struct avow_question *q)
{
    no_policy(q);
    q->any_issuer = 1;
}
static void this_issuer(struct avow_question *q)
{
    no_policy(q);
    q->issuer = sample.issuer;
}
static void other_issuer(struct avow_question *q)
{
    q->issuer = sample.authority;
}
static void other_issuer_or_any(struct avow_question *q)
{
    other_issuer(q);
    q->any_issuer = 1;
}
static void revoked(struct avow_question *q)
{
    q->evidence = sample.revoked.data;
    q->evidence_len = sample.revoked.len;
}
static void revoked_before(struct avow_question *q)
{
    revoked(q);
    q->at = EMBED_SAMPLE_REVOKED - 100;
}
static void revoked_slow_clock(struct avow_question *q)
{
    revoked(q);
    q->now = EMBED_SAMPLE_REVOKED - 100;
}
static void clock_before_all(struct avow_question *q)
{
    q->now = 1000;
}
static void before_all(struct avow_question *q)
{
    q->at = EMBED_SAMPLE_TIME - 1;
}
static void other_region(struct avow_question *q)
{
    q->region = "PT-13";
}
static void strict_age(struct avow_question *q)
{
    static char text[512];
    q->policy_len = (size_t)snprintf(text, sizeof(text),
                                     "[policy]\nmax_age = 1h\n[anchor M]\n"
                                     "issuer = %s\n",
                                     sample.authority);
    q->policy = text;
}
/* The anchor is relied on elsewhere only; that a path must lead from it is not said. */
static void anchor_elsewhere(struct avow_question *q)
{
    static char text[512];
    q->policy_len = (size_t)snprintf(text, sizeof(text),
                                     "[policy]\nmax_age = 48h\n[anchor M]\n"
                                     "issuer = %s\nregions = KE\n",
                                     sample.authority);
    q->policy = text;
}
static void anchor_elsewhere_any_issuer(struct avow_question *q)
{
    anchor_elsewhere(q);
    q->any_issuer = 1;
}
static void no_evidence(struct avow_question *q)
{
    q->evidence = NULL;
    q->evidence_len = 0;
}
static void long_evidence(struct avow_question *q)
{
    q->evidence_len = AVOW_EVIDENCE_MAX + 1; /* not looked at */
}
static void cut_evidence(struct avow_question *q)
{
    q->evidence_len--;
}
static void cut_badge(struct avow_question *q)
{
    q->badge_len /= 2;
}
/* Questions that are answered. */
static const struct asked {
    const char *name;
    void (*change)(struct avow_question *question);
    enum avow_verdict_word word;
    const char *why, *said; /* part of the message */
} asked[] = {
    {"a policy that recognises", as_it_is, AVOW_VERDICT_VALID, "none", "active"},
    {"a reference", of_reference, AVOW_VERDICT_VALID, "none", ""},
    {"no policy", no_policy, AVOW_VERDICT_UNRECOGNISED, "no-policy", "nobody said"},
    {"a policy that says nothing", empty_policy, AVOW_VERDICT_UNRECOGNISED, "no-policy", ""},
    {"any issuer", any_issuer, AVOW_VERDICT_VALID, "none", ""},
    {"its issuer", this_issuer, AVOW_VERDICT_VALID, "none", ""},
    {"another issuer", other_issuer, AVOW_VERDICT_UNRECOGNISED, "other-issuer", ""},
    {"another issuer, or any", other_issuer_or_any, AVOW_VERDICT_UNRECOGNISED, "other-issuer", ""},
    {"revoked", revoked, AVOW_VERDICT_REVOKED, "status", "log says so"},
    {"before its revocation", revoked_before, AVOW_VERDICT_VALID, "none", ""},
    {"revoked, by a slow clock", revoked_slow_clock, AVOW_VERDICT_REVOKED, "status", ""},
    {"a clock that stands", clock_before_all, AVOW_VERDICT_UNKNOWN, "future", "clock"},
    {"before it was issued", before_all, AVOW_VERDICT_NOT_YET_VALID, "period", ""},
    {"another region", other_region, AVOW_VERDICT_VALID, "none", ""},
    {"older than the policy allows", strict_age, AVOW_VERDICT_UNKNOWN, "stale", "older"},
    {"no path", anchor_elsewhere, AVOW_VERDICT_UNRECOGNISED, "no-path", ""},
    {"no path, any issuer", anchor_elsewhere_any_issuer, AVOW_VERDICT_VALID, "none", ""},
    {"no evidence", no_evidence, AVOW_VERDICT_UNKNOWN, "evidence", "ends too early"},
    {"evidence over 1 MiB", long_evidence, AVOW_VERDICT_UNKNOWN, "evidence", "over 1 MiB"},
    {"evidence cut short", cut_evidence, AVOW_VERDICT_UNKNOWN, "evidence", "does not hold"},
    {"half a badge", cut_badge, AVOW_VERDICT_TAMPERED, "proof", "line"},
};

static void test_asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(asked); i++) {
        struct avow_question question = good_question();
        struct avow_outcome *outcome;
        asked[i].change(&question);
        if (avow_verify(&question, &outcome) != AVOW_RESULT_OK ||
            avow_outcome_verdict(outcome) != asked[i].word ||
            strcmp(avow_outcome_why(outcome), asked[i].why) != 0 ||
            strstr(avow_outcome_message(outcome), asked[i].said) == NULL)
            fail_msg("%s: %s, %s: %s", asked[i].name,
                     avow_verdict_text(avow_outcome_verdict(outcome)), avow_outcome_why(outcome),
                     avow_outcome_message(outcome));
        json_t *json = json_loads(avow_outcome_json(outcome), 0, NULL);
        assert_string_equal(json_string_value(json_object_get(json, "verdict")),
                            avow_verdict_text(asked[i].word));
        assert_string_equal(json_string_value(json_object_get(json, "why")), asked[i].why);
        json_decref(json);
        avow_outcome_free(outcome);
    }
}

static void not_begun(struct avow_question *q)
{
    q->size = 0;
}
static void no_clock(struct avow_question *q)
{
    q->now = 0;
}
static void milliseconds(struct avow_question *q)
{
    q->at = EMBED_SAMPLE_NOW * 1000;
}
static void no_text(struct avow_question *q)
{
    q->badge = NULL;
}
static void no_badge(struct avow_question *q)
{
    q->badge = NULL;
    q->badge_len = 0;
}
static void letter(struct avow_question *q)
{
    q->badge = "Dear Sir or Madam";
    q->badge_len = 17;
}
static void long_badge(struct avow_question *q)
{
    q->badge_len = AVOW_BADGE_MAX + 1; /* not looked at */
}
static void bad_policy(struct avow_question *q)
{
    q->policy = "[policy]\nmax_age = soon\n";
    q->policy_len = 24;
}
static void long_policy(struct avow_question *q)
{
    q->policy_len = AVOW_POLICY_MAX + 1; /* not looked at */
}
static void bad_region(struct avow_question *q)
{
    q->region = "Lisbon";
}
static void bad_issuer(struct avow_question *q)
{
    q->issuer = "Universidade de Teste";
}

/* Questions that are none. */
static const struct refused {
    const char *name;
    void (*change)(struct avow_question *question);
    enum avow_result result;
    const char *said;
} refused[] = {
    {"not begun", not_begun, AVOW_RESULT_ARGUMENT, "AVOW_QUESTION_INIT"},
    {"no clock", no_clock, AVOW_RESULT_ARGUMENT, "clock"},
    {"milliseconds", milliseconds, AVOW_RESULT_ARGUMENT, "seconds"},
    {"a length without a text", no_text, AVOW_RESULT_ARGUMENT, "length"},
    {"no badge", no_badge, AVOW_RESULT_BADGE, "it is empty"},
    {"a letter", letter, AVOW_RESULT_BADGE, "not a badge"},
    {"a badge over 1 MiB", long_badge, AVOW_RESULT_BADGE, "too large"},
    {"a policy with a fault", bad_policy, AVOW_RESULT_POLICY, "line 2: max_age"},
    {"a policy over 32 KiB", long_policy, AVOW_RESULT_POLICY, "32 KiB"},
    {"a region by its name", bad_region, AVOW_RESULT_ARGUMENT, "region"},
    {"an issuer by its name", bad_issuer, AVOW_RESULT_ARGUMENT, "issuer"},
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct avow_question question = good_question();
        struct avow_outcome *outcome;
        refused[i].change(&question);
        if (avow_verify(&question, &outcome) != refused[i].result ||
            avow_outcome_verdict(outcome) != AVOW_VERDICT_UNKNOWN ||
            avow_outcome_json(outcome) != NULL ||
            strstr(avow_outcome_message(outcome), refused[i].said) == NULL)
            fail_msg("%s: %s", refused[i].name, avow_outcome_message(outcome));
        avow_outcome_free(outcome);
    }
    assert_int_equal(avow_verify(NULL, NULL), AVOW_RESULT_ARGUMENT);
    assert_int_equal(ask(NULL), AVOW_VERDICT_UNKNOWN);
}

/* A program built with a later header: nothing that it asks for is passed over. */
static void test_later_header(void **state)
{
    (void)state;
    struct {
        struct avow_question question;
        char more[8];
    } later;
    memset(&later, 0, sizeof(later));
    later.question = good_question();
    later.question.size = sizeof(later);
    assert_int_equal(ask(&later.question), AVOW_VERDICT_VALID);
    later.more[7] = 1;
    assert_int_equal(ask(&later.question), AVOW_VERDICT_UNKNOWN);
}

/* ------------------------------------------------------------------ lists */

static void test_list(void **state)
{
    (void)state;
    struct avow_outcome *outcome;
    assert_int_equal(avow_list(sample.revoked.data, sample.revoked.len, &outcome), AVOW_RESULT_OK);
    assert_int_equal(avow_outcome_verdict(outcome), AVOW_VERDICT_UNKNOWN);
    json_t *json = json_loads(avow_outcome_json(outcome), 0, NULL);
    avow_outcome_free(outcome);
    const json_t *logs = json_object_get(json, "logs");
    assert_int_equal(json_array_size(logs), 2);
    size_t of_university = 0;
    const char *first = json_string_value(json_object_get(json_array_get(logs, 0), "issuer"));
    of_university = strcmp(first, sample.issuer) == 0 ? 0 : 1;
    const json_t *entries = json_object_get(json_array_get(logs, of_university), "entries");
    static const char *const kinds[] = {"inception", "achievement", "issue", "status"};
    assert_int_equal(json_array_size(entries), COUNT(kinds));
    for (size_t i = 0; i < COUNT(kinds); i++) {
        const json_t *entry = json_array_get(entries, i);
        assert_int_equal(json_integer_value(json_object_get(entry, "index")), i);
        assert_string_equal(json_string_value(json_object_get(entry, "kind")), kinds[i]);
    }
    assert_string_equal(json_string_value(json_object_get(json_array_get(entries, 2), "state")),
                        "revoked");
    json_decref(json);
}

static void test_list_refused(void **state)
{
    (void)state;
    struct avow_outcome *outcome;
    assert_int_equal(avow_list(sample.evidence.data, sample.evidence.len - 1, &outcome),
                     AVOW_RESULT_EVIDENCE);
    assert_null(avow_outcome_json(outcome));
    assert_non_null(strstr(avow_outcome_message(outcome), "ends too early"));
    avow_outcome_free(outcome);
    assert_int_equal(avow_list(NULL, 1, &outcome), AVOW_RESULT_ARGUMENT);
    avow_outcome_free(outcome);
    assert_int_equal(avow_list(NULL, 1, NULL), AVOW_RESULT_ARGUMENT);
}

/* ------------------------------------------------------------------ enemies */

static void damage(struct avow_buf *part, size_t stride)
{
    const struct avow_question question = good_question();
    for (size_t i = 0; i < part->len; i += stride) {
        part->data[i] ^= (uint8_t)(1U << i % 8);
        if (ask(&question) == AVOW_VERDICT_VALID)
            fail_msg("byte %zu does not matter", i);
        part->data[i] ^= (uint8_t)(1U << i % 8);
    }
    assert_int_equal(ask(&question), AVOW_VERDICT_VALID);
}

/* A bit of every byte of evidence, and of every seventh of a badge: test_subject.c has the others.
 */
static void test_damage(void **state)
{
    (void)state;
    damage(&sample.evidence, 1);
    damage(&sample.badge, 7);
}

/* ------------------------------------------------------------------ what a call leaves behind */

static enum avow_err as_err(enum avow_result result, const struct avow_outcome *outcome)
{
    assert_true(result == AVOW_RESULT_OK || avow_outcome_json(outcome) == NULL);
    if (result == AVOW_RESULT_MEMORY)
        return AVOW_ERR_NOMEM;
    return result == AVOW_RESULT_OK ? AVOW_OK : AVOW_ERR_INVALID;
}

static enum avow_err verify_once(void *context)
{
    struct avow_outcome *outcome;
    const enum avow_result result = avow_verify(context, &outcome);
    enum avow_err err = as_err(result, outcome);
    if (err == AVOW_OK && avow_outcome_verdict(outcome) != AVOW_VERDICT_VALID)
        err = AVOW_ERR_INVALID;
    avow_outcome_free(outcome);
    return err;
}

static enum avow_err list_once(void *context)
{
    struct avow_outcome *outcome;
    (void)context;
    const enum avow_result result = avow_list(sample.evidence.data, sample.evidence.len, &outcome);
    const enum avow_err err = as_err(result, outcome);
    avow_outcome_free(outcome);
    return err;
}

static bool seed_seen;

static void look(const void *block, size_t size)
{
    seed_seen = seed_seen || memmem(block, size, sample.seed, 16) != NULL ||
                memmem(block, size, "Xl5eXl5eXl5e", 12) != NULL;
}

static void test_memory(void **state)
{
    (void)state;
    struct avow_question question = good_question();
    assert_non_null(memmem(sample.badge.data, sample.badge.len, "Xl5eXl5eXl5e", 12));
    seed_seen = false;
    avow_alloc_watch(look);
    avow_alloc_sweep("verify", verify_once, &question);
    avow_alloc_watch(NULL);
    assert_false(seed_seen);
    avow_alloc_sweep("list", list_once, NULL);
}

static void test_process(void **state)
{
    (void)state;
    struct avow_question question = good_question();
    json_malloc_t malloc_before, malloc_after;
    json_free_t free_before, free_after;
    json_get_alloc_funcs(&malloc_before, &free_before);
    assert_int_equal(verify_once(&question), AVOW_OK);
    json_get_alloc_funcs(&malloc_after, &free_after);
    assert_ptr_equal(malloc_before, malloc_after);
    assert_ptr_equal(free_before, free_after);
}

struct asker {
    struct avow_question question;
    bool failed;
};

static void *ask_often(void *context)
{
    struct asker *asker = context;
    for (int i = 0; i < 20; i++)
        asker->failed = asker->failed || ask(&asker->question) != AVOW_VERDICT_VALID;
    return NULL;
}

/* Not thrd_create(), which ThreadSanitizer does not see. */
static void test_threads(void **state)
{
    (void)state;
    pthread_t threads[4];
    struct asker askers[COUNT(threads)];
    for (size_t i = 0; i < COUNT(threads); i++) {
        askers[i] = (struct asker){.question = good_question()};
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, &askers[i]), 0);
    }
    for (size_t i = 0; i < COUNT(threads); i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_false(askers[i].failed);
    }
}

/* What avow.h promises; sanitizers take more. */
#ifdef AVOW_SANITIZED
#define STACK_BYTES ((size_t)4 << 20)
#else
#define STACK_BYTES ((size_t)256 << 10)
#endif

static void *ask_in_little_room(void *context)
{
    static char deep[256] = "{\"type\": \"urn:avow:RegistryEntry\", \"a\": ";
    struct avow_question question = good_question();
    if (ask(&question) == AVOW_VERDICT_VALID)
        *(bool *)context = true;
    memset(deep + strlen(deep), '[', 63);
    question.badge = deep;
    question.badge_len = strlen(deep);
    if (ask(&question) == AVOW_VERDICT_VALID)
        *(bool *)context = false;
    return NULL;
}

static void test_stack(void **state)
{
    (void)state;
    pthread_attr_t attributes;
    pthread_t thread;
    bool good = false;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstacksize(&attributes, STACK_BYTES), 0);
    assert_int_equal(pthread_create(&thread, &attributes, ask_in_little_room, &good), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(pthread_attr_destroy(&attributes), 0);
    assert_true(good);
}

/* ------------------------------------------------------------------ numbers */

static const struct word_row {
    enum avow_verdict_word word;
    int number;
    const char *text;
    int status;
} word_rows[] = {
    {AVOW_VERDICT_UNKNOWN, 0, "unknown", 3},
    {AVOW_VERDICT_VALID, 1, "valid", 0},
    {AVOW_VERDICT_TAMPERED, 2, "tampered", 1},
    {AVOW_VERDICT_DISPUTED, 3, "disputed", 1},
    {AVOW_VERDICT_REVOKED, 4, "revoked", 1},
    {AVOW_VERDICT_EXPIRED, 5, "expired", 1},
    {AVOW_VERDICT_NOT_YET_VALID, 6, "not-yet-valid", 1},
    {AVOW_VERDICT_SUPERSEDED, 7, "superseded", 1},
    {AVOW_VERDICT_SUSPENDED, 8, "suspended", 1},
    {AVOW_VERDICT_UNRECOGNISED, 9, "unrecognised", 1},
    {(enum avow_verdict_word)10, 10, "unknown", 3},
    {(enum avow_verdict_word)255, 255, "unknown", 3},
};

static void test_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(word_rows); i++) {
        assert_int_equal(word_rows[i].word, word_rows[i].number);
        assert_string_equal(avow_verdict_text(word_rows[i].word), word_rows[i].text);
        assert_int_equal(avow_verdict_exit(word_rows[i].word), word_rows[i].status);
    }
}

static void test_results(void **state)
{
    (void)state;
    static const enum avow_result results[] = {
        AVOW_RESULT_OK,    AVOW_RESULT_MEMORY, AVOW_RESULT_CRYPTO,   AVOW_RESULT_ARGUMENT,
        AVOW_RESULT_BADGE, AVOW_RESULT_POLICY, AVOW_RESULT_EVIDENCE,
    };
    for (size_t i = 0; i < COUNT(results); i++) {
        assert_int_equal(results[i], i);
        assert_string_not_equal(avow_result_text(results[i]), avow_result_text(99));
    }
    assert_string_equal(avow_outcome_message(NULL), "");
    assert_string_equal(avow_outcome_why(NULL), "none");
    assert_null(avow_outcome_json(NULL));
    avow_outcome_free(NULL);
}

/* ------------------------------------------------------------------ the sample, for the examples
 */

static void same_file(const char *name, const struct avow_buf *bytes, bool write)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), AVOW_TEST_VECTORS "/embed/%s", name);
    FILE *file = fopen(path, write ? "wb" : "rb");
    assert_non_null(file);
    if (write) {
        assert_int_equal(fwrite(bytes->data, 1, bytes->len, file), bytes->len);
    } else {
        char *there = malloc(bytes->len + 1);
        assert_non_null(there);
        assert_int_equal(fread(there, 1, bytes->len + 1, file), bytes->len);
        assert_memory_equal(there, bytes->data, bytes->len);
        free(there);
    }
    assert_int_equal(fclose(file), 0);
}

static void test_sample(void **state)
{
    (void)state;
    const bool write = getenv("AVOW_WRITE_VECTORS") != NULL;
    same_file("badge.json", &sample.badge, write);
    same_file("policy.ini", &sample.policy, write);
    same_file("evidence", &sample.evidence, write);
    same_file("evidence-revoked", &sample.revoked, write);
}

static int make_sample(void **state)
{
    (void)state;
    return avow_crypto_init() == AVOW_OK && embed_sample_make(&sample) ? 0 : -1;
}

static int drop_sample(void **state)
{
    (void)state;
    embed_sample_fini(&sample);
    return 0;
}

int main(void)
{
    json_set_alloc_funcs(malloc, free); /* to be seen: tests/support/alloc.h */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asked),        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_later_header), cmocka_unit_test(test_list),
        cmocka_unit_test(test_list_refused), cmocka_unit_test(test_damage),
        cmocka_unit_test(test_memory),       cmocka_unit_test(test_process),
        cmocka_unit_test(test_threads),      cmocka_unit_test(test_words),
        cmocka_unit_test(test_stack),        cmocka_unit_test(test_results),
        cmocka_unit_test(test_sample),
    };
    return cmocka_run_group_tests(tests, make_sample, drop_sample);
}
