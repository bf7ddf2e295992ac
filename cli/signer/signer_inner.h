/* What the parts of the signer share. */
#ifndef AVOW_CLI_SIGNER_SIGNER_INNER_H
#define AVOW_CLI_SIGNER_SIGNER_INNER_H

#include "cli/signer/signer.h"

/* Beside exit statuses, inside the signer. */
#define AVOW_SIGNER_AGAIN (-1) /* nothing happened: start over with the log as it is now */
#define AVOW_SIGNER_LOST (-2)  /* the connection failed: what happened is not known */
#define AVOW_SIGNER_NONE (-3)  /* the node does not have the log (if it `is_new`) */

struct avow_signer {
    const struct avow_cli *cli;
    const struct avow_identity_keys *keys;
    const struct avow_secret_key *next_key;
    bool is_new;                   /* the log need not exist yet */
    bool ends_held;                /* what is held is ended by what will be proposed */
    enum avow_take_over take_over; /* of what another home has proposed */
    const uint64_t *indices;
    size_t count;
    struct avow_client *client;
    char address[320]; /* where to connect: the call's node, or the home node that it named */
    bool followed;
    char reason[AVOW_CLIENT_REASON_MAX + 64]; /* of the last AGAIN or LOST */
    struct avow_buf bytes;                    /* of the evidence */
    struct avow_evidence evidence;
    const struct avow_log_proof *proof; /* NULL for a new log */
    struct avow_draft *draft;
};

/* Connects, unless it is connected, and proves itself. */
int avow_signer_connect(struct avow_signer *signer);
/* Asks; REFUSED becomes an exit status or AGAIN, a lost connection LOST. */
int avow_signer_ask(struct avow_signer *signer, struct avow_message *question,
                    enum avow_message_type expected, struct avow_message *answer);
/* What a refusal means for the signer. */
int avow_signer_refused(struct avow_signer *signer, const struct avow_message *answer);
/* What an error of the client means. */
int avow_signer_lost(struct avow_signer *signer, enum avow_err err);

/* Fetches the proof of the log as it is now, with what `indices` need, checks it against the latest
 * checkpoint that this home has seen, and starts a draft on it. */
int avow_signer_fetch(struct avow_signer *signer, const uint64_t *indices, size_t count);

/* Compares that proof, for the same `indices`, with what the configured second node shows: AGAIN
 * when that is ahead, an exit status otherwise. */
int avow_signer_ask_second(struct avow_signer *signer, const uint64_t *indices, size_t count);

/* Completes, waits for, or withdraws what the home node holds. AGAIN when the log is not what was
 * fetched any more. */
int avow_signer_settle(struct avow_signer *signer);
/* Sets `*time` to the time of the text that the home node holds, if that text says of the draft
 * what this home would say, and this home has proposed it: then it is completed by being proposed
 * once more. One that this home has not proposed is refused: the node could have chosen its time.
 * `*time` stays as it is otherwise. An exit status, AGAIN or LOST. */
int avow_signer_held_time(struct avow_signer *signer, uint64_t *time);

/* Proposes the draft's entries for `text`, signs it and waits for the acceptance. */
int avow_signer_submit(struct avow_signer *signer, struct avow_checkpoint *text);
/* The key that can sign `text`, the draft's. An exit status, the person having been told. */
int avow_signer_find_key(const struct avow_signer *signer, const struct avow_checkpoint *text,
                         const struct avow_secret_key **secret);
/* Signs `text`, which is held and the draft's. `text` is signed then. */
int avow_signer_sign(struct avow_signer *signer, struct avow_checkpoint *text);
/* Whether `second`, a checked proof of the log whose draft this is, shows a status entry below the
 * draft's base that the draft does not know: `*target` is what it is about. */
bool avow_signer_second_knows(const struct avow_draft *draft, const struct avow_log_proof *second,
                              uint64_t *target);

#endif
