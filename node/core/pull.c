/* Pulling a judged log: chunks asked for ahead, stored strictly in order. */
#include "node/core/core_inner.h"

static void wait_for_chunks(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    want->next_from = want->stored;
    want->per_chunk = BUNDLE;
    want->begun = false;
    want->phase = WANT_HUNGRY;
    core_want_list(core, slot, LIST_HUNGRY);
}

void core_pull_begin(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    want->accepted = core->held.checkpoint.size;
    if (want->accepted >= want->now.checkpoint.size) {
        core_want_end(core, slot, false);
        return;
    }
    want->stored = want->accepted;
    if (core->held.pending > want->accepted && core->held.pending < want->now.checkpoint.size)
        want->stored = core->held.pending;
    want->resumed = want->stored > want->accepted;
    want->restarts = 0;
    wait_for_chunks(core, slot);
}

static void ask_branch(struct avow_core *core, uint32_t slot, const struct avow_hash *root)
{
    struct want *want = &core->wants[slot];
    want->phase = WANT_BRANCHING;
    want->id = core_id(core, ID_BRANCH, slot);
    struct avow_core_action *action = core_action(core, AVOW_CORE_BRANCH);
    action->token = want->id;
    action->issuer = want->issuer;
    action->checkpoint = &want->now.checkpoint;
    action->from = want->shared;
    action->root = *root;
}

void core_pull_branch(struct avow_core *core, uint32_t slot, uint64_t shared)
{
    struct want *want = &core->wants[slot];
    struct avow_hash root;
    want->branch = true;
    want->shared = shared;
    if (want->link == NONE ||
        core->reads.root(core->reads.context, &want->issuer, shared, &root) != AVOW_OK)
        core_want_end(core, slot, true);
    else
        ask_branch(core, slot, &root);
}

static void store(struct avow_core *core, const struct want *want, const struct chunk *chunk,
                  struct avow_list entries, const struct avow_path *path)
{
    struct avow_core_action *action = core_action(core, AVOW_CORE_STORE_RANGE);
    action->token = chunk->id;
    action->checkpoint = &want->now.checkpoint;
    action->lines = want->now.lines;
    action->line_count = want->now.line_count;
    action->from = chunk->from;
    action->entries = entries;
    action->path = path;
    action->branch = want->branch;
    action->alone = want->storing_count == 1;
    action->link = chunk->link;
}

/* All entries are here, by way of an earlier candidate: a range of none completes the branch. */
static void complete_branch(struct avow_core *core, uint32_t slot)
{
    static const struct avow_path nothing;
    struct want *want = &core->wants[slot];
    struct chunk *chunk = core_want_chunk(want, 0);
    *chunk = (struct chunk){
        .id = core_id(core, ID_RANGE, slot), .from = want->stored, .link = NONE, .storing = true};
    want->window_count = want->storing_count = 1;
    want->next_from = want->stored;
    want->phase = WANT_PULLING;
    core->stats.ranges++;
    store(core, want, chunk, (struct avow_list){0}, &nothing);
}

void core_pull_go_on(struct avow_core *core, uint32_t slot, uint64_t stored)
{
    struct want *want = &core->wants[slot];
    want->stored = stored;
    want->resumed = want->stored > want->shared;
    if (want->stored < want->now.checkpoint.size)
        wait_for_chunks(core, slot);
    else
        complete_branch(core, slot);
}

/* The first chunk of a log may use the last of a link's capacity, so that a long log cannot keep
 * out the short ones. */
static bool may_ask(const struct avow_core *core, const struct want *want)
{
    uint32_t max = core->config.ranges_max;
    if (want->window_count > 0)
        max -= max / 4;
    return core_has_room(core) && want->window_count < WINDOW &&
           core->links[want->link].ranges + core->links[want->link].raced < max;
}

static void ask(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    uint64_t size = want->now.checkpoint.size;
    uint64_t end = want->next_from + want->per_chunk;
    if (end >= size)
        end = size;
    else if (end / BUNDLE * BUNDLE > want->next_from)
        end = end / BUNDLE * BUNDLE;
    if (want->window_count == want->storing_count)
        core_want_asked(core, slot);
    struct chunk *chunk = core_want_chunk(want, want->window_count++);
    *chunk = (struct chunk){.id = core_id(core, ID_RANGE, slot),
                            .from = want->next_from,
                            .count = (uint32_t)(end - want->next_from),
                            .link = want->link};
    core->links[want->link].ranges++;
    core->stats.ranges++;
    want->next_from = end;
    struct avow_message *message = core_draft(core, AVOW_MESSAGE_GET_RANGE, chunk->id);
    message->issuer = want->issuer;
    message->from = chunk->from;
    message->count = chunk->count;
    message->size = size;
    core_send(core, want->link, AVOW_CORE_CONTROL);
}

static void fill(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    while (want->next_from < want->now.checkpoint.size && may_ask(core, want))
        ask(core, slot);
}

void core_pull_resume(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    if (want->window_count > 0) {
        want->phase = WANT_PULLING;
        fill(core, slot);
    } else {
        want->phase = WANT_HUNGRY;
        core_want_list(core, slot, LIST_HUNGRY);
    }
}

void core_pull_pump(struct avow_core *core, uint32_t slot)
{
    const struct link *link = &core->links[slot];
    while (link->lists[LIST_HUNGRY].head != NONE) {
        uint32_t first = link->lists[LIST_HUNGRY].head;
        if (!may_ask(core, &core->wants[first]))
            return;
        core_want_unlist(core, first);
        core->wants[first].phase = WANT_PULLING;
        core_want_begin(core, &core->wants[first]);
        fill(core, first);
    }
}

/* As many entries as give chunks of the size aimed at. */
static uint32_t entries_per_chunk(size_t bytes, size_t entries)
{
    uint64_t fit = (uint64_t)CHUNK_BYTES * entries / (bytes > 0 ? bytes : 1);
    if (fit < 1)
        return 1;
    return fit < CHUNK_ENTRIES_MAX ? (uint32_t)fit : CHUNK_ENTRIES_MAX;
}

void core_pull_range(struct avow_core *core, uint32_t slot, const struct avow_message *message)
{
    struct want *want = &core->wants[slot];
    if (want->phase != WANT_PULLING || want->window_count == want->storing_count)
        return; /* too late: the chunk was given up */
    struct chunk *chunk = core_want_chunk(want, want->storing_count);
    if (chunk->id != message->request)
        return; /* out of order: the deadline passes, and the chunk is asked for again */
    size_t count = message->entries.count;
    if (!avow_hash_equal(&message->issuer, &want->issuer) || message->from != chunk->from ||
        message->size != want->now.checkpoint.size || count == 0 || count > chunk->count) {
        core_link_close(core, want->link, AVOW_REJECT_SIZE);
        return;
    }
    bool is_short = count < chunk->count;
    chunk->count = (uint32_t)count;
    chunk->storing = true;
    want->storing_count++;
    core_want_asked(core, slot);
    want->per_chunk = entries_per_chunk(message->entries.items.len, count);
    store(core, want, chunk, message->entries, &message->path);
    if (is_short) { /* what was asked for after it does not follow on */
        core_want_drop_asked(core, want);
        want->next_from = chunk->from + count;
        if (want->per_chunk > count)
            want->per_chunk = (uint32_t)count;
    }
    fill(core, slot);
}

/* Whether entry 0's path is to be looked at, and not a consistency path. Entry 0's path shows of
 * which tree a server answers, and shows the tree at a power of two, which a consistency path
 * leaves out. */
static bool by_first(const struct want *want)
{
    return core_want_is_apart(want) || (want->accepted & (want->accepted - 1)) == 0;
}

/* A chunk did not prove. The server of the chunk lied, or answers from another history by now, or
 * the two logs do not share what is held here. */
static void find_fault(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    uint32_t suspect = want->suspect;
    want->suspect = NONE;
    if (want->branch && want->resumed) {
        core_action(core, AVOW_CORE_DROP_BRANCH)->issuer = want->issuer;
        core_pull_branch(core, slot, want->shared);
    } else if (want->resumed || suspect == NONE) {
        want->resumed = false; /* the entries of an earlier candidate are gone now */
        want->next_from = want->stored;
        core_pull_resume(core, slot);
    } else if (want->race > RACE_FIRST && core_want_best(core, slot, LIST_KINDS) != NONE) {
        /* Several have failed: the next one is asked for entries, and not this one for a reason. */
        want->restarts--;
        core_set_add(core_set(core, slot, SET_MISSED), suspect);
        core_want_drop_source(core, slot, suspect);
        core_want_set_link(core, slot, core_want_best(core, slot, LIST_KINDS));
        want->next_from = want->stored;
        core_pull_resume(core, slot);
    } else {
        core_want_set_link(core, slot, suspect);
        want->race = want->race < RACE_MAX ? 2 * want->race : RACE_MAX;
        want->phase = WANT_CHECKING;
        core_want_asked(core, slot);
        want->deadline_ms = core->ms + (want->held ? RACE_MS : ANSWER_MS); /* no time for haste */
        want->id = core_id(core, ID_CONSISTENCY, slot);
        struct avow_message *message = core_draft(
            core, by_first(want) ? AVOW_MESSAGE_GET_CHAIN : AVOW_MESSAGE_GET_CONSISTENCY, want->id);
        message->issuer = want->issuer;
        message->from = want->accepted;
        message->size = want->now.checkpoint.size;
        core_send(core, suspect, AVOW_CORE_CONTROL);
    }
}

static void drained(struct avow_core *core, uint32_t slot)
{
    struct want *want = &core->wants[slot];
    switch (want->after_drain) {
    case DRAIN_FINISH:
        core_want_end(core, slot, false);
        return;
    case DRAIN_FAIL:
        core_want_end(core, slot, true);
        return;
    case DRAIN_RESTART:
    case DRAIN_CHECK:
        break;
    }
    if (want->link == NONE || want->stored >= want->now.checkpoint.size ||
        ++want->restarts > RESTARTS_MAX) {
        core_want_end(core, slot, true);
    } else if (want->after_drain == DRAIN_CHECK) {
        find_fault(core, slot);
    } else {
        want->next_from = want->stored;
        core_pull_resume(core, slot);
    }
}

void core_pull_drain(struct avow_core *core, uint32_t slot, enum after_drain after)
{
    struct want *want = &core->wants[slot];
    core_want_unlist(core, slot);
    core_want_drop_asked(core, want);
    core_want_end_race(core, slot);
    want->phase = WANT_DRAINING;
    want->after_drain = after;
    if (want->window_count == 0)
        drained(core, slot);
}
