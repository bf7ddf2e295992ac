/* Rows of what is known of other histories, all sealed with their keys. */
#ifndef AVOW_STORE_ROWS_FORK_ROWS_H
#define AVOW_STORE_ROWS_FORK_ROWS_H

#include "proto/codec/id.h"
#include "store/rows/forks.h"
#include "store/rows/log_rows.h"

/* Of an origin: issuer id, epoch, the 16 bytes of the opening that a checkpoint shows. */
struct avow_dbkey avow_fork_key(const struct avow_checkpoint *origin);
/* Appends the row but for its seal. */
void avow_fork_row_write(struct avow_buf *out, const struct avow_known_fork *known);
/* OK or CORRUPT. Views point into `row`. */
AVOW_NODISCARD enum avow_err avow_fork_row_read(struct avow_bytes key, struct avow_bytes row,
                                                struct avow_known_fork *known);

/* Of a status entry of another branch: log number, epoch of the origin, target. _row_read: OK or
 * CORRUPT, views point into `row`. */
struct avow_dbkey avow_fork_foreign_key(uint32_t log, uint32_t epoch, uint64_t target);
void avow_fork_foreign_row_write(struct avow_buf *out, const struct avow_foreign *foreign);
AVOW_NODISCARD enum avow_err avow_fork_foreign_row_read(struct avow_bytes key,
                                                        struct avow_bytes row,
                                                        struct avow_foreign *foreign);

/* Of an issuer's other root chains: the issuer id and a number below AVOW_OTHER_CHAINS_MAX. */
struct avow_dbkey avow_fork_other_key(const struct avow_hash *issuer, uint8_t slot);
void avow_fork_other_row_write(struct avow_buf *out, const struct avow_other_chain *other,
                               const struct avow_chain *chain);
/* `saved`: the chain's stored form. */
AVOW_NODISCARD enum avow_err avow_fork_other_row_read(struct avow_bytes key, struct avow_bytes row,
                                                      struct avow_other_chain *other,
                                                      struct avow_bytes *saved);

#define AVOW_FORK_MARK_NAME_MAX (AVOW_ISSUER_TEXT_MAX + 8)
/* The name, in AVOW_TABLE_NAMES, of the mark that an issuer's known forks were left at. */
void avow_fork_mark_name(const struct avow_hash *issuer, char name[AVOW_FORK_MARK_NAME_MAX]);

#endif
