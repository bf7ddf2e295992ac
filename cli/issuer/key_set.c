#include "cli/issuer/key_set.h"

#include "cli/issuer/next_keys.h"
#include "proto/crypto/sha256.h"

#include <sodium.h>

static struct avow_hash digest_of(const struct avow_key *key)
{
    const struct avow_bytes bytes = avow_bytes(key->bytes, sizeof(key->bytes));
    return avow_sha256(&bytes, 1);
}

static int make_files(const struct avow_cli *cli, struct avow_key_set *set)
{
    char *passphrase = NULL;
    struct avow_key after;
    int status =
        avow_next_keys_make(cli, AVOW_NEXT_SIGNING, "signing", &passphrase, &set->signing_key);
    if (status == AVOW_EXIT_OK && set->has_heartbeat)
        status = avow_next_keys_make(cli, AVOW_NEXT_HEARTBEAT, "heartbeat", &passphrase,
                                     &set->heartbeat_key);
    if (status == AVOW_EXIT_OK)
        status = avow_next_keys_make(cli, AVOW_NEXT_NEXT_ROOT, "root", &passphrase, &after);
    sodium_free(passphrase);
    if (status == AVOW_EXIT_OK)
        set->next_root_digest = digest_of(&after);
    return status;
}

int avow_key_set_make(const struct avow_cli *cli, struct avow_key_set *set)
{
    *set = (struct avow_key_set){.has_heartbeat = !avow_cli_flag(cli, "no-heartbeat")};
    int status = avow_root_entry_load_next_key(cli, &set->root);
    if (status == AVOW_EXIT_OK) /* libsodium keeps the public key behind the seed */
        memcpy(set->root_key.bytes, set->root->bytes + 32, sizeof(set->root_key.bytes));
    if (status == AVOW_EXIT_OK)
        status = make_files(cli, set);
    if (status == AVOW_EXIT_OK)
        status = avow_home_load_pair(cli, AVOW_NEXT_SIGNING, &set->signing);
    return status;
}

void avow_key_set_fini(struct avow_key_set *set)
{
    sodium_free(set->root);
    sodium_free(set->signing);
    set->root = set->signing = NULL;
}

int avow_key_set_rotation(const struct avow_cli *cli, const struct avow_key_set *set,
                          const struct avow_state *state, uint64_t t, struct avow_entry *entry)
{
    *entry = (struct avow_entry){
        .kind = AVOW_KIND_ROOT_ROTATION,
        .t = t,
        .rotation = {.new_root = set->root_key,
                     .next_root_digest = set->next_root_digest,
                     .signing_key = set->signing_key,
                     .has_heartbeat = set->has_heartbeat,
                     .heartbeat_key = set->heartbeat_key,
                     .not_after = t + AVOW_KEY_LIFE_MAX_S},
    };
    return avow_root_entry_sign(cli, state, entry, set->root);
}

bool avow_key_set_is_root(const struct avow_key_set *set, const struct avow_chain *chain)
{
    const struct avow_key *root = avow_chain_root_key(chain);
    return root != NULL && avow_key_equal(root, &set->root_key);
}

void avow_key_set_tell_roots(const struct avow_cli *cli)
{
    const char *path = avow_cli_value(cli, "next-root-key");
    if (path != NULL)
        avow_cli_note(cli, "%s is the root key from now on.", path);
    avow_cli_note(cli, "Move %s%snext-root.key to %s away from this machine.",
                  path == NULL ? "root.key" : "", path == NULL ? " and " : "",
                  path == NULL ? "two safe places" : "another safe place");
}
