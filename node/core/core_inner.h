/* What the core's files offer one another.
 *
 * Whatever handles an event may mark a want (core_want_end) or a link (core_link_close), and go on
 * with it: a marked want or link is there until core.c settles the step (settle.c). Only
 * core_want_add() frees a want at once: another one than the caller's, when all are taken.
 *
 * Files call one another one way: each only those whose section stands above its own, and core.c
 * all. */
#ifndef AVOW_NODE_CORE_CORE_INNER_H
#define AVOW_NODE_CORE_CORE_INNER_H

#include "node/core/state_inner.h"

/* ------------------------------------------------------------------ output.c: actions of a step */

/* Whether one action that can wait may be added now, so that those which cannot still fit: what is
 * done for each of many wants asks first, each time. */
bool core_has_room(const struct avow_core *core);
/* A new action of the step, empty but for its type. */
struct avow_core_action *core_action(struct avow_core *core, enum avow_core_action_type type);
/* The task of a new JUDGE; the caller counts the judgement against whoever it is for. `link`:
 * whence it came. */
struct avow_judge_task *core_judge_task(struct avow_core *core, uint64_t id, uint32_t link);
/* The one message that is being drafted, empty but for type and request. */
struct avow_message *core_draft(struct avow_core *core, enum avow_message_type type,
                                uint64_t request);
/* Sends the draft to the link. */
void core_send(struct avow_core *core, uint32_t link, enum avow_core_priority priority);
/* Sends the draft to every node. */
void core_send_all(struct avow_core *core, const struct avow_hash *about);
/* Announces the held log of `issuer` to every link but those of the set `except`, which may be
 * NULL. */
void core_announce(struct avow_core *core, const struct avow_hash *issuer,
                   enum avow_core_priority priority, const uint64_t *except);
/* Adds a TRACE, if there is room. `link` may be NONE, `issuer` NULL. */
void core_trace(struct avow_core *core, enum avow_core_trace trace, uint32_t link,
                const struct avow_hash *issuer, uint64_t value, enum avow_reject reject);
/* AVOW_OK with core->held filled in (size 0: nothing accepted); or cannot tell. */
AVOW_NODISCARD enum avow_err core_lookup(struct avow_core *core, const struct avow_hash *issuer);

/* ------------------------------------------------------------------ table.c: wants */

/* All wants are free. */
void core_table_init(struct avow_core *core);
/* The issuer's want, or NONE. */
uint32_t core_want_find(const struct avow_core *core, const struct avow_hash *issuer);
/* A new want for a candidate of an issuer that has none; NONE when there is no room. */
uint32_t core_want_add(struct avow_core *core, const struct candidate *candidate);
/* Marks the want as over. `failed`: the lists of SET_MISSED are read again. */
void core_want_end(struct avow_core *core, uint32_t slot, bool failed);
/* Frees a want that nothing is outstanding for. */
void core_want_free(struct avow_core *core, uint32_t slot);
/* Puts the want at the end of its link's list of this kind. */
void core_want_list(struct avow_core *core, uint32_t slot, enum list_kind kind);
/* Takes the want out of the list that it stands in, if any. */
void core_want_unlist(struct avow_core *core, uint32_t slot);
/* Makes `link` (or NONE) the want's link. */
void core_want_set_link(struct avow_core *core, uint32_t slot, uint32_t link);
/* The link is no source any more. */
void core_want_drop_source(struct avow_core *core, uint32_t slot, uint32_t link);
/* The link to ask, of those that have not been yet: who offers the candidate, or, when that is
 * judged good, has offered anything of the issuer. With capacity for `kind`, unless LIST_KINDS.
 * NONE when there is none. */
uint32_t core_want_best(const struct avow_core *core, uint32_t slot, enum list_kind kind);
/* The link to ask after the want's own; when all were asked, all are asked anew, its own last. NONE
 * when there is none. */
uint32_t core_want_next_source(struct avow_core *core, uint32_t slot);
/* Whether this link may be asked one more question that waits for an answer of this kind, beside
 * its own. */
bool core_want_has_capacity(const struct avow_core *core, uint32_t link, enum list_kind kind);
/* The want's link is asked now: its time begins. */
void core_want_asked(struct avow_core *core, uint32_t slot);
/* This link is not awaited beside the want's own any more. */
void core_want_unrace(struct avow_core *core, uint32_t slot, uint32_t link);
/* None is. */
void core_want_end_race(struct avow_core *core, uint32_t slot);
/* Whether this link may have one more want: when full, at the cost of a link that has more. */
bool core_want_has_room(const struct avow_core *core, uint32_t link);
/* Forgets the chunks that are asked for; those being stored stay. */
void core_want_drop_asked(struct avow_core *core, struct want *want);
/* Forgets all that is asked of the want's link. Operations of this node's own stay. */
void core_want_take_back(struct avow_core *core, uint32_t slot);

/* Whether the link has let others wait of late. */
static inline bool core_link_is_slow(const struct avow_core *core, uint32_t link)
{
    return link != NONE && core->links[link].slow_until_ms > core->ms;
}

/* The chunk at this position of the window. */
static inline struct chunk *core_want_chunk(struct want *want, size_t position)
{
    return &want->window[(want->window_first + position) % WINDOW];
}

/* Nothing that is held need be in the checkpoint's tree: a server that answers from another tree
 * has moved over, or lied. */
static inline bool core_want_is_apart(const struct want *want)
{
    return want->accepted == 0 || want->branch;
}

/* The want no longer waits for this node's own capacity: COMPLETE_MS run from the first time. */
static inline void core_want_begin(const struct avow_core *core, struct want *want)
{
    if (!want->begun)
        want->progress_ms = core->ms;
    want->begun = true;
}

/* ------------------------------------------------------------------ shun.c: not worth fetching */

/* Whether the checkpoint is shunned, whoever offers it or when `link` (unless NONE) does. */
bool core_shun_has(const struct avow_core *core, const struct avow_checkpoint *checkpoint,
                   uint32_t link);
/* Shuns the checkpoint when `link` offers it; `link` NONE: whoever offers it. */
void core_shun_add(struct avow_core *core, const struct avow_checkpoint *checkpoint, uint32_t link,
                   uint64_t for_ms);
/* Whether the forks that the link told of by this digest were read, beside the held origin of
 * core->held, which is the issuer's. */
bool core_shun_has_read(const struct avow_core *core, uint32_t link, const struct digest *digest);
/* Remembers that those forks were read. */
void core_shun_note_read(struct avow_core *core, uint32_t link, const struct digest *digest);

/* ------------------------------------------------------------------ keep.c: other histories */

/* Says from where on the held log is abandoned; AVOW_NEVER: the log is not. */
void core_keep_abandoned(struct avow_core *core, const struct avow_hash *issuer, uint64_t from);
/* Says what the better chain abandons of the held log, which core->held is afterwards. Returns from
 * where on the two part. */
uint64_t core_keep_parting(struct avow_core *core, const struct avow_hash *issuer,
                           const struct avow_judgement *judgement);
/* Keeps core->fork, which `link` (or NONE) made known. */
void core_keep_fork(struct avow_core *core, uint32_t link);
/* Keeps a judged chain that parts from the held one. */
void core_keep_chain(struct avow_core *core, uint64_t id, const struct avow_checkpoint *checkpoint,
                     const struct avow_list *chain);

/* ------------------------------------------------------------------ consider.c: candidates */

/* What a candidate needs of this node. */
enum need {
    NEED_NOTHING,
    NEED_LINES, /* a judgement of its lines: the held checkpoint, with newer lines */
    NEED_JUDGE, /* a judgement by the held chain, whose origin is the candidate's */
    NEED_CHAIN, /* its root chain, which is of another origin */
};
/* Drops lines that are not newer than held ones, come too early or lie in the future. Fills in
 * core->held. */
enum need core_classify(struct avow_core *core, struct candidate *candidate);
/* Makes or updates a want. False when there is no room for a want. */
bool core_consider(struct avow_core *core, struct candidate *candidate);

/* ------------------------------------------------------------------ link.c: connections */

/* The new link of `event`: says HELLO to it. */
void core_link_up(struct avow_core *core, const struct avow_core_event *event);
/* Frees the link, and marks it as lost unless it is already. */
void core_link_down(struct avow_core *core, uint32_t slot);
void core_link_hello(struct avow_core *core, uint32_t slot, const struct avow_message *message);
void core_link_tick(struct avow_core *core, uint32_t slot);
/* Closes the link for sending what is provably wrong (or, ACCEPT, for silence), and marks it as
 * lost. Nothing is sent there any more. */
void core_link_close(struct avow_core *core, uint32_t slot, enum avow_reject reject);

/* ------------------------------------------------------------------ forks.c: peers' forks */

/* Soon, all that this peer knows of forks is read. */
void core_forks_begin(struct avow_core *core, uint32_t slot);
void core_forks_pump(struct avow_core *core, uint32_t slot);
void core_forks_tick(struct avow_core *core, uint32_t slot);
/* The peer says which digests are new. */
void core_forks_notice(struct avow_core *core, uint32_t slot, const struct avow_message *message);
/* The peer answers a question of forks.c. */
void core_forks_answer(struct avow_core *core, uint32_t slot, const struct avow_message *message);
/* A chain that forks.c read is judged. */
void core_forks_judged(struct avow_core *core, const struct avow_core_event *event);
/* What a KEEP_… was for is kept, or is not. */
void core_forks_kept(struct avow_core *core, const struct avow_core_event *event);

/* ------------------------------------------------------------------ pull.c: chunks of a log */

/* Pulls what goes on from the held log, which core->held is. */
void core_pull_begin(struct avow_core *core, uint32_t slot);
/* Pulls beside the held log; `shared` entries are in both. */
void core_pull_branch(struct avow_core *core, uint32_t slot, uint64_t shared);
/* The store is ready for the branch, of which it has `stored` entries. */
void core_pull_go_on(struct avow_core *core, uint32_t slot, uint64_t stored);
/* Asks for the next chunks, now or when there is capacity. */
void core_pull_resume(struct avow_core *core, uint32_t slot);
/* Asks for nothing more; when the chunks that are being stored are stored, does what `after` says.
 */
void core_pull_drain(struct avow_core *core, uint32_t slot, enum after_drain after);
void core_pull_pump(struct avow_core *core, uint32_t slot);
void core_pull_range(struct avow_core *core, uint32_t slot, const struct avow_message *message);

/* ------------------------------------------------------------------ source.c: links that fail */

/* The want's link failed it: another one is asked. `keep`: the link stays a source. */
void core_source_failed(struct avow_core *core, uint32_t slot, bool keep);
/* `link` answers from another history than the one that it offered: it has moved over to a better
 * one, or lies. The link is asked no more about the candidate for MOVED_MS. */
void core_source_moved(struct avow_core *core, uint32_t slot, uint32_t link);
/* An answer has come from `link`, not REFUSED. True if it is the want's link's, to be looked at: of
 * several that were asked, the first one's, who is the want's link from now on. */
bool core_source_answered(struct avow_core *core, uint32_t slot, uint32_t link,
                          const struct avow_message *message);
void core_source_refused(struct avow_core *core, uint32_t slot, uint32_t link,
                         const struct avow_message *message);
void core_source_tick(struct avow_core *core, uint32_t slot);
/* After links were lost: the want moves on to another source, or is marked as over. */
void core_source_lost(struct avow_core *core, uint32_t slot);

/* ------------------------------------------------------------------ listing.c: peers' lists */

/* Soon, the peer's list of logs is read: the page with `issuer`, or the whole list if NULL. */
void core_listing_begin(struct avow_core *core, uint32_t slot, const struct avow_hash *issuer);
void core_listing_pump(struct avow_core *core, uint32_t slot);
void core_listing_answer(struct avow_core *core, uint32_t slot, const struct avow_message *message);
void core_listing_refused(struct avow_core *core, uint32_t slot, uint64_t request);
/* For all links. */
void core_listing_tick(struct avow_core *core);

/* ------------------------------------------------------------------ judging.c: judgements */

/* Starts what the link's wants wait for, a judgement or their root chain, while there is room. */
void core_judging_pump(struct avow_core *core, uint32_t slot);
/* The want's root chain has come. */
void core_judging_chain(struct avow_core *core, uint32_t slot, const struct avow_message *message);
/* The want's candidate is judged. */
void core_judging_done(struct avow_core *core, uint32_t slot, const struct avow_core_event *event);
/* The want's lines are stored, or are not. */
void core_judging_freshened(struct avow_core *core, uint32_t slot,
                            const struct avow_core_stored *stored);

/* ------------------------------------------------------------------ stored.c: the store's word */

/* A chunk is stored, or is not. */
void core_stored_chunk(struct avow_core *core, uint32_t slot, uint64_t token,
                       const struct avow_core_stored *stored);
/* A branch is begun, or is not. */
void core_stored_branch(struct avow_core *core, uint32_t slot,
                        const struct avow_core_stored *stored);
/* Why a chunk did not prove, by a consistency proof. */
void core_stored_consistency(struct avow_core *core, uint32_t slot,
                             const struct avow_message *message);
/* The same by entry 0, which is the first of a CHAIN. */
void core_stored_first(struct avow_core *core, uint32_t slot, const struct avow_message *message);

/* ------------------------------------------------------------------ settle.c: the step's end */

/* Ends what is marked. True if any want was. */
bool core_settle(struct avow_core *core);

#endif
