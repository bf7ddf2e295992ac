/* Who sees what of a node's connections. */
#include "node/loop/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>

#include "tests/sim/rig.h"

#define LINKS 3

static size_t count_peers(const struct avow_report_facts *facts)
{
    char *text = avow_report_peers(facts);
    json_t *peers = json_loads(text, 0, NULL);
    assert_non_null(peers);
    size_t count = json_array_size(peers);
    json_decref(peers);
    free(text);
    return count;
}

/* Readers are seen by the operator alone, nodes by everybody. */
static void test_peers(void **state)
{
    (void)state;
    static const uint64_t roles[LINKS] = {AVOW_PEER_CLIENT, AVOW_PEER_NODE, AVOW_PEER_WATCHER};
    struct rig rig;
    struct avow_link links[LINKS];
    struct avow_link *slots[LINKS + 1] = {NULL};
    memset(links, 0, sizeof(links));
    rig_init(&rig, NULL);
    for (uint32_t i = 0; i < LINKS; i++) {
        links[i].slot = i;
        links[i].up = true;
        slots[i] = &links[i];
        rig_join(&rig, i, roles[i]);
    }
    struct avow_links table = {.slots = slots, .max = LINKS + 1, .count = LINKS};
    struct avow_report_facts facts = {.core = rig.core, .links = &table, .local = true};
    assert_int_equal(count_peers(&facts), LINKS);
    facts.local = false;
    assert_int_equal(count_peers(&facts), 1);
    rig_fini(&rig);
}

struct address_case {
    const char *name;
    uint8_t network[8];
    size_t len;
    bool local;
};

static void test_local(void **state)
{
    (void)state;
    static const struct address_case cases[] = {
        {"127.0.0.1", {127, 0, 0, 1}, 4, true},
        {"127.9.9.9", {127, 9, 9, 9}, 4, true},
        {"10.0.0.1", {10, 0, 0, 1}, 4, false},
        {"0.0.0.0", {0}, 4, false},
        {"::1", {0}, 8, true},
        {"2001:db8::1", {0x20, 1, 0xd, 0xb8}, 8, false},
        {"nobody yet", {0}, 0, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct avow_link link = {.network_len = cases[i].len};
        memcpy(link.network, cases[i].network, sizeof(cases[i].network));
        if (avow_link_is_local(&link) != cases[i].local)
            fail_msg("%s", cases[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_peers), cmocka_unit_test(test_local)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
