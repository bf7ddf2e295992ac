/* What the scopes and equivalences along a recognition path admit (docs/protocol.md, "Recognition
 * paths"). Pure; views into what they are given. */
#ifndef AVOW_PROTO_TRUST_NARROW_H
#define AVOW_PROTO_TRUST_NARROW_H

#include "proto/entry/scope.h"

#define AVOW_LEVELS_MAX 64 /* frameworks in which a path holds a level at once */

/* Whether a scope admits a use in `region` ("": it is not said where), which one of its regions
 * must be or contain; a field, of which one of its fields must be a prefix; an achievement. */
bool avow_narrow_admits_region(const struct avow_scope *scope, struct avow_bytes region);
bool avow_narrow_admits_field(const struct avow_scope *scope, struct avow_bytes field);
bool avow_narrow_admits_achievement(const struct avow_scope *scope, uint64_t achievement);

/* One bit for each of fields, levels, achievements and regions that the scope narrows. */
unsigned avow_narrow_keys(const struct avow_scope *scope);

struct avow_level {
    struct avow_bytes framework, level;
};

/* What an achievement's level is held to equal, in one framework after another, on the way from its
 * issuer to an anchor. */
struct avow_levels {
    size_t count;
    struct avow_level rows[AVOW_LEVELS_MAX]; /* one a framework */
    struct avow_level told;                  /* as the body nearest to the anchor puts it */
};

/* The achievement's own; none if either is empty. */
void avow_levels_init(struct avow_levels *levels, struct avow_bytes framework,
                      struct avow_bytes level);
/* Applies a recognition's rows, which have been checked, all at once. False if they would make more
 * than AVOW_LEVELS_MAX frameworks. */
AVOW_NODISCARD bool avow_levels_apply(struct avow_levels *levels, struct avow_bytes equivalence);
/* Whether a scope admits the EQF level that they come to. */
bool avow_narrow_admits_levels(const struct avow_scope *scope, const struct avow_levels *levels);

#endif
