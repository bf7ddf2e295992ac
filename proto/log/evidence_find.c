/* Looking things up in evidence that has been checked. */
#include "proto/log/evidence.h"

const struct avow_log_proof *avow_evidence_log(const struct avow_evidence *evidence,
                                               const struct avow_hash *issuer)
{
    for (size_t i = 0; i < evidence->count; i++) {
        if (avow_hash_equal(&evidence->logs[i].checkpoint.issuer, issuer))
            return &evidence->logs[i];
    }
    return NULL;
}

size_t avow_log_proof_position(const struct avow_log_proof *proof, uint64_t index)
{
    size_t low = 0, high = proof->entry_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (proof->entries[middle].index < index)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool avow_log_proof_entry(const struct avow_log_proof *proof, uint64_t index,
                          struct avow_bytes *entry)
{
    const size_t low = avow_log_proof_position(proof, index);
    if (low < proof->entry_count && proof->entries[low].index == index) {
        *entry = proof->entries[low].bytes;
        return true;
    }
    for (size_t i = 0; i < proof->chain.count; i++) {
        if (proof->chain.entries[i].index == index) {
            *entry = avow_chain_entry_bytes(&proof->chain, i);
            return true;
        }
    }
    return false;
}

bool avow_log_proof_foreign(const struct avow_log_proof *proof, uint64_t target,
                            struct avow_bytes *entry)
{
    size_t low = 0, high = proof->foreign_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (proof->foreign[middle].target < target)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == proof->foreign_count || proof->foreign[low].target != target)
        return false;
    *entry = proof->foreign[low].entry;
    return true;
}

bool avow_log_proof_status(const struct avow_log_proof *proof, uint64_t index,
                           enum avow_status *status)
{
    uint64_t number = index / AVOW_STATUS_CHUNK_ENTRIES;
    size_t low = 0, high = proof->chunk_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (proof->chunks[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == proof->chunk_count || proof->chunks[low].number != number)
        return false;
    *status = avow_status_map_get(proof->chunks[low].bytes, index);
    return true;
}

bool avow_log_proof_is_whole(const struct avow_log_proof *proof)
{
    uint64_t shown = proof->entry_count;
    if (shown + proof->chain.count < proof->checkpoint.size)
        return false;
    for (size_t i = 0; i < proof->chain.count; i++) {
        const size_t position = avow_log_proof_position(proof, proof->chain.entries[i].index);
        if (position == proof->entry_count ||
            proof->entries[position].index != proof->chain.entries[i].index)
            shown++;
    }
    if (shown != proof->checkpoint.size)
        return false;
    for (size_t i = 0; i < proof->entry_count; i++) {
        struct avow_entry entry;
        if (avow_entry_decode(proof->entries[i].bytes, &entry) != AVOW_ACCEPT)
            return false;
    }
    return true;
}
