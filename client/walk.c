#include "client/walk.h"

#define RANGE_ENTRIES 8192

bool avow_walk_range_fits(const struct avow_message *question, uint64_t end,
                          const struct avow_message *answer)
{
    const uint64_t count = answer->entries.count;
    return answer->from == question->from && avow_hash_equal(&answer->issuer, &question->issuer) &&
           count > 0 && count <= question->count && count <= end - question->from &&
           (count == question->count || count == end - question->from ||
            answer->entries.items.len >= AVOW_RANGE_BYTES_MIN);
}

static enum avow_err take_range(struct avow_client *client, struct avow_message *answer,
                                struct avow_tree *tree, avow_walk_entry *entry, void *context)
{
    struct avow_bytes bytes;
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
    if (checkpoint->size > AVOW_WALK_SIZE_MAX)
        return avow_client_fail(
            client, AVOW_ERR_TOO_LARGE,
            "the log is said to have over 1073741824 entries: too many to read");
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
        if (err == AVOW_OK && !avow_walk_range_fits(&question, checkpoint->size, &answer))
            err = avow_client_fail(client, AVOW_ERR_REJECTED,
                                   "the node answered with another range than asked for");
        if (err == AVOW_OK)
            err = take_range(client, &answer, &tree, entry, context);
        if (err != AVOW_OK)
            return err;
    }
    const struct avow_hash root = avow_tree_root(&tree);
    if (avow_hash_equal(&root, &checkpoint->root))
        return AVOW_OK;
    return avow_client_fail(client, AVOW_ERR_REJECTED,
                            "the node's entries are not the log that its issuer has signed");
}
