/* The heart: entries applied by one core, beside the hashing that they cannot do without. */
#include "proto/crypto/sha256.h"
#include "tests/bench/bench.h"
#include "tests/bench/log.h"

#define ROUNDS 5

/* A leaf and a node for each entry, with nothing else around them. */
static double hashing_rate(const struct bench_log *log, uint64_t count)
{
    uint8_t sum = 0;
    double started = bench_cpu_seconds();
    struct avow_hash last = {0};
    for (uint64_t i = log->builder.count; i < count; i++) {
        struct avow_hash leaf = avow_sha256_leaf(log->entries[i]);
        struct avow_hash node = avow_sha256_node(&last, &leaf);
        sum ^= node.bytes[0];
        last = leaf;
    }
    double seconds = bench_cpu_seconds() - started;
    BENCH_MUST(count == 0 || sum != 1 || last.bytes[0] + 1 != 0); /* keeps the sums */
    return (double)(count - log->builder.count) / seconds;
}

static double applying_rate(const struct bench_log *log, uint64_t count)
{
    struct avow_state state;
    struct avow_apply apply;
    struct avow_effect effect;
    enum avow_reject reject;
    avow_state_init(&state);
    avow_apply_init(&apply, &state, &log->view, NULL);
    double started = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (i == log->builder.count)
            started = bench_cpu_seconds();
        BENCH_OK(avow_apply(&apply, log->entries[i], &effect, &reject));
        BENCH_MUST(reject == AVOW_ACCEPT);
    }
    double seconds = bench_cpu_seconds() - started;
    struct avow_hash root = avow_tree_root(&state.tree);
    struct avow_hash expected = avow_tree_root(&log->state.tree);
    BENCH_MUST(avow_hash_equal(&root, &expected));
    avow_state_fini(&state);
    return (double)(count - log->builder.count) / seconds;
}

int main(int argc, char **argv)
{
    struct bench_log log;
    double applied[ROUNDS], hashed[ROUNDS];
    uint64_t count = bench_entries(argc, argv) / 4;
    struct avow_key home = {{1}};
    BENCH_OK(avow_crypto_init());
    bench_progress("apply: %lu entries, %d rounds", (unsigned long)count, ROUNDS);
    bench_log_init(&log, "bench apply", &home, "node.example:4747", LOG_BUILDER_T0, count);
    bench_log_grow(&log, count);
    for (int round = 0; round < ROUNDS; round++) {
        applied[round] = applying_rate(&log, count);
        hashed[round] = hashing_rate(&log, count);
    }
    bench_figure("apply", bench_percentile(applied, ROUNDS, 0.5));
    bench_figure("hashing", bench_percentile(hashed, ROUNDS, 0.5));
    bench_log_fini(&log);
    return 0;
}
