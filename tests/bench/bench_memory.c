/* What this machine's memory allows: random reads, each of which says where the next one is, among
 * as many lines as there are entries. */
#include "tests/bench/bench.h"

#include <stdlib.h>

#define ROUNDS 5
#define STEPS 2000000

struct line {
    uint64_t next;
    uint8_t rest[56]; /* a line of the cache each */
};

/* One circle through all of them (Sattolo). */
static struct line *circle_new(uint64_t count)
{
    struct line *lines = bench_alloc(count, sizeof(*lines));
    uint64_t seed = 1;
    for (uint64_t i = 0; i < count; i++)
        lines[i].next = i;
    for (uint64_t i = count - 1; i > 0; i--) {
        const uint64_t other = bench_random(&seed) % i;
        const uint64_t next = lines[i].next;
        lines[i].next = lines[other].next;
        lines[other].next = next;
    }
    return lines;
}

int main(int argc, char **argv)
{
    const uint64_t count = bench_entries(argc, argv);
    double rates[ROUNDS];
    uint64_t at = 0;
    bench_progress("memory: %llu lines", (unsigned long long)count);
    struct line *lines = circle_new(count);
    for (int round = 0; round < ROUNDS; round++) {
        const double started = bench_cpu_seconds();
        for (int step = 0; step < STEPS; step++)
            at = lines[at].next;
        rates[round] = STEPS / (bench_cpu_seconds() - started);
    }
    BENCH_MUST(at < count);
    bench_figure("random-reads", bench_percentile(rates, ROUNDS, 0.5));
    free(lines);
    return 0;
}
