/* Entries on their way into a log: judged in memory, as a whole, before the first put. The accepted
 * log and a candidate go the same way. */
#ifndef AVOW_STORE_WRITE_APPEND_INNER_H
#define AVOW_STORE_WRITE_APPEND_INNER_H

#include "store/write/writer.h"

/* One range on its way. */
struct avow_append {
    struct avow_txn *txn;
    struct avow_wlog *wlog; /* where it goes: an issuer's log, or its candidate */
    const struct avow_range *range;
    uint32_t number;       /* the log's, or the one that it will get */
    bool replaces;         /* starts from the accepted size, and what is pending goes */
    uint64_t start;        /* index of the first entry that is applied */
    uint64_t end;          /* range->from + range->count */
    struct avow_tree tree; /* at `start` */
    enum avow_bound bound; /* that leaves no room for it */
};

/* Applies the entries to a copy of `from`, a state of `start` entries, which the writer's working
 * memory then holds with the status changes and the nodes. `has_pending`: status changes of the log
 * lie in pending rows. `*reject`: the rule that one of them breaks; ROOT, PROOF when the range's
 * checker is unsure and the checkpoint does not cover the entries. Errors: NOMEM, CORRUPT, IO;
 * REFUSED when it is unsure. */
AVOW_NODISCARD enum avow_err avow_append_apply(struct avow_append *append,
                                               const struct avow_state *from, bool has_pending,
                                               enum avow_reject *reject);
/* Whether `tree`, of append->end entries, is what the range's checkpoint covers: ACCEPT, ROOT,
 * PROOF. */
AVOW_NODISCARD enum avow_reject avow_append_prove(const struct avow_append *append,
                                                  const struct avow_tree *tree);
/* A rule was broken. It is the checkpoint's fault only if the checkpoint covers these entries; else
 * whoever sent them could silence an issuer: the rule, ROOT or PROOF. */
AVOW_NODISCARD enum avow_reject avow_append_blame(const struct avow_append *append,
                                                  enum avow_reject rule);
/* Puts entries and nodes after avow_append_apply(), and counts them. `*bytes`: what the entries are
 * charged (store/rows/charge.h).
 * Errors spoil the transaction. */
AVOW_NODISCARD enum avow_err avow_append_put(struct avow_append *append, uint64_t *bytes);

#endif
