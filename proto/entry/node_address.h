/* "avownode1…@host:port": where a node is and which key it must show. */
#ifndef AVOW_PROTO_ENTRY_NODE_ADDRESS_H
#define AVOW_PROTO_ENTRY_NODE_ADDRESS_H

#include "proto/base.h"

/* Splits one. `*address` ("host:port") is a view into `text`. False unless both parts have exactly
 * their form. */
bool avow_node_address_parse(struct avow_bytes text, struct avow_key *node,
                             struct avow_bytes *address);
/* True if it would parse. */
bool avow_node_address_fits(struct avow_bytes text);

#endif
