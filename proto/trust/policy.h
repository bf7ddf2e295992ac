/* A verifier's policy: whom it relies on, and what it takes for an answer to be good enough
 * (docs/protocol.md, "Policy").
 *
 * A policy is plain memory without pointers: texts and scopes lie in its own storage. */
#ifndef AVOW_PROTO_TRUST_POLICY_H
#define AVOW_PROTO_TRUST_POLICY_H

#include "proto/base.h"

#define AVOW_POLICY_MAX_AGE_S 86400
#define AVOW_POLICY_WITNESSES_MAX 64
#define AVOW_POLICY_ANCHORS_MAX 64
#define AVOW_POLICY_MAX_DEPTH 4     /* unless it says otherwise; */
#define AVOW_POLICY_DEPTH_MAX 8     /* at most */
#define AVOW_POLICY_STORAGE 16384   /* bytes of names and scopes */
#define AVOW_POLICY_BYTES_MAX 32768 /* of its file, and of its encoding */
#define AVOW_POLICY_NAME_MAX 128
#define AVOW_POLICY_AGE_MAX_S UINT64_C(3153600000) /* 36,500 days */

/* A part of the policy's storage. */
struct avow_policy_part {
    uint16_t offset, len;
};

struct avow_anchor {
    struct avow_hash issuer;
    struct avow_policy_part name;  /* the verifier's own for it; may be empty */
    struct avow_policy_part scope; /* a scope map (proto/entry/scope.h): never empty; {} narrows
                                      nothing */
};

struct avow_policy {
    uint64_t max_age_s;     /* how old a checkpoint may be, of every log on the way */
    unsigned min_witnesses; /* how many of `witnesses` must have cosigned; 0: the issuer's word */
    unsigned max_depth;     /* recognitions on a path, 1 to AVOW_POLICY_DEPTH_MAX */
    bool require_recognition;
    char region[8]; /* ISO 3166-1 or -2, where the verifier is; "": it does not say */
    size_t anchor_count;
    struct avow_anchor anchors[AVOW_POLICY_ANCHORS_MAX];
    size_t witness_count;
    struct avow_key witnesses[AVOW_POLICY_WITNESSES_MAX];
    struct avow_policy_part witness_names[AVOW_POLICY_WITNESSES_MAX];
    size_t used; /* of storage */
    uint8_t storage[AVOW_POLICY_STORAGE];
};

/* max_age 24 h, max_depth 4, no region, anchors or witnesses, recognition not required. */
void avow_policy_init(struct avow_policy *policy);

/* The bytes of a part; they live as the policy does, and do not move. */
static inline struct avow_bytes avow_policy_part(const struct avow_policy *policy,
                                                 struct avow_policy_part part)
{
    return avow_bytes(policy->storage + part.offset, part.len);
}

/* Adds an anchor with its scope, or a witness. A name may be empty; it is text of at most
 * AVOW_POLICY_NAME_MAX bytes that neither begins nor ends with a space, without "[", "]" and ";". A
 * scope map may have depth (at most AVOW_POLICY_DEPTH_MAX), fields, levels and regions; a list that
 * is there is not empty. AVOW_ACCEPT; the codec's rejections, VALUE or RANGE for a name or scope of
 * another form; DUPLICATE: of that identity there is one already; LENGTH: there is no room left. */
AVOW_NODISCARD enum avow_reject avow_policy_add_anchor(struct avow_policy *policy,
                                                       struct avow_bytes name,
                                                       const struct avow_hash *issuer,
                                                       struct avow_bytes scope);
AVOW_NODISCARD enum avow_reject avow_policy_add_witness(struct avow_policy *policy,
                                                        struct avow_bytes name,
                                                        const struct avow_key *key);

/* Reads a policy file:
 *
 *   [policy]          region=PT max_age=24h max_depth=4 require_recognition=yes min_witnesses=0
 *   [anchor NAME]     issuer=avow1… fields=0612,07 levels=5-7 regions=PT,PT-13 depth=2
 *   [witness NAME]    node=avownode1…
 *
 * each key on a line of its own, an absent or empty one not narrowing. AVOW_OK; AVOW_ERR_INVALID
 * with a sentence in `error` that names the line, what is wrong with it and what to write. An
 * unknown section or key, a key given twice, an anchor without an issuer, two anchors or witnesses
 * of one identity, more witnesses wanted than named: all are errors. */
AVOW_NODISCARD enum avow_err avow_policy_parse(struct avow_bytes text, struct avow_policy *policy,
                                               struct avow_buf *error);

/* The encoded form, as it goes to a node: [region s, max_age u, max_depth u, require u (0, 1),
 * min_witnesses u, [[name s, issuer b32, scope map], …], [[name s, key b32], …]]. _decode checks
 * all that _parse does: ACCEPT or the codec's rejections, VALUE, RANGE, LENGTH, DUPLICATE. */
void avow_policy_encode(struct avow_buf *out, const struct avow_policy *policy);
AVOW_NODISCARD enum avow_reject avow_policy_decode(struct avow_bytes bytes,
                                                   struct avow_policy *policy);

/* What it accepts and what it does not check, in sentences for a person, one a line; and as a
 * policy file that parses to the same. */
void avow_policy_explain(struct avow_buf *out, const struct avow_policy *policy);
void avow_policy_write(struct avow_buf *out, const struct avow_policy *policy);

/* Whether `key` is one of its witnesses. */
bool avow_policy_has_witness(const struct avow_policy *policy, const struct avow_key *key);

#endif
