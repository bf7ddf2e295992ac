/* Networks of cores: what is published at one node arrives at the others, whatever happens. */
#include "tests/sim/sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void start_log(struct log_builder *log, const char *seed, size_t issues)
{
    log_builder_start(log, seed);
    uint64_t achievement = log_builder_add_achievement(log, "DA-101", "Data analysis");
    for (size_t i = 0; i < issues; i++)
        log_builder_add_issue(log, achievement);
}

static const struct avow_hash *issuer_of(const struct log_builder *log)
{
    return &log->state.chain.issuer;
}

static void assert_equal_logs(struct sim *sim, size_t nodes, const struct log_builder *log)
{
    for (size_t i = 0; i < nodes; i++) {
        struct replica *replica = sim_replica(sim, i, issuer_of(log));
        assert_non_null(replica);
        struct avow_hash root = avow_tree_root(&replica->log.state.tree);
        assert_int_equal(replica->checkpoint.size, log->count);
        assert_int_equal(replica->log.count, log->count);
        assert_memory_equal(&root, &replica->checkpoint.root, sizeof(root));
        struct avow_hash expected = avow_tree_root(&log->state.tree);
        assert_memory_equal(&root, &expected, sizeof(root));
    }
}

static void test_announce(void **state)
{
    (void)state;
    struct sim *sim = sim_new(1, 3);
    struct log_builder log;
    start_log(&log, "announce", 10);
    sim_connect(sim, 0, 1, 5);
    sim_connect(sim, 1, 2, 5);
    sim_run(sim, 200);
    sim_publish(sim, 0, &log);
    sim_run(sim, 200);
    assert_equal_logs(sim, 3, &log);
    log_builder_add_status(&log, 5, AVOW_STATUS_REVOKED, AVOW_REASON_FRAUD, LOG_BUILDER_NONE);
    sim_publish(sim, 0, &log);
    /* A hop of a known log: announce, ask, answer, judge and store. */
    uint64_t took = sim_run_until(sim, 2, issuer_of(&log), log.count, 1000);
    assert_in_range(took, 1, 2 * (3 * 10 + 3));
    log_builder_fini(&log);
    sim_free(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_announce),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
