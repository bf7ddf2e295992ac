#include "node/loop/base/rate.h"

#include <sodium.h>

bool avow_bucket_take(struct avow_bucket *bucket, const struct avow_rate_limit *limit,
                      uint64_t now_ms)
{
    uint64_t most = (uint64_t)limit->burst * 1000;
    if (!bucket->started) {
        *bucket = (struct avow_bucket){.filled_ms = now_ms, .milli = most, .started = true};
    } else if (now_ms > bucket->filled_ms) {
        uint64_t passed_ms = now_ms - bucket->filled_ms;
        /* More than an hour fills any bucket, and cannot overflow here. */
        uint64_t gain = passed_ms > 3600000 ? most : passed_ms * limit->per_s;
        bucket->milli = bucket->milli + gain > most ? most : bucket->milli + gain;
        bucket->filled_ms = now_ms;
    }
    if (bucket->milli < 1000)
        return false;
    bucket->milli -= 1000;
    return true;
}

void avow_rate_init(struct avow_rate *rate, struct avow_rate_limit overall,
                    struct avow_rate_limit each, const uint8_t salt[16])
{
    *rate = (struct avow_rate){.overall = overall, .each = each};
    memcpy(rate->salt, salt, sizeof(rate->salt));
}

static struct avow_bucket *bucket_of(struct avow_rate *rate, struct avow_bytes address)
{
    _Static_assert(sizeof(rate->salt) == crypto_shorthash_KEYBYTES, "salt of SipHash");
    uint8_t hash[crypto_shorthash_BYTES];
    (void)crypto_shorthash(hash, address.data, address.len, rate->salt);
    return &rate->buckets[avow_get_u32be(hash) % AVOW_RATE_BUCKETS];
}

void avow_rate_charge(struct avow_rate *rate, struct avow_bytes address, uint32_t tokens)
{
    struct avow_bucket *own = bucket_of(rate, address);
    uint64_t milli = (uint64_t)tokens * 1000;
    own->milli = own->milli < milli ? 0 : own->milli - milli;
}

bool avow_rate_take(struct avow_rate *rate, struct avow_bytes address, uint64_t now_ms)
{
    struct avow_bucket *own = bucket_of(rate, address);
    return avow_bucket_take(own, &rate->each, now_ms) &&
           avow_bucket_take(&rate->all, &rate->overall, now_ms);
}
