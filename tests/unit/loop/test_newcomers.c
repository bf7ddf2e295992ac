/* Who may have how many texts of new logs held, on an injected clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/loop/submit/newcomers.h"
#include "store/store.h"

#define NOW UINT64_C(1790000000)
#define SHARE AVOW_NEWCOMERS_GROUP_BYTES

static struct avow_hash issuer(uint64_t number)
{
    struct avow_hash hash = {{0}};
    avow_put_u64be(hash.bytes, number);
    return hash;
}

static bool take(struct avow_newcomers *newcomers, uint64_t number, struct avow_bytes network,
                 size_t bytes, uint64_t now)
{
    struct avow_hash id = issuer(number);
    return avow_newcomers_take(newcomers, &id, network, bytes, now);
}

struct take_case {
    const char *name;
    uint64_t issuer;
    struct avow_bytes network;
    size_t bytes;
    uint64_t later;
    bool taken;
};

#define NETWORK(...)                                                                               \
    {                                                                                              \
        .data = (const uint8_t[]){__VA_ARGS__}, .len = sizeof((const uint8_t[]){__VA_ARGS__})      \
    }

/* One after the other. */
static const struct take_case take_cases[] = {
    {"more than a share", 1, NETWORK(10, 0, 0, 1), SHARE + 1, 0, false},
    {"half of it", 1, NETWORK(10, 0, 0, 1), SHARE / 2, 0, true},
    {"of the same log the rest", 1, NETWORK(10, 0, 0, 1), SHARE / 2, 0, true},
    {"and no more", 1, NETWORK(10, 0, 0, 1), 1, 0, false},
    {"nor from its neighbour", 2, NETWORK(10, 0, 0, 200), 1, 0, false},
    {"nor by saying it from elsewhere", 1, NETWORK(10, 9, 9, 1), 1, 0, false},
    {"another /24 has its own", 2, NETWORK(10, 0, 1, 1), SHARE, 0, true},
    {"an IPv6 network", 3, NETWORK(0x20, 1, 0xd, 0xb8, 0, 0, 1, 1), SHARE, 0, true},
    {"its /56 is one", 4, NETWORK(0x20, 1, 0xd, 0xb8, 0, 0, 1, 2), 1, 0, false},
    {"another /56", 4, NETWORK(0x20, 1, 0xd, 0xb8, 0, 0, 2, 1), SHARE, 0, true},
    {"just before it is over", 5, NETWORK(10, 0, 0, 1), 1, AVOW_HELD_S, false},
    {"when it is over", 5, NETWORK(10, 0, 0, 1), 1, AVOW_HELD_S + 600, true},
};

static void test_shares(void **state)
{
    (void)state;
    struct avow_newcomers newcomers;
    assert_int_equal(avow_newcomers_init(&newcomers), AVOW_OK);
    for (size_t i = 0; i < sizeof(take_cases) / sizeof(take_cases[0]); i++) {
        const struct take_case *row = &take_cases[i];
        if (take(&newcomers, row->issuer, row->network, row->bytes, NOW + row->later) != row->taken)
            fail_msg("%s: %s", row->name, row->taken ? "not taken" : "taken");
    }
    avow_newcomers_fini(&newcomers);
}

/* Each text that is signed, or was not stored, makes room; small ones are bounded by number. */
static void test_giving_back(void **state)
{
    (void)state;
    const struct avow_bytes network = NETWORK(10, 0, 0, 1);
    struct avow_newcomers newcomers;
    struct avow_hash id = issuer(0), strange = issuer(999);
    assert_int_equal(avow_newcomers_init(&newcomers), AVOW_OK);
    for (uint64_t i = 0; i < AVOW_NEWCOMERS_OF_GROUP; i++)
        assert_true(take(&newcomers, i, network, 10, NOW));
    assert_false(take(&newcomers, 500, network, 10, NOW));
    avow_newcomers_forget(&newcomers, &strange);
    avow_newcomers_give(&newcomers, &strange, 10);
    assert_false(take(&newcomers, 500, network, 10, NOW));
    avow_newcomers_forget(&newcomers, &id);
    assert_true(take(&newcomers, 500, network, 10, NOW));
    id = issuer(7);
    avow_newcomers_give(&newcomers, &id, 4);
    assert_false(take(&newcomers, 501, network, 10, NOW));
    avow_newcomers_give(&newcomers, &id, 6);
    assert_true(take(&newcomers, 501, network, 10, NOW));
    avow_newcomers_fini(&newcomers);
}

/* What has waited longest gives way, and nothing that has just come. */
static void test_oldest(void **state)
{
    (void)state;
    struct avow_newcomers newcomers;
    struct avow_hash oldest, expected = issuer(2);
    const struct avow_bytes network = NETWORK(10, 0, 0, 1);
    assert_int_equal(avow_newcomers_init(&newcomers), AVOW_OK);
    assert_false(avow_newcomers_oldest(&newcomers, NOW, &oldest));
    assert_true(take(&newcomers, 1, network, 10, NOW + 5));
    assert_true(take(&newcomers, 2, network, 10, NOW));
    assert_true(take(&newcomers, 3, network, 10, NOW + 1));
    assert_false(avow_newcomers_oldest(&newcomers, NOW + AVOW_NEWCOMERS_YIELD_S - 1, &oldest));
    assert_true(avow_newcomers_oldest(&newcomers, NOW + AVOW_NEWCOMERS_YIELD_S, &oldest));
    assert_true(avow_hash_equal(&oldest, &expected));
    avow_newcomers_fini(&newcomers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_giving_back),
        cmocka_unit_test(test_oldest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
