/* Who has to go when a place is wanted: idle crowds first, and nobody who is of use for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/loop/link/links.h"

#define SEATS 256
#define DOORSTEP 128
#define SLOTS (SEATS + DOORSTEP + 1)

#define V4(a, b, c, d)                                                                             \
    (0xffff000000000000 | (uint64_t)(a) << 24 | (uint64_t)(b) << 16 | (uint64_t)(c) << 8 | (d))
#define V6(high, low) ((uint64_t)(high) << 32 | (low))

/* Connections that are alike: one each from `first`, `first + step`, ... */
struct crew {
    uint32_t count;
    uint64_t first, step;
    enum avow_place_rank rank;
    uint64_t since_ms;
};

struct scene {
    struct avow_places places;
    uint8_t crew_of[SLOTS];
    uint32_t left[4];
};

static uint32_t free_slot(const struct scene *scene)
{
    uint32_t slot = 0;
    while (scene->places.places[slot].taken)
        slot++;
    return slot;
}

/* As links do: somebody goes for a newcomer when there are too many. */
static void come(struct scene *scene, uint8_t which, const struct crew *crew, uint32_t number)
{
    struct avow_places *places = &scene->places;
    uint32_t slot = free_slot(scene);
    (void)avow_places_take(places, slot, crew->first + crew->step * number, crew->since_ms);
    avow_places_rank(places, slot, crew->rank, crew->since_ms + number);
    scene->crew_of[slot] = which;
    scene->left[which]++;
    if (!avow_places_is_over(places, slot))
        return;
    uint32_t victim = avow_places_victim(places, slot);
    assert_true(victim < SLOTS && victim != slot && places->places[victim].taken);
    scene->left[scene->crew_of[victim]]--;
    avow_places_leave(places, victim);
    assert_false(avow_places_is_over(places, slot));
}

static const struct row {
    const char *name;
    struct crew crews[4]; /* those of the last come as newcomers */
    uint32_t left[4];
} rows[] = {
    {"idle strangers everywhere: each newcomer has a place",
     {{256, V4(1, 0, 0, 1), 0x10000, AVOW_PLACE_IDLE, 0},
      {100, V4(9, 9, 0, 1), 0x1000000, AVOW_PLACE_IDLE, 9000}},
     {156, 100}},
    {"six behind one address that ask stay, whoever comes",
     {{250, V4(1, 0, 0, 1), 0x10000, AVOW_PLACE_IDLE, 500},
      {6, V4(9, 9, 9, 9), 0, AVOW_PLACE_ASKING, 0},
      {249, V4(1, 0, 0, 2), 0x10000, AVOW_PLACE_IDLE, 9000}},
     {1, 6, 249}},
    {"six behind one address, idle like the rest, are no crowd",
     {{250, V4(1, 0, 0, 1), 0x10000, AVOW_PLACE_IDLE, 0},
      {6, V4(9, 9, 9, 9), 0, AVOW_PLACE_IDLE, 500},
      {249, V4(1, 0, 0, 2), 0x10000, AVOW_PLACE_IDLE, 9000}},
     {1, 6, 249}},
    {"a /56 of IPv6 is one crowd, however many /64 it has",
     {{240, V6(0x20010db8, 0x100), 1, AVOW_PLACE_ASKING, 9000},
      {16, V6(0x2a000001, 0), 0x100000000, AVOW_PLACE_IDLE, 0},
      {200, V6(0x2b000001, 0), 0x100000000, AVOW_PLACE_IDLE, 9000}},
     {40, 16, 200}},
    {"and a /24 of IPv4, and what a provider has",
     {{120, V4(1, 2, 3, 0), 1, AVOW_PLACE_ASKING, 9000},
      {120, V4(7, 7, 0, 1), 256, AVOW_PLACE_ASKING, 9000},
      {16, V4(20, 1, 1, 1), 0x1000000, AVOW_PLACE_IDLE, 0},
      {192, V4(40, 0, 0, 1), 0x100000, AVOW_PLACE_IDLE, 9000}},
     {16, 32, 16, 192}},
    {"who asks goes only after who is idle",
     {{128, V4(1, 0, 0, 1), 0x10000, AVOW_PLACE_ASKING, 500},
      {127, V4(2, 0, 0, 1), 0x10000, AVOW_PLACE_IDLE, 0},
      {1, V4(9, 9, 9, 9), 0, AVOW_PLACE_NODE, 9999},
      {200, V4(10, 0, 0, 1), 0x10000, AVOW_PLACE_IDLE, 9000}},
     {128, 0, 1, 127}},
    {"when all ask, newcomers have an eighth, and who asked last stays",
     {{100, V4(1, 0, 0, 1), 0x10000, AVOW_PLACE_ASKING, 0},
      {156, V4(2, 0, 0, 1), 0x10000, AVOW_PLACE_ASKING, 500},
      {200, V4(10, 0, 0, 1), 0x10000, AVOW_PLACE_IDLE, 9000}},
     {68, 156, 32}},
    {"idle nodes cannot have more than three quarters: those that came last go",
     {{100, V4(1, 0, 0, 1), 0x10000, AVOW_PLACE_NODE, 0},
      {156, V4(2, 0, 0, 1), 0x10000, AVOW_PLACE_NODE, 9000},
      {200, V4(10, 0, 0, 1), 0x10000, AVOW_PLACE_IDLE, 9000}},
     {100, 92, 64}},
    {"who gave logs stays, though others call themselves nodes",
     {{200, V4(1, 0, 0, 1), 0x10000, AVOW_PLACE_NODE, 0},
      {56, V4(2, 0, 0, 1), 0x10000, AVOW_PLACE_SOURCE, 9000},
      {200, V4(10, 0, 0, 1), 0x10000, AVOW_PLACE_NODE, 9000}},
     {199, 56, 1}},
    {"bare connections: who has spoken keeps its place at the doorstep",
     {{120, V4(1, 0, 0, 1), 0x10000, AVOW_PLACE_SILENT, 0},
      {8, V4(9, 9, 9, 9), 0, AVOW_PLACE_SHAKING, 0},
      {500, V4(2, 0, 0, 1), 0x10000, AVOW_PLACE_SILENT, 9000}},
     {0, 8, 120}},
    {"bare connections of one network: a newcomer elsewhere keeps its place, silent as it is",
     {{128, V4(1, 1, 0, 1), 1, AVOW_PLACE_SILENT, 0},
      {1, V4(9, 9, 9, 9), 0, AVOW_PLACE_SILENT, 0},
      {5000, V4(1, 1, 8, 1), 1, AVOW_PLACE_SILENT, 9000}},
     {0, 1, 127}},
    {"who is seated has nothing to do with who stands at the doorstep",
     {{256, V4(1, 0, 0, 1), 0x10000, AVOW_PLACE_IDLE, 0},
      {500, V4(2, 0, 0, 1), 0x10000, AVOW_PLACE_SILENT, 9000}},
     {256, 128}},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene scene = {0};
        assert_int_equal(avow_places_init(&scene.places, SLOTS, DOORSTEP, SEATS), AVOW_OK);
        for (uint8_t which = 0; which < 4; which++) {
            for (uint32_t n = 0; n < rows[i].crews[which].count; n++)
                come(&scene, which, &rows[i].crews[which], n);
        }
        for (size_t which = 0; which < 4; which++) {
            if (scene.left[which] != rows[i].left[which])
                fail_msg("%s: of crew %zu %u are left", rows[i].name, which, scene.left[which]);
        }
        avow_places_fini(&scene.places);
    }
}

/* What was taken is given back: groups and counts are as before. */
static void test_leave(void **state)
{
    struct avow_places places;
    (void)state;
    assert_int_equal(avow_places_init(&places, 3, 1, 1), AVOW_OK);
    for (unsigned round = 0; round < 100; round++) {
        uint64_t address = V4(1, 2, 3, round);
        assert_int_equal(avow_places_take(&places, 0, address, 1), 1);
        assert_int_equal(avow_places_take(&places, 1, address, 2), 2);
        assert_int_equal(avow_places_take(&places, 2, address + 1, 3), 1);
        assert_true(avow_places_is_over(&places, 2));
        avow_places_rank(&places, 0, AVOW_PLACE_SOURCE, 1);
        avow_places_leave(&places, 1);
        avow_places_leave(&places, 1);
        assert_false(avow_places_is_over(&places, 2));
        assert_int_equal(avow_places_victim(&places, 0), AVOW_PLACE_NONE); /* alone in its room */
        avow_places_leave(&places, 0);
        avow_places_leave(&places, 2);
    }
    avow_places_fini(&places);
}

static void test_prefixes(void **state)
{
    static const struct {
        uint8_t bytes[8];
        size_t len;
        uint64_t prefixes[AVOW_PLACE_LEVELS];
    } cases[] = {
        {{192, 0, 2, 77}, 4, {V4(192, 0, 2, 77), V4(192, 0, 2, 0), V4(192, 0, 0, 0)}},
        {{0x20, 1, 0xd, 0xb8, 1, 2, 3, 4},
         8,
         {0x20010db801020304, 0x20010db801020300, 0x20010db800000000}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t address = avow_place_address(avow_bytes(cases[i].bytes, cases[i].len));
        for (size_t level = 0; level < AVOW_PLACE_LEVELS; level++)
            assert_true(avow_place_prefix(address, level) == cases[i].prefixes[level]);
    }
}

static void test_descriptors(void **state)
{
    static const struct {
        uint64_t files;
        uint32_t seats, outbound, left;
    } cases[] = {
        {UINT64_MAX, 256, 64, 256}, {1024, 256, 64, 256}, {512, 256, 0, 256}, {511, 256, 0, 255},
        {300, 256, 4, 40},          {260, 256, 0, 4},     {259, 256, 0, 0},   {0, 256, 64, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(avow_links_seats_within(cases[i].files, cases[i].seats, cases[i].outbound),
                         cases[i].left);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_leave),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
