/* Reading what a verdict rests on. LMDB notices no flipped bit, so entries and status are proved
 * against the signed roots before they are believed.
 *
 * A proof of each read would cost ten times the read. Entries of a full bundle never change, so
 * when anyone first reads from it, it is proved that the hashes of its units of eight entries lead
 * to the root, and of the unit that is read, that it has that hash; both are remembered
 * (store/read/proved.h). A status chunk likewise, by each snapshot and for as long as the status
 * root is the same. What is remembered is forgotten after AVOW_PROVEN_READS reads of a log, so that
 * damage done later is found too. */
#ifndef AVOW_STORE_READ_PROVEN_H
#define AVOW_STORE_READ_PROVEN_H

#include "store/read/bits.h"
#include "store/read/proved.h"
#include "store/read/snapshot.h"

#define AVOW_PROVEN_READS (UINT64_C(1) << 24)

/* What one snapshot knows to be proved of one log. All zeros: nothing. */
struct avow_proven {
    uint32_t number; /* of the log */
    uint64_t reads;
    struct avow_proved *entries; /* the store's; NULL: nothing is remembered */
    struct avow_hash status_root;
    struct avow_bits chunks;
};

/* avow_snapshot_entry() and the status of avow_snapshot_status(), proved: CORRUPT when what is
 * stored does not lead to the accepted checkpoint's roots; and their errors. */
AVOW_NODISCARD enum avow_err avow_proven_entry(struct avow_snapshot *snapshot,
                                               const struct avow_log *log, uint64_t index,
                                               struct avow_bytes *entry);
AVOW_NODISCARD enum avow_err avow_proven_status(struct avow_snapshot *snapshot,
                                                const struct avow_log *log, uint64_t index,
                                                enum avow_status *status);

#endif
