/* A pathway as a file: {"title": …, "award": …, "cascade": …, "rule": […]}. */
#ifndef AVOW_CLI_PATHWAY_PATHWAY_FILE_H
#define AVOW_CLI_PATHWAY_PATHWAY_FILE_H

#include <jansson.h>

#include "cli/frame/command.h"
#include "proto/entry/entry.h"

struct avow_pathway_file {
    json_t *document;
    struct avow_buf rule;
    struct avow_pathway pathway; /* views into these */
};

/* Reads the pathway in `path` for the log of `issuer`. An exit status: USAGE, having told the
 * person where in the file what is wrong, and what to write. Release with _fini in every case. */
int avow_pathway_file_read(const struct avow_cli *cli, const char *path,
                           const struct avow_hash *issuer, struct avow_pathway_file *file);
void avow_pathway_file_fini(struct avow_pathway_file *file);

#endif
