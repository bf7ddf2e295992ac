/* Every rule is applied to a whole path, each time from its beginning. */
#include "tests/support/naive_paths.h"

#include <stdlib.h>
#include <string.h>

typedef struct naive_question question_t;

static const struct graph_statement *step(const question_t *q, const struct naive_path *path,
                                          size_t i)
{
    return &q->graph->bodies[path->steps[i].body].statements[path->steps[i].statement];
}

/* ---- one statement ---- */

static bool is_void(const struct graph_statement *says)
{
    for (size_t i = 0; i < says->move_count; i++) {
        int reason = (int)says->moves[i].reason;
        if (says->moves[i].state == AVOW_STATUS_REVOKED &&
            (reason == 1 || reason == 2 || reason == 3 || reason == 5))
            return true;
    }
    return false;
}

/* A suspension that was lifted, whenever, never was. */
static bool is_suspended(const struct graph_statement *says, uint64_t at)
{
    bool suspended = false;
    for (size_t i = 0; i < says->move_count && says->moves[i].t <= at; i++) {
        bool lifted = i + 1 < says->move_count && says->moves[i + 1].state == AVOW_STATUS_ACTIVE;
        suspended = says->moves[i].state == AVOW_STATUS_SUSPENDED && !lifted;
    }
    return suspended;
}

static uint64_t end_of(const struct graph_statement *says, uint64_t now)
{
    uint64_t end = GRAPH_NONE;
    for (size_t i = 0; i < says->move_count; i++) {
        const struct graph_move *move = &says->moves[i];
        bool ends = move->state == AVOW_STATUS_REVOKED || move->state == AVOW_STATUS_SUPERSEDED;
        if (ends && move->t <= now && move->t < end)
            end = move->t;
    }
    if (says->valid_until != 0 && says->valid_until < now && says->valid_until < end)
        end = says->valid_until;
    return end;
}

static bool in_list(const struct graph_list *list, const char *word, bool region)
{
    if (!list->is)
        return true;
    for (size_t i = 0; i < list->count; i++) {
        const char *item = list->items[i];
        size_t len = strlen(item);
        if (strcmp(item, word) == 0)
            return true;
        if (strncmp(item, word, len) == 0 && (!region || (len == 2 && word[2] == '-')))
            return true;
    }
    return false;
}

/* What a scope says but of levels, depth and achievements. */
static bool admits(const question_t *q, const struct graph_statement *scope)
{
    if (!in_list(&scope->regions, q->region, true))
        return false;
    return q->general || in_list(&scope->fields, q->field, false);
}

static bool is_dark(const struct graph_body *body, size_t k)
{
    return graph_index(k) >= body->abandoned_from || graph_index(k) >= body->disputed_from ||
           body->statements[k].hidden;
}

static bool counts(const question_t *q, const struct graph_statement *says)
{
    if (says->t > q->at || is_void(says) || is_suspended(says, q->at) || says->unknown_key)
        return false;
    if (q->time < says->valid_from || (says->valid_until != 0 && q->time > says->valid_until))
        return false;
    uint64_t end = end_of(says, q->now);
    if (end != GRAPH_NONE && q->covered_at > end)
        return false;
    return admits(q, says);
}

/* ---- a path ---- */

/* How many more steps a path may have. */
static uint64_t left(const question_t *q, const struct naive_path *path)
{
    uint64_t depth = q->max_depth;
    if (q->anchors[path->anchor].scope.depth < depth)
        depth = q->anchors[path->anchor].scope.depth;
    for (size_t i = 0; i < path->count; i++) {
        if (depth == 0)
            return 0;
        depth--;
        if (step(q, path, i)->role == AVOW_ROLE_AUTHORITY && step(q, path, i)->depth < depth)
            depth = step(q, path, i)->depth;
    }
    return depth;
}

struct pairs {
    size_t count;
    const char *frameworks[64], *levels[64];
};

static const char *held(const struct pairs *pairs, const char *framework)
{
    for (size_t i = 0; i < pairs->count; i++) {
        if (strcmp(pairs->frameworks[i], framework) == 0)
            return pairs->levels[i];
    }
    return "";
}

static void hold(struct pairs *pairs, const char *framework, const char *level)
{
    size_t i = 0;
    while (i < pairs->count && strcmp(pairs->frameworks[i], framework) != 0)
        i++;
    pairs->frameworks[i] = framework;
    pairs->levels[i] = level;
    if (i == pairs->count)
        pairs->count++;
}

/* From the last row to the first, so that the first that matches is the last to be held. */
static struct pairs translate(const struct pairs *pairs, const struct graph_statement *says,
                              struct naive_path *path)
{
    struct pairs after = *pairs;
    for (size_t i = says->row_count; i > 0; i--) {
        const char *const *row = says->rows[i - 1];
        if (strcmp(held(pairs, row[0]), row[1]) != 0)
            continue;
        hold(&after, row[2], row[3]);
        path->framework = row[2];
        path->level = row[3];
    }
    return after;
}

static bool in_levels(const struct graph_statement *scope, const struct pairs *pairs)
{
    const char *eqf = held(pairs, "EQF");
    if (scope->level_min == 0)
        return true;
    return strlen(eqf) == 1 && eqf[0] >= '1' && eqf[0] <= '8' &&
           (uint64_t)(eqf[0] - '0') >= scope->level_min &&
           (uint64_t)(eqf[0] - '0') <= scope->level_max;
}

static bool levels_fit(const question_t *q, struct naive_path *path)
{
    struct pairs pairs = {0};
    path->framework = path->level = "";
    if (q->general)
        return true;
    if (q->framework[0] != '\0' && q->level[0] != '\0') {
        hold(&pairs, q->framework, q->level);
        path->framework = q->framework;
        path->level = q->level;
    }
    for (size_t i = path->count; i > 0; i--) {
        pairs = translate(&pairs, step(q, path, i - 1), path);
        if (!in_levels(step(q, path, i - 1), &pairs))
            return false;
    }
    return in_levels(&q->anchors[path->anchor].scope, &pairs);
}

static bool achievement_fits(const question_t *q, const struct graph_statement *says)
{
    if (q->general || !says->has_achievements)
        return true;
    for (size_t i = 0; i < says->achievement_count; i++) {
        if (says->achievements[i] == q->achievement)
            return true;
    }
    return false;
}

static unsigned narrowed(const question_t *q, const struct naive_path *path)
{
    const struct graph_statement *scope = &q->anchors[path->anchor].scope;
    bool fields = scope->fields.is, levels = scope->level_min != 0, regions = scope->regions.is;
    bool achievements = false;
    for (size_t i = 0; i < path->count; i++) {
        scope = step(q, path, i);
        fields |= scope->fields.is;
        levels |= scope->level_min != 0;
        regions |= scope->regions.is;
        achievements |= scope->has_achievements;
    }
    return (unsigned)fields + levels + regions + achievements;
}

static void add(const question_t *q, struct naive_path *path, struct naive_answer *answer)
{
    if (path->count > 0 && !achievement_fits(q, step(q, path, path->count - 1)))
        return;
    if (!levels_fit(q, path))
        return;
    path->narrowed = narrowed(q, path);
    for (size_t i = 0; i < path->count; i++) {
        const struct graph_statement *says = step(q, path, i);
        path->steps[i].stands = end_of(says, q->now) == GRAPH_NONE &&
                                (says->move_count == 0 ||
                                 says->moves[says->move_count - 1].state == AVOW_STATUS_ACTIVE);
    }
    if (answer->count < NAIVE_PATHS)
        answer->paths[answer->count++] = *path;
    else
        answer->full = true;
}

static bool on_path(const struct naive_path *path, unsigned body)
{
    for (size_t i = 0; i < path->count; i++) {
        if (path->steps[i].body == body)
            return true;
    }
    return false;
}

/* All that goes on from `body`, at the end of `path`. */
static void walk(const question_t *q, const struct naive_path *path, unsigned body,
                 struct naive_answer *answer)
{
    const struct graph_body *from = &q->graph->bodies[body];
    if (left(q, path) == 0)
        return;
    if (from->unknown || from->time + q->max_age < q->now) {
        answer->unseen = true;
        return;
    }
    if (from->part || from->abandoned_from != GRAPH_NONE || from->disputed_from != GRAPH_NONE)
        answer->unseen = true;
    for (size_t k = 0; k < from->count; k++) {
        const struct graph_statement *says = &from->statements[k];
        bool last = left(q, path) == 1 && says->subject != q->issuer;
        if (last || (says->role == AVOW_ROLE_ISSUER && says->subject != q->issuer))
            continue;
        answer->looked++;
        if (is_dark(from, k)) {
            answer->unseen = true;
            continue;
        }
        if (!counts(q, says))
            continue;
        struct naive_path next = *path;
        next.steps[next.count].body = body;
        next.steps[next.count++].statement = k;
        if (says->role == AVOW_ROLE_ISSUER)
            add(q, &next, answer);
        else if (says->subject != q->issuer && !on_path(&next, says->subject))
            walk(q, &next, says->subject, answer);
    }
}

static int order(const void *x, const void *y)
{
    const struct naive_path *a = x, *b = y;
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    if (a->narrowed != b->narrowed)
        return a->narrowed < b->narrowed ? -1 : 1;
    for (size_t i = 0; i < a->count; i++) {
        if (a->steps[i].body != b->steps[i].body)
            return a->steps[i].body < b->steps[i].body ? -1 : 1;
        if (a->steps[i].statement != b->steps[i].statement)
            return a->steps[i].statement < b->steps[i].statement ? -1 : 1;
    }
    return 0;
}

void naive_search(const struct naive_question *question, struct naive_answer *answer)
{
    answer->unseen = answer->full = false;
    answer->count = answer->looked = 0;
    for (size_t i = 0; i < question->anchor_count; i++) {
        const struct naive_anchor *anchor = &question->anchors[i];
        struct naive_path path = {.anchor = i};
        if (!admits(question, &anchor->scope))
            continue;
        if (anchor->body == question->issuer)
            add(question, &path, answer);
        else
            walk(question, &path, anchor->body, answer);
    }
    qsort(answer->paths, answer->count, sizeof(answer->paths[0]), order);
}
