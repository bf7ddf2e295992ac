/* Who may submit what, where and when (docs/protocol.md, "Submission"), judged against a snapshot
 * before the writer sees anything. Pure: no I/O but reads of the snapshot. */
#ifndef AVOW_NODE_LOOP_SUBMIT_RULES_H
#define AVOW_NODE_LOOP_SUBMIT_RULES_H

#include "proto/wire/message.h"
#include "store/store.h"

#define AVOW_SUBMIT_CLOCK_S 60

/* A refusal, or none when `code` is 0. */
struct avow_no {
    uint64_t code; /* enum avow_refusal */
    uint64_t size;
    char text[400];
};

struct avow_submit_facts {
    struct avow_snapshot *snapshot;
    const struct avow_key *self;   /* this node */
    const struct avow_key *signer; /* proved on this connection for the issuer, or NULL */
    uint64_t now;                  /* Unix seconds */
    bool wanted;                   /* a better log of this issuer is being fetched */
    bool ready;                    /* no peers are configured, or one has sent its list of logs */
};

/* PROPOSE. `*replace`: the batch begins with a root entry, and so ends what is held, which does
 * not.
 */
struct avow_no avow_rules_propose(const struct avow_submit_facts *facts,
                                  const struct avow_message *propose, bool *replace);
/* SIGN: `*checkpoint` is the held or accepted text with the key and signature that were sent, to be
 * verified; `*accepted` if exactly this is the accepted checkpoint already. A connection that has
 * proved no sign key of the log costs nobody a verification or a wait. */
struct avow_no avow_rules_sign(const struct avow_submit_facts *facts,
                               const struct avow_message *sign, struct avow_checkpoint *checkpoint,
                               bool *accepted);
/* WITHDRAW: of a held text that begins with a root entry, or is not whole yet: nobody signs before
 * all of it is held. A whole one is never withdrawn: its signature may exist already. */
struct avow_no avow_rules_withdraw(const struct avow_submit_facts *facts,
                                   const struct avow_hash *issuer);
/* HEARTBEAT_KEY: of a log whose home node this is, and whose chain authorises the seed's key. */
struct avow_no avow_rules_heartbeat(const struct avow_submit_facts *facts,
                                    const struct avow_hash *issuer, const uint8_t seed[32]);

/* "No" in so many words; `text` NULL for the code's own. */
struct avow_no avow_no(enum avow_refusal code, uint64_t size, const char *text);

#endif
