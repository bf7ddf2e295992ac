#include "node/loop/submit/recovery.h"

#include "proto/crypto/sha256.h"
#include "proto/log/evidence.h"

#include <stdlib.h>

static const struct avow_no yes = {0};

void avow_recovery_free(struct avow_recovery **spent)
{
    struct avow_recovery *recovery = *spent;
    *spent = NULL;
    if (recovery == NULL)
        return;
    avow_chain_fini(&recovery->held);
    avow_chain_fini(&recovery->chain);
    for (size_t i = 0; i < recovery->other_count; i++)
        avow_buf_fini(&recovery->others[i].list);
    free(recovery);
}

/* ------------------------------------------------------------------ without a signature */

/* Whether the log, which reaches as far, had the checkpoint's root at its size: then it has the
 * batch. */
static enum avow_err is_contained(const struct avow_submit_facts *facts, const struct avow_log *log,
                                  const struct avow_checkpoint *checkpoint, bool *contained)
{
    struct avow_hash root;
    *contained = false;
    if (checkpoint->size > log->checkpoint.size)
        return AVOW_OK;
    const struct avow_tree_nodes nodes = avow_snapshot_nodes(facts->snapshot, log);
    enum avow_err err = avow_tree_root_at(&nodes, checkpoint->size, &root);
    *contained = err == AVOW_OK && avow_hash_equal(&root, &checkpoint->root);
    return err;
}

static struct avow_no check_form(const struct avow_submit_facts *facts, const struct avow_log *log,
                                 const struct avow_message *recover, struct avow_entry *first)
{
    const uint64_t size = log->checkpoint.size;
    const struct avow_checkpoint *checkpoint = &recover->checkpoint;
    struct avow_list entries = recover->entries;
    struct avow_bytes bytes;
    if (recover->from > size)
        return avow_no(AVOW_REFUSAL_MOVED_ON, size, NULL);
    if (recover->from == 0 || !avow_list_next_entry(&entries, &bytes) ||
        avow_entry_decode(bytes, first) != AVOW_ACCEPT || !avow_kind_is_root(first->kind))
        return avow_no(AVOW_REFUSAL_INVALID, size, "a recovery begins with a root entry");
    if (checkpoint->size < recover->from ||
        checkpoint->size - recover->from != recover->entries.count)
        return avow_no(AVOW_REFUSAL_INVALID, size, "the batch is not all that it is to be");
    if (checkpoint->time > facts->now && checkpoint->time - facts->now > AVOW_CLOCK_AHEAD_MAX_S)
        return avow_no(AVOW_REFUSAL_CLOCK, facts->now, NULL);
    return yes;
}

/* The root entries of `chain` below `from`. */
static enum avow_err copy_prefix(const struct avow_chain *chain, uint64_t from,
                                 struct avow_chain *prefix)
{
    enum avow_err err = AVOW_OK;
    for (size_t i = 0; i < chain->count && chain->entries[i].index < from && err == AVOW_OK; i++) {
        struct avow_entry entry;
        enum avow_reject reject = avow_entry_decode(avow_chain_entry_bytes(chain, i), &entry);
        if (reject == AVOW_ACCEPT)
            err = avow_chain_reapply(prefix, chain->entries[i].index, &entry,
                                     &chain->entries[i].root_before, &reject);
        if (err == AVOW_OK && reject != AVOW_ACCEPT) /* the entry was accepted before */
            err = AVOW_ERR_CORRUPT;
    }
    return err;
}

static enum avow_err copy_others(const struct avow_submit_facts *facts,
                                 struct avow_recovery *recovery)
{
    struct avow_other_chain other;
    enum avow_err err = AVOW_OK;
    while (err == AVOW_OK && recovery->other_count < AVOW_OTHER_CHAINS_MAX) {
        struct avow_recovery_other *copy = &recovery->others[recovery->other_count];
        err = avow_snapshot_other_chain(facts->snapshot, &recovery->checkpoint.issuer,
                                        recovery->other_count, &other);
        if (err != AVOW_OK)
            break;
        avow_buf_init(&copy->list, AVOW_OTHER_CHAIN_BYTES_MAX);
        recovery->other_count++;
        copy->checkpoint = other.checkpoint;
        avow_buf_append(&copy->list, other.list.data, other.list.len);
        err = copy->list.err;
    }
    return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
}

static enum avow_err copy_log(const struct avow_submit_facts *facts, const struct avow_log *log,
                              struct avow_recovery *recovery)
{
    const struct avow_tree_nodes nodes = avow_snapshot_nodes(facts->snapshot, log);
    enum avow_err err = avow_chain_copy(&recovery->held, &log->state.chain);
    if (err == AVOW_OK)
        err = avow_tree_load(&nodes, recovery->from, &recovery->tree);
    if (err != AVOW_OK)
        return err;
    recovery->shared_root = avow_tree_root(&recovery->tree);
    return copy_others(facts, recovery);
}

/* What a rotation reveals costs one hash to look at, and is what a thief does not have. */
static bool reveals_another(const struct avow_chain *chain, const struct avow_entry *first)
{
    if (first->kind != AVOW_KIND_ROOT_ROTATION)
        return false;
    const struct avow_key *root = &first->rotation.new_root;
    const struct avow_bytes bytes = avow_bytes(root->bytes, sizeof(root->bytes));
    const struct avow_hash digest = avow_sha256(&bytes, 1);
    return !avow_hash_equal(&digest, &chain->digest);
}

static struct avow_no fill(const struct avow_submit_facts *facts, const struct avow_log *log,
                           const struct avow_message *recover, const struct avow_entry *first,
                           struct avow_recovery *recovery)
{
    recovery->checkpoint = recover->checkpoint;
    recovery->from = recover->from;
    recovery->abandoned_from = log->abandoned_from;
    recovery->at_head = recover->from == log->checkpoint.size;
    if (copy_prefix(&log->state.chain, recovery->from, &recovery->chain) != AVOW_OK)
        return avow_no(AVOW_REFUSAL_BUSY, 0, NULL);
    if (reveals_another(&recovery->chain, first))
        return avow_no(AVOW_REFUSAL_INVALID, log->checkpoint.size,
                       avow_reject_text(AVOW_REJECT_DIGEST));
    return copy_log(facts, log, recovery) == AVOW_OK ? yes : avow_no(AVOW_REFUSAL_BUSY, 0, NULL);
}

struct avow_no avow_recovery_begin(const struct avow_submit_facts *facts,
                                   const struct avow_message *recover,
                                   struct avow_recovery **recovery, bool *accepted)
{
    const struct avow_log *log;
    struct avow_entry first = {.kind = AVOW_KIND_INERT_MIN};
    *recovery = NULL;
    *accepted = false;
    enum avow_err err = avow_snapshot_log(facts->snapshot, &recover->checkpoint.issuer, &log);
    if (err == AVOW_ERR_NOT_FOUND)
        return avow_no(AVOW_REFUSAL_UNKNOWN_LOG, 0, NULL);
    if (err == AVOW_OK)
        err = is_contained(facts, log, &recover->checkpoint, accepted);
    if (err != AVOW_OK)
        return avow_no(AVOW_REFUSAL_BUSY, 0, NULL);
    if (*accepted)
        return yes;
    struct avow_no no = check_form(facts, log, recover, &first);
    if (no.code != 0)
        return no;
    *recovery = calloc(1, sizeof(**recovery));
    if (*recovery == NULL)
        return avow_no(AVOW_REFUSAL_BUSY, 0, NULL);
    no = fill(facts, log, recover, &first, *recovery);
    if (no.code != 0)
        avow_recovery_free(recovery);
    return no;
}

/* ------------------------------------------------------------------ with signatures */

static bool is_wrong(enum avow_reject reject)
{
    return reject == AVOW_REJECT_ROOT_SIGNATURE || reject == AVOW_REJECT_SIGNATURE ||
           reject == AVOW_REJECT_ROOT;
}

/* Applies one entry to chain and tree. */
static void add_entry(struct avow_recovery *recovery, struct avow_bytes bytes)
{
    struct avow_entry entry;
    const struct avow_hash leaf = avow_merkle_leaf_hash(bytes);
    recovery->reject = avow_entry_decode(bytes, &entry);
    if (recovery->reject == AVOW_ACCEPT && avow_kind_is_root(entry.kind)) {
        const struct avow_hash root = avow_tree_root(&recovery->tree);
        recovery->err = avow_chain_apply(&recovery->chain, recovery->tree.size, &entry, &root,
                                         recovery->checker, &recovery->reject);
    }
    avow_tree_append(&recovery->tree, &leaf, NULL);
}

static bool is_ended(const struct avow_recovery *recovery)
{
    return recovery->err != AVOW_OK || recovery->reject != AVOW_ACCEPT;
}

static void judge_batch(struct avow_recovery *recovery, const struct avow_bytes *entries,
                        size_t count)
{
    for (size_t i = 0; i < count && !is_ended(recovery); i++) {
        add_entry(recovery, entries[i]);
        if (i == 0 && !is_ended(recovery) && !avow_checkpoint_verify(&recovery->checkpoint))
            recovery->reject = AVOW_REJECT_SIGNATURE;
    }
    if (is_ended(recovery))
        return;
    const struct avow_hash root = avow_tree_root(&recovery->tree);
    recovery->reject = avow_hash_equal(&root, &recovery->checkpoint.root)
                           ? avow_evidence_judge_key(&recovery->checkpoint, &recovery->chain)
                           : AVOW_REJECT_ROOT;
}

/* Among the batch's chain, the accepted log's and the others. */
static enum avow_recovery_fault choose(struct avow_recovery *recovery)
{
    struct avow_chain read[AVOW_OTHER_CHAINS_MAX] = {{.count = 0}};
    const struct avow_chain *chains[AVOW_OTHER_CHAINS_MAX + 2] = {&recovery->chain,
                                                                  &recovery->held};
    size_t count = 2;
    for (size_t i = 0; i < recovery->other_count && recovery->err == AVOW_OK; i++) {
        enum avow_reject reject = AVOW_ACCEPT;
        const struct avow_recovery_other *other = &recovery->others[i];
        recovery->err = avow_evidence_chain_of_list(
            avow_buf_bytes(&other->list), &other->checkpoint, recovery->checker, &read[i], &reject);
        if (recovery->err == AVOW_OK && reject == AVOW_ACCEPT)
            chains[count++] = &read[i];
    }
    enum avow_recovery_fault fault = AVOW_RECOVERY_OURS;
    if (recovery->err == AVOW_OK) {
        const struct avow_chain_choice choice = avow_chain_choose(chains, count);
        fault = choice.root_fork ? AVOW_RECOVERY_FORKS
                : avow_chain_compare(chains[choice.winner], &recovery->chain) == AVOW_CHAIN_SAME
                    ? AVOW_RECOVERY_GOOD
                    : AVOW_RECOVERY_LOSES;
    }
    for (size_t i = 0; i < recovery->other_count; i++)
        avow_chain_fini(&read[i]);
    return fault;
}

void avow_recovery_judge(struct avow_recovery *recovery, const struct avow_bytes *entries,
                         size_t count)
{
    judge_batch(recovery, entries, count);
    if (recovery->err != AVOW_OK)
        recovery->fault = AVOW_RECOVERY_OURS;
    else if (recovery->reject != AVOW_ACCEPT)
        recovery->fault = is_wrong(recovery->reject) ? AVOW_RECOVERY_WRONG : AVOW_RECOVERY_RULE;
    else
        recovery->fault = choose(recovery);
}

struct avow_no avow_recovery_no(const struct avow_recovery *recovery, uint64_t size)
{
    switch (recovery->fault) {
    case AVOW_RECOVERY_LOSES:
        return avow_no(AVOW_REFUSAL_INVALID, size, "another history of this log wins over it");
    case AVOW_RECOVERY_FORKS:
        return avow_no(AVOW_REFUSAL_INVALID, size,
                       "it would be one of several histories, of which none can be told to count");
    case AVOW_RECOVERY_GOOD:
    case AVOW_RECOVERY_OURS:
    case AVOW_RECOVERY_WRONG:
    case AVOW_RECOVERY_RULE:
        break;
    }
    return avow_no(AVOW_REFUSAL_INVALID, size, avow_reject_text(recovery->reject));
}
