/* cli/subject: what is a reference, a badge, a badge that was changed, and none of these. */
#include "proto/trust/subject.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/credential/integrity.h"
#include "tests/support/sample_badge.h"

#define ISSUER "avow157n60fa857n60fa857n60fa857n60fa857n60fa857n60fa857nsuk9frk"

/* Everything but its proof's key and its commitment follows from the text. */
struct text_case {
    const char *name;
    const char *text;
    enum avow_err err;
    bool has_reference, has_document;
    const char *reason; /* part of it */
};

static const struct text_case text_cases[] = {
    {"reference", ISSUER "/1234", AVOW_OK, true, false, ""},
    {"reference on a line", " " ISSUER "/0\r\n", AVOW_OK, true, false, ""},
    {"reference as documents write it", "avow:" ISSUER "/7", AVOW_OK, true, false, ""},
    {"reference with a wrong letter",
     "avow157n60fa857n60fa857n60fa857n60fa857n60fa857n60fa857n60fa"
     "857nsuk9frq/1234",
     AVOW_ERR_REJECTED, false, false, "not well-formed JSON"},
    {"reference with a seed", "avow:" ISSUER "/7#Xl5e", AVOW_OK, true, false, ""},
    {"reference after a byte order mark", "\xef\xbb\xbf" ISSUER "/7", AVOW_OK, true, false, ""},
    {"nothing", "", AVOW_ERR_REJECTED, false, false, "it is empty"},
    {"a byte order mark alone", "\xef\xbb\xbf", AVOW_ERR_REJECTED, false, false, "it is empty"},
    {"a letter", "Dear Sir or Madam", AVOW_ERR_REJECTED, false, false, "line 1"},
    {"another JSON", "{\"name\": \"Ana\"}", AVOW_ERR_REJECTED, false, false, "/@context"},
    {"a list", "[1, 2]", AVOW_ERR_REJECTED, false, false, "not a JSON object"},
    {"a badge cut short", "{\"type\": \"urn:avow:RegistryEntry\", \"na", AVOW_OK, false, true,
     "line 1"},
    {"a badge in name only", "{\"id\": \"avow:" ISSUER "/7\"}", AVOW_OK, false, true, "/@context"},
};

static void assert_contains(const char *name, const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("%s: \"%s\" does not contain \"%s\"", name, text, part);
}

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(text_cases) / sizeof(text_cases[0]); i++) {
        const struct text_case *row = &text_cases[i];
        struct avow_subject_file file;
        const enum avow_err err = avow_subject_read(avow_bytes_text(row->text), &file);
        if (err != row->err || (err == AVOW_OK && (file.has_reference != row->has_reference ||
                                                   file.subject.has_document != row->has_document)))
            fail_msg("%s: %s", row->name, avow_err_text(err));
        assert_contains(row->name, file.reason, row->reason);
        assert_false(file.subject.proof_good);
        avow_subject_fini(&file);
    }
}

static char *sample_text(json_t *document)
{
    assert_non_null(document);
    char *text = json_dumps(document, JSON_COMPACT);
    assert_non_null(text);
    json_decref(document);
    return text;
}

static void read_ok(const char *text, struct avow_subject_file *file)
{
    const enum avow_err err = avow_subject_read(avow_bytes_text(text), file);
    if (err != AVOW_OK)
        fail_msg("%s: %s", avow_err_text(err), file->reason);
}

static void test_badge(void **state)
{
    (void)state;
    char *text = sample_text(sample_badge_signed());
    const struct avow_badge badge = sample_badge();
    struct avow_subject_file file;
    read_ok(text, &file);
    assert_true(file.has_reference && file.subject.has_document && file.subject.proof_good);
    assert_true(avow_hash_equal(&file.subject.issuer, &badge.issuer));
    assert_int_equal(file.subject.index, badge.index);
    assert_true(avow_key_equal(&file.subject.signer, &badge.key));
    assert_int_equal(file.subject.valid_from, badge.valid_from);
    assert_int_equal(file.subject.valid_until, badge.valid_until);
    assert_string_equal(file.learner_name, badge.learner_name);
    assert_string_equal(file.achievement_name, badge.title);
    assert_string_equal(file.issuer_name, badge.issuer_name);
    struct avow_fault fault;
    struct avow_hash commitment;
    assert_int_equal(avow_commitment(file.document, &badge.issuer, badge.seed, &commitment, &fault),
                     AVOW_OK);
    assert_true(avow_hash_equal(&file.subject.commitment, &commitment));
    avow_subject_fini(&file);
    free(text);
}

/* A stacked credential's parts become the subject's. */
static void test_stacked(void **state)
{
    (void)state;
    struct avow_badge badge = sample_badge();
    const struct avow_badge_part parts[] = {{badge.issuer, 40, "One"}, {badge.issuer, 30, "Two"}};
    const struct avow_badge_part pathway = {badge.issuer, 5, "Both"};
    struct avow_secret_key secret;
    struct avow_key key;
    json_t *document = NULL;
    badge.component_count = 2;
    badge.components = parts;
    badge.pathway = &pathway;
    sample_badge_key(&secret, &key);
    assert_int_equal(avow_badge_build(&badge, &document), AVOW_OK);
    assert_int_equal(avow_proof_add(document, &key, &secret, SAMPLE_CREATED), AVOW_OK);
    char *text = sample_text(document);
    struct avow_subject_file file;
    read_ok(text, &file);
    assert_true(file.subject.proof_good && file.subject.has_pathway);
    assert_int_equal(file.subject.component_count, 2);
    assert_int_equal(file.subject.components[0].index, 40);
    assert_int_equal(file.subject.components[1].index, 30);
    assert_true(avow_hash_equal(&file.subject.components[1].issuer, &badge.issuer));
    assert_int_equal(file.subject.pathway.index, 5);
    avow_subject_fini(&file);
    free(text);
}

/* Whatever one character of a signed badge becomes, nothing says that its proof is good, and
 * nothing says that it is no badge. */
static void test_every_character(void **state)
{
    (void)state;
    char *text = sample_text(sample_badge_signed());
    const size_t len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        static const char others[] = {'x', '7', '"', ','};
        for (size_t k = 0; k < sizeof(others); k++) {
            const char kept = text[i];
            struct avow_subject_file file;
            if (kept == others[k])
                continue;
            text[i] = others[k];
            const enum avow_err err = avow_subject_read(avow_bytes_text(text), &file);
            if (err != AVOW_OK || !file.subject.has_document || file.subject.proof_good)
                fail_msg("character %zu, '%c' made '%c': %s", i, kept, others[k],
                         avow_err_text(err));
            text[i] = kept;
            avow_subject_fini(&file);
        }
    }
    free(text);
}

/* The seed must not be quoted by a parser's complaint. */
static void test_seed_is_not_told(void **state)
{
    (void)state;
    static const char seed[] = "Xl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl4";
    char *text = sample_text(sample_badge_signed());
    assert_non_null(strstr(text, seed));
    for (char *c = text; (c = strchr(c, ':')) != NULL; c++) {
        struct avow_subject_file file;
        *c = ' ';
        const enum avow_err err = avow_subject_read(avow_bytes_text(text), &file);
        assert_int_equal(err, AVOW_OK);
        if (strstr(file.reason, seed) != NULL)
            fail_msg("the reason holds the seed: %s", file.reason);
        avow_subject_fini(&file);
        *c = ':';
    }
    free(text);
}

/* Signed as it stands, but not of our form: another system's, or a later version's. */
static void test_signed_otherwise(void **state)
{
    (void)state;
    struct avow_secret_key secret;
    struct avow_key key;
    json_t *document = sample_badge_signed();
    assert_non_null(document);
    sample_badge_key(&secret, &key);
    (void)json_object_del(document, "proof");
    (void)json_array_append_new(json_object_get(document, "@context"),
                                json_string("https://example.org/more"));
    assert_int_equal(avow_proof_add(document, &key, &secret, SAMPLE_CREATED), AVOW_OK);
    char *text = sample_text(document);
    struct avow_subject_file file;
    assert_int_equal(avow_subject_read(avow_bytes_text(text), &file), AVOW_ERR_REJECTED);
    assert_contains("reason", file.reason, "/@context");
    avow_subject_fini(&file);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_badge),
        cmocka_unit_test(test_stacked),
        cmocka_unit_test(test_every_character),
        cmocka_unit_test(test_seed_is_not_told),
        cmocka_unit_test(test_signed_otherwise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
