/* Evidence, with signatures and keys that are always good (this program is linked with them
 * wrapped), so that what lies behind them is reached: verdicts on every entry that is shown, at
 * times around it, under a policy that asks for nothing and one that asks for much, and drafts that
 * go on from it. */
#include "tests/fuzz/fuzz.h"

#include "proto/log/draft.h"
#include "proto/trust/verdict.h"

bool __wrap_avow_ed25519_verify(const struct avow_key *key, struct avow_bytes message,
                                const struct avow_signature *signature);
bool __wrap_avow_ed25519_key_is_valid(const struct avow_key *key);

bool __wrap_avow_ed25519_verify(const struct avow_key *key, struct avow_bytes message,
                                const struct avow_signature *signature)
{
    (void)key, (void)message;
    return signature->bytes[63] != 0xff;
}

bool __wrap_avow_ed25519_key_is_valid(const struct avow_key *key)
{
    return key->bytes[31] != 0xff;
}

/* Every log an anchor, every other cosigner a witness of the policy. */
static void rely(const struct avow_evidence *evidence, struct avow_policy *policy)
{
    static const uint8_t no_scope[] = {0x80};
    for (size_t i = 0; i < evidence->count; i++) {
        const struct avow_log_proof *proof = &evidence->logs[i];
        (void)!avow_policy_add_anchor(policy, avow_bytes_text(""), &proof->checkpoint.issuer,
                                      avow_bytes(no_scope, sizeof(no_scope)));
        for (size_t n = 0; n < proof->cosignature_count; n += 2)
            (void)!avow_policy_add_witness(policy, avow_bytes_text(""),
                                           &proof->cosignatures[n].key);
    }
    policy->require_recognition = true;
}

static void judge(const struct avow_evidence *evidence, const struct avow_log_proof *proof,
                  uint64_t index, uint64_t at, const struct avow_policy *policy)
{
    static struct avow_verdict verdict;
    struct avow_facts facts = avow_facts_from_evidence(evidence);
    const struct avow_reference parts[] = {{proof->checkpoint.issuer, index / 2},
                                           {evidence->logs[0].checkpoint.issuer, index + 1}};
    struct avow_subject subject = {.issuer = proof->checkpoint.issuer,
                                   .index = index,
                                   .component_count = index % 3 == 0 ? 2 : 0,
                                   .components = parts,
                                   .has_pathway = index % 2 == 0,
                                   .pathway = parts[0]};
    enum avow_err err = avow_judge(&facts, policy, &subject, proof->checkpoint.time, at, &verdict);
    AVOW_ASSERT(err == AVOW_OK);
    AVOW_ASSERT((verdict.checked & verdict.unchecked) == 0);
    if (verdict.word != AVOW_WORD_VALID)
        return;
    AVOW_ASSERT(verdict.has_entry && verdict.has_state && verdict.state == AVOW_STATUS_ACTIVE);
    AVOW_ASSERT(!policy->require_recognition || verdict.recognised.path_count > 0);
}

static void judge_all(const struct avow_evidence *evidence, const struct avow_policy *policy)
{
    for (size_t i = 0; i < evidence->count; i++) {
        const struct avow_log_proof *proof = &evidence->logs[i];
        for (size_t j = 0; j < proof->entry_count && j < 32; j++) {
            judge(evidence, proof, proof->entries[j].index, proof->checkpoint.time, policy);
            judge(evidence, proof, proof->entries[j].index, proof->checkpoint.time / 2, policy);
        }
        judge(evidence, proof, 0, 0, policy);
        judge(evidence, proof, AVOW_UINT_MAX, 0, policy);
    }
}

static void draft(const struct avow_log_proof *proof)
{
    struct avow_draft *draft = NULL;
    enum avow_reject reject;
    struct avow_checkpoint checkpoint;
    static const uint8_t inert[] = {0x92, 0xcc, 0x80, 0xcf, 0,    0x1f,
                                    0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    if (avow_draft_from_proof(proof, &draft, &reject) != AVOW_OK || draft == NULL)
        return;
    enum avow_err err = avow_draft_checkpoint(draft, proof->checkpoint.time, &checkpoint);
    AVOW_ASSERT(err == AVOW_OK);
    AVOW_ASSERT(avow_checkpoint_same_text(&checkpoint, &proof->checkpoint));
    err = avow_draft_append(draft, avow_bytes(inert, sizeof(inert)), &reject);
    AVOW_ASSERT(err == AVOW_OK);
    err = avow_draft_checkpoint(draft, proof->checkpoint.time, &checkpoint);
    AVOW_ASSERT(err == AVOW_OK);
    avow_draft_free(&draft);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct avow_evidence evidence;
    enum avow_reject reject;
    enum avow_err err = avow_evidence_check(avow_bytes(data, size), &evidence, &reject);
    if (err != AVOW_OK || reject != AVOW_ACCEPT)
        return 0;
    static struct avow_policy policy;
    avow_policy_init(&policy);
    judge_all(&evidence, &policy);
    rely(&evidence, &policy);
    judge_all(&evidence, &policy);
    for (size_t i = 0; i < evidence.count; i++)
        draft(&evidence.logs[i]);
    avow_evidence_fini(&evidence);
    return 0;
}
