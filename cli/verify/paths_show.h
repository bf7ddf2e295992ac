/* Recognition paths shown: who recognises an issuer, through whom, and at which level; bodies that
 * disagree side by side. */
#ifndef AVOW_CLI_VERIFY_PATHS_SHOW_H
#define AVOW_CLI_VERIFY_PATHS_SHOW_H

#include <jansson.h>

#include "cli/frame/command.h"
#include "proto/log/evidence.h"
#include "proto/trust/search.h"

struct avow_paths_view {
    const struct avow_policy *policy;
    const struct avow_evidence *evidence; /* where names of bodies are looked up; may be NULL */
    const struct avow_recognised *recognised;
};

/* The registry name and jurisdiction of a body, by the evidence; empty if it does not show it. */
struct avow_chain_names avow_paths_names(const struct avow_paths_view *view,
                                         const struct avow_hash *issuer);

/* Adds paths [[{issuer, index, role, name, subject_name, stands}]] from an anchor to the issuer,
 * path_details [{anchor, anchor_issuer, level}] and level {framework, value} by the first path.
 * False when memory ran out. */
bool avow_paths_json(const struct avow_paths_view *view, json_t *object);

/* The same in words, from the issuer to the anchor; nothing if there are none. Each label stands
 * between `dim` and `reset`, which may be "". */
void avow_paths_print(FILE *file, const struct avow_paths_view *view, const char *dim,
                      const char *reset);

#endif
