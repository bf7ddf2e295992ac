/* RECOVER: a signed batch that begins with a root entry at or below the head of a log, and so may
 * take the log's place from there on (docs/protocol.md, "Submission", "Root entries and epochs").
 *
 * Anyone may send it: the root signature is the authority. First what costs nothing is looked at,
 * against the store; then, on a thread of the pool, the root signature, the checkpoint's, the other
 * root entries and the tree; and last the choice among all root chains that are known. */
#ifndef AVOW_NODE_LOOP_SUBMIT_RECOVERY_H
#define AVOW_NODE_LOOP_SUBMIT_RECOVERY_H

#include "node/loop/submit/rules.h"
#include "proto/log/chain.h"
#include "store/store.h"

/* What is left of a recovery once it is judged. */
enum avow_recovery_fault {
    AVOW_RECOVERY_GOOD,
    AVOW_RECOVERY_OURS,  /* our own failure: avow_recovery.err */
    AVOW_RECOVERY_WRONG, /* provably: signatures or roots do not verify; avow_recovery.reject */
    AVOW_RECOVERY_RULE,  /* a rule is broken; avow_recovery.reject */
    AVOW_RECOVERY_LOSES, /* another history of the log wins over it */
    AVOW_RECOVERY_FORKS, /* nobody could tell which of several histories counts */
};

/* Another root chain that is known, as the store has it. */
struct avow_recovery_other {
    struct avow_checkpoint checkpoint;
    struct avow_buf list;
};

struct avow_recovery {
    struct avow_checkpoint checkpoint; /* signed; not verified before it is judged */
    uint64_t from;
    bool at_head;                 /* from is the accepted size: nothing is abandoned */
    uint64_t abandoned_from;      /* as the log has it now */
    struct avow_chain held;       /* the accepted log's */
    struct avow_chain chain;      /* its root entries below `from`, then the batch's too */
    struct avow_tree tree;        /* of the entries below `from`, then of all */
    struct avow_hash shared_root; /* the tree's root at `from` */
    struct avow_recovery_other others[AVOW_OTHER_CHAINS_MAX];
    size_t other_count;
    const struct avow_root_checker
        *checker; /* of root entries; NULL: they are verified by judging */
    /* the result */
    enum avow_recovery_fault fault;
    enum avow_err err;
    enum avow_reject reject;
};

/* Looks at RECOVER without any signature. `*recovery` is what is to be judged, or NULL with a
 * refusal, or NULL without one when the log has the batch already (`*accepted`). */
struct avow_no avow_recovery_begin(const struct avow_submit_facts *facts,
                                   const struct avow_message *recover,
                                   struct avow_recovery **recovery, bool *accepted);
/* Judges it with all of its entries, and sets the result. Touches nothing else: for any thread. */
void avow_recovery_judge(struct avow_recovery *recovery, const struct avow_bytes *entries,
                         size_t count);
/* The refusal for a fault that is neither GOOD, OURS nor WRONG; `size` is the log's. */
struct avow_no avow_recovery_no(const struct avow_recovery *recovery, uint64_t size);
void avow_recovery_free(struct avow_recovery **recovery);

#endif
