/* The store's side of avow_facts. What a verdict rests on is proved against the signed roots before
 * it is believed (store/read/proven.h); the other rows are sealed. */
#include "store/read/facts.h"

#include "store/read/allowance.h"
#include "store/read/proven.h"
#include "store/read/snapshot_forks.h"
#include "store/read/snapshot_state.h"

static enum avow_err facts_log(void *context, const struct avow_hash *issuer,
                               struct avow_known_log *known)
{
    const struct avow_log *log;
    enum avow_err err = avow_snapshot_log(context, issuer, &log);
    if (err != AVOW_OK)
        return err;
    *known = (struct avow_known_log){
        .checkpoint = &log->checkpoint,
        .cosignatures = log->cosignatures,
        .cosignature_count = log->cosignature_count,
        .chain = &log->state.chain,
        .abandoned_from = log->abandoned_from,
        .disputed_from = log->disputed_from,
        .forked = log->forked,
        .fork_time = log->fork_time,
        .whole = true,
        .handle = log,
    };
    return AVOW_OK;
}

static enum avow_err facts_entry(void *context, const struct avow_known_log *log, uint64_t index,
                                 struct avow_bytes *entry)
{
    return avow_proven_entry(context, log->handle, index, entry);
}

static enum avow_err facts_status(void *context, const struct avow_known_log *log, uint64_t index,
                                  enum avow_status *status)
{
    return avow_proven_status(context, log->handle, index, status);
}

static enum avow_err facts_last_status_entry(void *context, const struct avow_known_log *log,
                                             uint64_t target, uint64_t *index)
{
    enum avow_status status;
    enum avow_err err = avow_snapshot_status(context, log->handle, target, &status, index);
    return err == AVOW_OK && *index == 0 ? AVOW_ERR_NOT_FOUND : err;
}

static enum avow_err facts_foreign(void *context, const struct avow_known_log *log, uint64_t target,
                                   struct avow_bytes *entry)
{
    struct avow_foreign foreign;
    enum avow_err err = avow_snapshot_foreign(context, log->handle, false, &target, &foreign);
    if (err == AVOW_OK)
        *entry = foreign.entry;
    return err;
}

static enum avow_err facts_witnessed(void *context, const struct avow_known_log *log,
                                     uint64_t index, uint64_t after,
                                     struct avow_witnessed *witnessed)
{
    struct avow_checkpoint checkpoint;
    enum avow_err err = after == 0 ? AVOW_OK : avow_allowance_in_time(context);
    if (err == AVOW_OK)
        err = avow_snapshot_witnessed(context, log->handle, index, after, &checkpoint,
                                      witnessed->lines, &witnessed->count);
    if (err == AVOW_OK)
        witnessed->size = checkpoint.size;
    return err;
}

static enum avow_err facts_recognition(void *context, const struct avow_known_log *log,
                                       const struct avow_hash *subject, uint64_t *index)
{
    return avow_snapshot_recognition(context, log->handle, subject, index);
}

static enum avow_err facts_recogniser(void *context, const struct avow_hash *subject,
                                      size_t *rows_max, struct avow_known_recognition *known)
{
    struct avow_recogniser at = {.log = (uint32_t)known->place[0], .index = known->place[1]};
    enum avow_err err = AVOW_ERR_BUSY;
    for (; err == AVOW_ERR_BUSY && *rows_max > 0; (*rows_max)--)
        err = avow_snapshot_recogniser(context, subject, 1, &at);
    known->place[0] = at.log;
    known->place[1] = at.index;
    known->body = at.body;
    known->index = at.index;
    return err;
}

static bool facts_may_go_on(void *context)
{
    return avow_allowance_may_go_on(context);
}

struct avow_facts avow_facts_from_snapshot(struct avow_snapshot *snapshot)
{
    return (struct avow_facts){
        .context = snapshot,
        .log = facts_log,
        .entry = facts_entry,
        .status = facts_status,
        .last_status_entry = facts_last_status_entry,
        .witnessed = facts_witnessed,
        .foreign = facts_foreign,
        .recognition = facts_recognition,
        .recogniser = facts_recogniser,
        .may_go_on = facts_may_go_on,
    };
}

/* ------------------------------------------------------------------ what is asked next */

/* A record's bundle, where the bundle ends, and where the record does in it. */
static void bring_bundle(struct avow_snapshot *snapshot, uint32_t number, uint64_t index)
{
    struct avow_found_bundle *found;
    const size_t place = (size_t)(index % AVOW_BUNDLE_ENTRIES);
    if (avow_snapshot_find_bundle(snapshot, number, index / AVOW_BUNDLE_ENTRIES, &found) != AVOW_OK)
        return;
    const uint8_t *ends = found->row.data + AVOW_BUNDLE_HEADER;
    __builtin_prefetch(found->row.data);
    __builtin_prefetch(ends + 2 * place);
    __builtin_prefetch(ends + 2 * (AVOW_BUNDLE_ENTRIES - 1));
}

static void bring_entry(struct avow_snapshot *snapshot, uint32_t number, uint64_t index)
{
    const struct avow_bundle *bundle;
    struct avow_bytes entry;
    const size_t place = (size_t)(index % AVOW_BUNDLE_ENTRIES);
    if (avow_snapshot_bundle(snapshot, number, index / AVOW_BUNDLE_ENTRIES, &bundle) != AVOW_OK ||
        avow_bundle_entry(bundle, place, &entry) != AVOW_OK)
        return;
    __builtin_prefetch(entry.data);
    __builtin_prefetch(entry.data + entry.len - 1);
}

void avow_facts_expect(struct avow_snapshot *snapshot, const struct avow_reference *records,
                       size_t count)
{
    uint32_t numbers[AVOW_FACTS_EXPECTED_MAX]; /* of their logs; 0: none */
    AVOW_ASSERT(count <= AVOW_FACTS_EXPECTED_MAX);
    for (size_t i = 0; i < count; i++) {
        numbers[i] = avow_snapshot_number(snapshot, &records[i].issuer);
        if (numbers[i] != 0)
            bring_bundle(snapshot, numbers[i], records[i].index);
    }
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] != 0)
            bring_entry(snapshot, numbers[i], records[i].index);
    }
}
