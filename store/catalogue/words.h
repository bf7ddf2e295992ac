/* Words of texts in any language, folded so that those that a person takes for the same are the
 * same bytes: case, width and diacritics are gone, and a word of another script stands beside its
 * Latin transliteration. ICU does the work: word boundaries by UAX #29 and dictionaries, NFKC case
 * folding, Any-Latin. */
#ifndef AVOW_STORE_CATALOGUE_WORDS_H
#define AVOW_STORE_CATALOGUE_WORDS_H

#include "proto/base.h"

#define AVOW_WORD_BYTES_MAX 32   /* of a folded word: what is beyond is cut off */
#define AVOW_WORDS_TEXT_MAX 1024 /* bytes of one text that are looked at */
#define AVOW_WORDS_FORMS_MAX 2   /* of one word: as it is written, and in Latin letters */

struct avow_words; /* ICU's state, for one thread */

/* AVOW_ERR_NOMEM; AVOW_ERR_IO when ICU's data cannot be used. */
AVOW_NODISCARD enum avow_err avow_words_new(struct avow_words **words);
void avow_words_free(struct avow_words **words);
/* Names the rules by which words are folded: other versions may fold otherwise. */
uint32_t avow_words_version(void);

/* One word's folded forms, UTF-8, none empty. The last one is in Latin letters. */
struct avow_folded_word {
    size_t count; /* 1 or 2 */
    uint8_t len[AVOW_WORDS_FORMS_MAX];
    uint8_t bytes[AVOW_WORDS_FORMS_MAX][AVOW_WORD_BYTES_MAX];
};

/* Starts on the words of a well-formed UTF-8 text; then takes the next, false at the end. A text
 * that folds to far more than it is has no words. */
void avow_words_begin(struct avow_words *words, struct avow_bytes text);
bool avow_words_next(struct avow_words *words, struct avow_folded_word *word);

#endif
