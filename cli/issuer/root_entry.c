#include "cli/issuer/root_entry.h"

#include "proto/crypto/sha256.h"

#include <sodium.h>

static int load(const struct avow_cli *cli, const char *option, const char *name,
                struct avow_secret_key **secret)
{
    const char *path = avow_cli_value(cli, option);
    *secret = NULL;
    if (path == NULL && !avow_home_has_key(cli, name))
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "the %s key is needed: bring its file, and name it with --%s", name,
                             option);
    return avow_home_load_pair(cli, path != NULL ? path : name, secret);
}

int avow_root_entry_load_key(const struct avow_cli *cli, struct avow_secret_key **root)
{
    return load(cli, "root-key", "root", root);
}

int avow_root_entry_load_next_key(const struct avow_cli *cli, struct avow_secret_key **next_root)
{
    return load(cli, "next-root-key", "next-root", next_root);
}

/* libsodium keeps the public key behind the seed. */
static struct avow_key public_of(const struct avow_secret_key *secret)
{
    struct avow_key key;
    memcpy(key.bytes, secret->bytes + 32, sizeof(key.bytes));
    return key;
}

static bool may_sign(const struct avow_chain *chain, const struct avow_entry *entry,
                     const struct avow_key *root)
{
    const struct avow_key *in_force = avow_chain_root_key(chain);
    if (entry->kind != AVOW_KIND_ROOT_ROTATION)
        return in_force != NULL && avow_key_equal(in_force, root);
    const struct avow_bytes bytes = avow_bytes(root->bytes, sizeof(root->bytes));
    const struct avow_hash digest = avow_sha256(&bytes, 1);
    return avow_hash_equal(&digest, &chain->digest);
}

int avow_root_entry_sign(const struct avow_cli *cli, const struct avow_state *state,
                         struct avow_entry *entry, const struct avow_secret_key *root)
{
    const struct avow_key key = public_of(root);
    struct avow_signature *signature = avow_entry_signature(entry);
    uint8_t bytes[2 * AVOW_ROOT_ENTRY_BYTES_MAX];
    struct avow_buf message;
    AVOW_ASSERT(signature != NULL);
    if (!may_sign(&state->chain, entry, &key))
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s",
                             entry->kind == AVOW_KIND_ROOT_ROTATION
                                 ? "this is not the next root key that the log is committed to"
                                 : "this is not the root key that is in force");
    const struct avow_hash tree_root = avow_tree_root(&state->tree);
    avow_buf_init_fixed(&message, bytes, sizeof(bytes));
    avow_entry_root_message(&message, entry, avow_chain_opening(&state->chain), state->tree.size,
                            &tree_root);
    if (message.err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "too much text for a root entry: at most %d bytes",
                             AVOW_ROOT_ENTRY_BYTES_MAX);
    avow_ed25519_sign(root, avow_buf_bytes(&message), signature);
    return AVOW_EXIT_OK;
}

int avow_root_entry_append(struct avow_signer *signer, struct avow_entry *entry,
                           const struct avow_secret_key *root)
{
    int status = avow_root_entry_sign(avow_signer_cli(signer),
                                      avow_draft_state(avow_signer_draft(signer)), entry, root);
    return status == AVOW_EXIT_OK ? avow_signer_append(signer, entry) : status;
}
