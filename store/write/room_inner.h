/* Who may have how much of the store.
 *
 * An eighth of the store's bound is reserved for entries that an accepted log must not be without
 * (avow_charge_is_vital()); each log has an equal share of it, so that nobody takes it from others.
 * Held texts of logs of which nothing is accepted, which anybody can have stored, have a sixteenth
 * at most. Without a bound of the store there is only the latter, which then is FIRST_BYTES_MAX. */
#ifndef AVOW_STORE_WRITE_ROOM_INNER_H
#define AVOW_STORE_WRITE_ROOM_INNER_H

#include "store/write/append_inner.h"

/* What of the store's bound is for vital entries alone. */
uint64_t avow_room_reserve(const struct avow_store *store);
/* What leaves no room for the entries that are on their way. */
enum avow_bound avow_room_bound(const struct avow_append *append);
/* The log is accepted further on: what is pending of it, and entries that are charged `bytes`. */
void avow_room_note_accepted(const struct avow_txn *txn, struct avow_wlog *wlog, uint64_t bytes);

/* What is held of the log is charged, if nothing of it is accepted; else 0. */
uint64_t avow_room_first(const struct avow_wlog *wlog);
/* After what may have changed that: `before` is what it was. */
void avow_room_note_first(struct avow_txn *txn, const struct avow_wlog *wlog, uint64_t before);
/* Adds it up over all logs, from the rows. CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_room_count_first(const struct avow_db *db, uint64_t *bytes);

/* Whether a held text need be held no longer. */
bool avow_room_is_over(const struct avow_pending *pending, uint64_t now);

#endif
