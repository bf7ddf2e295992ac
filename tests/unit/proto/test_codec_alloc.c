/* The codec when memory runs out: each allocation in turn fails, and nothing leaks. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buf),
        cmocka_unit_test(test_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
