/* A log's moves: its pending range dropped, a checkpoint accepted. */
#include "store/catalogue/index.h"
#include "store/write/relate_inner.h"
#include "store/write/room_inner.h"

#include "proto/log/evidence.h"

enum avow_err avow_wlog_entry(const struct avow_txn *txn, const struct avow_wlog *wlog,
                              uint64_t index, struct avow_bytes *entry)
{
    const struct avow_tail *tail = &wlog->tail;
    size_t position = (size_t)(index % AVOW_BUNDLE_ENTRIES);
    if (tail->loaded && index / AVOW_BUNDLE_ENTRIES == tail->number)
        return avow_tail_entry(tail, position, entry);
    struct avow_bundle bundle;
    enum avow_err err =
        avow_bundle_read(&txn->db, wlog->number, index / AVOW_BUNDLE_ENTRIES, &bundle);
    if (err == AVOW_OK)
        err = avow_bundle_entry(&bundle, position, entry);
    return err == AVOW_ERR_NOT_FOUND ? AVOW_ERR_CORRUPT : err;
}

enum avow_reject avow_wlog_judge(const struct avow_wlog *wlog, const struct avow_state *state,
                                 const struct avow_checkpoint *checkpoint, bool is_signed)
{
    enum avow_reject key = avow_evidence_judge_key(checkpoint, &state->chain);
    if (key == AVOW_REJECT_ORIGIN || key == AVOW_REJECT_SIZE)
        return AVOW_REJECT_ORIGIN;
    if (checkpoint->time < state->time)
        return AVOW_REJECT_TIME;
    /* Within an origin a larger size with an earlier time is a fork. */
    const struct avow_checkpoint *accepted = &wlog->log.checkpoint;
    if (wlog->log.state.tree.size > 0 && avow_checkpoint_same_origin(accepted, checkpoint) &&
        checkpoint->time < accepted->time)
        return AVOW_REJECT_TIME;
    return is_signed ? key : AVOW_ACCEPT;
}

/* Deletes the pending rows, which may not have been written yet. */
static enum avow_err delete_pending_rows(struct avow_txn *txn, struct avow_wlog *wlog)
{
    if (!wlog->pending_stored)
        return AVOW_OK;
    wlog->pending_stored = false;
    struct avow_dbkey row = avow_dbkey_log(wlog->number);
    struct avow_dbkey chain = avow_dbkey_part(wlog->number, AVOW_CHAIN_PENDING, 0);
    enum avow_err err = avow_db_delete(&txn->db, AVOW_TABLE_PENDING, &row);
    return err == AVOW_OK ? avow_db_delete(&txn->db, AVOW_TABLE_CHAINS, &chain) : err;
}

static void forget_pending(struct avow_wlog *wlog)
{
    avow_state_fini(&wlog->pending_state);
    avow_state_init(&wlog->pending_state);
    wlog->has_pending = false;
    wlog->pending_dirty = false;
}

enum avow_err avow_wlog_drop_pending(struct avow_txn *txn, struct avow_wlog *wlog)
{
    AVOW_ASSERT(wlog->has_pending);
    struct avow_counters *counters = &txn->writer->counters;
    uint64_t size = wlog->log.state.tree.size;
    avow_writer_touch(txn, wlog);
    enum avow_err err = avow_tail_truncate(&wlog->tail, &txn->db, wlog->number, size);
    if (err == AVOW_OK)
        err = avow_tiles_truncate(&txn->db, wlog->number, size);
    if (err == AVOW_OK)
        err = avow_status_rows_drop_pending(&txn->db, wlog->number);
    bool more;
    if (err == AVOW_OK)
        err = avow_index_drop(&txn->db, wlog->number, size, SIZE_MAX, &more);
    if (err == AVOW_OK)
        err = delete_pending_rows(txn, wlog);
    if (err != AVOW_OK)
        return err;
    counters->entries -= wlog->pending.pending.size - size;
    counters->bytes -= wlog->pending.bytes;
    txn->writer->counters_dirty = true;
    forget_pending(wlog);
    wlog->head_dirty = true;
    if (size == 0) { /* nothing was ever accepted: the log goes with it */
        struct avow_dbkey number = avow_dbkey_log(wlog->number);
        err = avow_db_delete(&txn->db, AVOW_TABLE_NUMBERS, &number);
        wlog->number = 0;
        counters->logs--;
    }
    return err;
}

enum avow_err avow_wlog_accept(struct avow_txn *txn, struct avow_wlog *wlog,
                               struct avow_state *state, const struct avow_checkpoint *checkpoint,
                               uint64_t bytes, uint64_t now)
{
    struct avow_log *log = &wlog->log;
    avow_writer_touch(txn, wlog);
    enum avow_err err = delete_pending_rows(txn, wlog);
    if (err != AVOW_OK)
        return err;
    if (log->state.tree.size == 0)
        log->first_seen = now;
    const struct avow_checkpoint before = log->checkpoint;
    bool has_before = log->state.tree.size > 0;
    bool chain_grew = state->chain.count != log->state.chain.count;
    struct avow_state old = log->state;
    log->state = *state;
    avow_state_init(state);
    avow_state_fini(&old);
    log->number = wlog->number;
    log->checkpoint = *checkpoint;
    log->cosignature_count = 0; /* the lines were of the text before */
    avow_room_note_accepted(txn, wlog, bytes);
    if (wlog->has_pending)
        forget_pending(wlog);
    wlog->head_dirty = true;
    wlog->chain_dirty = wlog->chain_dirty || chain_grew;
    return chain_grew ? avow_relate(txn, wlog, has_before ? &before : NULL, wlog->number) : AVOW_OK;
}
