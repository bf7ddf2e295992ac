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
        .disputed_from = AVOW_NEVER,
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
        struct avow_entry entry;
        if (avow_entry_decode(proof->entries[i].bytes, &entry) == AVOW_ACCEPT &&
            entry.kind == AVOW_KIND_STATUS && entry.status.target == target) {
            *index = proof->entries[i].index;
            return AVOW_OK;
        }
    }
    return AVOW_ERR_NOT_FOUND;
}

/* The earliest line by a key that is not the log's own. */
static void earliest(const struct avow_checkpoint *checkpoint, const struct avow_cosignature *lines,
                     size_t count, const struct avow_chain *chain, uint64_t *time)
{
    for (size_t i = 0; i < count; i++) {
        if (avow_chain_key(chain, &lines[i].key, AVOW_KEY_HEARTBEAT, checkpoint->size) == NULL &&
            lines[i].time < *time)
            *time = lines[i].time;
    }
}

static enum avow_err evidence_first_witness(void *context, const struct avow_known_log *log,
                                            uint64_t index, uint64_t *time)
{
    (void)context;
    const struct avow_log_proof *proof = log->handle;
    *time = AVOW_NEVER;
    if (proof->has_first_witness && proof->first_index == index)
        earliest(&proof->first_checkpoint, proof->first_cosignatures,
                 proof->first_cosignature_count, &proof->chain, time);
    if (index < proof->checkpoint.size)
        earliest(&proof->checkpoint, proof->cosignatures, proof->cosignature_count, &proof->chain,
                 time);
    return *time == AVOW_NEVER ? AVOW_ERR_NOT_FOUND : AVOW_OK;
}

struct avow_facts avow_facts_from_evidence(const struct avow_evidence *evidence)
{
    return (struct avow_facts){
        .context = (void *)(uintptr_t)evidence, /* read only, behind one shared interface */
        .log = evidence_log,
        .entry = evidence_entry,
        .status = evidence_status,
        .last_status_entry = evidence_last_status_entry,
        .first_witness = evidence_first_witness,
    };
}
