#include "tests/bench/campus.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/entry/details.h"
#include "tests/bench/bench.h"
#include "tests/support/log_builder.h"
#include "tests/support/vectors.h"

#define COMMIT 20000
#define LINE_MAX_BYTES 65536

struct university {
    char *name, *country, *domain;
};

/* ---- lists ---- */

static char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    BENCH_MUST(text != NULL);
    char *copy = strdup(text);
    BENCH_MUST(copy != NULL);
    return copy;
}

/* Calls `take` with each line's object. */
static void read_lines(const char *name, void (*take)(void *context, const json_t *object),
                       void *context)
{
    FILE *file = avow_vectors_open(name);
    char *line = bench_alloc(LINE_MAX_BYTES, 1);
    while (fgets(line, LINE_MAX_BYTES, file) != NULL) {
        json_t *object = json_loads(line, 0, NULL);
        BENCH_MUST(object != NULL);
        take(context, object);
        json_decref(object);
    }
    free(line);
    BENCH_MUST(fclose(file) == 0);
}

struct reading {
    struct university *universities;
    size_t count;
    struct campus *campus;
};

static void take_university(void *context, const json_t *object)
{
    struct reading *reading = context;
    BENCH_MUST(reading->count < CAMPUS_ISSUERS);
    reading->universities[reading->count++] = (struct university){
        text_of(object, "name"), text_of(object, "country"), text_of(object, "domain")};
}

static void take_title(void *context, const json_t *object)
{
    struct reading *reading = context;
    struct campus *campus = reading->campus;
    if (campus->title_count % 1024 == 0) {
        campus->titles =
            realloc(campus->titles, (campus->title_count + 1024) * sizeof(*campus->titles));
        BENCH_MUST(campus->titles != NULL);
    }
    campus->titles[campus->title_count++] = text_of(object, "title");
}

/* ---- logs ---- */

static void add_inception(struct log_builder *log, const struct university *university)
{
    struct avow_entry entry;
    char website[300];
    (void)snprintf(website, sizeof(website), "https://%s/", university->domain);
    log_builder_inception(log, &entry);
    entry.inception.name = avow_bytes_text(university->name);
    entry.inception.jurisdiction = avow_bytes_text(university->country);
    entry.inception.website = avow_bytes_text(website);
    (void)log_builder_append(log, &entry);
}

/* Titles go round the list; level and field come from their place in it. */
static void add_achievements(struct campus *campus, struct log_builder *log, size_t number)
{
    static const char *const fields[] = {"0612", "0613", "0311", "0912", "0715",
                                         "0111", "0421", "1015", "0231", "0521"};
    for (size_t i = 0; i < CAMPUS_ACHIEVEMENTS; i++) {
        size_t place = (number * CAMPUS_ACHIEVEMENTS + i) % campus->title_count;
        char code[32], level[2] = {(char)('4' + place % 4), '\0'};
        uint8_t room[256];
        struct avow_buf map;
        struct avow_details details = {.level = avow_bytes_text(level),
                                       .framework = avow_bytes_text("EQF"),
                                       .field = avow_bytes_text(fields[place % 10])};
        struct avow_entry entry = {.kind = AVOW_KIND_ACHIEVEMENT, .t = log->t};
        avow_buf_init_fixed(&map, room, sizeof(room));
        avow_details_write(&map, &details);
        (void)snprintf(code, sizeof(code), "C%zu", place);
        entry.achievement =
            (struct avow_achievement){.code = avow_bytes_text(code),
                                      .title = avow_bytes_text(campus->titles[place]),
                                      .language = avow_bytes_text("en"),
                                      .details = avow_buf_bytes(&map)};
        (void)log_builder_append(log, &entry);
        campus->achievements++;
    }
}

static void add_recognition(const struct avow_hash *subject, struct log_builder *log,
                            enum avow_role role)
{
    static const uint8_t levels_4_to_8[] = {0x81, 0xa6, 'l', 'e', 'v', 'e', 'l', 's', 0x92, 4, 8};
    static const uint8_t no_rows[] = {0x90};
    struct avow_entry entry = {.kind = AVOW_KIND_RECOGNITION, .t = log->t};
    entry.recognition =
        (struct avow_recognition){.subject = *subject,
                                  .subject_name = avow_bytes_text("as the body calls it"),
                                  .role = role,
                                  .scope = avow_bytes(levels_4_to_8, sizeof(levels_4_to_8)),
                                  .equivalence = avow_bytes(no_rows, sizeof(no_rows)),
                                  .basis = avow_bytes_text("https://body.example/recognised")};
    (void)log_builder_append(log, &entry);
}

/* The ranks stand one after the other, so children of the nth of a rank are a row in the next. */
static void add_recognitions(struct campus *campus, struct log_builder *log, size_t number)
{
    static const size_t width[] = {1, CAMPUS_NATIONAL, CAMPUS_NATIONAL * CAMPUS_AGENCIES,
                                   CAMPUS_NATIONAL * CAMPUS_AGENCIES * CAMPUS_SECTORAL};
    static const size_t children[] = {CAMPUS_NATIONAL, CAMPUS_AGENCIES, CAMPUS_SECTORAL};
    size_t first = 0;
    for (size_t rank = 0; rank < 3; first += width[rank++]) {
        size_t below = first + width[rank];
        if (number < first || number >= below)
            continue;
        for (size_t i = 0; i < children[rank]; i++)
            add_recognition(&campus->ids[below + (number - first) * children[rank] + i], log,
                            AVOW_ROLE_AUTHORITY);
    }
    if (number < first || number >= CAMPUS_BODIES)
        return;
    for (size_t i = CAMPUS_BODIES + number - first; i < CAMPUS_ISSUERS; i += width[3])
        add_recognition(&campus->ids[i], log, AVOW_ROLE_ISSUER);
}

static void append(struct avow_txn *txn, const struct log_builder *log)
{
    struct avow_range_result result;
    enum avow_reject reject;
    struct avow_bytes *entries = bench_alloc(log->count, sizeof(*entries));
    struct avow_range range = {.entries = entries, .count = log->count, .now = log->t};
    for (size_t i = 0; i < log->count; i++)
        entries[i] = log->rows[i].bytes;
    range.checkpoint = (struct avow_checkpoint){.issuer = log->state.chain.issuer,
                                                .opening = *avow_chain_opening(&log->state.chain),
                                                .size = log->count,
                                                .root = avow_tree_root(&log->state.tree),
                                                .status_root = log_builder_status_root(log),
                                                .time = log->t};
    avow_checkpoint_sign(&range.checkpoint, &log->sign.secret);
    BENCH_OK(avow_txn_append(txn, &range, &result, &reject));
    BENCH_MUST(reject == AVOW_ACCEPT && result.advanced);
    free(entries);
}

static void add_log(struct campus *campus, struct avow_txn *txn,
                    const struct university *university, size_t number)
{
    struct log_builder log;
    char seed[32];
    (void)snprintf(seed, sizeof(seed), "campus %zu", number);
    log_builder_init(&log, seed);
    log.t = campus->t;
    add_inception(&log, university);
    struct log_key home = log_builder_node_key(&log);
    (void)log_builder_add_nodes(&log, &home.key, "node.example:4747");
    campus->ids[number] = log.state.chain.issuer;
    add_achievements(campus, &log, number);
    campus->first_issue = log.count;
    for (size_t i = 0; i < CAMPUS_ISSUES; i++)
        (void)log_builder_add_issue(&log, 2 + i);
    size_t before = log.count;
    add_recognitions(campus, &log, number);
    campus->recognitions += log.count - before;
    append(txn, &log);
    log_builder_fini(&log);
}

void campus_build(struct campus *campus, struct avow_store *store)
{
    double started = bench_seconds();
    struct avow_txn *txn;
    *campus = (struct campus){.t = LOG_BUILDER_T0};
    struct reading reading = {
        .universities = bench_alloc(CAMPUS_ISSUERS, sizeof(struct university)), .campus = campus};
    read_lines("bench/universities.jsonl", take_university, &reading);
    read_lines("bench/esco-occupations.jsonl", take_title, &reading);
    read_lines("bench/esco-skills.jsonl", take_title, &reading);
    BENCH_MUST(reading.count == CAMPUS_ISSUERS && campus->title_count > 0);
    BENCH_OK(avow_txn_begin(store, &txn));
    for (size_t i = CAMPUS_ISSUERS; i > 0; i--) { /* whom a body recognises comes before it */
        add_log(campus, txn, &reading.universities[i - 1], i - 1);
        if (avow_txn_entries(txn) >= COMMIT || avow_txn_is_large(txn)) {
            BENCH_OK(avow_txn_commit(&txn));
            BENCH_OK(avow_txn_begin(store, &txn));
        }
    }
    BENCH_OK(avow_txn_commit(&txn));
    for (size_t i = 0; i < reading.count; i++) {
        free(reading.universities[i].name);
        free(reading.universities[i].country);
        free(reading.universities[i].domain);
    }
    free(reading.universities);
    campus->seconds = bench_seconds() - started;
}

static void start_hostile(struct campus *campus, struct log_builder *log, size_t number)
{
    static const struct university nowhere = {"Nowhere", "PT", "nowhere.example"};
    char seed[32];
    (void)snprintf(seed, sizeof(seed), "hostile %zu", number);
    log_builder_init(log, seed);
    log->t = campus->t;
    add_inception(log, &nowhere);
}

/* In one transaction: the store's own bound on its size is far. */
static void append_alone(struct avow_store *store, struct log_builder *log)
{
    struct avow_txn *txn;
    BENCH_OK(avow_txn_begin(store, &txn));
    append(txn, log);
    BENCH_OK(avow_txn_commit(&txn));
    log_builder_fini(log);
}

void campus_add_hostile(struct campus *campus, struct avow_store *store, uint64_t recognitions,
                        struct campus_hostile *hostile)
{
    struct log_builder log;
    for (size_t i = 0; i < CAMPUS_RING; i++) {
        start_hostile(campus, &log, i);
        hostile->ring[i] = log.state.chain.issuer;
        log_builder_fini(&log);
    }
    for (size_t i = 0; i < CAMPUS_RING; i++) {
        start_hostile(campus, &log, i);
        for (uint64_t j = 0; j < recognitions / CAMPUS_RING; j++)
            add_recognition(&hostile->ring[(i + 1 + j) % CAMPUS_RING], &log, AVOW_ROLE_AUTHORITY);
        append_alone(store, &log);
    }
    start_hostile(campus, &log, CAMPUS_RING);
    hostile->wide = log.state.chain.issuer;
    for (size_t i = 0; i < CAMPUS_ISSUERS; i++)
        add_recognition(&campus->ids[CAMPUS_BODIES + i % (CAMPUS_ISSUERS - CAMPUS_BODIES)], &log,
                        AVOW_ROLE_AUTHORITY);
    append_alone(store, &log);
}

void campus_fini(struct campus *campus)
{
    for (size_t i = 0; i < campus->title_count; i++)
        free(campus->titles[i]);
    free(campus->titles);
    *campus = (struct campus){0};
}
