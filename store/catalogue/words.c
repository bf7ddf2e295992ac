#include "store/catalogue/words.h"

#include <stdlib.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>
#include <unicode/uversion.h>

#define RULES_VERSION 1 /* of what is done here */
#define FOLDED_MAX (4 * AVOW_WORDS_TEXT_MAX)
#define WORD_UNITS_MAX 64                /* UTF-16 units of a word that are looked at */
#define ROOM_UNITS (WORD_UNITS_MAX * 16) /* what they may grow to */

struct avow_words {
    UBreakIterator *breaks;
    UTransliterator *latin;
    const UNormalizer2 *fold, *decompose;
    int32_t at; /* where the next word may begin; UBRK_DONE at the end */
    UChar text[AVOW_WORDS_TEXT_MAX];
    UChar folded[FOLDED_MAX];
    UChar room[ROOM_UNITS];
};

uint32_t avow_words_version(void)
{
    UVersionInfo version;
    u_getVersion(version);
    return RULES_VERSION << 16 | (uint32_t)version[0] << 8 | version[1];
}

enum avow_err avow_words_new(struct avow_words **words)
{
    /* What is left of accents once they are apart, and letters such as o with a stroke. */
    static const char rules[] = "Any-Latin; NFD; [:Nonspacing Mark:] Remove; Latin-ASCII; Lower";
    UErrorCode code = U_ZERO_ERROR;
    UChar id[sizeof(rules)];
    struct avow_words *made = calloc(1, sizeof(*made));
    *words = NULL;
    if (made == NULL)
        return AVOW_ERR_NOMEM;
    u_uastrcpy(id, rules);
    made->breaks = ubrk_open(UBRK_WORD, "", NULL, 0, &code);
    made->latin = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &code);
    made->fold = unorm2_getNFKCCasefoldInstance(&code);
    made->decompose = unorm2_getNFDInstance(&code);
    made->at = UBRK_DONE;
    if (U_FAILURE(code)) {
        avow_words_free(&made);
        return code == U_MEMORY_ALLOCATION_ERROR ? AVOW_ERR_NOMEM : AVOW_ERR_IO;
    }
    *words = made;
    return AVOW_OK;
}

void avow_words_free(struct avow_words **words)
{
    struct avow_words *gone = *words;
    *words = NULL;
    if (gone == NULL)
        return;
    if (gone->breaks != NULL)
        ubrk_close(gone->breaks);
    if (gone->latin != NULL)
        utrans_close(gone->latin);
    free(gone);
}

/* `len` or less, so that no character is cut. */
static size_t cut_utf8(const uint8_t *data, size_t len, size_t max)
{
    if (len <= max)
        return len;
    while (max > 0 && (data[max] & 0xC0) == 0x80)
        max--;
    return max;
}

void avow_words_begin(struct avow_words *words, struct avow_bytes text)
{
    UErrorCode code = U_ZERO_ERROR;
    int32_t units = 0;
    int32_t len = (int32_t)cut_utf8(text.data, text.len, AVOW_WORDS_TEXT_MAX);
    words->at = UBRK_DONE;
    if (len == 0)
        return;
    u_strFromUTF8(words->text, AVOW_WORDS_TEXT_MAX, &units, (const char *)text.data, len, &code);
    int32_t folded =
        unorm2_normalize(words->fold, words->text, units, words->folded, FOLDED_MAX, &code);
    ubrk_setText(words->breaks, words->folded, folded, &code);
    if (U_SUCCESS(code))
        words->at = ubrk_first(words->breaks);
}

/* ------------------------------------------------------------------ one word */

static bool is_ascii(const UChar *text, int32_t len)
{
    for (int32_t i = 0; i < len; i++) {
        if (text[i] >= 0x80)
            return false;
    }
    return true;
}

static void add_form(struct avow_folded_word *word, const UChar *text, int32_t len)
{
    char utf8[ROOM_UNITS * 3];
    int32_t bytes = 0;
    UErrorCode code = U_ZERO_ERROR;
    u_strToUTF8(utf8, (int32_t)sizeof(utf8), &bytes, text, len, &code);
    if (U_FAILURE(code) || bytes == 0)
        return;
    size_t kept = cut_utf8((const uint8_t *)utf8, (size_t)bytes, AVOW_WORD_BYTES_MAX);
    memcpy(word->bytes[word->count], utf8, kept);
    word->len[word->count++] = (uint8_t)kept;
}

/* The character at text[at], and how many units it has. */
static UChar32 character(const UChar *text, int32_t at, int32_t len, int32_t *units)
{
    const uint32_t first = text[at];
    *units = 1;
    if (first < 0xD800 || first > 0xDBFF || at + 1 == len)
        return (UChar32)first;
    *units = 2; /* what ICU gives is well formed */
    return (UChar32)(((first - 0xD800) << 10) + ((uint32_t)text[at + 1] - 0xDC00) + 0x10000);
}

/* Letters and digits alone, in place. Returns how many units are left; `*other_script`: some are
 * not Latin letters. */
static int32_t keep_letters(UChar *text, int32_t len, bool *other_script)
{
    int32_t out = 0;
    int32_t units;
    *other_script = false;
    for (int32_t at = 0; at < len; at += units) {
        UErrorCode code = U_ZERO_ERROR;
        UChar32 c = character(text, at, len, &units);
        if (!u_isalnum(c))
            continue;
        *other_script =
            *other_script || (u_isalpha(c) && uscript_getScript(c, &code) != USCRIPT_LATIN);
        for (int32_t i = 0; i < units; i++)
            text[out++] = text[at + i];
    }
    return out;
}

/* The word without its marks, as it is written; if it is of another script than Latin. */
static void add_native(struct avow_words *words, struct avow_folded_word *word, const UChar *text,
                       int32_t len)
{
    UErrorCode code = U_ZERO_ERROR;
    bool other_script;
    int32_t room = unorm2_normalize(words->decompose, text, len, words->room, ROOM_UNITS, &code);
    if (U_FAILURE(code))
        return;
    room = keep_letters(words->room, room, &other_script);
    if (other_script)
        add_form(word, words->room, room);
}

static void add_latin(struct avow_words *words, struct avow_folded_word *word, const UChar *text,
                      int32_t len)
{
    UErrorCode code = U_ZERO_ERROR;
    bool other_script;
    int32_t room = len;
    int32_t limit = len;
    u_memcpy(words->room, text, len);
    utrans_transUChars(words->latin, words->room, &room, ROOM_UNITS, 0, &limit, &code);
    if (U_FAILURE(code) || room > ROOM_UNITS)
        return;
    room = keep_letters(words->room, room, &other_script);
    add_form(word, words->room, room);
}

bool avow_words_next(struct avow_words *words, struct avow_folded_word *word)
{
    while (words->at != UBRK_DONE) {
        int32_t start = words->at;
        int32_t end = ubrk_next(words->breaks);
        words->at = end;
        if (end == UBRK_DONE || ubrk_getRuleStatus(words->breaks) < UBRK_WORD_NONE_LIMIT)
            continue;
        const UChar *text = words->folded + start;
        int32_t len = end - start < WORD_UNITS_MAX ? end - start : WORD_UNITS_MAX;
        word->count = 0;
        if (is_ascii(text, len)) {
            u_memcpy(words->room, text, len);
            bool other_script;
            add_form(word, words->room, keep_letters(words->room, len, &other_script));
        } else {
            add_native(words, word, text, len);
            add_latin(words, word, text, len);
        }
        if (word->count > 0)
            return true;
    }
    return false;
}
