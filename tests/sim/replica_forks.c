/* What a replica knows of other histories, and what verdicts are made from. */
#include "tests/sim/replica.h"

#include "proto/crypto/sha256.h"

#define STATUSES 4 /* in an answer: few, so that pages are turned */

void replica_forks_init(struct replica *replica)
{
    replica->disputed_from = AVOW_NEVER;
    avow_buf_init(&replica->fork, AVOW_FORK_BYTES_MAX);
}

static void drop_foreign(struct replica *replica)
{
    for (size_t i = 0; i < replica->foreign_count; i++)
        avow_buf_fini(&replica->foreign[i].item);
    replica->foreign_count = 0;
}

static void free_chain(struct replica_chain *chain)
{
    avow_chain_fini(&chain->chain);
    avow_buf_fini(&chain->list);
}

void replica_forks_fini(struct replica *replica)
{
    for (size_t i = 0; i < replica->other_count; i++)
        free_chain(&replica->others[i]);
    drop_foreign(replica);
    avow_buf_fini(&replica->fork);
}

/* ------------------------------------------------------------------ root chains */

struct avow_known_chains replica_chains(const struct replica *replica)
{
    struct avow_known_chains known = {0};
    if (replica->checkpoint.size == 0)
        return known;
    known.held = &replica->log.state.chain;
    for (size_t i = 0; i < replica->other_count; i++)
        known.others[known.other_count++] = &replica->others[i].chain;
    return known;
}

static void choose(struct replica *replica)
{
    const struct avow_chain *all[AVOW_JUDGE_OTHERS_MAX + 1] = {&replica->log.state.chain};
    for (size_t i = 0; i < replica->other_count; i++)
        all[i + 1] = &replica->others[i].chain;
    struct avow_chain_choice choice = avow_chain_choose(all, replica->other_count + 1);
    const struct avow_chain *winner = all[choice.winner];
    replica->disputed_from =
        choice.root_fork ? winner->entries[choice.agreed - 1].index + 1 : AVOW_NEVER;
}

static void drop_chain(struct replica *replica, size_t position)
{
    free_chain(&replica->others[position]);
    replica->other_count--;
    memmove(&replica->others[position], &replica->others[position + 1],
            (replica->other_count - position) * sizeof(replica->others[0]));
}

/* Of chains those stay that no other one goes on from. */
static void keep_maximal(struct replica *replica, const struct avow_chain *than)
{
    for (size_t i = replica->other_count; i-- > 0;) {
        if (&replica->others[i].chain == than)
            continue;
        enum avow_chain_order order = avow_chain_compare(&replica->others[i].chain, than);
        if (order == AVOW_CHAIN_SAME || order == AVOW_CHAIN_EXTENDED)
            drop_chain(replica, i);
    }
}

void replica_forks_settle(struct replica *replica, bool moved)
{
    if (moved) {
        avow_buf_clear(&replica->fork);
        drop_foreign(replica);
        keep_maximal(replica, &replica->log.state.chain);
    }
    choose(replica);
}

static void keep_chain(struct replica *replica, const struct avow_core_action *action,
                       struct avow_core_stored *stored)
{
    struct replica_chain *added = &replica->others[replica->other_count];
    if (replica->checkpoint.size == 0 || replica->other_count == AVOW_JUDGE_OTHERS_MAX) {
        stored->err = AVOW_ERR_NOT_FOUND;
        return;
    }
    struct avow_buf whole;
    avow_buf_init(&whole, AVOW_MESSAGE_BYTES_MAX);
    avow_list_write(&whole, &action->chain);
    added->checkpoint = *action->checkpoint;
    avow_chain_init(&added->chain);
    enum avow_err err = avow_evidence_chain_of_list(avow_buf_bytes(&whole), action->checkpoint,
                                                    NULL, &added->chain, &stored->reject);
    avow_buf_fini(&whole);
    AVOW_ASSERT(err == AVOW_OK && stored->reject == AVOW_ACCEPT); /* it has been judged */
    bool known = avow_chain_compare(&added->chain, &replica->log.state.chain) == AVOW_CHAIN_SAME;
    for (size_t i = 0; i < replica->other_count && !known; i++) {
        enum avow_chain_order order = avow_chain_compare(&added->chain, &replica->others[i].chain);
        known = order == AVOW_CHAIN_SAME || order == AVOW_CHAIN_EXTENDED;
    }
    if (known) {
        avow_chain_fini(&added->chain);
        return;
    }
    avow_buf_init(&added->list, AVOW_MESSAGE_BYTES_MAX);
    avow_buf_append(&added->list, action->chain.items.data, action->chain.items.len);
    added->count = action->chain.count;
    struct avow_chain chain = added->chain; /* where it is may move */
    replica->other_count++;
    for (size_t i = replica->other_count - 1; i-- > 0;)
        if (avow_chain_compare(&replica->others[i].chain, &chain) == AVOW_CHAIN_EXTENDED)
            drop_chain(replica, i);
    choose(replica);
    stored->changed = true;
}

/* ------------------------------------------------------------------ forks */

static void keep_fork(struct replica *replica, const struct avow_core_action *action,
                      struct avow_core_stored *stored)
{
    const struct avow_fork *fork = action->fork;
    if (replica->checkpoint.size == 0) {
        stored->err = AVOW_ERR_NOT_FOUND;
        return;
    }
    stored->reject = avow_fork_check(fork, &replica->log.state.chain);
    if (stored->reject != AVOW_ACCEPT ||
        !avow_checkpoint_same_origin(&fork->first, &replica->checkpoint))
        return;
    uint64_t time = fork->first.time > fork->second.time ? fork->first.time : fork->second.time;
    if (replica->fork.len == 0 || time > replica->fork_time)
        replica->fork_time = time;
    if (replica->fork.len > 0)
        return;
    avow_fork_encode(&replica->fork, fork);
    stored->changed = true;
}

static struct avow_proved_status read_item(const struct replica_foreign *foreign)
{
    struct avow_proved_status status;
    struct avow_list list = {.count = 1, .items = avow_buf_bytes(&foreign->item)};
    bool whole = avow_list_next_status(&list, &status) && list.items.len == 0;
    AVOW_ASSERT(whole);
    return status;
}

static void decode(struct avow_bytes bytes, struct avow_entry *entry)
{
    enum avow_reject reject = avow_entry_decode(bytes, entry);
    AVOW_ASSERT(reject == AVOW_ACCEPT);
}

static const struct replica_foreign *find_foreign(const struct replica *replica, uint64_t target)
{
    for (size_t i = 0; i < replica->foreign_count; i++)
        if (replica->foreign[i].target == target)
            return &replica->foreign[i];
    return NULL;
}

static bool keep_status(struct replica *replica, const struct avow_proved_status *status)
{
    struct avow_entry entry, kept;
    decode(status->entry, &entry);
    if (status->index < replica->checkpoint.size &&
        avow_bytes_equal(replica->log.rows[status->index].bytes, status->entry))
        return false; /* this branch's own */
    struct replica_foreign *found =
        (struct replica_foreign *)(uintptr_t)find_foreign(replica, entry.status.target);
    if (found != NULL) {
        decode(read_item(found).entry, &kept);
        if (!avow_state_is_graver(&entry, &kept))
            return false;
        avow_buf_clear(&found->item);
    } else if (replica->foreign_count < REPLICA_FOREIGN_MAX) {
        found = &replica->foreign[replica->foreign_count++];
        found->target = entry.status.target;
        avow_buf_init(&found->item, 16384);
    } else {
        return false;
    }
    avow_proved_status_write(&found->item, status);
    return true;
}

static void keep_statuses(struct replica *replica, const struct avow_core_action *action,
                          struct avow_core_stored *stored)
{
    struct avow_list list = action->statuses;
    struct avow_proved_status status;
    if (replica->fork.len == 0) {
        stored->err = AVOW_ERR_NOT_FOUND;
        return;
    }
    while (stored->reject == AVOW_ACCEPT && avow_list_next_status(&list, &status)) {
        stored->reject = avow_judge_status(&status, &replica->log.state.chain);
        if (stored->reject != AVOW_ACCEPT)
            return;
        if (status.checkpoint.time > replica->fork_time)
            replica->fork_time = status.checkpoint.time;
        stored->changed |= keep_status(replica, &status);
    }
}

void replica_keep(struct replica *replica, const struct avow_core_action *action,
                  struct avow_core_stored *stored)
{
    *stored = (struct avow_core_stored){.reject = AVOW_ACCEPT};
    if (action->type == AVOW_CORE_KEEP_FORK)
        keep_fork(replica, action, stored);
    else if (action->type == AVOW_CORE_KEEP_CHAIN)
        keep_chain(replica, action, stored);
    else
        keep_statuses(replica, action, stored);
}

/* ------------------------------------------------------------------ answers */

bool replica_digest(const struct replica *replica, struct avow_hash *digest)
{
    struct avow_bytes parts[3 + AVOW_JUDGE_OTHERS_MAX + REPLICA_FOREIGN_MAX];
    uint8_t numbers[8];
    size_t count = 0;
    if (replica->checkpoint.size == 0 || (replica->fork.len == 0 && replica->other_count == 0))
        return false;
    avow_put_u64be(numbers, replica->checkpoint.size);
    parts[count++] = avow_bytes(numbers, sizeof(numbers));
    parts[count++] = avow_bytes(replica->checkpoint.root.bytes, 32);
    parts[count++] = avow_buf_bytes(&replica->fork);
    for (size_t i = 0; i < replica->other_count; i++)
        parts[count++] = avow_buf_bytes(&replica->others[i].list);
    for (size_t i = 0; i < replica->foreign_count; i++)
        parts[count++] = avow_buf_bytes(&replica->foreign[i].item);
    *digest = avow_sha256(parts, count);
    return true;
}

bool replica_fork(const struct replica *replica, struct avow_message *answer)
{
    answer->type = AVOW_MESSAGE_FORK;
    answer->issuer = replica->issuer;
    answer->count = replica->other_count;
    answer->fork = avow_buf_bytes(&replica->fork);
    return true;
}

bool replica_other(const struct replica *replica, const struct avow_message *request,
                   struct avow_message *answer)
{
    if (request->index >= replica->other_count)
        return false;
    const struct replica_chain *other = &replica->others[request->index];
    answer->type = AVOW_MESSAGE_OTHER;
    answer->checkpoint = other->checkpoint;
    answer->chain = (struct avow_list){other->count, avow_buf_bytes(&other->list)};
    return true;
}

/* The gravest entry of this epoch for `target` in the held branch; false if there is none. */
static bool find_own(const struct replica *replica, uint64_t target, uint64_t opening,
                     struct avow_proved_status *status)
{
    struct avow_entry gravest;
    bool found = false;
    for (uint64_t i = opening + 1; i < replica->checkpoint.size; i++) {
        struct avow_entry entry;
        decode(replica->log.rows[i].bytes, &entry);
        if (entry.kind != AVOW_KIND_STATUS || entry.status.target != target ||
            entry.status.state == AVOW_STATUS_ACTIVE ||
            (found && !avow_state_is_graver(&entry, &gravest)))
            continue;
        gravest = entry;
        *status = (struct avow_proved_status){
            .checkpoint = replica->checkpoint, .entry = replica->log.rows[i].bytes, .index = i};
        found = true;
    }
    if (found) {
        struct avow_tree_nodes nodes = log_builder_nodes(&replica->log);
        enum avow_err err = avow_merkle_inclusion_prove(&nodes, status->index,
                                                        replica->checkpoint.size, &status->path);
        AVOW_ASSERT(err == AVOW_OK);
    }
    return found;
}

bool replica_statuses(const struct replica *replica, const struct avow_message *request,
                      struct avow_buf *items, struct avow_message *answer)
{
    const struct avow_chain *chain = &replica->log.state.chain;
    uint64_t opening = chain->entries[chain->count - 1].index;
    size_t count = 0;
    answer->type = AVOW_MESSAGE_STATUSES;
    answer->issuer = replica->issuer;
    answer->from = 0;
    for (uint64_t target = request->from; target < opening; target++) {
        struct avow_proved_status own, other;
        const struct replica_foreign *foreign = find_foreign(replica, target);
        bool has_own = find_own(replica, target, opening, &own);
        if (count + 2 > STATUSES && (has_own || foreign != NULL)) {
            answer->from = target;
            break;
        }
        if (has_own)
            avow_proved_status_write(items, &own);
        if (foreign != NULL) {
            other = read_item(foreign);
            avow_proved_status_write(items, &other);
        }
        count += (has_own ? 1U : 0U) + (foreign != NULL ? 1U : 0U);
    }
    answer->statuses = (struct avow_list){count, avow_buf_bytes(items)};
    return true;
}

/* ------------------------------------------------------------------ facts */

static enum avow_err fact_log(void *context, const struct avow_hash *issuer,
                              struct avow_known_log *log)
{
    const struct replica *replica = context;
    if (replica->checkpoint.size == 0 || !avow_hash_equal(issuer, &replica->issuer))
        return AVOW_ERR_NOT_FOUND;
    *log = (struct avow_known_log){
        .checkpoint = &replica->checkpoint,
        .cosignatures = replica->lines,
        .cosignature_count = replica->line_count,
        .chain = &replica->log.state.chain,
        .abandoned_from = replica->abandoned_from,
        .disputed_from = replica->disputed_from,
        .forked = replica->fork.len > 0,
        .fork_time = replica->fork_time,
        .whole = true,
    };
    return AVOW_OK;
}

static enum avow_err fact_entry(void *context, const struct avow_known_log *log, uint64_t index,
                                struct avow_bytes *entry)
{
    const struct replica *replica = context;
    if (index >= log->checkpoint->size)
        return AVOW_ERR_NOT_FOUND;
    *entry = replica->log.rows[index].bytes;
    return AVOW_OK;
}

static enum avow_err fact_status(void *context, const struct avow_known_log *log, uint64_t index,
                                 enum avow_status *status)
{
    const struct replica *replica = context;
    if (index >= log->checkpoint->size)
        return AVOW_ERR_NOT_FOUND;
    *status = replica->log.rows[index].status;
    return AVOW_OK;
}

static enum avow_err fact_last(void *context, const struct avow_known_log *log, uint64_t target,
                               uint64_t *index)
{
    const struct replica *replica = context;
    if (target >= log->checkpoint->size || replica->log.rows[target].last_status_entry == 0)
        return AVOW_ERR_NOT_FOUND;
    *index = replica->log.rows[target].last_status_entry;
    return AVOW_OK;
}

static enum avow_err fact_witnessed(void *context, const struct avow_known_log *log, uint64_t index,
                                    uint64_t after, struct avow_witnessed *witnessed)
{
    (void)context;
    (void)log;
    (void)index;
    (void)after;
    (void)witnessed;
    return AVOW_ERR_NOT_FOUND;
}

static enum avow_err fact_foreign(void *context, const struct avow_known_log *log, uint64_t target,
                                  struct avow_bytes *entry)
{
    const struct replica_foreign *foreign = find_foreign(context, target);
    (void)log;
    if (foreign == NULL)
        return AVOW_ERR_NOT_FOUND;
    *entry = read_item(foreign).entry;
    return AVOW_OK;
}

static enum avow_err fact_recognition(void *context, const struct avow_known_log *log,
                                      const struct avow_hash *subject, uint64_t *index)
{
    (void)context;
    (void)log;
    (void)subject;
    *index = AVOW_NEVER;
    return AVOW_ERR_NOT_FOUND;
}

struct avow_facts replica_facts(const struct replica *replica)
{
    return (struct avow_facts){
        .context = (void *)(uintptr_t)replica,
        .log = fact_log,
        .entry = fact_entry,
        .status = fact_status,
        .last_status_entry = fact_last,
        .witnessed = fact_witnessed,
        .foreign = fact_foreign,
        .recognition = fact_recognition,
    };
}
