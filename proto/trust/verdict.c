/* avow_judge: gathers what the facts show of the record, of what it is stacked from and of who
 * recognises it, then tries the rows. The verdict's long lists are not cleared: their counts are,
 * and what stands beyond them is not read. */
#include "proto/trust/verdict.h"

#include "proto/codec/time.h"
#include "proto/entry/details.h"
#include "proto/trust/findings.h"

#include <stddef.h>

/* ------------------------------------------------------------------ what is shown beside the word
 */

static void show_log(const struct findings *f, struct avow_verdict *v)
{
    const struct avow_checkpoint *checkpoint = f->log.checkpoint;
    const struct avow_chain_names names = avow_chain_names(f->log.chain, AVOW_NEVER);
    v->has_log = true;
    v->issuer_name = names.name;
    v->issuer_jurisdiction = names.jurisdiction;
    v->epoch = checkpoint->epoch;
    v->size = checkpoint->size;
    v->time = checkpoint->time;
    v->age_s = f->freshness.age_s;
    if (f->log.disputed_from != AVOW_NEVER)
        v->fork = AVOW_WHY_ROOT_FORK;
    else if (f->log.forked)
        v->fork = AVOW_WHY_FORK;
}

/* By a key that is not the log's own. */
static uint64_t earliest_witness(const struct avow_known_log *log,
                                 const struct avow_cosignature *lines, size_t count)
{
    uint64_t earliest = AVOW_NEVER;
    for (size_t i = 0; i < count; i++) {
        if (lines[i].time < earliest && !avow_chain_has_key(log->chain, &lines[i].key))
            earliest = lines[i].time;
    }
    return earliest;
}

/* The earliest witness of the first kept checkpoint that covers the record, and of the newest. */
static enum avow_err show_witness(const struct findings *f, struct avow_verdict *v)
{
    const struct avow_known_log *log = &f->log;
    struct avow_witnessed kept;
    v->witnessed_at = earliest_witness(log, log->cosignatures, log->cosignature_count);
    enum avow_err err = f->facts->witnessed(f->facts->context, log, v->index, 0, &kept);
    if (err == AVOW_OK) {
        const uint64_t first = earliest_witness(log, kept.lines, kept.count);
        if (first < v->witnessed_at)
            v->witnessed_at = first;
    }
    v->has_witnessed_at = v->witnessed_at != AVOW_NEVER;
    return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
}

static void show_standing(const struct avow_standing *standing, struct avow_verdict *v)
{
    v->has_entry = true;
    v->achievement = standing->entry.issue.achievement;
    v->valid_from = standing->entry.issue.valid_from;
    v->valid_until = standing->entry.issue.valid_until;
    if (!standing->has_state)
        return;
    v->has_state = true;
    v->state = standing->state;
    v->reason = standing->reason;
    v->since = standing->since;
    v->has_successor = standing->has_successor;
    v->successor = standing->successor;
    v->later_count = standing->later_count;
    memcpy(v->later, standing->later, standing->later_count * sizeof(v->later[0]));
}

static enum avow_err read_achievement(const struct findings *f, struct avow_entry *entry,
                                      bool *found)
{
    struct avow_bytes bytes;
    enum avow_err err =
        f->facts->entry(f->facts->context, &f->log, f->standing.entry.issue.achievement, &bytes);
    *found = err == AVOW_OK && avow_entry_decode(bytes, entry) == AVOW_ACCEPT &&
             entry->kind == AVOW_KIND_ACHIEVEMENT;
    return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
}

/* ------------------------------------------------------------------ stacks */

/* The pathway's cascade, if the pathway can be told. What became of it since its award does not
 * matter: a rule is what it was. */
static enum avow_err read_cascade(const struct findings *f, struct avow_verdict *v)
{
    const struct avow_subject *subject = f->subject;
    struct avow_known_log log;
    struct avow_standing standing;
    enum avow_err err = f->facts->log(f->facts->context, &subject->pathway.issuer, &log);
    if (err == AVOW_OK)
        err = avow_standing(f->facts, &log, f->policy, subject->pathway.index, f->now, f->at,
                            &standing);
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
    if (standing.disputed || standing.abandoned || !standing.shown || standing.newer ||
        standing.entry.kind != AVOW_KIND_PATHWAY)
        return AVOW_OK;
    v->has_cascade = true;
    v->cascade = standing.entry.pathway.cascade;
    return AVOW_OK;
}

/* A component is judged as a bare reference is; its period as of the award, and under the
 * grandfathered cascade all of it. */
static enum avow_err judge_component(const struct findings *f, uint64_t cascade,
                                     struct avow_component *component)
{
    const uint64_t awarded = f->standing.entry.t;
    const struct avow_subject subject = {.issuer = component->reference.issuer,
                                         .index = component->reference.index};
    struct findings findings = {
        .facts = f->facts,
        .policy = f->policy,
        .subject = &subject,
        .now = f->now,
        .at = cascade == AVOW_CASCADE_GRANDFATHERED ? awarded : f->at,
        .dates_at = awarded,
    };
    enum avow_err err = avow_findings_gather(&findings);
    if (err != AVOW_OK)
        return err;
    avow_findings_decide(&findings);
    component->word = findings.word;
    component->why = findings.why;
    return AVOW_OK;
}

/* Components without a pathway fall under the strictest cascade; without an award's entry there is
 * nothing to judge them by. */
static enum avow_err judge_stack(struct findings *f, struct avow_verdict *v)
{
    const struct avow_subject *subject = f->subject;
    f->stack.asked = subject->component_count > 0 || subject->has_pathway;
    if (!f->stack.asked || !f->has_entry)
        return AVOW_OK;
    enum avow_err err = subject->has_pathway ? read_cascade(f, v) : AVOW_OK;
    size_t unknown = 0;
    v->component_count = subject->component_count;
    for (size_t i = 0; err == AVOW_OK && i < v->component_count; i++) {
        v->components[i].reference = subject->components[i];
        err = judge_component(f, v->cascade, &v->components[i]);
        unknown += err == AVOW_OK && v->components[i].word == AVOW_WORD_UNKNOWN;
    }
    f->stack.told = v->has_cascade || !subject->has_pathway;
    f->stack.cascade = v->cascade;
    f->stack.count = v->component_count;
    f->stack.components = v->components;
    if (f->stack.told && unknown == 0)
        f->checked |= AVOW_CHECK_COMPONENTS;
    return err;
}

/* Valid, though a component does not stand: one that was renewed does. */
static bool is_degraded(const struct findings *f)
{
    if (f->word != AVOW_WORD_VALID || f->stack.cascade != AVOW_CASCADE_DEGRADED)
        return false;
    for (size_t i = 0; i < f->stack.count; i++) {
        const enum avow_word word = f->stack.components[i].word;
        if (word != AVOW_WORD_VALID && word != AVOW_WORD_SUPERSEDED)
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ recognition */

/* `achievement` NULL: not shown, so that no scope that narrows by what it says can be met. */
static struct avow_award award_of(const struct findings *f,
                                  const struct avow_achievement *achievement, uint64_t covered_at)
{
    const struct avow_issue *issue = &f->standing.entry.issue;
    struct avow_award award = {
        .issuer = f->subject->issuer,
        .achievement = issue->achievement,
        .time = issue->valid_from,
        .covered_at = covered_at,
    };
    struct avow_details details;
    if (achievement == NULL || avow_details_parse(achievement->details, &details) != AVOW_ACCEPT)
        return award;
    award.framework = details.framework;
    award.level = details.level;
    award.field = details.field;
    return award;
}

static enum recognition_finding finding_of(const struct avow_recognised *recognised)
{
    if (recognised->path_count > 0)
        return RECOGNITION_FOUND;
    switch (recognised->end) {
    case AVOW_SEARCH_WHOLE:
        return RECOGNITION_NONE;
    case AVOW_SEARCH_UNSEEN:
        return RECOGNITION_UNSEEN;
    case AVOW_SEARCH_BUDGET:
        return RECOGNITION_BUDGET;
    }
    return RECOGNITION_UNSEEN;
}

static enum avow_err judge_recognition(struct findings *f,
                                       const struct avow_achievement *achievement,
                                       struct avow_verdict *v)
{
    uint64_t covered_at;
    if (f->policy->anchor_count == 0 && !f->policy->require_recognition)
        return AVOW_OK;
    enum avow_err err = AVOW_OK;
    if (f->policy->anchor_count > 0) {
        err = avow_standing_covered_at(f->facts, &f->log, f->policy, v->index, f->now, &covered_at);
        const struct avow_award award = award_of(f, achievement, covered_at);
        if (err == AVOW_OK)
            err = avow_search(f->facts, f->policy, &award, f->now, f->at, &v->recognised);
        if (achievement == NULL && v->recognised.end == AVOW_SEARCH_WHOLE)
            v->recognised.end = AVOW_SEARCH_UNSEEN;
    }
    f->recognition = finding_of(&v->recognised);
    if (f->recognition == RECOGNITION_FOUND || f->recognition == RECOGNITION_NONE)
        f->checked |= AVOW_CHECK_RECOGNITION;
    return err;
}

/* ------------------------------------------------------------------ all of it */

static enum avow_err gather_record(struct findings *f, struct avow_verdict *v)
{
    struct avow_entry entry;
    bool found = false;
    const bool word_only = f->subject->word_only;
    show_standing(&f->standing, v);
    enum avow_err err = word_only ? AVOW_OK : show_witness(f, v);
    if (err == AVOW_OK && (!word_only || f->policy->anchor_count > 0))
        err = read_achievement(f, &entry, &found);
    if (err != AVOW_OK)
        return err;
    if (found) {
        v->has_achievement_title = true;
        v->achievement_title = entry.achievement.title;
        v->achievement_code = entry.achievement.code;
    }
    err = judge_stack(f, v);
    return err == AVOW_OK ? judge_recognition(f, found ? &entry.achievement : NULL, v) : err;
}

/* All but the long lists. */
static void clear(struct avow_verdict *v)
{
    memset(v, 0, offsetof(struct avow_verdict, later));
    v->recognised.end = AVOW_SEARCH_WHOLE;
    v->recognised.steps = v->recognised.path_count = 0;
}

enum avow_err avow_moment(const struct avow_facts *facts, const struct avow_hash *issuer,
                          uint64_t now, uint64_t *moment)
{
    struct avow_known_log log;
    const enum avow_err err = facts->log(facts->context, issuer, &log);
    *moment = now;
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
    uint64_t newest = log.checkpoint->time;
    if (log.forked && log.fork_time > newest)
        newest = log.fork_time;
    if (newest > now && newest <= AVOW_TIME_MAX)
        *moment = newest;
    return AVOW_OK;
}

enum avow_err avow_judge(const struct avow_facts *facts, const struct avow_policy *policy,
                         const struct avow_subject *subject, uint64_t now, uint64_t at,
                         struct avow_verdict *verdict)
{
    struct findings f = {
        .facts = facts, .policy = policy, .subject = subject, .now = now, .at = at, .dates_at = at};
    AVOW_ASSERT(subject->component_count <= AVOW_COMPONENTS_MAX);
    clear(verdict);
    verdict->issuer = subject->issuer;
    verdict->index = subject->index;
    enum avow_err err = avow_findings_gather(&f);
    if (err == AVOW_OK && f.has_log)
        show_log(&f, verdict);
    if (err == AVOW_OK && f.has_entry)
        err = gather_record(&f, verdict);
    if (err != AVOW_OK)
        return err;
    avow_findings_decide(&f);
    verdict->word = f.word;
    verdict->why = f.why;
    verdict->degraded = is_degraded(&f);
    verdict->checked = f.checked;
    verdict->unchecked = ((1U << AVOW_CHECK_COUNT) - 1) & ~f.checked;
    return AVOW_OK;
}
