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

#include "tests/support/log_builder.h"

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
    /* One that is spent gives its place, and its file, to a new one. */
    struct avow_hash gone = issuer_of(5);
    char path[4096];
    avow_heartbeats_path(&heartbeats, &gone, path, sizeof(path));
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fclose(file);
    heartbeats.keys[5].spent = true;
    assert_true(avow_heartbeats_has_room(&heartbeats, &next));
    assert_int_equal(avow_heartbeats_add(&heartbeats, &next, seed), AVOW_OK);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_false(avow_heartbeats_has_room(&heartbeats, &gone));
    assert_true(avow_heartbeats_has_room(&heartbeats, &next));
    avow_heartbeats_fini(&heartbeats);
    (void)snprintf(inner, sizeof(inner), "%s/heartbeats", folder);
    assert_int_equal(rmdir(inner), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void test_spent(void **state)
{
    (void)state;
    struct log_builder builder;
    log_builder_start(&builder, "spent");
    const struct log_key home = log_builder_node_key(&builder);
    struct avow_log log = {.state = builder.state, .checkpoint = {.size = builder.count}};
    struct avow_heartbeat_key key = {.key = builder.heartbeat.key};
    const uint64_t end = builder.t + builder.key_life_s;
    assert_false(avow_heartbeats_is_spent(&key, &log, &home.key, builder.t));
    assert_false(avow_heartbeats_is_spent(&key, &log, &home.key, end));
    assert_true(avow_heartbeats_is_spent(&key, &log, &home.key, end + 1));
    assert_true(avow_heartbeats_is_spent(&key, NULL, &home.key, builder.t));
    assert_true(avow_heartbeats_is_spent(&key, &log, &builder.sign.key, builder.t));
    key.key = builder.sign.key;
    assert_true(avow_heartbeats_is_spent(&key, &log, &home.key, builder.t));
    log_builder_fini(&builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_full), cmocka_unit_test(test_spent)};
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
