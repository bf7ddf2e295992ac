/* Parts of a document that building, renewing and reading share: what a stacked credential says of
 * its making, in the document's `evidence`, and what names the record (docs/protocol.md,
 * "Credential document"). */
#ifndef AVOW_PROTO_CREDENTIAL_BADGE_PARTS_H
#define AVOW_PROTO_CREDENTIAL_BADGE_PARTS_H

#include "proto/credential/badge.h"

/* Whether components and pathway are all there or none, each with a title, no component twice. */
bool avow_badge_parts_fit(const struct avow_badge *badge);
/* Adds `evidence` to the document of a stacked credential; nothing to another. AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_badge_parts_add(const struct avow_badge *badge, json_t *document);
/* Reads them into `facts`. Evidence that is not of ours (its id does not begin with "avow:") may
 * stand beside them. AVOW_OK, or AVOW_ERR_REJECTED with `*fault`. */
AVOW_NODISCARD enum avow_err avow_badge_parts_read(const json_t *document,
                                                   struct avow_badge_facts *facts,
                                                   struct avow_fault *fault);

/* The document's id, and its credentialStatus before it names an entry. NULL when memory ran out.
 */
json_t *avow_badge_document_id(const uint8_t seed[AVOW_SEED_LEN]);
json_t *avow_badge_status(void);
/* Names the entry, and the seed with it, in a credentialStatus that is that. AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_badge_name_entry(json_t *document, const struct avow_hash *issuer,
                                                   uint64_t index,
                                                   const uint8_t seed[AVOW_SEED_LEN]);

#endif
