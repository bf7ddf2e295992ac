/* A held text: signed, or withdrawn (docs/protocol.md, "Submission"). */
#include "store/write/writer.h"

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
    avow_state_init(&wlog->pending_state);
    return avow_writer_spoil(txn, avow_wlog_accept(txn, wlog, &state, checkpoint, now));
}

enum avow_err avow_txn_withdraw(struct avow_txn *txn, const struct avow_hash *issuer)
{
    struct avow_wlog *wlog;
    enum avow_err err = avow_writer_log(txn, issuer, &wlog);
    if (err != AVOW_OK)
        return avow_writer_spoil(txn, err);
    if (!wlog->has_pending)
        return AVOW_ERR_NOT_FOUND;
    return avow_writer_spoil(txn, avow_wlog_drop_pending(txn, wlog));
}
