/* Status entries of a forked origin's other branches: the gravest for each target. */
#include "proto/trust/standing.h"
#include "store/rows/fork_rows.h"
#include "store/write/relate_inner.h"
#include "store/write/txn_forks.h"

static enum avow_reject judge_foreign(const struct avow_wlog *wlog,
                                      const struct avow_foreign *foreign, struct avow_entry *entry)
{
    struct avow_hash root;
    struct avow_hash leaf = avow_merkle_leaf_hash(foreign->entry);
    const struct avow_chain *chain = &wlog->log.state.chain;
    enum avow_reject reject = avow_merkle_inclusion_root(
        &leaf, foreign->index, foreign->checkpoint.size, &foreign->path, &root);
    if (reject == AVOW_ACCEPT && !avow_hash_equal(&root, &foreign->checkpoint.root))
        reject = AVOW_REJECT_PROOF;
    if (reject == AVOW_ACCEPT)
        reject = avow_entry_decode(foreign->entry, entry);
    if (reject != AVOW_ACCEPT)
        return reject;
    if (entry->kind != AVOW_KIND_STATUS || entry->status.state == AVOW_STATUS_ACTIVE)
        return AVOW_REJECT_VALUE;
    uint64_t opening = chain->entries[chain->count - 1].index;
    return entry->status.target < opening && foreign->index > opening ? AVOW_ACCEPT
                                                                      : AVOW_REJECT_TARGET;
}

/* Whether the held branch has this very entry. */
static enum avow_err is_held(const struct avow_txn *txn, const struct avow_wlog *wlog,
                             const struct avow_foreign *foreign, bool *held)
{
    struct avow_bytes own;
    *held = false;
    if (foreign->index >= wlog->log.state.tree.size)
        return AVOW_OK;
    enum avow_err err = avow_wlog_entry(txn, wlog, foreign->index, &own);
    *held = err == AVOW_OK && avow_bytes_equal(own, foreign->entry);
    return err;
}

/* The length of what is kept for the target already; `*better`: `entry` takes its place. */
static enum avow_err compare_kept(const struct avow_txn *txn, const struct avow_dbkey *key,
                                  const struct avow_entry *entry, size_t *old_len, bool *better)
{
    struct avow_bytes row;
    struct avow_foreign kept;
    struct avow_entry old;
    *old_len = 0;
    *better = true;
    enum avow_err err = avow_db_get(&txn->db, AVOW_TABLE_FOREIGN, key, &row);
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
    *old_len = row.len;
    err = avow_fork_foreign_row_read(avow_row_key_view(key), row, &kept);
    if (err != AVOW_OK || avow_entry_decode(kept.entry, &old) != AVOW_ACCEPT)
        return AVOW_ERR_CORRUPT;
    *better = avow_state_is_graver(entry, &old);
    return AVOW_OK;
}

static enum avow_err put_foreign(struct avow_txn *txn, const struct avow_wlog *wlog,
                                 const struct avow_foreign *foreign, const struct avow_entry *entry,
                                 bool *changed, enum avow_reject *reject)
{
    struct avow_fork_draft draft;
    struct avow_dbkey fork = avow_fork_key(&wlog->log.checkpoint);
    struct avow_dbkey key =
        avow_fork_foreign_key(wlog->number, wlog->log.checkpoint.epoch, entry->status.target);
    size_t old_len;
    enum avow_err err = avow_fork_draft_load(&txn->db, &fork, &draft);
    if (err == AVOW_OK)
        err = compare_kept(txn, &key, entry, &old_len, changed);
    if (err != AVOW_OK || !*changed)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_ERR_CORRUPT : err;
    if (old_len == 0 && draft.known.foreign >= AVOW_FOREIGN_MAX)
        *reject = AVOW_REJECT_QUOTA;
    struct avow_buf row;
    avow_buf_init(&row, SIZE_MAX / 2);
    avow_fork_foreign_row_write(&row, foreign);
    if (*reject == AVOW_ACCEPT)
        err = avow_charged_put(txn, AVOW_TABLE_FOREIGN, &key, &row, old_len, reject);
    avow_buf_fini(&row);
    *changed = *reject == AVOW_ACCEPT;
    if (err != AVOW_OK || !*changed || old_len > 0)
        return err;
    draft.known.foreign++;
    return avow_fork_draft_store(txn, &fork, &draft, reject);
}

enum avow_err avow_txn_add_foreign(struct avow_txn *txn, const struct avow_foreign *foreign,
                                   bool *changed, enum avow_reject *reject)
{
    struct avow_wlog *wlog;
    struct avow_entry entry;
    bool held;
    *changed = false;
    *reject = AVOW_ACCEPT;
    enum avow_err err = avow_wlog_accepted(txn, &foreign->checkpoint.issuer, &wlog);
    if (err != AVOW_OK)
        return err;
    if (!wlog->log.forked ||
        !avow_checkpoint_same_origin(&foreign->checkpoint, &wlog->log.checkpoint))
        return AVOW_ERR_NOT_FOUND;
    *reject = judge_foreign(wlog, foreign, &entry);
    if (*reject != AVOW_ACCEPT)
        return AVOW_OK;
    err = is_held(txn, wlog, foreign, &held);
    if (err == AVOW_OK && !held)
        err = put_foreign(txn, wlog, foreign, &entry, changed, reject);
    return avow_writer_spoil(txn, err);
}
