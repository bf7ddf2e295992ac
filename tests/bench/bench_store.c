/* The store with a large log: appended, opened cold and warm, asked for verdicts and evidence,
 * checked. What a thread does without waiting is measured in its CPU time, so that other programs
 * on the machine change little; what waits for the disk, by the clock. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"
#include "tests/bench/bench.h"
#include "tests/bench/log.h"

#define BATCH (64 * BENCH_CHUNK)
#define COMMIT 100000
#define VERDICTS 1000000
#define PROOFS 100000
#define CHECKS 3000
#define READERS 2
#define ROUNDS 5
#define PASS 64 /* questions that are read together, as a node does */

static struct avow_store *open_store(const char *folder)
{
    const struct avow_store_options options = {0};
    struct avow_store *store = NULL;
    BENCH_OK(avow_store_open(folder, &options, &store));
    return store;
}

static void append_chunk(struct avow_txn *txn, const struct bench_log *log,
                         const struct avow_checkpoint *checkpoint, uint64_t from)
{
    struct avow_range_result result;
    enum avow_reject reject;
    struct avow_range range = {
        .checkpoint = *checkpoint,
        .from = from,
        .entries = log->entries + from,
        .count = BENCH_CHUNK,
        .path = bench_log_path(log, from + BENCH_CHUNK, checkpoint->size),
        .now = log->t,
    };
    BENCH_OK(avow_txn_append(txn, &range, &result, &reject));
    BENCH_MUST(reject == AVOW_ACCEPT);
    BENCH_MUST(result.pending == from + BENCH_CHUNK);
}

static void append_all(struct avow_store *store, const struct bench_log *log)
{
    struct avow_txn *txn;
    struct avow_checkpoint checkpoint;
    uint64_t size = log->state.tree.size;
    BENCH_OK(avow_txn_begin(store, &txn));
    for (uint64_t at = 0; at < size; at += BENCH_CHUNK) {
        if (at % BATCH == 0)
            checkpoint = bench_log_signed(log, size - at < BATCH ? size : at + BATCH, log->t);
        append_chunk(txn, log, &checkpoint, at);
        if (avow_txn_entries(txn) >= COMMIT) {
            BENCH_OK(avow_txn_commit(&txn));
            BENCH_OK(avow_txn_begin(store, &txn));
        }
    }
    BENCH_OK(avow_txn_commit(&txn));
}

static void measure_append(const char *folder, const struct bench_log *log)
{
    struct avow_snapshot *snapshot;
    struct avow_store_stats stats;
    struct avow_store *store = open_store(folder);
    double started = bench_seconds();
    append_all(store, log);
    double seconds = bench_seconds() - started;
    bench_figure("append", (double)log->state.tree.size / seconds);
    BENCH_OK(avow_snapshot_new(store, &snapshot));
    BENCH_OK(avow_snapshot_renew(snapshot));
    BENCH_OK(avow_snapshot_stats(snapshot, &stats));
    BENCH_MUST(stats.entries == log->state.tree.size);
    bench_figure("stored-bytes", (double)stats.bytes_used / (double)log->arena_len);
    avow_snapshot_free(&snapshot);
    avow_store_close(&store);
}

/* From nothing to the first answer about the last entry. */
static double start_ms(const char *folder, const struct bench_log *log)
{
    struct avow_snapshot *snapshot;
    const struct avow_log *found;
    struct avow_bytes entry;
    double started = bench_seconds();
    struct avow_store *store = open_store(folder);
    BENCH_OK(avow_snapshot_new(store, &snapshot));
    BENCH_OK(avow_snapshot_renew(snapshot));
    BENCH_OK(avow_snapshot_log(snapshot, &log->state.chain.issuer, &found));
    BENCH_OK(avow_snapshot_entry(snapshot, found, log->state.tree.size - 1, &entry));
    double seconds = bench_seconds() - started;
    avow_snapshot_free(&snapshot);
    avow_store_close(&store);
    return seconds * 1e3;
}

static void forget_pages(const char *folder)
{
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/store.mdb", folder);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    BENCH_MUST(fd >= 0);
    BENCH_MUST(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0);
    BENCH_MUST(close(fd) == 0);
}

static void measure_start(const char *folder, const struct bench_log *log)
{
    double cold[5], warm[5];
    for (size_t i = 0; i < 5; i++) {
        forget_pages(folder);
        cold[i] = start_ms(folder, log);
        warm[i] = start_ms(folder, log);
    }
    bench_figure("start-cold", bench_percentile(cold, 5, 0.5));
    bench_figure("start-warm", bench_percentile(warm, 5, 0.5));
}

struct reader {
    pthread_t thread;
    struct avow_store *store;
    const struct bench_log *log;
    uint64_t seed;
    double rate;
};

static uint64_t any_issue(const struct bench_log *log, uint64_t *seed)
{
    return log->builder.count + bench_random(seed) % (log->state.tree.size - log->builder.count);
}

static void judge_one(const struct avow_facts *facts, const struct avow_policy *policy,
                      const struct bench_log *log, uint64_t index)
{
    struct avow_verdict verdict;
    struct avow_subject subject = {
        .issuer = log->state.chain.issuer, .index = index, .word_only = true};
    BENCH_OK(avow_judge(facts, policy, &subject, log->t + 10, log->t + 10, &verdict));
    BENCH_MUST(verdict.word == AVOW_WORD_VALID);
}

static void *read_verdicts(void *context)
{
    struct reader *reader = context;
    struct avow_snapshot *snapshot;
    struct avow_policy policy;
    avow_policy_init(&policy);
    BENCH_OK(avow_snapshot_new(reader->store, &snapshot));
    struct avow_facts facts = avow_facts_from_snapshot(snapshot);
    double started = bench_cpu_seconds();
    for (uint64_t done = 0; done < VERDICTS; done += PASS) {
        struct avow_reference asked[PASS];
        for (size_t i = 0; i < PASS; i++)
            asked[i] = (struct avow_reference){.issuer = reader->log->state.chain.issuer,
                                               .index = any_issue(reader->log, &reader->seed)};
        BENCH_OK(avow_snapshot_renew(snapshot));
        avow_facts_expect(snapshot, asked, PASS);
        for (size_t i = 0; i < PASS; i++)
            judge_one(&facts, &policy, reader->log, asked[i].index);
    }
    reader->rate = VERDICTS / (bench_cpu_seconds() - started);
    avow_snapshot_free(&snapshot);
    return NULL;
}

static void measure_verdicts(struct avow_store *store, const struct bench_log *log)
{
    struct reader readers[READERS];
    double sum = 0;
    for (size_t i = 0; i < READERS; i++)
        readers[i] = (struct reader){.store = store, .log = log, .seed = i};
    (void)read_verdicts(&readers[0]); /* brings the pages in */
    (void)read_verdicts(&readers[0]);
    bench_figure("verdicts", readers[0].rate);
    for (size_t i = 0; i < READERS; i++)
        BENCH_MUST(pthread_create(&readers[i].thread, NULL, read_verdicts, &readers[i]) == 0);
    for (size_t i = 0; i < READERS; i++) {
        BENCH_MUST(pthread_join(readers[i].thread, NULL) == 0);
        sum += readers[i].rate;
    }
    bench_figure("verdicts-2", sum);
}

static void make_evidence(struct avow_snapshot *snapshot, const struct bench_log *log,
                          uint64_t index, struct avow_buf *out)
{
    struct avow_prove_request request = {
        .issuer = log->state.chain.issuer,
        .indices = &index,
        .index_count = 1,
    };
    avow_buf_clear(out);
    BENCH_OK(avow_evidence_make(snapshot, &request, out));
}

static void measure_evidence(struct avow_store *store, const struct bench_log *log)
{
    struct avow_snapshot *snapshot;
    struct avow_evidence evidence;
    enum avow_reject reject;
    struct avow_buf out;
    uint64_t seed = 7;
    avow_buf_init(&out, AVOW_EVIDENCE_BYTES_MAX);
    BENCH_OK(avow_snapshot_new(store, &snapshot));
    double rates[ROUNDS];
    for (size_t round = 0; round < ROUNDS; round++) {
        double started = bench_cpu_seconds();
        for (uint64_t i = 0; i < PROOFS; i++) {
            if (i % PASS == 0)
                BENCH_OK(avow_snapshot_renew(snapshot));
            make_evidence(snapshot, log, any_issue(log, &seed), &out);
        }
        rates[round] = PROOFS / (bench_cpu_seconds() - started);
    }
    bench_figure("evidence-made", bench_percentile(rates, ROUNDS, 0.5));
    bench_figure("evidence-bytes", (double)out.len);
    double started = bench_cpu_seconds();
    for (uint64_t i = 0; i < CHECKS; i++) {
        BENCH_OK(avow_evidence_check(avow_buf_bytes(&out), &evidence, &reject));
        BENCH_MUST(reject == AVOW_ACCEPT);
        avow_evidence_fini(&evidence);
    }
    bench_figure("evidence-check-us", (bench_cpu_seconds() - started) / CHECKS * 1e6);
    avow_snapshot_free(&snapshot);
    avow_buf_fini(&out);
}

static void measure_signature(const struct bench_log *log)
{
    struct avow_checkpoint checkpoint = bench_log_signed(log, log->state.tree.size, log->t);
    uint8_t storage[AVOW_CHECKPOINT_BODY_MAX];
    struct avow_buf body;
    avow_buf_init_fixed(&body, storage, sizeof(storage));
    avow_checkpoint_body(&body, &checkpoint);
    double started = bench_cpu_seconds();
    for (uint64_t i = 0; i < CHECKS; i++)
        BENCH_MUST(
            avow_ed25519_verify(&checkpoint.key, avow_buf_bytes(&body), &checkpoint.signature));
    bench_figure("signature-us", (bench_cpu_seconds() - started) / CHECKS * 1e6);
}

static void report_problem(void *context, const char *what, const char *issuer, uint64_t index)
{
    (void)context;
    (void)fprintf(stderr, "%s %s/%lu\n", what, issuer, (unsigned long)index);
}

static void measure_check(const char *folder, const struct bench_log *log)
{
    struct avow_check_summary summary;
    double started = bench_seconds();
    BENCH_OK(avow_store_check(folder, report_problem, NULL, &summary));
    bench_figure("check-s", bench_seconds() - started);
    BENCH_MUST(summary.problems == 0 && summary.entries == log->state.tree.size);
}

int main(int argc, char **argv)
{
    char folder[256];
    struct bench_log log;
    struct avow_key home = {{1}};
    uint64_t count = bench_entries(argc, argv) / BENCH_CHUNK * BENCH_CHUNK;
    BENCH_OK(avow_crypto_init());
    bench_folder_new(folder, sizeof(folder));
    bench_progress("store: makes a log of %lu entries", (unsigned long)count);
    bench_log_init(&log, "bench store", &home, "node.example:4747", LOG_BUILDER_T0, count);
    bench_log_grow(&log, count);
    measure_append(folder, &log);
    measure_start(folder, &log);
    struct avow_store *store = open_store(folder);
    measure_verdicts(store, &log);
    measure_evidence(store, &log);
    avow_store_close(&store);
    measure_signature(&log);
    measure_check(folder, &log);
    bench_log_fini(&log);
    bench_folder_remove(folder);
    return 0;
}
