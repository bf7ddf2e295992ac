#include "client/walk.h"

#define RANGE_ENTRIES 8192

/* Takes the entries of one answer, which must be the next ones of the log. */
static enum avow_err take_range(struct avow_client *client,
                                const struct avow_checkpoint *checkpoint,
                                struct avow_message *answer, struct avow_tree *tree,
                                avow_walk_entry *entry, void *context)
{
    struct avow_bytes bytes;
    if (answer->from != tree->size || answer->entries.count == 0 ||
        answer->entries.count > checkpoint->size - tree->size)
        return avow_client_fail(client, AVOW_ERR_REJECTED,
                                "the node answered with another range than asked for");
    while (avow_list_next_entry(&answer->entries, &bytes)) {
        const struct avow_hash leaf = avow_merkle_leaf_hash(bytes);
        if (!entry(context, tree->size, bytes))
            return avow_client_fail(client, AVOW_ERR_NOMEM, "out of memory");
        avow_tree_append(tree, &leaf, NULL);
    }
    return AVOW_OK;
}

enum avow_err avow_walk(struct avow_client *client, const struct avow_checkpoint *checkpoint,
                        avow_walk_entry *entry, void *context)
{
    struct avow_tree tree = {0};
    while (tree.size < checkpoint->size) {
        struct avow_message answer;
        struct avow_message question = {
            .type = AVOW_MESSAGE_GET_RANGE,
            .issuer = checkpoint->issuer,
            .from = tree.size,
            .count = RANGE_ENTRIES,
            .size = checkpoint->size,
        };
        enum avow_err err = avow_client_ask(client, &question, AVOW_MESSAGE_RANGE, &answer);
        if (err == AVOW_OK)
            err = take_range(client, checkpoint, &answer, &tree, entry, context);
        if (err != AVOW_OK)
            return err;
    }
    const struct avow_hash root = avow_tree_root(&tree);
    if (avow_hash_equal(&root, &checkpoint->root))
        return AVOW_OK;
    return avow_client_fail(client, AVOW_ERR_REJECTED,
                            "the node's entries are not the log that its issuer has signed");
}
