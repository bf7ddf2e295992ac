/* What the store's own files share. */
#ifndef AVOW_STORE_ROWS_STORE_INNER_H
#define AVOW_STORE_ROWS_STORE_INNER_H

#include "store/rows/bundle.h"
#include "store/rows/log_rows.h"
#include "store/rows/nodes.h"
#include "store/rows/status_rows.h"
#include "store/rows/tile_rows.h"
#include "store/store.h"

#define AVOW_STORE_FILE "store.mdb"
#define AVOW_STORE_NEW_FILE "store.new" /* one that is being laid out */
#define AVOW_STORE_LOCK_FILE "writer.lock"
#define AVOW_STORE_SCHEMA 2

struct avow_writer;

struct avow_store {
    MDB_env *env;
    MDB_dbi tables[AVOW_TABLE_COUNT];
    char *folder;
    int lock_fd; /* -1: none */
    bool read_only;
    bool failed; /* a sync has failed: nothing may be written until the store is opened anew */
    uint64_t epoch;
    uint64_t bytes_max;
    struct avow_writer *writer; /* NULL when read-only */
};

/* A fresh random epoch, for a copy. The errors of a commit. */
AVOW_NODISCARD enum avow_err avow_store_new_epoch(struct avow_store *store);

/* Makes names in `folder` durable. OK, DISK_FULL, IO. */
AVOW_NODISCARD enum avow_err avow_store_sync_folder(const char *folder);

/* The writer's memory between transactions. */
AVOW_NODISCARD enum avow_err avow_writer_new(struct avow_store *store, struct avow_writer **writer);
void avow_writer_free(struct avow_writer **writer);

#endif
