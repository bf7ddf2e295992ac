/* Candidates: begun, filled from what they share with the held log, given up. */
#include "store/rows/nodes.h"
#include "store/write/branch_inner.h"
#include "store/write/room_inner.h"

#include "store/catalogue/index.h"
#include "store/rows/branch_rows.h"

#include <stdlib.h>

#define PIECE_BUNDLES 16              /* of the held log, applied at once */
#define PIECE_BYTES ((size_t)4 << 20) /* no more bundles once there is so much */
#define PIECE_COST (PIECE_BUNDLES * AVOW_BUNDLE_ENTRIES)
#define INDEXED_WEIGHT 16               /* entries: what one costs that has words in an index */
#define STEP_BYTES ((uint64_t)32 << 20) /* what one call copies, beside AVOW_BRANCH_STEP */

/* ------------------------------------------------------------ beginning, ending */

void avow_branch_forget(struct avow_wlog *branch)
{
    avow_state_fini(&branch->log.state);
    avow_state_init(&branch->log.state);
    avow_tail_fini(&branch->tail);
    branch->number = 0;
    branch->bytes = 0;
    branch->head_dirty = false;
    branch->chain_dirty = false;
}

enum avow_err avow_branch_delete_row(struct avow_txn *txn, const struct avow_hash *issuer)
{
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes(issuer->bytes, sizeof(issuer->bytes)));
    return avow_db_delete(&txn->db, AVOW_TABLE_BRANCHES, &key);
}

enum avow_err avow_branch_drop(struct avow_txn *txn, struct avow_wlog *branch)
{
    const struct avow_retired gone = {.kind = AVOW_RETIRED_GOING, .number = branch->number};
    enum avow_err err = AVOW_OK;
    if (branch->tail.dirty)
        err = avow_tail_put(&branch->tail, &txn->db, branch->number);
    if (err == AVOW_OK)
        err = avow_retired_write(&txn->db, &gone);
    if (err == AVOW_OK)
        err = avow_branch_delete_row(txn, &branch->issuer);
    avow_branch_forget(branch);
    return err;
}

struct avow_wlog *avow_branch_of(const struct avow_wlog *wlog)
{
    return wlog->branch != NULL && wlog->branch->number != 0 ? wlog->branch : NULL;
}

/* The root of the accepted log's first `size` entries. */
static enum avow_err root_at(struct avow_txn *txn, struct avow_wlog *wlog, uint64_t size,
                             struct avow_hash *root)
{
    struct avow_node_source source = {.db = &txn->db, .log = wlog->number};
    const struct avow_tree_nodes nodes = {.context = &source, .node = avow_node_source_node};
    enum avow_err err = AVOW_OK;
    if (wlog->tail.dirty) /* nodes are read from the rows */
        err = avow_tail_put(&wlog->tail, &txn->db, wlog->number);
    if (err == AVOW_OK)
        err = avow_tree_root_at(&nodes, size, root);
    return err == AVOW_ERR_NOT_FOUND ? AVOW_ERR_CORRUPT : err;
}

/* REFUSED when the two do not share what is said. */
static enum avow_err judge_shared(struct avow_txn *txn, struct avow_wlog *wlog,
                                  const struct avow_branch *want,
                                  const struct avow_hash *shared_root)
{
    struct avow_hash root;
    if (want->shared > wlog->log.state.tree.size || want->shared >= want->checkpoint.size ||
        want->checkpoint.size > AVOW_UINT_MAX)
        return AVOW_ERR_REFUSED;
    if (want->shared == 0)
        return AVOW_OK;
    enum avow_err err = root_at(txn, wlog, want->shared, &root);
    if (err != AVOW_OK)
        return avow_writer_spoil(txn, err);
    return avow_hash_equal(&root, shared_root) ? AVOW_OK : AVOW_ERR_REFUSED;
}

static enum avow_err begin(struct avow_txn *txn, struct avow_wlog *wlog,
                           const struct avow_branch *want)
{
    struct avow_counters *counters = &txn->writer->counters;
    enum avow_err err = AVOW_OK;
    if (avow_branch_of(wlog) != NULL)
        err = avow_branch_drop(txn, wlog->branch);
    if (err == AVOW_OK)
        err = avow_wlog_new_branch(wlog);
    if (err != AVOW_OK)
        return err;
    wlog->branch->number = counters->next_log++;
    wlog->branch->shared = want->shared;
    txn->writer->counters_dirty = true;
    if (want->shared < wlog->log.abandoned_from) {
        wlog->log.abandoned_from = want->shared;
        wlog->head_dirty = true;
        avow_writer_touch(txn, wlog);
    }
    return avow_row_number_write(&txn->db, wlog->branch->number, &wlog->issuer);
}

/* --------------------------------------------------------------------- copying */

/* Entries of the held log, copied out: a put may move the page that a view is in. */
struct piece {
    struct avow_bytes entries[PIECE_BUNDLES * AVOW_BUNDLE_ENTRIES];
    size_t ends[PIECE_BUNDLES * AVOW_BUNDLE_ENTRIES];
    size_t count;
    uint64_t cost; /* in entries that nothing looks for */
    struct avow_buf bytes;
};

static void piece_free(struct piece **piece)
{
    if (*piece != NULL)
        avow_buf_fini(&(*piece)->bytes);
    free(*piece);
}

/* The entries from `from` up to `to`, as many as a piece may have. */
static enum avow_err read_piece(const struct avow_txn *txn, const struct avow_wlog *wlog,
                                uint64_t from, uint64_t to, struct piece *piece)
{
    avow_buf_clear(&piece->bytes);
    piece->count = 0;
    piece->cost = 0;
    for (uint64_t i = from; i < to && piece->cost < PIECE_COST; i++) {
        bool starts = i % AVOW_BUNDLE_ENTRIES == 0;
        if (piece->count == sizeof(piece->ends) / sizeof(piece->ends[0]) ||
            (starts && piece->bytes.len > PIECE_BYTES))
            break;
        struct avow_bytes entry;
        enum avow_err err = avow_wlog_entry(txn, wlog, i, &entry);
        if (err != AVOW_OK)
            return err;
        avow_buf_append(&piece->bytes, entry.data, entry.len);
        piece->ends[piece->count++] = piece->bytes.len;
        piece->cost += avow_index_may_have(entry) ? INDEXED_WEIGHT : 1;
    }
    size_t start = 0;
    for (size_t i = 0; i < piece->count && piece->bytes.err == AVOW_OK; i++) {
        piece->entries[i] = avow_bytes(piece->bytes.data + start, piece->ends[i] - start);
        start = piece->ends[i];
    }
    return piece->bytes.err;
}

enum avow_err avow_branch_put(struct avow_append *append)
{
    struct avow_writer *writer = append->txn->writer;
    struct avow_wlog *branch = append->wlog;
    uint64_t bytes;
    avow_writer_touch(append->txn, branch);
    enum avow_err err = avow_append_put(append, &bytes);
    if (err == AVOW_OK)
        err = avow_status_draft_accept(&writer->status);
    if (err != AVOW_OK)
        return err;
    branch->chain_dirty =
        branch->chain_dirty || writer->state.chain.count != branch->log.state.chain.count;
    branch->head_dirty = true;
    branch->bytes += bytes;
    struct avow_state old = branch->log.state;
    branch->log.state = writer->state;
    avow_state_init(&writer->state);
    avow_state_fini(&old);
    return AVOW_OK;
}

/* A root entry of the held log, in its own place, was verified when it was accepted there: the same
 * leaf after the same tree is the same claim. */
static enum avow_err check_held(void *context, const struct avow_root_claim *claim,
                                enum avow_reject *reject)
{
    const struct avow_chain *held = context;
    *reject = AVOW_REJECT_ROOT_SIGNATURE;
    for (size_t i = 0; i < held->count; i++) {
        const struct avow_root_entry *entry = &held->entries[i];
        if (entry->index == claim->index && avow_hash_equal(&entry->leaf, &claim->leaf) &&
            avow_hash_equal(&entry->root_before, &claim->root_before))
            *reject = AVOW_ACCEPT;
    }
    return AVOW_OK;
}

static enum avow_err copy_piece(struct avow_txn *txn, struct avow_wlog *wlog,
                                const struct piece *piece, enum avow_reject *reject)
{
    struct avow_wlog *branch = wlog->branch;
    uint64_t from = branch->log.state.tree.size;
    const struct avow_root_checker checker = {.context = &wlog->log.state.chain,
                                              .check = check_held};
    const struct avow_range range = {
        .checkpoint = branch->log.checkpoint,
        .from = from,
        .entries = piece->entries,
        .count = piece->count,
        .checker = &checker,
    };
    struct avow_append append = {
        .txn = txn,
        .wlog = branch,
        .range = &range,
        .number = branch->number,
        .start = from,
        .end = from + piece->count,
    };
    struct avow_hash root;
    if (avow_room_bound(&append) != AVOW_BOUND_NONE) {
        *reject = AVOW_REJECT_QUOTA;
        return AVOW_OK;
    }
    enum avow_err err = avow_append_apply(&append, &branch->log.state, false, reject);
    if (err == AVOW_OK && *reject != AVOW_ACCEPT) /* the entries were accepted once */
        err = AVOW_ERR_CORRUPT;
    if (err == AVOW_OK)
        err = avow_status_draft_root(&txn->writer->status, append.start, append.end, &root);
    return err == AVOW_OK ? avow_branch_put(&append) : err;
}

static enum avow_err copy_step(struct avow_txn *txn, struct avow_wlog *wlog,
                               enum avow_reject *reject)
{
    AVOW_CLEANUP(piece_free)
    struct piece *piece = malloc(sizeof(*piece));
    struct avow_wlog *branch = wlog->branch;
    uint64_t cost = 0;
    uint64_t bytes = 0;
    enum avow_err err = AVOW_OK;
    if (piece == NULL)
        return AVOW_ERR_NOMEM;
    avow_buf_init(&piece->bytes, SIZE_MAX / 2);
    while (err == AVOW_OK && *reject == AVOW_ACCEPT &&
           branch->log.state.tree.size < branch->shared && cost < AVOW_BRANCH_STEP &&
           bytes < STEP_BYTES) {
        err = read_piece(txn, wlog, branch->log.state.tree.size, branch->shared, piece);
        cost += piece->cost;
        bytes += piece->bytes.len;
        if (err == AVOW_OK)
            err = copy_piece(txn, wlog, piece, reject);
    }
    if (err != AVOW_OK || *reject != AVOW_ACCEPT || branch->log.state.tree.size < branch->shared)
        return err;
    struct avow_hash root;
    struct avow_hash copied = avow_tree_root(&branch->log.state.tree);
    err = root_at(txn, wlog, branch->shared, &root);
    return err == AVOW_OK && !avow_hash_equal(&root, &copied) ? AVOW_ERR_CORRUPT : err;
}

/* Whether the present candidate goes on as one for `checkpoint`. */
static bool goes_on(const struct avow_wlog *branch, const struct avow_checkpoint *checkpoint)
{
    return branch != NULL && avow_checkpoint_same_origin(&branch->log.checkpoint, checkpoint) &&
           checkpoint->size >= branch->log.state.tree.size && checkpoint->size > branch->shared;
}

static enum avow_err begin_or_go_on(struct avow_txn *txn, struct avow_wlog *wlog,
                                    const struct avow_branch *want,
                                    const struct avow_hash *shared_root)
{
    enum avow_err err = AVOW_OK;
    struct avow_wlog *branch = avow_branch_of(wlog);
    if (!goes_on(branch, &want->checkpoint)) {
        err = judge_shared(txn, wlog, want, shared_root);
        if (err == AVOW_OK)
            err = avow_writer_spoil(txn, begin(txn, wlog, want));
    } else if (avow_checkpoint_same_text(&branch->log.checkpoint, &want->checkpoint)) {
        return AVOW_OK;
    }
    if (err != AVOW_OK)
        return err;
    wlog->branch->log.checkpoint = want->checkpoint;
    wlog->branch->head_dirty = true;
    avow_writer_touch(txn, wlog->branch);
    return AVOW_OK;
}

enum avow_err avow_txn_branch(struct avow_txn *txn, const struct avow_branch *want,
                              const struct avow_hash *shared_root, struct avow_branch *branch,
                              enum avow_reject *reject)
{
    struct avow_wlog *wlog;
    *reject = AVOW_ACCEPT;
    *branch = *want;
    branch->size = 0;
    enum avow_err err = avow_writer_log(txn, &want->checkpoint.issuer, &wlog);
    if (err != AVOW_OK)
        return avow_writer_spoil(txn, err);
    if (wlog->log.state.tree.size == 0)
        return AVOW_ERR_NOT_FOUND;
    if (avow_checkpoint_same_origin(&wlog->log.checkpoint, &want->checkpoint))
        return AVOW_ERR_REFUSED;
    err = begin_or_go_on(txn, wlog, want, shared_root);
    if (err != AVOW_OK)
        return err;
    if (wlog->branch->log.state.tree.size < wlog->branch->shared)
        err = copy_step(txn, wlog, reject);
    if (err == AVOW_OK && *reject != AVOW_ACCEPT)
        err = avow_branch_drop(txn, wlog->branch);
    branch->shared = wlog->branch->shared;
    branch->size = wlog->branch->log.state.tree.size;
    return avow_writer_spoil(txn, err);
}

enum avow_err avow_txn_drop_branch(struct avow_txn *txn, const struct avow_hash *issuer)
{
    struct avow_wlog *wlog;
    enum avow_err err = avow_writer_log(txn, issuer, &wlog);
    if (err != AVOW_OK)
        return avow_writer_spoil(txn, err);
    if (avow_branch_of(wlog) == NULL)
        return AVOW_ERR_NOT_FOUND;
    return avow_writer_spoil(txn, avow_branch_drop(txn, wlog->branch));
}
