/* Publishing: from new entries to an accepted checkpoint (docs/protocol.md, "Submission").
 *
 * What is signed is held by the home node before it is signed, and is computed here from proofs,
 * not taken from the node. After a crash at any point the same call completes what is held, or
 * finds it accepted; nothing is signed twice with two texts. */
#ifndef AVOW_CLI_SIGNER_H
#define AVOW_CLI_SIGNER_H

#include "cli/client.h"
#include "cli/command.h"
#include "cli/home.h"
#include "proto/log/draft.h"

struct avow_signer;

/* Connects to the home node, proves the signing key, completes a held text if there is one (after
 * checking it by avow_draft), checks that the node's log extends the latest one this home has seen
 * (refuses to sign a smaller or an inconsistent one), and fetches the proof to go on from: the
 * right edge, and whatever `indices` (older entries that the new ones will refer to: achievements,
 * targets) need. Returns an exit status (AVOW_EXIT_OK or after having told the person why not). */
int avow_signer_open(const struct avow_cli *cli, const struct avow_identity_keys *keys,
                     const uint64_t *indices, size_t count, struct avow_signer **signer);
/* For `issuer new`: a log that does not exist yet; connects only. */
int avow_signer_open_new(const struct avow_cli *cli, const struct avow_identity_keys *keys,
                         struct avow_signer **signer);
void avow_signer_free(struct avow_signer **signer);

struct avow_draft *avow_signer_draft(struct avow_signer *signer);
struct avow_client *avow_signer_client(struct avow_signer *signer);
/* What a new entry's t must be at least, and what it should be: the later of now and the log's last
 * t. */
uint64_t avow_signer_time(const struct avow_signer *signer);

/* Appends one entry to the draft; tells the person which rule it breaks. An exit status. */
int avow_signer_append(struct avow_signer *signer, const struct avow_entry *entry);
/* Proposes the draft's entries in chunks, signs the held text, waits for acceptance, and records
 * the accepted checkpoint in the home. `before_sign` (may be NULL) is called when the text is held
 * and before it is signed: the place to make files durable that the records are about. An exit
 * status. */
int avow_signer_publish(struct avow_signer *signer, int (*before_sign)(void *context),
                        void *context);

#endif
