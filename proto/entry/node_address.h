/* "avownode1…@host:port": where a node is and which key it must show. */
#ifndef AVOW_PROTO_ENTRY_NODE_ADDRESS_H
#define AVOW_PROTO_ENTRY_NODE_ADDRESS_H

#include "proto/base.h"

/* False unless both parts have exactly their form. */
bool avow_node_address_fits(struct avow_bytes text);

#endif
