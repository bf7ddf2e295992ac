/* What an entry is charged for room: about the bytes of the file that it takes. An achievement or a
 * pathway has a row for each of its words beside it, a recognition two rows of an index. */
#ifndef AVOW_STORE_ROWS_CHARGE_H
#define AVOW_STORE_ROWS_CHARGE_H

#include "store/rows/bundle.h"

#define AVOW_CHARGE_CATALOGUED 16 /* times its bytes: an entry that is nothing but short words */
#define AVOW_CHARGE_RECOGNITION 4

/* By its bytes alone, which need not be a good entry. */
uint64_t avow_charge_entry(struct avow_bytes entry);
/* Whether it is of a kind that a log must never be without room for: root entries, status entries
 * and where its home is. */
bool avow_charge_is_vital(struct avow_bytes entry);
/* Adds up a bundle's entries from `position` on. OK or CORRUPT. */
AVOW_NODISCARD enum avow_err avow_charge_bundle(const struct avow_bundle *bundle, size_t position,
                                                uint64_t *bytes);

#endif
