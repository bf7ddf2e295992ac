/* Who holds a place among a node's connections, and who has to go when one is wanted. Pure data:
 * the caller brings time and addresses.
 *
 * A newcomer stands at the doorstep until its handshake is done, and then takes a seat; each of the
 * two has a bound. Beyond it, somebody goes: whoever has many places for one network, then whoever
 * is of least use, then whoever has been so for longest. So no place is kept by idling, and none is
 * taken from who is of use while there are idle ones. Who is of use may hold seven eighths of the
 * seats, nodes three quarters: the rest always passes on to newcomers. Seats that were dialled are
 * not counted here. */
#ifndef AVOW_NODE_LOOP_LINK_PLACES_H
#define AVOW_NODE_LOOP_LINK_PLACES_H

#include "proto/base.h"

/* By an address: itself (an IPv6 /64), its network (/24, /56), its provider's (/16, /32). */
#define AVOW_PLACE_LEVELS 3
#define AVOW_PLACE_NONE UINT32_MAX

enum avow_place_rank {
    AVOW_PLACE_SILENT,  /* at the doorstep: a connection that nothing came on */
    AVOW_PLACE_SHAKING, /* at the doorstep: its first message was worked on */
    AVOW_PLACE_IDLE,    /* seated, and of no use for a while */
    AVOW_PLACE_ASKING,  /* was answered lately */
    AVOW_PLACE_NODE,    /* says that it is a node */
    AVOW_PLACE_SOURCE,  /* a node that logs were had from */
};
#define AVOW_PLACE_RANKS (AVOW_PLACE_SOURCE + 1)

struct avow_place {
    bool taken;
    enum avow_place_rank rank;
    uint64_t since_ms; /* when it was last of use; of nodes, when it came */
    uint32_t groups[AVOW_PLACE_LEVELS];
};

struct avow_place_group { /* of those with one prefix; free when `count` is 0 */
    uint64_t prefix;
    uint32_t count;
};

struct avow_places {
    uint32_t max, doorstep, seats;
    uint32_t counts[AVOW_PLACE_RANKS];
    uint32_t fair[AVOW_PLACE_LEVELS]; /* places of one group that nobody holds against it */
    struct avow_place *places;
    struct avow_place_group *groups[AVOW_PLACE_LEVELS];
};

/* An address as a number, whose prefixes are networks: 4 bytes of IPv4, or 8 of IPv6. */
uint64_t avow_place_address(struct avow_bytes bytes);
uint64_t avow_place_prefix(uint64_t address, size_t level);

/* For slots 0 to max - 1. AVOW_ERR_NOMEM; _fini in any case. */
AVOW_NODISCARD enum avow_err avow_places_init(struct avow_places *places, uint32_t max,
                                              uint32_t doorstep, uint32_t seats);
void avow_places_fini(struct avow_places *places);

/* A free slot is taken by a silent newcomer. How many places its address has, this one included. */
uint32_t avow_places_take(struct avow_places *places, uint32_t slot, uint64_t address,
                          uint64_t now_ms);
/* Nothing happens when it is free already. */
void avow_places_leave(struct avow_places *places, uint32_t slot);
/* What a taken place is worth now. */
void avow_places_rank(struct avow_places *places, uint32_t slot, enum avow_place_rank rank,
                      uint64_t since_ms);
/* Whether there are more seated, or more at the doorstep, than may be, this one among them. */
bool avow_places_is_over(const struct avow_places *places, uint32_t slot);
/* Who is to make room for it: of the same kind, and never itself; AVOW_PLACE_NONE when there is
 * nobody else. A pass over all places. */
uint32_t avow_places_victim(const struct avow_places *places, uint32_t slot);

#endif
