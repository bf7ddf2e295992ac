/* One entry of a log as JSON. */
#ifndef AVOW_PROTO_JSON_ENTRY_H
#define AVOW_PROTO_JSON_ENTRY_H

#include "proto/entry/entry.h"

#include <jansson.h>

/* An entry with its place: all is borrowed. */
struct avow_entry_view {
    const struct avow_hash *issuer; /* whose log */
    uint64_t index;
    const struct avow_entry *entry; /* NULL: its kind needs a newer version */
    const enum avow_status *state;  /* now; NULL: not known */
};

/* {issuer, index, reference, kind, state, time} and every field of its kind, under the
 * names of docs/protocol.md, "Entries":
 *   inception      name, jurisdiction, website, signing_key, root_key, next_root_digest,
 *                  heartbeat_key, not_after, signature
 *   key            action ("authorise", "retire"), use ("sign", "heartbeat"), key, not_after,
 * signature root-rotation  new_root, signing_key, next_root_digest, heartbeat_key, not_after,
 * signature nodes          nodes as of avow_entry_nodes_json() achievement    code, title,
 * language, and what proto/json/details.h puts issue          achievement, valid_from, valid_until,
 * commitment status         target, to, reason, successor (if there is one), previous pathway
 * award, title, cascade, rule as of proto/json/rule.h recognition    what proto/json/recognition.h
 * puts identity       name, jurisdiction, website, signature closure        successor, custodian,
 * custodian_key, next_root_digest, not_after, signature What an entry may leave out is null where
 * it does. Issuers, nodes, keys and times are text as avow_value_issuer() and its like write them,
 * digests and signatures hexadecimal; target, successor and previous of a status are references. A
 * kind that is not known has neither time nor fields. NULL when memory ran out; the caller owns it.
 */
AVOW_NODISCARD json_t *avow_entry_json(const struct avow_entry_view *view);

/* [{node, address}], the home node first, of the list of a nodes entry. NULL when memory ran out;
 * the caller owns it. */
AVOW_NODISCARD json_t *avow_entry_nodes_json(struct avow_bytes list);

#endif
