/* One record's standing. Moves of a record are: active to suspended and back, either to revoked,
 * active to superseded, that to revoked. So what was before a move that is not a revocation is
 * known without looking: active, since a lifted suspension has no effect at any time. */
#include "proto/trust/standing.h"

#define MOVES_MAX 16 /* of one record, where histories part, that are looked at */

/* NOT_FOUND is an answer; anything else that is not OK ends the verdict. */
static enum avow_err optional(enum avow_err err, bool *found)
{
    *found = err == AVOW_OK;
    return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
}

/* ------------------------------------------------------------------ freshness */

/* Whether a line that counts is by one of the policy's witnesses, and not by a key of the log's
 * own.
 */
static bool is_witnessed(const struct avow_known_log *log, const struct avow_policy *policy,
                         const struct avow_cosignature *line, uint64_t now)
{
    return line->time <= now + AVOW_CLOCK_AHEAD_MAX_S &&
           avow_policy_has_witness(policy, &line->key) &&
           !avow_chain_has_key(log->chain, &line->key);
}

/* The nth newest time among the policy's witnesses on this checkpoint, n from 1; 0 if there are
 * fewer. `*count`: how many there are. */
static uint64_t nth_newest_witness(const struct avow_known_log *log,
                                   const struct avow_policy *policy, uint64_t now, unsigned n,
                                   unsigned *count)
{
    uint64_t times[AVOW_COSIGNATURES_MAX];
    *count = 0;
    for (size_t i = 0; i < log->cosignature_count; i++) {
        const struct avow_cosignature *line = &log->cosignatures[i];
        if (!is_witnessed(log, policy, line, now))
            continue;
        size_t place = (*count)++;
        for (; place > 0 && times[place - 1] < line->time; place--)
            times[place] = times[place - 1];
        times[place] = line->time;
    }
    return n >= 1 && n <= *count ? times[n - 1] : 0;
}

/* The newer of the checkpoint's own time and its heartbeat's; on a forked origin, of any branch. */
static uint64_t issuer_time(const struct avow_known_log *log, uint64_t now)
{
    uint64_t newest = log->checkpoint->time;
    for (size_t i = 0; i < log->cosignature_count; i++) {
        const struct avow_cosignature *line = &log->cosignatures[i];
        if (line->time <= newest || line->time > now + AVOW_CLOCK_AHEAD_MAX_S)
            continue;
        if (avow_chain_key(log->chain, &line->key, AVOW_KEY_HEARTBEAT, log->checkpoint->size) !=
            NULL)
            newest = line->time;
    }
    if (log->forked && log->fork_time > newest && log->fork_time <= now + AVOW_CLOCK_AHEAD_MAX_S)
        newest = log->fork_time;
    return newest;
}

struct avow_freshness avow_freshness(const struct avow_known_log *log,
                                     const struct avow_policy *policy, uint64_t now)
{
    struct avow_freshness freshness;
    const struct avow_chain *chain = log->chain;
    const unsigned needed = policy->min_witnesses;
    const uint64_t nth = nth_newest_witness(log, policy, now, needed, &freshness.witnesses);
    const uint64_t time = needed == 0 ? issuer_time(log, now) : nth;
    freshness.age_s = now > time ? now - time : 0;
    freshness.is_future = log->checkpoint->time > now + AVOW_CLOCK_AHEAD_MAX_S;
    freshness.final =
        chain->closed && !chain->custodian && log->checkpoint->size == chain->closed_at + 1;
    freshness.fresh = !freshness.is_future && freshness.witnesses >= needed &&
                      (freshness.final || freshness.age_s <= policy->max_age_s);
    return freshness;
}

/* ------------------------------------------------------------------ cover */

/* When enough of the policy's witnesses had signed these lines; AVOW_NEVER if not enough did. */
static uint64_t enough_at(const struct avow_known_log *log, const struct avow_cosignature *lines,
                          size_t count, const struct avow_policy *policy, uint64_t now)
{
    uint64_t times[AVOW_COSIGNATURES_MAX];
    size_t found = 0;
    const size_t needed = policy->min_witnesses > 1 ? policy->min_witnesses : 1;
    for (size_t i = 0; i < count; i++) {
        if (!is_witnessed(log, policy, &lines[i], now))
            continue;
        size_t place = found++;
        for (; place > 0 && times[place - 1] > lines[i].time; place--)
            times[place] = times[place - 1];
        times[place] = lines[i].time;
    }
    return found >= needed ? times[needed - 1] : AVOW_NEVER;
}

/* With `whether`, any such time will do. */
static enum avow_err find_cover(const struct avow_facts *facts, const struct avow_known_log *log,
                                const struct avow_policy *policy, uint64_t index, uint64_t now,
                                bool whether, uint64_t *time)
{
    struct avow_witnessed kept = {0};
    *time = AVOW_NEVER;
    if (policy->witness_count == 0 || index >= log->checkpoint->size)
        return AVOW_OK;
    *time = enough_at(log, log->cosignatures, log->cosignature_count, policy, now);
    for (;;) {
        if (whether && *time != AVOW_NEVER)
            return AVOW_OK;
        bool found;
        enum avow_err err =
            optional(facts->witnessed(facts->context, log, index, kept.size, &kept), &found);
        if (err != AVOW_OK || !found)
            return err;
        const uint64_t at = enough_at(log, kept.lines, kept.count, policy, now);
        if (at < *time)
            *time = at;
    }
}

enum avow_err avow_standing_covered_at(const struct avow_facts *facts,
                                       const struct avow_known_log *log,
                                       const struct avow_policy *policy, uint64_t index,
                                       uint64_t now, uint64_t *time)
{
    return find_cover(facts, log, policy, index, now, false, time);
}

/* ------------------------------------------------------------------ moves */

static bool voids(const struct avow_entry *move)
{
    return move->status.state == AVOW_STATUS_REVOKED &&
           avow_reason_voids((enum avow_reason)move->status.reason);
}

/* On the way back along one record's status entries. */
struct walk {
    const struct avow_facts *facts;
    const struct avow_known_log *log;
    uint64_t target, at;
    struct avow_standing *standing;
    bool found; /* `move` at `index` is shown */
    uint64_t index;
    struct avow_entry move;
};

/* Reads the move at `index` and makes sure that it is one of our record. */
static enum avow_err read_move(struct walk *walk, uint64_t index)
{
    struct avow_bytes bytes;
    enum avow_err err =
        optional(walk->facts->entry(walk->facts->context, walk->log, index, &bytes), &walk->found);
    walk->index = index;
    if (err == AVOW_OK && walk->found)
        walk->found = avow_entry_decode(bytes, &walk->move) == AVOW_ACCEPT &&
                      walk->move.kind == AVOW_KIND_STATUS &&
                      walk->move.status.target == walk->target;
    return err;
}

/* To the record's newest move: one that makes what the status map says, or it is not shown. */
static enum avow_err read_newest(struct walk *walk)
{
    uint64_t index;
    enum avow_err err = optional(
        walk->facts->last_status_entry(walk->facts->context, walk->log, walk->target, &index),
        &walk->found);
    if (err == AVOW_OK && walk->found)
        err = read_move(walk, index);
    if (err == AVOW_OK && walk->found)
        walk->found = walk->move.status.state == walk->standing->state;
    return err;
}

/* To the move before. Evidence can claim anything, so never forwards. */
static enum avow_err step_back(struct walk *walk)
{
    const uint64_t previous = walk->move.status.previous;
    walk->found = previous != 0 && previous < walk->index;
    return walk->found ? read_move(walk, previous) : AVOW_OK;
}

/* Whether a move counts as of `at`. */
static bool counts(const struct walk *walk, const struct avow_entry *move)
{
    return move->t <= walk->at || voids(move);
}

static void note_later(struct avow_standing *standing, uint64_t index,
                       const struct avow_entry *move)
{
    standing->later[standing->later_count++] =
        (struct avow_later){index, move->t, move->status.state, move->status.reason};
}

/* The newest of the moves after `at`, on a walk of their own. */
static enum avow_err gather_later(struct walk walk)
{
    enum avow_err err = AVOW_OK;
    while (err == AVOW_OK && walk.found && walk.move.t > walk.at &&
           walk.standing->later_count < AVOW_STANDING_LATER_MAX) {
        note_later(walk.standing, walk.index, &walk.move);
        err = step_back(&walk);
    }
    return err;
}

/* A revocation or a supersession ends the record, whatever `at` is. */
static void note_end(struct avow_standing *standing, const struct avow_entry *move)
{
    if (move->status.state != AVOW_STATUS_REVOKED && move->status.state != AVOW_STATUS_SUPERSEDED)
        return;
    if (move->t < standing->ended_at)
        standing->ended_at = move->t;
    if (voids(move))
        standing->is_void = true;
}

/* How the record ended is not shown: nothing better can be told than that it always had. */
static void end_unseen(struct avow_standing *standing)
{
    if (standing->state == AVOW_STATUS_REVOKED || standing->state == AVOW_STATUS_SUPERSEDED)
        standing->ended_at = 0;
    if (standing->state == AVOW_STATUS_REVOKED)
        standing->is_void = true;
}

/* ------------------------------------------------------------------ states */

struct holding {
    bool is; /* else the record is active */
    uint64_t index;
    struct avow_entry move;
};

/* The move that holds as of `at`, on from the walk's: that one, or the one before a revocation.
 * Where that one is not shown, the revocation stands: it is never better than the truth. */
static enum avow_err find_holding(struct walk *walk, struct holding *holding)
{
    *holding = (struct holding){counts(walk, &walk->move), walk->index, walk->move};
    note_end(walk->standing, &walk->move);
    if (walk->move.status.state != AVOW_STATUS_REVOKED || walk->move.status.previous == 0)
        return AVOW_OK;
    enum avow_err err = step_back(walk);
    if (err != AVOW_OK)
        return err;
    if (!walk->found) {
        walk->standing->ended_at = 0;
        holding->is = true;
        return AVOW_OK;
    }
    note_end(walk->standing, &walk->move);
    if (!holding->is)
        *holding = (struct holding){counts(walk, &walk->move), walk->index, walk->move};
    return AVOW_OK;
}

static void settle(struct avow_standing *standing, const struct holding *holding)
{
    const struct avow_status_entry *change = &holding->move.status;
    standing->state = AVOW_STATUS_ACTIVE;
    if (!holding->is || change->state == AVOW_STATUS_ACTIVE)
        return;
    standing->state = (enum avow_status)change->state;
    standing->has_event = true;
    standing->reason = change->reason;
    standing->since = holding->move.t;
    standing->event = holding->index;
    standing->has_successor = change->has_successor;
    standing->successor = change->successor;
}

/* Takes `other` if it counts, and is graver than what is held. */
static void take_graver(const struct walk *walk, struct holding *gravest, uint64_t index,
                        const struct avow_entry *other)
{
    note_end(walk->standing, other);
    if (counts(walk, other) && (!gravest->is || avow_state_is_graver(other, &gravest->move)))
        *gravest = (struct holding){true, index, *other};
}

/* What other branches of a forked origin are known to say. */
static enum avow_err take_foreign(const struct walk *walk, struct holding *gravest)
{
    struct avow_bytes bytes;
    struct avow_entry move;
    bool found;
    enum avow_err err = optional(
        walk->facts->foreign(walk->facts->context, walk->log, walk->target, &bytes), &found);
    if (err != AVOW_OK || !found || avow_entry_decode(bytes, &move) != AVOW_ACCEPT ||
        move.kind != AVOW_KIND_STATUS || move.status.target != walk->target)
        return err;
    take_graver(walk, gravest, 0, &move);
    if (move.t > walk->at && walk->standing->later_count < AVOW_STANDING_LATER_MAX)
        note_later(walk->standing, 0, &move);
    return AVOW_OK;
}

/* The moves at or above index `from`, whichever way they go. `*whole`: all of them are shown. Who
 * was moved more often than is looked at was suspended among them, and nothing graver but by the
 * newest of all: that counts then whatever its time. */
static enum avow_err gather_moves(struct walk *walk, uint64_t from, struct holding *gravest,
                                  bool *whole)
{
    struct holding suspended = {0};
    *whole = walk->found || walk->standing->state == AVOW_STATUS_ACTIVE;
    for (unsigned moves = 0; walk->found && walk->index >= from; moves++) {
        if (moves == MOVES_MAX) {
            if (!gravest->is || avow_state_is_graver(&suspended.move, &gravest->move))
                *gravest = suspended;
            walk->found = false;
            return AVOW_OK;
        }
        if (walk->move.status.state == AVOW_STATUS_SUSPENDED)
            suspended = (struct holding){true, walk->index, walk->move};
        const bool first = walk->move.status.previous == 0;
        take_graver(walk, gravest, walk->index, &walk->move);
        enum avow_err err = step_back(walk);
        if (err != AVOW_OK)
            return err;
        *whole = first || walk->found;
    }
    return AVOW_OK;
}

/* Those moves, and the one that held before them. */
static enum avow_err gather_contested(struct walk *walk, uint64_t from, struct holding *gravest,
                                      bool *whole)
{
    struct holding before = {0};
    enum avow_err err = gather_moves(walk, from, gravest, whole);
    if (err == AVOW_OK && walk->found)
        err = find_holding(walk, &before);
    if (err == AVOW_OK && before.is)
        take_graver(walk, gravest, before.index, &before.move);
    return err;
}

/* Where histories part, moves from index `from` on count but for reinstatements: the state is the
 * gravest of what it was before them and of what any of them made it, here or on another branch. A
 * walk that cannot be gone to its end tells of nothing but that the record is revoked. */
static enum avow_err contested_state(struct walk *walk, uint64_t from)
{
    struct avow_standing *standing = walk->standing;
    struct holding gravest = {0};
    bool whole;
    enum avow_err err = gather_contested(walk, from, &gravest, &whole);
    if (err == AVOW_OK && walk->log->forked)
        err = take_foreign(walk, &gravest);
    if (err != AVOW_OK)
        return err;
    const bool revoked = gravest.is && gravest.move.status.state == AVOW_STATUS_REVOKED;
    if (!whole && standing->state == AVOW_STATUS_REVOKED)
        end_unseen(standing);
    if (whole || revoked)
        settle(standing, &gravest);
    else
        standing->has_state = standing->state == AVOW_STATUS_REVOKED;
    return AVOW_OK;
}

static enum avow_err plain_state(struct walk *walk)
{
    if (!walk->found) {
        end_unseen(walk->standing); /* and the state of now stands */
        return AVOW_OK;
    }
    struct holding holding;
    enum avow_err err = find_holding(walk, &holding);
    if (err == AVOW_OK)
        settle(walk->standing, &holding);
    return err;
}

/* The lowest index from which on histories part, in this epoch or behind it. */
static uint64_t parted_from(const struct avow_known_log *log)
{
    if (!log->forked)
        return log->disputed_from;
    const uint64_t opening = log->chain->entries[log->chain->count - 1].index;
    return opening + 1 < log->disputed_from ? opening + 1 : log->disputed_from;
}

static enum avow_err gather_state(const struct avow_facts *facts, const struct avow_known_log *log,
                                  uint64_t index, uint64_t now, uint64_t at,
                                  struct avow_standing *standing)
{
    enum avow_err err =
        optional(facts->status(facts->context, log, index, &standing->state), &standing->has_state);
    const uint64_t from = parted_from(log);
    if (err != AVOW_OK || !standing->has_state ||
        (standing->state == AVOW_STATUS_ACTIVE && from == AVOW_NEVER && at >= now))
        return err;
    struct walk walk = {
        .facts = facts, .log = log, .target = index, .at = at, .standing = standing};
    err = read_newest(&walk);
    if (err == AVOW_OK)
        err = gather_later(walk);
    if (err != AVOW_OK)
        return err;
    return from == AVOW_NEVER ? plain_state(&walk) : contested_state(&walk, from);
}

/* ------------------------------------------------------------------ all of it */

/* Whether there may be another entry at this index, and nobody can tell which is the issuer's. */
static enum avow_err gather_dispute(const struct avow_facts *facts,
                                    const struct avow_known_log *log,
                                    const struct avow_policy *policy, uint64_t index, uint64_t now,
                                    bool *disputed)
{
    uint64_t covered_at;
    *disputed = index >= log->disputed_from;
    if (*disputed || !log->forked || index <= log->chain->entries[log->chain->count - 1].index)
        return AVOW_OK;
    enum avow_err err = find_cover(facts, log, policy, index, now, true, &covered_at);
    *disputed = covered_at == AVOW_NEVER;
    return err;
}

enum avow_err avow_standing(const struct avow_facts *facts, const struct avow_known_log *log,
                            const struct avow_policy *policy, uint64_t index, uint64_t now,
                            uint64_t at, struct avow_standing *standing)
{
    struct avow_bytes bytes;
    *standing = (struct avow_standing){
        .in_log = index < log->checkpoint->size,
        .abandoned = index >= log->abandoned_from,
        .ended_at = AVOW_NEVER,
    };
    enum avow_err err = gather_dispute(facts, log, policy, index, now, &standing->disputed);
    if (err != AVOW_OK || !standing->in_log)
        return err;
    err = optional(facts->entry(facts->context, log, index, &bytes), &standing->shown);
    if (err != AVOW_OK || !standing->shown)
        return err;
    enum avow_reject reject = avow_entry_decode(bytes, &standing->entry);
    standing->bytes = bytes.len;
    standing->newer = reject == AVOW_REJECT_NEWER;
    standing->shown = standing->newer || reject == AVOW_ACCEPT;
    if (reject != AVOW_ACCEPT)
        return AVOW_OK;
    return gather_state(facts, log, index, now, at, standing);
}
