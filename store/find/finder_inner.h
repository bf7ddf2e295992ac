/* What the files of finding share (store/find/find.h). */
#ifndef AVOW_STORE_FIND_FINDER_INNER_H
#define AVOW_STORE_FIND_FINDER_INNER_H

#include "store/catalogue/catalogue.h"
#include "store/catalogue/index.h"
#include "store/find/find.h"
#include "store/read/snapshot_state.h"

#define AVOW_FINDER_WORDS_MAX 16
#define AVOW_FINDER_TERMS_MAX 512 /* words of the catalogue that those lead to */
#define AVOW_FINDER_WINDOW 65536  /* numbers that are scored at once: a multiple of a block */
#define AVOW_FINDER_HITS 256
/* All that one answer may cost. */
#define AVOW_FINDER_POSTINGS_MAX 2000000
#define AVOW_FINDER_ROWS_MAX 300000 /* of the catalogue, where no words are asked for */
#define AVOW_FINDER_READ_MAX 1000   /* hits read from their logs */
#define AVOW_FINDER_STEPS_MAX 20000 /* recognitions looked at */
#define AVOW_FINDER_BODIES_MAX 1024 /* whose recognitions are looked through beforehand */

struct avow_finder_term {
    uint8_t bytes[AVOW_WORD_BYTES_MAX];
    uint8_t len;
    uint8_t word;   /* of the query */
    uint8_t factor; /* sixteenths of its weight that count */
};

struct avow_hit {
    uint32_t score, number;
};

/* Whether `a` comes before `b` in the results. */
static inline bool avow_hit_before(struct avow_hit a, struct avow_hit b)
{
    return a.score != b.score ? a.score > b.score : a.number < b.number;
}

struct avow_finder {
    struct avow_words *words;
    /* One answer's. */
    struct avow_snapshot *snapshot;
    const struct avow_find_query *query;
    const struct avow_policy *policy;
    uint64_t now;
    uint16_t field, field_mask;
    uint32_t issuer_log;            /* of query->issuer; 0: no such log */
    bool narrows_recognised;        /* `recognisable` is whole */
    struct avow_map64 recognisable; /* beginnings of issuer ids that a path may lead to */
    struct avow_map64 admitted;     /* log number -> 1 no, 2 yes */
    size_t word_count;
    uint16_t rarities[AVOW_FINDER_WORDS_MAX];
    size_t term_count;
    struct avow_finder_term terms[AVOW_FINDER_TERMS_MAX];
    uint64_t postings, rows, steps, read; /* spent */
    bool stopped;
    struct avow_hit after; /* where results go on; of no words: score 0 */
    bool has_after;
    size_t hit_count;
    bool dropped;                           /* hits for which there was no room */
    struct avow_hit hits[AVOW_FINDER_HITS]; /* a heap, the last one on top */
    uint32_t score[AVOW_FINDER_WINDOW];
    uint8_t best[AVOW_FINDER_WINDOW], matched[AVOW_FINDER_WINDOW];
};

/* Makes `words` and what it leads to from the query's text. */
AVOW_NODISCARD enum avow_err avow_finder_read_words(struct avow_finder *finder);
/* Gathers the best hits after `after`, best first. */
AVOW_NODISCARD enum avow_err avow_finder_scan(struct avow_finder *finder);
/* Finds out which issuers may be recognised at all. */
AVOW_NODISCARD enum avow_err avow_finder_narrow(struct avow_finder *finder);
/* Whether results may come from this log, by what its number tells. */
AVOW_NODISCARD enum avow_err avow_finder_admits(struct avow_finder *finder, uint32_t log,
                                                bool *admits);

#endif
