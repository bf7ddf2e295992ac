#include "store/read/allowance.h"

#include "store/read/snapshot_state.h"

#define STEPS_A_LOOK 16 /* at the clock, which costs as much as a small one of them */

void avow_allowance_begin(struct avow_snapshot *snapshot, const struct avow_allowance *allowance)
{
    snapshot->bounded = allowance != NULL;
    if (snapshot->bounded)
        snapshot->allowance = *allowance;
    snapshot->bytes_before = avow_snapshot_bytes(snapshot);
    snapshot->fell_short = false;
    snapshot->steps = 0;
}

static size_t bytes_used(const struct avow_snapshot *snapshot)
{
    return avow_snapshot_bytes(snapshot) - snapshot->bytes_before;
}

static uint64_t time_used(const struct avow_allowance *allowance)
{
    return allowance->clock(allowance->context) - allowance->began;
}

/* Remembers it when something is not. */
static bool allowed(struct avow_snapshot *snapshot, bool is)
{
    snapshot->fell_short = snapshot->fell_short || !is;
    return is;
}

bool avow_allowance_may_go_on(struct avow_snapshot *snapshot)
{
    const struct avow_allowance *allowance = &snapshot->allowance;
    return !snapshot->bounded ||
           allowed(snapshot, !snapshot->fell_short && bytes_used(snapshot) < allowance->bytes / 2 &&
                                 time_used(allowance) < allowance->time_ns / 2);
}

enum avow_err avow_allowance_in_time(struct avow_snapshot *snapshot)
{
    const struct avow_allowance *allowance = &snapshot->allowance;
    if (!snapshot->bounded || ++snapshot->steps % STEPS_A_LOOK != 0)
        return AVOW_OK;
    return allowed(snapshot, time_used(allowance) < allowance->time_ns) ? AVOW_OK : AVOW_ERR_BUSY;
}

enum avow_err avow_allowance_has_room(struct avow_snapshot *snapshot)
{
    return !snapshot->bounded || allowed(snapshot, bytes_used(snapshot) < snapshot->allowance.bytes)
               ? AVOW_OK
               : AVOW_ERR_TOO_LARGE;
}

bool avow_allowance_fell_short(const struct avow_snapshot *snapshot)
{
    return snapshot->fell_short;
}
