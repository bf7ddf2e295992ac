#include "tests/support/sample_badge.h"

#include "proto/credential/integrity.h"

void sample_badge_key(struct avow_secret_key *secret, struct avow_key *key)
{
    uint8_t seed[32];
    memset(seed, 7, sizeof(seed));
    avow_ed25519_from_seed(seed, secret, key);
}

struct avow_badge sample_badge(void)
{
    struct avow_badge badge = {
        .index = 1234,
        .issuer_name = "Universitat de Test — Ζ",
        .issuer_url = "https://universitat.example/",
        .jurisdiction = "ES-CT",
        .achievement = 2,
        .title = "Applied Data Engineering",
        .description = "Builds and operates data pipelines.",
        .criteria = "https://universitat.example/ade",
        .code = "DA-101",
        .language = "en",
        .framework = "EQF",
        .level = "6",
        .field = "0612",
        .credits_hundredths = 350,
        .learner_name = "Ζωή 李小龍",
        .learner_email = "zoe@example.org",
        .learner_id = "2026/0042",
        .result = "9.5",
        .valid_from = UINT64_C(1768435200),  /* 2026-01-15 */
        .valid_until = UINT64_C(1926201600), /* 2031-01-15 */
    };
    memset(badge.issuer.bytes, 0xa7, sizeof(badge.issuer.bytes));
    memset(badge.seed, 0x5e, sizeof(badge.seed));
    struct avow_secret_key secret;
    sample_badge_key(&secret, &badge.key);
    return badge;
}

json_t *sample_badge_signed(void)
{
    const struct avow_badge badge = sample_badge();
    struct avow_secret_key secret;
    struct avow_key key;
    sample_badge_key(&secret, &key);
    json_t *document = NULL;
    if (avow_badge_build(&badge, &document) != AVOW_OK)
        return NULL;
    if (avow_proof_add(document, &key, &secret, SAMPLE_CREATED) != AVOW_OK) {
        json_decref(document);
        return NULL;
    }
    return document;
}
