/* The learner's file: an Open Badges 3.0 AchievementCredential, which is a W3C VC 2.0
 * (docs/protocol.md, "Credential document"). Built from plain values, and read back strictly.
 *
 * Nothing that is committed to depends on the entry's index: only `credentialStatus` names it, so
 * that a record which must be registered again keeps its commitment. The document's id is a UUID
 * derived from the seed one way. */
#ifndef AVOW_PROTO_CREDENTIAL_BADGE_H
#define AVOW_PROTO_CREDENTIAL_BADGE_H

#include <jansson.h>

#include "proto/base.h"
#include "proto/credential/claims.h"
#include "proto/credential/fault.h"

/* The fixed words of a document. */
#define AVOW_BADGE_CONTEXT_VC "https://www.w3.org/ns/credentials/v2"
#define AVOW_BADGE_CONTEXT_OB "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
#define AVOW_BADGE_TYPE_VC "VerifiableCredential"
#define AVOW_BADGE_TYPE_OB "OpenBadgeCredential"
#define AVOW_BADGE_STATUS_TYPE "urn:avow:RegistryEntry"
#define AVOW_BADGE_SCHEME "avow:"

#define AVOW_BADGE_CODE_MAX 128 /* bytes of a framework, a level, a field */

#define AVOW_BADGE_COMPONENTS_MAX 64

/* What a stacked credential names (docs/protocol.md, "Credential document"): a credential that it
 * is made of, or the pathway by which. */
struct avow_badge_part {
    struct avow_hash issuer;
    uint64_t index;    /* of its entry in that issuer's log */
    const char *title; /* for people; may be NULL when read */
};

/* Texts are well-formed UTF-8, ended by a zero; NULL or "" leaves an optional one out. Times are
 * Unix seconds, at most AVOW_TIME_MAX. */
struct avow_badge {
    struct avow_hash issuer; /* id of the log */
    uint64_t index;          /* of the `issue` entry */
    uint8_t seed[AVOW_SEED_LEN];
    struct avow_key key; /* the signing key, which makes issuer.id */

    const char *issuer_name;
    const char *issuer_url; /* optional */
    const char
        *jurisdiction; /* ISO 3166-1, or ISO 3166-2 whose first part is the country; optional */

    uint64_t achievement; /* index of its entry in the same log */
    const char *title;
    const char *description; /* optional: the title stands in */
    const char *criteria;    /* URL, optional: the description stands in, as narrative */
    const char *code;        /* optional */
    const char *language;    /* BCP 47, optional */
    const char *framework;   /* of the level: "EQF" or another; both or none */
    const char *level;
    const char *field;           /* ISCED-F code, optional */
    uint64_t credits_hundredths; /* 0: not stated */
    const char *credit_system;   /* optional, as are these elements of the European standard: */
    const char *quality, *assessment, *participation;

    const char *learner_name;
    const char *learner_email; /* optional */
    const char *learner_id;    /* the issuer's own number for the learner, optional */
    const char *result;        /* as on the transcript, optional */

    uint64_t awarded; /* when; 0: not stated */
    uint64_t valid_from;
    uint64_t valid_until; /* 0: no end */

    /* Of a stacked credential: what it is made of, and the pathway; all or none. */
    size_t component_count; /* at most AVOW_BADGE_COMPONENTS_MAX */
    const struct avow_badge_part *components;
    const struct avow_badge_part *pathway;
};

/* What a document says of itself. Texts are borrowed from it; NULL where it has none. */
struct avow_badge_facts {
    struct avow_hash issuer;
    uint64_t index;
    uint8_t seed[AVOW_SEED_LEN];
    struct avow_key key; /* of the proof; not yet verified by reading */
    uint64_t achievement;
    uint64_t valid_from;
    uint64_t valid_until; /* 0: no end */
    const char *issuer_name;
    const char *achievement_name;
    const char *learner_name;
    size_t component_count; /* 0: not a stacked credential, and no pathway */
    struct avow_badge_part components[AVOW_BADGE_COMPONENTS_MAX];
    struct avow_badge_part pathway;
};

/* Makes the document, without a proof. On AVOW_OK the caller owns `*document` (json_decref).
 * AVOW_ERR_NOMEM; AVOW_ERR_INVALID when a text that must be there is not, or is not well-formed
 * UTF-8 without control characters, or a time, an index or a code is out of range. */
AVOW_NODISCARD enum avow_err avow_badge_build(const struct avow_badge *badge, json_t **document);

/* What is new in the successor of a document. */
struct avow_badge_renewal {
    struct avow_hash issuer;
    uint64_t index; /* of its own entry */
    uint8_t seed[AVOW_SEED_LEN];
    struct avow_key key;
    uint64_t valid_from;
    uint64_t valid_until; /* 0: no end */
};

/* Makes the successor of `old`, which avow_badge_read() accepts: the same achievement, learner and
 * claims under a new id, seed, key and dates, without a proof. Results as of avow_badge_build(). */
AVOW_NODISCARD enum avow_err
avow_badge_renew(const json_t *old, const struct avow_badge_renewal *renewal, json_t **document);

/* Reads a document with its proof. AVOW_OK, or AVOW_ERR_REJECTED with `*fault` saying what is wrong
 * and where. Checks the form alone: avow_proof_verify() and avow_commitment() check the content. */
AVOW_NODISCARD enum avow_err avow_badge_read(const json_t *document, struct avow_badge_facts *facts,
                                             struct avow_fault *fault);

#endif
