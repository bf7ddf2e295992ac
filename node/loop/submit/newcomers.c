#include "node/loop/submit/newcomers.h"

#include "store/store.h"

#include <stdlib.h>

#define LEEWAY_S 120 /* a text's time may be ahead, and its rows go with a timer */

enum avow_err avow_newcomers_init(struct avow_newcomers *newcomers)
{
    newcomers->count = 0;
    newcomers->rows = calloc(AVOW_NEWCOMERS_MAX, sizeof(*newcomers->rows));
    return newcomers->rows == NULL ? AVOW_ERR_NOMEM : AVOW_OK;
}

void avow_newcomers_fini(struct avow_newcomers *newcomers)
{
    free(newcomers->rows);
    newcomers->rows = NULL;
    newcomers->count = 0;
}

static void group_of(struct avow_bytes network, uint8_t group[AVOW_NEWCOMERS_GROUP_LEN])
{
    const size_t named = network.len == 4 ? 3 : 7;
    memset(group, 0, AVOW_NEWCOMERS_GROUP_LEN);
    memcpy(group, network.data, named < network.len ? named : network.len);
    group[AVOW_NEWCOMERS_GROUP_LEN - 1] = (uint8_t)named; /* so that the two do not meet */
}

static struct avow_newcomer *find(struct avow_newcomers *newcomers, const struct avow_hash *issuer)
{
    for (size_t i = 0; i < newcomers->count; i++) {
        if (avow_hash_equal(&newcomers->rows[i].issuer, issuer))
            return &newcomers->rows[i];
    }
    return NULL;
}

static void drop(struct avow_newcomers *newcomers, struct avow_newcomer *row)
{
    *row = newcomers->rows[--newcomers->count];
}

static void drop_past(struct avow_newcomers *newcomers, uint64_t now)
{
    for (size_t i = newcomers->count; i > 0; i--) {
        if (newcomers->rows[i - 1].since + AVOW_HELD_S + LEEWAY_S < now)
            drop(newcomers, &newcomers->rows[i - 1]);
    }
}

bool avow_newcomers_take(struct avow_newcomers *newcomers, const struct avow_hash *issuer,
                         struct avow_bytes network, size_t bytes, uint64_t now)
{
    struct avow_newcomer made = {.issuer = *issuer, .since = now};
    size_t logs = 0, used = 0;
    group_of(network, made.group);
    drop_past(newcomers, now);
    struct avow_newcomer *row = find(newcomers, issuer);
    const uint8_t *group = row == NULL ? made.group : row->group;
    for (size_t i = 0; i < newcomers->count; i++) {
        bool same = memcmp(newcomers->rows[i].group, group, AVOW_NEWCOMERS_GROUP_LEN) == 0;
        logs += same ? 1 : 0;
        used += same ? newcomers->rows[i].bytes : 0;
    }
    if (bytes > AVOW_NEWCOMERS_GROUP_BYTES || used > AVOW_NEWCOMERS_GROUP_BYTES - bytes ||
        (row == NULL &&
         (logs >= AVOW_NEWCOMERS_OF_GROUP || newcomers->count == AVOW_NEWCOMERS_MAX)))
        return false;
    if (row == NULL) {
        row = &newcomers->rows[newcomers->count++];
        *row = made;
    }
    row->bytes += bytes;
    return true;
}

void avow_newcomers_give(struct avow_newcomers *newcomers, const struct avow_hash *issuer,
                         size_t bytes)
{
    struct avow_newcomer *row = find(newcomers, issuer);
    if (row == NULL)
        return;
    row->bytes -= bytes < row->bytes ? bytes : row->bytes;
    if (row->bytes == 0)
        drop(newcomers, row);
}

bool avow_newcomers_oldest(const struct avow_newcomers *newcomers, uint64_t now,
                           struct avow_hash *issuer)
{
    const struct avow_newcomer *oldest = NULL;
    for (size_t i = 0; i < newcomers->count; i++) {
        if (oldest == NULL || newcomers->rows[i].since < oldest->since)
            oldest = &newcomers->rows[i];
    }
    if (oldest == NULL || oldest->since + AVOW_NEWCOMERS_YIELD_S > now)
        return false;
    *issuer = oldest->issuer;
    return true;
}

void avow_newcomers_forget(struct avow_newcomers *newcomers, const struct avow_hash *issuer)
{
    struct avow_newcomer *row = find(newcomers, issuer);
    if (row != NULL)
        drop(newcomers, row);
}
