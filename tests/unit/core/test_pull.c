/* Pulling, chunk by chunk: what is asked for, stored, asked again, and who is blamed. */
#include "tests/sim/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define LOG 1000 /* the issuer that is pulled */

static uint64_t sent_request(struct rig *rig, uint32_t link, enum avow_message_type type)
{
    assert_true(rig_sent(rig, link, type));
    return rig->message.request;
}

static uint64_t token_of(const struct rig *rig, enum avow_core_action_type type)
{
    const struct avow_core_action *action = rig_find(rig, RIG_ANY, type);
    assert_non_null(action);
    return action->token;
}

static void judged(struct rig *rig, uint64_t token, enum avow_reject reject)
{
    struct avow_core_event event = {.type = AVOW_CORE_JUDGED, .token = token};
    event.judgement.reject = reject;
    rig_step(rig, event);
}

/* The checkpoint that a link announced stands; its log is asked for from now on. */
static void begin(struct rig *rig, uint32_t link, uint64_t issuer, uint64_t size)
{
    rig_announce(rig, link, issuer, size);
    if (rig_find(rig, RIG_ANY, AVOW_CORE_JUDGE) == NULL) {
        uint64_t request = sent_request(rig, link, AVOW_MESSAGE_GET_CHAIN);
        struct avow_message *message = rig_draft(rig, AVOW_MESSAGE_CHAIN);
        message->request = request;
        message->issuer = rig_checkpoint(issuer, size).issuer;
        message->size = size;
        rig_say(rig, link);
    }
    judged(rig, token_of(rig, AVOW_CORE_JUDGE), AVOW_ACCEPT);
}

/* The `nth` chunk asked of the link in the last step: into rig->message. */
static bool asked(struct rig *rig, uint32_t link, size_t nth)
{
    for (size_t i = 0; i < rig->count; i++) {
        uint64_t type = 0;
        if (rig->actions[i].type != AVOW_CORE_SEND || rig->actions[i].link != link)
            continue;
        assert_int_equal(avow_message_peek(rig->actions[i].bytes, &type), AVOW_ACCEPT);
        if (type != AVOW_MESSAGE_GET_RANGE || nth-- > 0)
            continue;
        assert_int_equal(avow_message_decode(rig->actions[i].bytes, &rig->message), AVOW_ACCEPT);
        return true;
    }
    return false;
}

/* Answers the request in rig->message with `count` entries, of 1 byte and 2 of framing. */
static void answer(struct rig *rig, uint32_t link, size_t count)
{
    static uint8_t items[3 * 8192];
    struct avow_message request = rig->message;
    assert_in_range(count, 1, sizeof(items) / 3);
    for (size_t i = 0; i < count; i++)
        memcpy(items + 3 * i, "\xc4\x01", 3);
    struct avow_message *message = rig_draft(rig, AVOW_MESSAGE_RANGE);
    message->request = request.request;
    message->issuer = request.issuer;
    message->from = request.from;
    message->size = request.size;
    message->entries = (struct avow_list){count, avow_bytes(items, 3 * count)};
    rig_say(rig, link);
}

static void stored(struct rig *rig, uint64_t token, struct avow_core_stored result)
{
    rig_step(rig,
             (struct avow_core_event){.type = AVOW_CORE_STORED, .token = token, .stored = result});
}

static void start(struct rig *rig)
{
    rig_init(rig, NULL);
    rig_join_empty(rig, 0);
    rig_join_empty(rig, 1);
    rig_join_empty(rig, 2);
}

static void hold(struct rig *rig, uint64_t size, uint64_t pending)
{
    rig->held.checkpoint = rig_checkpoint(LOG, size);
    rig->held.pending = pending;
}

/* ------------------------------------------------------------------ going well */

static void test_window(void **state)
{
    (void)state;
    struct rig rig;
    start(&rig);
    begin(&rig, 0, LOG, 100000);
    for (size_t i = 0; i < 128; i++) {
        assert_true(asked(&rig, 0, i));
        assert_int_equal(rig.message.from, 256 * i);
        assert_int_equal(rig.message.count, 256);
        assert_int_equal(rig.message.size, 100000);
    }
    assert_false(asked(&rig, 0, 128));
    assert_true(asked(&rig, 0, 0));
    answer(&rig, 0, 256);
    const struct avow_core_action *store = rig_find(&rig, RIG_ANY, AVOW_CORE_STORE_RANGE);
    assert_non_null(store);
    assert_int_equal(store->from, 0);
    assert_int_equal(store->entries.count, 256);
    assert_int_equal(store->checkpoint->size, 100000);
    assert_false(asked(&rig, 0, 0)); /* the window is full until that is stored */
    stored(&rig, store->token, (struct avow_core_stored){.pending = 256});
    assert_true(asked(&rig, 0, 0));
    assert_int_equal(rig.message.from, 32768);
    assert_int_equal(rig.message.count, 4096); /* short entries: more at a time */
    rig_fini(&rig);
}

/* A short answer: the next chunk follows on, and what had been asked for after it is void. */
static void test_short_answer(void **state)
{
    (void)state;
    struct rig rig;
    start(&rig);
    begin(&rig, 0, LOG, 1000);
    assert_true(asked(&rig, 0, 1));
    struct avow_message second = rig.message;
    assert_true(asked(&rig, 0, 0));
    answer(&rig, 0, 100);
    assert_true(asked(&rig, 0, 0));
    assert_int_equal(rig.message.from, 100);
    assert_int_equal(rig.message.count, 100);
    assert_true(asked(&rig, 0, 1));
    assert_int_equal(rig.message.from, 200);
    assert_int_equal(rig.message.count, 56); /* to the end of a bundle */
    rig.message = second;
    answer(&rig, 0, 256);
    assert_int_equal(rig.count, 0);
    rig_fini(&rig);
}

static void test_complete(void **state)
{
    (void)state;
    struct rig rig;
    start(&rig);
    begin(&rig, 0, LOG, 10);
    assert_true(asked(&rig, 0, 0));
    struct avow_message request = rig.message;
    rig_announce(&rig, 1, LOG, 10); /* has it too */
    assert_int_equal(rig.count, 0);
    rig.message = request;
    answer(&rig, 0, 10);
    hold(&rig, 10, 10);
    stored(&rig, token_of(&rig, AVOW_CORE_STORE_RANGE),
           (struct avow_core_stored){.accepted = 10, .pending = 10, .advanced = true});
    assert_false(rig_sent(&rig, 0, AVOW_MESSAGE_ANNOUNCE));
    assert_false(rig_sent(&rig, 1, AVOW_MESSAGE_ANNOUNCE));
    assert_true(rig_sent(&rig, 2, AVOW_MESSAGE_ANNOUNCE));
    assert_int_equal(rig.message.checkpoint.size, 10);
    struct avow_core_stats stats;
    avow_core_stats(rig.core, &stats);
    assert_int_equal(stats.wants, 0);
    rig_fini(&rig);
}

/* A larger checkpoint that comes meanwhile is looked at in the very step that ends the first. */
static void test_next(void **state)
{
    (void)state;
    struct rig rig;
    start(&rig);
    hold(&rig, 5, 5);
    begin(&rig, 0, LOG, 10);
    assert_true(asked(&rig, 0, 0));
    struct avow_message request = rig.message;
    rig_announce(&rig, 0, LOG, 12);
    rig_announce(&rig, 0, LOG, 11); /* smaller than the one that waits */
    assert_null(rig_find(&rig, RIG_ANY, AVOW_CORE_JUDGE));
    rig.message = request;
    answer(&rig, 0, 5);
    hold(&rig, 10, 10);
    stored(&rig, token_of(&rig, AVOW_CORE_STORE_RANGE),
           (struct avow_core_stored){.accepted = 10, .pending = 10, .advanced = true});
    const struct avow_core_action *judge = rig_find(&rig, RIG_ANY, AVOW_CORE_JUDGE);
    assert_non_null(judge);
    assert_int_equal(judge->task->checkpoint.size, 12);
    rig_fini(&rig);
}

/* What an earlier candidate left is gone on with. */
static void test_resume(void **state)
{
    (void)state;
    struct rig rig;
    start(&rig);
    hold(&rig, 5, 700);
    begin(&rig, 0, LOG, 1000);
    assert_true(asked(&rig, 0, 0));
    assert_int_equal(rig.message.from, 700);
    answer(&rig, 0, 68);
    /* It was of another history: its entries go, and nobody is to blame. */
    stored(&rig, token_of(&rig, AVOW_CORE_STORE_RANGE),
           (struct avow_core_stored){.reject = AVOW_REJECT_PROOF, .accepted = 5, .pending = 5});
    assert_null(rig_find(&rig, RIG_ANY, AVOW_CORE_CLOSE));
    assert_true(asked(&rig, 0, 0));
    assert_int_equal(rig.message.from, 5);
    rig_fini(&rig);
}

/* A long log leaves room for the first chunk of another. */
static void test_reserve(void **state)
{
    (void)state;
    struct rig rig;
    struct avow_core_config config = avow_core_config_default();
    config.ranges_max = 8;
    rig_init(&rig, &config);
    rig_join_empty(&rig, 0);
    begin(&rig, 0, LOG, 100000);
    assert_true(asked(&rig, 0, 5));
    assert_false(asked(&rig, 0, 6));
    for (uint64_t i = 1; i <= 2; i++) {
        begin(&rig, 0, LOG + i, 100000);
        assert_true(asked(&rig, 0, 0));
        assert_false(asked(&rig, 0, 1));
    }
    begin(&rig, 0, LOG + 3, 100000);
    assert_false(asked(&rig, 0, 0));
    rig_fini(&rig);
}

/* ------------------------------------------------------------------ going wrong */

/* What the store says of the first chunk of a log of 10, when 5 are held or nothing is. */
struct failure_case {
    const char *name;
    uint64_t held;
    struct avow_core_stored stored;
    bool closes;     /* the link that served it */
    bool asks_again; /* for a chunk, from stored.pending */
    bool checks;     /* asks of which tree the link answers */
    bool shuns;      /* whoever announces it again */
};

static const struct failure_case failure_cases[] = {
    {"unproved, new log", 0, {.reject = AVOW_REJECT_PROOF}, false, false, true, false},
    {"wrong root, new log", 0, {.reject = AVOW_REJECT_ROOT}, false, false, true, false},
    {"unproved, known log",
     5,
     {.reject = AVOW_REJECT_PROOF, .accepted = 5, .pending = 5},
     false,
     false,
     true,
     false},
    {"wrong root, known log",
     5,
     {.reject = AVOW_REJECT_ROOT, .accepted = 5, .pending = 5},
     false,
     false,
     true,
     false},
    {"starts elsewhere",
     5,
     {.reject = AVOW_REJECT_SIZE, .accepted = 6, .pending = 6},
     false,
     true,
     false,
     false},
    {"moved beyond",
     5,
     {.reject = AVOW_REJECT_SIZE, .accepted = 10, .pending = 10},
     false,
     false,
     false,
     false},
    {"no longer wanted",
     5,
     {.err = AVOW_ERR_REFUSED, .accepted = 11, .pending = 11},
     false,
     false,
     false,
     false},
    {"disk full", 5, {.err = AVOW_ERR_DISK_FULL}, false, false, false, false},
    {"no room",
     5,
     {.reject = AVOW_REJECT_QUOTA, .accepted = 5, .pending = 5},
     false,
     false,
     false,
     true},
    {"needs a newer version",
     5,
     {.reject = AVOW_REJECT_NEWER, .accepted = 5, .pending = 5},
     false,
     false,
     false,
     true},
    {"breaks a rule",
     5,
     {.reject = AVOW_REJECT_TARGET, .accepted = 5, .pending = 5},
     false,
     false,
     false,
     true},
    {"wrong status root",
     5,
     {.reject = AVOW_REJECT_STATUS_ROOT, .accepted = 5, .pending = 5},
     false,
     false,
     false,
     true},
};

static void check_failure(const struct failure_case *row)
{
    struct rig rig;
    start(&rig);
    if (row->held > 0)
        hold(&rig, row->held, row->held);
    begin(&rig, 0, LOG, 10);
    assert_true(asked(&rig, 0, 0));
    answer(&rig, 0, (size_t)rig.message.count);
    stored(&rig, token_of(&rig, AVOW_CORE_STORE_RANGE), row->stored);
    if (rig_closed(&rig, 0, AVOW_REJECT_PROOF) != row->closes)
        fail_msg("%s: closes", row->name);
    /* Of which tree the link answers, entry 0 tells for a log of which nothing is held. */
    bool checks =
        rig_sent(&rig, 0, row->held > 0 ? AVOW_MESSAGE_GET_CONSISTENCY : AVOW_MESSAGE_GET_CHAIN);
    if (checks != row->checks)
        fail_msg("%s: checks", row->name);
    bool asks = asked(&rig, 0, 0);
    if (asks != row->asks_again || (asks && rig.message.from != row->stored.pending))
        fail_msg("%s: asks again", row->name);
    struct avow_core_stats stats;
    avow_core_stats(rig.core, &stats);
    if (stats.wants != (row->checks || row->asks_again))
        fail_msg("%s: %u wants", row->name, (unsigned)stats.wants);
    if (stats.wants == 0) {
        rig_announce(&rig, 1, LOG, 10);
        if ((rig.count == 0) != row->shuns)
            fail_msg("%s: shuns", row->name);
    }
    rig_fini(&rig);
}

static void test_failures(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(failure_cases) / sizeof(failure_cases[0]); i++)
        check_failure(&failure_cases[i]);
}

/* Chunks under way are waited for before anything begins again. */
static void test_drain(void **state)
{
    (void)state;
    struct rig rig;
    uint64_t tokens[2];
    start(&rig);
    begin(&rig, 0, LOG, 100000);
    struct avow_message requests[2];
    for (size_t i = 0; i < 2; i++) {
        assert_true(asked(&rig, 0, i));
        requests[i] = rig.message;
    }
    for (size_t i = 0; i < 2; i++) {
        rig.message = requests[i];
        answer(&rig, 0, 256);
        tokens[i] = token_of(&rig, AVOW_CORE_STORE_RANGE);
    }
    stored(&rig, tokens[0], (struct avow_core_stored){.reject = AVOW_REJECT_SIZE, .pending = 1000});
    assert_int_equal(rig.count, 0);
    stored(&rig, tokens[1], (struct avow_core_stored){.reject = AVOW_REJECT_SIZE, .pending = 1024});
    assert_true(asked(&rig, 0, 0));
    assert_int_equal(rig.message.from, 1024);
    rig_fini(&rig);
}

/* An answer that is not to the question ends the connection. */
static void test_wrong_answers(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct rig rig;
        start(&rig);
        begin(&rig, 0, LOG, 1000);
        assert_true(asked(&rig, 0, 0));
        size_t count = 256;
        rig.message.from += i == 0;
        rig.message.size += i == 1;
        rig.message.issuer.bytes[31] ^= i == 2;
        count += i == 3;
        answer(&rig, 0, count);
        assert_true(rig_closed(&rig, 0, AVOW_REJECT_SIZE));
        assert_null(rig_find(&rig, RIG_ANY, AVOW_CORE_STORE_RANGE));
        rig_fini(&rig);
    }
}

/* A false giant of one peer hides the honest checkpoint of another only until it is judged: then
 * the log is looked for in the other's list. */
static void test_missed(void **state)
{
    (void)state;
    struct rig rig;
    start(&rig);
    hold(&rig, 5, 5);
    rig_announce(&rig, 0, LOG, 1000);
    uint64_t token = token_of(&rig, AVOW_CORE_JUDGE);
    rig_announce(&rig, 1, LOG, 6);
    assert_int_equal(rig.count, 0);
    judged(&rig, token, AVOW_REJECT_SIGNATURE);
    assert_true(rig_closed(&rig, 0, AVOW_REJECT_SIGNATURE));
    assert_true(rig_sent(&rig, 1, AVOW_MESSAGE_LIST));
    assert_int_equal(avow_get_u64be(rig.message.issuer.bytes), LOG - 1);
    assert_int_equal(rig.message.issuer.bytes[31], 0xff);
    rig_fini(&rig);
}

/* When the link that serves is lost, the next one that announced the same goes on. */
static void test_lost_link(void **state)
{
    (void)state;
    struct rig rig;
    start(&rig);
    begin(&rig, 0, LOG, 1000);
    assert_true(asked(&rig, 0, 0));
    struct avow_message request = rig.message;
    rig_announce(&rig, 1, LOG, 1000);
    rig.message = request;
    answer(&rig, 0, 256);
    uint64_t token = token_of(&rig, AVOW_CORE_STORE_RANGE);
    rig_down(&rig, 0);
    assert_true(asked(&rig, 1, 0)); /* after the chunk that is being stored */
    assert_int_equal(rig.message.from, 256);
    rig_down(&rig, 1);
    struct avow_core_stats stats;
    avow_core_stats(rig.core, &stats);
    assert_int_equal(stats.wants, 1); /* until the store has answered */
    stored(&rig, token, (struct avow_core_stored){.pending = 256});
    avow_core_stats(rig.core, &stats);
    assert_int_equal(stats.wants, 0);
    assert_int_equal(stats.ranges, 0);
    rig_fini(&rig);
}

/* Both sources fall silent, and are closed in the tick in which the one's time for an answer is up:
 * the other is asked for nothing then. */
static void test_lost_together(void **state)
{
    (void)state;
    struct rig rig;
    start(&rig);
    begin(&rig, 0, LOG, 100000);
    assert_true(asked(&rig, 0, 0));
    struct avow_message first = rig.message;
    rig_announce(&rig, 1, LOG, 100000);
    rig.message = first;
    answer(&rig, 0, 256); /* and it is never stored */
    assert_true(rig_tick_until(&rig, 90100, AVOW_CORE_CLOSE));
    assert_true(rig_closed(&rig, 0, AVOW_ACCEPT) && rig_closed(&rig, 1, AVOW_ACCEPT));
    struct avow_core_stats stats;
    avow_core_stats(rig.core, &stats);
    assert_int_equal(stats.ranges, 1);
    rig_fini(&rig);
}

/* A link that is asked for all that one link may be asked for holds up no log that another offers.
 */
static void test_full_link(void **state)
{
    (void)state;
    struct rig rig;
    struct avow_core_config config = avow_core_config_default();
    config.ranges_max = 4;
    rig_init(&rig, &config);
    rig_join_empty(&rig, 0);
    rig_join_empty(&rig, 1);
    for (uint64_t i = 1; i <= 4; i++)
        begin(&rig, 0, LOG + i, 10);
    hold(&rig, 5, 5);
    begin(&rig, 0, LOG, 10);
    assert_false(rig_sent(&rig, 0, AVOW_MESSAGE_GET_RANGE));
    rig_announce(&rig, 1, LOG, 10);
    assert_true(rig_tick_until(&rig, 2200, AVOW_CORE_SEND));
    assert_true(asked(&rig, 1, 0));
    assert_int_equal(rig.message.from, 5);
    rig_fini(&rig);
}

/* What a link says first of a log that others have too is not let go when that link has taken all
 * the room that there is. */
static void test_full_table(void **state)
{
    (void)state;
    struct rig rig;
    struct avow_core_config config = avow_core_config_default();
    config.wants_max = 4;
    rig_init(&rig, &config);
    for (uint32_t link = 0; link < 3; link++)
        rig_join_empty(&rig, link);
    hold(&rig, 5, 5);
    begin(&rig, 0, LOG, 10);
    rig_announce(&rig, 1, LOG, 10);
    for (uint64_t i = 1; i <= 3; i++)
        begin(&rig, 0, LOG + i, 10);
    rig_announce(&rig, 2, LOG + 9, 10);
    assert_true(rig_sent(&rig, 2, AVOW_MESSAGE_GET_CHAIN));
    assert_true(rig_tick_until(&rig, 2200, AVOW_CORE_SEND));
    assert_true(asked(&rig, 1, 0));
    rig_fini(&rig);
}

/* Of those that are asked at once, the first answer counts, and it is the others' no more. */
static void test_race(void **state)
{
    (void)state;
    struct rig rig;
    start(&rig);
    hold(&rig, 5, 5);
    begin(&rig, 0, LOG, 105);
    for (uint32_t link = 1; link < 3; link++)
        rig_announce(&rig, link, LOG, 105);
    assert_false(rig_tick_until(&rig, 1900, AVOW_CORE_SEND));
    assert_true(rig_tick_until(&rig, 200, AVOW_CORE_SEND));
    assert_true(asked(&rig, 1, 0) && asked(&rig, 2, 0));
    struct avow_message question = rig.message;
    assert_int_equal(question.count, 64); /* the first one was asked for 100 */
    answer(&rig, 2, 64);
    assert_non_null(rig_find(&rig, RIG_ANY, AVOW_CORE_STORE_RANGE));
    assert_true(asked(&rig, 2, 0));
    assert_int_equal(rig.message.from, 69);
    rig.message = question;
    answer(&rig, 1, 64);
    assert_int_equal(rig.count, 0);
    rig_fini(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_window),        cmocka_unit_test(test_short_answer),
        cmocka_unit_test(test_complete),      cmocka_unit_test(test_next),
        cmocka_unit_test(test_resume),        cmocka_unit_test(test_reserve),
        cmocka_unit_test(test_failures),      cmocka_unit_test(test_drain),
        cmocka_unit_test(test_wrong_answers), cmocka_unit_test(test_missed),
        cmocka_unit_test(test_lost_together), cmocka_unit_test(test_lost_link),
        cmocka_unit_test(test_full_link),     cmocka_unit_test(test_full_table),
        cmocka_unit_test(test_race),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
