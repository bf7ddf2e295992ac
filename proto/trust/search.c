/* Path search: a tree of the simple paths that lead away from the anchors, which grows by one
 * recognition in each turn. Turns are dealt fairly at every fork of the tree, so that whatever a
 * body puts into its own log costs no more than its share (docs/protocol.md, "Recognition
 * paths"). */
#include "proto/trust/search.h"

#include "proto/trust/search_inner.h"

#include <stdlib.h>

#define NONE AVOW_SEARCH_NONE
#define ROOT 0
#define NODES_MAX (1 + AVOW_POLICY_ANCHORS_MAX + AVOW_SEARCH_STEPS_MAX)

/* A body that some path has come to. Node 0 is above the anchors, and none. */
struct node {
    uint32_t parent, body;
    uint32_t first, last; /* the queue of nodes below it that have something left */
    uint32_t sibling;     /* the next in the queue that this one is in */
    uint32_t link;        /* the recognition that leads here; of an anchor there is none */
    uint32_t anchor;
    uint32_t depth;     /* recognitions that lead here */
    uint64_t remaining; /* how many more a path may have */
    enum avow_search_list list;
    uint32_t next;    /* the recognition of its body that it looks at next; NONE: no more */
    bool childs_turn; /* rather than its own */
};

struct search {
    struct avow_search_run run;
    struct node *nodes;
    uint32_t count, room;
};

static void search_fini(struct search *search)
{
    avow_search_run_fini(&search->run);
    free(search->nodes);
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

/* Moves a node on from the link at hand (NONE: to its first). */
static enum avow_err look_ahead(struct search *search, struct node *node)
{
    enum avow_err err =
        avow_search_link_after(&search->run, node->body, node->list, node->next, &node->next);
    /* An authority is of no use where a path may have one more step: the issuer's. */
    if (err == AVOW_OK && node->next == NONE && node->list == AVOW_SEARCH_OF_ISSUER &&
        node->remaining > 1) {
        node->list = AVOW_SEARCH_OF_OTHERS;
        err = avow_search_link_after(&search->run, node->body, node->list, NONE, &node->next);
    }
    return err;
}

static bool make_room(struct search *search)
{
    void *nodes =
        avow_search_room(search->nodes, search->count, &search->room, sizeof(*search->nodes));
    if (nodes != NULL)
        search->nodes = nodes;
    return nodes != NULL;
}

/* Puts a body under `parent`, if its log can be searched and has anything to search. */
static enum avow_err add_node(struct search *search, const struct avow_hash *id,
                              const struct node *blank)
{
    if (!make_room(search))
        return AVOW_ERR_NOMEM;
    AVOW_ASSERT(search->count < NODES_MAX);
    struct node *node = &search->nodes[search->count];
    *node = *blank;
    node->first = node->last = node->next = NONE;
    enum avow_err err = avow_search_body(&search->run, id, &node->body);
    if (err != AVOW_OK || !search->run.bodies[node->body].readable)
        return err;
    err = look_ahead(search, node);
    if (err == AVOW_OK && node->next != NONE)
        enqueue(search, node->parent, search->count++);
    return err;
}

/* No body stands on a path twice, and the award's issuer only at its end. */
static bool is_on_path(const struct search *search, const struct node *node,
                       const struct avow_hash *body)
{
    while (!avow_hash_equal(&search->run.bodies[node->body].id, body)) {
        if (node->depth == 0)
            return avow_hash_equal(&search->run.award->issuer, body);
        node = &search->nodes[node->parent];
    }
    return true;
}

static enum avow_err extend(struct search *search, uint32_t id, uint32_t last)
{
    const struct node *node = &search->nodes[id];
    const struct avow_search_link *link = &search->run.links[last];
    struct node child = {.parent = id,
                         .link = last,
                         .anchor = node->anchor,
                         .depth = node->depth + 1,
                         .remaining = node->remaining - 1};
    struct avow_hash subject = link->subject;
    if (link->scope.has_depth && link->scope.depth < child.remaining)
        child.remaining = link->scope.depth;
    if (child.remaining == 0 || is_on_path(search, node, &subject))
        return AVOW_OK;
    return add_node(search, &subject, &child);
}

static void complete(struct search *search, const struct node *node, uint32_t last)
{
    const struct avow_search_link *links[AVOW_POLICY_DEPTH_MAX];
    size_t count = node->depth + 1;
    links[count - 1] = &search->run.links[last];
    for (; node->depth > 0; node = &search->nodes[node->parent])
        links[node->depth - 1] = &search->run.links[node->link];
    avow_search_tell(&search->run, node->anchor, links, count);
}

/* Looks at a node's next recognition. */
static enum avow_err take_step(struct search *search, uint32_t id)
{
    struct node *node = &search->nodes[id];
    const struct avow_search_link *link = &search->run.links[node->next];
    bool paid;
    enum avow_err err = avow_search_look(&search->run, node->next, &paid);
    if (err != AVOW_OK || !paid)
        return err;
    if (link->usable && node->list == AVOW_SEARCH_OF_ISSUER && link->step.role == AVOW_ROLE_ISSUER)
        complete(search, node, node->next);
    else if (link->usable && node->list == AVOW_SEARCH_OF_OTHERS &&
             link->step.role == AVOW_ROLE_AUTHORITY)
        err = extend(search, id, node->next);
    /* The nodes may have moved. */
    return err == AVOW_OK ? look_ahead(search, &search->nodes[id]) : err;
}

/* One turn: down to the node whose turn it is, which takes a step; each node that the way led
 * through goes to the end of its queue, or out of it. */
static enum avow_err take_turn(struct search *search)
{
    uint32_t id = ROOT;
    for (;;) {
        struct node *node = &search->nodes[id];
        bool own = node->next != NONE && (!node->childs_turn || node->first == NONE);
        node->childs_turn = own;
        if (own)
            break;
        id = node->first;
    }
    enum avow_err err = take_step(search, id);
    while (id != ROOT) {
        const struct node *node = &search->nodes[id];
        dequeue(search, node->parent);
        if (node->next != NONE || node->first != NONE)
            enqueue(search, node->parent, id);
        id = node->parent;
    }
    return err;
}

static enum avow_err add_anchor(struct search *search, uint32_t anchor)
{
    const struct avow_policy *policy = search->run.policy;
    const struct avow_hash *id = &policy->anchors[anchor].issuer;
    struct avow_scope scope = avow_search_anchor_scope(&search->run, anchor);
    struct node node = {
        .parent = ROOT, .link = NONE, .anchor = anchor, .remaining = policy->max_depth};
    if (!avow_search_admits(&search->run, &scope))
        return AVOW_OK;
    if (avow_hash_equal(id, &search->run.award->issuer)) {
        avow_search_tell(&search->run, anchor, NULL, 0);
        return AVOW_OK;
    }
    if (scope.has_depth && scope.depth < node.remaining)
        node.remaining = scope.depth;
    return node.remaining > 0 ? add_node(search, id, &node) : AVOW_OK;
}

static enum avow_err run_search(struct search *search)
{
    enum avow_err err = AVOW_OK;
    if (!make_room(search))
        return AVOW_ERR_NOMEM;
    search->nodes[ROOT] = (struct node){.first = NONE, .last = NONE, .next = NONE};
    search->count = 1;
    for (uint32_t i = 0; i < search->run.policy->anchor_count && err == AVOW_OK; i++)
        err = add_anchor(search, i);
    while (err == AVOW_OK && !search->run.spent && search->nodes[ROOT].first != NONE)
        err = take_turn(search);
    return err;
}

/* From the anchors on, or from the issuer back where that is known: what is found there is the
 * same, and sooner. That there is none is known from the anchors alone. */
static enum avow_err search_both_ways(struct search *search)
{
    const struct avow_search_run begun = search->run;
    bool found = false;
    enum avow_err err = AVOW_OK;
    if (begun.facts->recogniser != NULL)
        err = avow_search_backwards(&search->run, &found);
    if (err != AVOW_OK || found || !avow_search_may_go_on(&search->run)) {
        search->run.spent = search->run.spent || !found;
        return err;
    }
    avow_search_run_fini(&search->run);
    search->run = begun;
    search->run.out->steps = search->run.out->path_count = 0; /* beyond the count nothing is set */
    return run_search(search);
}

enum avow_err avow_search(const struct avow_facts *facts, const struct avow_policy *policy,
                          const struct avow_award *award, uint64_t now, uint64_t at,
                          struct avow_recognised *recognised)
{
    AVOW_CLEANUP(search_fini)
    struct search search = {.run = {.facts = facts,
                                    .policy = policy,
                                    .award = award,
                                    .now = now,
                                    .at = at,
                                    .out = recognised}};
    recognised->steps = recognised->path_count = 0;
    enum avow_err err = search_both_ways(&search);
    recognised->end = search.run.spent    ? AVOW_SEARCH_BUDGET
                      : search.run.unseen ? AVOW_SEARCH_UNSEEN
                                          : AVOW_SEARCH_WHOLE;
    return err;
}
