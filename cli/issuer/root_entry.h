/* Root entries: signed by the root key over everything before them (docs/protocol.md, "Root
 * entries and epochs"). */
#ifndef AVOW_CLI_ISSUER_ROOT_ENTRY_H
#define AVOW_CLI_ISSUER_ROOT_ENTRY_H

#include "cli/signer/signer.h"

/* The root key, from the file that --root-key names, else home/root.key. An exit status. */
int avow_root_entry_load_key(const struct avow_cli *cli, struct avow_secret_key **root);
/* The next root key, which a rotation brings into force: from the file that --next-root-key names,
 * else home/next-root.key. An exit status. */
int avow_root_entry_load_next_key(const struct avow_cli *cli, struct avow_secret_key **next_root);

/* Signs `entry` for the next index of a log in `state` by `root`: the root key in force, or the one
 * that a rotation brings, else NEGATIVE. An exit status, having told the person. */
int avow_root_entry_sign(const struct avow_cli *cli, const struct avow_state *state,
                         struct avow_entry *entry, const struct avow_secret_key *root);
/* The same for the signer's draft, and appends it. */
int avow_root_entry_append(struct avow_signer *signer, struct avow_entry *entry,
                           const struct avow_secret_key *root);

#endif
