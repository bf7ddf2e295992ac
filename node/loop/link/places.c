#include "node/loop/link/places.h"

#include <stdlib.h>

/* IPv4 stands where IPv6 has addresses of groups, which nobody connects from. */
#define V4 UINT64_C(0xffff000000000000)

/* Of all places, what one address, network or provider may have before it counts as many. */
static const uint32_t fair_part[AVOW_PLACE_LEVELS] = {32, 16, 8};

uint64_t avow_place_address(struct avow_bytes bytes)
{
    return bytes.len == 4 ? V4 | avow_get_u32be(bytes.data) : avow_get_u64be(bytes.data);
}

uint64_t avow_place_prefix(uint64_t address, size_t level)
{
    static const unsigned v4[AVOW_PLACE_LEVELS] = {0, 8, 16}, v6[AVOW_PLACE_LEVELS] = {0, 8, 32};
    unsigned host_bits = (address >> 48 == V4 >> 48 ? v4 : v6)[level];
    return address >> host_bits << host_bits;
}

enum avow_err avow_places_init(struct avow_places *places, uint32_t max, uint32_t doorstep,
                               uint32_t seats)
{
    *places = (struct avow_places){.max = max, .doorstep = doorstep, .seats = seats};
    places->places = calloc(max, sizeof(*places->places));
    bool good = places->places != NULL;
    for (size_t i = 0; i < AVOW_PLACE_LEVELS; i++) {
        places->fair[i] = seats < fair_part[i] ? 1 : seats / fair_part[i];
        places->groups[i] = calloc(max, sizeof(*places->groups[i]));
        good = good && places->groups[i] != NULL;
    }
    return good ? AVOW_OK : AVOW_ERR_NOMEM;
}

void avow_places_fini(struct avow_places *places)
{
    free(places->places);
    for (size_t i = 0; i < AVOW_PLACE_LEVELS; i++)
        free(places->groups[i]);
    *places = (struct avow_places){0};
}

/* The group of a prefix, or a free one: there is one for each place. */
static uint32_t find_group(const struct avow_place_group *groups, uint32_t max, uint64_t prefix)
{
    uint32_t found = max;
    for (uint32_t i = 0; i < max; i++) {
        if (groups[i].count > 0 && groups[i].prefix == prefix)
            return i;
        if (groups[i].count == 0 && found == max)
            found = i;
    }
    AVOW_ASSERT(found < max);
    return found;
}

uint32_t avow_places_take(struct avow_places *places, uint32_t slot, uint64_t address,
                          uint64_t now_ms)
{
    struct avow_place *place = &places->places[slot];
    AVOW_ASSERT(slot < places->max && !place->taken);
    *place = (struct avow_place){.taken = true, .rank = AVOW_PLACE_SILENT, .since_ms = now_ms};
    for (size_t i = 0; i < AVOW_PLACE_LEVELS; i++) {
        uint64_t prefix = avow_place_prefix(address, i);
        place->groups[i] = find_group(places->groups[i], places->max, prefix);
        places->groups[i][place->groups[i]].prefix = prefix;
        places->groups[i][place->groups[i]].count++;
    }
    places->counts[AVOW_PLACE_SILENT]++;
    return places->groups[0][place->groups[0]].count;
}

void avow_places_leave(struct avow_places *places, uint32_t slot)
{
    struct avow_place *place = &places->places[slot];
    if (!place->taken)
        return;
    for (size_t i = 0; i < AVOW_PLACE_LEVELS; i++)
        places->groups[i][place->groups[i]].count--;
    places->counts[place->rank]--;
    place->taken = false;
}

void avow_places_rank(struct avow_places *places, uint32_t slot, enum avow_place_rank rank,
                      uint64_t since_ms)
{
    struct avow_place *place = &places->places[slot];
    AVOW_ASSERT(place->taken);
    places->counts[place->rank]--;
    places->counts[rank]++;
    place->rank = rank;
    place->since_ms = since_ms;
}

static uint32_t count_from(const struct avow_places *places, enum avow_place_rank least)
{
    uint32_t count = 0;
    for (size_t rank = least; rank < AVOW_PLACE_RANKS; rank++)
        count += places->counts[rank];
    return count;
}

static bool is_seated(const struct avow_place *place)
{
    return place->rank >= AVOW_PLACE_IDLE;
}

bool avow_places_is_over(const struct avow_places *places, uint32_t slot)
{
    if (is_seated(&places->places[slot]))
        return count_from(places, AVOW_PLACE_IDLE) > places->seats;
    return places->counts[AVOW_PLACE_SILENT] + places->counts[AVOW_PLACE_SHAKING] >
           places->doorstep;
}

/* How many times its fair number of places a group has, in sixteenths; 0 while it has no more. */
static uint32_t crowd_of(const struct avow_places *places, const struct avow_place *place)
{
    uint32_t most = 0;
    for (size_t i = 0; i < AVOW_PLACE_LEVELS; i++) {
        uint32_t count = places->groups[i][place->groups[i]].count;
        uint32_t crowd = count > places->fair[i] ? count * 16 / places->fair[i] : 0;
        most = crowd > most ? crowd : most;
    }
    return most;
}

/* Of least use, and that for longest; of nodes, who came last: those that were there before an
 * attack stay. */
static bool goes_before(const struct avow_place *one, const struct avow_place *other)
{
    if (one->rank != other->rank)
        return one->rank < other->rank;
    return one->rank >= AVOW_PLACE_NODE ? one->since_ms > other->since_ms
                                        : one->since_ms < other->since_ms;
}

/* Below this rank nobody goes, for those above it have too many of the seats. */
static enum avow_place_rank lowest_to_go(const struct avow_places *places)
{
    if (count_from(places, AVOW_PLACE_NODE) > places->seats - places->seats / 4)
        return AVOW_PLACE_NODE;
    if (count_from(places, AVOW_PLACE_ASKING) > places->seats - places->seats / 8)
        return AVOW_PLACE_ASKING;
    return AVOW_PLACE_SILENT;
}

uint32_t avow_places_victim(const struct avow_places *places, uint32_t slot)
{
    const bool seated = is_seated(&places->places[slot]);
    const enum avow_place_rank lowest = seated ? lowest_to_go(places) : AVOW_PLACE_SILENT;
    uint32_t victim = AVOW_PLACE_NONE, most = 0;
    for (uint32_t i = 0; i < places->max; i++) {
        const struct avow_place *place = &places->places[i];
        if (!place->taken || i == slot || is_seated(place) != seated)
            continue;
        uint32_t crowd = crowd_of(places, place);
        if ((crowd == 0 && place->rank < lowest) || crowd < most)
            continue;
        if (victim == AVOW_PLACE_NONE || crowd > most ||
            goes_before(place, &places->places[victim])) {
            victim = i;
            most = crowd;
        }
    }
    return victim;
}
