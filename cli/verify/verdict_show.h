/* A verdict shown as an answer that a person understands. It says no more than was checked. */
#ifndef AVOW_CLI_VERIFY_VERDICT_SHOW_H
#define AVOW_CLI_VERIFY_VERDICT_SHOW_H

#include <stdio.h>

#include "proto/json/verdict.h"

/* The answer in words; in colour if `colour`. `shown` is searched for recognitions that did not do,
 * for a person to see why: the evidence behind view->facts, or NULL. */
void avow_verdict_show(FILE *file, const struct avow_verdict_view *view,
                       const struct avow_evidence *shown, bool colour);

/* The part of it that says by whom it is recognised, what it is made of, what came later and
 * whether the log is forked: each label in `dim` and `reset`, which may be "". */
void avow_verdict_show_details(FILE *file, const struct avow_verdict_view *view,
                               const struct avow_evidence *shown, const char *dim,
                               const char *reset);

#endif
