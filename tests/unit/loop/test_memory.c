/* After a flood, what it took goes back to the machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/loop/base/memory.h"

#include <pthread.h>
#include <stdlib.h>

#define THREADS 4
#define BLOCKS 1000
#define BLOCK_BYTES ((size_t)64 << 10)
#define FLOOD_BYTES ((uint64_t)THREADS * BLOCKS * BLOCK_BYTES)

struct flood {
    pthread_t thread;
    void *blocks[BLOCKS], *pins[BLOCKS];
};

/* Blocks that are written to, and something that stays behind each: no end of a heap gets free. */
static void *flood(void *context)
{
    struct flood *own = context;
    for (size_t i = 0; i < BLOCKS; i++) {
        own->blocks[i] = malloc(BLOCK_BYTES);
        own->pins[i] = malloc(16);
        if (own->blocks[i] != NULL)
            memset(own->blocks[i], 1, BLOCK_BYTES);
    }
    for (size_t i = 0; i < BLOCKS; i++)
        free(own->blocks[i]);
    return NULL;
}

static void test_flood(void **state)
{
    struct flood *floods = calloc(THREADS, sizeof(*floods));
    struct avow_memory memory = {0};
    uv_loop_t loop;
    (void)state;
    assert_non_null(floods);
    assert_int_equal(uv_loop_init(&loop), 0);
    const uint64_t before = avow_memory_resident_bytes();
    assert_true(before > 0 && before < AVOW_MEMORY_SMALL_BYTES);
    avow_memory_tidy(&memory, &loop);
    assert_false(memory.under_way); /* there is nothing to do */
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&floods[i].thread, NULL, flood, &floods[i]), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(floods[i].thread, NULL), 0);
    assert_true(avow_memory_resident_bytes() > FLOOD_BYTES / 2); /* it is kept */
    avow_memory_tidy(&memory, &loop);
    assert_true(memory.under_way);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    assert_false(memory.under_way);
    assert_true(avow_memory_resident_bytes() < before + AVOW_MEMORY_IDLE_BYTES);
    for (size_t i = 0; i < THREADS; i++) {
        for (size_t j = 0; j < BLOCKS; j++)
            free(floods[i].pins[j]);
    }
    free(floods);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
