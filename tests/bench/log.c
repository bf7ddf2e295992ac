#include "tests/bench/log.h"

#include <stdlib.h>

#include "proto/codec/writer.h"
#include "tests/bench/bench.h"

#define ACHIEVEMENTS 300 /* the last one's index takes three bytes */

static enum avow_err view_entry(void *context, uint64_t index, struct avow_bytes *entry)
{
    const struct bench_log *log = context;
    *entry = log->entries[index];
    return AVOW_OK;
}

static enum avow_err view_status(void *context, uint64_t index, enum avow_status *status,
                                 uint64_t *last_status_entry)
{
    (void)context;
    (void)index;
    *status = AVOW_STATUS_ACTIVE;
    *last_status_entry = 0;
    return AVOW_OK;
}

static void keep_node(void *context, unsigned level, uint64_t index, const struct avow_hash *hash)
{
    struct bench_log *log = context;
    if (level >= BENCH_CHUNK_LEVEL)
        log->nodes[level][index] = *hash;
}

static void add(struct bench_log *log, struct avow_bytes bytes)
{
    struct avow_effect effect;
    enum avow_reject reject;
    uint64_t index = log->state.tree.size;
    BENCH_MUST(index < log->capacity);
    uint8_t *copy = log->arena + log->arena_len;
    memcpy(copy, bytes.data, bytes.len);
    log->arena_len += bytes.len;
    log->entries[index] = avow_bytes(copy, bytes.len);
    BENCH_OK(avow_apply(&log->apply, log->entries[index], &effect, &reject));
    BENCH_MUST(reject == AVOW_ACCEPT);
    if ((index + 1) % BENCH_CHUNK == 0)
        log->roots[(index + 1) / BENCH_CHUNK] = avow_tree_root(&log->state.tree);
}

static void allocate(struct bench_log *log, size_t builder_bytes)
{
    log->arena = bench_alloc(log->capacity * BENCH_ENTRY_BYTES + builder_bytes, 1);
    log->entries = bench_alloc(log->capacity, sizeof(*log->entries));
    log->roots = bench_alloc(log->capacity / BENCH_CHUNK + 1, sizeof(*log->roots));
    for (unsigned level = BENCH_CHUNK_LEVEL; level < AVOW_TREE_LEVELS; level++)
        log->nodes[level] = bench_alloc((log->capacity >> level) + 1, sizeof(struct avow_hash));
}

void bench_log_init(struct bench_log *log, const char *seed, const struct avow_key *home,
                    const char *address, uint64_t t, uint64_t capacity)
{
    *log = (struct bench_log){.t = t, .capacity = capacity};
    log_builder_init(&log->builder, seed);
    log->builder.t = t;
    log_builder_add_inception(&log->builder);
    log_builder_add_nodes(&log->builder, home, address);
    for (unsigned i = 0; i < ACHIEVEMENTS; i++)
        log_builder_add_achievement(&log->builder, "DA-101", "Applied Data Engineering");
    for (const char *byte = seed; *byte != '\0'; byte++)
        log->random = log->random * 31 + (unsigned char)*byte;
    allocate(log, (ACHIEVEMENTS + 2) * AVOW_ROOT_ENTRY_BYTES_MAX);
    avow_state_init(&log->state);
    log->view = (struct avow_log_view){log, view_entry, view_status};
    log->sink = (struct avow_tree_sink){log, keep_node};
    avow_apply_init(&log->apply, &log->state, &log->view, &log->sink);
    for (size_t i = 0; i < log->builder.count; i++)
        add(log, log->builder.rows[i].bytes);
}

void bench_log_fini(struct bench_log *log)
{
    for (unsigned level = BENCH_CHUNK_LEVEL; level < AVOW_TREE_LEVELS; level++)
        free(log->nodes[level]);
    free(log->roots);
    free(log->entries);
    free(log->arena);
    avow_state_fini(&log->state);
    log_builder_fini(&log->builder);
    *log = (struct bench_log){0};
}

void bench_log_grow(struct bench_log *log, uint64_t size)
{
    uint8_t storage[64];
    struct avow_buf bytes;
    struct avow_entry entry = {.kind = AVOW_KIND_ISSUE, .t = log->t};
    entry.issue.achievement = ACHIEVEMENTS + 1;
    entry.issue.valid_from = log->t;
    entry.issue.valid_until = log->t + UINT64_C(157680000); /* five years */
    while (log->state.tree.size < size) {
        for (size_t i = 0; i < sizeof(entry.issue.commitment); i += 8)
            avow_put_u64be(entry.issue.commitment.bytes + i, bench_random(&log->random));
        avow_buf_init_fixed(&bytes, storage, sizeof(storage));
        avow_entry_encode(&bytes, &entry);
        BENCH_MUST(bytes.len == BENCH_ENTRY_BYTES);
        add(log, avow_buf_bytes(&bytes));
    }
}

static enum avow_err no_status(void *context, unsigned level, uint64_t index,
                               struct avow_hash *hash, bool *found)
{
    (void)context;
    (void)level;
    (void)index;
    *hash = (struct avow_hash){0};
    *found = false;
    return AVOW_OK;
}

struct avow_checkpoint bench_log_checkpoint(const struct bench_log *log, uint64_t size,
                                            uint64_t time)
{
    const struct avow_status_nodes nodes = {NULL, no_status};
    struct avow_checkpoint checkpoint = {
        .issuer = log->state.chain.issuer,
        .opening = *avow_chain_opening(&log->state.chain),
        .size = size,
        .time = time,
    };
    if (size == log->state.tree.size) {
        checkpoint.root = avow_tree_root(&log->state.tree);
    } else {
        BENCH_MUST(size % BENCH_CHUNK == 0 && size < log->state.tree.size);
        checkpoint.root = log->roots[size / BENCH_CHUNK];
    }
    BENCH_OK(avow_status_map_root(&nodes, size, &checkpoint.status_root));
    return checkpoint;
}

struct avow_checkpoint bench_log_signed(const struct bench_log *log, uint64_t size, uint64_t time)
{
    struct avow_checkpoint checkpoint = bench_log_checkpoint(log, size, time);
    avow_checkpoint_sign(&checkpoint, &log->builder.sign.secret);
    return checkpoint;
}

static enum avow_err kept_node(void *context, unsigned level, uint64_t index,
                               struct avow_hash *hash)
{
    const struct bench_log *log = context;
    BENCH_MUST(level >= BENCH_CHUNK_LEVEL);
    *hash = log->nodes[level][index];
    return AVOW_OK;
}

struct avow_path bench_log_path(const struct bench_log *log, uint64_t from, uint64_t to)
{
    union {
        const struct bench_log *log;
        void *context;
    } as = {.log = log}; /* which kept_node() only reads */
    const struct avow_tree_nodes nodes = {as.context, kept_node};
    struct avow_path path = {0};
    BENCH_OK(avow_merkle_consistency_prove(&nodes, from, to, &path));
    return path;
}
