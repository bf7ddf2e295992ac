/* A verdict as JSON. A node's store and an evidence file give the same text: names and titles come
 * from the facts that were judged. */
#ifndef AVOW_PROTO_JSON_VERDICT_H
#define AVOW_PROTO_JSON_VERDICT_H

#include "proto/trust/subject.h"

/* A verdict with what it was made from: all is borrowed. */
struct avow_verdict_view {
    const struct avow_verdict *verdict;
    const struct avow_subject_file *file; /* what was judged */
    const struct avow_policy *policy;     /* by what */
    const struct avow_facts *facts;       /* on what grounds */
    uint64_t now, at;   /* Unix seconds; equal unless another time was asked about */
    const char *detail; /* what stood in the way, or what is wrong with the document; "" */
};

/* {verdict, why, detail, reference, issuer {id, name, jurisdiction}, achievement {index, title,
 * code}, state, reason, since, successor, valid_from, valid_until, checkpoint {epoch, size, time,
 * age_seconds}, witnessed_at, at, checked, unchecked, recognised (null: not asked, or cannot be
 * told), paths, path_details and level as of proto/json/paths.h, components [{reference, title,
 * verdict, why}], cascade, degraded, later [{reference, time, state, reason}], fork (null, "fork",
 * "root-fork")}. Every member is always there; what is not known is null. Times are RFC 3339 in
 * UTC. NULL when memory ran out or the facts could not be read; the caller owns it. */
AVOW_NODISCARD json_t *avow_verdict_json(const struct avow_verdict_view *view);

/* The same as text (proto/json/dump.h), which the caller frees with free(); NULL likewise. */
AVOW_NODISCARD char *avow_verdict_json_text(const struct avow_verdict_view *view);

#endif
