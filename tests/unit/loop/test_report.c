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
        .core = scene->rig.core, .links = &scene->table, .of_operator = true};
}

static void test_peers(void **state)
{
    (void)state;
    struct scene scene;
    struct avow_report_facts facts = join(&scene);
    assert_int_equal(count_peers(&facts), LINKS);
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

/* ------------------------------------------------------------------ copies */

static size_t made;

static char *make(const struct avow_report_facts *facts)
{
    made++;
    return facts == NULL ? NULL : strdup("text");
}

/* However often it is asked for, it is made ten times a second. */
static void test_copies(void **state)
{
    (void)state;
    const struct avow_report_facts facts = {0};
    struct avow_report_copy copy = {0};
    for (uint64_t now_ms = 5000; now_ms < 6000; now_ms++)
        for (size_t i = 0; i < 100; i++)
            assert_string_equal(avow_report_copy_get(&copy, make, &facts, now_ms), "text");
    assert_int_equal(made, 1000 / AVOW_REPORT_MS);
    assert_string_equal(avow_report_copy_get(&copy, make, NULL, 6000), "{}");
    assert_string_equal(avow_report_copy_get(&copy, make, &facts, 6000), "text");
    avow_report_copy_fini(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_peers),
                                       cmocka_unit_test(test_whole_or_nothing),
                                       cmocka_unit_test(test_copies)};
    json_set_alloc_funcs(malloc, free); /* so that its allocations fail too */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
