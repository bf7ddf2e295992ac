#include "node/loop/base/identity.h"

#include "sys/files.h"
#include "sys/seedfile.h"

#include <sodium.h>

static enum avow_err read_or_make(const char *folder, const char *name, uint8_t seed[32])
{
    char path[AVOW_PATH_BYTES];
    if (avow_folder_join(folder, name, path) != AVOW_OK)
        return AVOW_ERR_IO;
    enum avow_err err = avow_seedfile_read(path, seed);
    if (err != AVOW_ERR_NOT_FOUND)
        return err;
    randombytes_buf(seed, 32);
    return avow_seedfile_write(path, seed);
}

enum avow_err avow_node_identity_load(const char *folder, struct avow_node_identity *identity,
                                      const char **which)
{
    uint8_t seed[32];
    *identity = (struct avow_node_identity){
        .secret = sodium_malloc(sizeof(*identity->secret)),
        .token = sodium_malloc(AVOW_OPERATOR_TOKEN_BYTES),
    };
    *which = AVOW_NODE_KEY_FILE;
    if (identity->secret == NULL || identity->token == NULL)
        return AVOW_ERR_NOMEM;
    enum avow_err err = read_or_make(folder, *which, seed);
    if (err == AVOW_OK) {
        avow_ed25519_from_seed(seed, identity->secret, &identity->node);
        *which = AVOW_NODE_TOKEN_FILE;
        err = read_or_make(folder, *which, identity->token);
    }
    sodium_memzero(seed, sizeof(seed));
    return err;
}

bool avow_node_identity_is_operator(const struct avow_node_identity *identity,
                                    const struct avow_hash *handshake,
                                    const struct avow_hash *proof)
{
    struct avow_hash right = avow_message_operator_proof(identity->token, handshake);
    return sodium_memcmp(right.bytes, proof->bytes, sizeof(right.bytes)) == 0;
}

void avow_node_identity_fini(struct avow_node_identity *identity)
{
    sodium_free(identity->secret);
    sodium_free(identity->token);
    *identity = (struct avow_node_identity){0};
}
