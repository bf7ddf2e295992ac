/* avow_judge: gathers what the facts show into a struct findings, then tries the rows of
 * docs/protocol.md, "Verdict", in their order. Nothing is judged while it is being gathered. */
#include "proto/trust/verdict.h"

#define CLOCK_TOLERANCE_S 300
#define MOVES_MAX 1024 /* of one record that are looked back on: an issuer can make any number */

struct findings {
    const struct avow_facts *facts;
    const struct avow_policy *policy;
    const struct avow_subject *subject;
    uint64_t now, at;
    struct avow_known_log log;
    bool has_log;
    bool in_log;     /* index below the checkpoint's size */
    bool abandoned;  /* a better history parts from the held one below this index */
    bool has_entry;  /* shown, decoded and of kind 5 */
    bool newer;      /* shown, of a kind this program does not know */
    bool other_kind; /* shown, and not a credential */
    struct avow_entry entry;
    bool has_state;
    enum avow_status state; /* as of `at` */
    bool final;             /* closed without a custodian: never stale */
    unsigned witnesses;     /* of the policy's, on this checkpoint */
};

/* ------------------------------------------------------------------ gathering */

/* NOT_FOUND is an answer; anything else that is not OK ends the verdict. */
static enum avow_err optional(enum avow_err err, bool *found)
{
    *found = err == AVOW_OK;
    return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
}

static bool is_policy_witness(const struct avow_policy *policy, const struct avow_key *key)
{
    for (size_t i = 0; i < policy->witness_count; i++) {
        if (avow_key_equal(&policy->witnesses[i], key))
            return true;
    }
    return false;
}

/* The nth newest time among the policy's witnesses on this checkpoint, n from 1; 0 if there are
 * fewer. */
static uint64_t nth_newest_witness(const struct findings *f, unsigned n)
{
    uint64_t times[AVOW_COSIGNATURES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < f->log.cosignature_count; i++) {
        const struct avow_cosignature *line = &f->log.cosignatures[i];
        if (line->time > f->now + CLOCK_TOLERANCE_S || !is_policy_witness(f->policy, &line->key))
            continue;
        size_t place = count++;
        for (; place > 0 && times[place - 1] < line->time; place--)
            times[place] = times[place - 1];
        times[place] = line->time;
    }
    return n >= 1 && n <= count ? times[n - 1] : 0;
}

/* The newer of the checkpoint's own time and its heartbeat's. */
static uint64_t issuer_time(const struct findings *f)
{
    uint64_t newest = f->log.checkpoint->time;
    for (size_t i = 0; i < f->log.cosignature_count; i++) {
        const struct avow_cosignature *line = &f->log.cosignatures[i];
        if (line->time <= newest || line->time > f->now + CLOCK_TOLERANCE_S)
            continue;
        if (avow_chain_key(f->log.chain, &line->key, AVOW_KEY_HEARTBEAT, f->log.checkpoint->size) !=
            NULL)
            newest = line->time;
    }
    return newest;
}

static void gather_freshness(struct findings *f, struct avow_verdict *v)
{
    const struct avow_chain *chain = f->log.chain;
    unsigned needed = f->policy->min_witnesses;
    uint64_t fresh = needed == 0 ? issuer_time(f) : nth_newest_witness(f, needed);
    f->witnesses = 0;
    while (nth_newest_witness(f, f->witnesses + 1) != 0)
        f->witnesses++;
    v->age_s = f->now > fresh ? f->now - fresh : 0;
    f->final =
        chain->closed && !chain->custodian && f->log.checkpoint->size == chain->closed_at + 1;
    v->checked |= AVOW_CHECK_FRESHNESS;
    if (needed > 0)
        v->checked |= AVOW_CHECK_WITNESSES;
}

static enum avow_err gather_log(struct findings *f, struct avow_verdict *v)
{
    enum avow_err err =
        optional(f->facts->log(f->facts->context, &f->subject->issuer, &f->log), &f->has_log);
    if (err != AVOW_OK || !f->has_log)
        return err;
    const struct avow_checkpoint *checkpoint = f->log.checkpoint;
    struct avow_chain_names names = avow_chain_names(f->log.chain, AVOW_NEVER);
    v->has_log = true;
    v->issuer_name = names.name;
    v->issuer_jurisdiction = names.jurisdiction;
    v->epoch = checkpoint->epoch;
    v->size = checkpoint->size;
    v->time = checkpoint->time;
    f->in_log = f->subject->index < checkpoint->size;
    f->abandoned = f->subject->index >= f->log.abandoned_from;
    gather_freshness(f, v);
    return AVOW_OK;
}

static enum avow_err gather_achievement(struct findings *f, struct avow_verdict *v)
{
    struct avow_bytes bytes;
    struct avow_entry entry;
    bool found;
    enum avow_err err =
        optional(f->facts->entry(f->facts->context, &f->log, v->achievement, &bytes), &found);
    if (err != AVOW_OK || !found || avow_entry_decode(bytes, &entry) != AVOW_ACCEPT ||
        entry.kind != AVOW_KIND_ACHIEVEMENT)
        return err;
    v->has_achievement_title = true;
    v->achievement_title = entry.achievement.title;
    v->achievement_code = entry.achievement.code;
    return AVOW_OK;
}

static enum avow_err gather_entry(struct findings *f, struct avow_verdict *v)
{
    struct avow_bytes bytes;
    bool found;
    enum avow_err err =
        optional(f->facts->entry(f->facts->context, &f->log, f->subject->index, &bytes), &found);
    if (err != AVOW_OK || !found)
        return err;
    enum avow_reject reject = avow_entry_decode(bytes, &f->entry);
    f->newer = reject == AVOW_REJECT_NEWER;
    f->has_entry = reject == AVOW_ACCEPT && f->entry.kind == AVOW_KIND_ISSUE;
    f->other_kind = !f->newer && !f->has_entry;
    v->checked |= AVOW_CHECK_LOG;
    if (!f->has_entry)
        return AVOW_OK;
    v->has_entry = true;
    v->achievement = f->entry.issue.achievement;
    v->valid_from = f->entry.issue.valid_from;
    v->valid_until = f->entry.issue.valid_until;
    v->checked |= AVOW_CHECK_DATES;
    bool witnessed;
    err = optional(
        f->facts->first_witness(f->facts->context, &f->log, f->subject->index, &v->witnessed_at),
        &witnessed);
    v->has_witnessed_at = witnessed;
    return err != AVOW_OK ? err : gather_achievement(f, v);
}

/* Reads the status entry at `index` and makes sure that it is one for our subject. */
static enum avow_err read_event(struct findings *f, uint64_t index, struct avow_entry *event,
                                bool *found)
{
    struct avow_bytes bytes;
    enum avow_err err = optional(f->facts->entry(f->facts->context, &f->log, index, &bytes), found);
    if (err == AVOW_OK && *found)
        *found = avow_entry_decode(bytes, event) == AVOW_ACCEPT &&
                 event->kind == AVOW_KIND_STATUS && event->status.target == f->subject->index;
    return err;
}

static void show_event(const struct avow_entry *event, struct avow_verdict *v)
{
    v->reason = event->status.reason;
    v->since = event->t;
    v->has_successor = event->status.has_successor;
    v->successor = event->status.successor;
}

/* The state as of `at`: back along `previous` while events are later than that. A revocation that
 * voids holds at every time; a suspension that was lifted holds at none. Where the events are not
 * shown, the state of now stands: it is never better than the truth. Where there are too many to go
 * back, nothing can be told. */
static enum avow_err gather_state(struct findings *f, struct avow_verdict *v)
{
    enum avow_err err = optional(
        f->facts->status(f->facts->context, &f->log, f->subject->index, &f->state), &f->has_state);
    if (err != AVOW_OK || !f->has_state)
        return err;
    v->has_state = true;
    v->checked |= AVOW_CHECK_STATUS;
    uint64_t index;
    bool found = false;
    if (f->state != AVOW_STATUS_ACTIVE)
        err = optional(
            f->facts->last_status_entry(f->facts->context, &f->log, f->subject->index, &index),
            &found);
    struct avow_entry event;
    if (err == AVOW_OK && found)
        err = read_event(f, index, &event, &found);
    if (err != AVOW_OK || !found || event.status.state != f->state)
        return err;
    show_event(&event, v);
    for (unsigned moves = 1; event.t > f->at; moves++) {
        if (moves == MOVES_MAX) {
            f->has_state = v->has_state = false;
            v->checked &= ~(unsigned)AVOW_CHECK_STATUS;
            return AVOW_OK;
        }
        if (event.status.state == AVOW_STATUS_REVOKED &&
            avow_reason_voids((enum avow_reason)event.status.reason))
            return AVOW_OK;
        bool lifted = event.status.state == AVOW_STATUS_ACTIVE;
        uint64_t previous = event.status.previous;
        if (previous == 0) {
            f->state = AVOW_STATUS_ACTIVE;
            return AVOW_OK;
        }
        if (previous >= index) /* evidence can claim anything; never walk forward */
            return AVOW_OK;
        err = read_event(f, previous, &event, &found);
        if (err != AVOW_OK || !found)
            return err;
        index = previous;
        f->state = lifted && event.status.state == AVOW_STATUS_SUSPENDED
                       ? AVOW_STATUS_ACTIVE
                       : (enum avow_status)event.status.state;
    }
    return AVOW_OK;
}

/* ------------------------------------------------------------------ the rows */

static bool say(struct avow_verdict *v, enum avow_word word, enum avow_why why)
{
    v->word = word;
    v->why = why;
    return true;
}

static bool row_tampered(const struct findings *f, struct avow_verdict *v)
{
    if (!f->subject->has_document)
        return false;
    v->checked |= AVOW_CHECK_DOCUMENT;
    if (!f->subject->proof_good)
        return say(v, AVOW_WORD_TAMPERED, AVOW_WHY_PROOF);
    /* Beyond the log that is known, and in a better history that is not held, there may be keys
     * that are not known: cannot tell. */
    if (!f->has_log || !f->in_log || f->abandoned)
        return false;
    v->checked |= AVOW_CHECK_SIGNER;
    const struct avow_chain_key *key =
        avow_chain_key(f->log.chain, &f->subject->signer, AVOW_KEY_SIGN, f->subject->index);
    if (key == NULL || (f->has_entry && f->entry.t > key->not_after))
        return say(v, AVOW_WORD_TAMPERED, AVOW_WHY_SIGNER);
    return false;
}

/* What the entry at the document's index says against it; NONE for a bare reference. */
static enum avow_why compare_entry(const struct findings *f)
{
    const struct avow_subject *subject = f->subject;
    const struct avow_issue *issue = &f->entry.issue;
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

static bool row_disputed(const struct findings *f, struct avow_verdict *v)
{
    if (!f->subject->has_document || (!f->has_entry && !f->other_kind))
        return false;
    v->checked |= AVOW_CHECK_COMMITMENT;
    enum avow_why why = compare_entry(f);
    return why == AVOW_WHY_NONE ? false : say(v, AVOW_WORD_DISPUTED, why);
}

/* An entry that a better history, which is not held, would abandon: it cannot tell of anything but
 * its own revocation, which stays. */
static bool row_abandoned(const struct findings *f, struct avow_verdict *v)
{
    if (!f->in_log || !f->abandoned)
        return false;
    if (f->has_entry && f->has_state && f->state == AVOW_STATUS_REVOKED &&
        compare_entry(f) == AVOW_WHY_NONE)
        return say(v, AVOW_WORD_REVOKED, AVOW_WHY_STATUS);
    return say(v, AVOW_WORD_UNKNOWN, AVOW_WHY_ABANDONED);
}

static bool row_state(const struct findings *f, struct avow_verdict *v, enum avow_status state,
                      enum avow_word word)
{
    if (!f->has_entry || !f->has_state || f->state != state)
        return false;
    return say(v, word, AVOW_WHY_STATUS);
}

static bool row_period(const struct findings *f, struct avow_verdict *v)
{
    if (!f->has_entry)
        return false;
    if (f->entry.issue.valid_until != 0 && f->at > f->entry.issue.valid_until)
        return say(v, AVOW_WORD_EXPIRED, AVOW_WHY_PERIOD);
    if (f->at < f->entry.issue.valid_from)
        return say(v, AVOW_WORD_NOT_YET_VALID, AVOW_WHY_PERIOD);
    return false;
}

static bool row_unknown(const struct findings *f, struct avow_verdict *v)
{
    if (!f->has_log)
        return say(v, AVOW_WORD_UNKNOWN, AVOW_WHY_NO_DATA);
    if (!f->in_log)
        return say(v, AVOW_WORD_UNKNOWN, AVOW_WHY_BEYOND);
    if (f->newer)
        return say(v, AVOW_WORD_UNKNOWN, AVOW_WHY_NEWER);
    if (f->other_kind)
        return say(v, AVOW_WORD_UNKNOWN, AVOW_WHY_NOT_ISSUE);
    if (!f->has_entry || !f->has_state)
        return say(v, AVOW_WORD_UNKNOWN, AVOW_WHY_MISSING);
    if (f->at < f->entry.t) /* it was not in the log then */
        return say(v, AVOW_WORD_UNKNOWN, AVOW_WHY_BEYOND);
    if (f->log.checkpoint->time > f->now + CLOCK_TOLERANCE_S)
        return say(v, AVOW_WORD_UNKNOWN, AVOW_WHY_FUTURE);
    if (f->witnesses < f->policy->min_witnesses)
        return say(v, AVOW_WORD_UNKNOWN, AVOW_WHY_WITNESSES);
    if (!f->final && v->age_s > f->policy->max_age_s)
        return say(v, AVOW_WORD_UNKNOWN, AVOW_WHY_STALE);
    return false;
}

static void decide(const struct findings *f, struct avow_verdict *v)
{
    if (row_tampered(f, v) || row_abandoned(f, v) || row_disputed(f, v) ||
        row_state(f, v, AVOW_STATUS_REVOKED, AVOW_WORD_REVOKED) || row_period(f, v) ||
        row_state(f, v, AVOW_STATUS_SUPERSEDED, AVOW_WORD_SUPERSEDED) || row_unknown(f, v) ||
        row_state(f, v, AVOW_STATUS_SUSPENDED, AVOW_WORD_SUSPENDED))
        return;
    (void)say(v, AVOW_WORD_VALID, AVOW_WHY_NONE);
}

enum avow_err avow_judge(const struct avow_facts *facts, const struct avow_policy *policy,
                         const struct avow_subject *subject, uint64_t now, uint64_t at,
                         struct avow_verdict *verdict)
{
    struct findings f = {
        .facts = facts, .policy = policy, .subject = subject, .now = now, .at = at};
    *verdict = (struct avow_verdict){.issuer = subject->issuer, .index = subject->index};
    enum avow_err err = gather_log(&f, verdict);
    if (err == AVOW_OK && f.has_log && f.in_log)
        err = gather_entry(&f, verdict);
    if (err == AVOW_OK && f.has_entry)
        err = gather_state(&f, verdict);
    if (err != AVOW_OK)
        return err;
    decide(&f, verdict);
    verdict->state = f.state;
    verdict->unchecked = ((1U << AVOW_CHECK_COUNT) - 1) & ~verdict->checked;
    return AVOW_OK;
}
