/* What opening, checking and copying a store share: its files. */
#ifndef AVOW_STORE_ENV_INNER_H
#define AVOW_STORE_ENV_INNER_H

#include "store/migrate.h"
#include "store/rows/store_state.h"
#include "store/store.h"

#define AVOW_STORE_FILE "store.mdb"
#define AVOW_STORE_NEW_FILE "store.new" /* one that is being laid out */
#define AVOW_STORE_LOCK_FILE "writer.lock"

/* avow_store_open() with other migrations than the product's, for tests of them. */
AVOW_NODISCARD enum avow_err avow_store_open_with(const char *folder,
                                                  const struct avow_store_options *options,
                                                  const struct avow_migrations *migrations,
                                                  struct avow_store **store);

/* Whether the store's file can be one: NOT_FOUND; NO_FILE; CORRUPT when it is empty, as no crash
 * leaves one; IO. */
AVOW_NODISCARD enum avow_err avow_store_judge_file(const char *folder);
/* CORRUPT when the open file is far shorter than it says that it is; IO. */
AVOW_NODISCARD enum avow_err avow_store_judge_size(const struct avow_store *store);

/* A fresh random epoch, for a copy. The errors of a commit. */
AVOW_NODISCARD enum avow_err avow_store_new_epoch(struct avow_store *store);

/* Makes names in `folder` durable. OK, DISK_FULL, IO. */
AVOW_NODISCARD enum avow_err avow_store_sync_folder(const char *folder);

#endif
