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

bool avow_evidence_line_counts(const struct avow_cosignature *line,
                               const struct avow_checkpoint *checkpoint,
                               const struct avow_chain *chain)
{
    if (line->time < checkpoint->time)
        return false;
    const struct avow_chain_key *heartbeat =
        avow_chain_key(chain, &line->key, AVOW_KEY_HEARTBEAT, checkpoint->size);
    return heartbeat != NULL ? line->time <= heartbeat->not_after
                             : !avow_chain_has_key(chain, &line->key);
}

enum avow_reject avow_evidence_judge_line(const struct avow_cosignature *line,
                                          const struct avow_checkpoint *checkpoint,
                                          const struct avow_chain *chain)
{
    /* The points of the log's own keys were checked with the chain. */
    if (!avow_chain_has_key(chain, &line->key) && !avow_ed25519_key_is_valid(&line->key))
        return AVOW_REJECT_KEY_POINT;
    return avow_cosignature_verify(line, checkpoint) ? AVOW_ACCEPT : AVOW_REJECT_SIGNATURE;
}

size_t avow_evidence_keep_lines(struct avow_cosignature *lines, size_t count,
                                const struct avow_checkpoint *checkpoint,
                                const struct avow_chain *chain)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (avow_evidence_line_counts(&lines[i], checkpoint, chain))
            lines[kept++] = lines[i];
    return kept;
}
