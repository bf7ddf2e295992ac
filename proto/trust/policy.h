/* A verifier's policy: what it takes for an answer to be good enough (docs/protocol.md, "Verdict").
 */
#ifndef AVOW_PROTO_TRUST_POLICY_H
#define AVOW_PROTO_TRUST_POLICY_H

#include "proto/base.h"

#define AVOW_POLICY_MAX_AGE_S 86400
#define AVOW_POLICY_WITNESSES_MAX 64

struct avow_policy {
    uint64_t max_age_s;     /* how old a checkpoint may be */
    unsigned min_witnesses; /* how many of `witnesses` must have cosigned; 0: the issuer's word */
    size_t witness_count;
    struct avow_key witnesses[AVOW_POLICY_WITNESSES_MAX];
};

/* max_age 24 h, no witnesses. */
void avow_policy_init(struct avow_policy *policy);

#endif
