/* Which entries were found to lead to a signed root: of every log of an open store, by whichever
 * thread read them first. A proof costs ten times a read, and what it finds holds for everyone. */
#ifndef AVOW_STORE_READ_PROVED_H
#define AVOW_STORE_READ_PROVED_H

#include "store/rows/bundle.h"

#include <stdatomic.h>

struct avow_store;

/* Of the full bundles of one log: a bit for each of their units of eight entries. */
struct avow_proved {
    struct avow_proved *next;
    uint32_t number; /* of the log */
    uint64_t bundles;
    _Atomic uint32_t units[];
};
_Static_assert(AVOW_BUNDLE_ENTRIES >> AVOW_BUNDLE_UNIT == 32, "a bit for each unit of a bundle");

/* An empty memory; NULL when there is none to be had. Freed once nobody reads any more. */
struct avow_proofs *avow_proofs_new(void);
void avow_proofs_free(struct avow_proofs **proofs);

/* What is remembered of a log's first `bundles` bundles, to be read and added to by all threads at
 * once. It lives as the memory does, and takes four bytes for 256 entries, twice at most. NULL when
 * there is no memory for it. */
struct avow_proved *avow_proofs_of(struct avow_proofs *proofs, uint32_t number, uint64_t bundles);

static inline uint32_t avow_proved_units(const struct avow_proved *proved, uint64_t bundle)
{
    return atomic_load_explicit(&proved->units[bundle], memory_order_relaxed);
}
static inline void avow_proved_add(struct avow_proved *proved, uint64_t bundle, uint32_t units)
{
    atomic_fetch_or_explicit(&proved->units[bundle], units, memory_order_relaxed);
}
/* Forgets all of it. */
void avow_proved_clear(struct avow_proved *proved);

#endif
