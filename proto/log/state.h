/* The heart: what a log's entries add up to, and `avow_apply`, which adds one more.
 *
 * Pure: the same entries give the same state, roots and rejections on every machine. What came
 * before is read through a small view, which a store, a CLI's evidence and a test each implement.
 */
#ifndef AVOW_PROTO_LOG_STATE_H
#define AVOW_PROTO_LOG_STATE_H

#include "proto/log/chain.h"
#include "proto/log/status_map.h"

struct avow_state {
    struct avow_tree tree;   /* tree.size is the log's size */
    uint64_t time;           /* t of the last entry */
    struct avow_chain chain; /* its root entries; chain.issuer is the issuer id */
    bool has_home;           /* a nodes entry has been applied */
    struct avow_key home;    /* that the last nodes entry names */
    uint64_t nodes_index;    /* the last nodes entry's index */
};

void avow_state_init(struct avow_state *state); /* a log of no entries */
void avow_state_fini(struct avow_state *state);
/* `to` is initialised, and overwritten. AVOW_ERR_NOMEM leaves it a log of no entries. */
AVOW_NODISCARD enum avow_err avow_state_copy(struct avow_state *to, const struct avow_state *from);

/* The stored form, chain excluded: the tree's peaks, time, home. The chain is saved apart because
 * it changes rarely. _load fills in everything but `chain`; a rejection means damaged
 * rows. */
void avow_state_save(struct avow_buf *out, const struct avow_state *state);
AVOW_NODISCARD enum avow_reject avow_state_load(struct avow_state *state, struct avow_bytes saved);

/* What the log holds below the entry that is being applied, entries applied earlier in the same
 * batch included. Asked only about indices below the log's size. Errors end the apply. */
struct avow_log_view {
    void *context;
    /* The entry's bytes, valid until the next call. */
    enum avow_err (*entry)(void *context, uint64_t index, struct avow_bytes *entry);
    /* The target's state and its last status entry (0: none). */
    enum avow_err (*status)(void *context, uint64_t index, enum avow_status *status,
                            uint64_t *last_status_entry);
};

/* What one entry did, for whoever keeps the log. */
struct avow_effect {
    struct avow_entry entry; /* decoded; views into the caller's bytes */
    uint64_t index;
    struct avow_hash leaf;
    bool is_root;        /* the chain grew */
    bool changes_status; /* entry.status.target is now entry.status.state */
};

/* One run of applying entries to one state: `state` and `view` must outlive it. */
struct avow_apply {
    struct avow_state *state;
    const struct avow_log_view *view;
    const struct avow_tree_sink *sink;       /* told of tree nodes; may be NULL */
    const struct avow_root_checker *checker; /* of root entries; NULL: they are verified here */
    bool has_achievement;                    /* memory of the last achievement found issuable */
    uint64_t achievement;
};
void avow_apply_init(struct avow_apply *apply, struct avow_state *state,
                     const struct avow_log_view *view, const struct avow_tree_sink *sink);

/* Decodes `entry` and applies it at index state->tree.size, judging every rule of docs/protocol.md,
 * "Entries". AVOW_OK with `*reject` ACCEPT: state and tree have moved on by one. Any other outcome:
 * the state is unchanged (AVOW_ERR_NOMEM and the view's errors are returned as they are).
 * REJECT_NEWER: stop here, the log needs a newer version; nobody is to be punished. */
AVOW_NODISCARD enum avow_err avow_apply(struct avow_apply *apply, struct avow_bytes entry,
                                        struct avow_effect *effect, enum avow_reject *reject);

/* Whether the status entry `a` is graver than `b`, both decoded: revoked, for a reason that voids
 * before others, then superseded, suspended, active; of equals the earlier; then by their bytes
 * (docs/protocol.md, "Forks"). */
bool avow_state_is_graver(const struct avow_entry *a, const struct avow_entry *b);

#endif
