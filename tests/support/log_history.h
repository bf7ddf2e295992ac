/* A log's life for tests: a log that was built at random from a seed, and the checkpoints that its
 * issuer signed on the way, each with the status of every entry as of then. */
#ifndef AVOW_TESTS_LOG_HISTORY_H
#define AVOW_TESTS_LOG_HISTORY_H

#include "proto/log/checkpoint.h"
#include "tests/support/log_builder.h"

#define LOG_HISTORY_LEVELS 20

struct log_mark {
    struct avow_checkpoint checkpoint;
    struct log_key sign; /* the key that signed it */
    uint8_t *status;     /* enum avow_status of each entry below the size */
    uint64_t *last;      /* its last status entry, or 0 */
};

struct log_history {
    struct log_builder builder;
    struct avow_bytes *entries; /* views into the builder */
    struct log_mark *marks;     /* by size */
    size_t mark_count;
    struct avow_hash *nodes[LOG_HISTORY_LEVELS]; /* every full node of the tree */
};

/* Pseudo-random numbers: the same for the same seed, on every machine. */
uint64_t log_history_random(uint64_t *seed);

/* A log of at least `size` entries of many kinds, with a checkpoint after each 1 to `step_max`. */
void log_history_make(struct log_history *history, const char *name, uint64_t seed, size_t size,
                      size_t step_max);
/* The same by hand: begin, add to history->builder, mark what is to be signed, end. */
void log_history_begin(struct log_history *history, const char *name);
void log_history_mark(struct log_history *history);
/* In place of begin: the first `size` entries of `from`, whose keys are the ones that it has now.
 */
void log_history_part(struct log_history *history, const struct log_history *from, size_t size);
/* Random entries, until there are `marks` checkpoints, each after 1 to `step_max` more of them. */
void log_history_grow(struct log_history *history, uint64_t *seed, size_t marks, size_t step_max);
void log_history_end(struct log_history *history);
void log_history_fini(struct log_history *history);
struct avow_tree_nodes log_history_nodes(const struct log_history *history);
/* Consistency from one size to another. */
struct avow_path log_history_path(const struct log_history *history, uint64_t from, uint64_t to);

#endif
