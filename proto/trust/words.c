/* The words of verdicts, for machines and for people. A word or a why may come from a peer, so that
 * any value has a name. */
#include "proto/trust/verdict.h"

static const char *const words[] = {
#define WORD_ROW(name, number, word) [AVOW_WORD_##name] = (word),
    AVOW_WORD_LIST(WORD_ROW)
#undef WORD_ROW
};

const char *avow_word_name(enum avow_word word)
{
    return (unsigned)word < AVOW_WORD_COUNT ? words[word] : "unknown";
}

int avow_word_exit(enum avow_word word)
{
    if (word == AVOW_WORD_VALID)
        return 0;
    return word == AVOW_WORD_UNKNOWN || (unsigned)word >= AVOW_WORD_COUNT ? 3 : 1;
}

static const struct why_row {
    const char *word, *text;
} whys[] = {
#define WHY_ROW(name, number, word, text) [AVOW_WHY_##name] = {word, text},
    AVOW_WHY_LIST(WHY_ROW)
#undef WHY_ROW
};

const char *avow_why_name(enum avow_why why)
{
    return (unsigned)why < AVOW_WHY_COUNT ? whys[why].word : "unknown";
}

const char *avow_why_text(enum avow_why why)
{
    return (unsigned)why < AVOW_WHY_COUNT ? whys[why].text : "for a reason unknown here";
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
