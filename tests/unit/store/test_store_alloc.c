/* Every allocation of the store failing in turn: nothing leaks, nothing happens by halves. */
#include "store/find/find.h"
#include "store/read/facts.h"
#include "store/write/txn_branch.h"
#include "tests/support/alloc.h"
#include "tests/unit/store/store_fixture.h"

static struct log_history history;
static struct store_folder folder;
static const struct log_mark *head, *next;

static enum avow_err append(struct avow_txn *txn, const struct log_mark *mark, uint64_t from,
                            uint64_t count, bool held)
{
    struct avow_range range = fixture_range(&history, mark, from, count, held);
    struct avow_range_result result;
    enum avow_reject reject;
    enum avow_err err = avow_txn_append(txn, &range, &result, &reject);
    if (err == AVOW_OK)
        assert_int_equal(reject, AVOW_ACCEPT);
    return err;
}

static enum avow_err write_all(struct avow_store *store)
{
    struct avow_txn *txn;
    enum avow_err err = avow_txn_begin(store, &txn);
    if (err != AVOW_OK)
        return err;
    uint64_t size = head->checkpoint.size;
    err = append(txn, head, 0, size / 2, false);
    if (err == AVOW_OK)
        err = append(txn, head, size / 2, size - size / 2, false);
    if (err == AVOW_OK)
        err = append(txn, next, size, next->checkpoint.size - size, true);
    enum avow_reject reject;
    if (err == AVOW_OK)
        err = avow_txn_sign(txn, &next->checkpoint, FIXTURE_NOW, &reject);
    if (err == AVOW_OK)
        err = avow_txn_put(txn, "name", avow_bytes_text("value"));
    if (err == AVOW_OK)
        return avow_txn_commit(&txn);
    avow_txn_abort(&txn);
    return err;
}

static enum avow_err write_step(void *context)
{
    (void)context;
    struct avow_store *store;
    struct avow_store_options options = {.map_size = FIXTURE_MAP};
    enum avow_err err = avow_store_open(folder.path, &options, &store);
    if (err == AVOW_OK)
        err = write_all(store);
    avow_store_close(&store);
    return err;
}

static enum avow_err read_all(struct avow_snapshot *snapshot)
{
    const struct avow_log *log;
    struct avow_path path;
    enum avow_err err = avow_snapshot_renew(snapshot);
    if (err == AVOW_OK)
        err = avow_snapshot_log(snapshot, &head->checkpoint.issuer, &log);
    if (err == AVOW_OK)
        err = avow_snapshot_inclusion(snapshot, log, 5, log->checkpoint.size, &path);
    if (err == AVOW_OK)
        assert_true(avow_checkpoint_same_text(&log->checkpoint, &next->checkpoint));
    return err;
}

static enum avow_err read_step(void *context)
{
    (void)context;
    struct avow_store *store;
    struct avow_snapshot *snapshot = NULL;
    struct avow_store_options options = {.map_size = FIXTURE_MAP, .read_only = true};
    enum avow_err err = avow_store_open(folder.path, &options, &store);
    if (err == AVOW_OK)
        err = avow_snapshot_new(store, &snapshot);
    if (err == AVOW_OK)
        err = read_all(snapshot);
    avow_snapshot_free(&snapshot);
    avow_store_close(&store);
    return err;
}

/* Under a policy whose anchor is the log itself, and does not recognise another. */
static enum avow_err search_and_prove(struct avow_snapshot *snapshot)
{
    static const uint8_t no_scope[] = {0x80};
    struct avow_policy policy;
    struct avow_buf out;
    struct avow_find_query query = {.words = avow_bytes_text("another ach")};
    struct avow_reference reference = {head->checkpoint.issuer, 5};
    const struct avow_prove_under request = {.policy = &policy,
                                             .now = history.builder.t,
                                             .at = history.builder.t,
                                             .references = &reference,
                                             .count = 1};
    avow_policy_init(&policy);
    assert_int_equal(avow_policy_add_anchor(&policy, avow_bytes(NULL, 0), &head->checkpoint.issuer,
                                            avow_bytes(no_scope, 1)),
                     AVOW_ACCEPT);
    avow_buf_init(&out, AVOW_EVIDENCE_BYTES_MAX);
    enum avow_err err = avow_snapshot_find(snapshot, &query, &policy, history.builder.t, &out);
    if (err == AVOW_OK)
        err = avow_evidence_make_under(snapshot, &request, &out);
    avow_buf_fini(&out);
    return err;
}

static enum avow_err search_step(void)
{
    struct avow_store *store;
    struct avow_snapshot *snapshot = NULL;
    struct avow_store_options options = {.map_size = FIXTURE_MAP, .read_only = true};
    enum avow_err err = avow_store_open(folder.path, &options, &store);
    if (err == AVOW_OK)
        err = avow_snapshot_new(store, &snapshot);
    if (err == AVOW_OK)
        err = avow_snapshot_renew(snapshot);
    if (err == AVOW_OK)
        err = search_and_prove(snapshot);
    avow_snapshot_free(&snapshot);
    avow_store_close(&store);
    return err;
}

/* Not avow_alloc_sweep(): what has been proved is remembered only if there is memory for it. */
static void sweep_searches(void)
{
    long live = avow_alloc_live();
    size_t refused = 0;
    for (size_t nth = 1;; nth++) {
        avow_alloc_fail_at(nth);
        enum avow_err err = search_step();
        bool failed = avow_alloc_count() >= nth;
        avow_alloc_fail_at(0);
        if (err != AVOW_OK && (err != AVOW_ERR_NOMEM || !failed))
            fail_msg("search and prove: allocation %zu failing gives \"%s\"", nth,
                     avow_err_text(err));
        if (avow_alloc_live() != live)
            fail_msg("search and prove: allocation %zu failing leaks", nth);
        refused += err == AVOW_ERR_NOMEM ? 1 : 0;
        if (!failed)
            break;
    }
    assert_true(refused > 20);
}

/* ---------------------------------------------------------------- a branch */

#define SHARED 600

static struct log_history old_history, new_history;

static enum avow_err flip_and_purge(struct avow_txn *txn)
{
    const struct log_mark *old = &old_history.marks[0];
    const struct log_mark *new = &new_history.marks[0];
    struct avow_range range = fixture_range(&old_history, old, 0, old->checkpoint.size, false);
    struct avow_range_result result;
    struct avow_branch want = {.checkpoint = new->checkpoint, .shared = SHARED};
    struct avow_branch branch;
    struct avow_hash root = log_builder_root_at(&old_history.builder, SHARED);
    enum avow_reject reject;
    bool more;
    enum avow_err err = avow_txn_append(txn, &range, &result, &reject);
    if (err == AVOW_OK)
        err = avow_txn_branch(txn, &want, &root, &branch, &reject);
    range = fixture_range(&new_history, new, SHARED, new->checkpoint.size - SHARED, false);
    range.branch = true;
    if (err == AVOW_OK)
        err = avow_txn_append(txn, &range, &result, &reject);
    if (err == AVOW_OK)
        assert_true(result.advanced);
    if (err == AVOW_OK)
        err = avow_txn_purge(txn, FIXTURE_NOW + AVOW_RETIRED_S, &more);
    return err;
}

static enum avow_err branch_step(void *context)
{
    (void)context;
    struct avow_store *store;
    struct avow_txn *txn = NULL;
    struct avow_store_options options = {.map_size = FIXTURE_MAP};
    enum avow_err err = avow_store_open(folder.path, &options, &store);
    if (err == AVOW_OK)
        err = avow_txn_begin(store, &txn);
    if (err == AVOW_OK)
        err = flip_and_purge(txn);
    avow_txn_abort(&txn); /* so that each run finds the same store */
    avow_store_close(&store);
    return err;
}

static void test_branch_sweep(void **state)
{
    (void)state;
    log_history_begin(&old_history, "alloc branch");
    while (old_history.builder.count < SHARED + 100)
        (void)log_builder_add_issue(&old_history.builder, 2);
    log_history_mark(&old_history);
    log_history_end(&old_history);
    log_history_part(&new_history, &old_history, SHARED);
    (void)log_builder_rotate_root(&new_history.builder);
    log_history_mark(&new_history);
    log_history_end(&new_history);
    store_folder_make(&folder);
    avow_alloc_sweep("branch, fill, flip, purge", branch_step, NULL);
    store_folder_remove(&folder);
    log_history_fini(&old_history);
    log_history_fini(&new_history);
}

static void test_sweeps(void **state)
{
    (void)state;
    log_history_make(&history, "alloc", 3, 900, 200);
    head = &history.marks[history.mark_count - 2];
    next = &history.marks[history.mark_count - 1];
    store_folder_make(&folder);
    avow_alloc_sweep("open, append, hold, sign, put", write_step, NULL);
    avow_alloc_sweep("open, read, prove", read_step, NULL);
    sweep_searches();
    store_folder_remove(&folder);
    log_history_fini(&history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sweeps),
                                       cmocka_unit_test(test_branch_sweep)};
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
