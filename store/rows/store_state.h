/* An open store, as those who read and write it have it. */
#ifndef AVOW_STORE_ROWS_STORE_STATE_H
#define AVOW_STORE_ROWS_STORE_STATE_H

#include "store/rows/lmdb.h"

struct avow_store {
    MDB_env *env;
    MDB_dbi tables[AVOW_TABLE_COUNT];
    char *folder;
    int lock_fd; /* -1: none */
    bool read_only;
    bool failed; /* a sync has failed: nothing may be written until the store is opened anew */
    uint64_t epoch;
    uint64_t bytes_max, log_bytes_max;
    struct avow_writer *writer; /* NULL when read-only */
    struct avow_proofs *proofs; /* what was proved of it since it was opened */
};

#endif
