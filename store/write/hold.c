/* A held text: signed, withdrawn, or held no longer (docs/protocol.md, "Submission"). */
#include "store/write/room_inner.h"
#include "store/write/txn_branch.h"

/* Between the check of the signature and now, gossip may have brought another text of this size: it
 * is not what was signed. */
enum avow_err avow_txn_sign(struct avow_txn *txn, const struct avow_checkpoint *checkpoint,
                            uint64_t now, enum avow_reject *reject)
{
    uint64_t size = checkpoint->size;
    *reject = AVOW_ACCEPT;
    struct avow_wlog *wlog;
    enum avow_err err = avow_writer_log(txn, &checkpoint->issuer, &wlog);
    if (err != AVOW_OK)
        return avow_writer_spoil(txn, err);
    const struct avow_pending *held = &wlog->pending.pending;
    if (wlog->log.state.tree.size > 0 &&
        avow_checkpoint_same_text(&wlog->log.checkpoint, checkpoint))
        return AVOW_OK; /* a signer that asks again, or that came second */
    if (!wlog->has_pending || !held->held || held->size != size ||
        !avow_checkpoint_same_text(&held->checkpoint, checkpoint))
        return AVOW_ERR_NOT_FOUND;
    *reject = avow_wlog_judge(wlog, &wlog->pending_state, checkpoint, true);
    if (*reject != AVOW_ACCEPT)
        return AVOW_OK;
    struct avow_status_draft *status = &txn->writer->status;
    struct avow_hash root;
    avow_status_draft_begin(status, &txn->db, wlog->number, true);
    err = avow_status_draft_root(status, wlog->log.state.tree.size, size, &root);
    /* The status root was compared when the text became whole. */
    if (err == AVOW_OK && !avow_hash_equal(&root, &checkpoint->status_root))
        err = AVOW_ERR_CORRUPT;
    if (err == AVOW_OK)
        err = avow_status_draft_accept(status);
    if (err != AVOW_OK)
        return avow_writer_spoil(txn, err);
    struct avow_state state = wlog->pending_state;
    const uint64_t first = avow_room_first(wlog);
    avow_state_init(&wlog->pending_state);
    err = avow_wlog_accept(txn, wlog, &state, checkpoint, 0, now);
    avow_room_note_first(txn, wlog, first);
    return avow_writer_spoil(txn, err);
}

static enum avow_err drop(struct avow_txn *txn, struct avow_wlog *wlog)
{
    const uint64_t first = avow_room_first(wlog);
    enum avow_err err = avow_wlog_drop_pending(txn, wlog);
    avow_room_note_first(txn, wlog, first);
    return avow_writer_spoil(txn, err);
}

enum avow_err avow_txn_withdraw(struct avow_txn *txn, const struct avow_hash *issuer)
{
    struct avow_wlog *wlog;
    enum avow_err err = avow_writer_log(txn, issuer, &wlog);
    if (err != AVOW_OK)
        return avow_writer_spoil(txn, err);
    return wlog->has_pending ? drop(txn, wlog) : AVOW_ERR_NOT_FOUND;
}

/* -------------------------------------------------------------------- held no longer */

bool avow_room_is_over(const struct avow_pending *pending, uint64_t now)
{
    return pending->held && now > pending->checkpoint.time &&
           now - pending->checkpoint.time > AVOW_HELD_S;
}

#define OVER_MAX 64 /* logs at a time */

struct over {
    uint64_t now;
    uint32_t numbers[OVER_MAX];
    size_t count;
    uint64_t entries;
};

static enum avow_err add_over(void *context, struct avow_bytes key, struct avow_bytes row)
{
    struct over *over = context;
    struct avow_pending_info info;
    /* A damaged row is found by whoever reads that log. */
    if (key.len != 4 || avow_row_pending_read(row, &info, NULL) != AVOW_OK ||
        !avow_room_is_over(&info.pending, over->now))
        return AVOW_OK;
    if (over->count == OVER_MAX || over->entries > AVOW_PURGE_STEP)
        return AVOW_ERR_NOT_FOUND; /* the rest another time */
    over->numbers[over->count++] = avow_get_u32be(key.data);
    over->entries += info.pending.size - info.pending.base;
    return AVOW_OK;
}

/* The row may be older than what this transaction has made of the log. One that cannot be read is
 * left as it is: a round through all logs must not end at it. */
static enum avow_err drop_over(struct avow_txn *txn, uint32_t number, uint64_t now)
{
    struct avow_hash issuer;
    struct avow_wlog *wlog;
    enum avow_err err = avow_row_number_read(&txn->db, number, &issuer);
    if (err == AVOW_OK)
        err = avow_writer_log(txn, &issuer, &wlog);
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND || err == AVOW_ERR_CORRUPT ? AVOW_OK : err;
    return wlog->has_pending && avow_room_is_over(&wlog->pending.pending, now) ? drop(txn, wlog)
                                                                               : AVOW_OK;
}

enum avow_err avow_txn_drop_held(struct avow_txn *txn, uint64_t now, bool *more)
{
    struct over over = {.now = now};
    struct avow_dbkey first = {.len = 0};
    enum avow_err err = avow_db_walk(&txn->db, AVOW_TABLE_PENDING, &first, 0, add_over, &over);
    *more = err == AVOW_ERR_NOT_FOUND;
    if (*more)
        err = AVOW_OK;
    for (size_t i = 0; i < over.count && err == AVOW_OK; i++)
        err = drop_over(txn, over.numbers[i], now);
    return avow_writer_spoil(txn, err);
}
