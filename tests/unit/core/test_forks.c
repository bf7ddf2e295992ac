/* Reading what peers know of forks: at this node's pace, and no more than it must; and what comes
 * of what is provably wrong. */
#include "proto/codec/writer.h"
#include "tests/sim/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define LOG 7
#define SIZE 9

static void start(struct rig *rig)
{
    rig_init(rig, NULL);
    rig->held.checkpoint = rig_checkpoint(LOG, SIZE);
    rig->held.pending = SIZE;
    rig->held.abandoned_from = AVOW_NEVER;
}

/* A node that has no logs to list, and knows of no forks. */
static void join(struct rig *rig, uint32_t link)
{
    rig_join_empty(rig, link);
    assert_true(rig_sent(rig, link, AVOW_MESSAGE_GET_FORKS));
    uint64_t request = rig->message.request;
    rig_draft(rig, AVOW_MESSAGE_FORKS)->request = request;
    rig->message.last = 1;
    rig_say(rig, link);
}

static struct avow_hash hash_of(uint64_t number)
{
    struct avow_hash hash = {{0}};
    avow_put_u64be(hash.bytes, number);
    return hash;
}

/* The link answers the question that rig->message is with what `type` asks to be filled in. */
static struct avow_message *answer(struct rig *rig, enum avow_message_type type)
{
    uint64_t request = rig->message.request;
    struct avow_hash issuer = rig->message.issuer;
    struct avow_message *message = rig_draft(rig, type);
    message->request = request;
    message->issuer = issuer;
    return message;
}

/* Says which issuers' digests changed, or answers GET_FORKS with them. */
static void say_digests(struct rig *rig, uint32_t link, struct avow_message *message,
                        const uint64_t *issuers, size_t count, uint64_t digest)
{
    uint8_t storage[4096];
    struct avow_buf items;
    avow_buf_init_fixed(&items, storage, sizeof(storage));
    for (size_t i = 0; i < count; i++) {
        struct avow_hash issuer = hash_of(issuers[i]), value = hash_of(digest);
        avow_list_digest_write(&items, &issuer, &value);
    }
    message->digests = (struct avow_list){count, avow_buf_bytes(&items)};
    message->last = 1;
    rig_say(rig, link);
}

static void notice(struct rig *rig, uint32_t link, uint64_t issuer, uint64_t digest)
{
    say_digests(rig, link, rig_draft(rig, AVOW_MESSAGE_FORKS), &issuer, 1, digest);
}

static uint8_t fork_bytes[AVOW_FORK_BYTES_MAX];

/* A fork of the held origin, by its form. */
static struct avow_bytes fork_of(uint64_t issuer)
{
    struct avow_fork fork = {.first = rig_checkpoint(issuer, SIZE),
                             .second = rig_checkpoint(issuer, SIZE)};
    struct avow_buf out;
    fork.second.root.bytes[0] = 1;
    avow_buf_init_fixed(&out, fork_bytes, sizeof(fork_bytes));
    avow_fork_encode(&out, &fork);
    return avow_buf_bytes(&out);
}

static void kept(struct rig *rig, uint64_t token, enum avow_reject reject, bool changed)
{
    struct avow_core_event event = {.type = AVOW_CORE_STORED, .token = token};
    event.issuer = rig->held.checkpoint.issuer;
    event.stored.reject = reject;
    event.stored.changed = changed;
    rig->held.forked = rig->held.forked || changed;
    rig_step(rig, event);
}

/* Read once, with all that there is; then not again while the digest is the same. */
static void test_reading(void **state)
{
    (void)state;
    struct rig rig;
    start(&rig);
    join(&rig, 0);
    join(&rig, 1);
    rig_join(&rig, 2, AVOW_PEER_WATCHER);
    notice(&rig, 0, LOG, 1);
    assert_true(rig_sent(&rig, 0, AVOW_MESSAGE_GET_FORK));
    answer(&rig, AVOW_MESSAGE_FORK)->fork = fork_of(LOG);
    rig_say(&rig, 0);
    const struct avow_core_action *keep = rig_find(&rig, RIG_ANY, AVOW_CORE_KEEP_FORK);
    assert_non_null(keep);
    assert_int_equal(keep->fork->second.root.bytes[0], 1);
    rig.has_digest = true;
    rig.digest = hash_of(99);
    kept(&rig, keep->token, AVOW_ACCEPT, true);
    for (uint32_t link = 0; link < 2; link++) { /* every node is told, at once */
        assert_true(rig_sent(&rig, link, AVOW_MESSAGE_FORKS));
        assert_int_equal(rig.message.request, 0);
        assert_int_equal(rig.message.digests.count, 1);
    }
    assert_false(rig_sent(&rig, 2, AVOW_MESSAGE_FORKS));
    assert_true(rig_sent(&rig, 0, AVOW_MESSAGE_GET_STATUSES));
    answer(&rig, AVOW_MESSAGE_STATUSES)->from = 4;
    rig_say(&rig, 0);
    assert_true(rig_sent(&rig, 0, AVOW_MESSAGE_GET_STATUSES));
    assert_int_equal(rig.message.from, 4);
    answer(&rig, AVOW_MESSAGE_STATUSES);
    rig_say(&rig, 0);
    notice(&rig, 0, LOG, 1);
    assert_false(rig_sent(&rig, 0, AVOW_MESSAGE_GET_FORK));
    notice(&rig, 0, LOG, 99); /* what this node knows itself */
    assert_false(rig_sent(&rig, 0, AVOW_MESSAGE_GET_FORK));
    notice(&rig, 1, LOG, 1); /* somebody else's word is another matter */
    assert_true(rig_sent(&rig, 1, AVOW_MESSAGE_GET_FORK));
    rig_fini(&rig);
}

/* What nobody holds here is not asked for. */
static void test_unknown_log(void **state)
{
    (void)state;
    struct rig rig;
    start(&rig);
    join(&rig, 0);
    notice(&rig, 0, LOG + 1, 1);
    assert_false(rig_sent(&rig, 0, AVOW_MESSAGE_GET_FORK));
    rig_fini(&rig);
}

/* A peer whose digests change all the time causes eight readings at once, then one in ten seconds.
 */
static void test_flood(void **state)
{
    (void)state;
    struct rig rig;
    start(&rig);
    join(&rig, 0);
    unsigned asked = 0;
    uint64_t digest = 1;
    for (unsigned i = 0; i < 200; i++) {
        notice(&rig, 0, LOG, digest++);
        if (rig_sent(&rig, 0, AVOW_MESSAGE_GET_FORK)) {
            answer(&rig, AVOW_MESSAGE_FORK);
            rig_say(&rig, 0);
            asked++;
        }
    }
    assert_int_equal(asked, 8);
    for (unsigned i = 0; i < 250; i++) { /* 25 s, in which pings are answered */
        rig_tick(&rig, 100);
        notice(&rig, 0, LOG, digest++);
        if (rig_sent(&rig, 0, AVOW_MESSAGE_GET_FORK)) {
            answer(&rig, AVOW_MESSAGE_FORK);
            rig_say(&rig, 0);
            asked++;
        }
    }
    assert_int_equal(asked, 10);
    rig_fini(&rig);
}

/* After the list of logs, the list of digests, page by page. */
static void test_pages(void **state)
{
    (void)state;
    static const uint64_t issuers[] = {3, LOG, 9};
    struct rig rig;
    start(&rig);
    rig_join(&rig, 0, AVOW_PEER_NODE);
    assert_true(rig_sent(&rig, 0, AVOW_MESSAGE_LIST));
    answer(&rig, AVOW_MESSAGE_LOGS)->last = 1;
    rig_say(&rig, 0);
    assert_true(rig_sent(&rig, 0, AVOW_MESSAGE_GET_FORKS));
    say_digests(&rig, 0, answer(&rig, AVOW_MESSAGE_FORKS), issuers, 3, 1);
    assert_true(rig_sent(&rig, 0, AVOW_MESSAGE_GET_FORK)); /* of the one that is held */
    struct avow_hash held = hash_of(LOG);
    assert_true(avow_hash_equal(&rig.message.issuer, &held));
    answer(&rig, AVOW_MESSAGE_REFUSED)->code = AVOW_REFUSAL_UNKNOWN_LOG;
    rig_say(&rig, 0);
    assert_false(rig_sent(&rig, 0, AVOW_MESSAGE_GET_FORKS)); /* that was the last page */
    rig_fini(&rig);
}

/* This node's own line goes to nodes, whose policies may name it, and to nobody else. */
static void test_own_line(void **state)
{
    (void)state;
    struct rig rig;
    start(&rig);
    join(&rig, 0);
    rig_join(&rig, 1, AVOW_PEER_WATCHER);
    for (unsigned line_only = 0; line_only < 2; line_only++) {
        rig_step(&rig, (struct avow_core_event){.type = AVOW_CORE_LOG_CHANGED,
                                                .issuer = rig.held.checkpoint.issuer,
                                                .line_only = line_only == 1});
        assert_true(rig_sent(&rig, 0, AVOW_MESSAGE_ANNOUNCE));
        assert_int_equal(rig_sent(&rig, 1, AVOW_MESSAGE_ANNOUNCE), line_only == 0);
    }
    rig_fini(&rig);
}

/* ------------------------------------------------------------------ what is wrong */

enum wrong {
    ISSUERS_FALL,
    EMPTY_PAGE,
    TOO_MANY_CHAINS,
    OTHER_ISSUER,
    NO_FORK,
    FORGED_FORK,
    CHAIN_OF_ANOTHER,
    FORGED_CHAIN,
    FORGED_STATUS,
    STATUSES_STAND_STILL,
    SILENCE,
    NO_ROOM,
    MOVED,
};

struct wrong_case {
    const char *name;
    enum wrong wrong;
    bool closes;
};

static const struct wrong_case wrong_cases[] = {
    {"digests out of order", ISSUERS_FALL, true},
    {"a page of nothing that is not the last", EMPTY_PAGE, true},
    {"nine other chains", TOO_MANY_CHAINS, true},
    {"another issuer's fork", OTHER_ISSUER, true},
    {"bytes that are no fork", NO_FORK, true},
    {"a fork that proves nothing", FORGED_FORK, true},
    {"another issuer's chain", CHAIN_OF_ANOTHER, true},
    {"a chain that does not stand", FORGED_CHAIN, true},
    {"a status entry that is not proved", FORGED_STATUS, true},
    {"status entries that go on and on", STATUSES_STAND_STILL, true},
    {"no answer", SILENCE, false},
    {"no room for a fork", NO_ROOM, false},
    {"a fork of an origin that was left meanwhile", MOVED, false},
};

static void say_chain(struct rig *rig, uint64_t issuer)
{
    struct avow_message *message = answer(rig, AVOW_MESSAGE_OTHER);
    message->checkpoint = rig_checkpoint(issuer, SIZE);
    message->checkpoint.epoch = 1;
    rig_say(rig, 0);
}

/* A reading of a forked log up to its status entries. */
static void read_to_statuses(struct rig *rig)
{
    rig->held.forked = true;
    answer(rig, AVOW_MESSAGE_FORK)->fork = fork_of(LOG);
    rig_say(rig, 0);
    assert_true(rig_sent(rig, 0, AVOW_MESSAGE_GET_STATUSES));
}

static void judge_forged(struct rig *rig)
{
    const struct avow_core_action *judge = rig_find(rig, RIG_ANY, AVOW_CORE_JUDGE);
    assert_non_null(judge);
    struct avow_core_event event = {.type = AVOW_CORE_JUDGED, .token = judge->token};
    event.judgement.reject = AVOW_REJECT_SIGNATURE;
    rig_step(rig, event);
}

static void keep_statuses(struct rig *rig)
{
    struct avow_message *message = answer(rig, AVOW_MESSAGE_STATUSES);
    static uint8_t storage[4096];
    struct avow_buf items;
    struct avow_proved_status status = {.checkpoint = rig_checkpoint(LOG, SIZE)};
    avow_buf_init_fixed(&items, storage, sizeof(storage));
    avow_proved_status_write(&items, &status);
    message->statuses = (struct avow_list){1, avow_buf_bytes(&items)};
    rig_say(rig, 0);
    const struct avow_core_action *keep = rig_find(rig, RIG_ANY, AVOW_CORE_KEEP_STATUSES);
    assert_non_null(keep);
    kept(rig, keep->token, AVOW_REJECT_PROOF, false);
}

static void keep_fork(struct rig *rig, enum avow_reject reject)
{
    answer(rig, AVOW_MESSAGE_FORK)->fork = fork_of(LOG);
    rig_say(rig, 0);
    kept(rig, rig_find(rig, RIG_ANY, AVOW_CORE_KEEP_FORK)->token, reject, false);
}

static void do_wrong(struct rig *rig, enum wrong wrong)
{
    static const uint64_t falling[] = {9, LOG};
    switch (wrong) {
    case ISSUERS_FALL:
        say_digests(rig, 0, answer(rig, AVOW_MESSAGE_FORKS), falling, 2, 1);
        return;
    case EMPTY_PAGE:
        answer(rig, AVOW_MESSAGE_FORKS);
        rig_say(rig, 0);
        return;
    case TOO_MANY_CHAINS:
        answer(rig, AVOW_MESSAGE_FORK)->count = 9;
        rig_say(rig, 0);
        return;
    case OTHER_ISSUER:
        answer(rig, AVOW_MESSAGE_FORK)->issuer = hash_of(LOG + 1);
        rig_say(rig, 0);
        return;
    case NO_FORK:
        answer(rig, AVOW_MESSAGE_FORK)->fork = avow_bytes_text("no fork");
        rig_say(rig, 0);
        return;
    case FORGED_FORK:
        keep_fork(rig, AVOW_REJECT_FORK);
        return;
    case NO_ROOM:
        keep_fork(rig, AVOW_REJECT_QUOTA);
        return;
    case MOVED:
        keep_fork(rig, AVOW_REJECT_ORIGIN);
        return;
    case CHAIN_OF_ANOTHER:
    case FORGED_CHAIN:
        answer(rig, AVOW_MESSAGE_FORK)->count = 1;
        rig_say(rig, 0);
        assert_true(rig_sent(rig, 0, AVOW_MESSAGE_GET_OTHER));
        say_chain(rig, wrong == FORGED_CHAIN ? LOG : LOG + 1);
        if (wrong == FORGED_CHAIN)
            judge_forged(rig);
        return;
    case FORGED_STATUS:
        read_to_statuses(rig);
        keep_statuses(rig);
        return;
    case STATUSES_STAND_STILL:
        read_to_statuses(rig);
        answer(rig, AVOW_MESSAGE_STATUSES)->from = 4;
        rig_say(rig, 0);
        assert_true(rig_sent(rig, 0, AVOW_MESSAGE_GET_STATUSES));
        answer(rig, AVOW_MESSAGE_STATUSES)->from = 4;
        rig_say(rig, 0);
        return;
    case SILENCE:
        for (unsigned i = 0; i < 16; i++)
            rig_tick(rig, 1000);
        return;
    }
}

static void test_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(wrong_cases) / sizeof(wrong_cases[0]); i++) {
        const struct wrong_case *row = &wrong_cases[i];
        struct rig rig;
        start(&rig);
        rig_join(&rig, 0, AVOW_PEER_NODE);
        assert_true(rig_sent(&rig, 0, AVOW_MESSAGE_LIST));
        answer(&rig, AVOW_MESSAGE_LOGS)->last = 1;
        rig_say(&rig, 0);
        assert_true(rig_sent(&rig, 0, AVOW_MESSAGE_GET_FORKS));
        if (row->wrong != ISSUERS_FALL && row->wrong != EMPTY_PAGE) {
            static const uint64_t issuer = LOG;
            say_digests(&rig, 0, answer(&rig, AVOW_MESSAGE_FORKS), &issuer, 1, 1);
            assert_true(rig_sent(&rig, 0, AVOW_MESSAGE_GET_FORK));
        }
        do_wrong(&rig, row->wrong);
        if ((rig_find(&rig, 0, AVOW_CORE_CLOSE) != NULL) != row->closes)
            fail_msg("%s", row->name);
        struct avow_core_stats stats;
        avow_core_stats(rig.core, &stats);
        assert_int_equal(stats.judgements, 0);
        if (!row->closes) { /* and it goes on: what is told next is asked for */
            notice(&rig, 0, LOG, 2);
            if (!rig_sent(&rig, 0, AVOW_MESSAGE_GET_FORK))
                fail_msg("%s: nothing more is asked", row->name);
        }
        rig_fini(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading), cmocka_unit_test(test_unknown_log),
        cmocka_unit_test(test_flood),   cmocka_unit_test(test_pages),
        cmocka_unit_test(test_wrong),   cmocka_unit_test(test_own_line),
    };
    return cmocka_run_group_tests_name("forks", tests, NULL, NULL);
}
