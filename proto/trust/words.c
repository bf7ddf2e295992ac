/* The words of verdicts, for machines and for people. A word or a why may come from a peer, so that
 * any value has a name. */
#include "proto/trust/verdict.h"

const char *avow_word_name(enum avow_word word)
{
    static const char *const names[] = {
        [AVOW_WORD_VALID] = "valid",           [AVOW_WORD_TAMPERED] = "tampered",
        [AVOW_WORD_DISPUTED] = "disputed",     [AVOW_WORD_REVOKED] = "revoked",
        [AVOW_WORD_EXPIRED] = "expired",       [AVOW_WORD_NOT_YET_VALID] = "not-yet-valid",
        [AVOW_WORD_SUPERSEDED] = "superseded", [AVOW_WORD_UNKNOWN] = "unknown",
        [AVOW_WORD_SUSPENDED] = "suspended",   [AVOW_WORD_UNRECOGNISED] = "unrecognised",
    };
    return (unsigned)word < sizeof(names) / sizeof(names[0]) ? names[word] : "unknown";
}

int avow_word_exit(enum avow_word word)
{
    if (word == AVOW_WORD_VALID)
        return 0;
    return word == AVOW_WORD_UNKNOWN || (unsigned)word > AVOW_WORD_UNRECOGNISED ? 3 : 1;
}

const char *avow_why_name(enum avow_why why)
{
    static const char *const names[] = {
#define AVOW_WHY_ROW(name, word, text) word,
        AVOW_WHY_LIST(AVOW_WHY_ROW)
#undef AVOW_WHY_ROW
    };
    return (unsigned)why < sizeof(names) / sizeof(names[0]) ? names[why] : "unknown";
}

const char *avow_why_text(enum avow_why why)
{
    static const char *const texts[] = {
#define AVOW_WHY_ROW(name, word, text) text,
        AVOW_WHY_LIST(AVOW_WHY_ROW)
#undef AVOW_WHY_ROW
    };
    return (unsigned)why < sizeof(texts) / sizeof(texts[0]) ? texts[why]
                                                            : "for a reason unknown here";
}

const char *avow_check_name(unsigned bit)
{
    static const char *const names[AVOW_CHECK_COUNT] = {
        "document", "commitment", "signer",    "log",         "status",
        "dates",    "freshness",  "witnesses", "recognition", "components",
    };
    AVOW_ASSERT(bit < AVOW_CHECK_COUNT);
    return names[bit];
}
