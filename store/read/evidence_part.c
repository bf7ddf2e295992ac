/* One log's part of evidence. */
#include "store/read/allowance.h"
#include "store/read/evidence_inner.h"

#include <stdlib.h>

enum avow_err avow_number_set_add(struct avow_number_set *set, uint64_t number)
{
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->items[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < set->count && set->items[low] == number)
        return AVOW_OK;
    if (set->count == set->max)
        return AVOW_ERR_TOO_LARGE;
    if (set->count == set->cap) {
        size_t cap = set->cap == 0 ? 8 : set->cap * 2;
        uint64_t *items = realloc(set->items, cap * sizeof(*items));
        if (items == NULL)
            return AVOW_ERR_NOMEM;
        set->items = items;
        set->cap = cap;
    }
    memmove(&set->items[low + 1], &set->items[low], (set->count - low) * sizeof(*set->items));
    set->items[low] = number;
    set->count++;
    return AVOW_OK;
}

void avow_evidence_part_init(struct avow_evidence_part *part, struct avow_snapshot *snapshot,
                             const struct avow_log *log)
{
    *part = (struct avow_evidence_part){
        .snapshot = snapshot,
        .log = log,
        .entries = {.max = AVOW_EVIDENCE_ENTRIES_MAX},
        .chunks = {.max = AVOW_EVIDENCE_CHUNKS_MAX},
        .asked = {.max = AVOW_EVIDENCE_ENTRIES_MAX},
        .foreign = {.max = AVOW_EVIDENCE_ENTRIES_MAX},
    };
}

void avow_evidence_part_fini(struct avow_evidence_part *part)
{
    free(part->entries.items);
    free(part->chunks.items);
    free(part->asked.items);
    free(part->foreign.items);
}

/* ------------------------------------------------------------------ what is needed */

/* The root chain is in every proof already. */
static bool in_chain(const struct avow_chain *chain, uint64_t index)
{
    for (size_t i = 0; i < chain->count; i++) {
        if (chain->entries[i].index == index)
            return true;
    }
    return false;
}

enum avow_err avow_evidence_part_entry(struct avow_evidence_part *part, uint64_t index)
{
    return in_chain(&part->log->state.chain, index) ? AVOW_OK
                                                    : avow_number_set_add(&part->entries, index);
}

enum avow_err avow_evidence_part_chunk(struct avow_evidence_part *part, uint64_t number)
{
    return avow_number_set_add(&part->chunks, number);
}

/* All status entries of `target`, from the newest back to the first. */
static enum avow_err need_events(struct avow_evidence_part *part, uint64_t target)
{
    enum avow_status status;
    uint64_t index;
    enum avow_err err = avow_snapshot_status(part->snapshot, part->log, target, &status, &index);
    while (err == AVOW_OK && index != 0) {
        struct avow_bytes bytes;
        struct avow_entry entry;
        err = avow_allowance_in_time(part->snapshot);
        if (err == AVOW_OK)
            err = avow_evidence_part_entry(part, index);
        if (err == AVOW_OK)
            err = avow_snapshot_entry(part->snapshot, part->log, index, &bytes);
        if (err != AVOW_OK)
            return err;
        if (avow_entry_decode(bytes, &entry) != AVOW_ACCEPT || entry.kind != AVOW_KIND_STATUS ||
            entry.status.previous >= index)
            return AVOW_ERR_CORRUPT;
        index = entry.status.previous;
    }
    return err;
}

enum avow_err avow_evidence_part_record(struct avow_evidence_part *part, uint64_t index)
{
    struct avow_bytes bytes;
    struct avow_entry entry;
    size_t asked = part->asked.count;
    enum avow_err err = avow_allowance_in_time(part->snapshot);
    if (err == AVOW_OK)
        err = avow_number_set_add(&part->asked, index);
    if (err != AVOW_OK || part->asked.count == asked)
        return err;
    err = avow_evidence_part_entry(part, index);
    if (err == AVOW_OK)
        err = avow_evidence_part_chunk(part, index / AVOW_STATUS_CHUNK_ENTRIES);
    if (err == AVOW_OK)
        err = avow_snapshot_entry(part->snapshot, part->log, index, &bytes);
    if (err != AVOW_OK)
        return err;
    if (avow_entry_decode(bytes, &entry) == AVOW_ACCEPT && entry.kind == AVOW_KIND_ISSUE)
        err = avow_evidence_part_entry(part, entry.issue.achievement);
    if (err == AVOW_OK)
        err = need_events(part, index);
    /* Whether another branch has one for it is found out when it is written. */
    return err == AVOW_OK && part->log->forked ? avow_number_set_add(&part->foreign, index) : err;
}

enum avow_err avow_evidence_part_all(struct avow_evidence_part *part)
{
    uint64_t size = part->log->checkpoint.size;
    if (size > AVOW_EVIDENCE_ENTRIES_MAX + AVOW_ROOT_ENTRIES_MAX)
        return AVOW_ERR_TOO_LARGE;
    enum avow_err err = AVOW_OK;
    for (uint64_t i = 0; i < size && err == AVOW_OK; i++)
        err = avow_evidence_part_entry(part, i);
    return err;
}

/* ------------------------------------------------------------------ writing */

static enum avow_err write_entry(struct avow_evidence_part *part, uint64_t index,
                                 struct avow_bytes entry, struct avow_buf *out)
{
    struct avow_path path;
    enum avow_err err = avow_allowance_in_time(part->snapshot);
    if (err == AVOW_OK)
        err = avow_snapshot_inclusion(part->snapshot, part->log, index, part->log->checkpoint.size,
                                      &path);
    if (err == AVOW_OK)
        avow_proved_entry_write(out, entry, index, &path);
    return err == AVOW_OK ? out->err : err; /* nothing more is read for what does not fit */
}

static enum avow_err write_entries(struct avow_evidence_part *part, struct avow_buf *out)
{
    const struct avow_chain *chain = &part->log->state.chain;
    enum avow_err err = AVOW_OK;
    avow_evidence_begin_proved(out, chain->count);
    for (size_t i = 0; i < chain->count && err == AVOW_OK; i++)
        err = write_entry(part, chain->entries[i].index, avow_chain_entry_bytes(chain, i), out);
    avow_evidence_begin_proved(out, part->entries.count);
    for (size_t i = 0; i < part->entries.count && err == AVOW_OK; i++) {
        struct avow_bytes entry;
        uint64_t index = part->entries.items[i];
        err = avow_snapshot_entry(part->snapshot, part->log, index, &entry);
        if (err == AVOW_OK)
            err = write_entry(part, index, entry, out);
    }
    return err;
}

static enum avow_err write_chunks(struct avow_evidence_part *part, struct avow_buf *out)
{
    enum avow_err err = out->err;
    avow_evidence_begin_proved(out, part->chunks.count);
    for (size_t i = 0; i < part->chunks.count && err == AVOW_OK; i++) {
        uint8_t chunk[AVOW_STATUS_CHUNK_BYTES];
        struct avow_path path;
        uint64_t number = part->chunks.items[i];
        err = avow_allowance_in_time(part->snapshot);
        if (err == AVOW_OK)
            err = avow_snapshot_chunk(part->snapshot, part->log, number, chunk);
        if (err == AVOW_OK)
            err = avow_snapshot_chunk_inclusion(part->snapshot, part->log, number, &path);
        if (err != AVOW_OK)
            return err;
        avow_proved_chunk_write(out, number, chunk, &path);
        err = out->err;
    }
    return err;
}

struct kept {
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count;
    uint64_t enough_at; /* when enough of the policy's witnesses had signed; AVOW_NEVER */
};

static uint64_t enough_at(const struct kept *kept, const struct avow_policy *policy)
{
    uint64_t times[AVOW_COSIGNATURES_MAX];
    size_t found = 0;
    size_t needed = policy->min_witnesses > 1 ? policy->min_witnesses : 1;
    for (size_t i = 0; i < kept->count; i++) {
        if (!avow_policy_has_witness(policy, &kept->lines[i].key))
            continue;
        size_t place = found++;
        for (; place > 0 && times[place - 1] > kept->lines[i].time; place--)
            times[place] = times[place - 1];
        times[place] = kept->lines[i].time;
    }
    return found >= needed ? times[needed - 1] : AVOW_NEVER;
}

/* The kept checkpoint to be shown. NOT_FOUND: none. */
static enum avow_err choose_kept(const struct avow_evidence_part *part,
                                 const struct avow_policy *policy, struct kept *best)
{
    struct kept kept;
    uint64_t after = 0;
    bool found = false;
    for (;;) {
        enum avow_err err = avow_allowance_in_time(part->snapshot);
        if (err == AVOW_OK)
            err = avow_snapshot_witnessed(part->snapshot, part->log, part->witnessed, after,
                                          &kept.checkpoint, kept.lines, &kept.count);
        if (err == AVOW_ERR_NOT_FOUND && found)
            return AVOW_OK;
        if (err != AVOW_OK)
            return err;
        kept.enough_at = policy == NULL ? 0 : enough_at(&kept, policy);
        if (!found || kept.enough_at < best->enough_at)
            *best = kept;
        found = true;
        if (policy == NULL || policy->witness_count == 0)
            return AVOW_OK;
        after = kept.checkpoint.size;
    }
}

static enum avow_err write_kept(struct avow_evidence_part *part, const struct avow_policy *policy,
                                struct avow_buf *out)
{
    struct kept kept;
    struct avow_path path;
    enum avow_err err = part->has_witnessed ? choose_kept(part, policy, &kept) : AVOW_ERR_NOT_FOUND;
    if (err == AVOW_ERR_NOT_FOUND) {
        avow_evidence_write_no_witness(out);
        return AVOW_OK;
    }
    if (err == AVOW_OK)
        err = avow_snapshot_inclusion(part->snapshot, part->log, part->witnessed,
                                      kept.checkpoint.size, &path);
    if (err == AVOW_OK)
        avow_evidence_write_witness(out, &kept.checkpoint, kept.lines, kept.count, part->witnessed,
                                    &path);
    return err;
}

/* The stored lines, with the node's own in place of an older one of its own. */
static void write_head(struct avow_evidence_part *part, const struct avow_cosignature *own,
                       struct avow_buf *out)
{
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < part->log->cosignature_count; i++) {
        const struct avow_cosignature *line = &part->log->cosignatures[i];
        if (own == NULL || !avow_key_equal(&line->key, &own->key))
            lines[count++] = *line;
    }
    if (own != NULL && count < AVOW_COSIGNATURES_MAX)
        lines[count++] = *own;
    avow_log_proof_begin(out, &part->log->checkpoint, lines, count);
}

enum avow_err avow_evidence_part_write(struct avow_evidence_part *part,
                                       const struct avow_cosignature *own,
                                       const struct avow_policy *policy, struct avow_buf *out)
{
    write_head(part, own, out);
    enum avow_err err = write_entries(part, out);
    if (err == AVOW_OK)
        err = write_chunks(part, out);
    if (err == AVOW_OK)
        err = write_kept(part, policy, out);
    return err == AVOW_OK ? avow_evidence_part_write_forks(part, out) : err;
}
