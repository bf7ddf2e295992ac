/* The indexes hold what the accepted logs hold: against a walk over every entry, while ranges are
 * stored in part, held, withdrawn, signed and dropped. */
#include "store/catalogue/index.h"
#include "store/write/writer.h"
#include "tests/unit/store/store_fixture.h"
#include "tests/unit/store/workload.h"

#define STEPS 120
#define PUBLIC_MAX 4096

struct model {
    uint64_t indices[AVOW_CLASS_COUNT][PUBLIC_MAX];
    size_t counts[AVOW_CLASS_COUNT];
};

static void build_model(struct avow_snapshot *snapshot, const struct avow_log *log,
                        struct model *model)
{
    memset(model, 0, sizeof(*model));
    for (uint64_t i = 0; i < log->checkpoint.size; i++) {
        struct avow_bytes bytes;
        struct avow_entry entry;
        enum avow_class class;
        assert_int_equal(avow_snapshot_entry(snapshot, log, i, &bytes), AVOW_OK);
        assert_int_equal(avow_entry_decode(bytes, &entry), AVOW_ACCEPT);
        if (avow_index_class_of(&entry, &class))
            model->indices[class][model->counts[class]++] = i;
    }
}

static void compare_class(struct avow_snapshot *snapshot, const struct avow_log *log,
                          enum avow_class class, const struct model *model)
{
    uint64_t index = 0;
    for (size_t i = 0; i < model->counts[class]; i++, index++) {
        assert_int_equal(avow_snapshot_class(snapshot, log, class, &index), AVOW_OK);
        assert_int_equal(index, model->indices[class][i]);
    }
    assert_int_equal(avow_snapshot_class(snapshot, log, class, &index), AVOW_ERR_NOT_FOUND);
}

/* Each recognition is found from its log and subject, and in the subject's own list. */
static void compare_recognition(struct avow_snapshot *snapshot, const struct avow_log *log,
                                uint64_t index)
{
    struct avow_bytes bytes;
    struct avow_entry entry;
    assert_int_equal(avow_snapshot_entry(snapshot, log, index, &bytes), AVOW_OK);
    assert_int_equal(avow_entry_decode(bytes, &entry), AVOW_ACCEPT);
    const struct avow_hash *subject = &entry.recognition.subject;
    uint64_t found = index;
    assert_int_equal(avow_snapshot_recognition(snapshot, log, subject, &found), AVOW_OK);
    assert_int_equal(found, index);
    struct avow_recogniser at = {0};
    enum avow_err err;
    do {
        err = avow_snapshot_recogniser(snapshot, subject, 1, &at);
    } while (err == AVOW_ERR_BUSY ||
             (err == AVOW_OK && (at.log != log->number || at.index != index)));
    assert_int_equal(err, AVOW_OK);
    assert_memory_equal(at.body.bytes, log->checkpoint.issuer.bytes, 32);
    assert_int_equal(at.role, entry.recognition.role);
}

static size_t compare_log(struct avow_snapshot *snapshot, const struct avow_log *log,
                          struct model *model)
{
    size_t total = 0;
    build_model(snapshot, log, model);
    for (unsigned class = 0; class < AVOW_CLASS_COUNT; class ++) {
        compare_class(snapshot, log, (enum avow_class) class, model);
        total += model->counts[class];
    }
    for (unsigned class = AVOW_CLASS_ISSUER; class <= AVOW_CLASS_AUTHORITY; class ++) {
        for (size_t i = 0; i < model->counts[class]; i++)
            compare_recognition(snapshot, log, model->indices[class][i]);
    }
    uint64_t authority = 0;
    assert_int_equal(avow_snapshot_recognition(snapshot, log, NULL, &authority),
                     model->counts[AVOW_CLASS_AUTHORITY] > 0 ? AVOW_OK : AVOW_ERR_NOT_FOUND);
    return total;
}

/* How often a subject's list leads to a place that counts. */
static size_t count_recognisers(struct avow_snapshot *snapshot, const struct avow_hash *subject)
{
    struct avow_recogniser at = {0};
    size_t count = 0;
    while (avow_snapshot_recogniser(snapshot, subject, 1000, &at) == AVOW_OK)
        count++;
    return count;
}

static void fail_problem(void *context, const char *what, const char *issuer, uint64_t index)
{
    (void)context;
    fail_msg("%s: %s at %llu", what, issuer, (unsigned long long)index);
}

static void test_follows_the_logs(void **state)
{
    (void)state;
    struct workload load;
    struct store_folder folder;
    struct model *model = malloc(sizeof(*model));
    size_t most = 0;
    assert_non_null(model);
    store_folder_make(&folder);
    struct avow_store *store = store_folder_open(&folder);
    workload_init(&load, 32, STEPS, 24);
    struct avow_snapshot *snapshot;
    assert_int_equal(avow_snapshot_new(store, &snapshot), AVOW_OK);
    for (size_t i = 1; i <= load.count; i++) {
        assert_int_equal(workload_do(&load, store, i), AVOW_OK);
        assert_int_equal(avow_snapshot_renew(snapshot), AVOW_OK);
        const struct avow_log *log;
        size_t total = 0;
        struct avow_hash after = {{0}};
        while (avow_snapshot_next_log(snapshot, &after, &log) == AVOW_OK) {
            total += compare_log(snapshot, log, model);
            after = log->checkpoint.issuer;
        }
        avow_snapshot_release(snapshot);
        most = total > most ? total : most;
    }
    assert_true(most > 20);
    assert_true(workload_steps(&load, WORKLOAD_FLIP) > 0);
    avow_snapshot_free(&snapshot);
    avow_store_close(&store);
    struct avow_check_summary summary;
    assert_int_equal(avow_store_check(folder.path, fail_problem, NULL, &summary), AVOW_OK);
    workload_fini(&load);
    free(model);
    store_folder_remove(&folder);
}

/* What is held is not found; what a log number is dropped of is gone, in steps. */
static void test_held_and_dropped(void **state)
{
    (void)state;
    struct store_folder folder;
    struct log_history history;
    struct avow_hash subject = {{7}};
    store_folder_make(&folder);
    struct avow_store *store = store_folder_open(&folder);
    log_history_begin(&history, "index");
    for (unsigned i = 0; i < 10; i++)
        (void)log_builder_add_recognition(&history.builder, &subject,
                                          i % 2 == 0 ? AVOW_ROLE_ISSUER : AVOW_ROLE_AUTHORITY);
    log_history_mark(&history);
    log_history_end(&history);
    const struct log_mark *mark = &history.marks[history.mark_count - 1];
    struct avow_snapshot *snapshot;
    struct avow_txn *txn;
    assert_int_equal(avow_snapshot_new(store, &snapshot), AVOW_OK);

    struct avow_range range = fixture_range(&history, mark, 0, mark->checkpoint.size, true);
    assert_int_equal(avow_txn_begin(store, &txn), AVOW_OK);
    assert_int_equal(fixture_append(txn, &range), AVOW_ACCEPT);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(snapshot), AVOW_OK);
    assert_int_equal(count_recognisers(snapshot, &subject), 0);

    enum avow_reject reject;
    assert_int_equal(avow_txn_begin(store, &txn), AVOW_OK);
    assert_int_equal(avow_txn_sign(txn, &mark->checkpoint, FIXTURE_NOW, &reject), AVOW_OK);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(snapshot), AVOW_OK);
    assert_int_equal(count_recognisers(snapshot, &subject), 10);
    const struct avow_log *log;
    assert_int_equal(avow_snapshot_log(snapshot, &mark->checkpoint.issuer, &log), AVOW_OK);
    uint32_t number = log->number;

    bool more = true;
    assert_int_equal(avow_txn_begin(store, &txn), AVOW_OK);
    for (size_t step = 0; step < 3; step++) {
        assert_true(more);
        assert_int_equal(avow_index_drop(&txn->db, number, 0, 4, &more), AVOW_OK);
    }
    assert_false(more);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(snapshot), AVOW_OK);
    assert_int_equal(count_recognisers(snapshot, &subject), 0);
    avow_snapshot_free(&snapshot);
    avow_store_close(&store);
    log_history_fini(&history);
    store_folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_follows_the_logs),
        cmocka_unit_test(test_held_and_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
