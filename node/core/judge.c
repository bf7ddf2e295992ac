/* Judging runs off the core's thread, so it may take time and memory; its answer is pure. */
#include "node/core/judge.h"

static bool is_of_chain(const struct avow_checkpoint *checkpoint, const struct avow_chain *chain)
{
    return chain != NULL && chain->count > 0 && checkpoint->epoch == avow_chain_epoch(chain) &&
           avow_hash_equal(&checkpoint->issuer, &chain->issuer) &&
           avow_hash_equal(&checkpoint->opening, avow_chain_opening(chain));
}

static enum avow_reject judge_signatures(const struct avow_judge_task *task,
                                         const struct avow_chain *chain,
                                         struct avow_judgement *judgement)
{
    const struct avow_checkpoint *checkpoint = &task->checkpoint;
    enum avow_reject reject = AVOW_ACCEPT;
    if (!task->checkpoint_known)
        reject = avow_checkpoint_judge(checkpoint, chain);
    for (size_t i = 0; i < task->cosignature_count && reject == AVOW_ACCEPT; i++) {
        const struct avow_cosignature *line = &task->cosignatures[i];
        bool heartbeat = false;
        if (avow_chain_key(chain, &line->key, AVOW_KEY_HEARTBEAT, checkpoint->size) == NULL)
            continue;
        reject = avow_cosignature_judge(line, checkpoint, chain, &heartbeat);
        if (reject == AVOW_ACCEPT && heartbeat)
            judgement->heartbeats |= UINT32_C(1) << i;
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

static void relate(const struct avow_judge_task *task, const struct avow_chain *theirs,
                   const struct avow_chain *held, struct avow_judgement *judgement)
{
    if (held == NULL || held->count == 0)
        return;
    switch (avow_chain_compare(theirs, held)) {
    case AVOW_CHAIN_SAME:
        return;
    case AVOW_CHAIN_EXTENDS:
        if (theirs->entries[held->count].index >= task->held_size)
            return;
        judgement->relation = AVOW_JUDGE_WINS;
        part_at(judgement, theirs, held->count);
        return;
    case AVOW_CHAIN_EXTENDED:
        judgement->relation = AVOW_JUDGE_BEHIND;
        return;
    case AVOW_CHAIN_BRANCH: {
        const struct avow_chain *const both[] = {held, theirs};
        struct avow_chain_choice choice = avow_chain_choose(both, 2);
        bool wins = choice.winner == 1 && !choice.root_fork;
        judgement->relation = wins ? AVOW_JUDGE_WINS : AVOW_JUDGE_LOSES;
        part_at(judgement, theirs, first_difference(theirs, held));
        return;
    }
    }
}

static void judge_by_list(const struct avow_judge_task *task, const struct avow_chain *held,
                          struct avow_judgement *judgement)
{
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
    judgement->err =
        avow_chain_read(avow_buf_bytes(&list), &task->checkpoint, &theirs, &judgement->reject);
    if (judgement->err != AVOW_OK || judgement->reject != AVOW_ACCEPT)
        return;
    judgement->reject = judge_signatures(task, &theirs, judgement);
    if (judgement->reject == AVOW_ACCEPT)
        relate(task, &theirs, held, judgement);
}

void avow_judge_task_run(const struct avow_judge_task *task, const struct avow_chain *held,
                         struct avow_judgement *judgement)
{
    *judgement = (struct avow_judgement){.relation = AVOW_JUDGE_EXTENDS};
    if (!task->by_held_chain)
        judge_by_list(task, held, judgement);
    else if (is_of_chain(&task->checkpoint, held))
        judgement->reject = judge_signatures(task, held, judgement);
    else
        judgement->err = AVOW_ERR_REFUSED;
}
