/* The second heart: evidence and policy into one word, with everything behind it.
 *
 * One function, pure. It reads proved facts through a small interface, which a node's store and a
 * checked evidence file each implement, and gives the same answer from both (docs/protocol.md,
 * "Verdict"). "Cannot tell" is never "valid". */
#ifndef AVOW_PROTO_TRUST_VERDICT_H
#define AVOW_PROTO_TRUST_VERDICT_H

#include "proto/log/evidence.h"
#include "proto/trust/policy.h"

enum avow_word {
    AVOW_WORD_VALID = 0,
    AVOW_WORD_TAMPERED = 1,
    AVOW_WORD_DISPUTED = 2,
    AVOW_WORD_REVOKED = 3,
    AVOW_WORD_EXPIRED = 4,
    AVOW_WORD_NOT_YET_VALID = 5,
    AVOW_WORD_SUPERSEDED = 6,
    AVOW_WORD_UNKNOWN = 7,
    AVOW_WORD_SUSPENDED = 8,
    AVOW_WORD_UNRECOGNISED = 9,
};
/* Any value has a name and an exit status: one from a newer peer is "unknown", 3. */
const char *avow_word_name(enum avow_word word); /* "valid", "not-yet-valid", … */
int avow_word_exit(enum avow_word word);         /* 0 valid, 3 unknown, else 1 */

/* Why the word is what it is: one machine word and one English sentence each. */
#define AVOW_WHY_LIST(X)                                                                           \
    X(NONE, "none", "the issuer has registered it, and it is active")                              \
    X(PROOF, "proof", "the document's proof does not verify: it was changed after it was signed")  \
    X(SIGNER, "signer", "the document was not signed by a key of this issuer")                     \
    X(ENTRY, "entry", "the log's entry at this index is not this document's")                      \
    X(DATES, "dates", "the document's dates are not those in the log")                             \
    X(STATUS, "status", "the issuer's log says so")                                                \
    X(PERIOD, "period", "by its dates")                                                            \
    X(NO_DATA, "no-data", "nothing is known of this issuer's log")                                 \
    X(BEYOND, "beyond", "the index is beyond the log that is known")                               \
    X(STALE, "stale", "the log's newest proof is older than the policy allows")                    \
    X(FUTURE, "future", "the checkpoint's time is in the future of the verifier's clock")          \
    X(NEWER, "newer", "the record needs a newer version of this program")                          \
    X(ABANDONED, "abandoned", "the issuer has a better history that is not held here")             \
    X(MISSING, "missing", "the evidence does not show what is needed")                             \
    X(WITNESSES, "witnesses", "too few of the policy's witnesses have cosigned")                   \
    X(NOT_ISSUE, "not-issue", "the entry at this index is not a credential")                       \
    X(UNREACHABLE, "unreachable", "the node could not be asked")                                   \
    X(EVIDENCE, "evidence", "the evidence that was given does not hold")

enum avow_why {
#define AVOW_WHY_ENUM(name, word, text) AVOW_WHY_##name,
    AVOW_WHY_LIST(AVOW_WHY_ENUM)
#undef AVOW_WHY_ENUM
};
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
};
#define AVOW_CHECK_COUNT 9
const char *avow_check_name(unsigned bit); /* 0 to AVOW_CHECK_COUNT - 1: "document", … */

/* A log as the facts have it. Pointers live as the facts do. */
struct avow_known_log {
    const struct avow_checkpoint *checkpoint;    /* its signature and chain are checked */
    const struct avow_cosignature *cosignatures; /* checked likewise */
    size_t cosignature_count;
    const struct avow_chain *chain;
    uint64_t abandoned_from; /* AVOW_NEVER: nothing is */
    const void *handle;      /* the source's own */
};

/* Where proved facts come from. NOT_FOUND means "not shown here"; other errors end the verdict. */
struct avow_facts {
    void *context;
    enum avow_err (*log)(void *context, const struct avow_hash *issuer, struct avow_known_log *log);
    enum avow_err (*entry)(void *context, const struct avow_known_log *log, uint64_t index,
                           struct avow_bytes *entry);
    enum avow_err (*status)(void *context, const struct avow_known_log *log, uint64_t index,
                            enum avow_status *status);
    /* The index of the target's newest status entry; NOT_FOUND if none is shown. */
    enum avow_err (*last_status_entry)(void *context, const struct avow_known_log *log,
                                       uint64_t target, uint64_t *index);
    /* Time of the earliest witness's cosignature on a checkpoint that covers `index`; NOT_FOUND. */
    enum avow_err (*first_witness)(void *context, const struct avow_known_log *log, uint64_t index,
                                   uint64_t *time);
};

/* Facts from checked evidence, which must outlive them. */
struct avow_facts avow_facts_from_evidence(const struct avow_evidence *evidence);

/* What is being judged: a bare reference, or a document with what was computed from it. */
struct avow_subject {
    struct avow_hash issuer;
    uint64_t index;
    bool has_document;
    bool proof_good;                  /* one of its proofs verifies under `signer` */
    struct avow_key signer;           /* the key that the document names */
    struct avow_hash commitment;      /* from its claims and seed */
    uint64_t valid_from, valid_until; /* the document's; 0: no end */
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
    uint64_t reason;    /* enum avow_reason; when state is not active and its entry is shown */
    uint64_t since;     /* t of that entry */
    uint64_t successor; /* index in the same log */
    uint64_t valid_from, valid_until;
    enum avow_status state;
};

/* Judges `subject` as of `at` (normally `now`), with freshness measured to `now`, both Unix
 * seconds. Rows are tried in the order of docs/protocol.md, "Verdict"; the first that holds is the
 * word. Errors: those of `facts`. */
AVOW_NODISCARD enum avow_err avow_judge(const struct avow_facts *facts,
                                        const struct avow_policy *policy,
                                        const struct avow_subject *subject, uint64_t now,
                                        uint64_t at, struct avow_verdict *verdict);

#endif
