#include "client/contains.h"

#include "proto/log/merkle.h"

enum avow_err avow_contains(struct avow_client *client, const struct avow_checkpoint *now,
                            uint64_t size, const struct avow_hash *root,
                            struct avow_message *answer, bool *contained)
{
    struct avow_message question = {
        .type = AVOW_MESSAGE_GET_CONSISTENCY,
        .issuer = now->issuer,
        .from = size,
        .size = now->size,
    };
    *contained = size == now->size && avow_hash_equal(root, &now->root);
    if (size >= now->size)
        return AVOW_OK;
    enum avow_err err = avow_client_ask(client, &question, AVOW_MESSAGE_CONSISTENCY, answer);
    if (err == AVOW_OK)
        *contained = avow_merkle_consistency_check(size, root, now->size, &now->root,
                                                   &answer->path) == AVOW_ACCEPT;
    return err;
}
