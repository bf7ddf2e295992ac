/* A real avowd under load: ingest, verdicts, evidence, submissions of one record, replication.
 * The generator shares the machine with the node, so batches and signatures are made beforehand. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "proto/codec/writer.h"
#include "proto/trust/verdict.h"
#include "tests/bench/bench.h"
#include "tests/bench/node.h"
#include "tests/bench/swarm.h"

#define BATCH_CHUNKS 64 /* a million records under one signature */
#define DEPTH 64        /* questions under way on a connection */
#define ASKERS 4
#define SINGLES 20000

static void submit_head(const struct bench_node *node, const struct bench_log *log)
{
    struct avow_client *client = bench_connect(node);
    bench_signer_prove(client, log);
    bench_submit_head(client, log);
    avow_client_free(&client);
}

static void measure_ingest(const struct bench_node *node, const struct bench_log *log)
{
    struct bench_packed packed;
    bench_pack(&packed, log);
    struct avow_client *client = bench_connect(node);
    bench_signer_prove(client, log);
    bench_progress("ingest of %lu entries", (unsigned long)log->state.tree.size);
    double cpu = bench_node_cpu(node);
    double started = bench_seconds();
    for (size_t at = 0; at < packed.chunks; at += BATCH_CHUNKS) {
        size_t to = packed.chunks - at < BATCH_CHUNKS ? packed.chunks : at + BATCH_CHUNKS;
        bench_submit(client, log, &packed, at, to);
    }
    double seconds = bench_seconds() - started;
    bench_figure("node-ingest", (double)log->state.tree.size / seconds);
    bench_figure("node-ingest-cpu-ns",
                 (bench_node_cpu(node) - cpu) / (double)log->state.tree.size * 1e9);
    avow_client_free(&client);
    bench_packed_fini(&packed);
}

struct asker {
    pthread_t thread;
    const struct bench_node *node;
    const struct bench_log *log;
    enum avow_message_type type;
    uint64_t count;
    uint64_t seed;
};

static void send_question(struct avow_client *client, struct asker *asker)
{
    uint8_t storage[16];
    struct avow_buf indices;
    uint64_t first = asker->log->builder.count;
    uint64_t index = first + bench_random(&asker->seed) % (asker->log->state.tree.size - first);
    struct avow_message question = {
        .type = asker->type,
        .issuer = asker->log->state.chain.issuer,
        .index = index,
    };
    avow_buf_init_fixed(&indices, storage, sizeof(storage));
    avow_write_uint(&indices, index);
    question.indices.count = 1;
    question.indices.items = avow_buf_bytes(&indices);
    BENCH_OK(avow_client_send(client, &question));
}

static void take_answer(struct avow_client *client, const struct asker *asker)
{
    struct avow_message answer;
    bool verify = asker->type == AVOW_MESSAGE_VERIFY;
    bench_receive(client, verify ? AVOW_MESSAGE_VERDICT : AVOW_MESSAGE_EVIDENCE, &answer);
    BENCH_MUST(!verify || answer.word == AVOW_WORD_VALID);
}

static void *ask(void *context)
{
    struct asker *asker = context;
    struct avow_client *client = bench_connect(asker->node);
    for (uint64_t done = 0; done < asker->count; done += DEPTH) {
        for (unsigned i = 0; i < DEPTH; i++)
            send_question(client, asker);
        for (unsigned i = 0; i < DEPTH; i++)
            take_answer(client, asker);
    }
    avow_client_free(&client);
    return NULL;
}

/* Questions a second over ASKERS connections. */
static double asking_rate(const struct bench_node *node, const struct bench_log *log,
                          enum avow_message_type type, uint64_t count)
{
    struct asker askers[ASKERS];
    uint64_t each = count / ASKERS;
    double started = bench_seconds();
    for (size_t i = 0; i < ASKERS; i++) {
        askers[i] =
            (struct asker){.node = node, .log = log, .type = type, .count = each, .seed = i};
        BENCH_MUST(pthread_create(&askers[i].thread, NULL, ask, &askers[i]) == 0);
    }
    for (size_t i = 0; i < ASKERS; i++)
        BENCH_MUST(pthread_join(askers[i].thread, NULL) == 0);
    return (double)(each * ASKERS) / (bench_seconds() - started);
}

static void measure_latency(const struct bench_node *node, const struct bench_log *log)
{
    double *seconds = bench_alloc(SINGLES, sizeof(*seconds));
    struct asker asker = {.log = log, .type = AVOW_MESSAGE_VERIFY, .seed = 99};
    struct avow_client *client = bench_connect(node);
    for (size_t i = 0; i < SINGLES; i++) {
        double started = bench_seconds();
        send_question(client, &asker);
        take_answer(client, &asker);
        seconds[i] = bench_seconds() - started;
    }
    avow_client_free(&client);
    bench_figure("node-verify-p50", bench_percentile(seconds, SINGLES, 0.5) * 1e6);
    bench_figure("node-verify-p99", bench_percentile(seconds, SINGLES, 0.99) * 1e6);
    free(seconds);
}

static void measure_questions(const struct bench_node *node, const struct bench_log *log)
{
    double verdicts[3], proofs[3];
    uint64_t count = log->state.tree.size / 8;
    bench_progress("questions");
    (void)asking_rate(node, log, AVOW_MESSAGE_VERIFY, count); /* brings the pages in */
    for (size_t i = 0; i < 3; i++) {
        verdicts[i] = asking_rate(node, log, AVOW_MESSAGE_VERIFY, count);
        proofs[i] = asking_rate(node, log, AVOW_MESSAGE_PROVE, count / 10);
    }
    bench_figure("node-verify", bench_percentile(verdicts, 3, 0.5));
    bench_figure("node-prove", bench_percentile(proofs, 3, 0.5));
    measure_latency(node, log);
}

/* The size of the issuer's log at a node, or 0. */
static uint64_t size_at(struct avow_client *client, const struct avow_hash *issuer)
{
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count;
    struct avow_message answer, question = {.type = AVOW_MESSAGE_LIST};
    bench_ask(client, &question, AVOW_MESSAGE_LOGS, &answer);
    while (avow_list_next_checkpoint(&answer.checkpoints, &checkpoint, lines, &count)) {
        if (avow_hash_equal(&checkpoint.issuer, issuer))
            return checkpoint.size;
    }
    return 0;
}

static void measure_replication(const struct bench_node *from, const struct bench_log *log)
{
    struct bench_node node;
    const struct timespec pause = {.tv_nsec = 10000000};
    bench_progress("replication to a second node");
    double started = bench_seconds();
    bench_node_start(&node, from);
    struct avow_client *client = bench_connect(&node);
    while (size_at(client, &log->state.chain.issuer) < log->state.tree.size)
        (void)nanosleep(&pause, NULL);
    double seconds = bench_seconds() - started;
    bench_figure("node-replication", (double)log->state.tree.size / seconds);
    bench_figure("node-replication-cpu-ns",
                 bench_node_cpu(&node) / (double)log->state.tree.size * 1e9);
    avow_client_free(&client);
    bench_node_stop(&node);
}

int main(int argc, char **argv)
{
    struct bench_node node;
    struct bench_log log;
    uint64_t count = bench_entries(argc, argv) / BENCH_CHUNK * BENCH_CHUNK;
    BENCH_OK(avow_crypto_init());
    bench_node_start(&node, NULL);
    struct avow_client *client = bench_connect(&node);
    const struct avow_key home = *avow_client_node(client);
    avow_client_free(&client);
    bench_progress("node: makes a log of %lu entries", (unsigned long)count);
    bench_log_init(&log, "bench node", &home, node.address, (uint64_t)time(NULL), count);
    submit_head(&node, &log);
    bench_log_grow(&log, count);
    measure_ingest(&node, &log);
    measure_questions(&node, &log);
    measure_replication(&node, &log);
    bench_swarm(&node, &home, count >= 5000000 ? 2000 : 200);
    bench_node_stop(&node);
    bench_log_fini(&log);
    return 0;
}
