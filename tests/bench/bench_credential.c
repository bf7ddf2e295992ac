/* Credentials made and verified by one core, beside the signature each needs. */
#include "proto/codec/json.h"
#include "proto/credential/integrity.h"
#include "proto/trust/subject.h"
#include "tests/bench/bench.h"
#include "tests/support/sample_badge.h"

#define ROUNDS 5

static char *text_of(json_t *document)
{
    char *text = json_dumps(document, JSON_COMPACT | JSON_SORT_KEYS);
    BENCH_MUST(text != NULL);
    return text;
}

/* A row of a CSV into the text of a signed document. */
static double issuing_rate(unsigned count)
{
    struct avow_secret_key secret;
    struct avow_key key;
    struct avow_badge badge = sample_badge();
    struct avow_hash commitment;
    struct avow_fault fault;
    sample_badge_key(&secret, &key);
    double started = bench_cpu_seconds();
    for (unsigned i = 0; i < count; i++) {
        json_t *document = NULL;
        badge.index = i;
        avow_put_u32be(badge.seed, i);
        BENCH_OK(avow_badge_build(&badge, &document));
        BENCH_OK(avow_commitment(document, &badge.issuer, badge.seed, &commitment, &fault));
        BENCH_OK(avow_proof_add(document, &key, &secret, SAMPLE_CREATED));
        free(text_of(document));
        json_decref(document);
    }
    return count / (bench_cpu_seconds() - started);
}

/* The text of a document into what a verdict takes from it. */
static double verifying_rate(unsigned count, const char *text)
{
    struct avow_badge_facts facts;
    struct avow_proof_facts proof;
    struct avow_hash commitment;
    struct avow_fault fault;
    struct avow_json_error error;
    double started = bench_cpu_seconds();
    for (unsigned i = 0; i < count; i++) {
        json_t *document;
        BENCH_OK(avow_json_parse(avow_bytes_text(text), AVOW_SUBJECT_BYTES_MAX, &document, &error));
        BENCH_OK(avow_badge_read(document, &facts, &fault));
        BENCH_OK(avow_proof_verify(document, &proof, &fault));
        BENCH_OK(avow_commitment(document, &facts.issuer, facts.seed, &commitment, &fault));
        json_decref(document);
    }
    return count / (bench_cpu_seconds() - started);
}

static double signing_rate(unsigned count, bool verify)
{
    struct avow_secret_key secret;
    struct avow_key key;
    struct avow_signature signature;
    uint8_t text[64] = {0};
    sample_badge_key(&secret, &key);
    avow_ed25519_sign(&secret, avow_bytes(text, sizeof(text)), &signature);
    double started = bench_cpu_seconds();
    for (unsigned i = 0; i < count; i++) {
        if (verify)
            BENCH_MUST(avow_ed25519_verify(&key, avow_bytes(text, sizeof(text)), &signature));
        else
            avow_ed25519_sign(&secret, avow_bytes(text, sizeof(text)), &signature);
    }
    return count / (bench_cpu_seconds() - started);
}

int main(int argc, char **argv)
{
    double issued[ROUNDS], verified[ROUNDS], signatures[ROUNDS], checks[ROUNDS];
    unsigned count = (unsigned)(bench_entries(argc, argv) / 1000);
    if (count > 5000)
        count = 5000;
    BENCH_OK(avow_crypto_init());
    bench_progress("credentials: %u, %d rounds", count, ROUNDS);
    json_t *document = sample_badge_signed();
    BENCH_MUST(document != NULL);
    char *text = text_of(document);
    for (int round = 0; round < ROUNDS; round++) {
        issued[round] = issuing_rate(count);
        verified[round] = verifying_rate(count, text);
        signatures[round] = signing_rate(count, false);
        checks[round] = signing_rate(count, true);
    }
    bench_figure("credential-issue", bench_percentile(issued, ROUNDS, 0.5));
    bench_figure("credential-verify", bench_percentile(verified, ROUNDS, 0.5));
    bench_figure("ed25519-sign", bench_percentile(signatures, ROUNDS, 0.5));
    bench_figure("ed25519-verify", bench_percentile(checks, ROUNDS, 0.5));
    free(text);
    json_decref(document);
    return 0;
}
