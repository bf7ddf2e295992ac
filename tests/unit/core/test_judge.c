/* Judging a checkpoint, by the held chain and by a chain that comes with it. */
#include "node/core/judge.h"
#include "tests/sim/replica.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define TIME (LOG_BUILDER_T0 + 100)

/* `shared` entries, then a branch each way. */
struct fixture {
    struct log_builder held, theirs;
    struct avow_judge_task task;
    struct avow_buf chain;
};

static void start(struct fixture *fixture)
{
    memset(fixture, 0, sizeof(*fixture));
    log_builder_start(&fixture->held, "judge");
    log_builder_add_achievement(&fixture->held, "A", "T");
    log_builder_copy(&fixture->theirs, &fixture->held, fixture->held.count);
    avow_buf_init(&fixture->chain, AVOW_MESSAGE_BYTES_MAX);
}

static void end(struct fixture *fixture)
{
    log_builder_fini(&fixture->held);
    log_builder_fini(&fixture->theirs);
    avow_buf_fini(&fixture->chain);
}

/* The task that a peer which holds `theirs` gives rise to. */
static void make_task(struct fixture *fixture, bool by_held_chain)
{
    struct replica replica;
    struct avow_judge_task *task = &fixture->task;
    task->checkpoint = replica_checkpoint(&fixture->theirs, TIME);
    task->by_held_chain = by_held_chain;
    task->held_size = fixture->held.count;
    replica_init(&replica, &task->checkpoint.issuer);
    replica_publish(&replica, &fixture->theirs, TIME);
    struct avow_message request = {.size = task->checkpoint.size}, answer;
    memset(&answer, 0, sizeof(answer));
    avow_buf_clear(&fixture->chain);
    assert_true(replica_chain(&replica, &request, &fixture->chain, &answer));
    task->chain = answer.chain;
    replica_fini(&replica);
}

static struct avow_judgement judge(const struct fixture *fixture)
{
    struct avow_judgement judgement;
    struct avow_known_chains known = {.held = &fixture->held.state.chain};
    avow_judge_task_run(&fixture->task, &known, &judgement);
    return judgement;
}

/* What `held` and `theirs` do after what they share, and what that makes of them. */
enum deed { NOTHING, RECORD, RENAME, ROTATE };

struct relation_case {
    const char *name;
    enum deed held[3], theirs[3];
    enum avow_judge_relation relation;
    bool parts; /* `parts_at` and `shared` are given, from the end of what is shared */
    uint64_t parts_at, shared;
};

static const struct relation_case relation_cases[] = {
    {"the same", {0}, {0}, AVOW_JUDGE_EXTENDS, false, 0, 0},
    {"records only", {RECORD}, {RECORD, RECORD}, AVOW_JUDGE_EXTENDS, false, 0, 0},
    {"an epoch more, at the end", {0}, {ROTATE}, AVOW_JUDGE_EXTENDS, false, 0, 0},
    {"an epoch more, beyond the end", {RECORD}, {RECORD, RENAME}, AVOW_JUDGE_EXTENDS, false, 0, 0},
    {"an epoch more, below the head",
     {RECORD, RECORD},
     {RECORD, RENAME},
     AVOW_JUDGE_WINS,
     true,
     1,
     0},
    {"an epoch less", {RENAME}, {RECORD}, AVOW_JUDGE_BEHIND, false, 0, 0},
    {"a rotation beats a name", {RENAME}, {ROTATE}, AVOW_JUDGE_WINS, true, 0, 0},
    {"a name loses to a rotation", {ROTATE}, {RENAME}, AVOW_JUDGE_LOSES, true, 0, 0},
    {"two rotations", {ROTATE}, {RECORD, ROTATE}, AVOW_JUDGE_LOSES, true, 1, 0},
    {"after a shared epoch", {RENAME, RENAME}, {RENAME, ROTATE}, AVOW_JUDGE_WINS, true, 1, 1},
};

static void do_deeds(struct log_builder *log, const enum deed deeds[3], const char *name)
{
    for (size_t i = 0; i < 3; i++) {
        switch (deeds[i]) {
        case NOTHING:
            break;
        case RECORD:
            log_builder_add_issue(log, 2);
            break;
        case RENAME:
            log_builder_rename(log, i == 0 ? "Nova" : name);
            break;
        case ROTATE:
            log_builder_rotate_root(log);
            break;
        }
    }
}

static void test_relations(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(relation_cases) / sizeof(relation_cases[0]); i++) {
        const struct relation_case *row = &relation_cases[i];
        struct fixture fixture;
        start(&fixture);
        uint64_t base = fixture.held.count;
        do_deeds(&fixture.held, row->held, "held");
        do_deeds(&fixture.theirs, row->theirs, "theirs");
        make_task(&fixture, false);
        struct avow_judgement judgement = judge(&fixture);
        if (judgement.err != AVOW_OK || judgement.reject != AVOW_ACCEPT ||
            judgement.relation != row->relation)
            fail_msg("%s: %s, relation %d", row->name, avow_reject_name(judgement.reject),
                     judgement.relation);
        if (row->parts) {
            uint64_t shared = row->shared == 0 ? 1 : base + row->shared;
            if (judgement.parts_at != base + row->parts_at || judgement.shared != shared)
                fail_msg("%s: parts at %u, shared %u", row->name, (unsigned)judgement.parts_at,
                         (unsigned)judgement.shared);
            struct avow_hash root =
                log_builder_root_at(&fixture.theirs, (size_t)judgement.parts_at);
            assert_memory_equal(&judgement.parts_root, &root, sizeof(root));
        }
        end(&fixture);
    }
}

static void test_nothing_held(void **state)
{
    (void)state;
    struct fixture fixture;
    struct avow_judgement judgement;
    start(&fixture);
    make_task(&fixture, false);
    struct avow_known_chains known = {0};
    avow_judge_task_run(&fixture.task, &known, &judgement);
    assert_int_equal(judgement.err, AVOW_OK);
    assert_int_equal(judgement.reject, AVOW_ACCEPT);
    assert_int_equal(judgement.relation, AVOW_JUDGE_EXTENDS);
    end(&fixture);
}

/* By the held chain: only of its own origin. */
static void test_held_chain(void **state)
{
    (void)state;
    struct fixture fixture;
    start(&fixture);
    log_builder_add_issue(&fixture.theirs, 2);
    make_task(&fixture, true);
    assert_int_equal(judge(&fixture).reject, AVOW_ACCEPT);
    assert_int_equal(judge(&fixture).err, AVOW_OK);
    fixture.task.checkpoint.signature.bytes[3] ^= 1;
    assert_int_equal(judge(&fixture).reject, AVOW_REJECT_SIGNATURE);
    fixture.task.checkpoint_known = true; /* nothing but the lines is in question */
    assert_int_equal(judge(&fixture).reject, AVOW_ACCEPT);
    log_builder_rename(&fixture.theirs, "Nova");
    make_task(&fixture, true);
    assert_int_equal(judge(&fixture).err, AVOW_ERR_REFUSED);
    end(&fixture);
}

/* Heartbeats are told apart from lines by others. A line that does not count is nobody's fault. */
static void test_lines(void **state)
{
    (void)state;
    struct fixture fixture;
    start(&fixture);
    make_task(&fixture, true);
    struct avow_judge_task *task = &fixture.task;
    struct log_key stranger = log_builder_key(&fixture.held, "stranger");
    avow_cosignature_sign(&task->cosignatures[0], &task->checkpoint, TIME, &stranger.secret);
    avow_cosignature_sign(&task->cosignatures[1], &task->checkpoint, TIME + 5,
                          &fixture.held.heartbeat.secret);
    task->cosignature_count = 2;
    assert_int_equal(judge(&fixture).reject, AVOW_ACCEPT);
    assert_int_equal(judge(&fixture).lines, 2);
    task->witnesses = &stranger.key; /* if a policy names it */
    task->witness_count = 1;
    assert_int_equal(judge(&fixture).lines, 3);
    task->cosignatures[0].signature.bytes[0] ^= 1;
    assert_int_equal(judge(&fixture).reject, AVOW_REJECT_SIGNATURE);
    avow_cosignature_sign(&task->cosignatures[0], &task->checkpoint, TIME - 1, &stranger.secret);
    assert_int_equal(judge(&fixture).reject, AVOW_ACCEPT); /* left out, and nobody's fault */
    assert_int_equal(judge(&fixture).lines, 2);
    /* Never a key of the log's own, whatever a policy says. */
    task->witnesses = &fixture.held.sign.key;
    avow_cosignature_sign(&task->cosignatures[0], &task->checkpoint, TIME,
                          &fixture.held.sign.secret);
    assert_int_equal(judge(&fixture).lines, 2);
    task->witness_count = 0;
    task->cosignatures[0].signature.bytes[0] ^= 1; /* not even looked at */
    assert_int_equal(judge(&fixture).reject, AVOW_ACCEPT);
    task->cosignatures[1].signature.bytes[0] ^= 1;
    assert_int_equal(judge(&fixture).reject, AVOW_REJECT_SIGNATURE);
    /* A heartbeat out of its time is left out, and nobody's fault. */
    const uint64_t out_of_time[] = {TIME - 1, avow_chain_key(&fixture.held.state.chain,
                                                             &fixture.held.heartbeat.key,
                                                             AVOW_KEY_HEARTBEAT, AVOW_NEVER)
                                                      ->not_after +
                                                  1};
    for (size_t i = 0; i < 2; i++) {
        avow_cosignature_sign(&task->cosignatures[1], &task->checkpoint, out_of_time[i],
                              &fixture.held.heartbeat.secret);
        assert_int_equal(judge(&fixture).reject, AVOW_ACCEPT);
        assert_int_equal(judge(&fixture).lines, 0);
    }
    end(&fixture);
}

/* A third chain that is known decides as well. */
struct third_case {
    const char *name;
    enum deed held[3], theirs[3], third[3];
    enum avow_judge_relation relation;
    bool best;
};

static const struct third_case third_cases[] = {
    {"an extension that nothing speaks against", {0}, {RENAME}, {0}, AVOW_JUDGE_EXTENDS, true},
    {"an extension, beside a rotation", {0}, {RENAME}, {ROTATE}, AVOW_JUDGE_EXTENDS, false},
    {"below the head, beside a rotation",
     {RECORD, RECORD},
     {RECORD, RENAME},
     {ROTATE},
     AVOW_JUDGE_LOSES,
     false},
    {"a rotation beside two names", {RENAME}, {ROTATE}, {RECORD, RENAME}, AVOW_JUDGE_WINS, true},
    {"two rotations beside the held name",
     {RENAME},
     {ROTATE},
     {RECORD, ROTATE},
     AVOW_JUDGE_LOSES,
     false},
};

static void test_third(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(third_cases) / sizeof(third_cases[0]); i++) {
        const struct third_case *row = &third_cases[i];
        struct fixture fixture;
        struct log_builder third;
        start(&fixture);
        log_builder_copy(&third, &fixture.held, fixture.held.count);
        do_deeds(&fixture.held, row->held, "held");
        do_deeds(&fixture.theirs, row->theirs, "theirs");
        do_deeds(&third, row->third, "third");
        make_task(&fixture, false);
        struct avow_known_chains known = {
            .held = &fixture.held.state.chain, .others = {&third.state.chain}, .other_count = 1};
        struct avow_judgement judgement;
        avow_judge_task_run(&fixture.task, &known, &judgement);
        if (judgement.err != AVOW_OK || judgement.reject != AVOW_ACCEPT ||
            judgement.relation != row->relation || judgement.best != row->best)
            fail_msg("%s: relation %d, best %d", row->name, judgement.relation, judgement.best);
        log_builder_fini(&third);
        end(&fixture);
    }
}

/* A peer that has moved over to another history answers from that one. */
static void test_elsewhere(void **state)
{
    (void)state;
    struct fixture fixture;
    start(&fixture);
    log_builder_add_issue(&fixture.theirs, 2);
    make_task(&fixture, false);
    struct avow_checkpoint offered = fixture.task.checkpoint;
    log_builder_fini(&fixture.theirs);
    log_builder_copy(&fixture.theirs, &fixture.held, fixture.held.count);
    fixture.theirs.t += 5;
    log_builder_add_issue(&fixture.theirs, 2);
    make_task(&fixture, false);
    assert_false(judge(&fixture).elsewhere);
    fixture.task.checkpoint = offered;
    assert_true(judge(&fixture).elsewhere);
    end(&fixture);
}

/* Another branch's status entries. */
struct status_case {
    const char *name;
    uint64_t target; /* 3: a record below the opening entry; 5: one above it */
    enum avow_status made;
    bool before, bad_path, bad_signature, other_chain;
    enum avow_reject want;
};

static const struct status_case status_cases[] = {
    {.name = "revoked", .target = 3, .made = AVOW_STATUS_REVOKED, .want = AVOW_ACCEPT},
    {.name = "suspended", .target = 3, .made = AVOW_STATUS_SUSPENDED, .want = AVOW_ACCEPT},
    {.name = "a record of the epoch",
     .target = 5,
     .made = AVOW_STATUS_REVOKED,
     .want = AVOW_REJECT_TARGET},
    {.name = "an entry before the epoch",
     .target = 3,
     .made = AVOW_STATUS_SUSPENDED,
     .before = true,
     .want = AVOW_REJECT_VALUE},
    {.name = "a path that leads elsewhere",
     .target = 3,
     .made = AVOW_STATUS_REVOKED,
     .bad_path = true,
     .want = AVOW_REJECT_PROOF},
    {.name = "a signature that does not verify",
     .target = 3,
     .made = AVOW_STATUS_REVOKED,
     .bad_signature = true,
     .want = AVOW_REJECT_SIGNATURE},
    {.name = "another origin",
     .target = 3,
     .made = AVOW_STATUS_REVOKED,
     .other_chain = true,
     .want = AVOW_REJECT_ORIGIN},
};

static void test_statuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(status_cases) / sizeof(status_cases[0]); i++) {
        const struct status_case *row = &status_cases[i];
        struct fixture fixture;
        struct avow_proved_status status = {.index = 0};
        start(&fixture);
        log_builder_add_issue(&fixture.theirs, 2); /* 3 */
        if (row->before)
            status.index = log_builder_add_status(&fixture.theirs, row->target, row->made,
                                                  AVOW_REASON_FRAUD, LOG_BUILDER_NONE);
        log_builder_rename(&fixture.theirs, "Nova"); /* 4, which opens the epoch */
        log_builder_add_issue(&fixture.theirs, 2);   /* 5 */
        if (!row->before)
            status.index = log_builder_add_status(&fixture.theirs, row->target, row->made,
                                                  AVOW_REASON_FRAUD, LOG_BUILDER_NONE);
        status.checkpoint = replica_checkpoint(&fixture.theirs, TIME);
        status.entry = fixture.theirs.rows[status.index].bytes;
        struct avow_tree_nodes nodes = log_builder_nodes(&fixture.theirs);
        assert_int_equal(
            avow_merkle_inclusion_prove(&nodes, status.index, fixture.theirs.count, &status.path),
            AVOW_OK);
        if (row->bad_path)
            status.path.hashes[0].bytes[0] ^= 1;
        if (row->bad_signature)
            status.checkpoint.signature.bytes[3] ^= 1;
        const struct log_builder *by = row->other_chain ? &fixture.held : &fixture.theirs;
        enum avow_reject reject = avow_judge_status(&status, &by->state.chain);
        if (reject != row->want)
            fail_msg("%s: %s", row->name, avow_reject_name(reject));
        end(&fixture);
    }
}

/* A chain that does not lead to the checkpoint. */
static void test_bad_chains(void **state)
{
    (void)state;
    struct fixture fixture;
    start(&fixture);
    log_builder_rename(&fixture.theirs, "Nova");
    make_task(&fixture, false);
    struct avow_list whole = fixture.task.chain;
    fixture.task.chain = (struct avow_list){0};
    assert_int_equal(judge(&fixture).reject, AVOW_REJECT_CHAIN);
    fixture.task.chain = whole;
    for (size_t i = 0; i < whole.items.len; i += 7) {
        fixture.chain.data[i] ^= 1;
        if (judge(&fixture).reject == AVOW_ACCEPT && !judge(&fixture).elsewhere)
            fail_msg("byte %zu changed, and accepted", i);
        fixture.chain.data[i] ^= 1;
    }
    assert_int_equal(judge(&fixture).reject, AVOW_ACCEPT);
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_relations),  cmocka_unit_test(test_nothing_held),
        cmocka_unit_test(test_held_chain), cmocka_unit_test(test_lines),
        cmocka_unit_test(test_bad_chains), cmocka_unit_test(test_third),
        cmocka_unit_test(test_elsewhere),  cmocka_unit_test(test_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
