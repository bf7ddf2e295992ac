/* Path search: a tree of the simple paths that lead away from the anchors, which grows by one
 * recognition in each turn. Turns are dealt fairly at every fork of the tree, so that whatever a
 * body puts into its own log costs no more than its share (docs/protocol.md, "Recognition
 * paths"). */
#include "proto/trust/search.h"

#include "proto/trust/narrow.h"
#include "proto/trust/standing.h"

#include <stdlib.h>

#define NONE UINT32_MAX
#define ROOT 0
#define ROWS_A_STEP 32 /* equivalence rows that are applied for one step */
#define NODES_MAX (1 + AVOW_POLICY_ANCHORS_MAX + AVOW_SEARCH_STEPS_MAX)

/* A recognition that counts. */
struct link {
    struct avow_path_step step;
    struct avow_hash subject;
    struct avow_scope scope;
    struct avow_bytes equivalence;
};

/* A body that some path has come to. Node 0 is above the anchors, and none. */
struct node {
    uint32_t parent;
    uint32_t first, last, sibling; /* the queue of those that it led to and that have something left
                                    */
    size_t anchor;
    size_t depth;       /* recognitions that lead here; `link` is the last of them */
    uint64_t remaining; /* how many more a path may have */
    struct avow_hash body;
    struct avow_known_log log;
    struct link link;
    bool others; /* past those of the award's issuer: at those of authorities */
    bool has_next;
    uint64_t next;    /* the recognition that comes next in its log */
    bool childs_turn; /* rather than its own */
};

struct search {
    const struct avow_facts *facts;
    const struct avow_policy *policy;
    const struct avow_award *award;
    uint64_t now, at;
    struct avow_recognised *out;
    unsigned narrowed[AVOW_SEARCH_PATHS_MAX]; /* how many ways, of each path of `out` */
    bool unseen, spent;
    struct node *nodes;
    uint32_t count, room;
};

static void free_nodes(struct search *search)
{
    free(search->nodes);
}

/* ------------------------------------------------------------------ one recognition */

/* What has to be so of the award, whatever stands before and behind the recognition. Levels are
 * judged when the path is whole: equivalences come from its other end. */
static bool scope_admits(const struct search *search, const struct avow_scope *scope)
{
    return avow_scope_admits_region(scope, avow_bytes_text(search->policy->region)) &&
           (search->award->general || avow_scope_admits_field(scope, search->award->field));
}

/* When it ended, by its dates or by its issuer; AVOW_NEVER if it has not. */
static uint64_t ended_at(const struct search *search, const struct avow_standing *standing)
{
    uint64_t until = standing->entry.recognition.valid_until;
    uint64_t end = standing->ended_at <= search->now ? standing->ended_at : AVOW_NEVER;
    return until != 0 && until < search->now && until < end ? until : end;
}

static bool covers(const struct search *search, const struct avow_standing *standing)
{
    const struct avow_recognition *recognition = &standing->entry.recognition;
    uint64_t time = search->award->time;
    return standing->entry.t <= search->at && !standing->is_void &&
           standing->state != AVOW_STATUS_SUSPENDED && recognition->valid_from <= time &&
           (recognition->valid_until == 0 || time <= recognition->valid_until) &&
           (ended_at(search, standing) == AVOW_NEVER ||
            search->award->covered_at <= ended_at(search, standing));
}

static bool still_stands(const struct search *search, const struct avow_standing *standing)
{
    enum avow_status state =
        standing->later_count > 0 ? (enum avow_status)standing->later[0].state : standing->state;
    return ended_at(search, standing) == AVOW_NEVER && state == AVOW_STATUS_ACTIVE;
}

/* Reads the recognition at `index` of a node's log. */
static enum avow_err read_link(struct search *search, const struct node *node, uint64_t index,
                               struct link *link, bool *usable)
{
    struct avow_standing standing;
    const struct avow_recognition *recognition = &standing.entry.recognition;
    *usable = false;
    enum avow_err err = avow_standing(search->facts, &node->log, search->policy, index, search->now,
                                      search->at, &standing);
    if (err != AVOW_OK || !standing.in_log)
        return err;
    if (standing.abandoned || standing.disputed || !standing.shown || standing.newer ||
        !standing.has_state) {
        search->unseen = true;
        return AVOW_OK;
    }
    if (standing.entry.kind != AVOW_KIND_RECOGNITION || !covers(search, &standing) ||
        avow_scope_parse(recognition->scope, &link->scope) != AVOW_ACCEPT ||
        link->scope.has_unknown || !scope_admits(search, &link->scope))
        return AVOW_OK;
    *usable = true;
    link->step = (struct avow_path_step){.issuer = node->body,
                                         .index = index,
                                         .role = recognition->role,
                                         .stands = still_stands(search, &standing),
                                         .subject_name = recognition->subject_name};
    link->subject = recognition->subject;
    link->equivalence = recognition->equivalence;
    return AVOW_OK;
}

/* ------------------------------------------------------------------ the paths found */

/* Negative if `a` comes before `b`. */
static int compare(const struct avow_recognition_path *a, unsigned a_narrowed,
                   const struct avow_recognition_path *b, unsigned b_narrowed)
{
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    if (a_narrowed != b_narrowed)
        return a_narrowed < b_narrowed ? -1 : 1;
    for (size_t i = 0; i < a->count; i++) {
        const struct avow_path_step *x = &a->steps[i];
        const struct avow_path_step *y = &b->steps[i];
        int order = memcmp(x->issuer.bytes, y->issuer.bytes, sizeof(x->issuer.bytes));
        if (order != 0)
            return order;
        if (x->index != y->index)
            return x->index < y->index ? -1 : 1;
    }
    return 0;
}

/* Keeps the best of all that were found, in order. */
static void tell(struct search *search, const struct avow_recognition_path *path, unsigned narrowed)
{
    struct avow_recognised *out = search->out;
    size_t place = out->path_count;
    while (place > 0 &&
           compare(path, narrowed, &out->paths[place - 1], search->narrowed[place - 1]) < 0)
        place--;
    if (place == AVOW_SEARCH_PATHS_MAX)
        return;
    if (out->path_count < AVOW_SEARCH_PATHS_MAX)
        out->path_count++;
    for (size_t i = out->path_count - 1; i > place; i--) {
        out->paths[i] = out->paths[i - 1];
        search->narrowed[i] = search->narrowed[i - 1];
    }
    out->paths[place] = *path;
    search->narrowed[place] = narrowed;
}

/* The rows of a whole path are looked at for the first time when it is whole: they are paid for
 * then. */
static bool charge_rows(struct search *search, const struct link *const *links, size_t count)
{
    size_t rows = 0;
    for (size_t i = 0; i < count; i++) {
        struct avow_reader reader;
        size_t of_link;
        avow_equivalence_walk_init(&reader, links[i]->equivalence, &of_link);
        rows += of_link;
    }
    size_t steps = search->out->steps + rows / ROWS_A_STEP;
    search->spent = steps > AVOW_SEARCH_STEPS_MAX;
    search->out->steps = search->spent ? AVOW_SEARCH_STEPS_MAX : steps;
    return !search->spent;
}

/* From the issuer to the anchor: each body's equivalences, then its scope. */
static bool levels_admitted(struct search *search, const struct link *const *links, size_t count,
                            const struct avow_scope *anchor_scope, struct avow_levels *levels)
{
    struct avow_bytes none = {NULL, 0};
    bool general = search->award->general;
    avow_levels_init(levels, general ? none : search->award->framework, search->award->level);
    if (general)
        return true;
    if (levels->count > 0 && !charge_rows(search, links, count))
        return false;
    for (size_t i = count; i > 0; i--) {
        if (!avow_levels_apply(levels, links[i - 1]->equivalence) ||
            !avow_scope_admits_levels(&links[i - 1]->scope, levels))
            return false;
    }
    return avow_scope_admits_levels(anchor_scope, levels);
}

static struct avow_scope anchor_scope(const struct search *search, size_t anchor)
{
    struct avow_scope scope;
    enum avow_reject reject = avow_scope_parse(
        avow_policy_part(search->policy, search->policy->anchors[anchor].scope), &scope);
    AVOW_ASSERT(reject == AVOW_ACCEPT);
    return scope;
}

static void tell_of(struct search *search, size_t anchor, const struct link *const *links,
                    size_t count)
{
    struct avow_recognition_path path = {.anchor = anchor, .count = count};
    struct avow_levels levels;
    struct avow_scope scope = anchor_scope(search, anchor);
    if (!levels_admitted(search, links, count, &scope, &levels))
        return;
    unsigned narrowed = avow_scope_narrows(&scope);
    for (size_t i = 0; i < count; i++) {
        path.steps[i] = links[i]->step;
        narrowed |= avow_scope_narrows(&links[i]->scope);
    }
    path.framework = levels.told.framework;
    path.level = levels.told.level;
    tell(search, &path, (unsigned)__builtin_popcount(narrowed));
}

static void complete(struct search *search, const struct node *node, const struct link *last)
{
    const struct link *links[AVOW_POLICY_DEPTH_MAX];
    size_t count = node->depth + 1;
    if (!search->award->general &&
        !avow_scope_admits_achievement(&last->scope, search->award->achievement))
        return;
    links[count - 1] = last;
    for (size_t i = node->depth; i > 0; i--) {
        links[i - 1] = &node->link;
        node = &search->nodes[node->parent];
    }
    tell_of(search, node->anchor, links, count);
}

/* ------------------------------------------------------------------ the tree */

/* Moves a node's cursor to its first recognition from `next` on. */
static enum avow_err look_ahead(struct search *search, struct node *node)
{
    const struct avow_facts *facts = search->facts;
    enum avow_err err = AVOW_ERR_NOT_FOUND;
    if (!node->others) {
        err = facts->recognition(facts->context, &node->log, &search->award->issuer, &node->next);
        if (err == AVOW_ERR_NOT_FOUND) {
            node->others = true;
            node->next = 0;
        }
    }
    /* An authority is of no use where a path may have one more step: the issuer's. */
    if (node->others && node->remaining > 1)
        err = facts->recognition(facts->context, &node->log, NULL, &node->next);
    node->has_next = err == AVOW_OK;
    return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
}

static enum avow_err grow(struct search *search)
{
    if (search->count < search->room)
        return AVOW_OK;
    uint32_t room = search->room == 0 ? 32 : search->room * 2;
    struct node *nodes = realloc(search->nodes, room * sizeof(*nodes));
    if (nodes == NULL)
        return AVOW_ERR_NOMEM;
    search->nodes = nodes;
    search->room = room;
    return AVOW_OK;
}

static void enqueue(struct search *search, uint32_t parent, uint32_t child)
{
    struct node *node = &search->nodes[parent];
    search->nodes[child].sibling = NONE;
    if (node->first == NONE)
        node->first = child;
    else
        search->nodes[node->last].sibling = child;
    node->last = child;
}

static void dequeue(struct search *search, uint32_t parent)
{
    struct node *node = &search->nodes[parent];
    node->first = search->nodes[node->first].sibling;
}

/* Puts a body under `parent`, if its log can be searched and has anything to search. */
static enum avow_err add_node(struct search *search, uint32_t parent, const struct node *blank)
{
    enum avow_err err = grow(search);
    if (err != AVOW_OK)
        return err;
    AVOW_ASSERT(search->count < NODES_MAX);
    struct node *node = &search->nodes[search->count];
    *node = *blank;
    node->parent = parent;
    node->first = node->last = NONE;
    err = search->facts->log(search->facts->context, &node->body, &node->log);
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND)
        return err;
    if (err == AVOW_ERR_NOT_FOUND ||
        !avow_freshness(&node->log, search->policy, search->now).fresh) {
        search->unseen = true;
        return AVOW_OK;
    }
    if (!node->log.whole || node->log.forked || node->log.abandoned_from != AVOW_NEVER ||
        node->log.disputed_from != AVOW_NEVER)
        search->unseen = true;
    err = look_ahead(search, node);
    if (err == AVOW_OK && node->has_next)
        enqueue(search, parent, search->count++);
    return err;
}

/* No body stands on a path twice, and the award's issuer only at its end. */
static bool is_on_path(const struct search *search, const struct node *node,
                       const struct avow_hash *body)
{
    while (!avow_hash_equal(&node->body, body)) {
        if (node->depth == 0)
            return avow_hash_equal(&search->award->issuer, body);
        node = &search->nodes[node->parent];
    }
    return true;
}

static enum avow_err extend(struct search *search, uint32_t id, const struct link *link)
{
    const struct node *node = &search->nodes[id];
    struct node child = {.anchor = node->anchor,
                         .depth = node->depth + 1,
                         .remaining = node->remaining - 1,
                         .body = link->subject,
                         .link = *link};
    if (link->scope.has_depth && link->scope.depth < child.remaining)
        child.remaining = link->scope.depth;
    if (child.remaining == 0 || is_on_path(search, node, &link->subject))
        return AVOW_OK;
    return add_node(search, id, &child);
}

/* Looks at a node's next recognition. */
static enum avow_err take_step(struct search *search, uint32_t id)
{
    struct node *node = &search->nodes[id];
    struct link link;
    bool usable;
    search->out->steps++;
    enum avow_err err = read_link(search, node, node->next, &link, &usable);
    if (err == AVOW_OK && usable && !node->others && link.step.role == AVOW_ROLE_ISSUER)
        complete(search, node, &link);
    else if (err == AVOW_OK && usable && node->others && link.step.role == AVOW_ROLE_AUTHORITY)
        err = extend(search, id, &link);
    if (err != AVOW_OK)
        return err;
    node = &search->nodes[id]; /* it may have moved */
    node->next++;
    return look_ahead(search, node);
}

/* One turn: down to the node whose turn it is, which takes a step; each node that the way led
 * through goes to the end of its queue, or out of it. */
static enum avow_err take_turn(struct search *search)
{
    uint32_t id = ROOT;
    for (;;) {
        struct node *node = &search->nodes[id];
        bool own = node->has_next && (!node->childs_turn || node->first == NONE);
        node->childs_turn = own;
        if (own)
            break;
        id = node->first;
    }
    enum avow_err err = take_step(search, id);
    while (id != ROOT) {
        const struct node *node = &search->nodes[id];
        dequeue(search, node->parent);
        if (node->has_next || node->first != NONE)
            enqueue(search, node->parent, id);
        id = node->parent;
    }
    return err;
}

static enum avow_err add_anchor(struct search *search, size_t anchor)
{
    struct avow_scope scope = anchor_scope(search, anchor);
    struct node node = {.anchor = anchor,
                        .remaining = search->policy->max_depth,
                        .body = search->policy->anchors[anchor].issuer};
    if (!scope_admits(search, &scope))
        return AVOW_OK;
    if (avow_hash_equal(&node.body, &search->award->issuer)) {
        tell_of(search, anchor, NULL, 0);
        return AVOW_OK;
    }
    if (scope.has_depth && scope.depth < node.remaining)
        node.remaining = scope.depth;
    return node.remaining > 0 ? add_node(search, ROOT, &node) : AVOW_OK;
}

enum avow_err avow_search(const struct avow_facts *facts, const struct avow_policy *policy,
                          const struct avow_award *award, uint64_t now, uint64_t at,
                          struct avow_recognised *recognised)
{
    AVOW_CLEANUP(free_nodes)
    struct search search = {
        .facts = facts, .policy = policy, .award = award, .now = now, .at = at, .out = recognised};
    *recognised = (struct avow_recognised){0};
    enum avow_err err = grow(&search);
    if (err != AVOW_OK)
        return err;
    search.nodes[ROOT] = (struct node){.first = NONE, .last = NONE};
    search.count = 1;
    for (size_t i = 0; i < policy->anchor_count && err == AVOW_OK; i++)
        err = add_anchor(&search, i);
    while (err == AVOW_OK && !search.spent && search.nodes[ROOT].first != NONE) {
        search.spent = recognised->steps == AVOW_SEARCH_STEPS_MAX;
        if (!search.spent)
            err = take_turn(&search);
    }
    recognised->end = search.spent    ? AVOW_SEARCH_BUDGET
                      : search.unseen ? AVOW_SEARCH_UNSEEN
                                      : AVOW_SEARCH_WHOLE;
    return err;
}
