/* Pathway rules: the public conditions by which credentials stack (docs/protocol.md, "Pathway
 * rules"). A rule is a tree of nodes, at most AVOW_RULE_NODES_MAX of them and AVOW_RULE_DEPTH_MAX
 * deep; the walk gives them in the order in which they are written, parents before children. */
#ifndef AVOW_PROTO_ENTRY_RULE_H
#define AVOW_PROTO_ENTRY_RULE_H

#include "proto/codec/reader.h"
#include "proto/entry/entry.h"

enum avow_rule_operator {
    AVOW_RULE_ALL,         /* every child */
    AVOW_RULE_ANY,         /* one child */
    AVOW_RULE_N,           /* `number` of its children */
    AVOW_RULE_CREDITS,     /* `number` hundredths of credit in `system` under its only child */
    AVOW_RULE_ACHIEVEMENT, /* a leaf: the achievement (issuer or this log, index) */
    AVOW_RULE_WHERE,       /* its only child, from credentials that fit `where` */
    AVOW_RULE_DISTINCT,    /* its only child, no credential counted twice */
};

/* What credentials must fit. An absent key does not narrow. */
struct avow_rule_where {
    bool has_level;
    uint64_t level_min, level_max; /* EQF, 1 to 8 */
    struct avow_bytes field;       /* ISCED-F prefix; empty: absent */
    bool has_within;
    uint64_t within_s; /* awarded so many seconds before the award, at most */
    bool has_recognised_by;
    struct avow_hash recognised_by;
    bool has_issuer;
    struct avow_hash issuer;
};

struct avow_rule_node {
    enum avow_rule_operator op;
    size_t depth;    /* 1 for the rule itself */
    size_t children; /* how many nodes directly below it follow */
    uint64_t number; /* AVOW_RULE_N, AVOW_RULE_CREDITS */
    struct avow_bytes system;
    bool has_issuer; /* AVOW_RULE_ACHIEVEMENT: another log's, else this log's */
    struct avow_hash issuer;
    uint64_t index;
    struct avow_rule_where where;
};

struct avow_rule_walk {
    struct avow_reader reader;
    size_t nodes;                     /* walked so far */
    size_t depth;                     /* of open nodes */
    size_t open[AVOW_RULE_DEPTH_MAX]; /* children still to come of each */
};

/* `rule` is one encoded rule and outlives the walk. */
void avow_rule_walk_init(struct avow_rule_walk *walk, struct avow_bytes rule);
/* The next node. False at the end or at a rejection: ask avow_rule_walk_finish(). */
bool avow_rule_next(struct avow_rule_walk *walk, struct avow_rule_node *node);
/* The judgement on the rule once avow_rule_next() has returned false: ACCEPT, the rejections of
 * codec/reader, or RULE. */
AVOW_NODISCARD enum avow_reject avow_rule_walk_finish(const struct avow_rule_walk *walk);

/* Walks all of it. */
AVOW_NODISCARD enum avow_reject avow_rule_check(struct avow_bytes rule);

#endif
