/* The catalogue: achievements and pathways of every log, by their words.
 *
 * Each gets a number of this store's own, in the order in which they came, and its words lead to
 * blocks of such numbers, in which stands what a filter asks about: a search of a common word reads
 * little more than those blocks. Its own row holds its words, so that it can be taken out again.
 * What is found is a place: whether it counts, and what it says, is read from its log. */
#ifndef AVOW_STORE_CATALOGUE_CATALOGUE_H
#define AVOW_STORE_CATALOGUE_CATALOGUE_H

#include "store/catalogue/posting.h"
#include "store/catalogue/words.h"
#include "store/rows/log_rows.h"

#define AVOW_CATALOGUE_TERMS_MAX 64      /* words of one entry */
#define AVOW_CATALOGUE_LOOKED_AT_MAX 256 /* of its words; folding one may take 50 us */
#define AVOW_CATALOGUE_TITLE_WEIGHT 80   /* of a title's word; all of them share half of it more */
#define AVOW_CATALOGUE_CODE_WEIGHT 100
#define AVOW_CATALOGUE_OUTCOME_WEIGHT 20
#define AVOW_CATALOGUE_SKILL_WEIGHT 15

/* Where an entry stands. OK, NOT_FOUND, CORRUPT, IO. */
struct avow_catalogued {
    uint32_t log;
    uint64_t index;
    uint16_t field;
    uint8_t kind_level;
};
AVOW_NODISCARD enum avow_err avow_catalogue_read(const struct avow_db *db, uint32_t number,
                                                 struct avow_catalogued *entry);

/* Adds a decoded achievement or pathway; `*number` is what it got. `*words` is made if it is NULL.
 * Errors: those of a put, and of avow_words_new(); TOO_LARGE when the store has had 2^32 of them.
 */
AVOW_NODISCARD enum avow_err avow_catalogue_add(const struct avow_db *db, struct avow_words **words,
                                                uint32_t log, uint64_t index,
                                                const struct avow_entry *entry, uint32_t *number);
AVOW_NODISCARD enum avow_err avow_catalogue_drop(const struct avow_db *db, uint32_t number);

/* Which version of the rules its words were folded by. NOT_FOUND, CORRUPT, IO; the errors of a put.
 */
AVOW_NODISCARD enum avow_err avow_catalogue_version_read(const struct avow_db *db,
                                                         uint32_t *version);
AVOW_NODISCARD enum avow_err avow_catalogue_version_write(const struct avow_db *db,
                                                          uint32_t version);
/* Folds all words again if they were folded by another version: a few seconds for each hundred
 * thousand entries. `*changed`: they were, commit. Errors: those of a put, NOMEM, CORRUPT. */
AVOW_NODISCARD enum avow_err avow_catalogue_renew(const struct avow_db *db,
                                                  struct avow_words **words, bool *changed);

/* For check: whether a number's rows are those of this entry; how many words it has is added to
 * `*terms`, and how many all blocks have is counted by the other. Without `words` nothing is
 * looked at. */
AVOW_NODISCARD enum avow_err avow_catalogue_check(const struct avow_db *db,
                                                  struct avow_words *words, uint32_t number,
                                                  uint32_t log, uint64_t index,
                                                  const struct avow_entry *entry, uint64_t *terms,
                                                  bool *good);
AVOW_NODISCARD enum avow_err avow_catalogue_count_terms(const struct avow_db *db, uint64_t *terms);

#endif
