/* The rows of docs/protocol.md, "Verdict", in their order. */
#include "proto/trust/findings.h"

static bool say(struct findings *f, enum avow_word word, enum avow_why why)
{
    f->word = word;
    f->why = why;
    return true;
}

/* A component whose own word is this one. */
static bool say_component(struct findings *f, enum avow_word word)
{
    const struct stack_findings *stack = &f->stack;
    if (!stack->told || stack->cascade == AVOW_CASCADE_DEGRADED)
        return false;
    for (size_t i = 0; i < stack->count; i++) {
        if (stack->components[i].word == word)
            return say(f, word, AVOW_WHY_COMPONENT);
    }
    return false;
}

/* The key that the document names, in force just before the entry. On a forked log it is known
 * beyond the held branch's end too: branches of one origin have one root chain. Beyond other ends,
 * behind a root fork and in a better history that is not held, there may be keys that are not
 * known. `*known` tells. */
static const struct avow_chain_key *find_signer(const struct findings *f, bool *known)
{
    const struct avow_subject *subject = f->subject;
    *known = subject->has_document && f->has_log && (f->standing.in_log || f->log.forked) &&
             !f->standing.abandoned && subject->index < f->log.disputed_from;
    if (!*known)
        return NULL;
    return avow_chain_key(f->log.chain, &subject->signer, AVOW_KEY_SIGN, subject->index);
}

static bool row_tampered(struct findings *f)
{
    bool known;
    if (!f->subject->has_document)
        return false;
    f->checked |= AVOW_CHECK_DOCUMENT;
    if (!f->subject->proof_good)
        return say(f, AVOW_WORD_TAMPERED, AVOW_WHY_PROOF);
    const struct avow_chain_key *key = find_signer(f, &known);
    if (!known)
        return false;
    f->checked |= AVOW_CHECK_SIGNER;
    return key == NULL ? say(f, AVOW_WORD_TAMPERED, AVOW_WHY_SIGNER) : false;
}

/* Before whatever one branch alone says: nodes that hold different ones must say the same. */
static bool row_fork(struct findings *f)
{
    if (!f->has_log || !f->standing.disputed)
        return false;
    return say(f, AVOW_WORD_DISPUTED,
               f->subject->index >= f->log.disputed_from ? AVOW_WHY_ROOT_FORK : AVOW_WHY_FORK);
}

static bool row_signer_expired(struct findings *f)
{
    bool known;
    const struct avow_chain_key *key = find_signer(f, &known);
    if (!f->has_entry || key == NULL || f->standing.entry.t <= key->not_after)
        return false;
    return say(f, AVOW_WORD_TAMPERED, AVOW_WHY_SIGNER);
}

/* What the entry at the document's index says against it; NONE for a bare reference. */
static enum avow_why compare_entry(const struct findings *f)
{
    const struct avow_subject *subject = f->subject;
    const struct avow_issue *issue = &f->standing.entry.issue;
    if (!subject->has_document)
        return AVOW_WHY_NONE;
    if (f->other_kind)
        return AVOW_WHY_NOT_ISSUE;
    if (!avow_hash_equal(&subject->commitment, &issue->commitment))
        return AVOW_WHY_ENTRY;
    if (subject->valid_from != issue->valid_from || subject->valid_until != issue->valid_until)
        return AVOW_WHY_DATES;
    return AVOW_WHY_NONE;
}

static bool has_state(const struct findings *f, enum avow_status state)
{
    return f->has_entry && f->standing.has_state && f->standing.state == state;
}

/* An entry that a better history, which is not held, would abandon: it cannot tell of anything but
 * its own revocation, which stays. */
static bool row_abandoned(struct findings *f)
{
    if (!f->standing.in_log || !f->standing.abandoned)
        return false;
    if (has_state(f, AVOW_STATUS_REVOKED) && compare_entry(f) == AVOW_WHY_NONE)
        return say(f, AVOW_WORD_REVOKED, AVOW_WHY_STATUS);
    return say(f, AVOW_WORD_UNKNOWN, AVOW_WHY_ABANDONED);
}

static bool row_disputed(struct findings *f)
{
    if (f->subject->has_document && (f->has_entry || f->other_kind)) {
        f->checked |= AVOW_CHECK_COMMITMENT;
        const enum avow_why why = compare_entry(f);
        if (why != AVOW_WHY_NONE)
            return say(f, AVOW_WORD_DISPUTED, why);
    }
    return say_component(f, AVOW_WORD_DISPUTED);
}

static bool row_revoked(struct findings *f)
{
    if (has_state(f, AVOW_STATUS_REVOKED))
        return say(f, AVOW_WORD_REVOKED, AVOW_WHY_STATUS);
    return say_component(f, AVOW_WORD_REVOKED);
}

static bool row_period(struct findings *f)
{
    const struct avow_issue *issue = &f->standing.entry.issue;
    if (!f->has_entry)
        return false;
    if (issue->valid_until != 0 && f->dates_at > issue->valid_until)
        return say(f, AVOW_WORD_EXPIRED, AVOW_WHY_PERIOD);
    if (f->dates_at < issue->valid_from)
        return say(f, AVOW_WORD_NOT_YET_VALID, AVOW_WHY_PERIOD);
    return say_component(f, AVOW_WORD_EXPIRED) || say_component(f, AVOW_WORD_NOT_YET_VALID);
}

static bool row_superseded(struct findings *f)
{
    if (!has_state(f, AVOW_STATUS_SUPERSEDED))
        return false;
    return say(f, AVOW_WORD_SUPERSEDED, AVOW_WHY_STATUS);
}

static bool is_stack_unknown(const struct stack_findings *stack)
{
    if (!stack->asked)
        return false;
    for (size_t i = 0; i < stack->count; i++) {
        if (stack->components[i].word == AVOW_WORD_UNKNOWN)
            return true;
    }
    return !stack->told;
}

static enum avow_why why_unknown(const struct findings *f)
{
    const struct avow_standing *standing = &f->standing;
    if (!f->has_log)
        return AVOW_WHY_NO_DATA;
    if (!standing->in_log)
        return AVOW_WHY_BEYOND;
    if (standing->newer)
        return AVOW_WHY_NEWER;
    if (f->other_kind)
        return AVOW_WHY_NOT_ISSUE;
    if (!f->has_entry || !standing->has_state)
        return AVOW_WHY_MISSING;
    if (f->at < standing->entry.t) /* the entry was not in the log then */
        return AVOW_WHY_BEYOND;
    if (f->freshness.is_future)
        return AVOW_WHY_FUTURE;
    if (f->freshness.witnesses < f->policy->min_witnesses)
        return AVOW_WHY_WITNESSES;
    if (!f->freshness.fresh)
        return AVOW_WHY_STALE;
    if (is_stack_unknown(&f->stack))
        return AVOW_WHY_COMPONENT;
    if (f->policy->require_recognition && f->recognition == RECOGNITION_UNSEEN)
        return AVOW_WHY_PATH_UNSEEN;
    if (f->policy->require_recognition && f->recognition == RECOGNITION_BUDGET)
        return AVOW_WHY_BUDGET;
    return AVOW_WHY_NONE;
}

static bool row_unknown(struct findings *f)
{
    const enum avow_why why = why_unknown(f);
    return why != AVOW_WHY_NONE ? say(f, AVOW_WORD_UNKNOWN, why) : false;
}

static bool row_suspended(struct findings *f)
{
    if (has_state(f, AVOW_STATUS_SUSPENDED))
        return say(f, AVOW_WORD_SUSPENDED, AVOW_WHY_STATUS);
    return say_component(f, AVOW_WORD_SUSPENDED);
}

static bool row_unrecognised(struct findings *f)
{
    if (!f->policy->require_recognition || f->recognition != RECOGNITION_NONE)
        return false;
    return say(f, AVOW_WORD_UNRECOGNISED, AVOW_WHY_NO_PATH);
}

void avow_findings_decide(struct findings *f)
{
    if (row_tampered(f) || row_fork(f) || row_signer_expired(f) || row_abandoned(f) ||
        row_disputed(f) || row_revoked(f) || row_period(f) || row_superseded(f) || row_unknown(f) ||
        row_suspended(f) || row_unrecognised(f))
        return;
    (void)say(f, AVOW_WORD_VALID, AVOW_WHY_NONE);
}
