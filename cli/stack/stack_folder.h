/* A folder of badges, each verified, for a pathway: which of them can count for it. */
#ifndef AVOW_CLI_STACK_STACK_FOLDER_H
#define AVOW_CLI_STACK_STACK_FOLDER_H

#include "cli/pathway/pathway_view.h"
#include "proto/trust/stack.h"
#include "proto/trust/subject.h"

#define AVOW_STACK_FILES_MAX 1000

enum avow_stack_part {
    AVOW_STACK_COUNTS,    /* valid, and of an achievement that the rule names */
    AVOW_STACK_CANNOT,    /* of one, and judged not valid */
    AVOW_STACK_UNTOLD,    /* of one, and it cannot be told whether it is valid */
    AVOW_STACK_TWICE,     /* the same credential as an earlier file */
    AVOW_STACK_ELSEWHERE, /* a badge, not of an achievement that the rule names */
    AVOW_STACK_NO_BADGE,
};

struct avow_stack_file {
    char *name; /* in the folder; owned */
    struct avow_subject_file subject;
    enum avow_stack_part part;
    enum avow_word word;
    enum avow_why why;
    char detail[AVOW_FETCH_REASON_MAX]; /* why it does not count, for a person; "" */
    size_t same;                        /* TWICE: which */
    bool has_successor;
    uint64_t successor;
    /* Of COUNTS and UNTOLD. The item's texts are in `texts`. */
    struct avow_stack_item item;
    uint64_t maybe_recognised; /* like item.recognised_by: where it cannot be told */
    bool is_blind;             /* what its achievement is worth is not known */
    struct avow_buf texts;
};

struct avow_stack_folder {
    const struct avow_cli *cli;
    struct avow_pathway_view *view;
    const struct avow_policy *policy;
    uint64_t now;
    char lost[AVOW_FETCH_REASON_MAX]; /* why the node is not asked any more; "" while it is */
    size_t count;
    struct avow_stack_file *files; /* by name */
    size_t body_count;             /* that the rule's `recognised_by` names */
    struct avow_hash bodies[AVOW_STACK_BODIES_MAX];
};

/* Reads and verifies every file of `path` whose name ends in ".json" and does not begin with a dot,
 * asking the view's node under `policy`, over the view's connection, which is made anew when it is
 * cut. An exit status: USAGE for a folder that cannot be read or
 * has too many, having told the person. Release with _fini in every case. */
int avow_stack_folder_read(const struct avow_cli *cli, const char *path,
                           struct avow_pathway_view *view, const struct avow_policy *policy,
                           uint64_t now, struct avow_stack_folder *folder);
void avow_stack_folder_fini(struct avow_stack_folder *folder);

/* The learner's identity in a badge: its IdentityObject of this type, or NULL. */
const char *avow_stack_identity(const struct avow_stack_file *file, const char *type);

#endif
