/* What the library frees holds nothing of a badge: neither its seed, as text or as bytes, nor its
 * learner; however far the reading came. */
#include "proto/credential/badge.h"
#include "proto/credential/integrity.h"
#include "proto/trust/subject.h"
#include "tests/support/alloc.h"
#include "tests/support/sample_badge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/codec/base64.h"
#include "proto/codec/json.h"

#define PART 12 /* bytes that tell a secret, wherever in it they stand */

struct secret {
    const char *name;
    struct avow_bytes bytes;
};
static struct secret secrets[3];
static size_t secret_count = 3; /* of them that are looked for */
static const char *found;

static void look(const void *block, size_t size)
{
    for (size_t i = 0; i < secret_count; i++) {
        const struct avow_bytes bytes = secrets[i].bytes;
        for (size_t at = 0; at + PART <= bytes.len; at++) {
            if (memmem(block, size, bytes.data + at, PART) != NULL)
                found = secrets[i].name;
        }
    }
}

/* The sample's text. */
static char *text;
static struct avow_badge badge;
static uint8_t seed_text[64];

static enum avow_err read_text(void *context)
{
    const size_t *len = context;
    struct avow_subject_file file;
    const enum avow_err err = avow_subject_read(avow_bytes(text, *len), &file);
    avow_subject_fini(&file);
    return err;
}

static enum avow_err build(void *context)
{
    (void)context;
    AVOW_CLEANUP(avow_json_release)
    json_t *document = NULL;
    struct avow_secret_key secret;
    struct avow_key key;
    sample_badge_key(&secret, &key);
    const enum avow_err err = avow_badge_build(&badge, &document);
    return err == AVOW_OK ? avow_proof_add(document, &key, &secret, SAMPLE_CREATED) : err;
}

static enum avow_err renew(void *context)
{
    AVOW_CLEANUP(avow_json_release)
    json_t *document = NULL;
    struct avow_badge_renewal renewal = {
        .issuer = badge.issuer, .index = 9, .key = badge.key, .valid_from = badge.valid_from};
    memcpy(renewal.seed, badge.seed, sizeof(renewal.seed));
    return avow_badge_renew(context, &renewal, &document);
}

/* Once as it should go, and once with each allocation failing. */
static void check(const char *name, enum avow_err (*step)(void *context), void *context)
{
    found = NULL;
    avow_alloc_watch(look);
    avow_alloc_sweep(name, step, context);
    avow_alloc_watch(NULL);
    if (found != NULL)
        fail_msg("%s: leaves the %s behind", name, found);
}

static void test_reading(void **state)
{
    (void)state;
    size_t len = strlen(text);
    check("a badge", read_text, &len);
}

/* Cut anywhere, so that some string is being read, or some part of the tree is there. */
static void test_cut(void **state)
{
    (void)state;
    const size_t seed = (size_t)((const uint8_t *)memmem(text, strlen(text), seed_text, PART) -
                                 (const uint8_t *)text);
    found = NULL;
    avow_alloc_watch(look);
    for (size_t len = seed; len < strlen(text); len++) {
        (void)read_text(&len);
        if (found != NULL)
            fail_msg("cut after %zu bytes: leaves the %s behind", len, found);
    }
    avow_alloc_watch(NULL);
}

static void test_making(void **state)
{
    (void)state;
    secret_count =
        2; /* Jansson frees what it was packing when memory runs out: names, and no seed */
    check("build", build, NULL);
    AVOW_CLEANUP(avow_json_release)
    json_t *document = sample_badge_signed();
    assert_non_null(document);
    check("renew", renew, document);
    secret_count = 3;
}

/* Whoever frees a badge without wiping it is seen. */
static void test_control(void **state)
{
    (void)state;
    json_t *document = sample_badge_signed();
    assert_non_null(document);
    found = NULL;
    avow_alloc_watch(look);
    json_decref(document);
    avow_alloc_watch(NULL);
    assert_non_null(found);
}

/* Another holder of a part keeps it whole. */
static void test_shared(void **state)
{
    (void)state;
    json_t *document = json_array(), *part = json_string("kept by another");
    assert_int_equal(json_array_append(document, part), 0);
    avow_json_release(&document);
    assert_string_equal(json_string_value(part), "kept by another");
    json_decref(part);
}

static int make_sample(void **state)
{
    (void)state;
    if (avow_crypto_init() != AVOW_OK)
        return -1;
    badge = sample_badge();
    struct avow_buf out;
    avow_buf_init_fixed(&out, seed_text, sizeof(seed_text));
    avow_base64url_encode(avow_bytes(badge.seed, sizeof(badge.seed)), &out);
    secrets[0] = (struct secret){"seed as text", avow_buf_bytes(&out)};
    secrets[1] = (struct secret){"seed", avow_bytes(badge.seed, sizeof(badge.seed))};
    secrets[2] = (struct secret){"learner", avow_bytes_text(badge.learner_name)};
    json_t *document = sample_badge_signed();
    text = document == NULL ? NULL : json_dumps(document, JSON_INDENT(2));
    avow_json_release(&document);
    return text == NULL || secrets[2].bytes.len < PART ? -1 : 0;
}

static int drop_sample(void **state)
{
    (void)state;
    free(text);
    return 0;
}

int main(void)
{
    json_set_alloc_funcs(malloc, free); /* to be seen: tests/support/alloc.h */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading), cmocka_unit_test(test_cut),
        cmocka_unit_test(test_making),  cmocka_unit_test(test_control),
        cmocka_unit_test(test_shared),
    };
    return cmocka_run_group_tests(tests, make_sample, drop_sample);
}
