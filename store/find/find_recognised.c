/* Which logs may give results, and what a policy recognises. Looking for a path for each hit
 * would be dear where few are recognised: so first all issuers that any path could lead to, without
 * asking whether it holds. */
#include "store/catalogue/place.h"
#include "store/find/finder_inner.h"

#include <stdlib.h>

static uint64_t id_start(const uint8_t *issuer)
{
    return avow_get_u64be(issuer);
}

/* Bodies whose recognitions are looked through, each once. */
struct bodies {
    struct avow_finder *finder;
    struct avow_map64 seen;
    size_t count;
    struct avow_hash list[AVOW_FINDER_BODIES_MAX];
    bool authorities; /* what the walk is of */
};

static enum avow_err add_body(struct bodies *bodies, const uint8_t *issuer)
{
    uint64_t key = id_start(issuer);
    if (avow_map64_find(&bodies->seen, key) != NULL)
        return AVOW_OK;
    if (bodies->count == AVOW_FINDER_BODIES_MAX)
        return AVOW_ERR_TOO_LARGE;
    memcpy(bodies->list[bodies->count++].bytes, issuer, 32);
    return avow_map64_put(&bodies->seen, key, 1);
}

static enum avow_err take_recognition(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct bodies *bodies = context;
    (void)key;
    if (value.len != 32)
        return AVOW_ERR_CORRUPT;
    if (bodies->finder->steps++ >= AVOW_FINDER_STEPS_MAX / 2 ||
        !avow_allowance_may_go_on(bodies->finder->snapshot))
        return AVOW_ERR_TOO_LARGE;
    return bodies->authorities
               ? add_body(bodies, value.data)
               : avow_map64_put(&bodies->finder->recognisable, id_start(value.data), 1);
}

/* The number that is its present one. NOT_FOUND: the log is not held. */
static enum avow_err number_of(const struct avow_db *db, const struct avow_hash *issuer,
                               uint32_t *number)
{
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes(issuer->bytes, sizeof(issuer->bytes)));
    struct avow_bytes row;
    struct avow_head_info info;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_HEADS, &key, &row);
    if (err == AVOW_OK)
        err = avow_row_head_peek(row, &info);
    if (err == AVOW_OK)
        *number = info.number;
    return err;
}

static enum avow_err walk_body(struct bodies *bodies, const struct avow_hash *issuer,
                               bool with_authorities)
{
    const struct avow_db *db = &bodies->finder->snapshot->db;
    uint32_t number;
    enum avow_err err = number_of(db, issuer, &number);
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
    struct avow_dbkey key = avow_dbkey_part(number, AVOW_CLASS_ISSUER, 0);
    bodies->authorities = false;
    err = avow_db_walk(db, AVOW_TABLE_CLASSES, &key, 5, take_recognition, bodies);
    if (err != AVOW_OK || !with_authorities)
        return err;
    key = avow_dbkey_part(number, AVOW_CLASS_AUTHORITY, 0);
    bodies->authorities = true;
    return avow_db_walk(db, AVOW_TABLE_CLASSES, &key, 5, take_recognition, bodies);
}

static enum avow_err walk_all(struct bodies *bodies)
{
    const struct avow_policy *policy = bodies->finder->policy;
    enum avow_err err = AVOW_OK;
    for (size_t i = 0; i < policy->anchor_count && err == AVOW_OK; i++) {
        const uint8_t *anchor = policy->anchors[i].issuer.bytes;
        err = add_body(bodies, anchor);
        if (err == AVOW_OK)
            err = avow_map64_put(&bodies->finder->recognisable, id_start(anchor), 1);
    }
    size_t done = 0;
    for (unsigned depth = 1; depth <= policy->max_depth && err == AVOW_OK; depth++) {
        size_t end = bodies->count; /* of those that a path of this length can come to */
        for (; done < end && err == AVOW_OK; done++)
            err = walk_body(bodies, &bodies->list[done], depth < policy->max_depth);
    }
    return err;
}

enum avow_err avow_finder_narrow(struct avow_finder *finder)
{
    avow_map64_clear(&finder->recognisable);
    finder->narrows_recognised = false;
    if (finder->policy == NULL)
        return AVOW_OK;
    struct bodies *bodies = calloc(1, sizeof(*bodies));
    if (bodies == NULL)
        return AVOW_ERR_NOMEM;
    bodies->finder = finder;
    enum avow_err err = walk_all(bodies);
    avow_map64_fini(&bodies->seen);
    free(bodies);
    finder->steps = 0;
    if (err == AVOW_ERR_TOO_LARGE)
        return AVOW_OK; /* then each hit is looked at */
    finder->narrows_recognised = err == AVOW_OK;
    return err;
}

/* PT covers PT and PT-13. */
static bool covers(struct avow_bytes region, const struct avow_place *place)
{
    return memcmp(place->jurisdiction, region.data, region.len) == 0 &&
           (place->jurisdiction[region.len] == '\0' || place->jurisdiction[region.len] == '-');
}

static enum avow_err judge_number(struct avow_finder *finder, uint32_t log, bool *admits)
{
    const struct avow_db *db = &finder->snapshot->db;
    struct avow_place place;
    struct avow_hash issuer;
    enum avow_err err = AVOW_OK;
    *admits = true;
    if (finder->query->region.len > 0) {
        err = avow_place_read(db, log, &place);
        *admits = err == AVOW_OK && covers(finder->query->region, &place);
    }
    if (err == AVOW_OK && *admits && finder->narrows_recognised) {
        err = avow_row_number_read(db, log, &issuer);
        *admits = err == AVOW_OK &&
                  avow_map64_find(&finder->recognisable, id_start(issuer.bytes)) != NULL;
    }
    return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
}

enum avow_err avow_finder_admits(struct avow_finder *finder, uint32_t log, bool *admits)
{
    const uint64_t *known = avow_map64_find(&finder->admitted, log);
    if (known != NULL) {
        *admits = *known == 2;
        return AVOW_OK;
    }
    enum avow_err err = judge_number(finder, log, admits);
    return err == AVOW_OK ? avow_map64_put(&finder->admitted, log, *admits ? 2 : 1) : err;
}
