#include "node/loop/base/identity.h"

#include "sys/seedfile.h"

#include <limits.h>
#include <sodium.h>
#include <stdio.h>

static enum avow_err read_or_make(const char *path, uint8_t seed[32])
{
    enum avow_err err = avow_seedfile_read(path, seed);
    if (err != AVOW_ERR_NOT_FOUND)
        return err;
    randombytes_buf(seed, 32);
    return avow_seedfile_write(path, seed);
}

enum avow_err avow_node_identity_load(const char *folder, struct avow_node_identity *identity)
{
    char path[PATH_MAX];
    uint8_t seed[32];
    int len = snprintf(path, sizeof(path), "%s/node.key", folder);
    *identity = (struct avow_node_identity){0};
    if (len < 0 || (size_t)len >= sizeof(path))
        return AVOW_ERR_IO;
    enum avow_err err = read_or_make(path, seed);
    if (err == AVOW_OK) {
        identity->secret = sodium_malloc(sizeof(*identity->secret));
        err = identity->secret == NULL ? AVOW_ERR_NOMEM : AVOW_OK;
    }
    if (err == AVOW_OK)
        avow_ed25519_from_seed(seed, identity->secret, &identity->node);
    sodium_memzero(seed, sizeof(seed));
    return err;
}

void avow_node_identity_fini(struct avow_node_identity *identity)
{
    sodium_free(identity->secret);
    *identity = (struct avow_node_identity){0};
}
