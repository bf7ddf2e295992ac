#include "tests/support/embed_sample.h"

#include <stdlib.h>

#include "proto/credential/badge.h"
#include "proto/credential/integrity.h"
#include "proto/trust/policy.h"
#include "tests/support/proof_builder.h"
#include "tests/support/sample_badge.h"

static void begin(struct log_builder *log, const char *seed, const char *name)
{
    struct avow_entry entry;
    log_builder_init(log, seed);
    log->t = EMBED_SAMPLE_TIME;
    log_builder_inception(log, &entry);
    entry.inception.name = avow_bytes_text(name);
    (void)log_builder_append(log, &entry);
}

/* The document of the log's next record. */
static json_t *make_document(const struct log_builder *log, uint64_t achievement,
                             struct embed_sample *sample, struct avow_hash *commitment)
{
    struct avow_badge badge = sample_badge();
    struct avow_fault fault;
    json_t *document = NULL;
    badge.issuer = log->rows[0].leaf;
    badge.index = log->count;
    badge.key = log->sign.key;
    badge.achievement = achievement;
    badge.issuer_name = "Universidade de Teste";
    badge.jurisdiction = "PT-13";
    badge.valid_from = log->t;
    badge.valid_until = 0;
    memcpy(sample->seed, badge.seed, sizeof(sample->seed));
    avow_id_reference_text(&badge.issuer, badge.index, sample->reference);
    avow_id_issuer_text(&badge.issuer, sample->issuer);
    if (avow_badge_build(&badge, &document) == AVOW_OK &&
        avow_commitment(document, &badge.issuer, badge.seed, commitment, &fault) == AVOW_OK &&
        avow_proof_add(document, &log->sign.key, &log->sign.secret, log->t) == AVOW_OK)
        return document;
    json_decref(document);
    return NULL;
}

static int append(const char *text, size_t len, void *out)
{
    avow_buf_append(out, text, len);
    return 0;
}

static bool issue(struct log_builder *log, struct embed_sample *sample)
{
    struct avow_hash commitment;
    const uint64_t achievement =
        log_builder_add_achievement(log, "DA-101", "Applied Data Engineering");
    json_t *document = make_document(log, achievement, sample, &commitment);
    if (document == NULL)
        return false;
    (void)log_builder_add_issue_of(log, achievement, &commitment, log->t, 0);
    (void)json_dump_callback(document, append, &sample->badge, JSON_INDENT(2));
    append("\n", 1, &sample->badge);
    json_decref(document);
    return true;
}

static void prove(const struct log_builder *university, const struct log_builder *authority,
                  struct avow_buf *out)
{
    struct proof_plan plans[2];
    const struct log_builder *logs[] = {university, authority};
    const struct proof_plan *order[] = {&plans[0], &plans[1]};
    for (size_t i = 0; i < 2; i++) {
        proof_plan_init(&plans[i], logs[i]);
        for (uint64_t index = 0; index < logs[i]->count; index++)
            proof_plan_entry(&plans[i], index);
        proof_plan_chunk(&plans[i], 0);
    }
    proof_plans_write(out, order, 2);
}

static void write_policy(const struct log_builder *authority, struct avow_buf *out)
{
    static const uint8_t no_scope[] = {0x80};
    struct avow_policy policy;
    avow_policy_init(&policy);
    policy.max_age_s = AVOW_POLICY_AGE_MAX_S; /* the sample does not grow older */
    policy.require_recognition = true;
    const enum avow_reject reject =
        avow_policy_add_anchor(&policy, avow_bytes_text("Ministry"), &authority->rows[0].leaf,
                               avow_bytes(no_scope, sizeof(no_scope)));
    AVOW_ASSERT(reject == AVOW_ACCEPT);
    avow_policy_write(out, &policy);
}

bool embed_sample_make(struct embed_sample *sample)
{
    struct log_builder university, authority;
    *sample = (struct embed_sample){0};
    struct avow_buf *all[] = {&sample->badge, &sample->policy, &sample->evidence, &sample->revoked};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        avow_buf_init(all[i], 1 << 20);
    begin(&university, "embed university", "Universidade de Teste");
    begin(&authority, "embed authority", "Ministry of Tests");
    const bool issued = issue(&university, sample);
    university.t = authority.t = EMBED_SAMPLE_TIME + 3600;
    (void)log_builder_add_recognition(&authority, &university.rows[0].leaf, AVOW_ROLE_ISSUER);
    avow_id_issuer_text(&authority.rows[0].leaf, sample->authority);
    write_policy(&authority, &sample->policy);
    prove(&university, &authority, &sample->evidence);
    university.t = EMBED_SAMPLE_REVOKED;
    (void)log_builder_add_status(&university, university.count - 1, AVOW_STATUS_REVOKED,
                                 AVOW_REASON_HOLDER, LOG_BUILDER_NONE);
    prove(&university, &authority, &sample->revoked);
    log_builder_fini(&university);
    log_builder_fini(&authority);
    bool whole = issued;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        whole = whole && all[i]->err == AVOW_OK;
    return whole;
}

void embed_sample_fini(struct embed_sample *sample)
{
    avow_buf_fini(&sample->badge);
    avow_buf_fini(&sample->policy);
    avow_buf_fini(&sample->evidence);
    avow_buf_fini(&sample->revoked);
}
