/* Keys between being made and being in the log: home/NAME-next.key until the log has them, then
 * home/NAME.key, over what was there. So a call that was cut short anywhere is completed by the
 * next, and no key is gone before the log has done with it.
 *
 *   signing-next.key    → signing.key     once it is authorised
 *   heartbeat-next.key  → heartbeat.key   once it is, and the home node has been given it
 *   next-root.key       → root.key        once it is the root key: the old root key is erased
 *   next-root-next.key  → next-root.key   once the log is committed to it
 */
#ifndef AVOW_CLI_ISSUER_NEXT_KEYS_H
#define AVOW_CLI_ISSUER_NEXT_KEYS_H

#include "cli/home/home.h"
#include "proto/log/chain.h"

#define AVOW_NEXT_SIGNING "signing-next"
#define AVOW_NEXT_HEARTBEAT "heartbeat-next"
#define AVOW_NEXT_ROOT "next-root"
#define AVOW_NEXT_NEXT_ROOT "next-root-next"

/* A new key pair in home/<name>.key, or the one that an earlier call has left; its public half. The
 * passphrase is asked for when the first is made: `*passphrase` begins as NULL, and is the caller's
 * to sodium_free. An exit status. */
int avow_next_keys_make(const struct avow_cli *cli, const char *name, const char *use,
                        char **passphrase, struct avow_key *key);

/* Puts in place what the log, as the call's node has it, has brought, and says so. `*placed`: there
 * was something; the heartbeat key is given to the home node. An exit status: UNKNOWN when the home
 * node did not take it. */
int avow_next_keys_settle(const struct avow_cli *cli, bool *placed);

/* Gives the home node the seed in home/<name>.key, which the log authorises, as this home's signer.
 * An exit status, having told the person. */
int avow_next_keys_hand_over(const struct avow_cli *cli, const struct avow_identity_keys *keys,
                             const char *name);

#endif
