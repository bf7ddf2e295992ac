/* What the store says of chunks: on, elsewhere, or whose fault. */
#include "node/core/core_inner.h"

static void complete(struct avow_core *core, uint32_t slot, uint32_t link)
{
    struct want *want = &core->wants[slot];
    core->stats.logs_advanced++;
    if (link != NONE)
        core->links[link].served++;
    const uint64_t *sources = core_set(core, slot, SET_SOURCES);
    core_announce(core, &want->issuer, AVOW_CORE_URGENT, sources);
    core_trace(core, want->branch ? AVOW_CORE_TRACE_SWITCHED : AVOW_CORE_TRACE_ADVANCED, link,
               &want->issuer, want->now.checkpoint.size, AVOW_ACCEPT);
    if (want->best && core_lookup(core, &want->issuer) == AVOW_OK &&
        core->held.abandoned_from != AVOW_NEVER)
        core_keep_abandoned(core, &want->issuer, AVOW_NEVER);
    /* What is known of forks concerns one origin. */
    uint32_t source = want->moved ? core_set_from(core, sources, 0) : NONE;
    for (; source != NONE; source = core_set_from(core, sources, source + 1))
        core_forks_begin(core, source);
    core_pull_drain(core, slot, DRAIN_FINISH);
}

/* What to do about a chunk that was not stored. */
static enum after_drain judge_failure(struct avow_core *core, const struct want *want,
                                      const struct avow_core_stored *stored)
{
    const struct avow_checkpoint *checkpoint = &want->now.checkpoint;
    enum avow_core_trace trace = AVOW_CORE_TRACE_FAULTY;
    uint64_t shun_ms = UINT64_MAX;
    if (stored->err == AVOW_ERR_REFUSED || stored->err == AVOW_ERR_NOT_FOUND)
        return DRAIN_FAIL;
    if (stored->err != AVOW_OK) {
        core_trace(core, AVOW_CORE_TRACE_OUR_ERROR, want->link, &want->issuer, checkpoint->size,
                   AVOW_ACCEPT);
        return DRAIN_FAIL;
    }
    if (stored->reject == AVOW_REJECT_SIZE)
        return DRAIN_RESTART;
    if (stored->reject == AVOW_REJECT_PROOF || stored->reject == AVOW_REJECT_ROOT)
        return DRAIN_CHECK;
    if (stored->reject == AVOW_REJECT_QUOTA) {
        trace = AVOW_CORE_TRACE_NO_ROOM;
        shun_ms = COMPLETE_MS;
    } else if (stored->reject == AVOW_REJECT_NEWER) {
        trace = AVOW_CORE_TRACE_NEWER;
        shun_ms = IGNORE_MS;
    }
    if (trace == AVOW_CORE_TRACE_FAULTY && want->branch) /* the branch never counted */
        core_keep_abandoned(core, &want->issuer, AVOW_NEVER);
    core_shun_add(core, checkpoint, NONE, shun_ms);
    core_trace(core, trace, want->link, &want->issuer, checkpoint->size, stored->reject);
    return DRAIN_FAIL;
}

static void failed(struct avow_core *core, uint32_t slot, uint32_t link,
                   const struct avow_core_stored *stored)
{
    struct want *want = &core->wants[slot];
    enum after_drain after = judge_failure(core, want, stored);
    if (after == DRAIN_CHECK)
        want->suspect = link;
    core_pull_drain(core, slot, after);
}

/* A BRANCH failed, or the want's link is lost. */
static void branch_failed(struct avow_core *core, uint32_t slot,
                          const struct avow_core_stored *stored)
{
    if (stored->err != AVOW_OK || stored->reject != AVOW_ACCEPT)
        (void)judge_failure(core, &core->wants[slot], stored);
    core_want_end(core, slot, true);
}

/* The first chunk that is being stored is done with; false if the answer is not to that chunk. */
static bool take_first(struct avow_core *core, struct want *want, uint64_t token, uint32_t *link)
{
    const struct chunk *chunk = &want->window[want->window_first];
    if (want->storing_count == 0 || chunk->id != token)
        return false;
    *link = chunk->link;
    want->window_first = (want->window_first + 1) % WINDOW;
    want->window_count--;
    want->storing_count--;
    core->stats.ranges--;
    if (chunk->link != NONE)
        core->links[chunk->link].ranges--;
    return true;
}

void core_stored_chunk(struct avow_core *core, uint32_t slot, uint64_t token,
                       const struct avow_core_stored *stored)
{
    struct want *want = &core->wants[slot];
    uint32_t link = NONE;
    if (!take_first(core, want, token, &link))
        return;
    bool good = stored->err == AVOW_OK && stored->reject == AVOW_ACCEPT;
    if (stored->err == AVOW_OK) {
        want->stored = stored->pending;
        want->accepted = stored->accepted;
    }
    if (good) {
        want->progress_ms = core->ms;
        core->stats.ranges_stored++;
    }
    if (good && stored->advanced) {
        complete(core, slot, link);
    } else if (want->phase == WANT_DRAINING) {
        core_pull_drain(core, slot, want->after_drain);
    } else if (!good) {
        failed(core, slot, link, stored);
    } else if (want->window_count > 0 || want->next_from < want->now.checkpoint.size) {
        core_pull_resume(core, slot);
    } else { /* all is stored, and nothing came of it: the log moved on by itself */
        core_want_end(core, slot, true);
    }
}

void core_stored_branch(struct avow_core *core, uint32_t slot,
                        const struct avow_core_stored *stored)
{
    struct want *want = &core->wants[slot];
    if (stored->err != AVOW_OK || stored->reject != AVOW_ACCEPT || want->link == NONE) {
        want->branch = false;
        branch_failed(core, slot, stored);
        return;
    }
    want->progress_ms = core->ms;
    if (stored->ready)
        core_pull_go_on(core, slot, stored->pending);
    else
        core_pull_branch(core, slot, want->shared);
}

/* Two checkpoints of one origin that cannot both be true: a fork. A better chain of another origin:
 * what is held is no part of its history. */
static void parted(struct avow_core *core, uint32_t slot, const struct avow_path *path)
{
    struct want *want = &core->wants[slot];
    const struct avow_checkpoint *theirs = &want->now.checkpoint;
    const struct avow_checkpoint *held = &core->held.checkpoint;
    if (core_lookup(core, &want->issuer) != AVOW_OK || held->size != want->accepted) {
        core_want_end(core, slot, true);
    } else if (avow_checkpoint_same_origin(theirs, held)) {
        core_trace(core, AVOW_CORE_TRACE_FORK_SUSPECTED, want->link, &want->issuer, theirs->size,
                   AVOW_REJECT_FORK);
        core_shun_add(core, theirs, NONE, IGNORE_MS);
        core->fork = (struct avow_fork){.first = *held, .second = *theirs, .path = *path};
        core_keep_fork(core, want->link);
        core_want_end(core, slot, false);
    } else if (want->best && want->shared > 0 && want->shared <= held->size) {
        core_trace(core, AVOW_CORE_TRACE_BETTER_CHAIN, want->link, &want->issuer, want->shared,
                   AVOW_ACCEPT);
        if (want->shared < core->held.abandoned_from)
            core_keep_abandoned(core, &want->issuer, want->shared);
        core_pull_branch(core, slot, want->shared);
    } else {
        core_shun_add(core, theirs, NONE, IGNORE_MS);
        core_want_end(core, slot, false);
    }
}

/* A path to the checkpoint's root shows at the held size another root than the held one, if the two
 * have parted, or the same one, if the link's chunk was false. */
static void check_path(struct avow_core *core, uint32_t slot, const struct avow_path *path)
{
    struct want *want = &core->wants[slot];
    struct avow_hash held, theirs, whole;
    if (core->reads.root(core->reads.context, &want->issuer, want->accepted, &held) != AVOW_OK) {
        core_want_end(core, slot, true);
        return;
    }
    enum avow_reject reject = avow_merkle_consistency_roots(
        want->accepted, want->now.checkpoint.size, path, &theirs, &whole);
    if (reject == AVOW_ACCEPT && !avow_hash_equal(&whole, &want->now.checkpoint.root))
        core_source_moved(core, slot, want->link);
    else if (reject == AVOW_ACCEPT && !avow_hash_equal(&theirs, &held))
        parted(core, slot, path);
    else
        core_link_close(core, want->link, AVOW_REJECT_PROOF);
}

void core_stored_consistency(struct avow_core *core, uint32_t slot,
                             const struct avow_message *message)
{
    struct want *want = &core->wants[slot];
    if (!avow_hash_equal(&message->issuer, &want->issuer) || message->from != want->accepted ||
        message->size != want->now.checkpoint.size)
        core_link_close(core, want->link, AVOW_REJECT_SIZE);
    else
        check_path(core, slot, &message->path);
}

/* Of which tree does the link answer? */
static void check_first(struct avow_core *core, uint32_t slot, const struct avow_path *inclusion)
{
    struct want *want = &core->wants[slot];
    struct avow_hash root;
    enum avow_reject reject =
        avow_merkle_inclusion_root(&want->issuer, 0, want->now.checkpoint.size, inclusion, &root);
    if (reject == AVOW_ACCEPT && !avow_hash_equal(&root, &want->now.checkpoint.root))
        core_source_moved(core, slot, want->link);
    else
        core_link_close(core, want->link, AVOW_REJECT_PROOF);
}

void core_stored_first(struct avow_core *core, uint32_t slot, const struct avow_message *message)
{
    struct want *want = &core->wants[slot];
    struct avow_list chain = message->chain;
    struct avow_bytes entry;
    struct avow_path inclusion, path;
    uint64_t index;
    bool apart = core_want_is_apart(want);
    if (!avow_hash_equal(&message->issuer, &want->issuer) ||
        message->size != want->now.checkpoint.size)
        core_link_close(core, want->link, AVOW_REJECT_SIZE);
    else if (!avow_list_next_proved(&chain, &entry, &index, &inclusion) || index != 0 ||
             (!apart && avow_merkle_consistency_from_first(want->accepted, &want->issuer,
                                                           &inclusion, &path) != AVOW_ACCEPT))
        core_link_close(core, want->link, AVOW_REJECT_PROOF);
    else if (apart)
        check_first(core, slot, &inclusion);
    else
        check_path(core, slot, &path);
}
