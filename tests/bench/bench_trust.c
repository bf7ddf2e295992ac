/* A node that holds every university of the world's list: how long a verdict takes whose
 * recognition has four steps, and a search that hostile bodies make as long as it can be; how long
 * the catalogue of its 102,510 achievements is searched. CPU time of one thread, pages in memory.
 */
#include <stdio.h>
#include <stdlib.h>

#include "store/store.h"
#include "tests/bench/bench.h"
#include "tests/bench/campus.h"

#define VERDICTS 400
#define FINDS 1000
#define ROUNDS 5

static struct avow_policy policy_of(const struct avow_hash *anchor)
{
    static const uint8_t everything[] = {0x80};
    struct avow_policy policy;
    avow_policy_init(&policy);
    policy.require_recognition = true;
    BENCH_MUST(avow_policy_add_anchor(&policy, avow_bytes_text("anchor"), anchor,
                                      avow_bytes(everything, sizeof(everything))) == AVOW_ACCEPT);
    return policy;
}

/* `word` is what it comes to. */
static double judge_us(struct avow_snapshot *snapshot, const struct campus *campus,
                       const struct avow_policy *policy, size_t issuer, enum avow_word word)
{
    static struct avow_verdict verdict;
    struct avow_facts facts = avow_facts_from_snapshot(snapshot);
    struct avow_subject subject = {.issuer = campus->ids[issuer], .index = campus->first_issue};
    BENCH_OK(avow_snapshot_renew(snapshot));
    double started = bench_cpu_seconds();
    BENCH_OK(avow_judge(&facts, policy, &subject, campus->t + 10, campus->t + 10, &verdict));
    double us = (bench_cpu_seconds() - started) * 1e6;
    BENCH_MUST(verdict.word == word);
    BENCH_MUST(word != AVOW_WORD_VALID || verdict.recognised.paths[0].count == 4);
    return us;
}

/* Of universities, all recognised over four steps; and of the bodies themselves, which are
 * recognised as authorities alone. */
static void measure_verdicts(struct avow_snapshot *snapshot, const struct campus *campus)
{
    struct avow_policy policy = policy_of(&campus->ids[0]);
    double us[VERDICTS], none_us[VERDICTS];
    uint64_t seed = 1;
    for (size_t round = 0; round < 2; round++) { /* the first brings pages and proofs in */
        for (size_t i = 0; i < VERDICTS; i++) {
            size_t issuer = CAMPUS_BODIES + bench_random(&seed) % (CAMPUS_ISSUERS - CAMPUS_BODIES);
            us[i] = judge_us(snapshot, campus, &policy, issuer, AVOW_WORD_VALID);
            issuer = 1 + bench_random(&seed) % (CAMPUS_BODIES - 1);
            none_us[i] = judge_us(snapshot, campus, &policy, issuer, AVOW_WORD_UNRECOGNISED);
        }
    }
    bench_figure("path-verdict-us", bench_percentile(us, VERDICTS, 0.5));
    bench_figure("path-verdict-p99-us", bench_percentile(us, VERDICTS, 0.99));
    bench_figure("no-path-verdict-us", bench_percentile(none_us, VERDICTS, 0.5));
}

/* The first words of a title, the last of them cut short now and then, as somebody types them. */
static void words_of(const struct campus *campus, uint64_t *seed, char words[256])
{
    (void)snprintf(words, 256, "%s", campus->titles[bench_random(seed) % campus->title_count]);
    size_t wanted = 1 + bench_random(seed) % 3, len = 0;
    for (; words[len] != '\0' && wanted > 0; len++)
        wanted -= words[len] == ' ';
    if (len > 8 && bench_random(seed) % 3 == 0)
        len -= 4;
    while (len > 0 && (words[len] & 0xc0) == 0x80)
        len--;
    words[len] = '\0';
}

static double find_ms(struct avow_snapshot *snapshot, const struct campus *campus,
                      const struct avow_find_query *query, const struct avow_policy *policy)
{
    struct avow_buf out;
    avow_buf_init(&out, 1 << 20);
    BENCH_OK(avow_snapshot_renew(snapshot));
    double started = bench_cpu_seconds();
    BENCH_OK(avow_snapshot_find(snapshot, query, policy, campus->t + 10, &out));
    double ms = (bench_cpu_seconds() - started) * 1e3;
    BENCH_MUST(out.len > 0);
    avow_buf_fini(&out);
    return ms;
}

static void measure_find(struct avow_snapshot *snapshot, const struct campus *campus)
{
    static const char *const common[] = {
        "technician", "operator", "manager", "manage",           "use",
        "and",        "of",       "a",       "engineer drafter", "s t"};
    double ms[FINDS], common_ms = 0, recognised_ms = 0;
    struct avow_policy policy = policy_of(&campus->ids[0]);
    uint64_t seed = 3;
    for (size_t i = 0; i < FINDS; i++) {
        char words[256];
        words_of(campus, &seed, words);
        struct avow_find_query query = {.words = avow_bytes_text(words),
                                        .level = i % 4 == 0 ? 6 : 0};
        ms[i] = find_ms(snapshot, campus, &query, NULL);
    }
    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
        struct avow_find_query query = {.words = avow_bytes_text(common[i])};
        double plain = find_ms(snapshot, campus, &query, NULL);
        double recognised = find_ms(snapshot, campus, &query, &policy);
        common_ms = plain > common_ms ? plain : common_ms;
        recognised_ms = recognised > recognised_ms ? recognised : recognised_ms;
    }
    bench_figure("find-ms", bench_percentile(ms, FINDS, 0.5));
    bench_figure("find-p99-ms", bench_percentile(ms, FINDS, 0.99));
    bench_figure("find-common-ms", common_ms);
    bench_figure("find-recognised-ms", recognised_ms);
}

/* A search that ends at its bound, the worst of some. */
static double hostile_ms(struct avow_snapshot *snapshot, const struct campus *campus,
                         const struct avow_hash *anchor)
{
    static struct avow_verdict verdict;
    struct avow_facts facts = avow_facts_from_snapshot(snapshot);
    struct avow_policy policy = policy_of(anchor);
    struct avow_subject subject = {.issuer = campus->ids[CAMPUS_BODIES],
                                   .index = campus->first_issue};
    double worst = 0;
    for (size_t i = 0; i < ROUNDS; i++) {
        BENCH_OK(avow_snapshot_renew(snapshot));
        double started = bench_cpu_seconds();
        BENCH_OK(avow_judge(&facts, &policy, &subject, campus->t + 10, campus->t + 10, &verdict));
        double ms = (bench_cpu_seconds() - started) * 1e3;
        BENCH_MUST(verdict.word == AVOW_WORD_UNKNOWN && verdict.why == AVOW_WHY_BUDGET);
        worst = ms > worst ? ms : worst;
    }
    return worst;
}

static void measure_hostile(struct avow_store *store, struct avow_snapshot *snapshot,
                            struct campus *campus, uint64_t recognitions)
{
    struct campus_hostile hostile;
    bench_progress("trust: %lu hostile recognitions", (unsigned long)recognitions);
    campus_add_hostile(campus, store, recognitions, &hostile);
    bench_figure("hostile-ring-ms", hostile_ms(snapshot, campus, &hostile.ring[0]));
    bench_figure("hostile-wide-ms", hostile_ms(snapshot, campus, &hostile.wide));
}

int main(int argc, char **argv)
{
    char folder[256];
    static struct campus campus;
    struct avow_store *store = NULL;
    struct avow_snapshot *snapshot;
    const struct avow_store_options options = {0};
    BENCH_OK(avow_crypto_init());
    bench_folder_new(folder, sizeof(folder));
    BENCH_OK(avow_store_open(folder, &options, &store));
    bench_progress("trust: makes %d logs", CAMPUS_ISSUERS);
    campus_build(&campus, store);
    bench_progress("%lu achievements, %lu recognitions, in %.1f s",
                   (unsigned long)campus.achievements, (unsigned long)campus.recognitions,
                   campus.seconds);
    BENCH_OK(avow_snapshot_new(store, &snapshot));
    measure_verdicts(snapshot, &campus);
    measure_find(snapshot, &campus);
    measure_hostile(store, snapshot, &campus, bench_entries(argc, argv) / 10);
    avow_snapshot_free(&snapshot);
    campus_fini(&campus);
    avow_store_close(&store);
    bench_folder_remove(folder);
    return 0;
}
