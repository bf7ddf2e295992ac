/* From hits to results: each is read from its log, and judged, until a page is full. */
#include "store/find/find.h"

#include "proto/codec/writer.h"
#include "proto/crypto/sha256.h"
#include "proto/entry/details.h"
#include "proto/trust/search.h"
#include "store/find/finder_inner.h"
#include "store/read/allowance.h"
#include "store/read/facts.h"
#include "store/read/proven.h"

#include <stdlib.h>

/* A place: version, the store's epoch, of which query, score and number of the last result, how
 * rare each word was, so that scores stay what they were while the catalogue grows. */
#define PLACE_VERSION 1
#define PLACE_HEAD (1 + 8 + 8 + 4 + 4)
#define PLACE_MAX (PLACE_HEAD + 2 * AVOW_FINDER_WORDS_MAX)
_Static_assert(PLACE_MAX <= AVOW_FIND_AFTER_MAX, "a place fits");

static void finder_free(struct avow_finder **finder)
{
    struct avow_finder *gone = *finder;
    *finder = NULL;
    if (gone == NULL)
        return;
    avow_words_free(&gone->words);
    avow_map64_fini(&gone->recognisable);
    avow_map64_fini(&gone->admitted);
    free(gone);
}

static enum avow_err finder_of(struct avow_snapshot *snapshot, struct avow_finder **finder)
{
    if (snapshot->finder == NULL) {
        struct avow_finder *made = calloc(1, sizeof(*made));
        if (made == NULL)
            return AVOW_ERR_NOMEM;
        enum avow_err err = avow_words_new(&made->words);
        if (err != AVOW_OK) {
            finder_free(&made);
            return err;
        }
        made->snapshot = snapshot;
        snapshot->finder = made;
        snapshot->finder_free = finder_free;
    }
    *finder = snapshot->finder;
    return AVOW_OK;
}

/* ------------------------------------------------------------------ places */

/* What of a query must be the same for a place to be one of its. */
static uint64_t query_digest(const struct avow_find_query *query)
{
    uint8_t level = (uint8_t)query->level;
    uint8_t sizes[4];
    avow_put_u16be(sizes, (uint16_t)query->words.len);
    avow_put_u16be(sizes + 2, (uint16_t)(query->field.len << 8 | query->region.len));
    const struct avow_bytes parts[] = {
        avow_bytes(sizes, sizeof(sizes)),
        query->words,
        query->field,
        avow_bytes(&level, 1),
        query->region,
        avow_bytes(query->issuer.bytes, query->has_issuer ? sizeof(query->issuer.bytes) : 0),
        query->policy,
    };
    struct avow_hash hash = avow_sha256(parts, sizeof(parts) / sizeof(parts[0]));
    return avow_get_u64be(hash.bytes);
}

static size_t write_place(const struct avow_finder *finder, uint8_t out[PLACE_MAX])
{
    out[0] = PLACE_VERSION;
    avow_put_u64be(out + 1, finder->snapshot->store->epoch);
    avow_put_u64be(out + 9, query_digest(finder->query));
    avow_put_u32be(out + 17, finder->after.score);
    avow_put_u32be(out + 21, finder->after.number);
    for (size_t i = 0; i < finder->word_count; i++)
        avow_put_u16be(out + PLACE_HEAD + 2 * i, finder->rarities[i]);
    return PLACE_HEAD + 2 * finder->word_count;
}

/* Before the words are known. */
static enum avow_err read_place(struct avow_finder *finder)
{
    struct avow_bytes place = finder->query->after;
    finder->has_after = place.len > 0;
    if (!finder->has_after)
        return AVOW_OK;
    if (place.len < PLACE_HEAD || place.len > PLACE_MAX || place.data[0] != PLACE_VERSION ||
        avow_get_u64be(place.data + 1) != finder->snapshot->store->epoch ||
        avow_get_u64be(place.data + 9) != query_digest(finder->query))
        return AVOW_ERR_INVALID;
    finder->after.score = avow_get_u32be(place.data + 17);
    finder->after.number = avow_get_u32be(place.data + 21);
    for (size_t at = PLACE_HEAD; at + 2 <= place.len; at += 2)
        finder->rarities[(at - PLACE_HEAD) / 2] = avow_get_u16be(place.data + at);
    return AVOW_OK;
}

static bool place_fits(const struct avow_finder *finder)
{
    return !finder->has_after || finder->query->after.len == PLACE_HEAD + 2 * finder->word_count;
}

/* ------------------------------------------------------------------ judging */

/* The achievement that an entry's award would be of. NOT_FOUND: it is none any more. */
static enum avow_err awarded(struct avow_finder *finder, const struct avow_log *log,
                             const struct avow_entry *entry, uint64_t *index,
                             struct avow_entry *achievement)
{
    struct avow_bytes bytes;
    *achievement = *entry;
    if (entry->kind != AVOW_KIND_PATHWAY)
        return AVOW_OK;
    *index = entry->pathway.award;
    enum avow_err err = avow_proven_entry(finder->snapshot, log, *index, &bytes);
    if (err != AVOW_OK)
        return err;
    if (avow_entry_decode(bytes, achievement) != AVOW_ACCEPT ||
        achievement->kind != AVOW_KIND_ACHIEVEMENT)
        return AVOW_ERR_CORRUPT;
    return AVOW_OK;
}

/* Whether the policy recognises an award of this achievement. */
static enum avow_err recognises(struct avow_finder *finder, const struct avow_log *log,
                                uint64_t index, const struct avow_entry *entry, bool *recognised)
{
    struct avow_entry achievement;
    struct avow_details details;
    *recognised = false;
    enum avow_err err = awarded(finder, log, entry, &index, &achievement);
    if (err != AVOW_OK)
        return err;
    if (avow_details_parse(achievement.achievement.details, &details) != AVOW_ACCEPT)
        return AVOW_ERR_CORRUPT;
    const struct avow_award award = {
        .issuer = log->checkpoint.issuer,
        .achievement = index,
        .framework = details.framework,
        .level = details.level,
        .field = details.field,
        .time = finder->now,
        .covered_at = finder->now,
    };
    struct avow_recognised *found = malloc(sizeof(*found));
    if (found == NULL)
        return AVOW_ERR_NOMEM;
    struct avow_facts facts = avow_facts_from_snapshot(finder->snapshot);
    err = avow_search(&facts, finder->policy, &award, finder->now, finder->now, found);
    if (err == AVOW_OK) {
        finder->steps += found->steps + 1;
        *recognised = found->path_count > 0;
        finder->stopped = finder->stopped || (!*recognised && found->end == AVOW_SEARCH_BUDGET);
    }
    free(found);
    return err;
}

/* The log that a hit stands in, if it counts there. NOT_FOUND: it does not. */
static enum avow_err read_log(struct avow_finder *finder, const struct avow_catalogued *at,
                              const struct avow_log **log)
{
    struct avow_hash issuer;
    enum avow_err err = avow_row_number_read(&finder->snapshot->db, at->log, &issuer);
    if (err == AVOW_OK)
        err = avow_snapshot_log(finder->snapshot, &issuer, log);
    if (err != AVOW_OK)
        return err;
    bool counts = (*log)->number == at->log && at->index < (*log)->checkpoint.size &&
                  at->index < (*log)->abandoned_from && at->index < (*log)->disputed_from;
    return counts ? AVOW_OK : AVOW_ERR_NOT_FOUND;
}

/* Reads a hit, if it is a result. NOT_FOUND: it is none. */
static enum avow_err read_hit(struct avow_finder *finder, uint32_t number,
                              struct avow_find_result *result)
{
    struct avow_catalogued at;
    const struct avow_log *log;
    struct avow_entry entry;
    enum avow_status status;
    bool recognised = true;
    enum avow_err err = avow_catalogue_read(&finder->snapshot->db, number, &at);
    if (err == AVOW_OK)
        err = read_log(finder, &at, &log);
    if (err == AVOW_OK)
        err = avow_proven_status(finder->snapshot, log, at.index, &status);
    if (err == AVOW_OK && (status == AVOW_STATUS_REVOKED || status == AVOW_STATUS_SUPERSEDED))
        err = AVOW_ERR_NOT_FOUND;
    if (err == AVOW_OK)
        err = avow_proven_entry(finder->snapshot, log, at.index, &result->entry);
    if (err != AVOW_OK)
        return err;
    if (avow_entry_decode(result->entry, &entry) != AVOW_ACCEPT ||
        (entry.kind != AVOW_KIND_ACHIEVEMENT && entry.kind != AVOW_KIND_PATHWAY))
        return AVOW_ERR_CORRUPT;
    if (finder->policy != NULL)
        err = recognises(finder, log, at.index, &entry, &recognised);
    if (err != AVOW_OK || !recognised)
        return err == AVOW_OK ? AVOW_ERR_NOT_FOUND : err;
    struct avow_chain_names names = avow_chain_names(&log->state.chain, AVOW_NEVER);
    result->issuer = log->checkpoint.issuer;
    result->index = at.index;
    result->name = names.name;
    result->jurisdiction = names.jurisdiction;
    return AVOW_OK;
}

static bool is_spent(const struct avow_finder *finder)
{
    return finder->read >= AVOW_FINDER_READ_MAX || finder->steps >= AVOW_FINDER_STEPS_MAX ||
           finder->postings >= AVOW_FINDER_POSTINGS_MAX || finder->rows >= AVOW_FINDER_ROWS_MAX ||
           avow_allowance_fell_short(finder->snapshot);
}

/* Whether one more hit is to be read: the first in any case, so that every page goes on. */
static bool may_read(const struct avow_finder *finder)
{
    return finder->read == 0 ||
           (finder->read < AVOW_FINDER_READ_MAX && finder->steps < AVOW_FINDER_STEPS_MAX &&
            avow_allowance_may_go_on(finder->snapshot));
}

/* Takes results off the hits. `*whole`: all of them have been looked at. */
static enum avow_err take_results(struct avow_finder *finder, size_t limit, struct avow_buf *items,
                                  size_t *count, bool *whole)
{
    size_t i = 0;
    for (; i < finder->hit_count && *count < limit && items->err == AVOW_OK; i++) {
        struct avow_find_result result;
        if (!may_read(finder))
            break;
        finder->read++;
        enum avow_err err = read_hit(finder, finder->hits[i].number, &result);
        if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND)
            return err;
        finder->after = finder->hits[i];
        finder->has_after = true;
        if (err == AVOW_OK) {
            avow_find_result_write(items, &result);
            ++*count;
        }
    }
    *whole = i == finder->hit_count && !finder->dropped;
    return items->err;
}

static enum avow_err find(struct avow_finder *finder, struct avow_buf *items,
                          struct avow_find_results *results, uint8_t place[PLACE_MAX])
{
    size_t limit = finder->query->limit == 0 ? AVOW_FIND_LIMIT : (size_t)finder->query->limit;
    bool whole = false;
    enum avow_err err = AVOW_OK;
    for (;;) {
        err = avow_finder_scan(finder);
        if (err == AVOW_OK)
            err = take_results(finder, limit, items, &results->list.count, &whole);
        if (err != AVOW_OK)
            return err;
        if (whole || results->list.count == limit)
            break;
        if (is_spent(finder)) {
            finder->stopped = true;
            break;
        }
    }
    results->list.items = avow_buf_bytes(items);
    results->stopped = finder->stopped;
    if (!whole && finder->has_after)
        results->next = avow_bytes(place, write_place(finder, place));
    return AVOW_OK;
}

static enum avow_err begin(struct avow_finder *finder, const struct avow_find_query *query,
                           const struct avow_policy *policy, uint64_t now)
{
    const struct avow_log *log;
    finder->query = query;
    finder->policy = policy;
    finder->now = now;
    finder->postings = finder->rows = finder->steps = finder->read = 0;
    finder->stopped = false;
    finder->field = avow_posting_field(query->field, &finder->field_mask);
    finder->issuer_log = 0;
    avow_map64_clear(&finder->admitted);
    enum avow_err err = read_place(finder);
    if (err == AVOW_OK && query->has_issuer) {
        err = avow_snapshot_log(finder->snapshot, &query->issuer, &log);
        if (err == AVOW_OK)
            finder->issuer_log = log->number;
        else if (err == AVOW_ERR_NOT_FOUND)
            err = AVOW_OK;
    }
    if (err == AVOW_OK)
        err = avow_finder_read_words(finder);
    if (err == AVOW_OK && !place_fits(finder))
        err = AVOW_ERR_INVALID;
    return err == AVOW_OK ? avow_finder_narrow(finder) : err;
}

enum avow_err avow_snapshot_find(struct avow_snapshot *snapshot,
                                 const struct avow_find_query *query,
                                 const struct avow_policy *policy, uint64_t now,
                                 struct avow_buf *out)
{
    struct avow_finder *finder;
    struct avow_find_results results = {0};
    struct avow_buf items;
    uint8_t place[PLACE_MAX];
    enum avow_err err = finder_of(snapshot, &finder);
    if (err == AVOW_OK)
        err = begin(finder, query, policy, now);
    if (err != AVOW_OK)
        return err;
    avow_buf_init(&items, AVOW_MESSAGE_BYTES_MAX);
    err = find(finder, &items, &results, place);
    if (err == AVOW_OK)
        avow_find_results_encode(out, &results);
    avow_buf_fini(&items);
    return err == AVOW_OK ? out->err : err;
}
