/* What a node says of itself: who sees what of its connections; all of it, or nothing when memory
 * runs out. */
#include "node/loop/report.h"

#include <jansson.h>

#include "tests/sim/rig.h"
#include "tests/support/alloc.h"
#include "tests/unit/store/store_fixture.h"

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

struct scene {
    struct rig rig;
    struct avow_link links[LINKS];
    struct avow_link *slots[LINKS + 1];
    struct avow_links table;
};

static struct avow_report_facts join(struct scene *scene)
{
    static const uint64_t roles[LINKS] = {AVOW_PEER_CLIENT, AVOW_PEER_NODE, AVOW_PEER_WATCHER};
    memset(scene, 0, sizeof(*scene));
    rig_init(&scene->rig, NULL);
    for (uint32_t i = 0; i < LINKS; i++) {
        scene->links[i].slot = i;
        scene->links[i].up = true;
        scene->slots[i] = &scene->links[i];
        rig_join(&scene->rig, i, roles[i]);
    }
    scene->table = (struct avow_links){.slots = scene->slots, .max = LINKS + 1, .count = LINKS};
    return (struct avow_report_facts){
        .core = scene->rig.core, .links = &scene->table, .local = true};
}

/* Readers are seen by the operator alone, nodes by everybody. */
static void test_peers(void **state)
{
    (void)state;
    struct scene scene;
    struct avow_report_facts facts = join(&scene);
    assert_int_equal(count_peers(&facts), LINKS);
    facts.local = false;
    assert_int_equal(count_peers(&facts), 1);
    rig_fini(&scene.rig);
}

/* ------------------------------------------------------------------ without memory */

static const struct avow_report_facts *swept;
static char *(*swept_report)(const struct avow_report_facts *facts);

static enum avow_err report_all(void *context)
{
    char *text = swept_report(swept);
    if (text == NULL)
        return AVOW_ERR_NOMEM;
    assert_string_equal(text, context);
    free(text);
    return AVOW_OK;
}

static void sweep(const char *name, char *(*report)(const struct avow_report_facts *facts),
                  const struct avow_report_facts *facts)
{
    char *whole = report(facts);
    assert_non_null(whole);
    swept = facts;
    swept_report = report;
    avow_alloc_sweep(name, report_all, whole);
    free(whole);
}

static void wake(void *context)
{
    (void)context;
}

static void test_whole_or_nothing(void **state)
{
    (void)state;
    static const struct avow_key self = {{1}};
    struct scene scene;
    struct store_folder folder;
    store_folder_make(&folder);
    struct avow_store *store = store_folder_open(&folder);
    const struct avow_write_thread_config config = {.store = store, .wake = wake};
    struct avow_report_facts facts = join(&scene);
    facts.self = &self;
    facts.network = "caf\xe9"; /* no UTF-8 */
    facts.listen = "127.0.0.1:1";
    assert_int_equal(avow_snapshot_new(store, &facts.snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(facts.snapshot), AVOW_OK);
    assert_int_equal(avow_write_thread_new(&config, &facts.writer), AVOW_OK);
    sweep("status", avow_report_status, &facts);
    sweep("peers", avow_report_peers, &facts);
    avow_write_thread_free(&facts.writer);
    avow_snapshot_free(&facts.snapshot);
    avow_store_close(&store);
    store_folder_remove(&folder);
    rig_fini(&scene.rig);
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_peers),
                                       cmocka_unit_test(test_whole_or_nothing),
                                       cmocka_unit_test(test_local)};
    json_set_alloc_funcs(malloc, free); /* so that its allocations fail too */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
