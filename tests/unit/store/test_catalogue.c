/* Finding in the catalogue: relevance, filters, pages, and what a flood costs. */
#include "store/find/find.h"

#include "proto/codec/writer.h"
#include "proto/entry/details.h"
#include "store/find/finder_inner.h"
#include "store/write/writer.h"
#include "tests/unit/store/store_fixture.h"

#define LOGS 3
#define RESULTS_MAX 128

struct sample {
    size_t log;
    const char *code, *title, *field, *level, *outcome;
    enum avow_status status;
};

/* In the order in which they come to the store; log 0 is in PT-13, 1 in ES, 2 in KE. */
static const struct sample samples[] = {
    {0, "DS1", "Data Science", "0612", "6", NULL, AVOW_STATUS_ACTIVE},
    {0, "DS2", "Introduction to Data Science for Public Health", "0612", "5", NULL,
     AVOW_STATUS_ACTIVE},
    {0, "MAT", "Μαθηματικά", "0541", "6", NULL, AVOW_STATUS_ACTIVE},
    {0, "PRG", "Introdução à Programação", "0613", "5", "uses data", AVOW_STATUS_ACTIVE},
    {1, "WEL", "Welding", "0715", "4", NULL, AVOW_STATUS_ACTIVE},
    {1, "WL2", "Welding for Ships", "0715", "4", NULL, AVOW_STATUS_REVOKED},
    {1, "WL3", "Welding of Pipes", "0715", NULL, NULL, AVOW_STATUS_SUSPENDED},
    {1, "INF", "Информатика", "06", "6", NULL, AVOW_STATUS_ACTIVE},
    {2, "DWE", "Data for Welding", "0715", "4", NULL, AVOW_STATUS_ACTIVE},
    {2, "NUR", "Nursing", "0913", "7", NULL, AVOW_STATUS_ACTIVE},
};
#define SAMPLES (sizeof(samples) / sizeof(samples[0]))

struct find_case {
    const char *name, *words, *field;
    uint64_t level;
    const char *region;
    int issuer;       /* of which log; -1: any */
    const char *want; /* codes, in order */
};

static const struct find_case find_cases[] = {
    {"one word: the shorter title first", "data", "", 0, "", -1, "DS1 DWE DS2 PRG"},
    {"case and a beginning", "DAT", "", 0, "", -1, "DS1 DWE DS2 PRG"},
    {"only the last word is a beginning", "dat science", "", 0, "", -1, "DS1 DS2"},
    {"both words before one", "data welding", "", 0, "", -1, "DWE WEL DS1 WL3 DS2 PRG"},
    {"a rarer word before a commoner", "nursing data", "", 0, "", -1, "NUR DS1 DWE DS2 PRG"},
    {"diacritics", "programacao", "", 0, "", -1, "PRG"},
    {"diacritics, asked with them", "PROGRAMAÇÃO", "", 0, "", -1, "PRG"},
    {"Greek, asked in Latin letters", "mathematika", "", 0, "", -1, "MAT"},
    {"Greek, asked in capitals", "ΜΑΘΗΜΑΤΙΚΑ", "", 0, "", -1, "MAT"},
    {"Cyrillic, asked in Latin letters", "informat", "", 0, "", -1, "INF"},
    {"Latin letters, asked in Greek", "δατα", "", 0, "", -1, "DS1 DWE DS2 PRG"},
    {"a code", "wl3", "", 0, "", -1, "WL3"},
    {"a revoked one is left out, a suspended one not", "welding", "", 0, "", -1, "WEL WL3 DWE"},
    {"a field's beginning", "data", "06", 0, "", -1, "DS1 DS2 PRG"},
    {"a whole field", "", "0612", 0, "", -1, "DS1 DS2"},
    {"a field wider than the filter is not in it", "", "0613", 0, "", -1, "PRG"},
    {"a level", "", "", 6, "", -1, "DS1 MAT INF"},
    {"a region's parts", "data", "", 0, "PT", -1, "DS1 DS2 PRG"},
    {"a part, exactly", "data", "", 0, "PT-13", -1, "DS1 DS2 PRG"},
    {"another part", "data", "", 0, "PT-11", -1, ""},
    {"an issuer", "data", "", 0, "", 2, "DWE"},
    {"all of an issuer, as they came", "", "", 0, "", 1, "WEL WL3 INF"},
    {"everything together", "welding", "07", 4, "ES", 1, "WEL"},
    {"no such word", "quantum", "", 0, "", -1, ""},
    {"no word at all", "!!", "", 0, "", -1, ""},
};

struct world {
    struct store_folder folder;
    struct avow_store *store;
    struct avow_snapshot *snapshot;
    struct log_history logs[LOGS];
};

static const char *const places[LOGS] = {"PT-13", "ES", "KE"};

static void start_log(struct log_history *history, size_t number)
{
    char seed[32];
    struct avow_entry entry;
    (void)snprintf(seed, sizeof(seed), "find %zu", number);
    *history = (struct log_history){0};
    log_builder_init(&history->builder, seed);
    log_builder_inception(&history->builder, &entry);
    entry.inception.jurisdiction = avow_bytes_text(places[number]);
    (void)log_builder_append(&history->builder, &entry);
}

static uint64_t add_achievement(struct log_builder *builder, const struct sample *sample)
{
    struct avow_buf details;
    struct avow_buf outcome;
    struct avow_details parts = {0};
    struct avow_entry entry = {.kind = AVOW_KIND_ACHIEVEMENT, .t = builder->t};
    avow_buf_init(&details, 4096);
    avow_buf_init(&outcome, 4096);
    parts.field = sample->field == NULL ? avow_bytes(NULL, 0) : avow_bytes_text(sample->field);
    if (sample->level != NULL) {
        parts.level = avow_bytes_text(sample->level);
        parts.framework = avow_bytes_text("EQF");
    }
    if (sample->outcome != NULL) {
        avow_write_text(&outcome, avow_bytes_text(sample->outcome));
        parts.outcomes = (struct avow_text_list){1, avow_buf_bytes(&outcome)};
    }
    avow_details_write(&details, &parts);
    entry.achievement = (struct avow_achievement){
        .code = avow_bytes_text(sample->code),
        .title = avow_bytes_text(sample->title),
        .language = avow_bytes_text("en"),
        .details = avow_buf_bytes(&details),
    };
    uint64_t index = log_builder_append(builder, &entry);
    avow_buf_fini(&details);
    avow_buf_fini(&outcome);
    return index;
}

static void store_log(struct avow_store *store, struct log_history *history, uint64_t from)
{
    struct avow_txn *txn;
    log_history_mark(history);
    const struct log_mark *mark = &history->marks[history->mark_count - 1];
    log_history_end(history);
    struct avow_range range =
        fixture_range(history, mark, from, mark->checkpoint.size - from, false);
    assert_int_equal(avow_txn_begin(store, &txn), AVOW_OK);
    assert_int_equal(fixture_append(txn, &range), AVOW_ACCEPT);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    store_folder_make(&world->folder);
    world->store = store_folder_open(&world->folder);
    for (size_t log = 0; log < LOGS; log++) {
        struct log_builder *builder = &world->logs[log].builder;
        start_log(&world->logs[log], log);
        for (size_t i = 0; i < SAMPLES; i++) {
            if (samples[i].log != log)
                continue;
            uint64_t index = add_achievement(builder, &samples[i]);
            if (samples[i].status != AVOW_STATUS_ACTIVE)
                (void)log_builder_add_status(builder, index, samples[i].status,
                                             AVOW_REASON_UNSPECIFIED, LOG_BUILDER_NONE);
        }
        store_log(world->store, &world->logs[log], 0);
    }
    assert_int_equal(avow_snapshot_new(world->store, &world->snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    avow_snapshot_free(&world->snapshot);
    avow_store_close(&world->store);
    store_folder_remove(&world->folder);
    for (size_t i = 0; i < LOGS; i++)
        log_history_fini(&world->logs[i]);
    free(world);
    return 0;
}

/* ------------------------------------------------------------------ asking */

struct answer {
    char codes[1024]; /* with spaces between */
    size_t count;
    uint8_t next[AVOW_FIND_AFTER_MAX];
    size_t next_len;
    bool stopped;
};

static void ask(struct avow_snapshot *snapshot, const struct avow_find_query *query,
                const struct avow_policy *policy, struct answer *answer)
{
    struct avow_buf out;
    struct avow_find_results results;
    struct avow_find_result result;
    avow_buf_init(&out, AVOW_MESSAGE_BYTES_MAX);
    assert_int_equal(avow_snapshot_find(snapshot, query, policy, LOG_BUILDER_T0 + 100, &out),
                     AVOW_OK);
    assert_int_equal(avow_find_results_decode(avow_buf_bytes(&out), &results), AVOW_ACCEPT);
    *answer = (struct answer){.stopped = results.stopped, .next_len = results.next.len};
    if (results.next.len > 0)
        memcpy(answer->next, results.next.data, results.next.len);
    size_t len = 0;
    while (avow_find_results_next(&results.list, &result)) {
        struct avow_entry entry;
        assert_int_equal(avow_entry_decode(result.entry, &entry), AVOW_ACCEPT);
        assert_true(result.name.len > 0);
        struct avow_bytes code =
            entry.kind == AVOW_KIND_PATHWAY ? avow_bytes_text("pathway") : entry.achievement.code;
        if (len + code.len + 2 < sizeof(answer->codes))
            len += (size_t)snprintf(answer->codes + len, sizeof(answer->codes) - len, "%s%.*s",
                                    len > 0 ? " " : "", (int)code.len, (const char *)code.data);
        answer->count++;
    }
    avow_buf_fini(&out);
}

static struct avow_find_query query_of(const struct world *world, const struct find_case *row)
{
    struct avow_find_query query = {
        .words = avow_bytes_text(row->words),
        .field = avow_bytes_text(row->field),
        .level = row->level,
        .region = avow_bytes_text(row->region),
        .has_issuer = row->issuer >= 0,
    };
    if (query.has_issuer)
        query.issuer = world->logs[row->issuer].builder.state.chain.issuer;
    return query;
}

static void test_finds(void **state)
{
    const struct world *world = *state;
    for (size_t i = 0; i < sizeof(find_cases) / sizeof(find_cases[0]); i++) {
        struct answer answer;
        struct avow_find_query query = query_of(world, &find_cases[i]);
        ask(world->snapshot, &query, NULL, &answer);
        if (strcmp(answer.codes, find_cases[i].want) != 0 || answer.next_len != 0 || answer.stopped)
            fail_msg("%s: %s", find_cases[i].name, answer.codes);
    }
}

/* One result a page gives the same list, for every query. */
static void test_pages(void **state)
{
    const struct world *world = *state;
    for (size_t i = 0; i < sizeof(find_cases) / sizeof(find_cases[0]); i++) {
        struct avow_find_query query = query_of(world, &find_cases[i]);
        char codes[4096] = "";
        size_t pages = 0;
        struct answer answer = {0};
        do {
            uint8_t place[AVOW_FIND_AFTER_MAX];
            memcpy(place, answer.next, sizeof(place));
            query.after = avow_bytes(place, answer.next_len);
            query.limit = 1;
            ask(world->snapshot, &query, NULL, &answer);
            assert_true(answer.count <= 1);
            size_t len = strlen(codes);
            (void)snprintf(codes + len, sizeof(codes) - len, "%s%s",
                           len > 0 && answer.count > 0 ? " " : "", answer.codes);
            assert_true(++pages < 20);
        } while (answer.next_len > 0);
        if (strcmp(codes, find_cases[i].want) != 0)
            fail_msg("%s: %s", find_cases[i].name, codes);
    }
}

/* A page goes on where the last one ended although the catalogue has grown, and words have become
 * commoner. */
static void test_pages_while_it_grows(void **state)
{
    struct world *world = *state;
    struct find_case row = {"", "data welding", "", 0, "", -1, ""};
    struct avow_find_query query = query_of(world, &row);
    struct answer first;
    struct answer rest;
    query.limit = 2;
    ask(world->snapshot, &query, NULL, &first);
    assert_string_equal(first.codes, "DWE WEL");
    struct log_history more;
    char seed[] = "find more";
    more = (struct log_history){0};
    log_builder_start(&more.builder, seed);
    for (size_t i = 0; i < 40; i++) {
        const struct sample sample = {0,    "NEW", "Welding again",   "0715",
                                      NULL, NULL,  AVOW_STATUS_ACTIVE};
        (void)add_achievement(&more.builder, &sample);
    }
    store_log(world->store, &more, 0);
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
    query.limit = 0;
    query.after = avow_bytes(first.next, first.next_len);
    ask(world->snapshot, &query, NULL, &rest);
    assert_true(strstr(rest.codes, "WL3") != NULL || rest.next_len > 0);
    assert_null(strstr(rest.codes, "DWE"));
    assert_null(strstr(rest.codes, "WEL"));
    log_history_fini(&more);
}

/* A place is one of its query, in its store. */
static void test_foreign_places(void **state)
{
    const struct world *world = *state;
    struct find_case row = {"", "data", "", 0, "", -1, ""};
    struct avow_find_query query = query_of(world, &row);
    struct answer first;
    struct avow_buf out;
    avow_buf_init(&out, AVOW_MESSAGE_BYTES_MAX);
    query.limit = 1;
    ask(world->snapshot, &query, NULL, &first);
    query.after = avow_bytes(first.next, first.next_len);
    query.words = avow_bytes_text("welding");
    assert_int_equal(avow_snapshot_find(world->snapshot, &query, NULL, 1, &out), AVOW_ERR_INVALID);
    query.words = avow_bytes_text("data");
    first.next[1] ^= 1;
    assert_int_equal(avow_snapshot_find(world->snapshot, &query, NULL, 1, &out), AVOW_ERR_INVALID);
    first.next[1] ^= 1;
    for (size_t len = 1; len < first.next_len; len++) {
        query.after = avow_bytes(first.next, len);
        assert_int_equal(avow_snapshot_find(world->snapshot, &query, NULL, 1, &out),
                         AVOW_ERR_INVALID);
    }
    avow_buf_fini(&out);
}

/* ------------------------------------------------------------------ recognised */

/* Log 2 recognises log 0 for field 0612 alone, and log 1 for everything. */
static void recognise(struct world *world)
{
    static const uint8_t scope[] = "\x81\xa6"
                                   "fields\x91\xa4"
                                   "0612";
    struct log_history *body = &world->logs[2];
    uint64_t size = body->builder.count;
    struct avow_entry entry = {.kind = AVOW_KIND_RECOGNITION, .t = body->builder.t};
    static const uint8_t no_rows[] = {0x90};
    entry.recognition = (struct avow_recognition){
        .subject = world->logs[0].builder.state.chain.issuer,
        .subject_name = avow_bytes_text("A body"),
        .scope = avow_bytes(scope, sizeof(scope) - 1),
        .equivalence = avow_bytes(no_rows, 1),
        .basis = avow_bytes_text("https://basis.example"),
    };
    (void)log_builder_append(&body->builder, &entry);
    (void)log_builder_add_recognition(&body->builder, &world->logs[1].builder.state.chain.issuer,
                                      AVOW_ROLE_ISSUER);
    free(body->entries);
    for (size_t i = 0; i < LOG_HISTORY_LEVELS; i++) {
        free(body->nodes[i]);
        body->nodes[i] = NULL;
    }
    store_log(world->store, body, size);
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
}

static void test_recognised(void **state)
{
    struct world *world = *state;
    static const uint8_t no_scope[] = {0x80};
    struct avow_policy policy;
    struct answer answer;
    struct find_case row = {"", "", "", 0, "", -1, ""};
    struct avow_find_query query = query_of(world, &row);
    recognise(world);
    avow_policy_init(&policy);
    ask(world->snapshot, &query, &policy, &answer);
    assert_string_equal(answer.codes, "");
    assert_int_equal(avow_policy_add_anchor(&policy, avow_bytes_text("KE"),
                                            &world->logs[2].builder.state.chain.issuer,
                                            avow_bytes(no_scope, 1)),
                     AVOW_ACCEPT);
    ask(world->snapshot, &query, &policy, &answer);
    assert_string_equal(answer.codes, "DS1 DS2 WEL WL3 INF DWE NUR"); /* an anchor's own too */
    query.words = avow_bytes_text("data");
    ask(world->snapshot, &query, &policy, &answer);
    assert_string_equal(answer.codes, "DS1 DWE DS2");
}

/* ------------------------------------------------------------------ bounds */

#define FLOOD 3000

/* Whoever adds the same title again and again comes after what was there. */
static void test_flood(void **state)
{
    struct world *world = *state;
    struct log_history flood = {0};
    struct answer answer;
    struct find_case row = {"", "data science", "", 0, "", -1, ""};
    struct avow_find_query query = query_of(world, &row);
    log_builder_start(&flood.builder, "find flood");
    for (size_t i = 0; i < FLOOD; i++) {
        const struct sample sample = {0,    "BAD", "Data Science",    NULL,
                                      NULL, NULL,  AVOW_STATUS_ACTIVE};
        uint64_t index = add_achievement(&flood.builder, &sample);
        if (i < 1500)
            (void)log_builder_add_status(&flood.builder, index, AVOW_STATUS_REVOKED,
                                         AVOW_REASON_UNSPECIFIED, LOG_BUILDER_NONE);
    }
    store_log(world->store, &flood, 0);
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
    query.limit = 3;
    ask(world->snapshot, &query, NULL, &answer);
    assert_memory_equal(answer.codes, "DS1", 3);
    assert_int_equal(answer.count, 1); /* then more revoked ones than are looked at */
    assert_true(answer.stopped);
    query.after = avow_bytes(answer.next, answer.next_len);
    struct answer second;
    ask(world->snapshot, &query, NULL, &second);
    assert_string_equal(second.codes, "BAD BAD BAD");
    log_history_fini(&flood);
}

static void fail_problem(void *context, const char *what, const char *issuer, uint64_t index)
{
    (void)context;
    fail_msg("%s: %s at %llu", what, issuer, (unsigned long long)index);
}

static void count_problem(void *context, const char *what, const char *issuer, uint64_t index)
{
    size_t *problems = context;
    (void)what;
    (void)issuer;
    (void)index;
    ++*problems;
}

static void test_checks(void **state)
{
    struct world *world = *state;
    struct avow_check_summary summary;
    avow_snapshot_free(&world->snapshot);
    avow_store_close(&world->store);
    assert_int_equal(avow_store_check(world->folder.path, fail_problem, NULL, &summary), AVOW_OK);
    world->store = store_folder_open(&world->folder);
}

/* A store whose words were folded by other rules: check says so, and opening it folds them again.
 */
static void test_renewed(void **state)
{
    struct world *world = *state;
    struct avow_check_summary summary;
    struct find_case row = {"", "data", "", 0, "", -1, ""};
    struct answer answer;
    struct avow_txn *txn;
    avow_snapshot_free(&world->snapshot);
    assert_int_equal(avow_txn_begin(world->store, &txn), AVOW_OK);
    assert_int_equal(avow_catalogue_version_write(&txn->db, avow_words_version() + 1), AVOW_OK);
    struct avow_dbkey all = {.len = 0};
    assert_int_equal(avow_db_delete_run(&txn->db, AVOW_TABLE_WORDS, &all, 0), AVOW_OK);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
    avow_store_close(&world->store);
    size_t problems = 0;
    assert_int_equal(avow_store_check(world->folder.path, count_problem, &problems, &summary),
                     AVOW_OK);
    assert_int_equal(problems, 1);
    world->store = store_folder_open(&world->folder);
    assert_int_equal(avow_snapshot_new(world->store, &world->snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
    struct avow_find_query query = query_of(world, &row);
    ask(world->snapshot, &query, NULL, &answer);
    assert_string_equal(answer.codes, "DS1 DWE DS2 PRG");
    test_checks(state);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_finds),          CASE(test_pages),      CASE(test_pages_while_it_grows),
        CASE(test_foreign_places), CASE(test_recognised), CASE(test_flood),
        CASE(test_checks),         CASE(test_renewed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
