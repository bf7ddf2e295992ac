/* Who an issuer is, by its log, as JSON. */
#ifndef AVOW_PROTO_JSON_ISSUER_H
#define AVOW_PROTO_JSON_ISSUER_H

#include "proto/trust/facts.h"

#include <jansson.h>

/* {id, name, jurisdiction, website, epoch, size, closed, keys [{use ("root", "sign", "heartbeat"),
 * public_key, not_after (null: until it is replaced)}] that are in force, vkey and checkpoint: the
 * checkpoint as a signed note, and the verifier key that stock tools check it by}. NULL when memory
 * ran out; the caller owns it. */
AVOW_NODISCARD json_t *avow_issuer_json(const struct avow_known_log *log);

/* For those who audit a copy of the log: {id, name, jurisdiction, website, epoch, closed,
 * root_entries [index], keys [{use, public_key, since, until (null: it still is), not_after}], all
 * that there ever were}. NULL when memory ran out; the caller owns it. */
AVOW_NODISCARD json_t *avow_issuer_history_json(const struct avow_chain *chain);

#endif
