/* Recognition: whether, and through whom, a verifier's anchors recognise an award
 * (docs/protocol.md, "Recognition paths").
 *
 * A path is a row of recognitions: the first in an anchor's log, each of an authority in whose log
 * the next stands, the last of the award's issuer. No body stands on it twice. An issuer that is
 * itself an anchor is recognised by a path of no steps, within the anchor's scope. */
#ifndef AVOW_PROTO_TRUST_SEARCH_H
#define AVOW_PROTO_TRUST_SEARCH_H

#include "proto/trust/facts.h"
#include "proto/trust/policy.h"

#define AVOW_SEARCH_STEPS_MAX 10000 /* recognitions looked at, or what costs as much */
#define AVOW_SEARCH_PATHS_MAX 16    /* that are told of */

/* What is to be recognised. */
struct avow_award {
    struct avow_hash issuer;
    bool general; /* the issuer as such: fields, levels and achievements are not asked about */
    uint64_t achievement;
    struct avow_bytes framework, level, field; /* the achievement's; empty: it does not say */
    uint64_t time;                             /* when it was awarded: its valid_from */
    uint64_t covered_at; /* when the policy's witnesses had covered its entry; AVOW_NEVER: never */
};

struct avow_path_step {
    struct avow_hash issuer; /* the body whose log the recognition is in */
    uint64_t index;
    uint64_t role;                  /* enum avow_role, of its subject */
    bool stands;                    /* still, now: neither ended, nor withdrawn, nor suspended */
    struct avow_bytes subject_name; /* what the body calls its subject */
};

struct avow_recognition_path {
    size_t anchor; /* position among the policy's */
    size_t count;  /* steps, from the anchor to the issuer; 0: the issuer is the anchor */
    struct avow_path_step steps[AVOW_POLICY_DEPTH_MAX];
    /* The level as the body nearest to the anchor that has an equivalence for it puts it; else the
     * achievement's own. Empty: it has none. */
    struct avow_bytes framework, level;
};

enum avow_search_end {
    AVOW_SEARCH_WHOLE,  /* every path within the policy's depth was looked at */
    AVOW_SEARCH_UNSEEN, /* some log on the way is not shown, not whole, stale, disputed, or behind
                           a newer format: there may be paths that are not seen */
    AVOW_SEARCH_BUDGET, /* ended at AVOW_SEARCH_STEPS_MAX, or when the facts let it go no further */
};

struct avow_recognised {
    enum avow_search_end end;
    size_t steps;      /* that it took */
    size_t path_count; /* found, at most AVOW_SEARCH_PATHS_MAX: shortest first, then the widest
                          scope, then by issuer ids and indices */
    struct avow_recognition_path paths[AVOW_SEARCH_PATHS_MAX]; /* beyond the count not set */
};

/* Searches all paths from the policy's anchors. A recognition counts if it is shown, was written by
 * `at`, is neither void nor suspended as of `at`, covers award->time by its dates, its scope and
 * every scope before it admit the award in the policy's region, and its log is fresh and its entry
 * not disputed. One that has ended by `now` (its valid_until passed, withdrawn, or superseded)
 * counts only if award->covered_at is not after that. Errors: those of `facts`, AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_search(const struct avow_facts *facts,
                                         const struct avow_policy *policy,
                                         const struct avow_award *award, uint64_t now, uint64_t at,
                                         struct avow_recognised *recognised);

#endif
