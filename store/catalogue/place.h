/* Where issuers are, beside their logs: what a search by region asks. */
#ifndef AVOW_STORE_CATALOGUE_PLACE_H
#define AVOW_STORE_CATALOGUE_PLACE_H

#include "store/rows/log_rows.h"

/* Where a log's issuer is, by its root chain: ISO 3166-1 or -2, ended by zeros. Written with the
 * chain of an accepted log. _read: NOT_FOUND, CORRUPT, IO. */
struct avow_place {
    char jurisdiction[8];
};
struct avow_place avow_place_of(const struct avow_chain *chain);
AVOW_NODISCARD enum avow_err avow_place_write(const struct avow_db *db, uint32_t log,
                                              const struct avow_chain *chain);
AVOW_NODISCARD enum avow_err avow_place_read(const struct avow_db *db, uint32_t log,
                                             struct avow_place *place);

#endif
