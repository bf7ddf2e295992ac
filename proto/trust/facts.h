/* Where a verdict's proved facts come from: a node's store, or checked evidence. Both bring the
 * same facts through this small interface, so that the same functions judge them (docs/protocol.md,
 * "Verdict"). */
#ifndef AVOW_PROTO_TRUST_FACTS_H
#define AVOW_PROTO_TRUST_FACTS_H

#include "proto/log/evidence.h"

/* A log as the facts have it. Pointers live as the facts do. */
struct avow_known_log {
    const struct avow_checkpoint *checkpoint;    /* its signature and chain are checked */
    const struct avow_cosignature *cosignatures; /* checked likewise, and all of them count */
    size_t cosignature_count;
    const struct avow_chain *chain;
    /* A better root chain is known and not held: what it would abandon. AVOW_NEVER: nothing. */
    uint64_t abandoned_from;
    /* A root fork is known: from here on nobody can tell which root chain is the issuer's.
     * AVOW_NEVER: none is. */
    uint64_t disputed_from;
    /* Two checkpoints of the checkpoint's origin are proved inconsistent (docs/protocol.md,
     * "Forks"): beyond the entry that opened the epoch all is disputed unless witnessed; below it
     * all stands, at the most severe state that any branch is known to say. */
    bool forked;
    uint64_t fork_time; /* if so: the newest checkpoint's time that is known of any branch */
    /* What `recognition` does not find is not in the log; otherwise it is only not shown. */
    bool whole;
    const void *handle; /* the source's own */
};

/* A kept checkpoint that proves when something existed: its size and its lines, which are checked,
 * and which count. */
struct avow_witnessed {
    uint64_t size;
    size_t count;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
};

/* A recognition, and where it is in a list of those of one subject by all logs. */
struct avow_known_recognition {
    uint64_t place[2]; /* the source's own; zeros: before the first */
    struct avow_hash body;
    uint64_t index; /* in its log */
};

/* NOT_FOUND means "not shown here", or for a source that has the whole log, that there is none;
 * other errors end the verdict. */
struct avow_facts {
    void *context;
    enum avow_err (*log)(void *context, const struct avow_hash *issuer, struct avow_known_log *log);
    enum avow_err (*entry)(void *context, const struct avow_known_log *log, uint64_t index,
                           struct avow_bytes *entry);
    enum avow_err (*status)(void *context, const struct avow_known_log *log, uint64_t index,
                            enum avow_status *status);
    /* The index of the target's newest status entry; NOT_FOUND if none is shown. */
    enum avow_err (*last_status_entry)(void *context, const struct avow_known_log *log,
                                       uint64_t target, uint64_t *index);
    /* The kept checkpoints that cover `index` and carry a witness's line, from the smallest: the
     * first of a size above `after`. The log's newest checkpoint need not be one of them. NOT_FOUND
     * at the end. */
    enum avow_err (*witnessed)(void *context, const struct avow_known_log *log, uint64_t index,
                               uint64_t after, struct avow_witnessed *witnessed);
    /* The gravest status entry (avow_state_is_graver) for `target`, which is below the entry that
     * opened a forked origin, that another branch of it is proved to have. Asked of forked logs
     * alone. */
    enum avow_err (*foreign)(void *context, const struct avow_known_log *log, uint64_t target,
                             struct avow_bytes *entry);
    /* The first recognition (kind 8) in the log at `*index` or above, which is moved to it: of
     * `subject`, in whichever role; or, with NULL, of anyone as an authority. */
    enum avow_err (*recognition)(void *context, const struct avow_known_log *log,
                                 const struct avow_hash *subject, uint64_t *index);
    /* The next recognition of `subject`, in either role and in whichever log, which `at` is moved
     * to; at most `*rows_max` rows are looked at for it, and taken off. NOT_FOUND at the end, BUSY
     * when they are used up. NULL: the source knows recognitions by their own logs alone. */
    enum avow_err (*recogniser)(void *context, const struct avow_hash *subject, size_t *rows_max,
                                struct avow_known_recognition *at);
    /* Whether a search may go on: asked before each of its steps. Once false, it stays so, and the
     * search ends as at its bound. NULL: always. */
    bool (*may_go_on)(void *context);
};

/* The newest names of an issuer: views into the facts, empty where they have no log of it. Errors:
 * those of the facts. */
AVOW_NODISCARD enum avow_err avow_facts_names(const struct avow_facts *facts,
                                              const struct avow_hash *issuer,
                                              struct avow_chain_names *names);
/* The achievement at `index`: a view into the facts. NOT_FOUND if there is none, or the facts do
 * not show it; other errors: those of the facts. */
AVOW_NODISCARD enum avow_err avow_facts_definition(const struct avow_facts *facts,
                                                   const struct avow_hash *issuer, uint64_t index,
                                                   struct avow_achievement *achievement);
/* Likewise the achievement that the record at `index` was issued for. NOT_FOUND too if it is no
 * credential. */
AVOW_NODISCARD enum avow_err avow_facts_achievement(const struct avow_facts *facts,
                                                    const struct avow_hash *issuer, uint64_t index,
                                                    struct avow_achievement *achievement);

/* Facts from checked evidence, which must outlive them. */
struct avow_facts avow_facts_from_evidence(const struct avow_evidence *evidence);

#endif
