/* Texts that are held of logs which nobody has accepted, by who sent them: anybody can have such a
 * text stored, with keys made for it. A group of addresses (an IPv4 /24, an IPv6 /56) has a share,
 * so that nobody takes all that there is for new logs (store/write/room_inner.h); and where many
 * groups have taken all of it, what has waited for long gives way to who comes.
 *
 * In memory: after a restart what is held still counts in all, and for nobody. */
#ifndef AVOW_NODE_LOOP_SUBMIT_NEWCOMERS_H
#define AVOW_NODE_LOOP_SUBMIT_NEWCOMERS_H

#include "proto/base.h"

#define AVOW_NEWCOMERS_MAX 4096 /* more than the store has room for */
#define AVOW_NEWCOMERS_OF_GROUP 128
#define AVOW_NEWCOMERS_GROUP_BYTES ((size_t)1 << 20)
#define AVOW_NEWCOMERS_GROUP_LEN 8
#define AVOW_NEWCOMERS_YIELD_S 10 /* after which a text gives way where there is no room */

struct avow_newcomer {
    struct avow_hash issuer;
    uint8_t group[AVOW_NEWCOMERS_GROUP_LEN];
    size_t bytes;
    uint64_t since; /* Unix seconds */
};
struct avow_newcomers {
    struct avow_newcomer *rows;
    size_t count;
};

/* AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_newcomers_init(struct avow_newcomers *newcomers);
void avow_newcomers_fini(struct avow_newcomers *newcomers);

/* Takes `bytes` of its group's share for the log, of which there may be some already. `network`: an
 * address, of IPv6 as much as names its network. False when there are not so many left. */
bool avow_newcomers_take(struct avow_newcomers *newcomers, const struct avow_hash *issuer,
                         struct avow_bytes network, size_t bytes, uint64_t now);
/* Gives bytes back that were not stored after all; of a log that has none this is no fault. */
void avow_newcomers_give(struct avow_newcomers *newcomers, const struct avow_hash *issuer,
                         size_t bytes);
/* The log whose text has waited longest; false when none has waited for AVOW_NEWCOMERS_YIELD_S. */
bool avow_newcomers_oldest(const struct avow_newcomers *newcomers, uint64_t now,
                           struct avow_hash *issuer);
/* The log's text is signed, or withdrawn. */
void avow_newcomers_forget(struct avow_newcomers *newcomers, const struct avow_hash *issuer);

#endif
