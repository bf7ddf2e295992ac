/* One log number checked: its entries applied again, every stored node and row compared on the way.
 */
#ifndef AVOW_STORE_CHECK_CHECK_REPLAY_INNER_H
#define AVOW_STORE_CHECK_CHECK_REPLAY_INNER_H

#include "store/check/check.h"

struct avow_replay {
    struct avow_checker *check;
    const struct avow_hash *issuer;
    uint32_t number;
    struct avow_node_source source;
    struct avow_checker_status status;
    struct avow_state state;
    struct avow_log_view view;
    struct avow_tree_sink sink;
    struct avow_apply apply;
    unsigned chain_rows; /* parts of AVOW_TABLE_CHAINS that have been compared, a bit each */
    bool has_pending;
    uint64_t bytes;
    uint64_t tile_nodes;
    uint64_t indexed; /* entries that stand in a class */
    unsigned problems;
};

/* `issuer` must outlive the replay, which may not be moved. */
void avow_replay_init(struct avow_replay *replay, struct avow_checker *check,
                      const struct avow_hash *issuer, uint32_t number);
/* Counts its entries and bytes. */
void avow_replay_fini(struct avow_replay *replay);
void avow_replay_problem(struct avow_replay *replay, const char *what, uint64_t index);

/* Errors of all of these are ours: NOMEM, IO. */

/* Applies entries up to `size`. `*good` is false when it had to stop before. */
AVOW_NODISCARD enum avow_err avow_replay_to(struct avow_replay *replay, uint64_t size, bool *good);
/* Applies entries up to a checkpoint that was accepted, whose roots, key, signature and status rows
 * are checked. */
AVOW_NODISCARD enum avow_err avow_replay_signed(struct avow_replay *replay,
                                                const struct avow_checkpoint *checkpoint,
                                                bool *good);
/* The stored state, chain aside, and its chain row. `stored` may be NULL. */
AVOW_NODISCARD enum avow_err avow_replay_compare(struct avow_replay *replay,
                                                 const struct avow_state *stored,
                                                 enum avow_chain_part part);
void avow_replay_cosignatures(struct avow_replay *replay, const struct avow_checkpoint *checkpoint,
                              const struct avow_cosignature *lines, size_t count);
/* Nothing is stored beyond what has been applied, and kept checkpoints are of it. */
AVOW_NODISCARD enum avow_err avow_replay_leftovers(struct avow_replay *replay);
/* The number is known as the issuer's. */
AVOW_NODISCARD enum avow_err avow_replay_number(struct avow_replay *replay);

#endif
