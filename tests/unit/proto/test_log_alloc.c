/* Chains and states when memory runs out: each allocation in turn fails, nothing leaks, and what
 * was there before is as it was. */
#include "tests/support/alloc.h"
#include "tests/support/log_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static enum avow_err copy_state(void *context)
{
    const struct log_builder *log = context;
    struct avow_state copy;
    avow_state_init(&copy);
    enum avow_err err = avow_state_copy(&copy, &log->state);
    assert_int_equal(copy.chain.count, err == AVOW_OK ? log->state.chain.count : 0);
    avow_state_fini(&copy);
    return err;
}

static enum avow_err load_chain(void *context)
{
    const struct avow_buf *saved = context;
    struct avow_chain chain;
    enum avow_reject reject;
    avow_chain_init(&chain);
    enum avow_err err = avow_chain_load(&chain, avow_buf_bytes(saved), &reject);
    if (err == AVOW_OK)
        assert_int_equal(reject, AVOW_ACCEPT);
    else
        assert_int_equal(chain.count, 0);
    avow_chain_fini(&chain);
    return err;
}

/* Applies a whole log; an entry that failed for want of memory is then applied again. */
static enum avow_err apply_all(void *context)
{
    const struct log_builder *log = context;
    struct avow_state state;
    struct avow_apply apply;
    struct avow_effect effect;
    enum avow_reject reject;
    enum avow_err first = AVOW_OK;
    avow_state_init(&state);
    avow_apply_init(&apply, &state, &log->view, NULL);
    for (size_t i = 0; i < log->count; i++) {
        enum avow_err err = avow_apply(&apply, log->rows[i].bytes, &effect, &reject);
        if (err != AVOW_OK) {
            assert_int_equal(state.tree.size, i);
            assert_int_equal(first, AVOW_OK);
            first = err;
            err = avow_apply(&apply, log->rows[i].bytes, &effect, &reject);
        }
        assert_int_equal(err, AVOW_OK);
        assert_int_equal(reject, AVOW_ACCEPT);
    }
    assert_int_equal(avow_chain_compare(&state.chain, &log->state.chain), AVOW_CHAIN_SAME);
    assert_int_equal(state.chain.bytes.len, log->state.chain.bytes.len);
    struct avow_hash a = avow_tree_root(&state.tree);
    struct avow_hash b = avow_tree_root(&log->state.tree);
    assert_true(avow_hash_equal(&a, &b));
    avow_state_fini(&state);
    return first;
}

static void test_sweeps(void **state)
{
    (void)state;
    struct log_builder log;
    struct avow_buf saved;
    log_builder_start(&log, "alloc");
    log_builder_rename(&log, "Novo");
    log_builder_rotate_root(&log);
    log_builder_close(&log, &log.state.chain.issuer);
    log_builder_rotate_root(&log);
    avow_buf_init(&saved, 1 << 16);
    avow_chain_save(&saved, &log.state.chain);
    avow_alloc_sweep("avow_state_copy", copy_state, &log);
    avow_alloc_sweep("avow_chain_load", load_chain, &saved);
    avow_alloc_sweep("avow_apply", apply_all, &log);
    avow_buf_fini(&saved);
    log_builder_fini(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sweeps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
