/* A log in memory, as a store would keep it. */
#include "tests/sim/replica.h"

#include "proto/codec/writer.h"

#define RANGE_BYTES (64 * 1024) /* of entries in an answer, about */

void replica_init(struct replica *replica, const struct avow_hash *issuer)
{
    memset(replica, 0, sizeof(*replica));
    replica->issuer = *issuer;
    replica->abandoned_from = AVOW_NEVER;
    log_builder_init(&replica->log, "replica");
    replica_forks_init(replica);
}

void replica_fini(struct replica *replica)
{
    replica_drop_branch(replica);
    replica_forks_fini(replica);
    log_builder_fini(&replica->log);
}

static void roll_back(struct replica *replica)
{
    struct log_builder kept;
    log_builder_copy(&kept, &replica->log, (size_t)replica->checkpoint.size);
    log_builder_fini(&replica->log);
    replica->log = kept;
}

static enum avow_reject judge_proof(const struct log_builder *log,
                                    const struct avow_core_action *action)
{
    struct avow_tree tree = log->state.tree;
    struct avow_list entries = action->entries;
    struct avow_bytes entry;
    while (avow_list_next_entry(&entries, &entry)) {
        struct avow_hash leaf = avow_merkle_leaf_hash(entry);
        avow_tree_append(&tree, &leaf, NULL);
    }
    struct avow_hash root = avow_tree_root(&tree);
    const struct avow_checkpoint *checkpoint = action->checkpoint;
    if (tree.size > checkpoint->size)
        return AVOW_REJECT_SIZE;
    return avow_merkle_consistency_check(tree.size, &root, checkpoint->size, &checkpoint->root,
                                         action->path);
}

static enum avow_reject judge_whole(const struct log_builder *log,
                                    const struct avow_checkpoint *checkpoint)
{
    struct avow_hash status_root = log_builder_status_root(log);
    if (!avow_hash_equal(&status_root, &checkpoint->status_root))
        return AVOW_REJECT_STATUS_ROOT;
    if (checkpoint->time < log->state.time)
        return AVOW_REJECT_TIME;
    return avow_evidence_judge_key(checkpoint, &log->state.chain);
}

static void accept_checkpoint(struct replica *replica, const struct avow_checkpoint *checkpoint,
                              const struct avow_cosignature *lines, size_t count)
{
    bool moved = replica->checkpoint.size == 0 ||
                 !avow_checkpoint_same_origin(&replica->checkpoint, checkpoint);
    replica->checkpoint = *checkpoint;
    replica->line_count = count;
    if (count > 0)
        memcpy(replica->lines, lines, count * sizeof(lines[0]));
    replica_forks_settle(replica, moved);
}

/* The proof first, then the rules. */
static enum avow_reject append_to(struct log_builder *log, const struct avow_core_action *action,
                                  bool *advanced)
{
    if (action->from != log->count)
        return AVOW_REJECT_SIZE;
    enum avow_reject reject = judge_proof(log, action);
    struct avow_list entries = action->entries;
    struct avow_bytes entry;
    while (reject == AVOW_ACCEPT && avow_list_next_entry(&entries, &entry))
        reject = log_builder_try_bytes(log, entry);
    if (reject == AVOW_ACCEPT && log->count == action->checkpoint->size) {
        reject = judge_whole(log, action->checkpoint);
        *advanced = reject == AVOW_ACCEPT;
    }
    return reject;
}

static enum avow_reject append(struct replica *replica, const struct avow_core_action *action,
                               bool *advanced)
{
    enum avow_reject reject = append_to(&replica->log, action, advanced);
    bool goes_back = replica->checkpoint.size > 0 &&
                     avow_checkpoint_same_origin(&replica->checkpoint, action->checkpoint) &&
                     action->checkpoint->time < replica->checkpoint.time;
    if (*advanced && goes_back) {
        *advanced = false;
        reject = AVOW_REJECT_TIME;
    }
    if (*advanced)
        accept_checkpoint(replica, action->checkpoint, action->lines, action->line_count);
    else if (reject != AVOW_ACCEPT && reject != AVOW_REJECT_SIZE)
        roll_back(replica);
    return reject;
}

/* The sender's fault leaves the branch as it is, the checkpoint's ends it. */
static enum avow_reject append_branch(struct replica *replica,
                                      const struct avow_core_action *action, bool *advanced)
{
    enum avow_reject reject = append_to(&replica->branch, action, advanced);
    bool theirs = reject == AVOW_REJECT_PROOF || reject == AVOW_REJECT_ROOT ||
                  reject == AVOW_REJECT_SIZE || reject == AVOW_ACCEPT;
    if (!theirs)
        replica_drop_branch(replica);
    if (!*advanced)
        return reject;
    log_builder_fini(&replica->log);
    replica->log = replica->branch;
    replica->has_branch = false;
    replica->abandoned_from = AVOW_NEVER;
    accept_checkpoint(replica, action->checkpoint, action->lines, action->line_count);
    return reject;
}

void replica_append(struct replica *replica, const struct avow_core_action *action,
                    struct avow_core_stored *stored)
{
    *stored = (struct avow_core_stored){.reject = AVOW_ACCEPT};
    if (action->branch &&
        (!replica->has_branch || !avow_checkpoint_same_text(&replica->aim, action->checkpoint)))
        stored->err = AVOW_ERR_NOT_FOUND;
    else if (action->branch)
        stored->reject = append_branch(replica, action, &stored->advanced);
    else if (action->checkpoint->size <= replica->checkpoint.size)
        stored->err = AVOW_ERR_REFUSED;
    else
        stored->reject = append(replica, action, &stored->advanced);
    stored->accepted = replica->checkpoint.size;
    stored->pending =
        action->branch && replica->has_branch ? replica->branch.count : replica->log.count;
}

void replica_drop_branch(struct replica *replica)
{
    if (replica->has_branch)
        log_builder_fini(&replica->branch);
    replica->has_branch = false;
}

void replica_branch(struct replica *replica, const struct avow_core_action *action,
                    struct avow_core_stored *stored)
{
    const struct avow_checkpoint *checkpoint = action->checkpoint;
    *stored = (struct avow_core_stored){.accepted = replica->checkpoint.size};
    if (replica->has_branch && avow_checkpoint_same_origin(&replica->aim, checkpoint) &&
        replica->aim.size <= checkpoint->size && replica->branch.count <= checkpoint->size) {
        replica->aim = *checkpoint;
        stored->pending = replica->branch.count;
        stored->ready = true;
        return;
    }
    replica_drop_branch(replica);
    if (avow_checkpoint_same_origin(&replica->checkpoint, checkpoint) ||
        action->from > replica->checkpoint.size || action->from >= checkpoint->size) {
        stored->err = AVOW_ERR_REFUSED;
        return;
    }
    struct avow_hash root = log_builder_root_at(&replica->log, (size_t)action->from);
    if (!avow_hash_equal(&root, &action->root)) {
        stored->err = AVOW_ERR_REFUSED;
        return;
    }
    log_builder_copy(&replica->branch, &replica->log, (size_t)action->from);
    replica->has_branch = true;
    replica->aim = *checkpoint;
    if (action->from < replica->abandoned_from)
        replica->abandoned_from = action->from;
    stored->pending = action->from;
    stored->ready = true;
}

static bool take_line(struct replica *replica, const struct avow_cosignature *line)
{
    for (size_t i = 0; i < replica->line_count; i++) {
        struct avow_cosignature *held = &replica->lines[i];
        if (!avow_key_equal(&held->key, &line->key))
            continue;
        bool newer = line->time > held->time;
        if (newer)
            *held = *line;
        return newer;
    }
    if (replica->line_count == AVOW_COSIGNATURES_MAX)
        return false;
    replica->lines[replica->line_count++] = *line;
    return true;
}

void replica_freshen(struct replica *replica, const struct avow_core_action *action, uint64_t now,
                     struct avow_core_stored *stored)
{
    *stored = (struct avow_core_stored){.accepted = replica->checkpoint.size,
                                        .pending = replica->log.count};
    const struct avow_checkpoint *checkpoint = action->checkpoint;
    if (checkpoint->size != replica->checkpoint.size)
        return;
    if (checkpoint->time > replica->checkpoint.time) {
        accept_checkpoint(replica, checkpoint, NULL, 0);
        stored->changed = true;
        replica->freshened = now;
    }
    if (!avow_checkpoint_same_text(checkpoint, &replica->checkpoint))
        return;
    for (size_t i = 0; i < action->line_count; i++) {
        if (!take_line(replica, &action->lines[i]))
            continue;
        stored->changed = true;
        if (avow_chain_has_key(&replica->log.state.chain, &action->lines[i].key))
            replica->freshened = now;
    }
}

struct avow_checkpoint replica_checkpoint(const struct log_builder *log, uint64_t time)
{
    const struct avow_chain *chain = &log->state.chain;
    struct avow_checkpoint checkpoint = {
        .issuer = chain->issuer,
        .epoch = avow_chain_epoch(chain),
        .opening = *avow_chain_opening(chain),
        .size = log->count,
        .root = avow_tree_root(&log->state.tree),
        .time = time,
        .status_root = log_builder_status_root(log),
    };
    avow_checkpoint_sign(&checkpoint, &log->sign.secret);
    return checkpoint;
}

void replica_publish(struct replica *replica, const struct log_builder *log, uint64_t time)
{
    bool goes_on = replica->checkpoint.size <= log->count;
    for (size_t i = 0; goes_on && i < replica->checkpoint.size; i++)
        goes_on = avow_hash_equal(&replica->log.rows[i].leaf, &log->rows[i].leaf);
    if (!goes_on) { /* a recovery below the head, by the issuer itself */
        log_builder_fini(&replica->log);
        log_builder_init(&replica->log, "replica");
        replica->abandoned_from = AVOW_NEVER;
    } else {
        roll_back(replica);
    }
    for (size_t i = replica->log.count; i < log->count; i++) {
        enum avow_reject reject = log_builder_try_bytes(&replica->log, log->rows[i].bytes);
        AVOW_ASSERT(reject == AVOW_ACCEPT);
    }
    struct avow_checkpoint checkpoint = replica_checkpoint(log, time);
    accept_checkpoint(replica, &checkpoint, NULL, 0);
}

void replica_heartbeat(struct replica *replica, const struct log_builder *log, uint64_t time)
{
    struct avow_cosignature line;
    avow_cosignature_sign(&line, &replica->checkpoint, time, &log->heartbeat.secret);
    (void)take_line(replica, &line);
}

bool replica_chain(const struct replica *replica, const struct avow_message *request,
                   struct avow_buf *items, struct avow_message *answer)
{
    if (request->size == 0 || request->size > replica->checkpoint.size)
        return false;
    const struct avow_chain *chain = &replica->log.state.chain;
    struct avow_tree_nodes nodes = log_builder_nodes(&replica->log);
    size_t count = 0;
    for (size_t i = 0; i < chain->count && chain->entries[i].index < request->size; i++) {
        struct avow_path path;
        enum avow_err err =
            avow_merkle_inclusion_prove(&nodes, chain->entries[i].index, request->size, &path);
        AVOW_ASSERT(err == AVOW_OK);
        avow_proved_entry_write(items, avow_chain_entry_bytes(chain, i), chain->entries[i].index,
                                &path);
        count++;
    }
    answer->type = AVOW_MESSAGE_CHAIN;
    answer->issuer = request->issuer;
    answer->size = request->size;
    answer->chain = (struct avow_list){count, avow_buf_bytes(items)};
    return true;
}

bool replica_range(const struct replica *replica, const struct avow_message *request,
                   struct avow_buf *items, struct avow_message *answer)
{
    if (request->size > replica->checkpoint.size || request->from >= request->size ||
        request->count == 0)
        return false;
    uint64_t at = request->from;
    while (at < request->size && at - request->from < request->count && items->len < RANGE_BYTES)
        avow_write_bin(items, replica->log.rows[at++].bytes);
    answer->type = AVOW_MESSAGE_RANGE;
    answer->issuer = request->issuer;
    answer->from = request->from;
    answer->size = request->size;
    answer->entries = (struct avow_list){(size_t)(at - request->from), avow_buf_bytes(items)};
    struct avow_tree_nodes nodes = log_builder_nodes(&replica->log);
    enum avow_err err = avow_merkle_consistency_prove(&nodes, at, request->size, &answer->path);
    AVOW_ASSERT(err == AVOW_OK);
    return true;
}

bool replica_consistency(const struct replica *replica, const struct avow_message *request,
                         struct avow_message *answer)
{
    if (request->size > replica->checkpoint.size || request->from > request->size)
        return false;
    answer->type = AVOW_MESSAGE_CONSISTENCY;
    answer->issuer = request->issuer;
    answer->from = request->from;
    answer->size = request->size;
    struct avow_tree_nodes nodes = log_builder_nodes(&replica->log);
    enum avow_err err =
        avow_merkle_consistency_prove(&nodes, request->from, request->size, &answer->path);
    AVOW_ASSERT(err == AVOW_OK);
    return true;
}
