/* What a checkpoint from a peer is to this node: nothing, or something to want. */
#include "node/core/core_inner.h"

static bool is_future(const struct avow_core *core, uint64_t time)
{
    return time > core->unix_s && time - core->unix_s > AVOW_CLOCK_AHEAD_MAX_S;
}

/* Whether the issuer of the held log has made it fresher so shortly before that it may not do so
 * again: each time is a write, and is told to all peers. */
static bool is_early(const struct avow_core *core)
{
    uint64_t last = core->held.freshened;
    return last != 0 && core->unix_s >= last && core->unix_s - last < FRESHEN_S;
}

static bool is_witness(const struct avow_core *core, const struct avow_key *key)
{
    for (size_t i = 0; i < core->config.witness_count; i++)
        if (avow_key_equal(&core->config.witnesses[i], key))
            return true;
    return false;
}

/* A line that is worth judging: one that counts, and newer than the held line by that key. */
static bool is_newer(const struct avow_core *core, const struct avow_cosignature *line)
{
    if (!core->reads.counts(core->reads.context, &core->held.checkpoint.issuer, line) ||
        (is_early(core) && !is_witness(core, &line->key)))
        return false;
    for (size_t i = 0; i < core->held.cosignature_count; i++)
        if (avow_key_equal(&core->held.cosignatures[i].key, &line->key))
            return line->time > core->held.cosignatures[i].time;
    return true;
}

static void keep_lines(struct avow_core *core, struct candidate *candidate, bool newer_only)
{
    size_t kept = 0;
    for (size_t i = 0; i < candidate->line_count; i++) {
        const struct avow_cosignature *line = &candidate->lines[i];
        if (!is_future(core, line->time) && (!newer_only || is_newer(core, line)))
            candidate->lines[kept++] = *line;
    }
    candidate->line_count = kept;
}

static enum need classify_equal(struct avow_core *core, struct candidate *candidate)
{
    struct avow_checkpoint *theirs = &candidate->checkpoint;
    const struct avow_checkpoint *held = &core->held.checkpoint;
    if (avow_checkpoint_same_text(theirs, held)) {
        /* Lines are over the text, whichever of the issuer's keys signed the checkpoint. */
        theirs->key = held->key;
        theirs->signature = held->signature;
        keep_lines(core, candidate, true);
        return candidate->line_count > 0 ? NEED_LINES : NEED_NOTHING;
    }
    bool same_tree = avow_hash_equal(&theirs->root, &held->root) &&
                     avow_hash_equal(&theirs->status_root, &held->status_root);
    return same_tree && (theirs->time <= held->time || is_early(core)) ? NEED_NOTHING : NEED_JUDGE;
}

enum need core_classify(struct avow_core *core, struct candidate *candidate)
{
    const struct avow_checkpoint *theirs = &candidate->checkpoint;
    const struct avow_checkpoint *held = &core->held.checkpoint;
    if (is_future(core, theirs->time) || core_lookup(core, &theirs->issuer) != AVOW_OK)
        return NEED_NOTHING;
    keep_lines(core, candidate, false);
    if (held->size == 0 || theirs->epoch != held->epoch ||
        !avow_hash_equal(&theirs->opening, &held->opening))
        return NEED_CHAIN;
    if (theirs->size < held->size)
        return NEED_NOTHING;
    return theirs->size == held->size ? classify_equal(core, candidate) : NEED_JUDGE;
}

static bool is_same(const struct avow_checkpoint *a, const struct avow_checkpoint *b)
{
    return avow_checkpoint_same_text(a, b) && avow_hash_equal(&a->opening, &b->opening) &&
           avow_key_equal(&a->key, &b->key) &&
           memcmp(a->signature.bytes, b->signature.bytes, sizeof(a->signature.bytes)) == 0;
}

static uint64_t newest_line(const struct candidate *candidate)
{
    uint64_t newest = 0;
    for (size_t i = 0; i < candidate->line_count; i++)
        if (candidate->lines[i].time > newest)
            newest = candidate->lines[i].time;
    return newest;
}

/* By what the candidates claim: epoch, then size, time, newest line. */
static bool is_larger(const struct candidate *a, const struct candidate *b)
{
    if (a->checkpoint.epoch != b->checkpoint.epoch)
        return a->checkpoint.epoch > b->checkpoint.epoch;
    if (a->checkpoint.size != b->checkpoint.size)
        return a->checkpoint.size > b->checkpoint.size;
    if (a->checkpoint.time != b->checkpoint.time)
        return a->checkpoint.time > b->checkpoint.time;
    return newest_line(a) > newest_line(b);
}

/* Whether `a` has the same text as `b` and a line that `b` lacks: many lines are of one second. */
static bool has_more_lines(const struct candidate *a, const struct candidate *b)
{
    if (!avow_checkpoint_same_text(&a->checkpoint, &b->checkpoint))
        return false;
    for (size_t i = 0; i < a->line_count; i++) {
        size_t k = 0;
        while (k < b->line_count && (!avow_key_equal(&a->lines[i].key, &b->lines[k].key) ||
                                     a->lines[i].time > b->lines[k].time))
            k++;
        if (k == b->line_count)
            return true;
    }
    return false;
}

/* The larger candidate is kept for later, with whoever offers it. Those that offered the one which
 * it replaces may be right after all. */
static void take_next(struct avow_core *core, uint32_t slot, const struct candidate *candidate)
{
    struct want *want = &core->wants[slot];
    uint64_t *next = core_set(core, slot, SET_NEXT), *missed = core_set(core, slot, SET_MISSED);
    bool same = want->has_next && is_same(&candidate->checkpoint, &want->next.checkpoint);
    for (size_t i = 0; i < core->set_words && !same; i++) {
        missed[i] |= next[i];
        next[i] = 0;
    }
    core_set_add(next, candidate->link);
    core_set_drop(missed, candidate->link);
    want->has_next = true;
    want->next = *candidate;
}

/* Another candidate of an issuer that is wanted already. The larger one is kept for later. As that
 * may prove false, the links whose candidates were let go are remembered. So are links that have
 * lines which the others lack, as lines of two links cannot be mixed: their lists are read again.
 */
static void consider_next(struct avow_core *core, uint32_t slot, const struct candidate *candidate)
{
    struct want *want = &core->wants[slot];
    uint64_t *missed = core_set(core, slot, SET_MISSED);
    bool same = is_same(&candidate->checkpoint, &want->now.checkpoint);
    core_set_add(core_set(core, slot, SET_HOLDERS), candidate->link);
    if (same)
        core_set_add(core_set(core, slot, SET_SOURCES), candidate->link);
    if (want->phase == WANT_PAUSED &&
        !core_set_has(core_set(core, slot, SET_TRIED), candidate->link))
        want->deadline_ms = core->ms; /* the others are busy */
    const bool has_more = has_more_lines(candidate, &want->now);
    const bool larger = is_larger(candidate, &want->now);
    if (has_more && want->has_next && has_more_lines(candidate, &want->next)) {
        core_set_add(missed, candidate->link);
        want->look_again = true;
    } else if (want->has_next ? larger && is_larger(candidate, &want->next) : larger || has_more) {
        take_next(core, slot, candidate);
    } else if (larger && is_same(&candidate->checkpoint, &want->next.checkpoint)) {
        core_set_add(core_set(core, slot, SET_NEXT), candidate->link);
    } else if (larger || (!same && !want->judged && candidate->link != want->link)) {
        core_set_add(missed, candidate->link);
    }
}

bool core_consider(struct avow_core *core, struct candidate *candidate)
{
    enum need need = core_classify(core, candidate);
    if (need == NEED_NOTHING || core_shun_has(core, &candidate->checkpoint, candidate->link))
        return true;
    uint32_t slot = core_want_find(core, &candidate->checkpoint.issuer);
    if (slot != NONE) {
        consider_next(core, slot, candidate);
        return true;
    }
    slot = core_want_add(core, candidate);
    if (slot == NONE)
        return false;
    core->wants[slot].held = core->held.checkpoint.size > 0;
    core_want_list(core, slot, need == NEED_CHAIN ? LIST_CHAIN : LIST_JUDGE);
    return true;
}
