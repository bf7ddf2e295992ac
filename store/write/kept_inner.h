/* Kept checkpoints: what of them proves when something existed is kept for good, thinned. */
#ifndef AVOW_STORE_WRITE_KEPT_INNER_H
#define AVOW_STORE_WRITE_KEPT_INNER_H

#include "store/rows/log_rows.h"

/* Of each witness one line an hour is enough, and after AVOW_KEPT_HOURLY_S one a day. */
#define AVOW_KEPT_HOUR_S 3600
#define AVOW_KEPT_DAY_S 86400
#define AVOW_KEPT_HOURLY_S (2 * AVOW_KEPT_DAY_S)
#define AVOW_KEPT_LOOKED_AT 96 /* rows: two days' and some */

/* After the row of `size` was put: of the rows before it, those go whose every line has one by the
 * same witness on a larger checkpoint, in the same hour, or by `now` (Unix seconds) in the same
 * day: what a witness has seen is proved for that time to within an hour or a day. */
AVOW_NODISCARD enum avow_err avow_kept_thin(const struct avow_db *db, uint32_t log, uint64_t size,
                                            uint64_t now);

#endif
