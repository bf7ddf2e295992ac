/* Making evidence from a snapshot: first the set of indices and chunks that is needed, then one
 * proof of each, in order. */
#include "store/facts.h"

#include <stdlib.h>

/* An ordered set of indices without duplicates, bounded. */
struct set {
    uint64_t *items;
    size_t count, cap, max;
};

static void set_fini(struct set *set)
{
    free(set->items);
}

static enum avow_err set_add(struct set *set, uint64_t item)
{
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->items[middle] < item)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < set->count && set->items[low] == item)
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
    set->items[low] = item;
    set->count++;
    return AVOW_OK;
}

struct maker {
    struct avow_snapshot *snapshot;
    const struct avow_prove_request *request;
    const struct avow_log *log;
    struct avow_buf *out;
    struct set entries, chunks;
    struct set asked; /* records that were looked at: who asks may repeat itself */
};

static void maker_fini(struct maker *maker)
{
    set_fini(&maker->entries);
    set_fini(&maker->chunks);
    set_fini(&maker->asked);
}

/* The root chain is in every proof already. */
static bool in_chain(const struct avow_chain *chain, uint64_t index)
{
    for (size_t i = 0; i < chain->count; i++) {
        if (chain->entries[i].index == index)
            return true;
    }
    return false;
}

static enum avow_err need_entry(struct maker *maker, uint64_t index)
{
    return in_chain(&maker->log->state.chain, index) ? AVOW_OK : set_add(&maker->entries, index);
}

/* All status entries of `target`, from the newest back to the first. */
static enum avow_err need_events(struct maker *maker, uint64_t target)
{
    enum avow_status status;
    uint64_t index;
    enum avow_err err = avow_snapshot_status(maker->snapshot, maker->log, target, &status, &index);
    while (err == AVOW_OK && index != 0) {
        struct avow_bytes bytes;
        struct avow_entry entry;
        err = need_entry(maker, index);
        if (err == AVOW_OK)
            err = avow_snapshot_entry(maker->snapshot, maker->log, index, &bytes);
        if (err != AVOW_OK)
            return err;
        if (avow_entry_decode(bytes, &entry) != AVOW_ACCEPT || entry.kind != AVOW_KIND_STATUS ||
            entry.status.previous >= index)
            return AVOW_ERR_CORRUPT;
        index = entry.status.previous;
    }
    return err;
}

static enum avow_err need_record(struct maker *maker, uint64_t index)
{
    struct avow_bytes bytes;
    struct avow_entry entry;
    size_t asked = maker->asked.count;
    enum avow_err err = set_add(&maker->asked, index);
    if (err != AVOW_OK || maker->asked.count == asked)
        return err;
    err = need_entry(maker, index);
    if (err == AVOW_OK)
        err = set_add(&maker->chunks, index / AVOW_STATUS_CHUNK_ENTRIES);
    if (err == AVOW_OK)
        err = avow_snapshot_entry(maker->snapshot, maker->log, index, &bytes);
    if (err != AVOW_OK)
        return err;
    if (avow_entry_decode(bytes, &entry) == AVOW_ACCEPT && entry.kind == AVOW_KIND_ISSUE)
        err = need_entry(maker, entry.issue.achievement);
    return err == AVOW_OK ? need_events(maker, index) : err;
}

static enum avow_err collect(struct maker *maker)
{
    const struct avow_prove_request *request = maker->request;
    uint64_t size = maker->log->checkpoint.size;
    uint64_t chunks = avow_status_chunk_count(size);
    enum avow_err err = AVOW_OK;
    for (size_t i = 0; i < request->index_count && err == AVOW_OK; i++) {
        if (request->indices[i] < size)
            err = need_record(maker, request->indices[i]);
    }
    for (size_t i = 0; i < request->chunk_count && err == AVOW_OK; i++) {
        if (request->chunks[i] < chunks)
            err = set_add(&maker->chunks, request->chunks[i]);
    }
    if (request->for_signing && err == AVOW_OK)
        err = set_add(&maker->entries, size - 1);
    if (request->for_signing && err == AVOW_OK && maker->log->state.has_home)
        err = need_entry(maker, maker->log->state.nodes_index);
    if (request->for_signing && err == AVOW_OK)
        err = set_add(&maker->chunks, chunks - 1);
    return err;
}

static enum avow_err write_entry(struct maker *maker, uint64_t index, struct avow_bytes entry)
{
    struct avow_path path;
    enum avow_err err = avow_snapshot_inclusion(maker->snapshot, maker->log, index,
                                                maker->log->checkpoint.size, &path);
    if (err == AVOW_OK)
        avow_proved_entry_write(maker->out, entry, index, &path);
    return err == AVOW_OK ? maker->out->err : err; /* nothing more is read for what does not fit */
}

static enum avow_err write_lists(struct maker *maker)
{
    const struct avow_chain *chain = &maker->log->state.chain;
    enum avow_err err = AVOW_OK;
    avow_proved_list_begin(maker->out, chain->count);
    for (size_t i = 0; i < chain->count && err == AVOW_OK; i++)
        err = write_entry(maker, chain->entries[i].index, avow_chain_entry_bytes(chain, i));
    avow_proved_list_begin(maker->out, maker->entries.count);
    for (size_t i = 0; i < maker->entries.count && err == AVOW_OK; i++) {
        struct avow_bytes entry;
        uint64_t index = maker->entries.items[i];
        err = avow_snapshot_entry(maker->snapshot, maker->log, index, &entry);
        if (err == AVOW_OK)
            err = write_entry(maker, index, entry);
    }
    avow_proved_list_begin(maker->out, maker->chunks.count);
    for (size_t i = 0; i < maker->chunks.count && err == AVOW_OK; i++) {
        uint8_t chunk[AVOW_STATUS_CHUNK_BYTES];
        struct avow_path path;
        uint64_t number = maker->chunks.items[i];
        err = avow_snapshot_chunk(maker->snapshot, maker->log, number, chunk);
        if (err == AVOW_OK)
            err = avow_snapshot_chunk_inclusion(maker->snapshot, maker->log, number, &path);
        if (err == AVOW_OK)
            avow_proved_chunk_write(maker->out, number, chunk, &path);
    }
    return err;
}

/* When the one index asked about was seen in a checkpoint older than the one at hand. */
static enum avow_err write_first_witness(struct maker *maker)
{
    const struct avow_prove_request *request = maker->request;
    struct avow_checkpoint first;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count;
    enum avow_err err = AVOW_ERR_NOT_FOUND;
    if (request->index_count == 1 && request->indices[0] < maker->log->checkpoint.size)
        err = avow_snapshot_first_witness(maker->snapshot, maker->log, request->indices[0], &first,
                                          lines, &count);
    if (err == AVOW_ERR_NOT_FOUND ||
        (err == AVOW_OK && first.size == maker->log->checkpoint.size)) {
        avow_first_witness_none(maker->out);
        return AVOW_OK;
    }
    struct avow_path path;
    if (err == AVOW_OK)
        err = avow_snapshot_inclusion(maker->snapshot, maker->log, request->indices[0], first.size,
                                      &path);
    if (err == AVOW_OK)
        avow_first_witness_write(maker->out, &first, lines, count, request->indices[0], &path);
    return err;
}

/* The stored lines, with the node's own in place of an older one of its own. */
static void write_head(struct maker *maker)
{
    const struct avow_cosignature *own = maker->request->own;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < maker->log->cosignature_count; i++) {
        const struct avow_cosignature *line = &maker->log->cosignatures[i];
        if (own == NULL || !avow_key_equal(&line->key, &own->key))
            lines[count++] = *line;
    }
    if (own != NULL && count < AVOW_COSIGNATURES_MAX)
        lines[count++] = *own;
    avow_log_proof_begin(maker->out, &maker->log->checkpoint, lines, count);
}

enum avow_err avow_evidence_make(struct avow_snapshot *snapshot,
                                 const struct avow_prove_request *request, struct avow_buf *out)
{
    AVOW_CLEANUP(maker_fini)
    struct maker maker = {
        .snapshot = snapshot,
        .request = request,
        .out = out,
        .entries = {.max = AVOW_EVIDENCE_ENTRIES_MAX},
        .chunks = {.max = AVOW_EVIDENCE_CHUNKS_MAX},
        .asked = {.max = AVOW_EVIDENCE_ENTRIES_MAX},
    };
    enum avow_err err = avow_snapshot_log(snapshot, &request->issuer, &maker.log);
    if (err == AVOW_OK)
        err = collect(&maker);
    if (err != AVOW_OK)
        return err;
    avow_evidence_begin(out, 1);
    write_head(&maker);
    err = write_lists(&maker);
    if (err == AVOW_OK)
        err = write_first_witness(&maker);
    return err == AVOW_OK ? out->err : err;
}
