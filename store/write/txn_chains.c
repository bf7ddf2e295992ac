/* Other root chains of an issuer, and what follows from them. */
#include "store/write/txn_forks.h"

#include "store/rows/fork_rows.h"
#include "store/write/relate_inner.h"

#include <stdlib.h>

#define SLOTS AVOW_OTHER_CHAINS_MAX

/* All chains that are known of one issuer, decoded. */
struct chains {
    struct {
        bool used;
        size_t row_len;
        struct avow_chain chain;
    } slots[SLOTS];
    const struct avow_chain *own;
    const struct avow_chain *added; /* NULL: none */
};

static void chains_fini(struct chains *chains)
{
    for (size_t i = 0; i < SLOTS; i++)
        avow_chain_fini(&chains->slots[i].chain);
}

static enum avow_err load_row(void *context, struct avow_bytes key, struct avow_bytes row)
{
    struct chains *chains = context;
    struct avow_other_chain other;
    struct avow_bytes saved;
    enum avow_reject reject = AVOW_ACCEPT;
    enum avow_err err = avow_fork_other_row_read(key, row, &other, &saved);
    if (err != AVOW_OK || key.len != 33 || key.data[32] >= SLOTS)
        return AVOW_ERR_CORRUPT;
    size_t slot = key.data[32];
    err = avow_chain_load(&chains->slots[slot].chain, saved, &reject);
    if (err != AVOW_OK || reject != AVOW_ACCEPT || chains->slots[slot].chain.count == 0)
        return err != AVOW_OK ? err : AVOW_ERR_CORRUPT;
    chains->slots[slot].used = true;
    chains->slots[slot].row_len = row.len;
    return AVOW_OK;
}

static enum avow_err load(const struct avow_db *db, const struct avow_wlog *wlog,
                          struct chains *chains)
{
    *chains = (struct chains){.own = &wlog->log.state.chain};
    struct avow_dbkey first = avow_fork_other_key(&wlog->issuer, 0);
    return avow_db_walk(db, AVOW_TABLE_OTHERS, &first, 32, load_row, chains);
}

/* What they add up to. */
struct outcome {
    const struct avow_chain *winner;
    size_t agreed;
    bool root_fork;
};

/* `without`: a slot that is left out; SLOTS: none; SLOTS + 1: the added one. */
static struct outcome choose(const struct chains *chains, size_t without)
{
    const struct avow_chain *list[SLOTS + 2] = {chains->own};
    size_t count = 1;
    for (size_t i = 0; i < SLOTS; i++) {
        if (chains->slots[i].used && i != without)
            list[count++] = &chains->slots[i].chain;
    }
    if (chains->added != NULL && without != SLOTS + 1)
        list[count++] = chains->added;
    struct avow_chain_choice choice = avow_chain_choose(list, count);
    return (struct outcome){list[choice.winner], choice.agreed, choice.root_fork};
}

static bool is_same_outcome(const struct outcome *a, const struct outcome *b)
{
    return a->agreed == b->agreed && a->root_fork == b->root_fork &&
           avow_chain_compare(a->winner, b->winner) == AVOW_CHAIN_SAME;
}

/* Nobody can tell whose the log is after the last root entry that is agreed upon. */
static void mark_disputed(struct avow_txn *txn, struct avow_wlog *wlog, const struct chains *chains)
{
    struct outcome outcome = choose(chains, SLOTS);
    uint64_t from =
        outcome.root_fork ? outcome.winner->entries[outcome.agreed - 1].index + 1 : AVOW_NEVER;
    if (from == wlog->log.disputed_from)
        return;
    wlog->log.disputed_from = from;
    wlog->head_dirty = true;
    avow_writer_touch(txn, wlog);
}

static bool is_within(const struct avow_chain *a, const struct avow_chain *b)
{
    enum avow_chain_order order = avow_chain_compare(a, b);
    return order == AVOW_CHAIN_SAME || order == AVOW_CHAIN_EXTENDED;
}

static enum avow_err drop_slot(struct avow_txn *txn, const struct avow_hash *issuer,
                               struct chains *chains, size_t slot)
{
    struct avow_dbkey key = avow_fork_other_key(issuer, (uint8_t)slot);
    chains->slots[slot].used = false;
    return avow_charged_delete(txn, AVOW_TABLE_OTHERS, &key, chains->slots[slot].row_len);
}

/* Those that `chain` is, or extends, say nothing more. */
static enum avow_err drop_within(struct avow_txn *txn, const struct avow_hash *issuer,
                                 struct chains *chains, const struct avow_chain *chain)
{
    enum avow_err err = AVOW_OK;
    for (size_t i = 0; i < SLOTS && err == AVOW_OK; i++) {
        if (chains->slots[i].used && is_within(&chains->slots[i].chain, chain))
            err = drop_slot(txn, issuer, chains, i);
    }
    return err;
}

/* The half of avow_relate() that is about other root chains: those that the accepted one has caught
 * up with go. */
static enum avow_err relate_chains(struct avow_txn *txn, struct avow_wlog *wlog)
{
    AVOW_CLEANUP(chains_fini)
    struct chains chains;
    enum avow_err err = load(&txn->db, wlog, &chains);
    if (err == AVOW_OK)
        err = drop_within(txn, &wlog->issuer, &chains, chains.own);
    if (err == AVOW_OK)
        mark_disputed(txn, wlog, &chains);
    return err;
}

enum avow_err avow_relate(struct avow_txn *txn, struct avow_wlog *wlog,
                          const struct avow_checkpoint *before, uint32_t number)
{
    enum avow_err err = avow_relate_forks(txn, wlog, before, number);
    return err == AVOW_OK ? relate_chains(txn, wlog) : err;
}

/* ------------------------------------------------------------------- adding */

/* The slot for the added chain: that of one that it extends, or a free one, or one that can be done
 * without. SLOTS when it is itself what can be done without. */
static enum avow_err find_slot(struct avow_txn *txn, const struct avow_hash *issuer,
                               struct chains *chains, size_t *slot)
{
    for (*slot = 0; *slot < SLOTS; ++*slot) {
        if (chains->slots[*slot].used && is_within(&chains->slots[*slot].chain, chains->added))
            return AVOW_OK;
    }
    for (*slot = 0; *slot < SLOTS; ++*slot) {
        if (!chains->slots[*slot].used)
            return AVOW_OK;
    }
    struct outcome all = choose(chains, SLOTS);
    struct outcome less = choose(chains, SLOTS + 1);
    if (is_same_outcome(&all, &less))
        return AVOW_OK;
    for (*slot = 0; *slot < SLOTS; ++*slot) {
        less = choose(chains, *slot);
        if (is_same_outcome(&all, &less))
            return drop_slot(txn, issuer, chains, *slot);
    }
    return AVOW_OK; /* not reached: the winner and two children of one entry are all that counts */
}

static enum avow_err put_chain(struct avow_txn *txn, const struct avow_wlog *wlog,
                               struct chains *chains, const struct avow_other_chain *other,
                               bool *changed, enum avow_reject *reject)
{
    size_t slot;
    enum avow_err err = find_slot(txn, &wlog->issuer, chains, &slot);
    if (err != AVOW_OK || slot == SLOTS)
        return err;
    struct avow_dbkey key = avow_fork_other_key(&wlog->issuer, (uint8_t)slot);
    size_t old_len = chains->slots[slot].used ? chains->slots[slot].row_len : 0;
    struct avow_buf row;
    avow_buf_init(&row, SIZE_MAX / 2);
    avow_fork_other_row_write(&row, other, chains->added);
    err = avow_charged_put(txn, AVOW_TABLE_OTHERS, &key, &row, old_len, reject);
    avow_buf_fini(&row);
    *changed = err == AVOW_OK && *reject == AVOW_ACCEPT;
    if (!*changed)
        return err;
    chains->slots[slot].used = false; /* the slot is the added one's now */
    return drop_within(txn, &wlog->issuer, chains, chains->added);
}

static enum avow_err add_chain(struct avow_txn *txn, struct avow_wlog *wlog,
                               const struct avow_other_chain *other, const struct avow_chain *chain,
                               bool *changed, enum avow_reject *reject)
{
    AVOW_CLEANUP(chains_fini)
    struct chains chains;
    enum avow_err err = load(&txn->db, wlog, &chains);
    bool known = err == AVOW_OK && is_within(chain, chains.own);
    for (size_t i = 0; i < SLOTS && err == AVOW_OK; i++)
        known = known || (chains.slots[i].used && is_within(chain, &chains.slots[i].chain));
    if (err != AVOW_OK || known)
        return err;
    chains.added = chain;
    err = put_chain(txn, wlog, &chains, other, changed, reject);
    if (err == AVOW_OK && !*changed)
        chains.added = NULL;
    if (err == AVOW_OK)
        mark_disputed(txn, wlog, &chains);
    return err;
}

enum avow_err avow_txn_add_chain(struct avow_txn *txn, const struct avow_other_chain *other,
                                 const struct avow_chain *chain, bool *changed,
                                 enum avow_reject *reject)
{
    struct avow_wlog *wlog;
    *changed = false;
    *reject = AVOW_ACCEPT;
    enum avow_err err = avow_wlog_accepted(txn, &chain->issuer, &wlog);
    if (err != AVOW_OK)
        return err;
    if (other->list.len > AVOW_OTHER_CHAIN_BYTES_MAX) {
        *reject = AVOW_REJECT_LENGTH;
        return AVOW_OK;
    }
    return avow_writer_spoil(txn, add_chain(txn, wlog, other, chain, changed, reject));
}
