/* A store's life for tests of crashes and faults: two logs grow in steps, one transaction each, get
 * a candidate and move over to it, are forked, and what is retired is purged; what a reader must
 * find after each step is known beforehand, from a model and not the store. */
#ifndef AVOW_TESTS_STORE_WORKLOAD_H
#define AVOW_TESTS_STORE_WORKLOAD_H

#include "store/store.h"
#include "tests/support/log_history.h"

#define WORKLOAD_LOGS 2

enum workload_kind {
    WORKLOAD_ACCEPT,   /* the rest of a signed range, or all of it */
    WORKLOAD_PART,     /* a signed range's beginning */
    WORKLOAD_HOLD,     /* a text, unsigned */
    WORKLOAD_SIGN,     /* the held text */
    WORKLOAD_WITHDRAW, /* the held text */
    WORKLOAD_COSIGN,   /* what is accepted */
    WORKLOAD_BRANCH,   /* begins a candidate: the entries below the parting are copied */
    WORKLOAD_FILL,     /* a range for the candidate */
    WORKLOAD_FLIP,     /* the rest of it: the log is on the branch from now on */
    WORKLOAD_GIVE_UP,  /* the candidate */
    WORKLOAD_PURGE,    /* all that is retired */
    WORKLOAD_FORK,     /* a proof that the accepted origin is forked */
    WORKLOAD_KINDS,
};

struct workload_log_state {
    size_t marks;      /* of the history, accepted: the last one is the head */
    uint64_t stored;   /* entries, pending ones included; the head's size when nothing is pending */
    bool held;         /* what is pending is whole and unsigned */
    uint64_t cosigned; /* time of the witness's line on the head; 0: none */
    bool on_branch;    /* marks are those of the branch */
    bool has_branch;   /* a candidate: the branch's first mark is its aim … */
    uint64_t filled;   /* … and so many entries are stored of it */
    bool abandoned;    /* from the parting on: a candidate was known */
    bool retired;      /* rows wait for a purge */
    bool forked;
};

struct workload_step {
    enum workload_kind kind;
    size_t log;
    struct workload_log_state after[WORKLOAD_LOGS];
};

struct workload {
    struct log_history logs[WORKLOAD_LOGS];
    struct log_history branches[WORKLOAD_LOGS]; /* of those, from `partings` on */
    uint64_t partings[WORKLOAD_LOGS];
    struct workload_step *steps; /* steps[0] is the empty store */
    size_t count;                /* of steps done when all are done */
};

/* `count` steps, all from the seed; `step_max` bounds the entries between two checkpoints. */
void workload_init(struct workload *load, uint64_t seed, size_t count, size_t step_max);
void workload_fini(struct workload *load);
/* Steps of a kind that it has. */
size_t workload_steps(const struct workload *load, enum workload_kind kind);

/* Opens for writing, with a small map. */
AVOW_NODISCARD enum avow_err workload_open(const char *folder, struct avow_store **store);
/* Does step `number` (from 1) in a store that is at the one before. The store's errors. */
AVOW_NODISCARD enum avow_err workload_do(const struct workload *load, struct avow_store *store,
                                         size_t number);

enum workload_finding {
    WORKLOAD_GOOD,
    WORKLOAD_LOST,    /* it opens well, at a step before the one acknowledged */
    WORKLOAD_CORRUPT, /* anything else; `why` says what */
};
/* Whether a store is exactly at one step between `acknowledged` and `begun`: heads and their roots,
 * held texts, cosignatures, and `samples` entries of each log with their status and proofs, chosen
 * by `*seed`. `*at` is the step. */
enum workload_finding workload_verify(const struct workload *load, struct avow_store *store,
                                      size_t acknowledged, size_t begun, unsigned samples,
                                      uint64_t *seed, size_t *at, const char **why);

#endif
