/* Freshness: re-signed checkpoints, cosignatures, what of them is kept, the abandoned mark. */
#include "proto/log/evidence.h"
#include "store/write/kept_inner.h"
#include "store/write/writer.h"

static struct avow_cosignature *line_of(struct avow_log *log, const struct avow_key *key)
{
    for (size_t i = 0; i < log->cosignature_count; i++) {
        if (avow_key_equal(&log->cosignatures[i].key, key))
            return &log->cosignatures[i];
    }
    return NULL;
}

static bool is_future(const struct avow_cosignature *line, uint64_t now)
{
    return line->time > now && line->time - now > AVOW_CLOCK_AHEAD_MAX_S;
}

/* The newest line of each key; when there is no room, the oldest of all gives way. One from the
 * future, made while a clock was wrong, gives way to what is true. */
static bool merge_line(struct avow_log *log, const struct avow_cosignature *line, uint64_t now)
{
    struct avow_cosignature *held = line_of(log, &line->key);
    if (held == NULL && log->cosignature_count < AVOW_COSIGNATURES_MAX) {
        log->cosignatures[log->cosignature_count++] = *line;
        return true;
    }
    if (held == NULL) {
        held = &log->cosignatures[0];
        for (size_t i = 1; i < log->cosignature_count; i++) {
            if (log->cosignatures[i].time < held->time)
                held = &log->cosignatures[i];
        }
    }
    if (held->time >= line->time && (!is_future(held, now) || is_future(line, now)))
        return false;
    *held = *line;
    return true;
}

/* The kept row of this very text, if there is one. */
static enum avow_err read_kept(const struct avow_db *db, const struct avow_dbkey *key,
                               const struct avow_log *log,
                               struct avow_cosignature lines[AVOW_COSIGNATURES_MAX], size_t *count)
{
    struct avow_bytes row;
    struct avow_checkpoint checkpoint;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_HISTORY, key, &row);
    *count = 0;
    if (err == AVOW_ERR_NOT_FOUND)
        return AVOW_OK;
    if (err == AVOW_OK)
        err = avow_row_kept_read(row, &checkpoint, lines, count);
    if (err == AVOW_OK && !avow_checkpoint_same_text(&checkpoint, &log->checkpoint))
        *count = AVOW_COSIGNATURES_MAX + 1; /* an older text of this size: it stays */
    else if (err == AVOW_OK)
        *count = avow_evidence_keep_lines(lines, *count, &checkpoint, &log->state.chain);
    return err;
}

/* Keeps the first line of each witness on this checkpoint: it proves when its entries existed. */
static enum avow_err keep(const struct avow_db *db, const struct avow_log *log, uint64_t now)
{
    struct avow_dbkey key = avow_dbkey_item(log->number, log->checkpoint.size);
    struct avow_log kept = {.checkpoint = log->checkpoint};
    enum avow_err err = read_kept(db, &key, log, kept.cosignatures, &kept.cosignature_count);
    if (err != AVOW_OK || kept.cosignature_count > AVOW_COSIGNATURES_MAX)
        return err;
    size_t before = kept.cosignature_count;
    for (size_t i = 0; i < log->cosignature_count; i++) {
        const struct avow_cosignature *line = &log->cosignatures[i];
        if (!avow_chain_has_key(&log->state.chain, &line->key) &&
            line_of(&kept, &line->key) == NULL && kept.cosignature_count < AVOW_COSIGNATURES_MAX)
            kept.cosignatures[kept.cosignature_count++] = *line;
    }
    if (kept.cosignature_count == before)
        return AVOW_OK;
    uint8_t storage[4096];
    struct avow_buf row;
    avow_buf_init_fixed(&row, storage, sizeof(storage));
    avow_row_kept_write(&row, &kept.checkpoint, kept.cosignatures, kept.cosignature_count);
    err = avow_db_put(db, AVOW_TABLE_HISTORY, &key, avow_buf_bytes(&row));
    return err == AVOW_OK ? avow_kept_thin(db, log->number, log->checkpoint.size, now) : err;
}

/* Takes over a newer text of the same size and roots. Its lines begin anew: a cosignature covers
 * the text, time included. */
static bool renew(struct avow_wlog *wlog, const struct avow_checkpoint *checkpoint)
{
    struct avow_log *log = &wlog->log;
    if (checkpoint->size != log->checkpoint.size || checkpoint->time <= log->checkpoint.time ||
        !avow_hash_equal(&checkpoint->root, &log->checkpoint.root) ||
        !avow_hash_equal(&checkpoint->status_root, &log->checkpoint.status_root) ||
        avow_wlog_judge(wlog, &log->state, checkpoint, true) != AVOW_ACCEPT)
        return false;
    log->checkpoint = *checkpoint;
    log->cosignature_count = 0;
    return true;
}

enum avow_err avow_txn_freshen(struct avow_txn *txn, const struct avow_checkpoint *checkpoint,
                               const struct avow_cosignature *cosignatures, size_t count,
                               uint64_t now, bool *changed)
{
    *changed = false;
    struct avow_wlog *wlog;
    enum avow_err err = avow_writer_log(txn, &checkpoint->issuer, &wlog);
    if (err != AVOW_OK)
        return avow_writer_spoil(txn, err);
    struct avow_log *log = &wlog->log;
    if (log->state.tree.size == 0)
        return AVOW_ERR_NOT_FOUND;
    bool own = renew(wlog, checkpoint);
    *changed = own;
    if (!avow_checkpoint_same_text(checkpoint, &log->checkpoint))
        return AVOW_OK;
    for (size_t i = 0; i < count; i++) {
        if (!avow_evidence_line_counts(&cosignatures[i], &log->checkpoint, &log->state.chain) ||
            !merge_line(log, &cosignatures[i], now))
            continue;
        *changed = true;
        own = own || avow_chain_has_key(&log->state.chain, &cosignatures[i].key);
    }
    if (!*changed)
        return AVOW_OK;
    if (own)
        log->freshened = now;
    avow_writer_touch(txn, wlog);
    wlog->head_dirty = true;
    return avow_writer_spoil(txn, keep(&txn->db, log, now));
}

enum avow_err avow_txn_set_abandoned(struct avow_txn *txn, const struct avow_hash *issuer,
                                     uint64_t from)
{
    struct avow_wlog *wlog;
    enum avow_err err = avow_writer_log(txn, issuer, &wlog);
    if (err != AVOW_OK)
        return avow_writer_spoil(txn, err);
    if (wlog->log.state.tree.size == 0)
        return AVOW_ERR_NOT_FOUND;
    wlog->log.abandoned_from = from;
    wlog->head_dirty = true;
    avow_writer_touch(txn, wlog);
    return AVOW_OK;
}
