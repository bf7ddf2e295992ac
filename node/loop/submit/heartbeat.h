/* What this node signs on its own account, from a timer: heartbeats with the keys that issuers have
 * given it, and its witness line on what it has replicated (docs/protocol.md, "Freshness").
 *
 * A heartbeat key is a file, `heartbeats/<issuer id>` in the data folder. A heartbeat is made when
 * a key is given, and whenever the newer of checkpoint and last heartbeat is half an hour old. A
 * witness line is stored once for each checkpoint that is current when its turn comes: that is
 * what proves later when an entry existed. */
#ifndef AVOW_NODE_LOOP_SUBMIT_HEARTBEAT_H
#define AVOW_NODE_LOOP_SUBMIT_HEARTBEAT_H

#include "node/loop/gossip/gossip.h"

#define AVOW_HEARTBEATS_MAX 1024
#define AVOW_HEARTBEAT_S 1800
#define AVOW_WITNESS_LOGS_A_TICK 256
/* What a tick takes of the loop, twice: for heartbeats and for witness lines. A log with a root
 * chain as long as may be takes a millisecond. */
#define AVOW_HEARTBEATS_TICK_NS UINT64_C(4000000)
#define AVOW_HEARTBEATS_TICK_BYTES ((size_t)4 << 20)

struct avow_heartbeat_key {
    struct avow_hash issuer;
    struct avow_secret_key *secret; /* sodium_malloc */
    struct avow_key key;
    bool given;     /* sign at once */
    bool under_way; /* a line is on its way to the store */
    bool spent;     /* it signs nothing any more: where there is no room, another takes its place */
};

struct avow_heartbeats_config {
    const char *data; /* the data folder; must outlive it */
    const struct avow_logger *logger;
    struct avow_reading *reading;
    struct avow_write_thread *writer;
    struct avow_gossip *gossip;
    const struct avow_secret_key *self;
    const struct avow_key *self_id;
};

struct avow_heartbeats {
    struct avow_heartbeats_config config;
    size_t count;
    struct avow_heartbeat_key *keys;
    size_t next;            /* of them, to be looked at */
    struct avow_hash swept; /* the last log that was looked at for a witness line */
    bool stopping;
};

/* Makes the folder, reads the keys in it; one that cannot be read is logged and left out.
 * AVOW_ERR_NOMEM, AVOW_ERR_IO. */
AVOW_NODISCARD enum avow_err avow_heartbeats_init(struct avow_heartbeats *heartbeats,
                                                  const struct avow_heartbeats_config *config);
/* Wipes the keys. */
void avow_heartbeats_fini(struct avow_heartbeats *heartbeats);
void avow_heartbeats_stop(struct avow_heartbeats *heartbeats);

/* Where the key of an issuer is kept. */
void avow_heartbeats_path(const struct avow_heartbeats *heartbeats, const struct avow_hash *issuer,
                          char *path, size_t room);
/* Whether a key of this issuer would be taken. */
bool avow_heartbeats_has_room(const struct avow_heartbeats *heartbeats,
                              const struct avow_hash *issuer);
/* Takes a key that has been stored there, in place of an earlier one. AVOW_ERR_TOO_LARGE when
 * there are too many, AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_heartbeats_add(struct avow_heartbeats *heartbeats,
                                                 const struct avow_hash *issuer,
                                                 const uint8_t seed[32]);

/* Whether the key has nothing to sign any more: its log (NULL: there is none) does not authorise it
 * at its end, or not at `now` (Unix seconds), or its home is not `self` any more. */
bool avow_heartbeats_is_spent(const struct avow_heartbeat_key *key, const struct avow_log *log,
                              const struct avow_key *self, uint64_t now);

/* About each second: signs what is due. `now`: Unix seconds. */
void avow_heartbeats_tick(struct avow_heartbeats *heartbeats, uint64_t now);

#endif
