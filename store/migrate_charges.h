/* From version 2 to 3: rows say what a log's entries are charged. */
#ifndef AVOW_STORE_MIGRATE_CHARGES_H
#define AVOW_STORE_MIGRATE_CHARGES_H

#include "store/rows/lmdb.h"

/* A migration (store/migrate.h): heads get three numbers (bytes, reserved, freshened) after their
 * first 16 bytes, candidates one (bytes) after theirs; pending rows and the counters, which had the
 * entries' own bytes, get what those are charged. CORRUPT, NOMEM, those of avow_db_put(). */
AVOW_NODISCARD enum avow_err avow_migrate_charges(const struct avow_db *db);

#endif
