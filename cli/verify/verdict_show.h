/* A verdict shown: as JSON for programs, and as an answer that a person understands. Neither says
 * more than was checked. */
#ifndef AVOW_CLI_VERIFY_VERDICT_SHOW_H
#define AVOW_CLI_VERIFY_VERDICT_SHOW_H

#include <jansson.h>

#include "proto/trust/subject.h"
#include "proto/trust/verdict.h"

struct avow_verdict_view {
    const struct avow_verdict *verdict;
    const struct avow_subject_file *file;
    const struct avow_policy *policy;
    const struct avow_evidence *evidence; /* where names of bodies are looked up; may be NULL */
    uint64_t now, at;   /* Unix seconds; equal unless another time was asked about */
    const char *detail; /* what stood in the way, or what is wrong with the document; "" */
};

/* {verdict, why, detail, reference, issuer {id, name, jurisdiction}, achievement {index, title,
 * code}, state, reason, since, successor, valid_from, valid_until, checkpoint {epoch, size, time,
 * age_seconds}, witnessed_at, at, checked, unchecked, recognised (null: not asked, or cannot be
 * told), paths [[{issuer, index, role, name, subject_name, stands}]] from an anchor to the issuer,
 * path_details [{anchor, anchor_issuer, level}], level {framework, value} by the first path,
 * components [{reference, title, verdict, why}], cascade, degraded, later [{reference, time, state,
 * reason}], fork (null, "fork", "root-fork")}. Every member is always there; what is not
 * known is null. Times are RFC 3339 in UTC. NULL when memory ran out; the caller owns it. */
json_t *avow_verdict_json(const struct avow_verdict_view *view);

/* Adds the members from `recognised` on. False when memory ran out. */
bool avow_verdict_details_json(const struct avow_verdict_view *view, json_t *object);

/* What a record is for, by the evidence: its achievement's title; empty if it is not shown. */
struct avow_bytes avow_verdict_title(const struct avow_verdict_view *view,
                                     const struct avow_reference *reference);

/* Prints by whom it is recognised, what it is made of, what came later and whether the log is
 * forked: each label in `dim` and `reset`, which may be "". */
void avow_verdict_print_details(FILE *file, const struct avow_verdict_view *view, const char *dim,
                                const char *reset);

/* The answer in words; in colour if `colour`. */
void avow_verdict_print(FILE *file, const struct avow_verdict_view *view, bool colour);

#endif
