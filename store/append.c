/* Appending a range: judged in memory, as a whole, before its first put. */
#include "store/index.h"

#include <stdlib.h>

/* One range on its way. */
struct append {
    struct avow_txn *txn;
    struct avow_wlog *wlog;
    const struct avow_range *range;
    uint32_t number;       /* the log's, or the one that it will get */
    bool replaces;         /* starts from the accepted size, and what is pending goes */
    uint64_t start;        /* index of the first entry that is applied */
    uint64_t end;          /* range->from + range->count */
    struct avow_tree tree; /* at `start` */
};

/* ------------------------------------------------ what the entries are judged by */

static enum avow_err view_entry(void *context, uint64_t index, struct avow_bytes *entry)
{
    const struct append *append = context;
    const struct avow_tail *tail = &append->wlog->tail;
    if (index >= append->start) {
        *entry = append->range->entries[index - append->range->from];
        return AVOW_OK;
    }
    size_t position = (size_t)(index % AVOW_BUNDLE_ENTRIES);
    if (tail->loaded && index / AVOW_BUNDLE_ENTRIES == tail->number)
        return avow_tail_entry(tail, position, entry);
    struct avow_bundle bundle;
    enum avow_err err =
        avow_bundle_read(&append->txn->db, append->number, index / AVOW_BUNDLE_ENTRIES, &bundle);
    if (err == AVOW_OK)
        err = avow_bundle_entry(&bundle, position, entry);
    return err == AVOW_ERR_NOT_FOUND ? AVOW_ERR_CORRUPT : err;
}

static enum avow_err view_status(void *context, uint64_t index, enum avow_status *status,
                                 uint64_t *last)
{
    const struct append *append = context;
    return avow_status_draft_get(&append->txn->writer->status, index, status, last);
}

static void sink_node(void *context, unsigned level, uint64_t index, const struct avow_hash *hash)
{
    struct avow_writer *writer = context;
    if (level < AVOW_BUNDLE_UNIT || writer->nodes_failed)
        return;
    if (writer->node_count == writer->node_cap) {
        size_t cap = writer->node_cap == 0 ? 256 : writer->node_cap * 2;
        struct avow_tile_node *nodes = realloc(writer->nodes, cap * sizeof(*nodes));
        if (nodes == NULL) {
            writer->nodes_failed = true;
            return;
        }
        writer->nodes = nodes;
        writer->node_cap = cap;
    }
    writer->nodes[writer->node_count++] = (struct avow_tile_node){level, index, *hash};
}

static enum avow_err apply_entries(struct append *append, enum avow_reject *reject)
{
    struct avow_writer *writer = append->txn->writer;
    const struct avow_log_view view = {
        .context = append, .entry = view_entry, .status = view_status};
    const struct avow_tree_sink sink = {.context = writer, .node = sink_node};
    struct avow_apply apply;
    avow_apply_init(&apply, &writer->state, &view, &sink);
    for (uint64_t i = append->start; i < append->end; i++) {
        struct avow_effect effect;
        enum avow_err err =
            avow_apply(&apply, append->range->entries[i - append->range->from], &effect, reject);
        if (err != AVOW_OK || *reject != AVOW_ACCEPT)
            return err;
        if (effect.changes_status)
            err = avow_status_draft_set(&writer->status, effect.entry.status.target,
                                        (enum avow_status)effect.entry.status.state, i);
        if (err != AVOW_OK)
            return err;
    }
    return writer->nodes_failed ? AVOW_ERR_NOMEM : AVOW_OK;
}

/* Whether `tree`, of append->end entries, is what the checkpoint covers. */
static enum avow_reject judge_proof(const struct append *append, const struct avow_tree *tree)
{
    const struct avow_checkpoint *checkpoint = &append->range->checkpoint;
    struct avow_hash root = avow_tree_root(tree);
    if (tree->size == checkpoint->size && !avow_hash_equal(&root, &checkpoint->root))
        return AVOW_REJECT_ROOT;
    return avow_consistency_check(tree->size, &root, checkpoint->size, &checkpoint->root,
                                  &append->range->path);
}

/* A rule was broken. It is the checkpoint's fault only if the checkpoint covers these entries;
 * else whoever sent them could silence an issuer. */
static enum avow_reject blame(const struct append *append, enum avow_reject rule)
{
    struct avow_tree tree = append->tree;
    for (uint64_t i = append->start; i < append->end; i++) {
        struct avow_hash leaf = avow_leaf_hash(append->range->entries[i - append->range->from]);
        avow_tree_append(&tree, &leaf, NULL);
    }
    enum avow_reject proof = judge_proof(append, &tree);
    return proof == AVOW_ACCEPT ? rule : proof;
}

static enum avow_err judge_whole(struct append *append, enum avow_reject *reject)
{
    struct avow_writer *writer = append->txn->writer;
    const struct avow_checkpoint *checkpoint = &append->range->checkpoint;
    *reject = avow_wlog_judge(append->wlog, &writer->state, checkpoint, !append->range->held);
    if (*reject != AVOW_ACCEPT)
        return AVOW_OK;
    struct avow_hash root;
    enum avow_err err = avow_status_draft_root(&writer->status, append->wlog->log.state.tree.size,
                                               checkpoint->size, &root);
    if (err == AVOW_OK && !avow_hash_equal(&root, &checkpoint->status_root))
        *reject = AVOW_REJECT_STATUS_ROOT;
    return err;
}

static enum avow_err judge(struct append *append, enum avow_reject *reject)
{
    struct avow_writer *writer = append->txn->writer;
    const struct avow_wlog *wlog = append->wlog;
    const struct avow_state *from = append->replaces ? &wlog->log.state : avow_wlog_state(wlog);
    enum avow_err err = avow_state_copy(&writer->state, from);
    if (err != AVOW_OK)
        return err;
    append->tree = writer->state.tree;
    writer->node_count = 0;
    writer->nodes_failed = false;
    avow_status_draft_begin(&writer->status, &append->txn->db, append->number,
                            wlog->has_pending && !append->replaces);
    *reject = AVOW_ACCEPT;
    err = apply_entries(append, reject);
    if (err != AVOW_OK)
        return err;
    if (*reject != AVOW_ACCEPT) {
        *reject = blame(append, *reject);
        return AVOW_OK;
    }
    *reject = judge_proof(append, &writer->state.tree);
    if (*reject == AVOW_ACCEPT &&
        !avow_hash_equal(&writer->state.chain.issuer, &append->range->checkpoint.issuer))
        *reject = AVOW_REJECT_ORIGIN;
    if (*reject == AVOW_ACCEPT && append->end == append->range->checkpoint.size)
        return judge_whole(append, reject);
    return AVOW_OK;
}

/* ------------------------------------------------------- where the range belongs */

static bool is_held_entry(struct append *append, uint64_t index, enum avow_err *err)
{
    struct avow_bytes held;
    append->start = UINT64_MAX; /* everything is read from the store */
    *err = view_entry(append, index, &held);
    return *err == AVOW_OK &&
           avow_bytes_equal(held, append->range->entries[index - append->range->from]);
}

/* A signed range that starts at the accepted size over a held text: goes on after the entries that
 * it has in common with all of it, or else replaces it. */
static enum avow_err plan_over_held(struct append *append)
{
    const struct avow_pending *held = &append->wlog->pending.pending;
    enum avow_err err = AVOW_OK;
    append->replaces = append->end < held->size;
    for (uint64_t i = held->base; i < held->size && !append->replaces; i++) {
        append->replaces = !is_held_entry(append, i, &err);
        if (err != AVOW_OK)
            return err;
    }
    append->start = append->replaces ? held->base : held->size;
    return AVOW_OK;
}

/* Finds `start` and `replaces`. REFUSED; REJECT_SIZE, REJECT_QUOTA. */
static enum avow_err plan(struct append *append, enum avow_reject *reject)
{
    const struct avow_wlog *wlog = append->wlog;
    const struct avow_range *range = append->range;
    const struct avow_pending *pending = wlog->has_pending ? &wlog->pending.pending : NULL;
    uint64_t accepted = wlog->log.state.tree.size;
    bool other =
        pending != NULL &&
        (!pending->held || !avow_checkpoint_same_text(&range->checkpoint, &pending->checkpoint));
    bool replaces =
        range->held && range->replace && other && pending->held && range->from == accepted;
    *reject = AVOW_REJECT_SIZE;
    if (range->checkpoint.size <= accepted || (range->held && other && !replaces))
        return AVOW_ERR_REFUSED;
    if (range->checkpoint.size > AVOW_UINT_MAX || range->from > range->checkpoint.size ||
        range->count > range->checkpoint.size - range->from)
        return AVOW_OK;
    append->end = range->from + range->count;
    append->start = replaces ? accepted : avow_wlog_stored(wlog);
    append->replaces = replaces;
    if (!range->held && pending != NULL && pending->held && range->from == accepted) {
        enum avow_err err = plan_over_held(append);
        if (err != AVOW_OK)
            return err;
    } else if (range->from != append->start || (range->count == 0 && pending == NULL)) {
        return AVOW_OK;
    }
    /* A log costs room of its own, so that a million small ones are no way around the bound. */
    const struct avow_counters *counters = &append->txn->writer->counters;
    uint64_t logs = counters->logs + (append->start == 0);
    uint64_t bytes = counters->bytes + logs * AVOW_STORE_LOG_BYTES;
    for (uint64_t i = append->start; i < append->end; i++)
        bytes += range->entries[i - range->from].len;
    uint64_t bound = append->txn->store->bytes_max;
    *reject =
        bound > 0 && append->end > append->start && bytes > bound ? AVOW_REJECT_QUOTA : AVOW_ACCEPT;
    return AVOW_OK;
}

/* ------------------------------------------------------------------------ writing */

/* Puts entries and nodes; the ones of level 8 and up are left at the front of writer->nodes. */
static enum avow_err put_entries(struct append *append, uint64_t *bytes)
{
    struct avow_writer *writer = append->txn->writer;
    struct avow_tail *tail = &append->wlog->tail;
    size_t next = 0;
    size_t high = 0;
    for (uint64_t i = append->start; i < append->end; i++) {
        struct avow_bytes entry = append->range->entries[i - append->range->from];
        enum avow_err err = avow_tail_append(tail, entry);
        if (err == AVOW_OK)
            err = avow_index_add(append->txn, append->number, i, entry);
        if (err != AVOW_OK)
            return err;
        *bytes += entry.len;
        for (; next < writer->node_count; next++) {
            const struct avow_tile_node *node = &writer->nodes[next];
            if ((node->index + 1) << node->level > i + 1)
                break;
            if (node->level < AVOW_BUNDLE_HEIGHT)
                avow_tail_node(tail, &node->hash);
            else
                writer->nodes[high++] = *node;
        }
        if (tail->count == AVOW_BUNDLE_ENTRIES)
            err = avow_tail_put(tail, &append->txn->db, append->number);
        if (err != AVOW_OK)
            return err;
    }
    writer->node_count = high;
    return avow_tiles_append(&append->txn->db, append->number, writer->nodes, high);
}

static enum avow_err create_log(struct append *append)
{
    struct avow_counters *counters = &append->txn->writer->counters;
    append->wlog->number = append->number;
    append->wlog->head_dirty = true;
    counters->next_log++;
    counters->logs++;
    return avow_number_write(&append->txn->db, append->number, &append->wlog->issuer);
}

/* The range has been judged and is good: from here on only a failure of ours can stop it. */
static enum avow_err put_range(struct append *append)
{
    struct avow_txn *txn = append->txn;
    struct avow_wlog *wlog = append->wlog;
    struct avow_writer *writer = txn->writer;
    enum avow_err err = AVOW_OK;
    avow_writer_touch(txn, wlog);
    if (append->replaces)
        err = avow_wlog_drop_pending(txn, wlog);
    if (err == AVOW_OK && wlog->number == 0)
        err = create_log(append);
    if (err == AVOW_OK && !wlog->tail.loaded)
        err = avow_tail_load(&wlog->tail, &txn->db, append->number, append->start);
    uint64_t bytes = 0;
    if (err == AVOW_OK)
        err = put_entries(append, &bytes);
    if (err != AVOW_OK)
        return err;
    uint64_t count = append->end - append->start;
    txn->entries += count;
    writer->counters.entries += count;
    writer->counters.bytes += bytes;
    writer->counters_dirty = true;
    const struct avow_range *range = append->range;
    if (!range->held && append->end == range->checkpoint.size) {
        err = avow_status_draft_accept(&writer->status);
        return err == AVOW_OK
                   ? avow_wlog_accept(txn, wlog, &writer->state, &range->checkpoint, range->now)
                   : err;
    }
    err = avow_status_draft_put_pending(&writer->status);
    struct avow_state old = wlog->pending_state;
    wlog->pending_state = writer->state;
    avow_state_init(&writer->state);
    avow_state_fini(&old);
    wlog->pending.bytes = bytes + (wlog->has_pending ? wlog->pending.bytes : 0);
    wlog->pending.pending = (struct avow_pending){
        .held = range->held,
        .base = wlog->log.state.tree.size,
        .size = append->end,
        .checkpoint = range->checkpoint,
    };
    wlog->has_pending = true;
    wlog->pending_dirty = true;
    return err;
}

/* What a rejected range leaves. Whoever sent bytes that the checkpoint does not cover cannot undo
 * what others have sent for it, nor a held text; a checkpoint that is itself bad ends its range,
 * and nothing but its own. */
static enum avow_err drop_rejected(struct append *append, enum avow_reject reject)
{
    struct avow_wlog *wlog = append->wlog;
    const struct avow_range *range = append->range;
    if (!wlog->has_pending || append->replaces || reject == AVOW_REJECT_SIZE ||
        reject == AVOW_REJECT_QUOTA)
        return AVOW_OK;
    const struct avow_pending *pending = &wlog->pending.pending;
    bool sender = reject == AVOW_REJECT_PROOF || reject == AVOW_REJECT_ROOT;
    if (!range->held &&
        (pending->held ||
         (sender && avow_checkpoint_same_text(&range->checkpoint, &pending->checkpoint))))
        return AVOW_OK;
    return avow_wlog_drop_pending(append->txn, wlog);
}

static void tell(const struct avow_wlog *wlog, struct avow_range_result *result)
{
    result->accepted = wlog->log.state.tree.size;
    result->pending = avow_wlog_stored(wlog);
    result->whole = wlog->has_pending && wlog->pending.pending.held &&
                    wlog->pending.pending.size == wlog->pending.pending.checkpoint.size;
}

enum avow_err avow_txn_append(struct avow_txn *txn, const struct avow_range *range,
                              struct avow_range_result *result, enum avow_reject *reject)
{
    *result = (struct avow_range_result){0};
    *reject = AVOW_ACCEPT;
    struct append append = {.txn = txn, .range = range};
    enum avow_err err = avow_writer_log(txn, &range->checkpoint.issuer, &append.wlog);
    if (err != AVOW_OK)
        return avow_writer_spoil(txn, err);
    uint32_t number = append.wlog->number;
    append.number = number != 0 ? number : txn->writer->counters.next_log;
    err = plan(&append, reject);
    if (err == AVOW_OK && *reject == AVOW_ACCEPT)
        err = judge(&append, reject);
    if (err == AVOW_OK)
        err = *reject == AVOW_ACCEPT ? put_range(&append) : drop_rejected(&append, *reject);
    if (err == AVOW_ERR_REFUSED)
        *reject = AVOW_ACCEPT;
    tell(append.wlog, result);
    result->advanced = err == AVOW_OK && *reject == AVOW_ACCEPT && !range->held &&
                       append.end == range->checkpoint.size;
    return err == AVOW_ERR_REFUSED ? err : avow_writer_spoil(txn, err);
}
