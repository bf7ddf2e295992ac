/* The keys that a root rotation brings, made before anything is asked of the network: a signing
 * key, a heartbeat key, and the root key after the next (cli/issuer/next_keys.h). */
#ifndef AVOW_CLI_ISSUER_KEY_SET_H
#define AVOW_CLI_ISSUER_KEY_SET_H

#include "cli/issuer/root_entry.h"

struct avow_key_set {
    struct avow_secret_key *root; /* the next root key, which the rotation reveals; sodium_malloc */
    struct avow_secret_key *signing; /* the signing key that the rotation brings; sodium_malloc */
    struct avow_key root_key, signing_key, heartbeat_key;
    bool has_heartbeat;
    struct avow_hash next_root_digest;
};

/* Loads the next root key and makes the others, or takes those that an earlier call has left.
 * --no-heartbeat leaves that one out. An exit status, having told the person. Release with _fini in
 * every case. */
int avow_key_set_make(const struct avow_cli *cli, struct avow_key_set *set);
void avow_key_set_fini(struct avow_key_set *set);

/* The rotation entry of a log in `state` at time `t`, signed. An exit status. */
int avow_key_set_rotation(const struct avow_cli *cli, const struct avow_key_set *set,
                          const struct avow_state *state, uint64_t t, struct avow_entry *entry);
/* Whether `chain` has this rotation as its last root rotation. */
bool avow_key_set_is_root(const struct avow_key_set *set, const struct avow_chain *chain);

/* Where the root keys are afterwards, and where they belong. */
void avow_key_set_tell_roots(const struct avow_cli *cli);

/* The options that it reads. */
#define AVOW_KEY_SET_OPTIONS                                                                       \
    {.name = "next-root-key",                                                                      \
     .value = "FILE",                                                                              \
     .help = "the next root key (default: next-root.key in the home)"},                            \
        {.name = "no-heartbeat", .help = "bring no heartbeat key"},                                \
    {                                                                                              \
        .name = "no-passphrase", .help = "leave the new keys' files unsealed"                      \
    }

#endif
