/* The rig: a core in a block with a canary behind it. */
#include "tests/sim/rig.h"

#include "node/core/state_inner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define CANARY 64

static bool holds(const struct rig *rig, const struct avow_hash *issuer)
{
    return rig->held.pending > 0 &&
           (rig->holds_all || avow_hash_equal(issuer, &rig->held.checkpoint.issuer));
}

static enum avow_err read_log(void *context, const struct avow_hash *issuer,
                              struct avow_core_log *log)
{
    const struct rig *rig = context;
    if (!holds(rig, issuer))
        return AVOW_ERR_NOT_FOUND;
    *log = rig->held;
    log->checkpoint.issuer = *issuer;
    return AVOW_OK;
}

static enum avow_err read_root(void *context, const struct avow_hash *issuer, uint64_t size,
                               struct avow_hash *root)
{
    const struct rig *rig = context;
    if (size != rig->held.checkpoint.size || !holds(rig, issuer))
        return AVOW_ERR_NOT_FOUND;
    *root = rig->held.checkpoint.root;
    return AVOW_OK;
}

static bool counts(void *context, const struct avow_hash *issuer,
                   const struct avow_cosignature *line)
{
    (void)context;
    (void)issuer;
    (void)line;
    return true;
}

static enum avow_err read_digest(void *context, const struct avow_hash *issuer,
                                 struct avow_hash *digest)
{
    const struct rig *rig = context;
    (void)issuer;
    *digest = rig->digest;
    return rig->has_digest ? AVOW_OK : AVOW_ERR_NOT_FOUND;
}

void rig_init(struct rig *rig, const struct avow_core_config *config)
{
    struct avow_core_config used = avow_core_config_default();
    if (config != NULL)
        used = *config;
    used.agent = "test";
    memset(rig, 0, sizeof(*rig));
    rig->now = (struct avow_core_time){.ms = 1000000, .unix_s = RIG_T0};
    rig->links_max = used.links_max;
    rig->size = avow_core_size(&used);
    rig->memory = malloc(rig->size + CANARY);
    assert_non_null(rig->memory);
    memset(rig->memory + rig->size, 0x5a, CANARY);
    const struct avow_core_reads reads = {rig, read_log, read_root, counts, read_digest};
    rig->core = avow_core_init(rig->memory, &used, &reads);
}

void rig_fini(struct rig *rig)
{
    for (size_t i = 0; i < CANARY; i++)
        assert_int_equal(rig->memory[rig->size + i], 0x5a);
    free(rig->memory);
}

/* Nothing is said on a link after it was closed. */
static void check_closed(const struct rig *rig)
{
    for (size_t i = 0; i < rig->count; i++)
        for (size_t k = i + 1; rig->actions[i].type == AVOW_CORE_CLOSE && k < rig->count; k++)
            assert_false(rig->actions[k].type == AVOW_CORE_SEND &&
                         rig->actions[k].link == rig->actions[i].link);
}

static bool can_wait(const struct avow_core_action *action)
{
    uint64_t type = 0;
    if (action->type != AVOW_CORE_SEND)
        return action->type == AVOW_CORE_JUDGE || action->type == AVOW_CORE_TRACE ||
               action->type == AVOW_CORE_DROP_BRANCH;
    assert_int_equal(avow_message_peek(action->bytes, &type), AVOW_ACCEPT);
    switch (type) {
    case AVOW_MESSAGE_HELLO:
    case AVOW_MESSAGE_PING:
    case AVOW_MESSAGE_PONG:
    case AVOW_MESSAGE_ANNOUNCE:
    case AVOW_MESSAGE_FORKS:
        return false;
    default: /* a question */
        return true;
    }
}

/* What cannot wait finds the room that is kept for it, however full all else is. */
static void check_room(const struct rig *rig)
{
    size_t urgent = 0;
    for (size_t i = 0; i < rig->count; i++)
        urgent += !can_wait(&rig->actions[i]);
    assert_true(urgent <= rig->links_max + EVENT_ACTIONS);
    assert_true(rig->count <= rig->links_max + EVENT_ACTIONS + PUMPED_ACTIONS);
}

void rig_step(struct rig *rig, struct avow_core_event event)
{
    event.now = rig->now;
    rig->actions = avow_core_step(rig->core, &event, &rig->count);
    check_closed(rig);
    check_room(rig);
}

void rig_up(struct rig *rig, uint32_t link)
{
    struct avow_core_event event = {.type = AVOW_CORE_LINK_UP, .link = link};
    event.node.bytes[0] = (uint8_t)(link + 1);
    rig_step(rig, event);
}

void rig_down(struct rig *rig, uint32_t link)
{
    rig_step(rig, (struct avow_core_event){.type = AVOW_CORE_LINK_DOWN, .link = link});
}

void rig_tick(struct rig *rig, uint64_t ms)
{
    rig->now.ms += ms;
    rig_step(rig, (struct avow_core_event){.type = AVOW_CORE_TICK});
}

bool rig_tick_until(struct rig *rig, uint64_t most_ms, enum avow_core_action_type type)
{
    for (uint64_t ms = 0; ms < most_ms; ms += 100) {
        rig_tick(rig, 100);
        for (size_t i = 0; i < rig->count; i++)
            if (rig->actions[i].type == type)
                return true;
    }
    return false;
}

void rig_say(struct rig *rig, uint32_t link)
{
    rig_step(rig, (struct avow_core_event){
                      .type = AVOW_CORE_MESSAGE, .link = link, .message = &rig->message});
}

struct avow_message *rig_draft(struct rig *rig, enum avow_message_type type)
{
    memset(&rig->message, 0, sizeof(rig->message));
    rig->message.type = type;
    return &rig->message;
}

void rig_hello(struct rig *rig, uint32_t link, uint64_t role)
{
    rig_draft(rig, AVOW_MESSAGE_HELLO)->role = role;
    rig->message.time = rig->now.unix_s;
    rig_say(rig, link);
}

void rig_join(struct rig *rig, uint32_t link, uint64_t role)
{
    rig_up(rig, link);
    rig_hello(rig, link, role);
}

const struct avow_core_action *rig_find(const struct rig *rig, uint32_t link,
                                        enum avow_core_action_type type)
{
    for (size_t i = 0; i < rig->count; i++)
        if (rig->actions[i].type == type && (rig->actions[i].link == link || link == RIG_ANY))
            return &rig->actions[i];
    return NULL;
}

bool rig_sent(struct rig *rig, uint32_t link, enum avow_message_type type)
{
    for (size_t i = 0; i < rig->count; i++) {
        uint64_t peeked = 0;
        if (rig->actions[i].type != AVOW_CORE_SEND || rig->actions[i].link != link)
            continue;
        assert_int_equal(avow_message_peek(rig->actions[i].bytes, &peeked), AVOW_ACCEPT);
        if (peeked != type)
            continue;
        enum avow_reject reject = avow_message_decode(rig->actions[i].bytes, &rig->message);
        assert_int_equal(reject, AVOW_ACCEPT);
        return true;
    }
    return false;
}

bool rig_closed(const struct rig *rig, uint32_t link, enum avow_reject reject)
{
    const struct avow_core_action *action = rig_find(rig, link, AVOW_CORE_CLOSE);
    return action != NULL && action->reject == reject;
}

struct avow_checkpoint rig_checkpoint(uint64_t issuer, uint64_t size)
{
    struct avow_checkpoint checkpoint = {.size = size, .time = RIG_T0};
    avow_put_u64be(checkpoint.issuer.bytes, issuer);
    return checkpoint;
}

void rig_announce(struct rig *rig, uint32_t link, uint64_t issuer, uint64_t size)
{
    rig_draft(rig, AVOW_MESSAGE_ANNOUNCE)->checkpoint = rig_checkpoint(issuer, size);
    rig_say(rig, link);
}

void rig_join_empty(struct rig *rig, uint32_t link)
{
    rig_join(rig, link, AVOW_PEER_NODE);
    assert_true(rig_sent(rig, link, AVOW_MESSAGE_LIST));
    uint64_t request = rig->message.request;
    rig_draft(rig, AVOW_MESSAGE_LOGS)->request = request;
    rig->message.last = 1;
    rig_say(rig, link);
}
