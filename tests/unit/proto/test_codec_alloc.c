/* The codec when memory runs out: each allocation in turn fails, and nothing leaks. */
#include "proto/codec/base64.h"
#include "proto/codec/jcs.h"
#include "proto/codec/json.h"
#include "proto/codec/writer.h"
#include "tests/support/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static enum avow_err append_much(void *context)
{
    (void)context;
    static const uint8_t block[100];
    struct avow_buf out;
    avow_buf_init(&out, 100000);
    for (size_t i = 0; i < 200; i++)
        avow_buf_append(&out, block, sizeof(block));
    avow_buf_printf(&out, "%0400d", 7);
    enum avow_err err = out.err;
    avow_buf_fini(&out);
    return err;
}

static enum avow_err write_much(void *context)
{
    (void)context;
    struct avow_buf out;
    avow_buf_init(&out, 100000);
    avow_write_array(&out, 200);
    for (size_t i = 0; i < 100; i++) {
        avow_write_text(&out, avow_bytes_text("microcredential"));
        avow_write_uint(&out, i * 1000);
    }
    enum avow_err err = out.err;
    avow_buf_fini(&out);
    return err;
}

static enum avow_err decode_much(void *context)
{
    (void)context;
    static const char text[] =
        "Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9v";
    struct avow_buf out;
    avow_buf_init(&out, 1000);
    assert_int_equal(avow_base64_decode(avow_bytes_text(text), &out), AVOW_ACCEPT);
    assert_int_equal(out.len, out.err == AVOW_OK ? 51 : 0);
    enum avow_err err = out.err;
    avow_buf_fini(&out);
    return err;
}

static const char document[] =
    "{\"id\":\"urn:1\",\"type\":[\"VerifiableCredential\",\"OpenBadgeCredential\"],\"n\":[1,2.5,"
    "1e30],"
    "\"name\":\"Jos\\u00e9 "
    "\\ud83c\\udf93\",\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,"
    "\"h\":{\"i\":null,\"j\":true,\"k\":[[[]]]},\"l\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]}";

static enum avow_err parse_document(void *context)
{
    (void)context;
    struct avow_json_error error;
    AVOW_CLEANUP(avow_json_release)
    json_t *value = NULL;
    return avow_json_parse(avow_bytes_text(document), 1000, &value, &error);
}

static enum avow_err write_document(void *context)
{
    struct avow_buf out;
    avow_buf_init(&out, 1000);
    avow_jcs_write(context, &out);
    enum avow_err err = out.err;
    avow_buf_fini(&out);
    return err;
}

static void test_buf(void **state)
{
    (void)state;
    avow_alloc_sweep("avow_buf", append_much, NULL);
}

static void test_writer(void **state)
{
    (void)state;
    avow_alloc_sweep("writer", write_much, NULL);
}

static void test_base64(void **state)
{
    (void)state;
    avow_alloc_sweep("base64", decode_much, NULL);
}

static void test_json(void **state)
{
    (void)state;
    avow_alloc_sweep("json", parse_document, NULL);
}

static void test_jcs(void **state)
{
    (void)state;
    struct avow_json_error error;
    AVOW_CLEANUP(avow_json_release)
    json_t *value = NULL;
    assert_int_equal(avow_json_parse(avow_bytes_text(document), 1000, &value, &error), AVOW_OK);
    avow_alloc_sweep("jcs", write_document, value);
}

/* What the sweep relies on: that one allocation fails and the next does not, and what is live. */
static void *leaked;

static enum avow_err leak(void *context)
{
    (void)context;
    free(leaked);
    leaked = malloc(1);
    return leaked == NULL ? AVOW_ERR_NOMEM : AVOW_OK;
}

static void test_counts(void **state)
{
    (void)state;
    long before = avow_alloc_live();
    avow_alloc_fail_at(2);
    assert_int_equal(leak(NULL), AVOW_OK);
    assert_int_equal(avow_alloc_live(), before + 1);
    assert_int_equal(leak(NULL), AVOW_ERR_NOMEM);
    assert_int_equal(avow_alloc_live(), before);
    assert_int_equal(leak(NULL), AVOW_OK);
    assert_int_equal(avow_alloc_count(), 3);
    free(leaked);
    leaked = NULL;
    assert_int_equal(avow_alloc_live(), before);
}

int main(void)
{
    /* Jansson is a shared library, whose calls are not wrapped. This comes before the first parse.
     */
    json_set_alloc_funcs(malloc, free);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts), cmocka_unit_test(test_buf),  cmocka_unit_test(test_writer),
        cmocka_unit_test(test_base64), cmocka_unit_test(test_json), cmocka_unit_test(test_jcs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
