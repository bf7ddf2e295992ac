/* What the facts say of one record. */
#include "proto/trust/findings.h"

static enum avow_err gather_log(struct findings *f)
{
    enum avow_err err = f->facts->log(f->facts->context, &f->subject->issuer, &f->log);
    if (err == AVOW_ERR_NOT_FOUND)
        return AVOW_OK;
    if (err != AVOW_OK)
        return err;
    f->has_log = true;
    f->freshness = avow_freshness(&f->log, f->policy, f->now);
    f->checked |= AVOW_CHECK_FRESHNESS;
    if (f->policy->min_witnesses > 0)
        f->checked |= AVOW_CHECK_WITNESSES;
    return AVOW_OK;
}

enum avow_err avow_findings_gather(struct findings *f)
{
    enum avow_err err = gather_log(f);
    if (err != AVOW_OK || !f->has_log)
        return err;
    struct avow_standing *standing = &f->standing;
    err = avow_standing(f->facts, &f->log, f->policy, f->subject->index, f->now, f->at, standing);
    if (err != AVOW_OK)
        return err;
    f->has_entry = standing->shown && !standing->newer && standing->entry.kind == AVOW_KIND_ISSUE;
    f->other_kind = standing->shown && !standing->newer && !f->has_entry;
    standing->has_state = standing->has_state && f->has_entry;
    if (standing->shown)
        f->checked |= AVOW_CHECK_LOG;
    if (f->has_entry)
        f->checked |= AVOW_CHECK_DATES;
    if (standing->has_state)
        f->checked |= AVOW_CHECK_STATUS;
    return AVOW_OK;
}
