/* Fork proofs: what makes two checkpoints of one origin incompatible, and who signed them. */
#include "proto/log/fork.h"

#include "proto/log/path.h"

static bool same_trees(const struct avow_checkpoint *a, const struct avow_checkpoint *b)
{
    return avow_hash_equal(&a->root, &b->root) && avow_hash_equal(&a->status_root, &b->status_root);
}

static bool is_inconsistent(const struct avow_fork *fork)
{
    const struct avow_checkpoint *first = &fork->first;
    const struct avow_checkpoint *second = &fork->second;
    struct avow_hash from_old;
    struct avow_hash from_new;
    if (first->size > second->size)
        return false;
    if (first->size == second->size)
        return fork->path.count == 0 && !same_trees(first, second);
    if (fork->path.count == 0)
        return first->time > second->time;
    return avow_merkle_consistency_roots(first->size, second->size, &fork->path, &from_old,
                                         &from_new) == AVOW_ACCEPT &&
           avow_hash_equal(&from_new, &second->root) && !avow_hash_equal(&from_old, &first->root);
}

/* The sign keys of an epoch are in force from its opening entry to the one that ends it. Before a
 * custodian's, a closure's own checkpoint is signed by a key that the closure ends. */
static bool signs_in(const struct avow_chain_key *key, const struct avow_root_entry *opening,
                     uint64_t size)
{
    if (key->kind != AVOW_KEY_SIGN)
        return false;
    if (opening->kind == AVOW_KIND_CLOSURE && size == opening->index + 1)
        return key->until == opening->index;
    return key->since <= opening->index && opening->index < key->until;
}

static enum avow_reject judge_signer(const struct avow_checkpoint *checkpoint,
                                     const struct avow_chain *chain)
{
    const struct avow_root_entry *opening = &chain->entries[checkpoint->epoch];
    const struct avow_chain_key *key = NULL;
    if (checkpoint->size <= opening->index)
        return AVOW_REJECT_FORK;
    if (checkpoint->time < opening->t)
        return AVOW_REJECT_TIME;
    for (size_t i = 0; i < chain->key_count && key == NULL; i++) {
        if (avow_key_equal(&chain->keys[i].key, &checkpoint->key) &&
            signs_in(&chain->keys[i], opening, checkpoint->size))
            key = &chain->keys[i];
    }
    if (key == NULL)
        return AVOW_REJECT_KEY_UNKNOWN;
    if (checkpoint->time > key->not_after)
        return AVOW_REJECT_KEY_EXPIRED;
    return avow_checkpoint_verify(checkpoint) ? AVOW_ACCEPT : AVOW_REJECT_SIGNATURE;
}

enum avow_reject avow_fork_check(const struct avow_fork *fork, const struct avow_chain *chain)
{
    const struct avow_checkpoint *first = &fork->first;
    const struct avow_checkpoint *second = &fork->second;
    if (!avow_hash_equal(&first->issuer, &second->issuer) || first->epoch != second->epoch ||
        !avow_hash_equal(&first->opening, &second->opening) ||
        !avow_hash_equal(&first->issuer, &chain->issuer) || first->epoch >= chain->count ||
        !avow_hash_equal(&first->opening, &chain->entries[first->epoch].leaf))
        return AVOW_REJECT_ORIGIN;
    if (!is_inconsistent(fork))
        return AVOW_REJECT_FORK;
    enum avow_reject reject = judge_signer(first, chain);
    return reject == AVOW_ACCEPT ? judge_signer(second, chain) : reject;
}

void avow_fork_encode(struct avow_buf *out, const struct avow_fork *fork)
{
    avow_write_array(out, 3);
    avow_checkpoint_write(out, &fork->first);
    avow_checkpoint_write(out, &fork->second);
    avow_path_write(out, &fork->path);
}

enum avow_reject avow_fork_decode(struct avow_bytes bytes, struct avow_fork *fork)
{
    struct avow_reader reader;
    if (bytes.len > AVOW_FORK_BYTES_MAX)
        return AVOW_REJECT_LENGTH;
    avow_reader_init(&reader, bytes);
    avow_reader_array_of(&reader, 3);
    avow_checkpoint_read(&reader, &fork->first);
    avow_checkpoint_read(&reader, &fork->second);
    avow_path_read(&reader, &fork->path);
    return avow_reader_finish(&reader);
}
