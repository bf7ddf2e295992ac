/* libavow: is this credential good? Evidence, the text of a badge and a policy go in; one word
 * comes out, and everything behind it as JSON. The word and the JSON are those of `avow verify
 * --offline`, for the same input and the same moment, where the question says any_issuer.
 *
 * This is the library's only header, for C and C++. It needs nothing but the standard library.
 *
 * The library does no input or output, reads no clock, starts no thread, and keeps nothing but, for
 * each thread, the public keys that it found valid last: every call stands for itself, and any
 * number of threads may call at once. It takes no note of the locale. A call needs less than 256
 * KiB of stack. `errno` may be changed by every call.
 *
 * Whatever is handed over may come from an enemy. Bytes and texts are read during the call and not
 * kept; what a badge's text decodes to, its seed too, is wiped before it is freed. */
#ifndef AVOW_H
#define AVOW_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define AVOW_API __attribute__((visibility("default")))
#define AVOW_MUST_USE __attribute__((warn_unused_result))
#else
#define AVOW_API
#define AVOW_MUST_USE
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header. */
#define AVOW_VERSION_MAJOR 0
#define AVOW_VERSION_MINOR 1
#define AVOW_VERSION_PATCH 0

/* The version of the library that runs: "0.1.0". */
AVOW_API const char *avow_version(void);

/* Larger input is refused: of evidence, of a badge, of a policy, in bytes. */
#define AVOW_EVIDENCE_MAX 1048576
#define AVOW_BADGE_MAX 1048576
#define AVOW_POLICY_MAX 32768

/* What became of a call. Numbers stay as they are; new ones may come. */
enum avow_result {
    AVOW_RESULT_OK = 0,       /* there is an outcome */
    AVOW_RESULT_MEMORY = 1,   /* memory ran out */
    AVOW_RESULT_CRYPTO = 2,   /* the cryptographic library failed its self-test */
    AVOW_RESULT_ARGUMENT = 3, /* the call itself is wrong */
    AVOW_RESULT_BADGE = 4,    /* what was to be judged is neither a badge nor a reference */
    AVOW_RESULT_POLICY = 5,   /* the policy is not well formed */
    AVOW_RESULT_EVIDENCE = 6  /* the evidence does not hold, so that it shows nothing */
};

/* An English sentence without its full stop, for any number; never NULL. */
AVOW_API const char *avow_result_text(enum avow_result result);

/* The verdict. Only AVOW_VERDICT_VALID is good; memory of zeros says "unknown". Numbers stay as
 * they are; new ones may come, and none of them will mean "valid". */
enum avow_verdict_word {
    AVOW_VERDICT_UNKNOWN = 0,       /* the truth cannot be told: this is never "valid" */
    AVOW_VERDICT_VALID = 1,         /* registered by its issuer, active, and the policy is met */
    AVOW_VERDICT_TAMPERED = 2,      /* the badge was changed after it was signed */
    AVOW_VERDICT_DISPUTED = 3,      /* its issuer's log does not have it, or contradicts itself */
    AVOW_VERDICT_REVOKED = 4,       /* by its issuer */
    AVOW_VERDICT_EXPIRED = 5,       /* by its dates */
    AVOW_VERDICT_NOT_YET_VALID = 6, /* likewise */
    AVOW_VERDICT_SUPERSEDED = 7,    /* another has taken its place */
    AVOW_VERDICT_SUSPENDED = 8,     /* for the time being, by its issuer */
    AVOW_VERDICT_UNRECOGNISED = 9   /* authentic, by somebody on whom nobody said to rely */
};

/* The word as JSON and the programs have it: "valid", "not-yet-valid". "unknown" for any number
 * that is not a verdict's. */
AVOW_API const char *avow_verdict_text(enum avow_verdict_word word);

/* The exit status of a program that says this word: 0 valid, 3 unknown, 1 any other. */
AVOW_API int avow_verdict_exit(enum avow_verdict_word word);

/* What is asked. Begin with AVOW_QUESTION_INIT, and set what you have. All is borrowed for the
 * call. */
struct avow_question {
    size_t size; /* of this structure, as AVOW_QUESTION_INIT has it */

    /* The file that `avow prove` made, or that came with the badge. Without it, and where it does
     * not hold, the verdict is "unknown". */
    const void *evidence;
    size_t evidence_len;

    /* What is to be judged: the text of a badge file, or a reference (avow1.../1234). */
    const void *badge;
    size_t badge_len;

    /* On whom you rely. Where nobody says so nothing is "valid": it is "unrecognised", however
     * authentic. Say at least one of three. The text of a policy file that names an anchor or
     * demands recognition: then a path must lead to the issuer, also where the file says
     * `require_recognition = no`, unless one of the other two is said too: */
    const void *policy;
    size_t policy_len;
    const char *issuer; /* the one issuer whose badge this must be: avow1..., or NULL */
    int any_issuer;     /* not 0: authenticity is all that is asked */

    /* Where you are, by ISO 3166 (PT, PT-13), in place of the policy's region; or NULL. */
    const char *region;

    uint64_t now; /* your clock: seconds since 1970 in UTC, not 0 */
    /* As of when it is judged. 0: now, or the time that the evidence has where that is later, so
     * that a slow clock hides no revocation. */
    uint64_t at;
};

#define AVOW_QUESTION_INIT                                                                         \
    {                                                                                              \
        sizeof(struct avow_question), NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, 0               \
    }

/* What came out. It owns all that its functions return. */
struct avow_outcome;

/* Judges. On AVOW_RESULT_OK the outcome has a verdict and its JSON. Otherwise it has the verdict
 * "unknown" and a message, or is NULL where there is no memory for it. Free it in every case. */
AVOW_API AVOW_MUST_USE enum avow_result avow_verify(const struct avow_question *question,
                                                    struct avow_outcome **outcome);

/* Checks evidence, and tells as JSON what it shows: each log with its checkpoint, who has cosigned
 * it, and its entries. A list is no verdict: anybody can make a log. Results and ownership as of
 * avow_verify(); evidence that does not hold is AVOW_RESULT_EVIDENCE. */
AVOW_API AVOW_MUST_USE enum avow_result avow_list(const void *evidence, size_t evidence_len,
                                                  struct avow_outcome **outcome);

/* The verdict; "unknown" of NULL, of a list and of a call that failed. */
AVOW_API enum avow_verdict_word avow_outcome_verdict(const struct avow_outcome *outcome);

/* Why: one machine word, "none" with "valid", and "status", "stale", "no-path" and others. */
AVOW_API const char *avow_outcome_why(const struct avow_outcome *outcome);

/* One English sentence for a person, without its full stop: why the word is what it is, or what is
 * wrong with the call: "line 3: ..." of a policy. "" if there is nothing to say. */
AVOW_API const char *avow_outcome_message(const struct avow_outcome *outcome);

/* The outcome as JSON in UTF-8, without a newline at its end; NULL of a call that failed. */
AVOW_API const char *avow_outcome_json(const struct avow_outcome *outcome);

/* Frees it, and with it all that its functions returned. NULL is a no-op. */
AVOW_API void avow_outcome_free(struct avow_outcome *outcome);

#ifdef __cplusplus
}
#endif

#endif
