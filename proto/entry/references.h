/* The older entries of its own log that an entry names. */
#ifndef AVOW_PROTO_ENTRY_REFERENCES_H
#define AVOW_PROTO_ENTRY_REFERENCES_H

#include "proto/entry/entry.h"

/* Told of one index; false ends the walk. */
typedef bool avow_references_each(void *context, uint64_t index);
/* Where the entry of that index is now. False: nowhere. */
typedef bool avow_references_moved(void *context, uint64_t index, uint64_t *now);

/* Tells `each` every index of its own log, whose issuer id is `own`, that a decoded entry names: an
 * issue's achievement; a status's target, then its successor; a pathway's award, then the
 * achievements that its rule names in this log, by nil or by id. A status's `previous` is not among
 * them: the target's state says which one it is. False if `each` ended the walk. */
bool avow_references_of(const struct avow_entry *entry, const struct avow_hash *own,
                        avow_references_each *each, void *context);

/* Makes a decoded entry name its references where they are now. False, and the entry is not to be
 * used, if one of them is nowhere, or if one inside a rule is elsewhere: a rule's bytes stay. */
bool avow_references_move(struct avow_entry *entry, const struct avow_hash *own,
                          avow_references_moved *moved, void *context);

#endif
