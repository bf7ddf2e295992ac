/* Token buckets: how often something may happen, overall and for each address, its network and its
 * provider's. Pure: the caller brings the time.
 *
 * Prefixes share fixed tables by a salted hash, so that their size is bound and nobody can choose
 * whose bucket to empty. */
#ifndef AVOW_NODE_LOOP_BASE_RATE_H
#define AVOW_NODE_LOOP_BASE_RATE_H

#include "proto/base.h"

#define AVOW_RATE_BUCKETS 1024
#define AVOW_RATE_LEVELS 3 /* the address itself comes first */

struct avow_rate_limit {
    uint32_t per_s; /* refill */
    uint32_t burst; /* most that can be saved up */
};

struct avow_bucket {
    uint64_t filled_ms; /* when `milli` was right */
    uint64_t milli;     /* thousandths of a token */
    bool started;
};

/* Takes a token; false when there is none. */
bool avow_bucket_take(struct avow_bucket *bucket, const struct avow_rate_limit *limit,
                      uint64_t now_ms);

struct avow_rate_limits {
    struct avow_rate_limit overall, each[AVOW_RATE_LEVELS];
    struct avow_rate_limit
        unseen; /* beyond overall: for whose prefixes have not been seen lately */
};

struct avow_rate {
    struct avow_rate_limits limits;
    struct avow_bucket overall, unseen;
    struct avow_bucket buckets[AVOW_RATE_LEVELS][AVOW_RATE_BUCKETS];
    uint8_t salt[16];
};

/* Nobody has taken anything yet. `salt`: random, and never told to anybody. */
void avow_rate_init(struct avow_rate *rate, const struct avow_rate_limits *limits,
                    const uint8_t salt[16]);
/* Takes a token of each prefix and one overall; false, with nothing taken, when one has none left.
 */
bool avow_rate_take(struct avow_rate *rate, const uint64_t prefixes[AVOW_RATE_LEVELS],
                    uint64_t now_ms);
/* Whether the address has a token left; takes none. */
bool avow_rate_has(struct avow_rate *rate, uint64_t address, uint64_t now_ms);
/* Takes up to `tokens` more of this address: it has misbehaved, and is to wait before it returns.
 */
void avow_rate_charge(struct avow_rate *rate, uint64_t address, uint32_t tokens);

#endif
