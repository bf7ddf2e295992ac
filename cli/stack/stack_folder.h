/* A folder of badges, each verified, for a pathway: which of them can count for it. */
#ifndef AVOW_CLI_STACK_STACK_FOLDER_H
#define AVOW_CLI_STACK_STACK_FOLDER_H

#include "cli/pathway/pathway_view.h"
#include "proto/trust/stack_check.h"

#define AVOW_STACK_FILES_MAX 1000

struct avow_stack_folder {
    const struct avow_cli *cli;
    struct avow_pathway_view *view;
    const struct avow_policy *policy;
    uint64_t now;
    char lost[AVOW_FETCH_REASON_MAX]; /* why the node is not asked any more; "" while it is */
    unsigned connections;             /* that were made anew */
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

#endif
