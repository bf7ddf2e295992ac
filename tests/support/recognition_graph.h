/* Bodies that recognise one another, in memory, as facts for avow_search(). */
#ifndef AVOW_TESTS_SUPPORT_RECOGNITION_GRAPH_H
#define AVOW_TESTS_SUPPORT_RECOGNITION_GRAPH_H

#include "proto/trust/facts.h"

#define GRAPH_BODIES 16
#define GRAPH_STATEMENTS 24 /* of one body */
#define GRAPH_LIST 3
#define GRAPH_MOVES 3
#define GRAPH_ROWS 4
#define GRAPH_NONE UINT64_MAX

struct graph_list {
    bool is; /* the scope has the key */
    size_t count;
    const char *items[GRAPH_LIST];
};

struct graph_move {
    uint64_t t;
    enum avow_status state;
    enum avow_reason reason;
};

/* One recognition: statement k of a body is its log's entry graph_index(k). Zeros narrow nothing
 * but for `depth`. */
struct graph_statement {
    unsigned subject; /* a body */
    enum avow_role role;
    uint64_t t, valid_from, valid_until;
    struct graph_list fields, regions;
    bool has_achievements;
    size_t achievement_count;
    uint64_t achievements[GRAPH_LIST];
    uint64_t level_min, level_max; /* 0: not narrowed */
    uint64_t depth;                /* GRAPH_NONE: not narrowed */
    bool unknown_key;
    size_t row_count;
    const char *rows[GRAPH_ROWS][4];
    size_t move_count; /* its status entries, in order */
    struct graph_move moves[GRAPH_MOVES];
    bool hidden; /* its entry is not shown */
};

struct graph_body {
    bool unknown;                           /* there is no log of it */
    bool part;                              /* not everything in its log is shown */
    uint64_t time;                          /* of its checkpoint */
    uint64_t abandoned_from, disputed_from; /* GRAPH_NONE, or indices */
    size_t count;
    struct graph_statement statements[GRAPH_STATEMENTS];
};

/* All zeros but for `bodies`; then graph_facts(), which encodes the entries, as often as it has
 * changed. */
struct graph {
    size_t count;
    struct graph_body bodies[GRAPH_BODIES];
    struct avow_buf entries;
    size_t starts[GRAPH_BODIES][GRAPH_STATEMENTS][1 + GRAPH_MOVES];
    struct avow_checkpoint checkpoints[GRAPH_BODIES];
    bool both_ways; /* its facts know who recognises a subject */
    size_t lookups; /* of logs, entries and recognitions */
};

/* Whose id's bytes are all `body` + 1: ordered as the bodies are. */
struct avow_hash graph_id(unsigned body);
uint64_t graph_index(size_t statement);

/* A statement that narrows nothing. */
struct graph_statement graph_says(unsigned subject, enum avow_role role);
/* A body whose log is whole, as of `time`. */
struct graph_body graph_body(uint64_t time);

/* Appends the statement's scope map. */
void graph_scope(struct avow_buf *out, const struct graph_statement *says);

struct avow_facts graph_facts(struct graph *graph);
void graph_fini(struct graph *graph);

#endif
