#include "cli/issuer/next_keys.h"

#include "cli/home/own_log.h"
#include "cli/signer/signer.h"
#include "proto/crypto/sha256.h"

#include <sodium.h>

/* The public half of home/<name>.key as its file has it, without opening it. False when there is no
 * such file, or it cannot be read. */
static bool public_half(const struct avow_cli *cli, const char *name, struct avow_key *key)
{
    return avow_home_has_key(cli, name) && avow_home_public_key(cli, name, key) == AVOW_EXIT_OK;
}

int avow_next_keys_make(const struct avow_cli *cli, const char *name, const char *use,
                        char **passphrase, struct avow_key *key)
{
    if (avow_home_has_key(cli, name))
        return avow_home_public_key(cli, name, key);
    int status = AVOW_EXIT_OK;
    if (*passphrase == NULL)
        status = avow_home_new_passphrase(cli, passphrase);
    return status == AVOW_EXIT_OK ? avow_home_make_key(cli, name, use, *passphrase, key) : status;
}

/* ------------------------------------------------------------------ into place */

struct placing {
    const struct avow_cli *cli;
    const struct avow_chain *chain;
    uint64_t size;
    bool placed;
};

static bool is_in_force(const struct placing *placing, const struct avow_key *key,
                        enum avow_key_kind kind)
{
    return avow_chain_key(placing->chain, key, kind, placing->size) != NULL;
}

static bool is_root(const struct placing *placing, const struct avow_key *key)
{
    const struct avow_key *root = avow_chain_root_key(placing->chain);
    return root != NULL && avow_key_equal(root, key);
}

static bool was_root(const struct placing *placing, const struct avow_key *key)
{
    for (size_t i = 0; i < placing->chain->key_count; i++) {
        const struct avow_chain_key *known = &placing->chain->keys[i];
        if (known->kind == AVOW_KEY_ROOT && known->until != AVOW_NEVER &&
            avow_key_equal(&known->key, key))
            return true;
    }
    return false;
}

static bool is_committed_to(const struct placing *placing, const struct avow_key *key)
{
    const struct avow_bytes bytes = avow_bytes(key->bytes, sizeof(key->bytes));
    const struct avow_hash digest = avow_sha256(&bytes, 1);
    return avow_hash_equal(&digest, &placing->chain->digest);
}

static int rename_key(struct placing *placing, const char *from, const char *to, const char *said)
{
    int status = avow_home_rename_key(placing->cli, from, to);
    if (status == AVOW_EXIT_OK)
        avow_cli_note(placing->cli, "%s/%s.key: %s.", placing->cli->home, to, said);
    placing->placed = true;
    return status;
}

/* One that has been brought from elsewhere (--next-root-key) leaves the old one in the home. */
static int erase_old_root(const struct placing *placing)
{
    struct avow_key key;
    if (!public_half(placing->cli, "root", &key) || !was_root(placing, &key))
        return AVOW_EXIT_OK;
    int status = avow_home_erase_key(placing->cli, "root");
    if (status == AVOW_EXIT_OK)
        avow_cli_note(placing->cli, "%s/root.key is erased: it is not the root key any more.",
                      placing->cli->home);
    return status;
}

static int place_roots(struct placing *placing)
{
    struct avow_key key;
    int status = AVOW_EXIT_OK;
    if (public_half(placing->cli, AVOW_NEXT_ROOT, &key) && is_root(placing, &key))
        status = rename_key(placing, AVOW_NEXT_ROOT, "root",
                            "the root key from now on; the one before is erased");
    if (status == AVOW_EXIT_OK && public_half(placing->cli, AVOW_NEXT_NEXT_ROOT, &key) &&
        is_committed_to(placing, &key))
        status =
            rename_key(placing, AVOW_NEXT_NEXT_ROOT, AVOW_NEXT_ROOT, "the root key after that one");
    return status == AVOW_EXIT_OK ? erase_old_root(placing) : status;
}

static int place_heartbeat(struct placing *placing)
{
    struct avow_identity_keys keys = {0};
    struct avow_key key;
    if (!public_half(placing->cli, AVOW_NEXT_HEARTBEAT, &key) ||
        !is_in_force(placing, &key, AVOW_KEY_HEARTBEAT))
        return AVOW_EXIT_OK;
    placing->placed = true;
    int status = avow_home_identity(placing->cli, &keys);
    if (status == AVOW_EXIT_OK)
        status = avow_next_keys_hand_over(placing->cli, &keys, AVOW_NEXT_HEARTBEAT);
    if (status == AVOW_EXIT_OK)
        status = rename_key(placing, AVOW_NEXT_HEARTBEAT, "heartbeat", "the home node has it");
    avow_identity_keys_fini(&keys);
    return status;
}

static int place(const struct avow_cli *cli, const struct avow_chain *chain, uint64_t size,
                 bool *placed)
{
    struct placing placing = {.cli = cli, .chain = chain, .size = size};
    struct avow_key key;
    int status = place_roots(&placing);
    if (status == AVOW_EXIT_OK && public_half(cli, AVOW_NEXT_SIGNING, &key) &&
        is_in_force(&placing, &key, AVOW_KEY_SIGN))
        status = rename_key(&placing, AVOW_NEXT_SIGNING, "signing", "the signing key from now on");
    if (status == AVOW_EXIT_OK)
        status = place_heartbeat(&placing);
    *placed = placing.placed;
    return status;
}

int avow_next_keys_settle(const struct avow_cli *cli, bool *placed)
{
    struct avow_hash issuer;
    struct avow_own_log log = {0};
    *placed = false;
    int status = avow_home_issuer(cli, &issuer);
    if (status == AVOW_EXIT_OK)
        status = avow_own_log_open(cli, &issuer, NULL, 0, &log);
    if (status == AVOW_EXIT_OK)
        status = place(cli, &log.proof->chain, log.proof->checkpoint.size, placed);
    avow_own_log_fini(&log);
    return status;
}

/* ------------------------------------------------------------------ the heartbeat key */

static int send_seed(const struct avow_cli *cli, struct avow_signer *signer,
                     const struct avow_hash *issuer, const uint8_t seed[32])
{
    struct avow_message answer;
    struct avow_message question = {.type = AVOW_MESSAGE_HEARTBEAT_KEY, .issuer = *issuer};
    memcpy(question.seed, seed, sizeof(question.seed));
    const int status = avow_signer_question(signer, &question, AVOW_MESSAGE_DONE, &answer);
    sodium_memzero(question.seed, sizeof(question.seed));
    if (status == AVOW_EXIT_OK)
        return status;
    return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN,
                         "the log is as it should be, but its home node did not take the heartbeat "
                         "key: run the same command again");
}

int avow_next_keys_hand_over(const struct avow_cli *cli, const struct avow_identity_keys *keys,
                             const char *name)
{
    struct avow_signer *signer = NULL;
    uint8_t *seed;
    int status = avow_home_load_key(cli, name, &seed);
    if (status == AVOW_EXIT_OK)
        status = avow_signer_open(cli, keys, NULL, 0, &signer);
    if (status == AVOW_EXIT_OK)
        status = send_seed(cli, signer, &keys->issuer, seed);
    sodium_free(seed);
    avow_signer_free(&signer);
    return status;
}
