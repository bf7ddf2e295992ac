/* From what an issuer's log says of an achievement, and one learner, to a signed badge file. */
#ifndef AVOW_CLI_ISSUE_CREDENTIAL_H
#define AVOW_CLI_ISSUE_CREDENTIAL_H

#include "cli/issue/learners.h"
#include "cli/signer/signer.h"
#include "proto/credential/badge.h"

/* What all credentials of a batch share. Texts are owned. */
struct avow_terms {
    struct avow_hash issuer;
    struct avow_key key;
    const struct avow_secret_key *secret; /* borrowed */
    uint64_t achievement;
    uint64_t time; /* of the issue */
    uint64_t credits_hundredths;
    /* Of a stacked credential; borrowed. */
    size_t component_count;
    const struct avow_badge_part *components, *pathway;
    char *issuer_name, *issuer_url, *jurisdiction;
    char *title, *code, *language, *description, *criteria, *framework, *level, *field;
    char *credit_system, *quality, *assessment, *participation;
};

/* Reads them from the signer's proof, which has the achievement's entry. An exit status, having
 * told the person: there is no such achievement, or it is revoked. */
int avow_terms_read(struct avow_signer *signer, const struct avow_identity_keys *keys,
                    uint64_t achievement, struct avow_terms *terms);
void avow_terms_fini(struct avow_terms *terms);

/* When the learner's credential begins: as the row says, else with the issue. */
static inline uint64_t avow_terms_valid_from(const struct avow_terms *terms,
                                             const struct avow_learner *learner)
{
    return learner->valid_from != 0 ? learner->valid_from : terms->time;
}

/* Makes the badge of one learner for entry `index` with a fresh seed: its commitment, and its text,
 * which the caller frees. Thread-safe. AVOW_ERR_INVALID when a text cannot be in a badge;
 * AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_credential_make(const struct avow_terms *terms,
                                                  const struct avow_learners *learners,
                                                  const struct avow_learner *learner,
                                                  uint64_t index, struct avow_hash *commitment,
                                                  char **text);

/* The same for the successor of `old`, a document that reads. */
AVOW_NODISCARD enum avow_err avow_credential_renew(const struct avow_terms *terms,
                                                   const json_t *old, uint64_t valid_until,
                                                   uint64_t index, struct avow_hash *commitment,
                                                   char **text);

#endif
