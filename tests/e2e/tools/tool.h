/* What the end-to-end programs share: an issuer that is simulated whole, its keys derived from a
 * seed, and the steps of a submission one by one (docs/protocol.md, "Submission").
 *
 * These programs know what they have signed, which the node does not tell them: that is what makes
 * them witnesses against it. */
#ifndef AVOW_TESTS_E2E_TOOL_H
#define AVOW_TESTS_E2E_TOOL_H

#include "client/client.h"
#include "proto/log/draft.h"

/* Prints "NAME: …" on stderr and exits 1. */
_Noreturn void tool_die(const char *format, ...) AVOW_PRINTF(1, 2);
/* Dies unless `condition`, naming `what`. */
#define tool_expect(condition, what) ((condition) ? (void)0 : tool_die("expected %s", what))

/* Pseudo-random numbers: the same for the same seed, on every machine. Below `bound`, not 0. */
uint64_t tool_random(uint64_t *state, uint64_t bound);
uint64_t tool_number(const char *text); /* a decimal argument; dies for anything else */
uint64_t tool_now_us(void);             /* monotonic */
uint64_t tool_unix(void);

struct tool_keys {
    struct avow_secret_key root, sign, heartbeat;
    struct avow_key root_key, sign_key, heartbeat_key;
    struct avow_hash next_root_digest;
};
void tool_keys_init(struct tool_keys *keys, const char *seed);

/* An issuer with its whole log in memory, accepted or not. */
struct tool_issuer {
    char seed[64];
    struct tool_keys keys;
    struct avow_hash id;
    struct avow_draft *draft;
    uint64_t achievement; /* index */
    uint64_t made;        /* commitments so far: names the next */
};
/* Inception, a nodes entry that names `home` at `address`, one achievement: three entries. */
void tool_issuer_init(struct tool_issuer *issuer, const char *seed, const struct avow_key *home,
                      const char *address);
/* The same, but begun 100 s ago, with `home` authorised as a heartbeat key then, for a second: four
 * entries. */
void tool_issuer_claim(struct tool_issuer *issuer, const char *seed, const struct avow_key *home,
                       const char *address);
void tool_issuer_fini(struct tool_issuer *issuer);

/* Each appends to a draft and dies if it is refused: an issue entry with this commitment, or a
 * status entry. */
void tool_append_issue(struct avow_draft *draft, uint64_t achievement,
                       const struct avow_hash *commitment);
void tool_append_status(struct avow_draft *draft, uint64_t target, enum avow_status state,
                        enum avow_reason reason);
/* The issuer's newest name: an entry of its root chain. */
void tool_append_name(struct tool_issuer *issuer, const char *name);
/* A recognition without a scope. */
void tool_append_recognition(struct avow_draft *draft, const struct avow_hash *subject,
                             enum avow_role role);
/* The commitment named by a seed and a number. */
struct avow_hash tool_commitment(const char *seed, uint64_t number);

/* Steps of a submission. AVOW_OK, or the client's error; `answer` is REFUSED after ERR_REFUSED. */
enum avow_err tool_prove_signer(struct avow_client *client, const struct avow_hash *issuer,
                                const struct tool_keys *keys, struct avow_message *answer);
/* Sends the draft's entries from `from` to `to` as part of `text`, without waiting. */
enum avow_err tool_send_propose(struct avow_client *client, const struct avow_draft *draft,
                                const struct avow_checkpoint *text, uint64_t from, uint64_t to,
                                struct avow_message *message);
/* The same, and waits for HELD. */
enum avow_err tool_propose(struct avow_client *client, const struct avow_draft *draft,
                           const struct avow_checkpoint *text, uint64_t from, uint64_t to,
                           struct avow_message *answer);
/* Signs `text` (which is signed then) and waits for ACCEPTED. */
enum avow_err tool_sign(struct avow_client *client, struct avow_checkpoint *text,
                        const struct tool_keys *keys, struct avow_message *answer);
/* All of it, from an accepted size `base`; dies on any failure. */
void tool_submit(struct avow_client *client, const struct avow_draft *draft, uint64_t base,
                 const struct avow_hash *issuer, const struct tool_keys *keys);

/* The log as a node proves it, ready to be gone on from. */
struct tool_view {
    struct avow_buf bytes;
    struct avow_evidence evidence;
    const struct avow_log_proof *proof;
    struct avow_draft *draft;
};
/* `index` is shown too (an achievement, a target). ERR_REFUSED with the answer; dies if a proof
 * does not hold. */
enum avow_err tool_view_fetch(struct tool_view *view, struct avow_client *client,
                              const struct avow_hash *issuer, uint64_t index,
                              struct avow_message *answer);
void tool_view_fini(struct tool_view *view);

/* Connects, or dies. */
struct avow_client *tool_connect(const char *address);

#endif
