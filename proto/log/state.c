/* Applying entries. Every rule is judged before anything moves; the only step that can fail after
 * that is memory for the chain, which goes first. */
#include "proto/log/state.h"

#include "proto/codec/reader.h"
#include "proto/entry/references.h"

void avow_state_init(struct avow_state *state)
{
    *state = (struct avow_state){0};
    avow_chain_init(&state->chain);
}

void avow_state_fini(struct avow_state *state)
{
    avow_chain_fini(&state->chain);
    avow_state_init(state);
}

enum avow_err avow_state_copy(struct avow_state *to, const struct avow_state *from)
{
    struct avow_chain chain;
    avow_chain_init(&chain);
    enum avow_err err = avow_chain_copy(&chain, &from->chain);
    avow_state_fini(to);
    if (err != AVOW_OK)
        return err;
    *to = *from;
    to->chain = chain;
    return AVOW_OK;
}

void avow_apply_init(struct avow_apply *apply, struct avow_state *state,
                     const struct avow_log_view *view, const struct avow_tree_sink *sink)
{
    *apply = (struct avow_apply){.state = state, .view = view, .sink = sink};
}

/* The kind of an earlier entry, which was accepted once: only damage makes it unreadable. */
static enum avow_err kind_at(const struct avow_apply *apply, uint64_t index, uint64_t *kind)
{
    struct avow_bytes bytes;
    struct avow_reader reader;
    enum avow_err err = apply->view->entry(apply->view->context, index, &bytes);
    if (err != AVOW_OK)
        return err;
    avow_reader_init(&reader, bytes);
    (void)avow_reader_array(&reader, AVOW_ENTRY_BYTES_MAX);
    *kind = avow_reader_uint(&reader);
    return reader.reject == AVOW_ACCEPT ? AVOW_OK : AVOW_ERR_CORRUPT;
}

/* A reference from the entry that is being applied: back, and to an entry of `kind`. */
static enum avow_err judge_reference(const struct avow_apply *apply, uint64_t index, uint64_t kind,
                                     enum avow_reject *reject)
{
    uint64_t found;
    *reject = AVOW_REJECT_TARGET;
    if (index >= apply->state->tree.size)
        return AVOW_OK;
    enum avow_err err = kind_at(apply, index, &found);
    if (err == AVOW_OK && found == kind)
        *reject = AVOW_ACCEPT;
    return err;
}

/* New issues are forbidden by a revoked achievement, and by no other state of it. */
static enum avow_err judge_issue(struct avow_apply *apply, const struct avow_issue *issue,
                                 enum avow_reject *reject)
{
    enum avow_status status;
    uint64_t last;
    if (apply->has_achievement && apply->achievement == issue->achievement)
        return AVOW_OK;
    enum avow_err err = judge_reference(apply, issue->achievement, AVOW_KIND_ACHIEVEMENT, reject);
    if (err != AVOW_OK || *reject != AVOW_ACCEPT)
        return err;
    err = apply->view->status(apply->view->context, issue->achievement, &status, &last);
    if (err != AVOW_OK)
        return err;
    if (status == AVOW_STATUS_REVOKED) {
        *reject = AVOW_REJECT_TARGET;
        return AVOW_OK;
    }
    apply->has_achievement = true;
    apply->achievement = issue->achievement;
    return AVOW_OK;
}

/* active <-> suspended; active, suspended or superseded -> revoked; active -> superseded. */
static bool may_move(enum avow_status from, enum avow_status to)
{
    switch (to) {
    case AVOW_STATUS_ACTIVE:
        return from == AVOW_STATUS_SUSPENDED;
    case AVOW_STATUS_REVOKED:
        return from != AVOW_STATUS_REVOKED;
    case AVOW_STATUS_SUSPENDED:
    case AVOW_STATUS_SUPERSEDED:
        return from == AVOW_STATUS_ACTIVE;
    }
    return false;
}

/* A successor is of the target's kind and later than it, though earlier than this entry. */
static enum avow_err judge_successor(const struct avow_apply *apply,
                                     const struct avow_status_entry *change, uint64_t kind,
                                     enum avow_reject *reject)
{
    if (!change->has_successor)
        return AVOW_OK;
    if (change->successor <= change->target) {
        *reject = AVOW_REJECT_TARGET;
        return AVOW_OK;
    }
    return judge_reference(apply, change->successor, kind, reject);
}

static enum avow_err judge_status(const struct avow_apply *apply,
                                  const struct avow_status_entry *change, enum avow_reject *reject)
{
    uint64_t kind;
    uint64_t last;
    enum avow_status status;
    *reject = AVOW_REJECT_TARGET;
    if (change->target >= apply->state->tree.size)
        return AVOW_OK;
    enum avow_err err = kind_at(apply, change->target, &kind);
    if (err != AVOW_OK || !avow_kind_has_status(kind))
        return err;
    err = apply->view->status(apply->view->context, change->target, &status, &last);
    if (err != AVOW_OK)
        return err;
    *reject = AVOW_REJECT_PREVIOUS;
    if (change->previous != last)
        return AVOW_OK;
    *reject = AVOW_REJECT_TRANSITION;
    if (!may_move(status, (enum avow_status)change->state))
        return AVOW_OK;
    *reject = AVOW_ACCEPT;
    return judge_successor(apply, change, kind, reject);
}

struct naming {
    const struct avow_apply *apply;
    enum avow_err err;
    enum avow_reject reject;
};

static bool judge_named(void *context, uint64_t index)
{
    struct naming *naming = context;
    naming->err = judge_reference(naming->apply, index, AVOW_KIND_ACHIEVEMENT, &naming->reject);
    return naming->err == AVOW_OK && naming->reject == AVOW_ACCEPT;
}

/* The award, and every achievement that the rule names in this log. */
static enum avow_err judge_pathway(const struct avow_apply *apply, const struct avow_entry *entry,
                                   enum avow_reject *reject)
{
    struct naming naming = {.apply = apply};
    (void)avow_references_of(entry, &apply->state->chain.issuer, judge_named, &naming);
    *reject = naming.reject;
    return naming.err;
}

/* After closure a custodian may renew keys, name nodes and change states, and nothing else. */
static bool may_custodian(uint64_t kind)
{
    switch ((enum avow_kind)kind) {
    case AVOW_KIND_KEY:
    case AVOW_KIND_ROOT_ROTATION:
    case AVOW_KIND_NODES:
    case AVOW_KIND_STATUS:
        return true;
    case AVOW_KIND_INCEPTION:
    case AVOW_KIND_ACHIEVEMENT:
    case AVOW_KIND_ISSUE:
    case AVOW_KIND_PATHWAY:
    case AVOW_KIND_RECOGNITION:
    case AVOW_KIND_IDENTITY:
    case AVOW_KIND_CLOSURE:
        return false;
    }
    return false; /* AVOW_KIND_INERT_MIN and up */
}

/* What is judged of every entry alike. */
static enum avow_reject judge_place(const struct avow_state *state, const struct avow_entry *entry)
{
    if ((state->tree.size == 0) != (entry->kind == AVOW_KIND_INCEPTION))
        return AVOW_REJECT_INCEPTION;
    if (entry->t < state->time)
        return AVOW_REJECT_TIME;
    if (state->chain.closed && (!state->chain.custodian || !may_custodian(entry->kind)))
        return AVOW_REJECT_CLOSED;
    return AVOW_ACCEPT;
}

/* Judges an entry that stands where it may. A root entry that is accepted is in the chain then. */
static enum avow_err judge(struct avow_apply *apply, const struct avow_entry *entry,
                           enum avow_reject *reject)
{
    struct avow_state *state = apply->state;
    switch ((enum avow_kind)entry->kind) {
    case AVOW_KIND_ISSUE:
        return judge_issue(apply, &entry->issue, reject);
    case AVOW_KIND_STATUS:
        return judge_status(apply, &entry->status, reject);
    case AVOW_KIND_PATHWAY:
        return judge_pathway(apply, entry, reject);
    case AVOW_KIND_INCEPTION:
    case AVOW_KIND_KEY:
    case AVOW_KIND_ROOT_ROTATION:
    case AVOW_KIND_IDENTITY:
    case AVOW_KIND_CLOSURE: {
        struct avow_hash root_before = avow_tree_root(&state->tree);
        return avow_chain_apply(&state->chain, state->tree.size, entry, &root_before,
                                apply->checker, reject);
    }
    case AVOW_KIND_NODES:
    case AVOW_KIND_ACHIEVEMENT:
    case AVOW_KIND_RECOGNITION:
        return AVOW_OK;
    }
    return AVOW_OK; /* AVOW_KIND_INERT_MIN and up */
}

/* Nothing here can fail. */
static void move_on(struct avow_apply *apply, struct avow_effect *effect)
{
    struct avow_state *state = apply->state;
    const struct avow_entry *entry = &effect->entry;
    effect->index = state->tree.size;
    effect->leaf = avow_merkle_leaf_hash(entry->bytes);
    effect->is_root = avow_kind_is_root(entry->kind);
    effect->changes_status = entry->kind == AVOW_KIND_STATUS;
    if (entry->kind == AVOW_KIND_STATUS)
        apply->has_achievement = false;
    if (entry->kind == AVOW_KIND_NODES) {
        state->has_home = true;
        state->home = entry->nodes.home;
        state->nodes_index = effect->index;
    }
    state->time = entry->t;
    avow_tree_append(&state->tree, &effect->leaf, apply->sink);
}

enum avow_err avow_apply(struct avow_apply *apply, struct avow_bytes entry,
                         struct avow_effect *effect, enum avow_reject *reject)
{
    *reject = avow_entry_decode(entry, &effect->entry);
    if (*reject == AVOW_ACCEPT)
        *reject = judge_place(apply->state, &effect->entry);
    if (*reject != AVOW_ACCEPT)
        return AVOW_OK;
    enum avow_err err = judge(apply, &effect->entry, reject);
    if (err == AVOW_OK && *reject == AVOW_ACCEPT)
        move_on(apply, effect);
    return err;
}

static bool is_void(const struct avow_entry *entry)
{
    return entry->status.state == AVOW_STATUS_REVOKED &&
           avow_reason_voids((enum avow_reason)entry->status.reason);
}

bool avow_state_is_graver(const struct avow_entry *a, const struct avow_entry *b)
{
    static const unsigned weights[] = {
        [AVOW_STATUS_ACTIVE] = 0,
        [AVOW_STATUS_SUSPENDED] = 1,
        [AVOW_STATUS_SUPERSEDED] = 2,
        [AVOW_STATUS_REVOKED] = 3,
    };
    if (a->status.state != b->status.state)
        return weights[a->status.state] > weights[b->status.state];
    if (is_void(a) != is_void(b))
        return is_void(a);
    if (a->t != b->t)
        return a->t < b->t;
    const size_t common = a->bytes.len < b->bytes.len ? a->bytes.len : b->bytes.len;
    const int order = memcmp(a->bytes.data, b->bytes.data, common);
    return order != 0 ? order < 0 : a->bytes.len < b->bytes.len;
}
