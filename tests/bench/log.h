/* A log for benchmarks: one issuer and as many 54-byte `issue` entries as memory holds, every one
 * of them through avow_apply().
 *
 * Entries are dealt in chunks of BENCH_CHUNK, which fill a message of the wire; proofs of
 * consistency are made between multiples of it only, so no node below it is kept. */
#ifndef AVOW_TESTS_BENCH_LOG_H
#define AVOW_TESTS_BENCH_LOG_H

#include "proto/log/checkpoint.h"
#include "proto/log/state.h"
#include "tests/support/log_builder.h"

#define BENCH_CHUNK_LEVEL 14
#define BENCH_CHUNK (UINT64_C(1) << BENCH_CHUNK_LEVEL)
#define BENCH_ENTRY_BYTES 54 /* the largest issue entry that is one block of SHA-256 */

struct bench_log {
    struct log_builder builder; /* its keys, and the entries before the first issue */
    struct avow_state state;
    struct avow_log_view view;
    struct avow_tree_sink sink;
    struct avow_apply apply;
    uint64_t t;
    uint64_t random;
    uint64_t capacity;
    uint8_t *arena;
    size_t arena_len;
    struct avow_bytes *entries;                /* capacity of them, state.tree.size filled in */
    struct avow_hash *roots;                   /* of each multiple of BENCH_CHUNK */
    struct avow_hash *nodes[AVOW_TREE_LEVELS]; /* from BENCH_CHUNK_LEVEL up */
};

/* A log of an inception, a nodes entry naming `home` at `address`, and achievements enough for an
 * index of three bytes. `t` is the time of its entries. */
void bench_log_init(struct bench_log *log, const char *seed, const struct avow_key *home,
                    const char *address, uint64_t t, uint64_t capacity);
void bench_log_fini(struct bench_log *log);
/* Issues until the log has `size` entries. */
void bench_log_grow(struct bench_log *log, uint64_t size);

/* The unsigned checkpoint of `size`: a multiple of BENCH_CHUNK, or all that there is. */
struct avow_checkpoint bench_log_checkpoint(const struct bench_log *log, uint64_t size,
                                            uint64_t time);
/* The same, signed. */
struct avow_checkpoint bench_log_signed(const struct bench_log *log, uint64_t size, uint64_t time);
/* Consistency between multiples of BENCH_CHUNK. */
struct avow_path bench_log_path(const struct bench_log *log, uint64_t from, uint64_t to);

#endif
