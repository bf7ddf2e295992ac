/* Appending: judged in memory, then put. */
#include "store/write/append_inner.h"

#include "store/catalogue/index.h"
#include "store/rows/charge.h"

#include <stdlib.h>

/* ------------------------------------------------ what the entries are judged by */

static enum avow_err view_entry(void *context, uint64_t index, struct avow_bytes *entry)
{
    const struct avow_append *append = context;
    if (index >= append->start) {
        *entry = append->range->entries[index - append->range->from];
        return AVOW_OK;
    }
    return avow_wlog_entry(append->txn, append->wlog, index, entry);
}

static enum avow_err view_status(void *context, uint64_t index, enum avow_status *status,
                                 uint64_t *last)
{
    const struct avow_append *append = context;
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

static enum avow_err apply_entries(struct avow_append *append, enum avow_reject *reject)
{
    struct avow_writer *writer = append->txn->writer;
    const struct avow_log_view view = {
        .context = append, .entry = view_entry, .status = view_status};
    const struct avow_tree_sink sink = {.context = writer, .node = sink_node};
    struct avow_apply apply;
    avow_apply_init(&apply, &writer->state, &view, &sink);
    apply.checker = append->range->checker;
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

enum avow_err avow_append_apply(struct avow_append *append, const struct avow_state *from,
                                bool has_pending, enum avow_reject *reject)
{
    struct avow_writer *writer = append->txn->writer;
    enum avow_err err = avow_state_copy(&writer->state, from);
    if (err != AVOW_OK)
        return err;
    append->tree = writer->state.tree;
    writer->node_count = 0;
    writer->nodes_failed = false;
    avow_status_draft_begin(&writer->status, &append->txn->db, append->number, has_pending);
    *reject = AVOW_ACCEPT;
    err = apply_entries(append, reject);
    const struct avow_root_checker *checker = append->range->checker;
    if (err != AVOW_OK || checker == NULL || checker->unsure == NULL || !*checker->unsure)
        return err;
    *reject = avow_append_blame(append, AVOW_ACCEPT);
    return *reject == AVOW_ACCEPT ? AVOW_ERR_REFUSED : AVOW_OK;
}

enum avow_reject avow_append_prove(const struct avow_append *append, const struct avow_tree *tree)
{
    const struct avow_checkpoint *checkpoint = &append->range->checkpoint;
    struct avow_hash root = avow_tree_root(tree);
    if (tree->size == checkpoint->size && !avow_hash_equal(&root, &checkpoint->root))
        return AVOW_REJECT_ROOT;
    return avow_merkle_consistency_check(tree->size, &root, checkpoint->size, &checkpoint->root,
                                         &append->range->path);
}

enum avow_reject avow_append_blame(const struct avow_append *append, enum avow_reject rule)
{
    struct avow_tree tree = append->tree;
    for (uint64_t i = append->start; i < append->end; i++) {
        struct avow_hash leaf =
            avow_merkle_leaf_hash(append->range->entries[i - append->range->from]);
        avow_tree_append(&tree, &leaf, NULL);
    }
    enum avow_reject proof = avow_append_prove(append, &tree);
    return proof == AVOW_ACCEPT ? rule : proof;
}

/* ------------------------------------------------------------------------ writing */

/* Puts entries and nodes; the ones of level 8 and up are left at the front of writer->nodes. */
static enum avow_err put_entries(struct avow_append *append, uint64_t *bytes)
{
    struct avow_writer *writer = append->txn->writer;
    struct avow_tail *tail = &append->wlog->tail;
    size_t next = 0;
    size_t high = 0;
    for (uint64_t i = append->start; i < append->end; i++) {
        struct avow_bytes entry = append->range->entries[i - append->range->from];
        enum avow_err err = avow_tail_append(tail, entry);
        if (err == AVOW_OK)
            err = avow_index_add(&append->txn->db, &append->txn->writer->words, append->number, i,
                                 entry);
        if (err != AVOW_OK)
            return err;
        *bytes += avow_charge_entry(entry);
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

enum avow_err avow_append_put(struct avow_append *append, uint64_t *bytes)
{
    struct avow_txn *txn = append->txn;
    struct avow_tail *tail = &append->wlog->tail;
    enum avow_err err = AVOW_OK;
    *bytes = 0;
    if (!tail->loaded)
        err = avow_tail_load(tail, &txn->db, append->number, append->start);
    if (err == AVOW_OK)
        err = put_entries(append, bytes);
    txn->entries += append->end - append->start;
    txn->writer->counters.entries += append->end - append->start;
    txn->writer->counters.bytes += *bytes;
    txn->writer->counters_dirty = true;
    return err;
}
