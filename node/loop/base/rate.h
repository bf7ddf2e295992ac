/* Token buckets: how often something may happen, overall and for each address. Pure: the caller
 * brings the time.
 *
 * Addresses share a fixed table by a salted hash, so that its size is bound and nobody can choose
 * whose bucket to empty. */
#ifndef AVOW_NODE_LOOP_BASE_RATE_H
#define AVOW_NODE_LOOP_BASE_RATE_H

#include "proto/base.h"

#define AVOW_RATE_BUCKETS 1024

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

struct avow_rate {
    struct avow_rate_limit overall, each;
    struct avow_bucket all;
    struct avow_bucket buckets[AVOW_RATE_BUCKETS];
    uint8_t salt[16];
};

/* No address has taken anything yet. `salt`: random, and never told to anybody. */
void avow_rate_init(struct avow_rate *rate, struct avow_rate_limit overall,
                    struct avow_rate_limit each, const uint8_t salt[16]);
/* Takes a token of this address (its network bytes: 4, or an IPv6 prefix) and one overall; false,
 * with nothing taken overall, when the address has none left. */
bool avow_rate_take(struct avow_rate *rate, struct avow_bytes address, uint64_t now_ms);
/* Takes up to `tokens` more of this address: it has misbehaved, and is to wait before it returns.
 */
void avow_rate_charge(struct avow_rate *rate, struct avow_bytes address, uint32_t tokens);

#endif
