/* The node's own key, and the token of its operator: made on its first start, kept in `node.key`
 * and `operator.token` of its data folder. Whoever can read the token there, or was given a copy of
 * it, is the operator, wherever the connection seems to come from. */
#ifndef AVOW_NODE_LOOP_BASE_IDENTITY_H
#define AVOW_NODE_LOOP_BASE_IDENTITY_H

#include "proto/crypto/ed25519.h"
#include "proto/wire/message.h"

#define AVOW_NODE_KEY_FILE "node.key"
#define AVOW_NODE_TOKEN_FILE "operator.token"

struct avow_node_identity {
    struct avow_secret_key *secret; /* sodium_malloc */
    uint8_t *token;                 /* of AVOW_OPERATOR_TOKEN_BYTES; sodium_malloc */
    struct avow_key node;
};

/* Reads the files of `folder`, or makes them. AVOW_ERR_NOMEM, and those of seedfile.h; `*which` is
 * then the file's name. */
AVOW_NODISCARD enum avow_err avow_node_identity_load(const char *folder,
                                                     struct avow_node_identity *identity,
                                                     const char **which);
/* Whether this proves, on the connection of this handshake, to be of the operator. */
bool avow_node_identity_is_operator(const struct avow_node_identity *identity,
                                    const struct avow_hash *handshake,
                                    const struct avow_hash *proof);
/* Wipes both. */
void avow_node_identity_fini(struct avow_node_identity *identity);

#endif
