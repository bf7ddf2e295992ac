#include "cli/issue/credential.h"

#include "proto/credential/integrity.h"
#include "proto/entry/details.h"

#include <sodium.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ what the log says */

/* NULL for an empty text; `*failed` when memory runs out. */
static char *copy(struct avow_bytes text, bool *failed)
{
    if (text.len == 0)
        return NULL;
    char *out = strndup((const char *)text.data, text.len);
    *failed = *failed || out == NULL;
    return out;
}

/* The learning outcomes in one text. */
static char *describe(struct avow_text_list outcomes, bool *failed)
{
    struct avow_buf out;
    struct avow_bytes outcome;
    avow_buf_init(&out, AVOW_ENTRY_BYTES_MAX);
    while (avow_text_list_next(&outcomes, &outcome)) {
        if (out.len > 0)
            avow_buf_append(&out, "; ", 2);
        avow_buf_append(&out, outcome.data, outcome.len);
    }
    char *text = copy(avow_buf_bytes(&out), failed);
    *failed = *failed || out.err != AVOW_OK;
    avow_buf_fini(&out);
    return text;
}

static bool take(struct avow_terms *terms, const struct avow_chain *chain,
                 const struct avow_achievement *achievement)
{
    struct avow_details details;
    const struct avow_chain_names names = avow_chain_names(chain, AVOW_NEVER);
    bool failed = avow_details_parse(achievement->details, &details) != AVOW_ACCEPT;
    if (failed)
        return false;
    terms->issuer_name = copy(names.name, &failed);
    terms->issuer_url = copy(names.website, &failed);
    terms->jurisdiction = copy(names.jurisdiction, &failed);
    terms->title = copy(achievement->title, &failed);
    terms->code = copy(achievement->code, &failed);
    terms->language = copy(achievement->language, &failed);
    terms->description = describe(details.outcomes, &failed);
    terms->criteria = copy(details.criteria, &failed);
    /* A badge says a level with its framework, or neither. */
    bool levelled = details.level.len > 0 && details.framework.len > 0;
    terms->framework = levelled ? copy(details.framework, &failed) : NULL;
    terms->level = levelled ? copy(details.level, &failed) : NULL;
    terms->field = copy(details.field, &failed);
    terms->credit_system = copy(details.credit_system, &failed);
    terms->quality = copy(details.quality, &failed);
    terms->assessment = copy(details.assessment, &failed);
    terms->participation = copy(details.participation, &failed);
    terms->credits_hundredths = details.has_credits ? details.credits : 0;
    return !failed;
}

int avow_terms_read(struct avow_signer *signer, const struct avow_identity_keys *keys,
                    uint64_t achievement, struct avow_terms *terms)
{
    struct avow_entry entry;
    enum avow_status status;
    uint64_t last;
    const struct avow_cli *cli = avow_signer_cli(signer);
    const struct avow_draft *draft = avow_signer_draft(signer);
    if (!avow_signer_entry(signer, achievement, &entry) || entry.kind != AVOW_KIND_ACHIEVEMENT)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "entry %llu is not an achievement: `avow achievement list` has them",
                             (unsigned long long)achievement);
    if (avow_draft_status(draft, achievement, &status, &last) == AVOW_OK &&
        status == AVOW_STATUS_REVOKED)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "achievement %llu is revoked: nothing more is issued for it",
                             (unsigned long long)achievement);
    *terms = (struct avow_terms){
        .issuer = keys->issuer,
        .key = keys->key,
        .secret = keys->signing,
        .achievement = achievement,
        .time = avow_signer_time(signer),
    };
    if (take(terms, &avow_draft_state(draft)->chain, &entry.achievement))
        return AVOW_EXIT_OK;
    avow_terms_fini(terms);
    return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
}

void avow_terms_fini(struct avow_terms *terms)
{
    char **const texts[] = {&terms->issuer_name, &terms->issuer_url, &terms->jurisdiction,
                            &terms->title,       &terms->code,       &terms->language,
                            &terms->description, &terms->criteria,   &terms->framework,
                            &terms->level,       &terms->field,      &terms->credit_system,
                            &terms->quality,     &terms->assessment, &terms->participation};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        free(*texts[i]);
        *texts[i] = NULL;
    }
}

/* ------------------------------------------------------------------ one badge */

static struct avow_badge badge_of(const struct avow_terms *terms,
                                  const struct avow_learners *learners,
                                  const struct avow_learner *learner, uint64_t index)
{
    return (struct avow_badge){
        .issuer = terms->issuer,
        .index = index,
        .key = terms->key,
        .issuer_name = terms->issuer_name,
        .issuer_url = terms->issuer_url,
        .jurisdiction = terms->jurisdiction,
        .achievement = terms->achievement,
        .title = terms->title,
        .description = terms->description,
        .criteria = terms->criteria,
        .code = terms->code,
        .language = terms->language,
        .framework = terms->framework,
        .level = terms->level,
        .field = terms->field,
        .credits_hundredths = terms->credits_hundredths,
        .credit_system = terms->credit_system,
        .quality = terms->quality,
        .assessment = terms->assessment,
        .participation = terms->participation,
        .awarded = terms->time,
        .learner_name = avow_learner_text(learners, learner, AVOW_LEARNER_NAME),
        .learner_email = avow_learner_text(learners, learner, AVOW_LEARNER_EMAIL),
        .learner_id = avow_learner_text(learners, learner, AVOW_LEARNER_ID),
        .result = avow_learner_text(learners, learner, AVOW_LEARNER_RESULT),
        .valid_from = avow_terms_valid_from(terms, learner),
        .valid_until = learner->valid_until,
        .component_count = terms->component_count,
        .components = terms->components,
        .pathway = terms->pathway,
    };
}

/* Commits to the document, signs it, and writes it down. */
static enum avow_err complete(const struct avow_terms *terms, json_t *document,
                              const uint8_t seed[AVOW_SEED_LEN], struct avow_hash *commitment,
                              char **text)
{
    struct avow_fault fault;
    enum avow_err err = avow_commitment(document, &terms->issuer, seed, commitment, &fault);
    if (err == AVOW_OK)
        err = avow_proof_add(document, &terms->key, terms->secret, terms->time);
    if (err == AVOW_OK) {
        *text = json_dumps(document, JSON_INDENT(2));
        err = *text == NULL ? AVOW_ERR_NOMEM : AVOW_OK;
    }
    return err;
}

enum avow_err avow_credential_make(const struct avow_terms *terms,
                                   const struct avow_learners *learners,
                                   const struct avow_learner *learner, uint64_t index,
                                   struct avow_hash *commitment, char **text)
{
    struct avow_badge badge = badge_of(terms, learners, learner, index);
    json_t *document = NULL;
    *text = NULL;
    randombytes_buf(badge.seed, sizeof(badge.seed));
    enum avow_err err = avow_badge_build(&badge, &document);
    if (err == AVOW_OK)
        err = complete(terms, document, badge.seed, commitment, text);
    sodium_memzero(badge.seed, sizeof(badge.seed));
    json_decref(document);
    return err;
}

enum avow_err avow_credential_renew(const struct avow_terms *terms, const json_t *old,
                                    uint64_t valid_until, uint64_t index,
                                    struct avow_hash *commitment, char **text)
{
    struct avow_badge_renewal renewal = {.issuer = terms->issuer,
                                         .index = index,
                                         .key = terms->key,
                                         .valid_from = terms->time,
                                         .valid_until = valid_until};
    json_t *document = NULL;
    *text = NULL;
    randombytes_buf(renewal.seed, sizeof(renewal.seed));
    enum avow_err err = avow_badge_renew(old, &renewal, &document);
    if (err == AVOW_OK)
        err = complete(terms, document, renewal.seed, commitment, text);
    sodium_memzero(renewal.seed, sizeof(renewal.seed));
    json_decref(document);
    return err;
}
