#include "cli/frame/walk.h"

#define RANGE_ENTRIES 8192

static int give_up(const struct avow_cli *cli, const struct avow_client *client)
{
    return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "%s", avow_client_reason(client));
}

int avow_walk(const struct avow_cli *cli, struct avow_client *client,
              const struct avow_checkpoint *checkpoint, avow_walk_entry *entry, void *context)
{
    struct avow_tree tree = {0};
    while (tree.size < checkpoint->size) {
        struct avow_bytes bytes;
        struct avow_message answer;
        struct avow_message question = {
            .type = AVOW_MESSAGE_GET_RANGE,
            .issuer = checkpoint->issuer,
            .from = tree.size,
            .count = RANGE_ENTRIES,
            .size = checkpoint->size,
        };
        if (avow_client_ask(client, &question, AVOW_MESSAGE_RANGE, &answer) != AVOW_OK)
            return give_up(cli, client);
        if (answer.from != tree.size || answer.entries.count == 0 ||
            answer.entries.count > checkpoint->size - tree.size)
            return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN,
                                 "the node answered with another range than asked for");
        while (avow_list_next_entry(&answer.entries, &bytes)) {
            const struct avow_hash leaf = avow_leaf_hash(bytes);
            if (!entry(context, tree.size, bytes))
                return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
            avow_tree_append(&tree, &leaf, NULL);
        }
    }
    const struct avow_hash root = avow_tree_root(&tree);
    if (avow_hash_equal(&root, &checkpoint->root))
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN,
                         "the node's entries are not the log that its issuer has signed");
}
