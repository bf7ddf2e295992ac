/* Forks of an origin: rows that are charged, the first proof, the newest checkpoint. */
#include "store/write/txn_forks.h"

#include "store/rows/branch_rows.h"
#include "store/rows/fork_rows.h"
#include "store/write/relate_inner.h"
#include "store/write/room_inner.h"

/* ------------------------------------------------------------ what is charged */

enum avow_err avow_charged_put(struct avow_txn *txn, enum avow_table table,
                               const struct avow_dbkey *key, struct avow_buf *row, size_t old_len,
                               enum avow_reject *reject)
{
    struct avow_counters *counters = &txn->writer->counters;
    uint64_t bound = txn->store->bytes_max - avow_room_reserve(txn->store);
    avow_row_seal_with(row, avow_row_key_view(key));
    if (row->err != AVOW_OK)
        return row->err;
    uint64_t bytes = counters->bytes - old_len + row->len;
    if (bound > 0 && row->len > old_len && bytes + counters->logs * AVOW_STORE_LOG_BYTES > bound) {
        *reject = AVOW_REJECT_QUOTA;
        return AVOW_OK;
    }
    counters->bytes = bytes;
    txn->writer->counters_dirty = true;
    return avow_db_put(&txn->db, table, key, avow_buf_bytes(row));
}

enum avow_err avow_charged_delete(struct avow_txn *txn, enum avow_table table,
                                  const struct avow_dbkey *key, size_t old_len)
{
    txn->writer->counters.bytes -= old_len;
    txn->writer->counters_dirty = true;
    return avow_db_delete(&txn->db, table, key);
}

/* ------------------------------------------------------------------- forks */

enum avow_err avow_fork_draft_load(const struct avow_db *db, const struct avow_dbkey *key,
                                   struct avow_fork_draft *draft)
{
    struct avow_bytes row;
    draft->old_len = 0;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_FORKS, key, &row);
    if (err != AVOW_OK)
        return err;
    err = avow_fork_row_read(avow_row_key_view(key), row, &draft->known);
    if (err != AVOW_OK || draft->known.fork.len > sizeof(draft->fork))
        return AVOW_ERR_CORRUPT;
    memcpy(draft->fork, draft->known.fork.data, draft->known.fork.len);
    draft->known.fork.data = draft->fork;
    draft->old_len = row.len;
    return AVOW_OK;
}

enum avow_err avow_fork_draft_store(struct avow_txn *txn, const struct avow_dbkey *key,
                                    const struct avow_fork_draft *draft, enum avow_reject *reject)
{
    struct avow_buf row;
    avow_buf_init(&row, SIZE_MAX / 2);
    avow_fork_row_write(&row, &draft->known);
    enum avow_err err = avow_charged_put(txn, AVOW_TABLE_FORKS, key, &row, draft->old_len, reject);
    avow_buf_fini(&row);
    return err;
}

/* What the head says of its origin's fork. */
static void mark_forked(struct avow_txn *txn, struct avow_wlog *wlog, uint64_t time)
{
    wlog->log.forked = true;
    wlog->log.fork_time = time > wlog->log.checkpoint.time ? time : wlog->log.checkpoint.time;
    wlog->head_dirty = true;
    avow_writer_touch(txn, wlog);
}

enum avow_err avow_wlog_accepted(struct avow_txn *txn, const struct avow_hash *issuer,
                                 struct avow_wlog **wlog)
{
    enum avow_err err = avow_writer_log(txn, issuer, wlog);
    if (err != AVOW_OK)
        return avow_writer_spoil(txn, err);
    return (*wlog)->log.state.tree.size == 0 ? AVOW_ERR_NOT_FOUND : AVOW_OK;
}

/* Whether another origin of the issuer finds room. */
static enum avow_err has_room(struct avow_txn *txn, const struct avow_wlog *wlog,
                              const struct avow_dbkey *key, enum avow_reject *reject)
{
    struct avow_dbkey first = *key;
    uint64_t count;
    struct avow_dbkey own = avow_fork_key(&wlog->log.checkpoint);
    if (memcmp(own.bytes, key->bytes, key->len) == 0)
        return AVOW_OK;
    memset(first.bytes + 32, 0, first.len - 32);
    enum avow_err err = avow_db_count(&txn->db, AVOW_TABLE_FORKS, &first, 32, &count);
    if (err == AVOW_OK && count >= AVOW_FORKS_MAX)
        *reject = AVOW_REJECT_QUOTA;
    return err;
}

static enum avow_err add_fork(struct avow_txn *txn, struct avow_wlog *wlog,
                              const struct avow_fork *fork, bool *changed, enum avow_reject *reject)
{
    struct avow_fork_draft draft;
    struct avow_dbkey key = avow_fork_key(&fork->first);
    const struct avow_checkpoint *newest =
        fork->second.time >= fork->first.time ? &fork->second : &fork->first;
    enum avow_err err = avow_fork_draft_load(&txn->db, &key, &draft);
    if (err == AVOW_ERR_NOT_FOUND) {
        struct avow_buf bytes;
        avow_buf_init_fixed(&bytes, draft.fork, sizeof(draft.fork));
        avow_fork_encode(&bytes, fork);
        draft.known = (struct avow_known_fork){.fork = avow_buf_bytes(&bytes), .newest = *newest};
        *changed = true;
        err = bytes.err == AVOW_OK ? has_room(txn, wlog, &key, reject) : bytes.err;
    } else if (err == AVOW_OK && newest->time > draft.known.newest.time) {
        draft.known.newest = *newest;
        *changed = true;
    }
    if (err == AVOW_OK && *reject == AVOW_ACCEPT && *changed)
        err = avow_fork_draft_store(txn, &key, &draft, reject);
    if (*reject != AVOW_ACCEPT)
        *changed = false;
    if (err == AVOW_OK && *changed &&
        avow_checkpoint_same_origin(&fork->first, &wlog->log.checkpoint))
        mark_forked(txn, wlog, draft.known.newest.time);
    return err;
}

enum avow_err avow_txn_add_fork(struct avow_txn *txn, const struct avow_fork *fork, bool *changed,
                                enum avow_reject *reject)
{
    struct avow_wlog *wlog;
    *changed = false;
    *reject = AVOW_ACCEPT;
    enum avow_err err = avow_wlog_accepted(txn, &fork->first.issuer, &wlog);
    return err == AVOW_OK ? avow_writer_spoil(txn, add_fork(txn, wlog, fork, changed, reject))
                          : err;
}

enum avow_err avow_txn_fork_seen(struct avow_txn *txn, const struct avow_checkpoint *checkpoint,
                                 bool *changed)
{
    struct avow_wlog *wlog;
    struct avow_fork_draft draft;
    struct avow_dbkey key = avow_fork_key(checkpoint);
    enum avow_reject reject = AVOW_ACCEPT;
    *changed = false;
    enum avow_err err = avow_wlog_accepted(txn, &checkpoint->issuer, &wlog);
    if (err != AVOW_OK)
        return err;
    err = avow_fork_draft_load(&txn->db, &key, &draft);
    if (err == AVOW_ERR_NOT_FOUND)
        return err;
    *changed = err == AVOW_OK && checkpoint->time > draft.known.newest.time;
    if (!*changed)
        return avow_writer_spoil(txn, err);
    draft.known.newest = *checkpoint;
    err = avow_fork_draft_store(txn, &key, &draft, &reject); /* no longer than before: it fits */
    if (err == AVOW_OK && avow_checkpoint_same_origin(checkpoint, &wlog->log.checkpoint))
        mark_forked(txn, wlog, checkpoint->time);
    return avow_writer_spoil(txn, err);
}

/* An origin that is not the accepted one any more: its other branches count no longer. */
static enum avow_err leave_origin(struct avow_txn *txn, const struct avow_wlog *wlog,
                                  const struct avow_checkpoint *before, uint32_t number)
{
    struct avow_fork_draft draft;
    struct avow_dbkey key = avow_fork_key(before);
    enum avow_reject reject = AVOW_ACCEPT;
    enum avow_err err = avow_fork_draft_load(&txn->db, &key, &draft);
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
    if (draft.known.foreign == 0)
        return AVOW_OK;
    draft.known.foreign = 0;
    err = avow_fork_draft_store(txn, &key, &draft, &reject);
    if (err != AVOW_OK || number != wlog->number)
        return err; /* foreign rows go with their number */
    const struct avow_retired gone = {
        .kind = AVOW_RETIRED_FOREIGN, .number = number, .epoch = before->epoch};
    return avow_retired_write(&txn->db, &gone);
}

enum avow_err avow_relate_forks(struct avow_txn *txn, struct avow_wlog *wlog,
                                const struct avow_checkpoint *before, uint32_t number)
{
    struct avow_fork_draft draft;
    enum avow_err err = AVOW_OK;
    struct avow_dbkey key = avow_fork_key(&wlog->log.checkpoint);
    if (before != NULL && !avow_checkpoint_same_origin(before, &wlog->log.checkpoint))
        err = leave_origin(txn, wlog, before, number);
    if (err != AVOW_OK)
        return err;
    wlog->log.forked = false;
    wlog->log.fork_time = 0;
    err = avow_fork_draft_load(&txn->db, &key, &draft);
    if (err == AVOW_OK)
        mark_forked(txn, wlog, draft.known.newest.time);
    return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
}

/* -------------------------------------------------------------------- marks */

enum avow_err avow_txn_mark_forks(struct avow_txn *txn, const struct avow_hash *issuer,
                                  const uint8_t mark[AVOW_FORK_MARK_BYTES])
{
    char name[AVOW_FORK_MARK_NAME_MAX];
    avow_fork_mark_name(issuer, name);
    return avow_txn_put(txn, name, avow_bytes(mark, AVOW_FORK_MARK_BYTES));
}
