/* avow_verify(): what `avow verify --offline` does, and one thing more: without a word on whom
 * somebody relies, nothing is valid, and anchors that are named must recognise the issuer. */
#include "proto/embed/outcome_inner.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/codec/id.h"
#include "proto/codec/time.h"
#include "proto/entry/shape.h"
#include "proto/json/verdict.h"

_Static_assert(AVOW_BADGE_MAX == AVOW_SUBJECT_BYTES_MAX, "as avow.h has it");

/* What one call judges, and by what: too much for a stack. */
struct call {
    const struct avow_question *question;
    struct avow_outcome *outcome;
    struct avow_policy policy;
    struct avow_hash issuer; /* if the question names one */
    struct avow_subject_file file;
    struct avow_evidence evidence;
    const char *no_evidence; /* NULL, or what is wrong with it */
    uint64_t at;
    struct avow_verdict verdict;
    char detail[AVOW_SUBJECT_REASON_MAX];
};

/* ------------------------------------------------------------------ what is given */

/* A program that was built with a later header may ask for what this version does not know: that is
 * not passed over. */
static bool knows_all(const struct avow_question *question)
{
    const char *bytes = (const char *)question;
    for (size_t i = sizeof(*question); i < question->size; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

static const char *wrong_question(const struct avow_question *question)
{
    if (question == NULL)
        return "no question";
    if (question->size < sizeof(*question))
        return "the question does not begin with AVOW_QUESTION_INIT";
    if (!knows_all(question))
        return "the question asks for what this version of the library does not know";
    if ((question->evidence == NULL && question->evidence_len > 0) ||
        (question->badge == NULL && question->badge_len > 0) ||
        (question->policy == NULL && question->policy_len > 0))
        return "a length without its text";
    if (question->now == 0)
        return "no clock: set `now` to the time";
    if (question->now > AVOW_TIME_MAX || question->at > AVOW_TIME_MAX)
        return "a time after the year 9999: times are seconds";
    if (question->region != NULL && !avow_shape_jurisdiction(avow_bytes_text(question->region)))
        return "the region is none of ISO 3166 in capitals: PT, PT-13";
    return NULL;
}

static enum avow_result read_question(struct call *call)
{
    const struct avow_question *question = call->question;
    const char *wrong = wrong_question(question);
    if (wrong == NULL && question->issuer != NULL &&
        avow_id_issuer_parse(avow_bytes_text(question->issuer), &call->issuer) != AVOW_ACCEPT)
        wrong = "the issuer is no identifier: avow1...";
    return wrong == NULL ? AVOW_RESULT_OK
                         : avow_outcome_say(call->outcome, AVOW_RESULT_ARGUMENT, "%s", wrong);
}

static enum avow_result read_policy(struct call *call)
{
    const struct avow_question *question = call->question;
    struct avow_buf error;
    avow_buf_init_fixed(&error, call->outcome->message, sizeof(call->outcome->message) - 1);
    avow_policy_init(&call->policy);
    if (question->policy_len > 0 &&
        avow_policy_parse(avow_bytes(question->policy, question->policy_len), &call->policy,
                          &error) != AVOW_OK)
        return AVOW_RESULT_POLICY;
    if (question->region != NULL)
        (void)snprintf(call->policy.region, sizeof(call->policy.region), "%s", question->region);
    /* Anchors are named to be relied on: that they are, the file need not say again. */
    if (call->policy.anchor_count > 0 && question->issuer == NULL && question->any_issuer == 0)
        call->policy.require_recognition = true;
    return AVOW_RESULT_OK;
}

static enum avow_result read_badge(struct call *call)
{
    const struct avow_question *question = call->question;
    if (question->badge_len > AVOW_BADGE_MAX)
        return avow_outcome_say(call->outcome, AVOW_RESULT_BADGE,
                                "it is too large for a badge (over 1 MiB)");
    const enum avow_err err =
        avow_subject_read(avow_bytes(question->badge, question->badge_len), &call->file);
    if (err == AVOW_ERR_REJECTED)
        return avow_outcome_say(call->outcome, AVOW_RESULT_BADGE,
                                "it is not a badge of this registry: %s", call->file.reason);
    return err == AVOW_OK ? AVOW_RESULT_OK : AVOW_RESULT_MEMORY;
}

/* ------------------------------------------------------------------ the verdict */

/* Authentic is not enough: anybody can be an issuer, and take any name. */
static void demand_reliance(struct call *call)
{
    const struct avow_question *question = call->question;
    struct avow_verdict *verdict = &call->verdict;
    const bool relies =
        question->any_issuer != 0 || question->issuer != NULL || call->policy.require_recognition;
    const bool other =
        question->issuer != NULL && !avow_hash_equal(&call->issuer, &verdict->issuer);
    if (verdict->word != AVOW_WORD_VALID || (relies && !other))
        return;
    verdict->word = AVOW_WORD_UNRECOGNISED;
    verdict->why = relies ? AVOW_WHY_OTHER_ISSUER : AVOW_WHY_NO_POLICY;
    verdict->degraded = false;
}

/* Why nothing is known, if what came does not hold; else what is wrong with the document. */
static void explain(struct call *call)
{
    struct avow_verdict *verdict = &call->verdict;
    if (verdict->word == AVOW_WORD_UNKNOWN && call->no_evidence != NULL) {
        verdict->why = AVOW_WHY_EVIDENCE;
        (void)snprintf(call->detail, sizeof(call->detail), AVOW_OUTCOME_NO_EVIDENCE,
                       call->no_evidence);
    } else {
        (void)snprintf(call->detail, sizeof(call->detail), "%s", call->file.reason);
    }
}

static enum avow_result say(struct call *call, const struct avow_facts *facts)
{
    struct avow_outcome *outcome = call->outcome;
    const struct avow_verdict_view view = {
        .verdict = &call->verdict,
        .file = &call->file,
        .policy = &call->policy,
        .facts = facts,
        .now = call->question->now,
        .at = call->at,
        .detail = call->detail,
    };
    outcome->json = avow_verdict_json_text(&view);
    if (outcome->json == NULL)
        return AVOW_RESULT_MEMORY;
    outcome->word = avow_outcome_word(call->verdict.word);
    outcome->why = call->verdict.why;
    return avow_outcome_say(outcome, AVOW_RESULT_OK, "%s%s%s", avow_why_text(outcome->why),
                            call->detail[0] != '\0' ? ": " : "", call->detail);
}

static enum avow_result judge(struct call *call)
{
    const struct avow_question *question = call->question;
    const struct avow_subject *subject = &call->file.subject;
    const enum avow_result result =
        avow_outcome_evidence(avow_bytes(question->evidence, question->evidence_len),
                              &call->evidence, &call->no_evidence);
    if (result != AVOW_RESULT_OK)
        return result;
    const struct avow_facts facts = avow_facts_from_evidence(&call->evidence);
    call->at = question->at;
    enum avow_err err = AVOW_OK;
    if (call->at == 0)
        err = avow_moment(&facts, &subject->issuer, question->now, &call->at);
    if (err == AVOW_OK)
        err = avow_judge(&facts, &call->policy, subject, question->now, call->at, &call->verdict);
    if (err != AVOW_OK)
        return AVOW_RESULT_MEMORY;
    demand_reliance(call);
    explain(call);
    return say(call, &facts);
}

static enum avow_result run(const struct avow_question *question, struct avow_outcome *outcome)
{
    struct call *call = calloc(1, sizeof(*call));
    if (call == NULL)
        return AVOW_RESULT_MEMORY;
    call->question = question;
    call->outcome = outcome;
    enum avow_result result = read_question(call);
    if (result == AVOW_RESULT_OK)
        result = read_policy(call);
    if (result == AVOW_RESULT_OK)
        result = read_badge(call);
    if (result == AVOW_RESULT_OK)
        result = judge(call);
    avow_subject_fini(&call->file);
    avow_evidence_fini(&call->evidence);
    free(call);
    return result;
}

enum avow_result avow_verify(const struct avow_question *question, struct avow_outcome **outcome)
{
    enum avow_result result = avow_outcome_begin(outcome);
    if (result != AVOW_RESULT_OK)
        return result;
    return avow_outcome_end(*outcome, run(question, *outcome));
}
