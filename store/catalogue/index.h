/* What is found other than by issuer and index: a log's public entries by class, and recognitions
 * by their subject.
 *
 * Rows are written next to their entries, before those are accepted, and under each log number that
 * a branch has: a row counts only if its number is its issuer's present one and its index is below
 * the accepted size. */
#ifndef AVOW_STORE_CATALOGUE_INDEX_H
#define AVOW_STORE_CATALOGUE_INDEX_H

#include "store/catalogue/catalogue.h"

/* The class that the decoded entry stands in; false: in none. */
bool avow_index_class_of(const struct avow_entry *entry, enum avow_class *class);
/* Whether an entry may stand in a class, by its bytes: false is certain. */
bool avow_index_may_have(struct avow_bytes entry);
/* Writes the rows of an entry that has been put, if it has any. `*words`: what folds words, made
 * here if it is NULL and needed. Errors: avow_catalogue_add()'s. */
AVOW_NODISCARD enum avow_err avow_index_add(const struct avow_db *db, struct avow_words **words,
                                            uint32_t log, uint64_t index, struct avow_bytes bytes);
/* Deletes the rows of a log number's entries from `from` on, of at most `limit` entries (from 0: at
 * last its place too). `*more` tells whether any are left. Entries need not be there any more. */
AVOW_NODISCARD enum avow_err avow_index_drop(const struct avow_db *db, uint32_t log, uint64_t from,
                                             size_t limit, bool *more);

/* The first row of a class of a log number at `*index` or above, which is moved to it; `value` is a
 * recognition's subject, or a number of the catalogue. NOT_FOUND, CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_index_class_seek(const struct avow_db *db, uint32_t log,
                                                   enum avow_class class, uint64_t *index,
                                                   struct avow_bytes *value);
#define AVOW_SUBJECT_KEY_BYTES (32 + 4 + 8)
/* A key of AVOW_TABLE_SUBJECTS: subject, log number, index. */
struct avow_dbkey avow_index_subject_key(const struct avow_hash *subject, uint32_t log,
                                         uint64_t index);

/* How many entries of a log number have rows, all classes together, and whether those of a decoded
 * entry are as they should be; how many words it has in the catalogue is added to `*terms`: for
 * check. */
AVOW_NODISCARD enum avow_err avow_index_count(const struct avow_db *db, uint32_t log,
                                              uint64_t *count);
AVOW_NODISCARD enum avow_err avow_index_check(const struct avow_db *db, uint32_t log,
                                              uint64_t index, const struct avow_entry *entry,
                                              struct avow_words *words, uint64_t *terms,
                                              bool *good);

#endif
