/* The folder of keys and configuration (AVOW_HOME): key files sealed with a passphrase (Argon2id)
 * unless asked otherwise, mode 0600, each written whole or not at all; the root key in a file of
 * its own, meant to be carried away; the latest checkpoint that this home has seen of its own log.
 */
#ifndef AVOW_CLI_HOME_HOME_H
#define AVOW_CLI_HOME_HOME_H

#include "cli/frame/command.h"
#include "proto/crypto/ed25519.h"
#include "proto/log/checkpoint.h"
#include "sys/files.h"

/* The default issuer's identity: which log, and the key that signs for it. */
struct avow_identity_keys {
    struct avow_hash issuer;
    struct avow_secret_key *signing; /* sodium_malloc; owned */
    struct avow_key key;             /* its public key */
};

/* Seals `seed` into home/<name>.key. With `passphrase` NULL the file is not sealed (and says so
 * inside). Fails rather than replace a file. An exit status, having told the person. */
int avow_home_save_key(const struct avow_cli *cli, const char *name, const char *use,
                       const uint8_t seed[32], const char *passphrase);
/* Reads home/<name>.key (or a path given by the person); asks for the passphrase on a terminal, or
 * takes it from AVOW_PASSPHRASE_FILE. `*seed` is sodium_malloc'ed. */
int avow_home_load_key(const struct avow_cli *cli, const char *name, uint8_t **seed);
/* The same as a key pair: `*secret` is sodium_malloc'ed. */
int avow_home_load_pair(const struct avow_cli *cli, const char *name,
                        struct avow_secret_key **secret);
/* A new key pair in home/<name>.key, or the one that is there already; its public key. */
int avow_home_make_key(const struct avow_cli *cli, const char *name, const char *use,
                       const char *passphrase, struct avow_key *key);
/* The public key of home/<name>.key (or a path), as the file says it: nothing is opened. */
int avow_home_public_key(const struct avow_cli *cli, const char *name, struct avow_key *key);
/* The passphrase to seal new keys with: NULL with --no-passphrase. sodium_malloc'ed text. */
int avow_home_new_passphrase(const struct avow_cli *cli, char **passphrase);

/* home/issuer: which log is this home's. NEGATIVE with a message when there is none or one already.
 */
int avow_home_set_issuer(const struct avow_cli *cli, const struct avow_hash *issuer);
bool avow_home_has_issuer(const struct avow_cli *cli);
int avow_home_issuer(const struct avow_cli *cli, struct avow_hash *issuer);
/* Issuer and signing key together. */
int avow_home_identity(const struct avow_cli *cli, struct avow_identity_keys *keys);
void avow_identity_keys_fini(struct avow_identity_keys *keys);

/* The latest checkpoint of its own log that this home has seen accepted: the later epoch, then the
 * larger. */
int avow_home_save_checkpoint(const struct avow_cli *cli, const struct avow_checkpoint *checkpoint);
/* The same for one by which the log has been recovered: what it abandons does not count. */
int avow_home_recover_checkpoint(const struct avow_cli *cli,
                                 const struct avow_checkpoint *checkpoint);
/* NOT_FOUND when none is kept. */
enum avow_err avow_home_load_checkpoint(const struct avow_cli *cli, const struct avow_hash *issuer,
                                        struct avow_checkpoint *checkpoint);

/* home/<name> for a file of this home, with a NUL; an exit status. */
int avow_home_path(const struct avow_cli *cli, const char *name, char *path);
/* Renames home/<from>.key to home/<to>.key, over what is there. An exit status. */
int avow_home_rename_key(const struct avow_cli *cli, const char *from, const char *to);
/* Removes home/<name>.key. An exit status. */
int avow_home_erase_key(const struct avow_cli *cli, const char *name);
bool avow_home_has_key(const struct avow_cli *cli, const char *name);

#endif
