/* "Did you mean …?": the name that is nearest to a word. */
#ifndef AVOW_OPTIONS_SUGGEST_H
#define AVOW_OPTIONS_SUGGEST_H

#include "proto/base.h"

/* All zeros at first. */
struct avow_suggestion {
    const char *name; /* the nearest so far; NULL: none is near enough */
    size_t distance;  /* of `name`, in edits of one character */
};

/* Takes `name` if it is near enough to `word`, and nearer than what was considered before. */
void avow_suggest(struct avow_suggestion *best, const char *word, const char *name);

#endif
