/* The table of heartbeat keys is bounded, and who has a place in it keeps it. */
#include "node/loop/submit/heartbeat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct avow_hash issuer_of(uint32_t number)
{
    struct avow_hash issuer = {{0}};
    avow_put_u32be(issuer.bytes, number);
    return issuer;
}

static void test_full(void **state)
{
    (void)state;
    char folder[64], inner[80];
    uint8_t seed[32] = {7};
    struct avow_heartbeats heartbeats;
    struct avow_logger logger = {.level = AVOW_LOG_ERROR, .fd = 2};
    (void)snprintf(folder, sizeof(folder), "/tmp/avow-heartbeats-XXXXXX");
    assert_non_null(mkdtemp(folder));
    struct avow_heartbeats_config config = {.data = folder, .logger = &logger};
    assert_int_equal(avow_heartbeats_init(&heartbeats, &config), AVOW_OK);
    for (uint32_t i = 0; i < AVOW_HEARTBEATS_MAX; i++) {
        struct avow_hash issuer = issuer_of(i);
        assert_true(avow_heartbeats_has_room(&heartbeats, &issuer));
        assert_int_equal(avow_heartbeats_add(&heartbeats, &issuer, seed), AVOW_OK);
    }
    struct avow_hash first = issuer_of(0), next = issuer_of(AVOW_HEARTBEATS_MAX);
    assert_true(avow_heartbeats_has_room(&heartbeats, &first));
    assert_int_equal(avow_heartbeats_add(&heartbeats, &first, seed), AVOW_OK);
    assert_false(avow_heartbeats_has_room(&heartbeats, &next));
    assert_int_equal(avow_heartbeats_add(&heartbeats, &next, seed), AVOW_ERR_TOO_LARGE);
    avow_heartbeats_fini(&heartbeats);
    (void)snprintf(inner, sizeof(inner), "%s/heartbeats", folder);
    assert_int_equal(rmdir(inner), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_full)};
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
