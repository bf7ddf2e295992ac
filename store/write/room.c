#include "store/write/room_inner.h"

#include "store/rows/charge.h"

#define RESERVE_SHARE 8 /* one part of so many */
#define FIRST_SHARE 16
#define FIRST_BYTES_MAX (UINT64_C(16) << 20)
#define FIRST_BYTES_MIN (UINT64_C(64) << 10) /* so that a small store takes new logs */

uint64_t avow_room_reserve(const struct avow_store *store)
{
    return store->bytes_max / RESERVE_SHARE;
}

static uint64_t first_max(const struct avow_store *store)
{
    uint64_t share = store->bytes_max == 0 ? FIRST_BYTES_MAX : store->bytes_max / FIRST_SHARE;
    if (share < FIRST_BYTES_MIN)
        return FIRST_BYTES_MIN;
    return share < FIRST_BYTES_MAX ? share : FIRST_BYTES_MAX;
}

/* A log costs room of its own, so that a million small ones are no way around the bound. */
static uint64_t used(const struct avow_txn *txn)
{
    const struct avow_counters *counters = &txn->writer->counters;
    return counters->bytes + counters->logs * AVOW_STORE_LOG_BYTES;
}

static uint64_t pending_bytes(const struct avow_wlog *wlog)
{
    return wlog->has_pending ? wlog->pending.bytes : 0;
}

/* Adds up what the entries are charged. */
static uint64_t charge(const struct avow_append *append, bool *vital)
{
    const struct avow_range *range = append->range;
    uint64_t bytes = 0;
    *vital = true;
    for (uint64_t i = append->start; i < append->end; i++) {
        struct avow_bytes entry = range->entries[i - range->from];
        bytes += avow_charge_entry(entry);
        *vital = *vital && avow_charge_is_vital(entry);
    }
    return bytes;
}

/* `bytes` beyond what is stored of the log. */
static bool fits_reserve(const struct avow_append *append, uint64_t after, uint64_t bytes)
{
    const struct avow_wlog *wlog = append->wlog;
    const struct avow_store *store = append->txn->store;
    uint64_t share = avow_room_reserve(store) / (append->txn->writer->counters.logs + 1);
    return !wlog->is_branch && wlog->log.state.tree.size > 0 && after <= store->bytes_max &&
           wlog->reserved + bytes <= share;
}

enum avow_bound avow_room_bound(const struct avow_append *append)
{
    const struct avow_wlog *wlog = append->wlog;
    const struct avow_store *store = append->txn->store;
    bool vital;
    if (append->end == append->start)
        return AVOW_BOUND_NONE;
    uint64_t gone = append->replaces ? pending_bytes(wlog) : 0;
    uint64_t own = charge(append, &vital) + pending_bytes(wlog) - gone; /* pending, then */
    uint64_t room = append->start == 0 ? AVOW_STORE_LOG_BYTES : 0;
    uint64_t after = used(append->txn) + room + own - pending_bytes(wlog);
    if (append->range->held && wlog->log.state.tree.size == 0 &&
        append->txn->writer->first_bytes + AVOW_STORE_LOG_BYTES + own - avow_room_first(wlog) >
            first_max(store))
        return AVOW_BOUND_FIRST;
    if (!vital && store->log_bytes_max > 0 && wlog->bytes + own > store->log_bytes_max)
        return AVOW_BOUND_LOG;
    if (store->bytes_max == 0 || after <= store->bytes_max - avow_room_reserve(store) ||
        (vital && fits_reserve(append, after, own)))
        return AVOW_BOUND_NONE;
    return AVOW_BOUND_STORE;
}

void avow_room_note_accepted(const struct avow_txn *txn, struct avow_wlog *wlog, uint64_t bytes)
{
    const struct avow_store *store = txn->store;
    bytes += pending_bytes(wlog);
    wlog->bytes += bytes;
    if (store->bytes_max > 0 && used(txn) > store->bytes_max - avow_room_reserve(store))
        wlog->reserved += bytes;
}

/* ------------------------------------------------- texts of logs that are not accepted */

static uint64_t first_bytes(const struct avow_pending_info *info)
{
    bool first = info->pending.held && info->pending.base == 0;
    return first ? info->bytes + AVOW_STORE_LOG_BYTES : 0;
}

uint64_t avow_room_first(const struct avow_wlog *wlog)
{
    return wlog->has_pending ? first_bytes(&wlog->pending) : 0;
}

void avow_room_note_first(struct avow_txn *txn, const struct avow_wlog *wlog, uint64_t before)
{
    txn->writer->first_bytes += avow_room_first(wlog);
    txn->writer->first_bytes -= before;
}

static enum avow_err add_first(void *context, struct avow_bytes key, struct avow_bytes row)
{
    uint64_t *bytes = context;
    struct avow_pending_info info;
    (void)key;
    enum avow_err err = avow_row_pending_read(row, &info, NULL);
    if (err == AVOW_OK)
        *bytes += first_bytes(&info);
    return AVOW_OK; /* a damaged row is found by whoever reads that log */
}

enum avow_err avow_room_count_first(const struct avow_db *db, uint64_t *bytes)
{
    struct avow_dbkey first = {.len = 0};
    *bytes = 0;
    return avow_db_walk(db, AVOW_TABLE_PENDING, &first, 0, add_first, bytes);
}
