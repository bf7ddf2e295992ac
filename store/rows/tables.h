/* The store's tables, a row each: X(TABLE, "name", key bytes, dropped, checked).
 *
 * To add one: its row here, what writes it, and avow_checker_<checked>() (store/check/check.h) if
 * no function that is there does it. Tests put a row that is no log's into each of them, and look
 * into each for what a dropped log number has left. */
#ifndef AVOW_STORE_ROWS_TABLES_H
#define AVOW_STORE_ROWS_TABLES_H

#include <stddef.h>

/* What takes a log number's rows out when it is dropped. */
enum avow_table_drop {
    AVOW_DROP_RUN,    /* the run of keys that begin with the number */
    AVOW_DROP_INDEX,  /* avow_index_drop() */
    AVOW_DROP_NUMBER, /* the rows are the number itself: the last to go */
    AVOW_DROP_NEVER,  /* the rows are of no log number */
};

/* In the order in which they are checked, which is not stored: each by avow_checker_<checked>(). */
/* clang-format off */
#define AVOW_TABLE_LIST(X)                                                                         \
    /* issuer id -> the log's row, accepted state included */                                      \
    X(HEADS, "heads", 32, NEVER, heads)                                                            \
    /* issuer id -> its candidate: number, aim, state */                                           \
    X(BRANCHES, "branches", 32, NEVER, branches)                                                   \
    /* when its rows go, log or log, epoch */                                                      \
    X(RETIRED, "retired", 0, NEVER, retired)                                                       \
    /* log -> issuer id, for every number that has rows */                                         \
    X(NUMBERS, "numbers", 4, NUMBER, with_log)                                                     \
    /* log -> what is stored beyond the accepted size */                                           \
    X(PENDING, "pending", 4, RUN, with_log)                                                        \
    /* log, part -> root entries */                                                                \
    X(CHAINS, "chains", 13, RUN, with_log)                                                         \
    /* log, bundle -> up to 256 entries */                                                         \
    X(BUNDLES, "bundles", 12, RUN, with_log)                                                       \
    /* log, height, tile -> nodes of level 8 and up */                                             \
    X(TILES, "tiles", 13, RUN, with_log)                                                           \
    /* log, part, number -> chunks, status tree nodes, events */                                   \
    X(STATUS, "status", 13, RUN, with_log)                                                         \
    /* log, size -> a checkpoint with cosignatures */                                              \
    X(HISTORY, "history", 12, RUN, with_log)                                                       \
    /* issuer id, epoch, opening -> the first proof, the newest checkpoint */                      \
    X(FORKS, "forks", 52, NEVER, forks)                                                            \
    /* issuer id, number -> another root chain, its checkpoint */                                  \
    X(OTHERS, "others", 33, NEVER, others)                                                         \
    /* log, epoch, target -> another branch's status entry, proved */                              \
    X(FOREIGN, "foreign", 16, RUN, foreign)                                                        \
    /* log, class, index -> a public entry */                                                      \
    X(CLASSES, "classes", 13, INDEX, with_log)                                                     \
    /* subject, log, index -> the role in which the log recognises it */                           \
    X(SUBJECTS, "subjects", 44, INDEX, subjects)                                                   \
    /* log -> its issuer's jurisdiction */                                                         \
    X(PLACES, "places", 4, INDEX, with_log)                                                        \
    /* number -> an achievement's or pathway's place, and its words */                             \
    X(CATALOGUE, "catalogue", 4, INDEX, catalogue)                                                 \
    /* word, block -> which numbers have it */                                                     \
    X(WORDS, "words", 0, INDEX, words)                                                             \
    /* name -> value, the node's own */                                                            \
    X(NAMES, "names", 0, NEVER, names)                                                             \
    /* "schema", "words", "counters": what all the others add up to */                             \
    X(META, "meta", 0, NEVER, meta)
/* clang-format on */

#define AVOW_TABLE_ENUM(table, name, key_len, drop, check) AVOW_TABLE_##table,
enum avow_table { AVOW_TABLE_LIST(AVOW_TABLE_ENUM) AVOW_TABLE_COUNT };
#undef AVOW_TABLE_ENUM

struct avow_table_info {
    const char *name; /* LMDB's, and so stored */
    size_t key_len;   /* bytes of every key; 0: they vary */
    enum avow_table_drop drop;
};
extern const struct avow_table_info avow_tables[AVOW_TABLE_COUNT];

#endif
