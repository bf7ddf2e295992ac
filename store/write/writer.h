/* The write transaction and what the writer remembers of logs: their decoded rows stay in memory
 * between transactions, so that a commit of one record decodes nothing. What an aborted transaction
 * has touched is forgotten. */
#ifndef AVOW_STORE_WRITE_WRITER_H
#define AVOW_STORE_WRITE_WRITER_H

#include "store/catalogue/words.h"
#include "store/rows/bundle.h"
#include "store/rows/log_rows.h"
#include "store/rows/store_state.h"
#include "store/rows/tile_rows.h"
#include "store/write/status_draft.h"
#include "store/write/txn.h"

/* One log as the writer sees it, its changes of this transaction included. */
struct avow_wlog {
    struct avow_hash issuer;
    uint32_t number;     /* 0: there is no such log yet */
    struct avow_log log; /* accepted; log.state.tree.size is 0 when nothing is */
    bool has_pending;
    struct avow_pending_info pending;
    struct avow_state pending_state; /* of pending.size entries, chain included */
    struct avow_tail tail;           /* of all that is stored, pending entries included */
    uint64_t bytes, reserved;        /* of what is accepted, as in struct avow_head_info */

    /* The candidate, once there was one: its log.state is what is stored of it, log.checkpoint its
     * aim. Its number is 0 when there is none. A candidate has nothing pending. */
    struct avow_wlog *branch;
    bool is_branch;
    uint64_t shared; /* of a candidate: entries below are those of the accepted log */

    bool touched; /* in this transaction: on its list */
    bool head_dirty, chain_dirty, pending_dirty;
    bool pending_stored; /* there is a pending row */
    struct avow_wlog *next_touched;
    struct avow_wlog *next; /* with the same first eight bytes of issuer id */
};

struct avow_txn {
    struct avow_store *store;
    struct avow_writer *writer;
    struct avow_db db;
    struct avow_wlog *touched;
    uint64_t entries;
    bool spoilt; /* an operation failed half-way */
};

struct avow_writer {
    struct avow_txn txn; /* one at a time; db.txn is NULL between them */
    struct avow_map64 logs;
    size_t log_count, chain_bytes; /* of `logs`, as they were read or last written */
    uint64_t begun;                /* transactions */
    bool has_counters, counters_dirty;
    struct avow_counters counters;
    uint64_t first_bytes; /* of texts that are held of logs of which nothing is accepted */

    /* Working memory of one operation, kept for the next. */
    struct avow_state state;
    struct avow_status_draft status;
    struct avow_words *words;     /* NULL until the catalogue needs it */
    struct avow_tile_node *nodes; /* of level 3 and up, in the order of completion */
    size_t node_count, node_cap;
    bool nodes_failed; /* no memory for one of them */
};

/* The writer's memory between transactions, of one store. AVOW_ERR_NOMEM. No transaction may be
 * open when it is freed. */
AVOW_NODISCARD enum avow_err avow_writer_new(struct avow_store *store, struct avow_writer **writer);
void avow_writer_free(struct avow_writer **writer);

/* The log of `issuer`, in memory from now on; its number is 0 if the store has none. Errors:
 * NOMEM, CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_writer_log(struct avow_txn *txn, const struct avow_hash *issuer,
                                             struct avow_wlog **wlog);
/* Makes room for a candidate: wlog->branch, empty and with its issuer. AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_wlog_new_branch(struct avow_wlog *wlog);
/* Puts it on the list of what is written at the commit. */
void avow_writer_touch(struct avow_txn *txn, struct avow_wlog *wlog);
/* Marks the transaction as spoilt by an error of ours, which is returned. */
enum avow_err avow_writer_spoil(struct avow_txn *txn, enum avow_err err);

/* Entries stored, pending ones included. */
static inline uint64_t avow_wlog_stored(const struct avow_wlog *wlog)
{
    return wlog->has_pending ? wlog->pending.pending.size : wlog->log.state.tree.size;
}
/* The state to go on from: pending, else accepted. */
static inline const struct avow_state *avow_wlog_state(const struct avow_wlog *wlog)
{
    return wlog->has_pending ? &wlog->pending_state : &wlog->log.state;
}

/* A stored entry, pending ones included: a view until the next put. CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_wlog_entry(const struct avow_txn *txn,
                                             const struct avow_wlog *wlog, uint64_t index,
                                             struct avow_bytes *entry);
/* Deletes what is pending (a log of which nothing was accepted goes altogether). */
AVOW_NODISCARD enum avow_err avow_wlog_drop_pending(struct avow_txn *txn, struct avow_wlog *wlog);
/* Makes `*state`, which is taken over, and `checkpoint` what is accepted. Entries and status have
 * been written; `bytes` is what those are charged that were not pending. */
AVOW_NODISCARD enum avow_err avow_wlog_accept(struct avow_txn *txn, struct avow_wlog *wlog,
                                              struct avow_state *state,
                                              const struct avow_checkpoint *checkpoint,
                                              uint64_t bytes, uint64_t now);
/* A checkpoint whose entries end with `state`, signature aside: ORIGIN, TIME, and if `is_signed`
 * KEY_UNKNOWN, KEY_EXPIRED. */
AVOW_NODISCARD enum avow_reject avow_wlog_judge(const struct avow_wlog *wlog,
                                                const struct avow_state *state,
                                                const struct avow_checkpoint *checkpoint,
                                                bool is_signed);

#endif
