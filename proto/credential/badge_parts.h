/* What a stacked credential says of its making: its components and its pathway, which stand in the
 * document's `evidence` (docs/protocol.md, "Credential document"). Shared by building and reading.
 */
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

#endif
