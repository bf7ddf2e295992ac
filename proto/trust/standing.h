/* How one record stands in its log, at a moment: what verdicts, recognition paths and pathways all
 * ask (docs/protocol.md, "Verdict"). */
#ifndef AVOW_PROTO_TRUST_STANDING_H
#define AVOW_PROTO_TRUST_STANDING_H

#include "proto/log/state.h"
#include "proto/trust/facts.h"
#include "proto/trust/policy.h"

#define AVOW_STANDING_LATER_MAX 8

/* A status entry made after the moment that is asked about; index 0: on another branch. */
struct avow_later {
    uint64_t index, t, state, reason;
};

struct avow_standing {
    bool in_log;    /* the index is below the checkpoint's size */
    bool abandoned; /* a better history parts from the held one below it */
    bool disputed;  /* behind a root fork; or beyond a fork, and not covered by witnesses. So is an
                       index beyond the log. */
    bool shown;     /* the entry is shown; then either `newer` or `entry` */
    bool newer;     /* its kind needs a newer version */
    size_t bytes;   /* of the entry, if it is shown */
    struct avow_entry entry;
    bool has_state;         /* false too where there are too many moves to be looked at */
    enum avow_status state; /* as of `at`; on a forked log, the gravest that any branch says */
    bool has_event;         /* not active, and the entry that made it so is shown */
    uint64_t reason, since; /* its reason and t */
    uint64_t event;         /* its index; 0: it is on another branch */
    bool has_successor;
    uint64_t successor;
    /* As of now, whatever `at` is: when it was first revoked or superseded, AVOW_NEVER if neither;
     * void from the beginning by a reason. Where that is not shown: 0, and void if it is revoked.
     */
    uint64_t ended_at;
    bool is_void;
    size_t later_count; /* newest first, another branch's last; the newest if there are more */
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

/* When max(1, min_witnesses) of the policy's witnesses had covered `index`, all on one checkpoint:
 * the earliest such time of any checkpoint that is shown, the newest or a kept one; AVOW_NEVER if
 * they have not. Lines over 5 minutes ahead of `now` are not seen. Errors: those of `facts`. */
AVOW_NODISCARD enum avow_err avow_standing_covered_at(const struct avow_facts *facts,
                                                      const struct avow_known_log *log,
                                                      const struct avow_policy *policy,
                                                      uint64_t index, uint64_t now, uint64_t *time);

#endif
