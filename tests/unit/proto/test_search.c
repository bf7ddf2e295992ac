/* Path search against a search that tries everything: on every small graph, on random ones with
 * every kind of narrowing, and on the rules one by one. */
#include "proto/trust/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/naive_paths.h"
#include "tests/support/stride.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOW UINT64_C(1800000000)
#define DAY UINT64_C(86400)

/* ---- one question, both ways ---- */

static struct naive_question question_of(const struct graph *graph, unsigned issuer)
{
    return (struct naive_question){.graph = graph,
                                   .max_depth = 4,
                                   .region = "",
                                   .max_age = DAY,
                                   .now = NOW,
                                   .at = NOW,
                                   .issuer = issuer,
                                   .achievement = 7,
                                   .time = NOW - 100 * DAY,
                                   .covered_at = AVOW_NEVER,
                                   .framework = "",
                                   .level = "",
                                   .field = ""};
}

static void add_anchor(struct naive_question *q, unsigned body)
{
    q->anchors[q->anchor_count++] =
        (struct naive_anchor){.body = body, .scope = graph_says(body, AVOW_ROLE_AUTHORITY)};
}

static void policy_of(const struct naive_question *q, struct avow_policy *policy)
{
    avow_policy_init(policy);
    policy->max_age_s = q->max_age;
    policy->max_depth = q->max_depth;
    memcpy(policy->region, q->region, strlen(q->region));
    for (size_t i = 0; i < q->anchor_count; i++) {
        uint8_t room[512];
        struct avow_buf scope;
        struct avow_hash id = graph_id(q->anchors[i].body);
        avow_buf_init_fixed(&scope, room, sizeof(room));
        graph_scope(&scope, &q->anchors[i].scope);
        assert_int_equal(
            avow_policy_add_anchor(policy, avow_bytes(NULL, 0), &id, avow_buf_bytes(&scope)),
            AVOW_ACCEPT);
    }
}

static enum avow_err ask(const struct avow_facts *facts, const struct naive_question *q,
                         struct avow_recognised *out)
{
    struct avow_policy policy;
    struct avow_award award = {.issuer = graph_id(q->issuer),
                               .general = q->general,
                               .achievement = q->achievement,
                               .framework = avow_bytes_text(q->framework),
                               .level = avow_bytes_text(q->level),
                               .field = avow_bytes_text(q->field),
                               .time = q->time,
                               .covered_at = q->covered_at};
    policy_of(q, &policy);
    return avow_search(facts, &policy, &award, q->now, q->at, out);
}

static bool is_text(struct avow_bytes bytes, const char *text)
{
    return avow_bytes_equal(bytes, avow_bytes_text(text));
}

static bool same_path(const struct naive_question *q, const struct avow_recognition_path *have,
                      const struct naive_path *want)
{
    if (have->anchor != want->anchor || have->count != want->count ||
        !is_text(have->framework, want->framework) || !is_text(have->level, want->level))
        return false;
    for (size_t i = 0; i < want->count; i++) {
        const struct avow_path_step *step = &have->steps[i];
        const struct graph_statement *says =
            &q->graph->bodies[want->steps[i].body].statements[want->steps[i].statement];
        struct avow_hash id = graph_id(want->steps[i].body);
        if (!avow_hash_equal(&step->issuer, &id) || step->role != says->role ||
            step->index != graph_index(want->steps[i].statement) ||
            step->stands != want->steps[i].stands || !is_text(step->subject_name, "name"))
            return false;
    }
    return true;
}

static void print_path(const struct avow_recognition_path *path)
{
    print_error("  anchor %zu:", path->anchor);
    for (size_t i = 0; i < path->count; i++)
        print_error(" %d/%u%s", path->steps[i].issuer.bytes[0] - 1, (unsigned)path->steps[i].index,
                    path->steps[i].stands ? "" : "!");
    print_error("  %.*s %.*s\n", (int)path->framework.len, (const char *)path->framework.data,
                (int)path->level.len, (const char *)path->level.data);
}

static void compare(const char *name, const struct naive_question *q,
                    const struct avow_recognised *have, const struct naive_answer *want)
{
    size_t count = want->count < AVOW_SEARCH_PATHS_MAX ? want->count : AVOW_SEARCH_PATHS_MAX;
    enum avow_search_end end = want->unseen ? AVOW_SEARCH_UNSEEN : AVOW_SEARCH_WHOLE;
    /* From the issuer's end nothing is asked of those who do not lead to it. */
    bool same =
        have->path_count == count && (have->end == end || (q->graph->both_ways && count > 0));
    for (size_t i = 0; same && i < count; i++)
        same = same_path(q, &have->paths[i], &want->paths[i]);
    if (same)
        return;
    for (size_t i = 0; i < have->path_count; i++)
        print_path(&have->paths[i]);
    fail_msg("%s: %zu paths, end %d, in %zu steps; there are %zu, %s", name, have->path_count,
             (int)have->end, have->steps, want->count, want->unseen ? "unseen" : "whole");
}

/* From the anchors, and from the issuer's end too. Where the bound was not met, both say the same.
 * How many paths are told of. */
static size_t check(const char *name, struct graph *graph, const struct naive_question *q)
{
    static struct naive_answer want;
    static struct avow_recognised have;
    naive_search(q, &want);
    for (unsigned ways = 0; ways < 2; ways++) {
        graph->both_ways = ways == 1;
        struct avow_facts facts = graph_facts(graph);
        assert_int_equal(ask(&facts, q, &have), AVOW_OK);
        assert_true(have.steps <= AVOW_SEARCH_STEPS_MAX);
        if (have.end != AVOW_SEARCH_BUDGET)
            compare(name, q, &have, &want);
    }
    return have.path_count;
}

/* ---- every graph of five ---- */

#ifdef AVOW_SANITIZED
#define STRIDE 31U
#else
#define STRIDE 1U
#endif
#define BODIES 4 /* and the issuer */
#define ARROWS 12

/* The arrow from body a to body b of the four. */
static unsigned arrow(unsigned a, unsigned b)
{
    return a * (BODIES - 1) + (b > a ? b - 1 : b);
}

/* A code of 12 bits for which body recognises which as an authority, and two for each body's word
 * on the issuer: none, an issuer, an authority, both. */
struct bare {
    unsigned arrows, words[BODIES];
};

static struct bare renamed(const struct bare *bare, const unsigned names[BODIES])
{
    struct bare other = {0};
    for (unsigned a = 0; a < BODIES; a++) {
        other.words[names[a]] = bare->words[a];
        for (unsigned b = 0; b < BODIES; b++) {
            if (a != b && bare->arrows >> arrow(a, b) & 1U)
                other.arrows |= 1U << arrow(names[a], names[b]);
        }
    }
    return other;
}

static unsigned code_of(const struct bare *bare)
{
    unsigned code = bare->arrows;
    for (unsigned a = 0; a < BODIES; a++)
        code = code << 2 | bare->words[a];
    return code;
}

static struct bare bare_of(unsigned code)
{
    struct bare bare = {.arrows = code >> (2 * BODIES)};
    for (unsigned a = 0; a < BODIES; a++)
        bare.words[a] = code >> (2 * (BODIES - 1 - a)) & 3U;
    return bare;
}

/* All orders of the four that keep the first `anchors` first. */
static size_t permutations(unsigned anchors, unsigned out[24][BODIES])
{
    size_t count = 0;
    for (unsigned n = 0; n < 256; n++) {
        unsigned names[BODIES], seen = 0;
        bool keeps = true;
        for (unsigned a = 0; a < BODIES; a++) {
            names[a] = n >> (2 * a) & 3U;
            seen |= 1U << names[a];
            keeps &= (a < anchors) == (names[a] < anchors);
        }
        if (seen == 15 && keeps)
            memcpy(out[count++], names, sizeof(names));
    }
    return count;
}

static bool is_first_of_its_kind(unsigned code, unsigned names[24][BODIES], size_t count)
{
    struct bare bare = bare_of(code);
    for (size_t i = 0; i < count; i++) {
        struct bare other = renamed(&bare, names[i]);
        if (code_of(&other) < code)
            return false;
    }
    return true;
}

static void build(struct graph *graph, unsigned code)
{
    struct bare bare = bare_of(code);
    graph->count = BODIES + 1;
    for (unsigned a = 0; a < BODIES; a++) {
        struct graph_body *body = &graph->bodies[a];
        *body = graph_body(NOW);
        for (unsigned b = 0; b < BODIES; b++) {
            if (a != b && bare.arrows >> arrow(a, b) & 1U)
                body->statements[body->count++] = graph_says(b, AVOW_ROLE_AUTHORITY);
        }
        if (bare.words[a] & 1U)
            body->statements[body->count++] = graph_says(BODIES, AVOW_ROLE_ISSUER);
        if (bare.words[a] & 2U)
            body->statements[body->count++] = graph_says(BODIES, AVOW_ROLE_AUTHORITY);
    }
    /* The issuer recognises all of them, which must not help it. */
    graph->bodies[BODIES] = graph_body(NOW);
    for (unsigned b = 0; b < BODIES; b++)
        graph->bodies[BODIES].statements[graph->bodies[BODIES].count++] =
            graph_says(b, AVOW_ROLE_AUTHORITY);
}

/* Every graph of four bodies and an issuer, up to a renaming of the anchors and of the others: each
 * of the twelve arrows among the bodies is there or not, each body says of the issuer nothing, that
 * it is an issuer, an authority, or both; the first one to four bodies are the anchors. Fewer
 * bodies are those that say nothing and are not spoken of. At depth 4, which is as deep as four
 * bodies go; and every 7th graph at depths 1 to 3 too. (Under the sanitizers, every 31st graph;
 * with AVOW_STRIDE=4, every fourth.) */
static void test_every_small_graph(void **state)
{
    (void)state;
    static struct graph graph;
    const unsigned stride = (unsigned)avow_stride(STRIDE);
    size_t asked = 0;
    for (unsigned anchors = 1; anchors <= BODIES; anchors++) {
        unsigned names[24][BODIES];
        size_t count = permutations(anchors, names);
        for (unsigned code = 0; code < 1U << (ARROWS + 2 * BODIES); code += stride) {
            if (!is_first_of_its_kind(code, names, count))
                continue;
            struct naive_question q = question_of(&graph, BODIES);
            build(&graph, code);
            for (unsigned a = 0; a < anchors; a++)
                add_anchor(&q, a);
            for (q.max_depth = code % 7 == 0 ? 1 : 4; q.max_depth <= 4; q.max_depth++, asked++) {
                char name[64];
                (void)snprintf(name, sizeof(name), "graph %x, %u anchors, depth %u", code, anchors,
                               q.max_depth);
                (void)check(name, &graph, &q);
            }
        }
    }
    print_message("%zu graphs and depths\n", asked);
    graph_fini(&graph);
}

/* ---- random graphs ---- */

static uint64_t random_state;

static unsigned dice(unsigned sides)
{
    AVOW_ASSERT(sides > 0);
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 16) % sides;
}

static uint64_t random_time(void)
{
    return NOW - dice(20) * 20 * DAY;
}

static struct graph_list random_list(const char *const *words, unsigned count)
{
    struct graph_list list = {.is = true, .count = dice(GRAPH_LIST + 1)};
    for (size_t i = 0; i < list.count; i++)
        list.items[i] = words[dice(count)];
    return list;
}

static const char *const fields[] = {"06", "0612", "07", "0613", "0611", "071"};
static const char *const regions[] = {"PT", "PT-13", "ES", "KE"};
static const char *const used_in[] = {"", "PT", "PT-13", "PT-11", "KE"};
static const char *const frameworks[] = {"EQF", "KNQF", "NQF"};
static const char *const levels[] = {"5", "6", "7"};

static void random_moves(struct graph_statement *says)
{
    static const enum avow_reason reasons[] = {AVOW_REASON_LAPSED, AVOW_REASON_FRAUD,
                                               AVOW_REASON_UNSPECIFIED, AVOW_REASON_KEY};
    enum avow_status now = AVOW_STATUS_ACTIVE;
    uint64_t t = random_time();
    while (says->move_count < GRAPH_MOVES && now != AVOW_STATUS_REVOKED && dice(3) > 0) {
        struct graph_move move = {.t = t, .reason = reasons[dice(COUNT(reasons))]};
        if (now == AVOW_STATUS_ACTIVE)
            move.state = dice(3) == 0   ? AVOW_STATUS_REVOKED
                         : dice(2) == 0 ? AVOW_STATUS_SUPERSEDED
                                        : AVOW_STATUS_SUSPENDED;
        else if (now == AVOW_STATUS_SUSPENDED && dice(2) == 0)
            move.state = AVOW_STATUS_ACTIVE;
        else
            move.state = AVOW_STATUS_REVOKED;
        if (move.state != AVOW_STATUS_REVOKED)
            move.reason = AVOW_REASON_UNSPECIFIED;
        now = move.state;
        says->moves[says->move_count++] = move;
        t += dice(5) * 10 * DAY;
        if (t > NOW)
            return;
    }
}

static void random_scope(struct graph_statement *says)
{
    if (dice(6) == 0)
        says->fields = random_list(fields, COUNT(fields));
    if (dice(6) == 0)
        says->regions = random_list(regions, COUNT(regions));
    if (dice(6) == 0) {
        says->level_min = 4 + dice(4);
        says->level_max = says->level_min + dice((unsigned)(9 - says->level_min));
    }
    if (dice(6) == 0)
        says->depth = dice(4);
}

static void random_statement(struct graph_statement *says, unsigned bodies)
{
    *says = graph_says(dice(bodies), dice(3) == 0 ? AVOW_ROLE_ISSUER : AVOW_ROLE_AUTHORITY);
    says->t = dice(8) == 0 ? NOW - dice(50) * DAY : NOW - 1000 * DAY;
    random_scope(says);
    if (says->role == AVOW_ROLE_ISSUER && dice(5) == 0) {
        says->has_achievements = true;
        says->achievement_count = dice(GRAPH_LIST + 1);
        for (size_t i = 0; i < says->achievement_count; i++)
            says->achievements[i] = 6 + dice(3);
    }
    if (dice(8) == 0)
        says->valid_from = random_time();
    if (dice(8) == 0)
        says->valid_until = random_time() + 100 * DAY;
    if (says->valid_until < says->valid_from)
        says->valid_until = 0;
    if (dice(6) == 0)
        random_moves(says);
    says->unknown_key = dice(40) == 0;
    says->hidden = dice(60) == 0;
    while (says->row_count < GRAPH_ROWS && dice(3) == 0) {
        const char **row = says->rows[says->row_count++];
        row[0] = frameworks[dice(3)];
        row[1] = levels[dice(3)];
        row[2] = frameworks[dice(3)];
        row[3] = levels[dice(3)];
    }
    /* Such rows twice are no valid entry. */
    for (size_t i = 1; i < says->row_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(says->rows[i][0], says->rows[j][0]) == 0 &&
                strcmp(says->rows[i][1], says->rows[j][1]) == 0 &&
                strcmp(says->rows[i][2], says->rows[j][2]) == 0)
                says->row_count = i;
        }
    }
}

static void random_graph(struct graph *graph)
{
    graph->count = 2 + dice(7);
    for (size_t i = 0; i < graph->count; i++) {
        struct graph_body *body = &graph->bodies[i];
        *body = graph_body(dice(25) == 0 ? NOW - 2 * DAY : NOW - dice(3600));
        body->unknown = dice(40) == 0;
        body->part = dice(30) == 0;
        body->count = dice(6);
        for (size_t k = 0; k < body->count; k++)
            random_statement(&body->statements[k], (unsigned)graph->count);
        if (dice(40) == 0)
            body->abandoned_from = graph_index(dice(6));
        if (dice(40) == 0)
            body->disputed_from = graph_index(dice(6));
    }
}

static struct naive_question random_question(const struct graph *graph)
{
    struct naive_question q = question_of(graph, dice((unsigned)graph->count));
    unsigned count = 1 + dice(3), body = dice((unsigned)graph->count);
    for (unsigned i = 0; i < count && i < graph->count; i++) {
        add_anchor(&q, (body + i) % (unsigned)graph->count);
        struct graph_statement *scope = &q.anchors[q.anchor_count - 1].scope;
        if (dice(4) == 0)
            random_scope(scope);
        scope->fields.is = scope->fields.count > 0; /* a policy's lists are not empty */
        scope->regions.is = scope->regions.count > 0;
    }
    q.max_depth = 1 + dice(6);
    q.region = used_in[dice(COUNT(used_in))];
    q.at = dice(2) == 0 ? NOW : random_time();
    q.time = random_time();
    q.covered_at = dice(2) == 0 ? AVOW_NEVER : random_time();
    q.general = dice(8) == 0;
    q.achievement = 6 + dice(3);
    if (dice(4) > 0)
        q.field = fields[dice(COUNT(fields))];
    if (dice(4) > 0)
        q.framework = frameworks[dice(3)];
    if (dice(4) > 0)
        q.level = levels[dice(3)];
    return q;
}

/* AVOW_SEARCH_GRAPHS says how many, AVOW_SEED where from. */
static void test_random_graphs(void **state)
{
    (void)state;
    static struct graph graph;
    const char *graphs = getenv("AVOW_SEARCH_GRAPHS"), *seed = getenv("AVOW_SEED");
    unsigned long with_path = 0;
    unsigned long wanted = graphs != NULL ? strtoul(graphs, NULL, 10) : 100000;
    random_state = (seed != NULL ? strtoull(seed, NULL, 10) : 1) * UINT64_C(0x9e3779b97f4a7c15);
    for (unsigned long i = 0; i < wanted; i++) {
        char name[80];
        (void)snprintf(name, sizeof(name), "random graph %lu, generator at %llx", i,
                       (unsigned long long)random_state);
        random_graph(&graph);
        struct naive_question q = random_question(&graph);
        with_path += check(name, &graph, &q) > 0;
    }
    print_message("%lu of %lu graphs with a path\n", with_path, wanted);
    assert_true(with_path > wanted / 20);
    graph_fini(&graph);
}

/* From the issuer's end, what else an anchor recognises is not looked at. */
static void test_from_the_issuer(void **state)
{
    (void)state;
    static struct graph graph;
    struct avow_recognised out;
    graph.count = GRAPH_BODIES;
    for (unsigned i = 0; i < graph.count; i++)
        graph.bodies[i] = graph_body(NOW);
    for (unsigned i = 1; i + 1 < graph.count; i++)
        graph.bodies[0].statements[graph.bodies[0].count++] = graph_says(i, AVOW_ROLE_AUTHORITY);
    graph.bodies[5].statements[graph.bodies[5].count++] =
        graph_says(GRAPH_BODIES - 1, AVOW_ROLE_ISSUER);
    struct naive_question q = question_of(&graph, GRAPH_BODIES - 1);
    add_anchor(&q, 0);
    for (unsigned ways = 0; ways < 2; ways++) {
        graph.both_ways = ways == 1;
        struct avow_facts facts = graph_facts(&graph);
        assert_int_equal(ask(&facts, &q, &out), AVOW_OK);
        assert_int_equal(out.path_count, 1);
        assert_int_equal(out.end, AVOW_SEARCH_WHOLE);
        assert_int_equal(out.steps, graph.both_ways ? 2 : GRAPH_BODIES - 1);
    }
    graph_fini(&graph);
}

/* Seven that all recognise one another and the issuer: too many ways back, so none is taken. */
static void test_too_many_ways_back(void **state)
{
    (void)state;
    static struct graph graph;
    graph.count = 8;
    for (unsigned i = 0; i < 7; i++) {
        graph.bodies[i] = graph_body(NOW);
        for (unsigned j = 0; j < 7; j++) {
            if (j != i)
                graph.bodies[i].statements[graph.bodies[i].count++] =
                    graph_says(j, AVOW_ROLE_AUTHORITY);
        }
        graph.bodies[i].statements[graph.bodies[i].count++] = graph_says(7, AVOW_ROLE_ISSUER);
    }
    graph.bodies[7] = graph_body(NOW);
    struct naive_question q = question_of(&graph, 7);
    add_anchor(&q, 0);
    assert_int_equal(check("seven", &graph, &q), AVOW_SEARCH_PATHS_MAX);
    graph_fini(&graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_small_graph),
        cmocka_unit_test(test_random_graphs),
        cmocka_unit_test(test_from_the_issuer),
        cmocka_unit_test(test_too_many_ways_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
