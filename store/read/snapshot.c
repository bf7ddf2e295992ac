/* Snapshots: renewing, finding logs, reading what is small. */
#include "proto/log/evidence.h"
#include "store/read/snapshot_state.h"

#include "store/rows/branch_rows.h"

#include <stdatomic.h>
#include <stdlib.h>

#define BYTES_KEPT                                                                                 \
    ((size_t)8 << 20) /* of logs of about 6 KiB each with a root chain that is short */

static void cached_free(struct avow_cached_log *cached)
{
    avow_state_fini(&cached->log.state);
    avow_bits_fini(&cached->proven.chunks);
    free(cached);
}

static void forget_logs(struct avow_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->logs.capacity; i++) {
        if (!snapshot->logs.slots[i].used)
            continue;
        struct avow_cached_log *cached =
            (struct avow_cached_log *)(uintptr_t)snapshot->logs.slots[i].value;
        while (cached != NULL) {
            struct avow_cached_log *next = cached->next;
            cached_free(cached);
            cached = next;
        }
    }
    avow_map64_clear(&snapshot->logs);
    snapshot->log_count = 0;
    snapshot->chain_bytes = 0;
    snapshot->bytes_before = 0;
}

enum avow_err avow_snapshot_new(struct avow_store *store, struct avow_snapshot **snapshot)
{
    struct avow_snapshot *made = calloc(1, sizeof(*made));
    *snapshot = NULL;
    if (made == NULL)
        return AVOW_ERR_NOMEM;
    made->store = store;
    made->bytes_kept = BYTES_KEPT;
    made->db = (struct avow_db){.tables = store->tables, .folder = store->folder};
    int rc = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &made->db.txn);
    if (rc != MDB_SUCCESS) {
        free(made);
        return avow_db_err(rc, store->folder);
    }
    mdb_txn_reset(made->db.txn);
    *snapshot = made;
    return AVOW_OK;
}

void avow_snapshot_free(struct avow_snapshot **snapshot)
{
    struct avow_snapshot *gone = *snapshot;
    *snapshot = NULL;
    if (gone == NULL)
        return;
    forget_logs(gone);
    if (gone->finder != NULL)
        gone->finder_free(&gone->finder);
    avow_map64_fini(&gone->logs);
    mdb_txn_abort(gone->db.txn);
    free(gone);
}

void avow_snapshot_release(struct avow_snapshot *snapshot)
{
    if (snapshot->live)
        mdb_txn_reset(snapshot->db.txn);
    snapshot->live = false;
}

void avow_snapshot_keep(struct avow_snapshot *snapshot, size_t bytes)
{
    snapshot->bytes_kept = bytes;
}

bool avow_snapshot_is_full(const struct avow_snapshot *snapshot)
{
    return avow_snapshot_bytes(snapshot) > snapshot->bytes_kept;
}

/* Whether the state is that of the last renewal, whose views hold then: what the newest state has,
 * nobody writes over before there is a newer one. LMDB takes a number first and then what has it,
 * which two commits in between replace: so only a number that is the newest still, afterwards, says
 * what was taken. */
static bool is_newest_still(const struct avow_snapshot *snapshot)
{
    MDB_envinfo info;
    const size_t id = mdb_txn_id(snapshot->db.txn);
    atomic_thread_fence(memory_order_acquire);
    return snapshot->state > 0 && id == snapshot->txn_id &&
           mdb_env_info(snapshot->store->env, &info) == MDB_SUCCESS && info.me_last_txnid == id;
}

enum avow_err avow_snapshot_renew(struct avow_snapshot *snapshot)
{
    avow_snapshot_release(snapshot);
    if (avow_snapshot_is_full(snapshot))
        forget_logs(snapshot);
    int rc = mdb_txn_renew(snapshot->db.txn);
    if (rc != MDB_SUCCESS)
        return avow_db_err(rc, snapshot->store->folder);
    snapshot->live = true;
    if (!is_newest_still(snapshot))
        snapshot->state++;
    snapshot->txn_id = mdb_txn_id(snapshot->db.txn);
    return AVOW_OK;
}

/* --------------------------------------------------------------------- logs */

static struct avow_cached_log *first_cached(struct avow_snapshot *snapshot,
                                            const struct avow_hash *issuer)
{
    const uint64_t *slot = avow_map64_find(&snapshot->logs, avow_get_u64be(issuer->bytes));
    return slot == NULL ? NULL : (struct avow_cached_log *)(uintptr_t)*slot;
}

/* Root entries are only ever added under a log's number: as many as before are the same ones. */
static enum avow_err read_chain(struct avow_snapshot *snapshot, struct avow_cached_log *cached,
                                const struct avow_head_info *info, struct avow_chain *old)
{
    if (old->count == info->chain_len && cached->log.number == info->number) {
        cached->log.state.chain = *old;
        avow_chain_init(old);
        return AVOW_OK;
    }
    enum avow_err err = avow_row_chain_read(&snapshot->db, info->number, AVOW_CHAIN_ACCEPTED,
                                            &cached->log.state.chain);
    if (err == AVOW_OK && cached->log.state.chain.count != info->chain_len)
        err = AVOW_ERR_CORRUPT;
    return err;
}

static enum avow_err decode(struct avow_snapshot *snapshot, struct avow_cached_log *cached,
                            struct avow_bytes row)
{
    struct avow_head_info info;
    struct avow_chain old = cached->log.state.chain;
    uint32_t old_number = cached->log.number;
    cached->version = 0;
    avow_chain_init(&cached->log.state.chain);
    enum avow_err err = avow_row_head_read(row, &info, &cached->log);
    if (err == AVOW_OK && old_number != info.number)
        avow_chain_fini(&old);
    if (err == AVOW_OK)
        err = read_chain(snapshot, cached, &info, &old);
    avow_chain_fini(&old);
    if (err != AVOW_OK)
        return err;
    /* An older store may hold lines that do not count. */
    struct avow_log *log = &cached->log;
    log->cosignature_count = avow_evidence_keep_lines(log->cosignatures, log->cosignature_count,
                                                      &log->checkpoint, &log->state.chain);
    cached->version = info.version;
    snapshot->chain_bytes += avow_chain_bytes(&cached->log.state.chain);
    cached->nodes = (struct avow_node_source){.db = &snapshot->db, .log = info.number};
    return AVOW_OK;
}

/* Adds an empty one. */
static enum avow_err cache_new(struct avow_snapshot *snapshot, const struct avow_hash *issuer,
                               struct avow_cached_log **cached)
{
    struct avow_cached_log *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return AVOW_ERR_NOMEM;
    avow_state_init(&made->log.state);
    made->log.checkpoint.issuer = *issuer;
    made->snapshot = snapshot;
    made->next = first_cached(snapshot, issuer);
    enum avow_err err =
        avow_map64_put(&snapshot->logs, avow_get_u64be(issuer->bytes), (uint64_t)(uintptr_t)made);
    if (err != AVOW_OK) {
        cached_free(made);
        return err;
    }
    snapshot->log_count++;
    *cached = made;
    return AVOW_OK;
}

/* The log of a row of AVOW_TABLE_HEADS. NOT_FOUND when nothing of it is accepted yet. */
static enum avow_err log_of_row(struct avow_snapshot *snapshot, const struct avow_hash *issuer,
                                struct avow_cached_log *cached, struct avow_bytes row,
                                const struct avow_log **log)
{
    struct avow_head_info info;
    enum avow_err err = avow_row_head_peek(row, &info);
    if (err != AVOW_OK)
        return err;
    if (info.chain_len == 0)
        return AVOW_ERR_NOT_FOUND;
    if (cached == NULL || cached->version != info.version)
        err = avow_allowance_has_room(snapshot);
    if (err == AVOW_OK && cached == NULL)
        err = cache_new(snapshot, issuer, &cached);
    if (err == AVOW_OK && cached->version != info.version)
        err = decode(snapshot, cached, row);
    if (err != AVOW_OK)
        return err;
    if (!avow_hash_equal(&cached->log.checkpoint.issuer, issuer))
        return AVOW_ERR_CORRUPT;
    cached->checked_at = snapshot->state;
    *log = &cached->log;
    return AVOW_OK;
}

static struct avow_cached_log *find_cached(struct avow_snapshot *snapshot,
                                           const struct avow_hash *issuer)
{
    struct avow_cached_log *cached = first_cached(snapshot, issuer);
    while (cached != NULL && !avow_hash_equal(&cached->log.checkpoint.issuer, issuer))
        cached = cached->next;
    return cached;
}

uint32_t avow_snapshot_number(struct avow_snapshot *snapshot, const struct avow_hash *issuer)
{
    const struct avow_cached_log *cached = find_cached(snapshot, issuer);
    return cached == NULL ? 0 : cached->log.number;
}

enum avow_err avow_snapshot_log(struct avow_snapshot *snapshot, const struct avow_hash *issuer,
                                const struct avow_log **log)
{
    AVOW_ASSERT(snapshot->live);
    struct avow_cached_log *cached = find_cached(snapshot, issuer);
    if (cached != NULL && cached->checked_at == snapshot->state) {
        *log = &cached->log;
        return AVOW_OK;
    }
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes(issuer->bytes, sizeof(issuer->bytes)));
    struct avow_bytes row;
    enum avow_err err = avow_db_get(&snapshot->db, AVOW_TABLE_HEADS, &key, &row);
    return err == AVOW_OK ? log_of_row(snapshot, issuer, cached, row, log) : err;
}

enum avow_err avow_snapshot_reaches(struct avow_snapshot *snapshot, const struct avow_hash *issuer,
                                    uint32_t number, uint64_t index, bool *reaches)
{
    AVOW_ASSERT(snapshot->live);
    const struct avow_cached_log *cached = find_cached(snapshot, issuer);
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes(issuer->bytes, sizeof(issuer->bytes)));
    struct avow_bytes row;
    struct avow_head_info info;
    struct avow_log read;
    enum avow_err err = avow_db_get(&snapshot->db, AVOW_TABLE_HEADS, &key, &row);
    if (err == AVOW_OK)
        err = avow_row_head_peek(row, &info);
    bool is_known = cached != NULL && err == AVOW_OK && cached->version == info.version;
    if (err == AVOW_OK && !is_known)
        err = avow_row_head_read(row, &info, &read);
    if (err != AVOW_OK)
        return err;
    const struct avow_log *log = is_known ? &cached->log : &read; /* of nothing accepted: size 0 */
    *reaches = log->number == number && index < log->checkpoint.size;
    return AVOW_OK;
}

enum avow_err avow_snapshot_next_log(struct avow_snapshot *snapshot, const struct avow_hash *after,
                                     const struct avow_log **log)
{
    AVOW_ASSERT(snapshot->live);
    struct avow_dbkey key = {.len = 0};
    if (after != NULL) { /* the least key above: one zero byte longer */
        key = avow_dbkey_bytes(avow_bytes(after->bytes, sizeof(after->bytes)));
        key.bytes[key.len++] = 0;
    }
    for (;;) {
        struct avow_bytes found;
        struct avow_bytes row;
        enum avow_err err = avow_db_seek(&snapshot->db, AVOW_TABLE_HEADS, &key, &found, &row);
        if (err != AVOW_OK)
            return err;
        struct avow_hash issuer;
        if (found.len != sizeof(issuer.bytes))
            return AVOW_ERR_CORRUPT;
        memcpy(issuer.bytes, found.data, sizeof(issuer.bytes));
        err = log_of_row(snapshot, &issuer, find_cached(snapshot, &issuer), row, log);
        if (err != AVOW_ERR_NOT_FOUND)
            return err;
        key = avow_dbkey_bytes(found);
        key.bytes[key.len++] = 0;
    }
}

/* ------------------------------------------------------------------ pending */

static enum avow_err read_pending(struct avow_snapshot *snapshot, const struct avow_hash *issuer,
                                  uint32_t *number, struct avow_pending *pending)
{
    AVOW_ASSERT(snapshot->live);
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes(issuer->bytes, sizeof(issuer->bytes)));
    struct avow_bytes row;
    struct avow_head_info info;
    struct avow_pending_info read;
    enum avow_err err = avow_db_get(&snapshot->db, AVOW_TABLE_HEADS, &key, &row);
    if (err == AVOW_OK)
        err = avow_row_head_peek(row, &info);
    if (err != AVOW_OK)
        return err;
    key = avow_dbkey_log(info.number);
    err = avow_db_get(&snapshot->db, AVOW_TABLE_PENDING, &key, &row);
    if (err == AVOW_OK)
        err = avow_row_pending_read(row, &read, NULL);
    if (err != AVOW_OK)
        return err;
    *number = info.number;
    *pending = read.pending;
    return AVOW_OK;
}

enum avow_err avow_snapshot_pending(struct avow_snapshot *snapshot, const struct avow_hash *issuer,
                                    struct avow_pending *pending)
{
    uint32_t number;
    return read_pending(snapshot, issuer, &number, pending);
}

enum avow_err avow_snapshot_find_bundle(struct avow_snapshot *snapshot, uint32_t number,
                                        uint64_t bundle, struct avow_found_bundle **found)
{
    struct avow_found_bundle *kept = &snapshot->bundles[(bundle ^ number) % AVOW_BUNDLES_KEPT];
    *found = kept;
    if (kept->at == snapshot->state && kept->bundle_number == bundle && kept->log == number)
        return AVOW_OK;
    *kept = (struct avow_found_bundle){.bundle_number = bundle, .log = number};
    struct avow_dbkey key = avow_dbkey_item(number, bundle);
    enum avow_err err = avow_db_get(&snapshot->db, AVOW_TABLE_BUNDLES, &key, &kept->row);
    if (err == AVOW_OK)
        kept->at = snapshot->state;
    return err == AVOW_ERR_NOT_FOUND ? AVOW_ERR_CORRUPT : err;
}

enum avow_err avow_snapshot_bundle(struct avow_snapshot *snapshot, uint32_t number, uint64_t bundle,
                                   const struct avow_bundle **opened)
{
    struct avow_found_bundle *found;
    enum avow_err err = avow_snapshot_find_bundle(snapshot, number, bundle, &found);
    if (err == AVOW_OK && !found->opened)
        err = avow_bundle_open(found->row, &found->bundle);
    found->opened = err == AVOW_OK;
    *opened = &found->bundle;
    return err;
}

static enum avow_err read_entry(struct avow_snapshot *snapshot, uint32_t number, uint64_t index,
                                struct avow_bytes *entry)
{
    const struct avow_bundle *bundle;
    enum avow_err err =
        avow_snapshot_bundle(snapshot, number, index / AVOW_BUNDLE_ENTRIES, &bundle);
    if (err == AVOW_OK)
        err = avow_bundle_entry(bundle, (size_t)(index % AVOW_BUNDLE_ENTRIES), entry);
    return err == AVOW_ERR_NOT_FOUND ? AVOW_ERR_CORRUPT : err;
}

enum avow_err avow_snapshot_pending_entry(struct avow_snapshot *snapshot,
                                          const struct avow_hash *issuer, uint64_t index,
                                          struct avow_bytes *entry)
{
    uint32_t number;
    struct avow_pending pending;
    enum avow_err err = read_pending(snapshot, issuer, &number, &pending);
    if (err != AVOW_OK)
        return err;
    if (index < pending.base || index >= pending.size)
        return AVOW_ERR_NOT_FOUND;
    return read_entry(snapshot, number, index, entry);
}

enum avow_err avow_snapshot_branch(struct avow_snapshot *snapshot, const struct avow_hash *issuer,
                                   struct avow_branch *branch)
{
    AVOW_ASSERT(snapshot->live);
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes(issuer->bytes, sizeof(issuer->bytes)));
    struct avow_bytes row;
    struct avow_branch_info info;
    struct avow_state state;
    enum avow_err err = avow_db_get(&snapshot->db, AVOW_TABLE_BRANCHES, &key, &row);
    if (err != AVOW_OK)
        return err;
    err = avow_branch_read(row, issuer, &info, &state);
    if (err == AVOW_OK)
        *branch = (struct avow_branch){info.checkpoint, info.shared, state.tree.size};
    avow_state_fini(&state);
    return err;
}

/* ------------------------------------------------------------- entries, values */

enum avow_err avow_snapshot_entry(struct avow_snapshot *snapshot, const struct avow_log *log,
                                  uint64_t index, struct avow_bytes *entry)
{
    AVOW_ASSERT(snapshot->live);
    if (index >= log->checkpoint.size)
        return AVOW_ERR_NOT_FOUND;
    return read_entry(snapshot, log->number, index, entry);
}

enum avow_err avow_snapshot_get(struct avow_snapshot *snapshot, const char *name,
                                struct avow_bytes *value)
{
    AVOW_ASSERT(snapshot->live);
    size_t len = strlen(name);
    if (len == 0 || len > AVOW_DBKEY_MAX)
        return AVOW_ERR_NOT_FOUND;
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes_text(name));
    enum avow_err err = avow_db_get(&snapshot->db, AVOW_TABLE_NAMES, &key, value);
    return err == AVOW_OK ? avow_row_open_with(value, avow_row_key_view(&key)) : err;
}

enum avow_err avow_snapshot_stats(struct avow_snapshot *snapshot, struct avow_store_stats *stats)
{
    AVOW_ASSERT(snapshot->live);
    struct avow_counters counters;
    enum avow_err err = avow_counters_read(&snapshot->db, &counters);
    if (err != AVOW_OK)
        return err;
    MDB_envinfo info;
    MDB_stat page;
    int rc = mdb_env_info(snapshot->store->env, &info);
    if (rc == MDB_SUCCESS)
        rc = mdb_env_stat(snapshot->store->env, &page);
    if (rc != MDB_SUCCESS)
        return avow_db_err(rc, snapshot->store->folder);
    *stats = (struct avow_store_stats){
        .logs = counters.logs,
        .entries = counters.entries,
        .bytes_used = ((uint64_t)info.me_last_pgno + 1) * page.ms_psize,
        .map_size = info.me_mapsize,
    };
    return AVOW_OK;
}
