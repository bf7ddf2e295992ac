/* A revocation that all but one of a node's links hold back: they are quicker to announce than the
 * honest one, and serve nothing, or as good as nothing. It comes all the same, and soon. */
#include "tests/sim/sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define HOME 0
#define NODE 1 /* from which it is withheld */
#define FIRST 2
#define MOST_MS 20000
#define AGAIN_MS 1000 /* when it is known who withholds */

struct withheld_case {
    const char *name;
    enum sim_conduct conduct;
    size_t tail;  /* records issued together with it */
    bool rotated; /* a new root, whose chain can be withheld too */
};

static const struct withheld_case withheld_cases[] = {
    {"announce first", SIM_WITHHOLDS, 0, false},
    {"announce first, many entries", SIM_WITHHOLDS, 700, false},
    {"trickle", SIM_TRICKLES, 40, false},
    {"win the race, then serve nothing", SIM_LURES, 700, false},
    {"are busy", SIM_REFUSES, 0, false},
    {"deny", SIM_DENIES, 40, false},
    {"deny the chain too", SIM_DENIES, 40, true},
    {"give too little", SIM_SHORTENS, 40, false},
    {"answer only lists", SIM_LISTS, 0, false},
    {"answer only lists, not even chains", SIM_LISTS, 0, true},
    {"give false entries", SIM_CORRUPTS, 40, false},
};

static uint64_t revoke(struct sim *sim, struct log_builder *log, uint64_t target)
{
    log_builder_add_status(log, target, AVOW_STATUS_REVOKED, AVOW_REASON_FRAUD, LOG_BUILDER_NONE);
    sim_publish(sim, HOME, log);
    return sim_run_until(sim, NODE, &log->state.chain.issuer, log->count, 700000);
}

/* All stand between the home node and the node, which has one slow link beside them. */
static struct sim *surround(size_t withholders, struct log_builder *log)
{
    struct avow_core_config config = avow_core_config_default();
    struct sim *sim = sim_new_with(1, FIRST + withholders, &config);
    log_builder_start(log, "withheld");
    uint64_t achievement = log_builder_add_achievement(log, "DA-101", "Data analysis");
    for (size_t i = 0; i < 10; i++)
        log_builder_add_issue(log, achievement);
    for (size_t i = FIRST; i < FIRST + withholders; i++) {
        sim_connect(sim, HOME, i, 1);
        sim_connect(sim, i, NODE, 1);
    }
    sim_connect(sim, HOME, NODE, 100);
    sim_publish(sim, HOME, log);
    sim_run(sim, 5000);
    assert_int_equal(sim_size(sim, NODE, &log->state.chain.issuer), log->count);
    return sim;
}

static void check_withheld(const struct withheld_case *row, size_t withholders)
{
    struct log_builder log;
    struct sim *sim = surround(withholders, &log);
    for (size_t i = FIRST; i < FIRST + withholders; i++)
        sim_node(sim, i)->conduct = row->conduct;
    for (size_t i = 0; i < row->tail; i++)
        log_builder_add_issue(&log, 2);
    if (row->rotated)
        log_builder_rotate_root(&log);
    uint64_t took = revoke(sim, &log, 5);
    uint64_t again = revoke(sim, &log, 6);
    if (took > MOST_MS || again > AGAIN_MS)
        fail_msg("%zu %s: %u ms, then %u ms", withholders, row->name, (unsigned)took,
                 (unsigned)again);
    log_builder_fini(&log);
    sim_free(sim);
}

static void test_withheld_revocation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(withheld_cases) / sizeof(withheld_cases[0]); i++) {
        check_withheld(&withheld_cases[i], 8);
        check_withheld(&withheld_cases[i], 63);
    }
}

/* The honest link has gone on by the time that it can announce what is withheld. */
static void test_overtaken(void **state)
{
    (void)state;
    struct log_builder log;
    struct sim *sim = surround(20, &log);
    for (size_t i = FIRST; i < FIRST + 20; i++)
        sim_node(sim, i)->conduct = SIM_WITHHOLDS;
    for (uint64_t target = 5; target < 10; target++) {
        log_builder_add_status(&log, target, AVOW_STATUS_REVOKED, AVOW_REASON_FRAUD,
                               LOG_BUILDER_NONE);
        sim_publish(sim, HOME, &log);
        sim_run(sim, 40);
    }
    assert_true(sim_run_until(sim, NODE, &log.state.chain.issuer, log.count, MOST_MS) < MOST_MS);
    log_builder_fini(&log);
    sim_free(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_withheld_revocation),
                                       cmocka_unit_test(test_overtaken)};
    return cmocka_run_group_tests_name("withheld", tests, NULL, NULL);
}
