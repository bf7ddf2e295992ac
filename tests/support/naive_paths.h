/* Recognition paths as docs/protocol.md has them, found by trying everything, from the graph's own
 * tables: it shares no code with avow_search(). */
#ifndef AVOW_TESTS_SUPPORT_NAIVE_PATHS_H
#define AVOW_TESTS_SUPPORT_NAIVE_PATHS_H

#include "tests/support/recognition_graph.h"

#include "proto/trust/search.h"

#define NAIVE_PATHS 4096

/* What an anchor's scope in the policy says; the policy itself is not read for it. */
struct naive_anchor {
    unsigned body;
    struct graph_statement scope; /* as if something recognised the anchor */
};

struct naive_question {
    const struct graph *graph;
    size_t anchor_count;
    struct naive_anchor anchors[GRAPH_BODIES];
    unsigned max_depth;
    const char *region; /* "": not said */
    uint64_t max_age;
    uint64_t now, at;
    unsigned issuer;
    bool general;
    uint64_t achievement, time, covered_at;
    const char *framework, *level, *field;
};

struct naive_path {
    size_t anchor, count;
    unsigned narrowed;
    struct {
        unsigned body;
        size_t statement;
        bool stands;
    } steps[AVOW_POLICY_DEPTH_MAX];
    const char *framework, *level;
};

struct naive_answer {
    bool unseen;
    bool full;     /* more than NAIVE_PATHS */
    size_t looked; /* recognitions */
    size_t count;
    struct naive_path paths[NAIVE_PATHS]; /* in order */
};

void naive_search(const struct naive_question *question, struct naive_answer *answer);

#endif
