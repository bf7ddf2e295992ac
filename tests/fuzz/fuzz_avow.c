/* Everything that somebody who embeds the library hands over: u16be length of a badge, u16be length
 * of evidence, the badge, the evidence, and a policy to the end. A call that fails has no JSON and
 * no verdict; without a word on whom to rely nothing is valid. */
#include "tests/fuzz/fuzz.h"

#include "proto/avow.h"
#include "proto/base.h"

#define NOW UINT64_C(1735776000) /* a day after the sample's record */

static enum avow_verdict_word ask(const struct avow_question *question)
{
    struct avow_outcome *outcome;
    const enum avow_result result = avow_verify(question, &outcome);
    const enum avow_verdict_word word = avow_outcome_verdict(outcome);
    AVOW_ASSERT((avow_outcome_json(outcome) != NULL) == (result == AVOW_RESULT_OK));
    AVOW_ASSERT(result == AVOW_RESULT_OK || word == AVOW_VERDICT_UNKNOWN);
    AVOW_ASSERT(avow_outcome_message(outcome)[0] != '\0');
    avow_outcome_free(outcome);
    return word;
}

static void list(const uint8_t *evidence, size_t len)
{
    struct avow_outcome *outcome;
    const enum avow_result result = avow_list(evidence, len, &outcome);
    AVOW_ASSERT((avow_outcome_json(outcome) != NULL) == (result == AVOW_RESULT_OK));
    avow_outcome_free(outcome);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    const size_t badge_len = avow_get_u16be(data), evidence_len = avow_get_u16be(data + 2);
    if (badge_len + evidence_len > size - 4)
        return 0;
    struct avow_question question = AVOW_QUESTION_INIT;
    question.badge = data + 4;
    question.badge_len = badge_len;
    question.evidence = data + 4 + badge_len;
    question.evidence_len = evidence_len;
    question.now = NOW;
    AVOW_ASSERT(ask(&question) != AVOW_VERDICT_VALID);
    question.policy = data + 4 + badge_len + evidence_len;
    question.policy_len = size - 4 - badge_len - evidence_len;
    (void)ask(&question);
    list(question.evidence, evidence_len);
    return 0;
}
