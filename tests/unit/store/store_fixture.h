/* What the store's tests share: a folder that goes away again, and a log stored from its history.
 */
#ifndef AVOW_TESTS_STORE_FIXTURE_H
#define AVOW_TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/store.h"
#include "tests/support/log_history.h"

#define FIXTURE_NOW 1234
#define FIXTURE_MAP (UINT64_C(1) << 28)

struct store_folder {
    char path[256];
};

static inline void store_folder_make(struct store_folder *folder)
{
    const char *parent = getenv("TMPDIR");
    (void)snprintf(folder->path, sizeof(folder->path), "%s/avow-store-XXXXXX",
                   parent == NULL ? "/tmp" : parent);
    assert_non_null(mkdtemp(folder->path));
}

static inline void store_folder_remove(const struct store_folder *folder)
{
    static const char *const names[] = {"store.mdb", "store.mdb-lock", "writer.lock"};
    char path[300];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder->path, names[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(folder->path), 0);
}

static inline struct avow_store *store_folder_open(const struct store_folder *folder)
{
    struct avow_store *store;
    struct avow_store_options options = {.map_size = FIXTURE_MAP};
    assert_int_equal(avow_store_open(folder->path, &options, &store), AVOW_OK);
    return store;
}

/* Entries [from, from + count) on the way to `mark`; with `held`, unsigned. */
static inline struct avow_range fixture_range(const struct log_history *history,
                                              const struct log_mark *mark, uint64_t from,
                                              uint64_t count, bool held)
{
    struct avow_range range = {
        .checkpoint = mark->checkpoint,
        .held = held,
        .from = from,
        .entries = history->entries + from,
        .count = (size_t)count,
        .path = log_history_path(history, from + count, mark->checkpoint.size),
        .now = FIXTURE_NOW,
    };
    if (held) {
        memset(&range.checkpoint.key, 0, sizeof(range.checkpoint.key));
        memset(&range.checkpoint.signature, 0, sizeof(range.checkpoint.signature));
    }
    return range;
}

/* The reject of appending; any error of ours fails the test. */
static inline enum avow_reject fixture_append(struct avow_txn *txn, const struct avow_range *range)
{
    struct avow_range_result result;
    enum avow_reject reject;
    assert_int_equal(avow_txn_append(txn, range, &result, &reject), AVOW_OK);
    return reject;
}

#endif
