/* Ranges of a candidate, and how the last of them makes it the issuer's log. */
#include "store/rows/branch_rows.h"
#include "store/write/branch_inner.h"
#include "store/write/relate_inner.h"
#include "store/write/room_inner.h"

/* ------------------------------------------------------------------ the flip */

struct kept_copy {
    uint32_t to;
    uint64_t shared;
    struct avow_buf rows; /* u64 size, u64 length, row; one after the other */
};

static enum avow_err collect_kept(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct kept_copy *copy = context;
    if (key.len != 12)
        return AVOW_ERR_CORRUPT;
    if (avow_get_u64be(key.data + 4) > copy->shared)
        return AVOW_ERR_NOT_FOUND; /* by size: no more */
    uint8_t head[16];
    memcpy(head, key.data + 4, 8);
    avow_put_u64be(head + 8, value.len);
    avow_buf_append(&copy->rows, head, sizeof(head));
    avow_buf_append(&copy->rows, value.data, value.len);
    return copy->rows.err;
}

/* What witnesses have seen of the shared part is true of the new history too. */
static enum avow_err copy_kept(struct avow_txn *txn, uint32_t from, const struct avow_wlog *branch)
{
    struct kept_copy copy = {.to = branch->number, .shared = branch->shared};
    struct avow_dbkey first = avow_dbkey_item(from, 0);
    avow_buf_init(&copy.rows, SIZE_MAX / 2);
    enum avow_err err = avow_db_walk(&txn->db, AVOW_TABLE_HISTORY, &first, 4, collect_kept, &copy);
    if (err == AVOW_ERR_NOT_FOUND)
        err = AVOW_OK;
    for (size_t at = 0; at < copy.rows.len && err == AVOW_OK;) {
        const uint8_t *head = copy.rows.data + at;
        size_t len = (size_t)avow_get_u64be(head + 8);
        struct avow_dbkey key = avow_dbkey_item(copy.to, avow_get_u64be(head));
        err = avow_db_put(&txn->db, AVOW_TABLE_HISTORY, &key, avow_bytes(head + 16, len));
        at += 16 + len;
    }
    avow_buf_fini(&copy.rows);
    return err;
}

struct older {
    const struct avow_hash *issuer;
    struct avow_retired retired;
};

static enum avow_err find_older(void *context, struct avow_bytes key, struct avow_bytes row)
{
    struct older *older = context;
    struct avow_retired *retired = &older->retired;
    enum avow_err err = avow_retired_read(key, row, retired);
    if (err != AVOW_OK)
        return err;
    return retired->kind == AVOW_RETIRED_LOG &&
                   avow_hash_equal(&retired->checkpoint.issuer, older->issuer)
               ? AVOW_ERR_BUSY /* found: no further */
               : AVOW_OK;
}

/* Of an issuer one history is kept that it has left: it can leave one as often as it likes. */
static enum avow_err let_go_older(struct avow_txn *txn, const struct avow_hash *issuer)
{
    struct older older = {.issuer = issuer};
    const struct avow_dbkey first = {.len = 0};
    enum avow_err err;
    while ((err = avow_db_walk(&txn->db, AVOW_TABLE_RETIRED, &first, 0, find_older, &older)) ==
           AVOW_ERR_BUSY) {
        struct avow_dbkey key = avow_retired_key(&older.retired);
        const struct avow_retired gone = {.kind = AVOW_RETIRED_GOING,
                                          .number = older.retired.number};
        err = avow_db_delete(&txn->db, AVOW_TABLE_RETIRED, &key);
        if (err == AVOW_OK)
            err = avow_retired_write(&txn->db, &gone);
        if (err != AVOW_OK)
            return err;
    }
    return err;
}

/* The held log as it is, put away whole. */
static enum avow_err retire_held(struct avow_txn *txn, struct avow_wlog *wlog, uint64_t now)
{
    const struct avow_retired retired = {
        .kind = AVOW_RETIRED_LOG,
        .due = now + AVOW_RETIRED_S,
        .number = wlog->number,
        .checkpoint = wlog->log.checkpoint,
    };
    enum avow_err err = let_go_older(txn, &wlog->issuer);
    if (err == AVOW_OK && wlog->has_pending)
        err = avow_wlog_drop_pending(txn, wlog);
    if (err == AVOW_OK && wlog->tail.dirty)
        err = avow_tail_put(&wlog->tail, &txn->db, wlog->number);
    if (err == AVOW_OK && wlog->chain_dirty)
        err = avow_row_chain_write(&txn->db, wlog->number, AVOW_CHAIN_ACCEPTED,
                                   &wlog->log.state.chain);
    return err == AVOW_OK ? avow_retired_write(&txn->db, &retired) : err;
}

/* The whole candidate becomes the issuer's log. */
static enum avow_err flip(struct avow_txn *txn, struct avow_wlog *wlog, uint64_t now)
{
    struct avow_wlog *branch = wlog->branch;
    struct avow_log *log = &wlog->log;
    const struct avow_checkpoint before = log->checkpoint;
    uint32_t old_number = wlog->number;
    avow_writer_touch(txn, wlog);
    enum avow_err err = retire_held(txn, wlog, now);
    if (err == AVOW_OK)
        err = copy_kept(txn, wlog->number, branch);
    if (err == AVOW_OK)
        err = avow_branch_delete_row(txn, &wlog->issuer);
    if (err != AVOW_OK)
        return err;
    avow_state_fini(&log->state);
    avow_tail_fini(&wlog->tail);
    wlog->number = branch->number;
    wlog->bytes = branch->bytes;
    wlog->tail = branch->tail;
    branch->tail = (struct avow_tail){0};
    log->number = branch->number;
    log->state = branch->log.state;
    avow_state_init(&branch->log.state);
    log->checkpoint = branch->log.checkpoint;
    log->cosignature_count = 0;
    log->abandoned_from = AVOW_NEVER;
    wlog->head_dirty = true;
    wlog->chain_dirty = true;
    avow_branch_forget(branch);
    return avow_relate(txn, wlog, &before, old_number);
}

/* ------------------------------------------------------------------- ranges */

static enum avow_reject judge_whole(struct avow_append *append, const struct avow_wlog *wlog,
                                    const struct avow_hash *status_root)
{
    const struct avow_checkpoint *checkpoint = &append->range->checkpoint;
    enum avow_reject reject = avow_wlog_judge(wlog, &append->txn->writer->state, checkpoint, true);
    if (reject == AVOW_ACCEPT && !avow_hash_equal(status_root, &checkpoint->status_root))
        reject = AVOW_REJECT_STATUS_ROOT;
    return reject;
}

static enum avow_err judge(struct avow_append *append, const struct avow_wlog *wlog,
                           enum avow_reject *reject)
{
    struct avow_writer *writer = append->txn->writer;
    struct avow_hash root;
    enum avow_err err = avow_append_apply(append, &append->wlog->log.state, false, reject);
    if (err != AVOW_OK)
        return err;
    *reject = *reject == AVOW_ACCEPT ? avow_append_prove(append, &writer->state.tree)
                                     : avow_append_blame(append, *reject);
    if (*reject == AVOW_ACCEPT &&
        !avow_hash_equal(&writer->state.chain.issuer, &append->range->checkpoint.issuer))
        *reject = AVOW_REJECT_ORIGIN;
    if (*reject != AVOW_ACCEPT)
        return AVOW_OK;
    err = avow_status_draft_root(&writer->status, append->start, append->end, &root);
    if (err == AVOW_OK && append->end == append->range->checkpoint.size)
        *reject = judge_whole(append, wlog, &root);
    return err;
}

/* REJECT_SIZE, REJECT_QUOTA. */
static enum avow_reject plan(struct avow_append *append, const struct avow_wlog *branch)
{
    const struct avow_range *range = append->range;
    uint64_t size = branch->log.state.tree.size;
    if (size < branch->shared || range->from != size ||
        range->count > range->checkpoint.size - range->from)
        return AVOW_REJECT_SIZE;
    append->start = size;
    append->end = size + range->count;
    if (range->count == 0 && (size == 0 || append->end != range->checkpoint.size))
        return AVOW_REJECT_SIZE;
    return avow_room_bound(append) == AVOW_BOUND_NONE ? AVOW_ACCEPT : AVOW_REJECT_QUOTA;
}

/* A candidate that is bad ends; whoever sent what it does not cover changes nothing. */
static bool is_its_fault(enum avow_reject reject)
{
    return reject != AVOW_REJECT_PROOF && reject != AVOW_REJECT_ROOT;
}

enum avow_err avow_branch_append(struct avow_txn *txn, struct avow_wlog *wlog,
                                 const struct avow_range *range, struct avow_range_result *result,
                                 enum avow_reject *reject)
{
    struct avow_wlog *branch = avow_branch_of(wlog);
    AVOW_ASSERT(!range->held);
    result->accepted = wlog->log.state.tree.size;
    result->pending = result->accepted;
    if (branch == NULL || !avow_checkpoint_same_text(&branch->log.checkpoint, &range->checkpoint))
        return AVOW_ERR_NOT_FOUND;
    struct avow_append append = {
        .txn = txn, .wlog = branch, .range = range, .number = branch->number};
    enum avow_err err = AVOW_OK;
    *reject = plan(&append, branch);
    if (*reject == AVOW_ACCEPT) {
        err = judge(&append, wlog, reject);
        if (err == AVOW_OK && *reject == AVOW_ACCEPT)
            err = avow_branch_put(&append);
        else if (err == AVOW_OK && is_its_fault(*reject))
            err = avow_branch_drop(txn, branch);
    }
    result->pending = branch->log.state.tree.size;
    if (err == AVOW_OK && *reject == AVOW_ACCEPT && append.end == range->checkpoint.size) {
        /* The range's checkpoint may be signed by another of the keys. */
        branch->log.checkpoint = range->checkpoint;
        err = flip(txn, wlog, range->now);
        result->advanced = err == AVOW_OK;
        result->accepted = append.end;
    }
    return err == AVOW_ERR_REFUSED ? err : avow_writer_spoil(txn, err);
}
