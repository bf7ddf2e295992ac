/* Graphs that are made to be searched for ever, or to hide what is honest: generated as they are
 * asked for, a million recognitions of every body. */
#include "proto/trust/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "proto/codec/writer.h"
#include "tests/support/alloc.h"

#define NOW UINT64_C(1800000000)
#define MANY UINT64_C(1000000)
#define ISSUER_ENTRIES (UINT64_C(1) << 32) /* indices of recognitions of the issuer */
#define ISSUER 999
#define NO_BOUND SIZE_MAX
#define SEARCH_BYTES_MAX ((size_t)16 << 20) /* that a search takes beside its facts */
#define ARENA_BYTES ((size_t)64 << 20)

/* Bodies are numbers. What each of them says: of how many authorities, which, and how often of the
 * issuer. */
struct world {
    uint64_t (*authorities)(uint64_t body);
    uint64_t (*authority)(uint64_t body, uint64_t i);
    uint64_t (*issuers)(uint64_t body);
    bool void_scope; /* the hostile ones' word on the issuer admits nothing */
    size_t rows;     /* of equivalence, in each */
    bool long_chains;
    size_t logs;  /* read */
    size_t turns; /* that the facts let the search take; NO_BOUND */
    uint8_t *arena;
    size_t used;
};

static struct avow_hash id_of(uint64_t body)
{
    struct avow_hash id = {{0}};
    avow_put_u64be(id.bytes, body);
    return id;
}

/* The honest ones: 1 is the anchor, 100 and up a chain of authorities that ends at the issuer. */
#define ANCHOR 1
#define HONEST 100
static bool is_honest(uint64_t body)
{
    return body == ANCHOR || (body >= HONEST && body < HONEST + 10);
}

static void write_rows(struct avow_buf *out, size_t rows)
{
    avow_write_array(out, rows);
    for (size_t i = 0; i < rows; i++) {
        char framework[32];
        (void)snprintf(framework, sizeof(framework), "F%zu", i);
        avow_write_array(out, 4);
        avow_write_text(out, avow_bytes_text("KNQF"));
        avow_write_text(out, avow_bytes_text(i < 60 ? "7" : "6"));
        avow_write_text(out, avow_bytes_text(framework));
        avow_write_text(out, avow_bytes_text("1"));
    }
}

static void write_entry(struct avow_buf *out, const struct world *world, uint64_t body,
                        uint64_t index)
{
    static const uint8_t everything[] = {0x80};
    static const uint8_t nothing[] = {0x81, 0xa6, 'f', 'i', 'e', 'l', 'd', 's', 0x90};
    bool of_issuer = index >= ISSUER_ENTRIES;
    bool is_void = of_issuer && world->void_scope && !is_honest(body);
    struct avow_buf rows;
    avow_buf_init(&rows, 8192);
    write_rows(&rows, world->rows);
    struct avow_entry entry = {.kind = AVOW_KIND_RECOGNITION, .t = NOW - 1000};
    entry.recognition = (struct avow_recognition){
        .subject = id_of(of_issuer ? ISSUER : world->authority(body, index - 1)),
        .subject_name = avow_bytes_text("n"),
        .role = of_issuer ? AVOW_ROLE_ISSUER : AVOW_ROLE_AUTHORITY,
        .scope = is_void ? avow_bytes(nothing, sizeof(nothing))
                         : avow_bytes(everything, sizeof(everything)),
        .equivalence = avow_buf_bytes(&rows),
        .basis = avow_bytes_text("a:b")};
    avow_entry_encode(out, &entry);
    avow_buf_fini(&rows);
}

/* ---- facts ---- */

static const struct avow_chain plain_chain, long_chain = {.count = AVOW_ROOT_ENTRIES_MAX};
static const struct avow_checkpoint plain_checkpoint = {.size = ISSUER_ENTRIES * 2, .time = NOW};

static enum avow_err world_log(void *context, const struct avow_hash *issuer,
                               struct avow_known_log *log)
{
    struct world *world = context;
    world->logs++;
    *log =
        (struct avow_known_log){.checkpoint = &plain_checkpoint,
                                .chain = world->long_chains ? &long_chain : &plain_chain,
                                .abandoned_from = AVOW_NEVER,
                                .disputed_from = AVOW_NEVER,
                                .whole = true,
                                .handle = (const void *)(uintptr_t)avow_get_u64be(issuer->bytes)};
    return AVOW_OK;
}

static uint64_t body_of(const struct avow_known_log *log)
{
    return (uintptr_t)log->handle;
}

static enum avow_err world_entry(void *context, const struct avow_known_log *log, uint64_t index,
                                 struct avow_bytes *entry)
{
    struct world *world = context;
    struct avow_buf out;
    avow_buf_init_fixed(&out, world->arena + world->used, ARENA_BYTES - world->used);
    write_entry(&out, world, body_of(log), index);
    assert_int_equal(out.err, AVOW_OK);
    world->used += out.len;
    *entry = avow_buf_bytes(&out);
    return AVOW_OK;
}

static enum avow_err world_status(void *context, const struct avow_known_log *log, uint64_t index,
                                  enum avow_status *status)
{
    (void)context, (void)log, (void)index;
    *status = AVOW_STATUS_ACTIVE;
    return AVOW_OK;
}

static enum avow_err world_recognition(void *context, const struct avow_known_log *log,
                                       const struct avow_hash *subject, uint64_t *index)
{
    const struct world *world = context;
    uint64_t first = subject != NULL ? ISSUER_ENTRIES : 1;
    uint64_t count =
        subject != NULL ? world->issuers(body_of(log)) : world->authorities(body_of(log));
    if (*index < first)
        *index = first;
    return *index < first + count ? AVOW_OK : AVOW_ERR_NOT_FOUND;
}

static bool world_may_go_on(void *context)
{
    struct world *world = context;
    if (world->turns > 0 && world->turns != NO_BOUND)
        world->turns--;
    return world->turns > 0;
}

static void search(struct world *world, unsigned depth, struct avow_recognised *out)
{
    static const uint8_t everything[] = {0x80};
    struct avow_facts facts = {.context = world,
                               .log = world_log,
                               .entry = world_entry,
                               .status = world_status,
                               .recognition = world_recognition,
                               .may_go_on = world_may_go_on};
    struct avow_policy policy;
    struct avow_hash anchor = id_of(ANCHOR);
    struct avow_award award = {.issuer = id_of(ISSUER),
                               .framework = avow_bytes_text("KNQF"),
                               .level = avow_bytes_text("7"),
                               .time = NOW,
                               .covered_at = AVOW_NEVER};
    avow_policy_init(&policy);
    policy.max_depth = depth;
    assert_int_equal(avow_policy_add_anchor(&policy, avow_bytes(NULL, 0), &anchor,
                                            avow_bytes(everything, sizeof(everything))),
                     AVOW_ACCEPT);
    world->arena = malloc(ARENA_BYTES);
    assert_non_null(world->arena);
    world->used = 0;
    assert_int_equal(avow_search(&facts, &policy, &award, NOW, NOW, out), AVOW_OK);
}

/* ---- worlds ---- */

static uint64_t million(uint64_t body)
{
    (void)body;
    return MANY;
}

static uint64_t none(uint64_t body)
{
    (void)body;
    return 0;
}

/* Every one recognises a million others, of its own. */
static uint64_t fresh(uint64_t body, uint64_t i)
{
    return (body * 31 + 7) * MANY + i + 1000;
}

/* Everyone recognises the same million, itself among them. */
static uint64_t clique(uint64_t body, uint64_t i)
{
    (void)body;
    return 1000 + i;
}

/* Two that recognise one another, a million times. */
static uint64_t pair(uint64_t body, uint64_t i)
{
    (void)i;
    return body == 2 ? 3 : 2;
}

/* Four that recognise one another. */
static uint64_t four(uint64_t body)
{
    (void)body;
    return 4;
}

static uint64_t one_of_four(uint64_t body, uint64_t i)
{
    (void)body;
    return 1 + i;
}

/* An anchor of a hostile authority and an honest one; there are a million below the hostile one,
 * and a chain that leads to the issuer below the other. */
static uint64_t chain_end;

static uint64_t honest_authorities(uint64_t body)
{
    return body == ANCHOR ? 2 : !is_honest(body) ? MANY : body < chain_end;
}

static uint64_t honest_authority(uint64_t body, uint64_t i)
{
    if (body == ANCHOR)
        return i == 0 ? 2 : HONEST;
    return is_honest(body) ? body + 1 : fresh(body, i);
}

static uint64_t end_of_chain(uint64_t body)
{
    return body == chain_end;
}

static uint64_t honest_once(uint64_t body)
{
    return !is_honest(body) ? MANY : body == chain_end;
}

/* An anchor that recognises a million, the honest one first. */
static uint64_t anchor_of_a_million(uint64_t body)
{
    return body == ANCHOR ? MANY : honest_authorities(body);
}

static uint64_t honest_first(uint64_t body, uint64_t i)
{
    if (body == ANCHOR)
        return i == 0 ? HONEST : fresh(body, i);
    return honest_authority(body, i);
}

/* An anchor of 99 hostile authorities before the honest one. */
static uint64_t hundred(uint64_t body)
{
    return body == ANCHOR ? 100 : honest_authorities(body);
}

static uint64_t last_of_hundred(uint64_t body, uint64_t i)
{
    if (body == ANCHOR)
        return i < 99 ? 200 + i : HONEST;
    return honest_authority(body, i);
}

#define WORLD_OF(how_many, which, on_issuer, is_void, row_count)                                   \
    {                                                                                              \
        .authorities = (how_many), .authority = (which), .issuers = (on_issuer),                   \
        .void_scope = (is_void), .rows = (row_count), .turns = NO_BOUND                            \
    }
#define WORLD(how_many, which, on_issuer) WORLD_OF(how_many, which, on_issuer, false, 0)
#define HONEST_WORLD WORLD(honest_authorities, honest_authority, end_of_chain)
#define NOISY_WORLD(row_count)                                                                     \
    WORLD_OF(honest_authorities, honest_authority, honest_once, true, row_count)

static const struct hostile_row {
    const char *name;
    struct world world;
    unsigned depth;
    uint64_t chain_end; /* the honest body that recognises the issuer */
    enum avow_search_end end;
    size_t paths;
} hostile_rows[] = {
    {"a million of a million", WORLD(million, fresh, none), 8, HONEST, AVOW_SEARCH_BUDGET, 0},
    {"a clique of a million", WORLD(million, clique, none), 8, HONEST, AVOW_SEARCH_BUDGET, 0},
    {"two that go round", WORLD(million, pair, none), 8, HONEST, AVOW_SEARCH_BUDGET, 0},
    {"four that go round", WORLD(four, one_of_four, none), 8, HONEST, AVOW_SEARCH_WHOLE, 0},
    {"the issuer, a million times", WORLD(none, fresh, million), 1, HONEST, AVOW_SEARCH_BUDGET, 16},
    {"a million with 200 rows each", WORLD_OF(none, fresh, million, false, 200), 1, HONEST,
     AVOW_SEARCH_BUDGET, 16},
    {"honest, two steps down", HONEST_WORLD, 4, HONEST, AVOW_SEARCH_BUDGET, 1},
    {"honest, three steps down", HONEST_WORLD, 4, HONEST + 1, AVOW_SEARCH_BUDGET, 1},
    {"honest, eight steps down", HONEST_WORLD, 8, HONEST + 6, AVOW_SEARCH_BUDGET, 1},
    {"beside a million useless words on the issuer", NOISY_WORLD(0), 4, HONEST + 1,
     AVOW_SEARCH_BUDGET, 1},
    {"beside a million useless words with many rows", NOISY_WORLD(200), 4, HONEST + 1,
     AVOW_SEARCH_BUDGET, 1},
    {"the first of a million", WORLD(anchor_of_a_million, honest_first, end_of_chain), 4,
     HONEST + 1, AVOW_SEARCH_BUDGET, 1},
    {"behind 99 that are hostile", WORLD(hundred, last_of_hundred, end_of_chain), 4, HONEST + 1,
     AVOW_SEARCH_BUDGET, 1},
};

static double now_ms(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void test_hostile(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(hostile_rows) / sizeof(hostile_rows[0]); i++) {
        const struct hostile_row *row = &hostile_rows[i];
        struct world world = row->world;
        static struct avow_recognised out;
        chain_end = row->chain_end;
        double start = now_ms();
        avow_alloc_fail_at(0);
        search(&world, row->depth, &out);
        print_message("%s: %zu steps, %.1f ms\n", row->name, out.steps, now_ms() - start);
        if (out.end != row->end || out.path_count != row->paths ||
            out.steps > AVOW_SEARCH_STEPS_MAX ||
            (out.end == AVOW_SEARCH_BUDGET && out.steps < AVOW_SEARCH_STEPS_MAX))
            fail_msg("%s: end %d, %zu paths in %zu steps", row->name, (int)out.end, out.path_count,
                     out.steps);
        /* What was read is in proportion to the steps. */
        assert_true(world.used < out.steps * 4096);
        if (avow_alloc_most_bytes() > ARENA_BYTES + SEARCH_BYTES_MAX)
            fail_msg("%s: %zu bytes", row->name, avow_alloc_most_bytes() - ARENA_BYTES);
        free(world.arena);
    }
}

/* What is read of root chains is paid for: as many bodies less are come to. */
static void test_long_chains(void **state)
{
    (void)state;
    struct world world = WORLD(million, fresh, none);
    static struct avow_recognised out;
    world.long_chains = true;
    search(&world, 8, &out);
    assert_int_equal(out.end, AVOW_SEARCH_BUDGET);
    assert_in_range(world.logs, 200, AVOW_SEARCH_STEPS_MAX * 8 / AVOW_ROOT_ENTRIES_MAX + 1);
    free(world.arena);
}

/* Facts whose time is up end the search where it is, as its own bound does: it is never whole, and
 * what was found is told. */
static void test_ended_by_the_facts(void **state)
{
    (void)state;
    for (size_t turns = 1; turns < 100; turns++) {
        struct world world = WORLD(none, fresh, million), few = WORLD(four, one_of_four, none);
        static struct avow_recognised out;
        world.turns = few.turns = turns;
        search(&world, 1, &out);
        assert_int_equal(out.end, AVOW_SEARCH_BUDGET);
        assert_true(out.steps <= turns && world.logs <= 1);
        assert_int_equal(out.path_count > 0, turns > 5);
        free(world.arena);
        search(&few, 8, &out);
        assert_int_equal(out.end == AVOW_SEARCH_BUDGET, few.turns == 0);
        free(few.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_long_chains),
        cmocka_unit_test(test_ended_by_the_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
