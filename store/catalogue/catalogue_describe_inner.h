/* What the catalogue writes of an entry: its words, each with its weight, and what filters ask. */
#ifndef AVOW_STORE_CATALOGUE_CATALOGUE_DESCRIBE_INNER_H
#define AVOW_STORE_CATALOGUE_CATALOGUE_DESCRIBE_INNER_H

#include "store/catalogue/catalogue.h"

struct avow_term {
    uint8_t bytes[AVOW_WORD_BYTES_MAX];
    uint8_t len, weight;
};

struct avow_description {
    struct avow_posting posting; /* but for its place and weight */
    size_t looked_at;            /* words, those that are there already too */
    size_t count;
    struct avow_term terms[AVOW_CATALOGUE_TERMS_MAX];
};

/* Describes a decoded achievement or pathway of a log number. */
void avow_catalogue_describe(struct avow_words *words, uint32_t log, const struct avow_entry *entry,
                             struct avow_description *out);

#endif
