#include "node/loop/base/rate.h"

#include <sodium.h>

static uint64_t most_of(const struct avow_rate_limit *limit)
{
    return (uint64_t)limit->burst * 1000;
}

static void fill(struct avow_bucket *bucket, const struct avow_rate_limit *limit, uint64_t now_ms)
{
    uint64_t most = most_of(limit);
    if (!bucket->started) {
        *bucket = (struct avow_bucket){.filled_ms = now_ms, .milli = most, .started = true};
    } else if (now_ms > bucket->filled_ms) {
        uint64_t passed_ms = now_ms - bucket->filled_ms;
        /* More than an hour fills any bucket, and cannot overflow here. */
        uint64_t gain = passed_ms > 3600000 ? most : passed_ms * limit->per_s;
        bucket->milli = bucket->milli + gain > most ? most : bucket->milli + gain;
        bucket->filled_ms = now_ms;
    }
}

bool avow_bucket_take(struct avow_bucket *bucket, const struct avow_rate_limit *limit,
                      uint64_t now_ms)
{
    fill(bucket, limit, now_ms);
    if (bucket->milli < 1000)
        return false;
    bucket->milli -= 1000;
    return true;
}

void avow_rate_init(struct avow_rate *rate, const struct avow_rate_limits *limits,
                    const uint8_t salt[16])
{
    *rate = (struct avow_rate){.limits = *limits};
    memcpy(rate->salt, salt, sizeof(rate->salt));
}

static struct avow_bucket *bucket_of(struct avow_rate *rate, size_t level, uint64_t prefix)
{
    _Static_assert(sizeof(rate->salt) == crypto_shorthash_KEYBYTES, "salt of SipHash");
    uint8_t hash[crypto_shorthash_BYTES], bytes[8];
    avow_put_u64be(bytes, prefix);
    (void)crypto_shorthash(hash, bytes, sizeof(bytes), rate->salt);
    return &rate->buckets[level][avow_get_u32be(hash) % AVOW_RATE_BUCKETS];
}

void avow_rate_charge(struct avow_rate *rate, uint64_t address, uint32_t tokens)
{
    struct avow_bucket *own = bucket_of(rate, 0, address);
    uint64_t milli = (uint64_t)tokens * 1000;
    own->milli = own->milli < milli ? 0 : own->milli - milli;
}

bool avow_rate_has(struct avow_rate *rate, uint64_t address, uint64_t now_ms)
{
    struct avow_bucket *own = bucket_of(rate, 0, address);
    fill(own, &rate->limits.each[0], now_ms);
    return own->milli >= 1000;
}

bool avow_rate_take(struct avow_rate *rate, const uint64_t prefixes[AVOW_RATE_LEVELS],
                    uint64_t now_ms)
{
    const struct avow_rate_limits *limits = &rate->limits;
    struct avow_bucket *own[AVOW_RATE_LEVELS];
    bool seen = false;
    for (size_t i = 0; i < AVOW_RATE_LEVELS; i++) {
        own[i] = bucket_of(rate, i, prefixes[i]);
        fill(own[i], &limits->each[i], now_ms);
        if (own[i]->milli < 1000)
            return false;
        seen = seen || own[i]->milli < most_of(&limits->each[i]);
    }
    if (!avow_bucket_take(&rate->overall, &limits->overall, now_ms) &&
        (seen || !avow_bucket_take(&rate->unseen, &limits->unseen, now_ms)))
        return false;
    for (size_t i = 0; i < AVOW_RATE_LEVELS; i++)
        own[i]->milli -= 1000;
    return true;
}
