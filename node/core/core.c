/* The step: an event is handed to whom it concerns, what that marked is settled, and then all is
 * begun that there is capacity for. */
#include "node/core/core_inner.h"

struct avow_core_config avow_core_config_default(void)
{
    return (struct avow_core_config){
        .agent = "",
        .address = "",
        .links_max = 128,
        .wants_max = 1024,
        .judgements_max = 64,
        .ranges_max = 192,
        .shunned_max = 4096,
    };
}

static uint32_t bucket_count(const struct avow_core_config *config)
{
    uint32_t count = 1;
    while (count < config->wants_max)
        count *= 2;
    return count;
}

static uint32_t shun_set_count(const struct avow_core_config *config)
{
    return (config->shunned_max + SHUN_WAYS - 1) / SHUN_WAYS;
}

static size_t set_words(const struct avow_core_config *config)
{
    return (config->links_max + 63) / 64;
}

static size_t actions_max(const struct avow_core_config *config)
{
    /* Twice what a step can come to, which the tests hold every step against: a sum that is wrong
     * must not be an end that a peer can bring about. */
    return 2 * ((size_t)config->links_max + EVENT_ACTIONS + PUMPED_ACTIONS);
}

/* Deals out the block, or with `memory` NULL only measures it. */
static size_t lay_out(struct avow_core *core, uint8_t *memory,
                      const struct avow_core_config *config)
{
    size_t used = 0;
    const size_t sizes[] = {
        sizeof(struct avow_core),
        sizeof(struct link) * config->links_max,
        sizeof(struct want) * config->wants_max,
        sizeof(uint32_t) * bucket_count(config),
        sizeof(struct shunned) * SHUN_WAYS * shun_set_count(config),
        sizeof(struct avow_core_action) * actions_max(config),
        sizeof(struct avow_judge_task) * config->judgements_max,
        sizeof(struct avow_message),
        ARENA_BYTES + (size_t)ARENA_LINK_BYTES * config->links_max,
        sizeof(uint64_t) * SETS * set_words(config) * ((size_t)config->wants_max + 1),
        sizeof(uint64_t) * set_words(config),
    };
    void *parts[sizeof(sizes) / sizeof(sizes[0])];
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        parts[i] = memory == NULL ? NULL : memory + used;
        used += (sizes[i] + 15) / 16 * 16;
    }
    if (core != NULL) {
        core->links = parts[1];
        core->wants = parts[2];
        core->buckets = parts[3];
        core->shunned = parts[4];
        core->actions = parts[5];
        core->tasks = parts[6];
        core->draft = parts[7];
        avow_buf_init_fixed(&core->arena, parts[8], sizes[8]);
        core->sets = parts[9];
        core->lost = parts[10];
    }
    return used;
}

size_t avow_core_size(const struct avow_core_config *config)
{
    return lay_out(NULL, NULL, config);
}

struct avow_core *avow_core_init(void *memory, const struct avow_core_config *config,
                                 const struct avow_core_reads *reads)
{
    /* All of these are the program's own words, said once at its start. */
    AVOW_ASSERT(config->links_max > 0 && config->links_max <= UINT16_MAX);
    AVOW_ASSERT(config->wants_max > 0 && config->wants_max <= UINT16_MAX);
    AVOW_ASSERT(config->judgements_max > 0 && config->ranges_max > 0 && config->shunned_max > 0);
    AVOW_ASSERT(strlen(config->agent) <= 64 && strlen(config->address) <= 128);
    AVOW_ASSERT(reads->log != NULL && reads->root != NULL && reads->counts != NULL &&
                reads->digest != NULL);
    memset(memory, 0, avow_core_size(config));
    struct avow_core *core = memory;
    core->config = *config;
    core->reads = *reads;
    (void)lay_out(core, memory, config);
    core->bucket_mask = bucket_count(config) - 1;
    core->set_words = set_words(config);
    core->shun_sets = shun_set_count(config);
    core->actions_max = actions_max(config);
    core->next_listing_ms = LISTING_MS;
    core_table_init(core);
    return core;
}

/* The core's own clock goes on by what passed between events, and never jumps. */
static void take_time(struct avow_core *core, struct avow_core_time now)
{
    if (core->has_time && now.ms > core->outer_ms) {
        uint64_t passed = now.ms - core->outer_ms;
        core->ms += passed < STEP_MAX_MS ? passed : STEP_MAX_MS;
    }
    core->has_time = true;
    core->outer_ms = now.ms;
    core->unix_s = now.unix_s < AVOW_UINT_MAX ? now.unix_s : AVOW_UINT_MAX;
}

bool avow_core_takes(uint64_t type)
{
    switch (type) {
    case AVOW_MESSAGE_HELLO:
    case AVOW_MESSAGE_PING:
    case AVOW_MESSAGE_PONG:
    case AVOW_MESSAGE_REFUSED:
    case AVOW_MESSAGE_ANNOUNCE:
    case AVOW_MESSAGE_CHAIN:
    case AVOW_MESSAGE_RANGE:
    case AVOW_MESSAGE_CONSISTENCY:
    case AVOW_MESSAGE_LOGS:
    case AVOW_MESSAGE_FORKS:
    case AVOW_MESSAGE_FORK:
    case AVOW_MESSAGE_OTHER:
    case AVOW_MESSAGE_STATUSES:
        return true;
    default: /* a number from the wire */
        return false;
    }
}

static void announced(struct avow_core *core, uint32_t slot, const struct avow_message *message)
{
    struct candidate candidate;
    memset(&candidate, 0, sizeof(candidate));
    candidate.link = slot;
    candidate.checkpoint = message->checkpoint;
    candidate.line_count = message->cosignature_count;
    memcpy(candidate.lines, message->cosignatures, sizeof(candidate.lines));
    struct avow_hash issuer = candidate.checkpoint.issuer;
    if (!core_consider(core, &candidate))
        core_listing_begin(core, slot, &issuer);
}

/* An answer: to a question about a want only if the answer is still awaited from this link. */
static void answered(struct avow_core *core, uint32_t link, const struct avow_message *message)
{
    uint64_t request = message->request;
    uint32_t slot = core_id_slot(request);
    if (core_id_kind(request) == ID_LIST) {
        if (message->type == AVOW_MESSAGE_LOGS)
            core_listing_answer(core, link, message);
        else if (message->type == AVOW_MESSAGE_REFUSED)
            core_listing_refused(core, link, request);
        return;
    }
    if (core_id_kind(request) == ID_FORKS)
        core_forks_answer(core, link, message);
    if (core_id_kind(request) == ID_FORKS || slot >= core->config.wants_max)
        return;
    const struct want *want = &core->wants[slot];
    if (want->phase == WANT_FREE)
        return;
    if (message->type == AVOW_MESSAGE_REFUSED) {
        core_source_refused(core, slot, link, message);
        return;
    }
    if (!core_source_answered(core, slot, link, message))
        return;
    bool current = want->id == request;
    if (message->type == AVOW_MESSAGE_CHAIN && want->phase == WANT_CHAIN && current)
        core_judging_chain(core, slot, message);
    else if (message->type == AVOW_MESSAGE_CHAIN && want->phase == WANT_CHECKING && current)
        core_stored_first(core, slot, message);
    else if (message->type == AVOW_MESSAGE_RANGE)
        core_pull_range(core, slot, message);
    else if (message->type == AVOW_MESSAGE_CONSISTENCY && want->phase == WANT_CHECKING && current)
        core_stored_consistency(core, slot, message);
}

/* A message of a link that has greeted. */
static void on_ready_message(struct avow_core *core, uint32_t slot,
                             const struct avow_message *message)
{
    if (message->type == AVOW_MESSAGE_PONG)
        return;
    if (message->type == AVOW_MESSAGE_PING) {
        (void)core_draft(core, AVOW_MESSAGE_PONG, message->request);
        core_send(core, slot, AVOW_CORE_CONTROL);
    } else if (core->links[slot].role != AVOW_PEER_NODE) {
        core_link_close(core, slot, AVOW_REJECT_MESSAGE);
    } else if (message->type == AVOW_MESSAGE_ANNOUNCE) {
        announced(core, slot, message);
    } else if (message->type == AVOW_MESSAGE_FORKS && message->request == 0) {
        core_forks_notice(core, slot, message);
    } else {
        answered(core, slot, message);
    }
}

static void greeted(struct avow_core *core, uint32_t slot, const struct avow_message *message)
{
    core_link_hello(core, slot, message);
    core_listing_begin(core, slot, NULL);
}

static void on_message(struct avow_core *core, uint32_t slot, const struct avow_message *message)
{
    struct link *link = &core->links[slot];
    if (link->phase == LINK_FREE || link->phase == LINK_CLOSING)
        return;
    link->heard_ms = core->ms;
    if (message->type == AVOW_MESSAGE_HELLO)
        greeted(core, slot, message);
    else if (link->phase != LINK_READY)
        core_link_close(core, slot, AVOW_REJECT_MESSAGE);
    else
        on_ready_message(core, slot, message);
}

static void on_judged(struct avow_core *core, const struct avow_core_event *event)
{
    uint32_t slot = core_id_slot(event->token);
    if (core_id_kind(event->token) == ID_OTHER)
        core_forks_judged(core, event);
    else if (slot < core->config.wants_max && core->wants[slot].phase == WANT_JUDGING &&
             core->wants[slot].id == event->token)
        core_judging_done(core, slot, event);
}

static void on_stored(struct avow_core *core, const struct avow_core_event *event)
{
    uint32_t slot = core_id_slot(event->token);
    if (core_id_kind(event->token) == ID_KEEP)
        core_forks_kept(core, event);
    if (core_id_kind(event->token) == ID_KEEP || slot >= core->config.wants_max)
        return;
    struct want *want = &core->wants[slot];
    if (want->phase == WANT_FRESHENING && want->id == event->token)
        core_judging_freshened(core, slot, &event->stored);
    else if (want->phase == WANT_BRANCHING && want->id == event->token)
        core_stored_branch(core, slot, &event->stored);
    else if (want->phase == WANT_PULLING || want->phase == WANT_DRAINING)
        core_stored_chunk(core, slot, event->token, &event->stored);
}

static void on_tick(struct avow_core *core)
{
    for (uint32_t i = 0; i < core->config.links_max; i++)
        core_forks_tick(core, i);
    for (uint32_t i = 0; i < core->config.wants_max; i++)
        core_source_tick(core, i);
    /* After the wants: none is given to a link that is marked already. */
    for (uint32_t i = 0; i < core->config.links_max; i++)
        core_link_tick(core, i);
    core_listing_tick(core);
}

static void pump(struct avow_core *core)
{
    for (uint32_t i = 0; i < core->config.links_max && core_has_room(core); i++) {
        if (!core_link_is_node(&core->links[i]))
            continue;
        do /* what needs nothing any more may leave another candidate */
            core_judging_pump(core, i);
        while (core_settle(core));
        core_pull_pump(core, i);
        core_listing_pump(core, i);
        core_forks_pump(core, i);
    }
}

const struct avow_core_action *avow_core_step(struct avow_core *core,
                                              const struct avow_core_event *event, size_t *count)
{
    take_time(core, event->now);
    core->action_count = 0;
    core->task_count = 0;
    avow_buf_clear(&core->arena);
    switch (event->type) {
    case AVOW_CORE_LINK_UP: /* links are numbered by the caller, whatever comes over them */
        AVOW_ASSERT(event->link < core->config.links_max);
        core_link_up(core, event);
        break;
    case AVOW_CORE_LINK_DOWN:
        AVOW_ASSERT(event->link < core->config.links_max);
        core_link_down(core, event->link);
        break;
    case AVOW_CORE_MESSAGE:
        AVOW_ASSERT(event->link < core->config.links_max);
        on_message(core, event->link, event->message);
        break;
    case AVOW_CORE_JUDGED:
        on_judged(core, event);
        break;
    case AVOW_CORE_STORED:
        on_stored(core, event);
        break;
    case AVOW_CORE_LOG_CHANGED:
        core->line_only = event->line_only;
        core_announce(core, &event->issuer, event->line_only ? AVOW_CORE_ROUTINE : AVOW_CORE_URGENT,
                      NULL);
        core->line_only = false;
        break;
    case AVOW_CORE_TICK:
        on_tick(core);
        break;
    }
    (void)core_settle(core);
    pump(core);
    *count = core->action_count;
    return core->actions;
}
