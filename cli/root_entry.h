/* Root entries: signed by the root key over everything before them (docs/protocol.md, "Root
 * entries and epochs"). */
#ifndef AVOW_CLI_ROOT_ENTRY_H
#define AVOW_CLI_ROOT_ENTRY_H

#include "cli/signer.h"

/* The root key, from the file that --root-key names, else home/root.key. An exit status. */
int avow_root_key_load(const struct avow_cli *cli, struct avow_secret_key **root);
/* Signs `entry` for the draft's next index by `root` and appends it. An exit status: NEGATIVE when
 * `root` is not the root key in force. */
int avow_root_entry_append(struct avow_signer *signer, struct avow_entry *entry,
                           const struct avow_secret_key *root);

#endif
