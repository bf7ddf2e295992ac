/* The node's own key: made on its first start, kept in `node.key` of its data folder. */
#ifndef AVOW_NODE_LOOP_BASE_IDENTITY_H
#define AVOW_NODE_LOOP_BASE_IDENTITY_H

#include "proto/crypto/ed25519.h"

struct avow_node_identity {
    struct avow_secret_key *secret; /* sodium_malloc */
    struct avow_key node;
};

/* Reads the key of `folder`, or makes it. AVOW_ERR_NOMEM, and those of keyfile.h. */
AVOW_NODISCARD enum avow_err avow_node_identity_load(const char *folder,
                                                     struct avow_node_identity *identity);
/* Wipes the key. */
void avow_node_identity_fini(struct avow_node_identity *identity);

#endif
