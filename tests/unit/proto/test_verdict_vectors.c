/* The table of verdicts for other languages, tests/vectors/verdicts/table.json: written with
 * AVOW_WRITE_VECTORS=1, and otherwise what is there must be what the table is. */
#include "proto/trust/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/codec/base64.h"
#include "tests/support/verdict_table.h"

static struct verdict_world world;

static void hex(struct avow_buf *out, const char *name, const uint8_t bytes[32])
{
    avow_buf_printf(out, ", \"%s\": \"", name);
    for (size_t i = 0; i < 32; i++)
        avow_buf_printf(out, "%02x", bytes[i]);
    avow_buf_append(out, "\"", 1);
}

static void write_subject(struct avow_buf *out, const struct avow_subject *subject)
{
    avow_buf_printf(out, "\"subject\": {\"index\": %llu, \"document\": %s",
                    (unsigned long long)subject->index, subject->has_document ? "true" : "false");
    hex(out, "issuer", subject->issuer.bytes);
    if (subject->has_document) {
        avow_buf_printf(out, ", \"proof_good\": %s, \"valid_from\": %llu, \"valid_until\": %llu",
                        subject->proof_good ? "true" : "false",
                        (unsigned long long)subject->valid_from,
                        (unsigned long long)subject->valid_until);
        hex(out, "signer", subject->signer.bytes);
        hex(out, "commitment", subject->commitment.bytes);
    }
    avow_buf_append(out, "}", 1);
}

#define TEXTS_MAX 256

/* Texts of evidence so far, so that rows share them. */
struct texts {
    size_t count;
    struct avow_buf texts[TEXTS_MAX];
};

static size_t keep_text(struct texts *texts, const struct avow_buf *evidence)
{
    assert_true(texts->count < TEXTS_MAX);
    struct avow_buf *text = &texts->texts[texts->count];
    avow_buf_init(text, 2 * AVOW_EVIDENCE_BYTES_MAX);
    avow_base64_encode(avow_buf_bytes(evidence), text);
    for (size_t i = 0; i < texts->count; i++) {
        if (avow_bytes_equal(avow_buf_bytes(&texts->texts[i]), avow_buf_bytes(text))) {
            avow_buf_fini(text);
            return i;
        }
    }
    return texts->count++;
}

static void write_row(struct avow_buf *out, const struct verdict_row *row, size_t evidence)
{
    struct avow_subject subject = verdict_subject(&world, row);
    avow_buf_printf(out, "  {\"name\": \"%s\", \"evidence\": %zu,\n   ", row->name, evidence);
    write_subject(out, &subject);
    avow_buf_printf(out,
                    ",\n   \"now\": %llu, \"at\": %llu, \"max_age\": %llu, \"min_witnesses\": %u,"
                    "\n   \"word\": \"%s\", \"why\": \"%s\"}",
                    (unsigned long long)row->now, (unsigned long long)row->at,
                    (unsigned long long)row->max_age_h * 3600, row->min_witnesses,
                    avow_word_name(row->word), avow_why_name(row->why));
}

static void write_table(struct avow_buf *out)
{
    static struct texts texts;
    avow_buf_printf(out, "{\"witnesses\": [");
    for (size_t i = 0; i < VERDICT_WITNESSES; i++) {
        avow_buf_printf(out, "%s\"", i == 0 ? "" : ", ");
        avow_base64_encode(avow_bytes(world.witnesses[i].key.bytes, 32), out);
        avow_buf_append(out, "\"", 1);
    }
    avow_buf_printf(out, "],\n \"cases\": [\n");
    for (size_t i = 0; i < verdict_row_count; i++) {
        struct proof_plan plan;
        const struct proof_plan *plans[] = {&plan};
        struct avow_buf evidence;
        verdict_plan(&world, &verdict_rows[i], &plan);
        avow_buf_init(&evidence, AVOW_EVIDENCE_BYTES_MAX);
        proof_plans_write(&evidence, plans, 1);
        write_row(out, &verdict_rows[i], keep_text(&texts, &evidence));
        avow_buf_printf(out, i + 1 < verdict_row_count ? ",\n" : "\n");
        avow_buf_fini(&evidence);
    }
    avow_buf_printf(out, " ],\n \"evidence\": [\n");
    for (size_t i = 0; i < texts.count; i++) {
        avow_buf_printf(out, "  \"");
        avow_buf_append(out, texts.texts[i].data, texts.texts[i].len);
        avow_buf_printf(out, i + 1 < texts.count ? "\",\n" : "\"\n");
        avow_buf_fini(&texts.texts[i]);
    }
    avow_buf_printf(out, " ]}\n");
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
    verdict_world_init(&world);
    return 0;
}

static int drop_world(void **state)
{
    (void)state;
    verdict_world_fini(&world);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
    };
    return cmocka_run_group_tests(tests, make_world, drop_world);
}
