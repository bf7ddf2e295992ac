/* What this home has proposed and not seen accepted yet: home/pending, a file for each proposal,
 * locked (flock) by the process that made it for as long as it lives. An unlocked one is what a
 * crash left: by it the next call knows a held text for its own, and finds what the crashed call
 * had done already. */
#ifndef AVOW_CLI_SIGNER_PENDING_H
#define AVOW_CLI_SIGNER_PENDING_H

#include "cli/home/home.h"

#define AVOW_PENDING_NAME_MAX 128

struct avow_pending_record {
    struct avow_hash request; /* which call it was; zeros: one that keeps its own books */
    uint64_t base;
    struct avow_checkpoint text; /* unsigned */
    bool alive;                  /* the process that wrote the record runs */
    bool own;                    /* that process is this one */
    uint64_t made;               /* Unix seconds */
    char name[AVOW_PENDING_NAME_MAX];
};

/* Writes, syncs and locks a record; `*lock` is its descriptor. Fills in record->name. An exit
 * status. */
int avow_pending_create(const struct avow_cli *cli, struct avow_pending_record *record, int *lock);
/* Removes a record; `lock` is closed if it is not negative. */
void avow_pending_remove(const struct avow_cli *cli, const struct avow_pending_record *record,
                         int lock);
/* All records, the process's own too. `*records` is the caller's to free. Files that
 * cannot be read and have no owner are removed: they were never whole. An exit status. */
int avow_pending_list(const struct avow_cli *cli, struct avow_pending_record **records,
                      size_t *count);

#endif
