/* The second heart: evidence and policy into one word, with everything behind it.
 *
 * One function, pure. It reads proved facts through a small interface, which a node's store and a
 * checked evidence file each implement, and gives the same answer from both (docs/protocol.md,
 * "Verdict"). "Cannot tell" is never "valid". */
#ifndef AVOW_PROTO_TRUST_VERDICT_H
#define AVOW_PROTO_TRUST_VERDICT_H

#include "proto/trust/facts.h"
#include "proto/trust/search.h"
#include "proto/trust/standing.h"

/* Words and whys travel, in VERDICT, and are kept: a number, once given, never changes, and the
 * next one is new (docs/protocol.md, "Numbers"). */
#define AVOW_WORD_LIST(X)                                                                          \
    X(VALID, 0, "valid")                                                                           \
    X(TAMPERED, 1, "tampered")                                                                     \
    X(DISPUTED, 2, "disputed")                                                                     \
    X(REVOKED, 3, "revoked")                                                                       \
    X(EXPIRED, 4, "expired")                                                                       \
    X(NOT_YET_VALID, 5, "not-yet-valid")                                                           \
    X(SUPERSEDED, 6, "superseded")                                                                 \
    X(UNKNOWN, 7, "unknown")                                                                       \
    X(SUSPENDED, 8, "suspended")                                                                   \
    X(UNRECOGNISED, 9, "unrecognised")

enum avow_word {
#define AVOW_WORD_ENUM(name, number, word) AVOW_WORD_##name = (number),
    AVOW_WORD_LIST(AVOW_WORD_ENUM)
#undef AVOW_WORD_ENUM
};
enum {
#define AVOW_WORD_ONE(name, number, word) AVOW_WORD_ONE_##name,
    AVOW_WORD_LIST(AVOW_WORD_ONE)
#undef AVOW_WORD_ONE
        AVOW_WORD_COUNT
};
/* Any value has a name and an exit status: one from a newer peer is "unknown", 3. */
const char *avow_word_name(enum avow_word word); /* as in "valid", "not-yet-valid" */
int avow_word_exit(enum avow_word word);         /* 0 valid, 3 unknown, else 1 */

/* Why the word is what it is: a number, one machine word and one English sentence each. */
#define AVOW_WHY_LIST(X)                                                                           \
    X(NONE, 0, "none", "the issuer has registered it, and it is active")                           \
    X(PROOF, 1, "proof",                                                                           \
      "the document's proof does not verify: it was changed after it was signed")                  \
    X(SIGNER, 2, "signer", "the document was not signed by a key of this issuer")                  \
    X(ENTRY, 3, "entry", "the log's entry at this index is not this document's")                   \
    X(DATES, 4, "dates", "the document's dates are not those in the log")                          \
    X(STATUS, 5, "status", "the issuer's log says so")                                             \
    X(PERIOD, 6, "period", "by its dates")                                                         \
    X(NO_DATA, 7, "no-data", "nothing is known of this issuer's log")                              \
    X(BEYOND, 8, "beyond", "the index is beyond the log that is known")                            \
    X(STALE, 9, "stale", "the log's newest proof is older than the policy allows")                 \
    X(FUTURE, 10, "future", "the checkpoint's time is in the future of the verifier's clock")      \
    X(NEWER, 11, "newer", "the record needs a newer version of this program")                      \
    X(ABANDONED, 12, "abandoned", "the issuer has a better history that is not held here")         \
    X(MISSING, 13, "missing", "the evidence does not show what is needed")                         \
    X(WITNESSES, 14, "witnesses", "too few of the policy's witnesses have cosigned")               \
    X(FORK, 15, "fork",                                                                            \
      "the issuer's log is forked: two histories are signed, and this record is in dispute")       \
    X(ROOT_FORK, 16, "root-fork",                                                                  \
      "two root chains claim this log: whose it is cannot be told from here on")                   \
    X(COMPONENT, 17, "component", "a credential that it is stacked from does not stand")           \
    X(NO_PATH, 18, "no-path", "none of the policy's anchors recognises the issuer for this")       \
    X(PATH_UNSEEN, 19, "path-unseen",                                                              \
      "no recognition by the policy's anchors is shown, and it cannot be told that there is none") \
    X(BUDGET, 20, "budget", "the search for a recognition ended at its bound")                     \
    X(NOT_ISSUE, 21, "not-issue", "the entry at this index is not a credential")                   \
    X(UNREACHABLE, 22, "unreachable", "the node could not be asked")                               \
    X(EVIDENCE, 23, "evidence", "the evidence that was given does not hold")                       \
    X(NO_POLICY, 24, "no-policy",                                                                  \
      "authentic, by an issuer under the name that it gives itself: nobody said on whom to rely")  \
    X(OTHER_ISSUER, 25, "other-issuer",                                                            \
      "authentic, by another issuer than the one that was asked for")

enum avow_why {
#define AVOW_WHY_ENUM(name, number, word, text) AVOW_WHY_##name = (number),
    AVOW_WHY_LIST(AVOW_WHY_ENUM)
#undef AVOW_WHY_ENUM
};
enum {
#define AVOW_WHY_ONE(name, number, word, text) AVOW_WHY_ONE_##name,
    AVOW_WHY_LIST(AVOW_WHY_ONE)
#undef AVOW_WHY_ONE
        AVOW_WHY_COUNT
};
/* The word that JSON has, and an English sentence without its full stop; never NULL. */
const char *avow_why_name(enum avow_why why);
const char *avow_why_text(enum avow_why why);

/* What can be checked; each is done or not done, by name. */
enum avow_check {
    AVOW_CHECK_DOCUMENT = 1 << 0,   /* the document's own proof */
    AVOW_CHECK_COMMITMENT = 1 << 1, /* its claims give the log entry's commitment */
    AVOW_CHECK_SIGNER = 1 << 2,     /* its key was the issuer's just before the entry */
    AVOW_CHECK_LOG = 1 << 3,        /* the entry is in the log that the issuer signed */
    AVOW_CHECK_STATUS = 1 << 4,
    AVOW_CHECK_DATES = 1 << 5,
    AVOW_CHECK_FRESHNESS = 1 << 6,
    AVOW_CHECK_WITNESSES = 1 << 7,
    AVOW_CHECK_RECOGNITION = 1 << 8,
    AVOW_CHECK_COMPONENTS = 1 << 9, /* what a stacked credential is made of, and its pathway */
};
#define AVOW_CHECK_COUNT 10
const char *avow_check_name(unsigned bit); /* 0 to AVOW_CHECK_COUNT - 1: as in "document" */

struct avow_reference {
    struct avow_hash issuer;
    uint64_t index;
};

#define AVOW_COMPONENTS_MAX 64

/* What is being judged: a bare reference, or a document with what was computed from it. */
struct avow_subject {
    struct avow_hash issuer;
    uint64_t index;
    bool word_only; /* what is shown beside the word, and it does not rest on, is not looked up */
    bool has_document;
    bool proof_good;                  /* one of its proofs verifies under `signer` */
    struct avow_key signer;           /* the key that the document names */
    struct avow_hash commitment;      /* from its claims and seed */
    uint64_t valid_from, valid_until; /* the document's; 0: no end */
    /* Of a stacked credential, from its document: what it is made of, and by which pathway. */
    size_t component_count;
    const struct avow_reference *components;
    bool has_pathway;
    struct avow_reference pathway;
};

struct avow_component {
    struct avow_reference reference;
    enum avow_word word;
    enum avow_why why;
};

struct avow_verdict {
    enum avow_word word;
    enum avow_why why;
    unsigned checked, unchecked; /* of enum avow_check */
    struct avow_hash issuer;
    uint64_t index;
    /* Which of the rest are known. */
    bool has_log, has_witnessed_at, has_entry, has_achievement_title, has_state, has_successor;
    uint32_t epoch;
    struct avow_bytes issuer_name, issuer_jurisdiction; /* views into the facts */
    uint64_t size, time;                                /* the checkpoint's */
    uint64_t age_s;                                     /* by the policy's rule */
    uint64_t witnessed_at;
    uint64_t achievement;
    struct avow_bytes achievement_title, achievement_code;
    /* As of `at`, like the state: */
    uint64_t reason;    /* enum avow_reason; when state is not active and its entry is shown */
    uint64_t since;     /* t of that entry; 0: it is not */
    uint64_t successor; /* index in the same log */
    uint64_t valid_from, valid_until;
    enum avow_status state;
    enum avow_why fork; /* NONE, FORK or ROOT_FORK: how the issuer's log is forked, wherever */
    bool degraded;      /* valid, with a warning: a component no longer stands */
    uint64_t cascade;   /* the pathway's, if it is shown */
    bool has_cascade;
    size_t later_count; /* status entries after `at`, newest first */
    size_t component_count;
    /* Long lists. Beyond their counts nothing is set. */
    struct avow_later later[AVOW_STANDING_LATER_MAX];
    struct avow_component components[AVOW_COMPONENTS_MAX];
    struct avow_recognised recognised; /* what was found; of no paths with no anchors */
};

/* The moment to judge as of where none is asked for: `now`, or the time of `issuer`'s log in hand,
 * on whichever branch, where that is later: a slow clock must hide no revocation. Errors: those of
 * `facts`. */
AVOW_NODISCARD enum avow_err avow_moment(const struct avow_facts *facts,
                                         const struct avow_hash *issuer, uint64_t now,
                                         uint64_t *moment);

/* Judges `subject` as of `at` (normally avow_moment()), with freshness measured to `now`, both Unix
 * seconds. Rows are tried in the order of docs/protocol.md, "Verdict"; the first that holds is the
 * word. Errors: those of `facts`. */
AVOW_NODISCARD enum avow_err avow_judge(const struct avow_facts *facts,
                                        const struct avow_policy *policy,
                                        const struct avow_subject *subject, uint64_t now,
                                        uint64_t at, struct avow_verdict *verdict);

#endif
