/* Recognition scopes and equivalence rows (docs/protocol.md, "Recognition").
 *
 * An absent key does not narrow; an empty list admits nothing. A scope with a key that this version
 * does not know decodes, and its recognition is of no use to a verdict (`has_unknown`). */
#ifndef AVOW_PROTO_ENTRY_SCOPE_H
#define AVOW_PROTO_ENTRY_SCOPE_H

#include "proto/entry/entry.h"
#include "proto/entry/text_list.h"

struct avow_scope {
    bool has_fields, has_levels, has_achievements, has_regions, has_depth, has_unknown;
    struct avow_text_list fields;   /* ISCED-F prefixes */
    uint64_t level_min, level_max;  /* EQF, 1 to 8, min <= max */
    struct avow_bytes achievements; /* the array, encoded: indices in the subject's log */
    struct avow_text_list regions;  /* ISO 3166-1 or -2 */
    uint64_t depth;                 /* how many further steps a path may take from here */
};

/* Parses a scope map; views into `map`. ACCEPT, the rejections of codec/reader, or VALUE for a
 * known key whose value has another shape. */
AVOW_NODISCARD enum avow_reject avow_scope_parse(struct avow_bytes map, struct avow_scope *scope);

/* One row: the subject's framework and level, and what this body holds them to equal. */
struct avow_equivalence {
    struct avow_bytes subject_framework, subject_level, own_framework, own_level;
};

#define AVOW_EQUIVALENCE_ROWS_MAX 256

/* Checks an array of rows of four texts, none empty; a subject's level has one equal in each of the
 * body's own frameworks, so the first three are unique (VALUE). LENGTH over the bound. */
AVOW_NODISCARD enum avow_reject avow_equivalence_check(struct avow_bytes rows);
/* Starts a walk over rows that have been checked; then takes the next, false at the end. */
void avow_equivalence_walk_init(struct avow_reader *reader, struct avow_bytes rows,
                                size_t *remaining);
bool avow_equivalence_next(struct avow_reader *reader, size_t *remaining,
                           struct avow_equivalence *row);

#endif
