/* Logs are kept decoded, and none of them takes what room it likes: a chain of many long root
 * entries counts for what it is. */
#include "tests/unit/store/store_fixture.h"

#include "store/read/snapshot_state.h"
#include "store/rows/store_state.h"
#include "store/write/writer.h"

#define LOGS 50
#define ROOT_ENTRIES 250
#define BOUND ((size_t)9 << 20) /* of either; what is over it goes before the next log */

static char name[800];
static struct avow_hash issuers[LOGS];

static void accept_log(struct avow_store *store, unsigned number)
{
    struct log_history history;
    struct avow_txn *txn;
    char seed[32];
    (void)snprintf(seed, sizeof(seed), "cache %u", number);
    log_history_begin(&history, seed);
    for (unsigned i = 0; i < ROOT_ENTRIES; i++)
        (void)log_builder_rename(&history.builder, name);
    log_history_mark(&history);
    log_history_end(&history);
    const struct log_mark *mark = &history.marks[history.mark_count - 1];
    issuers[number] = mark->checkpoint.issuer;
    struct avow_range range = fixture_range(&history, mark, 0, mark->checkpoint.size, false);
    assert_int_equal(avow_txn_begin(store, &txn), AVOW_OK);
    assert_int_equal(fixture_append(txn, &range), AVOW_ACCEPT);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
    log_history_fini(&history);
}

/* A transaction lets go of nothing, so it says when it is enough. */
static void group_is_bounded(struct avow_store *store)
{
    struct avow_txn *txn;
    assert_int_equal(avow_txn_begin(store, &txn), AVOW_OK);
    unsigned looked_at = 0;
    assert_false(avow_txn_is_large(txn));
    while (!avow_txn_is_large(txn) && looked_at < LOGS)
        assert_int_equal(avow_txn_withdraw(txn, &issuers[looked_at++]), AVOW_ERR_NOT_FOUND);
    assert_true(looked_at < LOGS);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
    assert_int_equal(avow_txn_begin(store, &txn), AVOW_OK);
    assert_false(avow_txn_is_large(txn));
    avow_txn_abort(&txn);
}

static void test_long_chains(void **state)
{
    (void)state;
    struct store_folder folder;
    struct avow_snapshot *snapshot;
    memset(name, 'n', sizeof(name) - 1);
    store_folder_make(&folder);
    struct avow_store *store = store_folder_open(&folder);
    size_t all = 0;
    for (unsigned i = 0; i < LOGS; i++) {
        accept_log(store, i);
        assert_true(store->writer->chain_bytes < BOUND);
    }
    assert_true(store->writer->log_count < LOGS); /* some were let go */
    assert_int_equal(avow_snapshot_new(store, &snapshot), AVOW_OK);
    struct avow_hash after = {{0}};
    for (unsigned i = 0; i < LOGS; i++) {
        const struct avow_log *log;
        assert_int_equal(avow_snapshot_renew(snapshot), AVOW_OK);
        assert_int_equal(avow_snapshot_next_log(snapshot, &after, &log), AVOW_OK);
        after = log->checkpoint.issuer;
        all += avow_chain_bytes(&log->state.chain);
        assert_true(snapshot->chain_bytes < BOUND);
    }
    assert_true(snapshot->log_count < LOGS);
    assert_true(all > (size_t)8 << 20);
    avow_snapshot_free(&snapshot);
    group_is_bounded(store);
    avow_store_close(&store);
    store_folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_long_chains)};
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
