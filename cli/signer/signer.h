/* Publishing: from new entries to an accepted checkpoint (docs/protocol.md, "Submission").
 *
 * What is signed is held by the home node before it is signed, and is computed here from proofs,
 * not taken from the node. A text that the node holds is completed only if this home proposed it
 * (cli/signer/pending.h): a node could make up another. After a crash at any point the same call
 * completes what is held, or finds it accepted; nothing is signed twice with two texts. */
#ifndef AVOW_CLI_SIGNER_SIGNER_H
#define AVOW_CLI_SIGNER_SIGNER_H

#include "cli/frame/command.h"
#include "cli/home/home.h"
#include "cli/signer/pending.h"
#include "client/client.h"
#include "proto/log/draft.h"

struct avow_signer;

/* What is to be published. `build` and `before_hold` return exit statuses. */
struct avow_publication {
    /* Names the request, so that the same call after a crash finds what it did. NULL: whoever
     * calls knows by itself. */
    const struct avow_hash *request;
    /* Older entries that the new ones refer to: achievements, targets. Those beyond the log are
     * left out. */
    const uint64_t *indices;
    size_t count;
    /* Appends the new entries by avow_signer_append(). Called again when somebody else was faster:
     * the log is then longer. Appending nothing is to publish nothing. */
    int (*build)(void *context, struct avow_signer *signer);
    /* Called when `text` is ready and before a node has any of it: the place to make durable what
     * the records are about. May be NULL. */
    int (*before_hold)(void *context, uint64_t base, const struct avow_checkpoint *text);
    void *context;
    /* The batch begins with a root entry, so it may go to any node and ends whatever is held that
     * is no such batch: what others have proposed is in nobody's way. */
    bool ends_held;
    /* A key that the batch brings into force: signs where the home's signing key cannot. May be
     * NULL. */
    const struct avow_secret_key *next_key;
};

struct avow_published {
    uint64_t base;                     /* the first new entry's index */
    struct avow_checkpoint checkpoint; /* what covers the last new entry */
    bool before;                       /* an earlier call of the same request had done it */
    struct avow_pending_record record; /* what remembers it, until avow_published_told() */
    int lock;
};
/* The person has been told of the outcome, which until then the same call after a crash finds. */
void avow_published_told(const struct avow_cli *cli, struct avow_published *published);

/* Connects to the home node (following a node that names it), checks that its log extends the
 * latest that this home has seen, settles what is held, and publishes. An exit status, the person
 * having been told of any but AVOW_EXIT_OK: NEGATIVE for a refusal, UNKNOWN when the node cannot be
 * reached or was lost before it was known whether the records are in the log. */
int avow_publish(const struct avow_cli *cli, const struct avow_identity_keys *keys,
                 const struct avow_publication *publication, struct avow_published *published);
/* The same for a log that does not exist yet: `build` appends the inception first. */
int avow_publish_new(const struct avow_cli *cli, const struct avow_identity_keys *keys,
                     const struct avow_publication *publication, struct avow_published *published);

/* ------------------------------------------------------------------ for `build` */

/* The draft that `build` appends to, and the call that the signer works for: both the signer's. */
struct avow_draft *avow_signer_draft(struct avow_signer *signer);
const struct avow_cli *avow_signer_cli(const struct avow_signer *signer);
/* What a new entry's t should be: the later of now and the log's last t. */
uint64_t avow_signer_time(const struct avow_signer *signer);
/* Appends one entry to the draft; tells the person which rule it breaks. An exit status. */
int avow_signer_append(struct avow_signer *signer, const struct avow_entry *entry);
/* The entry at an index that was asked for, decoded; a view that lives as the signer does. False if
 * the log is not that long. */
bool avow_signer_entry(const struct avow_signer *signer, uint64_t index, struct avow_entry *entry);

/* ------------------------------------------------------------------ for reading one's own log */

/* Connects, proves the signing key and fetches the proof, as avow_publish() begins. An exit status.
 */
int avow_signer_open(const struct avow_cli *cli, const struct avow_identity_keys *keys,
                     const uint64_t *indices, size_t count, struct avow_signer **signer);
/* What is to be done about a text that another home has proposed and left unsigned: which only
 * these look at, every other call refuses. */
enum avow_take_over { AVOW_TAKE_OVER_NO, AVOW_TAKE_OVER_SHOW, AVOW_TAKE_OVER_SIGN };
/* Shows it, or shows and signs it. AVOW_EXIT_OK also when there is none. */
int avow_signer_take_over(const struct avow_cli *cli, const struct avow_identity_keys *keys,
                          enum avow_take_over how);
/* Asks the home node, following a node that names it. An exit status, having told the person. */
int avow_signer_question(struct avow_signer *signer, struct avow_message *question,
                         enum avow_message_type expected, struct avow_message *answer);
void avow_signer_free(struct avow_signer **signer);
/* Whether the log at `size` had this root: so whether a batch was accepted. An exit status. */
int avow_signer_contains(struct avow_signer *signer, uint64_t size, const struct avow_hash *root,
                         bool *contained);

#endif
