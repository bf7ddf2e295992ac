#include "cli/root_entry.h"

#include <sodium.h>

int avow_root_key_load(const struct avow_cli *cli, struct avow_secret_key **root)
{
    const char *path = avow_cli_value(cli, "root-key");
    *root = NULL;
    if (path == NULL && !avow_home_has_key(cli, "root"))
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "the root key is needed: bring its file, and name it with --root-key");
    return avow_home_load_pair(cli, path != NULL ? path : "root", root);
}

int avow_root_entry_append(struct avow_signer *signer, struct avow_entry *entry,
                           const struct avow_secret_key *root)
{
    const struct avow_state *state = avow_draft_state(avow_signer_draft(signer));
    const struct avow_key *in_force = avow_chain_root_key(&state->chain);
    struct avow_signature *signature = avow_entry_signature(entry);
    uint8_t bytes[2 * AVOW_ROOT_ENTRY_BYTES_MAX];
    struct avow_buf message;
    AVOW_ASSERT(signature != NULL);
    if (in_force == NULL || memcmp(in_force->bytes, root->bytes + 32, sizeof(in_force->bytes)) != 0)
        return avow_cli_fail(avow_signer_cli(signer), AVOW_EXIT_NEGATIVE,
                             "this is not the root key that is in force");
    const struct avow_hash tree_root = avow_tree_root(&state->tree);
    avow_buf_init_fixed(&message, bytes, sizeof(bytes));
    avow_root_message(&message, entry, avow_chain_opening(&state->chain), state->tree.size,
                      &tree_root);
    if (message.err != AVOW_OK)
        return avow_cli_fail(avow_signer_cli(signer), AVOW_EXIT_NEGATIVE,
                             "too much text for a root entry: at most %d bytes",
                             AVOW_ROOT_ENTRY_BYTES_MAX);
    avow_ed25519_sign(root, avow_buf_bytes(&message), signature);
    return avow_signer_append(signer, entry);
}
