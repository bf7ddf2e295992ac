/* Facts from checked evidence: what a verdict reads when there is no node. */
#include "proto/log/evidence.h"
#include "proto/trust/verdict.h"

static enum avow_err evidence_log(void *context, const struct avow_hash *issuer,
                                  struct avow_known_log *log)
{
    const struct avow_log_proof *proof = avow_evidence_log(context, issuer);
    if (proof == NULL)
        return AVOW_ERR_NOT_FOUND;
    *log = (struct avow_known_log){
        .checkpoint = &proof->checkpoint,
        .cosignatures = proof->cosignatures,
        .cosignature_count = proof->cosignature_count,
        .chain = &proof->chain,
        .abandoned_from = AVOW_NEVER,
        .disputed_from = proof->disputed_from,
        .forked = proof->forked,
        .fork_time = proof->fork_time,
        .whole = proof->whole,
        .handle = proof,
    };
    return AVOW_OK;
}

static enum avow_err evidence_entry(void *context, const struct avow_known_log *log, uint64_t index,
                                    struct avow_bytes *entry)
{
    (void)context;
    return avow_log_proof_entry(log->handle, index, entry) ? AVOW_OK : AVOW_ERR_NOT_FOUND;
}

static enum avow_err evidence_status(void *context, const struct avow_known_log *log,
                                     uint64_t index, enum avow_status *status)
{
    (void)context;
    return avow_log_proof_status(log->handle, index, status) ? AVOW_OK : AVOW_ERR_NOT_FOUND;
}

static enum avow_err evidence_last_status_entry(void *context, const struct avow_known_log *log,
                                                uint64_t target, uint64_t *index)
{
    (void)context;
    const struct avow_log_proof *proof = log->handle;
    for (size_t i = proof->entry_count; i-- > 0;) {
        const struct avow_bytes bytes = proof->entries[i].bytes;
        struct avow_entry entry;
        if (bytes.data[1] == AVOW_KIND_STATUS && /* entries were decoded before: their kind */
            avow_entry_decode(bytes, &entry) == AVOW_ACCEPT && entry.status.target == target) {
            *index = proof->entries[i].index;
            return AVOW_OK;
        }
    }
    return AVOW_ERR_NOT_FOUND;
}

static enum avow_err evidence_witnessed(void *context, const struct avow_known_log *log,
                                        uint64_t index, uint64_t after,
                                        struct avow_witnessed *witnessed)
{
    (void)context;
    const struct avow_log_proof *proof = log->handle;
    if (!proof->has_first_witness || proof->first_index != index ||
        proof->first_checkpoint.size <= after)
        return AVOW_ERR_NOT_FOUND;
    witnessed->size = proof->first_checkpoint.size;
    witnessed->count = proof->first_cosignature_count;
    memcpy(witnessed->lines, proof->first_cosignatures,
           witnessed->count * sizeof(witnessed->lines[0]));
    return AVOW_OK;
}

static enum avow_err evidence_foreign(void *context, const struct avow_known_log *log,
                                      uint64_t target, struct avow_bytes *entry)
{
    (void)context;
    return avow_log_proof_foreign(log->handle, target, entry) ? AVOW_OK : AVOW_ERR_NOT_FOUND;
}

static bool is_recognition(const struct avow_proved_entry *proved, const struct avow_hash *subject)
{
    struct avow_entry entry;
    if (avow_entry_decode(proved->bytes, &entry) != AVOW_ACCEPT ||
        entry.kind != AVOW_KIND_RECOGNITION)
        return false;
    return subject != NULL ? avow_hash_equal(&entry.recognition.subject, subject)
                           : entry.recognition.role == AVOW_ROLE_AUTHORITY;
}

static enum avow_err evidence_recognition(void *context, const struct avow_known_log *log,
                                          const struct avow_hash *subject, uint64_t *index)
{
    (void)context;
    const struct avow_log_proof *proof = log->handle;
    for (size_t i = avow_log_proof_position(proof, *index); i < proof->entry_count; i++) {
        if (is_recognition(&proof->entries[i], subject)) {
            *index = proof->entries[i].index;
            return AVOW_OK;
        }
    }
    return AVOW_ERR_NOT_FOUND;
}

struct avow_facts avow_facts_from_evidence(const struct avow_evidence *evidence)
{
    return (struct avow_facts){
        .context = (void *)(uintptr_t)evidence, /* read only, behind one shared interface */
        .log = evidence_log,
        .entry = evidence_entry,
        .status = evidence_status,
        .last_status_entry = evidence_last_status_entry,
        .witnessed = evidence_witnessed,
        .foreign = evidence_foreign,
        .recognition = evidence_recognition,
    };
}
