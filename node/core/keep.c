/* What is known of an issuer's other histories, and is given to the store. */
#include "node/core/core_inner.h"

void core_keep_abandoned(struct avow_core *core, const struct avow_hash *issuer, uint64_t from)
{
    struct avow_core_action *action = core_action(core, AVOW_CORE_SET_ABANDONED);
    action->issuer = *issuer;
    action->from = from;
}

uint64_t core_keep_parting(struct avow_core *core, const struct avow_hash *issuer,
                           const struct avow_judgement *judgement)
{
    uint64_t from = judgement->shared;
    struct avow_hash root;
    if (core_lookup(core, issuer) == AVOW_OK && judgement->parts_at <= core->held.checkpoint.size &&
        core->reads.root(core->reads.context, issuer, judgement->parts_at, &root) == AVOW_OK &&
        avow_hash_equal(&root, &judgement->parts_root))
        from = judgement->parts_at;
    if (from < core->held.checkpoint.size && from < core->held.abandoned_from)
        core_keep_abandoned(core, issuer, from);
    return from;
}

void core_keep_fork(struct avow_core *core, uint32_t link)
{
    struct avow_core_action *action = core_action(core, AVOW_CORE_KEEP_FORK);
    action->token = core_id(core, ID_KEEP, link == NONE ? KEEPER_NONE : link);
    action->issuer = core->fork.first.issuer;
    action->fork = &core->fork;
    if (link != NONE)
        core->links[link].proof_id = action->token;
}

void core_keep_chain(struct avow_core *core, uint64_t id, const struct avow_checkpoint *checkpoint,
                     const struct avow_list *chain)
{
    struct avow_core_action *action = core_action(core, AVOW_CORE_KEEP_CHAIN);
    core->kept = *checkpoint;
    action->token = id;
    action->issuer = core->kept.issuer;
    action->checkpoint = &core->kept;
    action->chain = *chain;
}
