/* The rules of recognition paths, one by one, on the shortest chain that has all of its parts: an
 * anchor, an authority and an issuer. The verifier's anchor is a Portuguese body; it recognises a
 * Kenyan one, which recognises a university. */
#include "proto/trust/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/alloc.h"
#include "tests/support/recognition_graph.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOW UINT64_C(1800000000)
#define DAY UINT64_C(86400)
#define AWARDED (NOW - 100 * DAY)

enum { ANCHOR, AUTHORITY, UNIVERSITY, BODIES };

#define SAYS(...)                                                                                  \
    {                                                                                              \
        .depth = GRAPH_NONE, __VA_ARGS__                                                           \
    }
#define LIST(...)                                                                                  \
    {                                                                                              \
        .is = true, .count = COUNT(((const char *[]){__VA_ARGS__})), .items = { __VA_ARGS__ }      \
    }
#define NOTHING                                                                                    \
    {                                                                                              \
        .is = true                                                                                 \
    }

struct rule_row {
    const char *name;
    struct graph_statement first, second; /* the anchor's, of the authority; its, of the issuer */
    struct graph_statement scope;         /* the anchor's in the policy */
    const char *region, *framework, *level, *field;
    uint64_t at, covered_at; /* 0: now; never */
    unsigned max_depth;      /* 0: 4 */
    bool general;
    const char *want; /* "": no path; else the level, "-" for none; "!" where it no longer stands */
    bool unseen;
};

#define ONE_MOVE(when, what, why)                                                                  \
    .move_count = 1, .moves = {{when, AVOW_STATUS_##what, AVOW_REASON_##why}}
#define KENYA .framework = "KNQF", .level = "7"

static const struct rule_row rule_rows[] = {
    {"nothing narrowed", SAYS(), SAYS(), SAYS(), .want = "-"},
    {"a level of its own", SAYS(), SAYS(), SAYS(), KENYA, .want = "KNQF:7"},

    {"a field", SAYS(.fields = LIST("06")), SAYS(), SAYS(), .field = "0612", .want = "-"},
    {"a field, exactly", SAYS(.fields = LIST("0612")), SAYS(), SAYS(), .field = "0612",
     .want = "-"},
    {"another field", SAYS(.fields = LIST("07", "0611")), SAYS(), SAYS(), .field = "0612",
     .want = ""},
    {"a field wider than the scope's", SAYS(.fields = LIST("0612")), SAYS(), SAYS(), .field = "06",
     .want = ""},
    {"no field where one is asked for", SAYS(.fields = LIST("06")), SAYS(), SAYS(), .want = ""},
    {"no fields at all", SAYS(), SAYS(.fields = NOTHING), SAYS(), .field = "06", .want = ""},
    {"fields that intersect", SAYS(.fields = LIST("06")), SAYS(.fields = LIST("0612", "07")),
     SAYS(), .field = "0612", .want = "-"},
    {"each field by one alone", SAYS(.fields = LIST("06")), SAYS(.fields = LIST("0612", "07")),
     SAYS(), .field = "07", .want = ""},
    {"a field, by the policy", SAYS(), SAYS(), SAYS(.fields = LIST("07")), .field = "06",
     .want = ""},
    {"fields are not asked about an issuer", SAYS(.fields = LIST("06")), SAYS(), SAYS(),
     .general = true, .want = "-"},

    {"a region", SAYS(.regions = LIST("PT")), SAYS(), SAYS(), .region = "PT", .want = "-"},
    {"a part of a region", SAYS(.regions = LIST("ES", "PT")), SAYS(), SAYS(), .region = "PT-13",
     .want = "-"},
    {"a part is not the whole", SAYS(.regions = LIST("PT-13")), SAYS(), SAYS(), .region = "PT",
     .want = ""},
    {"another part", SAYS(.regions = LIST("PT-13")), SAYS(), SAYS(), .region = "PT-1", .want = ""},
    {"a verifier that does not say where it is", SAYS(.regions = LIST("PT")), SAYS(), SAYS(),
     .want = ""},
    {"regions intersect", SAYS(.regions = LIST("PT")), SAYS(.regions = LIST("KE")), SAYS(),
     .region = "PT", .want = ""},
    {"regions hold for an issuer too", SAYS(), SAYS(.regions = LIST("KE")), SAYS(), .region = "PT",
     .general = true, .want = ""},
    {"a region, by the policy", SAYS(), SAYS(), SAYS(.regions = LIST("PT")), .region = "ES",
     .want = ""},

    {"an achievement", SAYS(),
     SAYS(.has_achievements = true, .achievement_count = 2, .achievements = {5, 7}), SAYS(),
     .want = "-"},
    {"another achievement", SAYS(),
     SAYS(.has_achievements = true, .achievement_count = 2, .achievements = {5, 6}), SAYS(),
     .want = ""},
    {"no achievement", SAYS(), SAYS(.has_achievements = true), SAYS(), .want = ""},
    {"achievements are not asked about an issuer", SAYS(), SAYS(.has_achievements = true), SAYS(),
     .general = true, .want = "-"},

    {"an EQF level", SAYS(.level_min = 5, .level_max = 7), SAYS(), SAYS(), .framework = "EQF",
     .level = "6", .want = "EQF:6"},
    {"an EQF level too high", SAYS(.level_min = 5, .level_max = 7), SAYS(), SAYS(),
     .framework = "EQF", .level = "8", .want = ""},
    {"an EQF level too low", SAYS(), SAYS(.level_min = 5, .level_max = 7), SAYS(),
     .framework = "EQF", .level = "4", .want = ""},
    {"a level that is not one of EQF's", SAYS(.level_min = 1, .level_max = 8), SAYS(), SAYS(),
     .framework = "EQF", .level = "06", .want = ""},
    {"a level of another framework", SAYS(.level_min = 1, .level_max = 8), SAYS(), SAYS(), KENYA,
     .want = ""},
    {"no level where one is asked for", SAYS(.level_min = 1, .level_max = 8), SAYS(), SAYS(),
     .want = ""},
    {"levels are not asked about an issuer", SAYS(.level_min = 1, .level_max = 1), SAYS(), SAYS(),
     .general = true, .want = "-"},
    {"a level, by the policy", SAYS(), SAYS(), SAYS(.level_min = 6, .level_max = 6),
     .framework = "EQF", .level = "5", .want = ""},

    {"an equivalence", SAYS(.row_count = 1, .rows = {{"KNQF", "7", "EQF", "6"}}), SAYS(), SAYS(),
     KENYA, .want = "EQF:6"},
    {"an equivalence counts before its own scope",
     SAYS(.row_count = 1, .rows = {{"KNQF", "7", "EQF", "6"}}, .level_min = 6, .level_max = 6),
     SAYS(), SAYS(), KENYA, .want = "EQF:6"},
    {"and for a scope nearer to the anchor", SAYS(.level_min = 6, .level_max = 6),
     SAYS(.row_count = 1, .rows = {{"KNQF", "7", "EQF", "6"}}), SAYS(), KENYA, .want = "EQF:6"},
    {"and not for one nearer to the issuer",
     SAYS(.row_count = 1, .rows = {{"KNQF", "7", "EQF", "6"}}),
     SAYS(.level_min = 6, .level_max = 6), SAYS(), KENYA, .want = ""},
    {"it goes one way", SAYS(.row_count = 1, .rows = {{"EQF", "6", "KNQF", "7"}}), SAYS(), SAYS(),
     KENYA, .want = "KNQF:7"},
    {"of another level", SAYS(.row_count = 1, .rows = {{"KNQF", "6", "EQF", "5"}}), SAYS(), SAYS(),
     KENYA, .want = "KNQF:7"},
    {"composed from the issuer's side", SAYS(.row_count = 1, .rows = {{"EQF", "6", "QNQ", "6"}}),
     SAYS(.row_count = 1, .rows = {{"KNQF", "7", "EQF", "6"}}), SAYS(), KENYA, .want = "QNQ:6"},
    {"and not from the anchor's", SAYS(.row_count = 1, .rows = {{"KNQF", "7", "EQF", "6"}}),
     SAYS(.row_count = 1, .rows = {{"EQF", "6", "QNQ", "6"}}), SAYS(), KENYA, .want = "EQF:6"},
    {"rows of one entry do not chain",
     SAYS(.row_count = 2, .rows = {{"KNQF", "7", "EQF", "6"}, {"EQF", "6", "QNQ", "6"}}), SAYS(),
     SAYS(), KENYA, .want = "EQF:6"},
    {"the first row for a framework wins",
     SAYS(.row_count = 2, .rows = {{"KNQF", "7", "QNQ", "6"}, {"EQF", "6", "QNQ", "5"}}),
     SAYS(.row_count = 1, .rows = {{"KNQF", "7", "EQF", "6"}}), SAYS(), KENYA, .want = "QNQ:6"},
    {"and what the others would give is not held",
     SAYS(.row_count = 2, .rows = {{"KNQF", "7", "EQF", "6"}, {"NQF", "6", "EQF", "5"}},
          .level_min = 6, .level_max = 6),
     SAYS(.row_count = 1, .rows = {{"KNQF", "7", "NQF", "6"}}), SAYS(), KENYA, .want = "EQF:6"},
    {"a second framework is applied and not told of",
     SAYS(.row_count = 2, .rows = {{"KNQF", "7", "QNQ", "6"}, {"KNQF", "7", "EQF", "5"}},
          .level_min = 5, .level_max = 5),
     SAYS(), SAYS(), KENYA, .want = "QNQ:6"},
    {"a level translated anew",
     SAYS(.row_count = 1, .rows = {{"KNQF", "7", "EQF", "5"}}, .level_min = 5, .level_max = 5),
     SAYS(.row_count = 1, .rows = {{"KNQF", "7", "EQF", "6"}}), SAYS(), KENYA, .want = "EQF:5"},
    {"the policy's own levels come last", SAYS(.row_count = 1, .rows = {{"KNQF", "7", "EQF", "6"}}),
     SAYS(), SAYS(.level_min = 6, .level_max = 6), KENYA, .want = "EQF:6"},

    {"deep enough", SAYS(), SAYS(), SAYS(), .max_depth = 2, .want = "-"},
    {"too deep", SAYS(), SAYS(), SAYS(), .max_depth = 1, .want = ""},
    {"the authority may go on by one", {.depth = 1}, SAYS(), SAYS(), .want = "-"},
    {"the authority may not go on", {.depth = 0}, SAYS(), SAYS(), .want = ""},
    {"an issuer's depth means nothing", SAYS(), {.depth = 0}, SAYS(), .want = "-"},
    {"deep enough, by the policy's scope", SAYS(), SAYS(), {.depth = 2}, .want = "-"},
    {"too deep, by the policy's scope", SAYS(), SAYS(), {.depth = 1}, .want = ""},
    {"none at all, by the policy's scope", SAYS(), SAYS(), {.depth = 0}, .want = ""},

    {"an unknown key of a scope", SAYS(.unknown_key = true), SAYS(), SAYS(), .want = ""},
    {"written later", SAYS(.t = NOW - DAY), SAYS(), SAYS(), .want = "-"},
    {"not yet written", SAYS(.t = NOW - DAY), SAYS(), SAYS(), .at = NOW - 2 * DAY, .want = ""},
    {"for awards of its dates", SAYS(.valid_from = AWARDED), SAYS(), SAYS(), .want = "-"},
    {"for later awards", SAYS(.valid_from = AWARDED + 1), SAYS(), SAYS(), .want = ""},
    {"for earlier awards", SAYS(.valid_until = AWARDED - 1), SAYS(), SAYS(), .covered_at = 1,
     .want = ""},
    {"for awards until a date to come", SAYS(.valid_until = NOW), SAYS(), SAYS(), .want = "-"},
    {"its dates have passed", SAYS(.valid_until = AWARDED), SAYS(), SAYS(), .want = ""},
    {"they have, and witnesses saw the award before", SAYS(.valid_until = AWARDED), SAYS(), SAYS(),
     .covered_at = AWARDED, .want = "-!"},
    {"they have, and witnesses saw it after", SAYS(.valid_until = AWARDED), SAYS(), SAYS(),
     .covered_at = AWARDED + 1, .want = ""},

    {"withdrawn", SAYS(ONE_MOVE(NOW - DAY, REVOKED, LAPSED)), SAYS(), SAYS(), .want = ""},
    {"withdrawn, after witnesses saw the award", SAYS(ONE_MOVE(NOW - DAY, REVOKED, LAPSED)), SAYS(),
     SAYS(), .covered_at = NOW - DAY, .want = "-!"},
    {"withdrawn later than is asked, unwitnessed", SAYS(ONE_MOVE(NOW - DAY, REVOKED, LAPSED)),
     SAYS(), SAYS(), .at = NOW - 2 * DAY, .want = ""},
    {"void from the beginning", SAYS(ONE_MOVE(NOW - DAY, REVOKED, FRAUD)), SAYS(), SAYS(),
     .covered_at = 1, .at = NOW - 2 * DAY, .want = ""},
    {"superseded", SAYS(), SAYS(ONE_MOVE(NOW - DAY, SUPERSEDED, REPLACED)), SAYS(), .want = ""},
    {"superseded, after witnesses saw the award", SAYS(),
     SAYS(ONE_MOVE(NOW - DAY, SUPERSEDED, REPLACED)), SAYS(), .covered_at = AWARDED, .want = "-!"},
    {"suspended", SAYS(), SAYS(ONE_MOVE(NOW - DAY, SUSPENDED, UNSPECIFIED)), SAYS(),
     .covered_at = 1, .want = ""},
    {"suspended later than is asked", SAYS(), SAYS(ONE_MOVE(NOW - DAY, SUSPENDED, UNSPECIFIED)),
     SAYS(), .at = NOW - 2 * DAY, .want = "-!"},
    {"suspended, and reinstated", SAYS(),
     SAYS(.move_count = 2,
          .moves = {{NOW - 3 * DAY, AVOW_STATUS_SUSPENDED, AVOW_REASON_UNSPECIFIED},
                    {NOW - DAY, AVOW_STATUS_ACTIVE, AVOW_REASON_UNSPECIFIED}}),
     SAYS(), .at = NOW - 2 * DAY, .want = "-"},

    {"a recognition that is not shown", SAYS(.hidden = true), SAYS(), SAYS(), .want = "",
     .unseen = true},
};

static void build(struct graph *graph, const struct rule_row *row)
{
    graph->count = BODIES;
    for (size_t i = 0; i < BODIES; i++)
        graph->bodies[i] = graph_body(NOW - 60);
    graph->bodies[ANCHOR].count = graph->bodies[AUTHORITY].count = 1;
    struct graph_statement *first = &graph->bodies[ANCHOR].statements[0];
    struct graph_statement *second = &graph->bodies[AUTHORITY].statements[0];
    *first = row->first;
    first->subject = AUTHORITY;
    first->role = AVOW_ROLE_AUTHORITY;
    *second = row->second;
    second->subject = UNIVERSITY;
    second->role = AVOW_ROLE_ISSUER;
}

static void make_policy(struct avow_policy *policy, const struct graph_statement *scope)
{
    uint8_t room[512];
    struct avow_buf map;
    struct avow_hash anchor = graph_id(ANCHOR);
    avow_policy_init(policy);
    avow_buf_init_fixed(&map, room, sizeof(room));
    graph_scope(&map, scope);
    assert_int_equal(
        avow_policy_add_anchor(policy, avow_bytes(NULL, 0), &anchor, avow_buf_bytes(&map)),
        AVOW_ACCEPT);
}

static const struct graph_statement everything = SAYS();

static struct avow_bytes text(const char *words)
{
    return words == NULL ? avow_bytes(NULL, 0) : avow_bytes_text(words);
}

static enum avow_err ask(struct graph *graph, const struct avow_policy *policy,
                         const struct rule_row *row, struct avow_recognised *out)
{
    struct avow_facts facts = graph_facts(graph);
    struct avow_award award = {.issuer = graph_id(UNIVERSITY),
                               .general = row->general,
                               .achievement = 7,
                               .framework = text(row->framework),
                               .level = text(row->level),
                               .field = text(row->field),
                               .time = AWARDED,
                               .covered_at = row->covered_at == 0 ? AVOW_NEVER : row->covered_at};
    return avow_search(&facts, policy, &award, NOW, row->at == 0 ? NOW : row->at, out);
}

/* The level of the path, as rows write it. */
static void describe(const struct avow_recognised *out, char words[64])
{
    const struct avow_recognition_path *path = &out->paths[0];
    bool stands = true;
    words[0] = '\0';
    if (out->path_count == 0)
        return;
    for (size_t i = 0; i < path->count; i++)
        stands &= path->steps[i].stands;
    if (path->framework.len == 0)
        (void)snprintf(words, 64, "-%s", stands ? "" : "!");
    else
        (void)snprintf(words, 64, "%.*s:%.*s%s", (int)path->framework.len,
                       (const char *)path->framework.data, (int)path->level.len,
                       (const char *)path->level.data, stands ? "" : "!");
}

static void test_rules(void **state)
{
    (void)state;
    static struct graph graph;
    for (size_t i = 0; i < COUNT(rule_rows); i++) {
        const struct rule_row *row = &rule_rows[i];
        struct avow_policy policy;
        struct avow_recognised out;
        char words[64];
        build(&graph, row);
        make_policy(&policy, &row->scope);
        policy.max_depth = row->max_depth == 0 ? 4 : row->max_depth;
        if (row->region != NULL)
            memcpy(policy.region, row->region, strlen(row->region));
        for (unsigned ways = 0; ways < 2; ways++) {
            graph.both_ways = ways == 1;
            assert_int_equal(ask(&graph, &policy, row, &out), AVOW_OK);
            describe(&out, words);
            if (strcmp(words, row->want) != 0 || out.path_count > 1 ||
                out.end != (row->unseen ? AVOW_SEARCH_UNSEEN : AVOW_SEARCH_WHOLE))
                fail_msg("%s%s: \"%s\", not \"%s\"; %zu paths, end %d", row->name,
                         ways == 1 ? ", from both ends" : "", words, row->want, out.path_count,
                         (int)out.end);
        }
    }
    graph_fini(&graph);
}

/* ---- what is not seen ---- */

static void no_log(struct graph *graph)
{
    graph->bodies[AUTHORITY].unknown = true;
}
static void part(struct graph *graph)
{
    graph->bodies[AUTHORITY].part = true;
}
static void stale(struct graph *graph)
{
    graph->bodies[AUTHORITY].time = NOW - 2 * DAY;
}
static void ahead(struct graph *graph)
{
    graph->bodies[AUTHORITY].time = NOW + DAY;
}
static void abandoned(struct graph *graph)
{
    graph->bodies[AUTHORITY].abandoned_from = graph_index(0);
}
static void abandoned_after(struct graph *graph)
{
    graph->bodies[AUTHORITY].abandoned_from = graph_index(1);
}
static void disputed(struct graph *graph)
{
    graph->bodies[AUTHORITY].disputed_from = graph_index(0);
}
static void stale_issuer(struct graph *graph)
{
    graph->bodies[UNIVERSITY].time = NOW - 2 * DAY;
}

static const struct unseen_row {
    const char *name;
    void (*spoil)(struct graph *graph);
    size_t paths;
    enum avow_search_end end;
} unseen_rows[] = {
    {"no log", no_log, 0, AVOW_SEARCH_UNSEEN},
    {"not all of its log", part, 1, AVOW_SEARCH_UNSEEN},
    {"a stale log", stale, 0, AVOW_SEARCH_UNSEEN},
    {"a log from the future", ahead, 0, AVOW_SEARCH_UNSEEN},
    {"an abandoned entry", abandoned, 0, AVOW_SEARCH_UNSEEN},
    {"a better history behind the entry", abandoned_after, 1, AVOW_SEARCH_UNSEEN},
    {"behind a root fork", disputed, 0, AVOW_SEARCH_UNSEEN},
    {"the issuer's own log is not asked for", stale_issuer, 1, AVOW_SEARCH_WHOLE},
};

static void test_unseen(void **state)
{
    (void)state;
    static struct graph graph;
    for (size_t i = 0; i < COUNT(unseen_rows); i++) {
        const struct unseen_row *row = &unseen_rows[i];
        struct avow_policy policy;
        struct avow_recognised out;
        build(&graph, &rule_rows[0]);
        row->spoil(&graph);
        make_policy(&policy, &everything);
        assert_int_equal(ask(&graph, &policy, &rule_rows[0], &out), AVOW_OK);
        if (out.path_count != row->paths || out.end != row->end)
            fail_msg("%s: %zu paths, end %d", row->name, out.path_count, (int)out.end);
    }
    graph_fini(&graph);
}

/* An issuer that is an anchor is recognised by a path of no steps, within the anchor's scope. */
static void test_anchor_itself(void **state)
{
    (void)state;
    static const struct graph_statement scopes[] = {SAYS(.fields = LIST("07")),
                                                    SAYS(.fields = LIST("06"))};
    static struct graph graph;
    for (size_t i = 0; i < 2; i++) {
        struct avow_policy policy;
        struct avow_recognised out;
        build(&graph, &rule_rows[0]);
        make_policy(&policy, &scopes[i]);
        policy.anchors[0].issuer = graph_id(UNIVERSITY);
        struct rule_row row = {.field = "0612", KENYA};
        assert_int_equal(ask(&graph, &policy, &row, &out), AVOW_OK);
        assert_int_equal(out.end, AVOW_SEARCH_WHOLE);
        assert_int_equal(out.path_count, i);
        assert_int_equal(out.steps, 0);
    }
    graph_fini(&graph);
}

static void test_no_anchors(void **state)
{
    (void)state;
    static struct graph graph;
    struct avow_policy policy;
    struct avow_recognised out;
    avow_policy_init(&policy);
    build(&graph, &rule_rows[0]);
    assert_int_equal(ask(&graph, &policy, &rule_rows[0], &out), AVOW_OK);
    assert_int_equal(out.end, AVOW_SEARCH_WHOLE);
    assert_int_equal(out.path_count, 0);
    graph_fini(&graph);
}

/* Shortest first, then the one that is narrowed in fewest ways, then by ids and indices; the level
 * is each body's own. */
static void test_order(void **state)
{
    (void)state;
    static struct graph graph;
    struct avow_policy policy;
    struct avow_recognised out;
    struct rule_row row = {.field = "06", KENYA};
    build(&graph, &rule_rows[0]);
    struct graph_body *anchor = &graph.bodies[ANCHOR];
    struct graph_statement says = graph_says(UNIVERSITY, AVOW_ROLE_ISSUER);
    says.fields = (struct graph_list)LIST("06");
    anchor->statements[anchor->count++] = says;
    says.fields.is = false;
    says.row_count = 1;
    memcpy(says.rows[0], (const char *[]){"KNQF", "7", "EQF", "6"}, sizeof(says.rows[0]));
    anchor->statements[anchor->count++] = says;
    says.rows[0][3] = "5";
    anchor->statements[anchor->count++] = says;
    make_policy(&policy, &everything);
    assert_int_equal(ask(&graph, &policy, &row, &out), AVOW_OK);
    static const uint64_t statements[] = {2, 3, 1, 0};
    static const char *const levels[] = {"6", "5", "7", "7"};
    assert_int_equal(out.path_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(out.paths[i].steps[0].index, graph_index(statements[i]));
        assert_true(avow_bytes_equal(out.paths[i].level, avow_bytes_text(levels[i])));
    }
    assert_int_equal(out.paths[3].count, 2);
    graph_fini(&graph);
}

/* ---- errors ---- */

struct sweep {
    struct graph graph;
    struct avow_policy policy;
};

static enum avow_err search_once(void *context)
{
    struct sweep *sweep = context;
    struct avow_recognised out;
    return ask(&sweep->graph, &sweep->policy, &rule_rows[0], &out);
}

static void test_memory(void **state)
{
    (void)state;
    static struct sweep sweep;
    build(&sweep.graph, &rule_rows[0]);
    make_policy(&sweep.policy, &everything);
    (void)graph_facts(&sweep.graph); /* so that its own memory is there already */
    avow_alloc_sweep("search", search_once, &sweep);
    sweep.graph.both_ways = true;
    avow_alloc_sweep("search from both ends", search_once, &sweep);
    graph_fini(&sweep.graph);
}

static struct graph broken_graph;
static size_t calls_left;

static enum avow_err count_down(enum avow_err err)
{
    return calls_left-- == 0 ? AVOW_ERR_CORRUPT : err;
}

static struct avow_facts sound;

static enum avow_err broken_log(void *context, const struct avow_hash *issuer,
                                struct avow_known_log *log)
{
    return count_down(sound.log(context, issuer, log));
}

static enum avow_err broken_entry(void *context, const struct avow_known_log *log, uint64_t index,
                                  struct avow_bytes *entry)
{
    return count_down(sound.entry(context, log, index, entry));
}

static enum avow_err broken_recognition(void *context, const struct avow_known_log *log,
                                        const struct avow_hash *subject, uint64_t *index)
{
    return count_down(sound.recognition(context, log, subject, index));
}

static enum avow_err broken_recogniser(void *context, const struct avow_hash *subject,
                                       size_t *rows_max, struct avow_known_recognition *at)
{
    return count_down(sound.recogniser(context, subject, rows_max, at));
}

/* Whatever call of the facts fails, that is what comes back. */
static void check_facts_fail(bool both_ways)
{
    struct avow_policy policy;
    struct avow_recognised out;
    struct avow_award award = {
        .issuer = graph_id(UNIVERSITY), .time = AWARDED, .covered_at = AVOW_NEVER};
    build(&broken_graph, &rule_rows[0]);
    make_policy(&policy, &everything);
    broken_graph.both_ways = both_ways;
    sound = graph_facts(&broken_graph);
    struct avow_facts facts = sound;
    facts.log = broken_log;
    facts.entry = broken_entry;
    facts.recognition = broken_recognition;
    facts.recogniser = both_ways ? broken_recogniser : NULL;
    size_t allowed = 0;
    for (;; allowed++) {
        calls_left = allowed;
        enum avow_err err = avow_search(&facts, &policy, &award, NOW, NOW, &out);
        if (err == AVOW_OK)
            break;
        assert_int_equal(err, AVOW_ERR_CORRUPT);
    }
    assert_true(allowed >= 6);
    assert_int_equal(out.path_count, 1);
    graph_fini(&broken_graph);
}

static void test_facts_fail(void **state)
{
    (void)state;
    check_facts_fail(false);
    check_facts_fail(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),         cmocka_unit_test(test_unseen),
        cmocka_unit_test(test_anchor_itself), cmocka_unit_test(test_no_anchors),
        cmocka_unit_test(test_order),         cmocka_unit_test(test_memory),
        cmocka_unit_test(test_facts_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
