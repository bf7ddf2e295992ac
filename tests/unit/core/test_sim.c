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

/* A newcomer reads a list of many logs, whatever the room it has. */
struct room_case {
    const char *name;
    uint32_t wants, judgements, ranges;
};

static const struct room_case room_cases[] = {
    {"as by default", 1024, 64, 64}, {"one of each", 1, 1, 1},   {"few wants", 3, 64, 64},
    {"one judgement", 1024, 1, 64},  {"one chunk", 1024, 64, 1},
};

static void test_late_joiner(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(room_cases) / sizeof(room_cases[0]); i++) {
        const struct room_case *row = &room_cases[i];
        struct sim *sim = sim_new(2, 2);
        struct avow_core_config config = avow_core_config_default();
        config.wants_max = row->wants;
        config.judgements_max = row->judgements;
        config.ranges_max = row->ranges;
        sim_reconfigure(sim, 1, &config);
        struct log_builder logs[11];
        for (size_t k = 0; k < 11; k++) {
            char seed[16];
            (void)snprintf(seed, sizeof(seed), "late %zu", k);
            start_log(&logs[k], seed, 3 + k * 5);
            sim_publish(sim, 0, &logs[k]);
        }
        sim_connect(sim, 1, 0, 2);
        sim_run(sim, 10000);
        for (size_t k = 0; k < 11; k++) {
            if (sim_size(sim, 1, issuer_of(&logs[k])) != logs[k].count)
                fail_msg("%s: log %zu is at %u of %zu", row->name, k,
                         (unsigned)sim_size(sim, 1, issuer_of(&logs[k])), logs[k].count);
            assert_equal_logs(sim, 2, &logs[k]);
            log_builder_fini(&logs[k]);
        }
        assert_true(avow_core_has_heard(sim_node(sim, 1)->core));
        sim_free(sim);
    }
}

/* Long enough for many chunks, short and long ones, and asked for ahead. */
static void test_long_log(void **state)
{
    (void)state;
    struct sim *sim = sim_new(3, 2);
    struct log_builder log;
    start_log(&log, "long", 6000);
    sim_publish(sim, 0, &log);
    sim_connect(sim, 0, 1, 50);
    uint64_t took = sim_run_until(sim, 1, issuer_of(&log), log.count, 10000);
    assert_equal_logs(sim, 2, &log);
    assert_in_range(sim_node(sim, 1)->chunks_asked, 6, 40);
    assert_in_range(took, 1, 1500); /* greeting, list, chain, and few rounds of chunks */
    log_builder_fini(&log);
    sim_free(sim);
}

/* Node 1 lies or fails about entries, node 2 hears of them from 1 first, and gets them from 0. */
struct conduct_case {
    const char *name;
    size_t issues;    /* before they meet: 0 means that node 2 starts with nothing */
    uint64_t most_ms; /* until node 2 has all */
    enum sim_conduct conduct;
    bool closed; /* node 2 ends the connection to 1 */
};

static const struct conduct_case conduct_cases[] = {
    {"corrupts a new log", 0, 1000, SIM_CORRUPTS, true},
    {"corrupts a known log", 20, 1000, SIM_CORRUPTS, true},
    {"withholds a new log", 0, 17000, SIM_WITHHOLDS, false},
    {"withholds a known log", 20, 17000, SIM_WITHHOLDS, false},
    {"is always busy", 0, 3000, SIM_REFUSES, false},
    {"gives short ranges", 20, 5000, SIM_SHORTENS, false},
};

static uint64_t closed_for_proof(const struct sim_node *node)
{
    return node->closed[AVOW_REJECT_PROOF] + node->closed[AVOW_REJECT_ROOT];
}

static void test_conduct(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(conduct_cases) / sizeof(conduct_cases[0]); i++) {
        const struct conduct_case *row = &conduct_cases[i];
        struct sim *sim = sim_new(4, 3);
        struct log_builder log;
        start_log(&log, "conduct", row->issues);
        sim_connect(sim, 0, 1, 1);
        sim_connect(sim, 1, 2, 1);
        sim_connect(sim, 0, 2, 100); /* the honest way is the longer one */
        if (row->issues > 0)
            sim_publish(sim, 0, &log);
        sim_run(sim, 5000);
        sim_node(sim, 1)->conduct = row->conduct;
        for (size_t k = 0; k < 40; k++)
            log_builder_add_issue(&log, 2);
        sim_publish(sim, 0, &log);
        uint64_t took = sim_run_until(sim, 2, issuer_of(&log), log.count, 60000);
        if (took >= row->most_ms)
            fail_msg("%s: took %u ms", row->name, (unsigned)took);
        assert_equal_logs(sim, 3, &log);
        if (closed_for_proof(sim_node(sim, 2)) != row->closed)
            fail_msg("%s: closed %u", row->name, (unsigned)closed_for_proof(sim_node(sim, 2)));
        log_builder_fini(&log);
        sim_free(sim);
    }
}

/* Logs grow at random nodes while links come and go; then all is quiet, and all is equal. */
#define STORM_NODES 8
#define STORM_LOGS 5

static uint64_t storm(uint64_t seed)
{
    struct sim *sim = sim_new(seed, STORM_NODES);
    struct log_builder logs[STORM_LOGS];
    uint32_t links[STORM_NODES];
    for (size_t k = 0; k < STORM_LOGS; k++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "storm %zu", k);
        start_log(&logs[k], name, k);
    }
    for (size_t i = 0; i < STORM_NODES; i++) /* a ring */
        links[i] = sim_connect(sim, i, (i + 1) % STORM_NODES, 1 + sim_random(sim, 50));
    for (size_t round = 0; round < 60; round++) {
        size_t k = sim_random(sim, STORM_LOGS);
        for (size_t n = sim_random(sim, 30); n > 0; n--)
            log_builder_add_issue(&logs[k], 2);
        sim_publish(sim, k, &logs[k]); /* each has its home */
        sim_heartbeat(sim, k, &logs[k]);
        size_t i = sim_random(sim, STORM_NODES);
        sim_cut(sim, links[i]);
        sim_run(sim, sim_random(sim, 1000));
        links[i] = sim_connect(sim, i, (i + 1) % STORM_NODES, 1 + sim_random(sim, 50));
        sim_run(sim, sim_random(sim, 300));
    }
    sim_run(sim, 60000);
    for (size_t k = 0; k < STORM_LOGS; k++) {
        if (sim_replica(sim, k, issuer_of(&logs[k])) != NULL)
            assert_equal_logs(sim, STORM_NODES, &logs[k]);
        log_builder_fini(&logs[k]);
    }
    for (size_t i = 0; i < STORM_NODES; i++) {
        struct avow_core_stats stats;
        avow_core_stats(sim_node(sim, i)->core, &stats);
        assert_int_equal(stats.wants, 0);
        assert_int_equal(stats.ranges, 0);
        assert_int_equal(stats.judgements, 0);
        assert_int_equal(stats.rejected, 0);
    }
    uint64_t trace = sim_trace(sim);
    sim_free(sim);
    return trace;
}

static void test_storm(void **state)
{
    (void)state;
    uint64_t first = storm(1);
    assert_true(first == storm(1));
    for (uint64_t seed = 2; seed < 10; seed++)
        assert_true(first != storm(seed));
}

/* What was sent into a connection that is dead and does not show it is found again. */
static void test_silent_link(void **state)
{
    (void)state;
    struct sim *sim = sim_new(5, 2);
    struct log_builder log;
    start_log(&log, "silent", 5);
    sim_publish(sim, 0, &log);
    uint32_t link = sim_connect(sim, 0, 1, 5);
    sim_run(sim, 1000);
    assert_equal_logs(sim, 2, &log);
    sim_silence(sim, link);
    log_builder_add_issue(&log, 2);
    sim_publish(sim, 0, &log);
    sim_run(sim, 95000);
    assert_int_equal(sim_node(sim, 0)->closed[AVOW_ACCEPT], 1);
    sim_connect(sim, 0, 1, 5);
    sim_run(sim, 1000);
    assert_equal_logs(sim, 2, &log);
    log_builder_fini(&log);
    sim_free(sim);
}

static void test_heartbeat(void **state)
{
    (void)state;
    struct sim *sim = sim_new(6, 3);
    struct log_builder log;
    start_log(&log, "heartbeat", 5);
    sim_connect(sim, 0, 1, 5);
    sim_connect(sim, 1, 2, 5);
    sim_publish(sim, 0, &log);
    sim_run(sim, 2000);
    sim_heartbeat(sim, 0, &log);
    sim_run(sim, 200);
    struct replica *replica = sim_replica(sim, 2, issuer_of(&log));
    assert_int_equal(replica->line_count, 1);
    uint64_t time = replica->lines[0].time;
    uint64_t judgements = sim_node(sim, 2)->judgements;
    sim_run(sim, 120000); /* nothing new: nothing is judged again */
    assert_int_equal(sim_node(sim, 2)->judgements, judgements);
    sim_heartbeat(sim, 0, &log);
    sim_run(sim, 200);
    assert_true(replica->lines[0].time > time);
    assert_int_equal(sim_node(sim, 2)->judgements, judgements + 1);
    log_builder_fini(&log);
    sim_free(sim);
}

/* A line by a key that is no heartbeat key of the log goes no further. */
static void test_strange_line(void **state)
{
    (void)state;
    struct sim *sim = sim_new(13, 3);
    struct log_builder log;
    start_log(&log, "strange", 5);
    sim_connect(sim, 0, 1, 5);
    sim_connect(sim, 1, 2, 5);
    sim_publish(sim, 0, &log);
    sim_run(sim, 2000);
    struct log_builder other;
    log_builder_init(&other, "other");
    sim_heartbeat(sim, 0, &log);
    replica_heartbeat(sim_replica(sim, 0, issuer_of(&log)), &other, sim_unix_s(sim));
    sim_heartbeat(sim, 0, &log);
    sim_run(sim, 100000);
    assert_int_equal(sim_replica(sim, 0, issuer_of(&log))->line_count, 2);
    for (size_t i = 1; i < 3; i++) {
        struct replica *replica = sim_replica(sim, i, issuer_of(&log));
        assert_int_equal(replica->line_count, 1);
        assert_memory_equal(&replica->lines[0].key, &log.heartbeat.key, sizeof(struct avow_key));
        assert_int_equal(sim_node(sim, i)->closed[AVOW_REJECT_SIGNATURE], 0);
    }
    log_builder_fini(&other);
    log_builder_fini(&log);
    sim_free(sim);
}

/* Lines by witnesses that a node's policies name stand beside heartbeats, and go on from there; a
 * false one ends the connection that it came by. */
static void test_named_witness(void **state)
{
    (void)state;
    struct sim *sim = sim_new(14, 4);
    struct log_builder log, witness;
    start_log(&log, "named", 5);
    log_builder_init(&witness, "a witness");
    struct avow_core_config config = avow_core_config_default();
    for (size_t i = 0; i < 3; i++) { /* the last one's policies name nobody */
        sim_node(sim, i)->witnesses[0] = witness.heartbeat.key;
        sim_node(sim, i)->witness_count = 1;
        sim_reconfigure(sim, i, &config);
    }
    for (size_t i = 1; i < 4; i++)
        sim_connect(sim, i - 1, i, 5);
    sim_publish(sim, 0, &log);
    sim_run(sim, 2000);
    replica_heartbeat(sim_replica(sim, 0, issuer_of(&log)), &witness, sim_unix_s(sim));
    sim_heartbeat(sim, 0, &log);
    sim_run(sim, 500);
    uint64_t judgements = sim_node(sim, 3)->judgements;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(sim_replica(sim, i, issuer_of(&log))->line_count, 2);
        if (i > 0) /* the first one has them from the test */
            assert_int_equal(sim_node(sim, i)->judgements, 1 + 1);
    }
    assert_int_equal(sim_replica(sim, 3, issuer_of(&log))->line_count, 1);
    sim_run(sim, 100000); /* however often it is listed, nobody judges it again */
    assert_int_equal(sim_node(sim, 3)->judgements, judgements);
    struct replica *first = sim_replica(sim, 0, issuer_of(&log));
    replica_heartbeat(first, &witness, sim_unix_s(sim));
    for (size_t i = 0; i < first->line_count; i++)
        if (avow_key_equal(&first->lines[i].key, &witness.heartbeat.key))
            first->lines[i].signature.bytes[1] ^= 1;
    sim_run(sim, 60000);
    assert_int_equal(sim_node(sim, 1)->closed[AVOW_REJECT_SIGNATURE], 1);
    log_builder_fini(&witness);
    log_builder_fini(&log);
    sim_free(sim);
}

/* A better history that is withheld: after ten minutes it is let alone for an hour, while what it
 * would abandon stays unknown. */
static void test_withheld_branch(void **state)
{
    (void)state;
    struct sim *sim = sim_new(15, 2);
    struct log_builder held, better;
    start_log(&held, "withheld", 5);
    log_builder_copy(&better, &held, held.count);
    uint64_t parts_at = held.count;
    log_builder_add_issue(&held, 2);
    log_builder_rotate_root(&better);
    log_builder_add_issue(&better, 2);
    sim_publish(sim, 0, &held);
    sim_publish(sim, 1, &better);
    sim_node(sim, 1)->conduct = SIM_WITHHOLDS;
    sim_connect(sim, 0, 1, 5);
    struct replica *replica = sim_replica(sim, 0, issuer_of(&held));
    sim_run(sim, 590000);
    assert_true(replica->has_branch);
    sim_run(sim, 30000);
    assert_false(replica->has_branch);
    assert_int_equal(sim_node(sim, 0)->traces[AVOW_CORE_TRACE_GIVEN_UP], 1);
    assert_int_equal(replica->abandoned_from, parts_at);
    assert_int_equal(replica->other_count, 1);
    log_builder_add_issue(&held, 2); /* it is served and extended */
    sim_publish(sim, 0, &held);
    assert_int_equal(sim_size(sim, 0, issuer_of(&held)), held.count);
    sim_node(sim, 1)->conduct = SIM_HONEST;
    sim_run(sim, 3000000);
    assert_int_equal(sim_size(sim, 0, issuer_of(&held)), held.count);
    sim_run(sim, 700000);
    assert_equal_logs(sim, 2, &better);
    assert_true(replica->abandoned_from == AVOW_NEVER && replica->other_count == 0);
    log_builder_fini(&held);
    log_builder_fini(&better);
    sim_free(sim);
}

/* A root entry below the head: its log is pulled beside the held one, from where they part, and
 * takes its place when it is whole. */
static void test_better_chain(void **state)
{
    (void)state;
    struct sim *sim = sim_new(7, 2);
    struct log_builder held, better;
    start_log(&held, "chain", 5);
    log_builder_copy(&better, &held, held.count);
    uint64_t parts_at = held.count;
    for (size_t i = 0; i < 4; i++)
        log_builder_add_issue(&held, 2);
    log_builder_rotate_root(&better);
    log_builder_add_issue(&better, 2);
    sim_publish(sim, 0, &held);
    sim_publish(sim, 1, &better);
    sim_connect(sim, 0, 1, 5);
    sim_node(sim, 1)->conduct = SIM_WITHHOLDS;
    sim_run(sim, 60000);
    assert_int_equal(sim_size(sim, 0, issuer_of(&held)), held.count);
    assert_int_equal(sim_replica(sim, 0, issuer_of(&held))->abandoned_from, parts_at);
    sim_node(sim, 1)->conduct = SIM_HONEST;
    sim_run(sim, 40000);
    assert_equal_logs(sim, 2, &better);
    for (size_t i = 0; i < 2; i++)
        assert_true(sim_replica(sim, i, issuer_of(&held))->abandoned_from == AVOW_NEVER);
    assert_int_equal(sim_node(sim, 0)->traces[AVOW_CORE_TRACE_BETTER_CHAIN], 1);
    assert_int_equal(sim_node(sim, 0)->traces[AVOW_CORE_TRACE_SWITCHED], 1);
    assert_int_equal(sim_node(sim, 0)->chunks_asked, 1 + 60 / 15);
    assert_in_range(sim_node(sim, 0)->judgements, 1, 1);
    assert_in_range(sim_node(sim, 1)->judgements, 1, 1);
    log_builder_fini(&held);
    log_builder_fini(&better);
    sim_free(sim);
}

/* An ordinary new epoch goes on from the held log. */
static void test_new_epoch(void **state)
{
    (void)state;
    struct sim *sim = sim_new(8, 3);
    struct log_builder log;
    start_log(&log, "epoch", 5);
    sim_connect(sim, 0, 1, 5);
    sim_connect(sim, 1, 2, 5);
    sim_publish(sim, 0, &log);
    sim_run(sim, 1000);
    for (size_t i = 0; i < 3; i++) {
        log_builder_rotate_root(&log);
        sim_publish(sim, 0, &log);
        sim_run(sim, 500);
        assert_equal_logs(sim, 3, &log);
    }
    log_builder_fini(&log);
    sim_free(sim);
}

/* Two histories of one origin: neither node is to blame, neither takes the other's. */
struct fork_case {
    const char *name;
    size_t mine, theirs; /* issues after they part */
    uint64_t delay_ms;
};

static const struct fork_case fork_cases[] = {
    {"of one size", 2, 2, 5},
    {"longer there", 2, 5, 5},
    {"longer here", 5, 2, 5},
    {"longer there, far away", 2, 5, 400},
    {"longer there, farther away", 2, 5, 2000},
};

static void test_fork(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(fork_cases) / sizeof(fork_cases[0]); i++) {
        const struct fork_case *row = &fork_cases[i];
        struct sim *sim = sim_new(9, 2);
        struct log_builder mine, theirs;
        start_log(&mine, "fork", 5);
        log_builder_copy(&theirs, &mine, mine.count);
        for (size_t k = 0; k < row->mine; k++)
            log_builder_add_issue(&mine, 2);
        theirs.t++;
        for (size_t k = 0; k < row->theirs; k++)
            log_builder_add_issue(&theirs, 2);
        sim_publish(sim, 0, &mine);
        sim_publish(sim, 1, &theirs);
        sim_connect(sim, 0, 1, row->delay_ms);
        sim_run(sim, 100000);
        uint64_t suspected = sim_node(sim, 0)->traces[AVOW_CORE_TRACE_FORK_SUSPECTED] +
                             sim_node(sim, 1)->traces[AVOW_CORE_TRACE_FORK_SUSPECTED];
        if (suspected == 0 || suspected > 2) /* once at each, whatever is listed again */
            fail_msg("%s: suspected %u times", row->name, (unsigned)suspected);
        for (size_t k = 0; k < 2; k++) {
            struct avow_core_stats stats;
            avow_core_stats(sim_node(sim, k)->core, &stats);
            assert_int_equal(stats.rejected, 0);
            assert_int_equal(stats.links, 1);
        }
        assert_int_equal(sim_size(sim, 0, issuer_of(&mine)), mine.count);
        assert_int_equal(sim_size(sim, 1, issuer_of(&mine)), theirs.count);
        log_builder_fini(&mine);
        log_builder_fini(&theirs);
        sim_free(sim);
    }
}

/* A checkpoint too far ahead of a node's clock is dropped there, not remembered. */
static void test_future(void **state)
{
    (void)state;
    struct sim *sim = sim_new(10, 2);
    struct log_builder log;
    start_log(&log, "future", 5);
    sim_node(sim, 1)->clock_s = -400;
    sim_publish(sim, 0, &log);
    sim_connect(sim, 0, 1, 5);
    sim_run(sim, 1000);
    assert_int_equal(sim_size(sim, 1, issuer_of(&log)), 0);
    assert_int_equal(sim_node(sim, 1)->judgements, 0);
    sim_node(sim, 1)->clock_s = -200;
    sim_run(sim, 31000);
    assert_equal_logs(sim, 2, &log);
    log_builder_fini(&log);
    sim_free(sim);
}

/* A log whose signed status root is wrong is nobody's but its issuer's fault. */
static void test_faulty(void **state)
{
    (void)state;
    struct sim *sim = sim_new(11, 2);
    struct log_builder log;
    start_log(&log, "faulty", 5);
    sim_publish(sim, 0, &log);
    struct avow_checkpoint *checkpoint = &sim_replica(sim, 0, issuer_of(&log))->checkpoint;
    checkpoint->status_root.bytes[0] ^= 1;
    avow_checkpoint_sign(checkpoint, &log.sign.secret);
    sim_connect(sim, 0, 1, 5);
    sim_run(sim, 100000);
    struct sim_node *node = sim_node(sim, 1);
    assert_int_equal(sim_size(sim, 1, issuer_of(&log)), 0);
    assert_int_equal(node->traces[AVOW_CORE_TRACE_FAULTY], 1);
    assert_int_equal(node->chunks_asked, 1);
    struct avow_core_stats stats;
    avow_core_stats(node->core, &stats);
    assert_int_equal(stats.rejected, 0);
    log_builder_add_issue(&log, 2);
    sim_publish(sim, 0, &log);
    sim_run(sim, 200);
    assert_equal_logs(sim, 2, &log);
    log_builder_fini(&log);
    sim_free(sim);
}

/* A checkpoint of a larger size with a forged signature ends the connection, and hides nothing
 * that an honest peer announces beside it. */
static void test_forged(void **state)
{
    (void)state;
    struct sim *sim = sim_new(12, 3);
    struct log_builder log;
    start_log(&log, "forged", 5);
    sim_publish(sim, 0, &log);
    sim_connect(sim, 0, 1, 5);
    uint32_t link = sim_connect(sim, 2, 1, 1);
    sim_run(sim, 2000);
    struct avow_message message = {.type = AVOW_MESSAGE_ANNOUNCE};
    message.checkpoint = sim_replica(sim, 0, issuer_of(&log))->checkpoint;
    message.checkpoint.size += 1000;
    message.checkpoint.time += 10;
    sim_inject(sim, link, 2, &message);
    sim_run(sim, 1);
    log_builder_add_issue(&log, 2);
    sim_publish(sim, 0, &log);
    sim_run(sim, 500);
    assert_int_equal(sim_node(sim, 1)->closed[AVOW_REJECT_SIGNATURE], 1);
    assert_equal_logs(sim, 2, &log);
    log_builder_fini(&log);
    sim_free(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_announce),      cmocka_unit_test(test_late_joiner),
        cmocka_unit_test(test_long_log),      cmocka_unit_test(test_conduct),
        cmocka_unit_test(test_storm),         cmocka_unit_test(test_silent_link),
        cmocka_unit_test(test_heartbeat),     cmocka_unit_test(test_better_chain),
        cmocka_unit_test(test_named_witness), cmocka_unit_test(test_withheld_branch),
        cmocka_unit_test(test_new_epoch),     cmocka_unit_test(test_fork),
        cmocka_unit_test(test_future),        cmocka_unit_test(test_faulty),
        cmocka_unit_test(test_forged),        cmocka_unit_test(test_strange_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
