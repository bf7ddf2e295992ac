/* Outcomes of calls, and the texts and numbers of avow.h. */
#include "proto/embed/outcome_inner.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

_Static_assert(AVOW_EVIDENCE_MAX == AVOW_EVIDENCE_BYTES_MAX, "as avow.h has it");
_Static_assert(AVOW_POLICY_MAX == AVOW_POLICY_BYTES_MAX, "as avow.h has it");

#define TEXT(number) #number
#define VERSION(major, minor, patch) TEXT(major) "." TEXT(minor) "." TEXT(patch)

const char *avow_version(void)
{
    return VERSION(AVOW_VERSION_MAJOR, AVOW_VERSION_MINOR, AVOW_VERSION_PATCH);
}

const char *avow_result_text(enum avow_result result)
{
    switch (result) {
    case AVOW_RESULT_OK:
        return "there is an outcome";
    case AVOW_RESULT_MEMORY:
        return "memory ran out";
    case AVOW_RESULT_CRYPTO:
        return "the cryptographic library failed its self-test";
    case AVOW_RESULT_ARGUMENT:
        return "the call itself is wrong";
    case AVOW_RESULT_BADGE:
        return "this is neither a badge nor a reference";
    case AVOW_RESULT_POLICY:
        return "the policy is not well formed";
    case AVOW_RESULT_EVIDENCE:
        return "the evidence does not hold";
    }
    return "unknown result";
}

/* ------------------------------------------------------------------ verdicts */

static const struct {
    enum avow_verdict_word shown;
    enum avow_word word;
} words[] = {
    {AVOW_VERDICT_UNKNOWN, AVOW_WORD_UNKNOWN},
    {AVOW_VERDICT_VALID, AVOW_WORD_VALID},
    {AVOW_VERDICT_TAMPERED, AVOW_WORD_TAMPERED},
    {AVOW_VERDICT_DISPUTED, AVOW_WORD_DISPUTED},
    {AVOW_VERDICT_REVOKED, AVOW_WORD_REVOKED},
    {AVOW_VERDICT_EXPIRED, AVOW_WORD_EXPIRED},
    {AVOW_VERDICT_NOT_YET_VALID, AVOW_WORD_NOT_YET_VALID},
    {AVOW_VERDICT_SUPERSEDED, AVOW_WORD_SUPERSEDED},
    {AVOW_VERDICT_SUSPENDED, AVOW_WORD_SUSPENDED},
    {AVOW_VERDICT_UNRECOGNISED, AVOW_WORD_UNRECOGNISED},
};
#define WORD_COUNT (sizeof(words) / sizeof(words[0]))

enum avow_verdict_word avow_outcome_word(enum avow_word word)
{
    for (size_t i = 0; i < WORD_COUNT; i++) {
        if (words[i].word == word)
            return words[i].shown;
    }
    return AVOW_VERDICT_UNKNOWN;
}

static enum avow_word word_of(enum avow_verdict_word shown)
{
    for (size_t i = 0; i < WORD_COUNT; i++) {
        if (words[i].shown == shown)
            return words[i].word;
    }
    return AVOW_WORD_UNKNOWN;
}

const char *avow_verdict_text(enum avow_verdict_word word)
{
    return avow_word_name(word_of(word));
}

int avow_verdict_exit(enum avow_verdict_word word)
{
    return avow_word_exit(word_of(word));
}

/* ------------------------------------------------------------------ outcomes */

enum avow_result avow_outcome_begin(struct avow_outcome **outcome)
{
    if (outcome == NULL)
        return AVOW_RESULT_ARGUMENT;
    *outcome = calloc(1, sizeof(**outcome));
    if (*outcome == NULL)
        return AVOW_RESULT_MEMORY;
    return avow_outcome_end(*outcome,
                            avow_crypto_init() == AVOW_OK ? AVOW_RESULT_OK : AVOW_RESULT_CRYPTO);
}

enum avow_result avow_outcome_end(struct avow_outcome *outcome, enum avow_result result)
{
    if (result == AVOW_RESULT_OK || outcome->message[0] != '\0')
        return result;
    return avow_outcome_say(outcome, result, "%s", avow_result_text(result));
}

enum avow_result avow_outcome_say(struct avow_outcome *outcome, enum avow_result result,
                                  const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(outcome->message, sizeof(outcome->message), format, args);
    va_end(args);
    return result;
}

enum avow_result avow_outcome_evidence(struct avow_bytes bytes, struct avow_evidence *evidence,
                                       const char **reason)
{
    enum avow_reject reject;
    *evidence = (struct avow_evidence){0};
    *reason = "it is over 1 MiB";
    if (bytes.len > AVOW_EVIDENCE_BYTES_MAX)
        return AVOW_RESULT_OK;
    if (avow_evidence_check(bytes, evidence, &reject) != AVOW_OK)
        return AVOW_RESULT_MEMORY;
    *reason = reject == AVOW_ACCEPT ? NULL : avow_reject_text(reject);
    return AVOW_RESULT_OK;
}

enum avow_verdict_word avow_outcome_verdict(const struct avow_outcome *outcome)
{
    return outcome != NULL ? outcome->word : AVOW_VERDICT_UNKNOWN;
}

const char *avow_outcome_why(const struct avow_outcome *outcome)
{
    return avow_why_name(outcome != NULL ? outcome->why : AVOW_WHY_NONE);
}

const char *avow_outcome_message(const struct avow_outcome *outcome)
{
    return outcome != NULL ? outcome->message : "";
}

const char *avow_outcome_json(const struct avow_outcome *outcome)
{
    return outcome != NULL ? outcome->json : NULL;
}

void avow_outcome_free(struct avow_outcome *outcome)
{
    if (outcome == NULL)
        return;
    free(outcome->json);
    free(outcome);
}
