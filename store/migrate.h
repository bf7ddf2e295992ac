/* The store's schema: which version a store is of, and how an older one becomes this one.
 *
 * A migration is one transaction: what fails or is cut off leaves the store as it was, at a version
 * from which the next opening goes on. Opening for reading only changes nothing. */
#ifndef AVOW_STORE_MIGRATE_H
#define AVOW_STORE_MIGRATE_H

#include "store/rows/store_state.h"

#define AVOW_SCHEMA_OLDEST 2 /* that can still be opened */
#define AVOW_SCHEMA_VERSION 3

struct avow_migration {
    uint32_t from, to;
    /* Makes of a store of version `from` one of version `to`, the version aside. Tables that are
     * new in any version are there, empty. Its error is opening's. */
    enum avow_err (*run)(const struct avow_db *db);
};
struct avow_migrations {
    uint32_t version; /* the one that is wanted */
    const struct avow_migration *rows;
    size_t count;
};
/* The product's own. Tests bring theirs. */
extern const struct avow_migrations avow_migrations;

/* Opens the tables; makes a new store's first rows, or of an older store one of the wanted version,
 * each migration in a transaction of its own. SCHEMA when the version is newer, or older than any
 * row knows; OLDER for reading only; a migration's errors, those of a commit. */
AVOW_NODISCARD enum avow_err avow_store_migrate(struct avow_store *store,
                                                const struct avow_migrations *migrations);

#endif
