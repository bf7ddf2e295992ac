/* How one record stands in its log, at a moment: what verdicts, recognition paths and pathways all
 * ask (docs/protocol.md, "Verdict"). */
#ifndef AVOW_PROTO_TRUST_STANDING_H
#define AVOW_PROTO_TRUST_STANDING_H

#include "proto/trust/facts.h"
#include "proto/trust/policy.h"

#define AVOW_STANDING_LATER_MAX 8

/* A status entry made after the moment that is asked about. */
struct avow_later {
    uint64_t index, t, state, reason;
};

struct avow_standing {
    bool in_log;    /* the index is below the checkpoint's size */
    bool abandoned; /* a better history parts from the held one below it */
    bool disputed;  /* behind a root fork; or beyond a fork, and not covered by witnesses */
    bool shown;     /* the entry is shown; then either `newer` or `entry` */
    bool newer;     /* its kind needs a newer version */
    struct avow_entry entry;
    bool has_state;
    enum avow_status state; /* as of `at` */
    bool has_event;         /* the entry that made it so is shown: */
    uint64_t reason, since, event;
    bool has_successor;
    uint64_t successor;
    /* As of now, whatever `at` is: when it was revoked or superseded, AVOW_NEVER if neither; void
     * from the beginning by its reason. */
    uint64_t ended_at;
    bool is_void;
    size_t later_count; /* newest first; the newest of them if there are more */
    struct avow_later later[AVOW_STANDING_LATER_MAX];
};

/* Reads how `index` of `log` stands as of `at`. Errors: those of `facts`. */
AVOW_NODISCARD enum avow_err avow_standing(const struct avow_facts *facts,
                                           const struct avow_known_log *log,
                                           const struct avow_policy *policy, uint64_t index,
                                           uint64_t now, uint64_t at,
                                           struct avow_standing *standing);

/* How fresh a log is. */
struct avow_freshness {
    uint64_t age_s;     /* by the policy's rule; on a forked origin by its newest branch */
    unsigned witnesses; /* of the policy's, on this checkpoint */
    bool is_future;     /* the checkpoint is over 5 minutes ahead of `now` */
    bool final;         /* closed without a custodian: never stale */
    bool fresh;         /* none of it is against the policy */
};
struct avow_freshness avow_freshness(const struct avow_known_log *log,
                                     const struct avow_policy *policy, uint64_t now);

/* When max(1, min_witnesses) of the policy's witnesses had covered `index`, by the earliest
 * checkpoint that is shown; AVOW_NEVER if they have not. Errors: those of `facts`. */
AVOW_NODISCARD enum avow_err avow_covered_at(const struct avow_facts *facts,
                                             const struct avow_known_log *log,
                                             const struct avow_policy *policy, uint64_t index,
                                             uint64_t now, uint64_t *time);

#endif
