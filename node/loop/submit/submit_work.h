/* The parts of a submission that take long, for a thread of the pool: checking a signature, judging
 * a recovery, and storing a heartbeat key. Everything is copied in; nothing is shared. Waking a
 * thread and being woken by it costs as much as a quarter of a check, so that works may go in a
 * chain. */
#ifndef AVOW_NODE_LOOP_SUBMIT_SUBMIT_WORK_H
#define AVOW_NODE_LOOP_SUBMIT_SUBMIT_WORK_H

#include "node/loop/base/job.h"
#include "node/loop/base/pool.h"
#include "node/loop/submit/recovery.h"

#include <limits.h>

enum avow_submit_work_type {
    AVOW_WORK_SIGNER,
    AVOW_WORK_SIGN,
    AVOW_WORK_HEARTBEAT,
    AVOW_WORK_RECOVER,
};

struct avow_submit;
struct avow_link;
struct avow_submit_work;
/* Called on the loop thread afterwards; `link` is NULL when the link is gone. */
typedef void avow_submit_work_done(struct avow_submit *submit, struct avow_link *link,
                                   struct avow_submit_work *work);

struct avow_submit_work {
    struct avow_pool_work work;
    struct avow_submit_work *next; /* done after this one, on the same thread */
    void *context;
    avow_submit_work_done *done;
    enum avow_submit_work_type type;
    uint32_t slot;
    uint64_t generation, request;
    struct avow_hash issuer;
    /* SIGNER */
    struct avow_key key;
    struct avow_signature signature;
    struct avow_hash handshake;
    /* SIGN */
    struct avow_checkpoint checkpoint;
    /* HEARTBEAT */
    uint8_t *seed; /* 32 bytes, sodium_malloc */
    char path[PATH_MAX];
    /* RECOVER: owned */
    struct avow_recovery *recovery;
    struct avow_job *job; /* with the entries */
    /* results */
    bool good;         /* the signature */
    enum avow_err err; /* the file */
};

/* NULL when out of memory. */
struct avow_submit_work *avow_submit_work_new(enum avow_submit_work_type type);
void avow_submit_work_free(struct avow_submit_work **work);
/* On the pool; `first` is the struct avow_submit_work that begins a chain. */
void avow_submit_work_run(void *first);

#endif
