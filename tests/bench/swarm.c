/* Signatures are made beforehand; what an issuer does in the measured time is to seal, send, wait
 * and open. A thread for each: the generator shares the machine with the node. */
#include "tests/bench/swarm.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "proto/codec/writer.h"
#include "tests/bench/bench.h"

#define ISSUERS 64

struct issuer {
    pthread_t thread;
    const struct bench_node *node;
    struct avow_client *client;
    struct bench_log log;
    struct avow_checkpoint *checkpoints; /* signed, one for each round */
    size_t rounds;
    double *seconds; /* that each round took */
    pthread_barrier_t *start;
};

static void propose_rest(struct issuer *issuer, uint64_t from,
                         const struct avow_checkpoint *checkpoint)
{
    struct avow_message answer, message = {.type = AVOW_MESSAGE_PROPOSE, .from = from};
    struct avow_buf items;
    avow_buf_init(&items, AVOW_MESSAGE_BYTES_MAX);
    for (uint64_t i = from; i < checkpoint->size; i++)
        avow_write_bin(&items, issuer->log.entries[i]);
    message.checkpoint = *checkpoint;
    message.checkpoint.key = (struct avow_key){0};
    message.checkpoint.signature = (struct avow_signature){0};
    message.entries.count = checkpoint->size - from;
    message.entries.items = avow_buf_bytes(&items);
    bench_ask(issuer->client, &message, AVOW_MESSAGE_HELD, &answer);
    BENCH_MUST(answer.whole == 1);
    avow_buf_fini(&items);
    bench_sign(issuer->client, checkpoint);
}

static void *run(void *context)
{
    struct issuer *issuer = context;
    uint64_t size = issuer->checkpoints[0].size - 1;
    (void)pthread_barrier_wait(issuer->start);
    for (size_t i = 0; i < issuer->rounds; i++) {
        double started = bench_seconds();
        propose_rest(issuer, size + i, &issuer->checkpoints[i]);
        issuer->seconds[i] = bench_seconds() - started;
    }
    return NULL;
}

/* A log that the node has, and what its issuer is going to add to it. */
static void prepare(struct issuer *issuer, const struct avow_key *home, size_t number)
{
    char seed[32] = "bench swarm ";
    uint64_t now = (uint64_t)time(NULL);
    seed[12] = (char)('0' + number / 10);
    seed[13] = (char)('0' + number % 10);
    issuer->client = bench_connect(issuer->node);
    bench_log_init(&issuer->log, seed, home, issuer->node->address, now,
                   issuer->rounds + BENCH_CHUNK);
    uint64_t size = issuer->log.state.tree.size;
    struct avow_checkpoint first = bench_log_signed(&issuer->log, size, now);
    bench_signer_prove(issuer->client, &issuer->log);
    propose_rest(issuer, 0, &first);
    issuer->checkpoints = bench_alloc(issuer->rounds, sizeof(*issuer->checkpoints));
    issuer->seconds = bench_alloc(issuer->rounds, sizeof(*issuer->seconds));
    for (size_t i = 0; i < issuer->rounds; i++) {
        bench_log_grow(&issuer->log, size + i + 1);
        issuer->checkpoints[i] = bench_log_signed(&issuer->log, size + i + 1, now);
    }
}

static void finish(struct issuer *issuer)
{
    avow_client_free(&issuer->client);
    bench_log_fini(&issuer->log);
    free(issuer->checkpoints);
    free(issuer->seconds);
}

static void report(const struct issuer *issuers, size_t rounds, double seconds)
{
    double *all = bench_alloc(ISSUERS * rounds, sizeof(*all));
    for (size_t i = 0; i < ISSUERS; i++)
        memcpy(all + i * rounds, issuers[i].seconds, rounds * sizeof(*all));
    bench_figure("node-single", (double)(ISSUERS * rounds) / seconds);
    bench_figure("node-single-p50", bench_percentile(all, ISSUERS * rounds, 0.5) * 1e3);
    bench_figure("node-single-p99", bench_percentile(all, ISSUERS * rounds, 0.99) * 1e3);
    free(all);
}

void bench_swarm(const struct bench_node *node, const struct avow_key *home, size_t rounds)
{
    pthread_barrier_t start;
    struct issuer *issuers = bench_alloc(ISSUERS, sizeof(*issuers));
    bench_progress("%d issuers, %zu records each", ISSUERS, rounds);
    BENCH_MUST(pthread_barrier_init(&start, NULL, ISSUERS + 1) == 0);
    for (size_t i = 0; i < ISSUERS; i++) {
        issuers[i] = (struct issuer){.node = node, .rounds = rounds, .start = &start};
        prepare(&issuers[i], home, i);
        BENCH_MUST(pthread_create(&issuers[i].thread, NULL, run, &issuers[i]) == 0);
    }
    double cpu = bench_node_cpu(node);
    double own = bench_process_cpu();
    double started = bench_seconds();
    (void)pthread_barrier_wait(&start);
    for (size_t i = 0; i < ISSUERS; i++)
        BENCH_MUST(pthread_join(issuers[i].thread, NULL) == 0);
    double seconds = bench_seconds() - started;
    report(issuers, rounds, seconds);
    bench_figure("node-single-cpu-us",
                 (bench_node_cpu(node) - cpu) / (double)(ISSUERS * rounds) * 1e6);
    bench_figure("node-single-generator-us",
                 (bench_process_cpu() - own) / (double)(ISSUERS * rounds) * 1e6);
    for (size_t i = 0; i < ISSUERS; i++)
        finish(&issuers[i]);
    free(issuers);
    BENCH_MUST(pthread_barrier_destroy(&start) == 0);
}
