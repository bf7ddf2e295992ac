/* Work for the writer thread: one operation on the store, with everything it needs copied in, and
 * room for its result. Whoever makes a job gets it back, done, on the loop thread (write_thread.h).
 */
#ifndef AVOW_NODE_LOOP_BASE_JOB_H
#define AVOW_NODE_LOOP_BASE_JOB_H

#include "node/loop/base/checks.h"
#include "node/loop/base/pool.h"
#include "proto/wire/message.h"
#include "store/store.h"

enum avow_job_type {
    AVOW_JOB_RANGE,       /* a signed range on its way to `checkpoint`; `lines` when it completes */
    AVOW_JOB_HOLD,        /* the same, unsigned; with `replace` another held text gives way */
    AVOW_JOB_SIGN,        /* `checkpoint`: the held text with its verified key and signature */
    AVOW_JOB_WITHDRAW,    /* of `issuer` */
    AVOW_JOB_FRESHEN,     /* `checkpoint` and `lines` */
    AVOW_JOB_ABANDONED,   /* of `issuer`, from `from` */
    AVOW_JOB_RECOVER,     /* a whole batch that takes the log's place from `from` on, where the tree
                           * has the root `root`: a step of the copy below it, or all of the rest,
                           * which range.advanced tells */
    AVOW_JOB_BRANCH,      /* a candidate on its way to `checkpoint`, sharing what is below `from`,
                           * where the tree has the root `root`: begun, or a step of the copy */
    AVOW_JOB_DROP_BRANCH, /* of `issuer` */
    AVOW_JOB_KEEP,        /* `keep`, of `issuer`: verified */
    AVOW_JOB_PURGE,       /* a step of what is due to go; `changed`: there is more */
};

/* Which of the writer's queues a job waits in. */
enum avow_job_lane {
    AVOW_LANE_BULK,   /* what peers' logs are filled with, and the rest: one after the other */
    AVOW_LANE_LARGE,  /* large submissions; their links take turns */
    AVOW_LANE_PROMPT, /* small submissions, and small batches of peers' logs: before all others, and
                       * their links take turns */
};
#define AVOW_JOB_LANES 3
#define AVOW_JOB_PROMPT_BYTES 4096 /* of entries: what is small */

enum avow_keep_type { AVOW_KEEP_FORK, AVOW_KEEP_CHAIN, AVOW_KEEP_STATUSES };

/* What is known of other histories, to be kept (store/rows/forks.h). */
struct avow_keep {
    enum avow_keep_type type;
    struct avow_fork fork;
    struct avow_checkpoint checkpoint; /* with `chain`, as it came in `list` */
    struct avow_chain chain;
    struct avow_list list; /* of proved entries, or of status items; into `bytes` */
    uint8_t *bytes;
    uint8_t mark[AVOW_FORK_MARK_BYTES]; /* one that was never used */
};

struct avow_job;

/* Called on the loop thread, once the job's transaction is synced or has failed. The job is freed
 * afterwards. */
typedef void avow_job_done(void *context, struct avow_job *job);

struct avow_job {
    enum avow_job_type type;
    enum avow_job_lane lane;
    avow_job_done *done; /* may be NULL */
    void *context;
    uint64_t token;   /* the maker's own */
    uint64_t request; /* the maker's own */
    uint32_t slot;
    uint64_t generation;

    struct avow_hash issuer;
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t line_count;
    uint64_t from;
    struct avow_hash root;
    uint64_t abandoned_from; /* the log's before a recovery, which is not to count if it is bad */
    bool replace;
    bool branch;            /* RANGE: for the candidate of `checkpoint` */
    struct avow_keep *keep; /* owned */
    uint64_t now;           /* Unix seconds */
    struct avow_path path;
    size_t entry_count;
    struct avow_bytes *entries; /* into `bytes` */
    uint8_t *bytes;             /* copies of the entries, in their encoding */
    size_t cost;                /* bytes that it keeps */

    /* The result. With an error nothing happened. */
    enum avow_err err;
    enum avow_reject reject;
    struct avow_range_result range;
    bool changed;
    bool ready; /* BRANCH: ranges may follow, from range.pending on */

    /* The writer's own. */
    struct avow_checks_asked asked; /* of root entries in it */
    struct avow_pool_work verifying;
    const void *verifier;
    struct avow_fair_item item;
    struct avow_job *next;
    struct avow_job *aside, *behind, *behind_last; /* see job_queue.h */
};

/* A zeroed job of this type; NULL when out of memory. */
struct avow_job *avow_job_new(enum avow_job_type type);
void avow_job_free(struct avow_job **job);

/* Copies a list of entries into the job. AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_job_copy_entries(struct avow_job *job,
                                                   const struct avow_list *entries);

/* The entries of `from`, which has none then. */
void avow_job_move_entries(struct avow_job *job, struct avow_job *from);

/* Frees all that is in it, too. */
void avow_keep_free(struct avow_keep **keep);

/* Carries the job out within `txn` and sets its result. An error (other than NOT_FOUND and
 * REFUSED) has spoilt the transaction. */
void avow_job_run(struct avow_job *job, struct avow_txn *txn);
/* True when it has changed nothing, and is to run again once avow_checks_answer() has verified what
 * it asked. */
bool avow_job_is_unsure(const struct avow_job *job);
/* True if the job's error means that its transaction is to be aborted. */
bool avow_job_spoilt(const struct avow_job *job);

#endif
