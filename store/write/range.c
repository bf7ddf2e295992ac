/* A range of an issuer's log: where it belongs, and what it leaves. */
#include "store/write/append_inner.h"
#include "store/write/branch_inner.h"
#include "store/write/room_inner.h"

static enum avow_err judge_whole(struct avow_append *append, enum avow_reject *reject)
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

static enum avow_err judge(struct avow_append *append, enum avow_reject *reject)
{
    struct avow_writer *writer = append->txn->writer;
    const struct avow_wlog *wlog = append->wlog;
    const struct avow_state *from = append->replaces ? &wlog->log.state : avow_wlog_state(wlog);
    enum avow_err err =
        avow_append_apply(append, from, wlog->has_pending && !append->replaces, reject);
    if (err != AVOW_OK)
        return err;
    if (*reject != AVOW_ACCEPT) {
        *reject = avow_append_blame(append, *reject);
        return AVOW_OK;
    }
    *reject = avow_append_prove(append, &writer->state.tree);
    if (*reject == AVOW_ACCEPT &&
        !avow_hash_equal(&writer->state.chain.issuer, &append->range->checkpoint.issuer))
        *reject = AVOW_REJECT_ORIGIN;
    if (*reject == AVOW_ACCEPT && append->end == append->range->checkpoint.size)
        return judge_whole(append, reject);
    return AVOW_OK;
}

/* ------------------------------------------------------- where the range belongs */

static bool is_held_entry(struct avow_append *append, uint64_t index, enum avow_err *err)
{
    struct avow_bytes held;
    *err = avow_wlog_entry(append->txn, append->wlog, index, &held);
    return *err == AVOW_OK &&
           avow_bytes_equal(held, append->range->entries[index - append->range->from]);
}

/* A signed range that starts at the accepted size over a held text: goes on after the entries that
 * it has in common with all of it, or else replaces it. */
static enum avow_err plan_over_held(struct avow_append *append)
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
static enum avow_err plan(struct avow_append *append, enum avow_reject *reject)
{
    const struct avow_wlog *wlog = append->wlog;
    const struct avow_range *range = append->range;
    const struct avow_pending *pending = wlog->has_pending ? &wlog->pending.pending : NULL;
    uint64_t accepted = wlog->log.state.tree.size;
    bool other =
        pending != NULL &&
        (!pending->held || !avow_checkpoint_same_text(&range->checkpoint, &pending->checkpoint));
    bool replaces = range->held && other && pending->held && range->from == accepted &&
                    (range->replace || avow_room_is_over(pending, range->now));
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
    append->bound = avow_room_bound(append);
    *reject = append->bound == AVOW_BOUND_NONE ? AVOW_ACCEPT : AVOW_REJECT_QUOTA;
    return AVOW_OK;
}

/* ------------------------------------------------------------------------ writing */

static enum avow_err create_log(struct avow_append *append)
{
    struct avow_counters *counters = &append->txn->writer->counters;
    append->wlog->number = append->number;
    append->wlog->head_dirty = true;
    counters->next_log++;
    counters->logs++;
    return avow_row_number_write(&append->txn->db, append->number, &append->wlog->issuer);
}

/* The range has been judged and is good: from here on only a failure of ours can stop it. */
static enum avow_err put_range(struct avow_append *append)
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
    uint64_t bytes = 0;
    if (err == AVOW_OK)
        err = avow_append_put(append, &bytes);
    if (err != AVOW_OK)
        return err;
    const struct avow_range *range = append->range;
    if (!range->held && append->end == range->checkpoint.size) {
        err = avow_status_draft_accept(&writer->status);
        return err == AVOW_OK ? avow_wlog_accept(txn, wlog, &writer->state, &range->checkpoint,
                                                 bytes, range->now)
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
static enum avow_err drop_rejected(struct avow_append *append, enum avow_reject reject)
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
    struct avow_append append = {.txn = txn, .range = range};
    enum avow_err err = avow_writer_log(txn, &range->checkpoint.issuer, &append.wlog);
    if (err != AVOW_OK)
        return avow_writer_spoil(txn, err);
    if (range->branch)
        return avow_branch_append(txn, append.wlog, range, result, reject);
    const uint64_t first = avow_room_first(append.wlog);
    uint32_t number = append.wlog->number;
    append.number = number != 0 ? number : txn->writer->counters.next_log;
    err = plan(&append, reject);
    if (err == AVOW_OK && *reject == AVOW_ACCEPT)
        err = judge(&append, reject);
    if (err == AVOW_OK)
        err = *reject == AVOW_ACCEPT ? put_range(&append) : drop_rejected(&append, *reject);
    avow_room_note_first(txn, append.wlog, first);
    if (err == AVOW_ERR_REFUSED)
        *reject = AVOW_ACCEPT;
    tell(append.wlog, result);
    result->bound = append.bound;
    result->advanced = err == AVOW_OK && *reject == AVOW_ACCEPT && !range->held &&
                       append.end == range->checkpoint.size;
    return err == AVOW_ERR_REFUSED ? err : avow_writer_spoil(txn, err);
}
