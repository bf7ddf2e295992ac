/* Applying entries: every rule of docs/protocol.md, "Entries", that needs the log. */
#include "tests/support/log_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_life(void **state)
{
    (void)state;
    struct log_builder log;
    log_builder_start(&log, "life");
    uint64_t da = log_builder_add_achievement(&log, "DA-101", "Data analysis");
    uint64_t issued = log_builder_add_issue(&log, da);
    log_builder_add_status(&log, issued, AVOW_STATUS_REVOKED, AVOW_REASON_FRAUD, LOG_BUILDER_NONE);
    log_builder_rotate_root(&log);
    log_builder_rename(&log, "Novo");
    struct log_key second = log_builder_key(&log, "second");
    log_builder_authorise(&log, AVOW_USE_SIGN, &second.key);
    log_builder_retire(&log, AVOW_USE_SIGN, &second.key);
    log_builder_close(&log, &log.state.chain.issuer);
    log_builder_rotate_root(&log);
    assert_int_equal(log.count, 11);
    assert_int_equal(log.state.tree.size, 11);
    log_builder_fini(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
