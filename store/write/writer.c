/* Write transactions, and the logs that the writer has in memory. */
#include "store/write/writer.h"

#include "proto/log/evidence.h"
#include "store/catalogue/index.h"
#include "store/catalogue/place.h"
#include "store/catalogue/words.h"
#include "store/rows/branch_rows.h"
#include "store/write/room_inner.h"

#include <stdlib.h>

#define LOGS_KEPT 512 /* of about 10 KiB each, and their root chains: */
#define CHAIN_BYTES_KEPT ((size_t)8 << 20)
#define READER_CHECK_EACH 256 /* transactions */
#define ROW_BYTES_MAX (64 * 1024)

/* ---------------------------------------------------------------- the memory */

static void free_one(struct avow_wlog *wlog)
{
    avow_state_fini(&wlog->log.state);
    avow_state_fini(&wlog->pending_state);
    avow_tail_fini(&wlog->tail);
    free(wlog);
}

static void wlog_free(struct avow_wlog *wlog)
{
    if (wlog->branch != NULL)
        free_one(wlog->branch);
    free_one(wlog);
}

static void forget_logs(struct avow_writer *writer)
{
    for (size_t i = 0; i < writer->logs.capacity; i++) {
        if (!writer->logs.slots[i].used)
            continue;
        struct avow_wlog *wlog = (struct avow_wlog *)(uintptr_t)writer->logs.slots[i].value;
        while (wlog != NULL) {
            struct avow_wlog *next = wlog->next;
            wlog_free(wlog);
            wlog = next;
        }
    }
    avow_map64_clear(&writer->logs);
    writer->log_count = 0;
    writer->chain_bytes = 0;
}

enum avow_err avow_writer_new(struct avow_store *store, struct avow_writer **writer)
{
    *writer = calloc(1, sizeof(**writer));
    if (*writer == NULL)
        return AVOW_ERR_NOMEM;
    (*writer)->txn.store = store;
    (*writer)->txn.writer = *writer;
    avow_state_init(&(*writer)->state);
    return AVOW_OK;
}

void avow_writer_free(struct avow_writer **writer)
{
    struct avow_writer *gone = *writer;
    *writer = NULL;
    if (gone == NULL)
        return;
    AVOW_ASSERT(gone->txn.db.txn == NULL);
    forget_logs(gone);
    avow_map64_fini(&gone->logs);
    avow_state_fini(&gone->state);
    avow_status_draft_fini(&gone->status);
    avow_words_free(&gone->words);
    free(gone->nodes);
    free(gone);
}

static enum avow_err read_pending(const struct avow_db *db, struct avow_wlog *wlog)
{
    struct avow_dbkey key = avow_dbkey_log(wlog->number);
    struct avow_bytes row;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_PENDING, &key, &row);
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
    err = avow_row_pending_read(row, &wlog->pending, &wlog->pending_state);
    if (err != AVOW_OK)
        return err;
    wlog->has_pending = true;
    wlog->pending_stored = true;
    if (wlog->pending.pending.base != wlog->log.state.tree.size)
        return AVOW_ERR_CORRUPT;
    if (wlog->pending.own_chain)
        return avow_row_chain_read(db, wlog->number, AVOW_CHAIN_PENDING,
                                   &wlog->pending_state.chain);
    return avow_chain_copy(&wlog->pending_state.chain, &wlog->log.state.chain);
}

enum avow_err avow_wlog_new_branch(struct avow_wlog *wlog)
{
    if (wlog->branch != NULL)
        return AVOW_OK;
    struct avow_wlog *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return AVOW_ERR_NOMEM;
    made->issuer = wlog->issuer;
    made->is_branch = true;
    avow_state_init(&made->log.state);
    avow_state_init(&made->pending_state);
    wlog->branch = made;
    return AVOW_OK;
}

static enum avow_err read_branch(const struct avow_db *db, struct avow_wlog *wlog)
{
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes(wlog->issuer.bytes, 32));
    struct avow_bytes row;
    struct avow_branch_info info;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_BRANCHES, &key, &row);
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
    err = avow_wlog_new_branch(wlog);
    if (err == AVOW_OK)
        err = avow_branch_read(row, &wlog->issuer, &info, &wlog->branch->log.state);
    if (err != AVOW_OK)
        return err;
    wlog->branch->number = info.number;
    wlog->branch->shared = info.shared;
    wlog->branch->bytes = info.bytes;
    wlog->branch->log.checkpoint = info.checkpoint;
    if (info.chain_len == 0)
        return AVOW_OK;
    return avow_row_chain_read(db, info.number, AVOW_CHAIN_ACCEPTED,
                               &wlog->branch->log.state.chain);
}

static enum avow_err read_log(const struct avow_db *db, struct avow_wlog *wlog)
{
    avow_state_init(&wlog->log.state);
    avow_state_init(&wlog->pending_state);
    wlog->log.abandoned_from = AVOW_NEVER;
    wlog->log.disputed_from = AVOW_NEVER;
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes(wlog->issuer.bytes, 32));
    struct avow_bytes row;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_HEADS, &key, &row);
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
    struct avow_head_info info;
    err = avow_row_head_read(row, &info, &wlog->log);
    if (err != AVOW_OK)
        return err;
    wlog->number = info.number;
    wlog->bytes = info.bytes;
    wlog->reserved = info.reserved;
    if (info.chain_len > 0)
        err = avow_row_chain_read(db, info.number, AVOW_CHAIN_ACCEPTED, &wlog->log.state.chain);
    if (err != AVOW_OK)
        return err;
    struct avow_log *log = &wlog->log; /* of an older store, whose lines need not all count */
    log->cosignature_count = avow_evidence_keep_lines(log->cosignatures, log->cosignature_count,
                                                      &log->checkpoint, &log->state.chain);
    err = read_pending(db, wlog);
    return err == AVOW_OK ? read_branch(db, wlog) : err;
}

static void count_chains(struct avow_writer *writer, const struct avow_wlog *wlog)
{
    writer->chain_bytes += avow_chain_bytes(&wlog->log.state.chain);
    writer->chain_bytes += avow_chain_bytes(&wlog->pending_state.chain);
}

enum avow_err avow_writer_log(struct avow_txn *txn, const struct avow_hash *issuer,
                              struct avow_wlog **wlog)
{
    struct avow_writer *writer = txn->writer;
    uint64_t key = avow_get_u64be(issuer->bytes);
    uint64_t *slot = avow_map64_find(&writer->logs, key);
    struct avow_wlog *first = slot == NULL ? NULL : (struct avow_wlog *)(uintptr_t)*slot;
    for (*wlog = first; *wlog != NULL; *wlog = (*wlog)->next) {
        if (avow_hash_equal(&(*wlog)->issuer, issuer))
            return AVOW_OK;
    }
    struct avow_wlog *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return AVOW_ERR_NOMEM;
    made->issuer = *issuer;
    made->next = first;
    enum avow_err err = read_log(&txn->db, made);
    if (err == AVOW_OK)
        err = avow_map64_put(&writer->logs, key, (uint64_t)(uintptr_t)made);
    if (err != AVOW_OK) {
        wlog_free(made);
        return err;
    }
    writer->log_count++;
    count_chains(writer, made);
    *wlog = made;
    return AVOW_OK;
}

void avow_writer_touch(struct avow_txn *txn, struct avow_wlog *wlog)
{
    if (wlog->touched)
        return;
    wlog->touched = true;
    wlog->next_touched = txn->touched;
    txn->touched = wlog;
}

enum avow_err avow_writer_spoil(struct avow_txn *txn, enum avow_err err)
{
    if (err != AVOW_OK)
        txn->spoilt = true;
    return err;
}

/* ----------------------------------------------------------- what is written */

static enum avow_err flush_head(struct avow_txn *txn, const struct avow_wlog *wlog)
{
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes(wlog->issuer.bytes, 32));
    if (wlog->number == 0)
        return avow_db_delete(&txn->db, AVOW_TABLE_HEADS, &key);
    struct avow_head_info info = {
        .number = wlog->number,
        .version = ++txn->writer->counters.version,
        .chain_len = (uint32_t)wlog->log.state.chain.count,
        .bytes = wlog->bytes,
        .reserved = wlog->reserved,
    };
    txn->writer->counters_dirty = true;
    struct avow_buf row;
    avow_buf_init(&row, ROW_BYTES_MAX);
    avow_row_head_write(&row, &info, &wlog->log);
    enum avow_err err = row.err;
    if (err == AVOW_OK)
        err = avow_db_put(&txn->db, AVOW_TABLE_HEADS, &key, avow_buf_bytes(&row));
    avow_buf_fini(&row);
    return err;
}

static enum avow_err flush_branch(struct avow_txn *txn, const struct avow_wlog *wlog)
{
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes(wlog->issuer.bytes, 32));
    const struct avow_branch_info info = {
        .number = wlog->number,
        .chain_len = (uint32_t)wlog->log.state.chain.count,
        .shared = wlog->shared,
        .bytes = wlog->bytes,
        .checkpoint = wlog->log.checkpoint,
    };
    struct avow_buf row;
    avow_buf_init(&row, ROW_BYTES_MAX);
    avow_branch_write(&row, &info, &wlog->log.state);
    enum avow_err err = row.err;
    if (err == AVOW_OK)
        err = avow_db_put(&txn->db, AVOW_TABLE_BRANCHES, &key, avow_buf_bytes(&row));
    avow_buf_fini(&row);
    return err;
}

static enum avow_err flush_pending(struct avow_txn *txn, struct avow_wlog *wlog)
{
    struct avow_dbkey key = avow_dbkey_log(wlog->number);
    if (!wlog->has_pending)
        return AVOW_OK; /* dropping or accepting it has deleted its rows */
    wlog->pending.own_chain = wlog->pending_state.chain.count != wlog->log.state.chain.count;
    struct avow_buf row;
    avow_buf_init(&row, ROW_BYTES_MAX);
    avow_row_pending_write(&row, &wlog->pending, &wlog->pending_state);
    enum avow_err err = row.err;
    if (err == AVOW_OK)
        err = avow_db_put(&txn->db, AVOW_TABLE_PENDING, &key, avow_buf_bytes(&row));
    avow_buf_fini(&row);
    wlog->pending_stored = true;
    if (err == AVOW_OK && wlog->pending.own_chain)
        err = avow_row_chain_write(&txn->db, wlog->number, AVOW_CHAIN_PENDING,
                                   &wlog->pending_state.chain);
    return err;
}

static enum avow_err flush_log(struct avow_txn *txn, struct avow_wlog *wlog)
{
    enum avow_err err = AVOW_OK;
    if (wlog->tail.dirty)
        err = avow_tail_put(&wlog->tail, &txn->db, wlog->number);
    if (err == AVOW_OK && wlog->chain_dirty)
        err = avow_row_chain_write(&txn->db, wlog->number, AVOW_CHAIN_ACCEPTED,
                                   &wlog->log.state.chain);
    if (err == AVOW_OK && wlog->chain_dirty)
        err = avow_place_write(&txn->db, wlog->number, &wlog->log.state.chain);
    if (err == AVOW_OK && wlog->head_dirty)
        err = wlog->is_branch ? flush_branch(txn, wlog) : flush_head(txn, wlog);
    if (err == AVOW_OK && wlog->pending_dirty)
        err = flush_pending(txn, wlog);
    return err;
}

/* After a commit: memory is as the disk is. Entries are read again when they are needed. */
static void settle(struct avow_txn *txn)
{
    for (struct avow_wlog *wlog = txn->touched; wlog != NULL; wlog = wlog->next_touched) {
        avow_tail_fini(&wlog->tail);
        wlog->touched = false;
        wlog->head_dirty = false;
        wlog->chain_dirty = false;
        wlog->pending_dirty = false;
        if (avow_chain_bytes(&wlog->log.state.chain) > CHAIN_BYTES_KEPT / LOGS_KEPT)
            count_chains(txn->writer, wlog); /* again: it may have grown */
    }
    if (txn->writer->log_count > LOGS_KEPT || txn->writer->chain_bytes > CHAIN_BYTES_KEPT)
        forget_logs(txn->writer);
}

/* -------------------------------------------------------------- transactions */

enum avow_err avow_txn_begin(struct avow_store *store, struct avow_txn **txn)
{
    *txn = NULL;
    AVOW_ASSERT(!store->read_only);
    if (store->failed)
        return AVOW_ERR_IO;
    struct avow_writer *writer = store->writer;
    struct avow_txn *made = &writer->txn;
    AVOW_ASSERT(made->db.txn == NULL);
    MDB_txn *txn_lmdb;
    /* The slots of readers that died in other processes would keep pages from being reused. */
    int dead;
    if (writer->begun++ % READER_CHECK_EACH == 0)
        (void)mdb_reader_check(store->env, &dead);
    int rc = mdb_txn_begin(store->env, NULL, 0, &txn_lmdb);
    if (rc != MDB_SUCCESS)
        return avow_db_err(rc, store->folder);
    made->db = (struct avow_db){.txn = txn_lmdb, .tables = store->tables, .folder = store->folder};
    made->touched = NULL;
    made->entries = 0;
    made->spoilt = false;
    if (!writer->has_counters) {
        enum avow_err err = avow_counters_read(&made->db, &writer->counters);
        if (err == AVOW_OK)
            err = avow_room_count_first(&made->db, &writer->first_bytes);
        if (err != AVOW_OK) {
            avow_txn_abort(&made);
            return err;
        }
        writer->has_counters = true;
        writer->counters_dirty = false;
    }
    *txn = made;
    return AVOW_OK;
}

void avow_txn_abort(struct avow_txn **txn)
{
    struct avow_txn *gone = *txn;
    *txn = NULL;
    if (gone == NULL)
        return;
    mdb_txn_abort(gone->db.txn);
    gone->db.txn = NULL;
    gone->writer->has_counters = false;
    forget_logs(gone->writer);
}

enum avow_err avow_txn_commit(struct avow_txn **txn)
{
    struct avow_txn *spent = *txn;
    struct avow_writer *writer = spent->writer;
    enum avow_err err = spent->spoilt ? AVOW_ERR_IO : AVOW_OK;
    for (struct avow_wlog *wlog = spent->touched; wlog != NULL && err == AVOW_OK;
         wlog = wlog->next_touched)
        err = flush_log(spent, wlog);
    if (err == AVOW_OK && writer->counters_dirty)
        err = avow_counters_write(&spent->db, &writer->counters);
    if (err != AVOW_OK) {
        avow_txn_abort(txn);
        return err;
    }
    /* LMDB frees its handle even when the commit fails. */
    *txn = NULL;
    err = avow_db_err(mdb_txn_commit(spent->db.txn), spent->store->folder);
    spent->db.txn = NULL;
    if (err == AVOW_OK) {
        settle(spent);
        writer->counters_dirty = false;
        return AVOW_OK;
    }
    writer->has_counters = false;
    forget_logs(writer);
    /* A sync that failed may have lost pages that the kernel now calls clean: never go on. A full
     * disk is found out by the writes before it. */
    spent->store->failed = err == AVOW_ERR_IO;
    return err;
}

uint64_t avow_txn_entries(const struct avow_txn *txn)
{
    return txn->entries;
}

bool avow_txn_is_large(const struct avow_txn *txn)
{
    return txn->writer->chain_bytes > CHAIN_BYTES_KEPT;
}

enum avow_err avow_txn_put(struct avow_txn *txn, const char *name, struct avow_bytes value)
{
    size_t len = strlen(name);
    if (len == 0 || len > AVOW_DBKEY_MAX)
        return AVOW_ERR_TOO_LARGE;
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes_text(name));
    if (value.len == 0)
        return avow_writer_spoil(txn, avow_db_delete(&txn->db, AVOW_TABLE_NAMES, &key));
    struct avow_buf row;
    avow_buf_init(&row, SIZE_MAX / 2);
    avow_buf_append(&row, value.data, value.len);
    avow_row_seal_with(&row, avow_row_key_view(&key));
    enum avow_err err = row.err;
    if (err == AVOW_OK)
        err = avow_db_put(&txn->db, AVOW_TABLE_NAMES, &key, avow_buf_bytes(&row));
    avow_buf_fini(&row);
    return avow_writer_spoil(txn, err);
}
