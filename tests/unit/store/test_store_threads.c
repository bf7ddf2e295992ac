/* One writer and several readers at once: every snapshot is one accepted checkpoint, whole. And a
 * disk that fills up: writes are refused, reads go on, and writing goes on when there is room. */
#include "store/write/txn_branch.h"
#include "tests/unit/store/store_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#define READERS 3

struct shared {
    struct avow_store *store;
    const struct log_history *history; /* one an epoch */
    bool has_epochs;
    atomic_bool done;
};

struct reader {
    struct shared *shared;
    pthread_t thread;
    uint64_t seed;
    uint64_t looks;
    const char *wrong; /* NULL: nothing */
};

/* cmocka's assertions are for its own thread: a reader says what was wrong. */
static const char *look(struct reader *reader, struct avow_snapshot *snapshot)
{
    const struct log_history *history = reader->shared->history;
    const struct avow_log *log;
    struct avow_bytes entry;
    struct avow_path path;
    struct avow_hash root;
    if (avow_snapshot_renew(snapshot) != AVOW_OK)
        return "no snapshot";
    enum avow_err err = avow_snapshot_log(snapshot, &history->builder.state.chain.issuer, &log);
    if (err == AVOW_ERR_NOT_FOUND)
        return NULL;
    if (err != AVOW_OK)
        return "the log cannot be read";
    if (reader->shared->has_epochs)
        history += log->checkpoint.epoch;
    uint64_t size = log->checkpoint.size;
    uint64_t index = log_history_random(&reader->seed) % size;
    if (avow_snapshot_entry(snapshot, log, index, &entry) != AVOW_OK ||
        !avow_bytes_equal(entry, history->entries[index]))
        return "another entry";
    struct avow_hash leaf = avow_merkle_leaf_hash(entry);
    if (avow_snapshot_inclusion(snapshot, log, index, size, &path) != AVOW_OK ||
        avow_merkle_inclusion_root(&leaf, index, size, &path, &root) != AVOW_ACCEPT ||
        !avow_hash_equal(&root, &log->checkpoint.root))
        return "a wrong proof";
    uint8_t chunk[AVOW_STATUS_CHUNK_BYTES];
    uint64_t number = index / AVOW_STATUS_CHUNK_ENTRIES;
    if (avow_snapshot_chunk(snapshot, log, number, chunk) != AVOW_OK ||
        avow_snapshot_chunk_inclusion(snapshot, log, number, &path) != AVOW_OK)
        return "no status";
    leaf = avow_status_map_chunk_hash(chunk);
    if (avow_merkle_inclusion_root(&leaf, number, avow_status_map_chunk_count(size), &path,
                                   &root) != AVOW_ACCEPT ||
        !avow_hash_equal(&root, &log->checkpoint.status_root))
        return "a status of another checkpoint";
    reader->looks++;
    return NULL;
}

static void *read_on(void *context)
{
    struct reader *reader = context;
    struct avow_snapshot *snapshot;
    if (avow_snapshot_new(reader->shared->store, &snapshot) != AVOW_OK) {
        reader->wrong = "no snapshot";
        return NULL;
    }
    /* At least a few looks after the writer has finished. */
    for (int after = 0; after < 20 && reader->wrong == NULL;) {
        if (atomic_load(&reader->shared->done))
            after++;
        reader->wrong = look(reader, snapshot);
        avow_snapshot_release(snapshot);
    }
    avow_snapshot_free(&snapshot);
    return NULL;
}

static void write_marks(struct avow_store *store, const struct log_history *history)
{
    uint64_t from = 0;
    for (size_t i = 0; i < history->mark_count; i++) {
        const struct log_mark *mark = &history->marks[i];
        struct avow_txn *txn;
        uint64_t half = (mark->checkpoint.size - from) / 2;
        assert_int_equal(avow_txn_begin(store, &txn), AVOW_OK);
        if (half > 0) {
            struct avow_range range = fixture_range(history, mark, from, half, false);
            assert_int_equal(fixture_append(txn, &range), AVOW_ACCEPT);
            assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
            assert_int_equal(avow_txn_begin(store, &txn), AVOW_OK);
        }
        struct avow_range range =
            fixture_range(history, mark, from + half, mark->checkpoint.size - from - half, false);
        assert_int_equal(fixture_append(txn, &range), AVOW_ACCEPT);
        assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
        from = mark->checkpoint.size;
    }
}

/* `work` beside the readers. */
static void run_beside(struct shared *shared, void (*work)(struct shared *shared))
{
    struct reader readers[READERS];
    for (size_t i = 0; i < READERS; i++) {
        readers[i] = (struct reader){.shared = shared, .seed = i};
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), 0);
    }
    work(shared);
    atomic_store(&shared->done, true);
    for (size_t i = 0; i < READERS; i++) {
        assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
        if (readers[i].wrong != NULL)
            fail_msg("reader %zu: %s", i, readers[i].wrong);
        assert_true(readers[i].looks >= 20);
    }
}

static void write_all_marks(struct shared *shared)
{
    write_marks(shared->store, shared->history);
}

static void test_readers_beside_a_writer(void **state)
{
    (void)state;
    struct log_history history;
    struct store_folder folder;
    log_history_make(&history, "threads", 11, 3000, 30);
    store_folder_make(&folder);
    struct shared shared = {.store = store_folder_open(&folder), .history = &history};
    run_beside(&shared, write_all_marks);
    avow_store_close(&shared.store);
    store_folder_remove(&folder);
    log_history_fini(&history);
}

/* ------------------------------------------------------------------- branches */

#define EPOCHS 6
#define EPOCH_ENTRIES 700

static void grow(struct log_history *history, size_t size)
{
    struct log_builder *builder = &history->builder;
    while (builder->count < size) {
        size_t at = builder->count;
        if (at % 13 == 4 && builder->rows[at - 1].status == AVOW_STATUS_ACTIVE)
            (void)log_builder_add_status(builder, at - 1, AVOW_STATUS_REVOKED,
                                         AVOW_REASON_UNSPECIFIED, LOG_BUILDER_NONE);
        else
            (void)log_builder_add_issue(builder, 2);
    }
}

/* Each epoch begins below the end of the one before. */
static uint64_t parting_of(size_t epoch)
{
    return epoch * EPOCH_ENTRIES - EPOCH_ENTRIES / 3;
}

static void make_epochs(struct log_history histories[EPOCHS])
{
    for (size_t i = 0; i < EPOCHS; i++) {
        if (i == 0) {
            log_history_begin(&histories[i], "epochs");
        } else {
            log_history_part(&histories[i], &histories[i - 1], parting_of(i));
            (void)log_builder_rotate_root(&histories[i].builder);
        }
        grow(&histories[i], (i + 1) * EPOCH_ENTRIES);
        log_history_mark(&histories[i]);
        log_history_end(&histories[i]);
    }
}

static void begin_and_copy(struct avow_store *store, const struct log_history *history,
                           size_t epoch)
{
    struct avow_branch want = {.checkpoint = history->marks[0].checkpoint,
                               .shared = parting_of(epoch)};
    struct avow_hash root = log_builder_root_at(&history->builder, want.shared);
    struct avow_branch branch;
    struct avow_txn *txn;
    enum avow_reject reject;
    assert_int_equal(avow_txn_begin(store, &txn), AVOW_OK);
    assert_int_equal(avow_txn_branch(txn, &want, &root, &branch, &reject), AVOW_OK);
    assert_int_equal(branch.size, want.shared);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
}

static void fill_and_flip(struct avow_store *store, const struct log_history *history, size_t epoch)
{
    uint64_t size = history->marks[0].checkpoint.size;
    for (uint64_t from = parting_of(epoch); from < size;) {
        struct avow_txn *txn;
        uint64_t count = size - from > 100 ? 100 : size - from;
        struct avow_range range = fixture_range(history, &history->marks[0], from, count, false);
        range.branch = true;
        assert_int_equal(avow_txn_begin(store, &txn), AVOW_OK);
        assert_int_equal(fixture_append(txn, &range), AVOW_ACCEPT);
        assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
        from += count;
    }
}

static void purge_all(struct avow_store *store)
{
    bool more = true;
    while (more) {
        struct avow_txn *txn;
        assert_int_equal(avow_txn_begin(store, &txn), AVOW_OK);
        assert_int_equal(avow_txn_purge(txn, UINT32_MAX, &more), AVOW_OK);
        assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
    }
}

static void flip_through(struct shared *shared)
{
    write_marks(shared->store, &shared->history[0]);
    for (size_t i = 1; i < EPOCHS; i++) {
        begin_and_copy(shared->store, &shared->history[i], i);
        fill_and_flip(shared->store, &shared->history[i], i);
        if (i % 2 == 0)
            purge_all(shared->store);
    }
}

static void test_readers_beside_flips(void **state)
{
    (void)state;
    struct log_history histories[EPOCHS];
    struct store_folder folder;
    make_epochs(histories);
    store_folder_make(&folder);
    struct shared shared = {
        .store = store_folder_open(&folder), .history = histories, .has_epochs = true};
    run_beside(&shared, flip_through);
    avow_store_close(&shared.store);
    store_folder_remove(&folder);
    for (size_t i = 0; i < EPOCHS; i++)
        log_history_fini(&histories[i]);
}

/* ------------------------------------------------------------------- full disk */

static bool mount_small(const char *folder)
{
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", folder, "tmpfs", 0, "size=3m") == 0;
}

/* A file that takes what is left of the disk but `spare` bytes. */
static void fill_disk(const char *path, uint64_t spare)
{
    struct statvfs disk;
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(fstatvfs(fd, &disk), 0);
    uint64_t room = (uint64_t)disk.f_bavail * disk.f_frsize;
    assert_true(room > spare);
    assert_int_equal(posix_fallocate(fd, 0, (off_t)(room - spare)), 0);
    assert_int_equal(close(fd), 0);
}

static enum avow_err commit_mark(struct avow_store *store, const struct log_history *history,
                                 const struct log_mark *mark, uint64_t from)
{
    struct avow_txn *txn;
    enum avow_err err = avow_txn_begin(store, &txn);
    if (err != AVOW_OK)
        return err;
    struct avow_range range =
        fixture_range(history, mark, from, mark->checkpoint.size - from, false);
    struct avow_range_result result;
    enum avow_reject reject;
    err = avow_txn_append(txn, &range, &result, &reject);
    if (err == AVOW_OK)
        return avow_txn_commit(&txn);
    avow_txn_abort(&txn);
    return err;
}

static uint64_t size_seen(struct avow_store *store, const struct avow_hash *issuer)
{
    struct avow_snapshot *snapshot;
    const struct avow_log *log;
    assert_int_equal(avow_snapshot_new(store, &snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_log(snapshot, issuer, &log), AVOW_OK);
    uint64_t size = log->checkpoint.size;
    avow_snapshot_free(&snapshot);
    return size;
}

static void test_full_disk(void **state)
{
    (void)state;
    struct store_folder folder;
    store_folder_make(&folder);
    if (!mount_small(folder.path)) {
        print_message("SKIPPED: a full disk needs a tmpfs of its own, which root may mount (%s)\n",
                      strerror(errno));
        assert_int_equal(rmdir(folder.path), 0);
        skip();
    }
    struct log_history history;
    char ballast[300];
    log_history_make(&history, "full", 12, 4000, 1500);
    (void)snprintf(ballast, sizeof(ballast), "%s/ballast", folder.path);
    struct avow_store *store = store_folder_open(&folder);
    const struct log_mark *first = &history.marks[0];
    const struct log_mark *last = &history.marks[history.mark_count - 1];
    const struct avow_hash *issuer = &first->checkpoint.issuer;
    assert_int_equal(commit_mark(store, &history, first, 0), AVOW_OK);
    fill_disk(ballast, 16 * 1024);
    for (int n = 0; n < 3; n++) {
        assert_int_equal(commit_mark(store, &history, last, first->checkpoint.size),
                         AVOW_ERR_DISK_FULL);
        assert_int_equal(size_seen(store, issuer), first->checkpoint.size);
    }
    assert_int_equal(unlink(ballast), 0);
    assert_int_equal(commit_mark(store, &history, last, first->checkpoint.size), AVOW_OK);
    assert_int_equal(size_seen(store, issuer), last->checkpoint.size);
    avow_store_close(&store);
    assert_int_equal(umount(folder.path), 0);
    assert_int_equal(rmdir(folder.path), 0);
    log_history_fini(&history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readers_beside_a_writer),
        cmocka_unit_test(test_readers_beside_flips),
        cmocka_unit_test(test_full_disk),
    };
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
