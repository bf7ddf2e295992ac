/* Evidence for tests. An allocation failure or a plan that is too large aborts. */
#include "tests/support/proof_builder.h"

static void add(uint64_t *items, size_t *count, size_t max, uint64_t item)
{
    size_t place = *count;
    for (size_t i = 0; i < *count; i++) {
        if (items[i] == item)
            return;
    }
    AVOW_ASSERT(*count < max);
    for (; place > 0 && items[place - 1] > item; place--)
        items[place] = items[place - 1];
    items[place] = item;
    ++*count;
}

struct avow_checkpoint log_builder_checkpoint(const struct log_builder *log, uint64_t time)
{
    struct avow_checkpoint checkpoint = {
        .issuer = log->state.chain.issuer,
        .epoch = avow_chain_epoch(&log->state.chain),
        .opening = *avow_chain_opening(&log->state.chain),
        .size = log->count,
        .root = avow_tree_root(&log->state.tree),
        .time = time,
        .status_root = log_builder_status_root(log),
    };
    avow_checkpoint_sign(&checkpoint, &log->sign.secret);
    return checkpoint;
}

void proof_plan_init(struct proof_plan *plan, const struct log_builder *log)
{
    *plan =
        (struct proof_plan){.log = log, .skip_root = PROOF_PLAN_NONE, .abandoned_from = AVOW_NEVER};
    plan->checkpoint = log_builder_checkpoint(log, log->t);
}

void proof_plan_entry(struct proof_plan *plan, uint64_t index)
{
    for (size_t i = 0; i < plan->log->state.chain.count; i++) {
        if (plan->log->state.chain.entries[i].index == index)
            return;
    }
    add(plan->entries, &plan->entry_count, PROOF_PLAN_ENTRIES_MAX, index);
}

void proof_plan_chunk(struct proof_plan *plan, uint64_t number)
{
    add(plan->chunks, &plan->chunk_count, PROOF_PLAN_CHUNKS_MAX, number);
}

void proof_plan_record(struct proof_plan *plan, uint64_t index)
{
    const struct log_builder *log = plan->log;
    struct avow_entry entry;
    proof_plan_entry(plan, index);
    proof_plan_chunk(plan, index / AVOW_STATUS_CHUNK_ENTRIES);
    if (avow_entry_decode(log->rows[index].bytes, &entry) == AVOW_ACCEPT &&
        entry.kind == AVOW_KIND_ISSUE)
        proof_plan_entry(plan, entry.issue.achievement);
    for (uint64_t event = log->rows[index].last_status_entry; event != 0;) {
        proof_plan_entry(plan, event);
        enum avow_reject reject = avow_entry_decode(log->rows[event].bytes, &entry);
        AVOW_ASSERT(reject == AVOW_ACCEPT);
        event = entry.status.previous;
    }
}

void proof_plan_cosign(struct proof_plan *plan, const struct log_key *key, uint64_t time)
{
    AVOW_ASSERT(plan->line_count < AVOW_COSIGNATURES_MAX);
    avow_cosignature_sign(&plan->lines[plan->line_count++], &plan->checkpoint, time, &key->secret);
}

void proof_plan_first(struct proof_plan *plan, const struct avow_checkpoint *first,
                      const struct log_key *key, uint64_t time, uint64_t index)
{
    plan->has_first = true;
    plan->first = *first;
    plan->first_line_count = 1;
    plan->first_index = index;
    avow_cosignature_sign(&plan->first_lines[0], first, time, &key->secret);
}

static struct proof_fork *add_fork(struct proof_plan *plan, enum avow_evidence_form form)
{
    AVOW_ASSERT(plan->fork_count < AVOW_EVIDENCE_FORKS_MAX);
    struct proof_fork *item = &plan->forks[plan->fork_count++];
    *item = (struct proof_fork){.form = form};
    return item;
}

void proof_plan_fork(struct proof_plan *plan, const struct avow_checkpoint *first,
                     const struct avow_checkpoint *second, const struct log_builder *path_log)
{
    struct avow_fork *fork = &add_fork(plan, AVOW_EVIDENCE_FORK)->fork;
    fork->first = *first;
    fork->second = *second;
    if (path_log == NULL)
        return;
    struct avow_tree_nodes nodes = log_builder_nodes(path_log);
    enum avow_err err =
        avow_merkle_consistency_prove(&nodes, first->size, second->size, &fork->path);
    AVOW_ASSERT(err == AVOW_OK);
    if ((first->size & (first->size - 1)) != 0)
        return;
    memmove(&fork->path.hashes[1], fork->path.hashes,
            fork->path.count * sizeof(fork->path.hashes[0]));
    fork->path.hashes[0] = log_builder_root_at(path_log, first->size);
    fork->path.count++;
}

/* A status entry of `log` for `target`, after the one that opened its epoch. */
static bool is_foreign(const struct log_builder *log, uint64_t index, uint64_t target,
                       struct avow_entry *entry)
{
    const struct avow_chain *chain = &log->state.chain;
    const uint64_t opening = chain->entries[chain->count - 1].index;
    return index > opening && target < opening &&
           avow_entry_decode(log->rows[index].bytes, entry) == AVOW_ACCEPT &&
           entry->kind == AVOW_KIND_STATUS && entry->status.target == target &&
           entry->status.state != AVOW_STATUS_ACTIVE;
}

void proof_plan_foreign(struct proof_plan *plan, const struct log_builder *other, uint64_t target)
{
    struct proof_fork *item = add_fork(plan, AVOW_EVIDENCE_FOREIGN);
    struct avow_entry entry;
    item->other = other;
    item->checkpoint = log_builder_checkpoint(other, other->t);
    for (uint64_t i = 0; i < other->count; i++) {
        if (is_foreign(other, i, target, &entry))
            add(item->entries, &item->entry_count, PROOF_PLAN_ENTRIES_MAX, i);
    }
}

void proof_plan_other_chain(struct proof_plan *plan, const struct log_builder *other)
{
    struct proof_fork *item = add_fork(plan, AVOW_EVIDENCE_OTHER_CHAIN);
    item->other = other;
    item->checkpoint = log_builder_checkpoint(other, other->t);
}

static struct avow_path path_of(const struct log_builder *log, uint64_t index, uint64_t size)
{
    struct avow_path path;
    struct avow_tree_nodes nodes = log_builder_nodes(log);
    enum avow_err err = avow_merkle_inclusion_prove(&nodes, index, size, &path);
    AVOW_ASSERT(err == AVOW_OK);
    return path;
}

static void write_entry_of(struct avow_buf *out, const struct log_builder *log, uint64_t index,
                           uint64_t size)
{
    struct avow_path path = path_of(log, index, size);
    avow_proved_entry_write(out, log->rows[index].bytes, index, &path);
}

static void write_entry(struct avow_buf *out, const struct proof_plan *plan, uint64_t index)
{
    write_entry_of(out, plan->log, index, plan->checkpoint.size);
}

static void write_fork(struct avow_buf *out, const struct proof_fork *item)
{
    const struct log_builder *other = item->other;
    switch (item->form) {
    case AVOW_EVIDENCE_FORK:
        avow_evidence_write_fork(out, &item->fork);
        return;
    case AVOW_EVIDENCE_FOREIGN:
        avow_evidence_begin_foreign(out, &item->checkpoint, item->entry_count);
        for (size_t i = 0; i < item->entry_count; i++)
            write_entry_of(out, other, item->entries[i], item->checkpoint.size);
        return;
    case AVOW_EVIDENCE_OTHER_CHAIN:
        avow_evidence_begin_other(out, &item->checkpoint, other->state.chain.count);
        for (size_t i = 0; i < other->state.chain.count; i++)
            write_entry_of(out, other, other->state.chain.entries[i].index, item->checkpoint.size);
    }
}

static void write_first(struct avow_buf *out, const struct proof_plan *plan)
{
    struct avow_path path = {0};
    if (!plan->has_first) {
        avow_evidence_write_no_witness(out);
        return;
    }
    if (plan->first_index < plan->first.size)
        path = path_of(plan->log, plan->first_index, plan->first.size);
    avow_evidence_write_witness(out, &plan->first, plan->first_lines, plan->first_line_count,
                                plan->first_index, &path);
}

static void write_proof(struct avow_buf *out, const struct proof_plan *plan)
{
    const struct log_builder *log = plan->log;
    const struct avow_chain *chain = &log->state.chain;
    avow_log_proof_begin(out, &plan->checkpoint, plan->lines, plan->line_count);
    avow_evidence_begin_proved(out, chain->count - (plan->skip_root < chain->count));
    for (size_t i = 0; i < chain->count; i++) {
        if (i != plan->skip_root)
            write_entry(out, plan, chain->entries[i].index);
    }
    avow_evidence_begin_proved(out, plan->entry_count);
    for (size_t i = 0; i < plan->entry_count; i++)
        write_entry(out, plan, plan->entries[i]);
    avow_evidence_begin_proved(out, plan->chunk_count);
    for (size_t i = 0; i < plan->chunk_count; i++) {
        uint8_t chunk[AVOW_STATUS_CHUNK_BYTES];
        log_builder_chunk(log, plan->chunks[i], chunk);
        struct avow_path path = log_builder_status_path(log, plan->chunks[i]);
        avow_proved_chunk_write(out, plan->chunks[i], chunk, &path);
    }
    write_first(out, plan);
    avow_evidence_begin_forks(out, plan->fork_count);
    for (size_t i = 0; i < plan->fork_count; i++)
        write_fork(out, &plan->forks[i]);
}

/* By issuer id. */
static bool is_before(const struct proof_plan *a, const struct proof_plan *b)
{
    return memcmp(a->checkpoint.issuer.bytes, b->checkpoint.issuer.bytes,
                  sizeof(a->checkpoint.issuer.bytes)) < 0;
}

void proof_plans_write(struct avow_buf *out, const struct proof_plan *const *plans, size_t count)
{
    size_t last = count;
    avow_evidence_begin(out, count);
    for (size_t n = 0; n < count; n++) {
        size_t next = count;
        for (size_t i = 0; i < count; i++) {
            if ((last == count || is_before(plans[last], plans[i])) &&
                (next == count || is_before(plans[i], plans[next])))
                next = i;
        }
        AVOW_ASSERT(next < count);
        write_proof(out, plans[next]);
        last = next;
    }
    AVOW_ASSERT(out->err == AVOW_OK);
}

/* ------------------------------------------------------------------ facts */

static void know_forks(const struct proof_plan *plan, struct avow_known_log *known)
{
    const struct avow_chain *chains[AVOW_EVIDENCE_FORKS_MAX + 1] = {known->chain};
    size_t chain_count = 1;
    for (size_t i = 0; i < plan->fork_count; i++) {
        const struct proof_fork *item = &plan->forks[i];
        const uint64_t times[] = {item->fork.first.time, item->fork.second.time,
                                  item->form == AVOW_EVIDENCE_FOREIGN ? item->checkpoint.time : 0};
        for (size_t n = 0; n < 3; n++) {
            if (times[n] > known->fork_time)
                known->fork_time = times[n];
        }
        if (item->form == AVOW_EVIDENCE_FORK)
            known->forked = true;
        else if (item->form == AVOW_EVIDENCE_OTHER_CHAIN)
            chains[chain_count++] = &item->other->state.chain;
    }
    const struct avow_chain_choice choice = avow_chain_choose(chains, chain_count);
    if (choice.root_fork)
        known->disputed_from = known->chain->entries[choice.agreed - 1].index + 1;
}

static enum avow_err facts_log(void *context, const struct avow_hash *issuer,
                               struct avow_known_log *known)
{
    const struct proof_plan *plan = context;
    while (plan != NULL && !avow_hash_equal(issuer, &plan->checkpoint.issuer))
        plan = plan->next;
    if (plan == NULL)
        return AVOW_ERR_NOT_FOUND;
    *known = (struct avow_known_log){
        .checkpoint = &plan->checkpoint,
        .cosignatures = plan->lines,
        .cosignature_count = plan->line_count,
        .chain = &plan->log->state.chain,
        .abandoned_from = plan->abandoned_from,
        .disputed_from = AVOW_NEVER,
        .whole = true,
        .handle = plan,
    };
    know_forks(plan, known);
    return AVOW_OK;
}

static enum avow_err facts_entry(void *context, const struct avow_known_log *known, uint64_t index,
                                 struct avow_bytes *entry)
{
    (void)context;
    const struct proof_plan *plan = known->handle;
    if (index >= plan->log->count)
        return AVOW_ERR_NOT_FOUND;
    *entry = plan->log->rows[index].bytes;
    return AVOW_OK;
}

static enum avow_err facts_status(void *context, const struct avow_known_log *known, uint64_t index,
                                  enum avow_status *status)
{
    (void)context;
    const struct proof_plan *plan = known->handle;
    if (index >= plan->log->count)
        return AVOW_ERR_NOT_FOUND;
    *status = plan->log->rows[index].status;
    return AVOW_OK;
}

static enum avow_err facts_last_status_entry(void *context, const struct avow_known_log *known,
                                             uint64_t target, uint64_t *index)
{
    (void)context;
    const struct proof_plan *plan = known->handle;
    *index = plan->log->rows[target].last_status_entry;
    return *index == 0 ? AVOW_ERR_NOT_FOUND : AVOW_OK;
}

static enum avow_err facts_witnessed(void *context, const struct avow_known_log *known,
                                     uint64_t index, uint64_t after,
                                     struct avow_witnessed *witnessed)
{
    (void)context;
    const struct proof_plan *plan = known->handle;
    if (!plan->has_first || index >= plan->first.size || plan->first.size <= after)
        return AVOW_ERR_NOT_FOUND;
    witnessed->size = plan->first.size;
    witnessed->count = plan->first_line_count;
    memcpy(witnessed->lines, plan->first_lines, sizeof(plan->first_lines));
    return AVOW_OK;
}

static enum avow_err facts_foreign(void *context, const struct avow_known_log *known,
                                   uint64_t target, struct avow_bytes *entry)
{
    (void)context;
    const struct proof_plan *plan = known->handle;
    struct avow_entry gravest = {0};
    for (size_t i = 0; i < plan->fork_count; i++) {
        const struct log_builder *other = plan->forks[i].other;
        struct avow_entry move;
        for (uint64_t n = 0; plan->forks[i].form == AVOW_EVIDENCE_FOREIGN && n < other->count;
             n++) {
            if (is_foreign(other, n, target, &move) &&
                (gravest.bytes.len == 0 || avow_state_is_graver(&move, &gravest)))
                gravest = move;
        }
    }
    *entry = gravest.bytes;
    return gravest.bytes.len != 0 ? AVOW_OK : AVOW_ERR_NOT_FOUND;
}

static enum avow_err facts_recognition(void *context, const struct avow_known_log *known,
                                       const struct avow_hash *subject, uint64_t *index)
{
    (void)context;
    const struct proof_plan *plan = known->handle;
    for (; *index < plan->log->count; ++*index) {
        struct avow_entry entry;
        if (avow_entry_decode(plan->log->rows[*index].bytes, &entry) != AVOW_ACCEPT ||
            entry.kind != AVOW_KIND_RECOGNITION)
            continue;
        if (subject != NULL ? avow_hash_equal(&entry.recognition.subject, subject)
                            : entry.recognition.role == AVOW_ROLE_AUTHORITY)
            return AVOW_OK;
    }
    return AVOW_ERR_NOT_FOUND;
}

struct avow_facts proof_plan_facts(const struct proof_plan *plan)
{
    return (struct avow_facts){
        .context = (void *)(uintptr_t)plan,
        .log = facts_log,
        .entry = facts_entry,
        .status = facts_status,
        .last_status_entry = facts_last_status_entry,
        .witnessed = facts_witnessed,
        .foreign = facts_foreign,
        .recognition = facts_recognition,
    };
}
