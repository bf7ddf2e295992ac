/* Every table full at once: whatever happens then, and however late, the actions of a step find
 * their room, and nothing ends the program. rig_step() counts what cannot wait. */
#include "tests/sim/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define LINKS 6   /* the last two offer what the first four do, and the very last is down */
#define SERVERS 4 /* links that logs are asked of */
#define WANTS 600 /* more than the actions of one step */
#define TOKENS_MAX 4096
#define YEAR_MS (UINT64_C(365) * 86400 * 1000)

struct room {
    struct rig rig;
    uint64_t tokens[TOKENS_MAX]; /* of JUDGE, and of what the store is to do, not answered yet */
    bool judges[TOKENS_MAX];
    size_t count;
};

static bool is_store(enum avow_core_action_type type)
{
    return type == AVOW_CORE_STORE_RANGE || type == AVOW_CORE_FRESHEN || type == AVOW_CORE_BRANCH ||
           type == AVOW_CORE_KEEP_FORK || type == AVOW_CORE_KEEP_CHAIN ||
           type == AVOW_CORE_KEEP_STATUSES;
}

static void note(struct room *room)
{
    for (size_t i = 0; i < room->rig.count; i++) {
        const struct avow_core_action *action = &room->rig.actions[i];
        if (action->type != AVOW_CORE_JUDGE && !is_store(action->type))
            continue;
        assert_true(room->count < TOKENS_MAX);
        room->judges[room->count] = action->type == AVOW_CORE_JUDGE;
        room->tokens[room->count++] = action->token;
    }
}

static void step(struct room *room, struct avow_core_event event)
{
    rig_step(&room->rig, event);
    note(room);
}

static void say(struct room *room, uint32_t link)
{
    rig_say(&room->rig, link);
    note(room);
}

/* Answers the newest of what this node itself was to do. */
static void complete(struct room *room, struct avow_judgement judgement,
                     struct avow_core_stored stored)
{
    if (room->count == 0)
        return;
    size_t last = --room->count;
    step(room,
         (struct avow_core_event){.type = room->judges[last] ? AVOW_CORE_JUDGED : AVOW_CORE_STORED,
                                  .token = room->tokens[last],
                                  .judgement = judgement,
                                  .issuer = room->rig.held.checkpoint.issuer,
                                  .stored = stored});
}

/* ------------------------------------------------------------------ how far the wants have come */

enum stage {
    STAGE_CHAIN,   /* root chains are asked for */
    STAGE_JUDGED,  /* and are being judged */
    STAGE_PULLED,  /* chunks are asked for */
    STAGE_BUSY,    /* and were refused for now */
    STAGE_STORED,  /* and are being stored */
    STAGE_CHECKED, /* and did not prove: it is asked why */
    STAGE_COUNT,
};

/* The first message of this type that was sent, to whichever link: into rig->message. */
static bool was_asked(struct rig *rig, enum avow_message_type type, uint32_t *link)
{
    for (*link = 0; *link < LINKS; ++*link)
        if (rig_sent(rig, *link, type))
            return true;
    return false;
}

static void answer_chain(struct room *room, uint32_t link)
{
    struct avow_message asked = room->rig.message;
    struct avow_message *message = rig_draft(&room->rig, AVOW_MESSAGE_CHAIN);
    message->request = asked.request;
    message->issuer = asked.issuer;
    message->size = asked.size;
    say(room, link);
}

static void answer_range(struct room *room, uint32_t link)
{
    static const uint8_t items[] = {0xc4, 1, 0};
    struct avow_message asked = room->rig.message;
    struct avow_message *message = rig_draft(&room->rig, AVOW_MESSAGE_RANGE);
    message->request = asked.request;
    message->issuer = asked.issuer;
    message->from = asked.from;
    message->size = asked.size;
    message->entries = (struct avow_list){1, avow_bytes(items, sizeof(items))};
    say(room, link);
}

static void refuse(struct room *room, uint32_t link)
{
    uint64_t request = room->rig.message.request;
    rig_draft(&room->rig, AVOW_MESSAGE_REFUSED)->request = request;
    room->rig.message.code = AVOW_REFUSAL_BUSY;
    say(room, link);
}

/* One log comes as far as `stage`, by a branch that beats the held log or by one that extends it.
 */
static void advance(struct room *room, uint32_t link, enum stage stage, bool branch)
{
    struct rig *rig = &room->rig;
    struct avow_judgement judgement = {.relation = AVOW_JUDGE_EXTENDS, .parts_at = 5};
    if (stage == STAGE_CHAIN || !was_asked(rig, AVOW_MESSAGE_GET_CHAIN, &link))
        return;
    answer_chain(room, link);
    if (stage == STAGE_JUDGED)
        return;
    if (branch)
        judgement.relation = AVOW_JUDGE_WINS;
    complete(room, judgement, (struct avow_core_stored){0});
    if (branch)
        complete(room, judgement, (struct avow_core_stored){.pending = 5, .ready = true});
    if (stage == STAGE_PULLED || !was_asked(rig, AVOW_MESSAGE_GET_RANGE, &link))
        return;
    if (stage == STAGE_BUSY) {
        refuse(room, link);
        return;
    }
    answer_range(room, link);
    if (stage == STAGE_CHECKED)
        complete(
            room, judgement,
            (struct avow_core_stored){.reject = AVOW_REJECT_PROOF, .accepted = 5, .pending = 5});
}

static void announce(struct room *room, uint32_t link, uint64_t issuer, bool branch)
{
    struct avow_message *message = rig_draft(&room->rig, AVOW_MESSAGE_ANNOUNCE);
    message->checkpoint = rig_checkpoint(issuer, 9);
    message->checkpoint.opening.bytes[0] = 1;
    message->checkpoint.epoch = branch;
    say(room, link);
}

/* Digests of forks, as many as are remembered. */
static void tell_forks(struct room *room, uint32_t link)
{
    uint8_t bytes[4096];
    struct avow_buf items;
    struct avow_hash digest = {{(uint8_t)link}};
    avow_buf_init_fixed(&items, bytes, sizeof(bytes));
    for (uint64_t i = 1; i <= 40; i++) {
        struct avow_hash issuer = rig_checkpoint(i, 1).issuer;
        avow_list_digest_write(&items, &issuer, &digest);
    }
    struct avow_message *message = rig_draft(&room->rig, AVOW_MESSAGE_FORKS);
    message->last = 1;
    message->digests = (struct avow_list){40, avow_buf_bytes(&items)};
    say(room, link);
}

/* All wants are taken, those of each link as far as `stage`, or each at another one. */
static void fill(struct room *room, enum stage stage, bool branch)
{
    struct avow_core_config config = avow_core_config_default();
    struct avow_core_stats stats;
    config.links_max = LINKS;
    config.wants_max = WANTS;
    config.judgements_max = WANTS;
    config.ranges_max = WANTS;
    config.shunned_max = 16;
    room->count = 0;
    rig_init(&room->rig, &config);
    room->rig.held = (struct avow_core_log){
        .checkpoint = rig_checkpoint(1, 5), .pending = 5, .abandoned_from = AVOW_NEVER};
    room->rig.holds_all = true;
    for (uint32_t link = 0; link < LINKS - 1; link++)
        rig_join_empty(&room->rig, link);
    for (uint64_t i = 0; i < WANTS; i++) {
        uint32_t link = (uint32_t)(i % SERVERS);
        announce(room, link, 1 + i, branch);
        advance(room, link, stage == STAGE_COUNT ? (enum stage)(i / SERVERS % STAGE_COUNT) : stage,
                branch);
        announce(room, SERVERS, 1 + i, branch);
    }
    for (uint32_t link = 0; link < LINKS - 1; link++)
        tell_forks(room, link);
    avow_core_stats(room->rig.core, &stats);
    assert_int_equal(stats.wants, WANTS);
    if (stage == STAGE_JUDGED)
        assert_in_range(stats.judgements, WANTS / 2, WANTS);
    if (stage == STAGE_PULLED || stage == STAGE_STORED)
        assert_true(stats.ranges >= WANTS);
}

/* ------------------------------------------------------------------ what happens then */

static void later(struct room *room, uint64_t ms)
{
    room->rig.now.ms += ms;
    room->rig.now.unix_s += ms / 1000;
    step(room, (struct avow_core_event){.type = AVOW_CORE_TICK});
}

/* Half a day in which links stay alive and say nothing that was asked for. */
static void happen_silence(struct room *room)
{
    for (int i = 0; i < 150; i++) {
        later(room, 10000);
        for (uint32_t link = 0; link < LINKS - 1; link++) {
            rig_draft(&room->rig, AVOW_MESSAGE_PONG);
            say(room, link);
        }
    }
}

static void happen_death(struct room *room)
{
    for (int i = 0; i < 20; i++)
        later(room, 10000);
}

static void happen_hour(struct room *room)
{
    later(room, 3600000);
    later(room, 10 * YEAR_MS);
    room->rig.now.unix_s -= 20 * YEAR_MS / 1000;
    later(room, 100);
    room->rig.now.ms = 0; /* not that a monotonic clock would */
    later(room, 1);
}

static void happen_cuts(struct room *room)
{
    for (uint32_t link = 0; link < LINKS - 1; link++)
        step(room, (struct avow_core_event){.type = AVOW_CORE_LINK_DOWN, .link = link});
}

static void happen_comings(struct room *room)
{
    rig_join(&room->rig, LINKS - 1, AVOW_PEER_NODE);
    for (int i = 0; i < 1000; i++)
        announce(room, LINKS - 1, 10000 + (uint64_t)i, false);
}

static void happen_change(struct room *room)
{
    for (int line_only = 0; line_only < 2; line_only++)
        step(room, (struct avow_core_event){.type = AVOW_CORE_LOG_CHANGED,
                                            .issuer = room->rig.held.checkpoint.issuer,
                                            .line_only = line_only});
}

/* Everything that this node does is answered, the same way for all. */
static void settle(struct room *room, struct avow_judgement judgement,
                   struct avow_core_stored stored)
{
    room->rig.has_digest = true;
    for (int i = 0; i < 20000 && room->count > 0; i++)
        complete(room, judgement, stored);
}

static void happen_good(struct room *room)
{
    settle(room, (struct avow_judgement){.best = true},
           (struct avow_core_stored){
               .accepted = 9, .pending = 9, .advanced = true, .changed = true, .ready = true});
}

static void happen_other(struct room *room)
{
    settle(room, (struct avow_judgement){.relation = AVOW_JUDGE_WINS, .parts_at = 4},
           (struct avow_core_stored){.accepted = 5, .pending = 5, .changed = true});
}

static void happen_rejects(struct room *room)
{
    settle(room, (struct avow_judgement){.reject = AVOW_REJECT_SIGNATURE},
           (struct avow_core_stored){.reject = AVOW_REJECT_STATUS_ROOT});
}

static void happen_errors(struct room *room)
{
    settle(room, (struct avow_judgement){.err = AVOW_ERR_NOMEM},
           (struct avow_core_stored){.err = AVOW_ERR_DISK_FULL});
}

/* Each type that the core takes, empty, from each link. */
static void happen_messages(struct room *room)
{
    for (uint64_t type = 0; type < 256; type++) {
        for (uint32_t link = 0; link < LINKS && avow_core_takes(type); link++) {
            rig_draft(&room->rig, (enum avow_message_type)type);
            say(room, link);
        }
    }
}

struct happening {
    const char *name;
    void (*happens)(struct room *room);
};

static const struct happening happenings[] = {
    {"silence", happen_silence},  {"death", happen_death},         {"clocks jump", happen_hour},
    {"links end", happen_cuts},   {"links come", happen_comings},  {"own change", happen_change},
    {"all is good", happen_good}, {"other chains", happen_other},  {"all is wrong", happen_rejects},
    {"no memory", happen_errors}, {"every type", happen_messages},
};

/* Each happening after each stage, then time enough for all that waits to be given up. */
static void test_full_tables(void **state)
{
    (void)state;
    static struct room room;
    for (int stage = 0; stage <= STAGE_COUNT; stage++) {
        for (size_t i = 0; i < 2 * (sizeof(happenings) / sizeof(happenings[0])); i++) {
            struct avow_core_stats stats;
            fill(&room, (enum stage)stage, i % 2 == 1);
            happenings[i / 2].happens(&room);
            happen_errors(&room);
            happen_silence(&room);
            happen_errors(&room);
            happen_silence(&room);
            avow_core_stats(room.rig.core, &stats);
            if (stats.wants + stats.ranges + stats.judgements + room.count > 0)
                fail_msg("stage %d, %s: %u wants, %u ranges, %u judgements are left", stage,
                         happenings[i / 2].name, (unsigned)stats.wants, (unsigned)stats.ranges,
                         (unsigned)stats.judgements);
            rig_fini(&room.rig);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_full_tables)};
    return cmocka_run_group_tests_name("room", tests, NULL, NULL);
}
