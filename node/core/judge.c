/* Judging runs off the core's thread, so it may take time and memory. Its answer depends on nothing
 * but its arguments. */
#include "node/core/judge.h"

#define KNOWN_MAX (AVOW_JUDGE_OTHERS_MAX + 2)

static bool is_of_chain(const struct avow_checkpoint *checkpoint, const struct avow_chain *chain)
{
    return chain != NULL && chain->count > 0 && checkpoint->epoch == avow_chain_epoch(chain) &&
           avow_hash_equal(&checkpoint->issuer, &chain->issuer) &&
           avow_hash_equal(&checkpoint->opening, avow_chain_opening(chain));
}

bool avow_judge_line_counts(const struct avow_cosignature *line,
                            const struct avow_checkpoint *checkpoint,
                            const struct avow_chain *chain, const struct avow_key *witnesses,
                            size_t witness_count)
{
    if (!avow_evidence_line_counts(line, checkpoint, chain))
        return false;
    bool named = avow_chain_has_key(chain, &line->key); /* the heartbeat's */
    for (size_t i = 0; i < witness_count && !named; i++)
        named = avow_key_equal(&witnesses[i], &line->key);
    return named;
}

/* A line that does not count is left out unlooked at, and held against nobody: its signer may have
 * known less of the log, and its sender passes on what it holds. A wrong signature is the sender's
 * own fault, who should have verified it. */
static enum avow_reject judge_signatures(const struct avow_judge_task *task,
                                         const struct avow_chain *chain,
                                         struct avow_judgement *judgement)
{
    const struct avow_checkpoint *checkpoint = &task->checkpoint;
    enum avow_reject reject = AVOW_ACCEPT;
    if (!task->checkpoint_known)
        reject = avow_evidence_judge_checkpoint(checkpoint, chain);
    for (size_t i = 0; i < task->cosignature_count && reject == AVOW_ACCEPT; i++) {
        const struct avow_cosignature *line = &task->cosignatures[i];
        if (!avow_judge_line_counts(line, checkpoint, chain, task->witnesses, task->witness_count))
            continue;
        reject = avow_evidence_judge_line(line, checkpoint, chain);
        judgement->lines |= UINT32_C(1) << i;
    }
    return reject;
}

/* Fills in where `theirs` leaves the held history at its root entry `position`. */
static void part_at(struct avow_judgement *judgement, const struct avow_chain *theirs,
                    size_t position)
{
    judgement->shared = position == 0 ? 0 : theirs->entries[position - 1].index + 1;
    judgement->parts_at = theirs->entries[position].index;
    judgement->parts_root = theirs->entries[position].root_before;
}

static size_t first_difference(const struct avow_chain *a, const struct avow_chain *b)
{
    size_t position = 0;
    while (position < a->count && position < b->count &&
           a->entries[position].index == b->entries[position].index &&
           avow_hash_equal(&a->entries[position].leaf, &b->entries[position].leaf))
        position++;
    return position;
}

/* Whether a chain goes the way of the choice, as far as either goes. */
static bool is_on_way(const struct avow_chain *chain, const struct avow_chain *winner,
                      const struct avow_chain_choice *choice)
{
    size_t depth = choice->root_fork ? choice->agreed : winner->count;
    size_t shared = first_difference(chain, winner);
    return shared >= (chain->count < depth ? chain->count : depth);
}

/* Whether `theirs` replaces the held log, by the choice among all that are known. At a root fork
 * whatever is on the agreed way stays. */
static bool wins(const struct avow_chain *theirs, const struct avow_known_chains *known,
                 struct avow_judgement *judgement)
{
    const struct avow_chain *all[KNOWN_MAX] = {known->held, theirs};
    size_t count = 2;
    for (size_t i = 0; i < known->other_count && count < KNOWN_MAX; i++)
        all[count++] = known->others[i];
    struct avow_chain_choice choice = avow_chain_choose(all, count);
    const struct avow_chain *winner = all[choice.winner];
    bool on_way = is_on_way(theirs, winner, &choice);
    judgement->best = on_way && !choice.root_fork;
    return on_way && (!choice.root_fork || !is_on_way(known->held, winner, &choice));
}

static void relate(const struct avow_judge_task *task, const struct avow_chain *theirs,
                   const struct avow_known_chains *known, struct avow_judgement *judgement)
{
    const struct avow_chain *held = known->held;
    judgement->best = true;
    if (held == NULL || held->count == 0)
        return;
    bool better = wins(theirs, known, judgement);
    switch (avow_chain_compare(theirs, held)) {
    case AVOW_CHAIN_SAME:
        return;
    case AVOW_CHAIN_EXTENDED:
        judgement->relation = AVOW_JUDGE_BEHIND;
        return;
    case AVOW_CHAIN_EXTENDS:
        part_at(judgement, theirs, held->count);
        if (theirs->entries[held->count].index < task->held_size)
            judgement->relation = better ? AVOW_JUDGE_WINS : AVOW_JUDGE_LOSES;
        return;
    case AVOW_CHAIN_BRANCH:
        part_at(judgement, theirs, first_difference(theirs, held));
        judgement->relation = better ? AVOW_JUDGE_WINS : AVOW_JUDGE_LOSES;
        return;
    }
}

/* Whether the chain begins in another tree than the checkpoint's. What is not even that is left for
 * avow_evidence_chain_of_list() to refuse. */
static bool is_elsewhere(const struct avow_judge_task *task)
{
    struct avow_list chain = task->chain;
    struct avow_bytes entry;
    struct avow_path path;
    struct avow_hash root;
    uint64_t index;
    if (!avow_list_next_proved(&chain, &entry, &index, &path) || index != 0)
        return false;
    struct avow_hash leaf = avow_merkle_leaf_hash(entry);
    return avow_hash_equal(&leaf, &task->checkpoint.issuer) &&
           avow_merkle_inclusion_root(&leaf, 0, task->checkpoint.size, &path, &root) ==
               AVOW_ACCEPT &&
           !avow_hash_equal(&root, &task->checkpoint.root);
}

static void judge_by_list(const struct avow_judge_task *task, const struct avow_known_chains *known,
                          struct avow_judgement *judgement)
{
    judgement->elsewhere = is_elsewhere(task);
    if (judgement->elsewhere)
        return;
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf list;
    avow_buf_init(&list, AVOW_MESSAGE_BYTES_MAX);
    avow_list_write(&list, &task->chain);
    judgement->err = list.err;
    if (judgement->err != AVOW_OK)
        return;
    AVOW_CLEANUP(avow_chain_fini)
    struct avow_chain theirs;
    avow_chain_init(&theirs);
    judgement->err = avow_evidence_chain_of_list(avow_buf_bytes(&list), &task->checkpoint,
                                                 task->checker, &theirs, &judgement->reject);
    if (judgement->err != AVOW_OK || judgement->reject != AVOW_ACCEPT)
        return;
    judgement->reject = judge_signatures(task, &theirs, judgement);
    if (judgement->reject == AVOW_ACCEPT)
        relate(task, &theirs, known, judgement);
}

void avow_judge_task_run(const struct avow_judge_task *task, const struct avow_known_chains *known,
                         struct avow_judgement *judgement)
{
    *judgement = (struct avow_judgement){.relation = AVOW_JUDGE_EXTENDS};
    if (!task->by_held_chain)
        judge_by_list(task, known, judgement);
    else if (is_of_chain(&task->checkpoint, known->held))
        judgement->reject = judge_signatures(task, known->held, judgement);
    else
        judgement->err = AVOW_ERR_REFUSED;
}

enum avow_reject avow_judge_status(const struct avow_proved_status *status,
                                   const struct avow_chain *chain)
{
    struct avow_entry entry;
    struct avow_hash root;
    struct avow_hash leaf = avow_merkle_leaf_hash(status->entry);
    enum avow_reject reject = avow_evidence_judge_checkpoint(&status->checkpoint, chain);
    if (reject == AVOW_ACCEPT)
        reject = avow_merkle_inclusion_root(&leaf, status->index, status->checkpoint.size,
                                            &status->path, &root);
    if (reject == AVOW_ACCEPT && !avow_hash_equal(&root, &status->checkpoint.root))
        reject = AVOW_REJECT_PROOF;
    if (reject == AVOW_ACCEPT)
        reject = avow_entry_decode(status->entry, &entry);
    if (reject != AVOW_ACCEPT)
        return reject;
    uint64_t opening = chain->entries[chain->count - 1].index;
    if (entry.kind != AVOW_KIND_STATUS || entry.status.state == AVOW_STATUS_ACTIVE ||
        status->index <= opening)
        return AVOW_REJECT_VALUE;
    if (entry.status.target >= opening)
        return AVOW_REJECT_TARGET;
    return entry.t > status->checkpoint.time ? AVOW_REJECT_TIME : AVOW_ACCEPT;
}
