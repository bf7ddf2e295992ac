/* The table of verdicts for other languages, tests/vectors/verdicts/table.json: written with
 * AVOW_WRITE_VECTORS=1, and otherwise what is there must be what the table is. */
#include "proto/trust/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/codec/base64.h"
#include "tests/support/verdict_scene.h"

typedef unsigned long long wide; /* for printf */

static struct verdict_scene scene;
static struct avow_verdict verdict;

static void hex(struct avow_buf *out, const char *name, const uint8_t bytes[32])
{
    avow_buf_printf(out, "\"%s\": \"", name);
    for (size_t i = 0; i < 32; i++)
        avow_buf_printf(out, "%02x", bytes[i]);
    avow_buf_append(out, "\"", 1);
}

static void write_reference(struct avow_buf *out, const struct avow_reference *reference)
{
    avow_buf_append(out, "{", 1);
    hex(out, "issuer", reference->issuer.bytes);
    avow_buf_printf(out, ", \"index\": %llu}", (wide)reference->index);
}

static void write_stack(struct avow_buf *out, const struct avow_subject *subject)
{
    if (subject->component_count > 0)
        avow_buf_printf(out, ",\n    \"components\": [");
    for (size_t i = 0; i < subject->component_count; i++) {
        avow_buf_printf(out, "%s", i == 0 ? "" : ", ");
        write_reference(out, &subject->components[i]);
    }
    if (subject->component_count > 0)
        avow_buf_append(out, "]", 1);
    if (!subject->has_pathway)
        return;
    avow_buf_printf(out, ",\n    \"pathway\": ");
    write_reference(out, &subject->pathway);
}

static void write_subject(struct avow_buf *out, const struct avow_subject *subject)
{
    avow_buf_printf(out, "\"subject\": {\"index\": %llu, \"document\": %s, ", (wide)subject->index,
                    subject->has_document ? "true" : "false");
    hex(out, "issuer", subject->issuer.bytes);
    if (subject->has_document) {
        avow_buf_printf(out, ", \"proof_good\": %s, \"valid_from\": %llu, \"valid_until\": %llu, ",
                        subject->proof_good ? "true" : "false", (wide)subject->valid_from,
                        (wide)subject->valid_until);
        hex(out, "signer", subject->signer.bytes);
        avow_buf_append(out, ", ", 2);
        hex(out, "commitment", subject->commitment.bytes);
    }
    write_stack(out, subject);
    avow_buf_append(out, "}", 1);
}

#define TEXTS_MAX 1024

/* Texts in base64 so far, so that rows share them. */
struct texts {
    size_t count;
    struct avow_buf texts[TEXTS_MAX];
};

static size_t keep_text(struct texts *texts, const struct avow_buf *bytes)
{
    assert_true(texts->count < TEXTS_MAX);
    struct avow_buf *text = &texts->texts[texts->count];
    avow_buf_init(text, 2 * AVOW_EVIDENCE_BYTES_MAX);
    avow_base64_encode(avow_buf_bytes(bytes), text);
    for (size_t i = 0; i < texts->count; i++) {
        if (avow_bytes_equal(avow_buf_bytes(&texts->texts[i]), avow_buf_bytes(text))) {
            avow_buf_fini(text);
            return i;
        }
    }
    return texts->count++;
}

static size_t keep_policy(struct texts *texts, const struct avow_policy *policy)
{
    struct avow_buf bytes;
    avow_buf_init(&bytes, AVOW_POLICY_BYTES_MAX);
    avow_policy_encode(&bytes, policy);
    const size_t position = keep_text(texts, &bytes);
    avow_buf_fini(&bytes);
    return position;
}

static void write_texts(struct avow_buf *out, const char *name, struct texts *texts)
{
    avow_buf_printf(out, " \"%s\": [\n", name);
    for (size_t i = 0; i < texts->count; i++) {
        avow_buf_printf(out, "  \"");
        avow_buf_append(out, texts->texts[i].data, texts->texts[i].len);
        avow_buf_printf(out, i + 1 < texts->count ? "\",\n" : "\"\n");
        avow_buf_fini(&texts->texts[i]);
    }
    avow_buf_printf(out, " ]");
}

/* ------------------------------------------------------------------ what is found */

static void write_path(struct avow_buf *out, const struct avow_recognition_path *path)
{
    avow_buf_append(out, "[", 1);
    for (size_t i = 0; i < path->count; i++) {
        const struct avow_reference step = {path->steps[i].issuer, path->steps[i].index};
        avow_buf_printf(out, "%s", i == 0 ? "" : ", ");
        write_reference(out, &step);
    }
    avow_buf_append(out, "]", 1);
}

/* Of the first path, as the body nearest to its anchor puts it. */
static void write_level(struct avow_buf *out, const struct avow_recognition_path *path)
{
    avow_buf_printf(out, ", \"level\": \"%.*s %.*s\"", (int)path->framework.len,
                    (const char *)path->framework.data, (int)path->level.len,
                    (const char *)path->level.data);
}

static void write_found(struct avow_buf *out)
{
    avow_buf_printf(out, ",\n   \"fork\": \"%s\"", avow_why_name(verdict.fork));
    if (verdict.degraded)
        avow_buf_printf(out, ", \"degraded\": true");
    if (verdict.component_count > 0)
        avow_buf_printf(out, ", \"components\": [");
    for (size_t i = 0; i < verdict.component_count; i++)
        avow_buf_printf(out, "%s\"%s\"", i == 0 ? "" : ", ",
                        avow_word_name(verdict.components[i].word));
    avow_buf_printf(out, "%s, \"later\": [", verdict.component_count > 0 ? "]" : "");
    for (size_t i = 0; i < verdict.later_count; i++)
        avow_buf_printf(out, "%s%llu", i == 0 ? "" : ", ", (wide)verdict.later[i].index);
    avow_buf_printf(out, "]");
    const struct avow_recognised *found = &verdict.recognised;
    if (found->path_count == 0)
        return;
    write_level(out, &found->paths[0]);
    avow_buf_printf(out, ",\n   \"paths\": [");
    for (size_t i = 0; i < found->path_count; i++) {
        avow_buf_printf(out, "%s", i == 0 ? "" : ", ");
        write_path(out, &found->paths[i]);
    }
    avow_buf_append(out, "]", 1);
}

/* Writes what the evidence comes to. */
static void write_verdict(struct avow_buf *out, const struct avow_buf *bytes)
{
    struct avow_evidence evidence;
    enum avow_reject reject;
    assert_int_equal(avow_evidence_check(avow_buf_bytes(bytes), &evidence, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    const struct avow_facts facts = avow_facts_from_evidence(&evidence);
    assert_int_equal(
        avow_judge(&facts, &scene.policy, &scene.subject, scene.now, scene.at, &verdict), AVOW_OK);
    avow_buf_printf(out, ",\n   \"now\": %llu, \"at\": %llu, \"word\": \"%s\", \"why\": \"%s\"",
                    (wide)scene.now, (wide)scene.at, avow_word_name(verdict.word),
                    avow_why_name(verdict.why));
    write_found(out);
    avow_evidence_fini(&evidence);
}

static void write_table(struct avow_buf *out)
{
    static struct texts evidence, policies;
    const size_t count = verdict_scene_count();
    avow_buf_printf(out, "{\"cases\": [\n");
    for (size_t i = 0; i < count; i++) {
        struct avow_buf bytes;
        verdict_scene_make(i, &scene);
        verdict_scene_evidence(&scene, &bytes);
        avow_buf_printf(out, "  {\"name\": \"%s\", \"evidence\": %zu, \"policy\": %zu,\n   ",
                        scene.name, keep_text(&evidence, &bytes),
                        keep_policy(&policies, &scene.policy));
        write_subject(out, &scene.subject);
        write_verdict(out, &bytes);
        avow_buf_printf(out, i + 1 < count ? "},\n" : "}\n");
        avow_buf_fini(&bytes);
    }
    avow_buf_printf(out, " ],\n");
    write_texts(out, "policies", &policies);
    avow_buf_printf(out, ",\n");
    write_texts(out, "evidence", &evidence);
    avow_buf_printf(out, "}\n");
}

static void test_vectors(void **state)
{
    (void)state;
    static const char path[] = AVOW_TEST_VECTORS "/verdicts/table.json";
    struct avow_buf table;
    avow_buf_init(&table, 16 * AVOW_EVIDENCE_BYTES_MAX);
    write_table(&table);
    assert_int_equal(table.err, AVOW_OK);
    bool write = getenv("AVOW_WRITE_VECTORS") != NULL;
    FILE *file = fopen(path, write ? "wb" : "rb");
    assert_non_null(file);
    if (write) {
        assert_int_equal(fwrite(table.data, 1, table.len, file), table.len);
    } else {
        char *there = malloc(table.len + 1);
        assert_non_null(there);
        assert_int_equal(fread(there, 1, table.len + 1, file), table.len);
        assert_memory_equal(there, table.data, table.len);
        free(there);
    }
    assert_int_equal(fclose(file), 0);
    avow_buf_fini(&table);
}

static int make_world(void **state)
{
    (void)state;
    if (avow_crypto_init() != AVOW_OK)
        return -1;
    verdict_scenes_init();
    return 0;
}

static int drop_world(void **state)
{
    (void)state;
    verdict_scenes_fini();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
    };
    return cmocka_run_group_tests(tests, make_world, drop_world);
}
