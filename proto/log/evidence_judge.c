/* Who may sign what: a checkpoint and its cosignatures, judged by a root chain. */
#include "proto/log/evidence.h"

enum avow_reject avow_evidence_judge_key(const struct avow_checkpoint *checkpoint,
                                         const struct avow_chain *chain)
{
    if (chain->count == 0 || !avow_hash_equal(&checkpoint->issuer, &chain->issuer) ||
        checkpoint->epoch != avow_chain_epoch(chain) ||
        !avow_hash_equal(&checkpoint->opening, avow_chain_opening(chain)))
        return AVOW_REJECT_ORIGIN;
    const struct avow_root_entry *opening = &chain->entries[chain->count - 1];
    if (checkpoint->size <= opening->index)
        return AVOW_REJECT_SIZE;
    if (checkpoint->time < opening->t)
        return AVOW_REJECT_TIME;
    const struct avow_chain_key *key =
        avow_chain_key(chain, &checkpoint->key, AVOW_KEY_SIGN, checkpoint->size);
    if (key == NULL)
        return AVOW_REJECT_KEY_UNKNOWN;
    return checkpoint->time > key->not_after ? AVOW_REJECT_KEY_EXPIRED : AVOW_ACCEPT;
}

enum avow_reject avow_evidence_judge_checkpoint(const struct avow_checkpoint *checkpoint,
                                                const struct avow_chain *chain)
{
    enum avow_reject reject = avow_evidence_judge_key(checkpoint, chain);
    if (reject != AVOW_ACCEPT)
        return reject;
    return avow_checkpoint_verify(checkpoint) ? AVOW_ACCEPT : AVOW_REJECT_SIGNATURE;
}

/* A log's own key is no witness of it, whatever became of the key since. */
static bool is_own_key(const struct avow_chain *chain, const struct avow_key *key)
{
    for (size_t i = 0; i < chain->key_count; i++) {
        if (avow_key_equal(&chain->keys[i].key, key))
            return true;
    }
    return false;
}

enum avow_reject avow_evidence_judge_cosignature(const struct avow_cosignature *line,
                                                 const struct avow_checkpoint *checkpoint,
                                                 const struct avow_chain *chain, bool *heartbeat)
{
    const struct avow_chain_key *key =
        avow_chain_key(chain, &line->key, AVOW_KEY_HEARTBEAT, checkpoint->size);
    *heartbeat = key != NULL;
    if (key != NULL && line->time > key->not_after)
        return AVOW_REJECT_KEY_EXPIRED;
    if (line->time < checkpoint->time)
        return AVOW_REJECT_TIME;
    if (key == NULL && is_own_key(chain, &line->key))
        return AVOW_REJECT_KEY_UNKNOWN;
    if (key == NULL && !avow_ed25519_key_is_valid(&line->key))
        return AVOW_REJECT_KEY_POINT;
    return avow_cosignature_verify(line, checkpoint) ? AVOW_ACCEPT : AVOW_REJECT_SIGNATURE;
}
