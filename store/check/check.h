/* Checking a store: what its parts share. Everything is rebuilt from the entries alone and compared
 * with what is stored. Runs in a process of its own. */
#ifndef AVOW_STORE_CHECK_CHECK_H
#define AVOW_STORE_CHECK_CHECK_H

#include "store/catalogue/index.h"
#include "store/rows/map64.h"
#include "store/rows/nodes.h"
#include "store/rows/status_rows.h"

/* One check of a store. The caller sets `db` and `problem`; all else is zeros before.
 * What is said of a problem, and of which log: the store's own when `issuer` is NULL. */
struct avow_checker {
    const struct avow_db *db;
    void (*problem)(struct avow_checker *check, const char *what, const struct avow_hash *issuer,
                    uint64_t index);
    struct avow_counters found; /* what the logs add up to */
    uint64_t recognitions;      /* in all logs */
    uint64_t catalogued, terms; /* entries in the catalogue, and their words */
    struct avow_words *words;
    struct avow_map64 numbers; /* of logs, candidates and what is retired */
};

/* Checks everything, and tells each problem. Errors are ours: NOMEM, IO; CORRUPT when the store
 * cannot be read to its end. */
AVOW_NODISCARD enum avow_err avow_checker_all(struct avow_checker *check);
/* Frees what the check has remembered. */
void avow_checker_fini(struct avow_checker *check);

/* A log's status as its entries say it is. */
struct avow_checker_status {
    uint8_t *chunks; /* of `chunk_cap` chunks */
    uint64_t chunk_cap;
    struct avow_map64 last; /* target -> its last status entry */
    struct avow_status_event *events;
    size_t event_count, event_cap;
};
void avow_checker_status_fini(struct avow_checker_status *status);
/* Makes room for a log of `size` entries. */
AVOW_NODISCARD enum avow_err avow_checker_status_grow(struct avow_checker_status *status,
                                                      uint64_t size);
void avow_checker_status_get(const struct avow_checker_status *status, uint64_t index,
                             enum avow_status *state, uint64_t *last);
AVOW_NODISCARD enum avow_err avow_checker_status_set(struct avow_checker_status *status,
                                                     uint64_t target, enum avow_status state,
                                                     uint64_t entry);
/* Compares with the accepted rows of a log of `size` entries, whose signed root is `root` (NULL:
 * nothing is signed). */
AVOW_NODISCARD enum avow_err avow_checker_status_accepted(struct avow_checker *check, uint32_t log,
                                                          const struct avow_hash *issuer,
                                                          const struct avow_checker_status *status,
                                                          uint64_t size,
                                                          const struct avow_hash *root);
/* Compares the pending rows with the events from entry `base` on. */
AVOW_NODISCARD enum avow_err avow_checker_status_pending(struct avow_checker *check, uint32_t log,
                                                         const struct avow_hash *issuer,
                                                         struct avow_checker_status *status,
                                                         uint64_t base);

/* Every row of every table is found by its key. Errors as below. */
AVOW_NODISCARD enum avow_err avow_checker_pages(struct avow_checker *check);

/* What checks a table (AVOW_TABLE_LIST); those before it have been checked. Errors as below. */
typedef enum avow_err avow_checker_table(struct avow_checker *check, enum avow_table table);
/* Every log, with its rows in all tables. */
avow_checker_table avow_checker_heads;
/* Rows under a log number, which are compared where that log is: there are none of other numbers.
 */
avow_checker_table avow_checker_with_log;
/* Candidates, and numbers that are retired: like logs, as far as they are whole. */
avow_checker_table avow_checker_branches, avow_checker_retired;
/* What is known of other histories, verified again. */
avow_checker_table avow_checker_forks, avow_checker_others, avow_checker_foreign;
/* As many rows as the logs have given them, each of which has been found by then. */
avow_checker_table avow_checker_subjects, avow_checker_catalogue, avow_checker_words;
/* Seals of the node's own values; what the whole store adds up to. */
avow_checker_table avow_checker_names, avow_checker_meta;

/* Checks the log of a row of AVOW_TABLE_HEADS. Errors are ours: NOMEM, IO. */
AVOW_NODISCARD enum avow_err
avow_checker_log(struct avow_checker *check, const struct avow_hash *issuer, struct avow_bytes row);

#endif
