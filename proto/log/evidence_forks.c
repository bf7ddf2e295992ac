/* What evidence shows of forks: proofs of them, what other branches say of records below them, and
 * other root chains. Each is checked like the log proof that it belongs to. */
#include "proto/log/evidence_read.h"
#include "proto/log/state.h"

#include <stdlib.h>

/* [0, first, second, path]: of the origin that is at hand. */
static void read_fork(struct avow_reader *reader, struct avow_log_proof *proof)
{
    struct avow_fork fork;
    avow_checkpoint_read(reader, &fork.first);
    avow_checkpoint_read(reader, &fork.second);
    struct avow_bytes path = avow_evidence_read_path(reader);
    if (reader->reject != AVOW_ACCEPT)
        return;
    avow_evidence_path(path, &fork.path);
    if (fork.first.epoch != proof->checkpoint.epoch) {
        avow_reader_reject(reader, AVOW_REJECT_ORIGIN);
        return;
    }
    avow_reader_reject(reader, avow_fork_check(&fork, &proof->chain));
    proof->forked = reader->reject == AVOW_ACCEPT;
    const uint64_t time = fork.first.time > fork.second.time ? fork.first.time : fork.second.time;
    if (time > proof->fork_time)
        proof->fork_time = time;
}

/* A status entry of the epoch for a record from before it, and no reinstatement. */
static enum avow_reject judge_foreign(const struct avow_log_proof *proof,
                                      const struct avow_checkpoint *other,
                                      const struct avow_proved_entry *proved,
                                      struct avow_foreign_status *foreign)
{
    const uint64_t opening = proof->chain.entries[proof->chain.count - 1].index;
    const struct avow_hash leaf = avow_merkle_leaf_hash(proved->bytes);
    struct avow_entry entry;
    enum avow_reject reject =
        avow_evidence_inclusion(&leaf, proved->index, other->size, proved->path, &other->root);
    if (reject == AVOW_ACCEPT)
        reject = avow_entry_decode(proved->bytes, &entry);
    if (reject != AVOW_ACCEPT)
        return reject;
    if (entry.kind != AVOW_KIND_STATUS || entry.status.state == AVOW_STATUS_ACTIVE)
        return AVOW_REJECT_VALUE;
    if (proved->index <= opening || entry.status.target >= opening)
        return AVOW_REJECT_TARGET;
    *foreign = (struct avow_foreign_status){entry.status.target, proved->bytes};
    return entry.t > other->time ? AVOW_REJECT_TIME : AVOW_ACCEPT;
}

static enum avow_err read_foreign_entries(struct avow_reader *reader, struct avow_log_proof *proof,
                                          const struct avow_checkpoint *other)
{
    const size_t count = avow_reader_array(reader, AVOW_EVIDENCE_ENTRIES_MAX);
    if (count == 0)
        return AVOW_OK;
    struct avow_foreign_status *all =
        realloc(proof->foreign, (proof->foreign_count + count) * sizeof(*all));
    if (all == NULL)
        return AVOW_ERR_NOMEM;
    proof->foreign = all;
    uint64_t last = 0;
    for (size_t i = 0; i < count; i++) {
        struct avow_proved_entry entry;
        avow_evidence_read_entry(reader, AVOW_ENTRY_BYTES_MAX, &entry);
        if (reader->reject == AVOW_ACCEPT && i > 0 && entry.index <= last)
            avow_reader_reject(reader, AVOW_REJECT_KEY_ORDER);
        if (reader->reject == AVOW_ACCEPT)
            avow_reader_reject(reader,
                               judge_foreign(proof, other, &entry, &all[proof->foreign_count]));
        if (reader->reject != AVOW_ACCEPT)
            return AVOW_OK;
        last = entry.index;
        proof->foreign_count++;
    }
    return AVOW_OK;
}

static int by_target_and_gravity(const void *left, const void *right)
{
    const struct avow_foreign_status *a = left, *b = right;
    struct avow_entry x, y;
    if (a->target != b->target)
        return a->target < b->target ? -1 : 1;
    if (avow_entry_decode(a->entry, &x) != AVOW_ACCEPT ||
        avow_entry_decode(b->entry, &y) != AVOW_ACCEPT)
        return 0;
    return avow_state_is_graver(&x, &y) ? -1 : avow_state_is_graver(&y, &x) ? 1 : 0;
}

/* Of each target the gravest. */
static void keep_gravest(struct avow_log_proof *proof)
{
    size_t kept = 0;
    if (proof->foreign_count == 0)
        return;
    qsort(proof->foreign, proof->foreign_count, sizeof(*proof->foreign), by_target_and_gravity);
    for (size_t i = 1; i < proof->foreign_count; i++) {
        if (proof->foreign[i].target != proof->foreign[kept].target)
            proof->foreign[++kept] = proof->foreign[i];
    }
    proof->foreign_count = kept + 1;
}

/* [1, other checkpoint, [proved entry, …]]: of the origin too, and after a proof that it forked. */
static enum avow_err read_foreign(struct avow_reader *reader, struct avow_log_proof *proof)
{
    struct avow_checkpoint other;
    avow_checkpoint_read(reader, &other);
    if (reader->reject != AVOW_ACCEPT)
        return AVOW_OK;
    if (!proof->forked)
        avow_reader_reject(reader, AVOW_REJECT_FORK);
    else
        avow_reader_reject(reader, avow_evidence_judge_checkpoint(&other, &proof->chain));
    if (reader->reject != AVOW_ACCEPT)
        return AVOW_OK;
    if (other.time > proof->fork_time)
        proof->fork_time = other.time;
    return read_foreign_entries(reader, proof, &other);
}

/* [2, other checkpoint, root chain] */
static enum avow_err read_other_chain(struct avow_reader *reader, const struct avow_chain *own,
                                      struct avow_chain *chain)
{
    struct avow_checkpoint other;
    avow_checkpoint_read(reader, &other);
    if (reader->reject == AVOW_ACCEPT && !avow_hash_equal(&other.issuer, &own->issuer))
        avow_reader_reject(reader, AVOW_REJECT_ORIGIN);
    if (reader->reject != AVOW_ACCEPT)
        return AVOW_OK;
    enum avow_err err = avow_evidence_read_chain(reader, &other, NULL, chain);
    if (err == AVOW_OK && reader->reject == AVOW_ACCEPT)
        avow_reader_reject(reader, avow_evidence_judge_checkpoint(&other, chain));
    return err;
}

/* With the log's own chain, the others leave no choice: all of them part from where they agree. */
static enum avow_reject judge_chains(struct avow_log_proof *proof, const struct avow_chain *others,
                                     size_t count)
{
    const struct avow_chain *chains[AVOW_EVIDENCE_FORKS_MAX + 1] = {&proof->chain};
    for (size_t i = 0; i < count; i++)
        chains[i + 1] = &others[i];
    const struct avow_chain_choice choice = avow_chain_choose(chains, count + 1);
    if (!choice.root_fork || proof->chain.count < choice.agreed)
        return AVOW_REJECT_CHAIN;
    const struct avow_root_entry *last = &proof->chain.entries[choice.agreed - 1];
    const struct avow_root_entry *agreed = &chains[choice.winner]->entries[choice.agreed - 1];
    if (last->index != agreed->index || !avow_hash_equal(&last->leaf, &agreed->leaf))
        return AVOW_REJECT_CHAIN;
    proof->disputed_from = last->index + 1;
    return AVOW_ACCEPT;
}

static enum avow_err read_item(struct avow_reader *reader, struct avow_log_proof *proof,
                               struct avow_chain *others, size_t *other_count)
{
    const size_t count = avow_reader_array(reader, 4);
    const uint64_t form = avow_reader_uint_max(reader, AVOW_EVIDENCE_OTHER_CHAIN);
    if (reader->reject == AVOW_ACCEPT && count != (form == AVOW_EVIDENCE_FORK ? 4 : 3))
        avow_reader_reject(reader, AVOW_REJECT_LENGTH);
    if (reader->reject != AVOW_ACCEPT)
        return AVOW_OK;
    if (form == AVOW_EVIDENCE_FORK) {
        read_fork(reader, proof);
        return AVOW_OK;
    }
    if (form == AVOW_EVIDENCE_FOREIGN)
        return read_foreign(reader, proof);
    return read_other_chain(reader, &proof->chain, &others[(*other_count)++]);
}

enum avow_err avow_evidence_read_forks(struct avow_reader *reader, struct avow_log_proof *proof)
{
    struct avow_chain others[AVOW_EVIDENCE_FORKS_MAX] = {0};
    size_t other_count = 0;
    enum avow_err err = AVOW_OK;
    proof->disputed_from = AVOW_NEVER;
    const size_t count = avow_reader_array(reader, AVOW_EVIDENCE_FORKS_MAX);
    for (size_t i = 0; i < count && err == AVOW_OK && reader->reject == AVOW_ACCEPT; i++)
        err = read_item(reader, proof, others, &other_count);
    if (err == AVOW_OK && reader->reject == AVOW_ACCEPT && other_count > 0)
        avow_reader_reject(reader, judge_chains(proof, others, other_count));
    for (size_t i = 0; i < other_count; i++)
        avow_chain_fini(&others[i]);
    keep_gravest(proof);
    return err;
}
