/* One core, event by event: greeting, liveness, clocks, and what a hostile peer can cost. */
#include "proto/codec/writer.h"
#include "tests/sim/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* ------------------------------------------------------------------ greeting and liveness */

static void test_greeting(void **state)
{
    (void)state;
    struct rig rig;
    struct avow_core_config config = avow_core_config_default();
    config.store_epoch = UINT64_MAX;
    rig_init(&rig, &config);
    rig_up(&rig, 0);
    assert_true(rig_sent(&rig, 0, AVOW_MESSAGE_HELLO));
    assert_true(rig.message.store_epoch == AVOW_UINT_MAX);
    assert_true(avow_bytes_equal(rig.message.text, avow_bytes_text("test")));
    assert_int_equal(rig.message.time, RIG_T0);
    rig_hello(&rig, 0, AVOW_PEER_NODE);
    assert_true(rig_sent(&rig, 0, AVOW_MESSAGE_LIST));
    struct avow_core_link_info info;
    assert_true(avow_core_link(rig.core, 0, &info));
    assert_true(info.ready);
    assert_false(avow_core_link(rig.core, 1, &info));
    assert_false(avow_core_has_heard(rig.core));
    rig_fini(&rig);
}

/* Only a peer that this node chose to dial tells it where logs stand: anybody can have an empty
 * list. */
static void test_heard(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, NULL);
    rig_join_empty(&rig, 0);
    assert_false(avow_core_has_heard(rig.core));
    struct avow_core_event up = {.type = AVOW_CORE_LINK_UP, .link = 1, .outbound = true};
    up.node.bytes[0] = 9;
    rig_step(&rig, up);
    rig_hello(&rig, 1, AVOW_PEER_NODE);
    assert_true(rig_sent(&rig, 1, AVOW_MESSAGE_LIST));
    assert_false(avow_core_has_heard(rig.core));
    uint64_t request = rig.message.request;
    rig_draft(&rig, AVOW_MESSAGE_LOGS)->request = request;
    rig.message.last = 1;
    rig_say(&rig, 1);
    assert_true(avow_core_has_heard(rig.core));
    rig_fini(&rig);
}

/* Announces the held checkpoint with one line, by key `line`, of this second. */
static void announce_line(struct rig *rig, uint32_t link, uint8_t line)
{
    struct avow_message *message = rig_draft(rig, AVOW_MESSAGE_ANNOUNCE);
    message->checkpoint = rig->held.checkpoint;
    message->cosignature_count = 1;
    message->cosignatures[0].key.bytes[0] = line;
    message->cosignatures[0].time = RIG_T0;
    rig_say(rig, link);
}

/* Lines are of whole seconds: one that comes while another of the same second is judged is judged
 * in turn, and a third is asked for again. */
static void test_lines_of_one_second(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, NULL);
    rig.held = (struct avow_core_log){
        .checkpoint = rig_checkpoint(1, 9), .pending = 9, .abandoned_from = AVOW_NEVER};
    for (uint32_t link = 0; link < 3; link++)
        rig_join_empty(&rig, link);
    announce_line(&rig, 0, 1);
    const struct avow_core_action *judge = rig_find(&rig, RIG_ANY, AVOW_CORE_JUDGE);
    assert_non_null(judge);
    const uint64_t token = judge->token;
    announce_line(&rig, 1, 2);
    announce_line(&rig, 2, 3);
    announce_line(&rig, 0, 1); /* nothing new */
    rig_step(&rig, (struct avow_core_event){.type = AVOW_CORE_JUDGED, .token = token});
    judge = rig_find(&rig, RIG_ANY, AVOW_CORE_JUDGE);
    assert_non_null(judge);
    assert_int_equal(judge->task->cosignatures[0].key.bytes[0], 2);
    assert_true(rig_sent(&rig, 2, AVOW_MESSAGE_LIST));
    assert_false(rig_sent(&rig, 0, AVOW_MESSAGE_LIST));
    rig_fini(&rig);
}

/* A forged line on a true checkpoint is its sender's fault alone: whoever offers the same is judged
 * without it, and has lines of its own in its list. */
static void test_forged_line(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, NULL);
    rig.held = (struct avow_core_log){
        .checkpoint = rig_checkpoint(1, 9), .pending = 9, .abandoned_from = AVOW_NEVER};
    for (uint32_t link = 0; link < 2; link++)
        rig_join_empty(&rig, link);
    announce_line(&rig, 0, 1);
    const struct avow_core_action *judge = rig_find(&rig, RIG_ANY, AVOW_CORE_JUDGE);
    assert_non_null(judge);
    struct avow_core_event judged = {.type = AVOW_CORE_JUDGED, .token = judge->token};
    announce_line(&rig, 1, 1);
    judged.judgement.reject = AVOW_REJECT_SIGNATURE;
    rig_step(&rig, judged);
    assert_true(rig_closed(&rig, 0, AVOW_REJECT_SIGNATURE));
    judge = rig_find(&rig, RIG_ANY, AVOW_CORE_JUDGE);
    assert_non_null(judge);
    assert_int_equal(judge->task->cosignature_count, 0);
    judged.token = judge->token;
    judged.judgement.reject = AVOW_ACCEPT;
    rig_step(&rig, judged);
    assert_true(rig_sent(&rig, 1, AVOW_MESSAGE_LIST));
    rig_fini(&rig);
}

struct freshen_case {
    const char *name;
    int64_t freshened;    /* before the announcement comes, seconds; INT64_MAX: never */
    uint64_t later, more; /* the announced text's time and size, beyond the held one's */
    bool other;           /* it is of another tree */
    uint8_t line;         /* by this key; 0: none */
    bool judged;
};

#define WITNESS 7 /* that the node's policies name */
#define HEARTBEAT 8

static const struct freshen_case freshen_cases[] = {
    {"the first time", INT64_MAX, 1, 0, false, 0, true},
    {"signed again within the minute", 59, 1, 0, false, 0, false},
    {"at the same moment", 0, 1, 0, false, 0, false},
    {"after a minute", 60, 1, 0, false, 0, true},
    {"with new entries", 0, 1, 1, false, 0, true},
    {"of another tree: a fork", 0, 1, 0, true, 0, true},
    {"a heartbeat within the minute", 59, 0, 0, false, HEARTBEAT, false},
    {"a heartbeat after a minute", 60, 0, 0, false, HEARTBEAT, true},
    {"a witness's line", 0, 0, 0, false, WITNESS, true},
    {"the clock was turned back since", -3600, 1, 0, false, 0, true},
};

/* An issuer makes its log fresher once a minute: what comes sooner costs no judgement, and so no
 * write, and is not passed on. */
static void test_freshened(void **state)
{
    (void)state;
    const struct avow_key witness = {.bytes = {WITNESS}};
    struct avow_core_config config = avow_core_config_default();
    config.witnesses = &witness;
    config.witness_count = 1;
    for (size_t i = 0; i < sizeof(freshen_cases) / sizeof(freshen_cases[0]); i++) {
        const struct freshen_case *row = &freshen_cases[i];
        struct rig rig;
        rig_init(&rig, &config);
        rig.held = (struct avow_core_log){
            .checkpoint = rig_checkpoint(1, 9), .pending = 9, .abandoned_from = AVOW_NEVER};
        if (row->freshened != INT64_MAX)
            rig.held.freshened = (uint64_t)((int64_t)rig.now.unix_s - row->freshened);
        rig_join_empty(&rig, 0);
        struct avow_message *message = rig_draft(&rig, AVOW_MESSAGE_ANNOUNCE);
        message->checkpoint = rig.held.checkpoint;
        message->checkpoint.time += row->later;
        message->checkpoint.size += row->more;
        message->checkpoint.root.bytes[0] ^= row->other || row->more > 0;
        message->cosignature_count = row->line != 0;
        message->cosignatures[0] =
            (struct avow_cosignature){.key = {.bytes = {row->line}}, .time = rig.now.unix_s};
        rig_say(&rig, 0);
        if ((rig_find(&rig, RIG_ANY, AVOW_CORE_JUDGE) != NULL) != row->judged)
            fail_msg("%s: %s", row->name, row->judged ? "not judged" : "judged");
        rig_fini(&rig);
    }
}

struct refusal_case {
    const char *name;
    bool greeted;
    uint64_t role; /* of the greeting */
    enum avow_message_type type;
    enum avow_reject reject;
};

static const struct refusal_case refusal_cases[] = {
    {"announces before it greets", false, 0, AVOW_MESSAGE_ANNOUNCE, AVOW_REJECT_MESSAGE},
    {"pings before it greets", false, 0, AVOW_MESSAGE_PING, AVOW_REJECT_MESSAGE},
    {"greets twice", true, AVOW_PEER_NODE, AVOW_MESSAGE_HELLO, AVOW_REJECT_MESSAGE},
    {"a client that announces", true, AVOW_PEER_CLIENT, AVOW_MESSAGE_ANNOUNCE, AVOW_REJECT_MESSAGE},
    {"a watcher that announces", true, AVOW_PEER_WATCHER, AVOW_MESSAGE_ANNOUNCE,
     AVOW_REJECT_MESSAGE},
    {"an unknown role", false, 3, AVOW_MESSAGE_HELLO, AVOW_REJECT_VALUE},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusal_cases) / sizeof(refusal_cases[0]); i++) {
        const struct refusal_case *row = &refusal_cases[i];
        struct rig rig;
        rig_init(&rig, NULL);
        rig_up(&rig, 3);
        if (row->greeted)
            rig_hello(&rig, 3, row->role);
        rig_draft(&rig, row->type)->role = row->role;
        rig.message.checkpoint = rig_checkpoint(1, 1);
        rig_say(&rig, 3);
        if (!rig_closed(&rig, 3, row->reject))
            fail_msg("%s: not closed for it", row->name);
        rig_say(&rig, 3); /* what still comes is ignored */
        assert_int_equal(rig.count, 0);
        rig_step(&rig, (struct avow_core_event){.type = AVOW_CORE_LINK_DOWN, .link = 3});
        rig_join(&rig, 3, AVOW_PEER_NODE);
        assert_true(rig_sent(&rig, 3, AVOW_MESSAGE_LIST));
        rig_fini(&rig);
    }
}

static void test_silence(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, NULL);
    rig_up(&rig, 0);
    assert_false(rig_tick_until(&rig, 9900, AVOW_CORE_CLOSE));
    assert_true(rig_tick_until(&rig, 200, AVOW_CORE_CLOSE));
    rig_join(&rig, 1, AVOW_PEER_WATCHER);
    assert_false(rig_tick_until(&rig, 29900, AVOW_CORE_SEND));
    assert_true(rig_tick_until(&rig, 200, AVOW_CORE_SEND));
    assert_true(rig_sent(&rig, 1, AVOW_MESSAGE_PING));
    rig_draft(&rig, AVOW_MESSAGE_PONG);
    rig_say(&rig, 1);
    assert_false(rig_tick_until(&rig, 89000, AVOW_CORE_CLOSE)); /* counted from the pong */
    rig_draft(&rig, AVOW_MESSAGE_PING)->request = 77;
    rig_say(&rig, 1);
    assert_true(rig_sent(&rig, 1, AVOW_MESSAGE_PONG));
    assert_int_equal(rig.message.request, 77);
    assert_true(rig_tick_until(&rig, 91000, AVOW_CORE_CLOSE));
    assert_true(rig_closed(&rig, 1, AVOW_ACCEPT));
    rig_fini(&rig);
}

/* Clocks that jump end nothing, and stop no timer for longer than one wait. */
struct jump_case {
    const char *name;
    int64_t ms, unix_s;
};
#define TEN_YEARS_S (INT64_C(10) * 365 * 86400)

static const struct jump_case jump_cases[] = {
    {"monotonic forwards", TEN_YEARS_S * 1000, 0},
    {"monotonic back", -1000000, 0},
    {"wall forwards", 0, TEN_YEARS_S},
    {"wall back", 0, -TEN_YEARS_S},
};

static void test_clocks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(jump_cases) / sizeof(jump_cases[0]); i++) {
        const struct jump_case *row = &jump_cases[i];
        struct rig rig;
        rig_init(&rig, NULL);
        rig_join(&rig, 0, AVOW_PEER_NODE);
        rig_tick(&rig, 100);
        rig.now.ms += (uint64_t)row->ms;
        rig.now.unix_s += (uint64_t)row->unix_s;
        rig_tick(&rig, 100);
        if (rig_find(&rig, 0, AVOW_CORE_CLOSE) != NULL)
            fail_msg("%s: closed", row->name);
        bool pinged = false;
        for (int k = 0; k < 301 && !pinged; k++) {
            rig_tick(&rig, 100);
            pinged = rig_sent(&rig, 0, AVOW_MESSAGE_PING);
        }
        if (!pinged)
            fail_msg("%s: no ping", row->name);
        rig_fini(&rig);
    }
}

/* ------------------------------------------------------------------ announcements */

static void test_who_hears(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, NULL);
    rig_join(&rig, 0, AVOW_PEER_NODE);
    rig_join(&rig, 1, AVOW_PEER_CLIENT);
    rig_join(&rig, 2, AVOW_PEER_WATCHER);
    rig_up(&rig, 3);
    rig.held.checkpoint = rig_checkpoint(7, 4);
    rig.held.pending = 4;
    rig_step(&rig, (struct avow_core_event){.type = AVOW_CORE_LOG_CHANGED,
                                            .issuer = rig.held.checkpoint.issuer});
    assert_true(rig_sent(&rig, 0, AVOW_MESSAGE_ANNOUNCE));
    assert_int_equal(rig.message.checkpoint.size, 4);
    assert_false(rig_sent(&rig, 1, AVOW_MESSAGE_ANNOUNCE));
    assert_true(rig_sent(&rig, 2, AVOW_MESSAGE_ANNOUNCE));
    assert_false(rig_sent(&rig, 3, AVOW_MESSAGE_ANNOUNCE));
    rig_fini(&rig);
}

/* What each announcement leads to, when a log of size 4 is held. */
struct announce_case {
    const char *name;
    uint64_t issuer, size, time;
    uint32_t epoch;
    uint8_t root;
    bool line; /* with a cosignature */
    enum avow_core_action_type type;
    bool acts;
};

static const struct announce_case announce_cases[] = {
    {"the held one", 7, 4, RIG_T0, 0, 0, false, AVOW_CORE_JUDGE, false},
    {"a smaller one", 7, 3, RIG_T0, 0, 0, false, AVOW_CORE_JUDGE, false},
    {"signed earlier", 7, 4, RIG_T0 - 1, 0, 0, false, AVOW_CORE_JUDGE, false},
    {"signed anew", 7, 4, RIG_T0 + 1, 0, 0, false, AVOW_CORE_JUDGE, true},
    {"another root", 7, 4, RIG_T0, 0, 1, false, AVOW_CORE_JUDGE, true},
    {"a new line", 7, 4, RIG_T0, 0, 0, true, AVOW_CORE_JUDGE, true},
    {"a larger one", 7, 5, RIG_T0, 0, 0, false, AVOW_CORE_JUDGE, true},
    {"of the future", 7, 5, RIG_T0 + 301, 0, 0, false, AVOW_CORE_JUDGE, false},
    {"just not of the future", 7, 5, RIG_T0 + 300, 0, 0, false, AVOW_CORE_JUDGE, true},
    {"another epoch", 7, 4, RIG_T0, 1, 0, false, AVOW_CORE_SEND, true},
    {"another issuer", 8, 1, RIG_T0, 0, 0, false, AVOW_CORE_SEND, true},
};

static void test_announcements(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(announce_cases) / sizeof(announce_cases[0]); i++) {
        const struct announce_case *row = &announce_cases[i];
        struct rig rig;
        rig_init(&rig, NULL);
        rig_join(&rig, 0, AVOW_PEER_NODE);
        rig.held.checkpoint = rig_checkpoint(7, 4);
        rig.held.pending = 4;
        struct avow_checkpoint checkpoint = rig_checkpoint(row->issuer, row->size);
        checkpoint.time = row->time;
        checkpoint.epoch = row->epoch;
        checkpoint.root.bytes[0] = row->root;
        rig_draft(&rig, AVOW_MESSAGE_ANNOUNCE)->checkpoint = checkpoint;
        rig.message.cosignature_count = row->line;
        rig.message.cosignatures[0].time = RIG_T0;
        rig_say(&rig, 0);
        bool acts = rig_find(&rig, RIG_ANY, row->type) != NULL;
        if (acts != row->acts || (!acts && rig.count != 0))
            fail_msg("%s: %zu actions", row->name, rig.count);
        rig_fini(&rig);
    }
}

/* ------------------------------------------------------------------ hostile peers */

/* Made-up issuers from one peer never keep out another, and cost no more than the block. */
static void test_flood(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, NULL);
    rig_join(&rig, 0, AVOW_PEER_NODE);
    rig_join(&rig, 1, AVOW_PEER_NODE);
    rig.held.checkpoint = rig_checkpoint(7, 4);
    rig.held.pending = 4;
    size_t asked = 0;
    struct avow_core_stats stats;
    for (uint64_t i = 0; i < 1000000; i++) {
        rig_announce(&rig, 0, 1000 + i, 5);
        assert_true(rig.count < 16);
        asked += rig_sent(&rig, 0, AVOW_MESSAGE_GET_CHAIN);
        if (i % 1000 == 0)
            rig_tick(&rig, 1);
    }
    avow_core_stats(rig.core, &stats);
    assert_int_equal(stats.wants, avow_core_config_default().wants_max);
    assert_int_equal(asked, 64);
    rig_announce(&rig, 1, 7, 5);
    assert_non_null(rig_find(&rig, RIG_ANY, AVOW_CORE_JUDGE));
    for (uint64_t i = 1; i < 10; i++) {
        rig_announce(&rig, 1, i * 100, 5);
        assert_true(rig_sent(&rig, 1, AVOW_MESSAGE_GET_CHAIN));
    }
    rig_fini(&rig);
}

/* Unanswered questions are asked again and again, then given up; then the block is empty. */
static void test_withheld(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, NULL);
    rig_join(&rig, 0, AVOW_PEER_NODE);
    for (uint64_t i = 0; i < 100; i++)
        rig_announce(&rig, 0, 1000 + i, 5);
    struct avow_core_stats stats;
    for (int i = 0; i < 24000; i++) {
        rig_tick(&rig, 100);
        rig_draft(&rig, AVOW_MESSAGE_PONG); /* alive, else */
        rig_say(&rig, 0);
    }
    avow_core_stats(rig.core, &stats);
    assert_int_equal(stats.wants, 0);
    rig_announce(&rig, 0, 1000, 5); /* ignored for an hour */
    assert_int_equal(rig.count, 0);
    rig_join(&rig, 1, AVOW_PEER_NODE);
    rig_announce(&rig, 1, 1000, 5); /* but not from another */
    assert_true(rig_sent(&rig, 1, AVOW_MESSAGE_GET_CHAIN));
    rig_fini(&rig);
}

/* A list must go forwards, so that it ends. */
static void test_lists(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct rig rig;
        rig_init(&rig, NULL);
        rig_join(&rig, 0, AVOW_PEER_NODE);
        assert_true(rig_sent(&rig, 0, AVOW_MESSAGE_LIST));
        uint64_t request = rig.message.request;
        uint8_t bytes[4096];
        struct avow_buf items;
        avow_buf_init_fixed(&items, bytes, sizeof(bytes));
        size_t count = i == 0 ? 0 : 2;
        for (size_t k = 0; k < count; k++) {
            struct avow_checkpoint checkpoint = rig_checkpoint(i == 1 ? 9 - k : 9 + k, 5);
            avow_write_array(&items, 2);
            avow_checkpoint_write(&items, &checkpoint);
            avow_cosignatures_write(&items, NULL, 0);
        }
        rig_draft(&rig, AVOW_MESSAGE_LOGS)->request = request + (i == 2);
        rig.message.checkpoints = (struct avow_list){count, avow_buf_bytes(&items)};
        rig_say(&rig, 0);
        switch (i) {
        case 0:
            assert_true(rig_closed(&rig, 0, AVOW_REJECT_LENGTH));
            break;
        case 1:
            assert_true(rig_closed(&rig, 0, AVOW_REJECT_KEY_ORDER));
            break;
        case 2: /* not what was asked */
            assert_int_equal(rig.count, 0);
            break;
        default:
            assert_true(rig_sent(&rig, 0, AVOW_MESSAGE_GET_CHAIN));
            assert_true(rig_sent(&rig, 0, AVOW_MESSAGE_LIST));
            assert_int_equal(avow_get_u64be(rig.message.issuer.bytes), 10);
            break;
        }
        rig_fini(&rig);
    }
}

/* Answers that nothing awaits change nothing. */
static void test_strays(void **state)
{
    (void)state;
    static const enum avow_message_type types[] = {AVOW_MESSAGE_CHAIN, AVOW_MESSAGE_RANGE,
                                                   AVOW_MESSAGE_CONSISTENCY, AVOW_MESSAGE_LOGS,
                                                   AVOW_MESSAGE_REFUSED};
    struct rig rig;
    rig_init(&rig, NULL);
    rig_join(&rig, 0, AVOW_PEER_NODE);
    rig_join(&rig, 1, AVOW_PEER_NODE);
    rig_announce(&rig, 0, 1000, 5);
    assert_true(rig_sent(&rig, 0, AVOW_MESSAGE_GET_CHAIN));
    uint64_t request = rig.message.request;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        for (uint64_t k = 0; k < 100; k++) {
            rig_draft(&rig, types[i])->request = k * 10007;
            rig_say(&rig, 0);
            assert_int_equal(rig.count, 0);
            rig.message.request = request; /* it is not theirs to answer */
            rig_say(&rig, 1);
            assert_int_equal(rig.count, 0);
        }
    }
    for (uint64_t k = 0; k < 100; k++) {
        struct avow_core_event event = {.type = AVOW_CORE_JUDGED, .token = request ^ k};
        rig_step(&rig, event);
        assert_int_equal(rig.count, 0);
        event.type = AVOW_CORE_STORED;
        rig_step(&rig, event);
        assert_int_equal(rig.count, 0);
    }
    rig_fini(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_greeting),    cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_silence),     cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_who_hears),   cmocka_unit_test(test_announcements),
        cmocka_unit_test(test_flood),       cmocka_unit_test(test_withheld),
        cmocka_unit_test(test_heard),       cmocka_unit_test(test_lines_of_one_second),
        cmocka_unit_test(test_forged_line), cmocka_unit_test(test_freshened),
        cmocka_unit_test(test_lists),       cmocka_unit_test(test_strays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
